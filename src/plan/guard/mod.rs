//! What is not sent for the harm that it could do: a request is harmless only if it is harmless on
//! a host that is wrong.
//!
//! This is the last gate of a plan, and so it does not matter how a case was derived.

mod dictionary;
mod fresh;
mod words;

use super::select::names;
use super::{Case, Gap, Labeller, Needs, Place, Plan, Scenario, Violation};
use crate::cause::Cause;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::Pieces;
pub(super) use fresh::Fresh;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// What is spared. Nothing is, unless it is said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Guards {
    /// Whether data that the run did not create is neither changed nor deleted.
    pub existing_data: bool,
    /// Whether operations that may disrupt the service are not sent, but for those that a pattern
    /// names.
    pub disruption: Option<Vec<String>>,
    /// Whether only safe methods are sent.
    pub read_only: bool,
}

/// Cases of an operation that are not sent for the harm that they could do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Withheld {
    /// The operation.
    pub operation: String,
    /// JSON Pointer to the operation.
    pub at: String,
    /// Why they are not sent.
    pub why: String,
    /// With which flags they would be.
    pub flag: String,
    /// The cases.
    pub scenarios: Vec<Scenario>,
}

impl Withheld {
    /// How many requests are not sent.
    #[expect(clippy::len_without_is_empty, reason = "there is none without a case")]
    pub fn len(&self) -> usize {
        self.scenarios.iter().map(|scenario| scenario.cases.len()).sum()
    }

    /// The gap that it is.
    fn gap(&self) -> Gap {
        Gap { operation: self.operation.clone(), at: self.at.clone(), why: self.why.clone() }
    }

    /// Whether a gap is this one.
    pub fn is_told_by(&self, gap: &Gap) -> bool {
        gap.operation == self.operation && gap.at == self.at && gap.why == self.why
    }
}

/// Whether a request changes nothing, so that it may be repeated (RFC 9110, section 9.2.1).
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY")
}

/// Whether a method changes the resource that the path names.
pub fn changes(method: &str) -> bool {
    !is_safe(method) && method != "POST"
}

/// Whether nothing is sent to an operation, whatever the case.
pub(super) fn spares(contract: &Contract, guards: &Guards, index: usize) -> bool {
    let operation = &contract.operations[index];
    if guards.read_only && !is_safe(&operation.method) {
        return true;
    }
    let Some(patterns) = &guards.disruption else { return false };
    let asked = || patterns.iter().any(|pattern| names(pattern, operation, ""));
    disrupts(operation).is_some() && !asked()
}

/// What tells that an operation disrupts.
fn disrupts(operation: &Operation) -> Option<Sign> {
    match operation.behaviour.disruptive {
        Some(true) => Some(Sign::Stated),
        Some(false) => None,
        None => words::disruptive(operation).map(Sign::Words),
    }
}

/// Why a case is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Harm {
    /// It is not there to read, and nothing else is wanted.
    writes: bool,
    /// It could change or delete what the run did not create.
    existing: Option<Existing>,
    /// What tells that it disrupts.
    disrupts: Option<Sign>,
}

/// Why a case could change or delete what the run did not create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Existing {
    /// The case is about the very id.
    OwnId,
    /// No parameter of the path can hold an id that nobody has.
    NoRoom,
}

/// What tells that an operation disrupts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sign {
    /// The contract says so.
    Stated,
    /// It says so by its path, name or summary.
    Words(String),
}

impl Harm {
    fn is_none(&self) -> bool {
        *self == Harm::default()
    }

    /// With that of another case of the same operation.
    fn join(&mut self, other: Harm) {
        self.writes |= other.writes;
        self.existing = self.existing.max(other.existing);
        self.disrupts = self.disrupts.take().or(other.disrupts);
    }

