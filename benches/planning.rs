//! What planning a large document costs: prints the ratio against reading the bodies of its plan
//! once, measured in the same run.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use probity::contract::Contract;
use probity::plan::{Plan, Wishes, plan};
use probity::source::Document;
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::Instant;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCHEMAS: usize = 120;
const OPERATIONS: usize = 100;
const ROUNDS: usize = 9;
const BAR: f64 = 16.0;

fn reference(index: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/Part{index}")})
}

/// A schema as large documents have them: alternatives, bases, maps, lists, limits and formats.
fn schema(index: usize) -> Value {
    let mut properties = json!({
        "kind": {"type": "string", "enum": [format!("part-{index}")]},
        "name": {"type": "string", "minLength": 1, "maxLength": 64},
        "note": {"anyOf": [{"type": "string", "maxLength": 512}, {"type": "null"}]},
        "score": {"type": "number", "minimum": 0, "maximum": 2},
        "count": {"oneOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer", "minimum": 1}]},
        "tags": {"type": "array", "maxItems": 16, "items": {"type": "string"}},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "created": {"type": "string", "format": "date-time"}
    });
    let members = properties.as_object_mut().unwrap();
    if index >= 8 {
        members.insert("inner".into(), reference(index - 8));
        let choices: Vec<Value> = (1..=4).map(|back| reference((index - back) % 8)).collect();
        members.insert("choice".into(), json!({"oneOf": choices, "discriminator": {"propertyName": "kind"}}));
    }
    let own = json!({"type": "object", "required": ["kind", "name"], "properties": properties});
    if index.is_multiple_of(5) && index >= 8 { json!({"allOf": [reference(index - 7), own]}) } else { own }
}

fn document() -> String {
    let schemas: Map<String, Value> =
        (0..SCHEMAS).map(|index| (format!("Part{index}"), schema(index))).collect();
    let operation = |index: usize| {
        let schema = reference(SCHEMAS - 1 - index);
        json!({"post": {
            "operationId": format!("create{index}"),
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {
                "200": {"description": "made", "content": {"application/json": {"schema": schema}}},
                "400": {"description": "refused"}
            }
        }})
    };
    let paths: Map<String, Value> =
        (0..OPERATIONS).map(|index| (format!("/things/{index}"), operation(index))).collect();
    let info = json!({"title": "large", "version": "1"});
    json!({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}).to_string()
}

fn bodies(plan: &Plan) -> impl Iterator<Item = &[u8]> {
    plan.cases().filter_map(|case| case.request.body())
}

fn main() {
    let document = Document::from_text("large.json", &document()).unwrap();
    let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
    let planned = plan(&contract, &Wishes::default()).unwrap();
    let read =
        || bodies(&planned).filter(|body| serde_json::from_slice::<Value>(black_box(body)).is_ok()).count();
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            black_box(plan(black_box(&contract), &Wishes::default())).unwrap();
            let ours = begun.elapsed();
            let begun = Instant::now();
            black_box(read());
            ours.as_secs_f64() / begun.elapsed().as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let (median, last) = (ratios[ROUNDS / 2], ratios.len() - 1);
    println!(
        "planning {} requests of {OPERATIONS} operations, of reading their bodies once: {median:.2} ({:.2} to {:.2}), bar: at most {BAR}",
        planned.len(),
        ratios[0],
        ratios[last],
    );
}
