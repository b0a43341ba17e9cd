//! Rules of lists: what a list owes the parameters that it is asked for with.

use crate::contract::expression::Expression;
use serde::Deserialize;
use std::fmt;

/// A list in order.
#[derive(Clone, Debug, Deserialize)]
pub struct Sorted {
    /// The list.
    pub list: Expression,
    /// By which member of its items.
    pub by: Key,
    /// In which direction.
    #[serde(default)]
    pub order: Order,
}

/// By what items are sorted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Key {
    /// A member of an item, by JSON Pointer.
    Member(String),
    /// What a parameter names, such as `price`, `-price` or `price:desc`.
    Parameter(Expression),
}

/// In which direction a list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Order {
    /// The least, or the earliest, first.
    #[default]
    Ascending,
    /// The greatest, or the latest, first.
    Descending,
    /// As a parameter says: `asc` or `desc`.
    Parameter(Expression),
}

/// A value of each item that is as a parameter says.
#[derive(Clone, Debug, Deserialize)]
pub struct Matches {
    /// The values, with `*` for each item.
    pub each: Expression,
    /// As what they are.
    #[serde(flatten)]
    pub wanted: Wanted,
}

/// What the values of a list are.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Equal to a parameter.
    Equals(Expression),
    /// Texts that hold the text of a parameter, in upper or lower case.
    Contains(Expression),
    /// One of those that a parameter lists.
    In(Expression),
    /// Not less than a parameter, and not greater than another; one of them may be absent.
    Within([Expression; 2]),
}

/// The pages of a list, which together are the list.
#[derive(Clone, Debug, Deserialize)]
pub struct Paged {
    /// The list.
    pub list: Expression,
    /// The query parameter that says how many items a page has.
    pub limit: Expression,
    /// The query parameter that says how many items come before it, or the number of the page.
    #[serde(flatten)]
    pub place: Place,
    /// The member that tells items apart, by JSON Pointer; without it, all that they are.
    #[serde(default)]
    pub by: String,
}

/// How a page says where it begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// After so many items.
    Offset(Expression),
    /// After so many pages; the first has the least number that the parameter may have, or 1.
    Number(Expression),
}

/// What a list may be sorted by, or how, is neither of what can stand there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no {1}")]
pub struct NotSorted(String, &'static str);

impl TryFrom<String> for Key {
    type Error = NotSorted;

    fn try_from(text: String) -> Result<Key, NotSorted> {
        match Expression::parse(&text) {
            Ok(parameter) => Ok(Key::Parameter(parameter)),
            Err(_) if text.starts_with('/') => Ok(Key::Member(text)),
            Err(_) => Err(NotSorted(text, "JSON Pointer into an item and no runtime expression")),
        }
    }
}

impl TryFrom<String> for Order {
    type Error = NotSorted;

    fn try_from(text: String) -> Result<Order, NotSorted> {
        match (Order::told(&text), Expression::parse(&text)) {
            (Some(false), _) => Ok(Order::Ascending),
            (Some(true), _) => Ok(Order::Descending),
            (None, Ok(parameter)) => Ok(Order::Parameter(parameter)),
            (None, Err(_)) => {
                Err(NotSorted(text, "direction (ascending, descending) and no runtime expression"))
            }
        }
    }
}

impl Order {
    /// Whether a word for a direction means the greatest first; nothing if it means neither.
    pub fn told(word: &str) -> Option<bool> {
        match word.to_ascii_lowercase().as_str() {
            "asc" | "ascending" => Some(false),
            "desc" | "descending" => Some(true),
            _ => None,
        }
    }
}

impl Key {
    /// The member that the value of a parameter names, by JSON Pointer, and whether the greatest comes
    /// first, if it says so; nothing where it names none or several.
    pub fn named(value: &str) -> Option<(String, Option<bool>)> {
        let (value, sign) = match value.strip_prefix('-') {
            Some(rest) => (rest, Some(true)),
            None => (value.strip_prefix('+').unwrap_or(value), None),
        };
        let (name, told) = match value.split_once([':', ' ', ',']) {
            Some((name, word)) => (name, Some(Order::told(word)?)),
            None => (value, None),
        };
        let plain =
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
        plain.then(|| (format!("/{}", name.replace('.', "/")), sign.or(told)))
    }
}

impl Matches {
    /// The parameters that it depends on.
    pub fn parameters(&self) -> Vec<&Expression> {
        match &self.wanted {
            Wanted::Equals(one) | Wanted::Contains(one) | Wanted::In(one) => vec![one],
            Wanted::Within(both) => both.iter().collect(),
        }
    }
}

impl Paged {
    /// The parameter that says where a page begins.
    pub fn begin(&self) -> &Expression {
        let (Place::Offset(begin) | Place::Number(begin)) = &self.place;
        begin
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Member(at) => f.write_str(at),
            Key::Parameter(parameter) => parameter.fmt(f),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Ascending => f.write_str("ascending"),
            Order::Descending => f.write_str("descending"),
            Order::Parameter(parameter) => parameter.fmt(f),
        }
    }
}

impl fmt::Display for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = &self.each;
        match &self.wanted {
            Wanted::Equals(one) => write!(f, "{each} equals {one}"),
            Wanted::Contains(one) => write!(f, "{each} contains {one}"),
            Wanted::In(one) => write!(f, "{each} in {one}"),
            Wanted::Within([least, most]) => write!(f, "{each} within {least} {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_names_a_member_and_perhaps_a_direction() {
        for (value, expected) in [
            ("price", Some(("/price", None))),
            ("-price", Some(("/price", Some(true)))),
            ("+price", Some(("/price", None))),
            ("price:desc", Some(("/price", Some(true)))),
            ("price ASC", Some(("/price", Some(false)))),
            ("owner.name,descending", Some(("/owner/name", Some(true)))),
            ("price,name", None),
            ("", None),
        ] {
            let expected = expected.map(|(at, order)| (at.to_owned(), order));
            assert_eq!(Key::named(value), expected, "{value}");
        }
    }

    #[test]
    fn what_a_list_is_sorted_by_stands_in_the_contract_or_in_a_parameter() {
        let sorted: Sorted = serde_json::from_value(serde_json::json!({
            "list": "$response.body#/data", "by": "$request.query.sort", "order": "descending",
        }))
        .unwrap();
        assert!(matches!(sorted.by, Key::Parameter(_)));
        assert_eq!(sorted.order, Order::Descending);
        assert!(Key::try_from("price".to_owned()).is_err());
        assert!(Order::try_from("up".to_owned()).is_err());
    }
}
