//! Values for `jsonschema`: no copy is made of one to look at it.

use crate::json::{self, Kind, Member, Node};
use jsonschema::JsonType;
use jsonschema::json::{self as representation, Array, Json, NodeIdentity, Object};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The representation whose nodes are those that are [`Seen`].
pub(super) struct Values;

/// A value as a validator sees it.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    /// An object with one member.
    Member(&'a (&'a str, Seen<'a>)),
    /// A value in memory.
    Value(&'a Value),
    /// One as it was read; none of its objects has a key twice.
    Text(&'a Node),
}

/// An array as a validator sees it.
pub(super) enum Items<'a> {
    Values(&'a [Value]),
    Texts(&'a [Node]),
}

/// An object as a validator sees it.
pub(super) enum Members<'a> {
    One(&'a (&'a str, Seen<'a>)),
    Values(&'a Map<String, Value>),
    Texts(&'a [Member]),
}

impl Json for Values {
    type Node<'a> = Seen<'a>;
    type PreparedKey = String;
    type StringBuffer = Value;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Value, text: &str, f: impl FnOnce(Seen<'_>) -> T) -> T {
        *buffer = text.into();
        f(Seen::Value(buffer))
    }
}

impl<'a> representation::Node<'a, Values> for Seen<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = serde_json::Number;

    fn as_object(&self) -> Option<Members<'a>> {
        match self {
            Seen::Member(one) => Some(Members::One(one)),
            Seen::Value(Value::Object(members)) => Some(Members::Values(members)),
            Seen::Text(Node { kind: Kind::Object(members), .. }) => Some(Members::Texts(members)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self {
            Seen::Value(Value::Array(items)) => Some(Items::Values(items)),
            Seen::Text(Node { kind: Kind::Array(items), .. }) => Some(Items::Texts(items)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Seen::Value(Value::String(text)) | Seen::Text(Node { kind: Kind::String(text), .. }) => {
                Some(text.into())
            }
            _ => None,
        }
    }

    fn as_number(&self) -> Option<serde_json::Number> {
        match self {
            Seen::Value(Value::Number(number)) => Some(number.clone()),
            Seen::Text(Node { kind: Kind::Number(token), .. }) => Some(json::number(token)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Seen::Value(Value::Bool(truth)) | Seen::Text(Node { kind: Kind::Bool(truth), .. }) => {
                Some(*truth)
            }
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn is_number(&self) -> bool {
        self.json_type() == JsonType::Number
    }

    fn json_type(&self) -> JsonType {
        match self {
            Seen::Value(Value::Null) | Seen::Text(Node { kind: Kind::Null, .. }) => JsonType::Null,
            Seen::Value(Value::Bool(_)) | Seen::Text(Node { kind: Kind::Bool(_), .. }) => JsonType::Boolean,
            Seen::Value(Value::Number(_)) | Seen::Text(Node { kind: Kind::Number(_), .. }) => {
                JsonType::Number
            }
            Seen::Value(Value::String(_)) | Seen::Text(Node { kind: Kind::String(_), .. }) => {
                JsonType::String
            }
            Seen::Value(Value::Array(_)) | Seen::Text(Node { kind: Kind::Array(_), .. }) => JsonType::Array,
            Seen::Value(Value::Object(_))
            | Seen::Text(Node { kind: Kind::Object(_), .. })
            | Seen::Member(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self, expected) {
            (Seen::Text(Node { kind: Kind::String(text), .. }), Value::String(expected)) => text == expected,
            (Seen::Text(Node { kind: Kind::String(_), .. }), _) | (Seen::Text(_), Value::String(_)) => false,
            _ => representation::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        match self {
            Seen::Member((name, value)) => {
                Cow::Owned([((*name).to_owned(), value.to_value().into_owned())].into_iter().collect())
            }
            Seen::Value(value) => Cow::Borrowed(value),
            Seen::Text(node) => Cow::Owned(node.to_value()),
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(match self {
            Seen::Member(one) => std::ptr::from_ref(*one) as usize,
            Seen::Value(value) => std::ptr::from_ref::<Value>(value) as usize,
            Seen::Text(node) => std::ptr::from_ref::<Node>(node) as usize,
        }))
    }
}

impl<'a> Object<'a, Values> for Members<'a> {
    type Node = Seen<'a>;
    type MemberName = &'a str;
    type MembersIter = Each<'a>;

    fn len(&self) -> usize {
        match self {
            Members::One(_) => 1,
            Members::Values(members) => members.len(),
            Members::Texts(members) => members.len(),
        }
    }

    fn get(&self, key: &String) -> Option<Seen<'a>> {
        match self {
            Members::One((name, value)) => (name == key).then_some(*value),
            Members::Values(members) => members.get(key).map(Seen::Value),
            Members::Texts(members) => {
                members.iter().find(|member| member.key == *key).map(|member| Seen::Text(&member.value))
            }
        }
    }

    fn members(&self) -> Each<'a> {
        match self {
            Members::One(one) => Each::One(Some(one)),
            Members::Values(members) => Each::Values(members.iter()),
            Members::Texts(members) => Each::Texts(members.iter()),
        }
    }
}

/// The members of an object, in order.
pub(super) enum Each<'a> {
    One(Option<&'a (&'a str, Seen<'a>)>),
    Values(serde_json::map::Iter<'a>),
    Texts(std::slice::Iter<'a, Member>),
}

impl<'a> Iterator for Each<'a> {
    type Item = (&'a str, Seen<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Each::One(one) => one.take().copied(),
            Each::Values(members) => members.next().map(|(key, value)| (key.as_str(), Seen::Value(value))),
            Each::Texts(members) => {
                members.next().map(|member| (member.key.as_str(), Seen::Text(&member.value)))
            }
        }
    }
}

impl<'a> Array<'a, Values> for Items<'a> {
    type Node = Seen<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        match self {
            Items::Values(items) => items.len(),
            Items::Texts(items) => items.len(),
        }
    }

    fn elements(&self) -> Elements<'a> {
        match self {
            Items::Values(items) => Elements::Values(items.iter()),
            Items::Texts(items) => Elements::Texts(items.iter()),
        }
    }
}

/// The items of an array, in order.
pub(super) enum Elements<'a> {
    Values(std::slice::Iter<'a, Value>),
    Texts(std::slice::Iter<'a, Node>),
}

impl<'a> Iterator for Elements<'a> {
    type Item = Seen<'a>;

    fn next(&mut self) -> Option<Seen<'a>> {
        match self {
            Elements::Values(items) => items.next().map(Seen::Value),
            Elements::Texts(items) => items.next().map(Seen::Text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Text;
    use jsonschema::json::{SerdeJson, conformance};
    use jsonschema::{Validator, options_for};
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Text {
        json::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn nodes_keep_what_jsonschema_relies_on() {
        let text = read(&conformance::document().to_string());
        conformance::assert_conformance::<Values>(&Seen::Text(&text.root));
        conformance::assert_conformance::<Values>(&Seen::Value(&conformance::document()));
    }

    /// Each keyword, with values about it.
    fn schemas() -> Vec<Value> {
        vec![
            json!({"type": "integer"}),
            json!({"type": ["number", "null"], "multipleOf": 0.5, "minimum": -1, "exclusiveMaximum": 2}),
            json!({"const": 1}),
            json!({"enum": ["a", null, 1, {"a": 1}, [1.0]]}),
            json!({"type": "string", "minLength": 1, "maxLength": 2, "pattern": "^a"}),
            json!({"format": "date"}),
            json!({"items": {"type": "integer"}, "minItems": 1, "maxItems": 2, "uniqueItems": true}),
            json!({"prefixItems": [{"type": "null"}], "contains": {"const": 1}}),
            json!({"properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}),
            json!({"patternProperties": {"^a": {"type": "null"}}, "propertyNames": {"maxLength": 1}}),
            json!({"minProperties": 1, "maxProperties": 1, "dependentRequired": {"a": ["b"]}}),
            json!({"oneOf": [{"type": "object"}, {"required": ["a"]}], "unevaluatedProperties": {"type": "null"}}),
            json!({"anyOf": [{"type": "array"}, {"type": "boolean"}], "not": {"maxItems": 0}}),
            json!({"if": {"type": "object"}, "then": {"additionalProperties": {"$ref": "#"}}, "else": {"type": "number"}}),
        ]
    }

    fn values() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            prop::sample::select(vec![
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1",
                "1.0",
                "1e0",
                "1.5",
                "-2",
                "1e400",
                "18446744073709551616",
                r#""""#,
                r#""a""#,
                r#""é""#,
                r#""a𝄞b""#,
                r#""2026-01-31""#,
            ])
            .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            let array = prop::collection::vec(inner.clone(), 0..4);
            let object = prop::collection::btree_map("[ab]{1,2}", inner, 0..3);
            let member = |(key, value): (String, String)| format!("\"{key}\": {value}");
            prop_oneof![
                array.prop_map(|items| format!("[{}]", items.join(", "))),
                object.prop_map(move |members| {
                    let members: Vec<String> = members.into_iter().map(member).collect();
                    format!("{{{}}}", members.join(", "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_text_satisfies_what_its_value_satisfies(text in values()) {
            let text = read(&text);
            for schema in schemas() {
                let own: Validator<Values> = options_for().build(&schema).unwrap();
                let plain: Validator<SerdeJson> = options_for().build(&schema).unwrap();
                let value = text.to_value();
                let expected = plain.is_valid(&value);
                prop_assert_eq!(own.is_valid(Seen::Text(&text.root)), expected, "{} {}", schema, value);
                prop_assert_eq!(own.is_valid(Seen::Value(&value)), expected, "{} {}", schema, value);
            }
        }
    }
}
