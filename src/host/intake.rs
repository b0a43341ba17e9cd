//! Taking a request in: its parameters and its body, checked against the contract.

use super::styled::Shape;
use crate::cause::Cause;
use crate::contract::model::{self, Location, MediaType, Parameter};
use crate::contract::{Contract, Operation};
use crate::json::{self, Text, pointer};
use crate::schema::{SchemaAt, Side, Violation};
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, as far as it is read.
pub(super) struct Asked<'r> {
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    pub(super) query: Query,
    pub(super) headers: &'r HeaderMap,
    /// The body; none when it was too large to be read.
    pub(super) body: Option<&'r [u8]>,
}

/// The names of a query string, decoded, and their values as they came.
pub(super) struct Query(Vec<(String, String)>);

/// A request that the contract allows.
#[derive(Default)]
pub(super) struct Given {
    pub(super) text: Option<Text>,
    pub(super) value: Option<Value>,
    pub(super) parameters: Vec<(Location, String, Value)>,
}

/// Why a request is refused.
pub(super) enum Refused {
    /// The body has more bytes than are taken.
    TooLarge,
    /// The contract asks for something else.
    Breaches(Vec<Breach>),
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug)]
pub(super) struct Breach {
    pub(super) cause: Cause,
    /// JSON Pointer into the body; empty for what is not in it.
    pub(super) place: String,
    /// What is wrong, for a person.
    pub(super) words: String,
    /// JSON Pointer to what is broken in the contract; empty where no one keyword is.
    pub(super) at: String,
}

/// What an operation takes.
pub(super) struct Intake {
    parameters: Vec<Taking>,
    body_required: Option<bool>,
    content: Vec<MediaType>,
}

struct Taking {
    parameter: Parameter,
    shape: Shape,
}

impl Query {
    pub(super) fn read(text: Option<&str>) -> Query {
        let pairs = text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Query(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decoded(name), value.to_owned()))
                .collect(),
        )
    }

    pub(super) fn first(&self, name: &str) -> Option<String> {
        self.raw(name).next().map(decoded)
    }

    pub(super) fn raw<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.pairs().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The value of a cookie, as it came.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(value.to_owned())
}

impl Breach {
    pub(super) fn new(cause: Cause, place: &str) -> Breach {
        let name = if place.is_empty() { "the body".to_owned() } else { format!("`{place}`") };
        let words = format!("{name} {}", cause.words());
        Breach { cause, place: place.to_owned(), words, at: String::new() }
    }

    pub(super) fn of(cause: Cause, subject: &str) -> Breach {
        let words = format!("{subject} {}", cause.words());
        Breach { cause, place: String::new(), words, at: String::new() }
    }

    /// The same, of something in the contract.
    fn at(self, at: String) -> Breach {
        Breach { at, ..self }
    }
}

impl From<Violation> for Breach {
    fn from(violation: Violation) -> Breach {
        Breach::new(violation.cause, &violation.place).at(violation.at)
    }
}

impl Intake {
    pub(super) fn new(contract: &Contract, operation: &Operation) -> Intake {
        let parameters = operation.parameters.iter().filter(|parameter| !is_said_elsewhere(parameter));
        let parameters = parameters
            .map(|parameter| Taking { parameter: parameter.clone(), shape: Shape::of(contract, parameter) });
        Intake {
            parameters: parameters.collect(),
            body_required: operation.body.as_ref().map(|body| body.required),
            content: operation.body.as_ref().map(|body| body.content.clone()).unwrap_or_default(),
        }
    }

