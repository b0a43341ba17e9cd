//! The servers of a document, of its path items and of its operations, and the variables in their URLs.

use super::Contract;
use crate::json::pointer;
use crate::text::suggestion;
use serde_json::Value;
use std::collections::BTreeSet;

/// A value for a variable in the URLs of servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVariable {
    /// The name of the variable.
    pub name: String,
    /// What stands for it.
    pub value: String,
}

/// Why a variable of servers cannot have a value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerVariableError {
    /// No server has it.
    #[error("no server of the contract has a variable `{name}`")]
    Unknown {
        /// Its name.
        name: String,
        /// The variables that there are.
        known: Vec<String>,
    },
    /// Every server that has it lists other values.
    #[error("`{value}` is no value of the server variable `{name}`")]
    Value {
        /// Its name.
        name: String,
        /// The value.
        value: String,
        /// The values that it may have.
        known: Vec<String>,
    },
}

impl ServerVariableError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            ServerVariableError::Unknown { known, .. } if known.is_empty() => {
                "its `servers` have no variables".into()
            }
            ServerVariableError::Unknown { name, known } => {
                let all = format!("known here: {}", known.join(", "));
                let near = suggestion(name, known);
                if near == all { all } else { format!("{near} ({all})") }
            }
            ServerVariableError::Value { known, .. } => format!("its values are {}", known.join(", ")),
        }
    }
}

impl Contract {
    /// Gives variables in the URLs of servers other values than their defaults.
    pub fn fill_servers(&mut self, variables: &[ServerVariable]) -> Result<(), ServerVariableError> {
        if variables.is_empty() {
            return Ok(());
        }
        let root = &*self.document.value;
        let mut owners = vec![String::new()];
        owners.extend(self.operations.iter().flat_map(|one| [one.path_item.clone(), one.at.clone()]));
        let all: Vec<&Value> = owners.iter().flat_map(|at| stated(root, at)).collect();
        variables.iter().try_for_each(|variable| known(&all, variable))?;
        self.servers = urls(root, "", variables);
        for operation in &mut self.operations {
            operation.servers = of_operation(root, &operation.path_item, &operation.at, variables);
        }
        Ok(())
    }
}

/// The servers of an operation, which are those of its path item where it has none itself.
pub(super) fn of_operation(
    root: &Value,
    path_item: &str,
    at: &str,
    variables: &[ServerVariable],
) -> Vec<String> {
    let own = urls(root, at, variables);
    if own.is_empty() { urls(root, path_item, variables) } else { own }
}

/// The servers that are stated at a place, with values in place of their variables.
pub(super) fn urls(root: &Value, at: &str, variables: &[ServerVariable]) -> Vec<String> {
    let urls =
        stated(root, at).filter_map(|server| Some(filled(server.get("url")?.as_str()?, server, variables)));
    urls.collect()
}

fn stated<'d>(root: &'d Value, at: &str) -> impl Iterator<Item = &'d Value> + use<'d> {
    let list = pointer::get(root, &pointer::child(at, "servers"));
    list.and_then(Value::as_array).into_iter().flatten()
}

/// A URL with values in place of the variables that its server has.
fn filled(mut url: &str, server: &Value, variables: &[ServerVariable]) -> String {
    let mut text = String::new();
    while let Some((before, (name, after))) =
        url.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        let given = variables.iter().rev().find(|one| one.name == name && allows(server, one));
        let own = || declared(server, name)?.get("default")?.as_str();
        text.push_str(before);
        match given.map(|one| one.value.as_str()).or_else(own) {
            Some(value) => text.push_str(value),
            None => text.push_str(&format!("{{{name}}}")),
        }
        url = after;
    }
    text + url
}

fn declared<'s>(server: &'s Value, name: &str) -> Option<&'s Value> {
    server.get("variables")?.get(name)
}

/// The values that a server lists for a variable, if it does.
fn listed<'s>(server: &'s Value, name: &str) -> Option<&'s Vec<Value>> {
    declared(server, name)?.get("enum")?.as_array().filter(|all| !all.is_empty())
}

