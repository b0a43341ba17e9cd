//! Coverage: which documented answers and which codes of the catalogue a run has seen, and which
//! rules it has tried.

use crate::contract::{Contract, Operation};
use crate::exchange::Answer;
use crate::plan::{Case, Plan};
use crate::record::Record;
use crate::source::Location;
use crate::{json, judge};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What a run has seen of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Each operation of the plan, in the contract's order; those too of which all is withheld.
    pub operations: Vec<Covered>,
}

/// What a run has seen of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The operation's identity.
    pub operation: String,
    /// How many cases the plan holds for it.
    pub cases: usize,
    /// How many of them were sent.
    pub exchanges: usize,
    /// The documented statuses.
    pub statuses: Vec<Seen>,
    /// The statuses that came and are not documented.
    pub undocumented_statuses: Vec<Seen>,
    /// The codes of the catalogue.
    pub codes: Vec<Seen>,
    /// The codes that came and are not in the catalogue.
    pub unknown_codes: Vec<Seen>,
    /// The rules, and how often each was held against something.
    pub rules: Vec<Tried>,
}

/// How often a rule was held against something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The rule in one line.
    pub rule: String,
    /// How many values, or pairs of values, it was held against; none if it was not exercised.
    pub times: usize,
    /// JSON Pointer to the rule in the contract.
    pub pointer: String,
    /// Where that is.
    #[serde(flatten)]
    pub location: Location,
}

/// How often something came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The status or the code.
    pub name: String,
    /// How many answers had it.
    pub times: usize,
}

impl Coverage {
    /// What a run has seen.
    pub fn of(contract: &Contract, plan: &Plan, run: &Record) -> Coverage {
        let mut cases = vec![0; contract.operations.len()];
        for case in plan.cases() {
            cases[case.operation] += 1;
        }
        let withheld = plan.withheld.iter().flat_map(|withheld| &withheld.scenarios);
        let withheld: HashSet<usize> =
            withheld.flat_map(|scenario| &scenario.cases).map(|case| case.operation).collect();
        let mut tallies: Vec<Tally> = contract.operations.iter().map(Tally::new).collect();
        for (position, exchange) in run.exchanges() {
            let case = plan.case(position);
            let declared = |case: &&Case| case.request.method == contract.operations[case.operation].method;
            if let Some(case) = case.filter(declared) {
                tallies[case.operation].add(&contract.operations[case.operation], exchange.answer());
            }
        }
        let tried = judge::tried(contract, plan, &run.notes);
        let operations = contract.operations.iter().zip(tallies).zip(tried).zip(cases).enumerate();
        let planned = operations.filter(|(index, (_, cases))| *cases > 0 || withheld.contains(index));
        let covered = planned.map(|(_, (((operation, tally), tried), cases))| Covered {
            rules: rules(contract, operation, &tried),
            ..tally.covered(operation, cases)
        });
        Coverage { operations: covered.collect() }
    }
}

/// The business error codes of an answer. An answer that accepts has none but those of the
/// catalogue: hosts like to put something like `200` where a code would stand.
pub fn codes(operation: &Operation, answer: &Answer) -> Vec<String> {
    let Some(errors) = &operation.behaviour.errors else { return Vec::new() };
    let mut codes: Vec<String> = Vec::new();
    for code in judge::values(&errors.code, answer, json::read(&answer.body).ok().as_ref()) {
        if !codes.contains(&code) && (!answer.accepted() || errors.catalogue.contains_key(&code)) {
            codes.push(code);
        }
    }
    codes
}

struct Tally {
    exchanges: usize,
    statuses: IndexMap<String, usize>,
    undocumented: IndexMap<String, usize>,
    codes: IndexMap<String, usize>,
    unknown: IndexMap<String, usize>,
}

impl Tally {
    fn new(operation: &Operation) -> Tally {
        let catalogue = operation.behaviour.errors.iter().flat_map(|errors| errors.catalogue.keys());
        Tally {
            exchanges: 0,
            statuses: operation.responses.iter().map(|response| (response.status.to_string(), 0)).collect(),
            undocumented: IndexMap::new(),
            codes: catalogue.map(|code| (code.clone(), 0)).collect(),
            unknown: IndexMap::new(),
        }
    }

    fn add(&mut self, operation: &Operation, answer: Option<&Answer>) {
        self.exchanges += 1;
        let Some(answer) = answer else { return };
        let documented = operation.response(answer.status).map(|response| response.status.to_string());
        match documented.and_then(|name| self.statuses.get_mut(&name)) {
            Some(times) => *times += 1,
            None => *self.undocumented.entry(answer.status.to_string()).or_default() += 1,
        }
        for code in codes(operation, answer) {
            match self.codes.get_mut(&code) {
                Some(times) => *times += 1,
                None => *self.unknown.entry(code).or_default() += 1,
            }
        }
    }

    fn covered(mut self, operation: &Operation, cases: usize) -> Covered {
        self.undocumented.sort_unstable_keys();
        self.unknown.sort_unstable_keys();
        Covered {
            operation: operation.id.clone(),
            cases,
            exchanges: self.exchanges,
            statuses: seen(self.statuses),
            undocumented_statuses: seen(self.undocumented),
            codes: seen(self.codes),
            unknown_codes: seen(self.unknown),
            rules: Vec::new(),
        }
    }
}

fn rules(contract: &Contract, operation: &Operation, tried: &[usize]) -> Vec<Tried> {
    let rules = operation.behaviour.rules.iter().zip(tried);
    rules
        .map(|(rule, times)| Tried {
            rule: rule.to_string(),
            times: *times,
            pointer: rule.at.clone(),
            location: contract.document.locate_key(&rule.at),
        })
        .collect()
}

fn seen(times: IndexMap<String, usize>) -> Vec<Seen> {
    times.into_iter().map(|(name, times)| Seen { name, times }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: [("x-code", "9")].into(), body: body.to_owned().into() }
    }

    #[test]
    fn what_came_is_told_from_what_did_not() {
        let fixture = Fixture::new();
        let coverage = Coverage::of(&fixture.contract, &fixture.plan, &fixture.run);
        let [covered] = coverage.operations.as_slice() else { panic!("{coverage:?}") };
        let times =
            |seen: &[Seen]| seen.iter().map(|one| format!("{}×{}", one.name, one.times)).collect::<Vec<_>>();
        assert_eq!((covered.cases, covered.exchanges), (4, 3));
        assert_eq!(times(&covered.statuses), ["200×1", "400×1", "401×0"]);
        assert_eq!(times(&covered.codes), ["735×1", "732×0"]);
        assert_eq!(times(&covered.unknown_codes), ["799×1"]);
        let rules: Vec<(&str, usize)> =
            covered.rules.iter().map(|tried| (tried.rule.as_str(), tried.times)).collect();
        let echo = "equal $response.body#/rank $request.body#/rank";
        assert_eq!(rules, [(echo, 1), ("distinct $response.body#/id", 0)]);
        assert_eq!(covered.rules[1].pointer, "/paths/~1group/post/x-probity/rules/1");
    }

    #[test]
    fn an_answer_that_accepts_has_no_code_but_those_of_the_catalogue() {
        let fixture = Fixture::new();
        let operation = &fixture.contract.operations[0];
        let body = r#"{"errors": [{"code": 200}, {"code": "735"}, {"code": 735}, {"code": null}, {}]}"#;
        assert_eq!(codes(operation, &answer(200, body)), ["735"]);
        assert_eq!(codes(operation, &answer(400, body)), ["200", "735"]);
        assert!(codes(operation, &answer(400, "<html>")).is_empty());
    }
}
