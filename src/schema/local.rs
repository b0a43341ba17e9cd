//! Whether a part of a value satisfies all schemas of its place: for those who make values, and know
//! less than a validator does of what some keywords leave.

use super::nodes::{Seen, Values};
use super::validators;
use jsonschema::{Registry, Validator};
use serde_json::Value;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// So many places of one document have a validator of their own.
const MOST: usize = 512;

/// A validator, if there is one.
type Known = Option<Rc<Validator<Values>>>;

/// The validators of places, each made when it is asked for.
pub(super) struct Local<'c> {
    root: &'c Value,
    registry: OnceCell<Option<Registry<'static>>>,
    known: RefCell<HashMap<Vec<String>, Known>>,
}

impl<'c> Local<'c> {
    pub(super) fn new(root: &'c Value) -> Local<'c> {
        Local { root, registry: OnceCell::new(), known: RefCell::default() }
    }

    /// Whether a value satisfies all schemas of a place; none if nothing is known of that.
    pub(super) fn accept(&self, places: &[String], value: &Value) -> Option<bool> {
        let known = self.known.borrow().get(places).cloned();
        let validator = known.unwrap_or_else(|| {
            let made = (self.known.borrow().len() < MOST).then(|| self.made(places)).flatten().map(Rc::new);
            self.known.borrow_mut().insert(places.to_vec(), made.clone());
            made
        });
        Some(validator?.is_valid(Seen::Value(value)))
    }

    fn made(&self, places: &[String]) -> Option<Validator<Values>> {
        let registry = self.registry.get_or_init(|| validators::registry_of(self.root.clone()));
        validators::all_of(registry.as_ref()?, places)
    }
}
