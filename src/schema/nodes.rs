//! Values as they were read, for `jsonschema`: no copy is made of an answer that satisfies its schema.

use crate::json::{self, Kind, Member, Node};
use jsonschema::JsonType;
use jsonschema::json::{self as representation, Array, Json, NodeIdentity, Object};
use serde_json::Value;
use std::borrow::Cow;

/// The representation whose nodes are those of a [`json::Text`]; none of its objects has a key twice.
pub(super) struct Nodes;

impl Json for Nodes {
    type Node<'a> = &'a Node;
    type PreparedKey = String;
    type StringBuffer = Option<Node>;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Option<Node>, text: &str, f: impl FnOnce(&Node) -> T) -> T {
        f(buffer.insert(Node { start: 0, end: 0, kind: Kind::String(text.to_owned()) }))
    }
}

impl<'a> representation::Node<'a, Nodes> for &'a Node {
    type Object = &'a [Member];
    type Array = &'a [Node];
    type Number = serde_json::Number;

    fn as_object(&self) -> Option<&'a [Member]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<&'a [Node]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match &self.kind {
            Kind::String(text) => Some(text.into()),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<serde_json::Number> {
        match &self.kind {
            Kind::Number(token) => Some(json::number(token)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number(_))
    }

    fn json_type(&self) -> JsonType {
        match &self.kind {
            Kind::Null => JsonType::Null,
            Kind::Bool(_) => JsonType::Boolean,
            Kind::Number(_) => JsonType::Number,
            Kind::String(_) => JsonType::String,
            Kind::Array(_) => JsonType::Array,
            Kind::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (&self.kind, expected) {
            (Kind::String(text), Value::String(expected)) => text == expected,
            (Kind::String(_), _) | (_, Value::String(_)) => false,
            _ => representation::cmp::equal(&Node::to_value(self), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(Node::to_value(self))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node>(self) as usize))
    }
}

impl<'a> Object<'a, Nodes> for &'a [Member] {
    type Node = &'a Node;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[Member]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Node> {
        self.iter().find(|member| member.key == *key).map(|member| &member.value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object, in order.
pub(super) struct Members<'a>(std::slice::Iter<'a, Member>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Node);

    fn next(&mut self) -> Option<(&'a str, &'a Node)> {
        self.0.next().map(|member| (&*member.key, &member.value))
    }
}

impl<'a> Array<'a, Nodes> for &'a [Node] {
    type Node = &'a Node;
    type ElementsIter = std::slice::Iter<'a, Node>;

    fn len(&self) -> usize {
        <[Node]>::len(self)
    }

    fn elements(&self) -> std::slice::Iter<'a, Node> {
        self.iter()
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
        conformance::assert_conformance::<Nodes>(&&text.root);
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
                let nodes: Validator<Nodes> = options_for().build(&schema).unwrap();
                let plain: Validator<SerdeJson> = options_for().build(&schema).unwrap();
                let (came, value) = (nodes.is_valid(&text.root), text.to_value());
                prop_assert_eq!(came, plain.is_valid(&value), "{} {}", schema, value);
            }
        }
    }
}