    fn why(&self, operation: &Operation) -> String {
        if self.writes {
            return "--read-only sends safe methods only".into();
        }
        let existing = self.existing.map(|existing| {
            let why = match existing {
                Existing::NoRoom => "no parameter of its path has room for an id that cannot exist",
                Existing::OwnId => "the id that it is about may exist",
            };
            format!("{why}: {} goes to nothing else without --on-existing-data", operation.method)
        });
        let disrupts = self.disrupts.as_ref().map(|sign| {
            let why = match sign {
                Sign::Stated => "x-probity says that it is disruptive".into(),
                Sign::Words(words) => {
                    format!("`{words}` in its path, name or summary says that it may disrupt")
                }
            };
            format!("{why}: not sent without --include-disruptive")
        });
        existing.into_iter().chain(disrupts).collect::<Vec<_>>().join("; ")
    }

    fn flag(&self, operation: &Operation) -> String {
        if self.writes {
            return "without --read-only".into();
        }
        let existing = self.existing.map(|_| "--on-existing-data".to_owned());
        let disrupts = self.disrupts.as_ref().map(|_| format!("--include-disruptive {}", operation.id));
        existing.into_iter().chain(disrupts).collect::<Vec<_>>().join(" ")
    }
}

/// Decides what of a plan is sent.
struct Guard<'g> {
    contract: &'g Contract,
    guards: &'g Guards,
    labeller: &'g Labeller<'g>,
    seed: u64,
    /// Of each operation that was met.
    signs: HashMap<usize, Option<Sign>>,
    fresh: HashMap<usize, Option<Fresh<'g>>>,
}

/// Takes out of a plan what guards forbid, leads what may be sent to what cannot exist, and puts
/// what may disrupt at the end.
pub(super) fn guard(labeller: &Labeller<'_>, guards: &Guards, plan: &mut Plan) {
    let contract = labeller.contract;
    if guards.disruption.is_none() && !guards.existing_data && !guards.read_only {
        return;
    }
    let seed = plan.seed;
    let mut guard = Guard { contract, guards, labeller, seed, signs: HashMap::new(), fresh: HashMap::new() };
    let mut withheld: IndexMap<usize, (Harm, Vec<Scenario>)> = IndexMap::new();
    let (mut sent, mut last) = (Vec::new(), Vec::new());
    for mut scenario in std::mem::take(&mut plan.scenarios) {
        match guard.harm(Arc::make_mut(&mut scenario)) {
            Some((operation, harm)) => {
                let (known, scenarios) = withheld.entry(operation).or_default();
                known.join(harm);
                scenarios.push(Arc::unwrap_or_clone(scenario));
            }
            None => match scenario.cases.iter().find(|case| guard.disrupts(case).is_some()) {
                Some(case) => {
                    plan.disruptive.insert(case.operation);
                    last.push(scenario);
                }
                None => sent.push(scenario),
            },
        }
    }
    sent.append(&mut last);
    plan.scenarios = sent;
    plan.withheld = told(contract, withheld);
    plan.gaps.extend(plan.withheld.iter().map(Withheld::gap));
}

/// Leads scenarios of a plan that were derived anew to what cannot exist; those that must not be sent
/// are withheld, and told by their indexes.
pub(super) fn spared(labeller: &Labeller<'_>, plan: &mut Plan, scenarios: &[usize]) -> Vec<usize> {
    let guards = plan.wishes.guards.clone();
    let (contract, seed) = (labeller.contract, plan.seed);
    let (signs, fresh) = (HashMap::new(), HashMap::new());
    let mut guard = Guard { contract, guards: &guards, labeller, seed, signs, fresh };
    let mut withheld: IndexMap<usize, (Harm, Vec<Scenario>)> = IndexMap::new();
    let mut spared = Vec::new();
    for index in scenarios {
        let scenario = Arc::make_mut(&mut plan.scenarios[*index]);
        if let Some((operation, harm)) = guard.harm(scenario) {
            let (known, scenarios) = withheld.entry(operation).or_default();
            known.join(harm);
            scenarios.push(scenario.clone());
            spared.push(*index);
        }
    }
    let withheld = told(contract, withheld);
    plan.gaps.extend(withheld.iter().map(Withheld::gap));
    plan.withheld.extend(withheld);
    spared
}

