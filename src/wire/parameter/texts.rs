//! The texts that a parameter is made of in a request, before they are taken for anything.

use super::read::{Came, Reader};
use crate::contract::model::{self, Parameter};
use crate::schema::folded::Type;
use crate::wire::Received;

impl Reader {
    /// The texts of a parameter that is written in a style, each with the types that it may have.
    pub fn texts(&self, parameter: &Parameter, came: &Received<'_>) -> Vec<(Vec<Type>, String)> {
        let came = Came { parameter, request: came, others: &self.others };
        if parameter.media_type.as_deref().is_some_and(model::is_json) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for shape in &self.shapes {
            let before = found.len();
            if let (Some(types), Some(items)) = (&shape.items, came.items()) {
                found.extend(items.into_iter().map(|text| (types.clone(), text)));
            }
            if let Some(members) = &shape.members
                && let Some(pairs) = came.members(members)
            {
                let types = |name: &String| members.declared.get(name).or(members.others.as_ref());
                let each = pairs.into_iter();
                found.extend(each.map(|(name, text)| (types(&name).cloned().unwrap_or_default(), text)));
            }
            if found.len() == before
                && let Some(text) = came.one()
            {
                found.push((shape.types.clone(), text));
            }
        }
        found
    }

    /// Whether it may hold a list.
    pub fn may_be_list(&self) -> bool {
        self.shapes.iter().any(|shape| shape.items.is_some() || shape.types.is_empty())
    }

    /// Whether a name may be that of a member of what it holds.
    pub fn may_have(&self, name: &str) -> bool {
        let members = self.shapes.iter().filter_map(|shape| shape.members.as_ref());
        let mut members = members.peekable();
        members.any(|members| members.declared.contains_key(name) || members.others.is_some())
    }
}
