//! Severities, as compilers have them: `deny`, `warn`, `allow`.

use super::{CHECKS, Observation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a finding does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is reported, and the contract does not hold.
    Deny,
    /// It is reported.
    Warn,
    /// It is not reported.
    Allow,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Deny => "deny",
            Severity::Warn => "warn",
            Severity::Allow => "allow",
        }
    }
}

/// The severity of each check.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Levels(BTreeMap<String, Severity>);

/// A check that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no check `{0}`")]
pub struct NoSuchCheck(pub String);

impl Levels {
    /// Sets the severity of a check.
    pub fn set(&mut self, id: &str, severity: Severity) -> Result<(), NoSuchCheck> {
        if super::check(id).is_none() {
            return Err(NoSuchCheck(id.to_owned()));
        }
        self.0.insert(id.to_owned(), severity);
        Ok(())
    }

    /// The severity of what a check found: what the user says, or else the observation.
    pub fn of_observation(&self, observation: &Observation) -> Severity {
        self.0.get(observation.check.id).copied().unwrap_or(observation.severity)
    }

    /// The severity of a check.
    pub fn of(&self, id: &str) -> Severity {
        let default = || CHECKS.iter().find(|check| check.id == id).map(|check| check.severity);
        self.0.get(id).copied().or_else(default).unwrap_or(Severity::Deny)
    }
}
