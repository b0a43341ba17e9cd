//! The only door to `jsonschema`: validators by the place of their schema.

use super::Unusable;
use super::branch::Branches;
use super::discriminator::Discriminator;
use super::error::{self, Break, Ground, Raw, ValidationError, document_pointer};
use super::lower::{self, Side};
use super::names::{self, Rewritten};
use super::nodes::Nodes;
use super::second;
use crate::json::{Text, pointer};
use jsonschema::json::{Json, SerdeJson};
use jsonschema::{Draft, PatternOptions, Registry, Retrieve, ValidationOptions, Validator};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

const BASE: &str = "probity:///contract";

/// A schema of the contract, by its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaAt(pub String);

/// Every schema of a contract, ready for both sides.
pub struct Schemas {
    idle_nullables: Vec<String>,
    unusable_patterns: Vec<Unusable>,
    unlisted: Vec<String>,
    /// The other way to read those that may be read in two.
    second: Option<Box<Schemas>>,
    rewritten: Rewritten,
    request: Value,
    response: Option<Value>,
    /// The schemas of answers below which something is only for requests.
    hiding: HashSet<SchemaAt>,
    of_requests: Validators<SerdeJson>,
    of_responses: Validators<SerdeJson>,
    /// The same for values as they were read: only a run needs them.
    of_answers: OnceLock<Validators<Nodes>>,
    /// Those of alternatives and conditions below `hiding`.
    of_branches: OnceLock<Validators<SerdeJson>>,
    /// The alternatives of requests, and those of answers where these have schemas of their own.
    asked: Branches,
    answered: Option<Branches>,
}

type Validators<F> = HashMap<SchemaAt, Validator<F>>;

impl Schemas {
    /// Lowers and compiles the schemas at `requests` and `responses`; what cannot be
    /// compiled is returned beside them.
    pub(crate) fn compile(
        document: &Value,
        dialect_3_0: bool,
        requests: &BTreeSet<SchemaAt>,
        responses: &BTreeSet<SchemaAt>,
    ) -> (Schemas, HashMap<SchemaAt, Unusable>) {
        let roots: Vec<String> = requests.union(responses).map(|schema| schema.0.clone()).collect();
        let (places, named) = named(document, roots);
        let with_named: BTreeSet<SchemaAt>;
        let requests = if named.is_empty() {
            requests
        } else {
            with_named = requests.iter().cloned().chain(named.into_iter().map(SchemaAt)).collect();
            &with_named
        };
        let mut request = document.clone();
        let mut idle_nullables = Vec::new();
        if dialect_3_0 {
            lower::to_2020_12(&mut request, &places);
        } else {
            let idle = places.iter().filter(|at| pointer::get(document, at).is_some_and(has_idle_nullable));
            idle_nullables.extend(idle.cloned());
        }
        lower::require_once(&mut request, &places);
        let mut answered = request.clone();
        let relaxed = lower::for_side(&mut request, &places, Side::Request);
        let letter = (relaxed && !dialect_3_0).then(|| answered.clone());
        let differs = relaxed | lower::for_side(&mut answered, &places, Side::Response);
        let hidden = |at: &String| {
            pointer::get(document, at).and_then(|schema| schema.get("writeOnly")) == Some(&Value::Bool(true))
        };
        let hiding = if places.iter().any(hidden) {
            let below = |root: &&SchemaAt| lower::reachable(document, [root.0.clone()]).iter().any(hidden);
            responses.iter().filter(below).cloned().collect()
        } else {
            HashSet::new()
        };
        let branches = || Branches::at(places.iter().filter(|at| is_branch(at)).cloned());
        let (asked, response) = (branches(), differs.then_some(answered));
        let answered = response.is_some().then(branches);
        let mut broken = HashMap::new();
        let unusable_patterns = names::unusable(document, &places);
        let rewritten = Rewritten::of(&request, response.as_ref(), &places);
        let judged = |side, plain| rewritten.document(side).unwrap_or(plain);
        let of_requests = compile(judged(Side::Request, &request), requests, &mut broken);
        let answers = judged(Side::Response, response.as_ref().unwrap_or(&request));
        let of_responses = compile(answers, responses, &mut broken);
        let (of_answers, of_branches) = (OnceLock::new(), OnceLock::new());
        let unlisted = if dialect_3_0 { second::unlisted(document, &places) } else { Vec::new() };
        let mut schemas = Schemas {
            idle_nullables,
            unusable_patterns,
            unlisted,
            second: None,
            rewritten,
            request,
            response,
            hiding,
            of_requests,
            of_responses,
            of_answers,
            of_branches,
            asked,
            answered,
        };
        schemas.second = schemas.second_reading(letter, &places, requests, responses).map(Box::new);
        (schemas, broken)
    }

