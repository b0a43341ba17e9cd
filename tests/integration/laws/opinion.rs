//! A second opinion on values: `boon`, which shares no code with the validator of the program, over
//! schemas that are lowered here in another way.
//!
//! The two differ where JSON Schema leaves it open. Formats: both are told to assert them, and what
//! only one knows is never a reason to refuse in the program. Patterns: both read them by a regex of
//! Rust, so that the documents here keep to what ECMA-262 has as well.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Map, Number, Value, json};

/// Says whether a value is what a schema asks for.
pub(crate) struct Opinion {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Opinion {
    /// By a schema that is JSON Schema 2020-12.
    pub(crate) fn of(schema: &Value) -> Opinion {
        Opinion::within(schema, "")
    }

    /// By the schema at a JSON Pointer into a document of that dialect.
    pub(crate) fn within(document: &Value, pointer: &str) -> Opinion {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("http://here.example/document", document.clone()).expect("a document");
        let place = format!("http://here.example/document#{}", escaped(pointer));
        let index = compiler.compile(&place, &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("{pointer}: {error:#}"));
        Opinion { schemas, index }
    }

    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

/// A pointer as the fragment of an URL.
fn escaped(pointer: &str) -> String {
    percent_encoding::utf8_percent_encode(pointer, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2F", "/")
}

/// A document whose schemas are JSON Schema 2020-12, for requests.
pub(crate) fn lowered(document: &Value) -> Value {
    let version = document["openapi"].as_str().unwrap_or_default();
    let mut document = document.clone();
    each_object(&mut document, &mut |object| {
        if version.starts_with("3.0.") {
            of_3_0(object);
        }
        for_requests(object);
    });
    document
}

/// Does something with every object, from the inside out.
fn each_object(value: &mut Value, with: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, with)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| each_object(member, with));
            with(members);
        }
        _ => {}
    }
}

/// What 3.0 says in its own way.
fn of_3_0(schema: &mut Map<String, Value>) {
    if schema.get("$ref").is_some_and(Value::is_string) {
        schema.retain(|key, _| key == "$ref");
    }
    if schema.remove("nullable") == Some(json!(true))
        && let Some(Value::String(kind)) = schema.get("type")
    {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if !schema.get(flag).is_some_and(Value::is_boolean) {
            continue;
        }
        if schema.remove(flag) == Some(json!(true))
            && let Some(number) = schema.remove(bound)
        {
            schema.insert(flag.to_owned(), number);
        }
    }
}

/// Nobody has to send what only the host may write.
fn for_requests(schema: &mut Map<String, Value>) {
    let Some(Value::Object(properties)) = schema.get("properties") else { return };
    let own: Vec<Value> = properties
        .iter()
        .filter(|(_, property)| property["readOnly"] == json!(true))
        .map(|(name, _)| json!(name))
        .collect();
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !own.contains(name));
    }
}

#[test]
fn the_second_opinion_is_one() {
    let document = json!({"openapi": "3.0.3", "a/b": {
        "type": "object", "required": ["id", "n"],
        "properties": {
            "id": {"type": "integer", "readOnly": true},
            "n": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "nullable": true},
            "at": {"type": "string", "format": "date"}
        }
    }});
    let opinion = Opinion::within(&lowered(&document), "/a~1b");
    for (value, is_valid) in [
        (json!({"n": 1}), true),
        (json!({"n": null}), true),
        (json!({"n": 0}), false),
        (json!({}), false),
        (json!({"n": 1, "id": "x"}), false),
        (json!({"n": Number::from(2), "at": "2024-02-30"}), false),
        (json!([]), false),
    ] {
        assert_eq!(opinion.accepts(&value), is_valid, "{value}");
    }
}
