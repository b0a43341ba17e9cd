//! What is derived. What it is worth is found out later, of those that there is room for.

use super::About;
use crate::exchange::Request;
use crate::plan::{Case, Expectation, Labeller, Place, Role, Scenario, Verdict, Ways, expect, label};
use std::collections::HashSet;

/// A scenario, and how soon it is worth sending.
pub(in crate::plan) struct Draft {
    /// 0 is first.
    pub(in crate::plan) worth: u8,
    /// Where it stands among those of its operation.
    order: usize,
    stage: Stage,
}

enum Stage {
    Sketched(Box<Sketch>),
    Labelled(Scenario),
}

impl Draft {
    pub(super) fn sketched(worth: u8, order: usize, sketch: Sketch) -> Draft {
        Draft { worth, order, stage: Stage::Sketched(sketch.into()) }
    }

    pub(super) fn labelled(worth: u8, order: usize, scenario: Scenario) -> Draft {
        Draft { worth, order, stage: Stage::Labelled(scenario) }
    }

    /// Makes its case one of those of which an accepted one is looked for.
    pub(super) fn be_candidate(&mut self) {
        if let Stage::Sketched(sketch) = &mut self.stage {
            sketch.role = Role::Candidate;
        }
    }

    /// How many cases it has.
    pub(in crate::plan) fn len(&self) -> usize {
        match &self.stage {
            Stage::Sketched(_) => 1,
            Stage::Labelled(scenario) => scenario.cases.len(),
        }
    }

    /// What tells its cases from all others: their operations and keys.
    pub(in crate::plan) fn keys(&self, operation: usize) -> Vec<String> {
        match &self.stage {
            Stage::Sketched(sketch) => vec![format!("{operation} {}", sketch.key)],
            Stage::Labelled(scenario) => scenario.keys(),
        }
    }

    /// Finds out what it is worth, unless that is known.
    pub(in crate::plan) fn label(self, known: (&Labeller<'_>, &Ways), operation: usize) -> Draft {
        let stage = match self.stage {
            Stage::Sketched(sketch) => {
                Stage::Labelled(Scenario::single(sketch.labelled(known, operation, None)))
            }
            known @ Stage::Labelled(_) => known,
        };
        Draft { stage, ..self }
    }

    /// The scenario, once it is labelled.
    pub(in crate::plan) fn scenario(&self) -> Option<&Scenario> {
        match &self.stage {
            Stage::Labelled(scenario) => Some(scenario),
            Stage::Sketched(_) => None,
        }
    }

    /// The same to be kept.
    pub(in crate::plan) fn into_scenario(self) -> Option<Scenario> {
        match self.stage {
            Stage::Labelled(scenario) => Some(scenario),
            Stage::Sketched(_) => None,
        }
    }
}

/// Gives every case an identity of its own; which one does not depend on what was left out after it.
pub(in crate::plan) fn identify(drafts: &mut [Draft], operation: usize) {
    let mut known = Names::default();
    let mut scenarios: Vec<(usize, &mut Scenario)> = drafts
        .iter_mut()
        .filter_map(|draft| match &mut draft.stage {
            Stage::Labelled(scenario) => Some((draft.order, scenario)),
            Stage::Sketched(_) => None,
        })
        .collect();
    scenarios.sort_unstable_by_key(|(order, _)| *order);
    for (_, scenario) in scenarios {
        let named_after = scenario.cases.iter().rposition(|case| case.id == scenario.id);
        for case in scenario.cases.iter_mut().filter(|case| case.operation == operation) {
            known.number(&mut case.id);
        }
        if let Some(case) = named_after.map(|index| &scenario.cases[index]) {
            scenario.id.clone_from(&case.id);
        }
    }
}

/// A case of which it is not known what it is worth.
pub(super) struct Sketch {
    key: String,
    role: Role,
    place: Place,
    kind: String,
    variant: String,
    at: String,
    words: String,
    request: Request,
}

impl Sketch {
    pub(super) fn new(key: String, about: About<'_>, request: Request) -> Sketch {
        let About { worth: _, place, kind, variant, at, words } = about;
        let (kind, variant, at) = (kind.to_owned(), variant.to_owned(), at.to_owned());
        Sketch { key, role: Role::Plain, place, kind, variant, at, words, request }
    }

