//! The table of the fields of `OpenAPI`, and what becomes of each: a row that lies fails.

mod proofs;
mod unread;

use crate::canned::{Canned, Reply};
use crate::driver::{Driver, probity, repository};
use probity::contract::Contract;
use probity::contract::fields::{Field, OBJECTS, Use};
use probity::plan::{self, Wishes};
use probity::source::Document;
use proofs::{Proof, Seen};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

const BEGINNING: &str = "\
# What is read of a document

Every field that OpenAPI 3.0, 3.1 and 3.2 have, by the object that it stands in. What is *sent* says what
requests are, what is *judged* what must come back; *read* leads to these, or says how they are read; *shown* is
for people, at most the reference shows it. What is *not read* is told as a gap, with its line, wherever
a contract has it, and so is a field that no version has, or only a later one. `x-` fields are the
author's own. Of schemas the table has what OpenAPI adds: every keyword of JSON Schema goes to a validator as it
is written.

Each row that is sent, judged or not read is held to a small document by a test (`tests/integration/fields/`).
";

/// What the guide says of a field.
fn words(used: Use) -> String {
    match used {
        Use::Read => "read".into(),
        Use::Sent => "sent".into(),
        Use::Judged => "judged".into(),
        Use::SentAndJudged => "sent, judged".into(),
        Use::Shown => "shown".into(),
        Use::Unread(why) => format!("not read: {why}"),
    }
}

fn row(field: &Field) -> String {
    format!("| `{}` | {} | {} |", field.name, field.since, words(field.used))
}

fn table() -> String {
    let mut text = BEGINNING.to_owned();
    for object in OBJECTS {
        write!(text, "\n## {} Object\n\n| field | since | |\n|---|---|---|\n", object.name).unwrap();
        object.fields.iter().for_each(|field| writeln!(text, "{}", row(field)).unwrap());
    }
    text
}

#[test]
fn the_guide_tells_of_every_field_what_becomes_of_it() {
    let path = repository().join("docs/what-is-read.md");
    if std::env::var_os("UPDATE_GUIDES").is_some() {
        std::fs::write(&path, table()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), table(), "UPDATE_GUIDES=1 writes it anew");
}

#[test]
fn what_is_not_read_is_a_gap_with_its_line() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
webhooks: {}
paths:
  /a:
    get:
      callbacks: {c: {}}
      respones: {}
      parameters:
        - {name: q, in: query, allowEmptyValue: true, schema: {type: string}}
      responses: {'200': {description: ok}}
";
    let told = probity().with_file("c.yaml", text).args(["plan", "c.yaml"]).run().stdout;
    for (line, words) in [
        (3, "`webhooks` is a field of the OpenAPI Object only since OpenAPI 3.1, and this is 3.0"),
        (7, "`callbacks` is not read"),
        (8, "`respones` is no field of the Operation Object"),
        (10, "`allowEmptyValue` is not read"),
    ] {
        let is_told = |told: &str| told.contains(words) && told.contains(&format!("c.yaml:{line}:"));
        assert!(told.lines().any(is_told), "{words} in line {line}:\n{told}");
    }
}

/// Each row has a proof of what it says, and no proof is of anything else.
#[test]
fn every_row_that_is_sent_judged_or_not_read_has_a_document() {
    let mut wanted = BTreeSet::new();
    for object in OBJECTS {
        for field in object.fields {
            let kinds: &[&str] = match field.used {
                Use::Read | Use::Shown => &[],
                Use::Sent => &["sent"],
                Use::Judged => &["judged"],
                Use::SentAndJudged => &["sent", "judged"],
                Use::Unread(_) => &["named"],
            };
            wanted.extend(kinds.iter().map(|kind| (object.name, field.name, *kind)));
        }
    }
    let proven: BTreeSet<_> =
        proofs::all().iter().map(|proof| (proof.object, proof.field, proof.kind())).collect();
    let lies: Vec<_> = wanted.symmetric_difference(&proven).collect();
    assert!(lies.is_empty(), "rows without a document, or documents of no such row: {lies:#?}");
}

