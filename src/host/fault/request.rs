//! Constraints on requests that are not enforced.

use super::{Class, Defect, Fault, Site, part};
use crate::cause::Cause;
use crate::contract::model;
use crate::contract::{Contract, MediaType, Operation, ParameterLocation};
use crate::host::intake::{Admitted, Asked, Breach};
use crate::json::{self, pointer};
use crate::schema::walk;
use crate::schema::{SchemaAt, Side};
use crate::wire::body::{self, Notation};
use http::header;
use serde_json::Value;
use std::collections::HashSet;

/// What is let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) enum Lax {
    /// A keyword of a schema, by its pointer; one of its properties, where it names several.
    Keyword { at: String, property: Option<String> },
    /// `null` where a type does not allow it.
    Null { at: String },
    /// Any other type where a type does not allow it.
    Type { at: String },
    /// Anything that is wrong with a body as a document.
    Malformed,
    /// No body at all.
    NoBody,
    /// Any media type.
    MediaType,
}

/// The keywords that a value can break, but for those that need a look of their own.
const KEYWORDS: &[&str] = &[
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "oneOf",
    "anyOf",
    "not",
    "dependentRequired",
];

pub(super) fn derive(site: &mut Site<'_>) {
    let operation = site.operation;
    if let Some(body) = &operation.body {
        let mut plant = |id: &str, words: &str, at: &str, lax: Lax| {
            site.plant(Class::Constraint, &format!("request/{id}"), at, words, Defect::Lax(lax));
        };
        if operation.json_body().is_some() {
            plant("body/malformed", "a body that is no JSON document is accepted", &body.at, Lax::Malformed);
        }
        if body.required {
            let at = pointer::child(&body.at, "required");
            plant("body/required", "no body at all is accepted", &at, Lax::NoBody);
        }
        let at = pointer::child(&body.at, "content");
        plant("media-type", "every media type is accepted", &at, Lax::MediaType);
    }
    match operation.json_body() {
        Some(media) => media.schema.iter().for_each(|schema| walk(site, schema, "body")),
        None => members(site),
    }
    for parameter in &operation.parameters {
        let name = format!("{}/{}", parameter.location.name(), parameter.name);
        if parameter.required && parameter.location != ParameterLocation::Path {
            let at = pointer::child(&parameter.at, "required");
            let words = format!("{name} may be left out");
            let lax = Lax::Keyword { at: at.clone(), property: None };
            site.plant(Class::Constraint, &format!("request/{name}/required"), &at, words, Defect::Lax(lax));
        }
        // What a parameter holds is text, which is never null.
        let root = site.contract.schemas.raw(Side::Request);
        let planted = site.found.len();
        if let Some(schema) = &parameter.schema {
            walk(site, schema, &name);
        }
        let own = site.found.split_off(planted);
        let able = |fault: &Fault| match &fault.defect {
            Defect::Lax(Lax::Null { .. }) => false,
            Defect::Lax(Lax::Type { at }) => root.pointer(at).is_none_or(|one| one != "string"),
            _ => true,
        };
        site.found.extend(own.into_iter().filter(able));
    }
}

/// The same of forms and parts, whose members are never null and whose texts never of another type.
fn members(site: &mut Site<'_>) {
    let operation = site.operation;
    let content = operation.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
    let Some(media) = content.into_iter().find(|media| is_of_members(media)) else { return };
    let planted = site.found.len();
    media.schema.iter().for_each(|schema| walk(site, schema, "body"));
    let root = site.contract.schemas.raw(Side::Request);
    let own = site.found.split_off(planted);
    let able = |fault: &Fault| match &fault.defect {
        Defect::Lax(Lax::Null { .. }) => false,
        Defect::Lax(Lax::Type { at }) => {
            let types = root.pointer(at);
            types.is_some_and(|types| ["integer", "number", "boolean"].iter().any(|one| types == *one))
        }
        _ => true,
    };
    site.found.extend(own.into_iter().filter(able));
    for encoding in &media.encoding {
        if encoding.content_types().next().is_some() && Notation::of(&media.name) == Notation::Parts {
            let at = pointer::child(&encoding.at, "contentType");
            let words = format!("the part `{}` may be of any media type", encoding.name);
            let id = format!("request/body/{}/contentType", encoding.name);
            let lax = Lax::Keyword { at: at.clone(), property: None };
            site.plant(Class::Constraint, &id, &at, words, Defect::Lax(lax));
        }
    }
}

/// Whether a media type is written member by member.
pub(super) fn is_of_members(media: &MediaType) -> bool {
    matches!(Notation::of(&media.name), Notation::Form | Notation::Parts)
}

