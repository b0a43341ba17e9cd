//! Findings: what the checks observed, one for each cause, with a count.

use super::{Check, Levels, Scope, Severity};
use crate::contract::Contract;
use crate::plan::{Plan, Verdict};
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap};

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
    /// What it does to the verdict unless the user says otherwise: what its check does, or less.
    pub severity: Severity,
    /// What tells the finding from another: what its check says, or the whole API.
    pub scope: Scope,
}

impl Observation {
    /// The same as a remark that leaves the verdict.
    #[must_use]
    pub fn as_warning(self) -> Observation {
        Observation { severity: self.severity.max(Severity::Warn), ..self }
    }

    /// The same as a fact about the whole API, whichever operation shows it.
    #[must_use]
    pub fn of_the_api(self) -> Observation {
        Observation { scope: Scope::Api, ..self }
    }

    /// The same fact for every request of an operation that hangs whatever it is asked.
    pub(crate) fn fold_time_outs(&mut self) {
        if super::check::complete_answer::is_time_out(self) {
            self.scope = Scope::Answer;
            self.title.truncate(self.title.find(", given ").unwrap_or(self.title.len()));
        }
    }

    /// Every text that may quote an answer.
    pub fn texts(&mut self) -> [&mut String; 4] {
        [&mut self.answer, &mut self.title, &mut self.expected, &mut self.actual]
    }
}

/// Observations of one check on one operation with the same kind of answer, and, where the
/// check is about requests, with the same place and cause.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What it does to the verdict: deny or warn.
    pub severity: Severity,
    /// The operation's identity.
    pub operation: String,
    /// The place in the request that the cases vary; `any` where every case shows it.
    pub place: String,
    /// Why the requests are invalid, or what is special about them.
    pub cause: String,
    /// The kind of answer.
    pub answer: String,
    /// The first observation, which stands for all.
    pub first: Observation,
    /// Every case that shows it: indexes of scenario and case, in the order of the plan.
    pub cases: Vec<(usize, usize)>,
}

/// What tells one finding from another.
#[derive(PartialEq, Eq, Hash)]
struct Key<'o> {
    /// None where it is about the whole API.
    operation: Option<usize>,
    place: String,
    cause: &'o str,
    check: &'static str,
    answer: &'o str,
    severity: Severity,
}

/// So many operations are named in a title.
const NAMED: usize = 3;

/// Completes the title of what is about the whole API by the operations that show it.
fn name_operations(contract: &Contract, plan: &Plan, finding: &mut Finding) {
    let shown = finding.cases.iter().map(|(scenario, step)| plan.scenarios[*scenario].cases[*step].operation);
    let shown: BTreeSet<usize> = shown.collect();
    if let 0 | 1 = shown.len() {
        return;
    }
    let names: Vec<&str> =
        shown.iter().take(NAMED).map(|index| contract.operations[*index].id.as_str()).collect();
    let more = match shown.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    finding.first.title = format!("{}: {}{more}", finding.first.title, names.join(", "));
}

/// What a place is called when it makes no difference.
const ANY: &str = "any";

/// Folds observations, which stand in the order of the plan, into findings: by operation,
/// the most serious first, then in the order of the plan.
pub fn findings(
    contract: &Contract,
    plan: &Plan,
    observations: &[Observation],
    levels: &Levels,
) -> Vec<Finding> {
    let case = |observation: &Observation| &plan.scenarios[observation.scenario].cases[observation.step];
    let mut planned: HashMap<(usize, Verdict), usize> = HashMap::new();
    for case in plan.cases() {
        *planned.entry((case.operation, case.expectation.verdict)).or_default() += 1;
    }
    let mut shown: HashMap<(usize, Verdict, &str, &str), usize> = HashMap::new();
    for observation in observations {
        let case = case(observation);
        let key =
            (case.operation, case.expectation.verdict, observation.check.id, observation.answer.as_str());
        *shown.entry(key).or_default() += 1;
    }
    let mut found: IndexMap<Key<'_>, (usize, Finding)> = IndexMap::new();
    for observation in observations {
        let severity = levels.of_observation(observation);
        if severity == Severity::Allow {
            continue;
        }
        let case = case(observation);
        let verdict = case.expectation.verdict;
        let (check, answer) = (observation.check, observation.answer.as_str());
        // A host that does the same with every valid request has one defect, not one a place;
        // where the contract is silent, it does it too.
        let by_all = |verdict: &Verdict| {
            let count = shown.get(&(case.operation, *verdict, check.id, answer)).copied().unwrap_or_default();
            planned.get(&(case.operation, *verdict)).is_some_and(|planned| count >= *planned)
        };
        let every = match verdict {
            Verdict::Either => [Verdict::Either, Verdict::Accept, Verdict::Reject].into_iter().find(by_all),
            own => Some(own).filter(by_all),
        };
        let (place, cause) = match observation.scope {
            Scope::Answer | Scope::Api => (ANY.to_owned(), ANY),
            Scope::Request => match every {
                Some(verdict) => (ANY.to_owned(), verdict.name()),
                None => (case.place.to_string(), case.cause.as_str()),
            },
        };
        let operation = (observation.scope != Scope::Api).then_some(case.operation);
        let key = Key { operation, place: place.clone(), cause, check: check.id, answer, severity };
        let (_, finding) = found.entry(key).or_insert_with(|| {
            let finding = Finding {
                check,
                severity,
                operation: contract.operations[case.operation].id.clone(),
                place,
                cause: cause.to_owned(),
                answer: answer.to_owned(),
                first: observation.clone(),
                cases: Vec::new(),
            };
            (case.operation, finding)
        });
        finding.cases.push((observation.scenario, observation.step));
    }
    let mut found: Vec<(usize, Finding)> = found.into_values().collect();
    for (_, finding) in &mut found {
        if finding.first.scope == Scope::Api {
            name_operations(contract, plan, finding);
        }
    }
    found.sort_by_key(|(operation, finding)| (*operation, finding.severity, order(finding.check)));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn order(check: &Check) -> usize {
    super::CHECKS.iter().position(|known| known.id == check.id).unwrap_or(usize::MAX)
}
