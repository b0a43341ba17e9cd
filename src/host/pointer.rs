//! A JSON Pointer, taken apart once so that following it costs nothing but the look-ups.

use crate::json::pointer;
use serde_json::Value;

/// A place in a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pointer {
    pub(super) at: String,
    tokens: Box<[String]>,
}

impl Pointer {
    pub(super) fn new(at: &str) -> Pointer {
        Pointer { at: at.to_owned(), tokens: pointer::tokens(at).map(std::borrow::Cow::into_owned).collect() }
    }

    /// What stands there.
    pub(super) fn get<'v>(&self, body: &'v Value) -> Option<&'v Value> {
        self.tokens.iter().try_fold(body, |value, token| match value {
            Value::Object(members) => members.get(token),
            Value::Array(items) => items.get(pointer::index(token)?),
            _ => None,
        })
    }

    fn get_mut<'v>(tokens: &[String], body: &'v mut Value) -> Option<&'v mut Value> {
        tokens.iter().try_fold(body, |value, token| match value {
            Value::Object(members) => members.get_mut(token),
            Value::Array(items) => items.get_mut(pointer::index(token)?),
            _ => None,
        })
    }

    /// Puts a value there, if the body has room for it.
    pub(super) fn set(&self, body: &mut Value, new: Value) {
        let Some((last, above)) = self.tokens.split_last() else {
            *body = new;
            return;
        };
        match Pointer::get_mut(above, body) {
            Some(Value::Object(members)) => {
                if let Some(member) = members.get_mut(last) {
                    *member = new;
                } else {
                    members.insert(last.clone(), new);
                }
            }
            Some(Value::Array(items)) => {
                if let Some(item) = pointer::index(last).and_then(|index| items.get_mut(index)) {
                    *item = new;
                }
            }
            _ => {}
        }
    }

    /// Takes a member out of the body.
    pub(super) fn remove(&self, body: &mut Value) {
        if let Some((last, above)) = self.tokens.split_last()
            && let Some(Value::Object(members)) = Pointer::get_mut(above, body)
        {
            members.shift_remove(last);
        }
    }
}
