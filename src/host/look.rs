//! Looking through the bodies of a contract for resources: where one stands, and where its id.

use super::names::{self, Called};
use super::pointer::Pointer;
use super::sample::Samples;
use super::template::{Fill as Filling, Source, Template};
use super::view::{Said, View};
use crate::contract::{Contract, Operation};
use crate::generate::random::Random;
use crate::generate::value::{Fill, Maker};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folded, Type};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

/// How deep in an answer a resource may stand.
const DEPTH: usize = 2;

/// Members that hold what an answer is about.
const WRAPPERS: &[&str] = &["data", "result", "results", "item", "items", "response", "payload", "value"];

/// Schemas and samples, looked at from all sides.
pub(super) struct Look<'s> {
    contract: &'s Contract,
    answers: RefCell<Maker<'s>>,
    requests: RefCell<Maker<'s>>,
}

/// The list of an answer.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) at: Pointer,
    /// An item of it before anything is shown in it.
    pub(super) base: Value,
    pub(super) view: View,
}

impl<'s> Look<'s> {
    pub(super) fn new(contract: &'s Contract, samples: &Samples<'s>) -> Look<'s> {
        let requests = Rc::clone(samples.requests());
        Look {
            contract,
            answers: RefCell::new(samples.maker(Fill::All)),
            requests: RefCell::new(Maker::of(requests, Random::named(0, "host"), Fill::All, true)),
        }
    }

    /// The folded schema of places in an answer.
    pub(super) fn answered(&self, places: &[String]) -> Rc<Folded> {
        self.answers.borrow_mut().choose(places)
    }

    /// The folded schema of places in a request.
    pub(super) fn asked(&self, places: &[String]) -> Rc<Folded> {
        self.requests.borrow_mut().choose(places)
    }

    fn below(&self, flat: Rc<Folded>, at: &str) -> Rc<Folded> {
        pointer::tokens(at).fold(flat, |flat, token| self.answered(&flat.below(&token)))
    }

    fn root(&self, template: &Template) -> Rc<Folded> {
        let places: Vec<String> = template.schema.iter().map(|schema| schema.0.clone()).collect();
        self.answered(&places)
    }

    /// Where in an answer the id of a resource stands whose path calls it so.
    pub(super) fn id(body: &Value, called: &Called, may_be: &impl Fn(&Value) -> bool) -> Option<String> {
        let best = |object: &Value| {
            let members = object.as_object()?.iter().filter(|(_, value)| may_be(value));
            let ranked = members.filter_map(|(name, _)| Some((called.agrees(name)?, name)));
            ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name.clone())
        };
        objects(body, called).find_map(|(at, object)| Some(pointer::child(&at, &best(object)?)))
    }

    /// The same where the path does not say which member it is.
    pub(super) fn likely_id(
        body: &Value,
        called: &Called,
        may_be: &impl Fn(&Value) -> bool,
    ) -> Option<String> {
        if !body.is_object() && may_be(body) {
            return Some(String::new());
        }
        objects(body, called).find_map(|(at, object)| {
            let members = object.as_object()?.iter().filter(|(_, value)| may_be(value));
            let ranked = members.filter_map(|(name, _)| Some((called.may_agree(name)?, name)));
            Some(pointer::child(&at, ranked.min_by_key(|(rank, _)| *rank)?.1))
        })
    }

    /// How an answer shows a resource, given where its id stands or which members it has.
    pub(super) fn view(&self, template: &Template, called: &Called, names: &HashSet<String>) -> Option<View> {
        let body = &template.base;
        let id = Look::id(body, called, &is_scalar);
        let shares = |object: &Value| {
            object.as_object().is_some_and(|members| members.keys().any(|name| names.contains(name)))
        };
        let item = if let Some(id) = &id {
            pointer::parent_and_last(id)?.0.to_owned()
        } else {
            let found = objects(body, called).find(|(_, object)| shares(object));
            found.map(|(at, _)| at).or_else(|| body.as_object()?.is_empty().then(String::new))?
        };
        Some(self.view_at(&self.root(template), &item))
    }

    /// How an answer shows what it tells the id of.
    pub(super) fn created(&self, template: &Template, id: &Pointer) -> Option<View> {
        let (item, _) = pointer::parent_and_last(&id.at)?;
        Some(self.view_at(&self.root(template), item))
    }

    fn view_at(&self, root: &Rc<Folded>, item: &str) -> View {
        let flat = self.below(Rc::clone(root), item);
        let hidden =
            |name: &str| flat.properties.get(name).is_some_and(|places| self.answered(places).read_only);
        View::of(item, &flat, hidden)
    }

    /// The list that an answer is about.
    pub(super) fn listed(
        &self,
        template: &Template,
        called: &Called,
        names: &HashSet<String>,
    ) -> Option<Listed> {
        let root = self.root(template);
        let body = &template.base;
        let mut lists: Vec<String> = Vec::new();
        if body.is_array() {
            lists.push(String::new());
        }
        for (at, object) in objects(body, called) {
            let members = object.as_object().into_iter().flatten();
            let arrays = members.filter(|(_, value)| value.is_array());
            lists.extend(arrays.map(|(name, _)| pointer::child(&at, name)));
        }
        let rank = |at: &String| {
            let name = pointer::parent_and_last(at).map(|(_, name)| name.into_owned()).unwrap_or_default();
            let last = names::words(&name).pop().unwrap_or_default();
            let is_own = called.is_one(&name) || called.is_one(&last);
            (!is_own, !WRAPPERS.contains(&name.to_lowercase().as_str()))
        };
        lists.sort_by_key(rank);
        lists.into_iter().find_map(|at| self.list_at(&root, body, &at, called, names))
    }

    fn list_at(
        &self,
        root: &Rc<Folded>,
        body: &Value,
        at: &str,
        called: &Called,
        names: &HashSet<String>,
    ) -> Option<Listed> {
        let first = body.pointer(at)?.get(0).filter(|item| item.is_object()).cloned();
        let base = first.or_else(|| {
            let items = &self.below(Rc::clone(root), at).items;
            self.answers.borrow_mut().make(items).filter(Value::is_object)
        })?;
        let id = Look::id(&base, called, &is_scalar);
        let item = match &id {
            Some(id) => pointer::parent_and_last(id)?.0.to_owned(),
            None if base.as_object()?.keys().any(|name| names.contains(name)) => String::new(),
            None => return None,
        };
        let flat = self.below(Rc::clone(root), &format!("{at}/0"));
        let view = self.view_at(&flat, &item);
        Some(Listed { at: Pointer::new(at), base, view })
    }

    /// What a request says of a resource that an answer shows in an object.
    pub(super) fn said(
        &self,
        operation: &Operation,
        template: Option<&Template>,
        view: Option<&View>,
        called: &Called,
    ) -> Said {
        let media = operation.json_body().and_then(|media| media.schema.as_ref());
        let flat = media.map(|schema| self.asked(std::slice::from_ref(&schema.0)));
        let mut said = Said { moves: Vec::new(), all: Pointer::new(""), called: called.clone() };
        let holes = template.into_iter().flat_map(|template| &template.holes);
        for hole in holes {
            let Filling::Echo { from: Source::Body(from), .. } = &hole.fill else { continue };
            let item = view.map_or("", |view| &view.item.at);
            if let Some(to) = hole.at.at.strip_prefix(item).filter(|to| to.starts_with('/')) {
                said.moves.push((from.clone(), Pointer::new(to)));
            }
        }
        let wrapper = view.and_then(|view| pointer::tokens(&view.item.at).next().map(Cow::into_owned));
        let wrapped = wrapper.and_then(|name| {
            let places = flat.as_ref()?.properties.get(&name)?;
            let inner = self.asked(places);
            (!inner.properties.is_empty()).then(|| (pointer::child("", &name), inner))
        });
        let (root, flat) = match wrapped {
            Some((at, inner)) => (at, Some(inner)),
            None => (String::new(), flat),
        };
        said.all = Pointer::new(&root);
        let Some(flat) = flat else { return said };
        for (name, places) in &flat.properties {
            let from = pointer::child(&root, name);
            let is_said = |(known, _): &(Pointer, Pointer)| {
                pointer::is_within(&known.at, &from) || pointer::is_within(&from, &known.at)
            };
            if !said.moves.iter().any(is_said) && !self.asked(places).read_only {
                said.moves.push((Pointer::new(&from), Pointer::new(&pointer::child("", name))));
            }
        }
        said
    }

    /// Whether a value can be what stands for a resource in a path.
    pub(super) fn fits_path(&self, operation: &Operation, name: &str, value: &Value) -> bool {
        let own = |parameter: &&crate::contract::model::Parameter| {
            parameter.location == crate::contract::ParameterLocation::Path && parameter.name == name
        };
        let Some(schema) = operation.parameters.iter().find(own).and_then(|one| one.schema.as_ref()) else {
            return true;
        };
        let accepts = |value: &Value| self.contract.schemas.accepts(schema, Side::Request, value);
        accepts(value) || value.is_number() && accepts(&Value::from(value.to_string()))
    }

    /// A value for a parameter, and its folded schema.
    pub(super) fn parameter(&self, operation: &Operation, name: &str) -> Option<(Value, Rc<Folded>)> {
        let own = operation.parameters.iter().find(|parameter| {
            parameter.location == crate::contract::ParameterLocation::Path && parameter.name == name
        })?;
        let places = std::slice::from_ref(&own.schema.as_ref()?.0);
        let made = self.requests.borrow_mut().make(places)?;
        Some((made, self.asked(places)))
    }
}

