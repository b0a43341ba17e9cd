//! Every case, so that one can see what was tried; one row each, with its exchange inside.

use super::super::model::{Case, CaseResult, Expected};
use super::super::{place, words};
use super::usual::Usual;
use super::{Lookup, block, difference, exchange, finding, latency, lines, method, worded};
use crate::contract::model::DOCUMENTED_REFUSAL;
use crate::page::text;
use crate::plan::Verdict;
use crate::text::{count, visible};
use maud::{Markup, html};

/// The most of a body that is shown of a case that passed.
const PASSED: usize = 2 << 10;

/// The most of a body that is shown of any other.
const OTHER: usize = 8 << 10;

/// The section.
pub(super) fn section(lookup: &Lookup<'_>) -> Markup {
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (index, case) in lookup.report.cases.iter().enumerate() {
        let group = *known.entry(case.operation.as_str()).or_insert_with(|| {
            groups.push((&case.operation, Vec::new()));
            groups.len() - 1
        });
        groups[group].1.push(index);
    }
    html! {
        section #cases aria-labelledby="cases-title" {
            h2 #cases-title { "Cases" span.tally { (lookup.report.cases.len()) } }
            p.soft { "Every case of the plan, in its order: what must come of it, what came, and how long that took." }
            @for (operation, cases) in &groups {
                @let known: Vec<&Case> = cases.iter().map(|index| &lookup.report.cases[*index]).collect();
                @let usual = Usual::of(&known);
                details.group data-operation=(visible(operation)) {
                    summary {
                        @if let Some((name, _)) = lookup.operations.get(operation) { (method(name)) " " }
                        strong { (visible(operation)) } " "
                        span.soft.many { (count(cases.len(), "case", "cases")) }
                    }
                    (shared(&usual))
                    p.heads aria-hidden="true" {
                        span {} span { "Case" } span { "Expected" } span { "Came" } span { "Time" }
                    }
                    // A browser with script reads this as text, and makes of it what is looked at.
                    noscript { @for index in cases { (row(lookup, *index, &usual)) } }
                }
            }
            p.nothing hidden { "No case matches the filters." }
        }
    }
}

/// The headers that a case that passed does not repeat.
fn shared(usual: &Usual<'_>) -> Markup {
    let told = |all: &[(&str, &str)]| {
        let all: Vec<String> = all.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        text(&lines(&all.join("\n")))
    };
    html! {
        @if !usual.request.is_empty() || !usual.answer.is_empty() {
            div.usual {
                p.soft { "Headers that most requests and answers share; a case that passed shows only others." }
                div.sides { pre { (told(&usual.request)) } pre { (told(&usual.answer)) } }
            }
        }
    }
}

fn row(lookup: &Lookup<'_>, index: usize, usual: &Usual<'_>) -> Markup {
    let case = &lookup.report.cases[index];
    let (result, sign) = match case.result {
        CaseResult::Passed if !words::is_tried(case) => ("either", "○"),
        CaseResult::Passed => ("passed", "✓"),
        CaseResult::Warned => ("warned", "!"),
        CaseResult::Failed => ("failed", "✗"),
        CaseResult::NotTested => ("not-tested", "?"),
        CaseResult::NotSent => ("not-sent", "–"),
    };
    let checks = case.outcome.as_ref().map(|one| visible(&one.violates.join(" ")));
    let prefix = format!("{}/", case.operation);
    let name = case.id.strip_prefix(prefix.as_str()).unwrap_or(&case.id);
    html! {
        details.case #(lookup.case_anchors[index])
            data-checks=[checks.filter(|checks| !checks.is_empty())] data-status=(finding::status(case)) data-result=(result) {
            summary {
                span class={ "sign " (result) } role="img" aria-label=(result.replace('-', " ")) { (sign) }
                span.id { (visible(name)) }
                span.expect { (expected(&case.expected)) }
                span.came { @if let Some(outcome) = &case.outcome { (visible(&exchange::came(outcome))) } @else { "not sent" } }
                span.took { @if let Some(outcome) = &case.outcome { (latency::duration(outcome.observed.elapsed_ms)) } }
            }
            (inside(lookup, case, usual))
        }
    }
}

fn inside(lookup: &Lookup<'_>, case: &Case, usual: &Usual<'_>) -> Markup {
    let report = lookup.report;
    let passed = case.result == CaseResult::Passed;
    let shown = place::shown(&case.contract);
    let own = shown.strip_prefix(&format!("{}:", visible(&report.contract.file)));
    let place = own.map_or_else(|| shown.clone(), |place| format!("contract {place}"));
    let attempts = case.outcome.as_ref().map_or(1, |outcome| outcome.observed.attempts);
    html! {
        p.about {
            @if !case.about.is_empty() { span { (worded(&case.about)) } }
            span.soft { (place) }
            @if attempts > 1 { span { "sent " (attempts) " times" } }
        }
        @for one in &case.observations {
            @let (expected, actual) = difference::marked(&one.expected, &one.actual);
            p {
                @if let Some(anchor) = lookup.finding_anchors.get(one.finding) { a href={ "#" (anchor) } { (worded(&one.title)) } }
                @else { (worded(&one.title)) }
            }
            div.sides {
                div.side.expected { p { strong { "Expected" } " " (expected) } }
                div.side.actual { p { strong { "Actual" } " " (actual) } }
            }
        }
        // What passed shows what is its own: thousands of cases repeat the rest.
        @if passed {
            div.sides {
                @if let Some(request) = &case.request { pre { (text(&exchange::short_request(request, &report.target, usual, PASSED))) } }
                @if let Some(outcome) = &case.outcome { pre { (text(&exchange::short_outcome(outcome, usual, PASSED))) } }
            }
        } @else {
            (finding::sides(case, None, OTHER))
            @if let Some(line) = &case.curl { (block("Repeat it", &lines(line), true)) }
        }
    }
}

/// What must come, in a few words.
fn expected(expected: &Expected) -> String {
    let word = match expected.verdict {
        Verdict::Accept => "accept",
        Verdict::Reject => "reject",
        Verdict::Either => "either",
    };
    let mut text = word.to_owned();
    if !expected.statuses.is_empty() && expected.verdict != Verdict::Either {
        text.push(' ');
        let named =
            |status: &String| if status == "default" { DOCUMENTED_REFUSAL } else { status }.to_owned();
        let statuses: Vec<String> = expected.statuses.iter().map(named).collect();
        text.push_str(&visible(&statuses.join(", ")));
    }
    if !expected.codes.is_empty() {
        text.push_str(" · ");
        text.push_str(&visible(&expected.codes.join(", ")));
    }
    text
}
