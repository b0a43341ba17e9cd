//! The methods of a path item: those that have a field of their own, and since 3.2 any other.

use super::fields::{Lost, Version};
use crate::json::pointer;
use crate::source::{FURTHER, METHODS};
use serde_json::Value;

/// A method that a path item has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Method {
    /// As it is sent.
    pub(super) name: String,
    /// JSON Pointer to its operation.
    pub(super) at: String,
}

/// The methods of the path item at a place, and what of them is not read.
pub(super) fn of(root: &Value, at: &str, lost: &mut Vec<Lost>) -> Vec<Method> {
    let Some(item) = pointer::get(root, at) else { return Vec::new() };
    let fixed = METHODS.iter().filter(|method| item.get(**method).is_some());
    let fixed =
        fixed.map(|method| Method { name: method.to_uppercase(), at: pointer::child(at, method) }).collect();
    // Before 3.2 it is told as a field that is not there yet.
    match item.get(FURTHER).filter(|_| Version::of(root) >= Version::V3_2) {
        Some(further) => further_methods(further, &pointer::child(at, FURTHER), fixed, lost),
        None => fixed,
    }
}

fn further_methods(further: &Value, at: &str, mut all: Vec<Method>, lost: &mut Vec<Lost>) -> Vec<Method> {
    let Some(further) = further.as_object() else {
        lost.push(Lost { at: at.to_owned(), why: "an object is expected here".to_owned() });
        return all;
    };
    for name in further.keys().filter(|name| !name.starts_with("x-")) {
        let at = pointer::child(at, name);
        match refused(name) {
            Some(why) => lost.push(Lost { at, why }),
            None => all.push(Method { name: name.clone(), at }),
        }
    }
    all
}

/// Why a method cannot be one of the further ones.
fn refused(name: &str) -> Option<String> {
    let fixed = METHODS.iter().find(|fixed| fixed.eq_ignore_ascii_case(name));
    if let Some(fixed) = fixed {
        return Some(format!("`{name}` is not read here: the Path Item Object has a field `{fixed}` for it"));
    }
    if name.eq_ignore_ascii_case("connect") {
        return Some(format!("`{name}` asks a proxy for a tunnel, and is not sent"));
    }
    (!is_token(name)).then(|| format!("`{name}` is no HTTP method, and is not sent"))
}

/// Whether text is a token (RFC 9110, section 5.6.2), as methods are.
fn is_token(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(openapi: &str, further: &Value) -> (Vec<String>, Vec<String>) {
        let root = json!({"openapi": openapi, "paths": {"/a": {"x-own": 1, "get": {}, "additionalOperations": further}}});
        let mut lost = Vec::new();
        let all = of(&root, "/paths/~1a", &mut lost);
        (all.into_iter().map(|one| one.name).collect(), lost.into_iter().map(|one| one.at).collect())
    }

    #[test]
    fn a_further_method_is_any_token_that_has_no_field_of_its_own() {
        let further = json!({"COPY": {}, "m-search": {}, "x-own": {}, "Get": {}, "QUERY": {}, "connect": {}, "A B": {}, "": {}, "é": {}});
        let (names, lost) = names("3.2.0", &further);
        assert_eq!(names, ["GET", "COPY", "m-search"]);
        let told = ["Get", "QUERY", "connect", "A B", "", "é"];
        assert_eq!(lost, told.map(|name| format!("/paths/~1a/additionalOperations/{name}")));
    }

    #[test]
    fn further_methods_are_there_since_3_2_and_an_object() {
        assert_eq!(names("3.1.0", &json!({"COPY": {}})), (vec!["GET".to_owned()], vec![]));
        let (all, lost) = names("3.2.0", &json!(["COPY"]));
        assert_eq!((all.len(), lost), (1, vec!["/paths/~1a/additionalOperations".to_owned()]));
    }
}
