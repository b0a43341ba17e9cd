//! `rule`: what the contract's rules say holds in every accepted exchange.

use crate::contract::expression::{Expression, Part};
use crate::contract::extension::{Recent, Rule, TimeUnit};
use crate::contract::{Contract, schemas};
use crate::json::{self, Kind, Node, Text};
use crate::judge::compare::{difference, same};
use crate::judge::instant::instant;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Plan;
use crate::run::{Answer, Exchange};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

pub(in crate::judge) const CHECK: Check = Check {
    id: "rule",
    summary: "the contract's rules hold in every accepted exchange",
    meaning: "A rule under x-probity does not hold: a value is not echoed as it was sent, two values that must agree differ, an id came twice, a time is not now.",
    matters: "Every value has the right type and is still wrong. No schema can see this.",
    allow: "Remove or correct the rule in x-probity if it does not describe the API.",
    severity: Severity::Deny,
    scope: Scope::Answer,
};

/// The rules that can be told from one exchange.
pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Ok(body) = view.json(answer) else { return Vec::new() };
    let sent = view.exchange.sent.body.as_deref().and_then(|bytes| json::read(bytes).ok());
    let mut found = Vec::new();
    for (index, rule) in view.operation.behaviour.rules.iter().enumerate() {
        let broken = match rule {
            Rule::Equal([one, two]) => equal(view, one, two, sent.as_ref(), body),
            Rule::SameInstant([one, two]) => same_instant(view, one, two, body),
            Rule::Recent(recent) => recently(recent, answer, body),
            Rule::Constant(_) | Rule::Distinct(_) => None,
        };
        if let Some(Broken { title, expected, actual, kind }) = broken {
            let at = format!("{}/x-probity/rules/{index}", view.operation.at);
            found.push(view.observe(&CHECK, format!("rule {index} {kind}"), title, (expected, actual), &at));
        }
    }
    found
}

struct Broken {
    title: String,
    expected: String,
    actual: String,
    kind: &'static str,
}

fn node<'n>(expression: &Expression, sent: Option<&'n Text>, body: &'n Text) -> Option<&'n Node> {
    match expression {
        Expression::Request(Part::Body(at)) => sent?.at(at),
        Expression::Response(Part::Body(at)) => body.at(at),
        _ => None,
    }
}

fn equal(
    view: &View<'_>,
    one: &Expression,
    two: &Expression,
    sent: Option<&Text>,
    body: &Text,
) -> Option<Broken> {
    let about_request = one.request_body().is_some() || two.request_body().is_some();
    // A key twice or half a surrogate pair has no one value that could be echoed.
    if about_request && sent.is_none_or(|sent| !sent.duplicates.is_empty() || sent.lone_surrogates) {
        return None;
    }
    let (left, right) = (node(one, sent, body), node(two, sent, body));
    if same(left, right) {
        return None;
    }
    let kind = difference(left, right);
    Some(Broken {
        title: format!("`{one}` is not equal to `{two}`: {kind}"),
        expected: format!("{two} = {}", shown(view, two, right)),
        actual: format!("{one} = {}", shown(view, one, left)),
        kind,
    })
}

fn shown(view: &View<'_>, expression: &Expression, node: Option<&Node>) -> String {
    let text = whole(node);
    expression.response_body().map_or(text.clone(), |at| view.shown(at, &text))
}

fn whole(node: Option<&Node>) -> String {
    match node {
        None => "absent".into(),
        Some(Node { kind: Kind::Number(token), .. }) => format!("number {token}"),
        Some(node) => schemas::show(&node.to_value()),
    }
}

fn unit_of(view: &View<'_>, expression: &Expression) -> Option<TimeUnit> {
    view.operation.behaviour.rules.iter().find_map(|rule| match rule {
        Rule::Recent(recent) if recent.at == *expression => Some(recent.unit),
        _ => None,
    })
}

fn same_instant(view: &View<'_>, one: &Expression, two: &Expression, body: &Text) -> Option<Broken> {
    let (left, right) = (node(one, None, body)?, node(two, None, body)?);
    let (first, second) = (instant(left, unit_of(view, one)), instant(right, unit_of(view, two)));
    if let (Some(first), Some(second)) = (&first, &second) {
        let precision = first.precision.max(second.precision);
        if first.nanoseconds.div_euclid(precision) == second.nanoseconds.div_euclid(precision) {
            return None;
        }
    }
    let kind = if first.is_some() && second.is_some() { "the instants differ" } else { "one is not a time" };
    Some(Broken {
        title: format!("`{one}` and `{two}` are not the same instant: {kind}"),
        expected: "the same instant".into(),
        actual: format!("{} and {}", shown(view, one, Some(left)), shown(view, two, Some(right))),
        kind,
    })
}

