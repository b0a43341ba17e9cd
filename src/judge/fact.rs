//! What a finding is about: the identity of a fact about the host.

use super::{Check, Observation, Scope};
use crate::plan::Case;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What an observation is about. With the check and the kind of answer it tells facts apart,
/// however many cases show them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The host as a whole.
    Api,
    /// The operation.
    Operation,
    /// What the operation does where requests hold something special at a place.
    Request {
        /// The place, as `body/name` or `path/id`.
        place: String,
        /// The constraint that is broken there, or what is special about the value.
        constraint: String,
    },
    /// What the contract says at a place, whichever operation shows that it does not hold.
    Contract,
}

/// Stands for a place or a constraint that makes no difference.
const ANY: &str = "any";

impl About {
    /// What a check is about, as a case shows it.
    pub(super) fn of(check: &Check, case: &Case) -> About {
        match check.scope {
            Scope::Api => About::Api,
            Scope::Operation => About::Operation,
            Scope::Contract => About::Contract,
            Scope::Request => {
                About::Request { place: case.place.to_string(), constraint: case.cause.clone() }
            }
        }
    }

    /// The place in requests; `any` where it makes no difference.
    pub fn place(&self) -> &str {
        if let About::Request { place, .. } = self { place } else { ANY }
    }

    /// The constraint; `any` where it makes no difference.
    pub fn constraint(&self) -> &str {
        match self {
            About::Request { constraint, .. } if !constraint.is_empty() => constraint,
            _ => ANY,
        }
    }

    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            About::Api => "api",
            About::Operation => "operation",
            About::Request { .. } => "request",
            About::Contract => "contract",
        }
    }
}

/// The identity of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fact<'o> {
    check: &'static str,
    /// The index of the operation, where it is about one.
    operation: Option<usize>,
    about: &'o About,
    /// JSON Pointer to the place in the contract, where it is about that.
    at: &'o str,
    answer: &'o str,
    detail: Cow<'o, str>,
}

impl<'o> Fact<'o> {
    /// What an observation of an operation shows.
    pub(super) fn of(observation: &'o Observation, operation: usize) -> Fact<'o> {
        let about = &observation.about;
        Fact {
            check: observation.check.id,
            operation: matches!(about, About::Operation | About::Request { .. }).then_some(operation),
            about,
            at: if *about == About::Contract { &observation.at } else { "" },
            answer: &observation.answer,
            detail: observation.detail.as_str().into(),
        }
    }

    /// The same, with these words of the answer.
    pub(super) fn with_words(self, words: String) -> Fact<'o> {
        Fact { detail: words.into(), ..self }
    }

    /// The same, whatever the words of the answer.
    pub(super) fn coarse(self) -> Fact<'o> {
        Fact { detail: "".into(), ..self }
    }
}
