//! What a fault does to an answer that was right.

use crate::contract::expression::select;
use crate::host::answer::{Answer, Lost};
use crate::host::intake::Query;
use crate::host::pointer::Pointer;
use crate::json::pointer;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

use super::input::Input;
use super::parameter::Odd;
use super::spoilt::{Spoilt, spoil};
use super::twist::{Memory, Twist, twisted};

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
    /// Odd text in a parameter does.
    Stumble(Odd),
    /// It comes so much later.
    Late(Duration),
    /// It does not come as a whole.
    Lost(Lost),
    /// The items of a list, or of the first there is, where the request is asked in a way.
    Items { at: Option<String>, when: When, edit: Listing },
}

/// For which requests a list is another.
#[derive(Clone, Debug)]
pub(in crate::host) enum When {
    /// All.
    Always,
    /// Those with a query parameter.
    Given(String),
    /// Those without it.
    Absent(String),
    /// Those in which it is a number of two or more.
    Later(String),
}

/// What becomes of the items of a list.
#[derive(Clone, Debug)]
pub(in crate::host) enum Listing {
    /// There are more than the number that a query parameter has.
    MoreThan(String),
    Reversed,
    WithoutFirst,
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

const TRACE: &str = "java.lang.IllegalStateException: no session\n\tat com.example.api.Store.create(Store.java:42)\n\tat com.example.api.Api.handle(Api.java:17)";

/// Applies a change; the answer is as it was where there is nothing to change.
pub(super) fn apply(change: &Change, answer: &mut Answer, memory: &mut Memory, query: &Query) {
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
        Change::Crash(_) | Change::Stumble(_) => *answer = Answer::bare(StatusCode::INTERNAL_SERVER_ERROR),
        Change::Late(late) => answer.late = Some(*late),
        Change::Lost(lost) => answer.lost = Some(*lost),
        Change::Items { at, edit, .. } => items(answer, at.as_deref(), edit, query),
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
    let place = Pointer::new(at);
    let Some(body) = &mut answer.body else { return };
    let Some(value) = place.get(body).cloned() else { return };
    match edit {
        Edit::Drop => place.remove(body),
        Edit::Null => place.set(body, Value::Null),
        Edit::Retype => place.set(body, retyped(&value)),
        Edit::Rename(name) => {
            let parent = pointer::parent_and_last(at).map_or("", |(parent, _)| parent);
            place.remove(body);
            Pointer::new(&pointer::child(parent, name)).set(body, value);
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
    let place = Pointer::new(at);
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
    let place = Pointer::new(at);
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

impl When {
    /// Whether a request is one of them.
    pub(super) fn is(&self, query: &Query) -> bool {
        match self {
            When::Always => true,
            When::Given(name) => query.first(name).is_some(),
            When::Absent(name) => query.first(name).is_none(),
            When::Later(name) => query.first(name).is_some_and(|text| !matches!(text.as_str(), "0" | "1")),
        }
    }
}

fn items(answer: &mut Answer, at: Option<&str>, edit: &Listing, query: &Query) {
    const MOST: usize = 1_000;
    let Some(body) = &mut answer.body else { return };
    let list = match at {
        Some(at) => body.pointer_mut(at),
        None => first_list(body),
    };
    let Some(Value::Array(items)) = list else { return };
    match edit {
        Listing::MoreThan(name) => {
            let most =
                query.first(name).and_then(|text| text.parse::<usize>().ok()).filter(|most| *most < MOST);
            if let (Some(most), Some(last)) = (most, items.last().cloned()) {
                items.resize(items.len().max(most + 1), last);
            }
        }
        Listing::Reversed => items.reverse(),
        Listing::WithoutFirst => drop(items.drain(..items.len().min(1))),
    }
    answer.exact.clear();
}

fn first_list(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Array(_) => Some(value),
        Value::Object(members) => members.values_mut().find_map(first_list),
        _ => None,
    }
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
        apply(change, &mut answer, &mut Memory::default(), &Query::read(None));
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
}
