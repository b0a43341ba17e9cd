//! Hosts that do nothing wrong, whatever they choose where a contract is silent: nothing is held
//! against them.

mod schemas;

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Ran, probity};

#[track_caller]
fn check(contract: &str, host: &Canned) -> Ran {
    let ran = probity().with_file("c.yaml", contract);
    ran.args(["check", "c.yaml", "--jobs", "4", "--target", &host.url()]).run()
}

fn body(asked: &Asked) -> &str {
    asked.whole.get(asked.head.len()..).unwrap_or_default()
}

/// A host of one operation, `POST`, that takes JSON alone.
fn posts(answer: impl Fn(&Value) -> (&'static str, Value) + Send + Sync + 'static) -> Canned {
    Canned::start(move |asked| {
        if !asked.line.starts_with("POST ") {
            let allow = "Allow: POST\r\n";
            let reply =
                json("405 Method Not Allowed", allow, if asked.line.starts_with("HEAD") { "" } else { "{}" });
            return Reply::Bytes(reply);
        }
        let is_json = asked.head.lines().any(|line| {
            let line = line.to_lowercase();
            line.starts_with("content-type: application/json")
        });
        let (status, body) = match serde_json::from_str(body(asked)) {
            _ if !is_json => ("415 Unsupported Media Type", Value::from("no")),
            // What is no UTF-8 is replaced when it is read.
            Ok(value) if !body(asked).contains('\u{fffd}') => answer(&value),
            _ => ("400 Bad Request", Value::from("no")),
        };
        Reply::Bytes(json(status, "", body.to_string()))
    })
}

const ACCOUNTS: &str = "openapi: 3.0.3
info: {title: Accounts, version: '1'}
paths:
  /accounts:
    post:
      operationId: open
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}
        '400': {description: bad}
        '409': {description: taken}
        '415': {description: bad}
      x-probity:
        unique: [{field: /email}]
        rules:
          - equal: [$response.body#/balance, $request.body#/balance]
            when: {given: $request.body#/balance}
components:
  schemas:
    Account:
      type: object
      required: [email]
      properties:
        email: {type: string, format: email}
        balance: {type: number, minimum: -1000, maximum: 1000}
";

fn is_account(value: &Value) -> bool {
    let balance = value.get("balance").is_none_or(|balance| {
        balance.is_number() && balance.as_f64().is_some_and(|balance| (-1000.0..=1000.0).contains(&balance))
    });
    value.is_object() && value["email"].is_string() && balance
}

#[test]
fn a_host_need_not_look_at_formats_nor_keep_more_than_doubles() {
    let taken = Mutex::new(HashSet::new());
    let host = posts(move |value| {
        if !is_account(value) {
            return ("400 Bad Request", Value::from("no"));
        }
        if !taken.lock().unwrap().insert(value["email"].clone()) {
            return ("409 Conflict", Value::from("taken"));
        }
        ("201 Created", value.clone())
    });
    let ran = check(ACCOUNTS, &host).ends_with(0);
    assert!(ran.everything().contains("no findings"), "{}", ran.everything());
}

#[test]
fn a_host_that_takes_values_with_a_format_twice_or_never_is_found() {
    let twice = posts(|value| {
        if is_account(value) {
            ("201 Created", value.clone())
        } else {
            ("400 Bad Request", Value::from("no"))
        }
    });
    let ran = check(ACCOUNTS, &twice).ends_with(1);
    assert!(ran.everything().contains("deny[uniqueness]"), "{}", ran.everything());
    let never = posts(|_| ("400 Bad Request", Value::from("no")));
    let ran = check(ACCOUNTS, &never).ends_with(5);
    assert!(ran.everything().contains("no valid request was accepted: 400"), "{}", ran.everything());
}

const STYLES: &str = "openapi: 3.1.0
info: {title: Styles, version: '1'}
paths:
  /lists:
    get:
      operationId: lists
      parameters:
        - {name: a, in: query, required: true, schema: &list {type: array, minItems: 2, items: {enum: ['p', 'q,r s|t']}}, example: ['p', 'q,r s|t']}
        - {name: b, in: query, required: true, explode: false, schema: *list, example: ['q,r s|t', 'p']}
        - {name: c, in: query, required: true, style: spaceDelimited, explode: false, schema: {type: array, items: {type: string}}, example: ['p', 'q,r|s']}
        - {name: d, in: query, required: true, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}, example: ['p', 'q,r s']}
        - {name: X-E, in: header, required: true, schema: {type: array, minItems: 2, items: {type: integer}}, example: [1, 2]}
        - {name: f, in: cookie, required: true, explode: false, schema: {type: array, minItems: 2, items: {type: string}}, example: [u, v]}
        - {name: g, in: cookie, required: true, schema: {type: string}, example: 'w x'}
      responses: &answers {'200': {description: ok}, '400': {description: bad}}
  /objects:
    get:
      operationId: objects
      parameters:
        - {name: a, in: query, required: true, schema: &object {type: object, required: [r, g], additionalProperties: false, properties: {r: {type: integer}, g: {type: string}}}, example: {r: 1, g: 'x,y'}}
        - {name: b, in: query, required: true, explode: false, schema: *object, example: {r: 1, g: 'x,y'}}
        - {name: c, in: query, required: true, style: deepObject, schema: *object, example: {r: 1, g: 'x,y'}}
        - {name: d, in: query, required: true, style: pipeDelimited, explode: false, schema: *object, example: {r: 1, g: '2'}}
        - {name: e, in: query, required: true, content: {application/json: {schema: *object, example: {r: 1, g: 'x,y'}}}}
        - {name: X-F, in: header, required: true, schema: *object, example: {r: 1, g: x}}
        - {name: X-G, in: header, required: true, explode: true, schema: *object, example: {r: 1, g: x}}
        - {name: X-H, in: header, required: true, content: {application/json: {schema: *object, example: {r: 1, g: x}}}}
        - {name: i, in: cookie, required: true, explode: false, schema: *object, example: {r: 1, g: x}}
      responses: *answers
  /paths/{a}/{b}/{c}/{d}/{e}/{f}/{g}:
    get:
      operationId: paths
      parameters:
        - {name: a, in: path, required: true, schema: *list, example: ['p', 'p']}
        - {name: b, in: path, required: true, style: label, explode: true, schema: *list, example: ['p', 'p']}
        - {name: c, in: path, required: true, style: matrix, explode: true, schema: *list, example: ['p', 'p']}
        - {name: d, in: path, required: true, style: matrix, schema: *object, example: {r: 1, g: x}}
        - {name: e, in: path, required: true, style: label, explode: true, schema: *object, example: {r: 1, g: x}}
        - {name: f, in: path, required: true, style: matrix, schema: {type: integer}, example: 5}
        - {name: g, in: path, required: true, explode: true, schema: *object, example: {r: 1, g: x}}
      responses: *answers
";

#[test]
fn parameters_are_written_as_the_embedded_host_reads_them() {
    let ran = probity().with_file("c.yaml", STYLES);
    let ran = ran.args(["check", "c.yaml", "--report", "json=run.json"]).run().ends_with(0);
    let report = ran.json("run.json");
    let cases = report["cases"].as_array().unwrap();
    let valid: Vec<&Value> =
        cases.iter().filter(|case| case["id"].as_str().unwrap().ends_with("valid/required")).collect();
    assert_eq!(valid.len(), 3, "{}", ran.everything());
    for case in valid {
        assert_eq!(case["outcome"]["status"], 200, "{case}");
    }
}

#[test]
fn a_parameter_that_its_style_cannot_write_is_a_gap() {
    let contract = STYLES
        .replace("example: [1, 2]}", "example: [[1], [2]]}")
        .replace("items: {type: integer}", "items: {}");
    let ran = probity().with_file("c.yaml", contract).args(["plan", "c.yaml"]).run().ends_with(0);
    assert!(ran.everything().contains("`X-E`"), "{}", ran.everything());
}

const TOGETHER: &str = "openapi: 3.0.3
info: {title: Together, version: '1'}
security: [{key: [], token: []}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: ok}, '401': {description: who}, '403': {description: no}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    token: {type: http, scheme: bearer}
";

/// A host that knows one key and one token, and asks for those that it looks at.
fn guarded(looks_at: [bool; 2]) -> Canned {
    Canned::start(move |asked| {
        let head = asked.head.to_lowercase();
        let given = |name: &str| head.lines().any(|line| line.starts_with(name));
        let holds = |line: &str| head.lines().any(|other| other == line);
        let both = given("x-key:") && given("authorization:");
        let good = [holds("x-key: right-key"), holds("authorization: bearer right-token")];
        let good = good.iter().zip(looks_at).all(|(good, looked_at)| *good || !looked_at);
        Reply::Bytes(match asked.line.split(' ').next() {
            Some("GET") if good => json("200 OK", "", "{}"),
            Some("GET") if !both => json("401 Unauthorized", "", "{}"),
            Some("GET") => json("403 Forbidden", "", "{}"),
            _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "{}"),
        })
    })
}