/// Whether a value can stand in a path.
pub(super) fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_i64() || value.is_u64()
}

/// Whether a parameter with a schema can hold such values.
pub(super) fn can_hold(flat: &Folded, value: &Value) -> bool {
    is_scalar(value)
        && match flat.main_type() {
            Some(Type::Integer | Type::Number) => value.is_number(),
            Some(Type::String) | None => true,
            Some(_) => false,
        }
}

/// The objects of a body, outer ones first, and of those in one object first what is likeliest to be
/// what it is about.
fn objects<'v>(body: &'v Value, called: &Called) -> impl Iterator<Item = (String, &'v Value)> {
    let mut level = vec![(String::new(), body)];
    let mut found = Vec::new();
    for depth in 0..=DEPTH {
        let mut next = Vec::new();
        for (at, object) in level {
            let Some(members) = object.as_object() else { continue };
            if depth < DEPTH {
                let mut inner: Vec<(&String, &Value)> =
                    members.iter().filter(|(_, value)| value.is_object()).collect();
                inner.sort_by_key(|(name, _)| {
                    (!called.is_one(name), !WRAPPERS.contains(&name.to_lowercase().as_str()))
                });
                next.extend(inner.into_iter().map(|(name, value)| (pointer::child(&at, name), value)));
            }
            found.push((at, object));
        }
        level = next;
    }
    found.into_iter()
}
