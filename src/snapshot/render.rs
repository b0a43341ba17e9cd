//! From a run to pages.

use super::answer::{Body, Reply, Shown};
use super::clock;
use super::name::{self, Address};
use super::page::{Entry, Snapshot};
use super::redact::Redaction;
use crate::contract::model::{Header, essence, includes, is_json};
use crate::contract::{Contract, Operation};
use crate::exchange::{Answer, Exchange, Headers, Outcome};
use crate::json::Kind;
use crate::plan::{Case, Plan, Position, Verdict};
use crate::record::Record;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

/// The pages of a plan: where each case stands, by operation and address.
type Layout<'p> = BTreeMap<(usize, Address), Vec<(String, &'p Case, Position)>>;

/// Every page that a run gives, in the order of operations; cases that were not sent are
/// named as skipped.
pub fn render(contract: &Contract, plan: &Plan, run: &Record) -> Vec<Snapshot> {
    let layout = layout(plan);
    let names = names(contract, &layout);
    let mut redaction = Redaction::new(contract, &run.id);
    let source = contract.document.files().first().map_or("", |file| file.name.as_str());
    let mut snapshots = Vec::with_capacity(layout.len());
    for (((index, address), cases), (name, spare)) in layout.into_iter().zip(names) {
        let operation = &contract.operations[index];
        let at = cases.first().map_or(operation.at.clone(), |(_, case, _)| case.at.clone());
        let place = contract.document.locate(&at);
        let mut snapshot = Snapshot {
            operation: operation.id.clone(),
            line: if place.file == source { place.line } else { 0 },
            name,
            spare,
            source: source_name(source, Path::new("")),
            at,
            seed: plan.seed,
            entries: Vec::new(),
            skipped: Vec::new(),
            unstable: None,
            lists: lists(contract, operation),
            place: address.place,
            cause: address.cause,
        };
        for (name, case, at) in cases {
            let exchange = at.of(&run.exchanges);
            // An answer to a second attempt can be about the first one.
            match exchange.filter(|exchange| !exchange.uncertain) {
                Some(exchange) => {
                    let shown = shown(&mut redaction, operation, case, exchange);
                    let made =
                        exchange.answer().map_or(exchange.ended, |answer| clock::made(answer, exchange));
                    snapshot.entries.push(Entry { name, id: case.id.clone(), position: at, shown, made });
                }
                None => snapshot.skipped.push(name),
            }
        }
        snapshots.push(snapshot);
    }
    snapshots
}

/// Takes out of the pages what depends on the data of a target that more than this run used: a
/// unique value that is the same in every run is taken by one of them, and refused from then on.
pub fn set_fixed_aside(plan: &Plan, snapshots: &mut [Snapshot]) {
    for snapshot in snapshots {
        let (kept, aside) = std::mem::take(&mut snapshot.entries).into_iter().partition(|entry| {
            let case = &plan[entry.position];
            case.expectation.verdict == Verdict::Reject || !case.fixed
        });
        snapshot.entries = kept;
        snapshot.skipped.extend(Vec::from_iter(aside).into_iter().map(|entry: Entry| entry.name));
    }
}

/// The names of the pages that a plan gives.
pub fn planned(contract: &Contract, plan: &Plan) -> BTreeSet<String> {
    let layout = layout(plan);
    names(contract, &layout).into_iter().map(|(name, _)| name).collect()
}

/// A file's name as headers show it: relative to a folder if it stands there, with `/`.
pub fn source_name(given: &str, folder: &Path) -> String {
    let path = Path::new(given);
    let path = path.strip_prefix(folder).unwrap_or(path);
    let name = path.to_string_lossy().replace('\\', "/");
    let name = name.trim_start_matches("./");
    if Path::new(name).is_absolute() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    name.to_owned()
}

fn layout(plan: &Plan) -> Layout<'_> {
    let mut layout = Layout::new();
    for (scenario, cases) in plan.scenarios.iter().enumerate() {
        let planned = cases.cases.iter().enumerate().filter(|(_, case)| case.role.is_planned());
        for (step, case) in planned {
            let (address, name) = name::address(case);
            layout.entry((case.operation, address)).or_default().push((
                name,
                case,
                Position { scenario, step },
            ));
        }
    }
    for cases in layout.values_mut() {
        cases.sort_by(|(_, one, _), (_, two, _)| one.id.cmp(&two.id));
        let mut seen = HashSet::new();
        for (name, case, _) in cases {
            if !seen.insert(name.clone()) {
                name.clone_from(&case.id);
                seen.insert(name.clone());
            }
        }
    }
    layout
}

