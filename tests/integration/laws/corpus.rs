//! Documents of many kinds, all of our own making, in `tests/corpus`; and a large one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use probity::contract::Contract;
use probity::plan::{self, Case, Place, Plan, Verdict, Wishes};
use probity::source::Document;
use serde_json::{Map, Value, json};

use super::opinion::{Opinion, lowered};
use super::{namesakes, twins};
use crate::driver::repository;

/// The most requests of a plan for a document with as many operations as [`large`].
const OPERATIONS: usize = 237;
const REQUESTS: usize = 15_000;

/// The most requests for one operation, whatever its schemas are.
const REQUESTS_OF_ONE: usize = 450;

/// The documents in the repository: files, and of a folder its `openapi.yaml`.
pub(crate) fn small() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("tests/corpus")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> =
        paths.map(|path| if path.is_dir() { path.join("openapi.yaml") } else { path }).collect();
    found.sort();
    assert!(found.len() >= 7, "{found:?}");
    found
}

/// A document as large as those of real services, written once.
pub(crate) fn large() -> &'static Path {
    static WRITTEN: LazyLock<PathBuf> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.json");
        std::fs::write(&path, format!("{:#}", collections(OPERATIONS))).expect("a written file");
        path
    });
    &WRITTEN
}

/// Every document.
pub(crate) fn paths() -> Vec<PathBuf> {
    let mut paths = small();
    paths.push(large().to_owned());
    paths
}

