//! Answers that are no JSON are held against their schemas too: XML, forms and texts.

mod server;
mod spoilt;

use crate::canned::{Canned, Reply};
use crate::driver::{Ran, probity};

const CONTRACT: &str = "openapi: 3.0.3
info: {title: Reports, version: '1'}
paths:
  /report:
    get:
      operationId: report
      responses:
        '200':
          description: one
          content:
            application/xml:
              schema:
                type: object
                required: [id, lines]
                xml: {name: report}
                properties:
                  id: {type: integer, xml: {attribute: true}}
                  title: {type: string, maxLength: 9}
                  lines: {type: array, minItems: 1, xml: {wrapped: true}, items: {type: number, xml: {name: line}}}
  /level:
    get:
      operationId: level
      responses:
        '200': {description: one, content: {text/plain: {schema: {type: integer, maximum: 9}}}}
  /name:
    get:
      operationId: name
      responses:
        '200': {description: one, content: {application/x-www-form-urlencoded: {schema: {
          type: object, required: [first], properties: {first: {type: string}, age: {type: integer, minimum: 0}}}}}}
";

const REPORT: &str = "<?xml version=\"1.0\"?><report id=\"7\"><title>May</title><lines><line>1.5</line><line>2</line></lines></report>";

fn checked(report: &'static str, level: &'static str, name: &'static str) -> Ran {
    let host = Canned::start(move |asked| {
        let (kind, body) = if asked.line.contains("/report") {
            ("application/xml; charset=utf-8", report)
        } else if asked.line.contains("/level") {
            ("text/plain; charset=utf-8", level)
        } else {
            ("application/x-www-form-urlencoded", name)
        };
        let status = if asked.line.starts_with("GET") { "200 OK" } else { "405 Method Not Allowed" };
        let body = if asked.line.starts_with("HEAD") { "" } else { body };
        let head = format!(
            "HTTP/1.1 {status}\r\nAllow: GET\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Reply::Bytes((head + body).into_bytes())
    });
    let target = format!("http://{}", host.address);
    probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--target", &target]).run()
}

#[test]
fn answers_that_are_what_their_schemas_say_are_right() {
    let ran = checked(REPORT, "7", "first=A+B&age=3").ends_with(0);
    assert!(!ran.stdout.contains("not held against it"), "{}", ran.everything());
}

#[test]
fn an_answer_that_breaks_its_schema_is_told_by_place_and_keyword() {
    const NO_ID: &str = "<report><lines><line>1</line></lines></report>";
    const LONG: &str = "<report id=\"7\"><title>September 2026</title><lines><line>1</line></lines></report>";
    const TYPED: &str = "<report id=\"x\"><lines><line>1</line></lines></report>";
    const NONE: &str = "<report id=\"7\"><lines></lines></report>";
    for (report, level, name, line) in [
        (NO_ID, "7", "first=A", "response-schema] `/id` is missing"),
        (
            LONG,
            "7",
            "first=A",
            "response-schema] `/title` has more characters, items or members than allowed",
        ),
        (TYPED, "7", "first=A", "response-schema] `/id` has a JSON type that is not allowed"),
        (NONE, "7", "first=A", "response-schema] `/lines` "),
        (REPORT, "17", "first=A", "response-schema] the body is outside its bounds"),
        (REPORT, "seven", "first=A", "response-schema] the body has a JSON type that is not allowed"),
        (REPORT, "7", "age=3", "response-schema] `/first` is missing"),
        (REPORT, "7", "first=A&age=-3", "response-schema] `/age` is outside its bounds"),
        (
            "<report id=\"7\"><lines>",
            "7",
            "first=A",
            "well-formed-body] the body is not what its media type says",
        ),
    ] {
        let ran = checked(report, level, name).ends_with(1);
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.everything());
    }
}

#[test]
fn the_embedded_host_answers_with_xml_where_the_contract_has_nothing_else() {
    let ran = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml"]).run();
    ran.ends_with(0);
}
