//! `invalid-rejected`: what the contract forbids is refused.

use crate::cause::Cause;
use crate::exchange::Answer;
use crate::judge::{About, Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "invalid-rejected",
    summary: "a clearly invalid request is refused",
    meaning: "The request breaks a keyword of a schema, is not a document of its media type, or has an undeclared media type, and the host took it all the same.",
    matters: "Invalid data is stored, and clients come to rely on what the contract forbids.",
    allow: "If the host is right to take it, loosen the schema, or mark the place under `silent` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    if !answer.accepted() {
        return None;
    }
    let violation = view.case.expectation.violations.first()?;
    let words = match violation.cause {
        Cause::Null => Cause::WrongType.words(),
        cause => cause.words_for(violation.keyword.as_deref()),
    };
    let constraint = violation.cause.constraint(violation.keyword.as_deref()).to_owned();
    let observation = view.observe(
        &CHECK,
        answer.status.to_string(),
        format!("an invalid request was accepted: {} {words}", violation.place),
        (view.expected_statuses(), view.answer_words(answer)),
        &violation.at,
    );
    Some(observation.about(About::Request { place: violation.place.to_string(), constraint }))
}
