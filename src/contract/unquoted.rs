//! What stands unquoted in YAML and is a number, a truth value or null there, where `OpenAPI` and JSON
//! Schema want text: `version: 1.10`, `enum: [1, 2]` of a `type: string`, `type: [string, null]`.

use crate::json::pointer;
use crate::source::Document;
use serde_json::Value;
use std::collections::HashSet;

/// Takes as text, as it is spelled, what stands unquoted where text is wanted.
pub(super) fn settle(mut document: Document) -> Document {
    if !document.may_be_unquoted() {
        return document;
    }
    let found = wanted(&document.value);
    let spelled: Vec<(String, String)> =
        found.into_iter().filter_map(|at| document.spelling(&at).map(|text| (at, text.to_owned()))).collect();
    document.set_texts(spelled);
    document
}

/// The places where text is wanted and something else stands.
fn wanted(root: &Value) -> Vec<String> {
    let mut finder = Finder {
        root,
        open: vec![(String::new(), Kind::Part)],
        seen: HashSet::new(),
        held: HashSet::new(),
        found: Vec::new(),
    };
    while let Some((at, kind)) = finder.open.pop() {
        finder.look(&at, kind);
    }
    finder.found
}

/// What a place holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// An object with fields.
    Part,
    /// A map or a list of such.
    Parts,
    Variables,
    /// What stands in the URL of a server.
    Variable,
    Schema,
    /// A map or a list of schemas.
    Schemas,
}

/// The fields of objects that are text.
const TEXTS: &[&str] = &[
    "openapi",
    "$self",
    "$ref",
    "title",
    "version",
    "summary",
    "description",
    "termsOfService",
    "email",
    "identifier",
    "name",
    "url",
    "operationId",
    "operationRef",
    "in",
    "style",
    "scheme",
    "type",
    "bearerFormat",
    "contentType",
    "parent",
    "kind",
    "openIdConnectUrl",
    "authorizationUrl",
    "tokenUrl",
    "refreshUrl",
    "deviceAuthorizationUrl",
    "oauth2MetadataUrl",
    "scopes",
    "externalValue",
    "serializedValue",
    "jsonSchemaDialect",
];

/// The fields that are maps, or lists, of objects; a map's names are the author's.
const MAPS: &[&str] = &[
    "paths",
    "webhooks",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "mediaTypes",
    "content",
    "servers",
    "encoding",
    "prefixEncoding",
    "flows",
    "additionalOperations",
];

/// The keywords that are text, or lists or maps of it.
const KEYWORDS: &[&str] = &[
    "$ref",
    "$id",
    "$schema",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$comment",
    "title",
    "description",
    "format",
    "pattern",
    "required",
    "contentMediaType",
    "contentEncoding",
    "propertyName",
    "mapping",
];

const SUBSCHEMAS: &[&str] = &[
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

const LISTS: &[&str] = &[
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
];

/// How many values are held against schemas at most.
const MOST_HELD: usize = 1 << 18;

struct Finder<'d> {
    root: &'d Value,
    open: Vec<(String, Kind)>,
    seen: HashSet<(String, Kind)>,
    /// Values with the schemas that they were held against.
    held: HashSet<(String, String)>,
    found: Vec<String>,
}

