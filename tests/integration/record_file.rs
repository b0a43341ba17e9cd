//! The record of a run as a file: what is printed of it is what the run printed, a run that is killed
//! leaves one, and those of parts of a plan are put together.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Driver, Ran, probity};
use crate::rival::{Fault, Rival, Variant};

/// An API of which one host, below, refuses a documented member.
const NOTES: &str = "openapi: 3.0.3
info: {title: Notes, version: '1'}
paths:
  /notes:
    post:
      operationId: addNote
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties: {title: {type: string, maxLength: 9}, colour: {type: string, enum: [red, green]}}
      responses:
        '201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}
        '400': {description: refused}
    get:
      operationId: listNotes
      responses: {'200': {description: all, content: {application/json: {schema: {type: array}}}}}
";

fn answered(status: &str, body: &str) -> Reply {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Reply::Bytes((head + body).into_bytes())
}

/// Takes no note with a colour or without a title, and fails for a long one.
fn notes(asked: &Asked) -> Reply {
    let title = asked.whole.split_once("\"title\":").map(|(_, title)| title);
    match asked.line.split(' ').next() {
        Some("GET") => answered("200 OK", "[]"),
        Some("POST") if asked.whole.contains("colour") || title.is_none() => {
            answered("400 Bad Request", "{}")
        }
        Some("POST") if title.is_some_and(|title| title.len() > 14) => {
            answered("500 Internal Server Error", "{}")
        }
        Some("POST") => answered("201 Created", "{\"id\": 3}"),
        _ => answered("405 Method Not Allowed", "{}"),
    }
}

fn against_notes(host: &Canned) -> Driver {
    probity().with_file("notes.yaml", NOTES).args(["check", "notes.yaml", "--target", &host.url()])
}

/// A run that kept its record, and what is made of that.
fn kept(run: Driver) -> (Ran, Ran) {
    let ran = run.args(["--record-file", "run.probity", "--report", "json=run.json"]).run();
    let made = ran.again().args(["report", "run.probity"]).run().ends_with(0);
    ran.again().args(["report", "run.probity", "--report", "json=made.json"]).run().ends_with(0);
    (ran, made)
}

#[track_caller]
fn same((ran, made): &(Ran, Ran)) {
    assert_eq!(made.stdout, ran.stdout, "{}", made.stderr);
    assert_eq!(ran.file("made.json"), ran.file("run.json"));
}

#[test]
fn what_a_run_printed_is_printed_of_its_record() {
    let rival = Rival::start(Variant::ALL[0], Some(Fault::ALL[0]));
    let run = kept(probity().arg("check").target(&rival).args(["--ledger", "ledger.jsonl"]));
    run.0.json("run.json")["findings"].as_array().filter(|all| !all.is_empty()).expect("a finding");
    same(&run);
}

#[test]
fn what_was_chosen_while_it_ran_is_in_the_record() {
    let host = Canned::start(notes);
    let run = kept(against_notes(&host));
    let report = run.0.json("run.json");
    assert_eq!(report["bodies"][0]["refused"], serde_json::json!(["/colour"]));
    assert_eq!(report["verdict"], "broken");
    same(&run);
}

#[test]
fn pinned_behaviour_that_differs_is_in_the_record() {
    let first = Canned::start(notes);
    let pinned = against_notes(&first).args(["--profile", "p", "--record"]).run();
    let second = Canned::start(|asked| match notes(asked) {
        Reply::Bytes(bytes) if bytes.starts_with(b"HTTP/1.1 201") => {
            answered("201 Created", "{\"id\": 3, \"new\": true}")
        }
        other => other,
    });
    let run = pinned.again().args(["check", "notes.yaml", "--profile", "p", "--target", &second.url()]);
    let run = kept(run.env("INSTA_UPDATE", "no"));
    assert!(run.0.json("run.json")["snapshots"]["changed"].as_u64() > Some(0), "{}", run.0.everything());
    same(&run);
}

#[test]
fn a_run_that_is_killed_leaves_what_came_until_then() {
    let host = Canned::start(|asked| {
        std::thread::sleep(Duration::from_millis(if asked.number > 9 { 200 } else { 0 }));
        notes(asked)
    });
    let run = against_notes(&host).args(["--jobs", "1", "--record-file", "run.probity"]);
    let (path, again) = (run.folder().join("run.probity"), run.again());
    let running = run.start();
    let heard = || std::fs::read_to_string(&path).unwrap_or_default().matches("{\"heard\"").count();
    let begun = Instant::now();
    while heard() < 5 {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing is written");
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(running);
    let whole = std::fs::read_to_string(&path).unwrap();
    // The last line may be cut anywhere.
    for cut in [whole.len(), whole.len() - 1, whole.len() - 40] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let made =
            again.again().args(["report", "run.probity", "--report", "json=made.json"]).run().ends_with(0);
        assert!(made.stderr.contains("the run was killed before its end"), "{}", made.everything());
        let report = made.json("made.json");
        assert_eq!(
            (&report["verdict"], &report["end"]["how"]),
            (&"interrupted".into(), &"interrupted".into())
        );
        assert!(report["summary"]["exchanges"].as_u64() >= Some(4), "{}", report["summary"]);
        assert!(report["created"]["resources"].as_u64() > Some(0), "{}", report["created"]);
    }
}

