//! Schemas in place: where they stand, and how 3.0's dialect becomes JSON Schema 2020-12.
//!
//! Every pointer stays what it was, so that a validator's schema path is a place in the
//! contract as its author wrote it.

use super::Unusable;
use super::contradiction::Clause;
use super::walk::{self, Part, Says};
use crate::json::pointer;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// Which side of an exchange a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `readOnly` properties are not asked for.
    Request,
    /// `writeOnly` properties are not asked for.
    Response,
}

const ONE: &[&str] = &[
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
const MAP: &[&str] = &["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

/// Whether a keyword holds a schema.
pub(crate) fn is_one(keyword: &str) -> bool {
    ONE.contains(&keyword)
}

/// Whether a keyword holds schemas in a list.
pub(crate) fn is_list(keyword: &str) -> bool {
    LIST.contains(&keyword)
}

/// Whether a keyword holds schemas by name.
pub(crate) fn is_map(keyword: &str) -> bool {
    MAP.contains(&keyword)
}

/// The pointers of a schema's direct subschemas.
pub(crate) fn subschemas(schema: &Map<String, Value>, at: &str) -> Vec<String> {
    inside(schema, at).into_iter().map(|(at, _)| at).collect()
}

/// A schema's direct subschemas, by their pointers.
fn inside<'s>(schema: &'s Map<String, Value>, at: &str) -> Vec<(String, &'s Value)> {
    let mut found = Vec::new();
    for (key, value) in schema {
        let here = || pointer::child(at, key);
        match value {
            Value::Array(items) if is_list(key) => {
                let list = here();
                let item = |(index, item)| (pointer::child(&list, &usize::to_string(&index)), item);
                found.extend(items.iter().enumerate().map(item));
            }
            Value::Object(members) if is_map(key) => {
                let map = here();
                found.extend(members.iter().map(|(name, member)| (pointer::child(&map, name), member)));
            }
            Value::Object(_) if is_one(key) => found.push((here(), value)),
            _ => {}
        }
    }
    found
}

/// Every schema that can be reached from the roots, through subschemas and references.
pub(crate) fn reachable(document: &Value, roots: impl IntoIterator<Item = String>) -> Vec<String> {
    let there = |at: String| pointer::get(document, &at).map(|schema| (at, schema));
    let mut open: Vec<(String, &Value)> = roots.into_iter().filter_map(there).collect();
    let mut seen: HashSet<String, foldhash::fast::RandomState> = HashSet::default();
    while let Some((at, schema)) = open.pop() {
        let Some(schema) = schema.as_object().filter(|_| !seen.contains(&at)) else { continue };
        open.extend(inside(schema, &at));
        open.extend(walk::referred(schema).filter(|at| !seen.contains(at)).filter_map(there));
        seen.insert(at);
    }
    let mut found: Vec<String> = seen.into_iter().collect();
    found.sort();
    found
}

/// Rewrites the schemas at `places` from 3.0's dialect to 2020-12.
pub(super) fn to_2020_12(document: &mut Value, places: &[String]) {
    for at in places {
        if let Some(schema) = pointer::get_mut(document, at).and_then(Value::as_object_mut) {
            lower(schema);
        }
    }
}

/// The document with each required property named once; validators count the names, and so would miss
/// a property that is named twice.
pub(super) fn require_once<'d>(document: &'d Value, places: &[String]) -> Cow<'d, Value> {
    let names = |schema: Option<&'d Value>| schema?.get("required")?.as_array();
    let repeats =
        |names: &Vec<Value>| names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
    let schemas = pointer::each(document, places);
    let repeating: Vec<&String> =
        schemas.filter(|(_, schema)| names(*schema).is_some_and(repeats)).map(|(at, _)| at).collect();
    let mut document = Cow::Borrowed(document);
    for at in repeating {
        let schema = pointer::get_mut(document.to_mut(), at).and_then(Value::as_object_mut);
        if let Some(Value::Array(names)) = schema.and_then(|schema| schema.get_mut("required")) {
            let mut seen = HashSet::new();
            names.retain(|name| seen.insert(name.clone()));
        }
    }
    document
}

/// What marks a schema of which something cannot be read: it is true where that is what it refers to.
pub(crate) const UNREAD: &str = "x-probity-unread";

