//! What waits for a person: shown as a difference, accepted or rejected.

use super::error::SnapshotError;
use super::file::{self, Text};
use super::page;
use super::store::Store;
use anstyle::{AnsiColor, Style};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A page that waits for a person.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The page's name.
    pub page: String,
    /// The pending file.
    pub path: PathBuf,
    /// The stored body, if there is one that can be read.
    pub old: Option<String>,
    /// The body that waits.
    pub new: String,
    /// The contract's file.
    pub source: Option<String>,
    /// The line in it that the cases are derived from.
    pub line: Option<u64>,
    /// Why the pending file cannot be accepted, if it cannot.
    pub damaged: Option<String>,
}

/// A page in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The page's name.
    pub page: String,
    /// What is known of it.
    pub state: State,
}

/// What is known of a page in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is stored, and nothing waits.
    Settled,
    /// It is stored, and a change waits.
    Changed,
    /// It is new and waits.
    New,
    /// It is stored, but the plan has no such page.
    Orphan,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub sign: Sign,
    /// The line.
    pub text: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It stands in both, near something that changed.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Lines that stand in both were left out here.
    Gap,
}

impl Store {
    /// What waits for a person, in the order of names.
    pub fn pending(&self) -> Result<Vec<Pending>, SnapshotError> {
        let listing = self.listing()?;
        let pending = listing.pending.into_iter().map(|name| {
            let path = self.pending_path(&name);
            let old = listing.settled.contains(&name).then(|| Text::read(&self.path(&name)).ok()).flatten();
            let old = old.map(|text| text.body);
            match Text::read(&path) {
                Ok(text) => Pending {
                    damaged: page::parse(&text.body).err(),
                    source: text.source().map(str::to_owned),
                    line: text.line(),
                    new: text.body,
                    page: name,
                    path,
                    old,
                },
                Err(error) => Pending {
                    page: name,
                    path,
                    old,
                    new: String::new(),
                    source: None,
                    line: None,
                    damaged: Some(error.to_string()),
                },
            }
        });
        Ok(pending.collect())
    }

    /// Stores the pending pages whose names are wanted, after a look at all of them: either all
    /// of them can be stored, or none is.
    pub fn accept(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SnapshotError> {
        let mut texts = Vec::new();
        for name in self.listing()?.pending.into_iter().filter(|name| wanted(name)) {
            let path = self.pending_path(&name);
            let text = Text::read(&path)?;
            page::parse(&text.body).map_err(|why| SnapshotError::Malformed { path, why })?;
            texts.push((name, text));
        }
        let mut accepted = Vec::new();
        for (name, text) in texts {
            text.write(&self.path(&name), false)?;
            file::remove(&self.pending_path(&name))?;
            accepted.push(name);
        }
        Ok(accepted)
    }

    /// Drops the pending pages whose names are wanted.
    pub fn reject(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SnapshotError> {
        let mut rejected = Vec::new();
        for name in self.listing()?.pending.into_iter().filter(|name| wanted(name)) {
            file::remove(&self.pending_path(&name))?;
            rejected.push(name);
        }
        Ok(rejected)
    }

    /// Every page, in the order of names; with the names that a whole plan gives, orphans are told.
    pub fn list(&self, planned: Option<&BTreeSet<String>>) -> Result<Vec<Listed>, SnapshotError> {
        let listing = self.listing()?;
        let names: BTreeSet<&String> = listing.settled.union(&listing.pending).collect();
        let state = |name: &String| match (listing.settled.contains(name), listing.pending.contains(name)) {
            (true, _) if planned.is_some_and(|planned| !planned.contains(name)) => State::Orphan,
            (true, false) => State::Settled,
            (true, true) => State::Changed,
            (false, _) => State::New,
        };
        Ok(names.into_iter().map(|name| Listed { state: state(name), page: name.clone() }).collect())
    }
}

/// What changed between two bodies, with a few lines around it.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    const AROUND: usize = 4;
    let differ = similar::TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (index, group) in differ.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine { sign: Sign::Gap, text: "⋯".to_owned() });
        }
        for change in group.iter().flat_map(|operation| differ.iter_changes(operation)) {
            let sign = match change.tag() {
                similar::ChangeTag::Equal => Sign::Same,
                similar::ChangeTag::Insert => Sign::Added,
                similar::ChangeTag::Delete => Sign::Removed,
            };
            let text: &str = change.value();
            lines.push(DiffLine { sign, text: text.trim_end_matches(['\n', '\r']).to_owned() });
        }
    }
    lines
}

/// A difference as text, one line each, with or without colour.
pub fn unified(lines: &[DiffLine], coloured: bool) -> String {
    let mut out = String::new();
    for line in lines {
        let (sign, style) = match line.sign {
            Sign::Same => (" ", Style::new()),
            Sign::Added => ("+", AnsiColor::Green.on_default()),
            Sign::Removed => ("-", AnsiColor::Red.on_default()),
            Sign::Gap => (" ", Style::new().dimmed()),
        };
        let style = if coloured { style } else { Style::new() };
        let _ = writeln!(out, "{style}{sign} {}{style:#}", super::text::plain(&line.text));
    }
    out
}
