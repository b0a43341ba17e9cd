//! Validators for many schemas of one document, compiled as one, so that what several of them refer
//! to is compiled and kept once.

use super::Unusable;
use super::error::document_pointer;
use super::names;
use super::nodes::{Seen, Values};
use super::schemas::SchemaAt;
use crate::json::pointer;
use jsonschema::json::Json;
use jsonschema::{Draft, PatternOptions, Registry, Retrieve, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

const BASE: &str = "probity:///contract";

/// Validators by the place of their schema.
#[derive(Default)]
pub(super) struct Validators {
    /// The schema of an object that has a member for each of them.
    all: Option<Validator<Values>>,
    /// What that member is called.
    names: HashMap<SchemaAt, String>,
}

impl Validators {
    /// Compiles the schemas at `roots`; what cannot be compiled is added to `broken`.
    pub(super) fn compile(
        document: &Value,
        roots: impl IntoIterator<Item = SchemaAt>,
        broken: &mut HashMap<SchemaAt, Unusable>,
    ) -> Validators {
        let mut roots: BTreeSet<SchemaAt> = roots.into_iter().collect();
        if roots.is_empty() {
            return Validators::default();
        }
        let registry = match registry(document) {
            Ok(registry) => registry,
            Err(error) => {
                let why = format!("the schemas cannot be indexed: {error}");
                let told = |schema: SchemaAt| (schema.clone(), Unusable { at: schema.0, why: why.clone() });
                broken.extend(roots.into_iter().map(told));
                return Validators::default();
            }
        };
        if let Some(all) = together(&registry, &roots) {
            return all;
        }
        // One that cannot be compiled hides which one it is.
        roots.retain(|schema| match built::<Values>(&registry, &reference(schema)) {
            Ok(_) => true,
            Err(error) => {
                let at = document_pointer(error.schema_path().as_str());
                let at = if at.is_empty() { schema.0.clone() } else { at.to_owned() };
                let why = format!("the schema cannot be used: {error}");
                broken.insert(schema.clone(), Unusable { at, why });
                false
            }
        });
        together(&registry, &roots).unwrap_or_default()
    }

    /// Whether a value satisfies a schema; none if nothing is known of that.
    pub(super) fn accept(&self, schema: &SchemaAt, value: Seen<'_>) -> Option<bool> {
        let (all, name) = self.of(schema)?;
        Some(all.is_valid(Seen::Member(&(name, value))))
    }

    /// Whether there is one for a schema.
    pub(super) fn know(&self, schema: &SchemaAt) -> bool {
        self.of(schema).is_some()
    }

    /// What is wrong with a value; none if nothing is known of its schema.
    pub(super) fn errors<T>(
        &self,
        schema: &SchemaAt,
        value: Seen<'_>,
        read: impl FnOnce(&[ValidationError<'_>]) -> T,
    ) -> Option<T> {
        let (all, name) = self.of(schema)?;
        let member = (name, value);
        let errors: Vec<_> = all.iter_errors(Seen::Member(&member)).collect();
        Some(read(&errors))
    }

    fn of(&self, schema: &SchemaAt) -> Option<(&Validator<Values>, &str)> {
        Some((self.all.as_ref()?, self.names.get(schema)?))
    }
}

/// Where the value stands that an error is about, below that which is validated.
pub(super) fn place<'e>(error: &'e ValidationError<'_>) -> &'e str {
    let path = error.instance_path().as_str();
    path.match_indices('/').nth(1).map_or("", |(at, _)| &path[at..])
}

/// All of some schemas as one, if each can be compiled.
fn together(registry: &Registry<'_>, roots: &BTreeSet<SchemaAt>) -> Option<Validators> {
    let named = roots.iter().enumerate().map(|(index, schema)| (schema, index.to_string()));
    let members: Map<String, Value> = named.clone().map(|(schema, name)| (name, reference(schema))).collect();
    let all = built(registry, &json!({"properties": members})).ok()?;
    Some(Validators { all: Some(all), names: named.map(|(schema, name)| (schema.clone(), name)).collect() })
}

/// The schemas of a document, to be referred to.
pub(super) fn registry(document: &Value) -> Result<Registry<'_>, jsonschema::ReferencingError> {
    Registry::new().draft(Draft::Draft202012).add(BASE, document)?.prepare()
}

/// A validator of all schemas at some places, if they can be used.
pub(super) fn all_of(registry: &Registry<'_>, places: &[String]) -> Option<Validator<Values>> {
    let all: Vec<Value> = places.iter().map(|at| reference_to(at)).collect();
    built(registry, &json!({"allOf": all})).ok()
}

fn reference(schema: &SchemaAt) -> Value {
    reference_to(&schema.0)
}

fn reference_to(at: &str) -> Value {
    json!({"$ref": format!("{BASE}{}", pointer::to_fragment(at))})
}

fn built<F: Json>(registry: &Registry<'_>, schema: &Value) -> Result<Validator<F>, ValidationError<'static>> {
    options().with_registry(registry).build(schema)
}

/// A pattern of names may take so much memory, and be tried so often.
const REGEX_BYTES: usize = 32 << 20;
const TRIES: usize = 10_000;

pub(super) fn options<'r, F: Json>() -> ValidationOptions<'r, Arc<dyn Retrieve>, F> {
    jsonschema::options_for()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_keyword("pattern", names::pattern)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(TRIES).size_limit(REGEX_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: &str) -> SchemaAt {
        SchemaAt(place.to_owned())
    }

    #[test]
    fn schemas_are_told_apart_and_share_what_they_refer_to() {
        let document = json!({
            "one": {"properties": {"a": {"$ref": "#/shared"}}},
            "two": {"items": {"$ref": "#/shared"}},
            "shared": {"type": "integer"}
        });
        let mut broken = HashMap::new();
        let all = Validators::compile(&document, [at("/one"), at("/two")], &mut broken);
        assert!(broken.is_empty());
        let (object, array) = (json!({"a": "b"}), json!([1, "b"]));
        let accept = |schema: &str, value| all.accept(&at(schema), Seen::Value(value));
        assert_eq!((accept("/one", &object), accept("/one", &array)), (Some(false), Some(true)));
        assert_eq!((accept("/two", &object), accept("/two", &array)), (Some(true), Some(false)));
        assert_eq!(accept("/shared", &object), None);
        let places = |schema: &str, value| {
            all.errors(&at(schema), Seen::Value(value), |errors| {
                errors.iter().map(|error| place(error).to_owned()).collect::<Vec<_>>()
            })
        };
        assert_eq!(places("/one", &object).unwrap(), ["/a"]);
        assert_eq!(places("/two", &array).unwrap(), ["/1"]);
        assert_eq!(places("/two", &object).unwrap(), [""; 0]);
    }

    #[test]
    fn one_that_cannot_be_used_leaves_the_others() {
        let document = json!({"good": {"type": "integer"}, "bad": {"items": {"type": "nothing"}}});
        let mut broken = HashMap::new();
        let all = Validators::compile(&document, [at("/good"), at("/bad")], &mut broken);
        assert_eq!(broken.keys().collect::<Vec<_>>(), [&at("/bad")]);
        assert_eq!(broken[&at("/bad")].at, "/bad/items/type");
        assert_eq!(all.accept(&at("/good"), Seen::Value(&json!("a"))), Some(false));
        assert_eq!(all.accept(&at("/bad"), Seen::Value(&json!(["a"]))), None);
    }
}
