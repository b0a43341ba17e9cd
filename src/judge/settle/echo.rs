//! An invalid value that was accepted and is told back is one fact: that it was accepted.

use super::Whole;
use crate::cause::Cause;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::Exchange;
use crate::json::{self, pointer};
use crate::judge::Observation;
use crate::judge::check::{invalid_rejected, response_schema};
use crate::plan::{Place, Position, Violation};
use crate::wire::parameter;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What was accepted though it is invalid.
struct Accepted {
    /// The last name on the way to it.
    name: String,
    /// The value; none where it is not there.
    value: Option<Value>,
}

/// Takes away what is held against answers that tell back what they should not have accepted.
pub(super) fn set_aside(run: &Whole<'_>, observations: &mut Vec<Observation>) {
    let is = |one: &Observation, id: &str| one.check.id == id;
    let mut accepted: HashMap<Position, Vec<Accepted>> = HashMap::new();
    for one in observations.iter().filter(|one| is(one, invalid_rejected::CHECK.id)) {
        let Some(exchange) = run.exchange(one.position) else { continue };
        let violations = &run.case(one.position).expectation.violations;
        let operation = run.operation(one.position);
        let each = violations
            .iter()
            .filter_map(|violation| value_of(violation, exchange, (run.contract, operation)));
        accepted.entry(one.position).or_default().extend(each);
    }
    if accepted.is_empty() {
        return;
    }
    // Any later answer may tell what is stored: one that has no body of its own to tell back.
    let all: HashSet<(&str, String)> = accepted
        .values()
        .flatten()
        .filter_map(|one| Some((one.name.as_str(), text(one.value.as_ref()?))))
        .collect();
    let told_back = |one: &Observation| {
        let Some((exchange, at)) = run.exchange(one.position).zip(one.value.as_deref()) else {
            return false;
        };
        let Some(answer) = exchange.answer() else { return false };
        let name = last(at);
        let came = json::read(&answer.body).ok().and_then(|text| Some(text.to_value().pointer(at)?.clone()));
        let own = accepted.get(&one.position);
        let same = |known: &Accepted| {
            known.name == name && known.value.as_ref().map(text) == came.as_ref().map(text)
        };
        own.is_some_and(|own| own.iter().any(same))
            || (exchange.sent.body.is_none()
                && came.as_ref().is_some_and(|came| all.contains(&(name.as_str(), text(came)))))
    };
    let kept: Vec<bool> =
        observations.iter().map(|one| !is(one, response_schema::CHECK.id) || !told_back(one)).collect();
    let mut kept = kept.into_iter();
    observations.retain(|_| kept.next().unwrap_or(true));
}

/// What a request holds where it is invalid.
fn value_of(
    violation: &Violation,
    exchange: &Exchange,
    (contract, operation): (&Contract, &Operation),
) -> Option<Accepted> {
    let sent = &exchange.sent;
    let parameter = |location, name: &String| {
        let received = sent.received(&operation.path);
        let value = parameter::value(contract, operation, (location, name), &received)?;
        Some(Accepted { name: name.clone(), value: Some(value.to_value()) })
    };
    match &violation.place {
        Place::Body(at) => {
            let body = json::read(&sent.body()?).ok()?.to_value();
            let value = pointer::get(&body, at).cloned();
            (value.is_some() || violation.cause == Cause::Missing).then(|| Accepted { name: last(at), value })
        }
        Place::Query(name) => parameter(ParameterLocation::Query, name),
        Place::Path(name) => parameter(ParameterLocation::Path, name),
        Place::Querystring(name) => parameter(ParameterLocation::Querystring, name),
        Place::Cookie(name) => parameter(ParameterLocation::Cookie, name),
        _ => None,
    }
}

/// The last name of a pointer that is no index.
fn last(at: &str) -> String {
    let index = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    let tokens: Vec<_> = pointer::tokens(at).collect();
    tokens.into_iter().rev().find(|token| !index(token)).unwrap_or_default().into_owned()
}

/// A value as text, without quotes: parameters are text whatever they mean. Numbers are what a reader
/// of doubles makes of them, who has nothing for what is beyond these.
fn text(value: &Value) -> String {
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        Ok(_) if value.is_number() => Value::Null.to_string(),
        _ => plain,
    }
}
