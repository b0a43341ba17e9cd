//! The report as one page for people who were not there: it needs no network, and no script to be read.
//!
//! Whatever comes from a contract or a host is text: the templates escape it, and characters that
//! would steer its reader are written out.

mod cases;
mod coverage;
mod difference;
mod exchange;
mod finding;
mod latency;
mod snapshots;
#[cfg(test)]
mod tests;
mod usual;
mod verdict;

use super::model::{At, Case, Finding, Report, Untested};
use super::{place, words};
use crate::page::{self, Anchors};
use crate::source::Excerpt;
use crate::text::visible;
use maud::{Markup, html};
use std::collections::HashMap;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// How much of the end of a JSON Pointer is in an anchor.
const POINTED: usize = 3;

/// Longer anchors are cut.
const LONGEST: usize = 160;

/// The anchors that every page has for itself.
const OWN: &[&str] = &[
    "main",
    "top",
    "theme",
    "verdict",
    "first",
    "filter",
    "words",
    "operation",
    "check",
    "result",
    "status",
    "failed",
    "clear",
    "shown",
    "findings",
    "index",
    "copy",
    "snapshots",
    "untested",
    "coverage",
    "latency",
    "cases",
];

/// The report as a page.
pub fn html(report: &Report) -> String {
    let title = format!("{} · {}", words::headline(report), visible(&report.contract.title));
    let body = Lookup::new(report).body();
    page::Page { title: &title, description: None, style: STYLE, script: SCRIPT, body }.text()
}

/// What every part of the page looks up.
struct Lookup<'r> {
    report: &'r Report,
    /// The findings, the most serious first, with their index in the report.
    findings: Vec<(usize, &'r Finding)>,
    /// The anchor of each finding, by its index.
    finding_anchors: Vec<String>,
    /// The anchor of each case, by its index.
    case_anchors: Vec<String>,
    /// The index of each case.
    cases: HashMap<&'r str, usize>,
    /// Method and path of each operation.
    operations: HashMap<&'r str, (&'r str, &'r str)>,
    /// What the lines to copy leave to the shell, and what that is.
    variables: Vec<(Vec<&'r str>, &'static str)>,
}

impl<'r> Lookup<'r> {
    fn new(report: &'r Report) -> Lookup<'r> {
        let mut anchors = Anchors::new(LONGEST, OWN);
        let finding_anchors = report.findings.iter().map(|one| anchors.take(&named(one))).collect();
        let case_anchors =
            report.cases.iter().map(|case| anchors.take(&format!("case {}", case.id))).collect();
        let index: HashMap<*const Finding, usize> =
            report.findings.iter().enumerate().map(|(index, one)| (std::ptr::from_ref(one), index)).collect();
        let findings = report.by_weight().into_iter();
        let operations = report.coverage.operations.iter();
        Lookup {
            report,
            findings: findings.map(|one| (index[&std::ptr::from_ref(one)], one)).collect(),
            finding_anchors,
            case_anchors,
            cases: report.cases.iter().enumerate().map(|(index, case)| (case.id.as_str(), index)).collect(),
            operations: operations
                .map(|one| (one.covered.operation.as_str(), (one.method.as_str(), one.path.as_str())))
                .collect(),
            variables: words::variables(report),
        }
    }

    fn body(&self) -> Markup {
        html! {
            header #top {
                p.brand { strong { "Probity" } " " span { (visible(&self.report.contract.title)) } }
                nav aria-label="Sections" {
                    @for (anchor, name) in self.sections() { a href={ "#" (anchor) } { (name) } }
                }
                button #theme type="button" hidden { "Dark theme" }
            }
            main #main tabindex="-1" {
                (verdict::section(self))
                (self.filters())
                (finding::variables(self))
                (finding::section(self))
                (snapshots::section(self.report))
                (untested(self.report))
                (coverage::section(self.report))
                (latency::section(self.report))
                (cases::section(self))
            }
            footer {
                p { "Written by Probity " (visible(&self.report.probity.version)) " from run " code { (visible(&self.report.timing.run_id)) } ". Credentials stand as variables." }
            }
        }
    }

    fn sections(&self) -> Vec<(&'static str, &'static str)> {
        let mut sections = vec![("verdict", "Verdict"), ("findings", "Facts")];
        sections.extend((!self.variables.is_empty()).then_some(("copy", "Before you copy")));
        sections.extend(self.report.snapshots.is_some().then_some(("snapshots", "Snapshots")));
        let untested = self.report.untestable.len() + self.report.gaps.len() > 0;
        sections.extend(untested.then_some(("untested", "Not tested")));
        sections.push(("coverage", "Coverage"));
        let answered = self.report.cases.iter().any(|case| case.outcome.is_some());
        sections.extend(answered.then_some(("latency", "Latency")));
        sections.push(("cases", "Cases"));
        sections
    }

    fn filters(&self) -> Markup {
        let mut checks: Vec<&str> = Vec::new();
        for (_, finding) in &self.findings {
            if !checks.contains(&finding.check.as_str()) {
                checks.push(&finding.check);
            }
        }
        let operations: Vec<&str> =
            self.report.coverage.operations.iter().map(|one| one.covered.operation.as_str()).collect();
        let mut statuses: Vec<String> = self.report.cases.iter().map(finding::status).collect();
        statuses.sort();
        statuses.dedup();
        statuses.retain(|status| !status.is_empty());
        let plain = |all: &[&str]| all.iter().map(|one| (visible(one), visible(one))).collect::<Vec<_>>();
        let results = [
            ("failed", "failed: breaks the contract"),
            ("warned", "warned"),
            ("passed", "passed"),
            ("either", "either: the contract allows both"),
            ("not-tested", "not tested"),
            ("not-sent", "not sent"),
        ];
        let results = results.map(|(value, name)| (value.to_owned(), name.to_owned()));
        let statuses: Vec<&str> = statuses.iter().map(String::as_str).collect();
        html! {
            form #filter role="search" aria-label="Facts and cases" hidden {
                div.wide {
                    label for="search" { "Search facts and cases" }
                    input #search type="search" autocomplete="off" spellcheck="false" placeholder="Text, field, code, case";
                }
                (select("operation", "Operation", &plain(&operations)))
                (select("check", "Check", &plain(&checks)))
                (select("result", "Result", &results))
                (select("status", "Status", &plain(&statuses)))
                label.only { input #failed type="checkbox"; " Failed only" }
                button #clear type="reset" { "Clear" }
                p #shown role="status" {}
            }
        }
    }

    /// The case with an identity.
    fn case(&self, id: &str) -> Option<&'r Case> {
        self.report.cases.get(*self.cases.get(id)?)
    }

    /// A link to a case.
    fn case_link(&self, id: &str) -> Markup {
        html! {
            @if let Some(index) = self.cases.get(id) {
                a href={ "#" (self.case_anchors[*index]) } { (visible(id)) }
            } @else { (visible(id)) }
        }
    }
}

