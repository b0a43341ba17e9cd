//! What came of the requests that supply others with resources.

use super::follow::Unfilled;
use super::undo::own_item;
use crate::contract::connection::{Item, Source};
use crate::exchange::Exchange;
use crate::json::{self, Node};
use crate::plan::{Case, Role, Scenario};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The accepted exchanges of a run that supply resources, by operation and key of the case.
#[derive(Default)]
pub(super) struct Supplies {
    /// The identity of the run.
    run: Arc<str>,
    known: Mutex<HashMap<(usize, String), Supply>>,
}

struct Supply {
    exchange: Exchange,
    /// What lists it, where the answer does not tell what was made.
    list: Option<Exchange>,
    /// What was read of it, by where it stands: many cases share a resource.
    read: Vec<(Source, Option<Node>)>,
}

impl Supplies {
    /// Those of a run.
    pub(super) fn of(run: Arc<str>) -> Supplies {
        Supplies { run, known: Mutex::default() }
    }

    /// Keeps what a case of a scenario supplies, if it does and was accepted.
    pub(super) fn keep(&self, scenario: &Scenario, case: &Case, exchange: &Exchange) {
        if !exchange.accepted() {
            return;
        }
        if case.makes() {
            let supply = Supply { exchange: exchange.clone(), list: None, read: Vec::new() };
            self.known().insert((case.operation, case.key.clone()), supply);
        } else if let Some(first) = scenario.cases.first().filter(|_| case.role == Role::Supply)
            && let Some(supply) = self.known().get_mut(&(first.operation, first.key.clone()))
        {
            supply.list = Some(exchange.clone());
        }
    }

    /// The value that a list shows of what an operation supplies under a key.
    pub(super) fn listed(
        &self,
        (giver, key): (usize, &str),
        (from, item): (&Source, &Item),
        told: impl FnOnce(&Exchange) -> Option<Node>,
    ) -> Result<Option<Node>, Unfilled> {
        let list = self.known().get(&(giver, key.to_owned())).and_then(|supply| supply.list.clone());
        let value = self.value((giver, key), from, |made| {
            let shown = || {
                let body = json::read(&list.as_ref()?.answer()?.body).ok()?;
                own_item(item, &body.root, (&made.sent, &self.run)).map(|(value, _)| value)
            };
            told(made).or_else(shown)
        })?;
        if value.is_none() && list.is_none() { Err(Unfilled::NotAccepted) } else { Ok(value) }
    }

    /// The value that an operation supplies under a key, as it is read of the exchange.
    pub(super) fn value(
        &self,
        (giver, key): (usize, &str),
        from: &Source,
        read: impl FnOnce(&Exchange) -> Option<Node>,
    ) -> Result<Option<Node>, Unfilled> {
        let mut known = self.known();
        let supply = known.get_mut(&(giver, key.to_owned())).ok_or(Unfilled::NotAccepted)?;
        if let Some((_, value)) = supply.read.iter().find(|(known, _)| known == from) {
            return Ok(value.clone());
        }
        let value = read(&supply.exchange);
        supply.read.push((from.clone(), value.clone()));
        Ok(value)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(usize, String), Supply>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
