//! Which scenario is begun next, whoever asks.

use crate::plan::Scenario;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Gives out scenarios in their order, each once.
///
/// Those with unique values that are the same in every run come one at a time: one may be refused
/// for what another was accepted for. Nobody waits for that; others are begun meanwhile, and before
/// there are too few others, so that those that come one at a time are not all that is left.
pub(super) struct Order {
    left: Mutex<Left>,
    /// How many others are on their way while one is alone.
    beside: usize,
}

/// The indexes of what was not yet given out.
struct Left {
    /// Those that have to be alone.
    alone: VecDeque<usize>,
    others: VecDeque<usize>,
    /// Whether one that has to be alone is on its way.
    taken: bool,
}

/// A scenario to begin. While it is held, no other is given out that would disturb it.
pub(super) struct Turn<'o> {
    /// Its index among the scenarios.
    pub(super) index: usize,
    order: Option<&'o Order>,
}

impl Order {
    /// The order of scenarios for so many that ask side by side.
    pub(super) fn new<'s>(scenarios: impl Iterator<Item = &'s Scenario>, jobs: usize) -> Order {
        let fixed = |scenario: &Scenario| scenario.cases.iter().any(|case| case.fixed);
        Order::of(scenarios.map(fixed), jobs)
    }

    /// The order of scenarios of which is told whether they have to be alone.
    fn of(alone: impl Iterator<Item = bool>, jobs: usize) -> Order {
        let mut left = Left { alone: VecDeque::new(), others: VecDeque::new(), taken: false };
        for (index, alone) in alone.enumerate() {
            let queue = if alone { &mut left.alone } else { &mut left.others };
            queue.push_back(index);
        }
        Order { left: Mutex::new(left), beside: jobs.saturating_sub(1) }
    }

    /// The next scenario that can be begun now. Where there is none, whoever holds a turn will
    /// find what is left.
    pub(super) fn next(&self) -> Option<Turn<'_>> {
        let mut left = self.left();
        // The first of the plan tells whether the target is there at all.
        let begun = left.others.front() != Some(&0);
        let late = begun && left.others.len() < left.alone.len() * self.beside;
        let before = |alone: &usize| left.others.front().is_none_or(|other| alone < other);
        if !left.taken && left.alone.front().is_some_and(|alone| late || before(alone)) {
            let index = left.alone.pop_front()?;
            left.taken = true;
            return Some(Turn { index, order: Some(self) });
        }
        let index = left.others.pop_front()?;
        Some(Turn { index, order: None })
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(order) = self.order {
            order.left().taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(kinds: &str, jobs: usize) -> Order {
        Order::of(kinds.chars().map(|kind| kind == '#'), jobs)
    }

    #[test]
    fn scenarios_come_in_the_order_of_the_plan() {
        let order = order(".#.##", 1);
        let all: Vec<usize> = std::iter::from_fn(|| order.next().map(|turn| turn.index)).collect();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn others_come_first_while_one_is_alone() {
        let order = order("##.#.", 1);
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

    #[test]
    fn those_that_are_alone_are_begun_while_there_are_enough_others() {
        let order = order("......##", 3);
        let begin = || order.next().unwrap();
        let others = [begin(), begin(), begin()].map(|turn| turn.index);
        let alone = begin();
        assert_eq!((others, alone.index), ([0, 1, 2], 6));
        let others = [begin(), begin()].map(|turn| turn.index);
        drop(alone);
        assert_eq!((others, begin().index, begin().index), ([3, 4], 7, 5));
    }

    #[test]
    fn the_first_scenario_is_the_first_however_many_have_to_be_alone() {
        let order = order(".#.###", 8);
        let all: Vec<usize> = std::iter::from_fn(|| order.next().map(|turn| turn.index)).collect();
        assert_eq!(all, [0, 1, 3, 4, 5, 2]);
    }
}