/// A contract that is read.
pub(crate) fn read(path: &Path) -> Contract {
    let document = Document::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = Contract::read(document).map_err(|refused| refused.1);
    read.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// So many operations: collections, each with the five that one usually has.
fn collections(operations: usize) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for index in 0..operations.div_ceil(5) {
        let name = format!("Thing{index}");
        let reference = json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
        let content = json!({"application/json": reference});
        let answer = json!({"description": format!("A {name}."), "content": content});
        let body = json!({"required": true, "content": content});
        let refused = json!({"description": "Refused."});
        let limit = json!({"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}});
        let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
        let all = [
            (
                "get",
                json!({"parameters": [limit], "responses": {"200": {"description": "All."}, "400": refused}}),
            ),
            ("post", json!({"requestBody": body, "responses": {"201": answer, "400": refused}})),
        ];
        let one = [
            ("get", json!({"responses": {"200": answer, "404": refused}})),
            (
                "put",
                json!({"requestBody": body, "responses": {"200": answer, "400": refused, "404": refused}}),
            ),
            ("delete", json!({"responses": {"204": {"description": "Gone."}, "404": refused}})),
        ];
        let left = operations - index * 5;
        let item = |operations: &[(&str, Value)]| {
            operations.iter().map(|(method, operation)| ((*method).to_owned(), operation.clone())).collect()
        };
        let whole: Map<String, Value> = item(&all[..left.min(2)]);
        paths.insert(format!("/things-{index}"), whole.into());
        let mut single: Map<String, Value> = item(&one[..left.saturating_sub(2).min(3)]);
        if !single.is_empty() {
            single.insert("parameters".to_owned(), json!([id]));
            paths.insert(format!("/things-{index}/{{id}}"), single.into());
        }
        schemas.insert(name, thing(index));
    }
    json!({"openapi": "3.0.3", "info": {"title": "A large document", "version": "1"},
        "paths": paths, "components": {"schemas": schemas}})
}

/// The schema of a collection, of another size than that of its neighbours.
fn thing(index: usize) -> Value {
    let kinds = [
        json!({"type": "string", "minLength": 1, "maxLength": 20}),
        json!({"type": "integer", "minimum": 0, "maximum": 1000}),
        json!({"type": "string", "enum": ["a", "b", "c"]}),
        json!({"type": "array", "maxItems": 3, "items": {"type": "number"}}),
        json!({"type": "object", "properties": {"deep": {"type": "boolean"}}}),
    ];
    let properties: Map<String, Value> = (0..2 + index % 4)
        .map(|at| (format!("field{at}"), kinds[(index + at) % kinds.len()].clone()))
        .collect();
    json!({"type": "object", "required": ["field0"], "properties": properties})
}

/// The plans of all documents, with their names.
static PLANS: LazyLock<Vec<(String, Contract, Plan)>> = LazyLock::new(|| {
    let planned = paths().into_iter().map(|path| {
        let contract = read(&path);
        let plan = plan::plan(&contract, &Wishes::default()).expect("a plan");
        (path.display().to_string(), contract, plan)
    });
    planned.collect()
});

#[test]
fn the_plan_of_a_large_document_is_short() {
    let (name, contract, plan) = PLANS.last().expect("a plan");
    assert_eq!(contract.operations.len() + contract.untestable.len(), OPERATIONS, "{name}");
    assert!((REQUESTS / 3..REQUESTS).contains(&plan.len()), "{} requests", plan.len());
}

#[test]
fn no_operation_takes_all_requests() {
    for (name, contract, plan) in PLANS.iter() {
        for (index, operation) in contract.operations.iter().enumerate() {
            let requests = plan.cases().filter(|case| case.operation == index).count();
            assert!((1..=REQUESTS_OF_ONE).contains(&requests), "{name}: {requests} for {}", operation.id);
        }
    }
}

#[test]
fn what_cannot_be_read_is_known() {
    let untestable = PLANS.iter().flat_map(|(_, contract, _)| &contract.untestable);
    let untestable: Vec<_> = untestable.map(|one| one.operation.as_str()).collect();
    assert_eq!(untestable, Vec::<&str>::new());
    let unread = PLANS.iter().flat_map(|(_, contract, _)| &contract.unread);
    assert!(!unread.map(|one| one.why.as_str()).any(|why| why.contains("querystring")));
}

#[test]
fn no_plan_repeats_anything() {
    for (name, _, plan) in PLANS.iter() {
        assert_eq!(twins(plan), [], "{name}");
        assert_eq!(namesakes(plan), Vec::<&str>::new(), "{name}");
    }
}

/// What is right for the bodies of a contract, by the places of their schemas.
struct Bodies<'c> {
    contract: &'c Contract,
    opinions: HashMap<&'c str, Opinion>,
}

impl<'c> Bodies<'c> {
    fn of(contract: &'c Contract) -> Bodies<'c> {
        let document = lowered(&contract.document.value);
        let bodies = contract.operations.iter().filter_map(|operation| operation.body.as_ref());
        let media = bodies.flat_map(|body| &body.content).filter(|media| is_json(&media.name));
        let schemas = media.filter_map(|media| media.schema.as_ref());
        let opinions = schemas.map(|schema| (&*schema.0, Opinion::within(&document, &schema.0)));
        Bodies { contract, opinions: opinions.collect() }
    }

    /// Whether the body of a case is what the contract asks for; nothing if that is no JSON, or not
    /// what the case is about.
    fn accept(&self, case: &Case) -> Option<bool> {
        let operation = &self.contract.operations[case.operation];
        let named = case.request.header("content-type");
        let name = named.filter(|name| is_json(name) && case.request.method == operation.method)?;
        let media = operation.body.as_ref()?.content.iter().find(|media| media.name == *name)?;
        let opinion = &self.opinions[&*media.schema.as_ref()?.0];
        let bytes = case.request.body()?;
        Some(serde_json::from_slice(bytes).is_ok_and(|value| opinion.accepts(&value)))
    }
}

fn is_json(media_type: &str) -> bool {
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

/// Whether a schema refuses the body of a case by itself.
fn is_refused_by_a_schema(case: &Case) -> bool {
    let mut violations = case.expectation.violations.iter();
    violations.any(|violation| matches!(violation.place, Place::Body(_)) && violation.keyword.is_some())
}

#[test]
fn a_second_validator_agrees_with_every_label() {
    let (mut accepted, mut refused) = (0, 0);
    for (name, contract, _) in PLANS.iter() {
        let bodies = Bodies::of(contract);
        for seed in 0..5 {
            let plan = plan::plan(contract, &Wishes { seed, ..Wishes::default() }).expect("a plan");
            for case in plan.cases() {
                let Some(is_valid) = bodies.accept(case) else { continue };
                let shown = || {
                    let body = case.request.body().map(String::from_utf8_lossy);
                    format!("{name}: {} sends {body:?}: {:?}", case.id, case.expectation)
                };
                match case.expectation.verdict {
                    Verdict::Accept => {
                        assert!(is_valid, "{}", shown());
                        accepted += 1;
                    }
                    Verdict::Reject if is_refused_by_a_schema(case) => {
                        assert!(!is_valid, "{}", shown());
                        refused += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(accepted > 1_000 && refused > 5_000, "{accepted} accepted, {refused} refused");
}
