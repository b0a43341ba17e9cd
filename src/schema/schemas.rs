//! The schemas of a contract: what satisfies them, and how a value breaks them.

use super::Unusable;
use super::branch::Branches;
use super::contradiction::{self, Clause};
use super::discriminator::Discriminator;
use super::error::{self, Break, Ground, Raw, ValidationError};
use super::lower::{self, Side};
use super::names::{self, Rewritten};
use super::nodes::Seen;
use super::second;
use super::validators::{Validators, options};
use crate::json::{Text, pointer};
use jsonschema::Validator;
use jsonschema::json::SerdeJson;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// A schema of the contract, by its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaAt(pub String);

/// Every schema of a contract, ready for both sides.
pub struct Schemas {
    idle_nullables: Vec<String>,
    unusable_patterns: Vec<Unusable>,
    unlisted: Vec<String>,
    beside_references: Vec<String>,
    /// The other way to read those that may be read in two.
    second: Option<Box<Schemas>>,
    rewritten: Rewritten,
    /// The document itself, where nothing in it is read another way.
    request: Arc<Value>,
    response: Option<Value>,
    /// The schemas of answers below which something is only for requests.
    hiding: HashSet<SchemaAt>,
    of_requests: Validators,
    /// Those of answers, where these say something else.
    of_responses: Option<Validators>,
    /// Those of alternatives and conditions below `hiding`.
    of_branches: OnceLock<Validators>,
    /// The alternatives of requests, and those of answers where these have schemas of their own.
    asked: Branches,
    answered: Option<Branches>,
}

/// The schemas of a contract, and what of them could not be used.
pub(crate) struct Compiled {
    pub(crate) schemas: Schemas,
    /// The schemas that cannot be compiled.
    pub(crate) broken: HashMap<SchemaAt, Unusable>,
    /// Keywords that were left out because they hold nothing that can be used.
    pub(crate) misshapen: Vec<Unusable>,
    /// Where schemas stand that the compiled ones consist of.
    pub(crate) places: Vec<String>,
    /// Clauses that exclude each other, where null was meant as one more alternative.
    pub(crate) nullable: Vec<[Clause; 2]>,
    /// Clauses that exclude each other, so that no answer can keep both: none is held to them.
    pub(crate) contrary: Vec<[Clause; 2]>,
    /// Alternatives that say the same, so that no answer fits one of them only.
    pub(crate) indistinct: Vec<[Clause; 2]>,
}

