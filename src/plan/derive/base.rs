//! The valid body that every case of a JSON body starts from.

use super::Deriver;
use crate::contract::{MediaType, SchemaAt, Side};
use crate::json::{self, pointer};
use crate::plan::generate::mutate;
use crate::plan::generate::value::{Fill, Unmade};
use crate::plan::unique::Source;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A body that the schema allows, and what must be fresh in it wherever it is sent.
#[derive(Clone)]
pub(super) struct Base {
    /// The body.
    pub(super) value: Value,
    /// What it is a representation of.
    pub(super) media: MediaType,
    /// Its schemas.
    pub(super) schemas: Vec<String>,
    operation: String,
    unique: Vec<(String, Option<Source>)>,
    /// Which key has which value: no two keys may share one, however short the values.
    given: Rc<RefCell<HashMap<(usize, String), String>>>,
}

impl Base {
    pub(super) fn new(deriver: &Deriver<'_>, value: Value, media: MediaType) -> Base {
        let schemas: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        let mut maker = deriver.maker("unique", Fill::All, true);
        let fields = deriver.operation.behaviour.unique.iter().map(|unique| {
            let mut places = schemas.clone();
            for token in pointer::tokens(&unique.field) {
                let flat = maker.choose(&places);
                places.clone_from(flat.properties.get(token.as_ref()).unwrap_or(&flat.items));
            }
            let fits = |candidate: &Value| {
                let mut value = value.clone();
                mutate::put(&mut value, &unique.field, candidate.clone());
                media
                    .schema
                    .as_ref()
                    .is_none_or(|schema| deriver.contract.schemas.accepts(schema, Side::Request, &value))
            };
            let flat = maker.choose(&places);
            (unique.field.clone(), Source::find(&flat, deriver.wishes.seed, &fits))
        });
        let unique = fields.collect();
        Base { value, media, schemas, operation: deriver.operation.id.clone(), unique, given: Rc::default() }
    }

    /// The same with another body.
    pub(super) fn with(&self, value: Value) -> Base {
        Base { value, ..self.clone() }
    }

    /// A body whose unique fields hold values that no other case has.
    pub(super) fn fresh(&self, value: &Value, key: &str) -> Value {
        let mut value = value.clone();
        for (index, (field, source)) in self.unique.iter().enumerate() {
            let Some(source) = source else { continue };
            if pointer::get(&value, field).is_none_or(Value::is_null) {
                continue;
            }
            let mut given = self.given.borrow_mut();
            let tries = (0..100).map(|number| match number {
                0 => format!("{}/{key}", self.operation),
                number => format!("{}/{key}/{number}", self.operation),
            });
            let fresh = tries.map_while(|name| source.value(&name)).find(|fresh| {
                given.entry((index, fresh.to_string())).or_insert_with(|| key.to_owned()) == key
            });
            if let Some(fresh) = fresh {
                mutate::put(&mut value, field, fresh);
            }
        }
        value
    }

    /// Whether a unique field takes any text, so that more can be said in it beside its own value.
    pub(super) fn is_free(&self, field: &str) -> bool {
        let mut known = self.unique.iter().filter(|(known, _)| known == field);
        known.any(|(_, source)| source.as_ref().is_some_and(Source::is_free))
    }

    /// Whether there are different values for a unique field.
    pub(super) fn has_source(&self, field: &str) -> bool {
        self.unique.iter().any(|(known, source)| known == field && source.is_some())
    }

    /// The same as JSON text.
    pub(super) fn bytes(&self, value: &Value, key: &str) -> Vec<u8> {
        json::compact(&self.fresh(value, key)).into_bytes()
    }
}

