//! Which fields of a document are lost: no field is lost in silence.

use super::fields::Inside::{Each, One};
use super::fields::Use::Unread;
use super::fields::{Field, Lost, OPENAPI, OPERATION, Object, PATH_ITEM, Version};
use super::view::resolve;
use crate::json::pointer;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is not read of an operation and of its path item, the operation's own first.
pub(super) fn unread_of_operation(
    document: &Value,
    at: &str,
    path_item: &str,
    seen: &mut BTreeSet<String>,
) -> Vec<Lost> {
    let mut walk = Walk { document, version: Version::of(document), seen, found: Vec::new() };
    walk.object(at, &OPERATION);
    walk.object(path_item, &PATH_ITEM);
    walk.found
}

/// What is not read of the document as a whole.
pub(super) fn unread_of_document(document: &Value, seen: &mut BTreeSet<String>) -> Vec<Lost> {
    let mut walk = Walk { document, version: Version::of(document), seen, found: Vec::new() };
    walk.object("", &OPENAPI);
    walk.dialect();
    walk.found
}

/// What stands beside a reference and says something, which counts for nothing there.
pub(super) fn beside_reference(value: &Value, at: &str) -> Vec<Lost> {
    let Some(members) = value.as_object().filter(|it| it.get("$ref").is_some_and(Value::is_string)) else {
        return Vec::new();
    };
    let says = |name: &&String| {
        !name.starts_with("x-") && !["$ref", "summary", "description"].contains(&name.as_str())
    };
    let lost = |name: &String| Lost {
        at: pointer::child(at, name),
        why: format!("`{name}` stands beside `$ref`, and is not read"),
    };
    members.keys().filter(says).map(lost).collect()
}

struct Walk<'d> {
    document: &'d Value,
    version: Version,
    /// What was looked at.
    seen: &'d mut BTreeSet<String>,
    found: Vec<Lost>,
}

impl Walk<'_> {
    fn object(&mut self, at: &str, object: &'static Object) {
        if let Some(reference) = pointer::get(self.document, at) {
            self.found.extend(beside_reference(reference, at));
        }
        // What leads nowhere is told by who reads it.
        let Ok((at, Value::Object(members))) = resolve(self.document, at) else { return };
        if !self.seen.insert(at.clone()) {
            return;
        }
        for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("x-") && *name != "$ref") {
            let here = pointer::child(&at, name);
            let known = object.fields.iter().find(|field| field.name == name);
            let Some(field) = known.filter(|field| field.since <= self.version) else {
                let why = self.unknown(object, name, known);
                self.found.push(Lost { at: here, why });
                continue;
            };
            if let Unread(why) = field.used
                && !is_empty(value)
            {
                self.found.push(Lost { at: here, why: format!("`{name}` is not read: {why}") });
                continue;
            }
            let parts = matches!(field.inside, Each(_)).then(|| resolve(self.document, &here).ok()).flatten();
            let (here, value) = parts.unwrap_or((here, value));
            match (field.inside, value) {
                (One(inside), _) => self.object(&here, inside),
                (Each(inside), Value::Array(items)) => {
                    (0..items.len()).for_each(|index| self.object(&format!("{here}/{index}"), inside));
                }
                (Each(inside), Value::Object(members)) => {
                    let names = members.keys().filter(|name| !name.starts_with("x-"));
                    names.for_each(|name| self.object(&pointer::child(&here, name), inside));
                }
                _ => {}
            }
        }
    }

    fn unknown(&self, object: &Object, name: &str, known: Option<&Field>) -> String {
        let (kind, version) = (object.name, self.version);
        match known {
            Some(field) => format!(
                "`{name}` is a field of the {kind} Object only since OpenAPI {}, and this is {version}",
                field.since
            ),
            None => {
                format!("`{name}` is no field of the {kind} Object in OpenAPI {version}, and is not read")
            }
        }
    }

    /// Another dialect of JSON Schema than those that are known.
    fn dialect(&mut self) {
        const KNOWN: [&str; 2] =
            ["https://spec.openapis.org/oas/3.", "https://json-schema.org/draft/2020-12/schema"];
        let named = self.document.get("jsonSchemaDialect").and_then(Value::as_str);
        if let Some(named) = named.filter(|named| !KNOWN.iter().any(|known| named.starts_with(known))) {
            let why = format!("schemas are read as JSON Schema 2020-12, not as `{named}`");
            self.found.push(Lost { at: "/jsonSchemaDialect".into(), why });
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unread(document: &Value) -> Vec<(String, String)> {
        let mut seen = BTreeSet::new();
        let mut found = unread_of_operation(document, "/paths/~1a/get", "/paths/~1a", &mut seen);
        found.extend(unread_of_document(document, &mut seen));
        found.into_iter().map(|one| (one.at, one.why)).collect()
    }

    fn places(document: &Value) -> Vec<String> {
        unread(document).into_iter().map(|(at, _)| at).collect()
    }

    fn with_operation(version: &str, operation: &Value) -> Value {
        json!({"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": operation}}})
    }

    #[test]
    fn what_is_written_as_the_specification_has_it_is_not_told() {
        for version in ["3.0.3", "3.1.0", "3.2.0"] {
            let document = with_operation(
                version,
                &json!({
                    "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "unknown": 1}, "x-own": 1}],
                    "responses": {"200": {"description": "", "content": {"a/b": {"schema": {}, "example": {"servers": 1}}}}},
                    "callbacks": {}, "servers": []
                }),
            );
            assert_eq!(unread(&document), []);
        }
    }

    #[test]
    fn a_field_that_no_version_has_and_one_of_a_later_version_are_told_with_their_place() {
        let operation =
            json!({"respones": {}, "responses": {"200": {"description": "", "summary": "s", "schema": {}}}});
        let found = unread(&with_operation("3.1.0", &operation));
        assert_eq!(
            found,
            [
                (
                    "/paths/~1a/get/respones",
                    "`respones` is no field of the Operation Object in OpenAPI 3.1, and is not read"
                ),
                (
                    "/paths/~1a/get/responses/200/summary",
                    "`summary` is a field of the Response Object only since OpenAPI 3.2, and this is 3.1"
                ),
                (
                    "/paths/~1a/get/responses/200/schema",
                    "`schema` is no field of the Response Object in OpenAPI 3.1, and is not read"
                ),
            ]
            .map(|(at, why)| (at.to_owned(), why.to_owned()))
        );
    }

    #[test]
    fn what_is_known_and_not_read_is_told_once_through_references_too() {
        let mut document = with_operation(
            "3.0.3",
            &json!({
                "callbacks": {"c": {}},
                "parameters": [{"$ref": "#/components/parameters/p"}, {"$ref": "#/components/parameters/p"}],
                "responses": {}
            }),
        );
        document["components"] =
            json!({"parameters": {"p": {"name": "q", "in": "query", "allowEmptyValue": true, "schema": {}}}});
        assert_eq!(
            places(&document),
            ["/paths/~1a/get/callbacks", "/components/parameters/p/allowEmptyValue"]
        );
    }

    #[test]
    fn another_dialect_of_schemas_is_told() {
        let mut document = with_operation("3.1.0", &json!({"responses": {}}));
        document["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
        assert_eq!(places(&document), Vec::<String>::new());
        document["jsonSchemaDialect"] = json!("http://json-schema.org/draft-04/schema#");
        assert_eq!(places(&document), ["/jsonSchemaDialect"]);
    }
}
