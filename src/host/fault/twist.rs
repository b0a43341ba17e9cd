//! Values that are wrong and have the right type.

use crate::contract::rule::IdForm;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Another value of the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Twist {
    CutLast,
    Cut(usize),
    Lower,
    Upper,
    Trimmed,
    Escaped,
    Ascii,
    Latin,
    Other,
    Sample,
    Rounded,
    Wrapped,
    Unsigned,
    ZeroForNull,
    Shifted(i64),
    Times(i64),
    Per(i64),
    /// An id that holds a time, so many seconds later.
    Aged(IdForm, i64),
    /// An id that is a number.
    Numbered,
    /// Another value in every answer, or from the n-th answer on.
    Varies(u64),
    /// The value of the first answer, always.
    First,
    /// Every so many answers, the value of the one before.
    Before(u64),
}

/// What is remembered from answer to answer.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) count: u64,
    first: Option<Value>,
    last: Option<Value>,
}

/// The value that comes in place of a right one; none where that stays.
pub(super) fn twisted(value: &Value, twist: Twist, memory: &mut Memory) -> Option<Value> {
    match twist {
        Twist::Varies(from) => return (memory.count > from).then(|| other(value, memory.count)),
        Twist::First => return Some(memory.first.get_or_insert_with(|| value.clone()).clone()),
        Twist::Before(every) => {
            let before = memory.last.replace(value.clone());
            return before.filter(|_| memory.count.is_multiple_of(every));
        }
        Twist::Other => return Some(other(value, 1)),
        Twist::Sample => {
            return Some(match value {
                Value::String(_) => json!("probity"),
                Value::Number(_) => json!(1),
                other => other.clone(),
            });
        }
        Twist::ZeroForNull => return value.is_null().then(|| json!(0)),
        Twist::Shifted(seconds) => return shifted(value, seconds),
        Twist::Aged(form, seconds) => {
            let at = form.read(value.as_str()?)? + i128::from(seconds) * 1_000_000_000;
            return Some(json!(form.write(at, memory.count)));
        }
        Twist::Numbered => return value.is_string().then(|| json!(format!("id-{}", memory.count))),
        _ => {}
    }
    match value {
        Value::String(text) => text_twisted(text, twist).map(Value::String),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let whole = value.as_i64();
            match twist {
                #[expect(clippy::cast_possible_truncation, reason = "that is the fault")]
                Twist::Wrapped => whole.map(|number| json!(number as i32)),
                Twist::Unsigned => whole.map(|number| json!(number.unsigned_abs())),
                Twist::Times(by) => {
                    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds will do")]
                    let times = whole
                        .map_or((number * f64::from(i32::try_from(by).unwrap_or(1))) as i64, |number| {
                            number.saturating_mul(by)
                        });
                    Some(json!(times))
                }
                Twist::Per(by) => whole.map(|number| json!(number / by)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn text_twisted(text: &str, twist: Twist) -> Option<String> {
    Some(match twist {
        Twist::CutLast => {
            let (last, _) = text.char_indices().last()?;
            text[..last].to_owned()
        }
        Twist::Cut(most) => text.chars().take(most).collect(),
        Twist::Lower => text.to_lowercase(),
        Twist::Upper => text.to_uppercase(),
        Twist::Trimmed => text.trim().to_owned(),
        Twist::Escaped => {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        }
        Twist::Ascii => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
        Twist::Latin => text.bytes().map(char::from).collect(),
        _ => return None,
    })
}

/// Another value of the same type; a time stays one.
fn other(value: &Value, by: u64) -> Value {
    let by = i64::try_from(by).unwrap_or(1);
    match value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => json!(number.saturating_add(by)),
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            None => json!(number.as_f64().unwrap_or_default() + by as f64),
        },
        Value::String(text) if text.parse::<Timestamp>().is_ok() => shifted(value, by).unwrap_or_default(),
        Value::String(text) => {
            // As long as before and of the same letters, so that nothing but its being another tells.
            let last = text.chars().last();
            let step = u32::try_from(by.rem_euclid(9)).unwrap_or(0) + 1;
            match last.and_then(|last| last.to_digit(10)) {
                Some(digit) => format!("{}{}", &text[..text.len() - 1], (digit + step) % 10).into(),
                None => format!("{text}{by}").into(),
            }
        }
        Value::Array(items) if items.is_empty() => json!(["probity"]),
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
        Value::Null => Value::Null,
    }
}

/// A time in any notation, so many seconds later.
fn shifted(value: &Value, seconds: i64) -> Option<Value> {
    match value {
        Value::Number(number) => {
            let at = number.as_f64()?;
            let by = if at.abs() > 1e11 { seconds * 1000 } else { seconds };
            #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
            let moved = number.as_i64().map_or_else(|| json!(at + by as f64), |whole| json!(whole + by));
            Some(moved)
        }
        Value::String(text) => {
            let at: Timestamp = text.parse().ok()?;
            let moved = at.checked_add(SignedDuration::from_secs(seconds)).ok()?;
            Some(json!(moved.to_string()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shifted_in_its_own_notation() {
        let hour = |value: Value| shifted(&value, 3600).unwrap();
        assert_eq!(hour(json!(1_763_644_650_336_i64)), json!(1_763_648_250_336_i64));
        assert_eq!(hour(json!(1_763_644_650.5)), json!(1_763_648_250.5));
        assert_eq!(hour(json!("2025-11-20T13:17:30Z")), json!("2025-11-20T14:17:30Z"));
        assert_eq!(shifted(&json!("soon"), 1), None);
    }
}