impl Finder<'_> {
    fn look(&mut self, at: &str, kind: Kind) {
        if !self.seen.insert((at.to_owned(), kind)) {
            return;
        }
        let value = pointer::get(self.root, at);
        if let Some(target) =
            value.and_then(|value| value.get("$ref")?.as_str()).and_then(pointer::from_fragment)
        {
            self.open.push((target, kind));
        }
        let each = match kind {
            Kind::Parts => Kind::Part,
            Kind::Variables => Kind::Variable,
            Kind::Variable => {
                for name in ["default", "enum", "description"] {
                    self.texts(&pointer::child(at, name));
                }
                return;
            }
            Kind::Schemas => Kind::Schema,
            Kind::Part => return self.part(at),
            Kind::Schema => return self.schema(at),
        };
        let inner = children(self.root, at).into_iter().map(|(_, at)| (at, each));
        self.open.extend(inner);
    }

    fn part(&mut self, at: &str) {
        for (name, here) in children(self.root, at) {
            match name.as_str() {
                "schema" | "itemSchema" => self.open.push((here, Kind::Schema)),
                "variables" => self.open.push((here, Kind::Variables)),
                "schemas" => self.open.push((here, Kind::Schemas)),
                "example" => self.hold(&here, &pointer::child(at, "schema"), 0),
                "examples" => {
                    for (_, example) in children(self.root, &here) {
                        let example = self.resolved(&example);
                        for value in ["value", "dataValue"] {
                            self.hold(&pointer::child(&example, value), &pointer::child(at, "schema"), 0);
                        }
                    }
                    self.open.push((here, Kind::Parts));
                }
                "tags" => {
                    self.texts(&here);
                    self.open.push((here, Kind::Parts));
                }
                name if TEXTS.contains(&name) => self.texts(&here),
                name if MAPS.contains(&name) => self.open.push((here, Kind::Parts)),
                // What a link puts into a body is the author's own.
                "requestBody" if !["content", "$ref"].iter().any(|name| self.has(&here, name)) => {}
                "value" | "dataValue" | "security" => {}
                name if name.starts_with("x-") => {}
                _ => self.open.push((here, Kind::Part)),
            }
        }
    }

    fn schema(&mut self, at: &str) {
        for (name, here) in children(self.root, at) {
            match name.as_str() {
                "type" => self.type_names(&here),
                "enum" | "examples" => {
                    for (_, value) in children(self.root, &here) {
                        self.hold(&value, at, 0);
                    }
                }
                "const" | "default" | "example" => self.hold(&here, at, 0),
                "dependentRequired" => {
                    for (_, names) in children(self.root, &here) {
                        self.texts(&names);
                    }
                }
                "discriminator" | "externalDocs" => self.schema(&here),
                name if KEYWORDS.contains(&name) => self.texts(&here),
                name if SUBSCHEMAS.contains(&name) => self.open.push((here, Kind::Schema)),
                name if LISTS.contains(&name) => self.open.push((here, Kind::Schemas)),
                _ => {}
            }
        }
    }

    /// A text, or a list or map of texts.
    fn texts(&mut self, at: &str) {
        match pointer::get(self.root, at) {
            Some(Value::Number(_) | Value::Bool(_)) => self.found.push(at.to_owned()),
            Some(Value::Array(_) | Value::Object(_)) => {
                let inner = children(self.root, at).into_iter().map(|(_, at)| at);
                self.found.extend(inner.filter(|at| pointer::get(self.root, at).is_some_and(is_plain)));
            }
            _ => {}
        }
    }

    /// `null` is the name of a type too.
    fn type_names(&mut self, at: &str) {
        let names = children(self.root, at).into_iter().map(|(_, at)| at).chain([at.to_owned()]);
        self.found.extend(names.filter(|at| pointer::get(self.root, at).is_some_and(Value::is_null)));
    }

    /// A value that is to satisfy a schema.
    fn hold(&mut self, at: &str, schema: &str, depth: usize) {
        const DEPTH: usize = 64;
        let Some(value) = pointer::get(self.root, at) else { return };
        let schema = self.resolved(schema);
        let Some(Value::Object(keywords)) = pointer::get(self.root, &schema) else { return };
        if depth == DEPTH
            || self.held.len() == MOST_HELD
            || !self.held.insert((at.to_owned(), schema.clone()))
        {
            return;
        }
        if is_plain(value) && is_text(keywords.get("type")) {
            self.found.push(at.to_owned());
        }
        for (_, part) in children(self.root, &pointer::child(&schema, "allOf")) {
            self.hold(at, &part, depth + 1);
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, inner) in children(self.root, at) {
            let of = match value {
                Value::Array(_) => pointer::child(&schema, "items"),
                _ if properties.is_some_and(|all| all.contains_key(&name)) => {
                    pointer::child(&pointer::child(&schema, "properties"), &name)
                }
                _ => pointer::child(&schema, "additionalProperties"),
            };
            self.hold(&inner, &of, depth + 1);
        }
    }

    fn has(&self, at: &str, name: &str) -> bool {
        pointer::get(self.root, at).is_some_and(|value| value.get(name).is_some())
    }

    fn resolved(&self, at: &str) -> String {
        super::view::resolve(self.root, at).map_or_else(|_| at.to_owned(), |(at, _)| at)
    }
}

