//! Links: where an answer leads, and what of it must be found there.

use super::expression::Expression;
use super::extension::{self, Shape};
use super::model::{Operation, Parameter, ParameterLocation};
use super::view;
use super::{Mistake, rule};
use crate::json::pointer;
use crate::schema::Unusable;
use crate::source::Document;
use crate::text::did_you_mean;
use indexmap::IndexMap;
use openapiv3 as oas;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// A link of an answer to another operation.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// JSON Pointer to the link.
    pub at: String,
    /// Where it leads, or why nowhere.
    pub leads: Result<Lead, Astray>,
    /// What must be found there, if the contract says so.
    pub read_back: Option<ReadBack>,
}

/// Where a link leads.
#[derive(Clone, Debug)]
pub struct Lead {
    /// JSON Pointer to the operation.
    pub operation: String,
    /// What the link gives to it.
    pub parameters: Vec<Supplied>,
    /// What the link gives to its body: a value at each place, by JSON Pointer.
    pub body: Vec<(String, Origin)>,
}

/// Why a link leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Astray {
    /// JSON Pointer to what is wrong.
    pub at: String,
    /// What is wrong with it.
    pub why: String,
}

/// A parameter that a link gives to its operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supplied {
    /// Where it travels.
    pub location: ParameterLocation,
    /// Its name.
    pub name: String,
    /// Where its value comes from.
    pub value: Origin,
}

/// Where the value of a parameter comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The exchange that the link belongs to.
    Exchange(Expression),
    /// The contract.
    Literal(Value),
}

/// What of an exchange must be found where its link leads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReadBack {
    /// Pairs of places: in the exchange that has the link, and in the answer that it leads to.
    #[serde(default)]
    pub same: Vec<[Expression; 2]>,
    /// Times that are read more coarsely, below the places of a pair.
    #[serde(default)]
    pub rounding: IndexMap<String, Span>,
    /// What may be another, below the places of a pair.
    #[serde(default)]
    pub except: Vec<String>,
    /// Why it holds, or how that is known.
    pub because: Option<String>,
    /// JSON Pointer to the statement.
    #[serde(skip)]
    pub at: String,
}

/// How far two times may lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Span(#[serde(deserialize_with = "rule::duration")] pub Duration);

impl Supplied {
    /// Whether it is this parameter.
    pub fn is(&self, parameter: &Parameter) -> bool {
        self.location == parameter.location && self.name == parameter.name
    }
}

/// As a contract writes it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Exchange(expression) => expression.fmt(f),
            Origin::Literal(Value::String(text)) => f.write_str(text),
            Origin::Literal(value) => value.fmt(f),
        }
    }
}

impl ReadBack {
    /// The pairs of places; without any, the whole bodies.
    pub fn pairs(&self) -> Vec<[Expression; 2]> {
        if self.same.is_empty() {
            let body = || Expression::Response(super::expression::Part::Body("".into()));
            return vec![[body(), body()]];
        }
        self.same.clone()
    }

    /// How far two values at a place below a pair may lie apart, if they are times.
    pub fn rounding(&self, at: &str) -> Option<Duration> {
        let here = |selector: &str| {
            super::expression::covers(selector, at)
                && pointer::tokens(selector).count() == pointer::tokens(at).count()
        };
        self.rounding.iter().find(|(selector, _)| here(selector)).map(|(_, span)| span.0)
    }

    /// Whether what stands at a place below a pair may be another.
    pub fn excepts(&self, at: &str) -> bool {
        self.except.iter().any(|selector| super::expression::covers(selector, at))
    }
}

/// Reads the links of every answer, once all operations are known.
pub(super) fn read(document: &Document, operations: &mut [Operation], mistakes: &mut Vec<Mistake>) {
    let root = &*document.value;
    let has_links = |at: &str| root.pointer(at).is_some_and(|response| response.get("links").is_some());
    if !operations.iter().flat_map(|operation| &operation.responses).any(|response| has_links(&response.at)) {
        return;
    }
    let known = Known::new(document, operations);
    let mut found = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        for (number, response) in operation.responses.iter().enumerate() {
            let at = pointer::child(&response.at, "links");
            let names = root.pointer(&at).and_then(Value::as_object).into_iter().flat_map(|all| all.keys());
            let links = names.filter(|name| !name.starts_with("x-"));
            let links = links.map(|name| known.link(name, &pointer::child(&at, name), mistakes));
            found.push((index, number, links.collect::<Vec<_>>()));
        }
    }
    for (index, number, links) in found {
        operations[index].responses[number].links = links;
    }
}

/// What links can lead to.
struct Known<'d> {
    document: &'d Document,
    /// The pointer to an operation by its `operationId`.
    named: HashMap<&'d str, &'d str>,
    /// Names and places of parameters by the pointer to their operation.
    parameters: HashMap<&'d str, Vec<(ParameterLocation, &'d str)>>,
}

