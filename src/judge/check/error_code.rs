//! `error-code`: a refusal carries the code of its cause.

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "error-code",
    summary: "a refusal carries the status and the business error code of its cause",
    meaning: "The host refused an invalid request, as it should, but with another status or code than the catalogue gives for the cause, without one, or with one that has no cause in the request.",
    matters: "Clients decide by the code what to tell their users and whether to try again. A wrong code that is in the schema's list passes every schema.",
    allow: "Correct the catalogue in x-probity if the host is right; a cause without an entry is not checked.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let expectation = &view.case.expectation;
    let violation = expectation.violations.first()?;
    let (kind, title) = wrong(view, answer)?;
    let cause = violation.cause.words_for(violation.keyword.as_deref());
    let title = format!("{title}, though {} {cause}", violation.place);
    let expected = match expectation.codes.as_slice() {
        [] => view.expected_statuses(),
        codes => format!("{} with code {}", view.expected_statuses(), codes.join(" or ")),
    };
    let at = catalogue_entry(view).unwrap_or_else(|| violation.at.clone());
    Some(view.observe(&CHECK, kind, title, (expected, view.answer_words(answer)), &at))
}

/// What is wrong with the code or the status of a refusal, whatever was wrong with the request: what tells
/// it from other answers, and in a sentence.
pub(in crate::judge) fn wrong(view: &View<'_>, answer: &Answer) -> Option<(String, String)> {
    if !view.status_is_expected(answer) {
        let status = answer.status;
        return Some((format!("status {status}"), format!("a refusal has status {status}")));
    }
    let expected = &view.case.expectation.codes;
    let found = view.codes(answer);
    let wrong: Vec<&str> = found.iter().filter(|code| !expected.contains(code)).map(String::as_str).collect();
    if expected.is_empty() || (wrong.is_empty() && !found.is_empty()) {
        return None;
    }
    if found.is_empty() {
        return Some(("no code".to_owned(), "a refusal has no code".to_owned()));
    }
    let codes = wrong.join(", ");
    let besides = if wrong.len() == found.len() { "" } else { " besides the right one" };
    Some((format!("code {codes}"), format!("a refusal has code {codes}{besides}")))
}

fn catalogue_entry(view: &View<'_>) -> Option<String> {
    let code = view.case.expectation.codes.first()?;
    let at = format!("{}/catalogue", view.operation.behaviour.at.errors);
    Some(crate::json::pointer::child(&at, code))
}

/// A success that carries a code of the catalogue is a refusal in disguise.
pub(in crate::judge) fn in_success(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let catalogue = &view.operation.behaviour.errors.as_ref()?.catalogue;
    let found: Vec<String> =
        view.codes(answer).into_iter().filter(|code| catalogue.contains_key(code)).collect();
    if found.is_empty() {
        return None;
    }
    let codes = found.join(", ");
    let at = &view.operation.behaviour.at.errors;
    Some(view.observe(
        &CHECK,
        format!("{} code {codes}", answer.status),
        format!("a success carries the error code {codes}"),
        ("no code of the catalogue", view.answer_words(answer)),
        at,
    ))
}
