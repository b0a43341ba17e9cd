//! `listed`: what was created stands in the list of its kind.

use super::Stage;
use crate::contract::ParameterLocation;
use crate::json::{self, Kind, Node};
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;
use crate::plan::story::{id_of, names};

pub(in crate::judge) const CHECK: Check = Check {
    id: "listed",
    summary: "what was created stands in the list of its kind",
    meaning: "The run created a resource, could read it by its id, and did not find the id in the list of the collection that it was created in, which was asked for again until the time of `--eventually` was over. A list that may hold only a part of all is not held to it.",
    matters: "What no list shows nobody finds: the index, the cache or the query behind the list has lost it.",
    allow: "Where the list is filtered on purpose, allow the check for the operation, or raise `--eventually` where the list lags.",
    severity: Severity::Warn,
    scope: Scope::Operation,
};

/// A list with fewer items is no page of a longer one.
const PAGE: usize = 10;

/// What services like to have on a page.
const PAGES: [usize; 13] = [10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 60, 64];

/// A longer list may be cut anywhere.
const LONG: usize = 100;

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let Some((read, list)) = stage.exchange(Part::After).zip(stage.accepted(Part::Listed)) else {
        return Vec::new();
    };
    if !read.accepted() || names(list, read) != Some(false) {
        return Vec::new();
    }
    let Some(items) = json::read(&list.body).ok().and_then(|body| items(&body.root)) else {
        return Vec::new();
    };
    if items >= PAGE && !stage.is_whole(items) {
        return Vec::new();
    }
    let (made, reader) = (stage.operation(Part::Made), stage.operation(Part::After));
    let id = id_of(read);
    let told = stage.tells(
        &CHECK,
        Part::Listed,
        ("missing", format!("the list does not show what `{made}` created, and `{reader}` does")),
        (format!("an item with the id {id}"), format!("{items} items without it")),
    );
    told.into_iter().collect()
}

impl Stage<'_> {
    /// Whether a list of so many items has all that there are: nothing about it can be asked for, and nothing
    /// leads on.
    fn is_whole(&self, items: usize) -> bool {
        let Some((case, list)) = self.case(Part::Listed).zip(self.accepted(Part::Listed)) else {
            return false;
        };
        let mut parameters = self.contract.operations[case.operation].parameters.iter();
        let asks = parameters.any(|one| one.location == ParameterLocation::Query);
        let is_bare = json::read(&list.body).is_ok_and(|body| match &body.root.kind {
            Kind::Array(_) => true,
            Kind::Object(members) => members.len() == 1,
            _ => false,
        });
        !asks && is_bare && list.header("link").is_none() && items < LONG && !PAGES.contains(&items)
    }
}

/// How many items the longest list in an answer has that stands outside of items.
fn items(root: &Node) -> Option<usize> {
    match &root.kind {
        Kind::Array(items) => Some(items.len()),
        Kind::Object(members) => members.iter().filter_map(|member| items(&member.value)).max(),
        _ => None,
    }
}
