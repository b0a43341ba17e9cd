//! What a service remembers: each check holds the steps of a story against each other, and has a file.

pub(in crate::judge) mod created;
pub(in crate::judge) mod deleted;
pub(in crate::judge) mod done_once;
pub(in crate::judge) mod listed;
pub(in crate::judge) mod modified;
pub(in crate::judge) mod others_untouched;
pub(in crate::judge) mod own_parent;
pub(in crate::judge) mod refused_unchanged;
pub(in crate::judge) mod replaced;
pub(in crate::judge) mod safe_read;
mod shown;

use crate::contract::Contract;
use crate::contract::instant::{SECOND, instant};
use crate::contract::model::choose;
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Node, Text, pointer};
use crate::judge::difference::{difference, shown as in_words, type_of};
use crate::judge::view::sent_value;
use crate::judge::{About, Check, Observation, View, verdict};
use crate::plan::story::{id_of, is_named};
use crate::plan::{Case, Part, Plan, Position, Scenario, Story, Tells};
use crate::schema::Side;
use crate::schema::folded::Folds;

use shown::Seen;

/// What services count in every change.
const VERSIONS: [&str; 6] = ["version", "revision", "rev", "etag", "lock", "seq"];

/// A time is that of what was just done if it is this near, in nanoseconds.
const NOW: i128 = 600 * SECOND;

/// More that one story shows is not told of one check.
const MOST: usize = 8;

/// A story as it came to pass.
pub(in crate::judge) struct Stage<'s> {
    contract: &'s Contract,
    plan: &'s Plan,
    run: &'s str,
    index: usize,
    scenario: &'s Scenario,
    story: &'s Story,
    exchanges: &'s [Option<Exchange>],
}

