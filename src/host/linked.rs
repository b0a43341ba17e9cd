//! Links: what an answer tells can be read where its links lead.

use super::intake::Given;
use super::place::Place;
use super::template::{Filled, Occasion, Template};
use crate::contract::expression::Part;
use crate::contract::link::{Link, Origin};
use crate::contract::{Contract, Expression, Location, Operation};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands for itself in a path.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What can be read once an operation has answered.
pub(super) struct Linked {
    /// Index of the operation that reads it.
    pub(super) reader: usize,
    /// The path of that operation, and where its parameters come from.
    path: String,
    origins: Vec<(String, Origin)>,
    /// What a read shows of the exchange, by place in the request or in the answer.
    shown: Vec<(Expression, Place)>,
}

/// What can be read through the links of an operation's answer.
pub(super) fn of(contract: &Contract, operation: &Operation, status: u16) -> Vec<Linked> {
    let links = operation.response(status).into_iter().flat_map(|response| &response.links);
    links.filter_map(|link| linked(contract, link)).collect()
}

fn linked(contract: &Contract, link: &Link) -> Option<Linked> {
    let lead = link.leads.as_ref().ok()?;
    let reads = |other: &Operation| other.at == lead.operation && other.method == "GET";
    let reader = contract.operations.iter().position(reads)?;
    let inside = lead.parameters.iter().filter(|one| one.location == Location::Path);
    let origins: Vec<(String, Origin)> = inside.map(|one| (one.name.clone(), one.value.clone())).collect();
    if origins.is_empty() {
        return None;
    }
    let pairs = link.read_back.iter().flat_map(crate::contract::link::ReadBack::pairs);
    let shown = pairs.filter_map(|[from, to]| Some((from, Place::new(to.response_body()?)))).collect();
    Some(Linked { reader, path: contract.operations[reader].path.clone(), origins, shown })
}

impl Linked {
    /// The path at which what was answered can be read.
    pub(super) fn path(&self, given: &Given, answered: &Value) -> Option<String> {
        let mut path = self.path.clone();
        for (name, origin) in &self.origins {
            let value = match origin {
                Origin::Literal(value) => value,
                Origin::Exchange(expression) => value(expression, given, answered)?,
            };
            let text = match value {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => return None,
            };
            path = path.replace(&format!("{{{name}}}"), &utf8_percent_encode(&text, ENCODED).to_string());
        }
        Some(path)
    }

    /// What is read there.
    pub(super) fn body(
        &self,
        contract: &Contract,
        reader: &Template,
        occasion: &Occasion<'_>,
        answered: &Filled,
    ) -> Filled {
        let sample = reader.fill(contract, occasion);
        for whole in [true, false] {
            let mut filled = sample.clone();
            for (from, to) in &self.shown {
                match from {
                    Expression::Response(Part::Body(at)) => {
                        filled.show(answered, &Place::new(at), to, whole);
                    }
                    Expression::Request(Part::Body(at)) => {
                        let node = occasion.given.text.as_ref().and_then(|text| text.at(at));
                        if let Some(value) = value(from, occasion.given, &answered.body) {
                            filled.echo(to, value, node, None);
                        }
                    }
                    _ => {}
                }
            }
            if !self.shown.is_empty() && reader.accepts(contract, &filled.body) {
                return filled;
            }
        }
        if reader.accepts(contract, &answered.body) { answered.clone() } else { sample }
    }
}

fn value<'v>(expression: &Expression, given: &'v Given, answered: &'v Value) -> Option<&'v Value> {
    let parameter = |location: Location, name: &str| {
        let mut own = given.parameters.iter().filter(|(at, _, _)| *at == location);
        own.find(|(_, known, _)| known.eq_ignore_ascii_case(name)).map(|(_, _, value)| value)
    };
    match expression {
        Expression::Response(Part::Body(at)) => answered.pointer(at),
        Expression::Request(Part::Body(at)) => given.value.as_ref()?.pointer(at),
        Expression::Request(Part::Path(name)) => parameter(Location::Path, name),
        Expression::Request(Part::Query(name)) => parameter(Location::Query, name),
        Expression::Request(Part::Header(name)) => parameter(Location::Header, name),
        _ => None,
    }
}