/// Takes keywords out of the schemas at `places`, and what would judge by them: a schema that is looser
/// than it was must not refuse anything for that.
pub(super) fn without(document: &mut Value, places: &[String], keywords: &[&str]) {
    if keywords.is_empty() {
        return;
    }
    let known: HashSet<&str> = places.iter().map(String::as_str).collect();
    let mut marked: HashSet<String> = HashSet::new();
    for at in keywords {
        let Some((holder, keyword)) = held(&known, at) else { continue };
        let Some(schema) = pointer::get_mut(document, holder).and_then(Value::as_object_mut) else {
            continue;
        };
        schema.shift_remove(keyword.as_ref());
        let is_reference = walk::REFERENCES.contains(&keyword.as_ref());
        let marks = is_reference || schema.get(UNREAD) == Some(&Value::Bool(true));
        schema.insert(UNREAD.into(), Value::Bool(marks));
        marked.insert(holder.to_owned());
    }
    if marked.is_empty() {
        return;
    }
    let loose = spread(document, places, &marked, subschemas);
    let at_once = spread(document, places, &marked, in_place);
    for at in places {
        if let Some(schema) = pointer::get_mut(document, at).and_then(Value::as_object_mut) {
            loosen(schema, at, &loose, &at_once);
        }
    }
}

/// Makes null, which as the only type leaves nothing of alternatives, what `nullable` is beside them:
/// what its author meant.
pub(super) fn to_nullable(document: &mut Value, places: &[String], contradictions: &[[Clause; 2]]) {
    let types: Vec<&str> = contradictions.iter().map(|[one, _]| one.at.as_str()).collect();
    without(document, places, &types);
    for (at, _) in types.into_iter().filter_map(pointer::parent_and_last) {
        if let Some(schema) = pointer::get_mut(document, at).and_then(Value::as_object_mut) {
            schema.insert("nullable".into(), Value::Bool(true));
        }
    }
}

/// Lets values fit more than one of some alternatives.
pub(super) fn to_any_of(document: &mut Value, alternatives: &[[Clause; 2]]) {
    let groups = alternatives.iter().filter_map(|[one, _]| pointer::parent_and_last(&one.at));
    for (schema, _) in groups.filter_map(|(group, _)| pointer::parent_and_last(group)) {
        if let Some(schema) = pointer::get_mut(document, schema).and_then(Value::as_object_mut)
            && let Some(one_of) = schema.shift_remove("oneOf")
        {
            schema.entry("anyOf").or_insert(one_of);
        }
    }
}

/// The keywords that no validator can use, because what they hold is nothing that they may hold.
pub(super) fn misshapen(document: &Value, places: &[String]) -> Vec<Unusable> {
    let mut found = Vec::new();
    for (at, schema) in pointer::each(document, places) {
        for (keyword, value) in schema.and_then(Value::as_object).into_iter().flatten() {
            if let Some(what) = wanted(keyword).filter(|what| !what.includes(value)) {
                let why = format!("`{keyword}` is not {}", what.words());
                found.push(Unusable { at: pointer::child(at, keyword), why });
            }
        }
    }
    found
}

/// What a keyword may hold.
#[derive(Clone, Copy)]
enum Shape {
    Number,
    Names,
    List,
    Map,
    Types,
}

fn wanted(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minLength"
        | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
        | "maxContains" => Shape::Number,
        "required" => Shape::Names,
        "enum" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => Shape::List,
        "properties" | "patternProperties" | "dependentSchemas" | "dependentRequired" => Shape::Map,
        "type" => Shape::Types,
        _ => return None,
    })
}

impl Shape {
    fn includes(self, value: &Value) -> bool {
        const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
        let is_type = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
        match self {
            Shape::Number => value.is_number(),
            Shape::Names => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            Shape::List => value.is_array(),
            Shape::Map => value.is_object(),
            Shape::Types => is_type(value) || value.as_array().is_some_and(|all| all.iter().all(is_type)),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Shape::Number => "a number",
            Shape::Names => "a list of names",
            Shape::List => "a list",
            Shape::Map => "an object",
            Shape::Types => "a type, or a list of types",
        }
    }
}

/// The schemas from which one can be reached that some keywords stand in.
pub(crate) fn reaching(document: &Value, places: &[String], keywords: &[&str]) -> HashSet<String> {
    let known: HashSet<&str> = places.iter().map(String::as_str).collect();
    let holders = keywords.iter().filter_map(|at| Some(held(&known, at)?.0.to_owned())).collect();
    spread(document, places, &holders, subschemas)
}

/// The schema that a keyword stands in, and the keyword, given a place at or below it.
fn held<'p>(places: &HashSet<&str>, at: &'p str) -> Option<(&'p str, Cow<'p, str>)> {
    let (mut holder, mut keyword) = pointer::parent_and_last(at)?;
    while !places.contains(holder) {
        (holder, keyword) = pointer::parent_and_last(holder)?;
    }
    Some((holder, keyword))
}

