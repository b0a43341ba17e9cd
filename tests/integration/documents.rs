//! A document as it is written: what it allows is sent, and what it does not say is held against nobody.

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Driver, Ran, probity};

fn answered(status: &str, body: &str) -> Reply {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let head = format!("HTTP/1.1 {status}\r\n{kind}content-length: {}\r\n\r\n", body.len());
    Reply::Bytes((head + body).into_bytes())
}

fn not_allowed(allowed: &str) -> Reply {
    let head = format!("HTTP/1.1 405 Method Not Allowed\r\nallow: {allowed}\r\ncontent-length: 0\r\n\r\n");
    Reply::Bytes(head.into_bytes())
}

fn against(contract: &str, host: &Canned) -> Driver {
    probity().with_file("c.yaml", contract).args([
        "check",
        "c.yaml",
        "--target",
        &host.url(),
        "--report",
        "json=r.json",
    ])
}

/// The checks of which something is found.
fn checks(ran: &Ran) -> Vec<String> {
    let report = ran.json("r.json");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["check"].as_str().unwrap_or_default().to_owned()).collect()
}

const PING: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /ping:
    post:
      operationId: ping
      requestBody: {content: {application/json: {schema: {type: object, properties: {note: {type: string}}}}}}
      responses: {'200': {description: ok}, '400': {description: no}, '415': {description: no}}
";

/// Takes what PING allows; without a body only if `alone`.
fn ping(asked: &Asked, alone: bool) -> Reply {
    let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let kind = asked.head.to_ascii_lowercase();
    if !asked.line.starts_with("POST") {
        return not_allowed("POST");
    }
    let has_body = kind.contains("content-length:") && !kind.contains("content-length: 0");
    if !has_body {
        let is_none = !kind.contains("content-type:");
        return answered(if is_none && alone { "200 OK" } else { "400 Bad Request" }, "");
    }
    if !kind.contains("content-type: application/json") {
        return answered("415 Unsupported Media Type", "");
    }
    let read: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let is_note = |value: &serde_json::Value| value.get("note").is_none_or(serde_json::Value::is_string);
    let is_valid = read.is_some_and(|value| value.is_object() && is_note(&value));
    answered(if is_valid { "200 OK" } else { "400 Bad Request" }, "")
}

#[test]
fn an_optional_body_may_be_left_out() {
    let right = Canned::start(|asked| ping(asked, true));
    let ran = against(PING, &right).run().ends_with(0);
    assert!(checks(&ran).is_empty(), "{}", ran.everything());
    let wrong = Canned::start(|asked| ping(asked, false));
    let ran = against(PING, &wrong).run().ends_with(1);
    assert_eq!(checks(&ran), ["valid-accepted"], "{}", ran.everything());
    assert!(ran.stdout.contains("ping/accept/body/valid/no-body"), "{}", ran.everything());
}

const SERVERS: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'https://api.example.com/v1'}]
paths:
  /things: {get: {operationId: things, responses: {'200': {description: ok}}}}
  /files:
    servers: [{url: 'https://api.example.com/upload/v1'}]
    get: {operationId: files, responses: {'200': {description: ok}}}
  /logs:
    get:
      operationId: logs
      servers: [{url: 'https://logs.example.com/v1'}]
      responses: {'200': {description: ok}}
";

#[test]
fn a_path_with_servers_of_its_own_is_asked_there_or_told() {
    let host = Canned::start(|asked| match asked.line.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/v1/things" | "/upload/v1/files"] => answered("200 OK", ""),
        [_, "/v1/things" | "/upload/v1/files"] => not_allowed("GET"),
        _ => answered("404 Not Found", ""),
    });
    let run = |path: &str| {
        let files = probity().with_file("c.yaml", SERVERS);
        let target = format!("{}{path}", host.url());
        files.args(["check", "c.yaml", "--target", &target, "--report", "json=r.json"]).run()
    };
    let ran = run("/v1").ends_with(0);
    assert!(checks(&ran).is_empty(), "{}", ran.everything());
    assert!(ran.stdout.contains("logs: not tested: it has a server of its own, https://logs.example.com/v1"));
    assert!(!ran.stdout.contains("files: not"), "{}", ran.everything());
    assert!(host.lines().iter().any(|line| line.starts_with("GET /upload/v1/files")));
    assert!(!host.lines().iter().any(|line| line.contains("logs")));
}

const REGIONS: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'https://a.example/{region}', variables: {region: {default: eu, enum: [eu, us]}}}]
paths:
  /a:
    servers: [{url: '/{region}/{shard}', variables: {region: {default: eu}, shard: {default: one}}}]
    get: {operationId: a, responses: {'200': {description: ok}}}
  /b: {get: {operationId: b, responses: {'200': {description: ok}}}}
