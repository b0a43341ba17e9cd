//! `response-schema`: a body satisfies the schema of its status.

use crate::contract::{Cause, Side};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "response-schema",
    summary: "a body satisfies the schema of its status",
    meaning: "A value in the answer breaks a keyword of the schema that the contract gives for this status: a property is missing, has another type, is null, is out of bounds.",
    matters: "Clients are generated from the schema and fail, or worse, read a wrong value.",
    allow: "Correct the schema if the host is right.",
    severity: Severity::Deny,
    scope: Scope::Answer,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Some(schema) = view.media(answer).and_then(|media| media.schema.as_ref()) else {
        return Vec::new();
    };
    let kind = answer.header("content-type").unwrap_or_default();
    if !crate::contract::model::is_json(kind) {
        return Vec::new();
    }
    let Some(value) = view.value(answer) else { return Vec::new() };
    if view.contract.schemas.accepts(schema, Side::Response, value) {
        return Vec::new();
    }
    let violations = view.contract.schemas.violations(schema, Side::Response, value);
    let each = violations.into_iter().map(|broken| {
        let place = general(&broken.place);
        let shown = if place.is_empty() { "the body".to_owned() } else { format!("`{place}`") };
        let title = match broken.cause {
            Cause::Missing => format!("{shown} is missing"),
            cause => format!("{shown} {}", cause.words()),
        };
        let actual = match broken.cause {
            Cause::Missing => broken.actual,
            _ => view.shown(&broken.place, &broken.actual),
        };
        view.observe(
            &CHECK,
            format!("{} {place} {}", answer.status, broken.keyword),
            title,
            (broken.expected, actual),
            &broken.at,
        )
    });
    each.collect()
}

/// A pointer in which indexes are `*`, so that every item of an array is the same place.
fn general(place: &str) -> String {
    let tokens = place.split('/').map(|token| {
        let index = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        if index { "*" } else { token }
    });
    tokens.collect::<Vec<_>>().join("/")
}
