//! What a large document costs: prints the time of planning against reading the bodies of its plan
//! once, and the peak memory of planning and of a whole run against the bytes of these bodies, all
//! measured in the same run.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use probity::contract::Contract;
use probity::host::{Host, HostSettings};
use probity::judge::Levels;
use probity::plan::{Plan, Wishes, plan};
use probity::run::Settings;
use probity::session::{Observer, Observers, run as session};
use probity::source::Document;
use serde_json::{Map, Value, json};
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCHEMAS: usize = 120;
const OPERATIONS: usize = 100;
const ROUNDS: usize = 9;

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

/// So many bytes of this process are in memory, or were at most since `forget_peak`; none where the
/// system does not say.
fn memory(field: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// What work adds to the memory of this process at its peak.
fn peak(work: impl FnOnce()) -> Option<f64> {
    forget_peak();
    let before = memory("VmRSS")?;
    work();
    Some(memory("VmHWM")? - before)
}

/// Sends the plan to the embedded host, and judges what comes.
fn whole_run(contract: &Arc<Contract>, planned: Plan) {
    let host = Host::start_apart(Arc::clone(contract), HostSettings::default()).unwrap();
    let settings = Settings {
        patience: Duration::ZERO,
        ..Settings::new(format!("http://{}", host.address()), "4234567890")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let observer: Arc<dyn Observer> = Arc::new(Observers::default());
    let (levels, planned) = (Levels::default(), Arc::new(planned));
    black_box(
        runtime.block_on(session(contract, &planned, (&settings, &levels), (&observer, None), stop)).unwrap(),
    );
}

fn main() {
    let document = Document::from_text("large.json", &document()).unwrap();
    let contract = Arc::new(Contract::read(document).map_err(|refused| refused.1).unwrap());
    let mut planned = None;
    let planning = peak(|| planned = plan(&contract, &Wishes::default()).ok());
    let planned = planned.unwrap();
    let bytes: usize = bodies(&planned).map(<[u8]>::len).sum();
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
    let row = |name: &str, value: f64| println!("{name:64} {value:6.2}");
    println!(
        "{} requests of {OPERATIONS} operations; their bodies have {bytes} bytes; {ROUNDS} rounds, {:.2} to {:.2}",
        planned.len(),
        ratios[0],
        ratios[ROUNDS - 1],
    );
    row("time of planning, times that of reading the bodies once", ratios[ROUNDS / 2]);
    let of_bytes = |peak: Option<f64>| peak.map(|peak| peak / bytes as f64);
    if let Some(planning) = of_bytes(planning) {
        row("memory that planning takes at its peak, times the bodies", planning);
    }
    if let Some(run) = of_bytes(peak(|| whole_run(&contract, planned))) {
        row("memory that a run takes beside its plan, times the bodies", run);
    }
}
