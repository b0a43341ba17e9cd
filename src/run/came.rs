//! What a run has to know of an exchange that it has handed on.

use super::base_path::may_be_nowhere;
use crate::contract::Contract;
use crate::exchange::{Answer, Exchange, is_accepted};
use crate::plan::Plan;

/// What came of a request.
pub(super) struct Came {
    /// The status, if there was an answer.
    pub(super) status: Option<u16>,
    /// All of it, where it may be what a path that does not exist gets.
    pub(super) nowhere: Option<Box<Exchange>>,
}

impl Came {
    /// What came of each case of a scenario, if it was sent.
    pub(super) fn of_each(
        contract: &Contract,
        (plan, scenario): (&Plan, usize),
        exchanges: &[Option<Exchange>],
    ) -> Vec<Option<Came>> {
        let cases = plan.scenarios[scenario].cases.iter();
        let came = cases.zip(exchanges).map(|(case, exchange)| {
            let exchange = exchange.as_ref()?;
            let operation = &contract.operations[case.operation];
            let nowhere = exchange.answer().is_some_and(|answer| may_be_nowhere(operation, answer));
            Some(Came {
                status: exchange.answer().map(|answer| answer.status),
                nowhere: nowhere.then(|| Box::new(exchange.clone())),
            })
        });
        came.collect()
    }

    /// Whether the request was taken.
    pub(super) fn accepted(&self) -> bool {
        self.status.is_some_and(is_accepted)
    }

    /// The answer, where it may be what a path that does not exist gets.
    pub(super) fn nowhere(&self) -> Option<&Answer> {
        self.nowhere.as_ref()?.answer()
    }
}
