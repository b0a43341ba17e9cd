//! Files, places in them, and the tree that remembers where each node stood.

use std::fmt;

use crate::json::pointer;
use serde::{Deserialize, Serialize};

/// A file of a contract.
#[derive(Debug, Clone)]
pub struct File {
    /// As people know it: the contract's path as given, other files relative to its folder.
    pub name: String,
    /// What it holds.
    pub text: String,
    line_starts: Vec<usize>,
    /// How many bytes before each block of the text do not begin a character: many a document is
    /// one line of megabytes.
    continued: Vec<usize>,
}

const BLOCK: usize = 256;

fn continuations(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 == 0x80).count()
}

/// A place in a file, for people; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file's name.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The JSON Pointer in the file, where the line is too long for a column to tell a person
    /// anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Box<str>>,
}

/// In a line of more bytes than this nobody counts columns: many documents are one line.
pub(super) const LONG_LINE: usize = 200;

/// Where a node stood, as byte offsets. Below an object stand its members in the order of the
/// value's map, below an array its items.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The member's key; for what has none, the same as `start`.
    pub(super) key: usize,
    pub(super) start: usize,
    pub(super) below: Vec<Spot>,
}

/// What stands in a document as one of its files does: a file, or a part of one once more.
#[derive(Debug, Clone)]
pub(super) struct Mounted {
    /// The number of its file.
    pub(super) file: usize,
    /// The pointer in the file to it.
    pub(super) base: String,
    pub(super) spot: Spot,
}

impl File {
    pub(super) fn new(name: impl Into<String>, text: String) -> Self {
        let breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            let here = *before;
            *before += continuations(block);
            Some(here)
        });
        let continued = blocks.collect();
        Self { name: name.into(), text, line_starts, continued }
    }

    /// The place of a byte offset.
    pub fn location(&self, offset: usize) -> Location {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line.saturating_sub(1)];
        let end = offset.clamp(start, self.text.len());
        let continued = self.continued_before(end) - self.continued_before(start);
        Location { file: self.name.clone(), line, column: end - start - continued + 1, inside: None }
    }

    /// The place of a node, given its offset and its JSON Pointer in the file.
    pub(super) fn place(&self, offset: usize, pointer: &str) -> Location {
        let place = self.location(offset);
        let is_long = self.line(place.line).is_some_and(|line| line.len() > LONG_LINE);
        Location { inside: is_long.then(|| pointer.into()), ..place }
    }

    fn continued_before(&self, offset: usize) -> usize {
        let Some(before) = self.continued.get(offset / BLOCK) else {
            return continuations(self.text.as_bytes());
        };
        before + continuations(&self.text.as_bytes()[offset / BLOCK * BLOCK..offset])
    }

    /// A line, counted from 1, without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts.get(line.checked_sub(1)?)?;
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

/// The methods that have a field of their own in a Path Item Object.
pub const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The field of a Path Item Object that has all other methods.
pub const FURTHER: &str = "additionalOperations";

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pointer) = &self.inside else {
            return write!(out, "{}:{}:{}", self.file, self.line, self.column);
        };
        write!(out, "{}:{} ", self.file, self.line)?;
        let mut tokens = pointer::tokens(pointer);
        if tokens.next().as_deref() == Some("paths")
            && let (Some(path), Some(method)) = (tokens.next(), tokens.next())
        {
            if METHODS.contains(&method.as_ref()) {
                write!(out, "({} {path}) ", method.to_uppercase())?;
            } else if let Some(method) = tokens.next().filter(|_| method == FURTHER) {
                write!(out, "({method} {path}) ")?;
            }
        }
        out.write_str(if pointer.is_empty() { "(the whole)" } else { pointer })
    }
}

impl Spot {
    pub(super) fn leaf(start: usize) -> Self {
        Self::new(start, Vec::new())
    }

    pub(super) fn new(start: usize, below: Vec<Self>) -> Self {
        Self { key: start, start, below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_however_long_a_line_is() {
        let text = "é\n".to_owned() + &"aé".repeat(5 * BLOCK) + "\nx";
        let file = File::new("one.json", text.clone());
        let mut offsets = vec![0, 2, 3, text.len() - 1, text.len()];
        offsets.extend((3..text.len()).step_by(1021).filter(|offset| text.is_char_boundary(*offset)));
        for offset in offsets {
            let before = &text[..offset];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let found = file.location(offset);
            assert_eq!((found.line, found.column), (line, column), "{offset}");
        }
    }
}
