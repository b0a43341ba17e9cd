//! What a run does to its target, as far as the target says: what it created, changed and deleted,
//! and what of that it leaves behind.

use super::ledger;
use crate::contract::Contract;
use crate::exchange::{Exchange, FailureKind, Outcome};
use crate::json;
use crate::plan::Case;
use crate::plan::guard::is_safe;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};

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
}

/// How much a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// How many resources it created.
    pub created: usize,
    /// How many requests may have created one without saying so.
    pub uncertain: usize,
    /// How many requests changed something.
    pub changed: usize,
    /// How many requests deleted something.
    pub deleted: usize,
    /// How many of the resources that it created are left on the target.
    pub left: usize,
}

impl Effects {
    /// What these requests did, in the order in which they were answered.
    pub fn of<'e>(contract: &Contract, sent: impl IntoIterator<Item = (&'e Case, &'e Exchange)>) -> Effects {
        let toll = Toll::default();
        for (case, exchange) in sent {
            if let Some(effect) = effect(exchange) {
                toll.add(exchange, effect, || named(contract, case, exchange));
            }
        }
        toll.effects()
    }

    /// The largest of its numbers.
    pub fn most(&self) -> usize {
        [self.created, self.uncertain, self.changed, self.deleted, self.left]
            .into_iter()
            .max()
            .unwrap_or_default()
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
        self.left += other.left;
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
    (!is_safe(method)).then_some(came)
}

/// What an answer calls a resource, where the contract has a way to delete it.
pub(super) fn named(contract: &Contract, case: &Case, exchange: &Exchange) -> Option<String> {
    if !contract.operations.iter().any(|operation| operation.method == "DELETE") {
        return None;
    }
    let body = json::read(&exchange.answer()?.body).ok()?;
    let id = ledger::identity(&contract.operations[case.operation], &body)?;
    Some(id.as_str().map_or(id.to_string(), str::to_owned))
}

/// Adds up the effects of a run while it goes on.
#[derive(Default)]
pub(super) struct Toll(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    effects: Effects,
    /// How what was created can be named, where anything can be deleted.
    standing: Vec<Names>,
}

/// How the URL of a resource that was created can end.
struct Names {
    id: Option<String>,
    path: Option<String>,
}

impl Names {
    fn are(&self, path: &str) -> bool {
        let last = path.rsplit('/').next().map(decoded);
        let by_id = self.id.is_some() && self.id == last;
        by_id || self.path.as_deref().is_some_and(|own| own.ends_with(path) || path.ends_with(own))
    }
}

impl Toll {
    /// Counts what became of a request; `id` is what the answer calls a resource, where that matters.
    pub(super) fn add(&self, exchange: &Exchange, effect: Effect, id: impl FnOnce() -> Option<String>) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Counted { effects, standing } = &mut *counted;
        let head = &exchange.sent.head;
        match effect {
            Effect::Created => {
                effects.created += 1;
                effects.left += 1;
                let location = exchange.answer().and_then(|answer| answer.header("location"));
                let names = Names { id: id(), path: location.map(path).map(str::to_owned) };
                if names.id.is_some() || names.path.is_some() {
                    standing.push(names);
                }
            }
            Effect::Deleted => {
                effects.deleted += 1;
                let own = standing.iter().position(|names| names.are(path(&head.url)));
                if let Some(own) = own {
                    standing.swap_remove(own);
                    effects.left -= 1;
                }
            }
            Effect::Changed => effects.changed += 1,
            Effect::Unknown if head.method == "POST" => effects.uncertain += 1,
            Effect::Unknown | Effect::Refused | Effect::Sending => {}
        }
    }

    /// What the run did.
    pub(super) fn effects(&self) -> Effects {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).effects
    }
}

/// The path of a URL, whole or not.
fn path(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let Some((_, rest)) = url.split_once("://") else { return url };
    rest.find('/').map_or("", |at| &rest[at..])
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Answer, Failure, Head, Headers, Sent};
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
        let toll = Toll::default();
        let add = |exchange: &Exchange, id: Option<&str>| {
            toll.add(exchange, effect(exchange).unwrap(), || id.map(str::to_owned));
        };
        add(&answered("POST", "http://a/things", 201, None), Some("x 1"));
        add(&answered("POST", "http://a/things", 201, Some("/v1/things/2")), None);
        add(&answered("POST", "http://a/things", 201, None), None);
        add(&answered("PUT", "http://a/things/2", 200, None), None);
        add(&answered("DELETE", "http://a/v1/things/9", 204, None), None);
        let expected = Effects { created: 3, uncertain: 0, changed: 1, deleted: 1, left: 3 };
        assert_eq!(toll.effects(), expected);
        add(&answered("DELETE", "http://a/things/x%201?now=1", 204, None), None);
        add(&answered("DELETE", "http://a/v1/things/2/", 204, None), None);
        add(&answered("DELETE", "http://a/v1/things/2", 204, None), None);
        assert_eq!(toll.effects(), Effects { deleted: 4, left: 1, ..expected });
    }
}