";

#[test]
fn a_variable_of_a_server_is_what_the_command_line_or_the_file_says() {
    let host = || {
        Canned::start(|asked| {
            let known = ["/us/two/a", "/us/b"].iter().any(|path| asked.line.contains(&format!(" {path} ")));
            match (known, asked.line.starts_with("GET") || asked.line.starts_with("HEAD")) {
                (false, _) => answered("404 Not Found", ""),
                (true, true) => answered("200 OK", ""),
                (true, false) => not_allowed("GET, HEAD"),
            }
        })
    };
    let here = host();
    let at = format!("{}/us", here.url());
    let args = ["check", "c.yaml", "--target", &at, "--server-variable", "region=us"];
    let driver = probity().with_file("c.yaml", REGIONS);
    driver.clone().args(args).args(["--server-variable", "shard=two"]).run().ends_with(0);
    assert!(here.lines().iter().any(|line| line.starts_with("GET /us/two/a ")), "{:?}", here.lines());
    let settings = format!("target = \"{at}\"\nserver-variable = [\"region=us\", \"shard=two\"]\n");
    driver.clone().with_file("probity.toml", settings).args(["check", "c.yaml"]).run().ends_with(0);

    for (given, told, hint) in [
        ("zone=us", "no server of the contract has a variable `zone`", "known here: region, shard"),
        ("region", "NAME=VALUE", ""),
    ] {
        for command in ["check", "plan"] {
            let ran =
                probity().with_file("c.yaml", REGIONS).args([command, "c.yaml", "--server-variable", given]);
            let ran = ran.run().ends_with(2);
            assert!(ran.stderr.contains(told) && ran.stderr.contains(hint), "{}", ran.everything());
        }
    }
    let closed = REGIONS.replace("region: {default: eu}, ", "region: {default: eu, enum: [eu]}, ");
    let driver =
        probity().with_file("c.yaml", closed).args(["plan", "c.yaml", "--server-variable", "region=uk"]);
    let ran = driver.run().ends_with(2);
    assert!(ran.stderr.contains("`uk` is no value of the server variable `region`"), "{}", ran.everything());
    assert!(ran.stderr.contains("its values are eu, us"), "{}", ran.everything());
}

/// What a document with one answer is told on its own embedded host, and the exit code.
fn on_its_own_host(schema: &str) -> (i32, String) {
    let contract = format!(
        "openapi: 3.1.0
info: {{title: T, version: '1'}}
paths:
  /a:
    get:
      operationId: a
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [x]
                properties:
                  x: {schema}
"
    );
    let ran = probity().with_file("c.yaml", &contract).args(["check", "c.yaml", "--verbose"]).run();
    (ran.code.unwrap_or(-1), ran.stdout.clone())
}

#[test]
fn the_own_host_answers_what_fits_one_alternative_only() {
    let text = |name: &str| format!("{{type: object, properties: {{{name}: {{type: string}}}}}}");
    for schema in [
        format!("{{oneOf: [{}, {}, {}]}}", text("a"), text("b"), text("c")),
        "{oneOf: [{type: number}, {type: integer}]}".to_owned(),
        format!("{{type: array, minItems: 1, items: {{oneOf: [{}, {}]}}}}", text("a"), text("b")),
    ] {
        let (code, said) = on_its_own_host(&schema);
        assert!(code == 0 && !said.contains("Gaps"), "{schema}: {said}");
    }
}

#[test]
fn no_answer_is_held_to_clauses_that_exclude_each_other_and_both_are_named() {
    for (schema, one, other) in [
        ("{type: 'null', oneOf: [{type: string}, {type: integer}]}", "`type: null`", "`oneOf: ["),
        ("{type: object, oneOf: [{type: string}, {type: integer}]}", "`type: object`", "`oneOf: ["),
        ("{type: integer, enum: ['1', '2']}", "`enum: [\"1\",\"2\"]`", "`type: integer`"),
        ("{type: string, minLength: 5, maxLength: 3}", "`minLength: 5`", "`maxLength: 3`"),
        ("{allOf: [{type: string}, {type: integer}]}", "`type: string`", "`type: integer`"),
        (
            "{type: object, required: [b], additionalProperties: false}",
            "`required: [\"b\"]`",
            "`additionalProperties: false`",
        ),
        ("{oneOf: [{type: object, title: A}, {type: object, title: B}]}", "`oneOf/0`", "`oneOf/1`"),
    ] {
        let (code, said) = on_its_own_host(schema);
        let named = said.contains(one) && said.contains(other) && said.contains("c.yaml:16");
        assert!(code == 0 && named, "{schema}: {said}");
    }
}
