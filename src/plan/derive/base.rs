//! The valid body that every case of a JSON body starts from.

use super::Deriver;
use crate::contract::{MediaType, Side};
use crate::json::pointer;
use crate::plan::generate::flat::Flat;
use crate::plan::generate::mutate;
use crate::plan::generate::value::Fill;
use crate::plan::unique;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

/// A body that the schema allows, and what must be fresh in it wherever it is sent.
pub(super) struct Base {
    /// The body.
    pub(super) value: Value,
    /// What it is a representation of.
    pub(super) media: MediaType,
    /// Its schemas.
    pub(super) schemas: Vec<String>,
    operation: String,
    unique: Vec<(String, Flat)>,
    /// Which key has which value: no two keys may share one, however short the values.
    given: RefCell<HashMap<(usize, String), String>>,
}

impl Base {
    pub(super) fn new(deriver: &Deriver<'_>, value: Value, media: MediaType) -> Base {
        let schemas: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        let mut maker = deriver.maker("unique", Fill::All, true);
        let fields = deriver.operation.behaviour.unique.iter().map(|unique| {
            let mut places = schemas.clone();
            for token in pointer::tokens(&unique.field) {
                let flat = maker.choose(&places);
                places = flat.properties.get(token.as_ref()).cloned().unwrap_or(flat.items);
            }
            (unique.field.clone(), maker.choose(&places))
        });
        let unique = fields.collect();
        Base {
            value,
            media,
            schemas,
            operation: deriver.operation.id.clone(),
            unique,
            given: RefCell::default(),
        }
    }

    /// A body whose unique fields hold values that no other case has.
    pub(super) fn fresh(&self, value: &Value, key: &str) -> Value {
        let mut value = value.clone();
        for (index, (field, flat)) in self.unique.iter().enumerate() {
            if value.pointer(field).is_none_or(Value::is_null) {
                continue;
            }
            let mut given = self.given.borrow_mut();
            let tries = (0..100).map(|number| match number {
                0 => format!("{}/{key}", self.operation),
                number => format!("{}/{key}/{number}", self.operation),
            });
            let fresh = tries.map_while(|name| unique::fresh(flat, &name)).find(|fresh| {
                given.entry((index, fresh.to_string())).or_insert_with(|| key.to_owned()) == key
            });
            if let Some(fresh) = fresh {
                mutate::put(&mut value, field, fresh);
            }
        }
        value
    }

    /// The same as JSON text.
    pub(super) fn bytes(&self, value: &Value, key: &str) -> Vec<u8> {
        self.fresh(value, key).to_string().into_bytes()
    }
}

impl Deriver<'_> {
    /// A value of the media type that its schema allows.
    pub(super) fn base(&self, media: &MediaType, fill: Fill) -> Option<Value> {
        let schema = media.schema.as_ref()?;
        let places = std::slice::from_ref(&schema.0);
        let valid = |value: &Value| self.contract.schemas.accepts(schema, Side::Request, value);
        let documented = media.examples.iter().map(|example| &example.value);
        if fill == Fill::All
            && let Some(example) = documented
                .filter(|value| valid(value))
                .max_by_key(|value| value.as_object().map_or(0, serde_json::Map::len))
        {
            let mut value = example.clone();
            let mut maker = self.maker("base", fill, true);
            if let (Some(Value::Object(made)), Some(members)) = (maker.make(places), value.as_object_mut()) {
                let before = members.clone();
                for (name, made) in made {
                    members.entry(name).or_insert(made);
                }
                if !valid(&value) {
                    value = Value::Object(before);
                }
            }
            return Some(value);
        }
        let tries = [(fill, true), (fill, false)].into_iter().chain((0..20).map(|_| (Fill::Random, false)));
        tries.enumerate().find_map(|(index, (fill, examples))| {
            let mut maker = self.maker(&format!("base/{index}"), fill, examples);
            maker.make(places).filter(valid)
        })
    }
}
