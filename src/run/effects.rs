//! What a run does to its target, as far as the target says: what it created, changed and deleted,
//! and what of that it leaves behind.

use super::undo::{Lists, Made, Remaining, Standing, Swept, Undo, may_make};
use crate::contract::Contract;
use crate::exchange::{Answer, CredentialKind, Exchange, FailureKind, Outcome};
use crate::plan::Case;
use crate::plan::guard::is_safe;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What became of a request that may create, change or delete something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It is about to be sent.
    Sending,
    /// It created a resource.
    Created,
    /// It changed one.
    Changed,
    /// It deleted one.
    Deleted,
    /// It was refused, or never reached the target.
    Refused,
    /// It may have been carried out: there was no whole answer, or a server error.
    Unknown,
    /// It shows what was there before the run added to it.
    Seen,
    /// It is about to be sent, to delete what the run made.
    Undoing,
    /// What the run made is gone.
    Undone,
    /// What the run made was not deleted.
    NotUndone,
}

/// How much a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// How many resources it created.
    pub created: usize,
    /// How many requests may have created one without saying so.
    pub uncertain: usize,
    /// How many requests changed something.
    pub changed: usize,
    /// How many requests deleted something.
    pub deleted: usize,
    /// How many of the resources that it created its clean-up deleted.
    #[serde(default)]
    pub undone: usize,
    /// How many requests the clean-up took, which are no cases.
    #[serde(default)]
    pub undoing: usize,
    /// How many of the resources that it created are left on the target.
    pub left: usize,
    /// What the clean-up left, by operation, and why.
    #[serde(default)]
    pub remaining: Vec<Remaining>,
}

impl Effects {
    /// What these requests of a run did, in the order in which they were answered.
    pub fn of<'e>(
        contract: &Contract,
        run: &str,
        sent: impl IntoIterator<Item = (&'e Case, &'e Exchange)>,
    ) -> Effects {
        let toll = Toll::default();
        for (case, exchange) in sent {
            if let Some(effect) = effect(exchange) {
                toll.add(contract, run, (case, exchange), effect);
            }
        }
        toll.effects()
    }

    /// The largest of its numbers.
    pub fn most(&self) -> usize {
        let own = [self.created, self.uncertain, self.changed, self.deleted, self.undone, self.undoing];
        let remaining = self.remaining.iter().map(|remaining| remaining.count);
        own.into_iter().chain([self.left]).chain(remaining).max().unwrap_or_default()
    }

    /// How many operations made something that is left because the contract has no way to delete it.
    pub fn without_delete(&self) -> usize {
        self.remaining.iter().filter(|remaining| remaining.is_without_delete()).count()
    }

    /// Whether it may have done anything.
    pub fn any(&self) -> bool {
        self.created + self.uncertain + self.changed + self.deleted > 0
    }
}

impl AddAssign for Effects {
    fn add_assign(&mut self, other: Effects) {
        self.created += other.created;
        self.uncertain += other.uncertain;
        self.changed += other.changed;
        self.deleted += other.deleted;
        self.undone += other.undone;
        self.undoing += other.undoing;
        self.left += other.left;
        for other in other.remaining {
            Remaining::add(&mut self.remaining, other);
        }
    }
}

/// What became of a request; none of one that changes nothing.
pub(super) fn effect(exchange: &Exchange) -> Option<Effect> {
    let method = exchange.sent.head.method.as_str();
    let came = match &exchange.outcome {
        Outcome::Answered(answer) if answer.status == 201 => return Some(Effect::Created),
        Outcome::Answered(answer) if answer.accepted() => match method {
            "POST" => Effect::Created,
            "DELETE" => Effect::Deleted,
            _ => Effect::Changed,
        },
        Outcome::Answered(answer) if answer.status >= 500 => Effect::Unknown,
        Outcome::Answered(_) => Effect::Refused,
        // A refusal stays one, however little of its body comes.
        Outcome::Failed(failure) if failure.status.is_some_and(|status| (400..500).contains(&status)) => {
            Effect::Refused
        }
        Outcome::Failed(failure) => match failure.kind {
            FailureKind::Unresolved | FailureKind::Refused | FailureKind::Tls | FailureKind::Unsendable => {
                Effect::Refused
            }
            _ => Effect::Unknown,
        },
    };
    // The earlier attempt may be what this one was refused for.
    let came = if exchange.uncertain && came == Effect::Refused { Effect::Unknown } else { came };
    (!is_safe(method)).then_some(came)
}

/// Adds up the effects of a run while it goes on.
#[derive(Default)]
pub(super) struct Toll(Mutex<Counted>, OnceLock<Lists>);

