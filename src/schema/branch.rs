//! `anyOf` and `oneOf`: which of the alternatives a value means that fits none of them.
//!
//! Meant is what takes the JSON type of the value, then what its discriminator names, then what
//! its constants name, then what is nearest to it. Where that leaves several, what all of them
//! want is told, or else what each of them wants.

use super::discriminator::Discriminator;
use super::error::{Actual, Expected, Ground, Raw, show};
use super::lower::Side;
use super::walk;
use crate::cause::Cause;
use crate::json::pointer;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::OnceLock;

/// So many alternatives are told of, and the number of the others.
const TOLD: usize = 4;

/// Where alternatives stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives {
    /// JSON Pointer to the value that should fit one of them.
    pub place: String,
    /// Their keyword.
    pub keyword: String,
    /// JSON Pointer to it in the contract.
    pub at: String,
}

/// A value and the alternatives of which it does not fit one, as it must.
pub(super) struct Composition<'c> {
    pub(super) ground: Ground<'c>,
    /// JSON Pointer to the keyword in the contract.
    pub(super) at: &'c str,
    /// JSON Pointer to the value.
    pub(super) place: &'c str,
    pub(super) keyword: &'c str,
    pub(super) value: &'c Value,
}

/// The alternatives of a document, each with what it says of itself, read when it is asked for.
#[derive(Default)]
pub(super) struct Branches {
    told: ByPlace<Told>,
    /// What tells the alternatives of a schema apart.
    discriminators: ByPlace<Option<Discriminator>>,
}

type ByPlace<T> = HashMap<String, OnceLock<T>, foldhash::fast::RandomState>;

/// What an alternative says of itself.
#[derive(Clone, Default)]
struct Told {
    /// The schema that it refers to.
    target: Option<String>,
    /// The members that it speaks of.
    known: HashSet<String, foldhash::fast::RandomState>,
    /// Members that can have one value only.
    constants: Vec<(String, Value)>,
}

impl Branches {
    /// Those at some places.
    pub(super) fn at(places: impl Iterator<Item = String>) -> Branches {
        let told: ByPlace<Told> = places.map(|at| (at, OnceLock::new())).collect();
        let above =
            |at: &String| Some(pointer::parent_and_last(pointer::parent_and_last(at)?.0)?.0.to_owned());
        let discriminators = told.keys().filter_map(above).map(|at| (at, OnceLock::new())).collect();
        Branches { told, discriminators }
    }

    fn told(&self, document: &Value, at: &str) -> Cow<'_, Told> {
        match self.told.get(at) {
            Some(known) => Cow::Borrowed(known.get_or_init(|| Told::read(document, at))),
            None => Cow::Owned(Told::read(document, at)),
        }
    }

    fn discriminator(&self, document: &Value, schema: &str) -> Cow<'_, Option<Discriminator>> {
        match self.discriminators.get(schema) {
            Some(known) => Cow::Borrowed(known.get_or_init(|| Discriminator::read(document, schema))),
            None => Cow::Owned(Discriminator::read(document, schema)),
        }
    }
}

impl Told {
    fn read(document: &Value, at: &str) -> Told {
        let Some(schema) = pointer::get(document, at) else { return Told::default() };
        let mut told = Told { target: walk::target(schema), ..Told::default() };
        for part in walk::applied(document, schema) {
            for (name, schema) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
                told.known.insert(name.clone());
                let only = walk::applied(document, schema).into_iter().find_map(only);
                told.constants.extend(only.map(|only| (name.clone(), only.clone())));
            }
            let required = part.get("required").and_then(Value::as_array).into_iter().flatten();
            told.known.extend(required.filter_map(Value::as_str).map(str::to_owned));
        }
        told
    }

    /// What its constants say about the members of a value.
    fn tagged(&self, members: &Map<String, Value>) -> Tagged {
        let mut found = Tagged::Nothing;
        for (name, only) in &self.constants {
            match members.get(name) {
                Some(value) if value == only => found = Tagged::So,
                Some(_) => return Tagged::Otherwise,
                None => {}
            }
        }
        found
    }
}

