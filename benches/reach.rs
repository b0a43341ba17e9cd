//! How much of documents a plan reaches: which parameters are sent and broken, which media types are
//! made, which operations have a request that must be refused. Prints a line for each document and one
//! for all; what is missing follows with `--missing`.
//!
//! `cargo bench --bench reach -- DOCUMENT…`
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use probity::contract::model::{MediaType, Parameter, includes};
use probity::contract::{Contract, Operation, ParameterLocation};
use probity::plan::{Case, Place, Plan, Verdict, Wishes, plan};
use probity::schema::Side;
use probity::source::Document;
use probity::wire::url;
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

const WAYS: [&str; 4] =
    ["parameters sent", "parameters broken", "media types made", "operations with a refusal"];

/// So many of so many, in each way.
#[derive(Default)]
struct Reach {
    counts: [(usize, usize); WAYS.len()],
    missing: Vec<String>,
}

impl Reach {
    fn count(&mut self, way: usize, reached: bool, what: impl FnOnce() -> String) {
        let (some, all) = &mut self.counts[way];
        *all += 1;
        *some += usize::from(reached);
        if !reached {
            self.missing.push(format!("{}: {}", WAYS[way], what()));
        }
    }

    fn add(&mut self, other: Reach) {
        for ((some, all), (more, of)) in self.counts.iter_mut().zip(other.counts) {
            *some += more;
            *all += of;
        }
        self.missing.extend(other.missing);
    }

    fn print(&self, name: &str) {
        let each = self.counts.iter().zip(WAYS).map(|((some, all), way)| {
            let share = if *all == 0 { 100.0 } else { 100.0 * *some as f64 / *all as f64 };
            format!("{way} {some}/{all} {share:.1} %")
        });
        println!("{name}: {}", each.collect::<Vec<_>>().join(" · "));
    }
}

/// Headers that `OpenAPI` says are described elsewhere.
fn is_elsewhere(parameter: &Parameter) -> bool {
    let names = ["accept", "content-type", "authorization"];
    parameter.location == ParameterLocation::Header
        && names.contains(&parameter.name.to_ascii_lowercase().as_str())
}

fn place(parameter: &Parameter) -> Place {
    let name = parameter.name.clone();
    match parameter.location {
        ParameterLocation::Path => Place::Path(name),
        ParameterLocation::Query => Place::Query(name),
        ParameterLocation::Querystring => Place::Querystring(name),
        ParameterLocation::Header => Place::Header(name),
        ParameterLocation::Cookie => Place::Cookie(name),
    }
}

/// Whether a schema has a type other than text, or a keyword, that a value can break.
fn can_be_broken(contract: &Contract, parameter: &Parameter) -> bool {
    const KEYWORDS: [&str; 13] = [
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "required",
    ];
    let root = contract.schemas.raw(Side::Request);
    let mut schema = parameter.schema.as_ref().and_then(|schema| root.pointer(&schema.0));
    for _ in 0..8 {
        let leads = schema.and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
        let Some(leads) = leads.and_then(|leads| leads.strip_prefix('#')) else { break };
        schema = root.pointer(leads);
    }
    let Some(schema) = schema else { return false };
    let typed = match schema.get("type") {
        Some(Value::String(name)) => matches!(name.as_str(), "integer" | "number" | "boolean"),
        _ => false,
    };
    let trivial =
        |keyword: &str| keyword == "minLength" && schema.get(keyword).and_then(Value::as_u64) == Some(0);
    typed || KEYWORDS.iter().any(|keyword| schema.get(*keyword).is_some() && !trivial(keyword))
}

/// Whether a request has a parameter, by its name.
fn carries(case: &Case, parameter: &Parameter) -> bool {
    let name = &parameter.name;
    match parameter.location {
        ParameterLocation::Header => case.request.header(name).is_some(),
        ParameterLocation::Cookie => {
            case.request.header("cookie").is_some_and(|line| line.contains(&format!("{name}=")))
        }
        ParameterLocation::Path => true,
        ParameterLocation::Query | ParameterLocation::Querystring => {
            let target = case.request.path();
            let (_, query) = url::parts(target.as_str());
            let key = |pair: (&str, &str)| url::query_decoded(pair.0);
            let mut keys = url::query_pairs(query.unwrap_or_default()).map(key);
            let own = keys.any(|key| key == *name || key.split('[').next() == Some(name));
            // The members of an object may be written without its name.
            own || case.place == place(parameter)
        }
    }
}

fn is_made(cases: &[&Case], media: &MediaType) -> bool {
    cases.iter().filter(|case| case.place != Place::MediaType && case.request.body.is_some()).any(|case| {
        let kind = case.request.header("content-type");
        kind.is_some_and(|kind| includes(&media.name, &kind))
    })
}

fn of_operation(contract: &Contract, operation: &Operation, cases: &[&Case], reach: &mut Reach) {
    let id = &operation.id;
    let own: Vec<&Case> =
        cases.iter().copied().filter(|case| case.request.method == operation.method).collect();
    let parameters: Vec<&Parameter> = operation.parameters.iter().filter(|one| !is_elsewhere(one)).collect();
    for parameter in &parameters {
        let name = || format!("{id} {}", place(parameter));
        if parameter.location != ParameterLocation::Path {
            reach.count(0, own.iter().any(|case| carries(case, parameter)), name);
        }
        if can_be_broken(contract, parameter) {
            let broken = own.iter().any(|case| {
                let here = case.expectation.violations.iter().any(|one| one.place == place(parameter));
                here || (case.expectation.verdict == Verdict::Either && case.place == place(parameter))
            });
            reach.count(1, broken, name);
        }
    }
    for media in operation.body.iter().flat_map(|body| &body.content) {
        reach.count(2, is_made(&own, media), || format!("{id} {}", media.name));
    }
    let demands = |one: &&Parameter| one.required && one.location != ParameterLocation::Path;
    let breakable = |one: &&Parameter| can_be_broken(contract, one);
    if operation.body.is_some() || parameters.iter().any(|one| demands(one) || breakable(one)) {
        let refused = own
            .iter()
            .any(|case| case.expectation.verdict == Verdict::Reject && case.place != Place::Credentials);
        reach.count(3, refused, || id.clone());
    }
}

fn of_document(path: &Path) -> Reach {
    let contract = Contract::read(Document::open(path).unwrap());
    let contract = contract.unwrap_or_else(|error| panic!("{}: {}", path.display(), error.1));
    let plan: Plan = plan(&contract, &Wishes::default()).unwrap();
    let withheld: HashSet<&str> = plan.withheld.iter().map(|one| one.operation.as_str()).collect();
    let mut reach = Reach::default();
    for (index, operation) in contract.operations.iter().enumerate() {
        let cases: Vec<&Case> = plan.cases().filter(|case| case.operation == index).collect();
        if !(cases.is_empty() && withheld.contains(operation.id.as_str())) {
            of_operation(&contract, operation, &cases, &mut reach);
        }
    }
    reach
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let mut all = Reach::default();
    let documents = arguments.iter().filter(|one| !one.starts_with("--"));
    let documents: Vec<&str> = documents.map(String::as_str).collect();
    let shipped = ["spec/groups.openapi.yaml"];
    for name in if documents.is_empty() { &shipped[..] } else { &documents[..] } {
        let reach = of_document(Path::new(name));
        reach.print(name);
        all.add(reach);
    }
    all.print("all");
    if arguments.iter().any(|one| one == "--missing") {
        all.missing.iter().for_each(|line| println!("  {line}"));
    }
}
