//! The cases of one operation.

mod access;
mod base;
mod body;
mod contrary;
mod links;
mod nowhere;
mod unique;

pub(super) use base::Base;

use super::label::{self, is_reserved_header};
use super::{
    Candidates, Case, Choice, Expectation, Gap, Labeller, Place, Role, Scenario, Verdict, Wishes, expect,
};
use crate::contract::link::Supplied;
use crate::contract::model::Parameter;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::{CredentialKind, Parts, Pieces, Request};
use crate::generate::random::Random;
use crate::generate::unique::Origin;
use crate::generate::value::{Fill, Maker};
use crate::schema::Side;
use crate::wire::parameter;
use foldhash::quality::FixedState;
use serde_json::Value;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::rc::Rc;

/// A scenario, and how soon it is worth sending: 0 is first.
pub(super) struct Draft {
    pub(super) worth: u8,
    pub(super) scenario: Scenario,
}

/// What a case is about, before it is known what it is worth.
struct About<'a> {
    worth: u8,
    place: Place,
    kind: &'a str,
    variant: &'a str,
    at: &'a str,
    words: String,
}

/// Makes the body of a case from the key that its fresh values are derived from.
type MakeBody<'b> = &'b dyn Fn(&str) -> Vec<u8>;

/// Derives the cases of one operation.
pub(super) struct Deriver<'c> {
    contract: &'c Contract,
    labeller: &'c Labeller<'c>,
    operation: &'c Operation,
    index: usize,
    wishes: &'c Wishes,
    choices: &'c [Choice],
    pub(super) candidates: Option<Candidates>,
    pub(super) drafts: Vec<Draft>,
    pub(super) gaps: Vec<Gap>,
    ids: Names,
    keys: Names,
    case_keys: Names,
    /// Digests of what was on the wire.
    wires: HashSet<u64>,
}

