//! The plan: every case that a contract implies, labelled and in order of worth.
//!
//! Nothing here sees the network. A case is labelled from the bytes that will be sent,
//! decoded again and validated, never from what its generator meant. What could do harm is taken out
//! last; what the host accepts, which only a run shows, is told and gives another plan.

mod build;
mod derive;
mod expect;
pub mod guard;
mod idle;
mod label;
mod naming;
mod probe;
mod rebase;
mod said;
mod select;
mod spare;
pub mod story;
mod supply;
mod unsent;
mod values;
mod ways;

pub use build::{Also, PlanError, Wishes, plan};
pub(crate) use derive::value_of;
pub use derive::{Values, plain};
pub use guard::{Guards, Withheld};
pub use label::{Label, Labeller};
pub use naming::ResourceNames;
pub use probe::{Candidates, Choice, Search, Shown};
pub use rebase::{again, rebased};
pub use said::Said;
pub use select::{METHODS, Selection, matches};
pub use story::{Part, Story, Tells, Until};
pub use supply::unsupplied;
pub use values::{KnownValue, NobodysValue, given_by_user};
pub use ways::{Need, Needs, Ways};

use crate::cause::Cause;
use crate::contract::link::Supplied;
use crate::contract::model::StatusRange;
use crate::contract::{Behaviour, Contract};
use crate::exchange::{CredentialKind, Request};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

/// All scenarios, in order of worth: any prefix is the best use of that many requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What the random choices were derived from.
    pub seed: u64,
    /// What is to be sent. Answers shape few of them anew: a plan shares the others with that which
    /// it was made from.
    #[serde(skip)]
    pub scenarios: Vec<Arc<Scenario>>,
    /// What the contract implies but no request can be made for, and why.
    pub gaps: Vec<Gap>,
    /// For each operation with a body, those of which one is looked for that the host accepts.
    pub candidates: Vec<Candidates>,
    /// The bodies that the host accepts, where it is not the one with everything: known once some
    /// were sent.
    pub choices: Vec<Choice>,
    /// What it was made for.
    pub wishes: Wishes,
    /// What is not sent for the harm that it could do. Each of it is a gap, too.
    pub withheld: Vec<Withheld>,
    /// The operations that may disrupt the service and were asked for: they come last.
    pub disruptive: BTreeSet<usize>,
    /// How many cases of each operation have no room in the limit of requests that was set.
    pub beyond: BTreeMap<usize, usize>,
    /// What all requests say.
    #[serde(skip)]
    pub said: Said,
    /// How its operations are given what they take.
    #[serde(skip)]
    pub ways: Arc<Ways>,
}

/// Cases that run one after the other, but for the first ones where these run at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its identity: that of its only case, or the common part.
    pub id: String,
    /// Index of the operation that it was derived for.
    pub operation: usize,
    /// What is sent, in order.
    pub cases: Vec<Case>,
    /// How many of the first cases reach the target at the same moment: equal requests, of
    /// which exactly one must be accepted.
    pub at_once: usize,
    /// Index of the rule of its operation that its answers together are held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
    /// What its steps are, where they tell what the service remembers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<Story>,
}

/// One request to send, with what must come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// A readable path that stays the same when anything unrelated changes.
    pub id: String,
    /// What tells it from the other cases of its operation, whatever body it is built on.
    pub key: String,
    /// What part it has beside showing what the host does with it.
    pub role: Role,
    /// Index of the operation in the contract.
    pub operation: usize,
    /// What is sent.
    pub request: Request,
    /// What must come of it.
    pub expectation: Expectation,
    /// What the case varies.
    pub place: Place,
    /// Why it is invalid, in one word; where it is not, what is special about it.
    pub cause: String,
    /// JSON Pointer to what the case is derived from in the contract.
    pub at: String,
    /// What is special about the request, in words.
    pub about: String,
    /// What the expectation takes for granted of earlier steps of its scenario.
    pub preconditions: Vec<Precondition>,
    /// Whether a unique value of its body is the same in every run, so that it depends on what the
    /// target was sent before whether it is taken already.
    pub fixed: bool,
    /// What of the request comes from an earlier exchange of its scenario.
    pub follows: Option<Follow>,
    /// What of it comes from resources that the run supplies itself with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// What it is sent again for, as long as its answer does not show it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// Where a case stands in a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Index of the scenario in the plan.
    pub scenario: usize,
    /// Index of the case in the scenario.
    pub step: usize,
}

/// What part a case has in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// None beside its own.
    #[default]
    Plain,
    /// Its body is one of those of which an accepted one is looked for.
    Candidate,
    /// It is sent only because of what other answers show, and stands in no snapshot.
    Search,
    /// It reads once more what was read before.
    Again,
    /// It supplies other cases with a resource, and stands in no snapshot.
    Supply,
    /// Its answer is held against others of its scenario, and stands in no snapshot.
    Story,
}

