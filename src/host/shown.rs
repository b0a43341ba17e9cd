//! Ids that only a list shows: nothing creates them, and what the list does not show is not there.

use super::template::{Fill, Hole, Template};
use crate::contract::connection::{Connection, Kind, Source};
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::json::pointer;
use crate::wire::template;
use serde_json::Value;
use std::collections::HashSet;

/// What a parameter of a path may name.
pub(super) struct Shown {
    /// The number of the parameter in its path.
    parameter: usize,
    ids: HashSet<String>,
}

/// The list that shows what the path of an operation may end in: the number of the parameter, the
/// operation that lists, and where its answer has the first id.
pub(super) fn list(contract: &Contract, taker: usize) -> Option<(usize, usize, String)> {
    let operation: &Operation = &contract.operations[taker];
    let (parameter, name) = template::names(&operation.path).enumerate().last()?;
    let gives = |connection: &Connection| {
        let given = connection.gives.iter().find(|given| given.into.is(ParameterLocation::Path, name))?;
        let Source::Exchange(expression) = &given.from else { return None };
        let at = expression.response_body().filter(|_| connection.kind == Kind::Shown)?;
        Some((parameter, connection.giver, at.to_owned()))
    };
    contract.connections().chosen(taker).iter().find_map(gives)
}

impl Shown {
    /// What a list shows at a place, which from now on is the same in all its answers.
    pub(super) fn of(parameter: usize, list: &mut Template, at: &str) -> Option<Shown> {
        list.holes.retain(|hole| !(hole.at.at == at && matches!(hole.fill, Fill::Fresh(_))));
        let varies = |hole: &Hole| pointer::is_within(at, &hole.at.at) || pointer::is_within(&hole.at.at, at);
        if list.holes.iter().any(varies) {
            return None;
        }
        let ids = each(&list.base, at).map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let ids: HashSet<String> = ids.collect();
        (!ids.is_empty()).then_some(Shown { parameter, ids })
    }

    /// Whether the list shows what the values in a path name.
    pub(super) fn has(&self, values: &[String]) -> bool {
        values.get(self.parameter).is_none_or(|id| self.ids.contains(id))
    }
}

/// What stands at a place in each item of a list, where the place is in the first.
fn each<'v>(list: &'v Value, at: &str) -> impl Iterator<Item = &'v Value> {
    let (before, after) = at.split_once("/0").unwrap_or((at, ""));
    let (before, after) = (before.to_owned(), after.to_owned());
    (0..).map_while(move |number| pointer::get(list, &format!("{before}/{number}{after}")))
}
