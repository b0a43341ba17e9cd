//! Schemas folded: everything that applies to one place of a value, as one.
//!
//! The law: a value that the validator takes is never one that a fold excludes.

mod rarer;

pub use super::folds::{Folds, Places};
pub use rarer::{Condition, Contains, Rarer};

use super::lower::UNREAD;
use super::walk::{self, Says};
use crate::json::decimal::{self, Decimal};
use crate::json::pointer;
use crate::pattern::{Known, Pattern};
use crate::schema::{Discriminator, number_format};
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

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

impl Type {
    const ALL: [Type; 7] =
        [Type::Null, Type::Boolean, Type::Integer, Type::Number, Type::String, Type::Array, Type::Object];

    /// Whether its values are numbers.
    pub fn is_numeric(self) -> bool {
        matches!(self, Type::Integer | Type::Number)
    }

    /// That of a value.
    pub fn of(value: &Value) -> Type {
        match value {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Boolean,
            Value::Number(number) => {
                let is_whole = Decimal::read(&number.to_string()).is_some_and(|number| number.is_whole());
                if is_whole { Type::Integer } else { Type::Number }
            }
            Value::String(_) => Type::String,
            Value::Array(_) => Type::Array,
            Value::Object(_) => Type::Object,
        }
    }

    /// Its name in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::String => "string",
            Type::Array => "array",
            Type::Object => "object",
        }
    }
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
    pub properties: IndexMap<String, Places, foldhash::fast::RandomState>,
    /// The properties that must be there.
    pub required: Vec<String>,
    /// Whether the contract says anything about undeclared properties.
    pub additional_stated: bool,
    /// Whether undeclared properties are forbidden.
    pub closed: bool,
    /// The schemas of undeclared properties, where there are any.
    pub additional: Places,
    /// What objects hold, schema by schema.
    objects: Vec<Members>,
    /// Bounds of an object's size.
    pub member_count: (Option<u64>, Option<u64>),
    /// The schemas of every item that has none of its own.
    pub items: Places,
    /// The schemas of the first items, where these have their own.
    pub first_items: Vec<Places>,
    /// Bounds of an array's length.
    pub item_count: (Option<u64>, Option<u64>),
    /// Whether items must differ.
    pub unique_items: bool,
    /// Bounds of a text's length.
    pub length: (Option<u64>, Option<u64>),
    /// What a text must match.
    pub patterns: Vec<String>,
    /// Whether there is a pattern that cannot be used.
    pub unread_pattern: bool,
    /// The format that is named first.
    pub format: Option<String>,
    /// Every format that is named.
    pub formats: Vec<String>,
    /// The least number.
    pub minimum: Option<Bound>,
    /// The greatest number.
    pub maximum: Option<Bound>,
    /// What a number must be a multiple of.
    pub multiple_of: Option<f64>,
    /// Whether it only travels in answers.
    pub read_only: bool,
    /// Whether something that is said of it cannot be read.
    pub unread: bool,
    /// Whether nothing is known of it for that: what it refers to cannot be read.
    pub unknown: bool,
    /// Whether it is `nullable` in a way that has no effect by the letter, though it was meant.
    pub perhaps_null: bool,
    /// The properties that say which schema a value has.
    pub discriminators: Vec<Discriminator>,
    /// The schemas that are folded together here.
    pub parts: Vec<String>,
    /// Alternatives: for each `oneOf` or `anyOf`, the schemas to choose from.
    pub alternatives: Vec<Vec<String>>,
    /// The schemas that apply under a condition.
    pub conditional: Vec<String>,
    /// What few schemas say.
    pub rarer: Rarer,
    /// The types that schemas name; none where no schema names any.
    pub(super) named_types: Option<Vec<Type>>,
}

/// The end of what numbers may be.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Where it is.
    pub limit: f64,
    /// The same to the last digit.
    pub number: Number,
    /// Whether it is itself excluded.
    pub excluded: bool,
}

/// What one schema says of the members of an object.
#[derive(Clone, Debug, Default)]
struct Members {
    /// The properties that it declares, with their schemas.
    own: Vec<(String, String)>,
    /// Names by their pattern.
    patterns: Vec<(Known, String)>,
    /// The schema of all others.
    others: Option<String>,
}

/// What one schema says of the items of an array.
struct Items {
    first: Vec<String>,
    others: Option<String>,
    /// Whether there are no others.
    closed: bool,
}

