//! Patterns that select nothing: a slip of the pen, told before anything is sent.

use super::Exit;
use super::arguments::{GuardArgs, SelectionArgs};
use super::failure::Failure;
use super::plan::Tokens;
use crate::contract::Contract;
use crate::plan::{self, Also, METHODS, Selection, Wishes, matches};
use crate::text::{did_you_mean, meant, suggestion};
use serde_json::Value;
use std::collections::BTreeSet;

/// Refuses a pattern of `--include`, `--exclude` or `--include-disruptive` that names nothing in the contract and in all
/// that it implies, however little of that is to be sent.
pub(super) fn known(
    contract: &Contract,
    arguments: &SelectionArgs,
    guards: &GuardArgs,
    tokens: Tokens,
) -> Result<(), Failure> {
    let flags = [
        ("--include", &arguments.include),
        ("--exclude", &arguments.exclude),
        ("--include-disruptive", &guards.include_disruptive),
    ];
    let given = flags.into_iter().flat_map(|(flag, patterns)| patterns.iter().map(move |one| (flag, one)));
    let mut unknown: Vec<(&str, &String)> =
        given.filter(|(_, pattern)| !is_known(contract, pattern)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let own = Wishes {
        seed: arguments.random.seed,
        changing_methods: arguments.changing_methods,
        foreign_token: tokens.foreign,
        expired_token: tokens.fetched,
        also: tokens.also,
        ..Wishes::default()
    };
    // A configuration that several commands share may name what another of them sends.
    let any = Wishes {
        changing_methods: true,
        foreign_token: true,
        expired_token: true,
        also: vec![Also::Alternatives, Also::AnotherUser],
        ..own.clone()
    };
    let mut ids = BTreeSet::new();
    for wishes in [own, any] {
        // Where nothing can be tested, that is what is to be told.
        let Ok(plan) = plan::plan(contract, &wishes) else { return Ok(()) };
        for scenario in plan.scenarios {
            ids.extend(scenario.cases.iter().map(|case| case.id.clone()));
            ids.insert(scenario.id.clone());
        }
        unknown.retain(|(_, pattern)| !ids.iter().any(|id| matches(pattern, id)));
        if unknown.is_empty() {
            return Ok(());
        }
    }
    let broken = broken(contract);
    unknown.retain(|(_, pattern)| !broken.iter().any(|name| names_broken(pattern, name)));
    let Some((flag, pattern)) = unknown.first() else { return Ok(()) };
    let near = meant(pattern, &ids.into_iter().collect::<Vec<_>>());
    let hint = if METHODS.contains(&pattern.to_uppercase().as_str()) {
        did_you_mean(&pattern.to_uppercase())
    } else if let Some(near) = near {
        near
    } else {
        format!("{}; `probity plan` lists every case", suggestion(pattern, &names(contract)))
    };
    let why = format!("{flag}: `{pattern}` matches no operation, method, path, tag or case");
    Err(Failure::new(Exit::Usage, why).with_hint(Some(hint)))
}

/// Whether a pattern names an operation, or a method, which an API need not have.
fn is_known(contract: &Contract, pattern: &str) -> bool {
    METHODS.contains(&pattern) || names_operation(contract, pattern)
}

fn names_operation(contract: &Contract, pattern: &str) -> bool {
    let selection = Selection { include: vec![pattern.to_owned()], exclude: Vec::new() };
    contract.operations.iter().any(|operation| selection.includes(operation, ""))
}

/// What a pattern can name without being one of a case.
fn names(contract: &Contract) -> Vec<String> {
    let operations = &contract.operations;
    let ids = operations.iter().map(|operation| operation.id.clone());
    let others = operations
        .iter()
        .flat_map(|operation| [operation.path.clone()].into_iter().chain(operation.tags.iter().cloned()));
    ids.chain(others.collect::<BTreeSet<_>>()).collect()
}

/// What operations are called that a broken part of the contract keeps from being tested: no case
/// of theirs is known.
fn broken(contract: &Contract) -> Vec<String> {
    if contract.untestable.is_empty() {
        return Vec::new();
    }
    let mut names = Vec::new();
    for untestable in &contract.untestable {
        names.push(untestable.operation.clone());
        names.extend(untestable.operation.split_once(' ').map(|(_, path)| path.to_owned()));
    }
    if let Some(document) = contract.document.get("") {
        named(document, &mut names);
    }
    names.retain(|name| contract.operation(name).is_none());
    names
}

/// Every operation's name and tags, wherever they stand.
fn named(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let operation = members.get("operationId").and_then(Value::as_str);
            names.extend(operation.map(str::to_owned));
            let tags = members.get("tags").and_then(Value::as_array);
            names.extend(tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| named(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, names)),
        _ => {}
    }
}

fn names_broken(pattern: &str, name: &str) -> bool {
    matches(pattern, name) || pattern.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}
