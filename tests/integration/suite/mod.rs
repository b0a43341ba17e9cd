//! The JSON Schema Test Suite through our own reading: around each of its schemas a small document
//! of `OpenAPI` is written, which the contract reads as any other, and its validators decide.

mod exceptions;

use crate::needs::JSON_SCHEMA_TEST_SUITE;
use exceptions::{DRAFT_4, DRAFT_2020_12, Exceptions};
use probity::cause::Cause;
use probity::contract::Contract;
use probity::json::{self, Text};
use probity::schema::{SchemaAt, Side};
use probity::source::{Document, Reach};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A part of the suite, and the version of `OpenAPI` in which it is read.
struct Draft {
    folder: &'static str,
    version: &'static str,
    exceptions: &'static Exceptions,
    /// So many of its tests are decided as the suite says.
    passed: usize,
}

/// What became of the tests.
#[derive(Default)]
struct Tally {
    passed: usize,
    excepted: usize,
    /// The tests that fail though nothing says why.
    failed: String,
    /// The exceptions that were none.
    idle: Vec<String>,
}

#[test]
fn the_required_tests_of_2020_12_are_decided_as_the_suite_says() {
    held(&Draft { folder: "draft2020-12", version: "3.1.1", exceptions: &DRAFT_2020_12, passed: 1_252 });
}

#[test]
fn the_required_tests_of_draft_4_are_decided_as_the_suite_says_where_3_0_has_their_keywords() {
    held(&Draft { folder: "draft4", version: "3.0.3", exceptions: &DRAFT_4, passed: 577 });
}

fn held(draft: &Draft) {
    let Some(suite) = JSON_SCHEMA_TEST_SUITE.or_skip() else { return };
    let Tally { passed, excepted, failed, idle } = tally(&suite, draft);
    let name = draft.folder;
    assert!(failed.is_empty(), "{name}: {passed} passed, {excepted} excepted, these fail:\n{failed}");
    assert!(idle.is_empty(), "{name}: these are no exceptions any more: {idle:#?}");
    assert!(passed >= draft.passed, "{name}: {passed} passed in place of {}", draft.passed);
}

fn tally(suite: &Path, draft: &Draft) -> Tally {
    let folder = suite.join("tests").join(draft.folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut tally = Tally::default();
    for path in files {
        let file = path.file_stem().unwrap().to_str().unwrap();
        let groups: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for group in groups.as_array().unwrap() {
            let said = group["description"].as_str().unwrap();
            let name = format!("{file}: {said}");
            let excepted = draft.exceptions.reason(file, said).is_some();
            let (passed, failed) = decided(suite, draft.version, group);
            tally.passed += passed;
            if excepted && failed.is_empty() {
                tally.idle.push(name);
            } else if excepted {
                tally.excepted += failed.len();
            } else {
                for why in failed {
                    writeln!(tally.failed, "{name}: {why}").unwrap();
                }
            }
        }
    }
    tally
}

/// How many tests of a group are decided as the suite says, and those that are not.
fn decided(suite: &Path, version: &str, group: &Value) -> (usize, Vec<String>) {
    let tests = group["tests"].as_array().unwrap();
    let contract = match read(suite, version, &group["schema"]) {
        Ok(contract) => contract,
        Err(why) => return (0, tests.iter().map(|test| format!("{}: {why}", test["description"])).collect()),
    };
    let schema = contract.operations[0].body.as_ref().and_then(|body| body.content[0].schema.clone());
    let (mut passed, mut failed) = (0, Vec::new());
    for test in tests {
        let valid = schema.as_ref().map(|schema| accepts(&contract, schema, &test["data"]));
        if valid == test["valid"].as_bool() {
            passed += 1;
        } else {
            failed.push(format!("{}: said to be {valid:?}", test["description"]));
        }
    }
    (passed, failed)
}

/// Whether nothing is held against a value; a format is an annotation.
fn accepts(contract: &Contract, schema: &SchemaAt, value: &Value) -> bool {
    let schemas = &contract.schemas;
    let text: Text = json::read(value.to_string().as_bytes()).unwrap();
    let errors = schemas.errors(schema, Side::Request, value);
    assert_eq!(schemas.accepts_text(schema, Side::Request, &text), errors.is_empty(), "{value}");
    errors.iter().all(|error| error.cause == Cause::Format)
}

/// A document whose only body has a schema, which stands in a file of its own: there `#` is the schema.
fn read(suite: &Path, version: &str, schema: &Value) -> Result<Contract, String> {
    let folder = tempfile::tempdir().unwrap();
    let schema_file = folder.path().join("schema.json");
    let body =
        json!({"required": true, "content": {"application/json": {"schema": {"$ref": "schema.json"}}}});
    let post = json!({"requestBody": body, "responses": {"200": {"description": "ok"}}});
    let document =
        json!({"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {"/a": {"post": post}}});
    let path = folder.path().join("contract.json");
    std::fs::write(&path, document.to_string()).unwrap();
    std::fs::write(schema_file, schema.to_string()).unwrap();
    let copies = vec![("http://localhost:1234/".to_owned(), suite.join("remotes"))];
    let document =
        Document::open_within(&path, &Reach { root: None, copies }).map_err(|error| error.to_string())?;
    let contract = Contract::read(document).map_err(|refused| refused.1.to_string())?;
    let lost: Vec<String> = contract.unread.iter().map(|one| format!("{} {}", one.at, one.why)).collect();
    let untestable = contract.untestable.iter().map(|one| format!("{} {}", one.at, one.why));
    let lost: Vec<String> = untestable.chain(lost).collect();
    if lost.is_empty() && contract.operations.len() == 1 { Ok(contract) } else { Err(lost.join("; ")) }
}
