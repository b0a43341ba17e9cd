//! A plan for people and for machines.

pub mod graph;
mod json;

pub use json::{FORMAT, write_json};

use crate::contract::Contract;
use crate::contract::model::{DOCUMENTED_REFUSAL, StatusRange};
use crate::plan::{Candidates, Case, Gap, Plan, Scenario, Verdict, Withheld};
use crate::text::count;
use std::sync::Arc;

/// A line for each case: what is expected, its identity, and where the contract says so. What is
/// withheld comes last.
pub fn text(contract: &Contract, plan: &Plan) -> String {
    let steps = |scenario: &'_ Scenario| -> Vec<[String; 3]> {
        let cases = scenario.cases.iter().enumerate();
        let row = |(step, case): (usize, &Case)| {
            let at = contract.document.locate(&case.at).to_string();
            [expected_at(scenario.at_once, step, case), case.id.clone(), at]
        };
        cases.map(row).collect()
    };
    let withheld = plan.withheld.iter().flat_map(|withheld| &withheld.scenarios).flat_map(steps);
    let withheld = withheld.map(|[_, id, at]| ["withheld".to_owned(), id, at]);
    let rows: Vec<[String; 3]> =
        plan.scenarios.iter().map(Arc::as_ref).flat_map(steps).chain(withheld).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(80);
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [expected, id, location] in &rows {
        for (cell, width) in [(expected, first), (id, second)] {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(location);
        text.push('\n');
    }
    for Candidates { operation, bodies } in &plan.candidates {
        text.push_str(&format!("bodies: {operation}: {}\n", bodies.join(", ")));
    }
    for withheld in &plan.withheld {
        let requests = count(withheld.len(), "request", "requests");
        let (operation, why, flag) = (&withheld.operation, &withheld.why, &withheld.flag);
        let at = contract.document.locate(&withheld.at);
        text.push_str(&format!("withheld: {operation}: {requests}: {why} [{flag}] ({at})\n"));
    }
    let known = |gap: &&Gap| plan.withheld.iter().any(|withheld| withheld.is_told_by(gap));
    for gap in plan.gaps.iter().filter(|gap| !known(gap)) {
        let at = contract.document.locate(&gap.at);
        text.push_str(&format!("gap: {}: {} ({at})\n", gap.operation, gap.why));
    }
    for broken in &contract.untestable {
        let at = contract.document.locate(&broken.at);
        text.push_str(&format!("cannot be tested: {}: {} ({at})\n", broken.operation, broken.why));
    }
    text
}

/// How much there is, in one line.
pub fn summary(contract: &Contract, plan: &Plan) -> String {
    let of = |verdict| plan.cases().filter(|case| case.expectation.verdict == verdict).count();
    let at_once: usize = plan.scenarios.iter().map(|scenario| scenario.at_once).sum();
    let together = if at_once > 0 { format!(", {at_once} at once") } else { String::new() };
    let withheld: usize = plan.withheld.iter().map(Withheld::len).sum();
    let withheld = match withheld {
        0 => String::new(),
        many => format!(
            "; {} more withheld from any target that is not the embedded host",
            count(many, "request", "requests")
        ),
    };
    format!(
        "{} in {} of {}: {} to accept, {} to reject{together}, {} where the contract is silent; seed {}{withheld}",
        count(plan.len(), "request", "requests"),
        count(plan.scenarios.len(), "scenario", "scenarios"),
        count(contract.operations.len(), "operation", "operations"),
        of(Verdict::Accept),
        of(Verdict::Reject),
        of(Verdict::Either) - at_once,
        plan.seed,
    )
}

fn expected_at(at_once: usize, step: usize, case: &Case) -> String {
    let expected = expected(case);
    if step < at_once {
        format!("one of {at_once}, else {}", expected.trim_start_matches("either "))
    } else {
        expected
    }
}

fn expected(case: &Case) -> String {
    let statuses = case.expectation.statuses.iter().map(|status| match status {
        StatusRange::Default => DOCUMENTED_REFUSAL.to_owned(),
        named => named.to_string(),
    });
    let statuses: Vec<String> = statuses.collect();
    let codes = &case.expectation.codes;
    let mut words = case.expectation.verdict.name().to_owned();
    if !statuses.is_empty() {
        words = format!("{words} {}", statuses.join("|"));
    }
    if !codes.is_empty() {
        words = format!("{words} code {}", codes.join("|"));
    }
    words
}
