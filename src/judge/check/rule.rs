//! `rule`: what the contract's rules say holds in every accepted exchange.

use crate::contract::expression::{Expression, Part};
use crate::contract::extension::{Recent, Rule, TimeUnit};
use crate::contract::{Contract, schemas};
use crate::json::{self, Kind, Node, Text};
use crate::judge::{Check, Observation, Severity, View};
use crate::plan::Plan;
use crate::run::{Answer, Exchange};
use jiff::Timestamp;
use std::collections::HashMap;

pub(in crate::judge) const CHECK: Check = Check {
    id: "rule",
    summary: "the contract's rules hold in every accepted exchange",
    meaning: "A rule under x-probity does not hold: a value is not echoed as it was sent, two values that must agree differ, an id came twice, a time is not now.",
    matters: "Every value has the right type and is still wrong. No schema can see this.",
    allow: "Remove or correct the rule in x-probity if it does not describe the API.",
    severity: Severity::Deny,
};

/// The rules that can be told from one exchange.
pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Ok(body) = view.json(answer) else { return Vec::new() };
    let sent = view.exchange.sent.body.as_deref().and_then(|bytes| json::read(bytes).ok());
    let mut found = Vec::new();
    for (index, rule) in view.operation.behaviour.rules.iter().enumerate() {
        let broken = match rule {
            Rule::Equal([one, two]) => equal(one, two, sent.as_ref(), body),
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

fn equal(one: &Expression, two: &Expression, sent: Option<&Text>, body: &Text) -> Option<Broken> {
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
        expected: format!("{two} = {}", shown(right)),
        actual: format!("{one} = {}", shown(left)),
        kind,
    })
}

fn shown(node: Option<&Node>) -> String {
    match node {
        None => "absent".into(),
        Some(Node { kind: Kind::Number(token), .. }) => format!("number {token}"),
        Some(node) => schemas::show(&node.to_value()),
    }
}

/// Whether two values are equal: numbers by value to the last digit, text code point by
/// code point, an absent value as null.
fn same(left: Option<&Node>, right: Option<&Node>) -> bool {
    let kind = |node: Option<&Node>| node.map_or(Kind::Null, |node| node.kind.clone());
    match (kind(left), kind(right)) {
        (Kind::Number(left), Kind::Number(right)) => Decimal::read(&left) == Decimal::read(&right),
        (Kind::Array(left), Kind::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(&right).all(|(left, right)| same(Some(left), Some(right)))
        }
        (Kind::Object(left), Kind::Object(right)) => {
            let find = |members: &[json::Member], key: &str| {
                members.iter().rev().find(|member| member.key == key).map(|member| member.value.clone())
            };
            left.iter().chain(&right).all(|member| {
                let (left, right) = (find(&left, &member.key), find(&right, &member.key));
                same(left.as_ref(), right.as_ref())
            })
        }
        (Kind::String(left), Kind::String(right)) => left == right,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Null, Kind::Null) => true,
        _ => false,
    }
}

/// How two values that should be equal differ.
fn difference(left: Option<&Node>, right: Option<&Node>) -> &'static str {
    match (left.map(|node| &node.kind), right.map(|node| &node.kind)) {
        (None | Some(Kind::Null), _) | (_, None | Some(Kind::Null)) => "one of them is absent or null",
        (Some(Kind::String(left)), Some(Kind::String(right))) => {
            if left.trim() == right.trim() {
                "spaces around it differ"
            } else if left.to_lowercase() == right.to_lowercase() {
                "upper and lower case differ"
            } else if !left.is_empty() && right.starts_with(left.as_str()) {
                "it is cut"
            } else if left.contains("&lt;")
                || left.contains("&amp;")
                || left.contains("&#")
                || left.contains("&quot;")
            {
                "it is escaped for HTML"
            } else if left.contains('\u{fffd}')
                || left.contains('Ã')
                || left.contains('?') && !right.contains('?')
            {
                "its characters were decoded wrongly"
            } else {
                "the text differs"
            }
        }
        (Some(Kind::Number(_)), Some(Kind::Number(_))) => "the number differs",
        _ => "the values differ",
    }
}

/// A decimal number, compared by value without rounding.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn read(token: &str) -> Decimal {
        let (negative, rest) = match token.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let exponent = exponent.parse::<i64>().unwrap_or(i64::MAX / 2) - fraction.len() as i64;
        let kept = digits.trim_end_matches('0');
        let exponent = exponent + (digits.len() - kept.len()) as i64;
        let kept = kept.trim_start_matches('0');
        if kept.is_empty() {
            return Decimal { negative: false, digits: "0".into(), exponent: 0 };
        }
        Decimal { negative, digits: kept.to_owned(), exponent }
    }
}

