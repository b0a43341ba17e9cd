//! Rules of any contract: the embedded host satisfies each, and a run tells which were tried.

use crate::driver::{Ran, probity};
use serde_json::Value;

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Bookings, version: '1'}
paths:
  /bookings/{room}:
    post:
      operationId: book
      parameters:
        - {name: room, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: X-Channel, in: header, required: true, schema: {type: string, enum: [web, desk]}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [guest]
              properties:
                guest: {type: string}
                note: {type: [string, 'null']}
                nights: {type: integer, minimum: 1}
                low: {type: number}
                high: {type: number}
                guests: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}
      responses:
        '201':
          description: booked
          content:
            application/json:
              schema:
                type: object
                required: [id, state, from, until, low, high]
                properties:
                  id: {type: string, format: uuid}
                  trace: {type: string, minLength: 26, maxLength: 26}
                  state: {enum: [open, noted, closed]}
                  kind: {type: string}
                  version: {type: integer}
                  room: {type: integer}
                  channel: {type: string}
                  guest: {type: string}
                  note: {type: [string, 'null']}
                  nights: {type: integer}
                  from: {type: integer}
                  until: {type: string, format: date-time}
                  since: {type: string, format: date-time}
                  low: {type: number, example: 9}
                  high: {type: number, example: 2.5}
                  guests: {type: array, items: {type: object, properties: {name: {type: string}}}}
        '400': {description: refused}
      x-probity:
        rules:
";

const RULES: &[&str] = &[
    "equal: [$response.body#/room, $request.path.room]",
    "equal: [$response.body#/channel, $request.header.X-Channel]",
    "equal: [$response.body#/guest, $request.body#/guest]",
    "equal: [$response.body#/guests/*/name, $request.body#/guests/*/name]",
    "{equal: [$response.body#/nights, $request.body#/nights], when: {given: $request.body#/nights}}",
    "{value: {at: $response.body#/nights, is: 1}, when: {absent: $request.body#/nights}}",
    "{value: {at: $response.body#/state, is: noted}, when: {given: $request.body#/note}}",
    "{value: {at: $response.body#/state, is: open}, when: {absent: $request.body#/note}}",
    "{value: {at: $response.body#/state, is: closed}, when: {'null': $request.body#/note}}",
    "value: {at: $response.body#/kind, is: booking}",
    "{constant: $response.body#/kind, severity: warn, because: It is fixed.}",
    "distinct: $response.body#/id",
    "encodes-time: {id: $response.body#/id, as: uuid-v7, at: $response.body#/from}",
    "encodes-time: {id: $response.body#/trace, as: ulid, at: $response.body#/since}",
    "recent: {at: $response.body#/from, unit: milliseconds, within: 30s}",
    "same-instant: [$response.body#/from, $response.body#/since]",
    "ordered: [$response.body#/from, $response.body#/until]",
    "ordered: [$response.body#/low, $response.body#/high]",
];

fn checked(rules: &[&str]) -> Ran {
    let text = format!("{CONTRACT}          - {}\n", rules.join("\n          - "));
    probity().with_file("c.yaml", text).args(["check", "c.yaml", "--report", "json=report.json"]).run()
}

fn tried(report: &Value) -> Vec<(String, u64)> {
    let rules = report["coverage"]["operations"][0]["rules"].as_array().expect("rules");
    let one = |rule: &Value| (rule["rule"].as_str().unwrap().to_owned(), rule["times"].as_u64().unwrap());
    rules.iter().map(one).collect()
}

#[test]
fn the_embedded_host_satisfies_every_rule_of_any_contract() {
    let ran = checked(RULES).ends_with(0);
    let report = ran.json("report.json");
    assert_eq!(report["findings"], serde_json::json!([]), "{}", ran.everything());
    let idle: Vec<_> = tried(&report).into_iter().filter(|(_, times)| *times == 0).collect();
    assert!(idle.is_empty(), "not exercised: {idle:?}");
    let line = format!(" {0} of {0} rules\n", RULES.len());
    assert!(ran.stdout.contains(&line), "{}", ran.everything());
}

#[test]
fn a_rule_that_was_never_tried_is_told_with_its_line() {
    let rules = ["distinct: $response.body#/nothing", "constant: $response.body#/kind"];
    let ran = checked(&rules).ends_with(0);
    assert_eq!(tried(&ran.json("report.json"))[0], ("distinct $response.body#/nothing".to_owned(), 0));
    for wanted in [" 1 of 2 rules\n", "  not exercised distinct $response.body#/nothing  c.yaml:52:13\n"] {
        assert!(ran.stdout.contains(wanted), "{}", ran.everything());
    }
}

