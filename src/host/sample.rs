//! Valid values for answers, made once for each.

use crate::contract::Contract;
use crate::contract::model::{self, Header, MediaType, Response, Sequence, is_json};
use crate::generate::random::Random;
use crate::generate::value::{Fill, Maker};
use crate::json::pointer;
use crate::schema::folded::{Folded, Folds};
use crate::schema::{SchemaAt, Side};
use crate::wire::body::{Codec, Notation};
use crate::wire::{disposition, sequence};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// Where values for answers come from.
pub(super) struct Samples<'c> {
    contract: &'c Contract,
    answers: Rc<Folds<'c>>,
    requests: Rc<Folds<'c>>,
}

/// The body of an answer before anything of the request is in it.
pub(super) struct Sample {
    pub(super) media: HeaderValue,
    /// How it is written, where that is not JSON.
    pub(super) codec: Option<Arc<Codec>>,
    pub(super) schema: Option<SchemaAt>,
    pub(super) value: Value,
}

const TRIES: u64 = 20;

/// The schemas as answers see them: what a maker leaves out of requests stands in answers.
pub(super) fn answered(contract: &Contract) -> Cow<'_, Value> {
    let raw = contract.schemas.raw(Side::Response);
    if !is_flagged(raw) {
        return Cow::Borrowed(raw);
    }
    let mut turned = raw.clone();
    turn(&mut turned);
    Cow::Owned(turned)
}

impl<'c> Samples<'c> {
    /// Those for a contract whose answers have these schemas.
    pub(super) fn new(contract: &'c Contract, answered: &'c Value) -> Samples<'c> {
        let requests = Folds::new(contract.schemas.raw(Side::Request));
        Samples { contract, answers: Folds::new(answered).into(), requests: requests.into() }
    }

    /// A maker of values for answers.
    pub(super) fn maker(&self, fill: Fill) -> Maker<'c> {
        Maker::of(Rc::clone(&self.answers), Random::named(0, "host"), fill, true)
    }

    /// The folded schemas of requests.
    pub(super) fn requests(&self) -> &Rc<Folds<'c>> {
        &self.requests
    }

    /// The folded schema of places in an answer.
    pub(super) fn flat(&self, places: &[String]) -> Rc<Folded> {
        self.maker(Fill::All).choose(places)
    }

    /// The folded schema of what stands at a pointer below it.
    pub(super) fn below(&self, flat: Rc<Folded>, at: &str) -> Rc<Folded> {
        pointer::tokens(at).fold(flat, |flat, token| self.flat(&flat.below(&token)))
    }

    /// The folded schema of places in a request.
    pub(super) fn asked(&self, places: &[String]) -> Rc<Folded> {
        Maker::of(Rc::clone(&self.requests), Random::named(0, "host"), Fill::All, true).choose(places)
    }

    /// Whether an answer may hold a value.
    pub(super) fn accepts(&self, schema: Option<&SchemaAt>, value: &Value) -> bool {
        schema.is_none_or(|schema| self.contract.schemas.accepts(schema, Side::Response, value))
    }

    /// The body of an answer to a request that was accepted, everything that is declared in it.
    pub(super) fn full(&self, response: &Response) -> Option<Sample> {
        self.sample(response, |maker, media, places| {
            let made = maker.make(places);
            let example = media.examples.first().map(|example| &example.value);
            let merged = match (&made, example) {
                (Some(made), Some(example)) => Some(merged(made, example)),
                _ => None,
            };
            maker.fill = Fill::Required;
            let least = maker.make(places);
            [merged, example.cloned(), made, least].into_iter().flatten().collect()
        })
    }

    /// The body of an answer with only what must be in it.
    pub(super) fn least(&self, response: &Response) -> Option<Sample> {
        self.sample(response, |maker, media, places| {
            maker.fill = Fill::Required;
            let made = maker.make(places);
            made.into_iter().chain(media.examples.iter().map(|example| example.value.clone())).collect()
        })
    }

    fn sample(
        &self,
        response: &Response,
        candidates: impl Fn(&mut Maker<'_>, &MediaType, &[String]) -> Vec<Value>,
    ) -> Option<Sample> {
        let json = |media: &&MediaType| is_json(&media.name) || media.name == "*/*";
        let media = response.content.iter().find(json).or_else(|| response.content.first())?;
        if let Some(sequence) = self.sequence(media) {
            return Some(sequence);
        }
        let name = if media.name == "*/*" || media.name.ends_with("/*") && !is_json(&media.name) {
            if media.name.starts_with("text") { "text/plain" } else { "application/json" }
        } else {
            &media.name
        };
        let places: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        let mut maker = self.maker(Fill::All);
        let mut found = candidates(&mut maker, media, &places);
        let quiet: Vec<Value> = found.iter().map(quiet).collect();
        found = quiet.into_iter().chain(found).collect();
        let fits = |value: &Value| self.accepts(media.schema.as_ref(), value);
        let strictly = || {
            [Fill::All, Fill::Required].into_iter().find_map(|fill| {
                let mut maker = self.maker(fill);
                (maker.strict, maker.outside) = (true, true);
                maker.make(&places).filter(fits)
            })
        };
        let value = found.iter().find(|value| fits(value)).cloned().or_else(strictly).or_else(|| {
            (0..TRIES).find_map(|seed| {
                let random = Random::named(seed, &response.at);
                let mut maker = Maker::of(Rc::clone(&self.answers), random, Fill::Random, false);
                maker.make(&places).filter(fits)
            })
        });
        Some(Sample {
            media: HeaderValue::from_str(name).ok()?,
            codec: self.codec(media, name),
            schema: media.schema.clone(),
            value: value.or_else(|| found.into_iter().next()).unwrap_or_default(),
        })
    }

    /// Two items of a media type that is a sequence of some, as the text that they are.
    fn sequence(&self, media: &MediaType) -> Option<Sample> {
        let (schema, kind) = (media.items.as_ref()?, model::sequence(&media.name)?);
        let mut maker = self.maker(Fill::All);
        let item = maker.make(std::slice::from_ref(&schema.0));
        let item = item.filter(|item| self.accepts(Some(schema), item));
        // A sequence of nothing is one.
        let two = item.and_then(|item| sequence::written(kind, &[item.clone(), item]));
        let text = String::from_utf8(two.or_else(|| sequence::written(kind, &[]))?).ok()?;
        let name = match kind {
            Sequence::Parts => format!("multipart/mixed; boundary={}", sequence::BOUNDARY),
            _ => media.name.clone(),
        };
        let media = HeaderValue::from_str(&name).ok()?;
        Some(Sample { media, codec: None, schema: None, value: text.into() })
    }

    fn codec(&self, media: &MediaType, name: &str) -> Option<Arc<Codec>> {
        let is_structured = matches!(Notation::of(name), Notation::Xml | Notation::Form);
        let folds = || Folds::new(self.contract.schemas.raw(Side::Response));
        is_structured.then(|| Arc::new(Codec::of(&folds(), media).named(name)))
    }

    /// The headers that an answer must carry.
    pub(super) fn headers(&self, response: Option<&Response>) -> Vec<(HeaderName, HeaderValue)> {
        let required =
            response.into_iter().flat_map(|response| &response.headers).filter(|header| header.required);
        required
            .filter_map(|header| Some((HeaderName::try_from(&header.name).ok()?, self.header(header)?)))
            .collect()
    }

    fn header(&self, header: &Header) -> Option<HeaderValue> {
        let value = header
            .value_schema()
            .and_then(|schema| self.maker(Fill::Required).make(std::slice::from_ref(&schema.0)));
        let text = match (&header.content, value) {
            (Some(media), value) => self.as_media(media, value.as_ref())?,
            (None, value) => in_a_style(&header.name, value),
        };
        HeaderValue::from_str(&text).ok()
    }

    /// A value as the media type of a header has it.
    fn as_media(&self, media: &MediaType, value: Option<&Value>) -> Option<String> {
        let codec = Codec::of(&Folds::new(self.contract.schemas.raw(Side::Response)), media);
        let fallback = Value::from("probity");
        String::from_utf8(codec.write(value.unwrap_or(&fallback))?).ok()
    }
}

