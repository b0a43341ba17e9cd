//! What the answers of a run add up to, and when that is enough.

use crate::exchange::Answer;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many exchanges in a row without any answer mean that the target is gone.
const LOST_AFTER: usize = 8;

/// A run keeps what came until it is reported; no more bytes of bodies than this.
const MOST_KEPT: usize = 1 << 30;

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    unanswered: AtomicUsize,
    postponed: AtomicUsize,
    bytes: AtomicUsize,
}

impl Tally {
    /// An answer came.
    pub(super) fn answered(&self, answer: &Answer) {
        self.unanswered.store(0, Ordering::Relaxed);
        self.bytes.fetch_add(answer.body.len(), Ordering::Relaxed);
    }

    /// The target gave an answer after all.
    pub(super) fn heard(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
    }

    /// Whether so many requests in a row got no answer that the target may be gone.
    pub(super) fn is_silent(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= LOST_AFTER
    }

    /// No answer came.
    pub(super) fn unanswered(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// An answer asked to come back later than may be waited for, or it did not.
    pub(super) fn postponed(&self, too_long: bool) {
        if too_long {
            self.postponed.fetch_add(1, Ordering::Relaxed);
        } else {
            self.postponed.store(0, Ordering::Relaxed);
        }
    }

    /// Why nothing more is sent, if so.
    pub(super) fn enough(&self) -> Option<String> {
        let many = |count: &AtomicUsize| count.load(Ordering::Relaxed) >= LOST_AFTER;
        if self.is_silent() {
            return Some(format!("the last {LOST_AFTER} requests got no answer"));
        }
        if many(&self.postponed) {
            let limit = "longer than --max-wait allows";
            return Some(format!("the target keeps asking to come back later, {limit}"));
        }
        let full = self.bytes.load(Ordering::Relaxed) > MOST_KEPT;
        full.then(|| format!("its answers hold more than {} MiB in all", MOST_KEPT >> 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    #[test]
    fn a_run_takes_no_more_than_it_can_keep() {
        let body = vec![b'x'; 8 << 20].into();
        let answer = Answer { status: 200, headers: Headers::default(), body };
        let tally = Tally::default();
        (0..MOST_KEPT >> 23).for_each(|_| tally.answered(&answer));
        assert_eq!(tally.enough(), None);
        tally.answered(&answer);
        assert_eq!(tally.enough().unwrap(), "its answers hold more than 1024 MiB in all");
    }

    #[test]
    fn one_answer_means_that_the_target_is_there() {
        let tally = Tally::default();
        (1..LOST_AFTER).for_each(|_| tally.unanswered());
        tally.answered(&Answer { status: 500, headers: Headers::default(), body: "".into() });
        tally.unanswered();
        assert_eq!(tally.enough(), None);
        (1..LOST_AFTER).for_each(|_| tally.unanswered());
        assert_eq!(tally.enough().unwrap(), "the last 8 requests got no answer");
    }
}
