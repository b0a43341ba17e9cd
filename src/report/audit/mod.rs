//! What an audit has shown, for people and for machines.

mod json;
mod text;

pub use json::{FORMAT, json};
pub use text::text;

use crate::audit::Audit;
use crate::contract::Contract;
use std::time::Duration;

/// What a report of an audit is about.
#[derive(Clone, Copy)]
pub struct Audited<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// What was shown.
    pub audit: &'a Audit,
    /// What the plan's random choices were derived from.
    pub seed: u64,
    /// How long it took.
    pub elapsed: Duration,
}
