//! A small document for each row: what stands in `«…»` is the field, with `|` and what stands instead of it.

use super::unread;

/// That a row of the table is true.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    pub(super) object: &'static str,
    pub(super) field: &'static str,
    document: &'static str,
    pub(super) seen: Seen,
}

/// What the field does.
#[derive(Clone, Copy)]
pub(super) enum Seen {
    /// A case of the plan has this text.
    Sent { needle: &'static str },
    /// So has a request that comes to a host, in small letters.
    Came { arguments: &'static [&'static str], needle: &'static str },
    /// An answer is found by a check.
    Judged { answer: &'static str, check: &'static str },
    /// A gap names a line.
    Named { line: usize, words: &'static str },
}

impl Proof {
    pub(super) fn kind(&self) -> &'static str {
        match self.seen {
            Seen::Sent { .. } | Seen::Came { .. } => "sent",
            Seen::Judged { .. } => "judged",
            Seen::Named { .. } => "named",
        }
    }

    /// The document with the field.
    pub(super) fn with(&self) -> String {
        self.document(|field| field.split_once('|').map_or(field, |(with, _)| with))
    }

    /// The document without it.
    pub(super) fn without(&self) -> String {
        self.document(|field| field.split_once('|').map_or("", |(_, without)| without))
    }

    fn document(&self, choose: fn(&str) -> &str) -> String {
        let mut text = if self.document.starts_with("openapi") {
            String::new()
        } else {
            "openapi: 3.2.0\ninfo: {title: T, version: '1'}\n".to_owned()
        };
        for (index, part) in self.document.split(['«', '»']).enumerate() {
            text.push_str(if index % 2 == 1 { choose(part) } else { part });
        }
        text
    }
}

const fn sent(
    (object, field): (&'static str, &'static str),
    needle: &'static str,
    document: &'static str,
) -> Proof {
    Proof { object, field, document, seen: Seen::Sent { needle } }
}

const fn came(
    (object, field): (&'static str, &'static str),
    (arguments, needle): (&'static [&'static str], &'static str),
    document: &'static str,
) -> Proof {
    Proof { object, field, document, seen: Seen::Came { arguments, needle } }
}

const fn judged(
    (object, field): (&'static str, &'static str),
    (check, answer): (&'static str, &'static str),
    document: &'static str,
) -> Proof {
    Proof { object, field, document, seen: Seen::Judged { answer, check } }
}

pub(super) const fn named(
    (object, field): (&'static str, &'static str),
    (line, words): (usize, &'static str),
    document: &'static str,
) -> Proof {
    Proof { object, field, document, seen: Seen::Named { line, words } }
}

pub(super) fn all() -> Vec<Proof> {
    [REQUESTS, PARAMETERS, BODIES, NOT_JSON, CREDENTIALS, LINKS, ANSWERS, unread::UNREAD, unread::ENCODED]
        .concat()
}

const REQUESTS: &[Proof] = &[
    sent(
        ("Paths", "/{path}"),
        "GET /b\n",
        "paths:\n  /a: {get: {responses: {'200': {description: ok}}}}\n  «/b: {get: {responses: {'200': {description: ok}}}}»\n",
    ),
    sent(
        ("Path Item", "get"),
        "get-a/accept/path/-/valid/required\nGET /a\n",
        "paths: {/a: {«get»«: {responses: {'200': {description: ok}}},» put: {responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Path Item", "put"),
        "\nPUT /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «put: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "post"),
        "\nPOST /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «post: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "delete"),
        "\nDELETE /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «delete: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "options"),
        "/accept/path/-/valid/required\nOPTIONS /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «options: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "head"),
        "/accept/path/-/valid/required\nHEAD /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «head: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "patch"),
        "\nPATCH /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «patch: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "trace"),
        "/accept/path/-/valid/required\nTRACE /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «trace: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "query"),
        "\nQUERY /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «query: {responses: {'200': {description: ok}}}»}}\n",
    ),
    sent(
        ("Path Item", "additionalOperations"),
        "\nCOPY /a\n",
        "paths: {/a: {get: {responses: {'200': {description: ok}}}, «additionalOperations: {COPY: {responses: {'200': {description: ok}}}}»}}\n",
    ),
    sent(
        ("Path Item", "parameters"),
        "/a?q=b",
        "paths: {/a: {«parameters: [{name: q, in: query, required: true, schema: {enum: [b]}}],» get: {responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Operation", "parameters"),
        "/a?q=b",
        "paths: {/a: {get: {«parameters: [{name: q, in: query, required: true, schema: {enum: [b]}}],» responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Operation", "requestBody"),
        "{\"k\":\"b\"}",
        "paths: {/a: {post: {«requestBody: {required: true, content: {application/json: {schema: {}, example: {k: b}}}},» responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("OpenAPI", "servers"),
        (&[], "get /x/a "),
        "«servers: [{url: /v1}]»\npaths: {/a: {servers: [{url: /x}], get: {responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("Server", "url"),
        (&[], "get /x/a "),
        "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: «/x|/y»}], get: {responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("Server", "variables"),
        (&[], "get /x/a "),
        "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: '/{v}'«, variables: {v: {default: x}}»}], get: {responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("Server Variable", "default"),
        (&[], "get /x/a "),
        "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: '/{v}', variables: {v: {default: «x|y»}}}], get: {responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("Path Item", "servers"),
        (&[], "get /x/a "),
        "servers: [{url: /v1}]\npaths: {/a: {«servers: [{url: /x}],» get: {responses: {'200': {description: ok}}}}}\n",
    ),
    came(
        ("Operation", "servers"),
        (&[], "get /x/a "),
        "servers: [{url: /v1}]\npaths: {/a: {get: {«servers: [{url: /x}],» responses: {'200': {description: ok}}}}}\n",
    ),
];

