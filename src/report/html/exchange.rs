//! An exchange as text: request and answer, bodies laid out for reading.

use super::super::model::{Body, Came, Content, Outcome, Request};
use super::lines;
use super::usual::{self, Usual};
use serde::de::IgnoredAny;

/// JSON that is deeper stays as it came: its indents would be longer than itself.
const DEEP: usize = 16;

/// Shorter JSON stays on its line.
const SHORT: usize = 72;

/// A request.
pub(super) fn request(request: &Request, most: usize) -> String {
    let mut text = format!("{} {}", request.method, request.url);
    append(&mut text, &request.headers, request.body.as_ref(), most);
    lines(&text)
}

/// What came of it.
pub(super) fn outcome(outcome: &Outcome, most: usize) -> String {
    let mut text = begin(outcome);
    append(&mut text, &outcome.observed.headers, outcome.observed.body.as_ref(), most);
    lines(&text)
}

/// A request without the target and what is usual.
pub(super) fn short_request(request: &Request, target: &str, usual: &Usual<'_>, most: usize) -> String {
    let url = request.url.strip_prefix(target.trim_end_matches('/')).filter(|rest| rest.starts_with('/'));
    let mut text = format!("{} {}", request.method, url.unwrap_or(&request.url));
    unusual(&mut text, &request.headers, &usual.request);
    append(&mut text, &[], request.body.as_ref(), most);
    lines(&text)
}

/// What came of it, without what is usual.
pub(super) fn short_outcome(outcome: &Outcome, usual: &Usual<'_>, most: usize) -> String {
    let mut text = begin(outcome);
    unusual(&mut text, &outcome.observed.headers, &usual.answer);
    append(&mut text, &[], outcome.observed.body.as_ref(), most);
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

fn unusual(text: &mut String, headers: &[(String, String)], usual: &[&(String, String)]) {
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

fn append(text: &mut String, headers: &[(String, String)], body: Option<&Body>, most: usize) {
    for (name, value) in headers {
        text.push_str(&format!("\n{name}: {value}"));
    }
    let Some(body) = body.filter(|body| body.bytes > 0) else { return };
    text.push_str("\n\n");
    let mut cut = body.cut;
    match &body.content {
        Content::Text(whole) => {
            let shown = start(whole, most);
            cut |= shown.len() < whole.len();
            text.push_str(&pretty(shown).unwrap_or_else(|| shown.to_owned()));
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
}

fn start(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// JSON with line breaks; nothing but white space is changed, so what is odd about it stays.
fn pretty(text: &str) -> Option<String> {
    if text.len() <= SHORT || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut quoted = false;
    let mut escaped = false;
    let mut characters = text.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    while let Some(character) = characters.next() {
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
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.push(end),
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
    Some(out)
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
        assert_eq!(pretty(&text), Some(laid));
    }

    #[test]
    fn what_is_short_or_no_json_stays_as_it_came() {
        assert_eq!(pretty(r#"{"a":1}"#), None);
        assert_eq!(pretty(&format!("{{\"a\": {}", "1".repeat(90))), None);
        assert_eq!(pretty(&format!("{}1{}", "[".repeat(100), "]".repeat(100))), None);
    }

    #[test]
    fn a_body_that_is_cut_says_so() {
        let body = Body { content: Content::Text("äöü".into()), bytes: 6, cut: false };
        let request = Request { method: "POST".into(), url: "/a".into(), headers: vec![], body: Some(body) };
        assert_eq!(super::request(&request, 3), "POST /a\n\nä\n… cut here, 6 bytes in all");
    }
}
