//! JSON text to the letter: a strict RFC 8259 reader that keeps what a plain value forgets.
//!
//! Byte offsets, repeated keys, the digits of a number as they were written, and whether a
//! surrogate stood alone: judging what a host sent needs all of them.

use serde::Serialize;
use serde_json::{Map, Number, Value};

pub mod decimal;
pub mod pointer;
mod reader;
mod selector;
#[cfg(test)]
mod tests;

pub use reader::read;
pub use selector::Selector;

/// A value as JSON text, faster than by its `Display`.
pub fn compact(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The JSON type of a value, an integer apart from other numbers.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// How many arrays and objects may stand inside each other.
pub const MAX_DEPTH: usize = 1_000;

/// How many repeated members are named; a hostile text could otherwise make the list far longer
/// than itself.
pub const MAX_DUPLICATES: usize = 100;

/// A whole JSON text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The value.
    pub root: Node,
    /// JSON Pointers of members whose key occurred before in the same object, at most
    /// [`MAX_DUPLICATES`] of them, inner objects first.
    pub duplicates: Vec<String>,
    /// A `\u` escape was half of a surrogate pair without its other half; U+FFFD stands for it.
    pub lone_surrogates: bool,
}

/// A value and the bytes it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(Box<str>),
    /// A string, escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object; a repeated key stands here as often as it was written.
    Object(Vec<Member>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, escapes resolved.
    pub key: String,
    /// Offset of the key's opening quote.
    pub key_start: usize,
    /// The value.
    pub value: Node,
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct Malformed {
    /// Offset of the byte that does not fit.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not UTF-8.
    #[error("invalid UTF-8")]
    NotUtf8,
    /// The text begins with U+FEFF.
    #[error("unexpected byte order mark")]
    ByteOrderMark,
    /// Something else stands where this must stand.
    #[error("expected {0}")]
    Expected(&'static str),
    /// The text ends where this must stand.
    #[error("text ends, expected {0}")]
    Ended(&'static str),
    /// A control character stands in a string without an escape.
    #[error("unescaped control character")]
    ControlCharacter,
    /// A backslash is followed by something that is not an escape.
    #[error("invalid escape")]
    InvalidEscape,
    /// More than [`MAX_DEPTH`] arrays and objects stand inside each other: perhaps JSON, but
    /// nothing that is read.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

impl Text {
    /// The value without places; of repeated members the last counts.
    pub fn to_value(&self) -> Value {
        self.root.to_value()
    }

    /// The node at a JSON Pointer; of repeated members the last.
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        self.root.at(pointer)
    }
}

/// A value that was not read from a text.
impl From<&Value> for Node {
    fn from(value: &Value) -> Node {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(truth) => Kind::Bool(*truth),
            Value::Number(number) => Kind::Number(number.to_string().into()),
            Value::String(text) => Kind::String(text.clone()),
            Value::Array(items) => Kind::Array(items.iter().map(Node::from).collect()),
            Value::Object(members) => {
                let member = |(key, value): (&String, &Value)| Member {
                    key: key.clone(),
                    key_start: 0,
                    value: value.into(),
                };
                Kind::Object(members.iter().map(member).collect())
            }
        };
        Node { start: 0, end: 0, kind }
    }
}

impl Node {
    /// The value without places; of repeated members the last counts.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(raw) => Value::Number(number(raw)),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Array(items) => items.iter().map(Node::to_value).collect(),
            Kind::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                for member in members {
                    map.insert(member.key.clone(), member.value.to_value());
                }
                Value::Object(map)
            }
        }
    }

    /// How many arrays and objects stand inside each other here.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 0)];
        while let Some((node, level)) = open.pop() {
            deepest = deepest.max(level);
            match &node.kind {
                Kind::Array(items) => open.extend(items.iter().map(|item| (item, level + 1))),
                Kind::Object(members) => open.extend(members.iter().map(|member| (&member.value, level + 1))),
                _ => {}
            }
        }
        deepest
    }

    /// The node at a JSON Pointer that starts here; of repeated members the last.
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        pointer::tokens(pointer).try_fold(self, |node, token| node.child(&token, || pointer::index(&token)))
    }

    /// The member of a key, of repeated ones the last, or the item of an index.
    fn child(&self, key: &str, index: impl FnOnce() -> Option<usize>) -> Option<&Node> {
        match &self.kind {
            Kind::Array(items) => items.get(index()?),
            Kind::Object(members) => {
                members.iter().rev().find(|member| member.key == key).map(|member| &member.value)
            }
            _ => None,
        }
    }
}

/// The value of a number's text: exact where an integer of 64 bits holds it, else the nearest
/// double, and the greatest double where none is near.
pub(crate) fn number(raw: &str) -> Number {
    if raw != "-0" {
        if let Ok(integer) = raw.parse::<u64>() {
            return integer.into();
        }
        if let Ok(integer) = raw.parse::<i64>() {
            return integer.into();
        }
    }
    let double: f64 = raw.parse().unwrap_or_default();
    Number::from_f64(double.clamp(f64::MIN, f64::MAX)).unwrap_or_else(|| 0.into())
}
