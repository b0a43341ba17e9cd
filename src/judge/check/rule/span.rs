//! The span between two times in words, the same in every run that shows the same defect.

use crate::contract::instant::SECOND;

const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
/// Every offset from UTC is a multiple of this.
const STEP: i128 = 15 * MINUTE;
const WIDEST: i128 = 14 * HOUR;

/// The offset between time zones that a span is, give or take a slack.
pub(in crate::judge) fn zone(span: i128, slack: i128) -> Option<String> {
    let steps = (span.abs() + STEP / 2) / STEP;
    let off = (span.abs() - steps * STEP).abs();
    (steps > 0 && steps * STEP <= WIDEST && off <= slack).then(|| hours(steps * STEP))
}

/// A span, rounded so that two runs say the same.
pub(in crate::judge) fn about(span: i128) -> String {
    const YEAR: i128 = 525_960;
    const YEARS: i128 = 3 * YEAR;
    const CENTURIES: i128 = 1000 * YEAR;
    let minutes = (span.abs() + MINUTE / 2) / MINUTE;
    match minutes {
        0 => "less than a minute".to_owned(),
        1..=119 => format!("about {minutes} min"),
        120..=2879 => format!("about {}", hours(minutes * MINUTE)),
        2880..YEARS => format!("about {} days", minutes / 1440),
        YEARS..CENTURIES => format!("about {} years", minutes / YEAR),
        // A time in a wrong unit is off by more every minute.
        _ => "more than 1000 years".to_owned(),
    }
}

fn hours(span: i128) -> String {
    match (span / HOUR, span % HOUR / MINUTE) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_time_zones_are_told_from_other_spans() {
        assert_eq!(zone(19_800 * SECOND, 0).as_deref(), Some("5 h 30 min"));
        assert_eq!(zone(-3_600 * SECOND, 0).as_deref(), Some("1 h"));
        assert_eq!(zone(20_700 * SECOND + 3, SECOND).as_deref(), Some("5 h 45 min"));
        for other in [0, SECOND, 19_801 * SECOND, 24 * HOUR] {
            assert_eq!(zone(other, 0), None, "{other}");
        }
    }

    #[test]
    fn a_span_is_rounded() {
        assert_eq!(about(10 * SECOND), "less than a minute");
        assert_eq!(about(-5 * MINUTE - SECOND), "about 5 min");
        assert_eq!(about(150 * MINUTE), "about 2 h 30 min");
        assert_eq!(about(72 * HOUR), "about 3 days");
        assert_eq!(about(40 * 365 * 24 * HOUR + 24 * 20 * HOUR), "about 40 years");
        assert_eq!(about(21_122_948 * 24 * HOUR), "more than 1000 years");
    }
}
