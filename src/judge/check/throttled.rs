//! `throttled`: a request that was turned away for its rate was not tested.

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "throttled",
    summary: "no request is turned away for coming too soon",
    meaning: "The target answered 429, or 503 with Retry-After, until the patience of the run was at its end, so that these requests were not tested.",
    matters: "A run that was turned away says nothing about the contract, and must not look as if it did.",
    allow: "Keep under the target's limit with --rate, for example --rate 100/m, or wait longer with --max-wait.",
    severity: Severity::Deny,
    scope: Scope::Api,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let asks_to_wait = answer.status == 503 && answer.header("retry-after").is_some();
    if answer.status != 429 && !asks_to_wait {
        return None;
    }
    Some(view.observe(
        &CHECK,
        answer.status.to_string(),
        "the target throttled requests, which were not tested",
        ("an answer to the request", format!("status {}", answer.status)),
        &view.operation.at,
    ))
}