#[test]
fn credentials_that_are_needed_together_are_each_asked_for() {
    for (looks_at, code) in [([true, true], 0), ([false, true], 1), ([true, false], 1)] {
        let host = guarded(looks_at);
        let ran = probity().with_file("c.yaml", TOGETHER).args(["check", "c.yaml", "--target", &host.url()]);
        let ran = ran.args(["--bearer", "right-token", "--header", "X-Key: right-key"]).run().ends_with(code);
        assert_eq!(
            ran.everything().contains("deny[credentials-enforced]"),
            code == 1,
            "{}",
            ran.everything()
        );
    }
}

#[test]
fn what_names_another_resource_may_be_unknown_where_the_contract_says_so() {
    let host = || {
        posts(|value| match value["customer"].as_i64().filter(|customer| *customer >= 1) {
            Some(_) => ("404 Not Found", Value::from("nobody")),
            None => ("400 Bad Request", Value::from("no")),
        })
    };
    let contract = "openapi: 3.0.3
info: {title: Orders, version: '1'}
paths:
  /orders:
    post:
      operationId: order
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [customer], properties: {customer: {type: integer, minimum: 1}}}}}}
      responses: {'201': {description: ok}, '400': {description: bad}, '404': {description: who}, '415': {description: bad}}
";
    let ran = check(contract, &host()).ends_with(5);
    assert!(ran.everything().contains("no valid request was accepted: 400"), "{}", ran.everything());
    let silent =
        "      x-probity: {silent: [{not-found: /customer, because: Customers are made elsewhere.}]}\n";
    let ran = check(&format!("{contract}{silent}"), &host()).ends_with(5);
    assert!(ran.everything().contains("no request is clearly valid"), "{}", ran.everything());
}