/// An instant in nanoseconds since 1970, and how many of them its notation can tell apart.
struct Instant {
    nanoseconds: i128,
    precision: i128,
}

fn instant(node: &Node, unit: Option<TimeUnit>) -> Option<Instant> {
    const SECOND: i128 = 1_000_000_000;
    match &node.kind {
        Kind::String(text) => {
            let stamp: Timestamp = text.parse().ok()?;
            let fraction = text
                .split_once('.')
                .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
            let digits = u32::try_from(fraction.min(9)).unwrap_or(9);
            Some(Instant { nanoseconds: stamp.as_nanosecond(), precision: SECOND / 10_i128.pow(digits) })
        }
        Kind::Number(token) => {
            let (whole, fraction) = token.split_once('.').unwrap_or((token, ""));
            let whole: i128 = whole.parse().ok()?;
            let digits = fraction.len().min(9);
            let fraction: i128 = format!("{:0<9}", &fraction[..digits]).parse().ok()?;
            let unit = unit.unwrap_or(if whole.abs() > 100_000_000_000 {
                TimeUnit::Milliseconds
            } else {
                TimeUnit::Seconds
            });
            Some(match unit {
                TimeUnit::Milliseconds => Instant { nanoseconds: whole * 1_000_000, precision: 1_000_000 },
                _ => Instant {
                    nanoseconds: whole * SECOND + fraction,
                    precision: SECOND / 10_i128.pow(u32::try_from(digits).unwrap_or(9)),
                },
            })
        }
        _ => None,
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
        actual: format!("{} and {}", shown(Some(left)), shown(Some(right))),
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
    let kind = match stated {
        None => "it is not a time in this unit",
        Some(stated) => {
            let late = clock.as_nanosecond() - stated.nanoseconds;
            if late.abs() <= within {
                return None;
            }
            if late > 0 { "it lies in the past" } else { "it lies in the future" }
        }
    };
    Some(Broken {
        title: format!("`{}` is not the time of the request: {kind}", recent.at),
        expected: format!("within {} s of the host's clock", recent.within.as_secs()),
        actual: shown(Some(value)),
        kind,
    })
}

/// The rules that can only be told from a whole run.
pub struct Whole;

impl Whole {
    /// What the rules over a whole run hold against its exchanges, in the order of the plan.
    pub fn check(contract: &Contract, plan: &Plan, exchanges: &[Vec<Option<Exchange>>]) -> Vec<Observation> {
        let mut first: HashMap<(usize, usize), String> = HashMap::new();
        let mut seen: HashMap<(usize, usize, String), ()> = HashMap::new();
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
                    let value = shown(Some(value));
                    let (kind, title, expected) = if matches!(rule, Rule::Constant(_)) {
                        let known = first.entry((case.operation, index)).or_insert_with(|| value.clone());
                        if *known == value {
                            continue;
                        }
                        (
                            "constant",
                            format!("`{expression}` is not the same in every answer"),
                            format!("{known}, as in the first answer"),
                        )
                    } else {
                        if seen.insert((case.operation, index, value.clone()), ()).is_none() {
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
                        actual: value,
                        at: format!("{}/x-probity/rules/{index}", operation.at),
                    });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal_text(left: &str, right: &str) -> bool {
        let (left, right) = (json::read(left.as_bytes()).unwrap(), json::read(right.as_bytes()).unwrap());
        same(Some(&left.root), Some(&right.root))
    }

    #[test]
    fn numbers_are_equal_by_value_to_the_last_digit() {
        for (left, right) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("-0", "0"),
            ("1702963230.966423000", "1702963230.966423"),
            ("1E-2", "0.01"),
        ] {
            assert!(equal_text(left, right), "{left} {right}");
        }
        for (left, right) in
            [("9007199254740993", "9007199254740992"), ("1", "-1"), ("1.0000000000000000001", "1")]
        {
            assert!(!equal_text(left, right), "{left} {right}");
        }
    }

    #[test]
    fn text_is_equal_code_point_by_code_point() {
        assert!(equal_text(r#""\u00e9""#, "\"é\""));
        assert!(!equal_text(r#""\u0065\u0301""#, "\"é\""));
        assert!(!equal_text("\"1\"", "1"));
    }

    #[test]
    fn an_instant_is_the_same_in_every_notation() {
        let of = |text: &str, unit| {
            let text = json::read(text.as_bytes()).unwrap();
            instant(&text.root, unit).map(|instant| instant.nanoseconds)
        };
        assert_eq!(of("1763644650336", None), of("\"2025-11-20T13:17:30.336Z\"", None));
        assert_eq!(of("\"2025-11-20T18:47:30+05:30\"", None), of("1763644650", Some(TimeUnit::Seconds)));
        assert_eq!(of("\"yesterday\"", None), None);
    }
}