impl Folded {
    /// Folds the schemas at `places` together.
    pub fn read(root: &Value, places: &[String]) -> Folded {
        let mut flat = Folded { at: places.first().cloned().unwrap_or_default(), ..Folded::default() };
        let mut lists = Vec::new();
        for part in walk::parts(root, places) {
            match part.says {
                Says::Nothing => flat.impossible = true,
                Says::Keywords(schema) => {
                    if schema.contains_key("type") || schema.contains_key("properties") {
                        flat.at.clone_from(&part.at);
                    }
                    flat.fold(schema, &part.at);
                    if schema.contains_key("discriminator") {
                        flat.discriminators.extend(Discriminator::read(root, &part.at));
                    }
                    flat.objects.push(Members::read(schema, &part.at));
                    lists.push(Items::read(schema, &part.at));
                }
            }
            flat.parts.push(part.at);
        }
        flat.declare();
        flat.line_up(&lists);
        flat.impossible |= flat.named_types.as_ref().is_some_and(Vec::is_empty);
        flat.impossible |= flat.listed.as_ref().is_some_and(Vec::is_empty);
        flat.types = flat
            .named_types
            .clone()
            .filter(|types| !types.is_empty())
            .unwrap_or_else(|| flat.implied_types());
        flat
    }

    fn fold(&mut self, schema: &Map<String, Value>, at: &str) {
        let count = |key: &str| schema.get(key).and_then(Value::as_u64);
        let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        self.list(schema);
        let types = types(schema);
        if !types.is_empty() {
            self.named_types = Some(match self.named_types.take() {
                Some(before) => common(before, &types),
                None => types,
            });
        }
        let single = ["example", "default"].iter().filter_map(|key| schema.get(*key));
        let several = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        self.examples.extend(single.chain(several).cloned());
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
        narrow(&mut self.member_count, count("minProperties"), count("maxProperties"));
        let unlisted =
            || schema.get("enum").and_then(Value::as_array).is_some_and(|all| !all.contains(&Value::Null));
        self.perhaps_null |= flag("nullable") && (!schema.contains_key("type") || unlisted());
        self.read_only |= flag("readOnly");
        self.unread |= schema.contains_key(UNREAD);
        self.unknown |= flag(UNREAD);
        self.unique_items |= flag("uniqueItems");
        narrow(&mut self.item_count, count("minItems"), count("maxItems"));
        narrow(&mut self.length, count("minLength"), count("maxLength"));
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            match Pattern::of(pattern).as_ref() {
                Ok(_) => self.patterns.push(pattern.to_owned()),
                Err(_) => self.unread_pattern = true,
            }
        }
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            self.format.get_or_insert_with(|| format.to_owned());
            if !self.formats.iter().any(|known| known == format) {
                self.formats.push(format.to_owned());
            }
        }
        self.number(schema);
        self.alternatives.extend(walk::alternatives(schema, at));
        self.conditional.extend(walk::conditional(schema, at));
        self.rarer.fold(schema, at);
    }

    /// Only what all lists have in common is allowed.
    fn list(&mut self, schema: &Map<String, Value>) {
        let listed = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
        let constant = schema.get("const").map(std::slice::from_ref);
        for values in constant.into_iter().chain(listed) {
            self.listed = Some(match self.listed.take() {
                Some(before) => {
                    before.into_iter().filter(|one| values.iter().any(|other| equal(one, other))).collect()
                }
                None => values.to_vec(),
            });
        }
    }

    fn number(&mut self, schema: &Map<String, Value>) {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let bound = |key: &str, excluded| {
            let number = schema.get(key)?.as_number()?.clone();
            Some(Bound { limit: number.as_f64()?, number, excluded })
        };
        let key = |bound: &Bound| (bound.limit, bound.excluded);
        for bound in [bound("minimum", false), bound("exclusiveMinimum", true)].into_iter().flatten() {
            if self.minimum.as_ref().is_none_or(|before| key(before) < key(&bound)) {
                self.minimum = Some(bound);
            }
        }
        let key = |bound: &Bound| (-bound.limit, bound.excluded);
        for bound in [bound("maximum", false), bound("exclusiveMaximum", true)].into_iter().flatten() {
            if self.maximum.as_ref().is_none_or(|before| key(before) < key(&bound)) {
                self.maximum = Some(bound);
            }
        }
        if let Some(step) = number("multipleOf") {
            self.multiple_of = Some(self.multiple_of.map_or(step, |before| common_multiple(before, step)));
        }
    }

    /// Gives each declared property the schemas that apply to it, whichever schema says so.
    fn declare(&mut self) {
        let names: Vec<String> = {
            let own = self.objects.iter().flat_map(|part| &part.own);
            own.map(|(name, _)| name.clone()).collect()
        };
        for name in names {
            if !self.properties.contains_key(&name) {
                let places = self.objects_of(&name);
                self.properties.insert(name, places);
            }
        }
        for others in self.objects.iter().filter_map(|part| part.others.clone()) {
            self.additional.push(others);
        }
        // A schema that says nothing but its properties has no say in other names.
        self.objects.retain(|part| !part.patterns.is_empty() || part.others.is_some());
    }

    fn objects_of(&self, name: &str) -> Places {
        let mut places = Places::default();
        for part in &self.objects {
            part.of(name).for_each(|at| places.push(at.to_owned()));
        }
        places
    }

    /// Gives each of the first items the schemas that apply to it.
    fn line_up(&mut self, lists: &[Items]) {
        let most = lists.iter().map(|list| list.first.len()).max().unwrap_or(0);
        for index in 0..most {
            let mut places = Places::default();
            for list in lists {
                list.first
                    .get(index)
                    .or(list.others.as_ref())
                    .into_iter()
                    .for_each(|at| places.push(at.clone()));
            }
            self.first_items.push(places);
        }
        for others in lists.iter().filter_map(|list| list.others.as_ref()) {
            self.items.push(others.clone());
        }
        let ends = lists.iter().filter(|list| list.closed).map(|list| list.first.len() as u64);
        narrow(&mut self.item_count, None, ends.min());
    }

    /// The schemas of a member.
    pub fn member(&self, name: &str) -> Cow<'_, Places> {
        match self.properties.get(name) {
            Some(declared) => Cow::Borrowed(declared),
            None if self.objects.iter().all(|part| part.patterns.is_empty()) => {
                Cow::Borrowed(&self.additional)
            }
            None => Cow::Owned(self.objects_of(name)),
        }
    }

    /// Whether a name is declared, by itself or by a pattern.
    pub fn declares(&self, name: &str) -> bool {
        self.properties.contains_key(name)
            || self.objects.iter().any(|part| part.matching(name).next().is_some())
    }

    /// The patterns of names that can be used, as they are written.
    pub fn name_patterns(&self) -> Vec<String> {
        let patterns = self.objects.iter().flat_map(|part| &part.patterns).filter(|(known, _)| known.is_ok());
        patterns.filter_map(|(_, at)| Some(pointer::parent_and_last(at)?.1.into_owned())).collect()
    }

    /// The schemas of an item.
    pub fn item(&self, index: usize) -> &Places {
        self.first_items.get(index).unwrap_or(&self.items)
    }

    /// The schemas of what a token of a pointer leads to; `*` is every item.
    pub fn below(&self, token: &str) -> Cow<'_, Places> {
        if let Some(declared) = self.properties.get(token) {
            return Cow::Borrowed(declared);
        }
        Cow::Borrowed(pointer::index(token).map_or(&self.items, |index| self.item(index)))
    }

    pub(super) fn implied_types(&self) -> Vec<Type> {
        if !self.properties.is_empty() || !self.required.is_empty() {
            vec![Type::Object]
        } else if !self.items.is_empty() {
            vec![Type::Array]
        } else if self.length != (None, None) || !self.patterns.is_empty() || self.unread_pattern {
            vec![Type::String]
        } else {
            Vec::new()
        }
    }

    /// The names of the types that schemas name, without `null`.
    pub fn type_names(&self) -> Vec<&'static str> {
        let names = self.named_types.iter().flatten().filter(|one| **one != Type::Null);
        names.map(|one| one.name()).collect()
    }

    /// The keyword because of which no value is allowed, where none is.
    pub fn obstacle(&self) -> &'static str {
        if self.listed.as_ref().is_some_and(Vec::is_empty) {
            "enum"
        } else if self.named_types.as_ref().is_some_and(Vec::is_empty) {
            "type"
        } else {
            "falseSchema"
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

    /// Whether names are matched by a pattern that cannot be used.
    pub fn has_unread_names(&self) -> bool {
        self.objects.iter().any(|part| part.patterns.iter().any(|(known, _)| known.is_err()))
    }

    /// Whether nobody can say which values are valid here.
    pub fn is_open(&self) -> bool {
        self.unread_pattern
            || (self.allows(Type::Integer)
                && self.formats.iter().any(|format| number_format::is_open(format)))
    }

    /// Whether numbers here have fractions, so that they are amounts and name nothing.
    pub fn is_of_fractions(&self) -> bool {
        let bounds = [&self.minimum, &self.maximum].into_iter().flatten().map(|bound| bound.limit);
        bounds.chain(self.multiple_of).any(|number| number.fract() != 0.0)
    }

    /// Whether text here is neither listed nor shaped by a pattern or format.
    pub fn is_free_text(&self) -> bool {
        self.allows(Type::String)
            && !self.types.is_empty()
            && self.listed.is_none()
            && self.patterns.is_empty()
            && !self.unread_pattern
            && self.format.as_deref().is_none_or(|format| format == "password")
    }
}

