//! Snapshots: behaviour that a person has seen and agreed to, as files in insta's format.
//!
//! One page holds the cases of one operation, place and cause; [`render`] makes pages of a run,
//! [`Store`] compares them with what is stored and settles what differs.

mod answer;
mod clock;
mod error;
mod file;
mod hunk;
mod name;
mod observed;
mod page;
mod recorded;
mod redact;
mod render;
mod review;
mod still;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod unstable;

pub use answer::{Body, Form, Reply, Shown};
pub use error::SnapshotError;
pub use hunk::Hunk;
pub use observed::observed;
pub use page::{Entry, Snapshot};
pub use recorded::Recorded;
pub use render::{planned, render, set_fixed_aside, source_name};
pub use review::{Answers, DiffLine, Group, Listed, Pair, Pending, Sign, State, diff, groups, unified};
pub use still::held_still;
pub use store::{ChangedCase, Comparison, Difference, Kind, Store, Written};
pub use unstable::Unstable;

use crate::record::Record;
use crate::run::End;
use std::time::Duration;

/// How long the second pass of a record waits: what counts whole seconds shows another one by then.
pub const BETWEEN_PASSES: Duration = Duration::from_millis(1_100);

/// How much of the plan a run was meant to cover, and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything that the contract implies: what is stored beyond it is an orphan.
    Complete,
    /// A part: nothing is known about the rest.
    Partial,
}

/// What may be written to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// What is new or changed, beside what is stored, for a person to settle.
    Pending,
    /// What is new at once, what changed beside what is stored.
    Unseen,
    /// Nothing.
    Nothing,
    /// What is new or changed, in place of what is stored.
    Accept,
}

impl Extent {
    /// The extent of a run whose plan held everything, or was limited by the user.
    pub fn of(run: &Record, limited: bool) -> Extent {
        if run.end == End::Complete && !limited { Extent::Complete } else { Extent::Partial }
    }
}

impl Writing {
    /// What the value of `INSTA_UPDATE` allows a comparison; in a pipeline it writes nothing.
    pub fn allowed(insta_update: Option<&str>, in_pipeline: bool) -> Writing {
        match insta_update {
            _ if in_pipeline => Writing::Nothing,
            Some("no") => Writing::Nothing,
            Some("always" | "force" | "1") => Writing::Accept,
            Some("unseen") => Writing::Unseen,
            _ => Writing::Pending,
        }
    }
}