/// A contract of one `POST` that takes a schema, with more answers and more components.
fn taking(schema: &str, answers: &str, components: &str) -> String {
    format!(
        "openapi: 3.0.3
info: {{title: One, version: '1'}}
paths:
  /a:
    post:
      operationId: a
      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}
      responses: {{'400': {{description: bad}}, '415': {{description: bad}}, {answers}}}
components: {{schemas: {{{components}}}}}
"
    )
}

const MADE: (&str, Value) = ("201 Created", Value::Null);
const BAD: (&str, Value) = ("400 Bad Request", Value::Null);

#[test]
fn where_a_conflict_is_documented_it_may_come() {
    let schema = "{type: object, required: [name], properties: {name: {type: string, pattern: '^[a-z_]{3,6}$'}, free: {type: boolean}}}";
    let host = |conflicts: bool| {
        let taken = Mutex::new(HashSet::new());
        posts(move |value| {
            let good = value["name"].as_str().is_some_and(|name| {
                (3..=6).contains(&name.len())
                    && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())
            });
            match value.get("free").is_none_or(Value::is_boolean) && good {
                false => BAD,
                true if conflicts && !taken.lock().unwrap().insert(value["name"].to_string()) => {
                    ("409 Conflict", Value::Null)
                }
                true => MADE,
            }
        })
    };
    let documented = taking(schema, "'201': {description: made}, '409': {description: taken}", "");
    for conflicts in [true, false] {
        check(&documented, &host(conflicts)).ends_with(0);
    }
    let silent = taking(schema, "'201': {description: made}", "");
    check(&silent, &host(true)).ends_with(0);
}

