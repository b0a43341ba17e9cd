//! What moves by itself, or by others, is no behaviour; nor is what a page of an older form lacks.

use std::sync::Mutex;

use jiff::{Timestamp, tz::TimeZone};

use super::{files, summary};
use crate::canned::{Canned, Reply, json};
use crate::driver::{Ran, probity};

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Noise, version: '1'}
paths:
  /status:
    get:
      operationId: status
      responses:
        '200':
          description: ok
          headers: {X-Kind: {schema: {type: string}}}
          content: {application/json: {schema: {type: object}}}
  /things:
    get:
      operationId: things
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
    delete: {operationId: clear, responses: {'204': {description: gone}}}
  /things/{id}:
    delete:
      operationId: drop
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}, '404': {description: none}}
";

/// A host whose clock is so many days ahead, that has so many things of others, and one name.
fn host(days: i64, things: usize, name: &'static str) -> Canned {
    let asked = Mutex::new(0);
    let started = Timestamp::now();
    Canned::start(move |request| {
        let seconds = Timestamp::now().as_second() + days * 86_400;
        let clock = Timestamp::from_second(seconds).unwrap().to_zoned(TimeZone::UTC);
        let date = clock.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let head = format!("Date: {date}\r\nX-Kind: a\r\n");
        let target = request.line.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        Reply::Bytes(match (request.line.split(' ').next(), path) {
            (Some("GET"), "/status") => {
                let mut asked = asked.lock().unwrap();
                *asked += 1;
                let order = if *asked % 2 == 0 { r#"["b","a"]"# } else { r#"["a","b"]"# };
                let (day, hour) = (clock.date(), seconds / 3600 * 3600);
                let up = Timestamp::now().as_second() - started.as_second();
                let body = format!(
                    r#"{{"now":{seconds},"millis":{seconds}000,"day":"{day}","hour":{hour},"at":"{date}","up":{up},"counter":1234567890,"name":"{name}","tags":{order}}}"#
                );
                json("200 OK", &head, body)
            }
            (Some("GET"), "/things") => {
                let items = vec![r#"{"id":1}"#; things].join(",");
                json("200 OK", &head, format!(r#"{{"items":[{items}],"total":{things},"limit":20}}"#))
            }
            (Some("GET" | "DELETE"), _) => json("404 Not Found", &head, "{}"),
            _ => json("405 Method Not Allowed", &format!("{head}Allow: GET, DELETE\r\n"), "{}"),
        })
    })
}

fn check(driver: crate::driver::Driver, host: &Canned) -> crate::driver::Driver {
    let url = host.url();
    driver.args([
        "check",
        "contract.yaml",
        "--profile",
        "p",
        "--report",
        "json=r.json",
        "--target",
        url.as_str(),
    ])
}

fn recorded(host: &Canned) -> Ran {
    check(probity().with_file("contract.yaml", CONTRACT), host).arg("--record").run()
}

fn compared(recorded: &Ran, host: &Canned) -> (Ran, u64) {
    let ran = check(recorded.again(), host).run();
    let (changed, new, orphans) = summary(&ran.json("r.json"));
    assert_eq!((new, orphans), (0, 0), "{}", ran.everything());
    (ran, changed)
}

#[test]
fn the_same_host_is_the_same_tomorrow_whatever_others_have_created() {
    let first = host(0, 2, "A");
    let recorded = recorded(&first);
    for again in [host(0, 2, "A"), host(1, 2, "A"), host(40, 3, "A"), host(0, 0, "A")] {
        let (ran, changed) = compared(&recorded, &again);
        assert_eq!(changed, 0, "{}", ran.everything());
    }
    let (ran, changed) = compared(&recorded, &host(1, 5, "B"));
    assert!(changed > 0 && ran.stdout.contains(r#""name": "B""#), "{}", ran.everything());
    let page = ran.file("snapshots/p/status/path-valid.snap");
    assert!(page.contains("in any order $response.body#/tags"), "{page}");
    assert!(page.contains(r#""counter": 1234567890"#), "{page}");
}

#[test]
fn a_page_of_an_older_form_is_compared_as_far_as_it_goes_and_renewed_by_a_record() {
    let server = host(0, 2, "A");
    let recorded = recorded(&server);
    let folder = recorded.folder().join("snapshots/p");
    let before = files(&folder);
    for (name, page) in &before {
        assert!(page.contains("\n  form: 2\n"), "{page}");
        // As the program before wrote it: without the header where the status is not documented.
        let undocumented = !page.contains("\n200 ");
        let page = page.replace("  form: 2\n", "");
        let page = if undocumented { page.replace("x-kind: a\n", "") } else { page };
        std::fs::write(folder.join(name), page).unwrap();
    }
    let (ran, changed) = compared(&recorded, &server);
    assert_eq!(changed, 0, "{}", ran.everything());
    assert!(ran.stderr.contains("older form"), "{}", ran.stderr);
    assert!(ran.stderr.contains("probity check --profile p --record"), "{}", ran.stderr);
    let ran = check(ran.again(), &server).arg("--record").run();
    let after = files(&folder);
    assert!(after.values().all(|page| page.contains("  form: 2\n")), "{}", ran.everything());
    let (ran, _) = compared(&ran, &server);
    assert!(!ran.stderr.contains("older form"), "{}", ran.stderr);
}

#[test]
fn a_profile_with_nothing_to_compare_is_refused_in_a_pipeline_or_beside_others() {
    let server = host(0, 2, "A");
    let named = |ran: &Ran, ci: bool, profile: &str| {
        let url = server.url();
        let driver =
            ran.again().args(["check", "contract.yaml", "--target", url.as_str(), "--profile", profile]);
        if ci { driver.env("CI", "1").run() } else { driver.run() }
    };
    let fresh = probity().with_file("contract.yaml", CONTRACT).args(["explain", "snapshot"]).run();
    let ran = named(&fresh, true, "p").ends_with(2);
    assert!(ran.stderr.contains("no profile `p`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`probity check --profile p --record` starts it"), "{}", ran.stderr);
    assert!(named(&fresh, false, "p").stderr.contains("--record starts them"));
    let recorded = recorded(&server);
    for ci in [true, false] {
        let ran = named(&recorded, ci, "pp").ends_with(2);
        assert!(ran.stderr.contains("did you mean `p`?"), "{}", ran.stderr);
    }
}
