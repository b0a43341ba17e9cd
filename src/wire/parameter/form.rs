//! The whole query as a form: a pair for each member of an object, and one for each item of a list.

use super::read::{Meaning, array, object, string, typed, types};
use crate::json::{self, Kind, Node};
use crate::schema::folded::{Folded, Folds, Type};
use crate::wire::url;
use indexmap::IndexMap;
use std::collections::HashMap;

/// What members a form may have.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    declared: HashMap<String, Field>,
    /// What the others may hold.
    others: Field,
}

#[derive(Clone, Debug, Default)]
struct Field {
    types: Vec<Type>,
    /// The types of items, where it may be a list.
    items: Vec<Type>,
}

impl Form {
    pub(super) fn of(folds: &Folds<'_>, fold: &Folded) -> Form {
        let each = fold.properties.iter();
        Form {
            declared: each.map(|(name, places)| (name.clone(), Field::of(folds, places))).collect(),
            others: Field::of(folds, &fold.additional),
        }
    }

    /// What a query stands for.
    pub(super) fn meaning(&self, query: &str) -> Meaning {
        let mut came: IndexMap<String, Vec<String>> = IndexMap::new();
        for (name, text) in url::query_pairs(query) {
            came.entry(url::query_decoded(name)).or_default().push(url::query_decoded(text));
        }
        let field = |name: &String| self.declared.get(name).unwrap_or(&self.others);
        let members = came.iter();
        Meaning {
            typed: object(members.clone().map(|(name, texts)| (name.clone(), field(name).typed(texts)))),
            plain: object(members.map(|(name, texts)| (name.clone(), field(name).plain(texts)))),
        }
    }
}

impl Field {
    fn of(folds: &Folds<'_>, places: &[String]) -> Field {
        Field { types: types(folds, places), items: types(folds, &folds.at(places).items) }
    }

    /// Whether texts are the items of a list.
    fn is_list(&self, texts: &[String]) -> bool {
        let only = self.types == [Type::Array] || self.types == [Type::Array, Type::Null];
        only || texts.len() > 1
    }

    fn typed(&self, texts: &[String]) -> Node {
        let items = if self.types.contains(&Type::Array) { self.items.as_slice() } else { &[] };
        match texts {
            texts if self.is_list(texts) => array(texts.iter().map(|text| one(items, text))),
            [text, ..] => one(&self.types, text),
            [] => array([]),
        }
    }

    fn plain(&self, texts: &[String]) -> Node {
        match texts {
            [text] if !self.is_list(texts) => string(text.clone()),
            texts => array(texts.iter().cloned().map(string)),
        }
    }
}

/// What one text stands for, where an object is written as JSON.
fn one(types: &[Type], text: &str) -> Node {
    if (types.is_empty() || types.contains(&Type::Object))
        && let Ok(read) = json::read(text.as_bytes())
        && matches!(read.root.kind, Kind::Object(_))
    {
        return read.root;
    }
    typed(types, text)
}

/// A value as a form; nothing for what a form has no way to write.
pub(super) fn written(value: &Node) -> Option<String> {
    let Kind::Object(members) = &value.kind else { return None };
    let mut pairs = Vec::new();
    for member in members {
        let name = url::encoded(&member.key);
        let texts: Vec<String> = match &member.value.kind {
            Kind::Array(items) if !items.is_empty() => items.iter().map(text).collect::<Option<_>>()?,
            _ => vec![text(&member.value)?],
        };
        pairs.extend(texts.into_iter().map(|text| format!("{name}={}", url::encoded(&text))));
    }
    Some(pairs.join("&"))
}

fn text(value: &Node) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(token) => Some(token.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Object(_) => Some(value.to_value().to_string()),
        Kind::Null | Kind::Array(_) => None,
    }
}
