//! What a clean-up leaves, and why.

use crate::exchange::FailureKind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What of the resources that an operation made is left for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remaining {
    /// The operation that made them.
    pub operation: String,
    /// Why they are left.
    pub why: Why,
    /// How many there are.
    pub count: usize,
}

/// Why something is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The contract has no way to delete it.
    NoDelete,
    /// No answer says what it is called, and no list shows it.
    Nameless,
    /// Nobody knows whether it is there: no answer came, and no list shows it.
    Lost,
    /// The request that deletes it cannot be made.
    NoRequest,
    /// Its DELETE was answered with this status.
    Status(u16),
    /// There was no answer to its DELETE.
    NoAnswer,
    /// The target could not be reached.
    Unreachable,
    /// The clean-up ended before.
    Ended,
}

impl Remaining {
    /// Adds what is left to what is known to be.
    pub(in crate::run) fn add(all: &mut Vec<Remaining>, new: Remaining) {
        let same = |known: &&mut Remaining| (&known.operation, known.why) == (&new.operation, new.why);
        match all.iter_mut().find(same) {
            Some(known) => known.count = known.count.saturating_add(new.count),
            None => all.push(new),
        }
        all.sort();
    }

    /// Whether the contract has no way to delete them.
    pub fn is_without_delete(&self) -> bool {
        self.why == Why::NoDelete
    }
}

impl Why {
    pub(super) fn of(failure: FailureKind) -> Why {
        if failure.is_unreachable() { Why::Unreachable } else { Why::NoAnswer }
    }
}

/// In words that follow the number of them.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::NoDelete => "the contract has no way to delete it",
            Why::Nameless => "no answer names it, and no list shows it",
            Why::Lost => "it may be there: no answer came, and no list shows it",
            Why::NoRequest => "no request can be made that deletes it",
            Why::Status(status) => return write!(f, "its DELETE was answered with status {status}"),
            Why::NoAnswer => "its DELETE got no answer",
            Why::Unreachable => "the target could not be reached",
            Why::Ended => "the clean-up ended before",
        })
    }
}
