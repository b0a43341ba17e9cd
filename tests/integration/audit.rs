//! The audit: what it tells of the shipped contract, of another one, and of one that says little.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::driver::{Ran, probity, repository};

fn audited(arguments: &[&str]) -> Ran {
    probity().args(["audit"]).args(arguments.iter().copied()).run()
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.everything()))
}

/// What became of each fault, by its identity.
fn outcomes(report: &Value) -> BTreeMap<&str, &str> {
    let faults = report["faults"].as_array().unwrap();
    faults.iter().map(|one| (one["id"].as_str().unwrap(), one["outcome"].as_str().unwrap())).collect()
}

#[test]
fn the_shipped_contract_tells_nearly_every_fault_and_the_report_keeps_its_schema() {
    let ran = audited(&["--min", "98", "--json"]).ends_with(0);
    let report = report(&ran);
    let schema = std::fs::read_to_string(repository().join("spec/audit.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(report["summary"]["seen"].as_u64().unwrap() > 450);
    for class in report["classes"].as_array().unwrap() {
        let count = |what: &str| class[what].as_u64().unwrap();
        let told = count("caught") + count("pinned") + count("warned");
        // What a client cannot tell from an idle connection's end is all that may be missed.
        assert!(told == count("seen") || class["class"] == "intermittent", "{class:#}");
    }
    for fault in report["faults"].as_array().unwrap() {
        let told = match fault["outcome"].as_str().unwrap() {
            "caught" => fault["requests"].is_u64() && fault["case"].is_string(),
            "pinned" => fault["requests"].is_u64() && fault["reason"].is_string(),
            "survived" => fault["reason"].is_string(),
            _ => true,
        };
        assert!(told, "{fault:#}");
    }
    let outcomes = outcomes(&report);
    assert_eq!(outcomes["create-badges-group/response/200/data/id/drop"], "caught");
    assert_eq!(outcomes["create-badges-group/response/200/data/createdOnISO/drop"], "pinned");
    assert_eq!(outcomes["create-badges-group/method/PUT"], "unseen");
}

#[test]
fn the_report_is_the_same_at_any_number_of_jobs() {
    let pattern = "*/unique/*,*/every-7/*,*/rule/distinct/*,*/rule/constant/*,delivery";
    let said = |jobs: &str| {
        let ran = audited(&["--include", pattern, "--exclude", "*/race", "--jobs", jobs, "--json"]);
        let mut report = report(&ran.ends_with(0));
        report["timing"] = Value::Null;
        report
    };
    let first = said("1");
    assert!(first["faults"].as_array().unwrap().len() > 40);
    for jobs in ["2", "16"] {
        assert!(first == said(jobs), "at {jobs} jobs");
    }
}

#[test]
fn a_share_that_is_too_small_fails() {
    let faults = "create-badges-group/response/200/warnings/drop,create-badges-group/code/732/missing";
    let arguments = ["--include", faults, "-A", "snapshot", "--min"];
    audited(&[&arguments[..], &["50"]].concat()).ends_with(0);
    let ran = audited(&[&arguments[..], &["50.1"]].concat()).ends_with(1);
    assert!(ran.stderr.contains("less than 50.1 % of the faults are caught"), "{}", ran.everything());
    for wrong in ["101", "-1", "all"] {
        assert!(audited(&[&format!("--min={wrong}")]).ends_with(2).stderr.contains("from 0 to 100"));
    }
}

#[test]
fn a_survivor_says_what_the_contract_does_not() {
    let fault = "create-badges-group/response/200/warnings/drop";
    let ran = audited(&["--include", fault, "-A", "snapshot"]).ends_with(0);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| *line == fault).expect("a survivor");
    assert_eq!(lines[at - 2], "Not caught", "{}", ran.everything());
    assert!(lines[at - 1].starts_with("no `required` names `warnings` in spec/groups.openapi.yaml:"));
    let ran = audited(&["--include", fault]).ends_with(0);
    assert!(ran.stdout.contains("only snapshots show it"), "{}", ran.everything());
    let ran = audited(&["--include", fault, "-W", "snapshot"]).ends_with(0);
    assert!(ran.stdout.contains("only a warning: snapshot"), "{}", ran.everything());
}

#[test]
fn fewer_requests_catch_no_more() {
    let share = |most: &str| {
        let ran = audited(&["--include", "create-badges-group/request/*", "--max-requests", most, "--json"]);
        report(&ran.ends_with(0))["summary"]["caught"].as_u64().unwrap()
    };
    let (few, many) = (share("40"), share("300"));
    assert!(0 < few && few < many, "{few} and {many}");
}

#[test]
fn nothing_planted_and_nothing_seen_are_told() {
    let ran = audited(&["--include", "no-such-fault"]).ends_with(5);
    assert!(ran.stderr.contains("no fault matches") && ran.stderr.contains("--list-faults"));
    let ran = audited(&["--include", "*/method/PUT"]).ends_with(5);
    assert!(ran.stderr.contains("no fault made a difference"), "{}", ran.everything());
    assert!(ran.stdout.contains("create-badges-group  method: method/PUT"), "{}", ran.everything());
    audited(&["--include", "create-badges-group/method/PUT", "--changing-methods", "--min", "100"])
        .ends_with(0);
}

/// Another kind of contract: codes in a header, case that makes no difference, resources that
/// are read, a key in the query.
const TICKETS: &str = r#"{
  "openapi": "3.1.0",
  "info": {"title": "Tickets", "version": "1"},
  "security": [{"token": []}],
  "paths": {
    "/tickets": {"post": {
      "operationId": "open-ticket",
      "requestBody": {"required": true, "content": {"application/json": {"schema": {
        "type": "object", "required": ["subject", "weight"], "additionalProperties": false,
        "properties": {
          "subject": {"type": "string", "minLength": 3, "maxLength": 60},
          "weight": {"type": "integer", "minimum": 5, "maximum": 500, "multipleOf": 5},
          "kind": {"type": "string", "enum": ["fault", "wish"]},
          "tags": {"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"type": "string"}}
        }
      }}}},
      "responses": {
        "201": {"description": "Opened.", "content": {"application/json": {"schema": {
          "type": "object", "required": ["id", "subject", "openedAt"],
          "properties": {
            "id": {"type": "integer"}, "subject": {"type": "string"},
            "openedAt": {"type": "string", "format": "date-time"}, "note": {}
          }
        }}}},
        "400": {"description": "Refused.", "headers": {"X-Reason": {"required": true, "schema": {"type": "string"}}}},
        "401": {"description": "Who are you?"},
        "409": {"description": "Known.", "headers": {"X-Reason": {"required": true, "schema": {"type": "string"}}}},
        "415": {"description": "Not JSON."}
      },
      "x-probity": {
        "errors": {"code": "$response.header.X-Reason", "catalogue": {
          "invalid": {"status": 400, "when": ["missing", "null", "wrong-type", "malformed", "too-short", "too-long", "out-of-range", "not-in-enum", "undeclared-property"]},
          "known": {"status": 409, "when": {"repeated": "/subject"}}
        }},
        "unique": [{"field": "/subject", "case": "insensitive"}],
        "rules": [
          {"equal": ["$response.body#/subject", "$request.body#/subject"]},
          {"distinct": "$response.body#/id"},
          {"recent": {"at": "$response.body#/openedAt", "unit": "date-time", "within": "1m"}}
        ]
      }
    }},
    "/tickets/{id}": {"get": {
      "operationId": "read-ticket",
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
      "responses": {
        "200": {"description": "The ticket.", "content": {"application/json": {"schema": {
          "type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}
        }}}},
        "401": {"description": "Who are you?"},
        "404": {"description": "There is none."}
      }
    }}
  },
  "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
}"#;

#[test]
fn another_contract_is_audited_as_well() {
    let ran = probity().with_file("tickets.json", TICKETS).args(["audit", "tickets.json", "--json"]).run();
    let report = report(&ran.ends_with(0));
    let percent = report["summary"]["percent"].as_f64().unwrap();
    assert!(percent > 98.0, "{percent} %: {:#?}", outcomes(&report));
    let outcomes = outcomes(&report);
    for caught in [
        "open-ticket/code/known/as-invalid",
        "open-ticket/code/invalid/missing",
        "open-ticket/unique/subject/case",
        "open-ticket/unique/subject/never-checked",
        "open-ticket/request/body/weight/maximum",
        "open-ticket/request/body/weight/multipleOf",
        "open-ticket/request/body/tags/uniqueItems",
        "open-ticket/request/body/additionalProperties",
        "open-ticket/rule/recent/openedAt/hour-late",
        "open-ticket/credentials/token/unknown-token",
        "open-ticket/header/400/x-reason/missing",
    ] {
        assert_eq!(outcomes.get(caught), Some(&"caught"), "{caught}");
    }
    // What the run has made is there, and shown to whoever asks.
    assert_eq!(outcomes.get("read-ticket/credentials/none"), Some(&"caught"));
}

#[test]
fn faults_are_listed_and_an_unknown_one_is_named() {
    let ran = probity().args(["serve", "--list-faults"]).run().ends_with(0);
    let line = ran.stdout.lines().find(|line| line.starts_with("create-badges-group/unique/name/race "));
    assert!(line.unwrap().ends_with("`/name` is looked up 20 ms before it is remembered"));
    let ids: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    let wrong = ["serve", "--port", "0", "--fault", "create-badges-group/unique/name/rac"];
    let ran = probity().args(wrong).run().ends_with(2);
    assert!(ran.stderr.contains("there is no fault"), "{}", ran.everything());
    assert!(ran.stderr.contains("did you mean `create-badges-group/unique/name/race`?"));
}

/// A form whose values are listed, so that it shows how they are read.
const FORMS: &str = "openapi: 3.0.3
info: {title: Forms, version: '1'}
paths:
  /places:
    post:
      operationId: add
      requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {
        type: object, required: [place, drink], properties: {
          place: {type: string, enum: [Rome, New York]}, drink: {type: string, enum: [tea, 'caf\u{e9}']}}}}}}
      responses: {'200': {description: added}, '400': {description: odd}, '415': {description: no form}}
";

#[test]
fn forms_that_are_decoded_wrongly_are_caught() {
    let faults = "*/form/*";
    let arguments = ["audit", "forms.yaml", "--include", faults, "--json"];
    let ran = probity().with_file("forms.yaml", FORMS).args(arguments).run().ends_with(0);
    let report = report(&ran);
    let caught = ["add/form/encoded", "add/form/latin-1", "add/form/plus"];
    assert_eq!(outcomes(&report), caught.map(|fault| (fault, "caught")).into());
    probity().with_file("forms.yaml", FORMS).args(["check", "forms.yaml"]).run().ends_with(0);
}
