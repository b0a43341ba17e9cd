//! A schema with its references followed and its `allOf` folded, as a generator reads it.

use crate::json::pointer;
use crate::schema::Discriminator;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The JSON types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `string`
    String,
    /// `array`
    Array,
    /// `object`
    Object,
}

/// What a place may hold, all constraints that apply to it folded together.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
pub struct Folded {
    /// JSON Pointer to the schema that says most about the place.
    pub at: String,
    /// The types that are allowed; empty means any.
    pub types: Vec<Type>,
    /// Whether nothing can satisfy the types that are asked for.
    pub impossible: bool,
    /// The only values that are allowed.
    pub listed: Option<Vec<Value>>,
    /// Documented values.
    pub examples: Vec<Value>,
    /// The schemas of each property.
    pub properties: IndexMap<String, Vec<String>>,
    /// The properties that must be there.
    pub required: Vec<String>,
    /// Whether the contract says anything about undeclared properties.
    pub additional_stated: bool,
    /// Whether undeclared properties are forbidden.
    pub closed: bool,
    /// The schemas of undeclared properties, where there are any.
    pub additional: Vec<String>,
    /// Bounds of an object's size.
    pub member_count: (Option<u64>, Option<u64>),
    /// The schemas of every item.
    pub items: Vec<String>,
    /// Bounds of an array's length.
    pub item_count: (Option<u64>, Option<u64>),
    /// Whether items must differ.
    pub unique_items: bool,
    /// Bounds of a text's length.
    pub length: (Option<u64>, Option<u64>),
    /// What a text must match.
    pub patterns: Vec<String>,
    /// The format.
    pub format: Option<String>,
    /// The least number, and whether it is itself excluded.
    pub minimum: Option<(f64, bool)>,
    /// The greatest number, and whether it is itself excluded.
    pub maximum: Option<(f64, bool)>,
    /// What a number must be a multiple of.
    pub multiple_of: Option<f64>,
    /// Whether it only travels in answers.
    pub read_only: bool,
    /// Whether it is `nullable` in a way that has no effect by the letter, though it was meant.
    pub perhaps_null: bool,
    /// The properties that say which schema a value has.
    pub discriminators: Vec<Discriminator>,
    /// The schemas that are folded together here.
    pub parts: Vec<String>,
    /// Alternatives: for each `oneOf` or `anyOf`, the schemas to choose from.
    pub alternatives: Vec<Vec<String>>,
}

/// So many alternatives of one place are looked into.
const ALTERNATIVES: usize = 64;

/// The folded schemas of one document, each read once.
pub struct Folds<'c> {
    /// The document that places and references point into, as 2020-12.
    pub root: &'c Value,
    known: RefCell<HashMap<Vec<String>, Rc<Folded>>>,
    /// The same with every alternative.
    wholes: RefCell<HashMap<Vec<String>, Rc<Folded>>>,
}

