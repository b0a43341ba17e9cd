//! `complete-answer`: every request gets a whole answer in time.

use crate::judge::{Check, Observation, Severity, View};
use crate::run::Failure;

pub(in crate::judge) const CHECK: Check = Check {
    id: "complete-answer",
    summary: "every request gets a whole answer in time",
    meaning: "The host closed the connection, sent less or more than it announced, sent something that is not HTTP, coded the body wrongly, or did not finish within the time limit.",
    matters: "A client cannot tell whether its request was carried out. A request that makes a host drop its connection often made it crash.",
    allow: "Raise --timeout if the host is only slow.",
    severity: Severity::Deny,
};

pub(in crate::judge) fn check(view: &View<'_>, failure: &Failure) -> Observation {
    view.observe(
        &CHECK,
        failure.kind.name(),
        format!("no whole answer: {}", failure.kind.words()),
        ("a whole HTTP answer", failure.detail.clone()),
        &view.operation.at,
    )
}
