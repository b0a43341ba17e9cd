//! The pace: how often a target may be asked, and how long it may ask us to wait.

use crate::exchange::Answer;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How many requests in how much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In how much time.
    pub period: Duration,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a rate such as `10/s`, `100/m` or `5000/h`");
        let (requests, unit) = text.split_once('/').ok_or_else(wrong)?;
        let requests: u32 = requests.trim().parse().map_err(|_| wrong())?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(wrong()),
        };
        if requests == 0 {
            return Err(wrong());
        }
        Ok(Rate { requests, period: Duration::from_secs(seconds) })
    }
}

/// Hands out the moments at which requests may be sent, evenly spaced.
#[derive(Debug)]
pub(super) struct Pace {
    spacing: Option<Duration>,
    patience: Duration,
    held: AtomicBool,
    times: Mutex<Times>,
}

#[derive(Debug)]
struct Times {
    next: Instant,
    held_until: Instant,
    waited: Duration,
}

impl Pace {
    /// A pace that lets a target ask for `patience` of waiting in all.
    pub(super) fn new(rate: Option<Rate>, patience: Duration) -> Pace {
        let spacing = rate.map(|rate| rate.period / rate.requests);
        let now = Instant::now();
        let times = Mutex::new(Times { next: now, held_until: now, waited: Duration::ZERO });
        Pace { spacing, patience, held: AtomicBool::new(false), times }
    }

    /// How long to wait until the next request may be sent, which is taken by asking.
    pub(super) async fn turn(&self) -> Duration {
        if self.spacing.is_none() && !self.held.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        let mut times = self.times.lock().await;
        let now = Instant::now();
        let turn = times.next.max(now);
        times.next = turn + self.spacing.unwrap_or_default();
        turn - now
    }

    /// How long so many requests take at least.
    pub(super) fn of(&self, requests: usize) -> Duration {
        self.spacing.unwrap_or_default().saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX))
    }

    /// Whether the run may wait so long, which is taken from its patience by asking.
    pub(super) async fn waits(&self, pause: Duration) -> bool {
        let mut times = self.times.lock().await;
        let waited = times.waited.saturating_add(pause);
        let may = waited <= self.patience;
        if may {
            times.waited = waited;
        }
        may
    }

    /// Nobody sends for a while; false if that is more than the target may ask for.
    pub(super) async fn hold(&self, pause: Duration) -> bool {
        let mut times = self.times.lock().await;
        let now = Instant::now();
        let Some(until) = now.checked_add(pause) else { return false };
        let longer = until.saturating_duration_since(times.held_until.max(now));
        let waited = times.waited.saturating_add(longer);
        if waited > self.patience {
            return false;
        }
        times.waited = waited;
        times.held_until = times.held_until.max(until);
        times.next = times.next.max(until);
        self.held.store(true, Ordering::Relaxed);
        true
    }
}

/// Whoever says "at once" and means it would be asked for ever.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// How long an answer asks to wait: a number of seconds or a date, on 429 and 503 only.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) {
        return None;
    }
    let Some(text) = answer.header("retry-after").map(str::trim) else {
        // A limit that does not say when it ends is tried again after a second.
        return (answer.status == 429).then_some(Duration::from_secs(1));
    };
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds).max(SHORTEST_PAUSE));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let at = SystemTime::from(date.timestamp());
    Some(at.duration_since(SystemTime::now()).unwrap_or_default().max(SHORTEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        let minute = Duration::from_mins(1);
        assert_eq!("100/m".parse(), Ok(Rate { requests: 100, period: minute }));
        for wrong in ["", "100", "0/s", "x/s", "10/d", "-1/s"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
