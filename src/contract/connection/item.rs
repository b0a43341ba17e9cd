//! Items of a list, or of an object that has them by their keys, and what of an item is meant.

use super::Source;
use crate::contract::expression::{Expression, Part};
use crate::json::{Kind, Node};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What is meant of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// JSON Pointer to what has the items.
    pub list: String,
    /// JSON Pointer in an item to what is meant; none where that is its key.
    pub member: Option<String>,
    /// Whether the items have keys: these are meant where an item does not have the member.
    pub keyed: bool,
}

impl Item {
    /// What is meant of the first item, as far as there is one.
    pub fn of_first(&self, body: &Node) -> Option<Node> {
        self.each(body).find_map(|(key, item)| self.of(key, item))
    }

    /// Every item, with its key if it has one.
    pub fn each<'n>(&self, body: &'n Node) -> impl Iterator<Item = (Option<&'n str>, &'n Node)> + use<'n> {
        let (items, members) = match body.at(&self.list).map(|list| &list.kind) {
            Some(Kind::Array(items)) => (items.as_slice(), [].as_slice()),
            Some(Kind::Object(members)) => ([].as_slice(), members.as_slice()),
            _ => ([].as_slice(), [].as_slice()),
        };
        let members = members.iter().map(|member| (Some(member.key.as_str()), &member.value));
        items.iter().map(|item| (None, item)).chain(members)
    }

    /// What is meant of an item with its key.
    pub fn of(&self, key: Option<&str>, item: &Node) -> Option<Node> {
        let member = self.member.as_deref().and_then(|member| item.at(member));
        let is_value = |node: &&Node| matches!(node.kind, Kind::String(_) | Kind::Number(_));
        let key = || key.filter(|_| self.keyed).map(|key| Node::from(&Value::from(key)));
        member.filter(is_value).cloned().or_else(key)
    }

    /// That of the first item, as a source.
    pub(super) fn source(self) -> Source {
        match &self.member {
            Some(member) if !self.keyed => {
                let at = format!("{}/0{member}", self.list);
                Source::Exchange(Expression::Response(Part::Body(at.as_str().into())))
            }
            _ => Source::Item(self),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Item { list, member, keyed } = self;
        match member {
            Some(member) => write!(f, "$response.body#{list}/*{member}")?,
            None if list.is_empty() => return f.write_str("a key of $response.body"),
            None => return write!(f, "a key of $response.body#{list}"),
        }
        if *keyed { f.write_str(" or its key") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn item(list: &str, member: Option<&str>, keyed: bool) -> Item {
        Item { list: list.to_owned(), member: member.map(str::to_owned), keyed }
    }

    #[test]
    fn the_first_item_has_what_is_meant_or_its_key_is_it() {
        let by_key = r#"{"a1": {"uuid": "u1", "title": "t"}, "a2": {"title": "x"}}"#;
        for (body, item, expected) in [
            (by_key, item("", Some("/uuid"), true), Some(r#""u1""#)),
            (r#"{"a2": {"title": "x"}}"#, item("", Some("/uuid"), true), Some(r#""a2""#)),
            (by_key, item("", None, true), Some(r#""a1""#)),
            (r#"{"w": {"b": {}}}"#, item("/w", None, true), Some(r#""b""#)),
            (r#"[{"id": null}, {"id": 7}]"#, item("", Some("/id"), false), Some("7")),
            ("{}", item("", Some("/uuid"), true), None),
            ("[]", item("", None, true), None),
        ] {
            let found = item.of_first(&json::read(body.as_bytes()).unwrap().root);
            assert_eq!(found.map(|node| node.to_value().to_string()).as_deref(), expected, "{body} {item}");
        }
    }

    #[test]
    fn what_is_meant_is_told_in_words() {
        assert_eq!(item("", Some("/uuid"), true).to_string(), "$response.body#/*/uuid or its key");
        assert_eq!(item("/data", Some("/id"), false).to_string(), "$response.body#/data/*/id");
        assert_eq!(item("", None, true).to_string(), "a key of $response.body");
    }
}
