//! What a faulty host does to resources that it should leave alone.

use super::engine::{Engine, Found};
use super::fault::Forgets;
use super::intake::Asked;
use super::resources::Resource;
use crate::wire::url;
use serde_json::{Map, Value};

impl Engine {
    /// Carries out what a request that is refused asks for, as far as it can be read.
    pub(super) fn carry_out(&self, index: usize, asked: &Asked<'_>, raw: &[&str]) {
        let values: Vec<String> = raw.iter().map(|raw| url::decoded(raw)).collect();
        let Some(Found::Known(home, _)) = self.found(index, &values) else { return };
        let body = asked.body.and_then(|body| serde_json::from_slice(body).ok());
        let Some(Value::Object(asked_for)) = body else { return };
        let is_refused =
            self.planted().is_some_and(|planted| planted.forgets(index, Forgets::Refused, asked));
        if is_refused {
            self.resources.change(&home, |known: &mut Resource| put(&mut known.attributes.body, &asked_for));
        }
    }
}

/// Puts members in place of those of the same type.
fn put(own: &mut Value, asked_for: &Map<String, Value>) {
    let Some(members) = own.as_object_mut() else { return };
    for (name, value) in asked_for {
        if let Some(own) = members.get_mut(name)
            && std::mem::discriminant(own) == std::mem::discriminant(value)
        {
            own.clone_from(value);
        }
    }
}

/// Changes the first truth value or number of an object.
pub(super) fn altered(own: &mut Value) {
    let Some(members) = own.as_object_mut() else { return };
    for value in members.values_mut() {
        match value {
            Value::Bool(truth) => *truth = !*truth,
            Value::Number(number) if number.as_i64().is_some_and(|number| number < i64::MAX) => {
                *value = Value::from(number.as_i64().unwrap_or_default() + 1);
            }
            _ => continue,
        }
        return;
    }
}
