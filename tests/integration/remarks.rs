//! What a document leaves unsaid is a remark at most: hosts that keep their contract stay green.

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Ran, probity};

#[track_caller]
fn check(contract: &str, host: &Canned) -> (Ran, Vec<Value>) {
    let ran = probity().with_file("c.yaml", contract);
    let args = ["check", "c.yaml", "--jobs", "4", "--report", "json=report.json", "--target", &host.url()];
    let ran = ran.args(args).run();
    let report = ran.json("report.json");
    let findings = report["findings"].as_array().expect("findings").clone();
    (ran, findings)
}

/// The check, severity and title of each finding.
fn told(findings: &[Value]) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let each = findings
        .iter()
        .map(|one| format!("{}[{}] {}", text(one, "severity"), text(one, "check"), text(one, "title")));
    each.collect()
}

fn method(asked: &Asked) -> &str {
    asked.line.split(' ').next().unwrap_or_default()
}

fn path(asked: &Asked) -> &str {
    asked.line.split(' ').nth(1).unwrap_or_default()
}

fn body(asked: &Asked) -> &str {
    asked.whole.get(asked.head.len()..).unwrap_or_default()
}

fn is_json(asked: &Asked) -> bool {
    asked.head.lines().any(|line| line.to_lowercase().starts_with("content-type: application/json"))
}

/// An answer that has no body for HEAD.
fn answered(asked: &Asked, status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let mut bytes = json(status, headers, body.as_ref());
    if method(asked) == "HEAD" {
        bytes.truncate(bytes.len() - body.as_ref().len());
    }
    Reply::Bytes(bytes)
}

const HALF_READ: &str = "openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things:
    get:
      operationId: list
      responses: {'200': {$ref: 'elsewhere.yaml#/Things'}}
    options:
      operationId: options
      responses: {'204': {description: ok}}
";

#[test]
fn a_method_that_cannot_be_read_is_declared_all_the_same() {
    let host = Canned::start(|asked| match method(asked) {
        "GET" | "HEAD" => answered(asked, "200 OK", "", "[]"),
        "OPTIONS" => Reply::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        _ => answered(asked, "405 Method Not Allowed", "Allow: GET, HEAD, OPTIONS\r\n", "{}"),
    });
    let (ran, findings) = check(HALF_READ, &host);
    assert!(told(&findings).is_empty(), "{:?}", told(&findings));
    // What its contract refers to is not there.
    ran.ends_with(3);
}

const ORDERS: &str = "openapi: 3.0.3
info: {title: Orders, version: '1'}
paths:
  /orders: {post: &create {operationId: a, requestBody: &body {required: true, content: {application/json: {schema: {type: object, required: [size], properties: {size: {type: integer, minimum: 1, maximum: 9}}}}}}, responses: &answers {'200': {description: ok}, '400': {description: bad}}}}
  /returns: {post: {<<: *create, operationId: b}}
  /offers: {post: {<<: *create, operationId: c}}
  /bills: {post: {<<: *create, operationId: d}}
  /orders/{id}:
    put:
      operationId: e
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: *body
      responses: *answers
";

/// A host that refuses as HTTP has it, whatever is documented.
fn refuses(asked: &Asked) -> Reply {
    let sized = |value: &Value| {
        value["size"].as_f64().is_some_and(|size| (1.0..=9.0).contains(&size) && size.fract() == 0.0)
    };
    match (method(asked), path(asked)) {
        ("PUT", path) if path.starts_with("/orders/") => answered(asked, "404 Not Found", "", "{}"),
        ("POST", "/orders" | "/returns" | "/offers" | "/bills") if !is_json(asked) => {
            answered(asked, "415 Unsupported Media Type", "", "{}")
        }
        ("POST", "/orders" | "/returns" | "/offers" | "/bills") => match serde_json::from_str(body(asked)) {
            Err(_) => answered(asked, "400 Bad Request", "", "{}"),
            Ok(value) if sized(&value) => answered(asked, "200 OK", "", "{}"),
            Ok(_) => answered(asked, "422 Unprocessable Entity", "", "{}"),
        },
        ("GET" | "HEAD", "/bills") => answered(asked, "200 OK", "", "[]"),
        (_, path) => {
            let allow = if path.starts_with("/orders/") { "Allow: PUT\r\n" } else { "Allow: POST\r\n" };
            answered(asked, "405 Method Not Allowed", allow, "{}")
        }
    }
}

#[test]
fn refusals_that_http_has_and_a_get_that_works_are_remarks_for_the_whole_api() {
    let (ran, findings) = check(ORDERS, &Canned::start(refuses));
    let mut told = told(&findings);
    told.sort();
    assert_eq!(
        told,
        [
            "warn[documented-status] status 404 is not documented",
            "warn[documented-status] status 415 is not documented: a, b, c and 1 more",
            "warn[documented-status] status 422 is not documented: a, b, c and 1 more",
            "warn[undeclared-method] GET was answered with status 200, though the path does not declare it",
        ],
        "{}",
        ran.everything()
    );
    assert!(ran.stdout.contains("status 415 is not documented: a, b, c and 1 more"), "{}", ran.stdout);
    ran.ends_with(0);
}

