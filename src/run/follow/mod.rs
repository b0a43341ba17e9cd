//! Links: what a request takes from an earlier exchange of its scenario.

use crate::contract::expression::Part;
use crate::contract::link::Origin;
use crate::contract::{Contract, Expression, Operation, ParameterLocation};
use crate::exchange::{Answer, Exchange, Sent};
use crate::json::{self, Kind, Node};
use crate::plan::{Case, Scenario};
use crate::wire::parameter;
use std::borrow::Cow;

/// Why a request cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// The earlier request was not accepted.
    NotAccepted,
    /// It was accepted with an answer that does not have the link, or not what it gives.
    Lacking(String),
}

/// The case with what it takes from an earlier exchange, as it came, filled in.
pub(super) fn filled<'c>(
    contract: &Contract,
    scenario: &Scenario,
    case: &'c Case,
    earlier: &[Option<Exchange>],
) -> Result<Cow<'c, Case>, Unfilled> {
    let Some(follow) = &case.follows else { return Ok(Cow::Borrowed(case)) };
    let source = scenario.cases.get(follow.step).map(|case| &contract.operations[case.operation]);
    let exchange = earlier.get(follow.step).and_then(Option::as_ref);
    let (source, exchange) = source.zip(exchange).ok_or(Unfilled::NotAccepted)?;
    let answer = exchange.answer().filter(|answer| answer.accepted()).ok_or(Unfilled::NotAccepted)?;
    if source.link(answer.status, &follow.link).is_none() {
        let why = format!(
            "the link was not followed: `{}` answered {}, which has no such link",
            source.id, answer.status
        );
        return Err(Unfilled::Lacking(why));
    }
    let mut answers = Vec::with_capacity(follow.parameters.len());
    for parameter in &follow.parameters {
        let own = contract.operations[case.operation].parameters.iter().find(|own| parameter.is(own));
        let value = match &parameter.value {
            Origin::Literal(value) => Some(value.into()),
            Origin::Exchange(expression) => {
                value(contract, expression, source, (&exchange.sent, exchange.answer()))
            }
        };
        let text = own.zip(value).and_then(|(own, value)| parameter::written_node(own, &value));
        answers.push(text.ok_or_else(|| Unfilled::Lacking(lacking(&parameter.value, source)))?);
    }
    let mut case = case.clone();
    case.request.parts = case.request.parts.supplied(&answers).into();
    Ok(Cow::Owned(case))
}

fn lacking(value: &Origin, source: &Operation) -> String {
    format!("the link could not be followed: an accepted `{}` has nothing that fits at `{value}`", source.id)
}

/// The value that an expression names in a request and its answer, as far as there is one.
pub(super) fn value(
    contract: &Contract,
    expression: &Expression,
    operation: &Operation,
    (asked, answer): (&Sent, Option<&Answer>),
) -> Option<Node> {
    let in_body = |body: &[u8], at: &str| json::read(body).ok()?.at(at).cloned();
    let text = |text: &str| Node { start: 0, end: 0, kind: Kind::String(text.to_owned()) };
    let sent = |location, name: &str| {
        parameter::value(contract, operation, (location, name), &asked.received(&operation.path))
    };
    match expression {
        Expression::Status => Some(text(&answer?.status.to_string())),
        Expression::Request(Part::Body(at)) => in_body(&asked.body()?, at),
        Expression::Request(Part::Header(name)) => sent(ParameterLocation::Header, name),
        Expression::Request(Part::Query(name)) => sent(ParameterLocation::Query, name),
        Expression::Request(Part::Path(name)) => sent(ParameterLocation::Path, name),
        Expression::Response(Part::Body(at)) => in_body(&answer?.body, at),
        Expression::Response(Part::Header(name)) => answer?.header(name).map(text),
        Expression::Response(Part::Query(_) | Part::Path(_)) => None,
    }
}

#[cfg(test)]
mod tests;
