//! Changes that break what few schemas say: `not`, `contains`, `propertyNames`, what asks for other
//! members, what must not be there; and lists of which only a later item is broken.

use super::mutate::{self, Change, List, Role, Spot, member_places};
use super::value::{Fill, Maker};
use crate::json::pointer;
use crate::schema::folded::{Contains, Folded};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// So often a value is looked for.
const TRIES: usize = 24;
/// So many items are written at most.
const ITEMS: u64 = 100;
/// Names that patterns of names seldom take.
const NAMES: [&str; 7] = ["probity name", "", "Probity", "probity_name", "0", "\u{2603}", "PROBITY-1!"];
/// So many mistakes are made in a later item.
const LATER: usize = 3;

/// Adds what breaks the rarer keywords of a place.
pub(super) fn rarely(maker: &mut Maker<'_>, spot: &Spot, list: &mut List) {
    let rarer = &spot.flat.rarer;
    for (index, negated) in rarer.negated.iter().enumerate() {
        match matched(maker, spot, negated) {
            Some(value) => list.add(5, "not", format!("matched-{}", index + 1), Change::Set(value)),
            None => maker.cannot_break(negated, "not"),
        }
    }
    match &spot.value {
        Value::Array(items) => {
            for contains in &rarer.contains {
                holding(maker, &spot.flat, contains, list);
            }
            later(maker, &spot.flat, items, list);
        }
        Value::Object(members) => {
            if !rarer.names.is_empty() {
                misnamed(maker, &spot.flat, members, list);
            }
            for other in rarer.together.iter().filter(|(name, _)| members.contains_key(name)) {
                for name in other.1.iter().filter(|name| **name != other.0 && members.contains_key(*name)) {
                    list.add_at(pointer::child(&spot.at, name), 4, ("absent", "asked-for"), Change::Remove);
                }
            }
            forbidden(maker, &spot.flat, members, list);
            another(maker, &spot.flat, members, list);
        }
        _ => {}
    }
}

/// A value that is what it must not be, and nothing else.
fn matched(maker: &mut Maker<'_>, spot: &Spot, negated: &str) -> Option<Value> {
    let alone = [negated.to_owned()];
    let own: Vec<String> = spot.flat.parts.iter().cloned().chain(alone.clone()).collect();
    let before = (maker.fill, maker.examples, std::mem::take(&mut maker.strict));
    let mut found: Vec<Value> = Vec::new();
    for (fill, examples) in [(Fill::All, true), (Fill::Required, false), (Fill::Random, false)] {
        (maker.fill, maker.examples) = (fill, examples);
        let Some(made) = maker.make(&own) else { continue };
        if let (Value::Object(made), Value::Object(held)) = (&made, &spot.value) {
            let (mut more, mut both) = (held.clone(), held.clone());
            for (name, value) in made {
                more.entry(name).or_insert_with(|| value.clone());
            }
            both.extend(made.clone());
            found.extend([Value::Object(more), Value::Object(both)]);
        }
        found.push(made);
    }
    (maker.fill, maker.examples, maker.strict) = before;
    found.push(spot.value.clone());
    found.into_iter().find(|value| maker.takes(&alone, value) == Some(true))
}

/// Lists that hold too few of what they must hold, or too many.
fn holding(maker: &mut Maker<'_>, flat: &Folded, contains: &Contains, list: &mut List) {
    let places = flat.item(flat.first_items.len()).to_vec();
    let wanted: Vec<String> = places.iter().cloned().chain([contains.at.clone()]).collect();
    let alone = [contains.at.clone()];
    let mut items: Vec<Value> = Vec::new();
    for index in 0..flat.first_items.len() {
        items.extend(maker.make(flat.item(index)));
    }
    let count = |maker: &Maker<'_>, items: &[Value]| {
        items.iter().filter(|item| maker.takes(&alone, item) == Some(true)).count() as u64
    };
    if contains.least > 0 {
        let mut fewer = items.clone();
        let matching = contains.least.min(ITEMS) - 1;
        while count(maker, &fewer) < matching && fewer.len() as u64 <= ITEMS {
            let Some(item) = varied(maker, &wanted, &fewer, flat.unique_items) else { break };
            fewer.push(item);
        }
        while (fewer.len() as u64) < flat.item_count.0.unwrap_or(0).clamp(1, ITEMS) {
            let Some(item) = unlike(maker, &places, &alone, &fewer) else { break };
            fewer.push(item);
        }
        let enough = fewer.len() as u64 >= flat.item_count.0.unwrap_or(0);
        if enough && count(maker, &fewer) < contains.least {
            list.add(5, "contains", "below-least", Change::Set(Value::Array(fewer)));
        } else {
            maker.cannot_break(&contains.at, "contains");
        }
    }
    if let Some(most) = contains.most.filter(|most| *most < ITEMS) {
        while count(maker, &items) <= most && items.len() as u64 <= ITEMS {
            let Some(item) = varied(maker, &wanted, &items, flat.unique_items) else { break };
            items.push(item);
        }
        let fits = flat.item_count.1.is_none_or(|most| items.len() as u64 <= most);
        if fits && count(maker, &items) > most {
            list.add(5, "contains", "beyond-most", Change::Set(Value::Array(items)));
        } else {
            maker.cannot_break(&contains.at, "maxContains");
        }
    }
}

