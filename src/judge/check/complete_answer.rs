//! `complete-answer`: every request gets a whole answer in time.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::{Failure, FailureKind};

pub(in crate::judge) const CHECK: Check = Check {
    id: "complete-answer",
    summary: "every request gets a whole answer in time",
    meaning: "The host closed the connection, sent less or more than it announced, sent something that is not HTTP, coded the body wrongly, or did not finish within the time limit.",
    matters: "A client cannot tell whether its request was carried out. A request that makes a host drop its connection often made it crash.",
    allow: "Raise --timeout if the host is only slow, or lower --jobs if it cannot take so many connections at a time.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, failure: &Failure) -> Observation {
    // How exactly a connection ended depends on timing; the kind of failure does not.
    let actual = match failure.kind {
        FailureKind::TooLarge | FailureKind::BadCoding | FailureKind::Unsendable | FailureKind::TimedOut => {
            failure.detail.clone()
        }
        kind => kind.words().to_owned(),
    };
    view.observe(
        &CHECK,
        failure.kind.name(),
        format!("{}, given {}", failure.kind.words(), view.case.about),
        ("a whole HTTP answer", actual),
        &view.operation.at,
    )
}

/// Whether nothing whole came in time.
pub(in crate::judge) fn is_time_out(observation: &Observation) -> bool {
    observation.check.id == CHECK.id && observation.answer == FailureKind::TimedOut.name()
}
