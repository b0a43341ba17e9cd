//! The fields that `OpenAPI` has, and what becomes of each: no field of a document is lost in silence.
//!
//! Schemas are not in this table: every keyword of theirs goes to the validator as it is written.

use super::view::resolve;
use crate::json::pointer;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// A version of `OpenAPI`, without the number of its patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0
    V3_0,
    /// 3.1
    V3_1,
    /// 3.2
    V3_2,
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It says what is sent or what must come back.
    Read,
    /// It is for people: at most the reference shows it.
    Shown,
    /// It would say something about requests or answers, and is not read; why, in words.
    Unread(&'static str),
}

/// What stands in a field.
#[derive(Clone, Copy)]
enum Inside {
    /// Nothing that has fields, or a schema.
    Value,
    One(&'static Object),
    Each(&'static Object),
}

/// A field of an object.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The version that it came with.
    pub since: Version,
    /// What becomes of it.
    pub used: Use,
    inside: Inside,
}

/// A kind of object, by the name that the specification gives it.
pub struct Object {
    /// Its name, without the word Object.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// A field that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// JSON Pointer to it.
    pub at: String,
    /// Why, in words.
    pub why: String,
}

use Inside::{Each, One};
use Use::{Read, Shown, Unread as Not};
use Version::{V3_0, V3_1, V3_2};

const fn field(name: &'static str, since: Version, used: Use) -> Field {
    Field { name, since, used, inside: Inside::Value }
}

const fn with(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Read, inside }
}

const fn shown(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Shown, inside }
}

const CALLBACKS: &str = "these are requests that the host sends, which nobody waits for";
const SEQUENTIAL: &str = "the items of a stream are not looked at";

/// Every kind of object, in the order of the specification.
pub const OBJECTS: &[&Object] = &[
    &OPENAPI,
    &INFO,
    &SERVER,
    &COMPONENTS,
    &PATH_ITEM,
    &OPERATION,
    &PARAMETER,
    &REQUEST_BODY,
    &MEDIA_TYPE,
    &RESPONSE,
    &EXAMPLE,
    &LINK,
    &HEADER,
    &TAG,
    &SECURITY_SCHEME,
];

static OPENAPI: Object = Object {
    name: "OpenAPI",
    fields: &[
        field("openapi", V3_0, Read),
        field("$self", V3_2, Read),
        with("info", V3_0, One(&INFO)),
        field("jsonSchemaDialect", V3_1, Read),
        with("servers", V3_0, Each(&SERVER)),
        field("paths", V3_0, Read),
        field("webhooks", V3_1, Not(CALLBACKS)),
        with("components", V3_0, One(&COMPONENTS)),
        field("security", V3_0, Read),
        shown("tags", V3_0, Each(&TAG)),
        field("externalDocs", V3_0, Shown),
    ],
};

static INFO: Object = Object {
    name: "Info",
    fields: &[
        field("title", V3_0, Read),
        field("summary", V3_1, Shown),
        field("description", V3_0, Shown),
        field("termsOfService", V3_0, Shown),
        field("contact", V3_0, Shown),
        field("license", V3_0, Shown),
        field("version", V3_0, Read),
    ],
};

static SERVER: Object = Object {
    name: "Server",
    fields: &[
        field("url", V3_0, Read),
        field("description", V3_0, Shown),
        field("name", V3_2, Shown),
        field("variables", V3_0, Read),
    ],
};

static COMPONENTS: Object = Object {
    name: "Components",
    fields: &[
        field("schemas", V3_0, Read),
        field("responses", V3_0, Read),
        field("parameters", V3_0, Read),
        field("examples", V3_0, Read),
        field("requestBodies", V3_0, Read),
        field("headers", V3_0, Read),
        with("securitySchemes", V3_0, Each(&SECURITY_SCHEME)),
        field("links", V3_0, Read),
        field("callbacks", V3_0, Shown),
        field("pathItems", V3_1, Read),
        field("mediaTypes", V3_2, Read),
    ],
};

static PATH_ITEM: Object = Object {
    name: "Path Item",
    fields: &[
        field("$ref", V3_0, Read),
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        field("get", V3_0, Read),
        field("put", V3_0, Read),
        field("post", V3_0, Read),
        field("delete", V3_0, Read),
        field("options", V3_0, Read),
        field("head", V3_0, Read),
        field("patch", V3_0, Read),
        field("trace", V3_0, Read),
        field("query", V3_2, Read),
        field(
            "additionalOperations",
            V3_2,
            Not("only the methods that have a field of their own are tested"),
        ),
        with("servers", V3_0, Each(&SERVER)),
        with("parameters", V3_0, Each(&PARAMETER)),
    ],
};