impl Members {
    fn read(schema: &Map<String, Value>, at: &str) -> Members {
        let below = |key: &str| {
            let members = schema.get(key).and_then(Value::as_object).into_iter().flatten();
            let base = pointer::child(at, key);
            members.map(move |(name, _)| (name.clone(), pointer::child(&base, name)))
        };
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        Members {
            own: below("properties").collect(),
            patterns: below("patternProperties")
                .map(|(pattern, place)| (Pattern::of(&pattern), place))
                .collect(),
            others: others.map(|_| pointer::child(at, "additionalProperties")),
        }
    }

    fn matching(&self, name: &str) -> impl Iterator<Item = &str> {
        let matches =
            |known: &Known| known.as_ref().as_ref().is_ok_and(|one| one.matches(name) == Some(true));
        self.patterns.iter().filter(move |(known, _)| matches(known)).map(|(_, at)| at.as_str())
    }

    /// The schemas that apply to a member: those of all others only where none of its own does.
    fn of(&self, name: &str) -> impl Iterator<Item = &str> {
        let own = self.own.iter().find(|(known, _)| known == name).map(|(_, at)| at.as_str());
        let usable = self.patterns.iter().all(|(known, _)| known.is_ok());
        let is_other = own.is_none() && self.matching(name).next().is_none() && usable;
        let others = self.others.as_deref().filter(|_| is_other);
        own.into_iter().chain(self.matching(name)).chain(others)
    }
}

