//! `documented-status`: whatever comes is documented.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Verdict;
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "documented-status",
    summary: "every status that comes is documented",
    meaning: "The host answered with a status that the operation documents neither by itself, nor by its class (`4XX`), nor by `default`.",
    matters: "Clients have no branch for it, and generated clients throw.",
    allow: "Add the status under `responses` of the operation if it is meant.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let nothing = view.operation.responses.is_empty();
    if view.documented(answer).is_some() || nothing || is_left_open(view, answer) {
        return None;
    }
    let documented: Vec<String> =
        view.operation.responses.iter().map(|response| response.status.to_string()).collect();
    let expected = format!("one of the documented statuses {}", documented.join(", "));
    let at = format!("{}/responses", view.operation.at);
    Some(view.observe(
        &CHECK,
        answer.status.to_string(),
        format!("status {} is not documented, given {}", answer.status, view.case.about),
        (expected, view.answer_words(answer)),
        &at,
    ))
}

/// A contract that documents no success, or no refusal at all, does not say which there are; and
/// what we ask for where it documents no refusal of a kind cannot be held against a host.
fn is_left_open(view: &View<'_>, answer: &Answer) -> bool {
    let class = answer.status / 100;
    let says_nothing = matches!(class, 2 | 4) && view.operation.responses_of_class(class).next().is_none();
    let asked_for = view.verdict == Verdict::Reject && view.status_is_expected(answer) && class == 4;
    says_nothing || asked_for
}