fn told(contract: &Contract, withheld: IndexMap<usize, (Harm, Vec<Scenario>)>) -> Vec<Withheld> {
    let each = withheld.into_iter().map(|(index, (harm, scenarios))| {
        let operation = &contract.operations[index];
        Withheld {
            operation: operation.id.clone(),
            at: operation.at.clone(),
            why: harm.why(operation),
            flag: harm.flag(operation),
            scenarios,
        }
    });
    each.collect()
}

impl Guard<'_> {
    /// Why a scenario is not sent, and because of which operation; if it is, its cases go where
    /// they do no harm from now on.
    fn harm(&mut self, scenario: &mut Scenario) -> Option<(usize, Harm)> {
        let mut paths = Vec::with_capacity(scenario.cases.len());
        for case in &scenario.cases {
            let writes = self.guards.read_only && !is_safe(&case.request.method);
            let disrupts = self.kept(case, &scenario.id);
            let (existing, path) = match self.elsewhere(case, &scenario.id) {
                Ok(path) => (None, path),
                Err(existing) => (Some(existing), None),
            };
            let harm = Harm { writes, existing, disrupts };
            if !harm.is_none() {
                return Some((case.operation, harm));
            }
            paths.push(path);
        }
        for (case, path) in scenario.cases.iter_mut().zip(paths) {
            if let Some(path) = path {
                case.request.parts_mut().path = path;
            }
        }
        None
    }

    /// What tells that an operation disrupts, if it is to be spared for that.
    fn sign(&mut self, index: usize) -> Option<&Sign> {
        self.guards.disruption.as_ref()?;
        let operation = &self.contract.operations[index];
        self.signs.entry(index).or_insert_with(|| disrupts(operation)).as_ref()
    }

    /// What tells that a case disrupts. What is done to the run's own disrupts nobody else, unless the
    /// contract says so.
    fn disrupts(&mut self, case: &Case) -> Option<&Sign> {
        let own = case.needs.as_ref().is_some_and(Needs::are_own);
        self.sign(case.operation).filter(|sign| !own || **sign == Sign::Stated)
    }

    /// What tells that a case disrupts, unless it was asked for.
    fn kept(&mut self, case: &Case, scenario: &str) -> Option<Sign> {
        let sign = self.disrupts(case)?.clone();
        let operation = &self.contract.operations[case.operation];
        let asked =
            |pattern: &String| names(pattern, operation, scenario) || names(pattern, operation, &case.id);
        let patterns = self.guards.disruption.iter().flatten();
        (!patterns.into_iter().any(asked)).then_some(sign)
    }

    /// Where a case goes that would change what is there: nothing if it may go where it does.
    fn elsewhere(&mut self, case: &Case, scenario: &str) -> Result<Option<Vec<Pieces>>, Existing> {
        let operation = &self.contract.operations[case.operation];
        let request = &case.request;
        // Undeclared methods are asked for by themselves.
        if !self.guards.existing_data || !changes(&request.method) || request.method != operation.method {
            return Ok(None);
        }
        if case.needs.as_ref().is_some_and(Needs::are_own) {
            return Ok(None);
        }
        // What an answer of the run leads to is the run's own.
        let follows = case.follows.iter().flat_map(|follow| &follow.parameters);
        if follows.into_iter().any(|supplied| supplied.location == ParameterLocation::Path) {
            return Ok(None);
        }
        // An id that nobody has is asked for, or what is no id at all.
        let not_found = |violation: &Violation| violation.cause == Cause::NotFound;
        let is_nobodys =
            matches!(case.place, Place::Path(_)) || case.expectation.violations.iter().any(not_found);
        if is_nobodys && request.path().carries_run() {
            return Ok(None);
        }
        let (labeller, seed) = (self.labeller, self.seed);
        let fresh =
            self.fresh.entry(case.operation).or_insert_with(|| Fresh::find(labeller, operation, seed));
        let fresh = fresh.as_ref().ok_or(Existing::NoRoom)?;
        if matches!(&case.place, Place::Path(name) if fresh.is_in(name)) {
            return Err(Existing::OwnId);
        }
        // Steps that go to one resource still do.
        fresh.path(self.labeller, operation, request, scenario).map(Some).ok_or(Existing::NoRoom)
    }
}

#[cfg(test)]
mod tests;