/// The schemas from which a marked one can be reached.
fn spread(
    document: &Value,
    places: &[String],
    marked: &HashSet<String>,
    below: fn(&Map<String, Value>, &str) -> Vec<String>,
) -> HashSet<String> {
    if marked.is_empty() {
        return HashSet::new();
    }
    let edges = pointer::each(document, places).filter_map(|(at, schema)| {
        let schema = schema?.as_object()?;
        let leads: Vec<String> = below(schema, at).into_iter().chain(walk::referred(schema)).collect();
        (!leads.is_empty()).then_some((at, leads))
    });
    let edges: Vec<_> = edges.collect();
    let mut reaching = marked.clone();
    loop {
        let before = reaching.len();
        for (at, leads) in &edges {
            if leads.iter().any(|lead| reaching.contains(lead)) {
                reaching.insert((*at).clone());
            }
        }
        if reaching.len() == before {
            return reaching;
        }
    }
}

/// The subschemas that apply to the same value.
fn in_place(schema: &Map<String, Value>, at: &str) -> Vec<String> {
    let same = ["allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];
    let here = |below: &String| {
        let token = below[at.len() + 1..].split('/').next().unwrap_or_default();
        same.contains(&token)
    };
    subschemas(schema, at).into_iter().filter(here).collect()
}

/// Takes out of a schema what would refuse a value because another schema accepts more than it did.
fn loosen(schema: &mut Map<String, Value>, at: &str, loose: &HashSet<String>, at_once: &HashSet<String>) {
    let is_loose = |key: &str| {
        let here = format!("{at}/{key}");
        loose.iter().any(|place| pointer::is_within(place, &here))
    };
    if !loose.contains(at) {
        return;
    }
    let mut marks = false;
    for keys in [&["not"][..], &["if"], &["contains", "minContains", "maxContains"]] {
        if keys.first().is_some_and(|key| schema.contains_key(*key) && is_loose(key)) {
            schema.retain(|key, _| !keys.contains(&key.as_str()));
            marks = true;
        }
    }
    if schema.contains_key("oneOf") && is_loose("oneOf") {
        let one_of = schema.shift_remove("oneOf").unwrap_or_default();
        if schema.contains_key("anyOf") {
            marks = true;
        } else {
            schema.insert("anyOf".into(), one_of);
        }
    }
    if at_once.contains(at) {
        schema.shift_remove("unevaluatedProperties");
        schema.shift_remove("unevaluatedItems");
    }
    if marks {
        schema.entry(UNREAD).or_insert(Value::Bool(false));
    }
}

fn lower(schema: &mut Map<String, Value>) {
    if let Some(reference) = schema.get("$ref").filter(|value| value.is_string()).cloned() {
        // 3.0 ignores what stands beside a reference; 2020-12 would apply it. `nullable` stays, which
        // has no effect, to tell that it was meant.
        schema.retain(|key, _| ["$ref", "nullable"].contains(&key.as_str()) || MAP.contains(&key.as_str()));
        schema.insert("$ref".into(), reference);
        return;
    }
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match schema.get(exclusive) {
            Some(Value::Bool(true)) => {
                if let Some(limit) = schema.shift_remove(bound) {
                    schema.insert(exclusive.into(), limit);
                } else {
                    schema.shift_remove(exclusive);
                }
            }
            Some(Value::Bool(false)) => {
                schema.shift_remove(exclusive);
            }
            _ => {}
        }
    }
    // Without a type beside it, it has no effect; it stays, to tell that it was meant.
    if schema.get("type").is_some_and(Value::is_string)
        && schema.shift_remove("nullable") == Some(Value::Bool(true))
        && let Some(Value::String(name)) = schema.get("type")
    {
        let both = json!([name, "null"]);
        schema.insert("type".into(), both);
        if let Some(Value::Array(values)) = schema.get("enum")
            && !values.contains(&Value::Null)
        {
            // 3.0.3 wants null listed; authors mean it by `nullable` alone.
            schema.insert("nullable".into(), Value::Bool(true));
        }
    }
    if schema.get("type") == Some(&json!("file")) {
        schema.shift_remove("type");
    }
}

