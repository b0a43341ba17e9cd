//! `server-error`: no request makes the host fail.

use crate::exchange::Answer;
use crate::exchange::shape::Shape;
use crate::judge::{About, Check, Observation, Scope, Severity, View};
use crate::plan::Verdict;

pub(in crate::judge) const CHECK: Check = Check {
    id: "server-error",
    summary: "no request is answered with a 5xx",
    meaning: "The host answered with a status from 500 to 599, which says that it failed, not the client.",
    matters: "Input that a host does not expect ran into code that does not handle it; such places are where outages and exploits start. It holds even where the contract documents a 5xx: documented failure is still failure.",
    allow: "An undeclared method may be answered with 501.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

/// A failure that shows internals is one fact.
pub(in crate::judge) fn that_leaks(error: Observation, leak: Option<Observation>) -> Observation {
    let Some(leak) = leak else { return error };
    let actual = format!("{}; {}", error.actual, leak.actual);
    Observation { title: format!("{}, and shows internals", error.title), actual, ..error }
}

/// Operations that were accepted fail ever since a request.
pub(in crate::judge) fn as_illness(one: &mut Observation, since: &str, last: Option<&str>) {
    one.about = About::Api;
    (one.answer, one.detail) = ("ill".to_owned(), String::new());
    one.title = format!("operations that answered otherwise before answer only 5xx since {since}");
    if let Some(last) = last {
        one.actual = format!("{}; the last that was answered otherwise was {last}", one.actual);
    }
}

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
    let Shape { form, words } = Shape::of(answer, &view.exchange.sent);
    let observation = view.observe(
        &CHECK,
        format!("{} {form}", answer.status).trim_end(),
        format!("the host failed with status {}", answer.status),
        (expected, view.answer_words(answer)),
        &view.case.at,
    );
    Some(Observation { detail: words, ..observation })
}
