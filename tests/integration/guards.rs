//! What is not sent to a target for the harm that it could do.

use crate::canned::{Canned, Reply};
use crate::driver::probity;

const CONTRACT: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
security: [{token: []}]
paths:
  /things:
    get: {operationId: listThings, responses: {'200': {description: ok}, '401': {description: who}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}, example: 00000000-0000-4000-8000-000000000001}]
    put:
      operationId: putThing
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: string}}}}}}
      responses: {'200': {description: ok}, '4XX': {description: no}}
    delete: {operationId: deleteThing, responses: {'204': {description: gone}, '4XX': {description: no}}}
  /things/{kind}/{number}:
    parameters:
      - {name: kind, in: path, required: true, schema: {enum: [small, large]}}
      - {name: number, in: path, required: true, schema: {type: integer}, example: 7}
    patch: {operationId: patchOld, responses: {'200': {description: ok}, '4XX': {description: no}}}
  /settings:
    put: {operationId: putSettings, responses: {'200': {description: ok}, '4XX': {description: no}}}
  /admin/purge:
    post: {operationId: tidy, responses: {'204': {description: ok}, '4XX': {description: no}}}
  /logout:
    get: {operationId: leave, responses: {'204': {description: ok}, '4XX': {description: no}}}
  /quiet:
    post: {operationId: quiet, x-probity: {disruptive: true}, responses: {'204': {description: ok}, '4XX': {description: no}}}
  /reset-password-policy:
    get: {operationId: policy, responses: {'200': {description: ok}, '4XX': {description: no}}}
    post: {operationId: newPolicy, x-probity: {disruptive: false}, responses: {'204': {description: ok}, '4XX': {description: no}}}
";

/// The request lines that a check has sent, and what it said.
fn sent(flags: &[&str]) -> (Vec<String>, String) {
    let host = Canned::start(|asked| {
        let known =
            asked.head.lines().any(|line| line.eq_ignore_ascii_case("authorization: bearer right-token"));
        let status = match (known, asked.line.split(' ').next()) {
            (false, _) => "401 Unauthorized\r\nWWW-Authenticate: Bearer",
            (true, Some("GET" | "HEAD" | "OPTIONS")) => "200 OK",
            (true, Some("PUT" | "PATCH" | "DELETE")) => "404 Not Found",
            _ => "204 No Content",
        };
        let length = if status.starts_with("204") { "" } else { "Content-Length: 0\r\n" };
        Reply::Bytes(format!("HTTP/1.1 {status}\r\n{length}\r\n").into_bytes())
    });
    let url = host.url();
    let driver = probity().with_file("c.yaml", CONTRACT);
    let ran = driver.args(["check", "c.yaml", "--target", &url, "--bearer", "right-token"]);
    let ran = ran.args(["--run-id", "4711081512"]).args(flags.iter().copied()).run();
    let lines = host.lines().into_iter().map(|line| line.trim_end_matches(" HTTP/1.1").to_owned());
    (lines.collect(), ran.everything())
}

fn begins<'l>(lines: &'l [String], start: &'l str) -> impl Iterator<Item = &'l String> {
    lines.iter().filter(move |line| line.starts_with(start))
}

#[test]
fn changes_go_to_nothing_that_could_be_there_with_any_credentials_and_body() {
    let (lines, said) = sent(&[]);
    for method in ["PUT ", "DELETE "] {
        assert!(begins(&lines, method).count() > 3, "{said}");
        assert!(begins(&lines, method).all(|line| line.contains("/things/") && line.contains("4711081512")));
    }
    // What no resource is called.
    assert!(begins(&lines, "PATCH ").all(|line| line.contains("4711081512")), "{lines:?}");
    for never in ["PUT /settings", "POST /admin/purge", "GET /logout", "POST /quiet", "OPTIONS /quiet"] {
        assert_eq!(begins(&lines, never).count(), 0, "{never}");
    }
    assert!(begins(&lines, "POST /reset-password-policy").count() > 0);
    for (operation, flag) in [
        ("patchOld", "--on-existing-data"),
        ("putSettings", "--on-existing-data"),
        ("tidy", "--include-disruptive"),
        ("leave", "--include-disruptive"),
        ("quiet", "--include-disruptive"),
    ] {
        let told = said.lines().any(|line| line.contains(operation) && line.contains(flag));
        assert!(told, "{operation}: {said}");
    }
}

