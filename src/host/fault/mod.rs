//! Faults: defects that a contract lets one think of, planted in the host one at a time to see
//! whether the checks bite. Each class is derived in a file of its own.

use super::answer::Answer;
use super::engine::success;
use super::intake::Breach;
use super::refuse::Refusals;
use super::sample::{self, Samples};
use crate::cause::Cause;
use crate::contract::{Contract, Operation};
use http::StatusCode;
use indexmap::IndexMap;
use std::collections::HashSet;
use std::fmt;

mod access;
mod body;
mod change;
mod delivery;
mod form;
mod input;
mod parameter;
mod planted;
mod property;
mod remedy;
mod request;
mod rule;
mod spoilt;
mod state;
mod status;
mod stranger;
mod twist;
mod unique;

use change::Change;
use form::BodyMisread;
use parameter::Misread;
pub(super) use planted::{Planted, digest};
use request::Lax;
pub(super) use state::Forgets;
use stranger::Stranger;
use unique::Lapse;

/// One planted defect.
#[derive(Clone, Debug)]
pub struct Fault {
    /// A readable identity that stays when anything unrelated changes.
    pub id: String,
    /// What kind it is.
    pub class: Class,
    /// Index of the operation that has it.
    pub operation: usize,
    /// JSON Pointer to what it breaks in the contract.
    pub at: String,
    /// What the host does, in words.
    pub words: String,
    /// The same for the host.
    pub(super) defect: Defect,
}

/// What a faulty host does otherwise.
#[derive(Clone, Debug)]
pub(super) enum Defect {
    /// Answers are changed, those with a status or all, each or every so many.
    Answer { status: Option<u16>, every: u64, change: Change },
    /// A constraint on requests is not enforced.
    Lax(Lax),
    /// A unique value is not kept track of as it should be.
    Lapse { field: usize, lapse: Lapse },
    /// Somebody without good credentials is let in.
    LetsIn(Stranger),
    /// A method that the path does not declare is accepted.
    Takes(&'static str),
    /// The clock is wrong by so many seconds.
    Clock(i64),
    /// A parameter is read otherwise than it is meant.
    Misreads(Misread),
    /// A body is.
    MisreadsBody(BodyMisread),
    /// Something that happened to a resource is forgotten.
    Forgets(Forgets),
}

macro_rules! classes {
    ($($variant:ident = $name:literal: $words:literal,)*) => {
        /// The kinds of faults.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Class {
            $(#[doc = $words] $variant,)*
        }
        impl Class {
            /// Every class, in the order of outputs.
            pub const ALL: &[Class] = &[$(Class::$variant,)*];

            /// A stable name.
            pub fn name(self) -> &'static str {
                match self { $(Class::$variant => $name,)* }
            }

            /// What belongs to it, in words.
            pub fn words(self) -> &'static str {
                match self { $(Class::$variant => $words,)* }
            }
        }
    };
}

classes! {
    Property = "property": "a property of an answer is dropped, renamed, null or of another type",
    Status = "status": "another status, documented or not",
    Code = "code": "another business error code, none, or one of another type",
    Constraint = "constraint": "a constraint on requests is not enforced",
    Rule = "rule": "a rule of the contract does not hold",
    Uniqueness = "uniqueness": "unique values are not kept track of",
    Credentials = "credentials": "credentials are not enforced",
    Method = "method": "a method is accepted that the path does not declare",
    MediaType = "media-type": "another media type, or none",
    Header = "header": "a required header is missing",
    Body = "body": "a body that is not what it says it is",
    Parameter = "parameter": "a parameter is read wrongly or not at all, or odd text in it crashes the host",
    State = "state": "what was done to a resource, or was not, is not remembered as it should be",
    Input = "input": "an odd input crashes the host",
    Leak = "leak": "a refusal shows the inside of the host",
    Delivery = "delivery": "an answer comes too late, in part or not at all",
    Intermittent = "intermittent": "every so many answers are wrong",
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Fault {
    /// Whether the exchange takes longer than a client waits.
    pub fn is_slow(&self) -> bool {
        matches!(&self.defect, Defect::Answer { change: Change::Late(late), .. } if *late == delivery::LATE)
    }
}

/// Every fault that a contract lets one think of, by operation and class.
pub fn faults(contract: &Contract) -> Vec<Fault> {
    let answered = sample::answered(contract);
    let samples = Samples::new(contract, &answered);
    let mut found = Vec::new();
    for index in 0..contract.operations.len() {
        let mut site = Site::new(contract, &samples, index);
        property::derive(&mut site);
        status::derive(&mut site);
        status::codes(&mut site);
        request::derive(&mut site);
        rule::derive(&mut site);
        unique::derive(&mut site);
        access::credentials(&mut site);
        access::methods(&mut site);
        body::media_types(&mut site);
        body::headers(&mut site);
        body::bodies(&mut site);
        input::derive(&mut site);
        form::derive(&mut site);
        parameter::derive(&mut site);
        state::derive(&mut site);
        body::leaks(&mut site);
        delivery::derive(&mut site);
        found.append(&mut site.found);
    }
    let mut known = HashSet::new();
    found.retain(|fault| known.insert(fault.id.clone()));
    found
}

/// An operation for which faults are derived.
struct Site<'c> {
    contract: &'c Contract,
    operation: &'c Operation,
    index: usize,
    /// The answers that the host gives, by their status, success first.
    given: IndexMap<u16, Vec<Answer>>,
    /// The status of success.
    success: u16,
    found: Vec<Fault>,
}