impl Schemas {
    /// Lowers and compiles the schemas at `requests` and `responses`, without some keywords that
    /// cannot be used.
    pub(crate) fn compile(
        document: &Arc<Value>,
        dialect_3_0: bool,
        requests: &BTreeSet<SchemaAt>,
        responses: &BTreeSet<SchemaAt>,
        without: &[&str],
    ) -> Compiled {
        let roots: Vec<String> = requests.union(responses).map(|schema| schema.0.clone()).collect();
        let (places, named) = named(document, roots);
        let with_named: BTreeSet<SchemaAt>;
        let requests = if named.is_empty() {
            requests
        } else {
            with_named = requests.iter().cloned().chain(named.into_iter().map(SchemaAt)).collect();
            &with_named
        };
        let mut request = Value::clone(document);
        let mut idle_nullables = Vec::new();
        if dialect_3_0 {
            lower::to_2020_12(&mut request, &places);
        } else {
            let schemas = pointer::each(document, &places);
            let idle = schemas.filter(|(_, schema)| schema.is_some_and(has_idle_nullable));
            idle_nullables.extend(idle.map(|(at, _)| at.clone()));
        }
        let misshapen = lower::misshapen(&request, &places);
        let keywords: Vec<&str> =
            without.iter().copied().chain(misshapen.iter().map(|one| one.at.as_str())).collect();
        lower::without(&mut request, &places, &keywords);
        let nullable = contradiction::nullable(&request, &places);
        lower::to_nullable(&mut request, &places, &nullable);
        let mut answered = request.clone();
        let contrary = contradiction::below(&answered, responses.iter().map(|schema| schema.0.clone()));
        lower::without(&mut answered, &places, &contradiction::needless(&contrary));
        let below = lower::reachable(&answered, responses.iter().map(|schema| schema.0.clone()));
        let indistinct = contradiction::indistinct(&answered, &below);
        lower::to_any_of(&mut answered, &indistinct);
        let relaxed = lower::for_side(&mut request, &places, Side::Request);
        let letter = (!relaxed.is_empty() && !dialect_3_0).then(|| answered.clone());
        let hidden_there = lower::for_side(&mut answered, &places, Side::Response);
        let changed = relaxed.iter().chain(&hidden_there).map(String::as_str);
        let changed = changed.chain(contradiction::needless(&contrary));
        let changed: Vec<&str> = changed.chain(indistinct.iter().map(|[one, _]| one.at.as_str())).collect();
        let differs = !changed.is_empty();
        let hidden = |places: &[String]| {
            pointer::each(document, places).any(|(_, schema)| {
                schema.and_then(|schema| schema.get("writeOnly")) == Some(&Value::Bool(true))
            })
        };
        let hiding = if hidden(&places) {
            let below = |root: &&SchemaAt| hidden(&lower::reachable(document, [root.0.clone()]));
            responses.iter().filter(below).cloned().collect()
        } else {
            HashSet::new()
        };
        let branches = || Branches::at(places.iter().filter(|at| is_branch(at)).cloned());
        let (asked, response) = (branches(), differs.then_some(answered));
        let request = if request == **document { Arc::clone(document) } else { request.into() };
        let answered = response.is_some().then(branches);
        let mut broken = HashMap::new();
        let unusable_patterns = names::unusable(document, &places);
        let rewritten = Rewritten::of(&request, response.as_ref(), &places);
        let judged = |side, plain| rewritten.document(side).unwrap_or(plain);
        let asked_once = lower::require_once(judged(Side::Request, &request), &places);
        let (of_requests, of_responses) = match &response {
            Some(response) => {
                let answered_once = lower::require_once(judged(Side::Response, response), &places);
                // Most schemas of answers say what they would of requests, too.
                let reaching = lower::reaching(&request, &places, &changed);
                let (own, shared): (BTreeSet<SchemaAt>, BTreeSet<SchemaAt>) =
                    responses.iter().cloned().partition(|schema| reaching.contains(&schema.0));
                let shared = requests.union(&shared).cloned();
                (
                    Validators::compile(&asked_once, shared, &mut broken),
                    Some(Validators::compile(&answered_once, own, &mut broken)),
                )
            }
            None => (Validators::compile(&asked_once, requests.union(responses).cloned(), &mut broken), None),
        };
        drop(asked_once);
        let of_branches = OnceLock::new();
        let unlisted = if dialect_3_0 { second::unlisted(document, &places) } else { Vec::new() };
        let beside_references =
            if dialect_3_0 { second::beside_references(document, &places) } else { Vec::new() };
        let mut schemas = Schemas {
            idle_nullables,
            unusable_patterns,
            unlisted,
            beside_references,
            second: None,
            rewritten,
            request,
            response,
            hiding,
            of_requests,
            of_responses,
            of_branches,
            asked,
            answered,
        };
        schemas.second = schemas.second_reading(letter, &places, requests, responses).map(Box::new);
        Compiled { schemas, broken, misshapen, places, nullable, contrary, indistinct }
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
        let answers = if self.unlisted.is_empty() { &BTreeSet::new() } else { responses };
        let responses = second::leading(&self.request, answers, &differing);
        let mut broken = HashMap::new();
        let of_requests = Validators::compile(&request, requests, &mut broken);
        let answers = response.as_ref().unwrap_or(&request);
        let of_responses = Validators::compile(answers, responses, &mut broken);
        let branches = || Branches::at(places.iter().filter(|at| is_branch(at)).cloned());
        let answered = response.is_some().then(branches);
        Some(Schemas {
            idle_nullables: Vec::new(),
            unusable_patterns: Vec::new(),
            unlisted: Vec::new(),
            beside_references: Vec::new(),
            second: None,
            rewritten: Rewritten::default(),
            asked: branches(),
            answered,
            hiding: HashSet::new(),
            request: request.into(),
            response,
            of_requests,
            of_responses: Some(of_responses),
            of_branches: OnceLock::new(),
        })
    }

    /// The other reading of a schema, where it has one.
    fn other(&self, schema: &SchemaAt, side: Side) -> Option<&Schemas> {
        let second = self.second.as_deref()?;
        let validators = match side {
            Side::Request => &second.of_requests,
            Side::Response => second.of_responses.as_ref()?,
        };
        validators.know(schema).then_some(second)
    }

