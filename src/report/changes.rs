//! How behaviour differs from its snapshots, as people read it.

use super::model::{Difference, DifferenceKind, OtherSeed, Snapshots};
use crate::snapshot::{self, Comparison, Kind, Pair};
use crate::text::count;

/// How many changes are shown.
const CHANGES: usize = 10;

/// How many lines of one change are shown.
const LONGEST: usize = 24;

/// How many pages that differ alike are named.
const FILES: usize = 8;

/// What a comparison found, in plain values.
pub fn differences(comparison: &Comparison) -> Vec<Difference> {
    let each = comparison.differences.iter().map(|difference| {
        let (kind, old, new, why) = match &difference.kind {
            Kind::Changed { old, new } => (DifferenceKind::Changed, Some(old), Some(new), None),
            Kind::New { new } => (DifferenceKind::New, None, Some(new), None),
            Kind::Damaged { why, new } => (DifferenceKind::Damaged, None, Some(new), Some(why)),
            Kind::Orphan => (DifferenceKind::Orphan, None, None, None),
        };
        Difference {
            page: difference.page.clone(),
            file: difference.path.display().to_string(),
            kind,
            old: old.cloned(),
            new: new.cloned(),
            why: why.cloned(),
        }
    });
    each.collect()
}

/// The pages of a comparison that were recorded with another seed.
pub fn other_seed(comparison: &Comparison) -> Option<OtherSeed> {
    let (_, seed) = comparison.other_seed.first()?;
    Some(OtherSeed { seed: *seed, pages: comparison.other_seed.len() })
}

/// What several runs of parts of one plan found, as their records have it.
pub fn together(runs: Vec<serde_json::Value>) -> serde_json::Result<Option<Snapshots>> {
    let mut all: Option<Snapshots> = None;
    for run in runs {
        let more: Snapshots = serde_json::from_value(run)?;
        let Some(all) = &mut all else {
            all = Some(more);
            continue;
        };
        all.summary.compared += more.summary.compared;
        all.summary.changed += more.summary.changed;
        all.summary.new += more.summary.new;
        all.summary.orphans += more.summary.orphans;
        all.summary.breaks |= more.summary.breaks;
        all.differences.extend(more.differences);
        all.other_seed = all.other_seed.take().or(more.other_seed);
    }
    Ok(all)
}

/// What differs, line by line: a change that several pages show stands once, under all of them.
pub(super) fn lines(differences: &[Difference], other_seed: Option<&OtherSeed>) -> Vec<String> {
    let changed: Vec<&Difference> = of(differences, DifferenceKind::Changed).collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let bodies: Vec<_> = changed.iter().map(|one| (text(&one.old), text(&one.new))).collect();
    let pairs = changed.iter().zip(&bodies);
    let pairs: Vec<Pair<'_>> =
        pairs.map(|(one, (old, new))| Pair { page: &one.page, old: Some(old), new }).collect();
    let groups = snapshot::groups(&pairs);
    let mut lines = Vec::new();
    for group in groups.iter().take(CHANGES) {
        let files = group.pages.iter().filter_map(|page| changed.get(*page)).copied();
        named("changed", files, &mut lines);
        if group.pages.len() > 1 {
            lines.push(format!("  {}, by {}:", group.words, count(group.cases, "case", "cases")));
        }
        // A page colours its lines by their signs.
        lines.extend(snapshot::unified(&group.lines, false).lines().take(LONGEST).map(str::to_owned));
    }
    if groups.len() > CHANGES {
        let more = count(groups.len() - CHANGES, "more change", "more changes");
        lines.push(format!("… and {more}: `probity snapshots review` shows each"));
    }
    named("new", of(differences, DifferenceKind::New), &mut lines);
    for Difference { file, why, .. } in of(differences, DifferenceKind::Damaged) {
        lines.push(format!("damaged  {file}: {}", why.as_deref().unwrap_or_default()));
    }
    named("orphan", of(differences, DifferenceKind::Orphan), &mut lines);
    lines.extend(other_seed.map(|OtherSeed { seed, pages }| {
        format!(
            "{} recorded with --seed {seed} and not compared: another seed sends other requests",
            count(*pages, "page was", "pages were")
        )
    }));
    lines
}

fn of(differences: &[Difference], kind: DifferenceKind) -> impl Iterator<Item = &Difference> {
    differences.iter().filter(move |one| one.kind == kind)
}

/// The files of pages that differ alike.
fn named<'d>(kind: &str, pages: impl Iterator<Item = &'d Difference>, lines: &mut Vec<String>) {
    let mut more = 0;
    for (index, Difference { file, .. }) in pages.enumerate() {
        if index < FILES {
            lines.push(format!("{kind:<8} {file}"));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        lines.push(format!("{:<8} … and {}", "", count(more, "more page", "more pages")));
    }
}
