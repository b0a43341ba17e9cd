//! Regular expressions in schemas: `pattern` is held against texts by our own engine, and
//! `patternProperties`, which the validator reads itself, is written so that it reads the same.

use super::Unusable;
use super::lower::Side;
use crate::json::pointer;
use crate::pattern::{Known, Pattern};
use jsonschema::json::{Json, Node};
use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

const NAMES: &str = "patternProperties";

/// Whether texts match a pattern; one that cannot be used asks for nothing.
struct Matching {
    pattern: Known,
    text: String,
}

impl<'i, F: Json> Keyword<'i, F> for Matching {
    fn validate(&self, instance: F::Node<'i>) -> Result<(), ValidationError<'i>> {
        if Keyword::<F>::is_valid(self, instance) { Ok(()) } else { Err(ValidationError::custom(&self.text)) }
    }

    fn is_valid(&self, instance: F::Node<'i>) -> bool {
        let Ok(pattern) = self.pattern.as_ref() else { return true };
        instance.as_string().is_none_or(|text| pattern.matches(&text) != Some(false))
    }
}

type Made<'a, F> = Result<Box<dyn for<'i> Keyword<'i, F>>, ValidationError<'a>>;

/// The keyword `pattern`.
#[expect(clippy::unnecessary_wraps, reason = "a keyword may fail to be one")]
pub(super) fn pattern<'a, F: Json>(_: &'a Map<String, Value>, value: &'a Value, _: Location) -> Made<'a, F> {
    let text = value.as_str().unwrap_or_default().to_owned();
    Ok(Box::new(Matching { pattern: Pattern::of(&text), text }))
}

/// Why the patterns of some schemas cannot be used, each where it stands.
pub(super) fn unusable(document: &Value, places: &[String]) -> Vec<Unusable> {
    let mut found = Vec::new();
    for (at, schema) in pointer::each(document, places) {
        let Some(schema) = schema.and_then(Value::as_object) else { continue };
        let mut tell = |at: String, text: &str| {
            if let Err(why) = Pattern::of(text).as_ref() {
                found.push(Unusable { at, why: why.clone() });
            }
        };
        match schema.get("pattern") {
            Some(Value::String(text)) => tell(pointer::child(at, "pattern"), text),
            Some(_) => {
                let why = "a pattern is text".to_owned();
                found.push(Unusable { at: pointer::child(at, "pattern"), why });
                continue;
            }
            None => {}
        }
        let names = schema.get(NAMES).and_then(Value::as_object).into_iter().flatten();
        names.for_each(|(text, _)| tell(pointer::child(&pointer::child(at, NAMES), text), text));
    }
    found
}

/// The documents as the validator has them where it would read names otherwise.
#[derive(Default)]
pub(super) struct Rewritten {
    request: Option<Value>,
    response: Option<Value>,
    /// Tokens of pointers: how a name is written there, and how it stands in the contract.
    renamed: Vec<(String, String)>,
}

impl Rewritten {
    pub(super) fn of(request: &Value, response: Option<&Value>, places: &[String]) -> Rewritten {
        let differs = |schema: Option<&Value>| {
            let names = schema.and_then(|schema| schema.get(NAMES));
            let mut names = names.and_then(Value::as_object).into_iter().flatten();
            names.any(|(text, _)| {
                Pattern::of(text).as_ref().as_ref().map_or(true, |one| one.rewritten().is_some())
            })
        };
        let schemas = pointer::each(request, places);
        let named: Vec<&String> = schemas.filter(|(_, schema)| differs(*schema)).map(|(at, _)| at).collect();
        if named.is_empty() {
            return Rewritten::default();
        }
        let mut renamed = Vec::new();
        let request = rewritten(request, &named, &mut renamed);
        let response = response.map(|response| rewritten(response, &named, &mut renamed));
        Rewritten { request: Some(request), response, renamed }
    }

    /// That of a side, if there is one.
    pub(super) fn document(&self, side: Side) -> Option<&Value> {
        let response = self.response.as_ref().filter(|_| side == Side::Response);
        response.or(self.request.as_ref())
    }

    /// Makes a place in one of them the place in the contract.
    pub(super) fn restore(&self, at: &mut String) {
        for (here, there) in &self.renamed {
            let (here, there) = (format!("/{NAMES}/{here}"), format!("/{NAMES}/{there}"));
            if let Some(found) = at.find(&here) {
                let end = found + here.len();
                if at[end..].is_empty() || at[end..].starts_with('/') {
                    at.replace_range(found..end, &there);
                }
            }
        }
    }
}

fn rewritten(document: &Value, named: &[&String], renamed: &mut Vec<(String, String)>) -> Value {
    let mut document = document.clone();
    // What stands in another is written first, as long as it is still where it was.
    for at in named.iter().rev() {
        let Some(schema) = pointer::get_mut(&mut document, at).and_then(Value::as_object_mut) else {
            continue;
        };
        let Some(Value::Object(names)) = schema.get_mut(NAMES) else { continue };
        let mut all = true;
        let kept = std::mem::take(names).into_iter().filter_map(|(text, value)| {
            let known = Pattern::of(&text);
            let Ok(pattern) = known.as_ref() else {
                all = false;
                return None;
            };
            let Some(other) = pattern.rewritten() else { return Some((text, value)) };
            let token = |text: &str| pointer::child("", text)[1..].to_owned();
            let pair = (token(other), token(&text));
            if !renamed.contains(&pair) {
                renamed.push(pair);
            }
            Some((other.to_owned(), value))
        });
        *names = kept.collect();
        if !all {
            // Which names are others nobody can tell.
            schema.retain(|key, _| !matches!(key.as_str(), "additionalProperties" | "unevaluatedProperties"));
        }
    }
    document
}
