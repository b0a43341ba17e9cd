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

pub(super) fn limit(shape: &mut Shape, schema: &Map<String, Value>) {
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
    shape.limits.extend(between("minLength", "maxLength", "character", "characters"));
    shape.limits.extend(between("minItems", "maxItems", "item", "items"));
    shape.limits.extend(between("minProperties", "maxProperties", "member", "members"));
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => shape.limits.push(format!("{least} to {most}")),
        (Some(least), None) => shape.limits.push(format!("at least {least}")),
        (None, Some(most)) => shape.limits.push(format!("at most {most}")),
        (None, None) => {}
    }
    shape.limits.extend(number("exclusiveMinimum").map(|bound| format!("more than {bound}")));
    shape.limits.extend(number("exclusiveMaximum").map(|bound| format!("less than {bound}")));
    shape.limits.extend(number("multipleOf").map(|step| format!("a multiple of {step}")));
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        shape.limits.push("no item twice".to_owned());
    }
    if let Some(pattern) = text(schema, "pattern") {
        shape.limits.push(format!("matches {}", code(&pattern)));
    }
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    shape.values = listed.chain(schema.get("const")).map(ToString::to_string).collect();
}

pub(super) fn text(schema: &Map<String, Value>, key: &str) -> Option<String> {
    let text = schema.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
