//! How what a request makes is deleted: with which operation of the contract, and with which values of
//! the exchange that made it.

use super::list;
use crate::contract::connection::{Connection, Given, Source, Taking};
use crate::contract::expression::{Expression, Part};
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::{Answer, Sent, is_accepted};
use crate::json::{self, Kind, Node};
use crate::plan::Values;
use crate::run::follow;
use crate::wire::{template, url};
use std::collections::BTreeMap;

/// No id is longer.
const LONGEST: usize = 512;

/// What tells a resource from all others: the operation that deletes it, and the values in its path.
pub(super) type Key = (usize, Vec<(String, String)>);

/// How a resource is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct Undo {
    /// Index of the operation that deletes it.
    pub(in crate::run) operation: usize,
    /// The values of its parameters.
    pub(in crate::run) values: Values,
}

/// How what an operation makes is deleted, if the contract has a way.
pub(in crate::run) fn way(contract: &Contract, giver: usize) -> Option<&Connection> {
    let found = contract.connections().undo(giver)?;
    let needs_body = |body: &crate::contract::Body| body.required;
    let deletes = &contract.operations[found.taker];
    deletes.body.as_ref().is_none_or(|body| !needs_body(body)).then_some(found)
}

/// What a connection gives to parameters.
pub(super) fn parameters(connection: &Connection) -> impl Iterator<Item = (&Given, ParameterLocation, &str)> {
    connection.gives.iter().filter_map(|given| match &given.into {
        Taking::Parameter(location, name) => Some((given, *location, name.as_str())),
        Taking::Body(_) => None,
    })
}

impl Undo {
    /// How what an exchange made is deleted, as far as it tells; nothing where it may not be the run's.
    pub(in crate::run) fn of(
        contract: &Contract,
        giver: usize,
        (sent, answer): (&Sent, Option<&Answer>),
        run: &str,
    ) -> Option<Undo> {
        let (connection, made_by) = (way(contract, giver)?, &contract.operations[giver]);
        let mut values = Values::new();
        for (given, location, name) in parameters(connection) {
            let text = text(contract, &given.from, made_by, (sent, answer));
            match text.filter(|text| !text.is_empty() && text.len() <= LONGEST) {
                Some(text) => drop(values.insert((location, name.to_owned()), text)),
                None if location == ParameterLocation::Path => return None,
                None => {}
            }
        }
        let undo = Undo { operation: connection.taker, values };
        undo.is_own(contract, made_by, (sent, answer), run).then_some(undo)
    }

    /// How what a request made is deleted that a list shows; nothing where it does not.
    pub(in crate::run) fn listed(
        contract: &Contract,
        (giver, list): (usize, usize),
        (sent, run): (&Sent, &str),
        answer: &Answer,
    ) -> Option<Undo> {
        let connection = way(contract, giver).filter(|way| way.list() == Some(list))?;
        let body = json::read(&answer.body).ok()?;
        let known = known(&contract.operations[giver], &sent.head.url);
        let mut values = Values::new();
        for (given, location, name) in parameters(connection) {
            let text = match &given.from {
                Source::Listed { item, .. } => {
                    list::own_item(item, &body.root, (sent, run)).and_then(|(value, _)| scalar(&value))
                }
                Source::Exchange(Expression::Request(Part::Path(own))) => known.get(own).cloned(),
                _ => None,
            };
            values.insert((location, name.to_owned()), text?);
        }
        Some(Undo { operation: connection.taker, values })
    }

    /// What a request that deletes is about.
    pub(in crate::run) fn deleted(contract: &Contract, operation: usize, sent: &Sent) -> Undo {
        let known = known(&contract.operations[operation], &sent.head.url);
        let values = known.into_iter().map(|(name, text)| ((ParameterLocation::Path, name), text));
        Undo { operation, values: values.collect() }
    }

    /// Where the resource is.
    pub(super) fn place(&self, contract: &Contract) -> Vec<String> {
        let known = |name: &str| self.values.get(&(ParameterLocation::Path, name.to_owned())).cloned();
        place(&contract.operations[self.operation].path, known)
    }

    /// Whether it is about the same resource as another: what goes besides the path does not matter.
    pub(in crate::run) fn is_of(&self, other: &Undo) -> bool {
        self.operation == other.operation && self.of_path().eq(other.of_path())
    }

    /// What tells the resource from all others.
    pub(super) fn key(&self) -> Key {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        (self.operation, self.of_path().map(owned).collect())
    }

    fn of_path(&self) -> impl Iterator<Item = (&str, &str)> {
        let inside = self.values.iter().filter(|((location, _), _)| *location == ParameterLocation::Path);
        inside.map(|((_, name), text)| (name.as_str(), text.as_str()))
    }

    /// Whether the run made what this deletes. What its request named may have been there before, unless
    /// it carries the digits of the run, or the answer says that it was created.
    fn is_own(
        &self,
        contract: &Contract,
        made_by: &Operation,
        (sent, answer): (&Sent, Option<&Answer>),
        run: &str,
    ) -> bool {
        let path = &contract.operations[self.operation].path;
        let last = template::names(path).last().unwrap_or_default();
        let Some(id) = self.values.get(&(ParameterLocation::Path, last.to_owned())) else { return false };
        if id.contains(run) {
            return true;
        }
        let Some(answer) = answer.filter(|answer| is_accepted(answer.status)) else { return false };
        let created = answer.status == 201;
        if known(made_by, &sent.head.url).values().any(|text| text == id) {
            return created && made_by.method == "PUT";
        }
        created || !is_named(contract, made_by, sent, id)
    }
}