#[test]
fn a_rule_that_warns_is_reported_and_fails_nothing_unless_the_user_says_so() {
    let rule = "{value: {at: $response.body#/low, is: never}, severity: warn}";
    let lines = format!("{CONTRACT}          - {rule}\n          - constant: $response.body#/low\n");
    let run = |extra: &[&str]| {
        let arguments = ["check", "c.yaml", "--fail-fast", "--jobs", "1"];
        probity().with_file("c.yaml", &lines).args(arguments).args(extra).run()
    };
    // The host does its best, and cannot make a number a text.
    let ran = run(&[]).ends_with(0);
    assert!(ran.stdout.contains("warn[rule] `$response.body#/low` is not \"never\""), "{}", ran.everything());
    assert!(!ran.stdout.contains("stopped at the first finding"), "{}", ran.everything());
    assert!(run(&["-D", "rule"]).ends_with(1).stdout.contains("deny[rule]"));
    assert!(!run(&["-A", "rule"]).ends_with(0).stdout.contains("[rule]"));
}

/// A list with parameters that no schema holds it to.
const LISTS: &str = "openapi: 3.1.0
info: {title: Shelf, version: '1'}
paths:
  /books:
    get:
      operationId: list
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 20}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0, default: 0}}
        - {name: sort, in: query, schema: {enum: [pages, -pages]}}
        - {name: state, in: query, schema: {enum: [new, used]}}
      responses:
        '200': {description: all, content: {application/json: {schema: {$ref: '#/components/schemas/Books'}}}}
        '400': {description: refused}
      x-probity:
        rules:
          - at-most: [$response.body#/books, $request.query.limit]
          - sorted: {list: $response.body#/books, by: $request.query.sort}
          - matches: {each: $response.body#/books/*/state, equals: $request.query.state}
          - default: $request.query.limit
          - page: {list: $response.body#/books, limit: $request.query.limit, offset: $request.query.offset, by: /id}
    post:
      operationId: add
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201': {description: added, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
        '400': {description: refused}
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
components:
  schemas:
    New:
      type: object
      required: [pages, state]
      properties: {pages: {type: integer, minimum: 1, maximum: 9999}, state: {enum: [new, used]}}
    Book:
      type: object
      required: [id, pages, state]
      properties: {id: {type: integer}, pages: {type: integer}, state: {enum: [new, used]}}
    Books: {type: object, required: [books], properties: {books: {type: array, items: {$ref: '#/components/schemas/Book'}}}}
";

#[test]
fn the_embedded_host_keeps_the_rules_of_its_lists() {
    let ran = probity().with_file("c.yaml", LISTS).args(["check", "c.yaml", "--report", "json=report.json"]);
    let ran = ran.run().ends_with(0);
    let report = ran.json("report.json");
    assert_eq!(report["findings"], serde_json::json!([]), "{}", ran.everything());
    let idle: Vec<_> = tried(&report).into_iter().filter(|(_, times)| *times == 0).collect();
    assert!(idle.is_empty(), "not exercised: {idle:?}");
}

#[test]
fn every_planted_fault_of_a_list_is_found() {
    let ran =
        probity().with_file("c.yaml", LISTS).args(["audit", "c.yaml", "--include", "list/*", "--json"]).run();
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.everything()));
    let faults = report["faults"].as_array().expect("faults");
    let of_rules = faults.iter().filter(|fault| fault["class"] == "rule");
    let fates: Vec<(&str, &str)> =
        of_rules.map(|fault| (fault["id"].as_str().unwrap(), fault["outcome"].as_str().unwrap())).collect();
    assert!(fates.len() >= 5, "{fates:?}");
    assert!(fates.iter().all(|(_, fate)| *fate == "caught"), "{fates:?}");
}

#[test]
fn what_a_mistake_in_a_parameter_gets_can_be_said_by_its_place() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /orders:
    get:
      operationId: list
      parameters: [{name: customerId, in: query, required: true, schema: {type: integer}}]
      responses:
        '200': {description: all}
        '400': {description: refused, content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}}}}}}
      x-probity:
        errors:
          code: $response.body#/code
          catalogue:
            NOBODY: {status: 400, when: {missing: query.customerId}}
            WRONG: {status: 400, when: [wrong-type, missing, malformed]}
        silent: [{not-found: query.customerId, because: Customers are made elsewhere.}]
";
    let plan = probity().with_file("c.yaml", contract).args(["plan", "c.yaml", "--json"]).run().ends_with(0);
    let plan: Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let cases = plan["scenarios"].as_array().unwrap().iter().flat_map(|one| one["cases"].as_array().unwrap());
    let cases: Vec<&Value> = cases.collect();
    let codes = |part: &str| {
        let case = cases.iter().find(|case| case["id"].as_str().unwrap().contains(part));
        case.map_or_else(|| panic!("{part}"), |case| case["expectation"]["codes"].to_string())
    };
    assert_eq!(codes("reject/query/customerId/missing"), r#"["NOBODY"]"#);
    let valid = cases.iter().find(|case| case["id"].as_str().unwrap().contains("valid/required")).unwrap();
    assert!(valid["id"].as_str().unwrap().starts_with("list/either/"), "{valid}");
    let misspelt = contract.replace("missing: query.customerId", "missing: query.customer");
    let ran = probity().with_file("c.yaml", misspelt).args(["check", "c.yaml"]).run();
    let line = "x-probity names `query.customer`, which no operation takes";
    assert!(ran.stdout.contains(line), "{}", ran.everything());
}