impl Role {
    /// Whether the plan has it before anything was sent.
    pub fn is_planned(self) -> bool {
        matches!(self, Role::Plain | Role::Candidate)
    }
}

/// A link that a case follows. In the request `{name}` stands for a parameter that it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follow {
    /// Index of the step in its scenario whose answer has the link.
    pub step: usize,
    /// JSON Pointer to the link.
    pub link: String,
    /// What the link gives.
    pub parameters: Vec<Supplied>,
}

/// An outcome of an earlier step without which an expectation means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precondition {
    /// Index of the step in its scenario.
    pub step: usize,
    /// Whether it must have been accepted, or refused.
    pub accepted: bool,
}

/// What must come of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// Whether the host must take it.
    pub verdict: Verdict,
    /// The statuses that may come, as the contract documents them; empty for any documented one.
    pub statuses: Vec<StatusRange>,
    /// The business error codes that may come; empty when the contract names none.
    pub codes: Vec<String>,
    /// Why it must be refused.
    pub violations: Vec<Violation>,
    /// Why neither answer is a defect.
    pub silent: Vec<String>,
}

impl Expectation {
    /// Whatever is documented may come, since the contract does not say more.
    pub(super) fn either(silence: impl Into<String>) -> Expectation {
        Expectation {
            verdict: Verdict::Either,
            statuses: Vec::new(),
            codes: Vec::new(),
            violations: Vec::new(),
            silent: vec![silence.into()],
        }
    }

    /// Whether a request must be refused for its credentials, and for nothing else.
    pub fn is_about_credentials(&self) -> bool {
        let only = |violation: &Violation| violation.cause == Cause::Unauthenticated;
        self.verdict == Verdict::Reject && !self.violations.is_empty() && self.violations.iter().all(only)
    }
}

/// The three values of the oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Clearly valid.
    Accept,
    /// Clearly invalid.
    Reject,
    /// The contract is silent.
    Either,
}

/// One reason why a request is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Why.
    pub cause: Cause,
    /// Where.
    pub place: Place,
    /// The keyword that is broken, if a schema's.
    pub keyword: Option<String>,
    /// JSON Pointer to what is broken in the contract.
    pub at: String,
}

/// A place in a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The body, by JSON Pointer.
    Body(String),
    /// A header.
    Header(String),
    /// A query parameter.
    Query(String),
    /// The query as a whole, by the name of the parameter that takes it.
    Querystring(String),
    /// A path parameter.
    Path(String),
    /// A cookie.
    Cookie(String),
    /// The media type of the body.
    MediaType,
    /// The method.
    Method,
    /// The credentials.
    Credentials,
    /// The link between an operation and the one of this name.
    Link(String),
}

/// Something that the contract implies but that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The operation.
    pub operation: String,
    /// JSON Pointer to what stands in the way.
    pub at: String,
    /// Why.
    pub why: String,
}

impl Plan {
    /// Every case, in the order of the plan.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.scenarios.iter().flat_map(|scenario| &scenario.cases)
    }

    /// Every case with where it stands.
    pub fn placed(&self) -> impl Iterator<Item = (Position, &Case)> {
        self.scenarios.iter().enumerate().flat_map(|(scenario, one)| {
            one.cases.iter().enumerate().map(move |(step, case)| (Position { scenario, step }, case))
        })
    }

    /// The case at a position, if the plan has it.
    pub fn case(&self, at: Position) -> Option<&Case> {
        self.scenarios.get(at.scenario)?.cases.get(at.step)
    }

    /// Index of the scenario that is sent first: one that stands for itself, if there is one.
    pub fn first(&self) -> usize {
        let alone = |scenario: &Arc<Scenario>| {
            !scenario.is_supply() && scenario.cases.iter().all(|case| case.needs.is_none())
        };
        self.scenarios.iter().position(alone).unwrap_or_default()
    }

    /// How many requests the plan holds.
    pub fn len(&self) -> usize {
        self.scenarios.iter().map(|scenario| scenario.cases.len()).sum()
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.scenarios.is_empty()
    }

    /// Keeps the scenarios that fit into so many requests, with what they need.
    pub fn truncate(&mut self, requests: usize) {
        let mut kept = supply::fitting(self, requests).into_iter();
        self.scenarios.retain(|_| kept.next().unwrap_or_default());
    }
}

impl Index<Position> for Plan {
    type Output = Case;

    fn index(&self, at: Position) -> &Case {
        &self.scenarios[at.scenario].cases[at.step]
    }
}

impl Position {
    /// What stands here, of what was kept of each case.
    pub fn of<T>(self, all: &[Vec<Option<T>>]) -> Option<&T> {
        all.get(self.scenario)?.get(self.step)?.as_ref()
    }
}