/// What an anchor of a finding is made of.
fn named(finding: &Finding) -> String {
    let Finding { check, operation, place, cause, answer, contract, .. } = finding;
    match finding.about.as_str() {
        "api" => format!("finding {check} {answer}"),
        "contract" => {
            let mut last: Vec<&str> = contract.pointer.rsplit('/').take(POINTED).collect();
            last.reverse();
            format!("finding {check} {operation} {} {answer}", last.join(" "))
        }
        "request" => format!("finding {check} {operation} {place} {cause} {answer}"),
        _ => format!("finding {check} {operation} {answer}"),
    }
}

fn select(id: &str, name: &str, options: &[(String, String)]) -> Markup {
    html! {
        div {
            label for=(id) { (name) }
            select #(id) {
                option value="" { "all" }
                @for (value, name) in options { option value=(value) { (name) } }
            }
        }
    }
}

fn untested(report: &Report) -> Markup {
    let list = |title: &str, about: &str, all: &[Untested]| {
        html! {
            @if !all.is_empty() {
                h3 { (title) }
                p.soft { (about) }
                @for one in all {
                    div.untested {
                        p { code { (visible(&one.operation)) } " " (visible(&one.why)) }
                        (excerpt(&one.contract, one.excerpt.as_ref()))
                    }
                }
            }
        }
    };
    html! {
        @if report.untestable.len() + report.gaps.len() > 0 {
            section #untested aria-labelledby="untested-title" {
                h2 #untested-title { "Not tested" }
                (list("Operations that cannot be tested", "A part of the contract that cannot be read keeps them out.", &report.untestable))
                (list("What no request could be made for", "The contract implies it, and it was left out.", &report.gaps))
            }
        }
    }
}

/// The lines of the contract around a place, without the indent that they share.
fn excerpt(at: &At, excerpt: Option<&Excerpt>) -> Markup {
    html! {
        figure.contract {
            figcaption { "Contract " code { (place::shown(at)) } }
            @if let Some(excerpt) = excerpt {
                @let indent = indent(excerpt);
                pre tabindex="0" {
                    @for (index, line) in excerpt.lines.iter().enumerate() {
                        @let line = line.get(indent..).unwrap_or_default();
                        span class=(if index == excerpt.marked { "row here" } else { "row" }) {
                            span.number { (excerpt.first + index) }
                            @if index == excerpt.marked { (pointed(line, excerpt.column.saturating_sub(indent), excerpt.length)) }
                            @else { (lines(line)) }
                            "\n"
                        }
                    }
                }
            }
        }
    }
}

fn indent(excerpt: &Excerpt) -> usize {
    let indents = excerpt.lines.iter().filter_map(|line| line.find(|letter| letter != ' '));
    indents.min().unwrap_or_default().min(excerpt.column.saturating_sub(1))
}

/// A line with the place in it marked; its column counts from 1.
fn pointed(line: &str, column: usize, length: usize) -> Markup {
    let mut letters = line.chars();
    let before: String = letters.by_ref().take(column.saturating_sub(1)).collect();
    let place: String = letters.by_ref().take(length).collect();
    let rest: String = letters.collect();
    html! { (lines(&before)) @if !place.is_empty() { mark { (lines(&place)) } } (lines(&rest)) }
}

/// A block of text to look at or to copy.
fn block(title: &str, text: &str, copy: bool) -> Markup {
    html! {
        figure data-copy[copy] {
            figcaption { (title) }
            pre tabindex="0" { (page::text(text)) }
        }
    }
}

/// Words in which what stands between backticks is code.
fn worded(text: &str) -> Markup {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn method(name: &str) -> Markup {
    page::method(&visible(name))
}

/// Text in which every character that would do something is written out, but line breaks and tabs.
fn lines(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
