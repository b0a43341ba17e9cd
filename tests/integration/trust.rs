//! Credentials that are accepted at first and refused later.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Driver, probity};

const NOTES: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string, minLength: 1, maxLength: 40}}}}}}
      responses: {'201': {description: added}, '400': {description: wrong}, '401': {description: who}, '415': {description: not JSON}}";

const ME: &str = "
  /me:
    get: {operationId: me, responses: {'200': {description: you}, '401': {description: who}}}";

const STAFF: &str = "
  /staff:
    get: {operationId: staff, responses: {'200': {description: all}, '401': {description: who}, '403': {description: no}}}";

const CLOSE: &str = "
  /desk:
    post: {operationId: leaveDesk, responses: {'204': {description: left}, '401': {description: who}}}";

fn check(paths: &[&str], host: &Canned) -> Driver {
    let contract = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\ncomponents: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}\n\
         security: [{{token: []}}]\npaths:{}\n",
        paths.concat()
    );
    let driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--report", "json=r.json"]);
    driver.args(["--bearer", "good-token", "--target", &host.url()])
}

fn is_good(asked: &Asked) -> bool {
    asked.head.contains("Bearer good-token\r\n")
}

fn is(asked: &Asked, start: &str) -> bool {
    asked.line.starts_with(start)
}

fn unauthorized() -> Reply {
    Reply::Bytes(json("401 Unauthorized", "", "{}"))
}

/// What a right host answers to whoever is let in.
fn right(asked: &Asked) -> Reply {
    let body = asked.whole.split("\r\n\r\n").nth(1).unwrap_or_default();
    let name =
        serde_json::from_str::<Value>(body).ok().and_then(|body| body["name"].as_str().map(str::to_owned));
    let fits = name.is_some_and(|name| (1..=40).contains(&name.chars().count()));
    let typed = asked.head.to_lowercase().contains("content-type: application/json");
    Reply::Bytes(match asked.line.split(" HTTP").next() {
        Some("POST /desk") => json("204 No Content", "", ""),
        Some("POST /notes") if !typed => json("415 Unsupported Media Type", "", "{}"),
        Some("POST /notes") if fits => json("201 Created", "", "{}"),
        Some("POST /notes") => json("400 Bad Request", "", "{}"),
        Some("GET /me" | "GET /staff") => json("200 OK", "", "{}"),
        _ => json("405 Method Not Allowed", "Allow: GET, HEAD, POST\r\n", "{}"),
    })
}

fn denied<'r>(report: &'r Value, operation: &str) -> Vec<&'r Value> {
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["operation"] == operation && finding["severity"] == "deny").collect()
}

#[test]
fn a_token_that_a_request_of_the_run_ends_is_held_against_nobody() {
    for jobs in ["1", "8"] {
        let ended = AtomicBool::new(false);
        let host = Canned::start(move |asked| {
            if !is_good(asked) || ended.load(Ordering::SeqCst) {
                return unauthorized();
            }
            ended.store(is(asked, "POST /desk"), Ordering::SeqCst);
            right(asked)
        });
        let ran = check(&[ME, CLOSE, NOTES], &host).args(["--jobs", jobs]).run().ends_with(4);
        let report = ran.json("r.json");
        for operation in ["me", "leaveDesk", "addNote"] {
            assert_eq!(denied(&report, operation), Vec::<&Value>::new(), "{}", ran.everything());
        }
        let why = report["end"]["why"].as_str().unwrap();
        assert!(why.contains("refuses the credentials that it accepted before"), "{why}");
        assert!(why.contains("may have ended them: POST /desk (leaveDesk/"), "{why}");
        assert!(host.lines().len() < 30, "{:?}", host.lines());
    }
}

#[test]
fn a_token_that_ends_where_nothing_can_be_asked_safely_ends_the_run() {
    for jobs in ["1", "8"] {
        let host =
            Canned::start(
                |asked| {
                    if is_good(asked) && asked.number <= 40 { right(asked) } else { unauthorized() }
                },
            );
        let ran = check(&[NOTES], &host).args(["--jobs", jobs]).run().ends_with(4);
        let report = ran.json("r.json");
        assert_eq!(denied(&report, "addNote"), Vec::<&Value>::new(), "{}", ran.everything());
        assert!(report["end"]["why"].as_str().unwrap().contains("POST /notes (addNote/"), "{report}");
        assert!(host.lines().len() < 80, "{}", host.lines().len());
    }
}

