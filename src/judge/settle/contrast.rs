//! In which members two requests to one operation differ, fresh text aside.

use crate::exchange::Request;
use crate::generate::RUN;
use crate::json::{self, Node, pointer};
use serde_json::{Map, Value};

/// What a request says, as one value: its body, and each parameter by itself.
pub(super) fn said(request: &Request) -> Value {
    let mut said = Map::new();
    if let Some(body) = &request.body {
        let body = json::read(body).map(|text| Node::to_value(&text.root));
        said.insert("body".to_owned(), body.unwrap_or(Value::Null));
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    said.insert("path".to_owned(), path.into());
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query: Map<String, Value> = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
    said.insert("query".to_owned(), query.into());
    let headers =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().into()));
    said.insert("header".to_owned(), headers.collect::<Map<_, _>>().into());
    Value::Object(said)
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
pub(super) fn contrast(one: &Value, two: &Value) -> Contrast {
    let mut found = Vec::new();
    differences(one, two, &mut String::new(), &mut found);
    match found.as_slice() {
        [] => Contrast::None,
        [_] => found.pop().map_or(Contrast::None, Contrast::In),
        _ => Contrast::More,
    }
}

fn differences(one: &Value, two: &Value, here: &mut String, found: &mut Vec<String>) {
    if found.len() > 1 || one == two || (is_fresh(one) && is_fresh(two)) {
        return;
    }
    let length = here.len();
    match (one, two) {
        (Value::Object(first), Value::Object(second)) => {
            let more = second.keys().filter(|key| !first.contains_key(*key));
            for key in first.keys().chain(more) {
                pointer::push(here, key);
                match (first.get(key), second.get(key)) {
                    (Some(one), Some(two)) => differences(one, two, here, found),
                    _ => found.push(here.clone()),
                }
                here.truncate(length);
            }
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (index, (one, two)) in first.iter().zip(second).enumerate() {
                pointer::push(here, &index.to_string());
                differences(one, two, here, found);
                here.truncate(length);
            }
        }
        _ => found.push(here.clone()),
    }
}

/// Whether a value is text that no run before this one can have sent.
pub(super) fn is_fresh(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains(RUN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn two_bodies_differ_in_the_members_that_are_not_fresh_in_both() {
        let fresh = |text: &str| format!("{text}-{RUN}-1");
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
            let found = contrast(&base, &other);
            assert_eq!(found, expected, "{other}");
            assert_eq!(contrast(&other, &base), found);
        }
    }
}
