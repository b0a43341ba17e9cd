//! One walk over schemas: what all applies to one value, followed through references and `allOf`.

use crate::json::pointer;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// A schema that applies to a value.
#[derive(Clone, Debug)]
pub(crate) struct Part<'d> {
    /// JSON Pointer to it.
    pub(crate) at: String,
    /// What it says.
    pub(crate) says: Says<'d>,
}

/// What a schema says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says<'d> {
    /// Keywords.
    Keywords(&'d Map<String, Value>),
    /// That no value is one of its own.
    Nothing,
}

/// The keywords that refer to another schema.
pub(super) const REFERENCES: [&str; 2] = ["$ref", "$dynamicRef"];

/// Where the references of a schema lead.
pub(crate) fn referred(schema: &Map<String, Value>) -> impl Iterator<Item = String> {
    REFERENCES.into_iter().filter_map(|key| pointer::from_fragment(schema.get(key)?.as_str()?))
}

/// Where the only reference of a schema leads, or the first one.
pub(crate) fn target(schema: &Value) -> Option<String> {
    referred(schema.as_object()?).next()
}

/// The schemas that apply wherever one of those at `places` does, each once: itself, what it refers
/// to, what its `allOf` holds.
pub(crate) fn parts<'d>(root: &'d Value, places: &[String]) -> Vec<Part<'d>> {
    let mut open: Vec<String> = places.iter().rev().cloned().collect();
    let mut seen: HashSet<String, foldhash::fast::RandomState> = HashSet::default();
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if !seen.insert(at.clone()) {
            continue;
        }
        let says = match pointer::get(root, &at) {
            Some(Value::Object(schema)) => Says::Keywords(schema),
            Some(Value::Bool(false)) => Says::Nothing,
            _ => continue,
        };
        if let Says::Keywords(schema) = says {
            open.extend(referred(schema));
            let count = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..count).rev().map(|index| format!("{at}/allOf/{index}")));
        }
        found.push(Part { at, says });
    }
    found
}

/// The same by what stands there, without places.
pub(crate) fn applied<'d>(root: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let mut parts = vec![schema];
    let mut next = 0;
    while let Some(schema) = parts.get(next).copied() {
        next += 1;
        let Some(schema) = schema.as_object() else { continue };
        let referred = referred(schema).filter_map(|at| pointer::get(root, &at));
        let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for part in referred.chain(all) {
            if !parts.iter().any(|known| std::ptr::eq(*known, part)) {
                parts.push(part);
            }
        }
    }
    parts
}

/// The alternatives of a schema: for each `oneOf` or `anyOf` the places to choose from.
pub(crate) fn alternatives(schema: &Map<String, Value>, at: &str) -> impl Iterator<Item = Vec<String>> {
    ["oneOf", "anyOf"].into_iter().filter_map(move |key| {
        let branches = schema.get(key)?.as_array()?;
        Some((0..branches.len()).map(|index| format!("{at}/{key}/{index}")).collect())
    })
}

/// The schemas that apply under a condition: those of `then`, `else` and `dependentSchemas`.
pub(crate) fn conditional(schema: &Map<String, Value>, at: &str) -> Vec<String> {
    let branches = ["then", "else"]
        .into_iter()
        .filter(|key| schema.contains_key("if") && schema.get(*key).is_some_and(Value::is_object));
    let dependent = schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten();
    let base = format!("{at}/dependentSchemas");
    let branches = branches.map(|key| format!("{at}/{key}"));
    branches.chain(dependent.map(|(name, _)| pointer::child(&base, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_its_references_and_its_all_of_apply_each_once() {
        let root = json!({
            "a": {"allOf": [{"$ref": "#/b"}, {"$dynamicRef": "#/c"}]},
            "b": {"$ref": "#/c"},
            "c": {"allOf": [{"$ref": "#/a"}, false]}
        });
        let found: Vec<String> = parts(&root, &["/a".into()]).into_iter().map(|part| part.at).collect();
        assert_eq!(found, ["/a", "/a/allOf/0", "/b", "/c", "/c/allOf/0", "/c/allOf/1", "/a/allOf/1"]);
        assert_eq!(applied(&root, &root["a"]).len(), found.len());
    }
}