/// What the answers of a story together show.
pub(in crate::judge) fn check(
    contract: &Contract,
    (plan, run): (&Plan, &str),
    exchanges: &[Option<Exchange>],
    index: usize,
) -> Vec<Observation> {
    let scenario = &plan.scenarios[index];
    let Some(story) = &scenario.story else { return Vec::new() };
    let stage = Stage { contract, plan, run, index, scenario, story, exchanges };
    let checks: &[fn(&Stage<'_>) -> Vec<Observation>] = match story.tells {
        Tells::Created => &[created::check, safe_read::check, listed::check],
        Tells::Replaced => &[replaced::check, others_untouched::check],
        Tells::Modified => &[modified::check, others_untouched::check],
        Tells::Deleted => &[deleted::check, others_untouched::check],
        Tells::Refused => &[refused_unchanged::check, refused_unchanged::left],
        Tells::Done => &[done_once::check],
        Tells::Elsewhere => &[own_parent::check],
    };
    let told = checks.iter().flat_map(|check| {
        let mut found = check(&stage);
        found.truncate(MOST);
        found
    });
    told.collect()
}

impl<'s> Stage<'s> {
    fn exchange(&self, part: Part) -> Option<&'s Exchange> {
        self.exchanges.get(self.story.step(part)?)?.as_ref()
    }

    /// The answer to a part that was accepted.
    fn accepted(&self, part: Part) -> Option<&'s Answer> {
        self.exchange(part)?.answer().filter(|answer| answer.accepted())
    }

    /// The answer to a part that was accepted and done at once, as far as that is known.
    fn done(&self, part: Part) -> Option<&'s Answer> {
        const ACCEPTED: u16 = 202;
        self.accepted(part).filter(|answer| answer.status != ACCEPTED)
    }

    /// The answer to a part that was refused.
    fn refused(&self, part: Part) -> Option<&'s Answer> {
        self.exchange(part)?.answer().filter(|answer| (400..500).contains(&answer.status))
    }

    /// Whether a part says that what it asks for is not there.
    fn is_gone(&self, part: Part) -> bool {
        self.refused(part).is_some_and(|answer| matches!(answer.status, 404 | 410))
    }

    /// What two reads show of what a part was asked with.
    fn seen(&self, sent: Part, [first, second]: [Part; 2]) -> Option<Seen> {
        let sent = self.sent(sent)?.root;
        Some(Seen { sent, first: self.shown(first)?, second: self.shown(second)? })
    }

    /// What the answer to an accepted part shows.
    fn shown(&self, part: Part) -> Option<Node> {
        let body = json::read(&self.accepted(part)?.body).ok()?;
        (body.duplicates.is_empty() && !body.lone_surrogates).then_some(body.root)
    }

    /// What a part was asked with.
    fn sent(&self, part: Part) -> Option<Text> {
        let step = self.story.step(part)?;
        let operation = &self.contract.operations[self.scenario.cases[step].operation];
        sent_value(self.contract, operation, &self.exchange(part)?.sent)
    }

    fn view(&self, step: usize) -> Option<View<'s>> {
        let exchange = self.exchanges.get(step)?.as_ref()?;
        let verdict = verdict(self.scenario, self.exchanges, step);
        let position = Position { scenario: self.index, step };
        Some(View::new(
            (self.contract, self.plan, self.run),
            &self.scenario.cases[step],
            exchange,
            position,
            verdict,
        ))
    }

    fn case(&self, part: Part) -> Option<&'s Case> {
        self.scenario.cases.get(self.story.step(part)?)
    }

    /// The name of the operation of a part.
    fn operation(&self, part: Part) -> &'s str {
        let case = self.story.step(part).map(|step| &self.scenario.cases[step]);
        case.map_or("", |case| &self.contract.operations[case.operation].id)
    }

    /// Whether the contract says that what a read shows at a place is another each time.
    fn is_volatile(&self, part: Part, at: &str) -> bool {
        let Some(step) = self.story.step(part) else { return false };
        let behaviour = &self.contract.operations[self.scenario.cases[step].operation].behaviour;
        let mut all = behaviour.volatile.iter().filter_map(|expression| expression.response_body());
        all.any(|selector| crate::contract::expression::covers(selector, at))
    }

    /// Whether what a read shows at a place is for the service to decide, though a caller may say it, too: the
    /// id that it is read by, a version, the time of what was just done.
    fn is_services(&self, read: Part, at: &str, came: &Node) -> bool {
        let Some(exchange) = self.exchange(read) else { return false };
        let name = pointer::tokens(at).last().unwrap_or_default().to_lowercase();
        let is_now = || {
            let now = exchange.ended.as_nanosecond();
            instant(came, None).is_some_and(|time| (time.nanoseconds - now).abs() < NOW)
        };
        is_named(came, &id_of(exchange)) || VERSIONS.contains(&name.trim_matches('_')) || is_now()
    }

    /// Whether the contract describes a member of the answer to an accepted part.
    fn declares(&self, part: Part, at: &str) -> bool {
        let declared = || {
            let case = self.case(part)?;
            let answer = self.accepted(part)?;
            let response = self.contract.operations[case.operation].response(answer.status)?;
            let media = choose(&response.content, answer.header("content-type")?)?;
            let folds = Folds::new(self.contract.schemas.raw(Side::Response));
            let mut places = vec![media.schema.as_ref()?.0.clone()];
            for token in pointer::tokens(at) {
                places = folds.whole(&places).properties.get(token.as_ref())?.to_vec();
            }
            Some(())
        };
        declared().is_some()
    }

    /// Something that a check holds against a part: what tells it from other such facts, what is wrong,
    /// and what was expected and came.
    fn tells(
        &self,
        check: &'static Check,
        part: Part,
        (kind, title): (&str, String),
        (expected, actual): (String, String),
    ) -> Option<Observation> {
        let view = self.view(self.story.step(part)?)?;
        let told = view.observe(check, kind, title, (expected, actual), &view.operation.at);
        Some(told.about(About::Operation))
    }

    /// That members that nobody meant to change are another: one fact, however many they are.
    fn strayed(
        &self,
        check: &'static Check,
        (part, read): (Part, Part),
        words: &str,
        members: &[(String, &Node, Option<&Node>)],
    ) -> Option<Observation> {
        let (at, wanted, came) = members.first()?;
        let reader = self.operation(read);
        let names: Vec<String> = members.iter().take(MOST).map(|(at, ..)| format!("`{at}`")).collect();
        let title = format!("{} {words}, as `{reader}` shows", names.join(", "));
        let value = |node: Option<&Node>| match node {
            Some(node) if self.is_volatile(read, at) => type_of(&node.kind).to_owned(),
            node => in_words(node),
        };
        let told = (format!("{at} = {}", value(Some(wanted))), format!("{at} = {}", value(*came)));
        self.tells(check, part, (words, title), told)
    }

    /// That a member is not what it should be.
    fn differs(
        &self,
        check: &'static Check,
        (part, read): (Part, Part),
        (at, title): (&str, &str),
        (wanted, came): (&Node, Option<&Node>),
    ) -> Option<Observation> {
        let reader = self.operation(read);
        let found = difference(Some(wanted), came);
        let (expected, actual) = if self.is_volatile(read, at) {
            (type_of(&wanted.kind).to_owned(), came.map_or("absent", |node| type_of(&node.kind)).to_owned())
        } else {
            (in_words(Some(wanted)), in_words(came))
        };
        let kind = format!("{at} {title}");
        let title = format!("`{at}` {title}, as `{reader}` shows: {}", found.kind);
        self.tells(check, part, (&kind, title), (format!("{at} = {expected}"), format!("{at} = {actual}")))
    }
}
