//! A list as JSON texts behind each other.

use super::leaf::{self, Meaning};
use super::shape::Shape;
use super::{Found, Malformed};
use crate::contract::model::{self, Sequence};
use crate::json::{Kind, Node};
use crate::wire::sequence;
use serde_json::Value;

const ITEMS: &str = "how a schema and the items of a sequence go together is not said";

/// How the items of a media type follow each other, where each is a JSON text.
pub(super) fn kind(media_type: &str) -> Option<Sequence> {
    model::sequence(media_type).filter(|kind| matches!(kind, Sequence::Lines | Sequence::Records))
}

/// A list as its items; anything else as the only one.
pub(super) fn written(content_type: &str, value: &Node) -> Option<Vec<u8>> {
    let items = match &value.kind {
        Kind::Array(items) => items.iter().map(Node::to_value).collect(),
        _ => Vec::from([value.to_value()]),
    };
    let items: Vec<Value> = items;
    sequence::written(kind(content_type)?, &items)
}

/// What such a body stands for.
pub(super) fn read(
    shape: &Shape,
    content_type: &str,
    bytes: &[u8],
    found: &mut Found,
) -> Result<Meaning, Malformed> {
    found.unclear(ITEMS);
    let kind = kind(content_type).ok_or(NOT_A_SEQUENCE)?;
    let mut items = Vec::new();
    for item in sequence::items(kind, content_type, bytes).into_iter().flatten() {
        items.push(item.map_err(|_| NOT_A_SEQUENCE)?.root);
    }
    Ok(match items.pop() {
        Some(only) if items.is_empty() && !shape.is_list() => Meaning::same(only),
        last => {
            items.extend(last);
            Meaning::same(leaf::node(Kind::Array(items), (0, bytes.len())))
        }
    })
}

const NOT_A_SEQUENCE: Malformed = Malformed("it holds what is no JSON text");
