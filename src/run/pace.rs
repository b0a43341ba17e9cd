//! The pace: how often a target may be asked, and how long it may ask us to wait.

use crate::run::Answer;
use std::str::FromStr;
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
    next: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(rate: Option<Rate>) -> Pace {
        let spacing = rate.map(|rate| rate.period / rate.requests);
        Pace { spacing, next: Mutex::new(Instant::now()) }
    }

    /// How long to wait until the next request may be sent, which is taken by asking.
    pub(super) async fn turn(&self) -> Duration {
        let Some(spacing) = self.spacing else { return Duration::ZERO };
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let turn = (*next).max(now);
        *next = turn + spacing;
        turn - now
    }

    /// Nobody sends for a while.
    pub(super) async fn hold(&self, pause: Duration) {
        let mut next = self.next.lock().await;
        *next = (*next).max(Instant::now() + pause);
    }
}

/// How long an answer asks to wait: a number of seconds or a date, on 429 and 503 only.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) {
        return None;
    }
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let at = SystemTime::from(date.timestamp());
    Some(at.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        let minute = Duration::from_secs(60);
        assert_eq!("100/m".parse(), Ok(Rate { requests: 100, period: minute }));
        for wrong in ["", "100", "0/s", "x/s", "10/d", "-1/s"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }
}
