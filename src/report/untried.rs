//! What a run did not try, so that nobody reads more out of it than there is.

use super::Subject;
use crate::text::count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run did not try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untried {
    /// Operations of the contract that were not left out on purpose.
    pub operations: usize,
    /// Those of them that answered a request of the run with 2xx.
    pub accepted: usize,
    /// Cases that the contract implies.
    pub cases: usize,
    /// Those of them that were not sent.
    pub not_sent: usize,
    /// Whether that is due to a limit of requests which the user set.
    pub limited: bool,
    /// Cases that were sent and prove nothing.
    pub not_tested: usize,
    /// Operations that a broken part of the contract keeps from being tested.
    pub untestable: usize,
    /// What else was not tested.
    pub gaps: usize,
}

impl Untried {
    /// What the run of a subject did not try.
    pub(super) fn of(subject: &Subject<'_>) -> Untried {
        let untestable = &subject.contract.untestable;
        let planned = subject.coverage.operations.iter().map(|covered| covered.operation.as_str());
        let known = |id: &&str| subject.contract.operation(id).is_some();
        let gaps = subject.gaps().map(|gap| gap.operation.as_str()).filter(known);
        let broken = untestable.iter().map(|one| one.operation.as_str());
        let beyond = subject.plan.beyond.keys().filter_map(|index| subject.contract.operations.get(*index));
        let beyond = beyond.map(|operation| operation.id.as_str());
        let operations: BTreeSet<&str> = planned.chain(gaps).chain(broken).chain(beyond).collect();
        let taken = subject.run.exchanges().filter(|(_, exchange)| exchange.accepted());
        let taken = taken.filter_map(|(position, _)| subject.case(position));
        let accepted: BTreeSet<usize> = taken
            .filter(|case| case.request.method == subject.contract.operations[case.operation].method)
            .map(|case| case.operation)
            .collect();
        let beyond: usize = subject.plan.beyond.values().sum();
        let (cases, sent) = (subject.plan.len() + beyond, subject.run.exchanges().count());
        Untried {
            operations: operations.len(),
            accepted: accepted.len(),
            cases,
            not_sent: cases.saturating_sub(sent),
            limited: beyond > 0,
            not_tested: subject.run.untested.cases.len(),
            untestable: untestable.len(),
            gaps: subject.gaps().count(),
        }
    }

    /// Each part in words; nothing where everything was tried.
    pub fn words(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.accepted < self.operations {
            let (accepted, operations) = (self.accepted, count(self.operations, "operation", "operations"));
            parts.push(format!("{accepted} of {operations} accepted something"));
        }
        if self.not_sent > 0 {
            let why = if self.limited { " (--max-requests)" } else { "" };
            parts.push(format!("{} of {} not sent{why}", self.not_sent, count(self.cases, "case", "cases")));
        }
        if self.not_tested > 0 {
            parts.push(format!("{} not tested", count(self.not_tested, "case", "cases")));
        }
        if self.untestable > 0 {
            parts.push(format!("{} not testable", count(self.untestable, "operation", "operations")));
        }
        if self.gaps > 0 {
            parts.push(count(self.gaps, "gap", "gaps"));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_tried_is_said_part_by_part() {
        let all = Untried { operations: 3, accepted: 3, ..Untried::default() };
        assert!(all.words().is_empty());
        let some = Untried {
            operations: 74,
            accepted: 61,
            cases: 484,
            not_sent: 434,
            limited: true,
            not_tested: 1,
            untestable: 1,
            gaps: 12,
        };
        insta::assert_snapshot!(some.words().join("; "), @"61 of 74 operations accepted something; 434 of 484 cases not sent (--max-requests); 1 case not tested; 1 operation not testable; 12 gaps");
    }
}
