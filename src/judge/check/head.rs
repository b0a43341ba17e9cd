//! `head`: HEAD is answered as GET is, without the content.

use crate::contract::model::essence;
use crate::exchange::{Answer, Exchange};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Scenario;

pub(in crate::judge) const CHECK: Check = Check {
    id: "head",
    summary: "HEAD is answered as GET is, without the content",
    meaning: "RFC 9110 9.3.2 has HEAD answered with the status and the header fields that GET would have. Between two equal answers to GET, HEAD was taken and has another status, another media type or another Content-Length. That HEAD is refused is no finding.",
    matters: "Caches, download managers and link checkers ask with HEAD and believe what it says of GET.",
    allow: "Nothing; it is a warning by default.",
    severity: Severity::Warn,
    scope: Scope::Api,
};

/// Holds HEAD against what GET got before and after it.
pub(in crate::judge) fn of_scenario(
    view: &View<'_>,
    answer: &Answer,
    scenario: &Scenario,
    exchanges: &[Option<Exchange>],
) -> Option<Observation> {
    let is_head = view.case.request.method == "HEAD" && view.operation.method == "GET";
    let [before, _, after] = exchanges else { return None };
    let step = view.position.step;
    if !is_head || scenario.cases.len() != 3 || step != 1 || !(200..400).contains(&answer.status) {
        return None;
    }
    let got = |exchange: &'_ Option<Exchange>| exchange.as_ref().and_then(Exchange::answer).cloned();
    let (before, after) = (got(before)?, got(after)?);
    if before.status != after.status || !before.accepted() {
        return None;
    }
    let (kind, title, pair) = difference(answer, &before, &after)?;
    Some(view.observe(&CHECK, kind, title, pair, &view.operation.at))
}

type Difference = (&'static str, &'static str, (String, String));

fn difference(head: &Answer, before: &Answer, after: &Answer) -> Option<Difference> {
    if head.status != before.status {
        let pair = (format!("status {}, as GET has it", before.status), format!("status {}", head.status));
        return Some(("status", "HEAD is answered with another status than GET", pair));
    }
    let kind = |answer: &Answer| answer.header("content-type").map(essence);
    if let (Some(own), Some(first), Some(second)) = (kind(head), kind(before), kind(after))
        && first == second
        && own != first
    {
        let pair = (format!("Content-Type: {first}, as GET has it"), format!("Content-Type: {own}"));
        return Some(("media-type", "HEAD is answered with another media type than GET", pair));
    }
    let own = length(head)?;
    let (first, second) = (content_length(before)?, content_length(after)?);
    (first == second && own != first).then(|| {
        let pair = (format!("Content-Length: {first}, as GET has it"), format!("Content-Length: {own}"));
        ("length", "HEAD is answered with another Content-Length than GET", pair)
    })
}

/// What an answer says of the length of its content, where that is not coded.
fn length(answer: &Answer) -> Option<u64> {
    let is_coded = answer.header("content-encoding").is_some_and(|coding| coding != "identity");
    answer.header("content-length").filter(|_| !is_coded)?.trim().parse().ok()
}

/// The length of the content that came, where that is not coded.
fn content_length(answer: &Answer) -> Option<u64> {
    let is_coded = answer.header("content-encoding").is_some_and(|coding| coding != "identity");
    if is_coded || answer.header("content-range").is_some() {
        return None;
    }
    u64::try_from(answer.body.len()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn answer(status: u16, headers: &[(&str, &str)], body: &'static [u8]) -> Answer {
        let headers = headers.iter().copied().collect();
        Answer { status, headers, body: Bytes::from_static(body) }
    }

    #[test]
    fn head_says_what_get_says_or_less() {
        let get = answer(200, &[("content-type", "text/plain; charset=utf-8")], b"four");
        let told = |status, headers: &[(&str, &str)]| {
            difference(&answer(status, headers, b""), &get, &get).map(|(kind, ..)| kind)
        };
        assert_eq!(told(200, &[]), None);
        assert_eq!(told(200, &[("content-length", "4"), ("content-type", "Text/Plain")]), None);
        assert_eq!(told(200, &[("content-length", "9"), ("content-encoding", "gzip")]), None);
        assert_eq!(told(204, &[]), Some("status"));
        assert_eq!(told(200, &[("content-type", "text/html")]), Some("media-type"));
        assert_eq!(told(200, &[("content-length", "0")]), Some("length"));
        let (one, two) = (answer(200, &[], b"four"), answer(200, &[], b"three"));
        let zero = answer(200, &[("content-length", "0")], b"");
        assert!(difference(&zero, &one, &two).is_none(), "what changes meanwhile says nothing");
    }
}