impl Items {
    fn read(schema: &Map<String, Value>, at: &str) -> Items {
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        let others = schema.get("items").filter(|items| items.is_object());
        Items {
            first: (0..first).map(|index| format!("{at}/prefixItems/{index}")).collect(),
            others: others.map(|_| pointer::child(at, "items")),
            closed: schema.get("items") == Some(&Value::Bool(false)),
        }
    }
}

/// Whether two values are the same to a schema: 1 is 1.0.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    jsonschema::json::cmp::equal(one, other)
}

/// The least number that is a multiple of both, where that can be told.
fn common_multiple(one: f64, other: f64) -> f64 {
    let least = || {
        let places = decimal::places(one)?.max(decimal::places(other)?);
        let units = |number: f64| Decimal::read(&number.to_string())?.scaled(places);
        let least = decimal::least_common_multiple(units(one)?, units(other)?)?;
        format!("{least}e-{places}").parse::<f64>().ok()
    };
    least().unwrap_or_else(|| one.max(other))
}

fn narrow(bounds: &mut (Option<u64>, Option<u64>), least: Option<u64>, most: Option<u64>) {
    bounds.0 = bounds.0.max(least);
    bounds.1 = match (bounds.1, most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

/// The types that two lists have in common: every integer is a number.
pub(super) fn common(before: Vec<Type>, types: &[Type]) -> Vec<Type> {
    let narrower = |one: Type| match one {
        Type::Number if types.contains(&Type::Integer) && !types.contains(&one) => Some(Type::Integer),
        Type::Integer if types.contains(&Type::Number) => Some(one),
        one => types.contains(&one).then_some(one),
    };
    before.into_iter().filter_map(narrower).collect()
}

fn types(schema: &Map<String, Value>) -> Vec<Type> {
    let one = |name: &str| Type::ALL.into_iter().find(|one| one.name() == name);
    match schema.get("type") {
        Some(Value::String(name)) => one(name).into_iter().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(one).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
