//! The fields that `OpenAPI` has, and what becomes of each: no field of a document is lost in silence.
//!
//! Of schemas it has what `OpenAPI` adds: every keyword of JSON Schema goes to the validator as it is written.

use serde_json::Value;
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
    /// It says how the rest is read, or leads to it.
    Read,
    /// It says what requests are.
    Sent,
    /// It says what must come back.
    Judged,
    /// It says both.
    SentAndJudged,
    /// It is for people: at most the reference shows it.
    Shown,
    /// It would say something about requests or answers, and is not read; why, in words.
    Unread(&'static str),
}

/// What stands in a field.
#[derive(Clone, Copy)]
pub(super) enum Inside {
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
    pub(super) inside: Inside,
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
use Use::{Judged, Read, Sent, SentAndJudged as Both, Shown, Unread as Not};
use Version::{V3_0, V3_1, V3_2};

const fn field(name: &'static str, since: Version, used: Use) -> Field {
    Field { name, since, used, inside: Inside::Value }
}

const fn with(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Read, inside }
}

const fn sent(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Sent, inside }
}

const fn judged(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Judged, inside }
}

const fn shown(name: &'static str, since: Version, inside: Inside) -> Field {
    Field { name, since, used: Shown, inside }
}

const CALLBACKS: &str = "these are requests that the host sends, which nobody waits for";
const ENCODED: &str = "how the parts of a form or a stream are written is not looked at";
const RESERVED: &str = "in a form everything is encoded that may be";

/// Every kind of object, in the order of the specification.
pub const OBJECTS: &[&Object] = &[
    &OPENAPI,
    &INFO,
    &CONTACT,
    &LICENSE,
    &SERVER,
    &SERVER_VARIABLE,
    &COMPONENTS,
    &PATHS,
    &PATH_ITEM,
    &OPERATION,
    &EXTERNAL_DOCUMENTATION,
    &PARAMETER,
    &REQUEST_BODY,
    &MEDIA_TYPE,
    &ENCODING,
    &RESPONSES,
    &RESPONSE,
    &CALLBACK,
    &EXAMPLE,
    &LINK,
    &HEADER,
    &TAG,
    &REFERENCE,
    &SCHEMA,
    &DISCRIMINATOR,
    &XML_OBJECT,
    &SECURITY_SCHEME,
    &OAUTH_FLOWS,
    &OAUTH_FLOW,
    &SECURITY_REQUIREMENT,
];

pub(super) static OPENAPI: Object = Object {
    name: "OpenAPI",
    fields: &[
        field("openapi", V3_0, Read),
        field("$self", V3_2, Read),
        with("info", V3_0, One(&INFO)),
        field("jsonSchemaDialect", V3_1, Read),
        sent("servers", V3_0, Each(&SERVER)),
        field("paths", V3_0, Read),
        field("webhooks", V3_1, Not(CALLBACKS)),
        with("components", V3_0, One(&COMPONENTS)),
        field("security", V3_0, Sent),
        shown("tags", V3_0, Each(&TAG)),
        shown("externalDocs", V3_0, One(&EXTERNAL_DOCUMENTATION)),
    ],
};

static INFO: Object = Object {
    name: "Info",
    fields: &[
        field("title", V3_0, Shown),
        field("summary", V3_1, Shown),
        field("description", V3_0, Shown),
        field("termsOfService", V3_0, Shown),
        shown("contact", V3_0, One(&CONTACT)),
        shown("license", V3_0, One(&LICENSE)),
        field("version", V3_0, Shown),
    ],
};

static CONTACT: Object = Object {
    name: "Contact",
    fields: &[field("name", V3_0, Shown), field("url", V3_0, Shown), field("email", V3_0, Shown)],
};

static LICENSE: Object = Object {
    name: "License",
    fields: &[field("name", V3_0, Shown), field("identifier", V3_1, Shown), field("url", V3_0, Shown)],
};

static SERVER: Object = Object {
    name: "Server",
    fields: &[
        field("url", V3_0, Sent),
        field("description", V3_0, Shown),
        field("name", V3_2, Shown),
        sent("variables", V3_0, Each(&SERVER_VARIABLE)),
    ],
};

static SERVER_VARIABLE: Object = Object {
    name: "Server Variable",
    fields: &[field("enum", V3_0, Read), field("default", V3_0, Sent), field("description", V3_0, Shown)],
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
        field("callbacks", V3_0, Read),
        field("pathItems", V3_1, Read),
        field("mediaTypes", V3_2, Read),
    ],
};

