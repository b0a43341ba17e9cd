//! What stands unquoted in YAML and is a number, a truth value or null there, where `OpenAPI` and JSON
//! Schema want text: `version: 1.10`, `enum: [1, 2]` of a `type: string`, `type: [string, null]`.

use crate::json::pointer;
use crate::schema::lower;
use crate::source::Document;
use serde_json::Value;
use std::collections::HashSet;
use std::ptr;

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
        open: vec![(Node { value: root, at: String::new() }, Kind::Part)],
        seen: HashSet::new(),
        held: HashSet::new(),
        found: Vec::new(),
    };
    while let Some((node, kind)) = finder.open.pop() {
        finder.look(&node, kind);
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

/// How many values are held against schemas at most.
const MOST_HELD: usize = 1 << 18;

/// A value and where it stands.
#[derive(Clone)]
struct Node<'d> {
    value: &'d Value,
    at: String,
}

struct Finder<'d> {
    root: &'d Value,
    open: Vec<(Node<'d>, Kind)>,
    seen: HashSet<(*const Value, Kind)>,
    /// Values with the schemas that they were held against.
    held: HashSet<(*const Value, *const Value)>,
    found: Vec<String>,
}

impl<'d> Node<'d> {
    fn child(&self, name: &str) -> Option<Node<'d>> {
        Some(Node { value: self.value.get(name)?, at: pointer::child(&self.at, name) })
    }

    /// What stands in it, with its names; items have none.
    fn children(&self) -> Vec<(&'d str, Node<'d>)> {
        let member = |(name, value): (&'d String, &'d Value)| {
            (name.as_str(), Node { value, at: pointer::child(&self.at, name) })
        };
        let item = |(index, value): (usize, &'d Value)| {
            let at = format!("{}/{index}", self.at);
            ("", Node { value, at })
        };
        match self.value {
            Value::Object(members) => members.iter().map(member).collect(),
            Value::Array(items) => items.iter().enumerate().map(item).collect(),
            _ => Vec::new(),
        }
    }
}

impl<'d> Finder<'d> {
    fn look(&mut self, node: &Node<'d>, kind: Kind) {
        if !self.seen.insert((ptr::from_ref(node.value), kind)) {
            return;
        }
        if node.value.get("$ref").is_some() {
            let target = self.resolved(node.clone());
            self.open.push((target, kind));
        }
        let each = match kind {
            Kind::Parts => Kind::Part,
            Kind::Variables => Kind::Variable,
            Kind::Variable => {
                let texts =
                    ["default", "enum", "description"].into_iter().filter_map(|name| node.child(name));
                texts.for_each(|text| self.texts(&text));
                return;
            }
            Kind::Schemas => Kind::Schema,
            Kind::Part => return self.part(node),
            Kind::Schema => return self.schema(node),
        };
        self.open.extend(node.children().into_iter().map(|(_, inner)| (inner, each)));
    }

    fn part(&mut self, node: &Node<'d>) {
        let schema = node.child("schema");
        for (name, here) in node.children() {
            match name {
                "schema" | "itemSchema" => self.open.push((here, Kind::Schema)),
                "variables" => self.open.push((here, Kind::Variables)),
                "schemas" => self.open.push((here, Kind::Schemas)),
                "example" => self.hold(&here, schema.as_ref(), 0),
                "examples" => {
                    for (_, example) in here.children() {
                        let example = self.resolved(example);
                        let values =
                            ["value", "dataValue"].into_iter().filter_map(|name| example.child(name));
                        values.for_each(|value| self.hold(&value, schema.as_ref(), 0));
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
                "requestBody" if !["content", "$ref"].iter().any(|name| here.value.get(name).is_some()) => {}
                "value" | "dataValue" | "security" => {}
                name if name.starts_with("x-") => {}
                _ => self.open.push((here, Kind::Part)),
            }
        }
    }

    fn schema(&mut self, node: &Node<'d>) {
        for (name, here) in node.children() {
            match name {
                "type" => self.type_names(&here),
                "enum" | "examples" => {
                    for (_, value) in here.children() {
                        self.hold(&value, Some(node), 0);
                    }
                }
                "const" | "default" | "example" => self.hold(&here, Some(node), 0),
                "dependentRequired" => {
                    for (_, names) in here.children() {
                        self.texts(&names);
                    }
                }
                "discriminator" | "externalDocs" => self.schema(&here),
                name if KEYWORDS.contains(&name) => self.texts(&here),
                name if lower::is_one(name) => self.open.push((here, Kind::Schema)),
                name if lower::is_list(name) || lower::is_map(name) => self.open.push((here, Kind::Schemas)),
                _ => {}
            }
        }
    }

    /// A text, or a list or map of texts.
    fn texts(&mut self, node: &Node<'d>) {
        if is_plain(node.value) {
            self.found.push(node.at.clone());
        }
        let inner = node.children().into_iter().filter(|(_, inner)| is_plain(inner.value));
        self.found.extend(inner.map(|(_, inner)| inner.at));
    }

    /// `null` is the name of a type too.
    fn type_names(&mut self, node: &Node<'d>) {
        let names = node.children().into_iter().map(|(_, inner)| inner).chain([node.clone()]);
        self.found.extend(names.filter(|name| name.value.is_null()).map(|name| name.at));
    }

    /// A value that is to satisfy a schema.
    fn hold(&mut self, node: &Node<'d>, schema: Option<&Node<'d>>, depth: usize) {
        const DEPTH: usize = 64;
        let Some(schema) = schema.map(|schema| self.resolved(schema.clone())) else { return };
        let pair = (ptr::from_ref(node.value), ptr::from_ref(schema.value));
        if depth == DEPTH || self.held.len() == MOST_HELD || !self.held.insert(pair) {
            return;
        }
        if is_plain(node.value) && is_text(schema.value.get("type")) {
            self.found.push(node.at.clone());
        }
        for (_, part) in schema.child("allOf").iter().flat_map(Node::children) {
            self.hold(node, Some(&part), depth + 1);
        }
        for (name, inner) in node.children() {
            let of = match node.value {
                Value::Array(_) => schema.child("items"),
                _ => schema
                    .child("properties")
                    .and_then(|all| all.child(name))
                    .or_else(|| schema.child("additionalProperties")),
            };
            self.hold(&inner, of.as_ref(), depth + 1);
        }
    }

    fn resolved(&self, node: Node<'d>) -> Node<'d> {
        if node.value.get("$ref").is_none() {
            return node;
        }
        match super::view::resolve(self.root, &node.at) {
            Ok((at, value)) => Node { value, at },
            Err(_) => node,
        }
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