fn ids(report: &Value, result: &str) -> BTreeSet<String> {
    let cases = report["cases"].as_array().expect("cases").iter();
    let cases = cases.filter(|case| (case["result"] == "not-sent") == (result == "not-sent"));
    cases.map(|case| case["id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn records_of_parts_of_a_plan_are_put_together() {
    let host = Canned::start(notes);
    let run = |part: &[&str], name: &str| {
        let driver = against_notes(&host).args(part.iter().copied());
        let ran = driver.args(["--record-file", name, "--report", "json=run.json"]).run();
        (ran.json("run.json"), std::fs::read(ran.folder().join(name)).unwrap())
    };
    let (whole, _) = run(&[], "whole.probity");
    let (one, first) = run(&["--include", "listNotes"], "one.probity");
    let (other, second) = run(&["--exclude", "listNotes"], "other.probity");
    let made = probity()
        .with_file("one.probity", first)
        .with_file("other.probity", second)
        .args(["report", "one.probity", "other.probity", "--report", "json=made.json"])
        .run()
        .ends_with(0);
    let made = made.json("made.json");
    let both = &ids(&one, "sent") | &ids(&other, "sent");
    assert_eq!(ids(&made, "sent"), both);
    // Only who creates something has reason to read it again.
    let mut planned = ids(&whole, "sent");
    planned.retain(|id| !id.ends_with("/again"));
    assert_eq!(both, planned);
    let titles = |report: &Value| -> BTreeSet<String> {
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.map(|one| one["title"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(titles(&made), titles(&whole));
    assert_eq!(made["verdict"], "broken");
    // Both named what they created by their own identities.
    let text = made.to_string();
    assert!(!text.contains(other["timing"]["run_id"].as_str().unwrap()), "another run is named");
}

#[test]
fn records_of_different_contracts_are_not_put_together() {
    let host = Canned::start(notes);
    let other = NOTES.replace("maxLength: 9", "maxLength: 8");
    let run = against_notes(&host).with_file("other.yaml", other);
    let again = run.again();
    run.args(["--record-file", "one.probity"]).run();
    again
        .again()
        .args(["check", "other.yaml", "--target", &host.url(), "--record-file", "other.probity"])
        .run();
    let made = again.again().args(["report", "one.probity", "other.probity"]).run().ends_with(2);
    assert!(made.stderr.contains("other.probity cannot be put together"), "{}", made.everything());
    assert!(made.stderr.contains("another contract"), "{}", made.everything());
}

#[test]
fn a_record_that_cannot_be_kept_is_told() {
    let ran = probity().arg("check").args(["--record-file", "absent/run.probity"]).run().ends_with(2);
    assert!(
        ran.stderr.contains("cannot write the record of the run to absent/run.probity"),
        "{}",
        ran.everything()
    );
    let ran = probity().arg("check").args(["--record-file", "-"]).run().ends_with(2);
    assert!(ran.stderr.contains("--record-file FILE"), "{}", ran.everything());
    let same = probity().with_file("c.yaml", NOTES).args(["check", "c.yaml", "--record-file", "./c.yaml"]);
    let ran = same.run().ends_with(2);
    assert!(ran.stderr.contains("which is the contract"), "{}", ran.everything());
    #[cfg(target_os = "linux")]
    {
        let ran = probity().arg("check").args(["--record-file", "/dev/full"]).run().ends_with(2);
        assert!(
            ran.stderr.contains("cannot write the record of the run to /dev/full"),
            "{}",
            ran.everything()
        );
    }
}

#[test]
fn what_is_no_record_is_refused_with_its_line() {
    let host = Canned::start(notes);
    let ran = against_notes(&host).args(["--record-file", "run.probity"]).run();
    let whole = ran.file("run.probity");
    let lines: Vec<&str> = whole.lines().collect();
    for (text, expected) in [
        (whole.replacen("\"format\":1", "\"format\":99", 1), "is a record of format 99"),
        (format!("{}\n{{\"nonsense\": 1}}\n{}\n", lines[0], lines[1]), "line 2: unknown variant `nonsense`"),
        (format!("{}\n{}\n", lines[0], lines[2]), "line 2: scenarios before this one are missing"),
    ] {
        let read = ran.again().with_file("broken.probity", text).args(["report", "broken.probity"]).run();
        let read = read.ends_with(2);
        assert!(read.stderr.contains(expected), "{expected}: {}", read.everything());
    }
}
