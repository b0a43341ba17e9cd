//! What keywords mean by their standards: regular expressions, decimals, keywords that a version does
//! not list, discriminators.

use std::time::Duration;

use serde_json::{Value, json};

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Ran, probity};

/// A document with one operation that takes a body and gives one back.
fn document(version: &str, schema: &str, components: &str) -> String {
    format!(
        "openapi: {version}
info: {{title: T, version: '1'}}
components: {{schemas: {{{components}}}}}
paths:
  /things:
    post:
      operationId: put
      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}
      responses: {{'200': {{description: ok}}, '400': {{description: no}}, '415': {{description: no}}}}
"
    )
}

/// A host that takes the objects that it is told to.
fn host(takes: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Canned {
    Canned::start(move |asked: &Asked| {
        let body = asked.whole.get(asked.head.len()..).unwrap_or_default();
        let json = asked.head.to_lowercase().contains("content-type: application/json");
        let value = serde_json::from_str::<Value>(body).ok().filter(|_| !body.contains('\u{fffd}'));
        let status = match value {
            _ if !asked.line.starts_with("POST") => "405 Method Not Allowed\r\nAllow: POST",
            _ if !json => "415 Unsupported Media Type",
            Some(value) if takes(&value) => "200 OK",
            _ => "400 Bad Request",
        };
        Reply::Bytes(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes())
    })
}

fn checked(document: &str, host: &Canned) -> Ran {
    let driver = probity().with_file("c.yaml", document).within(Duration::from_mins(1));
    driver.args(["check", "c.yaml", "--report", "json=r.json", "--target", &host.url()]).run()
}

/// The checks that found something which denies, each once.
fn denied(ran: &Ran) -> Vec<String> {
    let report = ran.json("r.json");
    let findings = report["findings"].as_array().unwrap().iter();
    let denied = findings.filter(|finding| finding["severity"] == "deny");
    let mut checks: Vec<String> =
        denied.map(|finding| finding["check"].as_str().unwrap().to_owned()).collect();
    checks.sort();
    checks.dedup();
    checks
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.as_object()?.get(name)?.as_str()
}

#[test]
fn a_host_that_looks_neither_ahead_nor_further_than_the_ends_is_found() {
    let schema = r"{type: object, required: [key, code], properties: {key: {type: string, pattern: '^(?=.*\d)(?=.*[A-Z])[A-Z\d]{6,9}$'}, code: {type: string, pattern: 'A\d'}}}";
    let document = document("3.0.3", schema, "");
    let is_key = |key: &str, digit: bool| {
        (6..=9).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && key.bytes().any(|byte| byte.is_ascii_uppercase())
            && (!digit || key.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let is_code =
        |code: &str| code.as_bytes().windows(2).any(|pair| pair[0] == b'A' && pair[1].is_ascii_digit());
    let right = host(move |value| {
        text(value, "key").is_some_and(|key| is_key(key, true)) && text(value, "code").is_some_and(is_code)
    });
    let ran = checked(&document, &right).ends_with(0);
    assert!(ran.stdout.contains("seen 200"), "{}", ran.everything());
    let loose = host(move |value| {
        text(value, "key").is_some_and(|key| is_key(key, false)) && text(value, "code").is_some_and(is_code)
    });
    assert_eq!(denied(&checked(&document, &loose).ends_with(1)), ["invalid-rejected"]);
    let anchored = host(move |value| {
        text(value, "key").is_some_and(|key| is_key(key, true))
            && text(value, "code").is_some_and(|code| code.len() == 2 && is_code(code))
    });
    assert_eq!(denied(&checked(&document, &anchored).ends_with(1)), ["valid-accepted"]);
}

#[test]
fn a_pattern_of_another_engine_costs_that_pattern_only() {
    let schema = r"{type: object, required: [age], properties: {age: {type: integer, minimum: 0}, name: {type: string, pattern: '^[a-z]+\Z'}, map: {type: object, patternProperties: {'(?i)^x': {type: integer}}}}}";
    let document = document("3.1.0", schema, "");
    let takes = |least: f64| {
        move |value: &Value| {
            let age = &value["age"];
            let whole = age.as_f64().is_some_and(|age| age.fract() == 0.0);
            let name = value.get("name").is_none_or(Value::is_string);
            let map = value.get("map").is_none_or(Value::is_object);
            whole && name && map && age.as_f64().unwrap_or_default() >= least
        }
    };
    let ran = checked(&document, &host(takes(0.0))).ends_with(0);
    for pattern in [r"the pattern `^[a-z]+\Z` cannot be used", "the pattern `(?i)^x` cannot be used"] {
        assert_eq!(ran.stdout.matches(pattern).count(), 1, "{}", ran.everything());
    }
    assert_eq!(denied(&checked(&document, &host(takes(-5.0))).ends_with(1)), ["invalid-rejected"]);
}

#[test]
fn no_pattern_keeps_a_run_from_its_end() {
    let evil = r"{type: object, properties: {a: {type: string, pattern: '^(?=(\w+\s?)*$)(a+)+\2!$'}, b: {type: string, pattern: '^(a+)+$', maxLength: 100000}, c: {type: string, pattern: '((((x{1,999}){1,999}){1,999}){1,999}){1,999}'}, d: {type: object, patternProperties: {'^(?=(a|aa)+$)(?:(?:a+)+)+$': {type: integer}}}}}";
    let document = document("3.1.0", evil, "");
    let ran = checked(&document, &host(Value::is_object));
    assert!(!ran.killed, "{}", ran.everything());
    assert!(ran.stdout.contains("it is too large to be used"), "{}", ran.everything());
}

#[test]
fn both_bounds_are_sent_to_the_last_digit() {
    let schema = "{type: object, required: [price], properties: {price: {type: number, minimum: 0.35, maximum: 1.2, multipleOf: 0.05}}}";
    let document = document("3.0.3", schema, "");
    let takes = |low: f64, high: f64| {
        move |value: &Value| {
            let units = value["price"].as_f64().map(|price| (price * 100.0 * 1e6).round() / 1e6);
            units.is_some_and(|units| units % 5.0 == 0.0 && units >= low && units <= high)
        }
    };
    checked(&document, &host(takes(35.0, 120.0))).ends_with(0);
    for (low, high) in [(40.0, 120.0), (35.0, 115.0)] {
        let ran = checked(&document, &host(takes(low, high))).ends_with(1);
        assert_eq!(denied(&ran), ["valid-accepted"], "{low} {high}");
    }
    for (low, high) in [(30.0, 120.0), (35.0, 125.0)] {
        let ran = checked(&document, &host(takes(low, high))).ends_with(1);
        assert_eq!(denied(&ran), ["invalid-rejected"], "{low} {high}");
    }
}

#[test]
fn what_3_0_does_not_list_may_be_known_or_not() {
    let schema = "{type: object, required: [kind], properties: {kind: {type: string, const: a}}, patternProperties: {'^x': {type: integer}}}";
    let knows = |value: &Value| {
        value["kind"] == "a"
            && value.as_object().is_some_and(|members| {
                members.iter().all(|(name, member)| !name.starts_with('x') || member.is_i64())
            })
    };
    let ignores = |value: &Value| value["kind"].is_string();
    for version in ["3.0.3", "3.1.0"] {
        let document = document(version, schema, "");
        let ran = checked(&document, &host(knows)).ends_with(0);
        let told = ran.stdout.contains("`const` is no keyword in OpenAPI 3.0.3");
        assert_eq!(told, version == "3.0.3", "{}", ran.everything());
        checked(&document, &host(ignores)).ends_with(i32::from(!told));
    }
}

const SHAPES: &str = "Circle: {type: object, required: [kind, r], properties: {kind: {type: string}, r: {type: number, minimum: 1, maximum: 9}}}, Square: {type: object, required: [kind, side], properties: {kind: {type: string}, side: {type: number, minimum: 1, maximum: 9}}}, ";

fn is_shape(value: &Value, circles: &[&str]) -> bool {
    let within = |name: &str| value[name].as_f64().is_some_and(|size| (1.0..=9.0).contains(&size));
    match value["kind"].as_str() {
        Some("Square") => within("side"),
        Some(kind) => circles.contains(&kind) && within("r"),
        None => false,
    }
}

#[test]
fn each_name_of_each_alternative_is_sent_and_must_be_taken() {
    let named = "oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]";
    let plain = format!("{SHAPES} Shape: {{{named}, discriminator: {{propertyName: kind}}}}");
    let mapped = format!(
        "{SHAPES} Shape: {{{named}, discriminator: {{propertyName: kind, mapping: {{ring: Circle, disc: '#/components/schemas/Circle'}}}}}}"
    );
    let schema = "{$ref: '#/components/schemas/Shape'}";
    let plain = document("3.0.3", schema, &plain);
    checked(&plain, &host(|value| is_shape(value, &["Circle"]))).ends_with(0);
    let ran = checked(&plain, &host(|value| is_shape(value, &[]))).ends_with(1);
    assert_eq!(denied(&ran), ["valid-accepted"]);
    let mapped = document("3.1.0", schema, &mapped);
    checked(&mapped, &host(|value| is_shape(value, &["ring", "disc"]))).ends_with(0);
    let ran = checked(&mapped, &host(|value| is_shape(value, &["ring"]))).ends_with(1);
    assert_eq!(denied(&ran), ["valid-accepted"]);
    let plan = ran.again().args(["plan", "c.yaml", "--json"]).run();
    for name in ["ring", "disc", "Square"] {
        assert!(plan.stdout.contains(&format!("\\\"kind\\\":\\\"{name}\\\"")), "{name}");
    }
}

#[test]
fn what_builds_on_a_schema_is_a_value_of_it() {
    let pets = "Pet: {type: object, required: [kind], additionalProperties: true, properties: {kind: {type: string}}, discriminator: {propertyName: kind}}, Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [lives], properties: {lives: {type: integer, minimum: 1, maximum: 9}}}]}";
    let document = document("3.0.3", "{$ref: '#/components/schemas/Pet'}", pets);
    let right = |value: &Value| {
        value["kind"] == "Cat" && value["lives"].as_i64().is_some_and(|lives| (1..=9).contains(&lives))
    };
    let ran = checked(&document, &host(right)).ends_with(0);
    assert!(ran.stdout.contains("seen 200"), "{}", ran.everything());
}

#[test]
fn null_may_come_where_it_was_meant_to_be_allowed() {
    for beside in [
        "allOf: [{type: string}]",
        "oneOf: [{type: string}, {type: integer}]",
        "anyOf: [{$ref: '#/components/schemas/Circle'}]",
    ] {
        let document = format!(
            "openapi: 3.0.3
info: {{title: T, version: '1'}}
components: {{schemas: {{{SHAPES}}}}}
paths:
  /things: {{get: {{operationId: list, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{type: array, items: {{nullable: true, {beside}}}}}}}}}}}}}}}}}
"
        );
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n[null]";
        checked(&document, &Canned::always(answer)).ends_with(0);
    }
}

#[test]
fn a_finding_below_a_discriminator_names_the_place_that_is_meant() {
    let document = format!(
        "openapi: 3.0.3
info: {{title: T, version: '1'}}
components: {{schemas: {{{SHAPES} Shape: {{oneOf: [{{$ref: '#/components/schemas/Circle'}}, {{$ref: '#/components/schemas/Square'}}], discriminator: {{propertyName: kind}}}}}}}}
paths:
  /things: {{get: {{operationId: list, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{type: array, items: {{$ref: '#/components/schemas/Shape'}}}}}}}}}}}}}}}}
"
    );
    let body = json!([{"kind": "Square", "side": 2}, {"kind": "Circle", "r": "wide"}]).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let ran = checked(&document, &Canned::always(answer)).ends_with(1);
    assert!(ran.stdout.contains("at `/1/r`"), "{}", ran.everything());
}
