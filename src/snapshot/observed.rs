//! What a comparison holds against a run: one fact for each hunk, with the pages that show it.

use super::hunk::Hunk;
use super::store::{Comparison, Difference, Kind};
use crate::generate::random::fnv1a;
use crate::judge::{About, Observation, SNAPSHOT};
use crate::plan::{Plan, Position};
use crate::text::count;
use std::collections::{BTreeMap, BTreeSet};

/// So many pages are named.
const NAMED: usize = 3;

/// What a hunk is shown by.
struct Shown<'c> {
    hunk: &'c Hunk,
    pages: BTreeSet<&'c str>,
}

/// Each hunk as an observation on every case that shows it: equal ones of all pages are one finding.
pub fn observed(plan: &Plan, comparison: &Comparison) -> Vec<Observation> {
    let mut facts: BTreeMap<&str, Shown<'_>> = BTreeMap::new();
    for (difference, hunk) in changed(comparison).flat_map(|one| hunks(one).map(move |hunk| (one, hunk))) {
        let shown = facts.entry(&hunk.key).or_insert_with(|| Shown { hunk, pages: BTreeSet::new() });
        shown.pages.insert(&difference.page);
    }
    let mut found = Vec::new();
    for difference in changed(comparison) {
        for changed in &difference.cases {
            let position = changed.position.or_else(|| first_case(plan, difference));
            let told = changed.hunks.iter().filter_map(|hunk| facts.get(hunk.key.as_str()));
            found.extend(told.filter_map(|shown| fact(plan, position?, shown)));
        }
    }
    found.extend(comparison.differences.iter().filter_map(|difference| damaged(plan, difference)));
    found
}

fn changed(comparison: &Comparison) -> impl Iterator<Item = &Difference> {
    comparison.differences.iter().filter(|difference| matches!(difference.kind, Kind::Changed { .. }))
}

/// Of a page that changed, what was answered otherwise; a case that is new on it is no change.
fn hunks(difference: &Difference) -> impl Iterator<Item = &Hunk> {
    difference.cases.iter().flat_map(|case| &case.hunks).filter(|hunk| !hunk.is_new_case())
}

fn fact(plan: &Plan, position: Position, shown: &Shown<'_>) -> Option<Observation> {
    let Shown { hunk, pages } = shown;
    let names: Vec<&str> = pages.iter().copied().take(NAMED).collect();
    let more = match pages.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lines = |text: &str| match text {
        "" => "nothing".to_owned(),
        text => text.lines().map(str::trim_start).collect::<Vec<_>>().join(" "),
    };
    let title = format!("{} on {}", hunk.words, count(pages.len(), "recorded page", "recorded pages"));
    let actual = format!("{} ({}{more})", lines(&hunk.new), names.join(", "));
    observation(plan, position, format!("{:016x}", fnv1a(&hunk.key)), title, (lines(&hunk.old), actual))
}

fn damaged(plan: &Plan, difference: &Difference) -> Option<Observation> {
    let Kind::Damaged { why, .. } = &difference.kind else { return None };
    let position = difference.cases.iter().find_map(|case| case.position)?;
    let title = format!("the page {} cannot be used", difference.page);
    let sides = (format!("a page in {}", difference.path.display()), why.clone());
    observation(plan, position, difference.page.clone(), title, sides)
}

fn observation(
    plan: &Plan,
    position: Position,
    answer: String,
    title: String,
    (expected, actual): (String, String),
) -> Option<Observation> {
    Some(Observation {
        check: SNAPSHOT,
        severity: SNAPSHOT.severity,
        about: About::Api,
        detail: String::new(),
        value: None,
        leads: false,
        position,
        answer,
        title,
        expected,
        actual,
        at: plan.case(position)?.at.clone(),
    })
}

/// What stands for a case that is no longer in the plan.
fn first_case(plan: &Plan, difference: &Difference) -> Option<Position> {
    let known = difference.cases.iter().find_map(|changed| changed.position);
    known.or((!plan.is_empty()).then(Position::default))
}
