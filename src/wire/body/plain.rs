//! Bodies that are one text, or bytes.

use super::leaf::{self, Leaf, Meaning};
use super::shape::Shape;
use super::{CONTENTS, Found, NOT_UTF8, OTHER_CHARSET, file};
use crate::json::{Kind, Node};

/// The text of a value that is one.
pub(super) fn written(value: &Node) -> Option<String> {
    leaf::text(value)
}

/// The bytes of a value: each character one, where it stands for them.
pub(super) fn bytes(shape: &Shape, value: &Node) -> Option<Vec<u8>> {
    let text = leaf::text(value)?;
    if shape.binary { latin(&text) } else { Some(text.into_bytes()) }
}

pub(super) fn read(shape: &Shape, content_type: &str, bytes: &[u8], found: &mut Found) -> Meaning {
    let lower = content_type.to_ascii_lowercase();
    if lower.contains("charset") && !lower.contains("utf-8") {
        found.unclear(OTHER_CHARSET);
    }
    if str::from_utf8(bytes).is_err() {
        found.unclear(NOT_UTF8);
    }
    leaf(bytes).meaning(shape)
}

pub(super) fn read_bytes(shape: &Shape, content_type: &str, bytes: &[u8], found: &mut Found) -> Meaning {
    if shape.binary && !file::is_whole(content_type, bytes) {
        found.unclear(CONTENTS);
    }
    if !shape.binary && str::from_utf8(bytes).is_ok() {
        return leaf(bytes).meaning(shape);
    }
    Meaning::same(leaf::node(Kind::String(of_latin(bytes)), (0, bytes.len())))
}

fn leaf(bytes: &[u8]) -> Leaf {
    Leaf { text: String::from_utf8_lossy(bytes).into_owned(), span: (0, bytes.len()) }
}

/// Bytes as text, a character each.
pub(super) fn of_latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Such text as bytes again.
pub(super) fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}
