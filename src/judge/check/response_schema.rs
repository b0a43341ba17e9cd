//! `response-schema`: a body satisfies the schema of its status.

use super::items;
use crate::cause::Cause;
use crate::exchange::Answer;
use crate::generate::odd::UNFORMATTED;
use crate::json::{self, Kind, Node};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::schema::folded::Folds;
use crate::schema::{SchemaAt, Side, ValidationError};
use crate::wire::parameter;
use serde_json::Value;

pub(in crate::judge) const CHECK: Check = Check {
    id: "response-schema",
    summary: "a body satisfies the schema of its status",
    meaning: "A value in the answer breaks a keyword of the schema that the contract gives for this status: a property is missing, has another type, is null, is out of bounds. A format that the request did not keep is not asked of its answer.",
    matters: "Clients are generated from the schema and fail, or worse, read a wrong value.",
    allow: "Correct the schema if the host is right.",
    severity: Severity::Deny,
    scope: Scope::Contract,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    if let Some(schema) = view.item_schema(answer) {
        return items::of_schema(view, answer, &CHECK, schema);
    }
    let Some(schema) = view.media(answer).and_then(|media| media.schema.as_ref()) else {
        return Vec::new();
    };
    if view.json_media(answer).is_none() {
        return of_content(view, answer, schema);
    }
    let accepts = |text| view.contract.schemas.accepts_text(schema, Side::Response, text);
    if view.json(answer).is_ok_and(accepts) {
        return Vec::new();
    }
    let Some(value) = view.value(answer) else { return Vec::new() };
    observed(view, answer, errors(view, schema, value))
}

/// The same of XML, forms and texts, where what they stand for can be told for sure.
fn of_content(view: &View<'_>, answer: &Answer, schema: &SchemaAt) -> Vec<Observation> {
    let Some(Ok(came)) = view.content(answer) else { return Vec::new() };
    if !came.unclear.is_empty() || !came.strays.is_empty() {
        return Vec::new();
    }
    observed(view, answer, errors(view, schema, &came.text.to_value()))
}

fn observed(view: &View<'_>, answer: &Answer, errors: Vec<ValidationError>) -> Vec<Observation> {
    let each = errors.into_iter().map(|broken| {
        let place = json::pointer::general(&broken.place);
        let shown = if place.is_empty() { "the body".to_owned() } else { format!("`{place}`") };
        let kind = format!("{}XX {}", answer.status / 100, kind(&broken));
        let title = match broken.cause {
            Cause::Missing => format!("{shown} is missing"),
            cause => format!("{shown} {}", cause.words_for(Some(&broken.keyword))),
        };
        let actual = match broken.cause {
            Cause::Missing => broken.actual,
            _ => view.shown(&broken.place, &broken.actual),
        };
        let actual = if place == broken.place { actual } else { format!("{actual} at `{}`", broken.place) };
        let observation = view.observe(&CHECK, kind, title, (broken.expected, actual), &broken.at);
        Observation { value: Some(broken.place), ..observation }
    });
    each.collect()
}

/// How a value in an answer breaks its schema, without what its author did not mean.
pub(super) fn errors(view: &View<'_>, schema: &SchemaAt, value: &Value) -> Vec<ValidationError> {
    let mut errors = view.contract.schemas.errors(schema, Side::Response, value);
    // The discriminator says which of several alternatives is meant.
    errors.retain(|broken| {
        broken.cause != Cause::ManyBranches || !view.contract.schemas.are_discriminated(&broken.at)
    });
    if errors.iter().any(|broken| broken.cause == Cause::Format) {
        let echoable = Echoable::of(view);
        errors.retain(|broken| {
            broken.cause != Cause::Format
                || value.pointer(&broken.place).is_none_or(|came| {
                    !(echoable.may_be(came)
                        || came.is_string() && view.was_sent(&came.to_string().to_lowercase()))
                })
        });
    }
    let is_null = |broken: &ValidationError| {
        broken.cause == Cause::Null
            || (broken.cause == Cause::NotInEnum && value.pointer(&broken.place).is_some_and(Value::is_null))
    };
    if errors.iter().any(is_null) {
        // `nullable` without a `type`, or beside an `enum` without null, has no effect by the
        // letter, but its author meant it.
        let flats = Folds::new(view.contract.schemas.raw(Side::Response));
        let places = [schema.0.clone()];
        errors.retain(|broken| !is_null(broken) || !flats.below(&places, &broken.place).perhaps_null);
    }
    errors
}

/// What tells one error at a place in the contract from another: a keyword that is about several
/// members says which.
pub(super) fn kind(broken: &ValidationError) -> String {
    let member = matches!(broken.cause, Cause::Missing | Cause::UndeclaredProperty);
    let none = matches!(broken.cause, Cause::NoBranch | Cause::ManyBranches);
    let name = broken.place.rsplit('/').next().filter(|_| member);
    let name = name.or(none.then(|| broken.cause.name()));
    [Some(broken.keyword.as_str()), name].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What a request gives a host to say back. A format is an annotation: a host that takes a value
/// without it stores it, and says it back.
struct Echoable {
    /// Every text of the request, without spaces around and in lower case.
    texts: Vec<String>,
    /// Whether a value in the request does not have the format that the contract gives it.
    unformatted: bool,
}

impl Echoable {
    fn of(view: &View<'_>) -> Echoable {
        let sent = &view.exchange.sent;
        let mut texts = Vec::new();
        let body = sent.body().and_then(|bytes| json::read(&bytes).ok()).map(|text| text.to_value());
        if let Some(body) = &body {
            collect(body, &mut texts);
        }
        texts.extend(sent.head.headers.iter().map(|(_, value)| plain(value)));
        let received = sent.received(&view.operation.path);
        for parameter in &view.operation.parameters {
            let at = (parameter.location, parameter.name.as_str());
            let value = parameter::value(view.contract, view.operation, at, &received);
            texts.extend(value.iter().flat_map(scalars));
        }
        let schema = view.operation.json_body().and_then(|media| media.schema.as_ref());
        let unformatted = schema.zip(body.as_ref()).is_some_and(|(schema, body)| {
            let broken = view.contract.schemas.errors(schema, Side::Request, body);
            broken.iter().any(|broken| broken.cause == Cause::Format)
        });
        Echoable { texts, unformatted }
    }

    /// Whether an answer may hold a value because requests of a run do: this one, or, what every
    /// plan sends, an earlier one.
    fn may_be(&self, came: &Value) -> bool {
        let Some(text) = came.as_str().map(plain) else { return self.unformatted };
        self.unformatted || text == plain(UNFORMATTED) || self.texts.contains(&text)
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(plain(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        _ => {}
    }
}

/// What stands in the value of a parameter, as the text that it is in a request.
fn scalars(value: &Node) -> Vec<String> {
    match &value.kind {
        Kind::Null => Vec::new(),
        Kind::Bool(truth) => vec![truth.to_string()],
        Kind::Number(token) => vec![plain(token)],
        Kind::String(text) => vec![plain(text)],
        Kind::Array(items) => items.iter().flat_map(scalars).collect(),
        Kind::Object(members) => members.iter().flat_map(|member| scalars(&member.value)).collect(),
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}
