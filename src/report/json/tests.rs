//! What machines read, held to its schema.

use super::super::build::{LONGEST_BODY, body};
use super::super::fixture::Fixture;
use super::*;
use crate::run::End;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../spec/report.schema.json")).unwrap());

fn valid(fixture: &Fixture) -> Value {
    let report = fixture.report();
    let text = json(&report).unwrap();
    assert_eq!(read(&text).unwrap(), report);
    assert_eq!(json(&read(&text).unwrap()).unwrap(), text);
    let value: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::draft202012::new(&SCHEMA).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    value
}

/// The value without what may differ between runs.
fn steady(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, _| key != "timing" && key != "observed");
            members.values_mut().for_each(steady);
        }
        Value::Array(items) => items.iter_mut().for_each(steady),
        _ => {}
    }
}

#[test]
fn the_schema_describes_every_property_and_closes_every_object() {
    assert!(jsonschema::meta::is_valid(&SCHEMA));
    let mut stack = vec![&*SCHEMA];
    while let Some(node) = stack.pop() {
        match node {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    assert_eq!(members.get("additionalProperties"), Some(&false.into()), "{node}");
                    for (name, property) in properties {
                        assert!(property["description"].is_string(), "{name}");
                    }
                }
                stack.extend(members.values());
            }
            Value::Array(items) => stack.extend(items),
            _ => {}
        }
    }
}

#[test]
fn a_report_is_what_its_schema_says_however_the_run_ended() {
    for end in [End::Complete, End::FirstFinding, End::Interrupted, End::TargetLost("gone".into())] {
        let mut fixture = Fixture::new();
        fixture.run.end = end;
        valid(&fixture);
    }
    let mut fixture = Fixture::new();
    fixture.run.exchanges = vec![vec![None]; 4];
    assert_eq!(valid(&fixture)["verdict"], "untested");
    fixture.findings.clear();
    valid(&fixture);
    let mut fixture = Fixture::new();
    fixture.poison("\u{1b}\u{0}\u{202e}\"\n");
    assert_eq!(valid(&fixture)["snapshots"]["changed"], 1);
}

