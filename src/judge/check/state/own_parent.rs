//! `own-parent`: what stands below one resource is not found below another.

use super::Stage;
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "own-parent",
    summary: "what stands below one resource is not found below another",
    meaning: "The run created a resource below one of its own, and another one of the upper kind. The same resource was then asked for below that other one, and was shown as if it stood there.",
    matters: "A path that is not looked at as a whole often is not checked as a whole either: who may see one parent sees the children of all.",
    allow: "Where ids are known across parents and the upper part of the path is only a way to them, allow the check for the operation.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let both = stage.accepted(Part::Before).zip(stage.accepted(Part::Elsewhere));
    let Some((before, elsewhere)) = both.filter(|(before, elsewhere)| before.body == elsewhere.body) else {
        return Vec::new();
    };
    let reader = stage.operation(Part::Elsewhere);
    let title = format!("`{reader}` shows below one resource what was created below another");
    let told = (
        "a refusal".to_owned(),
        format!("status {} with the body of {} bytes that it has there", elsewhere.status, before.body.len()),
    );
    stage.tells(&CHECK, Part::Elsewhere, ("elsewhere", title), told).into_iter().collect()
}
