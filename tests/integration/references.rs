//! What a contract refers to: what is not there costs itself, and what has a name is found by it.

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Driver, Ran, probity};

fn answered(status: &str, body: &str) -> Reply {
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let head = format!("HTTP/1.1 {status}\r\n{kind}content-length: {}\r\n\r\n", body.len());
    Reply::Bytes((head + body).into_bytes())
}

fn against(driver: Driver, host: &Canned) -> Ran {
    command(driver, host).run()
}

fn command(driver: Driver, host: &Canned) -> Driver {
    driver.args(["check", "c.yaml", "--target", &host.url(), "--report", "json=r.json"])
}

/// The checks of which something is found.
fn checks(ran: &Ran) -> Vec<String> {
    let report = ran.json("r.json");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["check"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Takes notes that have a text of at most four letters, or any.
fn notes(asked: &Asked, any: bool) -> Reply {
    let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if !asked.line.starts_with("POST") {
        return Reply::Bytes(b"HTTP/1.1 405 No\r\nallow: POST\r\ncontent-length: 0\r\n\r\n".to_vec());
    }
    if !asked.head.to_ascii_lowercase().contains("content-type: application/json") {
        return answered("415 Unsupported Media Type", "");
    }
    let read: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let is_text = |text: &str| any || text.chars().count() <= 4;
    let good = read.is_some_and(|value| value["text"].as_str().is_some_and(is_text));
    if good { answered("201 Created", r#"{"text": "x"}"#) } else { answered("400 Bad Request", "") }
}

const NOTES: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /notes:
    post:
      operationId: note
      parameters: [{$ref: 'https://example.com/parameters.yaml#/p'}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string, maxLength: 4}, more: {$ref: 'https://example.com/more.yaml'}}}}}}
      responses:
        '201': {description: kept, content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string}}}}}}
        '400': {$ref: 'https://example.com/answers.yaml#/a'}
        '415': {description: bad, content: {$ref: 'https://example.com/content.yaml'}}
";

#[test]
fn an_operation_is_tested_without_what_of_it_cannot_be_read() {
    let right = Canned::start(|asked| notes(asked, false));
    let ran = against(probity().with_file("c.yaml", NOTES), &right).ends_with(0);
    assert_eq!(checks(&ran), Vec::<String>::new(), "{}", ran.everything());
    let told = [
        "--map https://example.com/parameters.yaml=FILE reads a copy (c.yaml:7:20)",
        "--map https://example.com/more.yaml=FILE",
        "--map https://example.com/answers.yaml=FILE",
        "--map https://example.com/content.yaml=FILE",
    ];
    assert!(told.iter().all(|told| ran.stdout.contains(told)), "{}", ran.everything());
    let wrong = Canned::start(|asked| notes(asked, true));
    let ran = against(probity().with_file("c.yaml", NOTES), &wrong).ends_with(1);
    assert_eq!(checks(&ran), ["invalid-rejected"], "{}", ran.everything());
}

#[test]
fn a_copy_is_read_in_place_of_a_url_and_a_record_has_it() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths: {/n: {get: {operationId: n, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: 'https://example.com/v1/s.yaml#/S'}}}}}}}}
";
    let driver = || {
        let driver =
            probity().with_file("c.yaml", contract).with_file("copies/s.yaml", "S: {$ref: t.yaml}\n");
        driver.with_file("copies/t.yaml", "type: object\n")
    };
    let wrong =
        Canned::always("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1");
    let map = ["--map", "https://example.com/v1/=copies", "--record-file", "run.jsonl"];
    let ran = against(driver(), &wrong).ends_with(0);
    assert!(ran.stdout.contains("--map https://example.com/v1/s.yaml=FILE"), "{}", ran.everything());
    let command = ["check", "c.yaml", "--target", &wrong.url()];
    let mapped = driver();
    let ran = mapped.again().args(command).args(map).run().ends_with(1);
    assert!(ran.stdout.contains("response-schema"), "{}", ran.everything());
    let again = mapped.again().args(["report", "run.jsonl"]).run();
    assert!(again.stdout.contains("https://example.com/v1/t.yaml:1:"), "{}", again.everything());
}

#[test]
fn files_beside_the_folder_are_read_where_the_user_says_so() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths: {/n: {get: {operationId: n, responses: {'200': {$ref: '../shared/answers.yaml#/ok'}}}}}
";
    let driver = probity().with_file("api/c.yaml", contract);
    let driver = driver.with_file("shared/answers.yaml", "ok: {description: The answer.}\n");
    let plan = ["plan", "api/c.yaml"];
    let ran = driver.again().args(plan).run().ends_with(0);
    assert!(ran.stdout.contains("--root api/.. reads it (api/c.yaml:3:"), "{}", ran.everything());
    let ran = driver.again().args(plan).args(["--root", "api/.."]).run().ends_with(0);
    assert!(!ran.stdout.contains("--root"), "{}", ran.everything());
    let ran = driver.again().args(plan).args(["--root", "shared"]).run().ends_with(2);
    assert!(ran.stderr.contains("--root shared: api/c.yaml is not below it"), "{}", ran.everything());
}

#[test]
fn a_document_without_operations_is_described_and_nothing_of_it_is_tested() {
    let head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";
    let hooks = format!("{head}webhooks: {{newPet: {{post: {{summary: A pet came., responses: {{}}}}}}}}\n");
    let ran = probity().with_file("c.yaml", &hooks).args(["check", "c.yaml"]).run().ends_with(5);
    assert!(ran.stderr.contains("requests that the host sends: newPet"), "{}", ran.everything());
    for (format, page, told) in [
        ("html", "out/index.html", "<code>POST newPet</code>: A pet came."),
        ("markdown", "out/README.md", "`POST newPet`: A pet came."),
    ] {
        let driver = probity().with_file("c.yaml", &hooks);
        driver.again().args(["docs", "c.yaml", "--out", "out", "--format", format]).run().ends_with(0);
        let page = std::fs::read_to_string(driver.folder().join(page)).expect("a page");
        assert!(page.contains(told), "{page}");
    }
    let parts = format!("{head}components: {{schemas: {{S: {{type: object}}}}}}\n");
    let ran = probity().with_file("c.yaml", &parts).args(["check", "c.yaml"]).run().ends_with(5);
    assert!(ran.stderr.contains("the contract describes no operation"), "{}", ran.everything());
    let ran = probity().with_file("c.yaml", format!("{head}paths: {{}}\n")).args(["check", "c.yaml"]).run();
    ran.ends_with(3);
}

#[test]
fn schemes_that_want_one_header_are_alternatives_and_what_is_unknown_is_told() {
    let contract = "openapi: 3.0.3
info: {title: T, version: '1'}
components:
  securitySchemes:
    user: {type: http, scheme: basic}
    token: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: null}}}
    odd: {type: http}
paths:
  /n:
    get:
      operationId: n
      security: [{user: [], token: []}]
      responses: {'200': {description: ok}, '401': {description: no}}
";
    let host = Canned::start(|asked| {
        let good = asked.head.to_ascii_lowercase().contains("authorization: bearer good");
        answered(if good { "200 OK" } else { "401 Unauthorized\r\nwww-authenticate: Bearer" }, "")
    });
    let ran = command(probity().with_file("c.yaml", contract), &host).args(["--bearer", "good"]).run();
    for told in [
        "`user` and `token` want the same header `authorization`",
        "`scopes` is null",
        "`odd` cannot be read",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.everything());
    }
    assert!(ran.stdout.contains("seen 200 401"), "{}", ran.everything());
}
