//! `object-authorisation`: what one user made is nobody else's to read, change, list or delete.

use crate::exchange::Answer;
use crate::json::{self, Kind};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::Verdict;
use crate::plan::guard::is_safe;
use crate::wire::{template, url};
use std::borrow::Cow;

pub(in crate::judge) const CHECK: Check = Check {
    id: "object-authorisation",
    summary: "what one user created is not shown to another, nor changed or deleted by them",
    meaning: "The run created a resource with its own credentials. The same resource was then asked for, changed, deleted or listed with the second credentials that were given (`--other-basic`, `--other-bearer`, `--other-api-key`), and the host did it instead of refusing with 403 or 404.",
    matters: "Whoever guesses or finds an id gets at what belongs to others: broken object level authorisation is the first of OWASP's list of API risks.",
    allow: "If both belong together and may see each other's resources, give credentials of somebody who may not, or none.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let method = &view.case.request.method;
    // Where no refusal is documented, who changes what is not there for them may be told that all is well.
    let is_told = if is_safe(method) { shows(view, answer) } else { view.verdict == Verdict::Reject };
    if !answer.accepted() || !is_told {
        return None;
    }
    let does = match method.as_str() {
        "GET" | "HEAD" if view.case.needs.is_none() => "lists what another created",
        "GET" | "HEAD" => "is shown what another created",
        "DELETE" => "deletes what another created",
        _ => "changes what another created",
    };
    Some(view.observe(
        &CHECK,
        does,
        format!("a user {does}"),
        ("a refusal with status 403 or 404".to_owned(), view.answer_words(answer)),
        &view.operation.at,
    ))
}

/// Whether an answer shows something of the run: a text that only the run has sent, or an id that the
/// path names; nothing can be told of what the request itself brought.
fn shows(view: &View<'_>, answer: &Answer) -> bool {
    let own_url = &view.exchange.sent.head.url;
    let (path, query) = url::parts(own_url);
    if query.is_some_and(|query| query.contains(view.run)) {
        return false;
    }
    let text = String::from_utf8_lossy(&answer.body);
    let values = template::values(&view.operation.path, path).unwrap_or_default();
    let ids: Vec<Cow<'_, str>> = values.into_iter().map(|(_, value)| url::decoded(value).into()).collect();
    if text.contains(view.run) {
        return true;
    }
    let Ok(body) = json::read(&answer.body) else { return false };
    let mut open = vec![&body.root];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Array(items) => open.extend(items),
            Kind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
            Kind::String(text) if ids.iter().any(|id| id == text) => return true,
            Kind::Number(raw) if ids.iter().any(|id| **id == **raw) => return true,
            _ => {}
        }
    }
    false
}
