//! The cases of one operation.

mod access;
mod base;
mod body;
mod content;
mod contrary;
mod draft;
mod heads;
mod lines;
mod links;
mod negotiation;
mod nowhere;
mod parameters;
mod plain;
mod querystring;
mod ruled;
mod stories;
mod supply;
mod unique;
mod unknown;
mod unnamed;
mod uploads;

pub(super) use base::Base;
pub(super) use draft::{Draft, Names, identify};
pub use plain::{Values, plain};
pub(super) use supply::Supplier;

use super::label::is_reserved_header;
use super::{Candidates, Case, Choice, Expectation, Gap, Labeller, Place, Scenario, Ways, Wishes};
use crate::contract::link::Supplied;
use crate::contract::model::Parameter;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::{CredentialKind, Parts, Pieces, Request};
use crate::generate::random::Random;
use crate::generate::unique::Origin;
use crate::generate::value::{Fill, Maker};
use crate::schema::Side;
use crate::wire::parameter;
use draft::Sketch;
use foldhash::quality::FixedState;
use serde_json::Value;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::rc::Rc;

/// What a case is about, before it is known what it is worth.
struct About<'a> {
    worth: u8,
    place: Place,
    kind: &'a str,
    variant: &'a str,
    at: &'a str,
    words: String,
}

impl About<'_> {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.place, self.kind, self.variant)
    }
}

/// The parameters of an operation, in its order, each as it is written if it is sent.
type Texts = Vec<Option<Pieces>>;

/// Makes the body of a case from the key that its fresh values are derived from.
type MakeBody<'b> = &'b dyn Fn(&str) -> Vec<u8>;

/// Derives the cases of one operation.
pub(super) struct Deriver<'c> {
    contract: &'c Contract,
    labeller: &'c Labeller<'c>,
    operation: &'c Operation,
    index: usize,
    wishes: &'c Wishes,
    ways: &'c Ways,
    choices: &'c [Choice],
    pub(super) candidates: Option<Candidates>,
    pub(super) drafts: Vec<Draft>,
    pub(super) gaps: Vec<Gap>,
    keys: Names,
    case_keys: Names,
    /// Digests of what was on the wire.
    wires: HashSet<u64>,
}