/// One more item, another than those before where items must differ.
fn varied(maker: &mut Maker<'_>, places: &[String], before: &[Value], unique: bool) -> Option<Value> {
    let fill = maker.fill;
    let found = (0..TRIES).find_map(|round| {
        maker.fill = if round == 0 { fill } else { Fill::Random };
        maker.make(places).filter(|item| !unique || !before.contains(item))
    });
    maker.fill = fill;
    found
}

/// A value for some schemas that another one does not take.
fn unlike(maker: &mut Maker<'_>, places: &[String], other: &[String], before: &[Value]) -> Option<Value> {
    let flat = maker.choose(places);
    let listed = flat.listed.iter().flatten().cloned();
    let mut candidates: Vec<Value> = listed.collect();
    if places.is_empty() {
        candidates.extend([json!("any"), json!(7), json!(true), Value::Null, json!({})]);
    }
    let fill = std::mem::replace(&mut maker.fill, Fill::Random);
    candidates.extend((0..TRIES).filter_map(|_| maker.make(places)));
    maker.fill = fill;
    let spot = Spot::alone(Rc::clone(&flat), candidates.first().cloned()?);
    let changed = mutate::mutations(maker, &spot).into_iter().filter_map(|one| match one.change {
        Change::Set(value) => Some(value),
        Change::Raw(text) => serde_json::from_str(&text).ok(),
        _ => None,
    });
    candidates.extend(changed);
    candidates.into_iter().find(|item| {
        maker.takes(places, item) != Some(false)
            && maker.takes(other, item) == Some(false)
            && !before.contains(item)
    })
}

/// A member whose name is not allowed.
fn misnamed(maker: &mut Maker<'_>, flat: &Folded, members: &Map<String, Value>, list: &mut List) {
    let places = &flat.rarer.names;
    let is_wrong = |name: &&str| {
        maker.takes(places, &json!(name)) == Some(false)
            && !members.contains_key(*name)
            && (!flat.closed || flat.declares(name))
    };
    let long = "x".repeat(300);
    let name = NAMES.into_iter().chain([long.as_str()]).find(is_wrong).map(str::to_owned);
    let made = name.and_then(|name| Some((maker.member(flat, &name)?, name)));
    match made {
        Some((value, name)) => list.add(5, "name", "not-allowed", Change::Add(name, value)),
        None if flat.closed => {}
        None => maker.cannot_break(&places[0], "propertyNames"),
    }
}

/// The members that must not be there.
fn forbidden(maker: &Maker<'_>, flat: &Folded, members: &Map<String, Value>, list: &mut List) {
    let never = flat
        .properties
        .iter()
        .filter(|(name, places)| !members.contains_key(*name) && maker.allows_nothing(places));
    for (name, _) in never {
        list.add(5, "extra", format!("forbidden-{name}"), Change::Add(name.clone(), json!("any")));
    }
}

/// Mistakes in an item behind valid ones.
fn later(maker: &mut Maker<'_>, flat: &Folded, items: &[Value], list: &mut List) {
    let Some(item) = items.first().filter(|_| flat.first_items.is_empty() && !flat.items.is_empty()) else {
        return;
    };
    let valid =
        if items.len() > 1 || flat.unique_items { items.to_vec() } else { vec![item.clone(), item.clone()] };
    if flat.item_count.1.is_some_and(|most| valid.len() as u64 >= most) {
        return;
    }
    let places = flat.item(valid.len()).to_vec();
    for (variant, broken) in mistakes(maker, &places, item) {
        let with = valid.iter().cloned().chain([broken]).collect();
        list.add(6, "items", format!("later-{variant}"), Change::Set(Value::Array(with)));
    }
}

/// Mistakes in one more value of a map.
fn another(maker: &mut Maker<'_>, flat: &Folded, members: &Map<String, Value>, list: &mut List) {
    let Some(value) = members.values().next().filter(|_| flat.properties.is_empty()) else { return };
    let full = flat.member_count.1.is_some_and(|most| members.len() as u64 >= most);
    let names = (1..).take(TRIES).filter_map(|number| maker.new_name(flat, number));
    let name = names.into_iter().find(|name| !members.contains_key(name));
    let Some(name) = name.filter(|_| !full) else { return };
    let places = member_places(flat, &name).to_vec();
    if places.is_empty() {
        return;
    }
    for (variant, broken) in mistakes(maker, &places, value) {
        list.add(6, "members", format!("another-{variant}"), Change::Add(name.clone(), broken));
    }
}

