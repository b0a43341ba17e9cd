mod laws;
mod refused;
mod said;
mod told;

use super::*;
use crate::contract::ContractError;
use crate::source::Document;

fn read(paths: &str) -> Result<Contract, ContractError> {
    let text = format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\n{paths}");
    Contract::read(Document::from_text("things.yaml", &text).unwrap()).map_err(|refused| refused.1)
}

fn contract(paths: &str) -> Contract {
    read(paths).unwrap()
}

/// What every operation of a contract is given, a line each: `getOrder path.id ← addOrder
/// $response.body#/id`.
fn given(paths: &str) -> Vec<String> {
    let contract = contract(paths);
    let connections = contract.connections();
    let operations = &contract.operations;
    let line = |one: &Connection, given: &Given| {
        let (taker, giver) = (&operations[one.taker].id, &operations[one.giver].id);
        format!("{taker} {} ← {giver} {}", given.into, given.from)
    };
    let chosen = (0..operations.len()).flat_map(|taker| connections.chosen(taker));
    chosen.flat_map(|one| one.gives.iter().map(|given| line(one, given)).collect::<Vec<_>>()).collect()
}

/// What tells of every connection that is chosen, by the operation that takes.
fn reasons(paths: &str) -> Vec<(String, Reason, Kind)> {
    let contract = contract(paths);
    let chosen = (0..contract.operations.len()).flat_map(|taker| contract.connections().chosen(taker));
    chosen.map(|one| (contract.operations[one.taker].id.clone(), one.reason.clone(), one.kind)).collect()
}

/// An operation on a path: its name, its parameters, the members of its body, which it must have, and
/// those of its answer, all as YAML.
struct Op {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    text: String,
}

/// An operation that answers with `status`, and with an object of `members`.
fn op(line: &'static str, id: &'static str, status: u16, members: &str) -> Op {
    let (method, path) = line.split_once(' ').unwrap();
    let content = match members {
        "" => String::new(),
        array if array.starts_with('[') => {
            let inside = array.trim_matches(['[', ']']);
            let schema = format!("{{type: array, items: {{type: object, properties: {{{inside}}}}}}}");
            format!(", content: {{application/json: {{schema: {schema}}}}}")
        }
        members => {
            let schema = format!("{{type: object, properties: {{{members}}}}}");
            format!(", content: {{application/json: {{schema: {schema}}}}}")
        }
    };
    let inside = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let parameters: Vec<String> = inside
        .map(|(name, _)| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}"))
        .collect();
    let text = format!(
        "      operationId: {id}\n      parameters: [{}]\n      responses: {{'{status}': {{description: d{content}}}}}\n",
        parameters.join(", ")
    );
    Op { method, path, id, text }
}

impl Op {
    /// With a body whose members are all required.
    fn body(mut self, members: &str) -> Op {
        let names = members.split(", ").filter_map(|member| member.split_once(':'));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        let names = names.join(", ");
        self.text.push_str(&format!(
            "      requestBody: {{content: {{application/json: {{schema: {{type: object, required: [{names}], properties: {{{members}}}}}}}}}}}\n"
        ));
        self
    }

    /// With a schema for a parameter of its path.
    fn parameter(mut self, name: &str, schema: &str) -> Op {
        let before = format!("name: {name}, in: path, required: true, schema: {{type: string}}");
        let after = format!("name: {name}, in: path, required: true, schema: {schema}");
        assert!(self.text.contains(&before), "{}", self.text);
        self.text = self.text.replace(&before, &after);
        self
    }

    /// With a part of its text in another's place.
    fn text_with(mut self, before: &str, after: &str) -> Op {
        assert!(self.text.contains(before), "{}", self.text);
        self.text = self.text.replacen(before, after, 1);
        self
    }

    /// With more lines of YAML.
    fn with(mut self, more: &str) -> Op {
        more.lines().for_each(|line| self.text.push_str(&format!("      {line}\n")));
        self
    }
}

/// Operations as the paths of a document.
fn paths(operations: impl IntoIterator<Item = Op>) -> String {
    let operations: Vec<Op> = operations.into_iter().collect();
    let mut text = "paths:\n".to_owned();
    let mut seen: Vec<&str> = Vec::new();
    for first in &operations {
        if seen.contains(&first.path) {
            continue;
        }
        seen.push(first.path);
        text.push_str(&format!("  {}:\n", first.path));
        for one in operations.iter().filter(|one| one.path == first.path) {
            text.push_str(&format!("    {}:\n{}", one.method.to_lowercase(), one.text));
            assert!(!one.id.is_empty());
        }
    }
    text
}

const ID: &str = "id: {type: string}";
