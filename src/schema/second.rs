//! What may be read in two ways: keywords that `OpenAPI` 3.0 does not list, and what must be there
//! although it is `readOnly`. A value that both readings take is valid, and one that neither takes is
//! not; of any other nobody can say.

use super::lower;
use super::schemas::SchemaAt;
use crate::json::pointer;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Keywords of JSON Schema that assert something and that the Schema Object of 3.0 does not list.
const UNLISTED: [&str; 14] = [
    "const",
    "contains",
    "minContains",
    "maxContains",
    "patternProperties",
    "propertyNames",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The places of keywords that 3.0 does not list, in the order of places.
pub(super) fn unlisted(document: &Value, places: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, schema) in pointer::each(document, places) {
        let Some(schema) = schema.and_then(Value::as_object) else { continue };
        if schema.get("$ref").is_some_and(Value::is_string) {
            continue;
        }
        let keys = schema.keys().filter(|key| UNLISTED.contains(&key.as_str()));
        found.extend(keys.map(|key| pointer::child(at, key)));
    }
    found
}

/// The places of keywords beside a reference, where 3.0 ignores them, in the order of places.
pub(super) fn beside_references(document: &Value, places: &[String]) -> Vec<String> {
    const NOTHING: [&str; 13] = [
        "$ref",
        "title",
        "summary",
        "description",
        "example",
        "examples",
        "default",
        "deprecated",
        "externalDocs",
        "xml",
        "nullable",
        "$defs",
        "definitions",
    ];
    let mut found = Vec::new();
    for at in places {
        let schema = pointer::get(document, at).and_then(Value::as_object);
        let Some(schema) = schema.filter(|it| it.get("$ref").is_some_and(Value::is_string)) else { continue };
        let says = |key: &&String| !key.starts_with("x-") && !NOTHING.contains(&key.as_str());
        found.extend(schema.keys().filter(says).map(|key| pointer::child(at, key)));
    }
    found
}

/// A document without some keywords.
pub(super) fn without(document: &Value, keywords: &[String]) -> Value {
    let mut document = document.clone();
    for at in keywords {
        let Some((schema, key)) = pointer::parent_and_last(at) else { continue };
        if let Some(schema) = pointer::get_mut(&mut document, schema).and_then(Value::as_object_mut) {
            schema.shift_remove(key.as_ref());
        }
    }
    document
}

/// The schemas in which two readings of a document differ.
pub(super) fn differing(one: &Value, other: &Value, places: &[String]) -> HashSet<String> {
    let required = |schema: Option<&Value>| schema.and_then(|it| it.get("required").cloned());
    let both = pointer::each(one, places).zip(pointer::each(other, places));
    let differ = both.filter(|((_, one), (_, other))| required(*one) != required(*other));
    differ.map(|((at, _), _)| at.clone()).collect()
}

/// Those of some schemas that lead to one of some places.
pub(super) fn leading(
    document: &Value,
    roots: &BTreeSet<SchemaAt>,
    to: &HashSet<String>,
) -> BTreeSet<SchemaAt> {
    let leads =
        |root: &&SchemaAt| lower::reachable(document, [root.0.clone()]).iter().any(|at| to.contains(at));
    roots.iter().filter(leads).cloned().collect()
}
