//! Real documents, where a folder of them is at hand.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use probity::contract::Contract;
use probity::plan::{self, Plan, PlanError, Wishes};
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

/// Every real document, where there are some.
pub(crate) fn paths() -> Vec<PathBuf> {
    folder().map(|folder| documents(&folder)).unwrap_or_default()
}

/// What became of a document: its operations and its plan, or why it cannot be planned.
struct Real {
    name: String,
    planned: Result<(usize, Option<Plan>), String>,
}

static REAL: LazyLock<Vec<Real>> = LazyLock::new(|| {
    let Some(folder) = folder() else {
        #[allow(clippy::print_stdout, reason = "a reader of the output must see that nothing was tried")]
        {
            println!("no folder of real documents: nothing is tried");
        }
        return Vec::new();
    };
    let documents = documents(&folder);
    assert!(!documents.is_empty(), "{} holds documents", folder.display());
    let real = documents.into_iter().map(|path| {
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        Real { name, planned: planned(&path) }
    });
    real.collect()
});

fn planned(path: &Path) -> Result<(usize, Option<Plan>), String> {
    let document = Document::open(path).map_err(|error| error.to_string())?;
    let contract = Contract::read(document).map_err(|refused| refused.1.to_string())?;
    let operations = contract.operations.len() + contract.untestable.len();
    match plan::plan(&contract, &Wishes::default()) {
        Ok(plan) => Ok((operations, Some(plan))),
        Err(PlanError::NothingTestable(_)) => Ok((operations, None)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn real_documents_are_read_and_planned() {
    let refused = REAL.iter().filter_map(|real| Some((&real.name, real.planned.as_ref().err()?)));
    assert_eq!(refused.collect::<Vec<_>>(), []);
}

#[test]
fn the_plans_of_real_documents_are_short() {
    let plans = REAL.iter().filter_map(|real| Some((&real.name, real.planned.as_ref().ok()?)));
    let sizes =
        plans.map(|(name, (operations, plan))| (name, *operations, plan.as_ref().map_or(0, Plan::len)));
    let long = sizes.filter(|(_, operations, requests)| *operations <= OPERATIONS && *requests >= REQUESTS);
    assert_eq!(long.collect::<Vec<_>>(), []);
}

#[test]
fn the_plans_of_real_documents_repeat_nothing() {
    for real in REAL.iter() {
        let Ok((_, Some(plan))) = &real.planned else { continue };
        assert_eq!(twins(plan), [], "{}", real.name);
        assert_eq!(namesakes(plan), Vec::<&str>::new(), "{}", real.name);
    }
}
