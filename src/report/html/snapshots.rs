//! How behaviour differs from its snapshots.

use super::super::model::{Difference, DifferenceKind, Report};
use super::lines;
use crate::snapshot::{self, DiffLine, Sign};
use crate::text::{count, visible};
use maud::{Markup, html};

/// So few differences are open at once.
const FEW: usize = 5;

/// The most lines of one difference.
const LINES: usize = 500;

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let Some(snapshots) = &report.snapshots else { return html! {} };
    let known = &snapshots.summary;
    html! {
        section #snapshots aria-labelledby="snapshots-title" {
            h2 #snapshots-title { "Snapshots" span.tally { (snapshots.differences.len()) } }
            p.soft {
                "Profile " code { (visible(&known.profile)) } ": " (known.compared) " compared, " (known.changed)
                " changed, " (known.new) " new, " (count(known.orphans, "orphan", "orphans"))
                @if known.breaks { ". The differences count against the verdict" } "."
            }
            @if let Some(other) = &snapshots.other_seed {
                p { (count(other.pages, "page was", "pages were")) " recorded with seed " (other.seed) " and not compared: another seed sends other requests." }
            }
            @for one in &snapshots.differences { (difference(one, snapshots.differences.len() <= FEW)) }
        }
    }
}

fn difference(one: &Difference, few: bool) -> Markup {
    let (word, about) = match one.kind {
        DifferenceKind::Changed => ("changed", ""),
        DifferenceKind::New => ("new", "Not all of its cases are stored yet."),
        DifferenceKind::Damaged => ("damaged", "What is stored cannot be used."),
        DifferenceKind::Orphan => ("orphan", "The contract no longer implies it."),
    };
    let old = one.old.as_deref().unwrap_or_default();
    let rows = one.new.as_ref().map(|new| snapshot::diff(old, new)).unwrap_or_default();
    html! {
        details.change open[few && one.kind == DifferenceKind::Changed] {
            summary { span class={ "badge " (word) } { (word) } " " code { (visible(&one.page)) } }
            @if !about.is_empty() { p.soft { (about) } }
            @if let Some(why) = &one.why { p { (visible(why)) } }
            @if !rows.is_empty() {
                figure {
                    figcaption { code { (visible(&one.file)) } }
                    (diff(&rows))
                }
            }
        }
    }
}

/// What is gone and what is new, line by line.
pub(super) fn diff(rows: &[DiffLine]) -> Markup {
    html! {
        pre.diff tabindex="0" {
            @for row in rows.iter().take(LINES) {
                @let (class, sign) = match row.sign {
                    Sign::Added => ("row added", "+"),
                    Sign::Removed => ("row removed", "-"),
                    Sign::Same => ("row", " "),
                    Sign::Gap => ("row gap", " "),
                };
                span class=(class) { (sign) " " (lines(&row.text)) "\n" }
            }
            @if rows.len() > LINES { span.row.gap { "… and " (rows.len() - LINES) " more lines\n" } }
        }
    }
}
