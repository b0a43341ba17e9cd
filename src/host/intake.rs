//! Taking a request in: its parameters and its body, checked against the contract.

use crate::cause::Cause;
use crate::contract::model::{self, MediaType, Parameter, ParameterLocation};
use crate::contract::{Contract, Operation};
use crate::json::{self, Text, pointer};
use crate::schema::folded::Folds;
use crate::schema::{SchemaAt, Side, ValidationError};
use crate::wire::body::{Came, Codec};
use crate::wire::parameter::{Reader, Reading};
use crate::wire::{Received, cookie, sequence, url};
use http::{HeaderMap, header};
use serde_json::Value;
use std::borrow::Cow;

/// A request, as far as it is read.
pub(super) struct Asked<'r> {
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    pub(super) query: Query,
    pub(super) headers: &'r HeaderMap,
    /// The body; none when it was too large to be read.
    pub(super) body: Option<&'r [u8]>,
}

/// A query string.
pub(super) struct Query {
    /// Its names, decoded, and their values as they came.
    pairs: Vec<(String, String)>,
    whole: Option<String>,
}

/// Values of parameters, by where they travel and by name.
pub(super) type Values = Vec<(ParameterLocation, String, Value)>;

/// A request that the contract allows.
#[derive(Default)]
pub(super) struct Admitted {
    pub(super) text: Option<Text>,
    pub(super) value: Option<Value>,
    pub(super) parameters: Values,
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
    /// JSON Pointer into the body, or a parameter as `query.NAME`; empty for what is neither.
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
    /// What reads each of them.
    codecs: Vec<Codec>,
}

struct Taking {
    parameter: Parameter,
    reader: Reader,
}

impl<'r> Asked<'r> {
    /// The same with another body.
    pub(super) fn with_body<'b>(&'b self, body: &'b [u8]) -> Asked<'b>
    where
        'r: 'b,
    {
        let Asked { method, path, headers, .. } = *self;
        Asked { method, path, query: Query::read(self.query.whole.as_deref()), headers, body: Some(body) }
    }

    /// Its path and query, as they came.
    pub(super) fn target(&self) -> Cow<'_, str> {
        match &self.query.whole {
            Some(query) => format!("{}?{query}", self.path).into(),
            None => self.path.into(),
        }
    }

    /// What stands outside of the body, with the values of the path.
    pub(super) fn received<'a>(&'a self, path: Vec<(Cow<'a, str>, &'a str)>) -> Received<'a> {
        let Query { pairs, whole } = &self.query;
        let query = pairs.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
        let fields = self.headers.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
        Received { path, query, querystring: whole.as_deref(), ..Received::default() }.with(fields)
    }
}

impl Query {
    pub(super) fn read(text: Option<&str>) -> Query {
        let pairs = url::query_pairs(text.unwrap_or_default());
        let pairs = pairs.map(|(name, value)| (url::query_decoded(name), value.to_owned())).collect();
        Query { pairs, whole: text.map(str::to_owned) }
    }

    pub(super) fn first(&self, name: &str) -> Option<String> {
        let (_, value) = self.pairs.iter().find(|(known, _)| known == name)?;
        Some(url::query_decoded(value))
    }
}

/// The value of a cookie, as it came.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.find_map(|line| {
        let (_, value) = cookie::pairs(line).find(|(known, _)| *known == name)?;
        Some(value.to_owned())
    })
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

impl From<ValidationError> for Breach {
    fn from(error: ValidationError) -> Breach {
        Breach::new(error.cause, &error.place).at(error.at)
    }
}

impl Intake {
    pub(super) fn new(folds: &Folds<'_>, operation: &Operation) -> Intake {
        let parameters = operation.parameters.iter().filter(|parameter| !is_said_elsewhere(parameter));
        let parameters = parameters.map(|parameter| Taking {
            parameter: parameter.clone(),
            reader: Reader::new(folds, operation, parameter),
        });
        let content = operation.body.iter().flat_map(|body| &body.content);
        Intake {
            parameters: parameters.collect(),
            body_required: operation.body.as_ref().map(|body| body.required),
            codecs: content.clone().map(|media| Codec::of(folds, media)).collect(),
            content: content.cloned().collect(),
        }
    }