static PATHS: Object = Object { name: "Paths", fields: &[sent("/{path}", V3_0, Each(&PATH_ITEM))] };

pub(super) static PATH_ITEM: Object = Object {
    name: "Path Item",
    fields: &[
        field("$ref", V3_0, Read),
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        field("get", V3_0, Sent),
        field("put", V3_0, Sent),
        field("post", V3_0, Sent),
        field("delete", V3_0, Sent),
        field("options", V3_0, Sent),
        field("head", V3_0, Sent),
        field("patch", V3_0, Sent),
        field("trace", V3_0, Sent),
        field("query", V3_2, Sent),
        field("additionalOperations", V3_2, Sent),
        sent("servers", V3_0, Each(&SERVER)),
        sent("parameters", V3_0, Each(&PARAMETER)),
    ],
};

pub(super) static OPERATION: Object = Object {
    name: "Operation",
    fields: &[
        field("tags", V3_0, Read),
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        shown("externalDocs", V3_0, One(&EXTERNAL_DOCUMENTATION)),
        field("operationId", V3_0, Read),
        sent("parameters", V3_0, Each(&PARAMETER)),
        sent("requestBody", V3_0, One(&REQUEST_BODY)),
        judged("responses", V3_0, Each(&RESPONSE)),
        field("callbacks", V3_0, Not(CALLBACKS)),
        field("deprecated", V3_0, Shown),
        field("security", V3_0, Sent),
        sent("servers", V3_0, Each(&SERVER)),
    ],
};

static EXTERNAL_DOCUMENTATION: Object = Object {
    name: "External Documentation",
    fields: &[field("description", V3_0, Shown), field("url", V3_0, Shown)],
};

static PARAMETER: Object = Object {
    name: "Parameter",
    fields: &[
        field("name", V3_0, Sent),
        field("in", V3_0, Sent),
        field("description", V3_0, Shown),
        field("required", V3_0, Sent),
        field("deprecated", V3_0, Shown),
        field("allowEmptyValue", V3_0, Not("a parameter that is sent empty may be taken or refused")),
        field("style", V3_0, Sent),
        field("explode", V3_0, Sent),
        field("allowReserved", V3_0, Sent),
        field("schema", V3_0, Sent),
        field("example", V3_0, Sent),
        sent("examples", V3_0, Each(&EXAMPLE)),
        sent("content", V3_0, Each(&MEDIA_TYPE)),
    ],
};

static REQUEST_BODY: Object = Object {
    name: "Request Body",
    fields: &[
        field("description", V3_0, Shown),
        sent("content", V3_0, Each(&MEDIA_TYPE)),
        field("required", V3_0, Sent),
    ],
};

static MEDIA_TYPE: Object = Object {
    name: "Media Type",
    fields: &[
        field("schema", V3_0, Both),
        field("itemSchema", V3_2, Both),
        field("example", V3_0, Sent),
        sent("examples", V3_0, Each(&EXAMPLE)),
        sent("encoding", V3_0, Each(&ENCODING)),
        field("prefixEncoding", V3_2, Not(ENCODED)),
        field("itemEncoding", V3_2, Not(ENCODED)),
    ],
};

static ENCODING: Object = Object {
    name: "Encoding",
    fields: &[
        field("contentType", V3_0, Sent),
        sent("headers", V3_0, Each(&HEADER)),
        field("style", V3_0, Sent),
        field("explode", V3_0, Sent),
        field("allowReserved", V3_0, Not(RESERVED)),
        field("encoding", V3_2, Not(ENCODED)),
        field("prefixEncoding", V3_2, Not(ENCODED)),
        field("itemEncoding", V3_2, Not(ENCODED)),
    ],
};

static RESPONSES: Object = Object {
    name: "Responses",
    fields: &[field("default", V3_0, Judged), field("HTTP Status Code", V3_0, Judged)],
};

static RESPONSE: Object = Object {
    name: "Response",
    fields: &[
        field("summary", V3_2, Shown),
        field("description", V3_0, Shown),
        judged("headers", V3_0, Each(&HEADER)),
        judged("content", V3_0, Each(&MEDIA_TYPE)),
        sent("links", V3_0, Each(&LINK)),
    ],
};

