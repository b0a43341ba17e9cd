//! The facts: an index of them, and a card for each with what was expected and what came, where the
//! contract says so, and how to repeat it.

use super::super::model::{Came, Case, Finding};
use super::super::words;
use super::snapshots::diff;
use super::{Lookup, block, difference, excerpt, exchange, lines, method, worded};
use crate::judge::{self, Severity};
use crate::page::{breakable, itself};
use crate::text::{LONG, count, cut, visible};
use indexmap::IndexMap;
use maud::{Markup, html};

/// So many facts are open at once.
const OPEN: usize = 3;

/// How many cases of a fact are named.
const CASES: usize = 100;

/// How many operations are named at once.
const OPERATIONS: usize = 5;

/// The most of a body that is shown.
const BODY: usize = 64 << 10;

/// The section.
pub(super) fn section(lookup: &Lookup<'_>) -> Markup {
    html! {
        section #findings aria-labelledby="findings-title" {
            h2 #findings-title { "Facts" span.tally { (lookup.findings.len()) } }
            @if lookup.findings.is_empty() { p.soft { "No check holds anything against the answers." } }
            (index(lookup))
            @for (number, (index, one)) in (1..).zip(&lookup.findings) { (finding(lookup, number, *index, one)) }
            p.nothing hidden { "No fact matches the filters." }
        }
    }
}

/// A fact with its number and its index in the report.
struct Numbered<'r> {
    number: usize,
    index: usize,
    fact: &'r Finding,
}

