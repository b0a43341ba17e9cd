//! What lists showed before a run added to them, and which lists show what an operation makes.

use super::list::{self, Pages};
use super::made::{Made, Standing};
use super::way::{known, names, parameters, way};
use crate::contract::connection::{Connection, Item, Kind, Source};
use crate::contract::{Contract, Expression};
use crate::exchange::Answer;
use crate::json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// No longer list is remembered.
const MOST: usize = 10_000;

/// A list, by the index of its operation and the values in its path.
pub(super) type List = (usize, BTreeMap<String, String>);

/// What complete lists showed.
pub(super) type Before = HashMap<List, HashSet<String>>;

/// By the operation of a list, those whose makings it shows.
#[derive(Debug)]
pub(in crate::run) struct Lists(HashMap<usize, Vec<usize>>);

impl Lists {
    pub(in crate::run) fn of(contract: &Contract) -> Lists {
        let givers = 0..contract.operations.len();
        let mut all: HashMap<usize, Vec<usize>> = HashMap::new();
        for (list, giver) in
            givers.flat_map(|giver| lists(contract, giver).into_iter().map(move |list| (list, giver)))
        {
            all.entry(list).or_default().push(giver);
        }
        Lists(all)
    }

    /// The operations whose makings a list shows.
    pub(in crate::run) fn givers(&self, list: usize) -> &[usize] {
        self.0.get(&list).map_or(&[], Vec::as_slice)
    }

    /// The ids that an answer of a list shows, if there are no more in it.
    pub(in crate::run) fn shown(
        &self,
        contract: &Contract,
        operation: usize,
        answer: &Answer,
    ) -> Option<Vec<String>> {
        let giver = *self.givers(operation).first()?;
        let way = way(contract, giver)?;
        let body = json::read(&answer.body).ok().filter(|_| answer.accepted())?;
        if !Pages::of(&contract.operations[operation]).is_whole(answer, &body.root) {
            return None;
        }
        let items = list::items(&body.root, item(contract, way, operation), &ids(way));
        let shown: Vec<String> = items.into_iter().map(|(id, _)| id).collect();
        (shown.len() <= MOST).then_some(shown)
    }
}

impl Standing {
    /// Whether it is to be remembered what a list shows: nothing was sent yet that adds to it.
    pub(in crate::run) fn looks_at(
        &self,
        contract: &Contract,
        (operation, givers): (usize, &[usize]),
        url: &str,
    ) -> bool {
        !givers.is_empty()
            && givers.iter().all(|giver| !self.begun.contains(giver))
            && !self.before.contains_key(&(operation, known(&contract.operations[operation], url)))
    }

    /// Takes out what lists showed before the run began: it is not the run's, whatever was answered.
    pub(in crate::run) fn spare_what_was_there(&mut self, contract: &Contract) {
        let before = &self.before;
        let mut known: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut was_there = |made: &Made| {
            let Some((way, undo)) = way(contract, made.giver).zip(made.undo.as_ref()) else { return false };
            let own = parameters(way).find(|(given, ..)| is_of_answer(&given.from));
            let id = own.and_then(|(_, location, name)| undo.values.get(&(location, name.to_owned())));
            let lists = known.entry(made.giver).or_insert_with(|| lists(contract, made.giver));
            let mut seen = lists.iter().filter_map(|list| before.get(&(*list, made.known.clone())));
            id.is_some_and(|id| seen.any(|ids| ids.contains(id)))
        };
        self.made.retain(|made| !was_there(made));
    }

    /// A list showed all that was there; what it showed first counts.
    pub(in crate::run) fn saw(&mut self, contract: &Contract, operation: usize, url: &str, ids: &[String]) {
        let list = (operation, known(&contract.operations[operation], url));
        self.before.entry(list).or_insert_with(|| ids.iter().cloned().collect());
    }
}

/// The operations that may show what an operation makes.
pub(super) fn lists(contract: &Contract, giver: usize) -> Vec<usize> {
    let Some(way) = way(contract, giver) else { return Vec::new() };
    if let Some(list) = way.list() {
        return vec![list];
    }
    let shown = contract.connections().to(way.taker).iter().filter(|one| one.kind == Kind::Shown);
    let path = &contract.operations[giver].path;
    let own = contract.operations.iter().position(|one| one.method == "GET" && one.path == *path);
    let mut lists: Vec<usize> = shown.map(|one| one.giver).chain(own).collect();
    lists.retain(|list| contract.operations[*list].method == "GET");
    lists.sort_unstable();
    lists.dedup();
    lists
}

/// Whether a value comes from the answer of what made a resource.
pub(super) fn is_of_answer(source: &Source) -> bool {
    let of_body = matches!(source, Source::Exchange(Expression::Response(_)));
    of_body || matches!(source, Source::Location { .. } | Source::Item(_) | Source::Listed { .. })
}

/// Where a list has its items, where these have keys or no answer tells what was made.
pub(super) fn item<'c>(contract: &'c Contract, way: &'c Connection, list: usize) -> Option<&'c Item> {
    let shows = |one: &&Connection| one.kind == Kind::Shown && one.giver == list;
    let shown = contract.connections().to(way.taker).iter().filter(shows);
    let given = way.gives.iter().chain(shown.flat_map(|one| &one.gives));
    given.into_iter().find_map(|given| match &given.from {
        Source::Item(item) | Source::Listed { item, .. } => Some(item),
        _ => None,
    })
}

/// What the id may be called of what is deleted in a way.
pub(super) fn ids(way: &Connection) -> Vec<&str> {
    let own = parameters(way).filter(|(given, ..)| is_of_answer(&given.from));
    own.flat_map(|(given, _, name)| names(&given.from, name)).collect()
}
