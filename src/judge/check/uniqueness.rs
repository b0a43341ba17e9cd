//! `uniqueness`: a value that must be unique is not taken twice.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "uniqueness",
    summary: "a value that must be unique is not accepted twice",
    meaning: "The contract says that the values of a field are unique. The host accepted a value, and later in the same scenario accepted it again.",
    matters: "Two resources share what should tell them apart; later updates and look-ups hit the wrong one.",
    allow: "If values may repeat, remove the field from `unique` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    if !answer.accepted() {
        return None;
    }
    let fault = view.case.expectation.faults.first()?;
    let scenario = view.case.id.rsplit('/').next().unwrap_or_default();
    let codes = view.case.expectation.codes.join(" or ");
    let expected = if codes.is_empty() {
        view.expected_statuses()
    } else {
        format!("{} with code {codes}", view.expected_statuses())
    };
    Some(view.observe(
        &CHECK,
        format!("{} {scenario}", answer.status),
        format!("{} was accepted twice ({})", fault.place, scenario.replace('-', " ")),
        (expected, view.answer_words(answer)),
        &fault.at,
    ))
}
