//! Values that satisfy what no fold can tell: `not`, one alternative only, what follows from `if`. What
//! was made is changed in one place after the other until a validator takes it.

use super::mutate;
use super::value::{Fill, Maker};
use crate::json::pointer;
use crate::schema::folded::{Folded, Type};
use serde_json::{Value, json};

/// So many values are looked at for one that is made.
pub(super) const TRIES: usize = 3_000;
/// So many alternatives are tried.
const BRANCHES: usize = 8;
/// So many values are changed, so often, in so many places.
const SEEDS: usize = 6;
const ROUNDS: usize = 6;
const SPOTS: usize = 24;
/// So many random values are tried in one place.
const RANDOM: usize = 4;

impl Maker<'_> {
    /// A value that all schemas at `places` take: the one that was made, if it is such.
    pub(super) fn held(&mut self, places: &[String], depth: usize, made: Option<Value>) -> Option<Value> {
        if self.tries == 0 || !self.is_hard(places) {
            return made;
        }
        match made {
            Some(made) if self.fits(places, &made) => Some(made),
            made => self.searched(places, depth, made),
        }
    }

    fn is_hard(&mut self, places: &[String]) -> bool {
        let flat = self.flats.at(places);
        flat.rarer.is_hard() || (!flat.alternatives.is_empty() && self.flats.whole(places).rarer.is_hard())
    }

    fn fits(&mut self, places: &[String], value: &Value) -> bool {
        self.tries = self.tries.saturating_sub(1);
        self.flats.accept(places, value) != Some(false)
    }

    fn searched(&mut self, places: &[String], depth: usize, made: Option<Value>) -> Option<Value> {
        let (branch, fill) = (self.branch, self.fill);
        let mut seeds: Vec<(usize, Value)> = made.into_iter().map(|made| (branch, made)).collect();
        // Who wants another alternative than the first does not want the first.
        let own = seeds.first().filter(|_| branch > 0).map(|(_, made)| made.clone());
        let found = own.and_then(|made| self.changed(places, made));
        let found = found.or_else(|| self.among(places, depth, fill, &mut seeds));
        let found = found.or_else(|| {
            let seeds = std::mem::take(&mut seeds);
            seeds.into_iter().take(SEEDS).find_map(|(branch, seed)| {
                self.branch = branch;
                self.changed(places, seed)
            })
        });
        self.branch = branch;
        let found = found.or_else(|| self.among(places, depth, Fill::Required, &mut seeds));
        (self.branch, self.fill) = (branch, fill);
        if found.is_none() {
            let flat = self.flats.at(places);
            let keyword = if flat.rarer.exclusive { "oneOf" } else { self.hardest(places) };
            self.cannot(&flat, keyword);
        }
        found
    }

    /// What is made of the alternatives one after the other, if it fits.
    fn among(
        &mut self,
        places: &[String],
        depth: usize,
        fill: Fill,
        seeds: &mut Vec<(usize, Value)>,
    ) -> Option<Value> {
        let branch = self.branch;
        self.fill = fill;
        for number in 0..BRANCHES {
            if self.tries == 0 {
                break;
            }
            self.branch = branch + number;
            let made = self.plain(places, depth).map(|value| (self.branch, value));
            let Some(made) = made.filter(|made| !seeds.contains(made)) else { continue };
            if self.fits(places, &made.1) {
                self.branch = branch;
                return Some(made.1);
            }
            seeds.push(made);
        }
        self.branch = branch;
        None
    }

    /// The keyword for which nothing was found.
    fn hardest(&self, places: &[String]) -> &'static str {
        let flat = self.flats.whole(places);
        let rarer = &flat.rarer;
        let found = [
            (!rarer.negated.is_empty(), "not"),
            (!rarer.conditions.is_empty(), "if"),
            (!rarer.contains.is_empty(), "contains"),
            (!rarer.names.is_empty(), "propertyNames"),
            (!rarer.together.is_empty(), "dependentRequired"),
            (!rarer.dependent.is_empty(), "dependentSchemas"),
            (rarer.no_more_items, "unevaluatedItems"),
        ];
        found.into_iter().find_map(|(is, keyword)| is.then_some(keyword)).unwrap_or("oneOf")
    }

    /// What becomes of a value that is changed until it is taken, one change after the other, each of
    /// which leaves less that it should not be.
    fn changed(&mut self, places: &[String], seed: Value) -> Option<Value> {
        let (mut value, mut least) = (seed, usize::MAX);
        for _ in 0..ROUNDS {
            let excess = self.excess(places, &value);
            least = least.min(excess);
            let mut better = None;
            for other in self.changes(places, &value) {
                if self.tries == 0 {
                    return None;
                }
                if self.fits(places, &other) {
                    return Some(other);
                }
                if better.is_none() && least > 1 && least != usize::MAX {
                    better = Some(other).filter(|other| self.excess(places, other) < least);
                }
            }
            value = better?;
        }
        None
    }

    /// How much a value fits that it should not: alternatives beyond the first, and what is negated. Where
    /// it fits no alternative, more than anything.
    fn excess(&mut self, places: &[String], value: &Value) -> usize {
        let flat = self.flats.whole(places);
        let groups = self.flats.at(places).alternatives.clone();
        let mut excess = 0;
        for group in groups {
            let fitting = group.iter().filter(|one| self.fits(std::slice::from_ref(*one), value)).count();
            excess += fitting.checked_sub(1).unwrap_or(1_000);
        }
        excess + flat.rarer.negated.iter().filter(|one| self.fits(std::slice::from_ref(*one), value)).count()
    }

    /// Values that differ from one in one place.
    fn changes(&mut self, places: &[String], value: &Value) -> Vec<Value> {
        let spots = mutate::spots(self, places, value);
        let mut found = Vec::new();
        for spot in spots.iter().take(SPOTS).filter(|spot| !spot.required) {
            let mut less = value.clone();
            mutate::remove(&mut less, &spot.at);
            found.push(less);
        }
        let mut put = |at: &str, other: Value| {
            let mut changed = value.clone();
            mutate::put(&mut changed, at, other);
            if changed != *value {
                found.push(changed);
            }
        };
        for spot in spots.iter().rev().filter(|spot| !spot.value.is_object()).take(SPOTS) {
            for other in self.others(&spot.flat, &spot.value) {
                put(&spot.at, other);
            }
        }
        // What the chosen alternative does not speak of may be anything.
        let whole = self.flats.whole(places);
        for name in whole.properties.keys().filter(|_| self.outside && value.is_object()) {
            let at = pointer::child("", name);
            for other in [json!(7), json!(true), json!("text"), json!([]), json!({})] {
                put(&at, other);
            }
        }
        for spot in spots.iter().filter(|spot| spot.value.is_object()).take(SPOTS) {
            for other in self.others(&spot.flat, &spot.value) {
                put(&spot.at, other);
            }
        }
        found
    }

    /// Other values that may stand in a place.
    fn others(&mut self, flat: &Folded, value: &Value) -> Vec<Value> {
        let mut found: Vec<Value> = flat.listed.iter().flatten().take(SPOTS).cloned().collect();
        if let Some(number) = value.as_f64().filter(|_| flat.types.contains(&Type::Number)) {
            found.push(json!(number + 0.5));
        }
        if let Value::Array(items) = value {
            found.push(json!([]));
            found.push(items.iter().chain(items).cloned().collect());
            found.extend((0..items.len().min(SPOTS)).map(|index| {
                let kept = items.iter().enumerate().filter(|(other, _)| *other != index);
                kept.map(|(_, item)| item.clone()).collect::<Value>()
            }));
        }
        if value.is_object() {
            found.push(json!({}));
        }
        let fill = std::mem::replace(&mut self.fill, Fill::Random);
        let strict = std::mem::replace(&mut self.strict, false);
        for _ in 0..RANDOM {
            found.extend(self.plain(&flat.parts, 0));
        }
        for kind in flat.types.iter().filter(|kind| flat.types.len() > 1 && !matches!(kind, Type::Null)) {
            found.push(match kind {
                Type::Boolean => json!(true),
                Type::Integer => json!(3),
                Type::Number => json!(3.5),
                Type::String => json!("probity"),
                Type::Array => json!([]),
                Type::Object | Type::Null => json!({}),
            });
        }
        if flat.types.is_empty() {
            found.extend([
                json!(3.5),
                json!(3),
                json!(true),
                json!([]),
                json!({}),
                json!(["any"]),
                Value::Null,
            ]);
        }
        (self.fill, self.strict) = (fill, strict);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::random::Random;
    use crate::schema::schemas::Probe;
    use proptest::prelude::*;

    fn made(schema: &Value, fill: Fill, branch: usize) -> Option<Value> {
        let mut maker = Maker::new(schema, Random::named(0, "t"), fill, true);
        (maker.strict, maker.outside, maker.branch) = (true, true, branch);
        maker.make(&[String::new()])
    }

    fn text(name: &str) -> Value {
        json!({"type": "object", "properties": {(name): {"type": "string"}}})
    }

    /// Schemas of which a fold leaves more than a validator does.
    fn schemas() -> Vec<Value> {
        vec![
            json!({"oneOf": [text("a"), text("b")]}),
            json!({"oneOf": [text("a"), text("b"), text("c")]}),
            json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
            json!({"oneOf": [{"type": "string"}, {"type": "string", "enum": ["a", "b"]}]}),
            json!({"properties": {"x": {"oneOf": [text("a"), {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}}]}}, "required": ["x"]}),
            json!({"type": "array", "minItems": 2, "items": {"oneOf": [text("a"), text("b")]}}),
            json!({"type": "string", "enum": ["a", "b"], "not": {"const": "a"}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "not": {"required": ["a", "b"]}}),
            json!({"type": "integer", "minimum": 0, "not": {"multipleOf": 3}}),
            json!({"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}, "x": {"type": "integer"}}, "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"properties": {"x": false}}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "dependentRequired": {"a": ["b", "c"]}, "required": ["a"]}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "dependentSchemas": {"a": {"required": ["d"], "properties": {"d": {"type": "integer"}}}}}),
            json!({"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 100}, "minContains": 2, "maxContains": 3}),
            json!({"type": "array", "contains": {"const": 5}, "minItems": 3, "items": {"enum": [5, 6]}, "maxContains": 1}),
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}),
            json!({"type": "array", "prefixItems": [{"type": "string"}], "contains": {"type": "boolean"}}),
            json!({"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[a-z]{3}$"}}),
            json!({"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false, "minProperties": 1}),
            json!({"type": "object", "propertyNames": {"enum": ["a", "b"]}, "additionalProperties": {"type": "integer"}, "minProperties": 2}),
            json!({"allOf": [text("a"), {"required": ["a"]}], "unevaluatedProperties": false}),
            json!({"type": "object", "minProperties": 1, "unevaluatedProperties": {"type": "integer"}}),
            json!({"type": "array", "prefixItems": [{"const": 1}], "unevaluatedItems": false}),
            json!({"type": "array", "minItems": 3, "prefixItems": [{"const": 1}], "unevaluatedItems": {"type": "string"}}),
        ]
    }

    #[test]
    fn what_is_made_strictly_is_valid() {
        for schema in schemas() {
            let probe = Probe::of(&schema).unwrap();
            for fill in [Fill::All, Fill::Required] {
                for branch in 0..3 {
                    let value = made(&schema, fill, branch);
                    let valid = value.as_ref().is_some_and(|value| probe.accepts(value));
                    assert!(valid, "{schema} {fill:?} {branch}: {value:?}");
                }
            }
        }
    }

    #[test]
    fn what_nothing_satisfies_is_named() {
        for (schema, keyword) in [
            (json!({"type": "object", "not": {}}), "not"),
            (json!({"oneOf": [{"type": "string"}, {"type": "string"}]}), "oneOf"),
            (json!({"type": "array", "contains": {"type": "null"}, "items": {"type": "string"}}), "type"),
        ] {
            let mut maker = Maker::new(&schema, Random::named(0, "t"), Fill::All, true);
            maker.strict = true;
            assert_eq!(maker.make(&[String::new()]), None, "{schema}");
            assert_eq!(maker.unmade.first().map(|one| one.keyword), Some(keyword), "{schema}");
        }
    }

    proptest! {
        #[test]
        fn what_is_hard_is_made_or_told(
            parts in prop::sample::subsequence(schemas(), 1..=2), branch in 0..4_usize, all in any::<bool>()
        ) {
            let schema = json!({"allOf": parts});
            let probe = Probe::of(&schema).unwrap();
            let fill = if all { Fill::All } else { Fill::Required };
            let mut maker = Maker::new(&schema, Random::named(0, "t"), fill, true);
            (maker.strict, maker.outside, maker.branch) = (true, true, branch);
            let value = maker.make(&[String::new()]);
            let told = maker.tries == 0 || !maker.unmade.is_empty() || !maker.is_hard(&[String::new()]);
            let valid = value.as_ref().is_some_and(|value| probe.accepts(value));
            prop_assert!(valid || told, "{schema}: {value:?}");
        }
    }
}
