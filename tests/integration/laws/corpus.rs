//! Real documents, where a folder of them is at hand.

use std::path::{Path, PathBuf};

use probity::contract::Contract;
use probity::plan::{self, PlanError, Wishes};
use probity::source::Document;

use super::{namesakes, twins};
use crate::driver::repository;

/// The most operations of a document whose plan is held to be short.
const OPERATIONS: usize = 237;
const REQUESTS: usize = 15_000;

/// The folder that `PROBITY_CORPUS` names, or the one beside the repository.
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("PROBITY_CORPUS").map(PathBuf::from);
    let beside = repository().join("../shared/corpus");
    named.or(Some(beside)).filter(|folder| folder.is_dir())
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            if path.is_dir() {
                open.push(path);
            } else if matches!(kind, Some("json" | "yaml" | "yml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn real_documents_are_planned_without_repetition_and_within_bounds() {
    let Some(folder) = folder() else {
        println!("no folder of real documents: not tried");
        return;
    };
    let documents = documents(&folder);
    assert!(!documents.is_empty(), "{} holds documents", folder.display());
    let mut wrong = Vec::new();
    for path in documents {
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        let contract = match Document::open(&path).map(Contract::read) {
            Ok(Ok(contract)) => contract,
            Ok(Err(refused)) => {
                wrong.push(format!("{name}: {}", refused.1));
                continue;
            }
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let plan = match plan::plan(&contract, &Wishes::default()) {
            Ok(plan) => plan,
            Err(PlanError::NothingTestable(why)) => {
                println!("{name}: nothing can be tested: {why}");
                continue;
            }
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let operations = contract.operations.len() + contract.untestable.len();
        println!("{name}: {operations} operations, {} requests", plan.len());
        if operations <= OPERATIONS && plan.len() >= REQUESTS {
            wrong.push(format!("{name}: {} requests for {operations} operations", plan.len()));
        }
        wrong.extend(twins(&plan).into_iter().take(5).map(|(one, two)| format!("{name}: {one} is {two}")));
        wrong.extend(namesakes(&plan).into_iter().take(5).map(|id| format!("{name}: {id} is there twice")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
