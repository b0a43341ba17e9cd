//! What came of the run in a sentence, its numbers, and what to do first.

use super::super::model::{CaseResult, Operation, Report};
use super::super::words;
use super::{Lookup, latency, worded};
use crate::judge::{SNAPSHOT, Severity};
use crate::record::Verdict;
use crate::text::{LONG, count, cut, visible};
use indexmap::IndexMap;
use maud::{Markup, html};

/// How many checks are named among what to do first.
const FIRST: usize = 3;

/// The section.
pub(super) fn section(lookup: &Lookup<'_>) -> Markup {
    let report = lookup.report;
    let untried = words::untried(report);
    let class = match report.verdict {
        Verdict::Holds if untried.is_empty() => "good",
        Verdict::Holds => "partly",
        Verdict::Interrupted => "doubtful",
        _ => "bad",
    };
    html! {
        section #verdict class=(class) aria-labelledby="verdict-title" {
            h1 #verdict-title { (words::headline(report)) }
            p.summary { (summary(report)) }
            @if let Some((_, why)) = report.incomplete() { p.why { (visible(why)) } }
            @if !untried.is_empty() {
                div.untried {
                    p { "Not tried" }
                    ul { @for part in &untried { li { (part) } } }
                }
            }
            (facts(report))
        }
        (results(report))
        (first(lookup))
    }
}

fn summary(report: &Report) -> String {
    let mut parts = vec![
        count(report.summary.operations, "operation", "operations"),
        count(report.summary.cases, "case", "cases"),
        count(report.summary.exchanges, "exchange", "exchanges"),
        words::facts(report),
    ];
    let differ = report.snapshots.as_ref().map_or(0, |one| one.summary.changed + one.summary.new);
    parts.extend((differ > 0).then(|| count(differ, "snapshot differs", "snapshots differ")));
    parts.push(latency::duration(report.timing.elapsed_ms));
    parts.join(" · ")
}

fn facts(report: &Report) -> Markup {
    let started = report.timing.started;
    html! {
        dl.facts {
            div { dt { "Target" } dd { (visible(&report.target)) } }
            div {
                dt { "Contract" }
                dd { (visible(&report.contract.title)) " " (visible(&report.contract.version)) br; span.soft { (visible(&report.contract.file)) } }
            }
            div {
                dt { "Started" }
                dd { time datetime=(started.to_string()) { (started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()) } }
            }
            div { dt { "Probity" } dd { (visible(&report.probity.version)) span.soft { ", seed " (report.seed) } } }
        }
    }
}

fn results(report: &Report) -> Markup {
    let of = |result: CaseResult| report.cases.iter().filter(|case| case.result == result).count();
    let tried = report.cases.iter().filter(|case| words::is_tried(case)).count();
    let (warned, failed) = (of(CaseResult::Warned), of(CaseResult::Failed));
    let passed = tried - warned - failed;
    let parts = [
        ("passed", passed),
        ("warned", warned),
        ("failed", failed),
        ("either", of(CaseResult::Passed) - passed),
        ("not tested", of(CaseResult::NotTested)),
        ("not sent", of(CaseResult::NotSent)),
    ];
    let cases = parts.iter().map(|(_, number)| number).sum::<usize>();
    let all = cases.max(1);
    let about = parts.map(|(name, number)| format!("{number} {name}")).join(", ");
    let mut x = 0;
    let bars = parts.map(|(name, number)| {
        let bar = (name, x * 1000 / all, (x + number) * 1000 / all);
        x += number;
        bar
    });
    html! {
        section.results aria-label="Results of the cases" {
            svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={ "Cases: " (about) } {
                @for (name, from, to) in bars {
                    rect class=(name.replace(' ', "-")) x=(from) y="0" width=(to - from) height="10" {}
                }
            }
            ul.legend {
                @for (name, number) in parts {
                    li { span class={ "dot " (name.replace(' ', "-")) } {} strong { (number) } " " (name) }
                }
            }
            p.soft {
                strong { (tried) " of " (count(cases, "case", "cases")) " (" (tried * 100 / all) " %)" }
                " put the host to the test. Grey shows nothing for it: the contract allows either, or the request was not sent, or proves nothing."
            }
        }
    }
}

fn first(lookup: &Lookup<'_>) -> Markup {
    let steps = steps(lookup);
    html! {
        section #first aria-labelledby="first-title" {
            h2 #first-title { "What to do first" }
            @if steps.is_empty() {
                p { "Nothing: every case was sent, and no check holds anything against the answers." }
            } @else {
                ol { @for step in steps { li { (step) } } }
            }
        }
    }
}