/// The segments of a path, decoded, by its template and the values in it.
pub(super) fn place(path: &str, value: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let segment = |segment: &str| {
        let (mut rest, mut filled) = (segment, String::new());
        while let Some((before, name, after)) = hole(rest) {
            filled.push_str(before);
            filled.push_str(&value(name).unwrap_or_default());
            rest = after;
        }
        filled + rest
    };
    path.trim_matches('/').split('/').map(segment).collect()
}

fn hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The values of the parameters in a path, decoded.
pub(in crate::run) fn known(operation: &Operation, url: &str) -> BTreeMap<String, String> {
    let (path, _) = url::parts(url);
    let values = template::values(&operation.path, path).unwrap_or_default();
    values.into_iter().map(|(name, text)| (name.to_owned(), url::decoded(text))).collect()
}

/// What a source gives, as the text of a parameter.
fn text(
    contract: &Contract,
    source: &Source,
    giver: &Operation,
    (sent, answer): (&Sent, Option<&Answer>),
) -> Option<String> {
    scalar(&follow::given(contract, source, giver, (sent, answer))?)
}

/// A number, a text or a truth value as a text; numbers keep their digits.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(raw) => Some(raw.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
    }
}

/// The members that may be called what a source gives is called.
pub(super) fn names<'n>(source: &'n Source, parameter: &'n str) -> Vec<&'n str> {
    let own = match source {
        Source::Exchange(expression) => expression.response_body().and_then(|at| at.rsplit('/').next()),
        Source::Location { parameter, .. } => Some(parameter.as_str()),
        Source::Item(item) | Source::Listed { item, .. } => {
            item.member.as_deref().and_then(|member| member.rsplit('/').next())
        }
        Source::Literal(_) => None,
    };
    own.into_iter().chain([parameter, "id"]).collect()
}

/// Whether the body of a request names an id: a text anywhere, a number only where it is called an id.
fn is_named(contract: &Contract, giver: &Operation, sent: &Sent, id: &str) -> bool {
    let Some(body) = sent.body().and_then(|body| json::read(&body).ok()) else { return false };
    let giver = contract.operations.iter().position(|operation| operation.at == giver.at);
    let connection = giver.and_then(|giver| way(contract, giver));
    let own = connection.into_iter().flat_map(parameters);
    let own: Vec<&str> = own.flat_map(|(given, _, name)| names(&given.from, name)).collect();
    let mut open = vec![(&body.root, "")];
    while let Some((node, key)) = open.pop() {
        match &node.kind {
            Kind::Array(items) => open.extend(items.iter().map(|item| (item, key))),
            Kind::Object(members) => {
                open.extend(members.iter().map(|member| (&member.value, member.key.as_str())));
            }
            Kind::String(text) if text == id => return true,
            _ if own.contains(&key) && scalar(node).as_deref() == Some(id) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Head, Headers};
    use crate::source::Document;

    const RUN: &str = "4711081512";

    const CONTRACT: &str = "
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a/{a}/b:
    parameters: [{name: a, in: path, required: true, schema: {type: string}}]
    post: {operationId: make, responses: {2XX: {description: made, content: {application/json: {schema: {type: object, properties: {id: {}}}}}}}}
  /a/{a}/b/{b}:
    parameters:
      - {name: a, in: path, required: true, schema: {type: string}}
      - {name: b, in: path, required: true, schema: {type: string}}
    delete: {operationId: remove, responses: {'204': {description: gone}}}
";

    /// The place of what a POST made, as far as it may be deleted.
    fn made(sent: &str, status: u16, answer: &str) -> Option<Vec<String>> {
        let contract = Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap()).ok().unwrap();
        let url = "http://h/v1/a/x%2Fy/b?z=1".to_owned();
        let head = Head { method: "POST".into(), url, headers: Headers::default() };
        let sent = Sent { head: head.into(), body: Some(bytes::Bytes::from(sent.to_owned()).into()) };
        let answer = Answer { status, headers: Headers::default(), body: answer.to_owned().into() };
        let undo = Undo::of(&contract, 0, (&sent, Some(&answer)), RUN)?;
        assert_eq!(undo.operation, 1);
        Some(undo.place(&contract))
    }

    #[test]
    fn what_was_made_is_deleted_below_where_it_was_made() {
        let place = |id: &str| Some(["a", "x/y", "b", id].map(str::to_owned).to_vec());
        assert_eq!(made("{}", 200, r#"{"id": 12345678901234567890123}"#), place("12345678901234567890123"));
        assert_eq!(made("{}", 201, r#"{"id": "n 1"}"#), place("n 1"));
        for unnamed in ["{}", "", r#"{"id": null}"#, r#"{"id": ""}"#, r#"{"id": [1]}"#] {
            assert_eq!(made("{}", 201, unnamed), None, "{unnamed}");
        }
    }

    #[test]
    fn what_a_request_names_may_have_been_there_before() {
        for (sent, status, answer, own) in [
            (r#"{"name": "n"}"#, 200, r#"{"id": "n"}"#, false),
            (r#"{"name": "n"}"#, 201, r#"{"id": "n"}"#, true),
            (r#"{"id": 7}"#, 200, r#"{"id": 7}"#, false),
            (r#"{"size": 7}"#, 200, r#"{"id": 7}"#, true),
            (r#"{"name": "n-4711081512"}"#, 200, r#"{"id": "n-4711081512"}"#, true),
            ("{}", 201, r#"{"id": "x/y"}"#, false),
            ("{}", 404, r#"{"id": "z"}"#, false),
        ] {
            assert_eq!(made(sent, status, answer).is_some(), own, "{sent} {status} {answer}");
        }
    }
}
