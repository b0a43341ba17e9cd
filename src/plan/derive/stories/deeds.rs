//! What stories do to a resource: bodies that are another in every member, that leave out what they may,
//! and that must be refused.

use super::super::Deriver;
use super::super::base::Base;
use crate::exchange::{CredentialKind, Request};
use crate::json;
use crate::plan::Verdict;
use serde_json::{Number, Value, json};

/// So many members of a body are given another value.
const MEMBERS: usize = 24;

/// A whole representation, and a part of one.
pub(super) const WHOLE: &str = "whole";
pub(super) const PART: &str = "part";

/// What a story does to a resource.
pub(super) struct Deed {
    pub(super) request: Request,
    /// Distinguishes it from others of its operation.
    pub(super) variant: &'static str,
    pub(super) words: String,
}

impl Deriver<'_> {
    /// What is put in place of a resource: another value for each member, and only what is required.
    pub(super) fn replacements(&self, request: &Request, base: &Base) -> Vec<Deed> {
        let whole = self.other(base, &base.fresh(&base.value, "story/replaced"));
        let mut found = vec![self.deed(request, (base, &whole), WHOLE, "what is there is replaced")];
        let mut least = self.other(base, &base.fresh(&base.value, "story/least"));
        let before = least.as_object().map_or(0, serde_json::Map::len);
        for at in self.optional(base, &least, "") {
            let mut without = least.clone();
            let removed = without.as_object_mut().and_then(|all| all.remove(at.trim_start_matches('/')));
            if removed.is_some() && self.is_valid(base, &without) {
                least = without;
            }
        }
        if least.as_object().map_or(0, serde_json::Map::len) < before {
            found.push(self.deed(
                request,
                (base, &least),
                "least",
                "only what is required is put in its place",
            ));
        }
        found
    }

    /// What is changed of a resource: one member, and one that is taken away where that can be said.
    pub(super) fn patches(&self, request: &Request, base: &Base) -> Vec<Deed> {
        let mut found = Vec::new();
        if let Some(body) = self.patch(base) {
            found.push(self.deed(request, (base, &body), PART, "a part of what is there is changed"));
        }
        if base.media.name.to_lowercase().contains("merge-patch") {
            let names = base.full.as_object().into_iter().flatten().map(|(name, _)| name);
            let nulls = names.map(|name| json!({ name: null })).find(|body| self.is_valid(base, body));
            if let Some(body) = nulls {
                found.push(self.deed(request, (base, &body), "null", "a member is taken away"));
            }
        }
        found
    }

    pub(super) fn deed(
        &self,
        request: &Request,
        (base, body): (&Base, &Value),
        variant: &'static str,
        words: &str,
    ) -> Deed {
        let body = Some(self.labeller.text(base.written(body)));
        Deed { request: Request { body, ..request.clone() }, variant, words: words.to_owned() }
    }

    /// A body with another value in each member, as far as it is as valid.
    fn other(&self, base: &Base, value: &Value) -> Value {
        let mut other = value.clone();
        let names: Vec<String> =
            value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names.iter().take(MEMBERS) {
            let given = self.ways.members(self.index).any(|(_, at)| at.trim_start_matches('/') == name);
            let tried = if given { Vec::new() } else { self.others(base, name, &value[name]) };
            for changed in tried {
                let before = std::mem::replace(&mut other[name], changed);
                if self.is_valid(base, &other) {
                    break;
                }
                other[name] = before;
            }
        }
        other
    }

    /// Other values that a member may have.
    fn others(&self, base: &Base, name: &str, value: &Value) -> Vec<Value> {
        let flat = || {
            let flats = &self.labeller.flats;
            flats.below(&base.schemas, &json::pointer::child("", name))
        };
        let listed = || -> Vec<Value> {
            let flat = flat();
            let listed = flat.listed.clone().unwrap_or_default();
            listed.into_iter().filter(|one| one != value && !one.is_null()).collect()
        };
        match value {
            Value::Bool(truth) => vec![Value::Bool(!truth)],
            Value::Number(number) => {
                let near = |by: i64| Some(Value::from(number.as_i64()?.checked_add(by)?));
                let halved =
                    number.as_f64().filter(|_| number.is_f64()).and_then(|one| Number::from_f64(one / 2.0));
                let near = [1, -1, 10].into_iter().filter_map(near);
                near.chain(halved.map(Value::Number)).chain(listed()).collect()
            }
            Value::String(text) => {
                let formats = flat().formats.clone();
                let later = formats.iter().find_map(|format| later(text, format)).map(Value::from);
                listed().into_iter().chain(later).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A body that changes one member, with what must be said beside it.
    fn patch(&self, base: &Base) -> Option<Value> {
        let whole = self.other(base, &base.fresh(&base.value, "story/modified"));
        let members = whole.as_object()?;
        let varying: Vec<&str> = base.texts().collect();
        let mut names: Vec<&String> = members.keys().collect();
        names.sort_by_key(|name| !varying.contains(&json::pointer::child("", name).as_str()));
        let alone = names.into_iter().map(|name| json!({ name: members[name] }));
        alone.into_iter().find(|body| self.is_valid(base, body)).or(Some(whole))
    }

    /// What a service must refuse to do to what is there.
    pub(super) fn misdeeds(&self, request: &Request, base: Option<&Base>) -> Vec<Deed> {
        let mut found = self.broken_bodies(request, base);
        if !self.operation.is_open() {
            let body = base.map(|base| {
                let whole = self.other(base, &base.fresh(&base.value, "story/stranger"));
                self.labeller.text(base.written(&whole))
            });
            let request = Request { credentials: CredentialKind::None, body, ..request.clone() };
            found.push(Deed { request, variant: "stranger", words: "nobody known asks for a change".into() });
        }
        found
    }

    /// Bodies that must be refused for one member, and would change all others.
    pub(super) fn broken_bodies(&self, request: &Request, base: Option<&Base>) -> Vec<Deed> {
        let Some(base) = base.filter(|base| base.value.is_object()) else { return Vec::new() };
        let whole = |key: &str| self.other(base, &base.fresh(&base.value, key));
        let wrong = self.misdone(request, (base, &whole("story/wrong-type")), "wrong-type", |body, name| {
            body[name] = if body[name].is_array() { json!({}) } else { json!([[]]) };
        });
        let missing = self.misdone(request, (base, &whole("story/missing")), "missing", |body, name| {
            body.as_object_mut().map(|members| members.remove(name));
        });
        wrong.into_iter().chain(missing).collect()
    }

    /// A body of which the last member that can be is broken, so that it must be refused for that.
    fn misdone(
        &self,
        request: &Request,
        (base, whole): (&Base, &Value),
        variant: &'static str,
        breaks: impl Fn(&mut Value, &str),
    ) -> Option<Deed> {
        let members = whole.as_object().filter(|members| members.len() > 1)?;
        members.keys().rev().take(MEMBERS).find_map(|name| {
            let mut body = whole.clone();
            breaks(&mut body, name);
            if self.is_valid(base, &body) {
                return None;
            }
            let words = format!("a change that must be refused for `{name}`");
            let deed = self.deed(request, (base, &body), variant, &words);
            let label = self.labeller.label(self.operation, &deed.request);
            (label.verdict == Verdict::Reject).then_some(deed)
        })
    }
}

/// A time a minute later, or a date a day later, as far as that is the same hour or month.
fn later(text: &str, format: &str) -> Option<String> {
    const MINUTES: u8 = 60;
    const DAYS: u8 = 29;
    let (from, end) = match format {
        "date-time" => (14, MINUTES),
        "date" => (8, DAYS),
        _ => return None,
    };
    let number: u8 = text.get(from..from + 2)?.parse().ok()?;
    let next = number.checked_add(1).filter(|next| *next < end)?;
    Some(format!("{}{next:02}{}", text.get(..from)?, text.get(from + 2..)?))
}