impl<'c> Folds<'c> {
    /// Those of a document.
    pub fn new(root: &'c Value) -> Folds<'c> {
        Folds { root, known: RefCell::default(), wholes: RefCell::default() }
    }

    /// The schemas at `places`, folded together.
    pub fn at(&self, places: &[String]) -> Rc<Folded> {
        if let Some(known) = self.known.borrow().get(places) {
            return Rc::clone(known);
        }
        let flat = Rc::new(Folded::read(self.root, places));
        self.known.borrow_mut().insert(places.to_vec(), Rc::clone(&flat));
        flat
    }

    /// Everything that any alternative says about a place.
    pub fn whole(&self, places: &[String]) -> Rc<Folded> {
        if let Some(known) = self.wholes.borrow().get(places) {
            return Rc::clone(known);
        }
        let mut all = places.to_vec();
        let flat = loop {
            let flat = self.at(&all);
            let before = all.len();
            if before <= ALTERNATIVES {
                let more = flat.alternatives.iter().flatten().filter(|branch| !all.contains(branch));
                let more: Vec<String> = more.cloned().collect();
                all.extend(more);
            }
            if all.len() == before {
                break flat;
            }
        };
        self.wholes.borrow_mut().insert(places.to_vec(), Rc::clone(&flat));
        flat
    }

    /// Everything that is said about what stands at a pointer below values of the schemas at
    /// `places`; `*` is every item.
    pub fn below(&self, places: &[String], pointer: &str) -> Rc<Folded> {
        pointer::tokens(pointer).fold(self.whole(places), |flat, token| {
            self.whole(flat.properties.get(token.as_ref()).unwrap_or(&flat.items))
        })
    }
}

impl Folded {
    /// Folds the schemas at `places` together.
    pub fn read(root: &Value, places: &[String]) -> Folded {
        let mut flat = Folded { at: places.first().cloned().unwrap_or_default(), ..Folded::default() };
        let mut open: Vec<String> = places.iter().rev().cloned().collect();
        let mut seen = HashSet::new();
        let mut typed: Option<Vec<Type>> = None;
        while let Some(at) = open.pop() {
            if !seen.insert(at.clone()) {
                continue;
            }
            let Some(schema) = pointer::get(root, &at).and_then(Value::as_object) else { continue };
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                open.extend(pointer::from_fragment(reference));
            }
            if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
                open.extend((0..parts.len()).rev().map(|index| format!("{at}/allOf/{index}")));
            }
            if schema.contains_key("type") || schema.contains_key("properties") {
                flat.at.clone_from(&at);
            }
            let types = types(schema);
            if !types.is_empty() {
                typed = Some(match typed {
                    Some(before) => common(before, &types),
                    None => types,
                });
            }
            flat.fold(schema, &at);
            flat.parts.push(at);
        }
        flat.impossible = typed.as_ref().is_some_and(Vec::is_empty);
        flat.types = typed.unwrap_or_default();
        if flat.types.is_empty() {
            flat.types = flat.implied_types();
        }
        flat
    }

    fn fold(&mut self, schema: &Map<String, Value>, at: &str) {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let count = |key: &str| schema.get(key).and_then(Value::as_u64);
        if let Some(value) = schema.get("const") {
            self.listed = Some(vec![value.clone()]);
        } else if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            self.listed.get_or_insert_with(|| values.clone());
        }
        let single = ["example", "default"].iter().filter_map(|key| schema.get(*key));
        let several = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        self.examples.extend(single.chain(several).cloned());
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for name in properties.keys() {
                let place = pointer::child(&pointer::child(at, "properties"), name);
                self.properties.entry(name.clone()).or_default().push(place);
            }
        }
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in names.filter_map(Value::as_str) {
            if !self.required.iter().any(|known| known == name) {
                self.required.push(name.to_owned());
            }
        }
        for key in ["additionalProperties", "unevaluatedProperties", "patternProperties"] {
            self.additional_stated |= schema.contains_key(key);
            self.closed |= key != "patternProperties" && schema.get(key) == Some(&Value::Bool(false));
        }
        if schema.get("additionalProperties").is_some_and(Value::is_object) {
            self.additional.push(pointer::child(at, "additionalProperties"));
        }
        narrow(&mut self.member_count, count("minProperties"), count("maxProperties"));
        if schema.get("items").is_some_and(Value::is_object) {
            self.items.push(pointer::child(at, "items"));
        }
        let unlisted =
            || schema.get("enum").and_then(Value::as_array).is_some_and(|all| !all.contains(&Value::Null));
        self.perhaps_null |= schema.get("nullable") == Some(&Value::Bool(true))
            && (!schema.contains_key("type") || unlisted());
        self.discriminators.extend(Discriminator::read(schema));
        self.read_only |= schema.get("readOnly") == Some(&Value::Bool(true));
        self.unique_items |= schema.get("uniqueItems") == Some(&Value::Bool(true));
        narrow(&mut self.item_count, count("minItems"), count("maxItems"));
        narrow(&mut self.length, count("minLength"), count("maxLength"));
        self.patterns.extend(schema.get("pattern").and_then(Value::as_str).map(str::to_owned));
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            self.format.get_or_insert_with(|| format.to_owned());
        }
        for (key, excluded) in [("minimum", false), ("exclusiveMinimum", true)] {
            if let Some(limit) = number(key)
                && self.minimum.is_none_or(|(before, _)| limit >= before)
            {
                self.minimum = Some((limit, excluded));
            }
        }
        for (key, excluded) in [("maximum", false), ("exclusiveMaximum", true)] {
            if let Some(limit) = number(key)
                && self.maximum.is_none_or(|(before, _)| limit <= before)
            {
                self.maximum = Some((limit, excluded));
            }
        }
        self.multiple_of = number("multipleOf").or(self.multiple_of);
        for key in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(key).and_then(Value::as_array) {
                let base = pointer::child(at, key);
                self.alternatives.push((0..branches.len()).map(|index| format!("{base}/{index}")).collect());
            }
        }
    }

    fn implied_types(&self) -> Vec<Type> {
        if !self.properties.is_empty() || !self.required.is_empty() {
            vec![Type::Object]
        } else if !self.items.is_empty() {
            vec![Type::Array]
        } else if self.length != (None, None) || !self.patterns.is_empty() {
            vec![Type::String]
        } else {
            Vec::new()
        }
    }

    /// The type that a generated value has: the first one that is not null.
    pub fn main_type(&self) -> Option<Type> {
        self.types.iter().copied().find(|one| *one != Type::Null).or_else(|| self.types.first().copied())
    }

    /// Whether a type is allowed.
    pub fn allows(&self, wanted: Type) -> bool {
        self.types.is_empty()
            || self.types.contains(&wanted)
            || (wanted == Type::Integer && self.types.contains(&Type::Number))
    }

    /// Whether text here is neither listed nor shaped by a pattern or format.
    pub fn is_free_text(&self) -> bool {
        self.allows(Type::String)
            && !self.types.is_empty()
            && self.listed.is_none()
            && self.patterns.is_empty()
            && self.format.as_deref().is_none_or(|format| format == "password")
    }
}

