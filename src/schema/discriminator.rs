//! `discriminator`: the property that says which schema a value has.

use super::walk;
use crate::json::pointer;
use indexmap::IndexMap;
use serde_json::Value;

/// A property that says which schema a value has.
#[derive(Clone, Debug)]
pub struct Discriminator {
    /// JSON Pointer to the schema that says so.
    pub at: String,
    /// Its name.
    pub property: String,
    /// JSON Pointers to the schemas that some of its values are mapped to.
    pub mapping: IndexMap<String, String>,
    /// JSON Pointer to the schema that a value without the property has, or with a name that is none.
    pub default: Option<String>,
    /// The schemas that a value may have: the alternatives where there are any; else those that are
    /// mapped, or build on the schema that says so.
    pub targets: Vec<String>,
}

const SCHEMAS: &str = "/components/schemas";

impl Discriminator {
    /// That of a schema, if it has one.
    pub fn read(root: &Value, at: &str) -> Option<Discriminator> {
        let schema = pointer::get(root, at)?.as_object()?;
        let stated = schema.get("discriminator")?;
        let mapping = stated.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let target = |reference: &str| match pointer::from_fragment(reference) {
            Some(pointer) => pointer,
            None => pointer::child(SCHEMAS, reference),
        };
        let is_older = ["3.0", "3.1"].iter().any(|older| {
            root.get("openapi").and_then(Value::as_str).is_some_and(|version| version.starts_with(older))
        });
        let default = stated.get("defaultMapping").and_then(Value::as_str).filter(|_| !is_older);
        let mut read = Discriminator {
            at: at.to_owned(),
            default: default.map(target),
            targets: Vec::new(),
            property: stated.get("propertyName")?.as_str()?.to_owned(),
            mapping: mapping.filter_map(|(name, to)| Some((name.clone(), target(to.as_str()?)))).collect(),
        };
        read.targets = read.targets(root);
        Some(read)
    }

    /// JSON Pointer to the schema that a value of the property stands for: what it is not mapped
    /// to is the name of one.
    pub fn target(&self, value: &str) -> String {
        if let Some(mapped) = self.mapping.get(value) {
            return mapped.clone();
        }
        let named = pointer::child(SCHEMAS, value);
        match &self.default {
            Some(default) if !self.targets.contains(&named) => default.clone(),
            _ => named,
        }
    }

    fn targets(&self, root: &Value) -> Vec<String> {
        let Some(schema) = pointer::get(root, &self.at).and_then(Value::as_object) else { return Vec::new() };
        let builds_on = |place: &String| {
            *place != self.at
                && walk::parts(root, std::slice::from_ref(place)).iter().any(|part| part.at == self.at)
        };
        let groups: Vec<Vec<String>> = walk::alternatives(schema, &self.at).collect();
        if !groups.is_empty() {
            let branches = groups.iter().flatten().filter_map(|at| pointer::get(root, at));
            return branches.filter_map(walk::target).collect();
        }
        if !self.mapping.is_empty() {
            let mut mapped: Vec<String> = Vec::new();
            for target in self.mapping.values().chain(&self.default).filter(|target| builds_on(target)) {
                if !mapped.contains(target) {
                    mapped.push(target.clone());
                }
            }
            return mapped;
        }
        let all = pointer::get(root, SCHEMAS).and_then(Value::as_object).into_iter().flatten();
        all.map(|(name, _)| pointer::child(SCHEMAS, name)).filter(builds_on).collect()
    }

    /// The name that a value of some schemas has, so many names further where there are several.
    pub fn name(&self, parts: &[String], further: usize) -> Option<String> {
        let of = |part: &String| {
            let names = self.names(part);
            let index = further % names.len().max(1);
            names.into_iter().nth(index)
        };
        // What says which schema a value has is itself only where there is no other.
        let others = parts.iter().filter(|part| **part != self.at);
        others.clone().find_map(of).or_else(|| parts.iter().find(|part| **part == self.at).and_then(of))
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