static CALLBACK: Object = Object { name: "Callback", fields: &[field("{expression}", V3_0, Not(CALLBACKS))] };

static EXAMPLE: Object = Object {
    name: "Example",
    fields: &[
        field("summary", V3_0, Shown),
        field("description", V3_0, Shown),
        field("dataValue", V3_2, Sent),
        field("serializedValue", V3_2, Not("an example that is written as it travels is not sent")),
        field("value", V3_0, Sent),
        field("externalValue", V3_0, Not("an example in a file of its own is not sent")),
    ],
};

static LINK: Object = Object {
    name: "Link",
    fields: &[
        field("operationRef", V3_0, Sent),
        field("operationId", V3_0, Sent),
        field("parameters", V3_0, Sent),
        field("requestBody", V3_0, Sent),
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
        field("required", V3_0, Judged),
        field("deprecated", V3_0, Shown),
        field("style", V3_0, Read),
        field("explode", V3_0, Not("an object is taken in either form, whatever `explode` says")),
        field("schema", V3_0, Judged),
        field("example", V3_0, Shown),
        field("examples", V3_0, Shown),
        judged("content", V3_0, Each(&MEDIA_TYPE)),
    ],
};

static TAG: Object = Object {
    name: "Tag",
    fields: &[
        field("name", V3_0, Read),
        field("summary", V3_2, Shown),
        field("description", V3_0, Shown),
        shown("externalDocs", V3_0, One(&EXTERNAL_DOCUMENTATION)),
        field("parent", V3_2, Shown),
        field("kind", V3_2, Shown),
    ],
};

static REFERENCE: Object = Object {
    name: "Reference",
    fields: &[field("$ref", V3_0, Read), field("summary", V3_1, Shown), field("description", V3_1, Shown)],
};

static SCHEMA: Object = Object {
    name: "Schema",
    fields: &[
        field("nullable", V3_0, Both),
        field("discriminator", V3_0, Both),
        field("readOnly", V3_0, Both),
        field("writeOnly", V3_0, Both),
        field("example", V3_0, Sent),
        field("xml", V3_0, Sent),
        field("externalDocs", V3_0, Shown),
        field("deprecated", V3_0, Shown),
    ],
};

static DISCRIMINATOR: Object = Object {
    name: "Discriminator",
    fields: &[
        field("propertyName", V3_0, Sent),
        field("mapping", V3_0, Sent),
        field("defaultMapping", V3_2, Read),
    ],
};

static XML_OBJECT: Object = Object {
    name: "XML",
    fields: &[
        field("nodeType", V3_2, Sent),
        field("name", V3_0, Sent),
        field("namespace", V3_0, Sent),
        field("prefix", V3_0, Sent),
        field("attribute", V3_0, Sent),
        field("wrapped", V3_0, Sent),
    ],
};

static SECURITY_SCHEME: Object = Object {
    name: "Security Scheme",
    fields: &[
        field("type", V3_0, Sent),
        field("description", V3_0, Shown),
        field("name", V3_0, Sent),
        field("in", V3_0, Sent),
        field("scheme", V3_0, Sent),
        field("bearerFormat", V3_0, Shown),
        with("flows", V3_0, One(&OAUTH_FLOWS)),
        field("openIdConnectUrl", V3_0, Read),
        field("oauth2MetadataUrl", V3_2, Shown),
        field("deprecated", V3_2, Shown),
    ],
};

static OAUTH_FLOWS: Object = Object {
    name: "OAuth Flows",
    fields: &[
        shown("implicit", V3_0, One(&OAUTH_FLOW)),
        with("password", V3_0, One(&OAUTH_FLOW)),
        with("clientCredentials", V3_0, One(&OAUTH_FLOW)),
        shown("authorizationCode", V3_0, One(&OAUTH_FLOW)),
        shown("deviceAuthorization", V3_2, One(&OAUTH_FLOW)),
    ],
};

static OAUTH_FLOW: Object = Object {
    name: "OAuth Flow",
    fields: &[
        field("authorizationUrl", V3_0, Shown),
        field("deviceAuthorizationUrl", V3_2, Shown),
        field("tokenUrl", V3_0, Read),
        field("refreshUrl", V3_0, Shown),
        field("scopes", V3_0, Read),
    ],
};

static SECURITY_REQUIREMENT: Object =
    Object { name: "Security Requirement", fields: &[field("{name}", V3_0, Sent)] };

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
