//! `probity explain`: what a check means, and what a case is about.

use super::arguments::{ContractArgs, ExplainArgs};
use super::contract::Source;
use super::failure::Failure;
use super::{Exit, say};
use crate::contract::Contract;
use crate::judge::{CHECKS, Check, check};
use crate::plan::{self, Also, Case, Plan, Wishes};
use crate::text::{cut, visible};
use crate::text::{meant, suggestion};

pub(super) fn explain(arguments: &ExplainArgs) -> Result<Exit, Failure> {
    match arguments.subject.as_deref() {
        None => say(&listing()),
        Some(id) if check(id).is_some() => check(id).into_iter().for_each(|check| say(&of_check(check))),
        Some(id) if id.contains('/') => say(&of_case(id, &arguments.contract)?),
        Some(other) => return Err(unknown(other)),
    }
    Ok(Exit::Holds)
}

/// Every check, a line each.
fn listing() -> String {
    let width = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let line =
        |check: &&Check| format!("{:width$}  {:5}  {}\n", check.id, check.severity.name(), check.summary);
    CHECKS.iter().map(line).collect()
}

fn of_check(check: &Check) -> String {
    let Check { id, summary, meaning, matters, allow, severity, .. } = check;
    let severity = severity.name();
    format!(
        "{id} ({severity} by default): {summary}\n\nWhat it means\n  {meaning}\n\nWhy it matters\n  {matters}\n\nHow to allow it\n  {allow}\n  For one run: -W {id} reports it without failing, -A {id} does not report it.\n  For good: in probity.toml, [severity] {id} = \"warn\" or \"allow\".\n"
    )
}

/// That something is neither a check nor a case.
fn unknown(id: &str) -> Failure {
    let why = format!("there is no check `{id}`");
    let known: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
    let status = id.parse::<u16>().ok().filter(|status| (100..600).contains(status));
    let (why, hint) = match status {
        Some(status) => {
            let held_by = match status {
                500.. => "server-error",
                401 | 403 => "credentials-enforced",
                _ => "documented-status",
            };
            let hint = format!("which statuses may come is the matter of a check: probity explain {held_by}");
            (format!("{status} is a status, and no check"), hint)
        }
        None => (why, suggestion(id, &known)),
    };
    Failure::new(Exit::Usage, why).with_hint(Some(hint))
}

/// What a case sends, what must come of it, and why.
fn of_case(id: &str, arguments: &ContractArgs) -> Result<String, Failure> {
    let source = Source::of(arguments)?;
    let contract = source.read(arguments)?;
    let all = Wishes {
        changing_methods: true,
        foreign_token: true,
        expired_token: true,
        also: vec![Also::Alternatives, Also::AnotherUser],
        ..Wishes::default()
    };
    let plan =
        plan::plan(&contract, &all).map_err(|error| Failure::new(Exit::NothingTested, error.to_string()))?;
    let Some(case) = plan.cases().find(|case| case.id == id) else {
        let known: Vec<String> = plan.cases().map(|case| case.id.clone()).collect();
        let hint =
            meant(id, &known).unwrap_or_else(|| format!("`probity plan {}` lists every case", source.word()));
        return Err(
            Failure::new(Exit::Usage, format!("the contract implies no case `{id}`")).with_hint(Some(hint))
        );
    };
    Ok(told(&contract, &plan, case, &source.word()))
}

fn told(contract: &Contract, plan: &Plan, case: &Case, source: &str) -> String {
    let operation = &contract.operations[case.operation];
    let mut text = format!("{}: {}\n\n", case.id, visible(&case.about));
    text.push_str(&format!(
        "What is sent\n  {} {}\n",
        case.request.method,
        visible(case.request.path().as_str())
    ));
    for (name, value) in case.request.parts.headers() {
        text.push_str(&format!("  {name}: {}\n", visible(value.as_str())));
    }
    if let Some(body) = case.request.body() {
        text.push_str(&format!("  {}\n", cut(&String::from_utf8_lossy(body), 400)));
    }
    let steps = plan.scenarios.iter().find(|scenario| scenario.cases.iter().any(|step| step.id == case.id));
    let before = steps.map_or(&[][..], |scenario| &scenario.cases);
    for step in before.iter().take_while(|step| step.id != case.id) {
        text.push_str(&format!("  after {}\n", step.id));
    }
    let list =
        |all: Vec<String>| if all.is_empty() { "any documented one".to_owned() } else { all.join(", ") };
    let expected = &case.expectation;
    let statuses = list(expected.statuses.iter().map(ToString::to_string).collect());
    text.push_str(&format!("\nWhat must come of it\n  {}: status {statuses}", expected.verdict.name()));
    if !expected.codes.is_empty() {
        text.push_str(&format!(", error code {}", expected.codes.join(" or ")));
    }
    let at = contract.document.locate_key(&case.at);
    text.push_str(&format!("\n\nWhy\n  {} {}: {at}\n", operation.method, visible(&operation.path)));
    text.push_str(&format!("\nTo send it\n  probity check {source} --target URL --include '{}'\n", case.id));
    text
}
