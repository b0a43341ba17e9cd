//! Rules, causes, uniqueness and silence in words, as Markdown.

use crate::cause::Cause;
use crate::contract::expression::Part;
use crate::contract::extension::{Entry, Silence, Unique};
use crate::contract::rule::{
    EncodesTime, Fixed, Key, Matches, Order, Paged, Recent, Sorted, State, TimeUnit, Wanted,
};
use crate::contract::{Behaviour, Distinction, Expression, Rule, Statement};
use crate::json::pointer;
use std::time::Duration;

/// What is told of a part of a contract of which nothing can be read.
pub(super) const UNREADABLE: &str = "What it holds cannot be read.";

/// What a rule says, as a sentence.
pub(super) fn rule(rule: &Rule) -> String {
    let mut words = statement(&rule.statement);
    for (index, (expression, state)) in rule.conditions.all().enumerate() {
        words.push_str(if index == 0 { ", where " } else { " and " });
        let place = operand(expression);
        words.push_str(&match state {
            State::Given => format!("{place} is given"),
            State::Absent => format!("{place} is absent"),
            State::Null => format!("{place} is null"),
        });
    }
    words.push('.');
    capital(&words)
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Equal([one, two]) => equal(one, two),
        Statement::Ordered([one, two]) => {
            format!("{} is not greater or later than {}", operand(one), operand(two))
        }
        Statement::Value(Fixed { at, is }) => format!("{} is always {}", operand(at), code(&is.to_string())),
        Statement::Constant(at) => format!("{} is the same in every answer", operand(at)),
        Statement::Distinct(at) => format!("{} is never the same twice", operand(at)),
        Statement::Recent(Recent { at, unit, within }) => {
            let unit = match unit {
                TimeUnit::Seconds => "counted in seconds since 1970-01-01T00:00:00Z",
                TimeUnit::Milliseconds => "counted in milliseconds since 1970-01-01T00:00:00Z",
                TimeUnit::DateTime => "written as date and time",
            };
            format!("{} is within {} of now, {unit}", operand(at), span(*within))
        }
        Statement::SameInstant([one, two]) => {
            format!("{} and {} are the same instant, where both are given", operand(one), operand(two))
        }
        Statement::EncodesTime(EncodesTime { id, form, at, within }) => {
            let near = if within.is_zero() { String::new() } else { format!(", to {}", span(*within)) };
            format!("{} begins with the time {} ({}){near}", operand(id), operand(at), form.name())
        }
        Statement::AtMost([list, most]) => {
            format!("{} has no more items than {} says", operand(list), operand(most))
        }
        Statement::Sorted(sorted) => sorted_by(sorted),
        Statement::Matches(matches) => matching(matches),
        Statement::Default(parameter) => {
            format!("without {} the answer is that to its default", operand(parameter))
        }
        Statement::Page(paged @ Paged { list, limit, .. }) => format!(
            "the pages of {} that {} and {} ask for are together the list, without an item twice or left out",
            operand(list),
            plain(limit),
            plain(paged.begin())
        ),
    }
}

fn sorted_by(Sorted { list, by, order }: &Sorted) -> String {
    let by = match by {
        Key::Member(at) => format!("by {}", code(&dotted(at))),
        Key::Parameter(parameter) => format!("by what {} names", operand(parameter)),
    };
    let order = match order {
        Order::Ascending => ", the least first".to_owned(),
        Order::Descending => ", the greatest first".to_owned(),
        Order::Parameter(parameter) => format!(", in the direction that {} says", operand(parameter)),
    };
    format!("{} is sorted {by}{order}", operand(list))
}

fn matching(Matches { each, wanted }: &Matches) -> String {
    let each = operand(each);
    match wanted {
        Wanted::Equals(one) => format!("each {each} equals {}", operand(one)),
        Wanted::Contains(one) => {
            format!("each {each} holds the text of {}, in upper or lower case", operand(one))
        }
        Wanted::In(one) => format!("each {each} is one of {}", operand(one)),
        Wanted::Within([least, most]) => {
            format!("each {each} is not less than {} and not greater than {}", operand(least), operand(most))
        }
    }
}

