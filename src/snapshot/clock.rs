//! Values that are plainly times: what lies at the clock of the answer that holds it.

use crate::exchange::{Answer, Exchange};
use crate::json::{Kind, Node, pointer};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeSet;

/// When an answer was made, and how that day is written.
pub(super) struct Clock {
    seconds: i64,
    years: Vec<String>,
    days: Vec<String>,
    minutes: Vec<String>,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Between two clocks in the farthest time zones it is the same day.
const NEAR: i64 = 36 * HOUR;
/// A clock that shows whole minutes may be so many seconds away from one that shows whole seconds.
const SLACK: i64 = 5;
/// Midnight anywhere is a whole quarter of an hour anywhere else.
const QUARTER: i64 = 15 * MINUTE;

/// The instant of an answer: by the host, or by this machine where the host does not say.
pub(super) fn made(answer: &Answer, exchange: &Exchange) -> Timestamp {
    let date = answer.header("date").filter(|_| answer.header("age").is_none());
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    date.map_or(exchange.ended, |date| date.timestamp())
}

impl Clock {
    pub(super) fn at(instant: Timestamp) -> Clock {
        let today = instant.to_zoned(TimeZone::UTC).date();
        let around = [today.yesterday(), Ok(today), today.tomorrow()];
        let around: Vec<Date> = around.into_iter().flatten().collect();
        let mut years: Vec<String> = around.iter().map(|day| day.year().to_string()).collect();
        years.dedup();
        let minute = |seconds: i64| {
            let past = Timestamp::from_second(instant.as_second() - seconds).ok()?;
            Some(past.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string())
        };
        Clock {
            seconds: instant.as_second(),
            years,
            days: around.into_iter().flat_map(spellings).collect(),
            minutes: [0, SLACK].into_iter().filter_map(minute).collect(),
        }
    }

    /// The places in a JSON value where a time stands; `*` stands for every item of an array.
    pub(super) fn times(&self, node: &Node) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.collect(node, "", &mut String::new(), &mut found);
        found
    }

    fn collect(&self, node: &Node, name: &str, at: &mut String, found: &mut BTreeSet<String>) {
        let length = at.len();
        let is_time = match &node.kind {
            Kind::Object(members) => {
                for member in members {
                    pointer::push(at, &member.key);
                    self.collect(&member.value, &member.key, at, found);
                    at.truncate(length);
                }
                members.iter().any(|member| self.names_day(&member.key))
            }
            Kind::Array(items) => {
                at.push_str("/*");
                for item in items {
                    self.collect(item, name, at, found);
                }
                at.truncate(length);
                false
            }
            Kind::Number(digits) => self.is_number(name, digits),
            Kind::String(text) => self.is_text(name, text),
            _ => false,
        };
        if is_time {
            found.insert(at.clone());
        }
    }

    /// Whether text is a time, or tells one.
    pub(super) fn is_text(&self, name: &str, text: &str) -> bool {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if digits {
            return self.is_number(name, text);
        }
        is_span(name) || self.minutes.iter().any(|minute| minute == text) || self.names_day(text)
    }

    /// Whether text names the day of the answer, or the one before or after.
    pub(super) fn names_day(&self, text: &str) -> bool {
        self.years.iter().any(|year| text.contains(year.as_str()))
            && self.days.iter().any(|day| stands_alone(text, day))
    }

