//! An exchange as text: request and answer, bodies laid out for reading.

use super::super::model::{Body, Came, Content, Outcome, Request};
use super::lines;
use super::usual::{self, Usual};
use crate::exchange::Headers;
use crate::json;
use crate::page;
use maud::{Markup, html};
use serde::de::IgnoredAny;
use std::ops::Range;

/// JSON that is deeper stays as it came: its indents would be longer than itself.
const DEEP: usize = 16;

/// Shorter JSON stays on its line.
const SHORT: usize = 72;

/// A request.
pub(super) fn request(request: &Request, most: usize) -> String {
    let mut text = format!("{} {}", request.method, request.url);
    append(&mut text, &request.headers, (request.body.as_ref(), None), most);
    lines(&text)
}

/// What came of it, with the value at a JSON Pointer marked.
pub(super) fn outcome(outcome: &Outcome, value: Option<&str>, most: usize) -> Markup {
    let mut text = begin(outcome);
    let observed = &outcome.observed;
    let marked = append(&mut text, &observed.headers, (observed.body.as_ref(), value), most);
    let part = |range: Range<usize>| page::text(&lines(text.get(range).unwrap_or_default()));
    let Some(Range { start, end }) = marked else { return part(0..text.len()) };
    html! { (part(0..start)) mark { (part(start..end)) } (part(end..text.len())) }
}

/// A request without the target and what is usual.
pub(super) fn short_request(request: &Request, target: &str, usual: &Usual<'_>, most: usize) -> String {
    let url = request.url.strip_prefix(target.trim_end_matches('/')).filter(|rest| rest.starts_with('/'));
    let mut text = format!("{} {}", request.method, url.unwrap_or(&request.url));
    unusual(&mut text, &request.headers, &usual.request);
    append(&mut text, &Headers::default(), (request.body.as_ref(), None), most);
    lines(&text)
}

/// What came of it, without what is usual.
pub(super) fn short_outcome(outcome: &Outcome, usual: &Usual<'_>, most: usize) -> String {
    let mut text = begin(outcome);
    unusual(&mut text, &outcome.observed.headers, &usual.answer);
    append(&mut text, &Headers::default(), (outcome.observed.body.as_ref(), None), most);
    lines(&text)
}

fn begin(outcome: &Outcome) -> String {
    let mut text = match &outcome.came {
        Came::Status(status) => status.to_string(),
        Came::Failure(kind) => format!("no whole answer: {kind}"),
    };
    if let Some(detail) = &outcome.observed.detail {
        text.push('\n');
        text.push_str(detail);
    }
    text
}

fn unusual(text: &mut String, headers: &Headers, usual: &[(&str, &str)]) {
    let (own, lacking) = usual::own(headers, usual);
    for (name, value) in own {
        text.push_str(&format!("\n{name}: {value}"));
    }
    for name in lacking {
        text.push_str(&format!("\n(no {name})"));
    }
}

/// A status with the codes that came, or why there is none.
pub(super) fn came(outcome: &Outcome) -> String {
    let mut text = match &outcome.came {
        Came::Status(status) => status.to_string(),
        Came::Failure(kind) => kind.clone(),
    };
    if !outcome.codes.is_empty() {
        text.push_str(" · ");
        text.push_str(&outcome.codes.join(", "));
    }
    text
}

/// Appends headers and body, and tells where the value at a pointer into the body stands.
fn append(
    text: &mut String,
    headers: &Headers,
    (body, value): (Option<&Body>, Option<&str>),
    most: usize,
) -> Option<Range<usize>> {
    for (name, value) in headers.iter() {
        text.push_str(&format!("\n{name}: {value}"));
    }
    let body = body.filter(|body| body.bytes > 0)?;
    text.push_str("\n\n");
    let mut cut = body.cut;
    let mut marked = None;
    match &body.content {
        Content::Text(whole) => {
            let shown = start(whole, most);
            cut |= shown.len() < whole.len();
            let place = value.and_then(|pointer| place(shown, pointer));
            let begin = text.len();
            let (laid, place) = pretty(shown, place.as_ref()).unwrap_or_else(|| (shown.to_owned(), place));
            text.push_str(&laid);
            marked = place.map(|place| begin + place.start..begin + place.end);
        }
        Content::Base64(whole) => {
            let shown = start(whole, most);
            cut |= shown.len() < whole.len();
            text.push_str("no UTF-8; in Base64:\n");
            text.push_str(shown);
        }
    }
    if cut {
        text.push_str(&format!("\n… cut here, {} bytes in all", body.bytes));
    }
    marked
}