fn equal(one: &Expression, two: &Expression) -> String {
    let echo = match (one, two) {
        (Expression::Response(_), Expression::Request(_)) => Some((one, two)),
        (Expression::Request(_), Expression::Response(_)) => Some((two, one)),
        _ => None,
    };
    match echo {
        Some((answer, request)) if last(answer).is_some() && last(answer) == last(request) => {
            format!("{} is echoed unchanged", plain(answer))
        }
        Some((answer, request)) => format!("{} is {}, unchanged", plain(answer), operand(request)),
        None => format!("{} equals {}", operand(one), operand(two)),
    }
}

/// What an expression names: `data.id`, or what of the request.
fn operand(expression: &Expression) -> String {
    match expression {
        Expression::Request(_) => format!("{} of the request", plain(expression)),
        _ => plain(expression),
    }
}

fn plain(expression: &Expression) -> String {
    match expression {
        Expression::Status => "the status".to_owned(),
        Expression::Request(part) | Expression::Response(part) => match part {
            Part::Body(at) if at.is_empty() => "the body".to_owned(),
            Part::Body(at) => code(&dotted(at)),
            Part::Header(name) => format!("the header {}", code(name)),
            Part::Query(name) => format!("the query parameter {}", code(name)),
            Part::Path(name) => format!("the path parameter {}", code(name)),
        },
    }
}

fn last(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Request(Part::Body(at)) | Expression::Response(Part::Body(at)) => {
            pointer::parent_and_last(at).map(|(_, last)| last.into_owned())
        }
        _ => None,
    }
}

/// A pointer as people write it: `data.items[].id`.
pub(super) fn dotted(at: &str) -> String {
    let mut path = String::new();
    for token in pointer::tokens(at) {
        if token == "*" {
            path.push_str("[]");
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&token);
    }
    path
}

/// Text as Markdown code, whatever is in it.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = text.replace(['\n', '\r'], " ");
    format!("{fence}{room}{text}{room}{fence}")
}

/// A span of time in words.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (number, unit) = match seconds {
        0 => (u64::try_from(time.as_millis()).unwrap_or(u64::MAX), "millisecond"),
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// When a code comes.
pub(super) fn when(behaviour: &Behaviour, entry: &Entry) -> String {
    let each = entry.when.0.iter().map(|(cause, place)| {
        let null_too = *cause == Cause::Missing
            && place.as_ref().is_some_and(|place| {
                behaviour.codes(Cause::Null, place) == behaviour.codes(Cause::Missing, place)
            });
        match (cause, place) {
            (Cause::Missing, Some(place)) if null_too => format!("{} is absent or null", at(place)),
            (Cause::Repeated, Some(place)) => format!("{} is taken already", at(place)),
            (_, Some(place)) => format!("{} {}", at(place), cause.words()),
            (Cause::Malformed, None) => "the body is not well-formed".to_owned(),
            (
                Cause::UnsupportedMediaType
                | Cause::Unauthenticated
                | Cause::UndeclaredMethod
                | Cause::NotFound,
                None,
            ) => {
                format!("the request {}", cause.words())
            }
            (_, None) => format!("a field {}", cause.words()),
        }
    });
    let words = each.collect::<Vec<_>>().join("; ");
    capital(&words)
}

/// Words as a sentence begins.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn at(place: &str) -> String {
    match place.split_once('.') {
        _ if place.is_empty() => "the body".to_owned(),
        Some(("query", name)) => format!("the query parameter {}", code(name)),
        Some(("path", name)) => format!("the path parameter {}", code(name)),
        Some(("header", name)) => format!("the header {}", code(name)),
        Some(("cookie", name)) => format!("the cookie {}", code(name)),
        _ => code(&dotted(place)),
    }
}