impl<'c> Deriver<'c> {
    pub(super) fn new(
        labeller: &'c Labeller<'c>,
        index: usize,
        wishes: &'c Wishes,
        choices: &'c [Choice],
    ) -> Deriver<'c> {
        let contract = labeller.contract;
        Deriver {
            contract,
            labeller,
            operation: &contract.operations[index],
            index,
            wishes,
            choices,
            candidates: None,
            drafts: Vec::new(),
            gaps: Vec::new(),
            ids: Names::default(),
            keys: Names::default(),
            case_keys: Names::default(),
            wires: HashSet::new(),
        }
    }

    pub(super) fn derive(&mut self) {
        self.astray();
        self.nowhere();
        self.reads();
        let Some(request) = self.request(&[]) else { return };
        match self.operation.json_body().cloned() {
            Some(media) => self.with_json(&request, &media),
            None => self.without_json(&request),
        }
        self.nothing_clear();
    }

    /// Tells where a host may refuse everything.
    fn nothing_clear(&mut self) {
        let cases = || {
            let cases = self.drafts.iter().flat_map(|draft| &draft.scenario.cases);
            cases.filter(|case| case.request.method == self.operation.method)
        };
        let verdicts = |wanted| cases().find(move |case| case.expectation.verdict == wanted);
        if verdicts(Verdict::Accept).is_some() {
            return;
        }
        let Some(silent) = verdicts(Verdict::Either).map(|case| case.expectation.silent.join("; ")) else {
            return;
        };
        let at = self.operation.at.clone();
        self.gap(&at, format!("no request is clearly valid, so that a host may refuse all: {silent}"));
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

    /// The request with everything but the body. What a link supplies is left open.
    fn request(&mut self, supplied: &[Supplied]) -> Option<Request> {
        let (mut path, mut parts) = (Vec::new(), Parts::default());
        let given = |parameter: &Parameter| supplied.iter().position(|one| one.is(parameter));
        let wanted = |parameter: &&Parameter| {
            (parameter.required || given(parameter).is_some()) && !is_reserved(parameter)
        };
        for parameter in self.operation.parameters.iter().filter(wanted) {
            let text = match given(parameter) {
                Some(index) => parameter::hole(parameter).map(|shown| Pieces::answer(shown, index)),
                None => self.parameter(parameter),
            };
            let Some(text) = text else {
                self.no_parameter(parameter);
                return None;
            };
            match parameter.location {
                ParameterLocation::Path => path.push((parameter.name.as_str(), text)),
                ParameterLocation::Query => parts.query.push(text),
                ParameterLocation::Header => parts.fields.push((parameter.name.clone(), text)),
                ParameterLocation::Cookie => parts.cookies.push(text),
            }
        }
        parts.path = self.operation.path.split('/').map(|segment| filled(segment, &path)).collect();
        let (method, credentials) = (self.operation.method.clone(), CredentialKind::Valid);
        Some(Request { method, parts: parts.into(), body: None, credentials })
    }

    /// A parameter with a value, as it is written.
    fn parameter(&self, parameter: &Parameter) -> Option<Pieces> {
        let value = value_of(self.labeller, self.wishes.seed, self.operation, parameter)?;
        parameter::written(parameter, &value).map(|text| self.labeller.text(text))
    }

    fn without_json(&mut self, request: &Request) {
        let at = self.operation.at.clone();
        if let Some(body) = self.operation.body.as_ref().filter(|body| body.required) {
            let readable = body.content.iter().filter(|media| !media.unread);
            let names: Vec<&str> = readable.map(|media| media.name.as_str()).collect();
            let why = if names.is_empty() {
                "no body can be made: what it holds cannot be read".to_owned()
            } else {
                format!("no body can be made yet for {}", names.join(", "))
            };
            self.gap(&body.at, why);
        } else {
            let about = About {
                worth: 0,
                place: Place::Path(String::new()),
                kind: "valid",
                variant: "required",
                at: &at,
                words: "only what is required".into(),
            };
            self.single(about, request, None);
            self.credentials(request, None);
        }
        self.methods(request, None);
    }

    /// Adds a scenario of one case, unless it was already on the wire.
    fn single(&mut self, about: About<'_>, request: &Request, body: Option<MakeBody<'_>>) {
        if !self.wires.insert(digest(request, body.map(|body| body("")))) {
            return;
        }
        let key = format!("{}/{}/{}", about.place, about.kind, about.variant);
        let key = self.keys.unused(&key);
        let worth = about.worth;
        let body = body.map(|body| self.labeller.text(body(&key)));
        let request = Request { body, ..request.clone() };
        let case = self.case(about, request, None);
        let scenario = Scenario::single(case);
        self.drafts.push(Draft { worth, scenario });
    }

    /// A labelled case; `expectation` overrides the label where state decides.
    fn case(&mut self, about: About<'_>, request: Request, expectation: Option<Expectation>) -> Case {
        let key = self.case_keys.unused(&format!("{}/{}/{}", about.place, about.kind, about.variant));
        let (expectation, fixed) = if let Some(given) = expectation {
            (given, label::holds_fixed(self.operation, &request))
        } else {
            let mut label = self.labeller.label(self.operation, &request);
            if request.method == "OPTIONS" && request.method != self.operation.method {
                label.verdict = Verdict::Either;
                label.silent = vec!["OPTIONS may be answered for every resource".into()];
                label.violations.clear();
                label.perhaps.clear();
            }
            let fixed = label.fixed;
            let mut expectation = expect::expectation(self.operation, label);
            let bytes = request.body().map_or(0, <[u8]>::len);
            expect::allow_too_large(self.operation, &mut expectation, bytes);
            (expectation, fixed)
        };
        let violation = expectation
            .violations
            .iter()
            .find(|violation| violation.place == about.place)
            .or(expectation.violations.first());
        let name = violation.map_or(about.kind, |violation| violation.cause.name());
        let at = violation.map_or(about.at, |violation| violation.at.as_str()).to_owned();
        // A case with one violation is about the place of that violation, wherever it was made.
        let place = match expectation.violations.as_slice() {
            [only] => only.place.clone(),
            _ => about.place,
        };
        let verdict = expectation.verdict.name();
        let mut id = format!("{}/{verdict}/{}/{name}", self.operation.id, place);
        let mut cause = name.to_owned();
        if about.variant != name {
            id = format!("{id}/{}", about.variant);
            if violation.is_none() {
                cause = format!("{cause}/{}", about.variant);
            }
        }
        let id = self.ids.unused(&safe(&id));
        Case {
            id,
            key,
            role: Role::Plain,
            operation: self.index,
            request,
            expectation,
            place,
            cause,
            at,
            about: about.words,
            preconditions: Vec::new(),
            fixed,
            follows: None,
        }
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

/// Names that were given, so that each is given once.
#[derive(Default)]
struct Names(HashSet<String, foldhash::fast::RandomState>);

impl Names {
    fn unused(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while self.0.contains(&name) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        let unused = name.clone();
        self.0.insert(name);
        unused
    }
}

/// An identity that is safe as a path and readable.
fn safe(id: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~');
    let mut id = id.replace(|c: char| !kept(c), "-");
    for (unsafe_there, instead) in [("..", "-"), ("//", "/-/")] {
        if id.contains(unsafe_there) {
            id = id.replace(unsafe_there, instead);
        }
    }
    id
}

/// Whether `OpenAPI` or HTTP says the value of a header parameter elsewhere.
fn is_reserved(parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Header && is_reserved_header(&parameter.name)
}
