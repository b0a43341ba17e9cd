//! From schemas to shapes: what stands in several places is described once and linked.

mod limits;
mod merge;
mod uses;

use super::model::{Field, Link, Shape, Shared, Term};
use crate::contract::Contract;
use crate::json::{self, pointer};
use crate::page::Anchors;
use crate::schema::UNREAD;
use crate::schema::folded::Folded;
use crate::schema::walk::{self, Says};
use crate::schema::{SchemaAt, Side};
use limits::{annotate, limits, narrowed, text, values};
use merge::{absorb, hold, is_empty, words};
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};

/// Deeper members are described on their own.
const DEPTH: usize = 5;

/// A schema that several places refer to is written out in each if it has no more listed values.
const FEW_VALUES: usize = 12;

/// Makes shapes of the schemas of a contract.
pub(super) struct Shapes<'c> {
    contract: &'c Contract,
    uses: HashMap<String, usize>,
    links: HashMap<String, Link>,
    open: VecDeque<String>,
    inside: Vec<String>,
}

impl<'c> Shapes<'c> {
    pub(super) fn new(contract: &'c Contract) -> Shapes<'c> {
        Shapes {
            contract,
            uses: uses::uses(contract),
            links: HashMap::new(),
            open: VecDeque::new(),
            inside: Vec::new(),
        }
    }

    /// The shape of a whole body, its members written out even where others share them.
    pub(super) fn body(&mut self, schema: &SchemaAt, side: Side, anchors: &mut Anchors) -> Shape {
        Builder { shapes: self, side, anchors }.at(&schema.0, true)
    }

    /// The shape of a part.
    pub(super) fn part(&mut self, schema: &SchemaAt, side: Side, anchors: &mut Anchors) -> Shape {
        Builder { shapes: self, side, anchors }.at(&schema.0, false)
    }

    /// The shapes that were linked to, and those that they link to.
    pub(super) fn shared(&mut self, anchors: &mut Anchors) -> Vec<Shared> {
        let mut found = Vec::new();
        while let Some(at) = self.open.pop_front() {
            let Some(Link { name, anchor }) = self.links.get(&at).cloned() else { continue };
            self.inside.push(at.clone());
            let shape = Builder { shapes: self, side: Side::Response, anchors }.written(&at);
            self.inside.pop();
            found.push(Shared { anchor, name, shape });
        }
        found.sort_by(|a, b| (a.name.to_lowercase(), &a.anchor).cmp(&(b.name.to_lowercase(), &b.anchor)));
        found
    }
}

struct Builder<'s, 'c> {
    shapes: &'s mut Shapes<'c>,
    side: Side,
    anchors: &'s mut Anchors,
}

impl<'c> Builder<'_, 'c> {
    fn schema(&self, at: &str) -> Option<&'c Value> {
        self.shapes.contract.schemas.raw(self.side).pointer(at)
    }

    /// The shape of what stands at a place, or a link to where it is described.
    fn at(&mut self, at: &str, whole: bool) -> Shape {
        let Some(target) = self.schema(at).and_then(walk::target) else { return self.written(at) };
        let beside = self.beside(at);
        let Some(schema) = self.schema(&target).filter(|_| target != at) else { return beside };
        let again = self.shapes.inside.contains(&target);
        let used_once = self.shapes.uses.get(&target).copied().unwrap_or(0) <= 1;
        let deep = self.shapes.inside.len() >= DEPTH;
        if again || (!whole && !is_plain(schema) && (deep || !used_once)) {
            let link = self.link(&target);
            return Shape { kind: vec![Term::Link(link)], nullable: is_nullable(schema), ..beside };
        }
        self.shapes.inside.push(target.clone());
        let mut shape = self.at(&target, whole);
        self.shapes.inside.pop();
        shape.description = beside.description.or(shape.description);
        shape.default = beside.default.or(shape.default);
        shape.example = beside.example.or(shape.example);
        shape.deprecated |= beside.deprecated;
        shape.read_only |= beside.read_only;
        shape.write_only |= beside.write_only;
        shape
    }

    /// What stands beside a reference.
    fn beside(&self, at: &str) -> Shape {
        let mut shape = Shape::default();
        if let Some(Value::Object(schema)) = self.schema(at) {
            annotate(&mut shape, schema, &self.shapes.contract.document, at);
        }
        shape
    }

    fn link(&mut self, target: &str) -> Link {
        if let Some(link) = self.shapes.links.get(target) {
            return link.clone();
        }
        let name =
            pointer::parent_and_last(target).map_or_else(|| "schema".into(), |(_, last)| last.into_owned());
        let anchor = self.anchors.take(&format!("schema-{name}"));
        let link = Link { name, anchor };
        self.shapes.links.insert(target.to_owned(), link.clone());
        self.shapes.open.push_back(target.to_owned());
        link
    }

    /// The shape of the schema that is written at a place.
    fn written(&mut self, at: &str) -> Shape {
        if self.schema(at).and_then(walk::target).is_some_and(|target| target != at) {
            return self.at(at, false);
        }
        let mut shape = Shape::default();
        let schema = match self.schema(at) {
            Some(Value::Object(schema)) => schema,
            Some(Value::Bool(false)) => {
                shape.kind = words("nothing");
                return shape;
            }
            _ => {
                shape.kind = vec![Term::Anything];
                return shape;
            }
        };
        annotate(&mut shape, schema, &self.shapes.contract.document, at);
        if schema.get(UNREAD) == Some(&Value::Bool(true)) {
            shape.kind = words("unknown");
            shape.limits.push("It cannot be read".to_owned());
            return shape;
        }
        shape.limits = limits(schema);
        if schema.contains_key(UNREAD) {
            shape.limits.push("Not all that the contract says of it can be read".to_owned());
        }
        shape.values = values(schema);
        shape.nullable = is_nullable(self.schema(at).unwrap_or(&Value::Null));
        self.parts(&mut shape, schema, at);
        self.members(&mut shape, schema, at);
        if shape.kind.is_empty() {
            shape.kind = self.kind(&mut shape, schema, at);
        }
        shape
    }

    /// The type, by its name or by what else the schema says.
    fn kind(&mut self, shape: &mut Shape, schema: &Map<String, Value>, at: &str) -> Vec<Term> {
        match types(schema).as_slice() {
            [] if shape.nullable && !has_type(schema) => Vec::new(),
            [] => untyped(shape, schema),
            ["array"] => self.items(shape, schema, at),
            ["object"] => self.map(shape, schema, at),
            many => {
                let plain =
                    many.iter().filter(|name| **name != "array").map(|name| with_format(name, schema));
                let plain = plain.collect::<Vec<_>>().join(" or ");
                if !many.contains(&"array") {
                    return words(&plain);
                }
                let mut kind = words(&format!("{plain} or "));
                kind.extend(self.items(shape, schema, at));
                kind
            }
        }
    }

    /// What `allOf`, `anyOf` and `oneOf` add.
    fn parts(&mut self, shape: &mut Shape, schema: &'c Map<String, Value>, at: &str) {
        if let Some(Value::Array(all)) = schema.get("allOf") {
            let mut own: Vec<&Map<String, Value>> = vec![schema];
            for index in 0..all.len() {
                let place = format!("{at}/allOf/{index}");
                let part = self.at(&place, false);
                if !matches!(part.kind.as_slice(), [Term::Link(_)]) {
                    own.extend(self.said(&place));
                }
                absorb(shape, part);
            }
            self.fold(shape, &own, at);
        }
        for (keyword, words) in [("oneOf", "One of"), ("anyOf", "At least one of")] {
            let Some(Value::Array(all)) = schema.get(keyword) else { continue };
            let mut choices = Vec::new();
            for index in 0..all.len() {
                let place = format!("{at}/{keyword}/{index}");
                if self.schema(&place).is_some_and(is_null) {
                    shape.nullable = true;
                } else {
                    choices.push(self.at(&place, false));
                }
            }
            match <[Shape; 1]>::try_from(choices) {
                Ok([single]) => absorb(shape, single),
                Err(choices) if choices.is_empty() => {}
                Err(mut choices) => {
                    // Alternatives that only ask for other members say nothing that a reader can see.
                    choices.retain(|choice| !is_empty(choice));
                    shape.choices.extend((!choices.is_empty()).then_some((words, choices)));
                }
            }
        }
    }

    /// What is said at a place, by all the schemas that apply there.
    fn said(&self, at: &str) -> impl Iterator<Item = &'c Map<String, Value>> + use<'c> {
        let parts = walk::parts(self.shapes.contract.schemas.raw(self.side), &[at.to_owned()]);
        parts.into_iter().filter_map(|part| match part.says {
            Says::Keywords(schema) => Some(schema),
            Says::Nothing => None,
        })
    }

    /// All parts hold: of their lists what they have in common, of their types and limits the
    /// narrowest. `own` are those that are written out here.
    fn fold(&mut self, shape: &mut Shape, own: &[&'c Map<String, Value>], at: &str) {
        let folded = Folded::read(self.shapes.contract.schemas.raw(self.side), &[at.to_owned()]);
        if own.iter().any(|schema| schema.contains_key("enum") || schema.contains_key("const")) {
            shape.values = folded.listed.iter().flatten().map(ToString::to_string).collect();
        }
        narrowed(&mut shape.limits, own);
        let is_link = matches!(shape.kind.as_slice(), [Term::Link(_)]);
        let is_plain = shape.choices.is_empty() && shape.fields.is_empty();
        let names = folded.type_names();
        let is_scalar = |name: &&str| !matches!(*name, "array" | "object");
        if !is_link && is_plain && !names.is_empty() && names.iter().all(is_scalar) {
            let format = folded.format.as_ref().map(|format| format!(" ({format})")).unwrap_or_default();
            let kinds: Vec<String> = names.iter().map(|name| format!("{name}{format}")).collect();
            shape.kind = words(&kinds.join(" or "));
        }
        if shape.kind == [Term::Array]
            && let [only] = folded.items.as_slice()
        {
            let items = self.at(only, false);
            shape.kind = hold(shape, items, Term::ArrayOf);
        } else if shape.kind == [Term::Object]
            && is_plain
            && let [only] = folded.additional.as_slice()
        {
            let values = self.at(only, false);
            shape.kind = hold(shape, values, map_of());
        }
    }

    fn members(&mut self, shape: &mut Shape, schema: &Map<String, Value>, at: &str) {
        let required = |name: &str, schema: &Map<String, Value>| {
            schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
        };
        for field in &mut shape.fields {
            field.required |= required(&field.name, schema);
        }
        let Some(Value::Object(properties)) = schema.get("properties") else { return };
        // What a part was linked for is written out beside members of its own.
        if let [Term::Link(link)] = shape.kind.as_slice() {
            shape.inherits.insert(0, link.clone());
            shape.kind.clear();
        }
        for name in properties.keys() {
            let inner = self.at(&pointer::child(&pointer::child(at, "properties"), name), false);
            let field = Field { name: name.clone(), required: required(name, schema), shape: inner };
            match shape.fields.iter_mut().find(|known| known.name == *name) {
                Some(known) => {
                    let required = known.required || field.required;
                    if !is_empty(&field.shape) {
                        *known = field;
                    }
                    known.required = required;
                }
                None => shape.fields.push(field),
            }
        }
        if shape.kind.is_empty() {
            shape.kind = vec![Term::Object];
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            shape.limits.push("no other members".to_owned());
        }
    }

    fn items(&mut self, shape: &mut Shape, schema: &Map<String, Value>, at: &str) -> Vec<Term> {
        if !schema.contains_key("items") {
            return vec![Term::Array];
        }
        let items = self.at(&pointer::child(at, "items"), false);
        hold(shape, items, Term::ArrayOf)
    }

    fn map(&mut self, shape: &mut Shape, schema: &Map<String, Value>, at: &str) -> Vec<Term> {
        match schema.get("additionalProperties") {
            Some(Value::Object(inner)) if !inner.is_empty() => {
                let values = self.at(&pointer::child(at, "additionalProperties"), false);
                hold(shape, values, map_of())
            }
            Some(Value::Bool(false)) if shape.fields.is_empty() => words("empty object"),
            _ => vec![Term::Object],
        }
    }
}