impl Scenario {
    /// One case by itself.
    pub fn single(case: Case) -> Scenario {
        let (id, operation) = (case.id.clone(), case.operation);
        Scenario { cases: vec![case], ..Scenario::of(id, operation) }
    }

    /// One that holds nothing yet.
    pub(super) fn of(id: String, operation: usize) -> Scenario {
        Scenario { id, operation, cases: Vec::new(), at_once: 0, rule: None, story: None }
    }

    /// What tells its cases from all others, whatever bodies they are built on.
    pub(super) fn keys(&self) -> Vec<String> {
        self.cases.iter().map(|case| format!("{} {}", case.operation, case.key)).collect()
    }

    /// Whether it supplies others.
    pub fn is_supply(&self) -> bool {
        self.cases.first().is_some_and(|case| case.role == Role::Supply)
    }

    /// Whether it only reads what an operation is there to read.
    pub fn is_read(&self, contract: &Contract) -> bool {
        let [case] = self.cases.as_slice() else { return false };
        let method = &case.request.method;
        case.request.credentials == CredentialKind::Valid
            && case.role != Role::Supply
            && case.needs.is_none()
            && guard::is_safe(method)
            && *method == contract.operations[case.operation].method
            && case.expectation.verdict != Verdict::Reject
    }
}

impl Case {
    /// Whether its body is the one with everything that is declared.
    pub fn is_whole(&self) -> bool {
        self.role == Role::Candidate && self.key == probe::full_key()
    }

    /// Whether its body is that of another case with the properties that only answers should have.
    pub fn adds_read_only_to(&self, other: &Case) -> bool {
        probe::read_only_keys().contains(&(other.key.clone(), self.key.clone()))
    }
}

impl Verdict {
    /// The name used in case identities.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Accept => "accept",
            Verdict::Reject => "reject",
            Verdict::Either => "either",
        }
    }
}

impl Place {
    /// As `x-probity` names it: a JSON Pointer into the body, or a parameter; all else has no place of
    /// its own, and is the request as a whole.
    pub fn stated(&self) -> String {
        match self {
            Place::Body(at) => at.clone(),
            Place::Header(name) => format!("header.{name}"),
            Place::Query(name) => format!("query.{name}"),
            Place::Path(name) => format!("path.{name}"),
            Place::Cookie(name) => format!("cookie.{name}"),
            Place::Querystring(_)
            | Place::MediaType
            | Place::Method
            | Place::Credentials
            | Place::Link(_) => String::new(),
        }
    }

    /// The codes that a cause at this place may get. A catalogue of which nobody says otherwise is about
    /// bodies: what a parameter gets is only said where it is named.
    pub fn codes<'b>(&self, behaviour: &'b Behaviour, cause: Cause) -> Vec<&'b str> {
        match self {
            Place::Header(_)
            | Place::Query(_)
            | Place::Path(_)
            | Place::Cookie(_)
            | Place::Querystring(_)
                if !matches!(cause, Cause::NotFound | Cause::Unauthenticated) =>
            {
                behaviour.codes_at(cause, &self.stated())
            }
            _ => behaviour.codes_however_read(cause, &self.stated()),
        }
    }

    /// Reads what is displayed.
    fn parse(text: &str) -> Option<Place> {
        Some(match text.split_once('/') {
            None => match text {
                "body" => Place::Body(String::new()),
                "media-type" => Place::MediaType,
                "method" => Place::Method,
                "credentials" => Place::Credentials,
                _ => return None,
            },
            Some(("body", rest)) => Place::Body(format!("/{rest}")),
            Some(("header", name)) => Place::Header(name.to_owned()),
            Some(("query", name)) => Place::Query(name.to_owned()),
            Some(("querystring", name)) => Place::Querystring(name.to_owned()),
            Some(("path", name)) => Place::Path(name.to_owned()),
            Some(("cookie", name)) => Place::Cookie(name.to_owned()),
            Some(("link", other)) => Place::Link(other.to_owned()),
            Some(_) => return None,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Body(at) => write!(f, "body{at}"),
            Place::Header(name) => write!(f, "header/{name}"),
            Place::Query(name) => write!(f, "query/{name}"),
            Place::Querystring(name) => write!(f, "querystring/{name}"),
            Place::Path(name) => write!(f, "path/{name}"),
            Place::Cookie(name) => write!(f, "cookie/{name}"),
            Place::MediaType => f.write_str("media-type"),
            Place::Method => f.write_str("method"),
            Place::Credentials => f.write_str("credentials"),
            Place::Link(other) => write!(f, "link/{other}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'d> Deserialize<'d> for Place {
    fn deserialize<D: serde::Deserializer<'d>>(deserializer: D) -> Result<Place, D::Error> {
        let text = String::deserialize(deserializer)?;
        Place::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no place in a request")))
    }
}

#[cfg(test)]
mod tests;
