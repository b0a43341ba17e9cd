//! What of a run is short of a proof although nothing that was seen is denied.

use super::Record;
use crate::contract::Contract;
use crate::judge::{Finding, Severity};

/// How much of each kind there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// Findings that are only reported.
    pub warnings: usize,
    /// What the contract implies and was not tested.
    pub gaps: usize,
    /// Operations that a broken part of the contract keeps from being tested.
    pub untestable: usize,
    /// Operations of which nothing was accepted.
    pub never_accepted: usize,
    /// Cases that were sent and prove nothing.
    pub unproven: usize,
    /// Cases that were not sent, those beyond a limit among them.
    pub unsent: usize,
}

impl Record {
    /// What the run is short of.
    pub fn shortfall(&self, contract: &Contract, findings: &[Finding]) -> Shortfall {
        let beyond: usize = self.plan.beyond.values().sum();
        Shortfall {
            warnings: findings.iter().filter(|finding| finding.severity == Severity::Warn).count(),
            gaps: self.plan.gaps.len() + self.gaps.len(),
            untestable: contract.untestable.len(),
            never_accepted: self.untested.operations.len(),
            unproven: self.untested.cases.len(),
            unsent: (self.plan.len() + beyond).saturating_sub(self.sent()),
        }
    }
}
