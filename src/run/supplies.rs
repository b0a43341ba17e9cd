//! What came of the requests that supply others with resources.

use crate::exchange::Exchange;
use crate::plan::{Case, Role};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The accepted exchanges of a run that supply resources, by operation and key of the case.
#[derive(Default)]
pub(super) struct Supplies(Mutex<HashMap<(usize, String), Arc<Exchange>>>);

impl Supplies {
    /// Keeps what a case supplies, if it does and was accepted.
    pub(super) fn keep(&self, case: &Case, exchange: &Exchange) {
        if case.role != Role::Supply || !exchange.accepted() {
            return;
        }
        let key = (case.operation, case.key.clone());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(exchange.clone()));
    }

    /// What an operation supplies under a key.
    pub(super) fn get(&self, giver: usize, key: &str) -> Option<Arc<Exchange>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(giver, key.to_owned())).cloned()
    }
}