    /// A number may be a counter: it is a time where it is one that was cut to the minute, hour or
    /// day, or where its name says so.
    fn is_number(&self, name: &str, digits: &str) -> bool {
        let Ok(number) = digits.parse::<f64>() else { return false };
        if self.names_day(digits) || is_span(name) {
            return true;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        let whole = number as i64;
        let counts = [MINUTE, HOUR, DAY].iter().any(|unit| whole == self.seconds.div_euclid(*unit));
        if counts && number.fract() == 0.0 {
            return true;
        }
        [1, 1_000, 1_000_000, 1_000_000_000].into_iter().any(|unit: i64| {
            let seconds = whole / unit;
            let away = (seconds - self.seconds).abs();
            let is_round = whole % unit == 0 && number.fract() == 0.0;
            let minute = is_round && seconds % MINUTE == 0 && away <= MINUTE + SLACK;
            let coarser = is_round && seconds % QUARTER == 0 && away <= NEAR;
            minute || coarser || (away <= NEAR && is_instant(name))
        })
    }
}

/// How a day is written; where the year is not beside it, it stands in the text too.
fn spellings(day: Date) -> impl Iterator<Item = String> {
    const FORMS: [&str; 18] = [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y%m%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%-d/%-m/%Y",
        "%-m/%-d/%Y",
        "%d.%m.%Y",
        "%-d.%-m.%Y",
        "%d-%m-%Y",
        "%d-%b-%Y",
        "%d %b",
        "%-d %b",
        "%b %e",
        "%b %-d",
        "%-d %B",
        "%B %-d",
    ];
    FORMS.iter().map(move |form| day.strftime(form).to_string())
}

/// Whether a word stands in text, and no longer number does.
fn stands_alone(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.into_iter().chain(after).any(|beside| beside.is_ascii_digit())
    })
}

/// Whether a name says that its value is how long something has been going on.
fn is_span(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    name.to_ascii_lowercase().contains("uptime")
}

/// Whether a name says that its value is an instant.
fn is_instant(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "at",
        "on",
        "time",
        "date",
        "timestamp",
        "ts",
        "created",
        "updated",
        "modified",
        "changed",
        "started",
        "since",
        "until",
        "expires",
        "expiry",
        "now",
        "epoch",
        "issued",
        "iat",
        "exp",
        "nbf",
        "boot",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a name, in small letters: `startedAt`, `started_at`, `X-Started-At`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        small = c.is_lowercase() || c.is_numeric();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 29 November 2026, 22:53:37 UTC.
    const NOW: i64 = 1_795_992_817;

    fn times(json: &str) -> Vec<String> {
        let clock = Clock::at(Timestamp::from_second(NOW).unwrap());
        clock.times(&crate::json::read(json.as_bytes()).unwrap().root).into_iter().collect()
    }

    #[test]
    fn a_day_is_a_time_however_it_is_written() {
        let json = r#"{"a":"2026-11-29","b":"29 Nov 2026","c":"11/29/2026","d":20261129,"e":["2026-11-30"],
            "f":"since Nov 29, 2026, they say","g":{"2026-11-29":1},"h":"Sun, 29 Nov 2026 22:00:00 GMT",
            "i":"2026-11-29T01:00:00.5+02:00","j":"2026-11-28 23:00:00","k":"Sun Nov 29 22:00:00 2026","l":"22:53"}"#;
        assert_eq!(times(json), ["/a", "/b", "/c", "/d", "/e/*", "/f", "/g", "/h", "/i", "/j", "/k", "/l"]);
        assert!(times(r#"["2025-11-29","2026-11-02","120261129","2026","A 2026"]"#).is_empty());
    }

    #[test]
    fn a_clock_that_shows_minutes_hours_or_days_is_a_time() {
        let hour = NOW / 3600 * 3600;
        let json = format!(
            r#"{{"a":{hour},"b":{hour}000,"c":{},"d":{},"e":{},"f":"{hour}"}}"#,
            NOW / 60 * 60,
            NOW / 86_400 * 86_400,
            NOW / 86_400
        );
        assert_eq!(times(&json), ["/a", "/b", "/c", "/d", "/e", "/f"]);
    }

    #[test]
    fn a_number_near_the_clock_is_a_time_only_if_its_name_says_so() {
        let json = format!(
            r#"{{"count":{n},"startedAt":{n},"created_at":{n}.25,"bootMillis":{n}123,"format":{n},"uptime":0,"X-Uptime-Days":3}}"#,
            n = NOW - 1
        );
        assert_eq!(times(&json), ["/X-Uptime-Days", "/bootMillis", "/created_at", "/startedAt", "/uptime"]);
        assert!(times(r#"{"createdAt":1000000000,"n":1234567890}"#).is_empty());
    }
}