/// For each page its name, and the one that it has where case makes no difference.
fn names(contract: &Contract, layout: &Layout<'_>) -> Vec<(String, String)> {
    let twins =
        |id: &str| contract.operations.iter().filter(|other| other.id.eq_ignore_ascii_case(id)).count() > 1;
    let folders: Vec<String> = contract
        .operations
        .iter()
        .map(|operation| name::folder(&operation.id, twins(&operation.id)))
        .collect();
    let mut taken: HashMap<String, usize> = HashMap::new();
    let plain = |index: usize, address: &Address| format!("{}/{}", folders[index], address.stem());
    for (index, address) in layout.keys() {
        *taken.entry(plain(*index, address).to_ascii_lowercase()).or_default() += 1;
    }
    let named = layout.keys().map(|(index, address)| {
        let spare = format!("{}/{}", folders[*index], address.hashed());
        let plain = plain(*index, address);
        let has_twin = taken.get(&plain.to_ascii_lowercase()).is_some_and(|count| *count > 1);
        (if has_twin { spare.clone() } else { plain }, spare)
    });
    named.collect()
}

fn shown(redaction: &mut Redaction<'_>, operation: &Operation, case: &Case, exchange: &Exchange) -> Shown {
    match &exchange.outcome {
        Outcome::Failed(failure) => Shown::Failed(failure.kind.name().to_owned()),
        Outcome::Answered(answer) => Shown::Answered(reply(redaction, operation, case, answer)),
    }
}

fn reply(redaction: &mut Redaction<'_>, operation: &Operation, case: &Case, answer: &Answer) -> Reply {
    let own = redaction.own(case);
    let response = operation.response(answer.status);
    let media = answer.header("content-type").map(essence).filter(|media| !media.is_empty());
    let declared = response.map_or(&[][..], |response| &response.headers);
    let mut headers = Headers::default();
    for known in headers_of(operation) {
        let schema = declared.iter().find(|own| own.name.eq_ignore_ascii_case(&known.name)).unwrap_or(known);
        for (name, value) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&known.name))
        {
            let value = redaction.header(operation, name, schema.schema.as_ref(), &own, value);
            headers.push(&name.to_ascii_lowercase(), &value);
        }
    }
    let declared = declared.iter().map(|header| header.name.to_ascii_lowercase()).collect();
    let body = if answer.body.is_empty() {
        Body::Empty
    } else {
        let named = media.as_deref().is_none_or(is_json);
        let read = crate::json::read(&answer.body).ok();
        match read.filter(|text| named || matches!(text.root.kind, Kind::Object(_) | Kind::Array(_))) {
            Some(text) => {
                let mut node = text.root;
                let content = response.map_or(&[][..], |response| &response.content);
                let fits =
                    |documented: &str| media.as_deref().is_some_and(|media| includes(documented, media));
                let documented = content
                    .iter()
                    .find(|one| fits(&one.name))
                    .or_else(|| content.iter().find(|one| is_json(&one.name)));
                redaction.json(operation, documented.and_then(|one| one.schema.as_ref()), &own, &mut node);
                Body::Json(node)
            }
            None => Body::Text(redaction.text(&String::from_utf8_lossy(&answer.body), &own)),
        }
    };
    Reply { status: answer.status, media, headers, declared, body }
}

/// The headers that an operation declares for any of its answers, each once: what is pinned must not
/// depend on whether the status that came is documented.
fn headers_of(operation: &Operation) -> Vec<&Header> {
    let mut found: Vec<&Header> = Vec::new();
    for header in operation.responses.iter().flat_map(|response| &response.headers) {
        if !found.iter().any(|known| known.name.eq_ignore_ascii_case(&header.name)) {
            found.push(header);
        }
    }
    found
}

/// Whether an operation lists resources that anybody may create, change or delete.
fn lists(contract: &Contract, operation: &Operation) -> bool {
    if operation.method != "GET" || operation.path.ends_with('}') {
        return false;
    }
    let path = operation.path.trim_end_matches('/');
    contract.operations.iter().any(|other| match other.method.as_str() {
        "POST" => other.path.trim_end_matches('/') == path,
        "PUT" | "PATCH" | "DELETE" => {
            let item = other.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
            item.is_some_and(|item| item.starts_with('{') && !item.contains('/'))
        }
        _ => false,
    })
}
