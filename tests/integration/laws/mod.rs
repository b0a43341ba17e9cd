//! What holds for every plan of every contract: labels are true, nothing is sent twice, everything
//! has a name and a place.

mod contracts;
pub(crate) mod corpus;
mod opinion;

use std::collections::HashMap;
use std::sync::LazyLock;

use contracts::Known;
use probity::contract::Contract;
use probity::exchange::CredentialKind;
use probity::plan::{self, Case, Place, Plan, Role, Verdict, Wishes};
use probity::source::Document;
use serde_json::Value;

const SEEDS: std::ops::Range<u64> = 0..25;

fn read(name: &str, text: &str) -> Contract {
    let document = Document::from_text(name, text).expect("a document");
    Contract::read(document).map_err(|refused| refused.1).expect("a contract")
}

fn planned(contract: &Contract, seed: u64) -> Plan {
    let wishes = Wishes { seed, changing_methods: true, ..Wishes::default() };
    plan::plan(contract, &wishes).expect("a plan")
}

/// A known contract with its plans, one a seed.
struct Planned {
    known: Known,
    contract: Contract,
    plans: Vec<Plan>,
}

static PLANNED: LazyLock<Vec<Planned>> = LazyLock::new(|| {
    let planned = contracts::all().into_iter().map(|known| {
        let contract = read(known.name, &known.document);
        let plans = SEEDS.map(|seed| planned(&contract, seed)).collect();
        Planned { known, contract, plans }
    });
    planned.collect()
});

/// Does something with every plan of every known contract.
fn for_every_plan(law: impl Fn(&Known, &Contract, &Plan)) {
    for Planned { known, contract, plans } in PLANNED.iter() {
        for plan in plans {
            law(known, contract, plan);
        }
    }
}

fn for_every_case(law: impl Fn(&Known, &Contract, &Case)) {
    for_every_plan(|known, contract, plan| plan.cases().for_each(|case| law(known, contract, case)));
}

/// Whether the body is what the schema asks for, by a second validator and the schema as it was
/// written by hand; nothing when the request is not about its body.
fn valid(known: &Known, contract: &Contract, case: &Case) -> Option<bool> {
    let operation = &contract.operations[case.operation];
    let request = &case.request;
    if request.method != operation.method || request.credentials != CredentialKind::Valid {
        return None;
    }
    let Some(bytes) = request.body() else { return Some(false) };
    let value = serde_json::from_slice::<Value>(bytes);
    Some(value.is_ok_and(|value| known.bodies[&operation.id].accepts(&value)))
}

fn shown(known: &Known, case: &Case) -> String {
    let body = case.request.body().map(String::from_utf8_lossy);
    format!("{}: {} sends {body:?} and expects {:?}", known.name, case.id, case.expectation)
}

#[test]
fn what_must_be_accepted_is_valid() {
    for_every_case(|known, contract, case| {
        if case.expectation.verdict == Verdict::Accept {
            assert_eq!(valid(known, contract, case), Some(true), "{}", shown(known, case));
            assert!(case.expectation.violations.is_empty(), "{}", shown(known, case));
        }
    });
}

#[test]
fn what_must_be_rejected_by_a_schema_is_invalid() {
    for_every_case(|known, contract, case| {
        let by_schema = |violation: &plan::Violation| {
            violation.keyword.is_some() && matches!(violation.place, Place::Body(_))
        };
        let rejected = case.expectation.verdict == Verdict::Reject;
        if rejected && case.expectation.violations.iter().any(by_schema) {
            assert_eq!(valid(known, contract, case), Some(false), "{}", shown(known, case));
        }
    });
}

#[test]
fn what_must_be_rejected_has_a_fault() {
    for_every_plan(|known, _, plan| {
        // Of equal requests at once any may be the one that is accepted.
        let one_by_one =
            plan.scenarios.iter().flat_map(|scenario| scenario.cases.iter().skip(scenario.at_once));
        for case in one_by_one {
            let rejected = case.expectation.verdict == Verdict::Reject;
            assert_eq!(rejected, !case.expectation.violations.is_empty(), "{}", shown(known, case));
        }
    });
}

#[test]
fn every_keyword_of_a_schema_is_broken_by_some_case() {
    for_every_plan(|known, _, plan| {
        let violations = plan.cases().flat_map(|case| &case.expectation.violations);
        let broken: Vec<&str> = violations.filter_map(|violation| violation.keyword.as_deref()).collect();
        for keyword in &known.keywords {
            assert!(broken.contains(keyword), "{}: no case breaks {keyword}", known.name);
        }
    });
}

#[test]
fn both_verdicts_are_planned_for_every_operation() {
    for_every_plan(|known, contract, plan| {
        for (index, operation) in contract.operations.iter().enumerate() {
            let of = |verdict| {
                let cases = plan.cases().filter(|case| case.operation == index);
                cases.filter(|case| case.expectation.verdict == verdict).count()
            };
            assert!(of(Verdict::Accept) > 2 && of(Verdict::Reject) > 2, "{} {}", known.name, operation.id);
        }
    });
}

/// The identities of cases that would be the same on the wire and are not steps of one scenario. A
/// case whose answer another one follows is no case of its own.
fn twins(plan: &Plan) -> Vec<(String, String)> {
    let mut seen: HashMap<String, (usize, &str)> = HashMap::new();
    let mut twins = Vec::new();
    for (index, scenario) in plan.scenarios.iter().enumerate() {
        let followed =
            |step| scenario.cases.iter().filter_map(|case| case.follows.as_ref()).any(|it| it.step == step);
        for (step, case) in scenario.cases.iter().enumerate() {
            // What others are made from may be as it is, each time, and so may what is held against others.
            if followed(step) || matches!(case.role, Role::Supply | Role::Story) {
                continue;
            }
            // What stands in a hole comes from whoever is followed, or from what is needed.
            let from = (case.follows.is_some(), case.needs.as_ref().map(|needs| &needs.purpose));
            let wire = format!("{:?} {from:?}", case.request);
            match seen.insert(wire, (index, &case.id)) {
                Some((other, id)) if other != index => twins.push((id.to_owned(), case.id.clone())),
                _ => {}
            }
        }
    }
    twins
}

/// The identities that more than one case has.
fn namesakes(plan: &Plan) -> Vec<&str> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for case in plan.cases() {
        *seen.entry(&case.id).or_default() += 1;
    }
    seen.into_iter().filter(|(_, times)| *times > 1).map(|(id, _)| id).collect()
}

#[test]
fn nothing_is_sent_twice_unless_a_scenario_means_it() {
    for_every_plan(|known, _, plan| {
        let twins = twins(plan);
        assert!(twins.is_empty(), "{} with seed {}: {twins:?}", known.name, plan.seed);
    });
}

#[test]
fn every_case_has_a_name_of_its_own() {
    for_every_plan(|known, _, plan| {
        assert_eq!(namesakes(plan), Vec::<&str>::new(), "{} with seed {}", known.name, plan.seed);
    });
}

#[test]
fn every_case_has_its_line_in_the_contract() {
    for_every_case(|known, contract, case| {
        let place = contract.document.locate(&case.at);
        assert_eq!(place.file, known.name);
        assert!(place.line > 1, "{} has no line but that of the document", shown(known, case));
        for violation in &case.expectation.violations {
            assert!(contract.document.locate(&violation.at).line > 1, "{}", shown(known, case));
        }
    });
}
