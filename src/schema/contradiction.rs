//! Schemas that nothing satisfies: which two of their clauses exclude each other.

use super::schemas::Probe;
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
        .or_else(|| listed(&stated))
        .or_else(|| bounds(&stated))
        .or_else(|| closed(&schemas, &stated))?;
    Some([clause(one), clause(other)])
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

fn types<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    let alike = |one: &str, other: &str| {
        one == other || matches!((one, other), ("integer", "number") | ("number", "integer"))
    };
    let typed: Vec<Stated<'_>> = of(stated, &["type"]).collect();
    typed.iter().enumerate().find_map(|(index, one)| {
        let meets = |other: &Stated<'_>| {
            names(one.2).iter().any(|one| names(other.2).iter().any(|two| alike(one, two)))
        };
        let other = typed[index + 1..].iter().find(|other| !meets(other))?;
        Some((*one, *other))
    })
}

/// A list of which another clause takes no value.
fn listed<'d>(stated: &[Stated<'d>]) -> Option<(Stated<'d>, Stated<'d>)> {
    of(stated, &["enum", "const"]).find_map(|list| {
        let (_, keyword, value) = list;
        let values =
            if keyword == "enum" { value.as_array()?.as_slice() } else { std::slice::from_ref(value) };
        let excludes = |other: &Stated<'d>| {
            let probe = Probe::of(&json!({other.1: other.2}));
            probe.is_some_and(|probe| !values.iter().any(|value| probe.accepts(value)))
        };
        of(stated, &ALONE).find(excludes).map(|other| (list, other))
    })
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
            vec![json!({"additionalProperties": false, "patternProperties": {"^b": {}}, "required": ["b"]})],
        ] {
            assert_eq!(found(&parts), None, "{parts:?}");
        }
    }
}