/// The names, or numbers, of what a place holds, with their places.
fn children(root: &Value, at: &str) -> Vec<(String, String)> {
    match pointer::get(root, at) {
        Some(Value::Object(members)) => {
            members.keys().map(|name| (name.clone(), pointer::child(at, name))).collect()
        }
        Some(Value::Array(items)) => {
            (0..items.len()).map(|index| (index.to_string(), format!("{at}/{index}"))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Bool(_))
}

/// Whether a `type` allows text and nothing else that is written without brackets.
fn is_text(kind: Option<&Value>) -> bool {
    match kind {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => {
            let known = ["string", "array", "object"];
            names.contains(&Value::from("string"))
                && names
                    .iter()
                    .all(|name| name.is_null() || name == "null" || known.iter().any(|known| name == known))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settled(text: &str) -> Document {
        settle(Document::from_text("t.yaml", text).unwrap())
    }

    #[test]
    fn fields_that_are_text_are_text_as_they_are_spelled() {
        let read = settled(
            "openapi: 3.0\ninfo: {title: 123, version: 1.10, description: 2024-01-01}\n\
             servers: [{url: 'http://a/{v}', variables: {v: {default: 1.0, enum: [1.0, 2.0]}}}]\n\
             tags: [{name: 1}]\npaths:\n  /a:\n    get:\n      operationId: 012\n      tags: [1, true]\n\
             \x20     responses: {200: {description: 200, links: {l: {operationId: 012, parameters: {name: 5}, requestBody: {name: 5}}}}}\n\
             x-own: {description: 1}\n",
        );
        assert_eq!(
            *read.value,
            json!({
                "openapi": "3.0",
                "info": {"title": "123", "version": "1.10", "description": "2024-01-01"},
                "servers": [{"url": "http://a/{v}", "variables": {"v": {"default": "1.0", "enum": ["1.0", "2.0"]}}}],
                "tags": [{"name": "1"}],
                "paths": {"/a": {"get": {
                    "operationId": "012", "tags": ["1", "true"],
                    "responses": {"200": {"description": "200", "links": {
                        "l": {"operationId": "012", "parameters": {"name": 5}, "requestBody": {"name": 5}},
                    }}},
                }}},
                "x-own": {"description": 1},
            })
        );
    }

    #[test]
    fn values_of_schemas_of_text_are_text_wherever_they_stand() {
        let schema = "{type: object, required: [id, 1], properties: {id: {type: string, enum: [1, 1.0, on, ~], default: 012}, \
             1: {$ref: '#/components/schemas/S'}, n: {type: integer, enum: [1]}, l: {type: array, items: {type: [string, null]}}}, \
             additionalProperties: {type: string}, example: {id: 1, n: 1, l: [1, true, null], other: 1e3}}";
        let read = settled(&format!(
            "components:\n  schemas: {{A: {schema}, S: {{type: string, const: 7, examples: [8]}}}}\n\
             \x20 parameters: {{p: {{name: 1, in: query, schema: {{$ref: '#/components/schemas/S'}}, example: 1, examples: {{e: {{value: 2}}}}}}}}\n\
             \x20 requestBodies: {{b: {{content: {{a/b: {{schema: {{allOf: [{{$ref: '#/components/schemas/A'}}]}}, example: {{id: 0x1}}}}}}}}}}\n"
        ));
        let at = |pointer: &str| read.get(pointer).cloned().unwrap_or_default();
        let a = "/components/schemas/A";
        assert_eq!(at(&format!("{a}/required")), json!(["id", "1"]));
        assert_eq!(
            at(&format!("{a}/properties/id")),
            json!({"type": "string", "enum": ["1", "1.0", "on", null], "default": "012"})
        );
        assert_eq!(at(&format!("{a}/properties/n/enum")), json!([1]));
        assert_eq!(at(&format!("{a}/properties/l/items/type")), json!(["string", "null"]));
        assert_eq!(
            at(&format!("{a}/example")),
            json!({"id": "1", "n": 1, "l": ["1", "true", null], "other": "1e3"})
        );
        assert_eq!(at("/components/schemas/S"), json!({"type": "string", "const": "7", "examples": ["8"]}));
        let p = at("/components/parameters/p");
        assert_eq!(
            (&p["name"], &p["example"], &p["examples"]["e"]["value"]),
            (&json!("1"), &json!("1"), &json!("2"))
        );
        assert_eq!(at("/components/requestBodies/b/content/a~1b/example"), json!({"id": "0x1"}));
    }

    #[test]
    fn what_is_said_to_be_no_text_or_is_json_stays() {
        let read = settled(
            "components: {schemas: {A: {type: [string, integer], enum: [1], default: !!int 2}, B: {type: string, default: !!int 2}}}",
        );
        assert_eq!(
            read.value["components"]["schemas"],
            json!({"A": {"type": ["string", "integer"], "enum": [1], "default": 2}, "B": {"type": "string", "default": 2}})
        );
        let text =
            r#"{"info": {"title": 1}, "components": {"schemas": {"A": {"type": "string", "enum": [1]}}}}"#;
        let json = Document::from_text("t.json", text).unwrap();
        let before = json.value.clone();
        assert_eq!(settle(json).value, before);
    }

    #[test]
    fn a_schema_in_a_file_of_its_own_is_a_schema() {
        let files = [
            ("a.yaml", "components: {schemas: {N: {$ref: n.yaml}, T: {$ref: t.yaml}}}"),
            ("n.yaml", "type: integer\nenum: [1]\ndefault: 1"),
            ("t.yaml", "type: string\nenum: [1]\ndefault: 01"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let read = settle(Document::from_files(files).unwrap());
        assert_eq!(
            read.value["x-probity-files"],
            json!([{"type": "integer", "enum": [1], "default": 1}, {"type": "string", "enum": ["1"], "default": "01"}])
        );
    }

    #[test]
    fn what_leads_to_itself_ends() {
        settled(
            "components: {schemas: {A: {type: string, allOf: [{$ref: '#/components/schemas/A'}], example: 1, properties: {a: {$ref: '#/components/schemas/A'}}}}}",
        );
        settled("components: {parameters: {A: {$ref: '#/components/parameters/A'}}}");
    }
}
