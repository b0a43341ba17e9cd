//! The findings: what was expected and what came, where the contract says so, and how to repeat it.

use super::super::model::{Case, Finding};
use super::super::text::{count, visible};
use super::{Page, block, difference, excerpt, exchange, lines, method, worded};
use crate::judge::{self, Severity};
use crate::page::{breakable, itself};
use maud::{Markup, html};

/// So few findings show their exchanges at once.
const FEW: usize = 5;

/// How many cases of a finding are named.
const CASES: usize = 100;

/// The most of a body that is shown.
const BODY: usize = 64 << 10;

/// The section.
pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #findings aria-labelledby="findings-title" {
            h2 #findings-title { "Findings" span.tally { (page.findings.len()) } }
            @if page.findings.is_empty() { p.soft { "No check holds anything against the answers." } }
            @for (index, one) in &page.findings { (finding(page, *index, one)) }
            p.nothing hidden { "No finding matches the filters." }
        }
    }
}

fn finding(page: &Page<'_>, index: usize, finding: &Finding) -> Markup {
    let anchor = &page.finding_anchors[index];
    let title = format!("{anchor}--title");
    let (class, result) = match finding.severity {
        Severity::Deny => ("deny", "failed"),
        _ => ("warn", "warned"),
    };
    let (expected, actual) = difference::marked(&finding.expected, &finding.actual);
    let first = finding.cases.first().and_then(|id| page.cases.get(id.as_str()));
    let case = first.map(|index| &page.report.cases[*index]);
    html! {
        article #(anchor) class={ "finding " (class) } aria-labelledby=(title)
            data-operation=(visible(&finding.operation)) data-checks=(visible(&finding.check)) data-result=(result) {
            h3 #(title) {
                span class={ "badge " (class) } { (finding.severity.name()) } " "
                (worded(&finding.title)) (itself(anchor, "this finding"))
            }
            p.about {
                code.check { (visible(&finding.check)) }
                @if let Some((name, path)) = page.operations.get(finding.operation.as_str()) {
                    span { (method(name)) " " code { (breakable(&visible(path))) } }
                } @else { code { (visible(&finding.operation)) } }
                span { (visible(&finding.place)) " · " (visible(&finding.cause)) }
                span { (count(finding.count, "case", "cases")) }
            }
            div.sides {
                div.side.expected { h4 { "Expected" } p { (expected) } }
                div.side.actual { h4 { "Actual" } p { (actual) } }
            }
            (excerpt(&finding.contract, finding.excerpt.as_ref()))
            @if let Some(line) = &finding.curl { (block("Repeat it", &lines(line), true)) }
            @if let Some(note) = &finding.note { p.soft { (visible(note)) } }
            @if let Some(case) = case { (sent(case, page.findings.len() <= FEW)) }
            (cases(page, finding))
            (explained(&finding.check))
        }
    }
}

fn sent(case: &Case, open: bool) -> Markup {
    let id = case.outcome.as_ref().and_then(|outcome| outcome.observed.request_id.as_ref());
    html! {
        details open[open] {
            summary { "Request and answer" @if let Some(id) = id { span.soft { " request id " (visible(id)) } } }
            (sides(case, BODY))
        }
    }
}

/// Request and answer side by side.
pub(super) fn sides(case: &Case, most: usize) -> Markup {
    html! {
        div.sides {
            @if let Some(request) = &case.request { (block("Request", &exchange::request(request, most), false)) }
            @if let Some(outcome) = &case.outcome { (block("Answer", &exchange::outcome(outcome, most), false)) }
        }
    }
}

fn cases(page: &Page<'_>, finding: &Finding) -> Markup {
    html! {
        details {
            summary { (count(finding.count, "case shows it", "cases show it")) }
            ul.list {
                @for id in finding.cases.iter().take(CASES) { li { (page.case_link(id)) } }
                @if finding.count > CASES { li { "and " (finding.count - CASES) " more" } }
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
