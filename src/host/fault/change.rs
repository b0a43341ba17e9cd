//! What a fault does to an answer that was right.

use crate::contract::expression::select;
use crate::contract::rule::IdForm;
use crate::host::answer::{Answer, Lost};
use crate::host::place::Place;
use crate::json::pointer;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

use super::input::Input;

/// A change to an answer.
#[derive(Clone, Debug)]
pub(in crate::host) enum Change {
    /// The property at a pointer with `*`.
    Property(String, Edit),
    /// The value at a pointer with `*` is another one.
    Value(String, Twist),
    /// The status.
    Status(u16),
    /// A business error code at a pointer with `*`.
    Code { at: String, code: String, other: Recoded },
    /// A business error code in a header.
    CodeHeader { name: HeaderName, code: String, other: Option<String> },
    /// The media type.
    Media(Option<&'static str>),
    /// A header is left out.
    NoHeader(HeaderName),
    /// The body as bytes.
    Bytes(Spoilt),
    /// The inside of the host shows.
    Leak,
    /// An input of this kind ends in a 500.
    Crash(Input),
    /// It comes so much later.
    Late(Duration),
    /// It does not come as a whole.
    Lost(Lost),
}

/// A change to a property.
#[derive(Clone, Debug)]
pub(in crate::host) enum Edit {
    Drop,
    Null,
    Retype,
    Rename(String),
}

/// What becomes of a business error code.
#[derive(Clone, Debug)]
pub(in crate::host) enum Recoded {
    As(String),
    Missing,
    Retyped,
}

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

/// A body that is not what it says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Spoilt {
    Truncated,
    Empty,
    EmptyObject,
    Text,
    Page,
    Duplicate,
    Garbage,
    NotANumber,
    TrailingComma,
    ByteOrderMark,
}

const TRACE: &str = "java.lang.IllegalStateException: no session\n\tat com.example.api.Store.create(Store.java:42)\n\tat com.example.api.Api.handle(Api.java:17)";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

/// What is remembered from answer to answer.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) count: u64,
    first: Option<Value>,
    last: Option<Value>,
}

/// Applies a change; the answer is as it was where there is nothing to change.
pub(super) fn apply(change: &Change, answer: &mut Answer, memory: &mut Memory) {
    match change {
        Change::Property(at, edit) => each(answer, at, |answer, at| property(answer, at, edit)),
        Change::Value(at, twist) => each(answer, at, |answer, at| value(answer, at, *twist, memory)),
        Change::Status(status) => answer.status = StatusCode::from_u16(*status).unwrap_or_default(),
        Change::Code { at, code, other } => each(answer, at, |answer, at| recode(answer, at, code, other)),
        Change::CodeHeader { name, code, other } => {
            for (_, value) in
                answer.headers.iter_mut().filter(|(known, value)| known == name && value == code)
            {
                if let Some(other) = other.as_ref().and_then(|other| HeaderValue::from_str(other).ok()) {
                    *value = other;
                }
            }
            if other.is_none() {
                answer.headers.retain(|(known, value)| known != name || value != code);
            }
        }
        Change::Media(media) => {
            if answer.media.is_some() {
                answer.raw = Some(answer.bytes());
                answer.media = media.map(HeaderValue::from_static);
            }
        }
        Change::NoHeader(name) => answer.headers.retain(|(known, _)| known != name),
        Change::Bytes(spoilt) => {
            if answer.body.is_some() {
                answer.raw = Some(spoil(answer, *spoilt));
            }
        }
        Change::Leak => leak(answer),
        Change::Crash(_) => *answer = Answer::bare(StatusCode::INTERNAL_SERVER_ERROR),
        Change::Late(late) => answer.late = Some(*late),
        Change::Lost(lost) => answer.lost = Some(*lost),
    }
}

fn each(answer: &mut Answer, selector: &str, mut change: impl FnMut(&mut Answer, &str)) {
    let Some(body) = &answer.body else { return };
    let places: Vec<String> = select(body, selector).into_iter().map(|(at, _)| at).collect();
    for at in places {
        change(answer, &at);
    }
}