#[test]
fn what_the_table_calls_sent_is_in_a_request() {
    let mut lies = Vec::new();
    for proof in proofs::all() {
        let Seen::Sent { needle } = proof.seen else { continue };
        lies.extend(unseen(&proof, needle, |text| requests(&text)));
    }
    assert!(lies.is_empty(), "{}", lies.join("\n"));
}

#[test]
fn what_the_table_calls_sent_comes_to_a_host() {
    let mut lies = Vec::new();
    for proof in proofs::all() {
        let Seen::Came { arguments, needle } = proof.seen else { continue };
        let came = |text: String| {
            let heads = Arc::new(Mutex::new(String::new()));
            let record = Arc::clone(&heads);
            let host = Canned::start(move |asked| {
                record.lock().unwrap().push_str(&asked.head);
                Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())
            });
            checked(&text, &host, arguments).run();
            heads.lock().unwrap().to_lowercase()
        };
        lies.extend(unseen(&proof, needle, came));
    }
    assert!(lies.is_empty(), "{}", lies.join("\n"));
}

#[test]
fn what_the_table_calls_judged_is_found_where_an_answer_is_wrong() {
    let mut lies = Vec::new();
    for proof in proofs::all() {
        let Seen::Judged { answer, check } = proof.seen else { continue };
        let host = Canned::always(answer.as_bytes());
        let found = |text: String| {
            let ran = checked(&text, &host, &["--report", "json=r.json"]).run();
            let report = ran.json("r.json");
            let findings = report["findings"].as_array().cloned().unwrap_or_default();
            findings.iter().any(|finding| finding["check"] == check)
        };
        if !found(proof.with()) {
            lies.push(format!("{proof}: {check} is not found"));
        }
        if found(proof.without()) {
            lies.push(format!("{proof}: {check} is found without it"));
        }
    }
    assert!(lies.is_empty(), "{}", lies.join("\n"));
}

#[test]
fn what_the_table_calls_not_read_is_named() {
    for proof in proofs::all() {
        let Seen::Named { line, words } = proof.seen else { continue };
        let told = |text: String| {
            let ran = probity().with_file("c.yaml", text).args(["plan", "c.yaml"]).run();
            let place = format!("c.yaml:{line}:");
            ran.everything().lines().any(|told| told.contains(words) && told.contains(&place))
        };
        assert!(told(proof.with()), "{proof}: line {line} is not told with: {words}");
        assert!(!told(proof.without()), "{proof}: line {line} is told without it");
    }
}

/// What is untrue of a text that requests must have with a field and must not have without it.
fn unseen(proof: &Proof, needle: &str, requests: impl Fn(String) -> String) -> Vec<String> {
    let (with, without) = (requests(proof.with()), requests(proof.without()));
    let missed = (!with.contains(needle)).then(|| format!("{proof}: no request has {needle}\n{with}"));
    let there =
        without.contains(needle).then(|| format!("{proof}: without it, a request has {needle}\n{without}"));
    missed.into_iter().chain(there).collect()
}

fn checked(text: &str, host: &Canned, arguments: &[&str]) -> Driver {
    let driver = probity().with_file("c.yaml", text);
    driver
        .args(["check", "c.yaml", "--target", &format!("{}/v1", host.url())])
        .args(arguments.iter().copied())
}

/// Every case of a document with its request, as text.
fn requests(text: &str) -> String {
    let document = Document::from_text("c.yaml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let contract = Contract::read(document).unwrap_or_else(|refused| panic!("{}\n{text}", refused.1));
    let Ok(plan) = plan::plan(&contract, &Wishes::default()) else { return String::new() };
    let mut all = String::new();
    for case in plan.cases() {
        let request = &case.request;
        write!(all, "\n# {}\n{} {}\n", case.id, request.method, request.path()).unwrap();
        for (name, value) in request.parts.headers() {
            writeln!(all, "{name}: {value}").unwrap();
        }
        all.push_str(&String::from_utf8_lossy(request.body().unwrap_or_default()));
    }
    all
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of the {} Object", self.field, self.object)
    }
}
