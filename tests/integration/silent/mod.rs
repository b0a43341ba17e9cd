//! No part of a document is lost in silence: each operation, parameter, media type, response, header,
//! link, scheme and callback is sent, judged or named. The documents are read by hand here, so that what
//! the reader of contracts loses is missed. `.ci/silent-gaps FOLDER` looks at other documents.

mod fate;
mod parts;

use crate::driver::repository;
use fate::{Fate, Fates};
use parts::{Kind, Part};
use probity::contract::Contract;
use probity::plan::{self, Guards, Wishes};
use probity::source::Document;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const KINDS: [(Kind, &str); 9] = [
    (Kind::Operation, "operations"),
    (Kind::Parameter, "parameters"),
    (Kind::RequestMediaType, "request media types"),
    (Kind::Response, "responses"),
    (Kind::ResponseMediaType, "response media types"),
    (Kind::ResponseHeader, "response headers"),
    (Kind::Link, "links"),
    (Kind::SecurityScheme, "schemes"),
    (Kind::Callback, "callbacks, webhooks"),
];

/// How many parts of each kind have which fate, and which have none.
struct Counts {
    name: String,
    number: BTreeMap<(Kind, Fate), usize>,
    silent: Vec<String>,
}

fn looked_at(path: &Path, name: String) -> Counts {
    let document = Document::open(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    counts(document, name)
}

fn counts(document: Document, name: String) -> Counts {
    let parts = parts::all(&document.value);
    let contract = Contract::read(document).unwrap_or_else(|refused| panic!("{name}: {}", refused.1));
    let guards = Guards { existing_data: true, disruption: Some(Vec::new()), read_only: false };
    let plan = plan::plan(&contract, &Wishes { guards, ..Wishes::default() }).ok();
    let fates = Fates::new(&contract, plan.as_ref());
    let mut found = Counts { name, number: BTreeMap::new(), silent: Vec::new() };
    for part in &parts {
        let fate = fates.of(part);
        *found.number.entry((part.kind, fate)).or_default() += 1;
        if fate == Fate::Silent {
            found.silent.push(line(&contract, part));
        }
    }
    found
}

fn line(contract: &Contract, part: &Part) -> String {
    let at = contract.document.locate_key(&part.places[0]);
    format!("{}: {:?} {} ({at})", part.operation, part.kind, part.name.join(" "))
}

/// Sent or judged / named / silent, by document and kind.
fn table(documents: &[Counts]) -> String {
    let mut text = "Sent or judged / named / SILENT.\n\n| document |".to_owned();
    for (_, title) in KINDS {
        write!(text, " {title} |").unwrap();
    }
    writeln!(text, "\n|---|{}", "---|".repeat(KINDS.len())).unwrap();
    for one in documents {
        write!(text, "| {} |", one.name).unwrap();
        for (kind, _) in KINDS {
            let count = |fate| one.number.get(&(kind, fate)).copied().unwrap_or_default();
            let used = count(Fate::Sent) + count(Fate::Judged);
            write!(text, " {used} / {} / {} |", count(Fate::Named), count(Fate::Silent)).unwrap();
        }
        text.push('\n');
    }
    for one in documents.iter().filter(|one| !one.silent.is_empty()) {
        write!(text, "\n{}: SILENT\n", one.name).unwrap();
        one.silent.iter().for_each(|line| writeln!(text, "- {line}").unwrap());
    }
    text
}

/// The documents in a folder and below it.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(documents(&path));
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let is_contract = matches!(extension, "json" | "yaml" | "yml")
            && Document::open(&path).is_ok_and(|document| document.get("/openapi").is_some());
        found.extend(is_contract.then_some(path));
    }
    found
}

fn all_below(folder: &Path) -> Vec<Counts> {
    let named = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    documents(folder).iter().map(|path| looked_at(path, named(path))).collect()
}

#[test]
fn no_part_of_a_document_is_lost_in_silence() {
    if let Some(folder) = std::env::var_os("SILENT_GAPS") {
        let table = table(&all_below(Path::new(&folder)));
        std::fs::write(repository().join("target/silent-gaps.md"), &table).unwrap();
        assert!(!table.contains(": SILENT\n"), "{table}");
        return;
    }
    let mut found = all_below(&repository().join("tests/corpus"));
    found.extend(all_below(&repository().join("spec")));
    found.extend(all_below(&repository().join("tests/integration/silent")));
    let table = table(&found);
    assert!(found.len() > 8 && found.iter().all(|one| one.silent.is_empty()), "{table}");
}
