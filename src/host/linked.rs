//! Links: what an answer tells can be read where its links lead.

use super::intake::Admitted;
use super::pointer::Pointer;
use super::template::{Filled, Occasion, Template};
use crate::contract::expression::Part;
use crate::contract::link::{Link, Origin};
use crate::contract::{Contract, Expression, Operation, ParameterLocation};
use crate::wire::template;
use serde_json::Value;

/// What can be read once an operation has answered.
pub(super) struct Linked {
    /// Index of the operation that reads it.
    pub(super) reader: usize,
    /// Where the parameters of its path come from.
    origins: Vec<(String, Origin)>,
    /// What a read shows of the exchange, by place in the request or in the answer.
    shown: Vec<(Expression, Pointer)>,
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
    let inside = lead.parameters.iter().filter(|one| one.location == ParameterLocation::Path);
    let origins: Vec<(String, Origin)> = inside.map(|one| (one.name.clone(), one.value.clone())).collect();
    if origins.is_empty() {
        return None;
    }
    let pairs = link.read_back.iter().flat_map(crate::contract::link::ReadBack::pairs);
    let shown = pairs.filter_map(|[from, to]| Some((from, Pointer::new(to.response_body()?)))).collect();
    Some(Linked { reader, origins, shown })
}

impl Linked {
    /// The values in the path of the operation at which what was answered can be read.
    pub(super) fn values(
        &self,
        reads: &Operation,
        admitted: &Admitted,
        answered: &Value,
    ) -> Option<Vec<Value>> {
        let value = |name: &str| {
            let (_, origin) = self.origins.iter().find(|(known, _)| known == name)?;
            match origin {
                Origin::Literal(value) => Some(value.clone()),
                Origin::Exchange(expression) => value(expression, admitted, answered).cloned(),
            }
        };
        template::names(&reads.path).map(value).collect()
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
                        filled.show(answered, &Pointer::new(at), to, whole);
                    }
                    Expression::Request(Part::Body(at)) => {
                        let node = occasion.admitted.text.as_ref().and_then(|text| text.at(at));
                        if let Some(value) = value(from, occasion.admitted, &answered.body) {
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

fn value<'v>(expression: &Expression, admitted: &'v Admitted, answered: &'v Value) -> Option<&'v Value> {
    let parameter = |location: ParameterLocation, name: &str| {
        let mut own = admitted.parameters.iter().filter(|(at, _, _)| *at == location);
        own.find(|(_, known, _)| known.eq_ignore_ascii_case(name)).map(|(_, _, value)| value)
    };
    match expression {
        Expression::Response(Part::Body(at)) => answered.pointer(at),
        Expression::Request(Part::Body(at)) => admitted.value.as_ref()?.pointer(at),
        Expression::Request(Part::Path(name)) => parameter(ParameterLocation::Path, name),
        Expression::Request(Part::Query(name)) => parameter(ParameterLocation::Query, name),
        Expression::Request(Part::Header(name)) => parameter(ParameterLocation::Header, name),
        _ => None,
    }
}