impl<'c> Deriver<'c> {
    pub(super) fn new(
        labeller: &'c Labeller<'c>,
        index: usize,
        (wishes, ways): (&'c Wishes, &'c Ways),
        choices: &'c [Choice],
    ) -> Deriver<'c> {
        let contract = labeller.contract;
        Deriver {
            contract,
            labeller,
            operation: &contract.operations[index],
            index,
            wishes,
            ways,
            choices,
            candidates: None,
            drafts: Vec::new(),
            gaps: Vec::new(),
            keys: Names::default(),
            case_keys: Names::default(),
            wires: HashSet::new(),
        }
    }

    pub(super) fn derive(&mut self) {
        self.astray();
        self.nowhere();
        self.reads();
        let Some(request) = self.request() else { return };
        self.ruled(&request);
        match self.operation.json_body().cloned() {
            Some(media) => {
                self.with_json(&request, &media);
                self.with_content(&request, false);
            }
            None => match self.operation.sequence_body() {
                Some(body) => {
                    self.with_items(&request, body);
                    self.with_content(&request, false);
                }
                None => self.without_json(&request),
            },
        }
    }

    /// What a search has found for this operation.
    fn choice(&self) -> Option<&'c Choice> {
        self.choices.iter().find(|choice| choice.operation == self.index)
    }

    fn gap(&mut self, at: &str, why: impl Into<String>) {
        let gap = Gap { operation: self.operation.id.clone(), at: at.to_owned(), why: why.into() };
        if !self.gaps.iter().any(|known| known.at == gap.at && known.why == gap.why) {
            self.gaps.push(gap);
        }
    }

    /// The operation's identity.
    pub(super) fn name(&self) -> &str {
        &self.operation.id
    }

    /// Its index in the contract.
    pub(super) fn operation_index(&self) -> usize {
        self.index
    }

    fn random(&self, name: &str) -> Random {
        Random::named(self.wishes.seed, &format!("{}/{name}", self.operation.id))
    }

    /// Pieces of a request.
    pub(super) fn text(&self, text: impl Into<Vec<u8>>) -> Pieces {
        self.labeller.text(text)
    }

    fn origin(&self) -> Origin {
        Origin { seed: self.wishes.seed, run: self.labeller.sample.clone() }
    }

    fn maker(&self, name: &str, fill: Fill, examples: bool) -> Maker<'c> {
        Maker::of(Rc::clone(&self.labeller.flats), self.random(name), fill, examples)
    }

    /// Tells that a parameter has no value, and why.
    fn no_parameter(&mut self, parameter: &Parameter) {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        let name = &parameter.name;
        let found = self.contrary(&places).map(|(at, words)| (at, format!(": {words}")));
        let (at, because) = found.unwrap_or_else(|| (parameter.at.clone(), ", or none be written".into()));
        self.gap(&at, format!("no value can be made for the parameter `{name}`{because}"));
    }

    /// The request with everything but the body. What resources of the run supply is left open.
    fn request(&mut self) -> Option<Request> {
        let (ways, index) = (self.ways, self.index);
        self.open_request(&|parameter| ways.number(index, parameter))
    }

    /// The same with what a link supplies left open.
    fn following_request(&mut self, supplied: &[Supplied]) -> Option<Request> {
        self.open_request(&|parameter| supplied.iter().position(|one| one.is(parameter)))
    }

    /// The same with all left open that is `given`, by its number.
    fn open_request(&mut self, given: &dyn Fn(&Parameter) -> Option<usize>) -> Option<Request> {
        let texts = self.needed(given)?;
        let parts = self.parts(&texts).into();
        let (method, credentials) = (self.operation.method.clone(), CredentialKind::Valid);
        Some(Request { method, parts, body: None, credentials })
    }

    /// The parameters that a request must have, each as it is written, and those that are `given`.
    fn needed(&mut self, given: &dyn Fn(&Parameter) -> Option<usize>) -> Option<Texts> {
        let operation = self.operation;
        let mut texts = Texts::new();
        for parameter in &operation.parameters {
            let given = given(parameter);
            if is_reserved(parameter) || !(parameter.required || given.is_some()) {
                texts.push(None);
                continue;
            }
            let text = match given {
                Some(index) => parameter::hole(parameter).map(|shown| Pieces::answer(shown, index)),
                None => self.parameter(parameter),
            };
            if text.is_none() {
                self.no_parameter(parameter);
                return None;
            }
            texts.push(text);
        }
        Some(texts)
    }

    /// What a request has outside of its body, with these parameters.
    fn parts(&self, texts: &Texts) -> Parts {
        let (mut path, mut parts) = (Vec::new(), Parts::default());
        for (parameter, text) in self.operation.parameters.iter().zip(texts) {
            let Some(text) = text.clone() else { continue };
            match parameter.location {
                ParameterLocation::Path => path.push((parameter.name.as_str(), text)),
                ParameterLocation::Query | ParameterLocation::Querystring => parts.query.push(text),
                ParameterLocation::Header => parts.fields.push((parameter.name.clone(), text)),
                ParameterLocation::Cookie => parts.cookies.push(text),
            }
        }
        parts.path = self.operation.path.split('/').map(|segment| filled(segment, &path)).collect();
        parts
    }

    /// A parameter with a value, as it is written.
    fn parameter(&self, parameter: &Parameter) -> Option<Pieces> {
        let value = value_of(self.labeller, self.wishes.seed, self.operation, parameter)?;
        parameter::written(parameter, &value)
            .map(|text| self.labeller.text(text))
            .or_else(|| self.least_query(parameter))
    }

    /// The cases of an operation whose body, if it has one, is no JSON.
    fn without_json(&mut self, request: &Request) {
        let at = self.operation.at.clone();
        let base = self.with_content(request, true);
        let body = self.operation.body.as_ref();
        if body.is_none_or(|body| !body.required) {
            let about = About {
                worth: 0,
                place: Place::Path(String::new()),
                kind: "valid",
                variant: "required",
                at: &at,
                words: "only what is required".into(),
            };
            self.single(about, request, None);
        }
        match (&base, body) {
            (Some(base), _) => {
                let kind = base.codec.content_type.as_str().into();
                let mut request = request.clone();
                request.parts_mut().fields.insert(0, ("Content-Type".into(), kind));
                self.around(&request, Some(base));
            }
            (None, Some(body)) if body.required => {
                if body.content.iter().all(|media| media.unread) {
                    self.gap(&body.at, "no body can be made: what it holds cannot be read");
                }
                self.methods(request, None);
            }
            _ => self.around(request, None),
        }
    }

    /// The cases that are not about the body.
    fn around(&mut self, request: &Request, base: Option<&Base>) {
        self.unknown(request, base);
        self.parameters(request, base);
        self.credentials(request, base);
        self.another_user(request, base);
        self.stories(request, base);
        self.querystring(request, base);
        self.negotiation(request, base);
        self.methods(request, base);
        self.heads(request, base);
        self.downloads(request, base);
    }

    /// Adds a scenario of one case, unless it was already on the wire.
    fn single(&mut self, about: About<'_>, request: &Request, body: Option<MakeBody<'_>>) {
        if !self.wires.insert(digest(request, body.map(|body| body("")))) {
            return;
        }
        let worth = about.worth;
        let name = about.key();
        let key = self.keys.unused(name.clone());
        let body = body.map(|body| self.labeller.text(body(&key)));
        let request = self.bound(&about.place, Request { body, ..request.clone() });
        let sketch = Sketch::new(self.case_keys.unused(name), about, request);
        self.drafts.push(Draft::sketched(worth, self.drafts.len(), sketch));
    }

    /// Adds a scenario of cases that are labelled.
    fn draft(&mut self, worth: u8, scenario: Scenario) {
        self.drafts.push(Draft::labelled(worth, self.drafts.len(), scenario));
    }

    /// A labelled case; `expectation` overrides the label where state decides.
    fn case(&mut self, about: About<'_>, request: Request, expectation: Option<Expectation>) -> Case {
        let key = self.case_keys.unused(about.key());
        let request = self.bound(&about.place, request);
        Sketch::new(key, about, request).labelled((self.labeller, self.ways), self.index, expectation)
    }
}

