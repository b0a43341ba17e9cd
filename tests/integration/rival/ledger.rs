//! The groups created so far.

use std::time::Duration;

use super::http::Response;
use super::memory::{self, Rules};
use super::reading::Draft;

/// What a create asks for, as far as its name's being taken can depend on it.
#[derive(Clone, Default)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) rank: Option<i64>,
    pub(super) connection: u64,
    pub(super) attribution: Option<String>,
    pub(super) at: Duration,
}

/// A group that can be read back.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) serial: u64,
    pub(super) draft: Draft,
    pub(super) created: Duration,
    pub(super) answer: Response,
}

pub(super) struct Entry {
    pub(super) asked: Asked,
    /// None for a name that was taken without a create.
    pub(super) kept: Option<Kept>,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) entries: Vec<Entry>,
    /// The names refused for being taken, once for each time.
    pub(super) refused: Vec<String>,
}

impl Ledger {
    pub(super) fn preceding_name(&self) -> Option<&str> {
        self.entries.last().map(|entry| entry.asked.name.as_str())
    }

    pub(super) fn holds_rank(&self, rank: Option<i64>) -> bool {
        self.entries.iter().any(|entry| entry.asked.rank == rank)
    }

    pub(super) fn free_rank(&self, from: i64) -> i64 {
        let mut rank = from;
        while rank < i64::MAX && self.holds_rank(Some(rank)) {
            rank += 1;
        }
        rank
    }

    pub(super) fn answer_to(&self, name: &str, rank: Option<i64>) -> Option<Response> {
        self.entries
            .iter()
            .find(|entry| entry.asked.name == name && entry.asked.rank == rank)
            .and_then(|entry| entry.kept.as_ref())
            .map(|kept| kept.answer.clone())
    }

    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.entries.iter().filter_map(|entry| entry.kept.as_ref())
    }

    pub(super) fn add(&mut self, asked: Asked, kept: Option<Kept>) {
        self.entries.push(Entry { asked, kept });
    }

    pub(super) fn takes(&mut self, asked: &Asked, rules: &Rules) -> bool {
        let taken = memory::takes(self, asked, rules);
        if taken {
            self.refused.push(asked.name.clone());
        }
        taken
    }

    /// How often this name was refused for being taken.
    pub(super) fn refusals(&self, name: &str) -> usize {
        self.refused.iter().filter(|refused| *refused == name).count()
    }
}
