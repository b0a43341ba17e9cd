//! `server-error`: no request makes the host fail.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Verdict;
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "server-error",
    summary: "no request is answered with a 5xx",
    meaning: "The host answered with a status from 500 to 599, which says that it failed, not the client.",
    matters: "Input that a host does not expect ran into code that does not handle it; such places are where outages and exploits start. It holds even where the contract documents a 5xx: documented failure is still failure.",
    allow: "An undeclared method may be answered with 501.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let unimplemented = answer.status == 501 && view.case.request.method != view.operation.method;
    if !(500..600).contains(&answer.status) || unimplemented {
        return None;
    }
    // Where nothing is decided, a refusal is as good as an acceptance.
    let expected = match view.verdict {
        Verdict::Either => "a documented status".to_owned(),
        Verdict::Accept | Verdict::Reject => view.expected_statuses(),
    };
    Some(view.observe(
        &CHECK,
        answer.status.to_string(),
        format!("the host failed with status {}, given {}", answer.status, view.case.about),
        (expected, view.answer_words(answer)),
        &view.case.at,
    ))
}
