//! A small document for each row of what is not read.

use super::proofs::{Proof, named};

pub(super) const UNREAD: &[Proof] = &[
    named(
        ("OpenAPI", "webhooks"),
        (4, "`webhooks` is not read"),
        "paths: {/a: {get: {responses: {'200': {description: ok}}}}}\n«webhooks: {w: {post: {responses: {}}}}»\n",
    ),
    named(
        ("Operation", "callbacks"),
        (5, "`callbacks` is not read"),
        "paths:\n  /a: {get: {responses: {'200': {description: ok}},\n    «callbacks: {c: {}}»}}\n",
    ),
    named(
        ("Callback", "{expression}"),
        (5, "`callbacks` is not read"),
        "paths:\n  /a: {get: {responses: {'200': {description: ok}},\n    «callbacks: {c: {'{$request.body#/url}': {post: {responses: {}}}}}»}}\n",
    ),
    named(
        ("Parameter", "allowEmptyValue"),
        (4, "`allowEmptyValue` is not read"),
        "paths: {/a: {get: {responses: {'200': {description: ok}}, parameters: [{name: q, in: query, schema: {},\n  «allowEmptyValue: true»}]}}}\n",
    ),
    named(
        ("Example", "serializedValue"),
        (4, "`serializedValue` is not read"),
        "paths: {/a: {get: {responses: {'200': {description: ok}}, parameters: [{name: q, in: query, schema: {}, examples: {e: {\n  «serializedValue: q=1»}}}]}}}\n",
    ),
    named(
        ("Example", "externalValue"),
        (4, "`externalValue` is not read"),
        "paths: {/a: {get: {responses: {'200': {description: ok}}, parameters: [{name: q, in: query, schema: {}, examples: {e: {\n  «externalValue: e.json»}}}]}}}\n",
    ),
    named(
        ("Link", "server"),
        (4, "server"),
        "paths: {/a: {get: {operationId: a, responses: {'200': {description: ok, links: {l: {operationId: a,\n  «server: {url: /b}»}}}}}}}\n",
    ),
    named(
        ("Header", "explode"),
        (4, "`explode` is not read"),
        "paths: {/a: {get: {responses: {'200': {description: ok, headers: {X-H: {schema: {type: object},\n  «explode: true»}}}}}}}\n",
    ),
];

pub(super) const ENCODED: &[Proof] = &[
    named(
        ("Media Type", "prefixEncoding"),
        (4, "`prefixEncoding` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/mixed: {\n  «prefixEncoding: [{}]»}}}}}}\n",
    ),
    named(
        ("Media Type", "itemEncoding"),
        (4, "`itemEncoding` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/mixed: {\n  «itemEncoding: {contentType: a/b}»}}}}}}\n",
    ),
    named(
        ("Encoding", "allowReserved"),
        (4, "`allowReserved` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/form-data: {\n  encoding: {f: {«allowReserved: true»}}}}}}}}\n",
    ),
    named(
        ("Encoding", "encoding"),
        (4, "`encoding` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/form-data: {\n  encoding: {f: {«encoding: {g: {}}»}}}}}}}}\n",
    ),
    named(
        ("Encoding", "prefixEncoding"),
        (4, "`prefixEncoding` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/form-data: {\n  encoding: {f: {«prefixEncoding: [{}]»}}}}}}}}\n",
    ),
    named(
        ("Encoding", "itemEncoding"),
        (4, "`itemEncoding` is not read"),
        "paths: {/a: {post: {responses: {'200': {description: ok}}, requestBody: {content: {multipart/form-data: {\n  encoding: {f: {«itemEncoding: {contentType: a/b}»}}}}}}}}\n",
    ),
];
