//! Links: what a request takes from an earlier exchange of its scenario.

use crate::contract::expression::Part;
use crate::contract::link::Origin;
use crate::contract::{Contract, Expression, Location, Operation};
use crate::exchange::Exchange;
use crate::json::{self, Kind, Node};
use crate::plan::{Case, Scenario};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// What stands for itself everywhere in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    let mut case = case.clone();
    let (path, query) = case.request.path.split_once('?').unzip();
    let (mut path, mut query) = (path.unwrap_or(&case.request.path).to_owned(), query.map(str::to_owned));
    for parameter in &follow.parameters {
        let name = &parameter.name;
        let text = match &parameter.value {
            Origin::Literal(_) => Some(parameter.value.to_string()),
            Origin::Exchange(expression) => value(expression, source, exchange),
        };
        // A segment that is empty or dots would name another resource.
        let fits =
            |text: &String| parameter.location != Location::Path || !matches!(text.as_str(), "" | "." | "..");
        let Some(text) = text.filter(fits) else {
            return Err(Unfilled::Lacking(lacking(&parameter.value, source)));
        };
        let hole = format!("{{{name}}}");
        let encoded = || utf8_percent_encode(&text, ENCODED).to_string();
        match parameter.location {
            Location::Path => path = path.replace(&hole, &encoded()),
            Location::Query => query = query.map(|query| query.replace(&hole, &encoded())),
            Location::Header => {
                let headers = case.request.headers.iter_mut();
                let mut own = headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
                if let Some((_, value)) = own.next() {
                    *value = text;
                }
            }
            Location::Cookie => {}
        }
    }
    case.request.path = match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    Ok(Cow::Owned(case))
}

fn lacking(value: &Origin, source: &Operation) -> String {
    format!("the link could not be followed: an accepted `{}` has nothing that fits at `{value}`", source.id)
}

/// The value that an expression names, as text.
fn value(expression: &Expression, operation: &Operation, exchange: &Exchange) -> Option<String> {
    let answer = exchange.answer()?;
    let in_body = |body: &[u8], at: &str| json::read(body).ok()?.at(at).and_then(scalar);
    match expression {
        Expression::Status => Some(answer.status.to_string()),
        Expression::Request(Part::Body(at)) => in_body(exchange.sent.body.as_deref()?, at),
        Expression::Request(Part::Header(name)) => exchange.sent.header(name).map(str::to_owned),
        Expression::Request(Part::Query(name)) => exchange.sent.query(name),
        Expression::Request(Part::Path(name)) => exchange.sent.path(&operation.path, name),
        Expression::Response(Part::Body(at)) => in_body(&answer.body, at),
        Expression::Response(Part::Header(name)) => answer.header(name).map(str::to_owned),
        Expression::Response(Part::Query(_) | Part::Path(_)) => None,
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(token) => Some(token.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