#[test]
fn what_earlier_requests_left_behind_may_be_said_again() {
    let note = "{type: object, required: [text], properties: {text: {type: string}, mail: {type: string, format: email}}}";
    let answer = format!(
        "'201': {{description: all, content: {{application/json: {{schema: {{type: array, items: {note}}}}}}}}}"
    );
    let notes = Mutex::new(Vec::new());
    let host = Canned::start(move |asked| {
        let reply = |status, text: &str| Reply::Bytes(json(status, "", text));
        if !asked.line.starts_with("POST ") {
            let text = if asked.line.starts_with("HEAD") { "" } else { "{}" };
            return Reply::Bytes(json("405 Method Not Allowed", "Allow: POST\r\n", text));
        }
        if !asked.head.to_lowercase().contains("content-type: application/json") {
            return reply("415 Unsupported Media Type", "{}");
        }
        // Kept as it was written, as what is no text can only be said again so.
        let read = serde_json::from_str::<Value>(body(asked));
        let half = body(asked).contains("\\ud800");
        let good = half
            || read
                .is_ok_and(|note| note["text"].is_string() && note.get("mail").is_none_or(Value::is_string));
        if !good || body(asked).contains('\u{fffd}') {
            return reply("400 Bad Request", "{}");
        }
        let mut notes = notes.lock().unwrap();
        notes.push(body(asked).trim_start_matches('\u{feff}').to_owned());
        reply("201 Created", &format!("[{}]", notes.join(",")))
    });
    let ran = check(&taking(note, &answer, ""), &host);
    let found = ["[well-formed-body] the body has half", "does not have its format", "[leaked-internals]"];
    for found in found {
        assert!(!ran.stdout.contains(found), "{}", ran.everything());
    }
}

#[test]
fn who_is_not_let_in_may_be_told_that_nothing_is_there() {
    let contract = "openapi: 3.0.3
info: {title: Hidden, version: '1'}
paths:
  /me:
    get:
      operationId: me
      security: [{basic: []}]
      responses: {'200': {description: ok}, 'STATUS': {description: elsewhere}}
components: {securitySchemes: {basic: {type: http, scheme: basic}}}
";
    for (status, line, header) in
        [("404", "404 Not Found", ""), ("303", "303 See Other", "Location: /login\r\n")]
    {
        let host = Canned::start(move |asked| {
            let valid = asked.head.lines().any(|line| line == "authorization: Basic YTpiLXBhc3N3b3Jk");
            Reply::Bytes(match asked.line.split(' ').next() {
                Some("GET") if valid => json("200 OK", "", ""),
                Some("GET") => json(line, header, ""),
                _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", ""),
            })
        });
        let ran = probity().with_file("c.yaml", contract.replace("STATUS", status));
        ran.args(["check", "c.yaml", "--basic", "a:b-password", "--target", &host.url()]).run().ends_with(0);
    }
}

#[test]
fn base64_is_known_to_be_clear() {
    let schema = "{type: object, properties: {role: {type: string, enum: [admin, user]}, photo: {type: string, format: byte}}}";
    let contract = taking(schema, "'201': {description: made}", "");
    let host = |admins: bool| {
        posts(move |value| {
            let role = value.get("role").is_none_or(|role| *role == "user" || admins && *role == "admin");
            let photo = value.get("photo").is_none_or(|photo| photo == "cHJvYml0eQ==");
            if value.is_object() && role && photo { MADE } else { BAD }
        })
    };
    check(&contract, &host(true)).ends_with(0);
    let ran = check(&contract, &host(false)).ends_with(1);
    assert!(ran.stdout.contains("deny[valid-accepted]"), "{}", ran.everything());
}

#[test]
fn numbers_and_kinds_may_be_taken_also_by_an_earlier_run() {
    let member = |schema: &str| {
        format!(
            "{{type: object, required: [key], properties: {{key: {schema}, text: {{type: string, minLength: 1}}, seats: {{type: integer, minimum: 1, maximum: 9}}}}}}"
        )
    };
    for key in ["{type: integer, minimum: 1, maximum: 500}", "{type: string, enum: [free, pro, max]}"] {
        for (status, documented) in [("409 Conflict", "'409'"), ("422 Unprocessable Content", "'422'")] {
            let contract = taking(
                &member(key),
                &format!("'201': {{description: ok}}, {documented}: {{description: taken}}"),
                "",
            );
            let taken = Mutex::new(HashSet::new());
            let numbers = key.contains("integer");
            let host = posts(move |value| {
                let known = match &value["key"] {
                    Value::String(kind) => !numbers && ["free", "pro", "max"].contains(&kind.as_str()),
                    key => {
                        numbers
                            && key
                                .as_f64()
                                .is_some_and(|key| key.fract() == 0.0 && (1.0..=500.0).contains(&key))
                    }
                };
                let text =
                    value.get("text").is_none_or(|text| text.as_str().is_some_and(|text| !text.is_empty()));
                let seats = value.get("seats").is_none_or(|seats| {
                    seats.as_f64().is_some_and(|seats| seats.fract() == 0.0 && (1.0..=9.0).contains(&seats))
                });
                if !known || !text || !seats {
                    return BAD;
                }
                let key =
                    value["key"].as_f64().map_or_else(|| value["key"].to_string(), |key| key.to_string());
                if taken.lock().unwrap().insert(key) { MADE } else { (status, Value::Null) }
            });
            check(&contract, &host).ends_with(0);
            let again = check(&contract, &host);
            assert!(!again.everything().contains("deny["), "{}", again.everything());
        }
    }
}