#[test]
fn where_a_catalogue_gives_the_cause_its_status_another_one_is_denied() {
    let catalogue = "x-probity:
  errors:
    code: $response.body#/code
    catalogue: {BAD: {status: 400, when: [missing, wrong-type, out-of-range]}}
";
    let (ran, findings) = check(&format!("{ORDERS}{catalogue}"), &Canned::start(refuses));
    let denied = |finding: &&Value| {
        finding["check"] == "documented-status" && finding["answer"] == "422" && finding["severity"] == "deny"
    };
    let denied: Vec<&Value> = findings.iter().filter(denied).collect();
    assert_eq!(denied.len(), 1, "no operation documents it: {}", ran.everything());
    assert!(denied[0]["operations"].as_array().unwrap().len() >= 4, "{}", ran.everything());
    ran.ends_with(1);
}

const NOTES: &str = "openapi: 3.1.0
info: {title: Notes, version: '1'}
paths:
  /notes:
    post:
      operationId: note
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string}, rank: {type: integer}}}}}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {type: object, properties: {text: {type: string}, rank: {type: integer}}}}}}
        '400': {description: bad}
        '415': {description: bad}
      x-probity: {rules: [{equal: [$response.body#/rank, $request.body#/rank], when: {given: $request.body#/rank}}]}
";

/// A host that repairs what is no UTF-8 and keeps numbers as doubles, as JavaScript has it.
fn repairs(asked: &Asked) -> Reply {
    if method(asked) != "POST" {
        return answered(asked, "405 Method Not Allowed", "Allow: POST\r\n", "{}");
    }
    if !is_json(asked) {
        return answered(asked, "415 Unsupported Media Type", "", "{}");
    }
    let Ok(mut value) = serde_json::from_str::<Value>(body(asked).trim_start_matches('\u{feff}')) else {
        return answered(asked, "400 Bad Request", "", "{}");
    };
    let whole = value.get("rank").is_none_or(|rank| rank.as_f64().is_some_and(|rank| rank.fract() == 0.0));
    if !value["text"].is_string() || !whole {
        return answered(asked, "400 Bad Request", "", "{}");
    }
    if let Some(rank) = value.get("rank").and_then(Value::as_f64).filter(|rank| rank.abs() < 1e300) {
        let digits = format!("{rank:.0}");
        value["rank"] = serde_json::from_str(&digits).expect("a number");
    }
    answered(asked, "201 Created", "", value.to_string())
}

#[test]
fn a_host_may_repair_bytes_and_keep_doubles_where_nothing_promises_more() {
    let (ran, findings) = check(NOTES, &Canned::start(repairs));
    assert!(findings.iter().all(|finding| finding["severity"] == "warn"), "{}", ran.everything());
    let rounded =
        "warn[rule] `$response.body#/rank` is not equal to `$request.body#/rank`: it is rounded to a double";
    assert_eq!(told(&findings), [rounded]);
    let promised = NOTES.replace("rank: {type: integer}", "rank: {type: integer, format: int64}");
    let (_, findings) = check(&promised, &Canned::start(repairs));
    assert_eq!(told(&findings), [rounded.replace("warn", "deny")]);
}

const SNIPPETS: &str = "openapi: 3.0.3
info: {title: Snippets, version: '1'}
paths:
  /snippets:
    get:
      operationId: snippets
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, required: [example], properties: {example: {type: string}}}}}}
        '400': {description: bad, content: {application/json: {schema: {type: object}}}}
";

#[test]
fn what_a_success_says_as_its_schema_asks_is_content_and_a_refusal_is_not() {
    let text = r#"{"example": "update \"t\" set \"a\" = $1 where \"b\" = $2"}"#;
    let of = |status: &'static str, text: &'static str| {
        Canned::start(move |asked| match method(asked) {
            "GET" => answered(asked, status, "", text),
            "HEAD" => answered(asked, status, "", ""),
            _ => answered(asked, "405 Method Not Allowed", "Allow: GET\r\n", "{}"),
        })
    };
    let leaks = |host: &Canned| {
        let (_, findings) = check(SNIPPETS, host);
        told(&findings).into_iter().filter(|told| told.contains("leaked-internals")).count()
    };
    assert_eq!(leaks(&of("200 OK", text)), 0);
    assert_eq!(leaks(&of("400 Bad Request", text)), 1);
    assert_eq!(leaks(&of("200 OK", r#"{"error": "update \"t\" set \"a\" = $1"}"#)), 1);
}
