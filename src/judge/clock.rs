//! What time it was when an answer was made: by the host's `Date`, and by this machine.

use crate::contract::instant::SECOND;
use crate::exchange::{Answer, Exchange};
use std::cell::RefCell;

/// The spans of time in which an answer may have been made.
pub(super) struct Clock {
    /// By the host. Its `Date` counts whole seconds; an answer from a cache has another's.
    pub(super) host: Option<(i128, i128)>,
    /// By this machine.
    pub(super) own: (i128, i128),
}

impl Clock {
    /// The time of an answer.
    pub(super) fn of(answer: &Answer, exchange: &Exchange) -> Clock {
        let now = exchange.ended.as_nanosecond();
        let elapsed = i128::try_from(exchange.elapsed.as_nanos()).unwrap_or_default();
        let date = answer.header("date").filter(|_| answer.header("age").is_none());
        let host = date.and_then(second).map(|second| (second, second + SECOND));
        Clock { host, own: (now - elapsed, now) }
    }

    /// How far an instant lies after (or, if negative, before) the answer, by the clock that is
    /// nearer: a server behind a proxy has another clock than the one that the proxy shows.
    pub(super) fn distance(&self, instant: i128) -> i128 {
        let own = outside(self.own, instant);
        let host = self.host.map(|host| outside(host, instant));
        host.into_iter().chain([own]).min_by_key(|off| off.abs()).unwrap_or(own)
    }

    /// How far the host's clock is ahead of this machine's.
    pub(super) fn skew(&self) -> Option<i128> {
        let (start, end) = self.host?;
        Some(if start > self.own.1 { start - self.own.1 } else { (end - self.own.0).min(0) })
    }
}

/// The instant that a `Date` stands for.
fn second(date: &str) -> Option<i128> {
    thread_local! {
        /// Most answers were made in the same second as the one before.
        static LAST: RefCell<(String, Option<i128>)> = const { RefCell::new((String::new(), None)) };
    }
    LAST.with_borrow_mut(|(last, second)| {
        if last != date {
            date.clone_into(last);
            *second = jiff::fmt::rfc2822::parse(date).ok().map(|date| date.timestamp().as_nanosecond());
        }
        *second
    })
}

/// How far an instant lies outside a span.
fn outside((start, end): (i128, i128), instant: i128) -> i128 {
    if instant > end { instant - end } else { (instant - start).min(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_is_nearer_counts() {
        let clock = Clock { host: Some((100, 110)), own: (1000, 1010) };
        assert_eq!(clock.distance(105), 0);
        assert_eq!(clock.distance(1005), 0);
        assert_eq!(clock.distance(115), 5);
        assert_eq!(clock.distance(995), -5);
        assert_eq!(clock.skew(), Some(-890));
        assert_eq!(Clock { host: Some((1100, 1110)), ..clock }.skew(), Some(90));
        assert_eq!(Clock { host: Some((1005, 1015)), own: (1000, 1010) }.skew(), Some(0));
        assert_eq!(Clock { host: None, own: (0, 1) }.skew(), None);
    }
}