#[test]
fn each_guard_is_lifted_by_its_flag() {
    let (lines, _) = sent(&["--on-existing-data"]);
    assert!(begins(&lines, "PATCH /things/small/7").count() > 0);
    assert!(begins(&lines, "PUT /settings").count() > 0);
    assert!(begins(&lines, "DELETE /things/00000000-0000").count() > 0);
    assert_eq!(begins(&lines, "POST /admin/purge").count(), 0);
    let (lines, _) = sent(&["--include-disruptive", "tidy,/logout"]);
    assert!(begins(&lines, "PATCH ").all(|line| line.contains("4711081512")), "{lines:?}");
    assert_eq!(begins(&lines, "POST /quiet").count(), 0);
    let disruptive = |line: &String| line.contains(" /admin/purge") || line.contains(" /logout");
    let first = lines.iter().position(disruptive).expect("what was asked for is sent");
    assert!(lines[first..].iter().all(disruptive), "after all else: {:?}", &lines[first..]);
}

#[test]
fn read_only_sends_safe_methods() {
    let (lines, said) = sent(&["--read-only"]);
    let safe = ["GET ", "HEAD ", "OPTIONS ", "TRACE "];
    assert!(lines.iter().all(|line| safe.iter().any(|method| line.starts_with(method))), "{lines:?}");
    assert!(begins(&lines, "GET /things").count() > 0 && said.contains("--read-only"), "{said}");
}

#[test]
fn a_plan_marks_what_is_withheld() {
    let driver = || probity().with_file("c.yaml", CONTRACT);
    let ran = driver().args(["plan", "c.yaml"]).run().ends_with(0);
    let cases =
        |operation: &str| ran.stdout.lines().filter(|line| line.contains(&format!(" {operation}/"))).count();
    let marked = |operation: &str| {
        let line = |line: &&str| line.starts_with("withheld ") && line.contains(&format!(" {operation}/"));
        ran.stdout.lines().filter(line).count()
    };
    assert_eq!((marked("putThing"), marked("putSettings") > 0), (0, true), "{}", ran.stdout);
    assert_eq!(marked("tidy"), cases("tidy"));
    assert!(ran.stdout.contains("[--include-disruptive tidy]"), "{}", ran.stdout);
    assert!(ran.stderr.contains("withheld from any target"), "{}", ran.stderr);
    let json = driver().args(["plan", "c.yaml", "--json"]).run().ends_with(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).unwrap();
    let withheld = plan["withheld"].as_array().unwrap();
    let tidy = withheld.iter().find(|one| one["operation"] == "tidy").unwrap();
    assert_eq!(
        (&tidy["flag"], tidy["cases"].as_array().unwrap().len()),
        (&"--include-disruptive tidy".into(), cases("tidy"))
    );
    let sent = plan["scenarios"].to_string();
    assert!(!sent.contains("tidy/") && sent.contains("putThing/"));
    let all = driver()
        .args(["plan", "c.yaml", "--on-existing-data", "--include-disruptive", "*"])
        .run()
        .ends_with(0);
    assert!(!all.stdout.contains("withheld"), "{}", all.stdout);
}

#[test]
fn the_embedded_host_gets_everything() {
    let ran = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--verbose"]).run();
    for operation in ["patchOld", "putSettings", "tidy", "leave", "quiet"] {
        assert!(ran.everything().contains(&format!("{operation}/")), "{operation}: {}", ran.everything());
    }
    assert!(!ran.everything().contains("--on-existing-data"), "{}", ran.everything());
}

#[test]
fn a_pattern_of_what_disrupts_names_something() {
    let ran = probity().with_file("c.yaml", CONTRACT);
    let ran = ran.args(["plan", "c.yaml", "--include-disruptive", "tidi"]).run().ends_with(2);
    assert!(ran.stderr.contains("--include-disruptive: `tidi` matches no operation"), "{}", ran.stderr);
}

#[test]
fn where_all_is_withheld_nothing_is_tested_and_that_is_told() {
    let host = Canned::always("HTTP/1.1 204 No Content\r\n\r\n");
    let ran = probity().with_file("c.yaml", CONTRACT);
    let ran =
        ran.args(["check", "c.yaml", "--include", "tidy", "--target", &host.url(), "--bearer", "token-1"]);
    let ran = ran.run().ends_with(5);
    assert!(ran.everything().contains("--include-disruptive"), "{}", ran.everything());
    assert_eq!(host.lines().len(), 0);
}
