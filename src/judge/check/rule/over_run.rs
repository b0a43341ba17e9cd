//! Rules that can only be told from a whole run, and how often each rule was tried in it.

use super::scene::Scene;
use super::{Judged, constant, distinct, judged, observed};
use crate::contract::{Contract, Operation, Statement};
use crate::json::decimal::Decimal;
use crate::json::{Kind, Node};
use crate::judge::{Observation, View};
use crate::plan::Plan;
use crate::run::Exchange;
use std::collections::HashSet;

/// What came before, for one rule.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) first: Option<String>,
    pub(super) seen: HashSet<String>,
}

/// The rules over a whole run.
pub struct Whole;

impl Whole {
    /// What the rules over a whole run hold against its exchanges, in the order of the plan.
    pub fn check(contract: &Contract, plan: &Plan, exchanges: &[Vec<Option<Exchange>>]) -> Vec<Observation> {
        let mut memories = memories(contract);
        let mut found = Vec::new();
        let judged =
            |operation: &Operation| operation.behaviour.rules.iter().any(|rule| rule.statement.is_over_run());
        for_each(contract, plan, exchanges, &judged, &mut |operation, view, scene| {
            for (rule, memory) in view.operation.behaviour.rules.iter().zip(&mut memories[operation]) {
                let broken = over_run(scene, rule, memory).broken.into_iter();
                found.extend(broken.map(|broken| observed(view, rule, broken)));
            }
        });
        found
    }
}

/// How often each rule of each operation was held against something.
pub fn tried(contract: &Contract, plan: &Plan, exchanges: &[Vec<Option<Exchange>>]) -> Vec<Vec<usize>> {
    let mut memories = memories(contract);
    let mut times: Vec<Vec<usize>> = memories.iter().map(|all| vec![0; all.len()]).collect();
    let judges = |operation: &Operation| !operation.behaviour.rules.is_empty();
    for_each(contract, plan, exchanges, &judges, &mut |operation, view, scene| {
        let rules = view.operation.behaviour.rules.iter().zip(&mut memories[operation]);
        for ((rule, memory), times) in rules.zip(&mut times[operation]) {
            *times += judged(scene, rule).tried + over_run(scene, rule, memory).tried;
        }
    });
    times
}

fn memories(contract: &Contract) -> Vec<Vec<Memory>> {
    let of = |operation: &Operation| operation.behaviour.rules.iter().map(|_| Memory::default()).collect();
    contract.operations.iter().map(of).collect()
}

/// Does something with every accepted exchange of an operation whose answer is JSON.
fn for_each(
    contract: &Contract,
    plan: &Plan,
    exchanges: &[Vec<Option<Exchange>>],
    wanted: &dyn Fn(&Operation) -> bool,
    then: &mut dyn FnMut(usize, &View<'_>, &Scene<'_>),
) {
    let wanted: Vec<bool> = contract.operations.iter().map(wanted).collect();
    for (scenario, steps) in exchanges.iter().enumerate() {
        for (step, exchange) in steps.iter().enumerate() {
            let Some(exchange) = exchange.as_ref().filter(|exchange| exchange.accepted()) else { continue };
            let case = &plan.scenarios[scenario].cases[step];
            if !wanted[case.operation] || case.request.method != contract.operations[case.operation].method {
                continue;
            }
            let view = View::new(contract, case, exchange, (scenario, step), case.expectation.verdict);
            if let Some(scene) = exchange.answer().and_then(|answer| Scene::new(&view, answer)) {
                then(case.operation, &view, &scene);
            }
        }
    }
}

/// What an exchange tells of a rule over the whole run, after those before it.
fn over_run(scene: &Scene<'_>, rule: &crate::contract::Rule, memory: &mut Memory) -> Judged {
    let mut judged = Judged::default();
    let (Statement::Constant(at) | Statement::Distinct(at)) = &rule.statement else { return judged };
    if !scene.holds(&rule.conditions) {
        return judged;
    }
    let constant = matches!(rule.statement, Statement::Constant(_));
    for operand in scene.values(at) {
        let value = canonical(operand.node());
        let is_first = memory.first.is_none() && memory.seen.is_empty();
        let broken =
            if constant { constant::judge(memory, at, &value) } else { distinct::judge(memory, at, value) };
        // One value alone is neither constant nor distinct.
        if !is_first {
            judged.add(broken);
        }
    }
    judged
}

/// Text that two values share if they are equal, and only then.
fn canonical(node: &Node) -> String {
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
                .map(|member| {
                    format!("{}:{}", serde_json::Value::from(member.key.as_str()), canonical(&member.value))
                })
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        _ => node.to_value().to_string(),
    }
}
