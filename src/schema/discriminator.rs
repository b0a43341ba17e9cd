//! `discriminator`: the property that says which schema a value has.

use crate::json::pointer;
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A property that says which schema a value has.
#[derive(Clone, Debug)]
pub struct Discriminator {
    /// Its name.
    pub property: String,
    /// JSON Pointers to the schemas that some of its values are mapped to.
    pub mapping: IndexMap<String, String>,
}

const SCHEMAS: &str = "/components/schemas";

impl Discriminator {
    /// That of a schema, if it has one.
    pub fn read(schema: &Map<String, Value>) -> Option<Discriminator> {
        let stated = schema.get("discriminator")?;
        let mapping = stated.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let target = |reference: &str| match pointer::from_fragment(reference) {
            Some(pointer) => pointer,
            None => pointer::child(SCHEMAS, reference),
        };
        Some(Discriminator {
            property: stated.get("propertyName")?.as_str()?.to_owned(),
            mapping: mapping.filter_map(|(name, to)| Some((name.clone(), target(to.as_str()?)))).collect(),
        })
    }

    /// JSON Pointer to the schema that a value of the property stands for: what it is not mapped
    /// to is the name of one.
    pub fn target(&self, value: &str) -> String {
        self.mapping.get(value).cloned().unwrap_or_else(|| pointer::child(SCHEMAS, value))
    }

    /// The values of the property that stand for a schema.
    pub fn names(&self, schema: &str) -> Vec<String> {
        let mapped = self.mapping.iter().filter(|(_, target)| *target == schema);
        let mapped: Vec<String> = mapped.map(|(name, _)| name.clone()).collect();
        let own =
            pointer::parent_and_last(schema).filter(|(parent, _)| mapped.is_empty() && *parent == SCHEMAS);
        mapped.into_iter().chain(own.map(|(_, name)| name.into_owned())).collect()
    }
}