fn walk(site: &mut Site<'_>, schema: &SchemaAt, place: &str) {
    let root = site.contract.schemas.raw(Side::Request);
    let mut open = vec![(schema.0.clone(), place.to_owned())];
    let mut seen = HashSet::new();
    while let Some((at, place)) = open.pop() {
        if !seen.insert(at.clone()) {
            continue;
        }
        let Some(schema) = root.pointer(&at).and_then(Value::as_object) else { continue };
        let mut below: Vec<(String, String)> = Vec::new();
        below.extend(walk::referred(schema).map(|target| (target, place.clone())));
        let under = |keyword: &str| pointer::child(&at, keyword);
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            below
                .extend((0..parts.len()).map(|index| (format!("{}/{index}", under("allOf")), place.clone())));
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(serde_json::Map::keys) {
            below.push((
                pointer::child(&under("properties"), name),
                format!("{place}{}", pointer::child("", name)),
            ));
        }
        for (keyword, token) in [("items", "*"), ("additionalProperties", "*")] {
            if schema.get(keyword).is_some_and(Value::is_object) {
                below.push((under(keyword), format!("{place}/{token}")));
            }
        }
        open.extend(below.into_iter().rev());
        keywords(site, schema, &at, &place);
    }
}

fn keywords(site: &mut Site<'_>, schema: &serde_json::Map<String, Value>, at: &str, place: &str) {
    let under = |keyword: &str| pointer::child(at, keyword);
    let mut plant = |place: &str, id: &str, at: String, words: String, lax: Lax| {
        let id = format!("request/{}/{id}", part(place));
        site.plant(Class::Constraint, &id, &at, words, Defect::Lax(lax));
    };
    for property in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = property.as_str() else { continue };
        let at = under("required");
        // What is wrong with a parameter is told of it as a whole.
        let property = place.starts_with("body").then(|| name.to_owned());
        let lax = Lax::Keyword { at: at.clone(), property };
        let place = format!("{place}{}", pointer::child("", name));
        plant(&place, "required", at, format!("{place} may be left out"), lax);
    }
    if let Some(types) = schema.get("type") {
        let at = under("type");
        plant(place, "type", at.clone(), format!("{place} may have any type"), Lax::Type { at: at.clone() });
        let nullable = types.as_array().is_some_and(|types| types.iter().any(|one| one == "null"));
        if !nullable && types != "null" {
            plant(place, "null", at.clone(), format!("{place} may be null"), Lax::Null { at });
        }
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        let at = under("additionalProperties");
        let lax = Lax::Keyword { at: at.clone(), property: None };
        plant(place, "additionalProperties", at, format!("{place} may have undeclared properties"), lax);
    }
    for keyword in KEYWORDS.iter().filter(|keyword| schema.contains_key(**keyword)) {
        let at = under(keyword);
        let lax = Lax::Keyword { at: at.clone(), property: None };
        plant(place, keyword, at, format!("`{keyword}` of {place} is not enforced"), lax);
    }
}

impl Lax {
    /// Whether this is what a host that is lax does not see.
    pub(super) fn lets_pass(&self, breach: &Breach, asked: &Asked<'_>) -> bool {
        let empty = asked.body.is_some_and(<[u8]>::is_empty);
        match self {
            Lax::Keyword { at, property } => {
                let last = || pointer::parent_and_last(&breach.place).map(|(_, name)| name.into_owned());
                breach.at == *at && property.as_ref().is_none_or(|name| last().as_ref() == Some(name))
            }
            Lax::Null { at } => breach.cause == Cause::Null && breach.at == *at,
            Lax::Type { at } => breach.cause != Cause::Null && breach.at == *at,
            Lax::Malformed => breach.cause == Cause::Malformed && !empty,
            Lax::NoBody => breach.cause == Cause::Malformed && empty,
            Lax::MediaType => breach.cause == Cause::UnsupportedMediaType,
        }
    }
}

/// What can still be read of a request that should have been refused.
pub(super) fn read(contract: &Contract, operation: &Operation, asked: &Asked<'_>) -> Admitted {
    let text = text(contract, operation, asked);
    let value = text.as_ref().map(json::Text::to_value);
    Admitted { text, value, parameters: Vec::new() }
}

fn text(contract: &Contract, operation: &Operation, asked: &Asked<'_>) -> Option<json::Text> {
    let bytes = asked.body?;
    let given = asked.headers.get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok());
    let content = operation.body.as_ref().map(|body| body.content.as_slice()).unwrap_or_default();
    let own = given.filter(|given| model::choose(content, given).is_some_and(is_of_members));
    match own {
        Some(given) => body::stands_for(&contract.schemas, Side::Request, content, (given, bytes)),
        None => json::read(bytes).ok(),
    }
}

/// What is wrong with the body of a request whose media type is not looked at.
pub(super) fn broken(contract: &Contract, operation: &Operation, asked: &Asked<'_>) -> Vec<Breach> {
    let Some(media) = operation.json_body() else { return Vec::new() };
    let Some(text) = asked.body.and_then(|body| json::read(body).ok()) else {
        return vec![Breach::new(Cause::Malformed, "")];
    };
    let Some(schema) = &media.schema else { return Vec::new() };
    let found = contract.schemas.errors(schema, Side::Request, &text.to_value());
    found.into_iter().map(Breach::from).collect()
}