const PARAMETERS: &[Proof] = &[
    sent(
        ("Parameter", "name"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: «q|p», in: query, required: true, schema: {enum: [b]}}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "in"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: «query|header», required: true, schema: {enum: [b]}}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "required"),
        "reject/query/q/missing",
        "paths: {/a: {get: {parameters: [{name: q, in: query, «required: true,» schema: {enum: [b]}}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "style"),
        "/a?q=b%20c",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, «style: spaceDelimited,» explode: false, schema: {type: array, items: {type: string}}, example: [b, c]}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "explode"),
        "/a?q=b,c",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, «explode: false,» schema: {type: array, items: {type: string}}, example: [b, c]}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "allowReserved"),
        "/a?q=b/c",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, «allowReserved: true,» schema: {type: string}, example: b/c}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "schema"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, «schema: {enum: [b]}»}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "example"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}, «example: b»}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "examples"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}, «examples: {one: {value: b}}»}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Parameter", "content"),
        "/a?q=%7B%22k%22%3A%22b%22%7D",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, «content: {application/json: {schema: {type: object}, example: {k: b}}}|schema: {type: string}»}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Example", "value"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}, examples: {one: {«value: b»}}}], responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Example", "dataValue"),
        "/a?q=b",
        "paths: {/a: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}, examples: {one: {«dataValue: b»}}}], responses: {'200': {description: ok}}}}}\n",
    ),
];