/// A value of a header in its style.
fn in_a_style(name: &str, value: Option<Value>) -> String {
    match value {
        // Any text could be one of its names only within its form.
        Some(Value::String(text)) if name.eq_ignore_ascii_case("content-disposition") => {
            if disposition::mistake(&text).is_none() {
                text
            } else {
                "attachment".to_owned()
            }
        }
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
        None => "probity".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_flagged(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            ["readOnly", "writeOnly"].iter().any(|flag| members.get(*flag) == Some(&json!(true)))
                || members.values().any(is_flagged)
        }
        Value::Array(items) => items.iter().any(is_flagged),
        _ => false,
    }
}

/// Makers leave out what is `readOnly`, since requests do; in answers that is `writeOnly`.
fn turn(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let hidden = members.get("writeOnly") == Some(&json!(true));
            if members.get("readOnly").is_some_and(Value::is_boolean) || hidden {
                members.insert("readOnly".into(), json!(hidden));
            }
            members.values_mut().for_each(turn);
        }
        Value::Array(items) => items.iter_mut().for_each(turn),
        _ => {}
    }
}

fn merged(made: &Value, example: &Value) -> Value {
    match (made, example) {
        (Value::Object(made), Value::Object(example)) => {
            let mut both = made.clone();
            for (name, member) in example {
                let one = made.get(name).map_or_else(|| member.clone(), |made| merged(made, member));
                both.insert(name.clone(), one);
            }
            Value::Object(both)
        }
        _ => example.clone(),
    }
}

/// Without the items that a maker puts into a list about whose items nothing is said.
fn quiet(value: &Value) -> Value {
    match value {
        Value::Array(items) if *items == [json!("any")] => json!([]),
        Value::Array(items) => items.iter().map(quiet).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), quiet(member))).collect()
        }
        other => other.clone(),
    }
}
