//! `safe-read`: to read something changes nothing.

use super::Stage;
use super::shown::agree;
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "safe-read",
    summary: "reading twice shows the same",
    meaning: "A resource of the run's own was read twice in a row, and a member of which the caller decides was another the second time, or it was not there any more. RFC 9110 calls GET safe: the client asks for no change.",
    matters: "Caches, crawlers, retries and prefetching repeat reads as they like. A read that changes what is read makes all of them dangerous.",
    allow: "Where a member is a counter or a time that reading moves, mark it `readOnly`, or list it under `volatile` in x-probity.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let Some(seen) = stage.seen(Part::Made, [Part::After, Part::Again]) else { return Vec::new() };
    let Some((first, second)) = seen.resources() else { return Vec::new() };
    let differs = first.of_caller(&seen.sent).into_iter().filter_map(|leaf| {
        let again = second.at(&leaf.at);
        if again.is_some_and(|again| agree(leaf.value, again)) {
            return None;
        }
        let place = format!("{}{}", first.at, leaf.at);
        let title = (place.as_str(), "is another when it is read again");
        stage.differs(&CHECK, (Part::After, Part::Again), title, (leaf.value, again))
    });
    differs.collect()
}