#[test]
fn what_does_not_exist_may_be_looked_up_before_anybody_is_let_in() {
    let contract = "openapi: 3.0.3
info: {title: Hidden, version: '1'}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
security: [{token: []}]
paths:
  /things:
    get: {operationId: list, responses: {'200': {description: ok}, '401': {description: who}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: put
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: ok}, '401': {description: who}, '404': {description: none}}
    delete: {operationId: delete, responses: {'204': {description: gone}, '401': {description: who}, '404': {description: none}}}
";
    let host = Canned::start(|asked| {
        let known = asked.head.lines().any(|line| line == "authorization: Bearer right-token");
        let head = asked.line.starts_with("HEAD");
        Reply::Bytes(match asked.line.split(' ').collect::<Vec<_>>()[..2] {
            ["PUT" | "DELETE", _] => json("404 Not Found", "", "{}"),
            ["GET", "/things"] if known => json("200 OK", "", "{}"),
            ["GET", "/things"] => json("401 Unauthorized", "", "{}"),
            _ => json("405 Method Not Allowed", "Allow: GET, PUT, DELETE\r\n", if head { "" } else { "{}" }),
        })
    });
    let ran = probity().with_file("c.yaml", contract);
    let ran = ran.args(["check", "c.yaml", "--bearer", "right-token", "--target", &host.url()]).run();
    assert!(!ran.everything().contains("deny["), "{}", ran.everything());
}

#[test]
fn of_two_unique_values_each_is_said_to_be_taken_by_its_own_code() {
    let contract = taking(
        "{type: object, required: [login, mail], properties: {login: {type: string, minLength: 1}, mail: {type: string, minLength: 1}}}",
        "'201': {description: ok}, '409': {description: taken}",
        "",
    )
    .replace("      requestBody", "      x-probity: {errors: {code: $response.body#/code, catalogue: {login: {status: 409, when: {repeated: /login}}, mail: {status: 409, when: {repeated: /mail}}}}, unique: [{field: /login}, {field: /mail}]}\n      requestBody");
    let logins = Mutex::new(HashSet::new());
    // Addresses are taken twice.
    let host = posts(move |value| {
        let full = |name: &str| value[name].as_str().filter(|text| !text.is_empty());
        let (Some(login), Some(_)) = (full("login"), full("mail")) else { return BAD };
        let taken = serde_json::json!({"code": "login"});
        if logins.lock().unwrap().insert(login.to_owned()) { MADE } else { ("409 Conflict", taken) }
    });
    let ran = check(&contract, &host).ends_with(1);
    assert!(ran.everything().contains("deny[uniqueness]"), "{}", ran.everything());
    assert!(!ran.everything().contains("deny[error-code]"), "{}", ran.everything());
}

#[test]
fn what_an_earlier_run_took_is_not_held_against_the_host() {
    let contract = taking(
        "{type: object, required: [name], properties: {name: {type: string, minLength: 1, maxLength: 60}}}",
        "'201': {description: made}",
        "",
    );
    let taken = Mutex::new(HashSet::new());
    let host = posts(move |value| {
        let good = value["name"].as_str().is_some_and(|name| (1..=60).contains(&name.chars().count()));
        match good {
            false => BAD,
            true if !taken.lock().unwrap().insert(value["name"].to_string()) => ("409 Conflict", Value::Null),
            true => MADE,
        }
    });
    for _ in 0..2 {
        let ran = check(&contract, &host).ends_with(0);
        assert!(ran.stdout.contains("no findings"), "{}", ran.everything());
    }
}