const NOT_JSON: &[Proof] = &[
    sent(
        ("Media Type", "encoding"),
        "t=a%2Ca",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, required: [t], properties: {t: {type: array, minItems: 2, items: {type: string, enum: [a]}}}}, «encoding: {t: {explode: false}}»}}}}}}\n",
    ),
    sent(
        ("Encoding", "explode"),
        "t=a%2Ca",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, required: [t], properties: {t: {type: array, minItems: 2, items: {type: string, enum: [a]}}}}, encoding: {t: {«explode: false»}}}}}}}}\n",
    ),
    sent(
        ("Encoding", "style"),
        "t=a%7Ca",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, required: [t], properties: {t: {type: array, minItems: 2, items: {type: string, enum: [a]}}}}, encoding: {t: {«style: pipeDelimited,» explode: false}}}}}}}}\n",
    ),
    sent(
        ("Encoding", "contentType"),
        "Content-Type: a/b",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [f], properties: {f: {type: string}}}, encoding: {f: {«contentType: a/b»}}}}}}}}\n",
    ),
    sent(
        ("Encoding", "headers"),
        "X-P: 1",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [f], properties: {f: {type: string}}}, encoding: {f: {«headers: {X-P: {required: true, schema: {type: string}}}»}}}}}}}}\n",
    ),
    sent(
        ("Schema", "xml"),
        "<x>b</x>",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], «xml: {name: x}»}}}}}}}}}\n",
    ),
    sent(
        ("XML", "name"),
        "<x>b</x>",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], xml: {«name: x»}}}}}}}}}}\n",
    ),
    sent(
        ("XML", "namespace"),
        "urn:n",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], xml: {«namespace: 'urn:n'»}}}}}}}}}}\n",
    ),
    sent(
        ("XML", "prefix"),
        "<p:k>b",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], xml: {«prefix: p»}}}}}}}}}}\n",
    ),
    sent(
        ("XML", "attribute"),
        " k=",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], xml: {«attribute: true»}}}}}}}}}}\n",
    ),
    sent(
        ("XML", "nodeType"),
        " k=",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: string, enum: [b], xml: {«nodeType: attribute»}}}}}}}}}}\n",
    ),
    sent(
        ("XML", "wrapped"),
        "<k><k>b</k>",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {required: true, content: {application/xml: {schema: {type: object, required: [k], properties: {k: {type: array, minItems: 1, maxItems: 1, items: {type: string, enum: [b]}, xml: {«wrapped: true»}}}}}}}}}}\n",
    ),
];

const BODIES: &[Proof] = &[
    sent(
        ("Request Body", "content"),
        "{\"k\":\"b\"}",
        "paths: {/a: {post: {requestBody: {required: true, content: {«application/json: {schema: {}, example: {k: b}}»}}, responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Request Body", "required"),
        "/reject/body/malformed/empty",
        "paths: {/a: {post: {requestBody: {«required: true,» content: {application/json: {schema: {type: object}}}}, responses: {'200': {description: ok}, '400': {description: no}}}}}\n",
    ),
    sent(
        ("Media Type", "schema"),
        "\"k\":\"b\"",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {«schema: {type: object, required: [k], properties: {k: {enum: [b]}}}»}}}, responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Media Type", "example"),
        "{\"k\":\"b\"}",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {}, «example: {k: b}»}}}, responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Media Type", "examples"),
        "{\"k\":\"b\"}",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {}, «examples: {one: {value: {k: b}}}»}}}, responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Schema", "nullable"),
        "/accept/body/k/null",
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {k: {type: string«, nullable: true»}}}}}}, responses: {'200': {description: ok}, '400': {description: no}}}}}\n",
    ),
    sent(
        ("Schema", "readOnly"),
        "reject/body/k/missing/absent",
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {type: object, required: [k], properties: {k: {enum: [b]«|, readOnly: true»}}}}}}, responses: {'200': {description: ok}, '400': {description: no}}}}}\n",
    ),
    sent(
        ("Schema", "writeOnly"),
        "reject/body/k/missing/absent",
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {type: object, required: [k], properties: {k: {enum: [b], «writeOnly|readOnly»: true}}}}}}, responses: {'200': {description: ok}, '400': {description: no}}}}}\n",
    ),
    sent(
        ("Schema", "example"),
        "\"k\":\"b\"",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {type: object, required: [k], properties: {k: {type: string«, example: b»}}}}}}, responses: {'200': {description: ok}}}}}\n",
    ),
    sent(
        ("Media Type", "itemSchema"),
        "{\"zulu\":",
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {application/jsonl: {«itemSchema: {type: object, required: [zulu], properties: {zulu: {type: string}}}»}}}}}}\n",
    ),
    sent(
        ("Schema", "discriminator"),
        "\"kind\":\"cat\"",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/C'}, {$ref: '#/components/schemas/D'}]«, discriminator: {propertyName: kind, mapping: {cat: C, dog: D}}»}}}}, responses: {'200': {description: ok}}}}}\ncomponents: {schemas: {C: {type: object, required: [kind, c], properties: {kind: {type: string}, c: {type: string}}}, D: {type: object, required: [kind, d], properties: {kind: {type: string}, d: {type: string}}}}}\n",
    ),
    sent(
        ("Discriminator", "propertyName"),
        "\"kind\":\"cat\"",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/C'}, {$ref: '#/components/schemas/D'}], discriminator: {propertyName: «kind|other», mapping: {cat: C, dog: D}}}}}}, responses: {'200': {description: ok}}}}}\ncomponents: {schemas: {C: {type: object, required: [kind, c], properties: {kind: {type: string}, c: {type: string}}}, D: {type: object, required: [kind, d], properties: {kind: {type: string}, d: {type: string}}}}}\n",
    ),
    sent(
        ("Discriminator", "mapping"),
        "\"kind\":\"cat\"",
        "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/C'}, {$ref: '#/components/schemas/D'}], discriminator: {propertyName: kind«, mapping: {cat: C, dog: D}»}}}}}, responses: {'200': {description: ok}}}}}\ncomponents: {schemas: {C: {type: object, required: [kind, c], properties: {kind: {type: string}, c: {type: string}}}, D: {type: object, required: [kind, d], properties: {kind: {type: string}, d: {type: string}}}}}\n",
    ),
];

