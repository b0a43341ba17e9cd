//! `complete-answer`: every request gets a whole answer in time.

use crate::exchange::{Failure, FailureKind};
use crate::judge::{About, Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "complete-answer",
    summary: "every request gets a whole answer in time",
    meaning: "The host closed the connection, sent less or more than it announced, sent something that is not HTTP, coded the body wrongly, or did not finish within the time limit.",
    matters: "A client cannot tell whether its request was carried out. A request that makes a host drop its connection often made it crash.",
    allow: "Raise --timeout if the host is only slow, or lower --jobs if it cannot take so many connections at a time.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

/// The connection ended, and nobody was there for a while; later the request was answered.
pub(in crate::judge) fn went_away(view: &View<'_>) -> Observation {
    let kind = FailureKind::Cut;
    view.observe(&CHECK, kind.name(), kind.words(), ("a whole HTTP answer", kind.words()), &view.operation.at)
}

/// The host went away while requests were under way, or before the first that found nobody.
pub(in crate::judge) fn as_death(one: &mut Observation, suspects: Option<usize>, found_nobody: usize) {
    one.about = About::Api;
    "gone".clone_into(&mut one.answer);
    one.title = match suspects {
        Some(1) => "the host went away: the connection ended during this request".to_owned(),
        Some(many) => {
            format!("the host went away: the connection ended during {many} requests, one of which ended it")
        }
        None => "the host went away before this request".to_owned(),
    };
    let requests = if found_nobody == 1 { "1 request" } else { &format!("{found_nobody} requests") };
    one.actual = format!("{}; {requests} since then found nobody there", one.actual);
}

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
        failure.kind.words(),
        ("a whole HTTP answer", actual),
        &view.operation.at,
    )
}
