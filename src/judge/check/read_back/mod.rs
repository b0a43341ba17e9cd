//! `read-back`: what was created is found where its link leads, as it was told.

use crate::contract::expression::{Part, covers};
use crate::contract::instant::instant;
use crate::contract::link::ReadBack;
use crate::contract::rule::TimeUnit;
use crate::contract::{Expression, Operation, Statement};
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Kind, Member, Node, Text, pointer};
use crate::judge::check::rule::{Asked, Echo, about, echo, zone};
use crate::judge::difference::{difference, same, type_of};
use crate::judge::view::sent_value;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::{Scenario, Verdict};
use std::time::Duration;

pub(in crate::judge) const CHECK: Check = Check {
    id: "read-back",
    summary: "what was created is read back as it was told",
    meaning: "A link of the contract leads from what was created to where it can be read, and `x-probity` on the link says that it must be the same there. A member that both answers have differs, by more than the stated rounding where it is a time. The finding says what became of the value.",
    matters: "The answer to a create only repeats the request. Whether the resource was stored, and stored right, shows when it is read.",
    allow: "State under `x-probity` of the link what is rounded (`rounding`) or may be another (`except`); without `x-probity` the link is followed and nothing is compared.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

/// More differences of one answer are not told.
const MOST: usize = 20;

pub(in crate::judge) fn check(
    view: &View<'_>,
    answer: &Answer,
    scenario: &Scenario,
    exchanges: &[Option<Exchange>],
) -> Vec<Observation> {
    let Some(follow) = view.case.follows.as_ref().filter(|_| view.verdict == Verdict::Accept) else {
        return Vec::new();
    };
    let source = scenario.cases.get(follow.step).map(|case| &view.contract.operations[case.operation]);
    let created = exchanges.get(follow.step).and_then(Option::as_ref);
    let Some((source, created)) = source.zip(created) else { return Vec::new() };
    let Some(creation) = created.answer().filter(|told| told.accepted()) else { return Vec::new() };
    let stated = source.link(creation.status, &follow.link).and_then(|link| link.read_back.as_ref());
    let (Some(stated), Ok(read)) = (stated, view.json(answer)) else { return Vec::new() };
    let sent = sent_value(view.contract, source, &created.sent);
    let told = one_value(&creation.body);
    let mut found = Vec::new();
    for [from, to] in stated.pairs() {
        let body = if from.request_body().is_some() { &sent } else { &told };
        let at = (from.request_body().or(from.response_body()), to.response_body());
        let (Some(body), (Some(wanted_at), Some(came_at))) = (body, at) else { continue };
        let Some(wanted) = body.at(wanted_at).filter(|node| node.kind != Kind::Null) else { continue };
        let mut reading = Reading {
            view,
            source,
            stated,
            answers: [creation, answer],
            sent: sent.as_ref(),
            from: &from,
            to: &to,
            below: String::new(),
            found: Vec::new(),
        };
        reading.whole(wanted, read.at(came_at));
        found.append(&mut reading.found);
    }
    found.truncate(MOST);
    found
}

/// The text of a body, if there is one value in it to compare.
fn one_value(body: &[u8]) -> Option<Text> {
    json::read(body).ok().filter(|text| text.duplicates.is_empty() && !text.lone_surrogates)
}

/// Holds what was read against what was told, member by member.
struct Reading<'r> {
    view: &'r View<'r>,
    source: &'r Operation,
    stated: &'r ReadBack,
    /// To the creation, and to the reading.
    answers: [&'r Answer; 2],
    /// What the creation was asked for with.
    sent: Option<&'r Text>,
    from: &'r Expression,
    to: &'r Expression,
    /// The place below the two values.
    below: String,
    found: Vec<Observation>,
}

impl Reading<'_> {
    fn whole(&mut self, wanted: &Node, came: Option<&Node>) {
        let nothing = match (&wanted.kind, came.map(|node| &node.kind)) {
            (_, None | Some(Kind::Null)) => true,
            (Kind::Object(wanted), Some(Kind::Object(came))) => {
                !wanted.is_empty() && !wanted.iter().any(|member| member_of(came, &member.key).is_some())
            }
            _ => false,
        };
        if nothing {
            let wanted = type_of(&wanted.kind).to_owned();
            let came = came.map_or("absent", |node| type_of(&node.kind));
            let came = if came == "object" { "an object with none of its members" } else { came };
            self.tell("nothing of it is there", &wanted, came);
        } else if let Some(came) = came {
            self.compare(wanted, came);
        }
    }

    fn compare(&mut self, wanted: &Node, came: &Node) {
        if self.stated.excepts(&self.below) || self.found.len() >= MOST {
            return;
        }
        match (&wanted.kind, &came.kind) {
            (Kind::Object(wanted), Kind::Object(came)) => {
                for Member { key, value, .. } in wanted {
                    if let Some(came) = member_of(came, key) {
                        self.inside(key, value, came);
                    }
                }
            }
            (Kind::Array(wanted), Kind::Array(came)) if wanted.len() == came.len() => {
                for (index, (wanted, came)) in wanted.iter().zip(came).enumerate() {
                    self.inside(&index.to_string(), wanted, came);
                }
            }
            _ if same(Some(wanted), Some(came)) => {}
            _ => match self.stated.rounding(&self.below).map(|within| self.apart(wanted, came, within)) {
                Some(Apart::Within) => {}
                Some(Apart::Beyond { kind, expected, actual }) => self.tell(&kind, &expected, &actual),
                Some(Apart::Untimely) | None => self.differ(wanted, came),
            },
        }
    }

    fn inside(&mut self, key: &str, wanted: &Node, came: &Node) {
        let length = self.below.len();
        pointer::push(&mut self.below, key);
        self.compare(wanted, came);
        self.below.truncate(length);
    }

    fn differ(&mut self, wanted: &Node, came: &Node) {
        let found = difference(Some(wanted), Some(came));
        if self.is_rounded(wanted, came) {
            self.remark(&found.kind, &found.expected, &found.actual);
            return;
        }
        if !self.is_volatile() {
            self.tell(&found.kind, &found.expected, &found.actual);
            return;
        }
        // How two values differ that are others in every run is chance.
        let kind = match (&wanted.kind, &came.kind) {
            (Kind::Number(_), Kind::Number(_)) => "the number differs",
            (Kind::String(_), Kind::String(_)) => "the text differs",
            _ => &found.kind,
        };
        self.tell(kind, type_of(&wanted.kind), type_of(&came.kind));
    }

    /// Whether what came is what a double makes of a great integer that was sent, and no schema
    /// asks for more.
    fn is_rounded(&self, wanted: &Node, came: &Node) -> bool {
        let [creation, answer] = self.answers;
        let said = match self.from {
            Expression::Request(_) => Asked::in_request(self.view, self.source, self.from),
            _ => Asked::in_answer(self.view, self.source, creation, self.from),
        };
        let read = Asked::in_answer(self.view, self.view.operation, answer, self.to);
        self.sent.is_some_and(|sent| holds(&sent.root, wanted))
            && echo(&said.at(&self.below), &read.at(&self.below), wanted, came) == Echo::Rounded
    }

    fn apart(&self, wanted: &Node, came: &Node, within: Duration) -> Apart {
        let unit = self.unit();
        let (Some(wanted), Some(came)) = (instant(wanted, unit), instant(came, unit)) else {
            return Apart::Untimely;
        };
        let apart = came.nanoseconds - wanted.nanoseconds;
        if apart.unsigned_abs() <= within.as_nanos() {
            return Apart::Within;
        }
        let direction = if apart > 0 { "later" } else { "earlier" };
        let kind = match zone(apart, i128::try_from(within.as_nanos()).unwrap_or(i128::MAX)) {
            Some(zone) => format!("it is exactly {zone} {direction}, as in another time zone"),
            None => format!("it is {} {direction}", about(apart)),
        };
        let expected = format!("the same time within {} s", within.as_secs_f64());
        Apart::Beyond { actual: kind.clone(), kind, expected }
    }

    /// How a time is written there, if a rule of the operation that told it says so.
    fn unit(&self) -> Option<TimeUnit> {
        let here = |at: &Expression| {
            at.response_body().is_some_and(|at| {
                self.from.response_body().is_some_and(|from| at == format!("{from}{}", self.below))
            })
        };
        self.source.behaviour.rules.iter().find_map(|rule| match &rule.statement {
            Statement::Recent(recent) if here(&recent.at) => Some(recent.unit),
            _ => None,
        })
    }

    /// Whether values there differ from run to run, so that reports must not show them.
    fn is_volatile(&self) -> bool {
        let declared = |operation: &Operation, at: Option<&str>| {
            let place = at.map(|at| format!("{at}{}", self.below));
            let selectors = operation.behaviour.volatile.iter().filter_map(Expression::response_body);
            place.is_some_and(|place| selectors.into_iter().any(|selector| covers(selector, &place)))
        };
        declared(self.source, self.from.response_body())
            || declared(self.view.operation, self.to.response_body())
    }

    fn tell(&mut self, kind: &str, expected: &str, actual: &str) {
        let observation = self.observed(kind, expected, actual);
        self.found.push(observation);
    }

    fn remark(&mut self, kind: &str, expected: &str, actual: &str) {
        let observation = self.observed(kind, expected, actual).as_warning();
        self.found.push(observation);
    }

    fn observed(&self, kind: &str, expected: &str, actual: &str) -> Observation {
        let place = |expression: &Expression| match expression {
            Expression::Request(Part::Body(at)) => {
                Expression::Request(Part::Body(format!("{at}{}", self.below).into()))
            }
            Expression::Response(Part::Body(at)) => {
                Expression::Response(Part::Body(format!("{at}{}", self.below).into()))
            }
            other => other.clone(),
        };
        let (from, to) = (place(self.from), place(self.to));
        let because = self.stated.because.as_deref().map(|because| because.trim_end_matches('.'));
        let because = because.map_or(String::new(), |because| format!(" ({because})"));
        self.view.observe(
            &CHECK,
            format!("{to} {kind}"),
            format!("`{to}` is not what `{}` told at `{from}`: {kind}", self.source.id),
            (format!("{from} = {expected}{because}"), format!("{to} = {actual}")),
            &self.stated.at,
        )
    }
}

/// How two times lie.
enum Apart {
    /// Within the rounding.
    Within,
    /// Beyond it.
    Beyond { kind: String, expected: String, actual: String },
    /// One of them is no time.
    Untimely,
}

/// Whether a value stands somewhere in another.
fn holds(whole: &Node, part: &Node) -> bool {
    same(Some(whole), Some(part))
        || match &whole.kind {
            Kind::Array(items) => items.iter().any(|item| holds(item, part)),
            Kind::Object(members) => members.iter().any(|member| holds(&member.value, part)),
            _ => false,
        }
}

fn member_of<'m>(members: &'m [Member], key: &str) -> Option<&'m Node> {
    members.iter().rev().find(|member| member.key == key).map(|member| &member.value)
}

#[cfg(test)]
mod tests;
