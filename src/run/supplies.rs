//! What came of the requests that supply others with resources.

use super::follow::Unfilled;
use crate::contract::connection::Source;
use crate::exchange::Exchange;
use crate::json::Node;
use crate::plan::{Case, Role};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The accepted exchanges of a run that supply resources, by operation and key of the case.
#[derive(Default)]
pub(super) struct Supplies(Mutex<HashMap<(usize, String), Supply>>);

struct Supply {
    exchange: Exchange,
    /// What was read of it, by where it stands: many cases share a resource.
    read: Vec<(Source, Option<Node>)>,
}

impl Supplies {
    /// Keeps what a case supplies, if it does and was accepted.
    pub(super) fn keep(&self, case: &Case, exchange: &Exchange) {
        if case.role == Role::Supply && exchange.accepted() {
            let supply = Supply { exchange: exchange.clone(), read: Vec::new() };
            self.known().insert((case.operation, case.key.clone()), supply);
        }
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