#[test]
fn what_is_refused_once_and_let_in_when_it_is_asked_again_is_found() {
    let linked = NOTES.replace(
        "{description: added}",
        "{description: added, links: {read: {operationId: note, parameters: {id: $response.body#/id}}}, \
         content: {application/json: {schema: {type: object}}}}",
    );
    let note = "
  /notes/{id}:
    get: {operationId: note, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {description: it}, '401': {description: who}, '404': {description: none}}}";
    for broken in [true, false] {
        let reads = AtomicUsize::new(0);
        let host = Canned::start(move |asked| {
            let read = is_good(asked) && is(asked, "GET /notes/made");
            let shut = read && reads.fetch_add(1, Ordering::SeqCst) == 1 && broken;
            match right(asked) {
                _ if !is_good(asked) || shut => unauthorized(),
                _ if read => Reply::Bytes(json("200 OK", "", "{}")),
                _ if is(asked, "GET /notes/") => Reply::Bytes(json("404 Not Found", "", "{}")),
                Reply::Bytes(bytes) if bytes.starts_with(b"HTTP/1.1 201") => {
                    Reply::Bytes(json("201 Created", "", r#"{"id": "made"}"#))
                }
                other => other,
            }
        });
        let ran = check(&[&linked, note], &host).args(["--exclude", "*/story/*,*/head/*"]).run();
        let report = ran.json("r.json");
        let found = denied(&report, "note").into_iter().filter(|finding| {
            finding["title"].as_str().is_some_and(|title| title.ends_with("accepted on the second try"))
        });
        let checks: Vec<&Value> = found.map(|finding| &finding["check"]).collect();
        let expected: &[&str] = if broken { &["valid-accepted"] } else { &[] };
        assert_eq!(checks, expected, "{}", ran.everything());
    }
}

#[test]
fn credentials_that_are_refused_at_times_are_found_and_the_run_goes_on() {
    for (paths, safe) in [(&[NOTES][..], false), (&[ME, NOTES][..], true)] {
        let let_in = AtomicUsize::new(0);
        let host = Canned::start(move |asked| {
            if !is_good(asked) {
                return unauthorized();
            }
            let count = if is(asked, "POST /notes") { let_in.fetch_add(1, Ordering::SeqCst) + 1 } else { 1 };
            if count.is_multiple_of(20) { unauthorized() } else { right(asked) }
        });
        let ran = check(paths, &host).run().ends_with(1);
        let report = ran.json("r.json");
        assert_eq!(report["verdict"], "broken", "{safe}");
        let found =
            denied(&report, "addNote").into_iter().find(|finding| finding["check"] == "valid-accepted");
        let found = found.unwrap_or_else(|| panic!("{safe}: {}", ran.everything()));
        let title = "valid credentials were refused once and accepted on the second try";
        assert_eq!(
            (found["title"].as_str(), found["actual"].as_str()),
            (Some(title), Some("they were refused with status 401"))
        );
    }
}

#[test]
fn an_operation_that_is_closed_to_the_user_says_nothing_of_the_credentials() {
    for jobs in ["1", "8"] {
        let host = Canned::start(|asked| {
            if !is_good(asked) {
                return unauthorized();
            }
            if is(asked, "GET /staff") { Reply::Bytes(json("403 Forbidden", "", "{}")) } else { right(asked) }
        });
        let ran = check(&[ME, STAFF, NOTES], &host).args(["--jobs", jobs]).run();
        let report = ran.json("r.json");
        assert!(["broken", "holds"].contains(&report["verdict"].as_str().unwrap()), "{}", ran.everything());
        assert_eq!(report["summary"]["cases"], report["summary"]["exchanges"]);
        assert!(!ran.stdout.contains("second try"), "{}", ran.everything());
    }
}
