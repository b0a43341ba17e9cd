//! Whether a part of a value satisfies all schemas of its place: for those who make values, and know
//! less than a validator does of what some keywords leave.

use super::lower;
use super::nodes::{Seen, Values};
use super::validators;
use crate::json::pointer;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// So many validators are kept at once: each holds all that its schemas refer to.
const MOST: usize = 64;

/// A validator, if there is one.
type Known = Option<Rc<Validator<Values>>>;

/// The validators of places, each made when it is asked for.
pub(super) struct Local<'c> {
    root: &'c Value,
    known: RefCell<HashMap<Vec<String>, Known>>,
}

impl<'c> Local<'c> {
    pub(super) fn new(root: &'c Value) -> Local<'c> {
        Local { root, known: RefCell::default() }
    }

    /// Whether a value satisfies all schemas of a place; none if nothing is known of that.
    pub(super) fn accept(&self, places: &[String], value: &Value) -> Option<bool> {
        let known = self.known.borrow().get(places).cloned();
        let validator = known.unwrap_or_else(|| {
            let made = self.made(places).map(Rc::new);
            let mut known = self.known.borrow_mut();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(places.to_vec(), made.clone());
            made
        });
        Some(validator?.is_valid(Seen::Value(value)))
    }

    fn made(&self, places: &[String]) -> Option<Validator<Values>> {
        let part = needed(self.root, places);
        validators::all_of(&validators::registry(&part).ok()?, places)
    }
}

/// As much of a document as some schemas in it need, each where it stood; a list is an object of its items.
fn needed(document: &Value, places: &[String]) -> Value {
    let all = lower::reachable(document, places.iter().cloned());
    let known: HashSet<&str> = all.iter().map(String::as_str).collect();
    let mut part = Value::Null;
    for (at, schema) in pointer::each(document, &all) {
        let mut above = std::iter::successors(pointer::parent_and_last(at).map(|(parent, _)| parent), |at| {
            pointer::parent_and_last(at).map(|(parent, _)| parent)
        });
        let Some(schema) = schema.filter(|_| !above.any(|at| known.contains(at))) else { continue };
        let mut here = &mut part;
        for token in pointer::tokens(at) {
            if !here.is_object() {
                *here = Value::Object(Map::new());
            }
            // Of an object whatever is asked for is there.
            here = &mut here[token.as_ref()];
        }
        *here = schema.clone();
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_taken_of_a_document_is_all_that_a_schema_needs() {
        let root = json!({"paths": {"/a": [{"s": {"items": {"$ref": "#/d/b"}}}, {"t": {}}]}, "d": {"b": {"anyOf": [{"$ref": "#/d/b-c"}]}, "b-c": {"type": "null"}, "e": {}}});
        let places = ["/paths/~1a/0/s".to_owned()];
        let expected = json!({
            "d": {"b": {"anyOf": [{"$ref": "#/d/b-c"}]}, "b-c": {"type": "null"}},
            "paths": {"/a": {"0": {"s": {"items": {"$ref": "#/d/b"}}}}}
        });
        assert_eq!(needed(&root, &places), expected);
        let local = Local::new(&root);
        assert_eq!(local.accept(&places, &json!([null])), Some(true));
        assert_eq!(local.accept(&places, &json!([1])), Some(false));
        assert_eq!(needed(&json!({"type": "null"}), &[String::new()]), json!({"type": "null"}));
    }
}
