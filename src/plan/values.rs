//! Values that only the user knows: what an operation is given by name.

use super::guard;
use super::{Need, Wishes};
use crate::contract::connection::{Given, Source, Taking};
use crate::contract::model::Parameter;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::schema::Side;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value that the user knows, for the parameters and members of bodies of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownValue {
    /// The operation that it is for, by its identity; none for all.
    pub operation: Option<String>,
    /// The name.
    pub name: String,
    /// The value, as text.
    pub text: String,
}

/// A value that nothing in the contract has a name for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no parameter and no member of a body is called `{name}`")]
pub struct NobodysValue {
    /// The name.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

impl KnownValue {
    /// Reads `NAME=VALUE` or `OPERATION.NAME=VALUE`, where operations are known by their identities.
    pub fn new(contract: &Contract, name: &str, text: &str) -> KnownValue {
        let of = |operation: &&Operation| {
            name.strip_prefix(operation.id.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        let operation = contract.operations.iter().filter(of).max_by_key(|operation| operation.id.len());
        let own = operation.map_or(name, |operation| &name[operation.id.len() + 1..]);
        KnownValue {
            operation: operation.map(|operation| operation.id.clone()),
            name: own.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Tells where nothing has its name.
    pub fn check(&self, contract: &Contract) -> Result<(), NobodysValue> {
        let operations = || contract.operations.iter().filter(|operation| self.is_for(operation));
        let mut names: Vec<String> =
            operations().flat_map(|one| &one.parameters).map(|one| one.name.clone()).collect();
        names.extend(operations().flat_map(|operation| members(contract, operation)));
        if names.contains(&self.name) {
            return Ok(());
        }
        Err(NobodysValue { name: self.name.clone(), known: names })
    }

    fn is_for(&self, operation: &Operation) -> bool {
        self.operation.as_ref().is_none_or(|own| *own == operation.id)
    }

    /// The value as a parameter may have it: as text, or as what the text is in JSON.
    fn fitting(&self, contract: &Contract, parameter: &Parameter) -> Option<Value> {
        let text = Value::from(self.text.as_str());
        let Some(schema) = &parameter.schema else { return Some(text) };
        let json = serde_json::from_str(&self.text).ok();
        [Some(text), json]
            .into_iter()
            .flatten()
            .find(|value| contract.schemas.accepts(schema, Side::Request, value))
    }
}

/// The members at the top of the JSON body of an operation.
fn members(contract: &Contract, operation: &Operation) -> Vec<String> {
    let schema = operation.json_body().and_then(|media| media.schema.as_ref());
    let Some(schema) = schema else { return Vec::new() };
    let folds = crate::schema::folded::Folds::new(contract.schemas.raw(Side::Request));
    folds.at(std::slice::from_ref(&schema.0)).properties.keys().cloned().collect()
}

/// What the user gives an operation, whatever may be done with it.
pub fn given_by_user(contract: &Contract, values: &[KnownValue], operation: &Operation) -> Vec<Given> {
    let mut all: Vec<Given> = Vec::new();
    let own: Vec<&KnownValue> = values.iter().filter(|value| value.is_for(operation)).collect();
    if own.is_empty() {
        return all;
    }
    let mut add = |into: Taking, value: Value| all.push(Given { into, from: Source::Literal(value) });
    // What is said of one operation outweighs what is said of all.
    let named = |name: &str| {
        let found = own.iter().filter(|value| value.name == name);
        found.max_by_key(|value| value.operation.is_some())
    };
    for parameter in &operation.parameters {
        let value = named(&parameter.name).and_then(|value| value.fitting(contract, parameter));
        if let Some(value) = value {
            add(Taking::Parameter(parameter.location, parameter.name.clone()), value);
        }
    }
    for name in members(contract, operation) {
        if let Some(value) = named(&name) {
            add(Taking::Body(crate::json::pointer::child("", &name)), value.text.as_str().into());
        }
    }
    all
}

/// What the user gives the requests of an operation. What is not the run's own is not changed: where that
/// is spared, what changes it is given nothing in its path.
pub(super) fn given(contract: &Contract, wishes: &Wishes, operation: &Operation) -> Vec<Need> {
    let spared = wishes.guards.existing_data && guard::changes(&operation.method);
    let in_path = |given: &Given| matches!(given.into, Taking::Parameter(ParameterLocation::Path, _));
    let usable = given_by_user(contract, &wishes.values, operation);
    let usable = usable.into_iter().filter(|given| !(spared && in_path(given)));
    usable
        .map(|given| Need { giver: None, of: "".into(), given, stated: true, own: false, purpose: None })
        .collect()
}
