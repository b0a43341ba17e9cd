//! Rules that can only be told from a whole run, and how often each rule was tried in it.

use super::scene::Scene;
use super::{constant, distinct, observed};
use crate::contract::{Contract, Expression, Operation, Rule, Statement};
use crate::json::decimal::Decimal;
use crate::json::{self, Kind, Node};
use crate::judge::Observation;
use crate::plan::{Plan, Position};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What is kept of an accepted answer for the end of the run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    /// Where the case stands.
    pub position: Position,
    /// How often each rule of the operation was held against something.
    pub(super) tried: Vec<usize>,
    /// Values that count over the whole run, each with the index of its rule.
    pub(super) values: Vec<(usize, String)>,
}

impl Note {
    /// Whether it is about the rules of an operation.
    pub fn fits(&self, operation: &Operation) -> bool {
        let rules = operation.behaviour.rules.len();
        let few = |tried: &usize| u32::try_from(*tried).is_ok();
        self.tried.len() == rules
            && self.tried.iter().all(few)
            && self.values.iter().all(|(rule, _)| *rule < rules)
    }
}

/// What came before, for one rule.
#[derive(Debug, Default)]
pub(super) struct Memory<'n> {
    pub(super) first: Option<&'n str>,
    pub(super) seen: HashSet<&'n str>,
}

/// What the rules over a whole run hold against it. The notes are in the order of the plan.
pub fn over_run(contract: &Contract, plan: &Plan, notes: &[Note]) -> Vec<Observation> {
    let rules = contract.operations.iter().map(|operation| &operation.behaviour.rules);
    let mut memories: Vec<Vec<Memory<'_>>> =
        rules.map(|rules| rules.iter().map(|_| Memory::default()).collect()).collect();
    let mut found = Vec::new();
    for note in notes {
        let operation = plan[note.position].operation;
        let mut said = HashSet::new();
        for (index, value) in &note.values {
            let rule = &contract.operations[operation].behaviour.rules[*index];
            let memory = &mut memories[operation][*index];
            let unmet = match &rule.statement {
                Statement::Constant(at) => constant::judge(memory, at, value),
                Statement::Distinct(at) => distinct::judge(memory, at, value),
                _ => None,
            };
            // An answer that breaks a rule in many items breaks it once.
            if let Some(unmet) = unmet.filter(|_| said.insert(index)) {
                found.push(observed(note.position, rule, unmet));
            }
        }
    }
    found
}

/// How often each rule of each operation was held against something.
pub fn tried(contract: &Contract, plan: &Plan, notes: &[Note]) -> Vec<Vec<usize>> {
    let rules = |operation: &Operation| operation.behaviour.rules.len();
    let mut times: Vec<Vec<usize>> =
        contract.operations.iter().map(|operation| vec![0; rules(operation)]).collect();
    for note in notes {
        let operation = plan[note.position].operation;
        for (times, tried) in times[operation].iter_mut().zip(&note.tried) {
            *times += tried;
        }
    }
    let mut begun = HashSet::new();
    for note in notes {
        let operation = plan[note.position].operation;
        for (rule, _) in &note.values {
            // One value alone is neither constant nor distinct.
            times[operation][*rule] += usize::from(!begun.insert((operation, *rule)));
        }
    }
    times
}

/// The values of an answer that count for a rule over the whole run, as text that two values
/// share if they are equal.
pub(super) fn values(scene: &Scene<'_>, rule: &Rule) -> Vec<String> {
    let at: &Expression = match &rule.statement {
        Statement::Constant(at) | Statement::Distinct(at) if scene.holds(&rule.conditions) => at,
        _ => return Vec::new(),
    };
    let mut values = Vec::new();
    scene.each_value(at, |operand| values.push(canonical(operand.node())));
    values
}

/// Text that two values share if they are equal, and only then.
pub(super) fn canonical(node: &Node) -> String {
    match &node.kind {
        Kind::Number(token) => {
            Decimal::read(token).map_or_else(|| token.to_string(), |number| number.canonical())
        }
        Kind::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Kind::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|member| format!("{}:{}", json::compact(&member.key), canonical(&member.value)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        Kind::String(text) => json::compact(text),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Null => "null".to_owned(),
    }
}
