//! Times in any notation: epoch seconds or milliseconds, or RFC 3339 text.

use crate::contract::extension::TimeUnit;
use crate::json::{Kind, Node};
use jiff::Timestamp;

/// An instant in nanoseconds since 1970, and how many of them its notation can tell apart.
pub(super) struct Instant {
    pub(super) nanoseconds: i128,
    pub(super) precision: i128,
}

/// The instant that a value stands for; a bare number without a unit is told by its size.
pub(super) fn instant(node: &Node, unit: Option<TimeUnit>) -> Option<Instant> {
    const SECOND: i128 = 1_000_000_000;
    match &node.kind {
        Kind::String(text) => {
            let stamp: Timestamp = text.parse().ok()?;
            let fraction = text
                .split_once('.')
                .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
            let digits = u32::try_from(fraction.min(9)).unwrap_or(9);
            Some(Instant { nanoseconds: stamp.as_nanosecond(), precision: SECOND / 10_i128.pow(digits) })
        }
        Kind::Number(token) => {
            let (whole, fraction) = token.split_once('.').unwrap_or((token, ""));
            let whole: i128 = whole.parse().ok()?;
            let digits = fraction.len().min(9);
            let fraction: i128 = format!("{:0<9}", &fraction[..digits]).parse().ok()?;
            let unit = unit.unwrap_or(if whole.abs() > 100_000_000_000 {
                TimeUnit::Milliseconds
            } else {
                TimeUnit::Seconds
            });
            Some(match unit {
                TimeUnit::Milliseconds => Instant { nanoseconds: whole * 1_000_000, precision: 1_000_000 },
                _ => Instant {
                    nanoseconds: whole * SECOND + fraction,
                    precision: SECOND / 10_i128.pow(u32::try_from(digits).unwrap_or(9)),
                },
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_instant_is_the_same_in_every_notation() {
        let of = |text: &str, unit| {
            let text = json::read(text.as_bytes()).unwrap();
            instant(&text.root, unit).map(|instant| instant.nanoseconds)
        };
        assert_eq!(of("1763644650336", None), of("\"2025-11-20T13:17:30.336Z\"", None));
        assert_eq!(of("\"2025-11-20T18:47:30+05:30\"", None), of("1763644650", Some(TimeUnit::Seconds)));
        assert_eq!(of("\"yesterday\"", None), None);
    }
}
