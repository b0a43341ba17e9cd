//! What came of it all.

use super::Record;
use crate::exchange::Exchange;
use crate::judge::{Finding, Severity};
use crate::run::End;
use serde::{Deserialize, Serialize};

/// What came of it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The contract holds.
    Holds,
    /// At least one finding is denied, or snapshots differ that must not.
    Broken,
    /// The run was interrupted.
    Interrupted,
    /// The target could no longer be reached.
    TargetLost,
    /// What was created could no longer be written down.
    LedgerLost,
    /// Nothing was sent, or all of it was throttled.
    Untested,
}

/// What became of the snapshots that were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSummary {
    /// The profile that they belong to.
    pub profile: String,
    /// How many were compared.
    pub compared: usize,
    /// How many show other behaviour than before.
    pub changed: usize,
    /// How many are not known yet.
    pub new: usize,
    /// How many belong to no case any more.
    pub orphans: usize,
    /// Whether the differences count against the verdict.
    pub breaks: bool,
}

impl Record {
    /// What came of the run, given what is held against it and whether pinned behaviour differs.
    pub fn verdict(&self, findings: &[Finding], differs: bool) -> Verdict {
        match self.end {
            End::Interrupted => Verdict::Interrupted,
            End::TargetLost(_) => Verdict::TargetLost,
            End::LedgerLost(_) => Verdict::LedgerLost,
            // Nothing was sent, or everything was turned away for coming too soon.
            _ if self.exchanges().all(|(_, exchange)| throttled(exchange)) => Verdict::Untested,
            _ if differs || findings.iter().any(|finding| finding.severity == Severity::Deny) => {
                Verdict::Broken
            }
            // Of no operation was any valid request accepted.
            _ if self.nothing_tested() => Verdict::Untested,
            _ => Verdict::Holds,
        }
    }

    fn nothing_tested(&self) -> bool {
        let untested = &self.untested.operations;
        !untested.is_empty()
            && self
                .exchanges()
                .filter_map(|(position, _)| self.plan.case(position))
                .all(|case| untested.contains(&case.operation))
    }
}

fn throttled(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status == 429)
}
