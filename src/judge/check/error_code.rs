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

/// What comes between a wrong code and its cause in a title.
pub(in crate::judge) const THOUGH: &str = ", though ";

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let expectation = &view.case.expectation;
    let violation = expectation.violations.first()?;
    let cause = || {
        format!("{}{} {}", THOUGH, violation.place, violation.cause.words_for(violation.keyword.as_deref()))
    };
    let (kind, title) = if view.status_is_expected(answer) {
        let found = view.codes(answer);
        let unexpected = |code: &&String| !expectation.codes.contains(code);
        let wrong: Vec<&str> = found.iter().filter(unexpected).map(String::as_str).collect();
        if expectation.codes.is_empty() || (wrong.is_empty() && !found.is_empty()) {
            return None;
        }
        if found.is_empty() {
            ("no code".to_owned(), format!("a refusal has no code{}", cause()))
        } else {
            let codes = wrong.join(", ");
            let title = if wrong.len() == found.len() {
                format!("a refusal has code {codes}{}", cause())
            } else {
                format!("a refusal has code {codes} besides the right one{}", cause())
            };
            (format!("code {codes}"), title)
        }
    } else {
        let status = answer.status;
        (format!("status {status}"), format!("a refusal has status {status}{}", cause()))
    };
    let expected = match expectation.codes.as_slice() {
        [] => view.expected_statuses(),
        codes => format!("{} with code {}", view.expected_statuses(), codes.join(" or ")),
    };
    let at = catalogue_entry(view).unwrap_or_else(|| violation.at.clone());
    Some(view.observe(&CHECK, kind, title, (expected, view.answer_words(answer)), &at))
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
