//! How behaviour differs from its snapshots, as people read it.

use super::model::{Difference, DifferenceKind, OtherSeed};
use super::text::count;
use crate::snapshot::{self, Comparison, Kind, Sign};
use indexmap::IndexMap;

/// How many lines of one page are shown.
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

/// What differs, line by line: lines that changed on several pages stand once, under all of them.
pub(super) fn lines(differences: &[Difference], other_seed: Option<&OtherSeed>) -> Vec<String> {
    let mut lines = Vec::new();
    for alike in alike(differences) {
        for Difference { file, kind, why, .. } in alike.iter().take(FILES) {
            lines.push(match kind {
                DifferenceKind::Changed => format!("changed  {file}"),
                DifferenceKind::New => format!("new      {file}"),
                DifferenceKind::Damaged => format!("damaged  {file}: {}", why.as_deref().unwrap_or_default()),
                DifferenceKind::Orphan => format!("orphan   {file}"),
            });
        }
        if alike.len() > FILES {
            lines.push(format!("         and {} more like it", count(alike.len() - FILES, "page", "pages")));
        }
        if let Some(Difference { kind: DifferenceKind::Changed, old, new, .. }) = alike.first() {
            let (old, new) = (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
            // A page colours its lines by their signs.
            let text = snapshot::unified(&snapshot::diff(old, new), false);
            lines.extend(text.lines().take(LONGEST).map(str::to_owned));
        }
    }
    lines.extend(other_seed.map(|OtherSeed { seed, pages }| {
        format!(
            "{} recorded with --seed {seed} and not compared: another seed sends other requests",
            count(*pages, "page was", "pages were")
        )
    }));
    lines
}

/// The pages in their order, those together that differ in the same lines.
fn alike(differences: &[Difference]) -> Vec<Vec<&Difference>> {
    let mut found: IndexMap<(&'static str, String), Vec<&Difference>> = IndexMap::new();
    for one in differences {
        let (old, new) = (one.old.as_deref().unwrap_or_default(), one.new.as_deref().unwrap_or_default());
        let key = match one.kind {
            DifferenceKind::Changed => {
                let mut lines = snapshot::diff(old, new);
                lines.retain(|line| matches!(line.sign, Sign::Added | Sign::Removed));
                ("changed", snapshot::unified(&lines, false))
            }
            DifferenceKind::New => ("new", String::new()),
            DifferenceKind::Damaged => ("damaged", one.page.clone()),
            DifferenceKind::Orphan => ("orphan", String::new()),
        };
        found.entry(key).or_default().push(one);
    }
    found.into_values().collect()
}
