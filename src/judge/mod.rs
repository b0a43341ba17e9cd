//! The judge: what the contract holds against an exchange. Each check has a file of its own.

mod finding;
mod level;

pub use finding::{Finding, Observation, findings};
pub use level::{Levels, Severity};

/// One kind of judgement.
#[derive(Debug)]
pub struct Check {
    /// The stable identity.
    pub id: &'static str,
    /// What it asks for, in one line.
    pub summary: &'static str,
    /// What a finding means.
    pub meaning: &'static str,
    /// Why it matters.
    pub matters: &'static str,
    /// How to allow it, beyond `-A`.
    pub allow: &'static str,
    /// Its severity unless the user says otherwise.
    pub severity: Severity,
}

/// Every check, in the order in which they are explained.
pub const CHECKS: &[&Check] = &[];

/// The check with an identity.
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}
