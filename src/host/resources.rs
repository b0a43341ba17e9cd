//! What was created, so that it can be read, changed and deleted.

use super::template::Filled;
use crate::contract::{Contract, Operation, ParameterLocation, Statement};
use crate::wire::url;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const MOST_RESOURCES: usize = 100_000;
const MOST_BYTES: usize = 64 << 20;

/// The part that an operation has in the life of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It has none.
    None,
    /// It creates what stands below its path; the pointer leads to the id in its answer.
    Create(String),
    /// It lists what was created.
    List,
    /// It addresses one resource.
    Item,
}

/// Every resource by the path of its collection and its id.
#[derive(Debug, Default)]
pub(super) struct Resources {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    collections: HashMap<String, IndexMap<String, (Filled, usize)>>,
    count: usize,
    bytes: usize,
}

/// The path of the collection, and the last segment.
pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('/').filter(|(collection, _)| !collection.is_empty())
}

/// The id of a resource that an operation addresses, whose path ends in `last`: the value of the
/// parameter that stands there, however it is written.
pub(super) fn id(
    operation: &Operation,
    parameters: &[(ParameterLocation, String, Value)],
    last: &str,
) -> String {
    let name = split(&operation.path).and_then(|(_, last)| last.strip_prefix('{')?.strip_suffix('}'));
    let own = parameters
        .iter()
        .find(|(location, known, _)| *location == ParameterLocation::Path && Some(known.as_str()) == name);
    own.map_or_else(|| url::decoded(last), |(_, _, value)| text(value))
}

/// A path in one of its several spellings.
fn normal(path: &str) -> String {
    path.split('/').map(|segment| url::encoded(&url::decoded(segment))).collect::<Vec<_>>().join("/")
}

/// The part of an operation, given how the body of a creating answer looks.
pub(super) fn role(
    contract: &Contract,
    operation: &Operation,
    creation: impl Fn(&Operation) -> Option<String>,
) -> Role {
    let is_item =
        |path: &str| split(path).is_some_and(|(_, last)| last.starts_with('{') && last.ends_with('}'));
    let holds = |collection: &str| {
        contract
            .operations
            .iter()
            .any(|other| is_item(&other.path) && split(&other.path).is_some_and(|(of, _)| of == collection))
    };
    let creator = |collection: &str| {
        let creator =
            contract.operations.iter().find(|other| other.method == "POST" && other.path == collection);
        creator.and_then(&creation)
    };
    match (operation.method.as_str(), split(&operation.path)) {
        ("POST", _) if holds(&operation.path) => creation(operation).map_or(Role::None, Role::Create),
        ("GET", _) if holds(&operation.path) && creator(&operation.path).is_some() => Role::List,
        ("GET" | "PUT" | "PATCH" | "DELETE", Some((collection, _)))
            if is_item(&operation.path) && creator(collection).is_some() =>
        {
            Role::Item
        }
        _ => Role::None,
    }
}

/// Where the id of a created resource stands in the answer.
pub(super) fn id_at(operation: &Operation, body: &Value) -> Option<String> {
    let distinct = operation.behaviour.rules.iter().find_map(|rule| match &rule.statement {
        Statement::Distinct(expression) => expression.response_body().filter(|at| body.pointer(at).is_some()),
        _ => None,
    });
    if let Some(at) = distinct {
        return Some(at.to_owned());
    }
    let members = body.as_object()?;
    let below = members.keys().map(|name| crate::json::pointer::child("", name) + "/id");
    std::iter::once("/id".to_owned()).chain(below).find(|at| body.pointer(at).is_some())
}

/// The text of an id in a path.
fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

impl Resources {
    /// Keeps what was created, or what it became; what is oldest makes room.
    pub(super) fn keep(&self, collection: &str, id: &Value, resource: &Filled, bytes: usize) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { collections, count, bytes: all } = &mut *known;
        if let Some((_, before)) =
            collections.entry(normal(collection)).or_default().insert(text(id), (resource.clone(), bytes))
        {
            *count -= 1;
            *all -= before;
        }
        *count += 1;
        *all += bytes;
        while *count > MOST_RESOURCES || *all > MOST_BYTES {
            let Some(largest) = collections.values_mut().max_by_key(|one| one.len()) else { break };
            // Several at once, since all that stay have to move up.
            let oldest = largest.len().div_ceil(10);
            for (_, (_, freed)) in largest.drain(..oldest) {
                *count -= 1;
                *all -= freed;
            }
        }
    }

    pub(super) fn get(&self, collection: &str, id: &str) -> Option<Filled> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.collections.get(&normal(collection))?.get(id).map(|(resource, _)| resource.clone())
    }

    /// The first resources of a collection.
    pub(super) fn list(&self, collection: &str) -> Vec<Value> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let all = known.collections.get(&normal(collection)).into_iter().flat_map(IndexMap::values);
        all.take(100).map(|(resource, _)| resource.body.clone()).collect()
    }

    pub(super) fn delete(&self, collection: &str, id: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { collections, count, bytes } = &mut *known;
        if let Some((_, freed)) = collections.get_mut(&normal(collection)).and_then(|all| all.swap_remove(id))
        {
            *count -= 1;
            *bytes -= freed;
        }
    }
}
