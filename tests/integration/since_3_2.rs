//! What `OpenAPI` has since 3.2: it is sent and judged like all else.

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Ran, probity};

/// What a check of a contract at a host has said, and the request lines that came.
fn checked(contract: &str, host: &Canned, flags: &[&str]) -> (Ran, Vec<String>) {
    let url = host.url();
    let driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--target", &url]);
    let ran = driver.args(flags.iter().copied()).run();
    let lines = host.lines().into_iter().map(|line| line.trim_end_matches(" HTTP/1.1").to_owned());
    (ran, lines.collect())
}

/// A check of a contract at the embedded host.
fn embedded(contract: &str) -> Ran {
    probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--target", "embedded"]).run()
}

fn answer(status: &str, kind: &str, body: &str) -> Reply {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {length}\r\n\r\n{body}").into_bytes())
}

fn method(asked: &Asked) -> &str {
    asked.line.split(' ').next().unwrap_or_default()
}

const FURTHER: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /docs:
    get: {operationId: docs, responses: {'200': {description: ok}}}
    additionalOperations:
      PURGE: {operationId: purge, responses: {'204': {description: ok}}}
      Post: {operationId: again, responses: {'204': {description: ok}}}
      A B: {operationId: none, responses: {'204': {description: ok}}}
  /docs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    additionalOperations:
      it's:
        operationId: own
        requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}}
        responses: {'204': {description: ok}, '4XX': {description: no}}
";

/// A host of the contract, with a status for PURGE.
fn further(purge: &'static str) -> Canned {
    Canned::start(move |asked| match (method(asked), asked.line.contains("/docs/")) {
        ("GET" | "HEAD", false) => answer("200 OK", "", ""),
        ("OPTIONS", _) => answer("204 No Content\r\nAllow: GET, HEAD, PURGE, it's", "", ""),
        ("PURGE", false) => answer(purge, "", ""),
        ("it's", true) => answer("404 Not Found", "", ""),
        _ => answer("405 Method Not Allowed\r\nAllow: GET, HEAD, PURGE, it's", "", ""),
    })
}

#[test]
fn a_further_method_is_sent_and_judged_as_one_that_changes_something() {
    let host = further("500 Internal Server Error");
    let flags = ["--on-existing-data", "--include-disruptive", "purge"];
    let (ran, lines) = checked(FURTHER, &host, &flags);
    let ran = ran.ends_with(1);
    assert!(lines.iter().any(|line| line == "PURGE /docs"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("it's /docs/")), "{lines:?}");
    assert!(ran.stdout.contains("server-error") && ran.stdout.contains("-X PURGE"), "{}", ran.everything());

    let (_, lines) = checked(FURTHER, &further("204 No Content"), &[]);
    assert!(!lines.iter().any(|line| line.starts_with("PURGE")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("it's /docs/")), "{lines:?}");
    let (_, lines) = checked(FURTHER, &further("204 No Content"), &["--read-only"]);
    assert!(lines.iter().all(|line| !line.starts_with("PURGE") && !line.starts_with("it's")), "{lines:?}");
}

#[test]
fn a_name_that_is_no_further_method_is_told_with_its_line() {
    let ran = embedded(FURTHER).ends_with(0);
    for told in ["c.yaml:8:7", "has a field `post` for it", "c.yaml:9:7", "`A B` is no HTTP method"] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.everything());
    }
}

#[test]
fn the_embedded_host_serves_a_further_method_and_the_reference_shows_it() {
    let driver = probity().with_file("c.yaml", FURTHER).args(["docs", "c.yaml", "--format", "markdown", "--out", "docs"]);
    let ran = driver.run().ends_with(0);
    let page = ran.file("docs/own.md");
    assert!(page.contains("`it's`") && page.contains(r"curl -X 'it'\''s'"), "{page}");
    let ran = ran.again().args(["audit", "c.yaml"]).run();
    assert!(ran.stdout.contains("purge"), "{}", ran.everything());
}