const CREDENTIALS: &[Proof] = &[
    came(
        ("OpenAPI", "security"),
        (&["--bearer", "secret"], "authorization: bearer secret"),
        "«security: [{s: []}]»\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: http, scheme: bearer}}}\n",
    ),
    came(
        ("Operation", "security"),
        (&["--bearer", "secret"], "authorization: bearer secret"),
        "paths: {/a: {get: {«security: [{s: []}],» responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: http, scheme: bearer}}}\n",
    ),
    came(
        ("Security Requirement", "{name}"),
        (&["--bearer", "secret"], "authorization: bearer secret"),
        "security: [{«s: []»}]\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: http, scheme: bearer}}}\n",
    ),
    came(
        ("Security Scheme", "type"),
        (&["--bearer", "secret"], "authorization: bearer secret"),
        "security: [{s: []}]\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: «http, scheme: bearer|mutualTLS»}}}\n",
    ),
    came(
        ("Security Scheme", "scheme"),
        (&["--bearer", "secret"], "authorization: bearer secret"),
        "security: [{s: []}]\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: http, scheme: «bearer|digest»}}}\n",
    ),
    came(
        ("Security Scheme", "name"),
        (&["--api-key", "secret"], "x-key: secret"),
        "security: [{s: []}]\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: apiKey, in: header, name: «X-Key|X-Other»}}}\n",
    ),
    came(
        ("Security Scheme", "in"),
        (&["--api-key", "secret"], "x-key: secret"),
        "security: [{s: []}]\npaths: {/a: {get: {responses: {'200': {description: ok}, '401': {description: no}}}}}\ncomponents: {securitySchemes: {s: {type: apiKey, in: «header|query», name: X-Key}}}\n",
    ),
];

const LINKS: &[Proof] = &[
    sent(
        ("Response", "links"),
        "b/either/link/a",
        "paths:\n  /a: {post: {operationId: a, responses: {'201': {description: ok, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}, «links: {l: {operationId: b, parameters: {id: $response.body#/id}}}»}}}}\n  /b/{id}: {get: {operationId: b, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {description: ok}}}}\n",
    ),
    sent(
        ("Link", "operationId"),
        "b/either/link/a",
        "paths:\n  /a: {post: {operationId: a, responses: {'201': {description: ok, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}, links: {l: {«operationId: b,» parameters: {id: $response.body#/id}}}}}}}\n  /b/{id}: {get: {operationId: b, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {description: ok}}}}\n",
    ),
    sent(
        ("Link", "operationRef"),
        "b/either/link/a",
        "paths:\n  /a: {post: {operationId: a, responses: {'201': {description: ok, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}, links: {l: {«operationRef: '#/paths/~1b~1{id}/get',» parameters: {id: $response.body#/id}}}}}}}\n  /b/{id}: {get: {operationId: b, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {description: ok}}}}\n",
    ),
    sent(
        ("Link", "requestBody"),
        "a/accept/body/resource/b",
        "paths:\n  /a: {post: {operationId: a, responses: {'201': {description: ok, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}, links: {l: {operationId: b«, requestBody: {x: $response.body#/id}»}}}}}}\n  /b: {post: {operationId: b, requestBody: {required: true, content: {application/json: {schema: {type: object, required: [x], properties: {x: {type: string}}}}}}, responses: {'201': {description: ok}}}}\n",
    ),
    sent(
        ("Link", "parameters"),
        "b/either/link/a",
        "paths:\n  /a: {post: {operationId: a, responses: {'201': {description: ok, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}, links: {l: {operationId: b«, parameters: {id: $response.body#/id}»}}}}}}\n  /b/{id}: {get: {operationId: b, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {description: ok}}}}\n",
    ),
];

