//! What an answer looks like, without what differs from request to request: two failures of one
//! shape are one fact.

use super::{Answer, Sent};
use crate::contract::model::essence;
use crate::json;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeSet;

/// The shape of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The media type, or the members of a JSON object.
    pub(crate) form: String,
    /// The words and short numbers, without what was sent, times and longer numbers.
    pub(crate) words: String,
}

/// So much of a body is looked at.
const LOOKED_AT: usize = 4 << 10;

/// So much of its words is kept.
const KEPT: usize = 400;

/// Shorter values may stand in any text by chance.
const SHORTEST: usize = 3;

impl Shape {
    /// The shape of an answer to what was sent.
    pub(crate) fn of(answer: &Answer, sent: &Sent) -> Shape {
        let read = json::read(&answer.body).map(|text| text.to_value());
        let form = match (&read, answer.header("content-type")) {
            (Ok(Value::Object(members)), _) => {
                let names: BTreeSet<&str> = members.keys().map(String::as_str).collect();
                format!("{{{}}}", names.into_iter().collect::<Vec<_>>().join(", "))
            }
            (_, Some(kind)) => essence(kind),
            (_, None) => String::new(),
        };
        let mut text = String::new();
        match &read {
            Ok(value) => texts(value, &mut text),
            Err(_) => text.push_str(&String::from_utf8_lossy(start(&answer.body))),
        }
        Shape { form, words: words(&text.to_lowercase(), &values(sent)) }
    }
}

fn start(body: &[u8]) -> &[u8] {
    &body[..body.len().min(LOOKED_AT)]
}

/// The text in a value, in order.
fn texts(value: &Value, found: &mut String) {
    if found.len() > LOOKED_AT {
        return;
    }
    match value {
        Value::String(text) => {
            found.push_str(text);
            found.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        Value::Number(number) => {
            found.push_str(&number.to_string());
            found.push(' ');
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// What a request holds, in small letters, the longest first.
fn values(sent: &Sent) -> Vec<String> {
    let mut all = BTreeSet::new();
    let body = sent.body().and_then(|body| json::read(&body).ok());
    if let Some(body) = body {
        leaves(&body.to_value(), &mut all);
    }
    let url = &sent.head.url;
    let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|from| &url[at + 3 + from..]));
    if let Some(path) = path {
        let parts = path.split(['/', '?', '&', '=']).chain([path, path.split('?').next().unwrap_or(path)]);
        all.extend(parts.map(|part| percent_decode_str(part).decode_utf8_lossy().to_lowercase()));
    }
    let mut all: Vec<String> = all.into_iter().filter(|value| value.chars().count() >= SHORTEST).collect();
    all.sort_by_key(|value| std::cmp::Reverse(value.len()));
    all
}

fn leaves(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.to_lowercase());
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn words(text: &str, sent: &[String]) -> String {
    let mut text = text.to_owned();
    for value in sent.iter().filter(|value| value.len() <= LOOKED_AT) {
        if text.contains(value.as_str()) {
            text = text.replace(value.as_str(), " ");
        }
    }
    let mut kept = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| tells(word)) {
        if kept.len() + word.len() > KEPT {
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Whether a word may tell one failure from another: it has no digits, or is a short code.
fn tells(word: &str) -> bool {
    const CODE: std::ops::RangeInclusive<usize> = 4..=8;
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - letters.len();
    if letters.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let is_year = letters.is_empty() && digits == 4 && (word.starts_with("19") || word.starts_with("20"));
    !word.is_empty() && !is_year && (digits == 0 || CODE.contains(&word.len()))
}

/// The words without any that has digits: these may differ with the time, or from answer to answer.
pub(crate) fn without_numbers(words: &str) -> String {
    let plain = words.split(' ').filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    plain.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Head, Headers};
    use bytes::Bytes;

    fn shape(url: &str, sent: &str, kind: &'static str, body: &str) -> Shape {
        let head =
            Head { method: "POST".into(), url: format!("http://h:1{url}"), headers: Headers::default() };
        let sent = Sent { head: head.into(), body: Some(Bytes::copy_from_slice(sent.as_bytes()).into()) };
        let headers = [("content-type", kind)].into();
        Shape::of(&Answer { status: 500, headers, body: Bytes::copy_from_slice(body.as_bytes()) }, &sent)
    }

    const JSON: &str = "application/json";

    #[test]
    fn what_differs_with_the_request_and_the_clock_is_no_part_of_a_shape() {
        let of = |id: &str, name: &str, at: u32| {
            let body = serde_json::json!({
                "timestamp": format!("2026-11-29T10:00:{at}Z"),
                "path": format!("/notes/{id}"),
                "error": format!("cannot store {name}: no column for it at 0x7f{at}"),
            });
            shape(&format!("/notes/{id}?a=b"), &format!("{{\"name\": {name:?}}}"), JSON, &body.to_string())
        };
        assert_eq!(of("probity", "Plain", 17), of("6", "a longer name", 21));
        assert_eq!(of("1", "abc", 10).form, "{error, path, timestamp}");
        assert_eq!(of("1", "abc", 10).words, "cannot store no column for it at");
    }

    #[test]
    fn another_message_or_another_form_is_another_shape() {
        let base = shape("/a", "{}", JSON, "{\"error\": \"out of memory\"}");
        for (kind, body) in [
            (JSON, "{\"error\": \"no connection to the database\"}"),
            (JSON, "{\"message\": \"out of memory\"}"),
            ("text/html", "<h1>out of memory</h1>"),
            ("text/plain", ""),
            (JSON, "{\"error\": \"out of memory E1001\"}"),
            (JSON, "{\"error\": \"нет памяти\"}"),
            (JSON, "{\"error\": \"out of memory\", \"code\": 1438}"),
        ] {
            assert_ne!(shape("/a", "{}", kind, body), base, "{body}");
        }
        assert_eq!(shape("/b", "{\"x\": 1}", JSON, "{\"error\": \"Out of memory\"}"), base);
    }
}
