//! Values that are new in every answer: ids, and times that are now.

use crate::generate::pattern;
use crate::generate::random::Random;
use crate::schema::folded::Folded;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How the n-th id is written.
#[derive(Clone, Debug)]
pub(super) enum Series {
    /// Integers that count up from here.
    Integer(i64),
    /// Text that ends in the number, in so many digits at least.
    Text { prefix: String, width: usize, digits: Digits },
    /// Text that matches a pattern.
    Pattern(String),
}

/// The digits of a number in text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Digits {
    Decimal,
    Lower,
    Upper,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    Seconds,
    WholeSeconds,
    Milliseconds,
    DateTime,
    DateTimeMilliseconds,
    DateTimeOffset,
    Date,
}

impl Series {
    /// The ways in which ids like this value can be written, the likest first.
    pub(super) fn like(sample: &Value, flat: &Folded) -> Vec<Series> {
        if sample.is_number() {
            return vec![
                Series::Integer(sample.as_i64().filter(|first| *first < 1 << 52).unwrap_or(0)),
                Series::Integer(0),
            ];
        }
        let mut found: Vec<Series> = sample.as_str().and_then(Series::shaped).into_iter().collect();
        let text =
            |prefix: &str, width| Series::Text { prefix: prefix.into(), width, digits: Digits::Decimal };
        found.extend([text("id-", 1), text("id-", 12), text("", 1), text("", 12)]);
        if let Some(least) =
            flat.length.0.and_then(|least| usize::try_from(least).ok()).filter(|least| *least < 10_000)
        {
            found.push(text("", least));
        }
        found.extend(flat.patterns.first().map(|pattern| Series::Pattern(pattern.clone())));
        found
    }

    /// The first of some whose every id is another one and good.
    pub(super) fn first_of_all(all: Vec<Series>, good: impl Fn(&Value) -> bool) -> Option<Series> {
        // Where there is room for few, few are better than none.
        let (many, few): (&[u64], &[u64]) = (&[1, 2, 99, 4_321, 123_456], &[1, 2, 99]);
        let is_good = |series: &Series, numbers: &[u64]| {
            let ids: Vec<Value> = numbers.iter().map(|n| series.at(*n)).collect();
            let differs = |(index, id): (usize, &Value)| !ids[..index].contains(id);
            ids.iter().enumerate().all(differs) && ids.iter().all(&good)
        };
        let found = [many, few].iter().find_map(|numbers| all.iter().position(|one| is_good(one, numbers)));
        found.and_then(|index| all.into_iter().nth(index))
    }

    /// Text whose end is a run of digits keeps all before it.
    fn shaped(sample: &str) -> Option<Series> {
        let run =
            |is_digit: fn(char) -> bool| sample.chars().rev().take_while(|c| is_digit(*c)).take(12).count();
        let decimal = run(|c| c.is_ascii_digit());
        let lower = run(|c| matches!(c, '0'..='9' | 'a'..='f'));
        let upper = run(|c| matches!(c, '0'..='9' | 'A'..='F'));
        let (width, digits) =
            if sample.chars().all(|c| c.is_ascii_digit()) || (decimal >= lower && decimal >= upper) {
                (decimal, Digits::Decimal)
            } else if upper > lower {
                (upper, Digits::Upper)
            } else {
                (lower, Digits::Lower)
            };
        let prefix = sample.get(..sample.len() - width)?.to_owned();
        (width >= 6).then_some(Series::Text { prefix, width, digits })
    }

    /// The n-th id.
    pub(super) fn at(&self, n: u64) -> Value {
        match self {
            Series::Integer(first) => json!(first.saturating_add(i64::try_from(n).unwrap_or(i64::MAX))),
            Series::Text { prefix, width, digits } => Value::String(match digits {
                Digits::Decimal => format!("{prefix}{n:0width$}"),
                Digits::Lower => format!("{prefix}{n:0width$x}"),
                Digits::Upper => format!("{prefix}{n:0width$X}"),
            }),
            Series::Pattern(pattern) => {
                let mut random = Random::named(n, pattern);
                pattern::matching(pattern, &mut random).map_or(Value::Null, Value::String)
            }
        }
    }
}

impl Clock {
    /// The ways in which a time like this value can be written, the likest first.
    pub(super) fn like(sample: &Value) -> &'static [Clock] {
        match sample {
            Value::Number(number) if number.as_f64().is_some_and(|at| at.abs() > 1e11) => {
                &[Clock::Milliseconds, Clock::Seconds, Clock::WholeSeconds]
            }
            Value::Number(_) => &[Clock::Seconds, Clock::WholeSeconds, Clock::Milliseconds],
            _ => &[Clock::DateTime, Clock::DateTimeMilliseconds, Clock::DateTimeOffset],
        }
    }

    /// A time, cut off to what the notation holds.
    pub(super) fn write(self, now: Timestamp) -> Value {
        let whole = || Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
        match self {
            Clock::Seconds => {
                // Odd, so that there is a fraction and no double lies beside a whole millisecond.
                let micros = now.as_microsecond() | 1;
                #[expect(clippy::cast_precision_loss, reason = "below 2^53 until the year 2255")]
                let seconds = micros as f64 / 1e6;
                json!(seconds)
            }
            Clock::WholeSeconds => json!(now.as_second()),
            Clock::Milliseconds => json!(now.as_millisecond()),
            Clock::DateTime => Value::String(whole()),
            Clock::DateTimeMilliseconds => {
                let millis = now.as_millisecond().rem_euclid(1000);
                Value::String(format!("{}.{millis:03}Z", whole().trim_end_matches('Z')))
            }
            Clock::DateTimeOffset => Value::String(format!("{}+00:00", whole().trim_end_matches('Z'))),
            Clock::Date => Value::String(whole().chars().take(10).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_looks_like_its_example() {
        let like = |sample: &str| Series::like(&json!(sample), &Folded::default())[0].at(300);
        assert_eq!(like("6581281e8f68666070de15c5"), "6581281e8f6800000000012c");
        assert_eq!(like("6F9619FF-8B86-4011-B42D-00CF4FC964FF"), "6F9619FF-8B86-4011-B42D-00000000012C");
        assert_eq!(like("ORD-000017"), "ORD-000300");
        assert_eq!(like("probity"), "id-300");
        assert_eq!(Series::like(&json!(13272), &Folded::default())[0].at(1), 13273);
    }

    #[test]
    fn one_instant_agrees_in_every_notation() {
        let now: Timestamp = "2025-11-20T13:17:30.336999999Z".parse().unwrap();
        assert_eq!(Clock::Seconds.write(now), 1_763_644_650.336_999);
        assert_eq!(Clock::Milliseconds.write(now), 1_763_644_650_336_i64);
        assert_eq!(Clock::WholeSeconds.write(now), 1_763_644_650);
        assert_eq!(Clock::DateTime.write(now), "2025-11-20T13:17:30Z");
        assert_eq!(Clock::DateTimeMilliseconds.write(now), "2025-11-20T13:17:30.336Z");
        assert_eq!(Clock::DateTimeOffset.write(now), "2025-11-20T13:17:30+00:00");
        assert_eq!(Clock::Date.write(now), "2025-11-20");
    }
}