    /// Reads a request, or tells all that is wrong with it.
    pub(super) fn take(
        &self,
        contract: &Contract,
        asked: &Asked,
        path: &[(String, String)],
    ) -> Result<Given, Refused> {
        let one = |cause, subject| Refused::Breaches(vec![Breach::of(cause, subject)]);
        let announced = asked.headers.get(header::CONTENT_TYPE);
        let empty = asked.body.is_some_and(<[u8]>::is_empty);
        let mut breaches = Vec::new();
        let mut given = Given { text: None, value: None, parameters: Vec::new() };
        match self.body_required {
            None => {}
            Some(true) if empty && announced.is_none() => breaches.push(Breach::new(Cause::Malformed, "")),
            Some(false) if empty && announced.is_none() => {}
            Some(_) => {
                let Some(media) =
                    self.media(announced.map(|name| String::from_utf8_lossy(name.as_bytes())).as_deref())
                else {
                    return Err(one(Cause::UnsupportedMediaType, "the body"));
                };
                let Some(bytes) = asked.body else { return Err(Refused::TooLarge) };
                let name = announced.and_then(|name| name.to_str().ok()).unwrap_or(&media.name);
                if model::is_json(name) || (announced.is_none() && model::is_json(&media.name)) {
                    let Ok(text) = json::read(bytes) else { return Err(one(Cause::Malformed, "the body")) };
                    let value = text.to_value();
                    if let Some(schema) = &media.schema {
                        breaches.extend(body_breaches(contract, schema, &value));
                    }
                    given.text = Some(text);
                    given.value = Some(value);
                }
            }
        }
        for taking in &self.parameters {
            taking.take(contract, asked, path, &mut given, &mut breaches);
        }
        if asked.body.is_none() {
            return Err(Refused::TooLarge);
        }
        if breaches.is_empty() { Ok(given) } else { Err(Refused::Breaches(breaches)) }
    }

    fn media(&self, announced: Option<&str>) -> Option<&MediaType> {
        match announced {
            Some(name) => self.content.iter().find(|media| model::includes(&media.name, name)),
            None => self.content.iter().find(|media| model::is_json(&media.name)).or(self.content.first()),
        }
    }
}

fn body_breaches(contract: &Contract, schema: &SchemaAt, value: &Value) -> Vec<Breach> {
    if contract.schemas.accepts(schema, Side::Request, value) {
        return Vec::new();
    }
    let found = contract.schemas.violations(schema, Side::Request, value);
    found.into_iter().map(Breach::from).collect()
}

/// Header parameters with these names are ignored, since the contract says them elsewhere.
fn is_said_elsewhere(parameter: &Parameter) -> bool {
    parameter.location == Location::Header
        && ["accept", "content-type", "authorization"]
            .iter()
            .any(|name| parameter.name.eq_ignore_ascii_case(name))
}

impl Taking {
    fn take(
        &self,
        contract: &Contract,
        asked: &Asked,
        path: &[(String, String)],
        given: &mut Given,
        breaches: &mut Vec<Breach>,
    ) {
        let Parameter { name, location, required, schema, .. } = &self.parameter;
        let kind = match location {
            Location::Path => "path parameter",
            Location::Query => "query parameter",
            Location::Cookie => "cookie",
            Location::Header => "header",
        };
        let mut readings = self.shape.readings(&self.parameter, asked, path);
        if readings.is_empty() {
            if *required {
                let at = pointer::child(&self.parameter.at, "required");
                breaches.push(Breach::of(Cause::Missing, &format!("the {kind} `{name}`")).at(at));
            }
            return;
        }
        if let Some(schema) = schema {
            let good =
                readings.iter().position(|value| contract.schemas.accepts(schema, Side::Request, value));
            if let Some(good) = good {
                readings.swap(0, good);
            } else {
                let broken = contract.schemas.violations(schema, Side::Request, &readings[0]);
                breaches.extend(
                    broken
                        .into_iter()
                        .map(|one| Breach::of(one.cause, &format!("the {kind} `{name}`")).at(one.at)),
                );
                return;
            }
        }
        given.parameters.push((*location, name.clone(), readings.swap_remove(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded() {
        let query = Query::read(Some("a=1&b=x%20y+z&a=2&&c"));
        assert_eq!(query.raw("a").collect::<Vec<_>>(), ["1", "2"]);
        let first = |name| query.first(name);
        assert_eq!((first("b"), first("c"), first("d")), (Some("x y z".into()), Some(String::new()), None));
    }
}
