//! `others-untouched`: what is done to one resource is done to no other.

use super::Stage;
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "others-untouched",
    summary: "what is done to one resource is done to no other",
    meaning: "The run created two resources of a kind, changed or deleted one, and the other one is another than before, or gone.",
    matters: "A change that hits too much, by a missing condition in a statement or a shared object, destroys data that nobody named.",
    allow: "Where one resource follows from another on purpose, allow the check for the operation.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    if stage.accepted(Part::Act).is_none() {
        return Vec::new();
    }
    let (act, reader) = (stage.operation(Part::Act), stage.operation(Part::BesideAfter));
    if stage.accepted(Part::BesideBefore).is_some() && stage.is_gone(Part::BesideAfter) {
        let title = format!("`{act}` of one resource, and another of its kind is gone");
        let told = (format!("what `{reader}` showed before"), "a refusal".to_owned());
        return stage.tells(&CHECK, Part::Act, ("gone", title), told).into_iter().collect();
    }
    let beside = [Part::BesideBefore, Part::BesideAfter];
    let Some(seen) = stage.seen(Part::MadeBeside, beside) else { return Vec::new() };
    let Some((before, after)) = seen.resources() else { return Vec::new() };
    let strayed = before.strayed(&after, &seen.sent, |_| false);
    let words = "of another resource changed as well";
    stage.strayed(&CHECK, (Part::Act, Part::BesideAfter), words, &strayed).into_iter().collect()
}
