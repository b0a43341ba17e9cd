//! Which scenario is begun next, whoever asks.

use super::conflict::Conflicts;
use crate::plan::{Case, Scenario};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Gives out scenarios in their order, each once.
///
/// Those with unique values that are the same in every run come one at a time: one may be refused
/// for what another was accepted for. Nobody waits for that; others are begun meanwhile, and before
/// there are too few others, so that those that come one at a time are not all that is left.
///
/// Those that touch one resource come one after the other, in the order of the plan. Those that may
/// disrupt the target come after all else, each with nothing beside it.
pub(super) struct Order {
    left: Mutex<Left>,
    /// Tells that something is done.
    changed: Notify,
    /// How many others are on their way while one is alone.
    beside: usize,
}

/// What was not yet given out.
#[derive(Default)]
struct Left {
    /// Those that have to be alone.
    alone: Queue,
    others: Queue,
    /// Those that come after all else.
    last: VecDeque<usize>,
    conflicts: Conflicts,
    kinds: Vec<Kind>,
    /// Whether the first of the plan was given out.
    begun: bool,
    /// Whether one that has to be alone is on its way.
    taken: bool,
    /// How many are on their way.
    out: usize,
}

/// Scenarios of one kind, by their indexes.
#[derive(Default)]
struct Queue {
    /// Those that have nothing to wait for.
    ready: BinaryHeap<Reverse<usize>>,
    /// How many there are, those that wait among them.
    count: usize,
}

/// What a scenario needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No other of its kind beside it.
    Alone,
    Other,
    /// To be the last, with nothing beside it.
    Last,
}

/// What there is for somebody who asks.
enum Offer<'o> {
    Turn(Turn<'o>),
    /// Something, once what is on its way is done.
    Later,
    Nothing,
}

/// A scenario to begin. While it is held, no other is given out that would disturb it.
pub(super) struct Turn<'o> {
    /// Its index among the scenarios.
    pub(super) index: usize,
    order: &'o Order,
}

impl Queue {
    fn first(&self) -> Option<usize> {
        self.ready.peek().map(|Reverse(index)| *index)
    }

    fn take(&mut self) -> Option<usize> {
        let Reverse(index) = self.ready.pop()?;
        self.count -= 1;
        Some(index)
    }
}

impl Left {
    fn queue(&mut self, index: usize) -> Option<&mut Queue> {
        match self.kinds[index] {
            Kind::Alone => Some(&mut self.alone),
            Kind::Other => Some(&mut self.others),
            Kind::Last => None,
        }
    }

    fn free(&mut self, index: usize) {
        if let Some(queue) = self.queue(index) {
            queue.ready.push(Reverse(index));
        }
    }

    /// The next that can be begun now, with so many beside one that is alone.
    fn take(&mut self, beside: usize) -> Option<usize> {
        let late = self.begun && self.others.count < self.alone.count * beside;
        let before = |alone: usize| self.others.first().is_none_or(|other| alone < other);
        if !self.taken && self.alone.first().is_some_and(|alone| late || before(alone)) {
            self.taken = true;
            return self.alone.take();
        }
        self.others.take().or_else(|| {
            let all_else = self.alone.count + self.others.count + self.out == 0;
            if all_else { self.last.pop_front() } else { None }
        })
    }
}

impl Order {
    /// The order for so many that ask side by side.
    pub(super) fn new(scenarios: &[&Scenario], disruptive: &BTreeSet<usize>, jobs: usize) -> Order {
        let kind = |scenario: &&Scenario| {
            let any = |wanted: &dyn Fn(&Case) -> bool| scenario.cases.iter().any(wanted);
            if any(&|case| disruptive.contains(&case.operation)) {
                Kind::Last
            } else if any(&|case| case.fixed) {
                Kind::Alone
            } else {
                Kind::Other
            }
        };
        let conflicts = Conflicts::of(scenarios.iter().copied());
        Order::of(scenarios.iter().map(kind).collect(), conflicts, jobs)
    }

    /// The order of scenarios of which is told what they need.
    fn of(kinds: Vec<Kind>, conflicts: Conflicts, jobs: usize) -> Order {
        let mut left = Left { conflicts, kinds, ..Left::default() };
        left.begun = left.kinds.first() != Some(&Kind::Other);
        for index in 0..left.kinds.len() {
            match left.queue(index) {
                Some(queue) => queue.count += 1,
                None => left.last.push_back(index),
            }
            if left.conflicts.is_free(index) {
                left.free(index);
            }
        }
        Order { left: Mutex::new(left), changed: Notify::new(), beside: jobs.saturating_sub(1) }
    }

    /// The next scenario, as soon as it can be begun; nothing once all were given out.
    pub(super) async fn next(&self) -> Option<Turn<'_>> {
        loop {
            let changed = self.changed.notified();
            match self.offer() {
                Offer::Turn(turn) => return Some(turn),
                Offer::Nothing => return None,
                Offer::Later => changed.await,
            }
        }
    }

    fn offer(&self) -> Offer<'_> {
        let mut left = self.left();
        match left.take(self.beside) {
            Some(index) => {
                // The first of the plan tells whether the target is there at all.
                left.begun |= index == 0;
                left.out += 1;
                Offer::Turn(Turn { index, order: self })
            }
            None if left.alone.count + left.others.count + left.last.len() == 0 => Offer::Nothing,
            None => Offer::Later,
        }
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut left = self.order.left();
        left.out -= 1;
        if left.kinds[self.index] == Kind::Alone {
            left.taken = false;
        }
        for index in left.conflicts.done(self.index) {
            left.free(index);
        }
        drop(left);
        self.order.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
