//! `done-once`: what can be done once is refused the second time.

use super::Stage;
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "done-once",
    summary: "what is documented to conflict when repeated does",
    meaning: "The contract documents a 409 or 422 for something that is done to a resource without any body, so that only the state of the resource can call for it. The run did it twice to a resource of its own, and both times it was accepted.",
    matters: "An order that is cancelled, paid or shipped twice is booked twice.",
    allow: "Where the second time is harmless and the documented refusal is about something else, allow the check for the operation.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let both = stage.accepted(Part::Act).zip(stage.accepted(Part::Again));
    let Some((_, again)) = both else { return Vec::new() };
    let act = stage.operation(Part::Act);
    let title = format!("`{act}` is accepted twice for one resource");
    let told = ("the documented 409 or 422 the second time".to_owned(), format!("status {}", again.status));
    stage.tells(&CHECK, Part::Again, ("twice", title), told).into_iter().collect()
}
