//! A line as it is written.

use crate::contract::{Contract, ParameterLocation};
use crate::plan::Values;
use crate::run::effects::Effect;
use crate::run::undo::Undo;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One line.
#[derive(Serialize)]
pub(super) struct Line<'l> {
    pub(super) event: Effect,
    pub(super) run: &'l str,
    pub(super) at: String,
    pub(super) operation: &'l str,
    pub(super) case: &'l str,
    pub(super) method: &'l str,
    pub(super) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<&'l str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(super) unique: Map<String, Value>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) texts: &'l [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) members: &'l BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) ids: &'l [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undo: Option<Deletion>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) uncertain: bool,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<&'l str>,
}

/// How something is deleted, in the words of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::run) struct Deletion {
    /// The operation.
    operation: String,
    /// The values of its parameters, by location and name as a link has them: `path.id`.
    parameters: BTreeMap<String, String>,
}

impl Deletion {
    pub(super) fn of(contract: &Contract, undo: &Undo) -> Deletion {
        let named = |((location, name), text): (&(ParameterLocation, String), &String)| {
            (format!("{}.{name}", location.name()), text.clone())
        };
        let operation = contract.operations[undo.operation].id.clone();
        Deletion { operation, parameters: undo.values.iter().map(named).collect() }
    }

    /// What it means in a contract; nothing if that has no such operation, or it does not delete.
    pub(in crate::run) fn meant(&self, contract: &Contract) -> Option<Undo> {
        let is_meant = |operation: &crate::contract::Operation| operation.id == self.operation;
        let operation = contract.operations.iter().position(is_meant)?;
        let deletes = &contract.operations[operation];
        let own = |parameter: &crate::contract::model::Parameter| {
            let text = self.parameters.get(&format!("{}.{}", parameter.location.name(), parameter.name))?;
            Some(((parameter.location, parameter.name.clone()), text.clone()))
        };
        let values: Values = deletes.parameters.iter().filter_map(own).collect();
        (deletes.method == "DELETE").then_some(Undo { operation, values })
    }

    /// What tells the resource that it is about from others.
    pub(super) fn key(&self) -> (&str, Vec<(&str, &str)>) {
        let of_path = self.parameters.iter().filter(|(name, _)| name.starts_with("path."));
        (&self.operation, of_path.map(|(name, text)| (name.as_str(), text.as_str())).collect())
    }
}