/// Where the value at a JSON Pointer stands in JSON; the whole text is not worth a mark.
fn place(text: &str, pointer: &str) -> Option<Range<usize>> {
    if pointer.is_empty() {
        return None;
    }
    let json = json::read(text.as_bytes()).ok()?;
    json.at(pointer).map(|node| node.start..node.end)
}

fn start(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// JSON with line breaks; nothing but white space is changed, so what is odd about it stays. It tells
/// where a part stands then.
fn pretty(text: &str, part: Option<&Range<usize>>) -> Option<(String, Option<Range<usize>>)> {
    if text.len() <= SHORT || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut quoted = false;
    let mut escaped = false;
    let (mut begin, mut end) = (None, None);
    let mut characters = text.char_indices().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    while let Some((index, character)) = characters.next() {
        if let Some(part) = part {
            begin = begin.or((index >= part.start).then_some(out.len()));
            end = end.or((index >= part.end).then_some(out.len()));
        }
        if quoted {
            out.push(character);
            quoted = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            '"' => {
                quoted = true;
                out.push('"');
            }
            '{' | '[' => {
                out.push(character);
                while characters.next_if(|(_, next)| next.is_ascii_whitespace()).is_some() {}
                match characters.next_if(|(_, next)| matches!(next, '}' | ']')) {
                    Some((_, close)) => out.push(close),
                    None if depth == DEEP => return None,
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth -= 1;
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            space if space.is_ascii_whitespace() => {}
            other => out.push(other),
        }
    }
    let marked = begin.map(|begin| begin..end.unwrap_or(out.len()));
    Some((out, marked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_keeps_what_is_odd_about_it() {
        let long = "x".repeat(80);
        let text = format!(r#"{{"a":[],"a": 1.0E400,"b":[1,{{}}],"c":"{{\"\\,:{long}"}}"#);
        let laid = format!(
            "{{\n  \"a\": [],\n  \"a\": 1.0E400,\n  \"b\": [\n    1,\n    {{}}\n  ],\n  \"c\": \"{{\\\"\\\\,:{long}\"\n}}"
        );
        assert_eq!(pretty(&text, None), Some((laid, None)));
    }

    #[test]
    fn the_wrong_value_is_marked_wherever_it_is_laid_out() {
        let long = "x".repeat(80);
        for (text, pointer, marked) in [
            (r#"{"a": {"b": "<2>"}}"#.to_owned(), "/a/b", "\"<2>\""),
            (format!(r#"{{"c":[1, 2 ,{{}}],"a":"{long}"}}"#), "/c/1", "2"),
            (format!(r#"{{"c":[1, 2 ,{{}}],"a":"{long}"}}"#), "/c/2", "{}"),
            (format!(r#"{{"a":"{long}","c":[1]}}"#), "/c", "[\n    1\n  ]"),
        ] {
            let place = place(&text, pointer);
            let (laid, place) = pretty(&text, place.as_ref()).unwrap_or((text, place));
            assert_eq!(&laid[place.unwrap()], marked);
        }
        assert!(place("{\"a\": 1}", "/b").is_none() && place("no JSON", "/a").is_none());
    }

    #[test]
    fn what_is_short_or_no_json_stays_as_it_came() {
        assert_eq!(pretty(r#"{"a":1}"#, None), None);
        assert_eq!(pretty(&format!("{{\"a\": {}", "1".repeat(90)), None), None);
        assert_eq!(pretty(&format!("{}1{}", "[".repeat(100), "]".repeat(100)), None), None);
    }

    #[test]
    fn a_body_that_is_cut_says_so() {
        let body = Body { content: Content::Text("äöü".into()), bytes: 6, cut: false };
        let request = Request {
            method: "POST".into(),
            url: "/a".into(),
            headers: Headers::default(),
            body: Some(body),
        };
        assert_eq!(super::request(&request, 3), "POST /a\n\nä\n… cut here, 6 bytes in all");
    }
}