/// Every fact in a line, check by check.
fn index(lookup: &Lookup<'_>) -> Markup {
    let mut checks: IndexMap<(&str, &str), Vec<Numbered<'_>>> = IndexMap::new();
    for (number, (index, fact)) in (1..).zip(&lookup.findings) {
        let one = Numbered { number, index: *index, fact };
        checks.entry((fact.severity.name(), &fact.check)).or_default().push(one);
    }
    html! {
        @if lookup.findings.len() > 1 {
            nav #index aria-label="Facts by check" {
                @for ((severity, check), findings) in &checks {
                    div.check-group {
                        p { span class={ "badge " (severity) } { (severity) } " " code { (visible(check)) } " " span.soft { (count(findings.len(), "fact", "facts")) } }
                        ol {
                            @for Numbered { number, index, fact } in findings {
                                li value=(number) {
                                    a href={ "#" (lookup.finding_anchors[*index]) } { (worded(&cut(&fact.title, LONG))) }
                                    " " span.soft { (words::reach(fact)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn finding(lookup: &Lookup<'_>, number: usize, index: usize, finding: &Finding) -> Markup {
    let anchor = &lookup.finding_anchors[index];
    let title = format!("{anchor}--title");
    let (class, result) = match finding.severity {
        Severity::Deny => ("deny", "failed"),
        _ => ("warn", "warned"),
    };
    let operations: Vec<String> = finding.operations.iter().map(|one| visible(one)).collect();
    html! {
        article #(anchor) class={ "finding " (class) } aria-labelledby=(title)
            data-operations=(operations.join("\n")) data-checks=(visible(&finding.check)) data-result=(result)
            data-statuses=(statuses(lookup, finding)) {
            details.card open[number <= OPEN] {
                summary {
                    h3 #(title) {
                        span.ordinal { (number) } " "
                        span class={ "badge " (class) } { (finding.severity.name()) } " "
                        (worded(&finding.title))
                    }
                    span.reach { (words::reach(finding)) }
                }
                (body(lookup, finding, anchor, number <= OPEN))
            }
        }
    }
}

/// The statuses that came where a fact was shown, a line each.
fn statuses(lookup: &Lookup<'_>, finding: &Finding) -> String {
    let mut statuses: Vec<String> = Vec::new();
    for case in finding.cases.iter().filter_map(|id| lookup.case(id)) {
        let status = status(case);
        if !statuses.contains(&status) {
            statuses.push(status);
        }
    }
    statuses.join("\n")
}

/// The status that came of a case, for the filter.
pub(super) fn status(case: &Case) -> String {
    match case.outcome.as_ref().map(|outcome| &outcome.came) {
        Some(Came::Status(status)) => status.to_string(),
        Some(Came::Failure(_)) => "no answer".to_owned(),
        None => String::new(),
    }
}

fn body(lookup: &Lookup<'_>, finding: &Finding, anchor: &str, open: bool) -> Markup {
    let case = words::example(lookup.report, finding);
    html! {
        p.about {
            code.check { (visible(&finding.check)) }
            (operations(lookup, finding))
            @if let Some(about) = words::about(finding) { span { (visible(&about)) } }
            (itself(anchor, "this fact"))
        }
        @if let Some(said) = &finding.said {
            figure.said { figcaption { "The host said" } blockquote { (crate::page::text(&lines(said))) } }
        }
        (expected_and_actual(finding))
        @if let Some(place) = words::wrong(finding) { p.wrong { "The wrong value in the answer: " (worded(&place)) } }
        (excerpt(&finding.contract, finding.excerpt.as_ref()))
        @if let Some(line) = &finding.curl {
            (block("Repeat it", &lines(line), true))
            p.soft {
                @if !lookup.variables.is_empty() { a href="#copy" { "Before you copy" } ": what its variables stand for. " }
                @if let Some(note) = &finding.note { (visible(note)) }
            }
        }
        @if let Some(case) = case { (sent(case, finding.value.as_deref(), open)) }
        (cases(lookup, finding))
        (explained(&finding.check))
    }
}

fn operations(lookup: &Lookup<'_>, finding: &Finding) -> Markup {
    let all = if finding.operations.is_empty() {
        std::slice::from_ref(&finding.operation)
    } else {
        finding.operations.as_slice()
    };
    html! {
        @for one in all.iter().take(OPERATIONS) {
            @if let Some((name, path)) = lookup.operations.get(one.as_str()) {
                span.operation title=(visible(one)) { (method(name)) " " code { (breakable(&visible(path))) } }
            } @else { code { (visible(one)) } }
        }
        @if all.len() > OPERATIONS {
            span title=(visible(&all[OPERATIONS..].join(", "))) { "and " (all.len() - OPERATIONS) " more operations" }
        }
    }
}

fn expected_and_actual(finding: &Finding) -> Markup {
    if let Some(hunk) = words::hunk(finding) {
        return html! {
            figure { figcaption { "Recorded (−) and come (+)" } (diff(&hunk)) }
        };
    }
    let (expected, actual) = difference::marked(&finding.expected, &finding.actual);
    html! {
        div.sides {
            div.side.expected { h4 { "Expected" } p { (expected) } }
            div.side.actual { h4 { "Actual" } p { (actual) } }
        }
    }
}

fn sent(case: &Case, value: Option<&str>, open: bool) -> Markup {
    let id = case.outcome.as_ref().and_then(|outcome| outcome.observed.request_id.as_ref());
    html! {
        details open[open] {
            summary { "Request and answer" @if let Some(id) = id { span.soft { " request id " (visible(id)) } } }
            (sides(case, value, BODY))
        }
    }
}

/// Request and answer side by side, with the wrong value in the answer marked.
pub(super) fn sides(case: &Case, value: Option<&str>, most: usize) -> Markup {
    html! {
        div.sides {
            @if let Some(request) = &case.request { (block("Request", &exchange::request(request, most), false)) }
            @if let Some(outcome) = &case.outcome {
                figure { figcaption { "Answer" } pre tabindex="0" { (exchange::outcome(outcome, value, most)) } }
            }
        }
    }
}

fn cases(lookup: &Lookup<'_>, finding: &Finding) -> Markup {
    let list = |all: &[String]| {
        html! {
            ul.list {
                @for id in all.iter().take(CASES) { li { (lookup.case_link(id)) } }
                @if all.len() > CASES { li { "and " (all.len() - CASES) " more" } }
            }
        }
    };
    html! {
        details {
            summary { (count(finding.count, "case shows it", "cases show it")) }
            (list(&finding.cases))
        }
        @if !finding.except.is_empty() {
            details open[finding.except.len() <= OPERATIONS] {
                summary { (count(finding.except.len(), "case does not show it", "cases do not show it")) }
                (list(&finding.except))
            }
        }
    }
}

fn explained(check: &str) -> Markup {
    html! {
        @if let Some(check) = judge::check(check) {
            details {
                summary { "What " code { (check.id) } " means" }
                dl.explain {
                    dt { "It means" } dd { (check.meaning) }
                    dt { "Why it matters" } dd { (check.matters) }
                    dt { "How to allow it" } dd { (check.allow) }
                }
            }
        }
    }
}

/// What the lines to repeat a request leave to who copies them.
pub(super) fn variables(lookup: &Lookup<'_>) -> Markup {
    let variables = &lookup.variables;
    html! {
        @if !variables.is_empty() {
            section #copy aria-labelledby="copy-title" {
                h2 #copy-title { "Before you copy" }
                p.soft {
                    "The lines that repeat a request leave these variables to your shell: set them first. In requests and answers, "
                    code { "{run}" } " stands for the ten digits of this run."
                }
                dl.variables {
                    @for (names, meaning) in variables {
                        div {
                            dt { @for name in names { code { "$" (visible(name)) } " " } }
                            dd { (meaning) }
                        }
                    }
                }
            }
        }
    }
}
