//! What was seen of the contract: operations against statuses, codes, keywords and rules.

use super::super::coverage::{Seen, Tried};
use super::super::model::{Keyword, Operation, Report};
use super::method;
use crate::text::visible;
use indexmap::{IndexMap, IndexSet};
use maud::{Markup, html};

/// What is counted of an operation, and what is said where there is nothing of it.
const COLUMNS: [(&str, &str); 5] = [
    ("Cases sent", "no cases"),
    ("Statuses", "none documented"),
    ("Codes", "none listed"),
    ("Keywords", "not varied"),
    ("Rules", "none stated"),
];

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let operations = &report.coverage.operations;
    html! {
        section #coverage aria-labelledby="coverage-title" {
            h2 #coverage-title { "Coverage" }
            p.soft { "How much of what the contract says the run has seen. A keyword counts once it was both satisfied and violated; a rule, once it was held against something." }
            div.scroll tabindex="0" role="region" aria-label="Coverage of each operation" {
                table.matrix.stacked {
                    thead {
                        tr { th scope="col" { "Operation" } @for (name, _) in COLUMNS { th scope="col" { (name) } } }
                    }
                    tbody { @for one in operations { (overview(one, sent(report, &one.covered.operation))) } }
                }
            }
            @for one in operations { (closely(one, operations.len() == 1)) }
        }
    }
}

/// How many cases of an operation were sent, those with methods that it does not declare too.
fn sent(report: &Report, operation: &str) -> (usize, usize) {
    let cases = report.cases.iter().filter(|case| case.operation == operation);
    cases.fold((0, 0), |(sent, all), case| (sent + usize::from(case.outcome.is_some()), all + 1))
}

fn overview(operation: &Operation, sent: (usize, usize)) -> Markup {
    let covered = &operation.covered;
    let seen = |all: &[Seen]| (all.iter().filter(|one| one.times > 0).count(), all.len());
    let cells = [
        sent,
        seen(&covered.statuses),
        seen(&covered.codes),
        (operation.keywords.iter().filter(|one| both_ways(one)).count(), operation.keywords.len()),
        (covered.rules.iter().filter(|one| one.times > 0).count(), covered.rules.len()),
    ];
    html! {
        tr {
            th scope="row" { (method(&operation.method)) " " (visible(&covered.operation)) }
            @for ((name, none), (part, all)) in COLUMNS.iter().zip(cells) { (share(name, none, part, all)) }
        }
    }
}

fn both_ways(keyword: &Keyword) -> bool {
    keyword.satisfied > 0 && keyword.refused + keyword.missed > 0
}

fn share(name: &str, none: &str, part: usize, all: usize) -> Markup {
    let class = match (part, all) {
        (_, 0) => "none",
        (part, all) if part >= all => "full",
        (0, _) => "empty",
        _ => "partly",
    };
    html! {
        td class={ "share " (class) } data-name=(name) {
            @if all == 0 { span.soft { (none) } } @else {
                span { (part) " of " (all) }
                svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                    rect.back x="0" y="0" width="100" height="4" {}
                    rect.front x="0" y="0" width=(part.min(all) * 100 / all) height="4" {}
                }
            }
        }
    }
}

fn closely(operation: &Operation, open: bool) -> Markup {
    let covered = &operation.covered;
    html! {
        details.closely open[open] {
            summary {
                (method(&operation.method)) " " strong { (visible(&covered.operation)) } " "
                code { (visible(&operation.path)) }
            }
            @if let Some(summary) = &operation.summary { p.soft { (visible(summary)) } }
            (seen("Statuses", &covered.statuses, &covered.undocumented_statuses, "not documented"))
            (seen("Codes", &covered.codes, &covered.unknown_codes, "not in the catalogue"))
            (rules(&covered.rules))
            (keywords(&covered.operation, &operation.keywords))
        }
    }
}

fn seen(title: &str, all: &[Seen], strange: &[Seen], word: &str) -> Markup {
    html! {
        @if all.len() + strange.len() > 0 {
            h3 { (title) }
            ul.chips {
                @for one in all {
                    li class=(if one.times > 0 { "full" } else { "empty" }) {
                        strong { (visible(&one.name)) } " "
                        @if one.times > 0 { "×" (one.times) } @else { "not seen" }
                    }
                }
                @for one in strange { li.missed { strong { (visible(&one.name)) } " ×" (one.times) " " (word) } }
            }
        }
    }
}

fn rules(all: &[Tried]) -> Markup {
    html! {
        @if !all.is_empty() {
            h3 { "Rules" }
            ul.chips.long {
                @for one in all {
                    li class=(if one.times > 0 { "full" } else { "empty" }) {
                        code { (visible(&one.rule)) } " "
                        @if one.times > 0 { "×" (one.times) } @else { "not exercised" }
                    }
                }
            }
        }
    }
}

/// How often a keyword was satisfied, refused and missed, wherever it stands at one place.
#[derive(Clone, Copy, Default)]
struct Counts {
    satisfied: usize,
    refused: usize,
    missed: usize,
}

fn keywords(operation: &str, all: &[Keyword]) -> Markup {
    let columns: IndexSet<&str> = all.iter().map(|one| one.keyword.as_str()).collect();
    let mut rows: IndexMap<&str, IndexMap<&str, Counts>> = IndexMap::new();
    for one in all {
        let counts = rows.entry(&one.place).or_default().entry(&one.keyword).or_default();
        counts.satisfied += one.satisfied;
        counts.refused += one.refused;
        counts.missed += one.missed;
    }
    html! {
        @if !all.is_empty() {
            h3 { "Schema keywords" }
            p.soft { "✓ requests that satisfied it and were taken, ✗ requests that violated it and were refused, ! requests that violated it and were taken." }
            div.scroll tabindex="0" role="region" aria-label={ "Schema keywords of " (visible(operation)) } {
                table.matrix {
                    thead {
                        tr { th scope="col" { "Place" } @for one in &columns { th scope="col" { (visible(one)) } } }
                    }
                    tbody {
                        @for (place, cells) in &rows {
                            tr {
                                th scope="row" { (visible(place)) }
                                @for one in &columns { (cell(cells.get(one).copied())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(counts: Option<Counts>) -> Markup {
    let Some(counts) = counts else { return html! { td {} } };
    let Counts { satisfied, refused, missed } = counts;
    let class = match (satisfied, refused, missed) {
        (_, _, 1..) => "missed",
        (1.., 1.., _) => "full",
        (0, 0, _) => "empty",
        _ => "partly",
    };
    html! {
        td class={ "counts " (class) } {
            @if satisfied + refused + missed == 0 { "not tried" } @else {
                "✓ " (satisfied) "  ✗ " (refused)
                @if missed > 0 { "  ! " (missed) }
            }
        }
    }
}