impl Deriver<'_> {
    /// A value of the media type that its schema allows. What cannot be had of it is a gap.
    pub(super) fn base(&mut self, media: &MediaType, fill: Fill) -> Option<Value> {
        let schema = media.schema.as_ref()?;
        let contract = self.contract;
        let valid = |value: &Value| contract.schemas.accepts(schema, Side::Request, value);
        let documented = media.examples.iter().map(|example| &example.value);
        let documented = documented
            .filter(|value| fill == Fill::All && valid(value))
            .max_by_key(|value| value.as_object().map_or(0, serde_json::Map::len));
        if let Some(example) = documented {
            let (made, unmade) = self.made(schema, "base", fill, true);
            let mut value = example.clone();
            if let (Some(Value::Object(made)), Some(members)) = (&made, value.as_object_mut()) {
                for (name, made) in made {
                    members.entry(name).or_insert_with(|| made.clone());
                }
            }
            if valid(&value) {
                self.left_out(&unmade);
                return Some(value);
            }
            return Some(made.map_or(example.clone(), |made| self.grown(schema, example.clone(), &made)));
        }
        for (name, examples) in [("base/0", true), ("base/1", false)] {
            let (made, unmade) = self.made(schema, name, fill, examples);
            if let Some(value) = made.filter(valid) {
                self.left_out(&unmade);
                return Some(value);
            }
        }
        if fill == Fill::All
            && let Some(least) = self.base(media, Fill::Required)
        {
            let (made, unmade) = self.made(schema, "base/0", fill, true);
            self.left_out(&unmade);
            return Some(made.map_or(least.clone(), |made| self.grown(schema, least, &made)));
        }
        (2..22).find_map(|number| {
            self.made(schema, &format!("base/{number}"), Fill::Random, false).0.filter(valid)
        })
    }

    fn made(
        &self,
        schema: &SchemaAt,
        name: &str,
        fill: Fill,
        examples: bool,
    ) -> (Option<Value>, Vec<Unmade>) {
        let mut maker = self.maker(name, fill, examples);
        let made = maker.make(std::slice::from_ref(&schema.0));
        (made, maker.unmade)
    }

    /// Why no value can be made at all: where, and in words.
    pub(super) fn obstacle(&self, schema: &SchemaAt) -> (String, String) {
        let (made, unmade) = self.made(schema, "base/0", Fill::Required, true);
        let broken = made.map(|made| self.contract.schemas.violations(schema, Side::Request, &made));
        let broken = broken.and_then(|broken| broken.into_iter().next());
        match (broken, unmade.first()) {
            (Some(broken), _) => {
                let place = if broken.place.is_empty() { "the body" } else { &broken.place };
                (
                    broken.at.clone(),
                    format!(": none was found for `{place}` that satisfies `{}`", broken.keyword),
                )
            }
            (None, Some(unmade)) => {
                let (name, keyword) = (name_of(&unmade.at), unmade.keyword);
                (unmade.at.clone(), format!(": none was found for `{name}` that satisfies its `{keyword}`"))
            }
            (None, None) => (schema.0.clone(), String::new()),
        }
    }

    fn left_out(&mut self, unmade: &[Unmade]) {
        for Unmade { at, keyword } in unmade {
            let name = name_of(at);
            let why = format!(
                "no value was found for `{name}` that satisfies its `{keyword}`, so that it is left out"
            );
            self.gap(at, why);
        }
    }

    /// A valid value with as much of another as leaves it valid.
    fn grown(&mut self, schema: &SchemaAt, least: Value, more: &Value) -> Value {
        let mut value = least;
        self.grow(schema, &mut value, "", more);
        value
    }

    fn grow(&mut self, schema: &SchemaAt, value: &mut Value, at: &str, more: &Value) {
        let Value::Object(members) = more else { return };
        for (name, part) in members {
            let here = pointer::child(at, name);
            let own = pointer::get(value, &here).cloned();
            if own.as_ref() == Some(part) {
                continue;
            }
            let mut tried = value.clone();
            mutate::put(&mut tried, &here, part.clone());
            let broken = self.contract.schemas.violations(schema, Side::Request, &tried);
            if broken.is_empty() {
                *value = tried;
            } else if own.is_some() {
                self.grow(schema, value, &here, part);
            } else {
                let broken =
                    broken.iter().find(|broken| broken.place.starts_with(&here)).unwrap_or(&broken[0]);
                let keyword = &broken.keyword;
                let why = format!(
                    "no value was found for `{here}` that satisfies `{keyword}`, so that it is left out"
                );
                self.gap(&broken.at, why);
            }
        }
    }
}

/// The name of what a schema is for.
fn name_of(at: &str) -> String {
    pointer::parent_and_last(at).map(|(_, name)| name.into_owned()).unwrap_or_default()
}