/// A few values that the schemas of an item or a value of a map do not take.
fn mistakes(maker: &mut Maker<'_>, places: &[String], value: &Value) -> Vec<(String, Value)> {
    let flat = maker.choose(places);
    let spot = Spot { role: Role::Item, ..Spot::alone(Rc::clone(&flat), value.clone()) };
    let mut list = List::default();
    if let Value::Object(members) = value {
        let required = flat.required.iter().filter(|name| members.contains_key(*name)).take(1);
        for name in required {
            let mut less = members.clone();
            less.shift_remove(name);
            list.add(5, "absent", format!("without-{name}"), Change::Set(Value::Object(less)));
        }
    }
    mutate::values(&spot, &mut list);
    let changes = list.found.into_iter().filter(|one| one.worth <= 6);
    let set = changes.filter_map(|one| match one.change {
        Change::Set(value) => Some((one.variant, value)),
        _ => None,
    });
    set.filter(|(_, value)| maker.takes(places, value) == Some(false)).take(LATER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::random::Random;
    use crate::schema::{SchemaAt, Schemas, Side};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Schemas, each with a keyword that can be broken alone.
    fn schemas() -> Vec<(Value, &'static str)> {
        let small = json!({"type": "integer", "minimum": 1, "maximum": 9});
        vec![
            (json!({"type": "string", "enum": ["a", "b"], "not": {"const": "a"}}), "not"),
            (
                json!({"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}}, "not": {"required": ["a", "b"]}}),
                "not",
            ),
            (json!({"type": "integer", "minimum": 0, "maximum": 50, "not": {"multipleOf": 3}}), "not"),
            (
                json!({"required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}, "x": small}, "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["x"]}}),
                "then",
            ),
            (
                json!({"required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}, "x": small}, "if": {"properties": {"kind": {"const": "b"}}}, "else": {"properties": {"x": {"maximum": 5}}}}),
                "else",
            ),
            (json!({"type": "array", "items": small, "contains": {"minimum": 5}}), "contains"),
            (
                json!({"type": "array", "minItems": 4, "items": small, "contains": {"minimum": 5}, "minContains": 2}),
                "minContains",
            ),
            (
                json!({"type": "array", "items": small, "contains": {"minimum": 5}, "maxContains": 3}),
                "maxContains",
            ),
            (
                json!({"type": "array", "prefixItems": [{"enum": ["a"]}, small, {"type": "boolean"}]}),
                "prefixItems",
            ),
            (json!({"type": "array", "prefixItems": [{"enum": ["a"]}, small], "items": false}), "items"),
            (json!({"type": "array", "prefixItems": [{"enum": ["a"]}], "items": small}), "items"),
            (json!({"type": "object", "patternProperties": {"^x-": small}}), "patternProperties"),
            (
                json!({"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "additionalProperties": small}),
                "propertyNames",
            ),
            (
                json!({"type": "object", "properties": {"a": {"enum": ["x"]}}, "dependentRequired": {"a": ["b"]}}),
                "dependentRequired",
            ),
            (
                json!({"type": "object", "properties": {"a": {"enum": ["x"]}}, "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": small}}}}),
                "dependentSchemas",
            ),
            (
                json!({"allOf": [{"type": "object", "properties": {"a": small}}], "unevaluatedProperties": false}),
                "unevaluatedProperties",
            ),
            (
                json!({"type": "object", "minProperties": 1, "unevaluatedProperties": small}),
                "unevaluatedProperties",
            ),
            (
                json!({"type": "array", "prefixItems": [{"enum": ["a"]}], "unevaluatedItems": false}),
                "unevaluatedItems",
            ),
            (
                json!({"type": "array", "minItems": 2, "prefixItems": [{"enum": ["a"]}], "unevaluatedItems": small}),
                "unevaluatedItems",
            ),
            (json!({"type": "object", "properties": {"a": small, "b": false}}), "properties"),
            (json!({"type": "array", "items": small}), "items"),
            (json!({"type": "object", "additionalProperties": small}), "additionalProperties"),
        ]
    }

    struct Tried {
        schemas: Schemas,
        base: Value,
        broken: Vec<(mutate::Mutation, Value)>,
        unbroken: Vec<&'static str>,
    }

    const AT: &str = "/s";

    fn tried(schema: &Value) -> Option<Tried> {
        tried_of(schema, 0)
    }

    /// The same of another alternative.
    fn tried_of(schema: &Value, branch: usize) -> Option<Tried> {
        let document = json!({"s": schema});
        let all = BTreeSet::from([SchemaAt(AT.into())]);
        let schemas = Schemas::compile(&document.clone().into(), false, &all, &all, &[]).schemas;
        let mut maker = Maker::new(&document, Random::named(0, "t"), Fill::All, true);
        (maker.strict, maker.branch) = (true, branch);
        let base = maker.make(&[AT.into()])?;
        let spots = mutate::spots(&mut maker, &[AT.into()], &base);
        let mut broken = Vec::new();
        for spot in &spots {
            for mutation in mutate::mutations(&mut maker, spot) {
                let text = mutate::apply(&base, &mutation.at, &mutation.change, None);
                broken.extend(serde_json::from_str(&text).ok().map(|value| (mutation, value)));
            }
        }
        let unbroken = maker.unbroken.iter().map(|one| one.keyword).collect();
        Some(Tried { schemas, base, broken, unbroken })
    }

    #[test]
    fn each_keyword_is_broken_alone() {
        for (schema, keyword) in schemas() {
            let branch = usize::from(keyword == "else");
            let Tried { schemas, base, broken, unbroken } = tried_of(&schema, branch).unwrap();
            let at = SchemaAt(AT.into());
            let errors = |value: &Value| schemas.errors(&at, Side::Request, value);
            assert!(errors(&base).is_empty(), "{schema}: {base}");
            let alone = |(_, value): &&(mutate::Mutation, Value)| match errors(value).as_slice() {
                [only] => only.keyword == keyword || only.at.contains(&format!("/{keyword}")),
                _ => false,
            };
            assert!(broken.iter().any(|one| alone(&one)) && unbroken.is_empty(), "{schema} {unbroken:?}");
        }
    }

    #[test]
    fn what_cannot_be_broken_is_named() {
        for (schema, keyword) in [
            (
                json!({"type": "array", "minItems": 1, "items": {"const": 1}, "contains": {"const": 1}}),
                "contains",
            ),
            (json!({"type": "string", "not": {"type": "integer"}}), "not"),
            (
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "propertyNames": {"maxLength": 1000}}),
                "propertyNames",
            ),
        ] {
            let tried = tried(&schema).unwrap();
            assert!(tried.unbroken.contains(&keyword), "{schema}: {:?}", tried.unbroken);
        }
    }

    #[test]
    fn later_items_further_values_and_every_place_of_a_tuple_are_broken() {
        let name = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}});
        for (schema, places) in [
            (json!({"type": "array", "items": {"type": "boolean"}}), vec!["/2"]),
            (json!({"type": "array", "items": name}), vec!["/2/a"]),
            (
                json!({"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "null"}]}),
                vec!["/0", "/1"],
            ),
            (json!({"type": "object", "additionalProperties": name}), vec!["/key0/a", "/key1/a"]),
        ] {
            let Tried { schemas, broken, .. } = tried(&schema).unwrap();
            let at = SchemaAt(AT.into());
            for place in places {
                let found = broken.iter().any(|(_, value)| {
                    let errors = schemas.errors(&at, Side::Request, value);
                    errors.len() == 1 && errors[0].place == place
                });
                assert!(found, "{schema}: {place}");
            }
        }
    }

    #[test]
    fn an_object_is_also_sent_as_the_array_of_its_values() {
        let schema = json!({"type": "object", "properties": {"a": {"enum": ["x"]}, "b": {"enum": ["y"]}}});
        let broken = tried(&schema).unwrap().broken;
        assert!(broken.iter().any(|(_, value)| *value == json!(["x", "y"])));
    }

    proptest! {
        #[test]
        fn what_is_made_as_broken_is_not_valid(
            parts in prop::sample::subsequence(schemas(), 1..=2)
        ) {
            let parts: Vec<Value> = parts.into_iter().map(|(schema, _)| schema).collect();
            let Some(Tried { schemas, base, broken, .. }) = tried(&json!({"allOf": parts})) else { return Ok(()) };
            let at = SchemaAt(AT.into());
            // Two parts may leave nothing, which whoever asks for a value finds out.
            prop_assume!(schemas.accepts(&at, Side::Request, &base));
            for (mutation, value) in broken {
                let name = format!("{} {}", mutation.kind, mutation.variant);
                let intended = ["not", "contains", "name"].contains(&mutation.kind)
                    || ["later-", "another-", "forbidden-", "asked-for"].iter().any(|one| mutation.variant.starts_with(one));
                prop_assert!(!intended || !schemas.accepts(&at, Side::Request, &value), "{parts:?} {name} {value}");
            }
        }
    }
}