/// Stops asking for the properties that do not travel on a side. Tells which keywords it changed.
pub(super) fn for_side(document: &mut Value, places: &[String], side: Side) -> Vec<String> {
    let flag = match side {
        Side::Request => "readOnly",
        Side::Response => "writeOnly",
    };
    let flagged = |schema: Option<&Value>| schema.and_then(|it| it.get(flag)) == Some(&Value::Bool(true));
    if !pointer::each(document, places).any(|(_, schema)| flagged(schema)) {
        return Vec::new();
    }
    let mut changes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (at, schema) in pointer::each(document, places) {
        let joins = |schema: &Value| {
            ["properties", "required", "allOf"].iter().any(|keyword| schema.get(keyword).is_some())
        };
        if !schema.is_some_and(joins) {
            continue;
        }
        // One part of an `allOf` may ask for what another one describes.
        let parts = walk::parts(document, std::slice::from_ref(at));
        let stays: HashSet<&String> = parts
            .iter()
            .flat_map(|part| properties(part.says))
            .filter(|(_, is)| has(document, is, flag))
            .map(|(name, _)| name)
            .collect();
        if stays.is_empty() {
            continue;
        }
        for Part { at: part, says } in parts {
            let Says::Keywords(schema) = says else { continue };
            let Some(Value::Array(required)) = schema.get("required") else { continue };
            let kept = changes.get(&part).unwrap_or(required);
            let travels =
                |name: &&Value| !name.as_str().is_some_and(|name| stays.iter().any(|stays| *stays == name));
            let kept: Vec<Value> = kept.iter().filter(travels).cloned().collect();
            if kept.len() != required.len() {
                changes.insert(part, kept);
            }
        }
    }
    for (at, kept) in &changes {
        if let Some(schema) = pointer::get_mut(document, at).and_then(Value::as_object_mut) {
            schema.insert("required".into(), json!(kept));
        }
    }
    changes.keys().map(|at| pointer::child(at, "required")).collect()
}

fn properties(says: Says<'_>) -> impl Iterator<Item = (&String, &Value)> {
    let schema = match says {
        Says::Keywords(schema) => schema.get("properties").and_then(Value::as_object),
        Says::Nothing => None,
    };
    schema.into_iter().flatten()
}

/// Whether a property has a flag, wherever it is said of it.
fn has(document: &Value, property: &Value, flag: &str) -> bool {
    walk::applied(document, property).iter().any(|schema| schema.get(flag) == Some(&Value::Bool(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowered(mut schema: Value) -> Value {
        to_2020_12(&mut schema, &[String::new()]);
        schema
    }

    #[test]
    fn null_is_a_type_where_it_was_a_flag() {
        assert_eq!(lowered(json!({"type": "string", "nullable": true})), json!({"type": ["string", "null"]}));
        assert_eq!(lowered(json!({"nullable": true})), json!({"nullable": true}));
    }

    #[test]
    fn a_property_that_is_required_twice_is_required_once() {
        let once = |schema: &Value| require_once(schema, &[String::new()]).into_owned();
        assert_eq!(once(&json!({"required": ["a", "b", "a"]})), json!({"required": ["a", "b"]}));
        assert_eq!(once(&json!({"required": ["a", "b"]})), json!({"required": ["a", "b"]}));
    }

    #[test]
    fn exclusive_bounds_take_their_limit() {
        assert_eq!(
            lowered(json!({"minimum": 3, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false})),
            json!({"exclusiveMinimum": 3, "maximum": 9})
        );
    }

    #[test]
    fn what_stands_beside_a_reference_is_ignored() {
        assert_eq!(lowered(json!({"$ref": "#/a", "type": "string"})), json!({"$ref": "#/a"}));
    }

    #[test]
    fn read_only_properties_are_asked_for_in_answers_only() {
        let schema = json!({
            "required": ["id", "name"],
            "properties": {"id": {"readOnly": true}, "name": {}}
        });
        let places = reachable(&schema, [String::new()]);
        let mut request = schema.clone();
        assert!(!for_side(&mut request, &places, Side::Request).is_empty());
        assert_eq!(request["required"], json!(["name"]));
        let mut response = schema.clone();
        assert!(for_side(&mut response, &places, Side::Response).is_empty());
        assert_eq!(response, schema);
    }

    #[test]
    fn one_part_may_ask_for_what_another_part_describes() {
        let mut document = json!({
            "whole": {"allOf": [{"$ref": "#/entity"}, {"required": ["id", "name"]}], "required": ["secret"]},
            "entity": {"properties": {"id": {"readOnly": true}, "name": {}, "secret": {"$ref": "#/secret"}}},
            "secret": {"writeOnly": true}
        });
        let places = reachable(&document, ["/whole".to_owned()]);
        let mut request = document.clone();
        assert!(!for_side(&mut request, &places, Side::Request).is_empty());
        assert_eq!(request["whole"]["allOf"][1]["required"], json!(["name"]));
        assert!(!for_side(&mut document, &places, Side::Response).is_empty());
        assert_eq!(document["whole"]["allOf"][1]["required"], json!(["id", "name"]));
        assert_eq!(document["whole"]["required"], json!([]));
    }

    #[test]
    fn schemas_are_found_through_references_and_only_where_schemas_stand() {
        let document = json!({
            "a": {"properties": {"items": {"$ref": "#/b"}}, "example": {"properties": {"no": {}}}},
            "b": {"anyOf": [{}, true]}, "c": {}
        });
        let found = reachable(&document, ["/a".to_owned()]);
        assert_eq!(found, ["/a", "/a/properties/items", "/b", "/b/anyOf/0"]);
    }
}