/// Forgets the digits of numbers at and below a place.
fn forget(answer: &mut Answer, at: &str) {
    answer.exact.retain(|(known, _)| {
        known.strip_prefix(at).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
}

fn property(answer: &mut Answer, at: &str, edit: &Edit) {
    let place = Place::new(at);
    let Some(body) = &mut answer.body else { return };
    let Some(value) = place.get(body).cloned() else { return };
    match edit {
        Edit::Drop => place.remove(body),
        Edit::Null => place.set(body, Value::Null),
        Edit::Retype => place.set(body, retyped(&value)),
        Edit::Rename(name) => {
            let parent = pointer::parent_and_last(at).map_or("", |(parent, _)| parent);
            place.remove(body);
            Place::new(&pointer::child(parent, name)).set(body, value);
        }
    }
    forget(answer, at);
}

/// The nearest value of another type.
fn retyped(value: &Value) -> Value {
    match value {
        Value::Null => json!(0),
        Value::Bool(flag) => json!(flag.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(_) => json!(7),
        Value::Array(items) => json!({"items": items}),
        Value::Object(_) => json!([value]),
    }
}

fn recode(answer: &mut Answer, at: &str, code: &str, other: &Recoded) {
    let place = Place::new(at);
    let Some(body) = &mut answer.body else { return };
    let Some(value) = place.get(body) else { return };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text != code {
        return;
    }
    let is_number = value.is_number();
    match other {
        Recoded::As(other) => {
            let number = other.parse::<i64>().ok().filter(|_| is_number);
            place.set(body, number.map_or_else(|| json!(other), |number| json!(number)));
        }
        Recoded::Missing => place.remove(body),
        Recoded::Retyped => {
            let changed =
                if is_number { json!(text) } else { text.parse::<i64>().map_or(json!([text]), |n| json!(n)) };
            place.set(body, changed);
        }
    }
}

fn value(answer: &mut Answer, at: &str, twist: Twist, memory: &mut Memory) {
    let place = Place::new(at);
    let Some(value) = answer.body.as_ref().and_then(|body| place.get(body)).cloned() else { return };
    let twisted = twisted(&value, twist, memory);
    if twist == Twist::Rounded {
        forget(answer, at);
        return;
    }
    if let Some(twisted) = twisted.filter(|twisted| *twisted != value) {
        forget(answer, at);
        if let Some(body) = &mut answer.body {
            place.set(body, twisted);
        }
    }
}

fn twisted(value: &Value, twist: Twist, memory: &mut Memory) -> Option<Value> {
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
pub(super) fn shifted(value: &Value, seconds: i64) -> Option<Value> {
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

fn spoil(answer: &Answer, spoilt: Spoilt) -> Bytes {
    let text = String::from_utf8_lossy(&answer.bytes()).into_owned();
    let inner = |more: &str| match text.strip_suffix('}') {
        Some(open) => format!("{open}{more}}}"),
        None => format!("[{text}{more}]"),
    };
    match spoilt {
        Spoilt::Truncated => {
            let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text[..half].to_owned()
        }
        Spoilt::Empty => String::new(),
        Spoilt::EmptyObject => "{}".into(),
        Spoilt::Text => "OK".into(),
        Spoilt::Page => PAGE.into(),
        Spoilt::Duplicate => match answer.body.as_ref().and_then(|body| body.as_object()?.iter().next()) {
            Some((key, value)) => inner(&format!(",{}:{value}", json!(key))),
            None => inner(""),
        },
        Spoilt::Garbage => format!("{text} x"),
        Spoilt::NotANumber => inner(",\"ratio\":NaN").replace("{,", "{"),
        Spoilt::TrailingComma => inner(","),
        Spoilt::ByteOrderMark => format!("\u{feff}{text}"),
    }
    .into()
}

/// Into the first text of the body, or beside what is there.
fn leak(answer: &mut Answer) {
    let Some(body) = &mut answer.body else { return };
    if let Some(text) = first_text(body) {
        TRACE.clone_into(text);
    } else if let Value::Object(members) = body {
        members.insert("trace".into(), json!(TRACE));
    }
}

fn first_text(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.iter_mut().find_map(first_text),
        Value::Object(members) => members.values_mut().find_map(first_text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(body: Value, change: &Change) -> Answer {
        let mut answer = Answer::json(StatusCode::OK, body);
        apply(change, &mut answer, &mut Memory { count: 1, ..Memory::default() });
        answer
    }

    #[test]
    fn a_property_of_every_item_is_changed_and_nothing_else() {
        let body = json!({"items": [{"a": 1, "b": 2}, {"a": 3}], "a": 5});
        let at = "/items/*/a".to_owned();
        let after = |edit| changed(body.clone(), &Change::Property(at.clone(), edit)).body.unwrap();
        assert_eq!(after(Edit::Drop), json!({"items": [{"b": 2}, {}], "a": 5}));
        assert_eq!(after(Edit::Null), json!({"items": [{"a": null, "b": 2}, {"a": null}], "a": 5}));
        assert_eq!(after(Edit::Retype), json!({"items": [{"a": "1", "b": 2}, {"a": "3"}], "a": 5}));
        assert_eq!(after(Edit::Rename("c".into())), json!({"items": [{"b": 2, "c": 1}, {"c": 3}], "a": 5}));
    }

    #[test]
    fn only_the_code_that_is_meant_is_another() {
        let body = json!({"errors": [{"code": 7}, {"code": 8}]});
        let at = "/errors/*/code".to_owned();
        let after = |other| {
            changed(body.clone(), &Change::Code { at: at.clone(), code: "7".into(), other }).body.unwrap()
        };
        assert_eq!(after(Recoded::As("9".into())), json!({"errors": [{"code": 9}, {"code": 8}]}));
        assert_eq!(after(Recoded::Retyped), json!({"errors": [{"code": "7"}, {"code": 8}]}));
        assert_eq!(after(Recoded::Missing), json!({"errors": [{}, {"code": 8}]}));
    }

    #[test]
    fn a_time_is_shifted_in_its_own_notation() {
        let hour = |value: Value| shifted(&value, 3600).unwrap();
        assert_eq!(hour(json!(1_763_644_650_336_i64)), json!(1_763_648_250_336_i64));
        assert_eq!(hour(json!(1_763_644_650.5)), json!(1_763_648_250.5));
        assert_eq!(hour(json!("2025-11-20T13:17:30Z")), json!("2025-11-20T14:17:30Z"));
        assert_eq!(shifted(&json!("soon"), 1), None);
    }

    #[test]
    fn a_body_is_spoilt_in_one_way() {
        let text = |spoilt| {
            let answer = changed(json!({"a": 1}), &Change::Bytes(spoilt));
            String::from_utf8(answer.bytes().to_vec()).unwrap()
        };
        assert_eq!(text(Spoilt::Truncated), r#"{"a"#);
        assert_eq!(text(Spoilt::Duplicate), r#"{"a":1,"a":1}"#);
        assert_eq!(text(Spoilt::NotANumber), r#"{"a":1,"ratio":NaN}"#);
        assert_eq!(text(Spoilt::ByteOrderMark), "\u{feff}{\"a\":1}");
    }
}