    /// The other reading, where there is one.
    fn second_reading(
        &self,
        letter: Option<Value>,
        places: &[String],
        requests: &BTreeSet<SchemaAt>,
        responses: &BTreeSet<SchemaAt>,
    ) -> Option<Schemas> {
        let (request, response, differing) = match letter {
            Some(letter) => {
                let differing = second::differing(&letter, &self.request, places);
                (letter, None, differing)
            }
            None if self.unlisted.is_empty() => return None,
            None => {
                let schema = |at: &String| pointer::parent_and_last(at).map(|(schema, _)| schema.to_owned());
                let response = self.response.as_ref().map(|it| second::without(it, &self.unlisted));
                let differing = self.unlisted.iter().filter_map(schema).collect();
                (second::without(&self.request, &self.unlisted), response, differing)
            }
        };
        let requests = second::leading(&self.request, requests, &differing);
        let responses = if self.unlisted.is_empty() {
            BTreeSet::new()
        } else {
            second::leading(&self.request, responses, &differing)
        };
        let of_requests = compile(&request, &requests, &mut HashMap::new());
        let answers = response.as_ref().unwrap_or(&request);
        let of_responses = compile(answers, &responses, &mut HashMap::new());
        let branches = || Branches::at(places.iter().filter(|at| is_branch(at)).cloned());
        let answered = response.is_some().then(branches);
        Some(Schemas {
            idle_nullables: Vec::new(),
            unusable_patterns: Vec::new(),
            unlisted: Vec::new(),
            second: None,
            rewritten: Rewritten::default(),
            asked: branches(),
            answered,
            hiding: HashSet::new(),
            request,
            response,
            of_requests,
            of_responses,
            of_answers: OnceLock::new(),
            of_branches: OnceLock::new(),
        })
    }

    /// The other reading of a schema, where it has one.
    fn other(&self, schema: &SchemaAt, side: Side) -> Option<&Schemas> {
        self.second.as_deref().filter(|second| second.validator(schema, side).is_some())
    }

    /// JSON Pointers to the keywords that the version of `OpenAPI` does not list.
    pub fn unlisted(&self) -> &[String] {
        &self.unlisted
    }

    /// Whether the two readings of a schema differ about a value.
    pub fn is_unclear(&self, schema: &SchemaAt, side: Side, value: &Value) -> bool {
        let other = self.other(schema, side);
        other.is_some_and(|other| other.accepts(schema, side, value) != self.accepts(schema, side, value))
    }

    fn document(&self, side: Side) -> &Value {
        match side {
            Side::Response => self.response.as_ref().unwrap_or(&self.request),
            Side::Request => &self.request,
        }
    }

    /// The document as the validator has it.
    fn judged(&self, side: Side) -> &Value {
        self.rewritten.document(side).unwrap_or_else(|| self.document(side))
    }

    /// The patterns that cannot be used, and why.
    pub(crate) fn unusable_patterns(&self) -> &[Unusable] {
        &self.unusable_patterns
    }

    /// Whether a text, in small letters, stands in a value that a schema, or one below it, lists.
    pub fn lists(&self, schema: &SchemaAt, text: &str) -> bool {
        const LISTS: [&str; 5] = ["example", "examples", "default", "const", "enum"];
        let root = self.document(Side::Response);
        lower::reachable(root, [schema.0.clone()]).iter().filter_map(|at| pointer::get(root, at)).any(
            |schema| {
                let values = LISTS.iter().filter_map(|key| schema.get(*key));
                values.into_iter().any(|value| value.to_string().to_lowercase().contains(text))
            },
        )
    }

    /// JSON Pointers to the schemas that say `nullable` where it is no keyword, and so in vain.
    pub fn idle_nullables(&self) -> &[String] {
        &self.idle_nullables
    }

