//! `undeclared-method`: a method that a path does not declare is refused.

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Verdict;

pub(in crate::judge) const CHECK: Check = Check {
    id: "undeclared-method",
    summary: "a method that the path does not declare is refused",
    meaning: "The host answered a method that the contract does not declare for the path with success. A refusal may have any 4xx status, or 501; RFC 9110 asks for 405. GET and HEAD, which change nothing, are a warning.",
    matters: "Undocumented doors are untested doors; TRACE echoes credentials to scripts.",
    allow: "Declare the method if it is meant.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    if view.verdict != Verdict::Reject || !answer.accepted() {
        return None;
    }
    let method = &view.case.request.method;
    let observed = view.observe(
        &CHECK,
        // HEAD goes with GET: one door.
        format!("{} {}", if method == "HEAD" { "GET" } else { method }, answer.status),
        format!("{method} was answered with status {}, though the path does not declare it", answer.status),
        ("a refusal, such as 405", view.answer_words(answer)),
        &view.case.at,
    );
    // OpenAPI does not say that what a document leaves out is refused: to read is harmless.
    Some(if matches!(method.as_str(), "GET" | "HEAD") { observed.as_warning() } else { observed })
}