fn recently(recent: &Recent, answer: &Answer, body: &Text) -> Option<Broken> {
    let value = node(&recent.at, None, body)?;
    let stated = instant(value, Some(recent.unit));
    // The host's own clock counts: a host whose clock is off says so in every Date header.
    let clock = answer
        .header("date")
        .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
        .map_or_else(Timestamp::now, |date| date.timestamp());
    let within = i128::try_from(recent.within.as_nanos()).unwrap_or(i128::MAX);
    let mut distance = "no time".to_owned();
    let kind = match stated {
        None => "it is not a time in this unit",
        Some(stated) => {
            let late = clock.as_nanosecond() - stated.nanoseconds;
            if late.abs() <= within {
                return None;
            }
            // Rounded, so that two runs say the same.
            let minutes = (late.abs() + 30_000_000_000) / 60_000_000_000;
            distance = match minutes {
                0..=119 => format!("about {minutes} min off"),
                120..=2879 => format!("about {} h {} min off", minutes / 60, minutes % 60),
                _ => format!("about {} days off", minutes / 1440),
            };
            if late > 0 { "it lies in the past" } else { "it lies in the future" }
        }
    };
    Some(Broken {
        title: format!("`{}` is not the time of the request: {kind}", recent.at),
        expected: format!("within {} s of the host's clock", recent.within.as_secs()),
        actual: distance,
        kind,
    })
}

/// The rules that can only be told from a whole run.
pub struct Whole;

impl Whole {
    /// What the rules over a whole run hold against its exchanges, in the order of the plan.
    pub fn check(contract: &Contract, plan: &Plan, exchanges: &[Vec<Option<Exchange>>]) -> Vec<Observation> {
        let mut first: HashMap<(usize, usize), String> = HashMap::new();
        let mut seen: HashSet<(usize, usize, String)> = HashSet::new();
        let mut found = Vec::new();
        for (scenario, steps) in exchanges.iter().enumerate() {
            for (step, exchange) in steps.iter().enumerate() {
                let Some(exchange) = exchange.as_ref().filter(|exchange| exchange.accepted()) else {
                    continue;
                };
                let Some(answer) = exchange.answer() else { continue };
                let case = &plan.scenarios[scenario].cases[step];
                let operation = &contract.operations[case.operation];
                let judged = operation
                    .behaviour
                    .rules
                    .iter()
                    .any(|rule| matches!(rule, Rule::Constant(_) | Rule::Distinct(_)));
                if case.request.method != operation.method || !judged {
                    continue;
                }
                let Ok(body) = json::read(&answer.body) else { continue };
                for (index, rule) in operation.behaviour.rules.iter().enumerate() {
                    let (Rule::Constant(expression) | Rule::Distinct(expression)) = rule else { continue };
                    let Some(value) = node(expression, None, &body).filter(|node| node.kind != Kind::Null)
                    else {
                        continue;
                    };
                    let value = whole(Some(value));
                    let (kind, title, expected) = if matches!(rule, Rule::Constant(_)) {
                        let known = first.entry((case.operation, index)).or_insert_with(|| value.clone());
                        if *known == value {
                            continue;
                        }
                        (
                            "constant",
                            format!("`{expression}` is not the same in every answer"),
                            "the value of the first answer".to_owned(),
                        )
                    } else {
                        if seen.insert((case.operation, index, value)) {
                            continue;
                        }
                        (
                            "distinct",
                            format!("`{expression}` came twice"),
                            "a value that did not come before".to_owned(),
                        )
                    };
                    found.push(Observation {
                        check: &CHECK,
                        scenario,
                        step,
                        answer: format!("rule {index} {kind}"),
                        title,
                        expected,
                        actual: kind_of_answer(kind).to_owned(),
                        at: format!("{}/x-probity/rules/{index}", operation.at),
                    });
                }
            }
        }
        found
    }
}

fn kind_of_answer(kind: &str) -> &'static str {
    if kind == "constant" { "another value" } else { "a value that came before" }
}
