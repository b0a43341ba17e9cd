//! Which scenario is begun next, whoever asks.

use crate::plan::{Plan, Scenario};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Gives out the scenarios of a plan in its order, each once.
///
/// Those with unique values that are the same in every run come one at a time: one may be refused
/// for what another was accepted for. Nobody waits for that; others are begun meanwhile.
pub(super) struct Order {
    places: Mutex<Places>,
    /// For each scenario whether it has to be alone.
    alone: Vec<bool>,
}

#[derive(Default)]
struct Places {
    /// Where to look for the next one that has to be alone.
    fixed: usize,
    /// Where to look for the next one that has not.
    free: usize,
    /// Whether one that has to be alone is on its way.
    taken: bool,
}

/// A scenario to begin. While it is held, no other is given out that would disturb it.
pub(super) struct Turn<'o> {
    /// Its index in the plan.
    pub(super) index: usize,
    order: Option<&'o Order>,
}

impl Order {
    pub(super) fn new(plan: &Plan) -> Order {
        let fixed = |scenario: &Scenario| scenario.cases.iter().any(|case| case.fixed);
        Order { places: Mutex::default(), alone: plan.scenarios.iter().map(fixed).collect() }
    }

    /// The next scenario that can be begun now. Where there is none, whoever holds a turn will
    /// find what is left.
    pub(super) fn next(&self) -> Option<Turn<'_>> {
        let mut places = self.places();
        let find = |from: usize, alone: bool| {
            self.alone[from..].iter().position(|other| *other == alone).map(|at| from + at)
        };
        let fixed = if places.taken { None } else { find(places.fixed, true) };
        let free = find(places.free, false);
        let index = fixed.into_iter().chain(free).min()?;
        if fixed == Some(index) {
            places.fixed = index + 1;
            places.taken = true;
            return Some(Turn { index, order: Some(self) });
        }
        places.free = index + 1;
        Some(Turn { index, order: None })
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(order) = self.order {
            order.places().taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(kinds: &str) -> Order {
        Order { places: Mutex::default(), alone: kinds.chars().map(|kind| kind == '#').collect() }
    }

    #[test]
    fn scenarios_come_in_the_order_of_the_plan() {
        let order = order(".#.##");
        let all: Vec<usize> = std::iter::from_fn(|| order.next().map(|turn| turn.index)).collect();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn others_come_first_while_one_is_alone() {
        let order = order("##.#.");
        let first = order.next().unwrap();
        let others = [order.next().unwrap(), order.next().unwrap()];
        assert_eq!((first.index, others.each_ref().map(|turn| turn.index)), (0, [2, 4]));
        assert!(order.next().is_none(), "only those are left that have to wait");
        drop(first);
        let second = order.next().unwrap();
        assert_eq!(second.index, 1);
        assert!(order.next().is_none());
        drop(second);
        assert_eq!(order.next().unwrap().index, 3);
        assert!(order.next().is_none());
    }
}