fn allows(server: &Value, variable: &ServerVariable) -> bool {
    listed(server, &variable.name).is_none_or(|all| all.iter().any(|one| *one == *variable.value))
}

/// The names of the variables in the URL of a server.
fn names(server: &Value) -> impl Iterator<Item = &str> {
    let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
    url.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// Refuses a variable that no server has, or with a value that none allows.
fn known(all: &[&Value], variable: &ServerVariable) -> Result<(), ServerVariableError> {
    let ServerVariable { name, value } = variable.clone();
    let having: Vec<&&Value> = all.iter().filter(|server| names(server).any(|one| one == name)).collect();
    if having.is_empty() {
        let known: BTreeSet<&str> = all.iter().flat_map(|server| names(server)).collect();
        let known = known.into_iter().map(str::to_owned).collect();
        return Err(ServerVariableError::Unknown { name, known });
    }
    if having.iter().any(|server| allows(server, variable)) {
        return Ok(());
    }
    let listed = having.iter().filter_map(|server| listed(server, &name)).flatten();
    let listed: BTreeSet<&str> = listed.filter_map(Value::as_str).collect();
    Err(ServerVariableError::Value { name, value, known: listed.into_iter().map(str::to_owned).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    const DOCUMENT: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://{region}.example/{base}', variables: {region: {default: eu, enum: [eu, us]}, base: {default: v1}}}]
paths:
  /a: {get: {responses: {'200': {description: ok}}}}
  /b:
    servers: [{url: '/{up}/{bare}', variables: {up: {default: up}}}]
    get: {responses: {'200': {description: ok}}}
    put: {servers: [{url: '/{region}', variables: {region: {default: x}}}], responses: {'200': {description: ok}}}
";

    fn filled(given: &[(&str, &str)]) -> Result<Vec<String>, ServerVariableError> {
        let document = Document::from_text("t.yaml", DOCUMENT).unwrap();
        let mut contract = Contract::read(document).unwrap_or_else(|refused| panic!("{}", refused.1));
        let variable = |(name, value): &(&str, &str)| ServerVariable {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        contract.fill_servers(&given.iter().map(variable).collect::<Vec<_>>())?;
        let of_operations = contract.operations.iter().flat_map(|operation| &operation.servers);
        Ok(contract.servers.iter().chain(of_operations).cloned().collect())
    }

    #[test]
    fn variables_have_their_defaults_or_what_is_given() {
        for (given, expected) in [
            (&[][..], ["https://eu.example/v1", "/up/{bare}", "/x"]),
            (&[("region", "us"), ("bare", "c")], ["https://us.example/v1", "/up/c", "/us"]),
            // Of two servers the one that lists other values keeps its own.
            (
                &[("region", "eu"), ("base", "{up}"), ("up", "{bare}")],
                ["https://eu.example/{up}", "/{bare}/{bare}", "/eu"],
            ),
            (&[("region", "mars")], ["https://eu.example/v1", "/up/{bare}", "/mars"]),
        ] {
            // The operations of a path come in the order of the fields.
            assert_eq!(filled(given).unwrap(), expected, "{given:?}");
        }
    }

    #[test]
    fn what_no_server_has_or_allows_is_told_with_what_there_is() {
        let unknown = filled(&[("regoin", "eu")]).unwrap_err();
        assert_eq!(unknown.to_string(), "no server of the contract has a variable `regoin`");
        assert_eq!(unknown.hint(), "did you mean `region`? (known here: bare, base, region, up)");
        let server =
            serde_json::json!({"url": "{r}", "variables": {"r": {"default": "a", "enum": ["a", "bc"]}}});
        let variable = ServerVariable { name: "r".into(), value: "b".into() };
        let refused = known(&[&server], &variable).unwrap_err();
        assert_eq!(refused.to_string(), "`b` is no value of the server variable `r`");
        assert_eq!(refused.hint(), "its values are a, bc");
    }
}
