//! Answers that come late, and answers that never come.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Driver, Ran, probity};

const CONTRACT: &str = "openapi: 3.0.3
info: {title: Hanging, version: '1'}
paths:
  /fast: {get: {operationId: fast, responses: {'200': {description: ok}}}}
  /slow:
    post:
      operationId: slow
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: string, maxLength: 9}, b: {type: integer}}}}}}
      responses: {'200': {description: ok}, '400': {description: wrong}, '415': {description: not JSON}}
  /list:
    get:
      operationId: list
      security: [{token: []}]
      responses: {'200': {description: ok}, '401': {description: who}}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
";

const OPEN: &str = "openapi: 3.0.3
info: {title: Hanging, version: '1'}
paths:
  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}
  /b: {get: {operationId: b, responses: {'200': {description: ok}}}}
";

fn check(contract: &str, host: &Canned) -> Driver {
    let driver = probity().with_file("c.yaml", contract).args([
        "check",
        "c.yaml",
        "--bearer",
        "good-token",
        "--timeout",
        "400ms",
    ]);
    driver.args(["--report", "json=r.json", "--target", &host.url()])
}

fn path(asked: &Asked) -> &str {
    asked.line.split([' ', '?']).nth(1).unwrap_or_default()
}

fn hang() -> Reply {
    std::thread::sleep(Duration::from_secs(30));
    Reply::Last(Vec::new())
}

/// What a right host answers: a body that can be read, or 400.
fn right(asked: &Asked) -> Reply {
    let body = asked.whole.split("\r\n\r\n").nth(1).unwrap_or_default();
    let good = serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object());
    Reply::Bytes(match (asked.line.split(' ').next(), path(asked)) {
        (Some("GET"), "/slow") | (Some("POST"), "/fast" | "/list") => {
            json("405 Method Not Allowed", "Allow: GET, HEAD, POST\r\n", "")
        }
        (Some("GET"), "/list") if !asked.head.contains("Bearer good-token\r\n") => {
            json("401 Unauthorized", "", "{}")
        }
        (Some("GET"), _) => json("200 OK", "", "{}"),
        (Some("POST"), _) if good => json("200 OK", "", "{}"),
        (Some("POST"), _) => json("400 Bad Request", "", "{}"),
        _ => json("405 Method Not Allowed", "Allow: GET, HEAD, POST\r\n", ""),
    })
}

fn findings<'r>(report: &'r Value, operation: &str) -> Vec<&'r Value> {
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["operation"] == operation).collect()
}

fn sent(ran: &Ran, host: &Canned, path: &str) -> usize {
    assert!(!host.lines().is_empty(), "{}", ran.everything());
    host.lines().iter().filter(|line| line.split([' ', '?']).nth(1) == Some(path)).count()
}

#[test]
fn an_operation_that_hangs_is_left_out_and_the_others_are_tested() {
    for jobs in ["1", "8"] {
        let host = Canned::start(|asked| match (asked.line.starts_with("POST"), path(asked)) {
            (true, "/slow") => hang(),
            _ => right(asked),
        });
        let ran = check(CONTRACT, &host).args(["--jobs", jobs]).run().ends_with(1);
        let report = ran.json("r.json");
        assert_eq!(report["verdict"], "broken");
        let found = findings(&report, "slow");
        assert_eq!(found.len(), 1, "{}", ran.everything());
        assert_eq!(found[0]["check"], "complete-answer");
        let gap = report["gaps"].as_array().unwrap().iter().find(|gap| gap["operation"] == "slow").unwrap();
        assert!(
            gap["why"].as_str().unwrap().starts_with("it gave no answer 3 times, and was left out: "),
            "{gap}"
        );
        assert!(sent(&ran, &host, "/list") >= 8, "{:?}", host.lines());
        let posts = host.lines().iter().filter(|line| line.starts_with("POST /slow")).count();
        assert!((3..12).contains(&posts), "{posts}");
    }
}

#[test]
fn an_answer_that_is_late_once_is_asked_for_again_if_nothing_can_come_of_that() {
    let asked_before = Mutex::new(HashSet::new());
    let host = Canned::start(move |asked| {
        if asked_before.lock().unwrap().insert(path(asked).to_owned()) {
            std::thread::sleep(Duration::from_millis(700));
        }
        right(asked)
    });
    let ran = check(OPEN, &host).run().ends_with(0);
    let report = ran.json("r.json");
    let cases = report["cases"].as_array().unwrap().iter();
    let twice = cases.filter(|case| case["outcome"]["observed"]["attempts"] == 2).count();
    assert_eq!(twice, 2);
}

#[test]
fn a_late_answer_to_what_may_change_something_is_not_asked_for_again() {
    let first = Mutex::new(true);
    let host = Canned::start(move |asked| {
        let posted = asked.line.starts_with("POST");
        if posted && std::mem::take(&mut *first.lock().unwrap()) {
            return hang();
        }
        right(asked)
    });
    let ran = check(CONTRACT, &host).args(["--include", "slow/accept/*", "--jobs", "1"]).run().ends_with(1);
    let report = ran.json("r.json");
    assert_eq!(findings(&report, "slow").len(), 1, "{}", ran.everything());
    let sent = u64::try_from(host.lines().iter().filter(|line| line.starts_with("POST")).count()).unwrap();
    assert_eq!(report["summary"]["exchanges"], sent);
}

#[test]
fn an_operation_that_only_began_slowly_is_tested_all_the_same() {
    for jobs in ["1", "8"] {
        let begun = Mutex::new(0);
        let host = Canned::start(move |asked| {
            let slow = path(asked) == "/list" && {
                let mut begun = begun.lock().unwrap();
                *begun += 1;
                *begun <= 3
            };
            if slow { hang() } else { right(asked) }
        });
        let ran = check(CONTRACT, &host).args(["--jobs", jobs, "--include", "list/*,fast/*"]).run();
        let report = ran.json("r.json");
        assert_eq!(findings(&report, "list"), Vec::<&Value>::new(), "{}", ran.everything());
        assert!(!report["gaps"].to_string().contains("no answer"), "{}", ran.everything());
        assert_eq!(report["summary"]["exchanges"], report["summary"]["cases"], "{}", ran.everything());
    }
}

#[test]
fn a_host_that_never_answers_is_lost_however_few_ask_it() {
    for jobs in ["1", "2", "16"] {
        let host = Canned::start(|asked| match path(asked) {
            "/" => right(asked),
            _ => hang(),
        });
        let ran = check(CONTRACT, &host).args(["--jobs", jobs]).run().ends_with(4);
        assert_eq!(ran.json("r.json")["verdict"], "target-lost", "{}", ran.everything());
        assert!(host.lines().len() < 30, "{:?}", host.lines());
    }
}

#[test]
fn a_host_that_stops_to_answer_is_lost() {
    for jobs in ["1", "8"] {
        let host = Canned::start(|asked| if asked.number > 12 { hang() } else { right(asked) });
        let ran = check(CONTRACT, &host).args(["--jobs", jobs]).run().ends_with(4);
        assert!(ran.stdout.contains("the last 8 requests got no answer"), "{}", ran.everything());
        assert!(host.lines().len() < 50, "{:?}", host.lines());
    }
}