/// An alternative, and how the value breaks it.
struct Branch<'e> {
    index: usize,
    told: Cow<'e, Told>,
    broken: Vec<Raw<'e>>,
}

impl<'e> Composition<'e> {
    /// The errors of what is meant, given those of each alternative.
    pub(super) fn judged(&self, broken: Vec<Vec<Raw<'e>>>) -> Vec<Raw<'e>> {
        let Ground { document, branches, .. } = self.ground;
        let each = broken.into_iter().enumerate();
        let branch = |(index, broken): (usize, _)| {
            let told = branches.told(document, &pointer::child(self.at, &index.to_string()));
            Branch { index, told, broken }
        };
        let mut branches: Vec<Branch<'e>> = each.map(branch).collect();
        let fitting: Vec<&Branch<'e>> = branches.iter().filter(|branch| branch.broken.is_empty()).collect();
        if let [first, second, ..] = fitting.as_slice() {
            return vec![self.fits_both(first, second)];
        }
        keep(&mut branches, |branch| !branch.broken.iter().any(|broken| broken.keyword == FALSE));
        let all_untyped = branches.iter().all(|branch| self.mistaken(branch).is_some());
        if all_untyped {
            return vec![self.other_type(&branches)];
        }
        keep(&mut branches, |branch| self.mistaken(branch).is_none());
        if branches.len() > 1 {
            let unsure = Rc::new(Alternatives {
                place: self.place.to_owned(),
                keyword: self.keyword.to_owned(),
                at: self.at.to_owned(),
            });
            let meant = self.meant(branches).into_iter();
            return meant.map(|broken| Raw { unsure: Some(Rc::clone(&unsure)), ..broken }).collect();
        }
        branches.into_iter().flat_map(|branch| branch.broken).collect()
    }

    fn meant(&self, mut branches: Vec<Branch<'e>>) -> Vec<Raw<'e>> {
        // Of a request is asked first what a host may take that knows no formats.
        if self.ground.side == Side::Request {
            keep(&mut branches, |branch| self.is_light(branch));
        }
        if let Some(unknown) = self.discriminate(&mut branches)
            && !branches.iter().any(|branch| self.is_light(branch))
        {
            return vec![unknown];
        }
        if let Some(members) = self.value.as_object().filter(|_| branches.len() > 1) {
            let tags: Vec<_> = branches.iter().map(|branch| branch.told.tagged(members)).collect();
            let wanted = tags.iter().max().copied().unwrap_or(Tagged::Otherwise);
            let mut tags = tags.into_iter();
            branches.retain(|_| tags.next() == Some(wanted));
        }
        if branches.len() > 1
            && let Some(listed) = self.listed(&branches)
        {
            return vec![listed];
        }
        keep(&mut branches, |branch| self.is_light(branch));
        if branches.len() > 1 {
            let distances: Vec<_> = branches.iter().map(|branch| self.distance(branch)).collect();
            let least = distances.iter().min().copied();
            let mut distances = distances.into_iter();
            branches.retain(|_| distances.next() == least);
        }
        if branches.len() == 1 {
            return branches.pop().map_or_else(Vec::new, |branch| branch.broken);
        }
        let common = common(&branches);
        if common.is_empty() { vec![self.undecided(&branches)] } else { common }
    }

    /// What a branch wants in place of the JSON type of the value.
    fn mistaken<'b>(&self, branch: &'b Branch<'e>) -> Option<&'b Raw<'e>> {
        branch.broken.iter().find(|broken| {
            broken.place == self.place && matches!(broken.cause, Cause::WrongType | Cause::Null)
        })
    }

    /// Whether only such things are broken as a host need not hold against a value.
    fn is_light(&self, branch: &Branch<'e>) -> bool {
        branch.broken.iter().all(|broken| {
            let nullable = || {
                let schema = pointer::parent_and_last(&broken.at).map(|(schema, _)| schema);
                schema
                    .and_then(|schema| pointer::get(self.ground.document, schema))
                    .is_some_and(|schema| schema.get("nullable") == Some(&Value::Bool(true)))
            };
            broken.cause == Cause::Format || (broken.is_about_null() && nullable())
        })
    }

    /// Keeps the branch that a discriminator names; a value of it that names none is an error.
    fn discriminate(&self, branches: &mut Vec<Branch<'e>>) -> Option<Raw<'e>> {
        let (schema, _) = pointer::parent_and_last(self.at)?;
        let Ground { document, branches: known, .. } = self.ground;
        let discriminator = known.discriminator(document, schema);
        let discriminator = discriminator.as_ref().as_ref()?;
        let given = self.value.as_object()?.get(&discriminator.property);
        let named = match given {
            Some(Value::String(given)) => discriminator.target(given),
            Some(_) => return None,
            None => discriminator.default.clone()?,
        };
        let targets: Option<Vec<String>> = branches.iter().map(|branch| branch.told.target.clone()).collect();
        let targets = targets?;
        if targets.contains(&named) {
            let mut targets = targets.into_iter();
            branches.retain(|_| targets.next().as_ref() == Some(&named));
            return None;
        }
        let given = given.and_then(Value::as_str)?;
        let names: Vec<String> = targets.iter().flat_map(|target| discriminator.names(target)).collect();
        let place = pointer::child(self.place, &discriminator.property);
        let at = pointer::child(schema, "discriminator");
        let names = names.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
        let expected = format!("one of {}", several(names));
        let actual = show(&Value::from(given));
        let actual = Actual::Words(actual.into());
        Some(self.error(place.into(), at.into(), Cause::NotInEnum, expected, actual))
    }

    /// A value that every branch has a list for, and that stands in none of them.
    fn listed(&self, branches: &[Branch<'e>]) -> Option<Raw<'e>> {
        let is_listed = |broken: &&Raw<'e>| matches!(broken.keyword, "const" | "enum");
        let (first, others) = branches.split_first()?;
        first.broken.iter().filter(is_listed).find_map(|broken| {
            let at_same = |branch: &Branch<'e>| {
                let mut same = branch.broken.iter().filter(is_listed);
                same.find(|other| other.place == broken.place).map(Raw::expected)
            };
            let more: Option<Vec<String>> = others.iter().map(at_same).collect();
            let all = std::iter::once(broken.expected()).chain(more?).collect();
            let (place, actual) = (broken.place.clone(), broken.actual.clone());
            Some(self.error(place, self.at.into(), broken.cause, several(all), actual))
        })
    }

    /// How far a value is from a branch: what it breaks, and what it has that the branch does not
    /// know; and of what is as far, what is broken deeper inside.
    fn distance(&self, branch: &Branch<'e>) -> (usize, Reverse<usize>) {
        let depth = branch.broken.iter().map(|broken| pointer::tokens(&broken.place).count()).min();
        let strange = self.value.as_object().map_or(0, |members| {
            let known = &branch.told.known;
            let strange = members.keys().filter(|name| !known.contains(name.as_str()));
            if known.is_empty() { 0 } else { strange.count() }
        });
        (branch.broken.len() + strange, Reverse(depth.unwrap_or_default()))
    }

    fn fits_both(&self, first: &Branch<'e>, second: &Branch<'e>) -> Raw<'e> {
        let both = format!("{} and {}", self.name(first), self.name(second));
        let expected = format!("a value that fits one of `{}` only", self.keyword);
        let actual = format!("{} that fits {both}", show(self.value));
        let actual = Actual::Words(actual.into());
        self.error(self.place.into(), self.at.into(), Cause::ManyBranches, expected, actual)
    }

    fn other_type(&self, branches: &[Branch<'e>]) -> Raw<'e> {
        let cause = if self.value.is_null() { Cause::Null } else { Cause::WrongType };
        let mut types: Vec<String> = Vec::new();
        let mut rest: Vec<String> = Vec::new();
        for broken in branches.iter().filter_map(|branch| self.mistaken(branch)) {
            match broken.types() {
                Some((names, besides)) => {
                    types.extend(names);
                    rest.extend(besides);
                }
                None => rest.push(broken.expected()),
            }
        }
        types.sort_by_key(|name| name == "null");
        let expected =
            if types.is_empty() { Expected::Words(several(rest)) } else { Expected::Types(types, rest) };
        self.error(self.place.into(), self.at.into(), cause, expected, Actual::Value(self.value))
    }

    fn undecided(&self, branches: &[Branch<'e>]) -> Raw<'e> {
        let wishes = branches.iter().filter_map(|branch| {
            let broken = branch.broken.first()?;
            let inside = broken.place.strip_prefix(self.place).unwrap_or(&broken.place);
            Some(match broken.cause {
                _ if inside.is_empty() => broken.expected(),
                Cause::Missing => format!("`{inside}`"),
                Cause::UndeclaredProperty => format!("no `{inside}`"),
                _ => format!("`{inside}` as {}", broken.expected()),
            })
        });
        let expected = format!("one of `{}`: {}", self.keyword, several(wishes.collect()));
        self.error(self.place.into(), self.at.into(), Cause::NoBranch, expected, Actual::Value(self.value))
    }

    /// What a branch is called: by the schema that it refers to, or by its number.
    fn name(&self, branch: &Branch<'e>) -> String {
        let own = format!("`{}/{}`", self.keyword, branch.index);
        let name = branch.told.target.as_deref().and_then(pointer::parent_and_last).map(|(_, name)| name);
        name.map_or(own.clone(), |name| format!("`{name}` ({own})"))
    }

    fn error(
        &self,
        place: Cow<'e, str>,
        at: Cow<'e, str>,
        cause: Cause,
        expected: impl Into<Expected<'e>>,
        actual: Actual<'e>,
    ) -> Raw<'e> {
        let (keyword, expected) = (self.keyword, expected.into());
        Raw { place, keyword, at, cause, expected, actual, unsure: None }
    }
}

/// The keyword of a schema that takes nothing.
const FALSE: &str = "falseSchema";

/// Keeps the branches of a kind, if there are any.
fn keep<'e>(branches: &mut Vec<Branch<'e>>, wanted: impl Fn(&Branch<'e>) -> bool) {
    if branches.iter().any(&wanted) {
        branches.retain(wanted);
    }
}

/// What the constants of a branch say about the members of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tagged {
    Otherwise,
    Nothing,
    So,
}

/// The one value that a schema takes.
fn only(schema: &Value) -> Option<&Value> {
    let listed = || match schema.get("enum")?.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    schema.get("const").or_else(listed)
}

/// What every branch holds against a value.
fn common<'e>(branches: &[Branch<'e>]) -> Vec<Raw<'e>> {
    let Some((first, others)) = branches.split_first() else { return Vec::new() };
    let same =
        |a: &Raw<'e>, b: &Raw<'e>| (&a.place, a.cause) == (&b.place, b.cause) && a.expected() == b.expected();
    let in_all =
        |broken: &&Raw<'e>| others.iter().all(|branch| branch.broken.iter().any(|other| same(broken, other)));
    first.broken.iter().filter(in_all).cloned().collect()
}

/// `a`, `a or b`, `a, b or c`, each once.
pub(super) fn several(words: Vec<String>) -> String {
    let mut each: Vec<String> = Vec::new();
    for word in words {
        if !each.contains(&word) {
            each.push(word);
        }
    }
    if each.len() > TOLD + 1 {
        let more = each.len() - TOLD;
        each.truncate(TOLD);
        each.push(format!("{more} others"));
    }
    match each.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{SchemaAt, Schemas};
    use serde_json::json;
    use std::collections::BTreeSet;

    /// What a value breaks of a schema of an answer: place, keyword, place of the keyword, and what
    /// was expected.
    fn broken_in(document: &Value, value: &Value, side: Side) -> Vec<[String; 4]> {
        let at = SchemaAt("/s".into());
        let all = BTreeSet::from([at.clone()]);
        let schemas = Schemas::compile(&document.clone().into(), false, &all, &all, &[]).schemas;
        let found = schemas.errors(&at, side, value).into_iter();
        found.map(|one| [one.place, one.keyword, one.at, one.expected]).collect()
    }

    fn broken(schema: &Value, value: &Value) -> Vec<[String; 4]> {
        broken_in(&json!({"s": schema}), value, Side::Response)
    }

    fn one(place: &str, keyword: &str, at: &str, expected: &str) -> Vec<[String; 4]> {
        vec![[place, keyword, at, expected].map(str::to_owned)]
    }

    #[test]
    fn the_alternative_for_the_type_is_judged() {
        let time = json!({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]});
        let found = broken(&time, &json!("2026-01-02T03:04:05"));
        assert_eq!(found, one("", "format", "/s/anyOf/0/format", "the format `date-time`"));
        let either =
            json!({"oneOf": [{"type": "string", "minLength": 2}, {"type": "integer", "minimum": 5}]});
        assert_eq!(broken(&either, &json!(3)), one("", "minimum", "/s/oneOf/1/minimum", "at least 5"));
        assert_eq!(
            broken(&either, &json!("a")),
            one("", "minLength", "/s/oneOf/0/minLength", "at least 2 characters")
        );
    }

