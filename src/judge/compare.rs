//! Equality to the letter: numbers without rounding, text code point by code point.

use crate::json::{self, Kind, Node};

/// Whether two values are equal: numbers by value to the last digit, text code point by
/// code point, an absent value as null.
pub(super) fn same(left: Option<&Node>, right: Option<&Node>) -> bool {
    match (kind(left), kind(right)) {
        (None, None) => true,
        (Some(Kind::Number(left)), Some(Kind::Number(right))) => {
            left == right || Decimal::read(left) == Decimal::read(right)
        }
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

fn member_of<'m>(members: &'m [json::Member], key: &str) -> Option<&'m Node> {
    members.iter().rev().find(|member| member.key == key).map(|member| &member.value)
}

fn kind(node: Option<&Node>) -> Option<&Kind> {
    node.map(|node| &node.kind).filter(|kind| **kind != Kind::Null)
}

/// How two values that should be equal differ.
pub(super) fn difference(left: Option<&Node>, right: Option<&Node>) -> &'static str {
    match (left.map(|node| &node.kind), right.map(|node| &node.kind)) {
        (None | Some(Kind::Null), _) | (_, None | Some(Kind::Null)) => "one of them is absent or null",
        (Some(Kind::String(left)), Some(Kind::String(right))) => {
            if left.trim() == right.trim() {
                "spaces around it differ"
            } else if left.to_lowercase() == right.to_lowercase() {
                "upper and lower case differ"
            } else if !left.is_empty() && right.starts_with(left.as_str()) {
                "it is cut"
            } else if unescaped(left) == *right {
                "it is escaped for HTML"
            } else if ascii(left).eq(ascii(right)) {
                "its characters were decoded wrongly"
            } else {
                "the text differs"
            }
        }
        (Some(Kind::Number(_)), Some(Kind::Number(_))) => "the number differs",
        _ => "the values differ",
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#34;", "\"");
    text.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&")
}

/// What is left of text however its other characters were decoded.
fn ascii(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_ascii() && *c != '?')
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
        let kept = digits.trim_end_matches('0');
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX / 4);
        let stated = exponent.parse::<i64>().unwrap_or(i64::MAX / 2);
        let exponent = stated.saturating_sub(length(fraction)) + (length(&digits) - length(kept));
        let kept = kept.trim_start_matches('0');
        if kept.is_empty() {
            return Decimal { negative: false, digits: "0".into(), exponent: 0 };
        }
        Decimal { negative, digits: kept.to_owned(), exponent }
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
}
