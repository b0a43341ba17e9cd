//! Files, places in them, and the tree that remembers where each node stood.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A file of a contract.
#[derive(Debug, Clone)]
pub struct File {
    /// As people know it: the contract's path as given, other files relative to its folder.
    pub name: String,
    /// What it holds.
    pub text: String,
    line_starts: Vec<usize>,
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
}

/// Where a node stood, as byte offsets. Below an object stand its members in the order of the
/// value's map, below an array its items.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The member's key; for what has none, the same as `start`.
    pub(super) key: usize,
    pub(super) start: usize,
    pub(super) below: Vec<Spot>,
}

impl File {
    pub(super) fn new(name: impl Into<String>, text: String) -> Self {
        let breaks = text.match_indices('\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Self { name: name.into(), text, line_starts }
    }

    /// The place of a byte offset.
    pub fn location(&self, offset: usize) -> Location {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line.saturating_sub(1)];
        let before = self.text.as_bytes().get(start..offset).unwrap_or_default();
        let continued = before.iter().filter(|byte| **byte & 0xC0 == 0x80).count();
        Location { file: self.name.clone(), line, column: before.len() - continued + 1 }
    }

    /// A line, counted from 1, without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts.get(line.checked_sub(1)?)?;
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
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
