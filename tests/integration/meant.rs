//! Which contract and which host a run is about, and when a run that shows nothing is not green.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::canned::{Canned, Reply, json, refusal};
use crate::driver::{Driver, probity, shipped_contract};

/// One operation, which needs nothing.
const OWN: &str = "openapi: 3.1.0
info: {title: Mine, version: '1'}
paths:
  /mine:
    get: {operationId: mine, responses: {'200': {description: ok}, '404': {description: no}}}
";

fn own(name: &str) -> Driver {
    probity().with_file(name, OWN)
}

fn answering() -> Canned {
    Canned::start(|asked| {
        Reply::Bytes(match asked.line.as_str() {
            line if line.starts_with("GET /mine ") => {
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()
            }
            line if line.contains(" /mine ") => json("405 No", "Allow: GET\r\n", "{}"),
            _ => refusal("404 No"),
        })
    })
}

#[track_caller]
fn says(driver: Driver, code: i32, wanted: &[&str]) {
    let ran = driver.run().ends_with(code);
    for wanted in wanted {
        assert!(ran.everything().contains(wanted), "{wanted}: {}", ran.everything());
    }
}

#[test]
fn a_named_host_never_gets_the_requests_of_the_demonstration() {
    let host = answering();
    let url = host.url();
    says(
        probity().args(["check", "--target", &url]),
        2,
        &["no contract to hold", "check my-api.yaml --target"],
    );
    says(probity().arg("check").env("PROBITY_TARGET", &url), 2, &["no contract to hold"]);
    assert_eq!(host.lines(), Vec::<String>::new());
}

#[test]
fn a_named_host_is_held_to_the_contract_of_the_folder() {
    for name in ["openapi.yaml", "openapi.yml", "openapi.json"] {
        let host = answering();
        let text = if name.ends_with("json") {
            r#"{"openapi": "3.1.0", "info": {"title": "Mine", "version": "1"}, "paths": {"/mine": {"get": {"responses": {"200": {"description": "ok"}}}}}}"#
        } else {
            OWN
        };
        let driver = probity().with_file(name, text).args(["check", "-q", "--max-requests", "1", "--target"]);
        let wanted = format!("no contract is named: {name} of this folder is taken");
        says(driver.arg(host.url()), 0, &[&wanted]);
        assert!(host.lines().iter().any(|line| line.starts_with("GET /mine")), "{:?}", host.lines());
    }
}

#[test]
fn the_demonstration_stays_what_it_is() {
    let few = ["check", "-q", "--max-requests", "2"];
    says(probity().args(few), 0, &["2 operations", "the embedded host"]);
    says(own("openapi.yaml").args(few), 0, &["2 operations", "this is the demonstration"]);
    says(probity().args(few).args(["shipped", "--target", "embedded"]), 0, &["2 operations"]);
    says(own("openapi.yaml").args(few).args(["--target", "embedded"]), 0, &["1 operation", "is taken"]);
}

#[test]
fn what_needs_no_host_takes_the_contract_of_the_folder_and_says_so() {
    let note = "no contract is named: openapi.yaml of this folder is taken";
    says(own("openapi.yaml").arg("plan"), 0, &[note, "mine/accept"]);
    says(own("openapi.yaml").args(["docs", "--out", "site"]), 0, &[note]);
    says(own("openapi.yaml").args(["serve", "--list-faults"]), 0, &[note, "mine/"]);
    says(own("openapi.yaml").args(["explain", "mine/accept/none"]), 2, &[note, "no case `mine/accept/none`"]);
    says(probity().arg("plan"), 0, &["create-badges-group/accept"]);
    says(own("openapi.yaml").args(["plan", "shipped"]), 0, &["create-badges-group/accept"]);
}

#[test]
fn a_pipeline_without_a_target_is_no_success() {
    let check = || own("mine.yaml").args(["check", "-q", "mine.yaml"]);
    says(check().env("CI", "true"), 2, &["no target in a pipeline", "PROBITY_TARGET", "--target embedded"]);
    says(check().env("CI", "1").env("PROBITY_TARGET", ""), 2, &["--target: it is empty"]);
    says(check().env("CI", "true").args(["--target", "embedded"]), 0, &["OK"]);
    for unset in ["", "0", "false"] {
        says(check().env("CI", unset), 0, &["OK"]);
    }
    let shipped = || probity().args(["check", "-q", "--max-requests", "2"]).env("CI", "true");
    says(shipped(), 0, &["OK"]);
    says(shipped().arg(shipped_contract()), 0, &["OK"]);
    let config = own("mine.yaml").with_file("probity.toml", "contract = \"mine.yaml\"\n");
    says(config.args(["check", "-q"]).env("CI", "true"), 2, &["no target in a pipeline"]);
}

#[test]
fn a_run_can_fail_for_what_it_did_not_test_or_only_remarks() {
    // A parameter of which no value can be made is a gap; an undocumented 404 is a remark.
    let gap = OWN.replace("'404': {description: no}}}", "'404': {description: no}}}\n  /gap:\n    get: {operationId: gap, parameters: [{name: q, in: query, required: true, schema: {enum: []}}], responses: {'200': {description: ok}}}");
    for (contract, more, code, wanted) in [
        (OWN, &["--fail-on", "gaps,warnings,untested"][..], 0, &["OK"][..]),
        (gap.as_str(), &[], 0, &["OK"]),
        (gap.as_str(), &["--fail-on", "gaps"], 1, &["--fail-on gaps: 1 "]),
        (OWN, &["--fail-on", "untested", "--max-requests", "1"], 1, &["--fail-on untested: ", "not sent"]),
        (OWN, &["--fail-on", "gaps", "--max-requests", "1"], 0, &["OK"]),
    ] {
        let driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "-q"]);
        says(driver.args(more.iter().copied()), code, wanted);
    }
    let config = probity().with_file("c.yaml", OWN).with_file("probity.toml", "fail-on = [\"untested\"]\n");
    says(config.args(["check", "c.yaml", "-q", "--max-requests", "1"]), 1, &["--fail-on untested"]);
    let variable = probity().with_file("c.yaml", OWN).env("PROBITY_FAIL_ON", "warnings,untested");
    says(variable.args(["check", "c.yaml", "-q", "--max-requests", "1"]), 1, &["--fail-on untested"]);
}

#[test]
fn a_remark_fails_a_run_that_asks_for_it() {
    let host = Canned::start(|asked| {
        Reply::Bytes(if asked.line.starts_with("GET /mine ") {
            json("201 Created", "", "{}")
        } else {
            json("405 No", "Allow: GET\r\n", "{}")
        })
    });
    let check =
        || own("c.yaml").args(["check", "c.yaml", "-q", "-W", "documented-status", "--target", &host.url()]);
    let plain = check().run();
    let remarks = plain.stdout.matches("warn[").count();
    assert!(remarks > 0 && plain.code == Some(0), "{}", plain.everything());
    says(check().args(["--fail-on", "warnings"]), 1, &["--fail-on warnings: "]);
}

#[test]
fn a_contract_is_a_file_or_standard_input() {
    for (contract, code, wanted) in [
        ("https://example.com/a.yaml", 2, &["is a URL, and a contract is a file", "curl -sSfo"][..]),
        ("", 2, &["CONTRACT is empty", "variable"]),
        ("-", 3, &["standard input: empty"]),
        ("nowhere.yaml", 3, &["nowhere.yaml: no such file"]),
    ] {
        says(probity().args(["plan", contract]), code, wanted);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let command = command.args(["plan", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).env_remove("CI");
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(OWN.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stdout).contains("standard input:5"), "{ended:?}");
}