#[derive(Default)]
struct Counted {
    effects: Effects,
    standing: Standing,
    /// How much is left after a clean-up.
    left: Option<usize>,
}

/// What is noted of a request.
pub(super) enum Noted {
    /// What it made, or may have made.
    Made(Made),
    /// What it deleted.
    Deleted(Undo),
}

impl Noted {
    /// How what it made is deleted, or what it deleted.
    pub(super) fn undo(&self) -> Option<&Undo> {
        match self {
            Noted::Made(made) => made.undo.as_ref(),
            Noted::Deleted(undo) => Some(undo),
        }
    }

    /// What it made, or may have made.
    pub(super) fn made(&self) -> Option<&Made> {
        match self {
            Noted::Made(made) => Some(made),
            Noted::Deleted(_) => None,
        }
    }
}

impl Toll {
    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what became of a request.
    pub(super) fn add(
        &self,
        contract: &Contract,
        run: &str,
        (case, exchange): (&Case, &Exchange),
        effect: Effect,
    ) -> Option<Noted> {
        let (operation, method) = (case.operation, case.request.method.as_str());
        let (sent, answer) = (&exchange.sent, exchange.answer());
        let makes = effect == Effect::Created || may_make(contract, operation, method);
        let made = || Made::of(contract, (operation, &case.id), (sent, answer), run);
        let counted = &mut *self.counted();
        let Counted { effects, standing, .. } = counted;
        match effect {
            Effect::Created => {
                effects.created += 1;
                standing.change(contract, operation, &sent.head.url);
                let made = made();
                standing.add(made.clone());
                if exchange.uncertain {
                    standing.add(Made { undo: None, is_sure: false, ..made.clone() });
                }
                return Some(Noted::Made(made));
            }
            Effect::Changed => {
                effects.changed += 1;
                standing.change(contract, operation, &sent.head.url);
                let put = Some(made()).filter(|made| makes && made.undo.is_some())?;
                standing.add(put.clone());
                return Some(Noted::Made(put));
            }
            Effect::Deleted => {
                effects.deleted += 1;
                let deletes = contract.operations[operation].method == "DELETE";
                if deletes && case.request.credentials == CredentialKind::Valid {
                    let undo = Undo::deleted(contract, operation, sent);
                    standing.delete(contract, &undo);
                    return Some(Noted::Deleted(undo));
                }
            }
            Effect::Unknown if makes => {
                effects.uncertain += usize::from(method == "POST");
                standing.change(contract, operation, &sent.head.url);
                let made = made();
                standing.add(made.clone());
                return Some(Noted::Made(made));
            }
            Effect::Unknown => standing.change(contract, operation, &sent.head.url),
            _ => {}
        }
        None
    }

    /// What a list shows of what a case made and no answer named; nothing if that is not so.
    pub(super) fn name(
        &self,
        contract: &Contract,
        run: &str,
        (case, made_by): (&Case, &Exchange),
        (list, answer): (usize, &Answer),
    ) -> Option<Made> {
        let standing = &mut self.counted().standing;
        let nameless = standing.nameless(&case.id)?;
        let undo = Undo::listed(contract, (case.operation, list), (&made_by.sent, run), answer)?;
        let made = Made { undo: Some(undo), is_clear: true, ..nameless.clone() };
        standing.add(made.clone());
        Some(made)
    }

    /// What may make something is about to be sent to an operation.
    pub(super) fn begin(&self, operation: usize) {
        self.counted().standing.begin(operation);
    }

    /// What a list showed before the run added to it, if that was not known.
    pub(super) fn saw(&self, contract: &Contract, case: &Case, exchange: &Exchange) -> Option<Vec<String>> {
        let is_own = case.request.method == "GET" && case.request.credentials == CredentialKind::Valid;
        let lists = self.1.get_or_init(|| Lists::of(contract));
        let (operation, url) = (case.operation, &exchange.sent.head.url);
        let answer = exchange.answer().filter(|_| is_own)?;
        if !self.counted().standing.looks_at(contract, (operation, lists.givers(operation)), url) {
            return None;
        }
        let ids = lists.shown(contract, operation, answer)?;
        self.counted().standing.saw(contract, operation, url, &ids);
        Some(ids)
    }

    /// What the run did.
    pub(super) fn effects(&self) -> Effects {
        let counted = self.counted();
        let left = counted.left.unwrap_or_else(|| counted.standing.sure());
        Effects { left, ..counted.effects.clone() }
    }

    /// Counts what a clean-up did with what stood.
    pub(super) fn clean(&self, swept: Swept) {
        let counted = &mut *self.counted();
        let Swept { undone, requests, left, remaining } = swept;
        (counted.effects.undone, counted.effects.undoing) = (undone, requests);
        (counted.effects.remaining, counted.left) = (remaining, Some(left));
    }

