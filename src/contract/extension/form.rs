//! The schema of the extension, and what breaks it in words: which key is unknown, which is meant.

use super::{Mistake, Shape};
use crate::cause::Cause;
use crate::json::pointer;
use crate::text::suggestion;
use serde_json::Value;
use std::sync::OnceLock;

/// Whether an object that is none of its alternatives has a key that is not known at all: a
/// misspelt one is the one mistake to tell.
pub(super) fn is_told_by_another(
    error: &jsonschema::ValidationError<'_>,
    all: &[jsonschema::ValidationError<'_>],
) -> bool {
    use jsonschema::error::ValidationErrorKind as Kind;
    let unknown = |other: &&jsonschema::ValidationError<'_>| {
        matches!(other.kind(), Kind::AdditionalProperties { .. })
            && other.instance_path() == error.instance_path()
    };
    matches!(error.kind(), Kind::OneOfNotValid { .. }) && all.iter().any(|other| unknown(&other))
}

pub(super) fn mistake(error: &jsonschema::ValidationError<'_>, value: &Value, at: &str) -> Mistake {
    use jsonschema::error::ValidationErrorKind as Kind;
    let mut place = error.instance_path().as_str().to_owned();
    let (message, hint) = match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let key = unexpected.first().map_or("", String::as_str);
            let mut known = known_keys(error);
            if matches!(error.kind(), Kind::UnevaluatedProperties { .. }) {
                known.extend(causes());
            }
            place = pointer::child(&place, key);
            (format!("unknown key `{key}` in x-probity"), Some(suggestion(key, &known)))
        }
        Kind::PropertyNames { error: inner } => {
            let key = inner.instance().as_str().unwrap_or_default().to_owned();
            place = pointer::child(&place, &key);
            (format!("unknown name `{key}`"), Some(suggestion(&key, &causes())))
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("`{name}` is missing here"), None)
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } if place.ends_with("/when") => {
            let (inner, message, hint) = wrong_when(value.pointer(&place).unwrap_or(value));
            place.push_str(&inner);
            (message, Some(hint))
        }
        Kind::AnyOf { .. } if place.contains("/needs/") => {
            let hint = "the name of what an operation `provides`, or `false` where nothing is taken";
            (format!("{} is no name", error.instance()), Some(hint.to_owned()))
        }
        Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
            let known = alternatives(error);
            let stated = value.pointer(&place).and_then(Value::as_object);
            let stated = stated.map_or(0, |rule| known.iter().filter(|name| rule.contains_key(*name)).count());
            let message = match (place.ends_with("/matches") || place.ends_with("/page"), stated) {
                (true, _) => "it does not say one thing here",
                (false, 0) => "a rule states nothing here",
                (false, _) => "one rule states several things",
            };
            let hint = format!("exactly one of {}; each other statement is a rule of its own", known.join(", "));
            (message.to_owned(), Some(hint))
        }
        Kind::Enum { options } => {
            let known: Vec<String> =
                options.as_array().into_iter().flatten().map(plain).collect();
            let given = plain(error.instance());
            (format!("`{given}` is not known here"), Some(suggestion(&given, &known)))
        }
        Kind::MinProperties { .. } if place.ends_with("/when") => (
            "no condition is given".to_owned(),
            Some("for example `when: {given: $request.body#/name}`, or leave `when` out".to_owned()),
        ),
        Kind::Pattern { .. } if name_hint(&place).is_some() => {
            let hint = name_hint(&place).map(str::to_owned);
            let key = plain(error.instance());
            place = pointer::child(&place, &key);
            (format!("`{key}` is no name here"), hint)
        }
        Kind::Pattern { .. } => (
            format!("{} does not have the right form", error.instance()),
            Some("runtime expressions look like `$response.body#/data/id`, places like `/name`, durations like `5m`".to_owned()),
        ),
        _ => (error.to_string(), None),
    };
    Mistake { at: format!("{at}{place}"), message, hint }
}