impl<'d> Known<'d> {
    fn new(document: &'d Document, operations: &'d [Operation]) -> Known<'d> {
        let mut known = Known { document, named: HashMap::new(), parameters: HashMap::new() };
        for operation in operations {
            let at = operation.at.as_str();
            let name = document.value.pointer(at).and_then(|source| source.get("operationId"));
            if let Some(name) = name.and_then(Value::as_str) {
                known.named.entry(name).or_insert(at);
            }
            let parameters = operation.parameters.iter();
            let parameters = parameters.map(|parameter| (parameter.location, parameter.name.as_str()));
            known.parameters.entry(at).or_insert_with(|| parameters.collect());
        }
        known
    }

    fn link(&self, name: &str, at: &str, mistakes: &mut Vec<Mistake>) -> Link {
        let root = &*self.document.value;
        let (at, source) = match view::resolve(root, at) {
            Ok(found) => found,
            Err(Unusable { at: place, why }) => {
                let leads = Err(Astray { at: place, why });
                return Link { name: name.to_owned(), at: at.to_owned(), leads, read_back: None };
            }
        };
        let read_back = extension::at::<ReadBack>(root, &at, Shape::Link, mistakes);
        let read_back = read_back.map(|(read_back, at)| ReadBack { at, ..read_back });
        let leads = self.lead(&at, source);
        Link { name: name.to_owned(), at, leads, read_back }
    }

    fn lead(&self, at: &str, source: &Value) -> Result<Lead, Astray> {
        let astray = |key: &str, why: String| Astray {
            at: if key.is_empty() { at.to_owned() } else { pointer::child(at, key) },
            why,
        };
        if source.get("operationId").is_none() && source.get("operationRef").is_none() {
            return Err(astray("", "the link names no operation".into()));
        }
        let typed: oas::Link = serde_json::from_value(source.clone())
            .map_err(|error| astray("", format!("the link is not OpenAPI: {error}")))?;
        if typed.server.is_some() {
            return Err(astray("server", "the link leads to another server".into()));
        }
        let operation = match &typed.operation {
            oas::LinkOperation::OperationId(name) => {
                let found = self.named.get(name.as_str()).map(|at| (*at).to_owned());
                found.ok_or_else(|| {
                    let names: Vec<String> = self.named.keys().map(|name| (*name).to_owned()).collect();
                    let near = names
                        .into_iter()
                        .min_by_key(|known| (strsim::damerau_levenshtein(name, known), known.clone()));
                    let near = near.filter(|near| strsim::damerau_levenshtein(name, near) <= 3);
                    let hint = near.map_or(String::new(), |near| format!("; {}", did_you_mean(&near)));
                    astray(
                        "operationId",
                        format!("the link names `{name}`, which is no operation that can be tested{hint}"),
                    )
                })?
            }
            oas::LinkOperation::OperationRef(text) => self.referred(text).ok_or_else(|| {
                let key = "operationRef";
                let place = pointer::child(at, key);
                let broken = self.document.broken_refs().iter().find(|broken| broken.at == place);
                let why = broken
                    .map_or("no operation that can be tested stands there".to_owned(), |broken| {
                        broken.reason.to_string()
                    });
                astray(key, format!("the link names `{text}`: {why}"))
            })?,
        };
        let own = self.parameters.get(operation.as_str()).map_or(&[][..], Vec::as_slice);
        let mut parameters: Vec<Supplied> = Vec::new();
        for (key, value) in &typed.parameters {
            let here = || pointer::child(&pointer::child(at, "parameters"), key);
            let Some((location, name)) = named(own, key) else {
                let why = format!("the operation has no parameter `{key}`");
                return Err(Astray { at: here(), why });
            };
            let value = origin(value).map_err(|why| Astray { at: here(), why })?;
            parameters.push(Supplied { location, name: name.to_owned(), value });
        }
        let lacking = own.iter().find(|(location, name)| {
            let given = parameters.iter().any(|one| one.location == *location && one.name == *name);
            *location == ParameterLocation::Path && !given
        });
        if let Some((_, name)) = lacking {
            return Err(astray("parameters", format!("the link gives no value for `{name}` in the path")));
        }
        let body = self.document.value.pointer(at).and_then(|link| link.get("requestBody"));
        Ok(Lead { operation, parameters, body: body.map(body_of).unwrap_or_default() })
    }

    /// The operation that a local reference names, also where its path is a reference itself.
    fn referred(&self, text: &str) -> Option<String> {
        let at = pointer::from_fragment(text)?;
        let (path, method) = pointer::parent_and_last(&at)?;
        let (path, _) = view::resolve(&self.document.value, path).ok()?;
        let at = pointer::child(&path, &method);
        self.parameters.contains_key(at.as_str()).then_some(at)
    }
}

/// The parameter that a key of a link names: by its name, or by `path.name`.
fn named<'p>(own: &[(ParameterLocation, &'p str)], key: &str) -> Option<(ParameterLocation, &'p str)> {
    let plain = own.iter().find(|(_, name)| *name == key);
    let qualified = || {
        let (place, name) = key.split_once('.')?;
        own.iter().find(|(location, known)| location.name() == place && *known == name)
    };
    plain.copied().or_else(|| qualified().copied())
}

/// So many values of a body are given, and so deep.
const VALUES: usize = 64;
const DEPTH: usize = 8;

/// What a link gives to a body: a whole one, or the members of one. What cannot be told is left out.
fn body_of(value: &Value) -> Vec<(String, Origin)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value, DEPTH)];
    while let Some((at, value, depth)) = open.pop() {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let inside = members.iter().rev().filter(|_| depth > 0);
                open.extend(inside.map(|(name, value)| (pointer::child(&at, name), value, depth - 1)));
            }
            other if found.len() < VALUES => found.extend(origin(other).ok().map(|value| (at, value))),
            _ => break,
        }
    }
    found
}

fn origin(value: &Value) -> Result<Origin, String> {
    let Value::String(text) = value else { return Ok(Origin::Literal(value.clone())) };
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    if bare.starts_with('$') {
        return Expression::parse(bare).map(Origin::Exchange).map_err(|error| error.to_string());
    }
    if text.contains("{$") {
        return Err(format!("an expression inside of text is not followed: `{text}`"));
    }
    Ok(Origin::Literal(value.clone()))
}

#[cfg(test)]
mod tests;