fn narrow(bounds: &mut (Option<u64>, Option<u64>), least: Option<u64>, most: Option<u64>) {
    bounds.0 = bounds.0.max(least);
    bounds.1 = match (bounds.1, most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// The types that two lists have in common: every integer is a number.
fn common(before: Vec<Type>, types: &[Type]) -> Vec<Type> {
    let narrower = |one: Type| match one {
        Type::Number if types.contains(&Type::Integer) && !types.contains(&one) => Some(Type::Integer),
        Type::Integer if types.contains(&Type::Number) => Some(one),
        one => types.contains(&one).then_some(one),
    };
    before.into_iter().filter_map(narrower).collect()
}

fn types(schema: &Map<String, Value>) -> Vec<Type> {
    let one = |name: &str| match name {
        "null" => Some(Type::Null),
        "boolean" => Some(Type::Boolean),
        "integer" => Some(Type::Integer),
        "number" => Some(Type::Number),
        "string" => Some(Type::String),
        "array" => Some(Type::Array),
        "object" => Some(Type::Object),
        _ => None,
    };
    match schema.get("type") {
        Some(Value::String(name)) => one(name).into_iter().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(one).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_of_and_references_fold_into_one() {
        let root = json!({
            "a": {"allOf": [{"$ref": "#/b"}, {"required": ["y"], "properties": {"x": {"maxLength": 3}}}]},
            "b": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string", "maxLength": 9}, "y": {}}}
        });
        let flat = Folded::read(&root, &["/a".into()]);
        assert_eq!(flat.required, ["x", "y"]);
        assert_eq!(flat.types, [Type::Object]);
        let x = Folded::read(&root, &flat.properties["x"]);
        assert_eq!((x.types.as_slice(), x.length), ([Type::String].as_slice(), (None, Some(3))));
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let root = json!({"a": {"allOf": [{"$ref": "#/a"}], "type": "object"}});
        assert_eq!(Folded::read(&root, &["/a".into()]).types, [Type::Object]);
    }
}
