//! Times in any notation: epoch seconds or milliseconds, RFC 3339 text, the dates of headers.

use super::rule::TimeUnit;
use crate::json::decimal::Decimal;
use crate::json::{Kind, Node};
use jiff::Timestamp;

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;

/// Beyond this nothing is a time, and sums stay within 128 bits.
const FARTHEST: i128 = 1_000_000_000_000_000_000_000_000_000_000;

/// An instant, and how finely its notation tells instants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Nanoseconds since 1970.
    pub nanoseconds: i128,
    /// How many nanoseconds the last digit that was written counts.
    pub precision: i128,
}

impl Instant {
    /// The instant, cut off to a precision.
    pub fn floor(&self, precision: i128) -> i128 {
        self.nanoseconds.div_euclid(precision) * precision
    }
}

/// The instant that a value stands for; a bare number without a unit is told by its size.
pub fn instant(node: &Node, unit: Option<TimeUnit>) -> Option<Instant> {
    match &node.kind {
        Kind::String(text) => match unit {
            None | Some(TimeUnit::DateTime) => date_time(text),
            Some(unit) => epoch(text, Some(unit)),
        },
        Kind::Number(token) => epoch(token, unit),
        _ => None,
    }
}

/// Whether text is a date and a time that lack an offset from UTC.
pub fn lacks_offset(text: &str) -> bool {
    text.parse::<Timestamp>().is_err() && text.parse::<jiff::civil::DateTime>().is_ok() && text.len() > 10
}

fn date_time(text: &str) -> Option<Instant> {
    let Ok(stamp) = text.parse::<Timestamp>() else {
        // As headers write it.
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        return Some(Instant { nanoseconds: date.timestamp().as_nanosecond(), precision: SECOND });
    };
    let after_point = text.bytes().skip_while(|byte| !matches!(byte, b'.' | b',')).skip(1);
    let fraction = after_point.take_while(u8::is_ascii_digit).count();
    Some(Instant { nanoseconds: stamp.as_nanosecond(), precision: precision(fraction) })
}

fn epoch(token: &str, unit: Option<TimeUnit>) -> Option<Instant> {
    const LEAST_MILLISECONDS: i128 = 100_000_000_000;
    let number = Decimal::read(token)?;
    let unit = match unit {
        Some(unit) => unit,
        None if number.scaled(0)?.abs() > LEAST_MILLISECONDS => TimeUnit::Milliseconds,
        None => TimeUnit::Seconds,
    };
    let (power, digits) = match unit {
        TimeUnit::Seconds => (9, 0),
        TimeUnit::Milliseconds => (6, 3),
        TimeUnit::DateTime => return None,
    };
    let places = usize::try_from(number.places()).unwrap_or(usize::MAX);
    Some(Instant {
        nanoseconds: number.scaled(power).filter(|at| at.abs() < FARTHEST)?,
        precision: precision(places.saturating_add(digits)),
    })
}

/// What the last of so many digits after the point of a second counts.
fn precision(digits: usize) -> i128 {
    let second: u64 = 1_000_000_000;
    (second / 10_u64.pow(u32::try_from(digits.min(9)).unwrap_or(9))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn of(text: &str, unit: Option<TimeUnit>) -> Option<Instant> {
        instant(&json::read(text.as_bytes()).unwrap().root, unit)
    }

    #[test]
    fn an_instant_is_the_same_in_every_notation() {
        let at = |text, unit| of(text, unit).map(|instant| instant.nanoseconds);
        assert_eq!(at("1763644650336", None), at("\"2025-11-20T13:17:30.336Z\"", None));
        assert_eq!(at("\"2025-11-20T18:47:30+05:30\"", None), at("1763644650", Some(TimeUnit::Seconds)));
        assert_eq!(at("1.763644650336E9", Some(TimeUnit::Seconds)), at("1763644650336", None));
        assert_eq!(at("\"1763644650\"", Some(TimeUnit::Seconds)), at("1763644650", None));
        assert_eq!(at("\"Thu, 20 Nov 2025 13:17:30 GMT\"", None), at("1763644650", None));
        assert_eq!(at("\"yesterday\"", None), None);
        assert_eq!(at("1e29", None), None);
        assert_eq!(at("1763644650", Some(TimeUnit::DateTime)), None);
    }

    #[test]
    fn zeros_that_were_written_count_for_the_precision() {
        let precision = |text| of(text, None).unwrap().precision;
        assert_eq!(precision("1702963230.966423000"), 1);
        assert_eq!(precision("1702963230"), SECOND);
        assert_eq!(precision("1763644650336"), SECOND / 1000);
        assert_eq!(precision("\"2025-11-20T13:17:30.30Z\""), SECOND / 100);
    }

    #[test]
    fn a_date_and_a_time_without_an_offset_are_told() {
        assert!(lacks_offset("2025-11-20T13:17:30"));
        assert!(!lacks_offset("2025-11-20T13:17:30Z") && !lacks_offset("2025-11-20") && !lacks_offset("x"));
    }
}