    /// Reads a request, or tells all that is wrong with it.
    pub(super) fn take(
        &self,
        contract: &Contract,
        asked: &Asked<'_>,
        received: &Received<'_>,
    ) -> Result<Admitted, Refused> {
        let one = |cause, subject| Refused::Breaches(vec![Breach::of(cause, subject)]);
        let announced = asked.headers.get(header::CONTENT_TYPE);
        let empty = asked.body.is_some_and(<[u8]>::is_empty);
        let mut breaches = Vec::new();
        let mut admitted = Admitted { text: None, value: None, parameters: Vec::new() };
        match self.body_required {
            None => {}
            Some(true) if empty && announced.is_none() => breaches.push(Breach::new(Cause::Malformed, "")),
            Some(false) if empty && announced.is_none() => {}
            Some(_) => {
                let Some((media, codec)) =
                    self.content(announced.map(|name| String::from_utf8_lossy(name.as_bytes())).as_deref())
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
                    admitted.text = Some(text);
                    admitted.value = Some(value);
                } else if let (Some(schema), Some(kind)) = (&media.items, model::sequence(name)) {
                    for item in sequence::items(kind, name, bytes).into_iter().flatten() {
                        let Ok(text) = item else { return Err(one(Cause::Malformed, "the body")) };
                        breaches.extend(body_breaches(contract, schema, &text.to_value()));
                    }
                } else if !bytes.is_empty() || self.body_required == Some(true) {
                    let codec = if media.name.contains('*') { &codec.clone().named(name) } else { codec };
                    let Ok(Came { text, strays, .. }) =
                        codec.read(&contract.schemas, Side::Request, name, bytes)
                    else {
                        return Err(one(Cause::Malformed, "the body"));
                    };
                    let value = text.to_value();
                    breaches
                        .extend(strays.into_iter().map(|one| Breach::new(one.cause, &one.place).at(one.at)));
                    if let Some(schema) = &media.schema {
                        breaches.extend(body_breaches(contract, schema, &value));
                    }
                    admitted.text = Some(text);
                    admitted.value = Some(value);
                }
            }
        }
        for taking in &self.parameters {
            taking.take(contract, received, &mut admitted, &mut breaches);
        }
        if asked.body.is_none() {
            return Err(Refused::TooLarge);
        }
        if breaches.is_empty() { Ok(admitted) } else { Err(Refused::Breaches(breaches)) }
    }

    /// The media type that a request has by what it announces, and what reads it.
    fn content(&self, announced: Option<&str>) -> Option<(&MediaType, &Codec)> {
        let chosen = if let Some(name) = announced {
            model::choose(&self.content, name)?
        } else {
            let json = self.content.iter().find(|media| model::is_json(&media.name));
            json.or(self.content.first())?
        };
        let index = self.content.iter().position(|media| std::ptr::eq(media, chosen))?;
        Some((chosen, self.codecs.get(index)?))
    }
}

fn body_breaches(contract: &Contract, schema: &SchemaAt, value: &Value) -> Vec<Breach> {
    if contract.schemas.accepts(schema, Side::Request, value) {
        return Vec::new();
    }
    let found = contract.schemas.errors(schema, Side::Request, value);
    found.into_iter().map(Breach::from).collect()
}

/// Header parameters with these names are ignored, since the contract says them elsewhere.
fn is_said_elsewhere(parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Header
        && ["accept", "content-type", "authorization"]
            .iter()
            .any(|name| parameter.name.eq_ignore_ascii_case(name))
}

impl Taking {
    fn take(
        &self,
        contract: &Contract,
        received: &Received<'_>,
        admitted: &mut Admitted,
        breaches: &mut Vec<Breach>,
    ) {
        let Parameter { name, location, required, .. } = &self.parameter;
        let kind = match location {
            ParameterLocation::Path => "path parameter",
            ParameterLocation::Query => "query parameter",
            ParameterLocation::Querystring => "query string",
            ParameterLocation::Cookie => "cookie",
            ParameterLocation::Header => "header",
        };
        let breach = |cause: Cause, at: String| {
            let place = format!("{}.{name}", location.name());
            Breach { place, ..Breach::of(cause, &format!("the {kind} `{name}`")) }.at(at)
        };
        let schemas = &contract.schemas;
        let Some(reading) = self.reader.read(schemas, Side::Request, &self.parameter, received) else {
            if *required {
                let at = pointer::child(&self.parameter.at, "required");
                breaches.push(breach(Cause::Missing, at));
            }
            return;
        };
        let Reading { value, broken } = reading;
        if broken.is_empty() {
            admitted.parameters.push((*location, name.clone(), value.to_value()));
        }
        breaches.extend(broken.into_iter().map(|one| breach(one.cause, one.at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded() {
        let query = Query::read(Some("a=1&b=x%20y+z&a=2&&c"));
        let first = |name| query.first(name);
        assert_eq!(first("a"), Some("1".into()));
        assert_eq!((first("b"), first("c"), first("d")), (Some("x y z".into()), Some(String::new()), None));
    }
}