    /// JSON Pointers to the keywords that the version of `OpenAPI` does not list.
    pub fn unlisted(&self) -> &[String] {
        &self.unlisted
    }

    /// JSON Pointers to the keywords that count for nothing because they stand beside a reference.
    pub fn beside_references(&self) -> &[String] {
        &self.beside_references
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
            Validators::compile(root, branches, &mut HashMap::new())
        };
        self.of_branches.get_or_init(build).accept(at, Seen::Value(value)) == Some(true)
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
        self.validators(schema, side).know(schema)
    }

    /// Whether a value satisfies a schema.
    pub fn accepts(&self, schema: &SchemaAt, side: Side, value: &Value) -> bool {
        self.validators(schema, side).accept(schema, Seen::Value(value)).unwrap_or(true)
    }

    /// Whether a text satisfies a schema, in one of the ways to read it.
    pub fn accepts_text(&self, schema: &SchemaAt, side: Side, text: &Text) -> bool {
        self.first_accepts(schema, side, text)
            || self.other(schema, side).is_some_and(|other| other.first_accepts(schema, side, text))
    }

    fn first_accepts(&self, schema: &SchemaAt, side: Side, text: &Text) -> bool {
        if text.duplicates.is_empty() {
            self.validators(schema, side).accept(schema, Seen::Text(&text.root)).unwrap_or(true)
        } else {
            self.accepts(schema, side, &text.to_value())
        }
    }

    /// What a text breaks of a schema, without words, in the order of places, and whether there are
    /// two ways to read the schema of which only one takes the text.
    pub fn breaks_of_text(&self, schema: &SchemaAt, side: Side, text: &Text) -> (Vec<Break>, bool) {
        let first = self.first_accepts(schema, side, text);
        let other = self.other(schema, side);
        let second = other.map_or(first, |other| other.first_accepts(schema, side, text));
        if first || second {
            return (Vec::new(), first != second);
        }
        let value = text.to_value();
        let found = self.breaks(schema, side, &value);
        (fewer(found, other.map(|other| other.breaks(schema, side, &value))), false)
    }

    /// Every way in which a value breaks a schema, in the order of places; none where it may be read
    /// so that it breaks nothing.
    pub fn errors(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<ValidationError> {
        let found = self.errors_of_first(schema, side, value);
        let other = self.other(schema, side).filter(|_| !found.is_empty());
        fewer(found, other.map(|other| other.errors_of_first(schema, side, value)))
    }

    fn errors_of_first(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<ValidationError> {
        let told = self.validators(schema, side).errors(schema, Seen::Value(value), |errors| {
            error::ordered(errors, self.ground(side)).into_iter().map(Raw::told).collect::<Vec<_>>()
        });
        let mut told = told.unwrap_or_default();
        for one in &mut told {
            self.rewritten.restore(&mut one.at);
        }
        told
    }

    /// The same without words, which take longer to find than all else, by the first reading.
    pub fn breaks(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<Break> {
        let told = self.validators(schema, side).errors(schema, Seen::Value(value), |errors| {
            error::ordered(errors, self.ground(side)).into_iter().map(Raw::untold).collect::<Vec<_>>()
        });
        let mut told = told.unwrap_or_default();
        for one in &mut told {
            self.rewritten.restore(&mut one.at);
        }
        told
    }

    fn ground(&self, side: Side) -> Ground<'_> {
        let own = self.answered.as_ref().filter(|_| side == Side::Response);
        Ground { document: self.judged(side), side, branches: own.unwrap_or(&self.asked) }
    }

    fn validators(&self, schema: &SchemaAt, side: Side) -> &Validators {
        let own = self.of_responses.as_ref().filter(|own| side == Side::Response && own.know(schema));
        own.unwrap_or(&self.of_requests)
    }
}

/// Every schema below some, and those that discriminators name.
fn named(document: &Value, mut roots: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut named: Vec<String> = Vec::new();
    loop {
        let places = lower::reachable(document, roots.iter().cloned());
        let before = named.len();
        for (at, schema) in pointer::each(document, &places) {
            if schema.is_none_or(|schema| schema.get("discriminator").is_none()) {
                continue;
            }
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