/// What the names of an object are, where they are no causes.
fn name_hint(place: &str) -> Option<&'static str> {
    if place.ends_with("/needs") {
        return Some("a place is `path.NAME`, `query.NAME`, `header.NAME`, `cookie.NAME` or `body#/POINTER`");
    }
    place.ends_with("/provides").then_some("a name is made of letters, digits, `_`, `-` and `.`")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The keys of which exactly one must be there.
fn alternatives(error: &jsonschema::ValidationError<'_>) -> Vec<String> {
    let branches = schema().pointer(error.schema_path().as_str()).and_then(Value::as_array);
    let names = branches.into_iter().flatten().filter_map(|branch| branch.pointer("/required/0"));
    names.map(plain).collect()
}

fn causes() -> Vec<String> {
    Cause::ALL.iter().map(|cause| cause.name().to_owned()).collect()
}

/// What is wrong with a `when`: the place inside it, the words and the hint.
fn wrong_when(when: &Value) -> (String, String, String) {
    let form =
        "a cause such as `malformed`, a cause at a place such as `{missing: /name}`, or a list of them";
    let known = causes();
    let items: Vec<(String, &Value)> = match when {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (format!("/{index}"), item)).collect()
        }
        single => vec![(String::new(), single)],
    };
    for (inner, item) in &items {
        match item {
            Value::String(name) if !known.contains(name) => {
                return (inner.clone(), format!("unknown cause `{name}`"), suggestion(name, &known));
            }
            Value::Object(members) => {
                for (name, place) in members {
                    let inner = pointer::child(inner, name);
                    if !known.contains(name) {
                        return (inner, format!("unknown cause `{name}`"), suggestion(name, &known));
                    }
                    if !place.as_str().is_some_and(is_place) {
                        let hint = "a place is a JSON Pointer into the request body, such as `/name`, or a parameter, such as `query.page`";
                        return (inner, format!("{place} is no place"), hint.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    (String::new(), "this does not say when the code comes".to_owned(), form.to_owned())
}

/// Whether text has the form of a place in a request.
fn is_place(text: &str) -> bool {
    let parameter = text.split_once('.').filter(|(_, name)| !name.is_empty());
    let location = parameter.map(|(location, _)| location);
    text.is_empty()
        || text.starts_with('/')
        || location.is_some_and(|location| ["path", "query", "header", "cookie"].contains(&location))
}

fn known_keys(error: &jsonschema::ValidationError<'_>) -> Vec<String> {
    let parent = pointer::parent_and_last(error.schema_path().as_str()).map_or("", |(parent, _)| parent);
    let properties = schema().pointer(&format!("{parent}/properties")).and_then(Value::as_object);
    properties.map(|known| known.keys().cloned().collect()).unwrap_or_default()
}

fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        serde_json::from_str(include_str!("../../../spec/x-probity.schema.json")).unwrap_or_default()
    })
}

/// Compiled with the program, so that no run has to.
mod compiled {
    macro_rules! form {
        ($name:ident, $schema:literal) => {
            #[jsonschema::validator(
                            schema = $schema,
                            draft = Draft202012,
                            resources = {"probity:///x-probity" => {path = "spec/x-probity.schema.json"}}
                        )]
            pub(super) struct $name;
        };
    }
    form!(Operation, r#"{"$ref": "probity:///x-probity#/$defs/operation"}"#);
    form!(SecurityScheme, r#"{"$ref": "probity:///x-probity#/$defs/securityScheme"}"#);
    form!(Link, r#"{"$ref": "probity:///x-probity#/$defs/link"}"#);
}

pub(super) fn broken(shape: Shape, value: &Value) -> jsonschema::ErrorIterator<'_> {
    match shape {
        // On the document stand defaults for operations: the schema says the same of both.
        Shape::Document | Shape::Operation => compiled::Operation::iter_errors(value),
        Shape::SecurityScheme => compiled::SecurityScheme::iter_errors(value),
        Shape::Link => compiled::Link::iter_errors(value),
    }
}
