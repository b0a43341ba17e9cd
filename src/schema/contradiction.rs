//! Schemas that nothing satisfies: which two of their clauses exclude each other.

use super::lower::{self, subschemas};
use super::schemas::Probe;
use super::walk::{self, Says};
use crate::json::pointer;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// A keyword of a schema with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// JSON Pointer to the keyword.
    pub at: String,
    /// The keyword and its value, in a few words.
    pub words: String,
}

/// The least and the greatest that something may have, and the type that they are about.
const BOUNDS: [(&[&str], &[&str], &[&str]); 4] = [
    (&["minimum", "exclusiveMinimum"], &["maximum", "exclusiveMaximum"], &["number", "integer"]),
    (&["minLength"], &["maxLength"], &["string"]),
    (&["minItems"], &["maxItems"], &["array"]),
    (&["minProperties"], &["maxProperties"], &["object"]),
];

/// What a single value can be held against by itself.
const ALONE: [&str; 12] = [
    "type",
    "enum",
    "const",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "required",
];

type Stated<'d> = (&'d str, &'d str, &'d Value);

/// Two clauses of schemas, all of which hold for one value, that no value can keep both.
pub fn contradiction(document: &Value, parts: &[String]) -> Option<[Clause; 2]> {
    let schemas: Vec<(&str, &Map<String, Value>)> =
        parts.iter().filter_map(|at| Some((at.as_str(), pointer::get(document, at)?.as_object()?))).collect();
    let stated: Vec<Stated<'_>> = schemas
        .iter()
        .flat_map(|(at, schema)| schema.iter().map(move |(keyword, value)| (*at, keyword.as_str(), value)))
        .collect();
    let (one, other) = types(&stated)
        .or_else(|| branches(document, &stated))
        .or_else(|| listed(&stated))
        .or_else(|| bounds(&stated))
        .or_else(|| closed(&schemas, &stated))
        .or_else(|| named(&stated))?;
    Some([clause(one), clause(other)])
}

/// A property that must be there under a name that is not allowed.
fn named<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    of(stated, &["propertyNames"]).find_map(|rule| {
        let probe = Probe::of(rule.2)?;
        let asks = |one: &Stated<'_>| names(one.2).into_iter().any(|name| !probe.accepts(&json!(name)));
        let required = of(stated, &["required"]).find(asks)?;
        Some((required, rule))
    })
}

fn clause((at, keyword, value): Stated<'_>) -> Clause {
    const LONG: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut short: String = text.chars().take(LONG).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Clause { at: pointer::child(at, keyword), words: format!("{keyword}: {short}") }
}

fn of<'s, 'd>(stated: &'s [Stated<'d>], keywords: &'s [&str]) -> impl Iterator<Item = Stated<'d>> + 's {
    stated.iter().copied().filter(|(_, keyword, _)| keywords.contains(keyword))
}

fn names(value: &Value) -> Vec<&str> {
    let several = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    value.as_str().into_iter().chain(several).collect()
}

fn alike(one: &str, other: &str) -> bool {
    one == other || matches!((one, other), ("integer", "number") | ("number", "integer"))
}

fn types<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    let typed: Vec<Stated<'_>> = of(stated, &["type"]).collect();
    typed.iter().enumerate().find_map(|(index, one)| {
        let meets = |other: &Stated<'_>| {
            names(one.2).iter().any(|one| names(other.2).iter().any(|two| alike(one, two)))
        };
        let other = typed[index + 1..].iter().find(|other| !meets(other))?;
        Some((*one, *other))
    })
}

/// What says nothing of values.
const ANNOTATIONS: [&str; 6] = ["description", "title", "example", "examples", "default", "deprecated"];

/// So deep are alternatives looked through for their types.
const DEPTH: usize = 8;

