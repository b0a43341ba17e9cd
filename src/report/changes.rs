//! How behaviour differs from its snapshots, as people read it.

use super::model::{Difference, DifferenceKind, OtherSeed};
use super::text::count;
use crate::snapshot::{self, Comparison, Kind};

/// How many lines of one page are shown.
const LONGEST: usize = 24;

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

/// What differs, line by line.
pub(super) fn lines(differences: &[Difference], other_seed: Option<&OtherSeed>) -> Vec<String> {
    let mut lines = Vec::new();
    for Difference { file, kind, old, new, why, .. } in differences {
        match kind {
            DifferenceKind::Changed => {
                lines.push(format!("changed  {file}"));
                let (old, new) = (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
                // A page colours its lines by their signs.
                let text = snapshot::unified(&snapshot::diff(old, new), false);
                lines.extend(text.lines().take(LONGEST).map(str::to_owned));
            }
            DifferenceKind::New => lines.push(format!("new      {file}")),
            DifferenceKind::Damaged => {
                lines.push(format!("damaged  {file}: {}", why.as_deref().unwrap_or_default()));
            }
            DifferenceKind::Orphan => lines.push(format!("orphan   {file}")),
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
