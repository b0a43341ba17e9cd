//! How an answer shows a resource: the members that both know.

use super::names::{self, Called};
use super::pointer::Pointer;
use super::template::Filled;
use crate::json::{Node, Text, pointer};
use crate::schema::folded::Folded;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// So many members are tried one at a time, where they cannot all be shown.
const MOST_TRIES: usize = 64;

/// Where in an answer a resource stands, and what of it the answer has room for.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The object that is the resource.
    pub(super) item: Pointer,
    /// Every member that the answer may have.
    pub(super) declared: HashSet<String>,
    /// The members without which it is no such answer.
    pub(super) required: HashSet<String>,
    /// Whether it may have others.
    pub(super) open: bool,
    /// The members about which whoever creates or changes such a resource decides.
    pub(super) known: Arc<HashSet<String>>,
}

impl View {
    /// A view of what stands at a place whose schema is folded.
    pub(super) fn of(item: &str, flat: &Folded, hidden: impl Fn(&str) -> bool) -> View {
        let names = flat.properties.keys().filter(|name| !hidden(name));
        View {
            item: Pointer::new(item),
            declared: names.cloned().collect(),
            required: flat.required.iter().cloned().collect(),
            open: flat.properties.is_empty() && !flat.closed,
            known: Arc::default(),
        }
    }

    /// A body that shows what is known of a resource, as far as it can stand in an answer.
    pub(super) fn show(&self, base: Filled, attributes: &Filled, fits: impl Fn(&Value) -> bool) -> Filled {
        let Some(here) = self.item.get(&base.body).and_then(Value::as_object) else { return base };
        let Some(there) = attributes.body.as_object() else { return base };
        let shown = |name: &&String| self.open || self.declared.contains(*name) || here.contains_key(*name);
        let set: Vec<String> = there.keys().filter(shown).cloned().collect();
        let gone = |name: &&String| self.known.contains(*name) && !there.contains_key(*name);
        let gone: Vec<String> = here.keys().filter(gone).cloned().collect();
        let (needed, free): (Vec<String>, Vec<String>) =
            gone.into_iter().partition(|name| self.required.contains(name));
        let mut whole = base.clone();
        for name in &set {
            whole.put(attributes, &Pointer::new(&pointer::child("", name)), &self.at(name));
        }
        for name in &free {
            whole.drop(&self.at(name));
        }
        let mut filled =
            if fits(&whole.body) { whole } else { self.singly(base, attributes, &set, &free, &fits) };
        for name in needed.iter().take(MOST_TRIES) {
            let mut without = filled.clone();
            without.place(&self.at(name), &Value::Null, None);
            if fits(&without.body) {
                filled = without;
            }
        }
        filled
    }

    /// One member at a time.
    fn singly(
        &self,
        mut filled: Filled,
        attributes: &Filled,
        set: &[String],
        free: &[String],
        fits: &impl Fn(&Value) -> bool,
    ) -> Filled {
        for name in set.iter().take(MOST_TRIES) {
            let from = Pointer::new(&pointer::child("", name));
            for whole in [true, false] {
                let mut with = filled.clone();
                with.show(attributes, &from, &self.at(name), whole);
                if fits(&with.body) {
                    filled = with;
                    break;
                }
            }
        }
        for name in free.iter().take(MOST_TRIES) {
            let mut without = filled.clone();
            without.drop(&self.at(name));
            if fits(&without.body) {
                filled = without;
            }
        }
        filled
    }

    fn at(&self, name: &str) -> Pointer {
        Pointer::new(&pointer::child(&self.item.at, name))
    }

    /// Adds what a body shows of a resource and was not known of it; what it says otherwise, too,
    /// where that counts.
    pub(super) fn learn(&self, attributes: &mut Filled, body: &Filled, anew: bool) {
        let Some(here) = self.item.get(&body.body).and_then(Value::as_object) else { return };
        for name in here.keys() {
            let to = Pointer::new(&pointer::child("", name));
            if anew || to.get(&attributes.body).is_none() {
                attributes.put(body, &self.at(name), &to);
            }
        }
    }
}

/// What a request says of a resource, place by place.
#[derive(Debug)]
pub(super) struct Said {
    /// From where in the request to where in the resource.
    pub(super) moves: Vec<(Pointer, Pointer)>,
    /// The object of the request whose every other member is one of the resource.
    pub(super) all: Pointer,
    /// What the id is called, which no request changes.
    pub(super) called: Called,
}

/// What becomes of what is known of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// What is not known is added.
    Add,
    /// What is not said is no more.
    Replace,
    /// RFC 7396.
    Merge,
}

impl Said {
    /// Changes what is known of the resource with an id as a request asks.
    pub(super) fn apply(
        &self,
        attributes: &mut Filled,
        change: Change,
        id: &str,
        (request, text): (&Value, Option<&Text>),
    ) {
        for (from, to) in self.moves.iter().chain(&self.further(request)) {
            if change != Change::Add && self.is_id(attributes, to, id) {
                continue;
            }
            let node = text.and_then(|text| text.at(&from.at));
            match (from.get(request), change) {
                (Some(value), Change::Merge) => merge(attributes, to, value, node),
                (Some(_), Change::Add) if to.get(&attributes.body).is_some() => {}
                (Some(value), _) => attributes.place(to, value, node),
                (None, Change::Replace) => attributes.drop(to),
                (None, _) => {}
            }
        }
    }

    /// What the contract does not declare.
    fn further(&self, request: &Value) -> Vec<(Pointer, Pointer)> {
        let is_moved = |from: &str| {
            let mut known = self.moves.iter().map(|(known, _)| known.at.as_str());
            known.any(|known| pointer::is_within(known, from) || pointer::is_below(from, known))
        };
        let members = self.all.get(request).and_then(Value::as_object).into_iter().flatten();
        let from = members.map(|(name, _)| (pointer::child(&self.all.at, name), pointer::child("", name)));
        let further = from.filter(|(from, _)| !is_moved(from));
        further.map(|(from, to)| (Pointer::new(&from), Pointer::new(&to))).collect()
    }

    fn is_id(&self, attributes: &Filled, at: &Pointer, id: &str) -> bool {
        let Some(("", name)) = pointer::parent_and_last(&at.at) else { return false };
        let is_own = at.get(&attributes.body).is_some_and(|value| super::resources::text(value) == id);
        self.called.agrees(&name).is_some() && (is_own || names::is_id(&name))
    }
}

/// A merge patch for what stands at a place.
fn merge(attributes: &mut Filled, at: &Pointer, patch: &Value, node: Option<&Node>) {
    match patch {
        Value::Null => attributes.drop(at),
        Value::Object(members) => {
            if at.get(&attributes.body).is_none_or(|there| !there.is_object()) {
                attributes.place(at, &Value::Object(serde_json::Map::new()), None);
            }
            for (name, member) in members {
                let below = Pointer::new(&pointer::child(&at.at, name));
                let node = node.and_then(|node| node.at(&pointer::child("", name)));
                merge(attributes, &below, member, node);
            }
        }
        other => attributes.place(at, other, node),
    }
}