    /// The first of some places that is below one of some schemas.
    pub fn first_below<'s>(
        &self,
        schemas: impl Iterator<Item = &'s SchemaAt>,
        places: &[String],
    ) -> Option<String> {
        let below = lower::reachable(&self.request, schemas.map(|schema| schema.0.clone()));
        below.into_iter().find(|at| places.contains(at))
    }

    /// The places of all schemas at or below some.
    pub(crate) fn below<'s>(&self, schemas: impl Iterator<Item = &'s SchemaAt>) -> Vec<String> {
        lower::reachable(&self.request, schemas.map(|schema| schema.0.clone()))
    }

    /// Whether anything in a schema of an answer is only for requests.
    pub fn hide(&self, schema: &SchemaAt) -> bool {
        self.hiding.contains(schema)
    }

    /// Whether a part of an answer satisfies an alternative or a condition below a schema that
    /// hides something.
    pub fn accepts_branch(&self, at: &SchemaAt, value: &Value) -> bool {
        let build = || {
            let root = self.document(Side::Response);
            let places = lower::reachable(root, self.hiding.iter().map(|schema| schema.0.clone()));
            let branches = places.into_iter().filter(|at| is_branch(at)).take(BRANCHES).map(SchemaAt);
            compile(root, &branches.collect(), &mut HashMap::new())
        };
        let known = self.of_branches.get_or_init(build).get(at);
        known.is_some_and(|validator| validator.is_valid(value))
    }

    /// The schema itself, as 2020-12, with the document that its references point into.
    pub fn raw(&self, side: Side) -> &Value {
        self.document(side)
    }

    /// Whether the alternatives at a place are told apart by a property.
    pub fn are_discriminated(&self, at: &str) -> bool {
        let schema = pointer::parent_and_last(at).and_then(|(schema, _)| pointer::get(&self.request, schema));
        schema.is_some_and(|schema| schema.get("discriminator").is_some())
    }

    /// Whether there is a validator for a schema.
    pub fn knows(&self, schema: &SchemaAt, side: Side) -> bool {
        self.validator(schema, side).is_some()
    }

    /// Whether a value satisfies a schema.
    pub fn accepts(&self, schema: &SchemaAt, side: Side, value: &Value) -> bool {
        self.validator(schema, side).is_none_or(|validator| validator.is_valid(value))
    }

    /// Whether an answer satisfies a schema.
    pub fn accepts_answer(&self, schema: &SchemaAt, answer: &Text) -> bool {
        let build = || {
            let roots = self.of_responses.keys().cloned().collect();
            compile(self.judged(Side::Response), &roots, &mut HashMap::new())
        };
        let validator = self.of_answers.get_or_init(build).get(schema);
        match validator.filter(|_| answer.duplicates.is_empty()) {
            Some(validator) if validator.is_valid(&answer.root) => true,
            None if self.accepts(schema, Side::Response, &answer.to_value()) => true,
            _ => self.other(schema, Side::Response).is_some_and(|other| other.accepts_answer(schema, answer)),
        }
    }

    /// Every way in which a value breaks a schema, in the order of places; none where it may be read
    /// so that it breaks nothing.
    pub fn errors(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<ValidationError> {
        let found = self.errors_of_first(schema, side, value);
        let other = self.other(schema, side).filter(|_| !found.is_empty());
        fewer(found, other.map(|other| other.errors_of_first(schema, side, value)))
    }

    fn errors_of_first(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<ValidationError> {
        let Some(validator) = self.validator(schema, side) else { return Vec::new() };
        let errors: Vec<_> = validator.iter_errors(value).collect();
        let mut told: Vec<_> =
            error::ordered(&errors, self.ground(side)).into_iter().map(Raw::told).collect();
        for one in &mut told {
            self.rewritten.restore(&mut one.at);
        }
        told
    }

    /// The same without words, which take longer to find than all else.
    pub fn breaks(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<Break> {
        let Some(validator) = self.validator(schema, side) else { return Vec::new() };
        let errors: Vec<_> = validator.iter_errors(value).collect();
        let mut found: Vec<_> =
            error::ordered(&errors, self.ground(side)).into_iter().map(Raw::untold).collect();
        for one in &mut found {
            self.rewritten.restore(&mut one.at);
        }
        found
    }

    /// The same where both readings break something.
    pub fn clear_breaks(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<Break> {
        let found = self.breaks(schema, side, value);
        let other = self.other(schema, side).filter(|_| !found.is_empty());
        fewer(found, other.map(|other| other.breaks(schema, side, value)))
    }

    fn ground(&self, side: Side) -> Ground<'_> {
        let own = self.answered.as_ref().filter(|_| side == Side::Response);
        Ground { document: self.judged(side), side, branches: own.unwrap_or(&self.asked) }
    }

    fn validator(&self, schema: &SchemaAt, side: Side) -> Option<&Validator> {
        match side {
            Side::Request => self.of_requests.get(schema),
            Side::Response => self.of_responses.get(schema),
        }
    }
}

/// Every schema below some, and those that discriminators name.
fn named(document: &Value, mut roots: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut named: Vec<String> = Vec::new();
    loop {
        let places = lower::reachable(document, roots.iter().cloned());
        let before = named.len();
        for at in &places {
            let Some(discriminator) = Discriminator::read(document, at) else { continue };
            for target in discriminator.targets.into_iter().chain([discriminator.at]) {
                if !named.contains(&target) && pointer::get(document, &target).is_some_and(Value::is_object) {
                    named.push(target);
                }
            }
        }
        if named.len() == before {
            return (places, named);
        }
        roots.extend(named[before..].iter().cloned());
    }
}

fn fewer<T>(found: Vec<T>, other: Option<Vec<T>>) -> Vec<T> {
    match other {
        Some(other) if other.len() < found.len() => other,
        _ => found,
    }
}

/// So many alternatives are looked into.
const BRANCHES: usize = 1_024;

/// Whether a schema of 2020-12 says `nullable` and does not list null among its types.
fn has_idle_nullable(schema: &Value) -> bool {
    let null = Value::from("null");
    let types = schema.get("type");
    let lists = |types: &Value| *types == null || types.as_array().is_some_and(|all| all.contains(&null));
    schema.get("nullable") == Some(&Value::Bool(true)) && !types.is_some_and(lists)
}

fn is_branch(at: &str) -> bool {
    at.ends_with("/if")
        || pointer::parent_and_last(at)
            .is_some_and(|(parent, _)| parent.ends_with("/oneOf") || parent.ends_with("/anyOf"))
}

/// Keywords by themselves, without a document that they belong to.
pub struct Probe(Validator);

impl Probe {
    /// The keywords of a schema, if they can be used.
    pub fn of(schema: &Value) -> Option<Probe> {
        options::<SerdeJson>().build(schema).ok().map(Probe)
    }

    /// Whether a value satisfies them.
    pub fn accepts(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }
}

/// A pattern of names may take so much memory, and be tried so often.
const REGEX_BYTES: usize = 32 << 20;
const TRIES: usize = 10_000;

fn options<'r, F: Json>() -> ValidationOptions<'r, Arc<dyn Retrieve>, F> {
    jsonschema::options_for()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_keyword("pattern", names::pattern)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(TRIES).size_limit(REGEX_BYTES))
}

fn compile<F: Json>(
    document: &Value,
    roots: &BTreeSet<SchemaAt>,
    broken: &mut HashMap<SchemaAt, Unusable>,
) -> Validators<F> {
    let mut compiled = HashMap::new();
    if roots.is_empty() {
        return compiled;
    }
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(BASE, document)
        .and_then(jsonschema::RegistryBuilder::prepare);
    let registry = match registry {
        Ok(registry) => registry,
        Err(error) => {
            let why = format!("the schemas cannot be indexed: {error}");
            broken.extend(
                roots
                    .iter()
                    .map(|schema| (schema.clone(), Unusable { at: schema.0.clone(), why: why.clone() })),
            );
            return compiled;
        }
    };
    for schema in roots {
        let wrapper = serde_json::json!({
            "$ref": format!("{BASE}{}", pointer::to_fragment(&schema.0))
        });
        let built = options().with_registry(&registry).build(&wrapper);
        match built {
            Ok(validator) => {
                compiled.insert(schema.clone(), validator);
            }
            Err(error) => {
                let at = document_pointer(error.schema_path().as_str());
                let at = if at.is_empty() { schema.0.clone() } else { at.to_owned() };
                let why = format!("the schema cannot be used: {error}");
                broken.insert(schema.clone(), Unusable { at, why });
            }
        }
    }
    compiled
}