const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"k\":\"b\"}";
const NULL: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"k\":null}";
const HEADER: &str = "HTTP/1.1 200 OK\r\nx-h: b,c\r\ncontent-length: 0\r\n\r\n";

const ANSWERS: &[Proof] = &[
    judged(
        ("Operation", "responses"),
        ("documented-status", OK),
        "paths: {/a: {get: {responses: {«'201'|'200'»: {description: ok}}}}}\n",
    ),
    judged(
        ("Responses", "HTTP Status Code"),
        ("documented-status", OK),
        "paths: {/a: {get: {responses: {«'201'|2XX»: {description: ok}}}}}\n",
    ),
    judged(
        ("Responses", "default"),
        ("media-type", OK),
        "paths: {/a: {get: {responses: {«default: {description: ok, content: {text/plain: {}}}|'200': {description: ok}»}}}}\n",
    ),
    judged(
        ("Response", "content"),
        ("media-type", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {«text/plain|application/json»: {}}}}}}}\n",
    ),
    judged(
        ("Response", "headers"),
        ("declared-headers", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, «headers: {X-H: {required: true, schema: {type: string}}}»}}}}}\n",
    ),
    judged(
        ("Header", "required"),
        ("declared-headers", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, headers: {X-H: {«required: true,» schema: {type: string}}}}}}}}\n",
    ),
    judged(
        ("Header", "schema"),
        ("declared-headers", HEADER),
        "paths: {/a: {get: {responses: {'200': {description: ok, headers: {X-H: {«schema: {type: integer}»}}}}}}}\n",
    ),
    judged(
        ("Header", "content"),
        ("declared-headers", HEADER),
        "paths: {/a: {get: {responses: {'200': {description: ok, headers: {X-H: {«content: {application/json: {schema: {type: integer}}}|schema: {}»}}}}}}}\n",
    ),
    judged(
        ("Media Type", "schema"),
        ("response-schema", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {«schema: {type: array}»}}}}}}}\n",
    ),
    judged(
        ("Schema", "nullable"),
        ("response-schema", NULL),
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {k: {type: string, nullable: «false|true»}}}}}}}}}}\n",
    ),
    judged(
        ("Schema", "readOnly"),
        ("response-schema", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: object, required: [r], properties: {r: {type: string, «readOnly|writeOnly»: true}}}}}}}}}}\n",
    ),
    judged(
        ("Schema", "writeOnly"),
        ("write-only", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {k: {type: string«, writeOnly: true»}}}}}}}}}}\n",
    ),
    judged(
        ("Schema", "discriminator"),
        ("response-schema", OK),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/C'}, {$ref: '#/components/schemas/D'}]«|, discriminator: {propertyName: k, mapping: {b: C, d: D}}»}}}}}}}}\ncomponents: {schemas: {C: {type: object, required: [k], properties: {k: {type: string}}}, D: {type: object, required: [k], properties: {k: {type: string}, d: {type: integer}}}}}\n",
    ),
    judged(
        ("Media Type", "itemSchema"),
        ("response-schema", LINES),
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/jsonl: {«itemSchema: {type: object}»}}}}}}}\n",
    ),
];

const LINES: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/jsonl\r\ncontent-length: 5\r\n\r\n{}\n1\n";
