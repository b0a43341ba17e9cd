//! `documented-status`: whatever comes is documented.

use crate::cause::Cause;
use crate::contract::model::StatusRange;
use crate::contract::{Operation, ParameterLocation};
use crate::exchange::Answer;
use crate::judge::{About, Check, Observation, Scope, Severity, View};
use crate::plan::{Place, Verdict, Violation};

pub(in crate::judge) const CHECK: Check = Check {
    id: "documented-status",
    summary: "every status that comes is documented",
    meaning: "The host answered with a status that the operation documents neither by itself, nor by its class (`4XX`), nor by `default`. A refusal that HTTP has for any API, such as 404 below a path with parameters, 405, 406, 413, 415 or 422, is a warning, one for all operations.",
    matters: "Clients have no branch for it, and generated clients throw.",
    allow: "Add the status under `responses` of the operation if it is meant.",
    severity: Severity::Deny,
    scope: Scope::Operation,
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
    let title = format!("status {} is not documented", answer.status);
    let pair = (expected, view.answer_words(answer));
    let nowhere = !view.contract.operations.iter().any(|operation| names(operation, answer.status));
    let observation = view.observe(&CHECK, answer.status.to_string(), title, pair, &at);
    if is_http_s_own(view, answer.status) {
        return Some(observation.as_warning().about(About::Api));
    }
    Some(if nowhere { observation.about(About::Api) } else { observation })
}

/// Whether an operation documents a status by itself or by its class.
fn names(operation: &Operation, status: u16) -> bool {
    let named = |known: StatusRange| known != StatusRange::Default && known.contains(status);
    operation.responses.iter().any(|response| named(response.status))
}

/// Whether a status says what HTTP has it for, so that a document which names other refusals may
/// leave it unsaid. Where a catalogue gives what is wrong with the request a status of its own,
/// another one is no matter of HTTP.
fn is_http_s_own(view: &View<'_>, status: u16) -> bool {
    let operation = view.operation;
    match status {
        404 => operation.parameters.iter().any(|parameter| parameter.location == ParameterLocation::Path),
        405 | 406 | 413 | 415 | 422 | 429 => !is_in_catalogue(operation, &view.case.expectation.violations),
        _ => false,
    }
}

/// Whether a catalogue says which status and code violations have; where there are none, whether it
/// would if there were any in a body.
fn is_in_catalogue(operation: &Operation, violations: &[Violation]) -> bool {
    let behaviour = &operation.behaviour;
    if violations.is_empty() {
        let outside = [Cause::Unauthenticated, Cause::NotFound, Cause::UnsupportedMediaType];
        let entries = behaviour.errors.iter().flat_map(|errors| errors.catalogue.values());
        return entries.flat_map(|entry| &entry.when.0).any(|(cause, _)| !outside.contains(cause));
    }
    let has_code = |one: &Violation| !one.place.codes(behaviour, one.cause).is_empty();
    violations.iter().any(has_code)
}

/// A contract that documents no success, or no refusal at all, does not say which there are; and
/// what we ask for where it documents no refusal of a kind cannot be held against a host.
fn is_left_open(view: &View<'_>, answer: &Answer) -> bool {
    let class = answer.status / 100;
    let says_nothing = matches!(class, 2 | 4) && view.operation.responses_of_class(class).next().is_none();
    let asked_for = view.verdict == Verdict::Reject && view.status_is_expected(answer) && class == 4;
    says_nothing || asked_for || is_of_an_odd_parameter(view, answer.status)
}

/// Whether a parameter that may be refused is, where the contract has no status for that.
fn is_of_an_odd_parameter(view: &View<'_>, status: u16) -> bool {
    let is_parameter =
        matches!(view.case.place, Place::Path(_) | Place::Query(_) | Place::Header(_) | Place::Cookie(_));
    let may_be_refused = view.verdict == Verdict::Either && matches!(status, 400 | 422);
    is_parameter && may_be_refused && !view.operation.names_a_refusal()
}