static OPERATION: Object = Object {
    name: "Operation",
    fields: &[
        field("tags", V3_0, Read),
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        field("externalDocs", V3_0, Shown),
        field("operationId", V3_0, Read),
        with("parameters", V3_0, Each(&PARAMETER)),
        with("requestBody", V3_0, One(&REQUEST_BODY)),
        with("responses", V3_0, Each(&RESPONSE)),
        field("callbacks", V3_0, Not(CALLBACKS)),
        field("deprecated", V3_0, Shown),
        field("security", V3_0, Read),
        with("servers", V3_0, Each(&SERVER)),
    ],
};

static PARAMETER: Object = Object {
    name: "Parameter",
    fields: &[
        field("name", V3_0, Read),
        field("in", V3_0, Read),
        field("description", V3_0, Shown),
        field("required", V3_0, Read),
        field("deprecated", V3_0, Shown),
        field("allowEmptyValue", V3_0, Not("whether a parameter may be sent empty is not tried")),
        field("style", V3_0, Read),
        field("explode", V3_0, Read),
        field("allowReserved", V3_0, Read),
        field("schema", V3_0, Read),
        field("example", V3_0, Read),
        with("examples", V3_0, Each(&EXAMPLE)),
        with("content", V3_0, Each(&MEDIA_TYPE)),
    ],
};

static REQUEST_BODY: Object = Object {
    name: "Request Body",
    fields: &[
        field("description", V3_0, Shown),
        with("content", V3_0, Each(&MEDIA_TYPE)),
        field("required", V3_0, Read),
    ],
};

static MEDIA_TYPE: Object = Object {
    name: "Media Type",
    fields: &[
        field("schema", V3_0, Read),
        field("itemSchema", V3_2, Not(SEQUENTIAL)),
        field("example", V3_0, Read),
        with("examples", V3_0, Each(&EXAMPLE)),
        field("encoding", V3_0, Shown),
        field("prefixEncoding", V3_2, Shown),
        field("itemEncoding", V3_2, Shown),
    ],
};

static RESPONSE: Object = Object {
    name: "Response",
    fields: &[
        field("summary", V3_2, Shown),
        field("description", V3_0, Shown),
        with("headers", V3_0, Each(&HEADER)),
        with("content", V3_0, Each(&MEDIA_TYPE)),
        with("links", V3_0, Each(&LINK)),
    ],
};

static EXAMPLE: Object = Object {
    name: "Example",
    fields: &[
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        field("dataValue", V3_2, Read),
        field("serializedValue", V3_2, Not("an example that is written as it travels is not sent")),
        field("value", V3_0, Read),
        field("externalValue", V3_0, Not("an example in a file of its own is not sent")),
    ],
};

static LINK: Object = Object {
    name: "Link",
    fields: &[
        field("operationRef", V3_0, Read),
        field("operationId", V3_0, Read),
        field("parameters", V3_0, Read),
        field("requestBody", V3_0, Not("what a link puts into a body is not sent")),
        field("description", V3_0, Shown),
        field(
            "server",
            V3_0,
            Not("a link is followed where its operation is served, whatever `server` says"),
        ),
    ],
};

static HEADER: Object = Object {
    name: "Header",
    fields: &[
        field("description", V3_0, Shown),
        field("required", V3_0, Read),
        field("deprecated", V3_0, Shown),
        field("style", V3_0, Read),
        field("explode", V3_0, Read),
        field("schema", V3_0, Read),
        field("example", V3_0, Shown),
        field("examples", V3_0, Shown),
        with("content", V3_0, Each(&MEDIA_TYPE)),
    ],
};

static TAG: Object = Object {
    name: "Tag",
    fields: &[
        field("name", V3_0, Read),
        field("summary", V3_2, Shown),
        field("description", V3_0, Shown),
        field("externalDocs", V3_0, Shown),
        field("parent", V3_2, Shown),
        field("kind", V3_2, Shown),
    ],
};

static SECURITY_SCHEME: Object = Object {
    name: "Security Scheme",
    fields: &[
        field("type", V3_0, Read),
        field("description", V3_0, Shown),
        field("name", V3_0, Read),
        field("in", V3_0, Read),
        field("scheme", V3_0, Read),
        field("bearerFormat", V3_0, Shown),
        field("flows", V3_0, Shown),
        field("openIdConnectUrl", V3_0, Shown),
        field("oauth2MetadataUrl", V3_2, Shown),
        field("deprecated", V3_2, Shown),
    ],
};

impl Version {
    /// The version that a document names.
    pub fn of(document: &Value) -> Version {
        match document.get("openapi").and_then(Value::as_str) {
            Some(text) if text.starts_with("3.0") => V3_0,
            Some(text) if text.starts_with("3.1") => V3_1,
            _ => V3_2,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            V3_0 => "3.0",
            V3_1 => "3.1",
            V3_2 => "3.2",
        })
    }
}

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
            if let Not(why) = field.used
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