fn steps(lookup: &Lookup<'_>) -> Vec<Markup> {
    let report = lookup.report;
    let mut steps = Vec::new();
    match report.verdict {
        Verdict::TargetLost => steps.push(html! {
            "See why the target stopped answering, then run again: what follows is what was seen until then."
        }),
        Verdict::LedgerLost => steps.push(html! {
            "Make room or give access for the ledger, then run again: no request was sent that could not be written down."
        }),
        Verdict::Interrupted => steps.push(html! { "Run again to the end: what follows is what was seen until then." }),
        Verdict::Untested => steps.push(html! { "Widen the selection, or repair the contract, or keep under the target's limit with --rate: no request was tested." }),
        Verdict::Holds | Verdict::Broken => {}
    }
    steps.extend(looks(lookup));
    if let Some(snapshots) = &report.snapshots {
        let known = &snapshots.summary;
        if known.changed + known.new > 0 {
            steps.push(html! {
                "Settle " a href="#snapshots" { (count(known.changed + known.new, "snapshot that differs", "snapshots that differ")) }
                " with " code { "probity snapshots review" } "."
            });
        }
    }
    if !report.untestable.is_empty() {
        steps.push(html! {
            "Repair the contract where " a href="#untested" { (count(report.untestable.len(), "operation cannot be tested", "operations cannot be tested")) } "."
        });
    }
    steps.extend(unseen(report));
    let warned = report.summary.findings.warn;
    if warned > 0 {
        steps.push(html! { "Read " a href="#findings" { (count(warned, "warning", "warnings")) } "; none of them breaks the contract." });
    }
    let created = &report.created;
    if created.left + created.uncertain > 0 {
        steps.push(html! {
            "Remove what the run left behind if it is in the way: " (count(created.left, "resource", "resources"))
            @if created.uncertain > 0 { ", perhaps " (created.uncertain) " more" }
            @if let Some(ledger) = &created.ledger { ", listed in " code { (visible(ledger)) } }
            "; values that must be unique carry " code { (visible(&report.timing.run_id)) } "."
        });
    }
    steps
}

/// What the run says nothing about, and so nobody may rely on.
fn unseen(report: &Report) -> Vec<Markup> {
    let mut steps = Vec::new();
    let gaps = &report.gaps;
    if let Some(gap) = gaps.first() {
        steps.push(html! {
            "Do not rely on " a href="#untested" { (count(gaps.len(), "part", "parts")) " that no request could be made for" }
            @if gaps.len() > 1 { ", such as " } @else { ": " }
            code { (visible(&gap.operation)) } ", since " (worded(&cut(&gap.why, LONG))) "."
        });
    }
    let (mut answers, mut rules) = (0, 0);
    for Operation { covered, .. } in &report.coverage.operations {
        answers += covered.statuses.iter().chain(&covered.codes).filter(|seen| seen.times == 0).count();
        rules += covered.rules.iter().filter(|tried| tried.times == 0).count();
    }
    let mut parts = Vec::new();
    parts.extend(
        (answers > 0).then(|| count(answers, "documented status or code", "documented statuses and codes")),
    );
    parts.extend((rules > 0).then(|| count(rules, "rule", "rules")));
    if !parts.is_empty() {
        let verb = if answers + rules == 1 { "was" } else { "were" };
        steps.push(html! {
            "Keep in mind what the run did not see: " a href="#coverage" { (parts.join(" and ")) } " " (verb) " never shown."
        });
    }
    steps
}

/// The first fact of each of the first checks, since facts of one check are often alike.
fn looks(lookup: &Lookup<'_>) -> Vec<Markup> {
    let mut checks: IndexMap<&str, Vec<usize>> = IndexMap::new();
    for (index, finding) in &lookup.findings {
        // What differs from snapshots is settled as a whole.
        if finding.severity == Severity::Deny && finding.check != SNAPSHOT.id {
            checks.entry(&finding.check).or_default().push(*index);
        }
    }
    let all: usize = checks.values().map(Vec::len).sum();
    let named: usize = checks.values().take(FIRST).map(Vec::len).sum();
    let mut steps = Vec::new();
    for (check, indexes) in checks.iter().take(FIRST) {
        let finding = &lookup.report.findings[indexes[0]];
        steps.push(html! {
            "Look at " a href={ "#" (lookup.finding_anchors[indexes[0]]) } { (worded(&cut(&finding.title, LONG))) }
            @if finding.about != "api" { " in " code { (visible(&finding.operation)) } }
            " (" (words::reach(finding)) ")"
            @if indexes.len() > 1 { ", and " (count(indexes.len() - 1, "more fact", "more facts")) " of " code { (visible(check)) } }
            "."
        });
    }
    if all > named {
        steps.push(html! { "Go on with " a href="#findings" { (count(all - named, "fact", "facts")) " of other checks" } "." });
    }
    steps
}
