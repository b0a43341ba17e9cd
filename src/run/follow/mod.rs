//! What a request takes from earlier exchanges: through a link, of its own scenario; through what it
//! needs, of those that supplied resources.

use super::supplies::Supplies;
use crate::contract::connection::{Source, Taking};
use crate::contract::expression::Part;
use crate::contract::link::Origin;
use crate::contract::model::Parameter;
use crate::contract::{Contract, Expression, Operation, ParameterLocation};
use crate::exchange::{Answer, Exchange, Pieces, Sent};
use crate::json::{self, Kind, Node};
use crate::plan::{Case, Follow, Needs, Scenario};
use crate::wire::{parameter, template, url};
use serde_json::Value;
use std::borrow::Cow;

/// Why a request cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// The earlier request was not accepted.
    NotAccepted,
    /// It was accepted with an answer that does not have the link, or not what it gives.
    Lacking(String),
}

/// The case with what it takes from earlier exchanges, as it came, filled in.
pub(super) fn filled<'c>(
    contract: &Contract,
    scenario: &Scenario,
    case: &'c Case,
    (earlier, supplies): (&[Option<Exchange>], &Supplies),
) -> Result<Cow<'c, Case>, Unfilled> {
    match (&case.follows, &case.needs) {
        (Some(follow), _) => led(contract, scenario, case, (follow, earlier)).map(Cow::Owned),
        (None, Some(needs)) => supplied(contract, case, needs, supplies).map(Cow::Owned),
        (None, None) => Ok(Cow::Borrowed(case)),
    }
}

/// The case with what it needs.
pub(super) fn supplied(
    contract: &Contract,
    case: &Case,
    needs: &Needs,
    supplies: &Supplies,
) -> Result<Case, Unfilled> {
    let taker = &contract.operations[case.operation];
    let mut answers = Vec::with_capacity(needs.values.len());
    for need in needs.values.iter() {
        let key = needs.key(need);
        let found = match (&need.given.from, need.giver) {
            (Source::Literal(value), _) => Some(value.into()),
            (_, None) => None,
            (from, Some(giver)) => {
                let read = |exchange: &Exchange| {
                    given(contract, from, &contract.operations[giver], (&exchange.sent, exchange.answer()))
                };
                match from {
                    Source::Listed { item, .. } => supplies.listed((giver, &key), (from, item), read)?,
                    _ => supplies.value((giver, &key), from, read)?,
                }
            }
        };
        let text = found.and_then(|value| match &need.given.into {
            Taking::Parameter(location, name) => {
                let is = |own: &&Parameter| own.location == *location && own.name == *name;
                let own = taker.parameters.iter().find(is)?;
                contract.allows(own, &value.to_value()).then(|| parameter::written_node(own, &value))?
            }
            Taking::Body(at) if is_taken(case) => in_body(case, at, &value),
            // Its body does not have that place.
            Taking::Body(_) => Some(String::new()),
        });
        answers.push(text.ok_or_else(|| Unfilled::Lacking(format!("`{}`", need.given.from)))?);
    }
    let mut case = case.clone();
    case.request.parts = case.request.parts.supplied(&answers).into();
    case.request.body = case.request.body.map(|body| body.supplied(&answers));
    Ok(case)
}

/// Whether the body of a case takes anything.
fn is_taken(case: &Case) -> bool {
    case.request.body.as_ref().is_some_and(Pieces::is_open)
}

/// A value as it stands in the body of a case: of the type that its sample there has.
fn in_body(case: &Case, at: &str, value: &Node) -> Option<String> {
    let body = json::read(case.request.body()?).ok();
    let is_text =
        body.as_ref().and_then(|body| body.at(at)).is_some_and(|node| matches!(node.kind, Kind::String(_)));
    let value = value.to_value();
    match &value {
        Value::Number(number) if is_text => Some(Value::from(number.to_string()).to_string()),
        Value::String(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A value that a request and its answer give, as far as there is one.
pub(super) fn given(
    contract: &Contract,
    from: &Source,
    giver: &Operation,
    (sent, answer): (&Sent, Option<&Answer>),
) -> Option<Node> {
    match from {
        Source::Exchange(expression) => value(contract, expression, giver, (sent, answer)),
        Source::Literal(value) => Some(value.into()),
        Source::Item(item) => item.of_first(&json::read(&answer?.body).ok()?.root),
        // Another answer shows it, but this one may, though no document says so.
        Source::Listed { item, .. } => json::read(&answer?.body).ok()?.at(item.member.as_deref()?).cloned(),
        Source::Location { template: path, parameter } => {
            let (location, _) = url::parts(answer?.header("location")?);
            let values = template::values(path, location.trim_end_matches('/'))?;
            let (_, text) = values.into_iter().find(|(name, _)| name == parameter)?;
            Some(Node::from(&Value::from(url::decoded(text))))
        }
    }
}

/// The case with what the link that it follows gives.
fn led(
    contract: &Contract,
    scenario: &Scenario,
    case: &Case,
    (follow, earlier): (&Follow, &[Option<Exchange>]),
) -> Result<Case, Unfilled> {
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
    Ok(case)
}

fn lacking(value: &Origin, source: &Operation) -> String {
    format!("the link could not be followed: an accepted `{}` has nothing that fits at `{value}`", source.id)
}

/// The value that an expression names in a request and its answer, as far as there is one.
fn value(
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
