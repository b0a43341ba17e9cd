//! Webhooks: requests that the host sends, which are named and not tested.

use super::methods::{self, Method};
use super::view;
use crate::json::pointer;
use serde_json::Value;

/// A request that the host sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name.
    pub name: String,
    /// The method, in upper case; none where nothing of it can be read.
    pub method: Option<String>,
    /// One line about it.
    pub summary: Option<String>,
    /// JSON Pointer to it.
    pub at: String,
}

/// Every webhook of a document.
pub(super) fn all(root: &Value) -> Vec<Webhook> {
    let all = root.get("webhooks").and_then(Value::as_object);
    let names = all.into_iter().flat_map(|all| all.keys()).filter(|name| !name.starts_with("x-"));
    let mut found = Vec::new();
    for name in names {
        let here = pointer::child("/webhooks", name);
        let item = view::resolve(root, &here).ok();
        // That webhooks are not tested is told of them all.
        let methods = item.map(|(at, _)| methods::of(root, &at, &mut Vec::new())).unwrap_or_default();
        let before = found.len();
        found.extend(
            methods.into_iter().map(|Method { name: method, at }| Webhook {
                name: name.clone(),
                method: Some(method),
                summary: pointer::get(root, &pointer::child(&at, "summary"))
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                at,
            }),
        );
        if found.len() == before {
            found.push(Webhook { name: name.clone(), method: None, summary: None, at: here });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_request_of_a_webhook_is_named_and_one_that_cannot_be_read_too() {
        let root = json!({
            "webhooks": {"new": {"post": {"summary": "Hello"}, "put": {}, "additionalOperations": {"PING": {}}}, "lost": {"$ref": "#/none"}, "shared": {"$ref": "#/item"}},
            "item": {"post": {}}
        });
        let found: Vec<(String, Option<String>, String)> =
            all(&root).into_iter().map(|one| (one.name, one.method, one.at)).collect();
        let expected = [
            ("new", Some("PUT"), "/webhooks/new/put"),
            ("new", Some("POST"), "/webhooks/new/post"),
            ("new", Some("PING"), "/webhooks/new/additionalOperations/PING"),
            ("lost", None, "/webhooks/lost"),
            ("shared", Some("POST"), "/item/post"),
        ];
        let expected =
            expected.map(|(name, method, at)| (name.to_owned(), method.map(str::to_owned), at.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(all(&root)[1].summary.as_deref(), Some("Hello"));
    }
}
