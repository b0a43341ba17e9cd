//! In which members two requests to one operation differ, fresh text aside.

use crate::exchange::{Pieces, Request};
use crate::json::{self, Kind, Node, pointer};
use crate::wire::body::Notation;
use crate::wire::{cookie, url};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// What a request says.
pub(super) struct Said {
    /// As one value: its body, and each parameter by itself.
    pub(super) value: Value,
    /// Pointers to text that no run before this one can have sent.
    fresh: HashSet<String>,
}

impl Said {
    /// What a request says.
    pub(super) fn of(request: &Request) -> Said {
        let (mut said, mut fresh) = (Map::new(), HashSet::new());
        if let Some(body) = &request.body {
            let text = json::read(body.sample());
            if let Ok(text) = &text {
                collect(&text.root, body, &mut "/body".to_owned(), &mut fresh);
            }
            // A body of text is one value, whatever it looks like.
            let kind = request.header("content-type").map(|kind| Notation::of(&kind));
            let value = match text {
                _ if kind == Some(Notation::Text) => String::from_utf8_lossy(body.sample()).into(),
                Ok(text) => text.to_value(),
                Err(_) => Value::Null,
            };
            said.insert("body".to_owned(), value);
        }
        let parts = &request.parts;
        let mut say = |at: &str, text: &Pieces| {
            if text.carries_run() {
                fresh.insert(at.to_owned());
            }
        };
        let path = Pieces::joined(&parts.path, "/");
        say("/path", &path);
        said.insert("path".to_owned(), path.as_str().into());
        let mut query = Map::new();
        for text in &parts.query {
            for (name, value) in url::query_pairs(text.as_str()) {
                say(&pointer::child("/query", name), text);
                query.insert(name.to_owned(), value.into());
            }
        }
        said.insert("query".to_owned(), query.into());
        let mut cookies = Map::new();
        for text in &parts.cookies {
            for (name, value) in cookie::pairs(text.as_str()) {
                say(&pointer::child("/cookie", name), text);
                cookies.insert(name.to_owned(), value.into());
            }
        }
        said.insert("cookie".to_owned(), cookies.into());
        let mut headers = Map::new();
        for (name, text) in parts.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("cookie")) {
            let name = name.to_ascii_lowercase();
            say(&pointer::child("/header", &name), &text);
            headers.insert(name, text.as_str().into());
        }
        said.insert("header".to_owned(), headers.into());
        Said { value: said.into(), fresh }
    }

    /// Whether text that no run before this one can have sent stands at a pointer.
    pub(super) fn is_fresh(&self, at: &str) -> bool {
        self.fresh.contains(at)
    }

    /// The same with nothing where fresh text stands.
    pub(super) fn blank(mut self) -> Value {
        for at in &self.fresh {
            if let Some(text) = pointer::get_mut(&mut self.value, at) {
                *text = Value::Null;
            }
        }
        self.value
    }
}

fn collect(node: &Node, body: &Pieces, here: &mut String, fresh: &mut HashSet<String>) {
    let length = here.len();
    match &node.kind {
        Kind::String(_) if body.carries_run_in(node.start, node.end) => {
            fresh.insert(here.clone());
        }
        Kind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer::push(here, &index.to_string());
                collect(item, body, here, fresh);
                here.truncate(length);
            }
        }
        Kind::Object(members) => {
            for member in members {
                pointer::push(here, &member.key);
                collect(&member.value, body, here, fresh);
                here.truncate(length);
            }
        }
        _ => {}
    }
}

/// How two requests differ, fresh text aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contrast {
    /// Not at all.
    None,
    /// In one member.
    In(String),
    /// In more.
    More,
}

/// How two requests differ.
pub(super) fn contrast(one: &Said, two: &Said) -> Contrast {
    let mut found = Vec::new();
    let both_fresh = |at: &str| one.is_fresh(at) && two.is_fresh(at);
    differences((&one.value, &two.value), &both_fresh, &mut String::new(), &mut found);
    match found.as_slice() {
        [] => Contrast::None,
        [_] => found.pop().map_or(Contrast::None, Contrast::In),
        _ => Contrast::More,
    }
}

fn differences(
    (one, two): (&Value, &Value),
    both_fresh: &dyn Fn(&str) -> bool,
    here: &mut String,
    found: &mut Vec<String>,
) {
    if found.len() > 1 || one == two || both_fresh(here) {
        return;
    }
    let length = here.len();
    match (one, two) {
        (Value::Object(first), Value::Object(second)) => {
            let more = second.keys().filter(|key| !first.contains_key(*key));
            for key in first.keys().chain(more) {
                pointer::push(here, key);
                match (first.get(key), second.get(key)) {
                    (Some(one), Some(two)) => differences((one, two), both_fresh, here, found),
                    _ => found.push(here.clone()),
                }
                here.truncate(length);
            }
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (index, (one, two)) in first.iter().zip(second).enumerate() {
                pointer::push(here, &index.to_string());
                differences((one, two), both_fresh, here, found);
                here.truncate(length);
            }
        }
        _ => found.push(here.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RUN: &str = "7071727374";

    #[test]
    fn two_bodies_differ_in_the_members_that_are_not_fresh_in_both() {
        let fresh = |text: &str| format!("{text}-{RUN}-1");
        let said = |value: &Value| {
            let body = Pieces::of(value.to_string(), RUN);
            let mut fresh = HashSet::new();
            collect(&json::read(body.sample()).unwrap().root, &body, &mut String::new(), &mut fresh);
            Said { value: value.clone(), fresh }
        };
        let base = json!({"name": fresh("a"), "rank": 3, "of": {"a": 1, "b": [1, 2]}});
        for (other, expected) in [
            (json!({"name": fresh("b"), "rank": 3, "of": {"a": 1, "b": [1, 2]}}), Contrast::None),
            (
                json!({"name": fresh("a"), "rank": 4, "of": {"a": 1, "b": [1, 2]}}),
                Contrast::In("/rank".into()),
            ),
            (json!({"name": fresh("b"), "of": {"a": 1, "b": [1, 2]}}), Contrast::In("/rank".into())),
            (json!({"name": "plain", "rank": 3, "of": {"a": 1, "b": [1, 2]}}), Contrast::In("/name".into())),
            (json!({"name": fresh("b"), "rank": 3}), Contrast::In("/of".into())),
            (
                json!({"name": fresh("b"), "rank": 3, "of": {"a": 1, "b": [1, 3]}}),
                Contrast::In("/of/b/1".into()),
            ),
            (json!({"name": fresh("b"), "rank": 3, "of": {"a": 1, "b": [1]}}), Contrast::In("/of/b".into())),
            (json!({"name": fresh("b"), "rank": 2, "of": {"a": 2, "b": [1, 2]}}), Contrast::More),
        ] {
            let found = contrast(&said(&base), &said(&other));
            assert_eq!(found, expected, "{other}");
            assert_eq!(contrast(&said(&other), &said(&base)), found);
        }
    }
}
