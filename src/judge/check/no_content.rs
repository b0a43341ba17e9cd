//! `no-content`: an answer that has no content by its status has none.

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "no-content",
    summary: "an answer with status 204 or 205 has no content",
    meaning: "RFC 9110 says that 204 and 205 have no content. The answer has some, or announces it with Content-Length, or with Transfer-Encoding beside 204, which is a warning.",
    matters: "Most clients do not read it, and take what they left on the connection for the answer to their next request.",
    allow: "Answer with 200 and document the content there.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    if !matches!(answer.status, 204 | 205) || view.case.request.method == "HEAD" {
        return None;
    }
    let announced = answer.header("content-length").map(str::trim);
    let announced = announced.filter(|length| length.bytes().any(|digit| digit != b'0'));
    let chunked = answer.header("transfer-encoding").filter(|_| answer.status == 204);
    let (actual, mild) = match (answer.body.len(), announced, chunked) {
        (0, Some(length), _) => (format!("Content-Length: {length}"), false),
        (0, None, Some(coding)) => (format!("Transfer-Encoding: {coding}"), true),
        (0, None, None) => return None,
        _ => ("content".to_owned(), false),
    };
    let title = if mild {
        format!("status {} has a Transfer-Encoding", answer.status)
    } else {
        format!("status {} has content", answer.status)
    };
    let kind = format!("{} {}", answer.status, if mild { "coding" } else { "content" });
    let at = view.documented(answer).map_or(&view.operation.at, |response| &response.at);
    let observation = view.observe(&CHECK, kind, title, ("no content (RFC 9110, 15.3)", actual), at);
    Some(if mild { observation.as_warning() } else { observation })
}