#[test]
fn a_finding_holds_all_that_is_known_of_it() {
    let report = valid(&Fixture::new());
    insta::assert_json_snapshot!(report["findings"][0], @r#"
    {
      "check": "made-up-schema",
      "severity": "deny",
      "operation": "create-group",
      "about": "request",
      "operations": [
        "create-group"
      ],
      "place": "body",
      "cause": "accept",
      "answer": "/rank type",
      "title": "`/rank` is text where an integer is asked for",
      "expected": "type integer",
      "actual": "string \"2\"",
      "contract": {
        "file": "groups.yaml",
        "line": 33,
        "column": 26,
        "pointer": "/paths/~1group/post/responses/200/content/application~1json/schema/properties/rank/type"
      },
      "excerpt": {
        "first": 31,
        "lines": [
          "                type: object",
          "                properties:",
          "                  rank: {type: integer}",
          "        '400': {description: Refused.}",
          "        '401': {description: Who are you?}"
        ],
        "marked": 2,
        "column": 26,
        "length": 4
      },
      "count": 2,
      "cases": [
        "create-group/accept/body/valid/all",
        "create-group/reject/body/name/missing"
      ],
      "example": "create-group/accept/body/valid/all",
      "of": null,
      "except": [],
      "said": null,
      "value": "/rank",
      "curl": "curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '\"$PROBITY_BASIC_BASE64\" -H 'content-type: application/json' --data-binary '{\"name\": \"it'\\''s-'\"$RUN\"'\", \"rank\": 2}'"
    }
    "#);
}

#[test]
fn a_case_tells_what_was_expected_and_what_came() {
    let report = valid(&Fixture::new());
    insta::assert_json_snapshot!(report["cases"][1], @r#"
    {
      "id": "create-group/reject/body/name/missing",
      "scenario": "create-group/reject/body/name/missing",
      "operation": "create-group",
      "place": "body",
      "cause": "",
      "about": "",
      "contract": {
        "file": "groups.yaml",
        "line": 13,
        "column": 5,
        "pointer": "/paths/~1group/post"
      },
      "expected": {
        "verdict": "reject",
        "statuses": [
          "400"
        ],
        "codes": [
          "735"
        ]
      },
      "result": "failed",
      "request": {
        "method": "POST",
        "url": "https://api.example/group",
        "headers": [
          [
            "authorization",
            "Basic $PROBITY_BASIC_BASE64"
          ],
          [
            "content-type",
            "application/json"
          ],
          [
            "content-length",
            "1"
          ]
        ],
        "body": {
          "text": "{\"rank\": 2}",
          "bytes": 11,
          "cut": false
        }
      },
      "outcome": {
        "status": 400,
        "accepted": false,
        "codes": [
          "799",
          "735"
        ],
        "violates": [
          "made-up-schema"
        ],
        "observed": {
          "request_id": "8c1f-10",
          "url": null,
          "started": "1969-12-31T23:59:59.99Z",
          "elapsed_ms": 10.0,
          "attempts": 1,
          "detail": null,
          "headers": [
            [
              "x-request-id",
              "8c1f-10"
            ],
            [
              "date",
              "10"
            ]
          ],
          "body": {
            "text": "{\"errors\": [{\"code\": 799}, {\"code\": 735}]}",
            "bytes": 42,
            "cut": false
          }
        }
      },
      "observations": [
        {
          "finding": 0,
          "title": "`/rank` is text where an integer is asked for",
          "expected": "type integer",
          "actual": "string \"2\"",
          "contract": {
            "file": "groups.yaml",
            "line": 33,
            "column": 26,
            "pointer": "/paths/~1group/post/responses/200/content/application~1json/schema/properties/rank/type"
          }
        }
      ],
      "curl": "curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '\"$PROBITY_BASIC_BASE64\" -H 'content-type: application/json' --data-binary '{\"rank\": 2}'"
    }
    "#);
}

#[test]
fn a_case_without_an_answer_tells_why() {
    let report = valid(&Fixture::new());
    assert_eq!(report["cases"][2]["outcome"]["failure"], "cut");
    assert_eq!(report["cases"][3]["outcome"], Value::Null);
}

#[test]
fn two_runs_give_the_same_bytes_beside_what_time_brings() {
    let report = |fixture: &Fixture| {
        let mut value = valid(fixture);
        steady(&mut value);
        serde_json::to_string_pretty(&value).unwrap()
    };
    let one = report(&Fixture::at("1234567890", "2026-01-02T03:04:05Z", 10));
    let other = report(&Fixture::at("9876543210", "2027-11-12T13:14:15Z", 99));
    assert_eq!(one, other);
    assert!(!one.contains("1234567890"));
}

#[test]
fn a_body_is_text_or_base64_and_not_without_end() {
    let shown = |bytes: &[u8]| serde_json::to_value(body(bytes, b"1234567890", LONGEST_BODY)).unwrap();
    assert_eq!(shown(b"a-1234567890"), serde_json::json!({"text": "a-{run}", "bytes": 12, "cut": false}));
    assert_eq!(shown(b"\xff\0"), serde_json::json!({"base64": "/wA=", "bytes": 2, "cut": false}));
    let long = shown("ä".repeat(LONGEST_BODY).as_bytes());
    assert_eq!((long["text"].as_str().unwrap().len(), &long["cut"]), (LONGEST_BODY, &true.into()));
    let long = shown(&[b"\xff", "ä".repeat(LONGEST_BODY).as_bytes()].concat());
    assert_eq!(STANDARD.decode(long["base64"].as_str().unwrap()).unwrap().len(), LONGEST_BODY);
}

#[test]
fn a_report_with_a_body_of_any_bytes_is_valid() {
    let mut fixture = Fixture::new();
    for exchange in fixture.run.exchanges.iter_mut().flatten().flatten() {
        exchange.sent.body = Some(Bytes::from_static(b"\xfe\xff\0").into());
    }
    assert_eq!(valid(&fixture)["cases"][0]["request"]["body"]["base64"], "/v8A");
}

#[test]
fn a_report_of_another_format_is_refused_with_a_way_out() {
    let text = json(&Fixture::new().report()).unwrap();
    let with = |format: &str| text.replacen("\"format\": 5", &format!("\"format\": {format}"), 1);
    let refused = |text: &str| read(text).unwrap_err();
    let newer = refused(&with("6"));
    assert!(newer.to_string().starts_with("this report has format 6, written by version "), "{newer}");
    assert!(newer.hint().ends_with("or newer"), "{}", newer.hint());
    assert!(refused(&with("1")).hint().starts_with("run the check again"));
    assert!(matches!(refused("{}"), NotAReport::Foreign));
    assert!(matches!(refused("[1]"), NotAReport::Foreign));
    assert!(matches!(refused("<xml>"), NotAReport::NotJson(_)));
    assert!(matches!(refused(&text.replace("\"seed\": 7", "\"seed\": -7")), NotAReport::Damaged(_)));
}

#[test]
fn what_would_steer_a_terminal_is_escaped() {
    let text = "a\u{9b}2J\u{202e}\u{7f}\u{1b}\u{e0001}ä🎉##[error]";
    let shown = pretty(&text).unwrap();
    assert_eq!(shown, "\"a\\u009b2J\\u202e\\u007f\\u001b\\udb40\\udc01ä🎉##\\u005berror]\"\n");
    assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
}
