//! Equality to the letter, and how two values that should be equal differ.

mod alter;
mod excerpt;
mod number;
mod text;

pub(super) use number::is_double_of_integer;

use crate::json::decimal;
use crate::json::{Kind, Member, Node, pointer};

/// How a value differs from the one that it should be equal to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The place below the two values where they differ first; empty for the values themselves.
    pub(super) at: String,
    /// What happened to the value. It tells defects apart, and holds nothing that differs from
    /// case to case.
    pub(super) kind: String,
    /// The value that should have come, around the first difference.
    pub(super) expected: String,
    /// The value that came, and how it differs.
    pub(super) actual: String,
}

/// Whether two values are equal: numbers by value to the last digit, text code point by
/// code point, an absent value as null.
pub(super) fn same(left: Option<&Node>, right: Option<&Node>) -> bool {
    match (kind(left), kind(right)) {
        (None, None) => true,
        (Some(Kind::Number(left)), Some(Kind::Number(right))) => decimal::equal(left, right),
        (Some(Kind::Array(left)), Some(Kind::Array(right))) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(Some(left), Some(right)))
        }
        (Some(Kind::Object(left)), Some(Kind::Object(right))) => left
            .iter()
            .chain(right)
            .all(|member| same(member_of(left, &member.key), member_of(right, &member.key))),
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

/// How what came differs from what should have come; both are known not to be the same.
pub(super) fn difference(wanted: Option<&Node>, came: Option<&Node>) -> Difference {
    match (kind(wanted), kind(came)) {
        (Some(Kind::Array(wanted)), Some(Kind::Array(came))) if wanted.len() == came.len() => {
            let pairs = wanted.iter().zip(came).enumerate();
            let first = pairs.map(|(at, (wanted, came))| (at.to_string(), Some(wanted), Some(came)));
            nested(first)
        }
        (Some(Kind::Object(left)), Some(Kind::Object(right))) => {
            let keys = left.iter().chain(right).map(|member| &member.key);
            nested(keys.map(|key| (key.clone(), member_of(left, key), member_of(right, key))))
        }
        (Some(Kind::String(wanted)), Some(Kind::String(came))) => text::difference(wanted, came),
        (Some(Kind::Number(wanted)), Some(Kind::Number(came))) => number::difference(wanted, came),
        _ => Difference {
            at: String::new(),
            kind: of_types(wanted, came),
            expected: shown(wanted),
            actual: shown(came),
        },
    }
}

fn nested<'n>(mut parts: impl Iterator<Item = (String, Option<&'n Node>, Option<&'n Node>)>) -> Difference {
    let first = parts.find(|(_, wanted, came)| !same(*wanted, *came));
    let (name, wanted, came) = first.unwrap_or_default();
    let inner = difference(wanted, came);
    let at = pointer::child("", &name) + &inner.at;
    Difference { kind: inner.kind, expected: inner.expected, actual: inner.actual, at }
}

/// How the types differ.
fn of_types(wanted: Option<&Node>, came: Option<&Node>) -> String {
    let literal = |node: Option<&Node>| match kind(node) {
        Some(Kind::String(text)) => Some(text.clone()),
        Some(Kind::Number(token)) => Some(token.to_string()),
        Some(Kind::Bool(truth)) => Some(truth.to_string()),
        _ => None,
    };
    match (kind(wanted), kind(came)) {
        (_, None) => "it is absent or null".to_owned(),
        (None, _) => "a value stands where none was given".to_owned(),
        (Some(Kind::Array(_)), Some(Kind::Array(_))) => "the list has another length".to_owned(),
        (Some(Kind::Bool(_)), Some(Kind::Bool(_))) => "the truth value is the other".to_owned(),
        (Some(left), Some(right)) => {
            let same = literal(wanted).zip(literal(came)).is_some_and(|(left, right)| left == right);
            let (left, right) = (type_of(left), type_of(right));
            if same { format!("a {left} became a {right}") } else { format!("a {right} stands for a {left}") }
        }
    }
}

/// The type of a value, in a word.
pub(super) fn type_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(_) => "boolean",
        Kind::Number(_) => "number",
        Kind::String(_) => "text",
        Kind::Array(_) => "list",
        Kind::Object(_) => "object",
    }
}

/// A value in words, short.
pub(super) fn shown(node: Option<&Node>) -> String {
    match node.map(|node| (&node.kind, node)) {
        None => "absent".into(),
        Some((Kind::Number(token), _)) => number::shown(token),
        Some((Kind::String(text), _)) => format!("string {}", excerpt::excerpt(text, 0)),
        Some((_, node)) => crate::schema::show(&node.to_value()),
    }
}

/// The value of the last member with a name.
pub(super) fn member_of<'m>(members: &'m [Member], key: &str) -> Option<&'m Node> {
    members.iter().rev().find(|member| member.key == key).map(|member| &member.value)
}

fn kind(node: Option<&Node>) -> Option<&Kind> {
    node.map(|node| &node.kind).filter(|kind| **kind != Kind::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(text: &str) -> Node {
        json::read(text.as_bytes()).unwrap().root
    }

    fn told(wanted: &str, came: &str) -> Difference {
        let (wanted, came) = (read(wanted), read(came));
        assert!(!same(Some(&wanted), Some(&came)));
        difference(Some(&wanted), Some(&came))
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        for (left, right) in [
            ("1702963230.966423000", "1.702963230966423E9"),
            (r#""\u00e9""#, "\"é\""),
            ("[1, {\"a\": 2, \"b\": null}]", "[1.0, {\"a\": 2e0}]"),
        ] {
            assert!(same(Some(&read(left)), Some(&read(right))), "{left} {right}");
        }
        for (left, right) in
            [(r#""\u0065\u0301""#, "\"é\""), ("\"1\"", "1"), ("[1]", "[1, 1]"), ("{\"a\": 1}", "{\"b\": 1}")]
        {
            assert!(!same(Some(&read(left)), Some(&read(right))), "{left} {right}");
        }
        assert!(same(None, Some(&read("null"))));
    }

    #[test]
    fn the_first_place_that_differs_is_told() {
        let found = told(r#"{"a": [1, {"b/c": "x"}]}"#, r#"{"a": [1, {"b/c": "X"}]}"#);
        assert_eq!(found.at, "/a/1/b~1c");
        assert_eq!(found.kind, "it is in upper case");
    }

    #[test]
    fn a_change_of_type_is_told_from_another_value() {
        assert_eq!(told("7", "\"7\"").kind, "a number became a text");
        assert_eq!(told("\"true\"", "true").kind, "a text became a boolean");
        assert_eq!(told("\"7\"", "[]").kind, "a list stands for a text");
        assert_eq!(told("true", "false").kind, "the truth value is the other");
        assert_eq!(difference(Some(&read("7")), None).kind, "it is absent or null");
        assert_eq!(difference(None, Some(&read("7"))).kind, "a value stands where none was given");
    }
}
