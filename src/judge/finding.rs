//! Findings: what the checks observed, one for each cause, with a count.

use super::{Check, Levels, Severity};
use crate::contract::Contract;
use crate::plan::Plan;
use indexmap::IndexMap;

/// What a check holds against one exchange.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The check.
    pub check: &'static Check,
    /// Index of the scenario in the plan.
    pub scenario: usize,
    /// Index of the case in the scenario.
    pub step: usize,
    /// The kind of answer, which tells causes apart: `500`, `/data/id type`, `733`.
    pub answer: String,
    /// What is wrong, in one sentence without values that differ from case to case.
    pub title: String,
    /// What the contract asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// JSON Pointer to where the contract asks for it.
    pub at: String,
}

/// Observations with the same operation, place, cause, check and kind of answer.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What it does to the verdict: deny or warn.
    pub severity: Severity,
    /// The operation's identity.
    pub operation: String,
    /// The place in the request that the cases vary.
    pub place: String,
    /// Why the requests are invalid, or the verdict they expect.
    pub cause: String,
    /// The kind of answer.
    pub answer: String,
    /// The first observation, which stands for all.
    pub first: Observation,
    /// Every case that shows it: indexes of scenario and case, in the order of the plan.
    pub cases: Vec<(usize, usize)>,
}

/// Folds observations, which stand in the order of the plan, into findings: most serious
/// first, then in the order of operations and of the plan.
pub fn findings(
    contract: &Contract,
    plan: &Plan,
    observations: &[Observation],
    levels: &Levels,
) -> Vec<Finding> {
    let mut found: IndexMap<(usize, String, String, &str, String), Finding> = IndexMap::new();
    for observation in observations {
        let severity = levels.of(observation.check.id);
        if severity == Severity::Allow {
            continue;
        }
        let case = &plan.scenarios[observation.scenario].cases[observation.step];
        let fault = case.expectation.faults.first();
        let cause = fault.map_or(case.expectation.verdict.name(), |fault| fault.cause.name());
        let place = case.place.to_string();
        let key = (
            case.operation,
            place.clone(),
            cause.to_owned(),
            observation.check.id,
            observation.answer.clone(),
        );
        found
            .entry(key)
            .or_insert_with(|| Finding {
                check: observation.check,
                severity,
                operation: contract.operations[case.operation].id.clone(),
                place,
                cause: cause.to_owned(),
                answer: observation.answer.clone(),
                first: observation.clone(),
                cases: Vec::new(),
            })
            .cases
            .push((observation.scenario, observation.step));
    }
    let mut found: Vec<(usize, Finding)> = found.into_iter().map(|(key, finding)| (key.0, finding)).collect();
    found.sort_by_key(|(operation, finding)| (*operation, finding.severity, order(finding.check)));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn order(check: &Check) -> usize {
    super::CHECKS.iter().position(|known| known.id == check.id).unwrap_or(usize::MAX)
}
