//! `valid-accepted`: what the contract allows is taken.

use crate::cause::Cause;
use crate::contract::Operation;
use crate::exchange::Answer;
use crate::generate::unique;
use crate::json::{self, Kind, Node};
use crate::judge::{About, Check, Observation, Scope, Severity, View};
use crate::plan::Needs;

pub(in crate::judge) const CHECK: Check = Check {
    id: "valid-accepted",
    summary: "a clearly valid request is accepted",
    meaning: "The request satisfies every schema of the contract and contains nothing about which the contract is silent, yet the host refused it.",
    matters: "A client that follows the contract is turned away. Either the host is wrong, or the contract leaves a rule unsaid.",
    allow: "If the host is right, state the rule in the schema, or mark the place under `silent` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

/// What an exchange shows by itself: a refusal that may be about data is looked at when the whole run
/// is known.
pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let redirected = (300..400).contains(&answer.status) && view.documented(answer).is_some();
    // What an answer of the host promised is there.
    let promised = view.case.follows.is_some();
    // Whether a host knows what is only guessed to fit is for the whole run to show.
    let guessed =
        view.case.needs.as_ref().is_some_and(Needs::are_guessed) && (400..500).contains(&answer.status);
    let about_data = !promised && (guessed || may_be_about_data(view.operation, answer.status));
    // A code whose cause the request does not have is wrong whatever its data.
    let about_data = about_data && !tells_no_cause(view, answer);
    if answer.accepted() || redirected || about_data {
        return None;
    }
    Some(refused(view, answer))
}

/// Whether a refusal carries a code of the catalogue for a cause that the request does not have.
pub(in crate::judge) fn tells_no_cause(view: &View<'_>, answer: &Answer) -> bool {
    let Some(errors) = &view.operation.behaviour.errors else { return false };
    let expected = &view.case.expectation.codes;
    let codes = view.codes(answer).into_iter().filter(|code| !expected.contains(code));
    let entries = codes.filter_map(|code| errors.catalogue.get(&code));
    let sent = view.case.request.body.as_ref();
    let body = sent.and_then(|body| json::read(body.sample()).ok());
    let carries = |node: &Node| sent.is_some_and(|body| body.carries_run_in(node.start, node.end));
    let repeats = |place: &str| {
        let value = body.as_ref().and_then(|body| body.at(place));
        value.is_some_and(|value| value.kind != Kind::Null && !unique::carries_run(value, &carries))
    };
    let may_hold = |(cause, place): &(Cause, Option<String>)| match cause {
        // Only the host can tell.
        Cause::NotFound | Cause::Unauthenticated => true,
        Cause::Repeated => place.as_deref().is_none_or(repeats),
        // A request has no other violation of form than those whose codes are expected.
        _ => false,
    };
    let mut causes = entries.map(|entry| &entry.when.0);
    causes.any(|causes| !causes.is_empty() && !causes.iter().any(may_hold))
}

/// Statuses that any operation may answer to a valid request whose data does not fit.
const ABOUT_DATA: [u16; 9] = [401, 403, 404, 409, 410, 412, 422, 423, 429];

/// Statuses that say how a request is made, which the contract allows, and nothing about data.
const ABOUT_FORM: [u16; 4] = [405, 406, 411, 415];

/// Whether a refusal with a status may be due to the data of a valid request.
pub(in crate::judge) fn may_be_about_data(operation: &Operation, status: u16) -> bool {
    let documented = || operation.responses_of_class(4).any(|response| response.status.contains(status));
    // A contract that has no status for a broken request leaves it to the host.
    let documented = || documented() || (!operation.names_a_refusal() && matches!(status, 400 | 422));
    (400..500).contains(&status)
        && !ABOUT_FORM.contains(&status)
        && (ABOUT_DATA.contains(&status) || documented())
}

/// A valid request was refused.
pub(in crate::judge) fn refused(view: &View<'_>, answer: &Answer) -> Observation {
    view.observe(
        &CHECK,
        view.kind(answer),
        "a valid request was refused",
        (view.expected_statuses(), view.answer_words(answer)),
        &view.case.at,
    )
}

/// No valid request was accepted, though not all of them need to name what the host knows.
pub(in crate::judge) fn nothing_accepted(observation: Observation, answers: &str) -> Observation {
    Observation {
        answer: NOTHING.to_owned(),
        title: format!("no valid request was accepted: {answers}"),
        ..observation.about(About::Operation)
    }
}

/// The kind of answer where no valid request is accepted.
const NOTHING: &str = "nothing accepted";

/// That a member of requests is to blame.
pub(in crate::judge) fn blamed(member: &str) -> About {
    About::Request { place: member.to_owned(), constraint: String::new() }
}

/// A valid request was refused for a member whose value the host need not know.
pub(in crate::judge) fn doubtful(view: &View<'_>, answer: &Answer, member: &str, how: &str) -> Observation {
    let observation = view.observe(
        &CHECK,
        view.kind(answer),
        format!("a valid request was refused for `{member}`: {how} it was accepted"),
        (view.expected_statuses(), view.answer_words(answer)),
        &view.case.at,
    );
    observation.as_warning().about(blamed(member))
}
