//! The schemas of a contract: what satisfies them, and how a value breaks them.

use super::Unusable;
use super::branch::Branches;
use super::error::{self, Break, Ground, Raw, ValidationError};
use super::lower::{self, Side};
use super::nodes::Seen;
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
    /// The document itself, where nothing in it is read another way.
    request: Arc<Value>,
    response: Option<Value>,
    /// The schemas of answers below which something is only for requests.
    hiding: HashSet<SchemaAt>,
    of_requests: Validators,
    /// Those of answers, where these have schemas of their own.
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
        let roots = requests.union(responses).map(|schema| schema.0.clone());
        let places = lower::reachable(document, roots);
        let mut request = Value::clone(document);
        let mut idle_nullables = Vec::new();
        if dialect_3_0 {
            lower::to_2020_12(&mut request, &places);
        } else {
            let idle = places.iter().filter(|at| pointer::get(document, at).is_some_and(has_idle_nullable));
            idle_nullables.extend(idle.cloned());
        }
        lower::require_once(&mut request, &places);
        let misshapen = lower::misshapen(&request, &places);
        let keywords: Vec<&str> =
            without.iter().copied().chain(misshapen.iter().map(|one| one.at.as_str())).collect();
        lower::without(&mut request, &places, &keywords);
        let mut answered = request.clone();
        let differs = lower::for_side(&mut request, &places, Side::Request)
            | lower::for_side(&mut answered, &places, Side::Response);
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
        let request = if request == **document { Arc::clone(document) } else { request.into() };
        let answered = response.is_some().then(branches);
        let mut broken = HashMap::new();
        let (of_requests, of_responses) = match &response {
            Some(response) => (
                Validators::compile(&request, requests.iter().cloned(), &mut broken),
                Some(Validators::compile(response, responses.iter().cloned(), &mut broken)),
            ),
            None => (Validators::compile(&request, requests.union(responses).cloned(), &mut broken), None),
        };
        let of_branches = OnceLock::new();
        let schemas = Schemas {
            idle_nullables,
            request,
            response,
            hiding,
            of_requests,
            of_responses,
            of_branches,
            asked,
            answered,
        };
        Compiled { schemas, broken, misshapen, places }
    }

    fn document(&self, side: Side) -> &Value {
        match side {
            Side::Response => self.response.as_ref().unwrap_or(&self.request),
            Side::Request => &self.request,
        }
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

    /// Whether a value satisfies a schema.
    pub fn accepts(&self, schema: &SchemaAt, side: Side, value: &Value) -> bool {
        self.validators(side).accept(schema, Seen::Value(value)).unwrap_or(true)
    }

    /// Whether a text satisfies a schema.
    pub fn accepts_text(&self, schema: &SchemaAt, side: Side, text: &Text) -> bool {
        if text.duplicates.is_empty() {
            self.validators(side).accept(schema, Seen::Text(&text.root)).unwrap_or(true)
        } else {
            self.accepts(schema, side, &text.to_value())
        }
    }

    /// Every way in which a text breaks a schema, without words, in the order of places.
    pub fn breaks_of_text(&self, schema: &SchemaAt, side: Side, text: &Text) -> Vec<Break> {
        if self.accepts_text(schema, side, text) {
            return Vec::new();
        }
        self.breaks(schema, side, &text.to_value())
    }

    /// Every way in which a value breaks a schema, in the order of places.
    pub fn errors(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<ValidationError> {
        let told = self.validators(side).errors(schema, Seen::Value(value), |errors| {
            error::ordered(errors, self.ground(side)).into_iter().map(Raw::told).collect()
        });
        told.unwrap_or_default()
    }

    /// The same without words, which take longer to find than all else.
    pub fn breaks(&self, schema: &SchemaAt, side: Side, value: &Value) -> Vec<Break> {
        let told = self.validators(side).errors(schema, Seen::Value(value), |errors| {
            error::ordered(errors, self.ground(side)).into_iter().map(Raw::untold).collect()
        });
        told.unwrap_or_default()
    }

    fn ground(&self, side: Side) -> Ground<'_> {
        let own = self.answered.as_ref().filter(|_| side == Side::Response);
        Ground { document: self.document(side), side, branches: own.unwrap_or(&self.asked) }
    }

    fn validators(&self, side: Side) -> &Validators {
        let own = self.of_responses.as_ref().filter(|_| side == Side::Response);
        own.unwrap_or(&self.of_requests)
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