impl<'c> Site<'c> {
    fn new(contract: &'c Contract, samples: &Samples<'c>, index: usize) -> Site<'c> {
        let operation = &contract.operations[index];
        let (status, response) = success(operation);
        let sample = response.and_then(|response| samples.full(response));
        let accepted = Answer {
            status: StatusCode::from_u16(status).unwrap_or_default(),
            headers: samples.headers(response),
            media: sample.as_ref().map(|sample| sample.media.clone()),
            codec: sample.as_ref().and_then(|sample| sample.codec.clone()),
            body: sample.map(|sample| sample.value),
            ..Answer::default()
        };
        let mut given = IndexMap::from([(status, vec![accepted])]);
        let refusals = Refusals::new(samples, operation);
        for breach in breaches(operation) {
            let refused = refusals.answer(contract, operation, std::slice::from_ref(&breach));
            given.entry(refused.status.as_u16()).or_insert_with(Vec::new).push(refused);
        }
        Site { contract, operation, index, given, success: status, found: Vec::new() }
    }

    /// The body of an accepted request's answer, before anything of the request is in it.
    fn sample(&self) -> Option<&serde_json::Value> {
        self.given.get(&self.success)?.first()?.body.as_ref()
    }

    /// JSON Pointer to the documented answer with a status.
    fn response_at(&self, status: u16) -> String {
        let response = self.operation.response(status);
        response.map_or_else(|| format!("{}/responses", self.operation.at), |response| response.at.clone())
    }

    fn plant(&mut self, class: Class, id: &str, at: &str, words: impl Into<String>, defect: Defect) {
        self.found.push(Fault {
            id: format!("{}/{id}", self.operation.id),
            class,
            operation: self.index,
            at: at.to_owned(),
            words: words.into(),
            defect,
        });
    }

    /// A fault in every answer with a status.
    fn answer(
        &mut self,
        class: Class,
        (status, id): (u16, &str),
        at: &str,
        words: impl Into<String>,
        change: Change,
    ) {
        self.plant(class, id, at, words, Defect::Answer { status: Some(status), every: 1, change });
    }
}

/// What can be wrong with a request so that the host refuses it.
fn breaches(operation: &Operation) -> Vec<Breach> {
    let mut found = Vec::new();
    for entry in operation.behaviour.errors.iter().flat_map(|errors| errors.catalogue.values()) {
        found.extend(
            entry
                .when
                .0
                .iter()
                .map(|(cause, place)| Breach::new(*cause, place.as_deref().unwrap_or_default())),
        );
    }
    if operation.body.is_some() {
        found.extend([Cause::Malformed, Cause::UnsupportedMediaType].map(|cause| Breach::new(cause, "")));
    } else if !operation.parameters.is_empty() {
        found.push(Breach::new(Cause::WrongType, ""));
    }
    if !operation.is_open() {
        found.push(Breach::new(Cause::Unauthenticated, ""));
    }
    if operation.path.contains('{') && operation.responses_of_class(4).next().is_some() {
        found.push(Breach::new(Cause::NotFound, ""));
    }
    found.extend(operation.behaviour.unique.iter().map(|unique| Breach::new(Cause::Repeated, &unique.field)));
    found
}

/// A JSON Pointer as a part of an identity.
fn part(pointer: &str) -> &str {
    pointer.trim_start_matches('/')
}