/// A type that none of some alternatives has.
fn branches<'d>(document: &Value, stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    of(stated, &["oneOf", "anyOf"]).find_map(|group| {
        let types = types_of_group(document, group.2, DEPTH)?;
        let meets = |one: &Stated<'_>| names(one.2).iter().any(|one| types.iter().any(|two| alike(one, two)));
        of(stated, &["type"]).find(|one| !meets(one)).map(|one| (one, group))
    })
}

/// The types that values of alternatives may have, where each of them names its own.
fn types_of_group<'d>(document: &'d Value, group: &'d Value, depth: usize) -> Option<Vec<&'d str>> {
    let each = group.as_array()?.iter().map(|branch| types_of(document, branch, depth));
    let each: Vec<Vec<&str>> = each.collect::<Option<_>>()?;
    (!each.is_empty()).then(|| each.concat())
}

fn types_of<'d>(document: &'d Value, schema: &'d Value, depth: usize) -> Option<Vec<&'d str>> {
    let depth = depth.checked_sub(1)?;
    let parts = walk::applied(document, schema);
    if let Some(named) = parts.iter().find_map(|part| part.get("type")) {
        return Some(names(named));
    }
    let mut groups = parts.iter().flat_map(|part| ["oneOf", "anyOf"].iter().filter_map(|key| part.get(*key)));
    types_of_group(document, groups.next()?, depth)
}

/// The pairs of clauses below some schemas that leave no value for what cannot be without them.
pub(crate) fn below(document: &Value, roots: impl IntoIterator<Item = String>) -> Vec<[Clause; 2]> {
    let mut open: Vec<String> = roots.into_iter().collect();
    let mut seen: HashSet<String> = HashSet::new();
    let mut found: Vec<[Clause; 2]> = Vec::new();
    while let Some(at) = open.pop() {
        let Some(schema) = pointer::get(document, &at).and_then(Value::as_object) else { continue };
        if !seen.insert(at.clone()) {
            continue;
        }
        if let Some(pair) = of_one(document, &at, schema) {
            if !found.contains(&pair) {
                found.push(pair);
            }
            continue;
        }
        let idle: Vec<String> =
            walk::alternatives(schema, &at).flat_map(|all| idle(document, &all)).collect();
        let asserts = |below: &String| {
            let negated = ["not", "if", "propertyNames"].iter().any(|key| *below == format!("{at}/{key}"));
            !negated && !idle.contains(below)
        };
        open.extend(subschemas(schema, &at).into_iter().filter(asserts));
        open.extend(walk::referred(schema));
    }
    found.sort_by(|one, other| one[0].at.cmp(&other[0].at));
    found
}

/// The alternatives that take nothing, where another one takes something.
fn idle(document: &Value, all: &[String]) -> Vec<String> {
    let contrary = |at: &&String| {
        let schema = pointer::get(document, at).and_then(Value::as_object);
        schema.is_some_and(|schema| of_one(document, at, schema).is_some())
    };
    let (idle, others): (Vec<&String>, Vec<&String>) = all.iter().partition(contrary);
    if others.is_empty() { Vec::new() } else { idle.into_iter().cloned().collect() }
}

/// The contradiction in a schema with all that it refers to.
fn of_one(document: &Value, at: &str, schema: &Map<String, Value>) -> Option<[Clause; 2]> {
    if !["allOf", "$ref", "$dynamicRef"].iter().any(|key| schema.contains_key(*key)) {
        let asserts = |key: &&String| !ANNOTATIONS.contains(&key.as_str());
        return (schema.keys().filter(asserts).count() > 1)
            .then(|| contradiction(document, &[at.to_owned()]))
            .flatten();
    }
    let parts = walk::parts(document, &[at.to_owned()]);
    let keywords = parts.into_iter().filter(|part| matches!(part.says, Says::Keywords(_)));
    contradiction(document, &keywords.map(|part| part.at).collect::<Vec<_>>())
}