    /// Takes out what stands.
    pub(super) fn take(&self) -> Standing {
        std::mem::take(&mut self.counted().standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Failure, Head, Headers, Sent};
    use crate::plan::{Wishes, plan};
    use crate::source::Document;
    use std::time::Duration;

    fn exchange(method: &str, url: &str, outcome: Outcome) -> Exchange {
        let head = Head { method: method.into(), url: url.into(), headers: Headers::default() };
        Exchange {
            sent: Sent { head: head.into(), body: None },
            outcome,
            ended: jiff::Timestamp::UNIX_EPOCH,
            elapsed: Duration::ZERO,
            attempts: 1,
            leaks_secret: false,
            uncertain: false,
            away: false,
        }
    }

    fn answered(method: &str, url: &str, status: u16, location: Option<&str>) -> Exchange {
        let headers = location.map(|location| ("location", location)).into_iter().collect();
        exchange(method, url, Outcome::Answered(Answer { status, headers, body: "".into() }))
    }

    fn failed(method: &str, kind: FailureKind, status: Option<u16>) -> Exchange {
        exchange(method, "http://a/b", Outcome::Failed(Failure { kind, detail: String::new(), status }))
    }

    #[test]
    fn what_became_of_a_request_is_told_by_its_method_and_its_answer() {
        for (method, status, expected) in [
            ("POST", 200, Some(Effect::Created)),
            ("POST", 201, Some(Effect::Created)),
            ("PUT", 201, Some(Effect::Created)),
            ("PUT", 200, Some(Effect::Changed)),
            ("PATCH", 204, Some(Effect::Changed)),
            ("DELETE", 204, Some(Effect::Deleted)),
            ("DELETE", 404, Some(Effect::Refused)),
            ("POST", 302, Some(Effect::Refused)),
            ("PUT", 503, Some(Effect::Unknown)),
            ("GET", 200, None),
            ("GET", 500, None),
        ] {
            let exchange = answered(method, "http://a/b", status, None);
            assert_eq!(effect(&exchange), expected, "{method} {status}");
        }
        for (kind, status, expected) in [
            (FailureKind::TimedOut, None, Effect::Unknown),
            (FailureKind::Incomplete, Some(200), Effect::Unknown),
            (FailureKind::Incomplete, Some(400), Effect::Refused),
            (FailureKind::Refused, None, Effect::Refused),
            (FailureKind::Unsendable, None, Effect::Refused),
        ] {
            assert_eq!(effect(&failed("POST", kind, status)), Some(expected), "{kind:?}");
            assert_eq!(effect(&failed("GET", kind, status)), None, "{kind:?}");
        }
    }

    #[test]
    fn what_the_run_itself_deleted_is_not_left_behind() {
        let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  \
            /things: {post: {operationId: make, responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {}}}}}}}}}\n  \
            /things/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n    \
            put: {operationId: change, responses: {'200': {description: changed}}}\n    \
            delete: {operationId: remove, responses: {'204': {description: gone}}}\n";
        let contract = Contract::read(Document::from_text("t.yaml", text).unwrap()).ok().unwrap();
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let of = |name: &str| {
            let own = |case: &&Case| contract.operations[case.operation].id == name;
            let valid = |case: &&Case| case.request.credentials == CredentialKind::Valid;
            plan.cases().filter(own).find(valid).unwrap()
        };
        let toll = Toll::default();
        let add = |name: &str, url: &str, status: u16, id: Option<&str>| {
            let method = of(name).request.method.clone();
            let body = id.map_or(String::new(), |id| format!("{{\"id\": \"{id}\"}}"));
            let answer = Answer { status, headers: Headers::default(), body: body.into() };
            let exchange = exchange(&method, url, Outcome::Answered(answer));
            toll.add(&contract, "4711081512", (of(name), &exchange), effect(&exchange).unwrap());
        };
        add("make", "http://a/v1/things", 201, Some("x 1"));
        add("make", "http://a/v1/things", 201, Some("2"));
        add("make", "http://a/v1/things", 201, None);
        add("change", "http://a/v1/things/2", 200, None);
        add("remove", "http://a/v1/things/9", 204, None);
        let expected = Effects { created: 3, changed: 1, deleted: 1, left: 3, ..Effects::default() };
        assert_eq!(toll.effects(), expected);
        add("remove", "http://a/v1/things/x%201?now=1", 204, None);
        add("remove", "http://a/v1/things/2", 204, None);
        add("remove", "http://a/v1/things/2", 204, None);
        assert_eq!(toll.effects(), Effects { deleted: 4, left: 1, ..expected });
    }
}
