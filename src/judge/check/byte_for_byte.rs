//! `byte-for-byte`: what was uploaded is downloaded as it was.

use crate::contract::Operation;
use crate::contract::model::essence;
use crate::exchange::{Answer, Content, Exchange, Sent};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::{Case, Scenario, Verdict};
use crate::wire::body::{Notation, one_file};
use bytes::Bytes;
use std::sync::Arc;

pub(in crate::judge) const CHECK: Check = Check {
    id: "byte-for-byte",
    summary: "what was uploaded is downloaded byte for byte",
    meaning: "The run uploaded bytes, as the body of a request or as the only file of a form, and downloaded the resource that it had made so. An answer of the same media type has other bytes.",
    matters: "A file that is cut, re-encoded or mixed up with another is lost to whoever stored it.",
    allow: "Nothing where the host is meant to change files, such as to shrink pictures; it is a warning by default.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

/// Bytes that were uploaded, under their media type.
struct Upload {
    content_type: String,
    bytes: Bytes,
    /// The operation that took them.
    by: String,
}

pub(in crate::judge) fn check(
    view: &View<'_>,
    answer: &Answer,
    scenario: &Scenario,
    exchanges: &[Option<Exchange>],
) -> Option<Observation> {
    let is_read = view.case.request.method == "GET" && view.operation.method == "GET";
    let is_whole = answer.status == 200 && answer.header("content-range").is_none();
    if !is_read || !is_whole || view.verdict == Verdict::Reject {
        return None;
    }
    let kind = answer.header("content-type")?;
    if Notation::of(kind) != Notation::Bytes {
        return None;
    }
    let upload = before(view, scenario, exchanges).or_else(|| supplied(view))?;
    if essence(&upload.content_type) != essence(kind) || upload.bytes == answer.body {
        return None;
    }
    let what = match (upload.bytes.len(), answer.body.len()) {
        (sent, came) if came < sent && upload.bytes.starts_with(&answer.body) => "the end is missing",
        (sent, came) if came < sent => "some are missing",
        (sent, came) if came > sent => "there are more",
        _ => "as many, but others",
    };
    let title = format!("what `{}` uploaded is downloaded with other bytes: {what}", upload.by);
    let pair = (
        format!("the {} bytes of {} that were uploaded", upload.bytes.len(), essence(kind)),
        format!("{} bytes", answer.body.len()),
    );
    Some(view.observe(&CHECK, format!("{} {what}", upload.by), title, pair, &view.operation.at))
}

/// What the step before uploaded to the same place.
fn before(view: &View<'_>, scenario: &Scenario, exchanges: &[Option<Exchange>]) -> Option<Upload> {
    let step = view.position.step.checked_sub(1)?;
    let (case, exchange) = (scenario.cases.get(step)?, exchanges.get(step)?.as_ref()?);
    let is_same = case.key != view.case.key && exchange.accepted() && case.request.method == "PUT";
    let same_url = exchange.sent.head.url == view.exchange.sent.head.url;
    (is_same && same_url).then(|| upload(view, case, &exchange.sent)).flatten()
}

/// What the run uploaded to make the resource that is read.
fn supplied(view: &View<'_>) -> Option<Upload> {
    let needs = view.case.needs.as_ref().filter(|needs| needs.are_own() && is_download(view.operation))?;
    let supplies = needs.supplies();
    // What several made together is nobody's upload, and neither is what was changed since.
    let mut givers = supplies.iter();
    let (Some((giver, key)), None, true) = (givers.next(), givers.next(), needs.is_for_reading()) else {
        return None;
    };
    let case = view.plan.cases().find(|case| case.operation == *giver && case.key == *key)?;
    let run: Arc<str> = view.run.into();
    let body = case.request.body.as_ref().filter(|_| !case.request.is_open())?;
    let head = Arc::clone(&view.exchange.sent.head);
    let sent = Sent { head, body: Some(Content::of(body, &run)) };
    upload(view, case, &sent)
}

/// Whether a path leads to what was uploaded, and not to something else that is made of it.
fn is_download(operation: &Operation) -> bool {
    const CONTENTS: [&str; 9] =
        ["content", "contents", "download", "file", "data", "raw", "bytes", "original", "blob"];
    let last = operation.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    last.starts_with('{') && last.ends_with('}') || CONTENTS.contains(&last.to_ascii_lowercase().as_str())
}

/// The bytes that a request uploads: its body, or its only file.
fn upload(view: &View<'_>, case: &Case, sent: &Sent) -> Option<Upload> {
    let operation: &Operation = &view.contract.operations[case.operation];
    let given = case.request.header("content-type")?.into_owned();
    let bytes = sent.body()?;
    let by = operation.id.clone();
    match Notation::of(&given) {
        Notation::Bytes => Some(Upload { content_type: given, bytes, by }),
        Notation::Parts => {
            let (content_type, content) = one_file(&given, &bytes)?;
            let bytes = bytes.slice_ref(content);
            Some(Upload { content_type, bytes, by })
        }
        _ => None,
    }
}