    #[test]
    fn a_type_that_no_alternative_takes_is_told_with_those_that_they_take() {
        let schema = json!({"anyOf": [{"type": "string"}, {"type": ["integer", "null"]}, {"type": "string", "maxLength": 3}]});
        assert_eq!(broken(&schema, &json!([])), one("", "anyOf", "/s/anyOf", "type string, integer or null"));
        let nested =
            json!({"anyOf": [{"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "null"}]});
        assert_eq!(broken(&nested, &json!({})), one("", "anyOf", "/s/anyOf", "type string, integer or null"));
    }

    fn animals(discriminator: &Value) -> Value {
        json!({
            "s": {"type": "array", "items": {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                "discriminator": discriminator
            }},
            "components": {"schemas": {
                "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "age": {"type": "integer"}}},
                "Dog": {"type": "object", "required": ["kind", "breed", "age"], "properties": {"kind": {"type": "string"}, "breed": {"type": "string"}, "age": {"type": "integer"}}}
            }}
        })
    }

    #[test]
    fn the_alternative_that_the_discriminator_names_is_judged() {
        for (discriminator, dog) in [
            (json!({"propertyName": "kind"}), "Dog"),
            (json!({"propertyName": "kind", "mapping": {"d": "#/components/schemas/Dog"}}), "d"),
            (json!({"propertyName": "kind", "mapping": {"d": "Dog"}}), "d"),
        ] {
            let found =
                broken_in(&animals(&discriminator), &json!([{"kind": dog, "age": "old"}]), Side::Response);
            let dog = "/components/schemas/Dog";
            let expected = [
                ["/0/age", "type", &format!("{dog}/properties/age/type"), "type integer"],
                ["/0/breed", "required", &format!("{dog}/required"), "a value"],
            ];
            assert_eq!(found, expected.map(|each| each.map(str::to_owned)));
        }
        let document = animals(&json!({"propertyName": "kind", "mapping": {"d": "Dog"}}));
        let found = broken_in(&document, &json!([{"kind": "bird", "age": "old"}]), Side::Response);
        assert_eq!(found, one("/0/kind", "oneOf", "/s/items/discriminator", "one of \"Cat\" or \"d\""));
    }

    #[test]
    fn the_default_mapping_is_meant_where_the_discriminator_names_none() {
        let document = animals(&json!({"propertyName": "kind", "defaultMapping": "Dog"}));
        let dog = "/components/schemas/Dog";
        let age = ["/0/age", "type", &format!("{dog}/properties/age/type"), "type integer"];
        let breed = ["/0/breed", "required", &format!("{dog}/required"), "a value"];
        let kind = ["/0/kind", "required", &format!("{dog}/required"), "a value"];
        for (value, expected) in [
            (json!([{"kind": "bird", "age": "old"}]), vec![age, breed]),
            (json!([{"age": 1, "breed": "x"}]), vec![kind]),
        ] {
            let expected: Vec<[String; 4]> =
                expected.into_iter().map(|each| each.map(str::to_owned)).collect();
            assert_eq!(broken_in(&document, &value, Side::Response), expected, "{value}");
        }
    }

    #[test]
    fn the_alternative_whose_constant_the_value_has_is_judged() {
        let schema = json!({"anyOf": [
            {"properties": {"kind": {"const": "a"}, "x": {"type": "integer"}, "y": {"type": "integer"}}},
            {"allOf": [{"properties": {"kind": {"enum": ["b"]}}}, {"required": ["z"]}]}
        ]});
        let a = broken(&schema, &json!({"kind": "a", "x": "", "y": ""}));
        assert_eq!(
            a.iter().map(|each| &*each[2]).collect::<Vec<_>>(),
            ["/s/anyOf/0/properties/x/type", "/s/anyOf/0/properties/y/type"]
        );
        assert_eq!(
            broken(&schema, &json!({"kind": "b", "x": 1})),
            one("/z", "required", "/s/anyOf/1/allOf/1/required", "a value")
        );
        let neither = broken(&schema, &json!({"kind": "c", "x": "", "z": 1}));
        assert_eq!(neither, one("/kind", "anyOf", "/s/anyOf", "\"a\" or one of [\"b\"]"));
    }

    #[test]
    fn the_nearest_alternative_is_judged() {
        let schema = json!({"anyOf": [
            {"type": "object", "required": ["z"], "properties": {"z": {}}},
            {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {}}}
        ]});
        let found = broken(&schema, &json!({"a": "", "b": "", "c": 1}));
        assert_eq!(found.iter().map(|each| &*each[0]).collect::<Vec<_>>(), ["/a", "/b"]);
    }

    #[test]
    fn where_none_is_meant_what_they_have_in_common_is_told_or_what_each_wants() {
        let schema = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert_eq!(
            broken(&schema, &json!({"x": 1})),
            one("", "anyOf", "/s/anyOf", "one of `anyOf`: `/a` or `/b`")
        );
        let schema = json!({"oneOf": [
            {"required": ["kind"], "properties": {"kind": {"const": "a"}}},
            {"required": ["kind"], "properties": {"kind": {"const": "b"}}}
        ]});
        assert_eq!(broken(&schema, &json!({})), one("/kind", "required", "/s/oneOf/0/required", "a value"));
    }

    #[test]
    fn only_where_several_alternatives_fit_it_is_said_which() {
        let document = json!({
            "s": {"oneOf": [{"type": "null"}, {"$ref": "#/t"}, {"type": "number"}]},
            "t": {"type": "integer"}
        });
        let at = SchemaAt("/s".into());
        let all = BTreeSet::from([at.clone()]);
        let schemas = Schemas::compile(&document.clone().into(), false, &all, &all, &[]).schemas;
        let found = schemas.errors(&at, Side::Response, &json!(3));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].cause, Cause::ManyBranches);
        assert_eq!(found[0].actual, "integer 3 that fits `t` (`oneOf/1`) and `oneOf/2`");
    }

    #[test]
    fn alternatives_inside_alternatives_are_judged_in_the_same_way() {
        let document = json!({"s": {"$ref": "#/node"}, "node": {"anyOf": [
            {"type": "null"},
            {"type": "object", "properties": {"next": {"$ref": "#/node"}, "size": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}}}
        ]}});
        let value = json!({"next": {"next": {"size": 0}}});
        let at = "/node/anyOf/1/properties/size/oneOf/0/minimum";
        assert_eq!(
            broken_in(&document, &value, Side::Response),
            one("/next/next/size", "minimum", at, "at least 1")
        );
    }

    #[test]
    fn what_no_alternative_has_looked_at_is_not_told_besides() {
        let schema = json!({
            "anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}],
            "unevaluatedProperties": false
        });
        assert_eq!(
            broken(&schema, &json!({"a": ""})),
            one("/a", "type", "/s/anyOf/0/properties/a/type", "type integer")
        );
    }

    #[test]
    fn of_a_request_is_told_first_what_a_host_may_take_that_knows_no_formats() {
        let schema = json!({"anyOf": [
            {"properties": {"kind": {"const": "a"}, "x": {"minLength": 1}}},
            {"properties": {"x": {"format": "date"}}}
        ]});
        let document = json!({"s": schema});
        let value = json!({"kind": "a", "x": ""});
        assert_eq!(broken_in(&document, &value, Side::Request)[0][1], "format");
        assert_eq!(broken_in(&document, &value, Side::Response)[0][1], "minLength");
    }
}