/// The contradictions of `null` as the only type with alternatives of other types: null is meant as one
/// more of them.
pub(super) fn nullable(document: &Value, places: &[String]) -> Vec<[Clause; 2]> {
    let is_null = |schema: &&Map<String, Value>| schema.get("type") == Some(&json!("null"));
    let found = pointer::each(document, places).filter_map(|(at, schema)| {
        let schema = schema.and_then(Value::as_object).filter(is_null)?;
        let stated: Vec<Stated<'_>> =
            schema.iter().map(|(keyword, value)| (at.as_str(), keyword.as_str(), value)).collect();
        branches(document, &stated).map(|(one, other)| [clause(one), clause(other)])
    });
    found.collect()
}

/// The alternatives of which only one may fit, and each says what another one says.
pub(super) fn indistinct(document: &Value, places: &[String]) -> Vec<[Clause; 2]> {
    const MOST: usize = 32;
    let found = pointer::each(document, places).filter_map(|(at, schema)| {
        let all = schema?.get("oneOf")?.as_array().filter(|all| all.len() <= MOST)?;
        let like = |index: usize| {
            let mut others = all.iter().enumerate().filter(|(other, _)| *other != index);
            others.find(|(_, other)| same(document, &all[index], other, DEPTH)).map(|(other, _)| other)
        };
        let first = like(0)?;
        (1..all.len()).all(|index| like(index).is_some()).then(|| {
            let at = pointer::child(at, "oneOf");
            [0, first].map(|index| Clause {
                at: pointer::child(&at, &index.to_string()),
                words: format!("oneOf/{index}"),
            })
        })
    });
    found.collect()
}

/// Whether two schemas say the same of values.
fn same(document: &Value, one: &Value, other: &Value, depth: usize) -> bool {
    let meant = |schema: &'_ Value| -> Option<Value> {
        let alone = schema.as_object()?.len() == 1;
        walk::target(schema).filter(|_| alone).and_then(|at| pointer::get(document, &at).cloned())
    };
    if one == other {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    match (meant(one), meant(other)) {
        (None, None) => {}
        (first, second) => {
            return same(document, first.as_ref().unwrap_or(one), second.as_ref().unwrap_or(other), depth);
        }
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let says = |key: &&String| !ANNOTATIONS.contains(&key.as_str());
            let alike = |key: &String| match (key.as_str(), &one[key], other.get(key)) {
                (_, _, None) | ("enum" | "const", _, _) => one.get(key) == other.get(key),
                (name, Value::Object(one), Some(Value::Object(other))) if lower::is_map(name) => {
                    let same = |(name, one)| other.get(name).is_some_and(|it| same(document, one, it, depth));
                    one.len() == other.len() && one.iter().all(same)
                }
                (_, one, Some(other)) => same(document, one, other, depth),
            };
            one.keys().filter(says).count() == other.keys().filter(says).count()
                && one.keys().filter(says).all(alike)
        }
        (Value::Array(one), Value::Array(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.all(|(one, other)| same(document, one, other, depth))
        }
        _ => false,
    }
}

/// The clauses of some contradictions without which a schema takes something.
pub(super) fn needless(pairs: &[[Clause; 2]]) -> Vec<&str> {
    let mut found = Vec::new();
    for [one, other] in pairs {
        // Who closes a schema that is only a part of another one seldom means it.
        if !other.at.ends_with("/additionalProperties") {
            found.push(one.at.as_str());
        }
        found.push(&other.at);
    }
    found
}

/// A list of which another clause takes no value.
fn listed<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    of(stated, &["enum", "const"]).find_map(|list| {
        let (_, keyword, value) = list;
        let values =
            if keyword == "enum" { value.as_array()?.as_slice() } else { std::slice::from_ref(value) };
        let excludes = |other: &Stated<'d>| {
            if other.1 == "type" {
                return !values.iter().any(|value| is_of(value, other.2));
            }
            let probe = Probe::of(&json!({other.1: other.2}));
            probe.is_some_and(|probe| !values.iter().any(|value| probe.accepts(value)))
        };
        of(stated, &ALONE).find(excludes).map(|other| (list, other))
    })
}

