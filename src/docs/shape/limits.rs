//! What a schema says of a value in a few words: limits, values, defaults, examples.

use crate::docs::example::pretty;
use crate::docs::model::Shape;
use crate::docs::words::code;
use crate::json::pointer;
use crate::source::Document;
use serde_json::{Map, Value};

/// A text longer than this does not stand between words.
const LONGEST_INLINE: usize = 200;

pub(super) fn annotate(shape: &mut Shape, schema: &Map<String, Value>, document: &Document, at: &str) {
    let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let short = |value: &Value| {
        let text = value.to_string();
        (text.len() <= LONGEST_INLINE).then_some(text)
    };
    shape.title = text(schema, "title");
    shape.description = text(schema, "description");
    shape.default = schema.get("default").and_then(short);
    let example = schema.get("example").or_else(|| schema.get("examples").and_then(|all| all.get(0)));
    shape.example = match example {
        Some(value @ Value::Number(_)) => Some(pretty(value, document, &pointer::child(at, "example"))),
        other => other.and_then(short),
    };
    shape.deprecated = flag("deprecated");
    shape.read_only = flag("readOnly");
    shape.write_only = flag("writeOnly");
}

/// The bounds that a schema sets, in words.
pub(super) fn limits(schema: &Map<String, Value>) -> Vec<String> {
    let mut limits = Vec::new();
    let number = |key: &str| schema.get(key).filter(|value| value.is_number()).map(ToString::to_string);
    let between = |least: &str, most: &str, one: &str, many: &str| {
        let unit = |count: &str| if count == "1" { one.to_owned() } else { many.to_owned() };
        match (number(least).filter(|least| least != "0"), number(most)) {
            (Some(least), Some(most)) if least == most => Some(format!("exactly {least} {}", unit(&least))),
            (Some(least), Some(most)) => Some(format!("{least} to {most} {}", unit(&most))),
            (Some(least), None) => Some(format!("at least {least} {}", unit(&least))),
            (None, Some(most)) => Some(format!("at most {most} {}", unit(&most))),
            (None, None) => None,
        }
    };
    limits.extend(between("minLength", "maxLength", "character", "characters"));
    limits.extend(between("minItems", "maxItems", "item", "items"));
    limits.extend(between("minProperties", "maxProperties", "member", "members"));
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most}")),
        (Some(least), None) => limits.push(format!("at least {least}")),
        (None, Some(most)) => limits.push(format!("at most {most}")),
        (None, None) => {}
    }
    limits.extend(number("exclusiveMinimum").map(|bound| format!("more than {bound}")));
    limits.extend(number("exclusiveMaximum").map(|bound| format!("less than {bound}")));
    limits.extend(number("multipleOf").map(|step| format!("a multiple of {step}")));
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        limits.push("no item twice".to_owned());
    }
    if let Some(pattern) = text(schema, "pattern") {
        limits.push(format!("matches {}", code(&pattern)));
    }
    limits
}

/// The only values that a schema allows.
pub(super) fn values(schema: &Map<String, Value>) -> Vec<String> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(schema.get("const")).map(ToString::to_string).collect()
}

/// The bounds of which the greatest counts where several schemas hold, and those of which the least.
const LEAST: [&str; 5] = ["minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"];
const MOST: [&str; 5] = ["maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"];

/// Puts the narrowest bounds of several schemas, all of which hold, in place of those of each.
pub(super) fn narrowed(told: &mut Vec<String>, schemas: &[&Map<String, Value>]) {
    let bounds = |key: &'static str| {
        schemas.iter().filter_map(move |schema| schema.get(key).filter(|bound| bound.is_number()))
    };
    let differ = |key: &&'static str| bounds(key).zip(bounds(key).skip(1)).any(|(one, other)| one != other);
    if !LEAST.iter().chain(&MOST).any(differ) {
        return;
    }
    let mut narrow = Map::new();
    let value = |bound: &&Value| bound.as_f64().unwrap_or_default();
    let order = |one: &&Value, other: &&Value| value(one).total_cmp(&value(other));
    for key in LEAST {
        narrow.extend(bounds(key).max_by(order).map(|bound| (key.to_owned(), bound.clone())));
    }
    for key in MOST {
        narrow.extend(bounds(key).min_by(order).map(|bound| (key.to_owned(), bound.clone())));
    }
    let is_bound = |(key, _): &(&String, &Value)| LEAST.iter().chain(&MOST).any(|one| one == key);
    let mut each: Vec<String> = schemas.iter().flat_map(|schema| limits(schema)).collect();
    told.retain(|limit| !each.contains(limit));
    each = schemas
        .iter()
        .flat_map(|schema| {
            let rest = schema.iter().filter(|one| !is_bound(one));
            limits(&rest.map(|(key, value)| (key.clone(), value.clone())).collect())
        })
        .collect();
    for limit in limits(&narrow).into_iter().chain(each).rev() {
        if !told.contains(&limit) {
            told.insert(0, limit);
        }
    }
}

pub(super) fn text(schema: &Map<String, Value>, key: &str) -> Option<String> {
    let text = schema.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