fn map_of() -> Term {
    Term::Words("map of names to ".to_owned())
}

/// The type that a schema without one has by what else it says.
fn untyped(shape: &Shape, schema: &Map<String, Value>) -> Vec<Term> {
    let first = schema.get("enum").and_then(|listed| listed.get(0)).or_else(|| schema.get("const"));
    if let Some(kind) = first.map(json::type_name) {
        return vec![Term::of_type(kind)];
    }
    if !shape.fields.is_empty() || !shape.inherits.is_empty() {
        return vec![Term::Object];
    }
    if shape.choices.is_empty() { vec![Term::Anything] } else { Vec::new() }
}

fn types(schema: &Map<String, Value>) -> Vec<&str> {
    let all: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    all.into_iter().filter(|name| *name != "null").collect()
}

fn has_type(schema: &Map<String, Value>) -> bool {
    ["properties", "items", "enum", "const", "allOf", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.contains_key(*key))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn is_nullable(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|name| name == "null"),
        Some(Value::String(name)) => name == "null",
        _ => false,
    }
}

/// Whether a schema is as short as a link to it.
fn is_plain(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return true };
    let nested = ["properties", "items", "allOf", "oneOf", "anyOf", "prefixItems", "additionalProperties"];
    let few = schema.get("enum").and_then(Value::as_array).is_none_or(|all| all.len() <= FEW_VALUES);
    few && !nested.iter().any(|key| schema.get(*key).is_some_and(|value| !value.is_boolean()))
}

fn with_format(kind: &str, schema: &Map<String, Value>) -> String {
    match text(schema, "format") {
        Some(format) => format!("{kind} ({format})"),
        None => kind.to_owned(),
    }
}