/// Whether a value has one of some types.
fn is_of(value: &Value, types: &Value) -> bool {
    let own = match value {
        Value::Number(number) if number.as_f64().is_some_and(|it| it.fract() == 0.0) => "integer",
        other => crate::json::type_name(other),
    };
    let names = names(types);
    names.contains(&own) || (own == "integer" && names.contains(&"number"))
}

fn bounds<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    let typed: HashSet<&str> = of(stated, &["type"]).flat_map(|(_, _, value)| names(value)).collect();
    BOUNDS.iter().find_map(|(least, greatest, about)| {
        let applies = !typed.is_empty() && typed.iter().all(|name| *name == "null" || about.contains(name));
        let exclusive = |one: &Stated<'_>| one.1.starts_with("exclusive");
        let exceeds = |low: &Stated<'_>, high: &Stated<'_>| match (low.2.as_f64(), high.2.as_f64()) {
            (Some(least), Some(most)) => {
                least > most || (least >= most && (exclusive(low) || exclusive(high)))
            }
            _ => false,
        };
        let mut lows = of(stated, least).filter(|_| applies);
        lows.find_map(|low| of(stated, greatest).find(|high| exceeds(&low, high)).map(|high| (low, high)))
    })
}

/// A property that must be there and may not.
fn closed<'d>(
    schemas: &[(&'d str, &'d Map<String, Value>)],
    stated: &[Stated<'d>],
) -> Option<(Stated<'d>, Stated<'d>)> {
    let shut = schemas.iter().filter(|(_, schema)| {
        schema.get("additionalProperties") == Some(&Value::Bool(false))
            && !schema.contains_key("patternProperties")
    });
    shut.into_iter().find_map(|(at, schema)| {
        let (keyword, value) = schema.get_key_value("additionalProperties")?;
        let own = schema.get("properties").and_then(Value::as_object);
        let is_own = |name: &str| own.is_some_and(|own| own.contains_key(name));
        let asks = |one: &Stated<'_>| names(one.2).into_iter().any(|name| !is_own(name));
        let required = of(stated, &["required"]).find(asks)?;
        Some((required, (*at, keyword.as_str(), value)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parts: &[Value]) -> Option<[String; 2]> {
        let document = Value::from(parts.to_vec());
        let places: Vec<String> = (0..parts.len()).map(|index| format!("/{index}")).collect();
        let clauses = contradiction(&document, &places)?;
        Some(clauses.map(|clause| format!("{} at {}", clause.words, clause.at)))
    }

    #[test]
    fn both_clauses_are_named_that_exclude_each_other() {
        for (parts, one, other) in [
            (
                vec![json!({"type": "integer", "minimum": 5, "maximum": 3})],
                "minimum: 5 at /0/minimum",
                "maximum: 3 at /0/maximum",
            ),
            (
                vec![json!({"type": "number", "exclusiveMinimum": 3, "maximum": 3})],
                "exclusiveMinimum: 3 at /0/exclusiveMinimum",
                "maximum: 3 at /0/maximum",
            ),
            (
                vec![json!({"type": ["string", "null"], "minLength": 4}), json!({"maxLength": 3})],
                "minLength: 4 at /0/minLength",
                "maxLength: 3 at /1/maxLength",
            ),
            (
                vec![json!({"type": "string"}), json!({"type": "integer"})],
                "type: string at /0/type",
                "type: integer at /1/type",
            ),
            (
                vec![json!({"type": "integer", "enum": ["a", "b"]})],
                r#"enum: ["a","b"] at /0/enum"#,
                "type: integer at /0/type",
            ),
            (
                vec![
                    json!({"type": "object", "oneOf": [{"type": "string"}, {"anyOf": [{"type": "integer"}]}]}),
                ],
                "type: object at /0/type",
                r#"oneOf: [{"type":"string"},{"anyOf":[{"type":"integer"}]}] at /0/oneOf"#,
            ),
            (
                vec![json!({"required": ["a", "B"]}), json!({"propertyNames": {"pattern": "^[a-z]$"}})],
                r#"required: ["a","B"] at /0/required"#,
                r#"propertyNames: {"pattern":"^[a-z]$"} at /1/propertyNames"#,
            ),
            (
                vec![json!({"enum": ["a"]}), json!({"const": "b"})],
                r#"enum: ["a"] at /0/enum"#,
                "const: b at /1/const",
            ),
            (
                vec![
                    json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}}),
                    json!({"required": ["a", "b"]}),
                ],
                r#"required: ["a","b"] at /1/required"#,
                "additionalProperties: false at /0/additionalProperties",
            ),
        ] {
            assert_eq!(found(&parts), Some([one.to_owned(), other.to_owned()]), "{parts:?}");
        }
    }

    #[test]
    fn what_a_value_can_keep_is_no_contradiction() {
        for parts in [
            vec![json!({"type": "number"}), json!({"type": "integer"})],
            vec![json!({"type": "string", "minimum": 5, "maximum": 3})],
            vec![json!({"type": "integer", "minimum": 3, "maximum": 3})],
            vec![json!({"type": "string", "enum": ["a", 1]})],
            vec![json!({"type": "number", "enum": [1]})],
            vec![json!({"type": "integer", "enum": [1.0]})],
            vec![json!({"type": "object", "oneOf": [{"type": "string"}, {"required": ["a"]}]})],
            vec![json!({"type": "integer", "anyOf": [{"type": "string"}, {"type": "number"}]})],
            vec![json!({"additionalProperties": false, "patternProperties": {"^b": {}}, "required": ["b"]})],
        ] {
            assert_eq!(found(&parts), None, "{parts:?}");
        }
    }

    fn places(pairs: &[[Clause; 2]]) -> Vec<[&str; 2]> {
        pairs.iter().map(|[one, other]| [one.at.as_str(), other.at.as_str()]).collect()
    }

    #[test]
    fn they_are_found_where_no_value_can_do_without() {
        let contrary = json!({"minLength": 4, "maxLength": 3, "type": "string"});
        for (document, expected) in [
            (
                json!({"properties": {"a": contrary}}),
                vec![["/properties/a/minLength", "/properties/a/maxLength"]],
            ),
            (json!({"oneOf": [contrary]}), vec![["/oneOf/0/minLength", "/oneOf/0/maxLength"]]),
            (json!({"oneOf": [contrary, {}], "not": contrary, "if": contrary}), vec![]),
            (
                json!({"$ref": "#/a", "a": {"allOf": [{"type": "string"}, {"type": "null"}]}}),
                vec![["/a/allOf/0/type", "/a/allOf/1/type"]],
            ),
        ] {
            assert_eq!(places(&below(&document, [String::new()])), expected, "{document}");
        }
    }

    #[test]
    fn null_beside_alternatives_is_meant_as_one_more() {
        let one = json!({"type": "null", "oneOf": [{"type": "string"}, {"type": "integer"}]});
        assert_eq!(places(&nullable(&one, &[String::new()])), [["/type", "/oneOf"]]);
        let two = json!({"type": "null", "oneOf": [{"type": "string"}, {"type": ["null", "integer"]}]});
        assert!(nullable(&two, &[String::new()]).is_empty());
    }

    #[test]
    fn alternatives_that_say_the_same_are_told() {
        let named = |name: &str| json!({"title": name, "properties": {"title": {"type": "string"}}});
        let document = json!({
            "a": named("A"), "b": {"properties": {"text": {"type": "string"}}},
            "same": {"oneOf": [{"$ref": "#/a"}, named("B")]},
            "other": {"oneOf": [{"$ref": "#/a"}, {"$ref": "#/b"}]},
            "one": {"oneOf": [{"$ref": "#/a"}, {"$ref": "#/b"}, named("C")]}
        });
        let found = indistinct(&document, &["/same".into(), "/other".into(), "/one".into()]);
        assert_eq!(places(&found), [["/same/oneOf/0", "/same/oneOf/1"]]);
    }
}