/// What must be unique, and what makes a difference.
pub(super) fn unique(unique: &Unique, behaviour: &Behaviour, shares: &[String]) -> String {
    let codes = behaviour.codes(Cause::Repeated, &unique.field);
    let refused = match codes.as_slice() {
        [] => "is refused".to_owned(),
        codes => {
            let codes: Vec<String> = codes.iter().map(|name| code(name)).collect();
            format!("is refused with {}", codes.join(" or "))
        }
    };
    let mut words = format!("{} must be unique: a value that is taken already {refused}.", at(&unique.field));
    let kinds = [
        (
            unique.case,
            "in case",
            "Upper and lower case make a difference",
            "Upper and lower case make no difference",
        ),
        (unique.spaces, "in spaces", "Spaces make a difference", "Spaces make no difference"),
        (
            unique.unicode,
            "in their Unicode form",
            "The Unicode form makes a difference",
            "The Unicode form makes no difference",
        ),
    ];
    for (distinction, _, sensitive, insensitive) in kinds {
        match distinction {
            Distinction::Sensitive => words.push_str(&format!(" {sensitive}.")),
            Distinction::Insensitive => words.push_str(&format!(" {insensitive}.")),
            Distinction::Unknown => {}
        }
    }
    let open: Vec<&str> = kinds
        .iter()
        .filter(|(distinction, ..)| *distinction == Distinction::Unknown)
        .map(|(_, difference, ..)| *difference)
        .collect();
    if !open.is_empty() {
        words.push_str(&format!(
            " Not known: whether values that differ only {} are different.",
            open.join(" or ")
        ));
    }
    if !shares.is_empty() {
        let names: Vec<String> = shares.iter().map(|name| code(name)).collect();
        words.push_str(&format!(" Values are shared with {}.", names.join(", ")));
    }
    words
}

/// What the contract does not say.
pub(super) fn silence(silence: &Silence) -> String {
    let place = at(&silence.place);
    let what = match silence.cause {
        Cause::Blank => format!("whether {place} may be empty or blank"),
        Cause::TooLong => format!("how long {place} may be"),
        Cause::TooShort => format!("how short {place} may be"),
        Cause::OutOfRange => format!("which values of {place} are too small or too large"),
        Cause::UndeclaredProperty if silence.place.is_empty() => {
            "what becomes of a field that is not described".to_owned()
        }
        Cause::NotFound => format!("whether what {place} names exists"),
        Cause::UndeclaredProperty => format!("what becomes of a field in {place} that is not described"),
        cause => format!("what comes when {place} {}", cause.words()),
    };
    let because = silence.because.trim();
    let what = capital(&what);
    if because.is_empty() { format!("{what}.") } else { format!("{what}. {because}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn said(value: Value) -> String {
        rule(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn a_rule_is_a_sentence() {
        let cases = [
            (
                json!({"equal": ["$response.body#/data/name", "$request.body#/name"]}),
                "`data.name` is echoed unchanged.",
            ),
            (
                json!({"equal": ["$request.body#/a", "$response.body#/b"]}),
                "`b` is `a` of the request, unchanged.",
            ),
            (json!({"equal": ["$response.body#/a", "$response.body#/b"]}), "`a` equals `b`."),
            (
                json!({"ordered": ["$response.body#/a", "$response.body#/b"]}),
                "`a` is not greater or later than `b`.",
            ),
            (json!({"value": {"at": "$response.body#/a", "is": true}}), "`a` is always `true`."),
            (
                json!({"constant": "$response.header.X-Org"}),
                "The header `x-org` is the same in every answer.",
            ),
            (json!({"distinct": "$response.body#/items/*/id"}), "`items[].id` is never the same twice."),
            (
                json!({"recent": {"at": "$response.body#/at", "unit": "date-time", "within": "5m"}}),
                "`at` is within 5 minutes of now, written as date and time.",
            ),
            (
                json!({"equal": ["$response.body#/a", "$request.body#/a"], "when": {"null": "$request.body#/a"}}),
                "`a` is echoed unchanged, where `a` of the request is null.",
            ),
            (
                json!({"encodes-time": {"id": "$response.body#/id", "as": "ulid", "at": "$response.body#/at", "within": "1s"}}),
                "`id` begins with the time `at` (ulid), to 1 second.",
            ),
        ];
        for (value, words) in cases {
            assert_eq!(said(value), words);
        }
    }

    #[test]
    fn uniqueness_says_what_makes_a_difference_and_what_nobody_said() {
        let field: Unique = serde_json::from_value(json!({"field": "/name", "case": "sensitive"})).unwrap();
        assert_eq!(
            unique(&field, &Behaviour::default(), &[]),
            "`name` must be unique: a value that is taken already is refused. Upper and lower case make a \
             difference. Not known: whether values that differ only in spaces or in their Unicode form are different."
        );
    }

    #[test]
    fn code_holds_any_text() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