/// A segment of a template with texts in place of its parameters.
fn filled(mut template: &str, values: &[(&str, Pieces)]) -> Pieces {
    let mut parts: Vec<Pieces> = Vec::new();
    while let Some((before, (name, after))) =
        template.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        parts.push(before.into());
        let known = values.iter().find(|(known, _)| *known == name);
        parts.push(known.map_or_else(|| format!("{{{name}}}").into(), |(_, text)| text.clone()));
        template = after;
    }
    parts.push(template.into());
    Pieces::joined(&parts, "")
}

/// The value that requests of an operation have for a parameter: the first that is documented, or
/// one that is made.
pub(crate) fn value_of(
    labeller: &Labeller<'_>,
    seed: u64,
    operation: &Operation,
    parameter: &Parameter,
) -> Option<Value> {
    let contract = labeller.contract;
    match (contract.known_value(parameter), &parameter.schema) {
        (Some(example), _) => Some(example.clone()),
        (None, Some(schema)) => {
            let random = Random::named(seed, &format!("{}/{}", operation.id, parameter.name));
            let mut maker = Maker::of(Rc::clone(&labeller.flats), random, Fill::All, true);
            [false, true].into_iter().find_map(|strict| {
                maker.strict = strict;
                let made = maker.make(std::slice::from_ref(&schema.0));
                made.filter(|made| contract.schemas.accepts(schema, Side::Request, made))
            })
        }
        (None, None) => Some(Value::from("probity")),
    }
}

/// From this worth on a mutation is an odd value; below it a violation.
pub(super) const ODD: u8 = 7;

/// What tells a request with another body apart, short enough to be kept of every one.
fn digest(request: &Request, body: Option<Vec<u8>>) -> u64 {
    let Request { method, parts, body: _, credentials } = request;
    FixedState::with_seed(0).hash_one((method, parts, body, credentials))
}

/// Whether `OpenAPI` or HTTP says the value of a header parameter elsewhere.
fn is_reserved(parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Header && is_reserved_header(&parameter.name)
}