    /// The case; `expectation` overrides the label where state decides.
    pub(super) fn labelled(
        self,
        (labeller, ways): (&Labeller<'_>, &Ways),
        index: usize,
        expectation: Option<Expectation>,
    ) -> Case {
        let Sketch { key, role, place, kind, variant, at, words, mut request } = self;
        let operation = &labeller.contract.operations[index];
        let (expectation, fixed) = match expectation {
            Some(given) => (given, label::holds_fixed(labeller, operation, &request)),
            None => expected(labeller, index, &request),
        };
        ways.release(index, &mut request, &expectation.violations, labeller);
        let violations = &expectation.violations;
        let violation = violations.iter().find(|violation| violation.place == place).or(violations.first());
        let name = violation.map_or(kind.as_str(), |violation| violation.cause.name());
        let at = violation.map_or(at, |violation| violation.at.clone());
        // A case with one violation is about the place of that violation, wherever it was made.
        let place = match violations.as_slice() {
            [only] => only.place.clone(),
            _ => place,
        };
        let mut id = format!("{}/{}/{place}/{name}", operation.id, expectation.verdict.name());
        let mut cause = name.to_owned();
        if variant != name {
            for text in [Some(&mut id), violation.is_none().then_some(&mut cause)].into_iter().flatten() {
                text.push('/');
                text.push_str(&variant);
            }
        }
        let needs = ways.needs(labeller.contract, index, (&request, expectation.verdict, &key));
        Case {
            id: safe(id),
            key,
            role,
            operation: index,
            request,
            expectation,
            place,
            cause,
            at,
            about: words,
            preconditions: Vec::new(),
            fixed,
            follows: None,
            needs,
            until: None,
        }
    }
}

/// What must come of a request, and whether a unique value of it is the same in every run.
fn expected(labeller: &Labeller<'_>, index: usize, request: &Request) -> (Expectation, bool) {
    let operation = &labeller.contract.operations[index];
    let mut label = labeller.label(operation, request);
    if request.method == "OPTIONS" && request.method != operation.method {
        label.verdict = Verdict::Either;
        label.silent = vec!["OPTIONS may be answered for every resource".into()];
        label.violations.clear();
        label.perhaps.clear();
    }
    let fixed = label.fixed;
    let mut expectation = expect::expectation(operation, label);
    let bytes = request.body().map_or(0, <[u8]>::len);
    expect::allow_too_large(operation, &mut expectation, bytes);
    (expectation, fixed)
}

/// Names that were given, so that each is given once.
#[derive(Default)]
pub(in crate::plan) struct Names(HashSet<String, foldhash::fast::RandomState>);

impl Names {
    /// The name with a number, if it was given already.
    pub(in crate::plan) fn number(&mut self, name: &mut String) {
        let length = name.len();
        let mut number = 2;
        while self.0.contains(name.as_str()) {
            name.truncate(length);
            name.push_str(&format!("-{number}"));
            number += 1;
        }
        self.0.insert(name.clone());
    }

    pub(super) fn unused(&mut self, mut name: String) -> String {
        self.number(&mut name);
        name
    }
}

/// An identity that is safe as a path and readable.
fn safe(mut id: String) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~');
    if !id.chars().all(kept) {
        id = id.replace(|c: char| !kept(c), "-");
    }
    for (unsafe_there, instead) in [("..", "-"), ("//", "/-/")] {
        if id.contains(unsafe_there) {
            id = id.replace(unsafe_there, instead);
        }
    }
    id
}
