//! Refusals: which status, which codes, and a body that carries them.

use super::answer::Answer;
use super::intake::Breach;
use super::pointer::Pointer;
use super::sample::{Sample, Samples};
use crate::cause::Cause;
use crate::contract::expression::Part;
use crate::contract::model::{StatusRange, is_about_what_is_asked};
use crate::contract::{Contract, Expression, Operation};
use crate::generate::value::{Fill, Maker};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folded, Type};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// Every refusal of an operation, prepared.
pub(super) struct Refusals {
    by_status: HashMap<u16, Refusal>,
    /// The header that carries the code, where none is in the body.
    code_header: Option<HeaderName>,
}

/// The refusals with one status.
#[derive(Default)]
struct Refusal {
    headers: Vec<(HeaderName, HeaderValue)>,
    plain: Option<Body>,
    coded: Option<Body>,
}

/// A body and where in it codes and words stand.
struct Body {
    sample: Sample,
    /// The list of which each code has an item; pointers of code and words are then into an item.
    list: Option<String>,
    code: Option<(Pointer, bool)>,
    words: Vec<Pointer>,
    /// Where the body repeats the status.
    status: Option<Pointer>,
}

const WORDS: &[&str] = &[
    "message",
    "title",
    "detail",
    "details",
    "description",
    "error",
    "reason",
    "msg",
    "errorMessage",
    "error_description",
];
const STATUS: &[&str] = &["status", "statusCode", "httpStatus"];

/// The statuses of causes that have one of their own, the aptest first.
fn own_statuses(cause: Cause) -> &'static [u16] {
    match cause {
        Cause::Unauthenticated => &[401, 403],
        Cause::UnsupportedMediaType => &[415, 400, 422],
        Cause::NotFound => &[404, 410],
        Cause::Repeated => &[409, 400, 422],
        _ => &[400, 422],
    }
}

/// The status of a refusal for which the catalogue has none.
fn status(operation: &Operation, cause: Cause) -> u16 {
    let own = own_statuses(cause);
    let exact = |status: &u16| {
        operation.responses.iter().any(|response| response.status == StatusRange::Code(*status))
    };
    if let Some(status) = own.iter().find(|status| exact(status)) {
        return *status;
    }
    let first = own.first().copied().unwrap_or(400);
    if operation.responses.iter().any(|response| response.status == StatusRange::Class(4)) {
        return first;
    }
    if operation.response(first).is_some() || cause == Cause::Unauthenticated {
        return first;
    }
    if let Some(status) = [400, 403].iter().find(|status| cause == Cause::NotFound && exact(status)) {
        return *status;
    }
    // Who is let in is known by now.
    let is_apt = |code: u16| is_about_what_is_asked(code) && code != 403;
    let documented = operation.responses.iter().find_map(|response| match response.status {
        StatusRange::Code(code) if is_apt(code) => Some(code),
        _ => None,
    });
    documented.unwrap_or(first)
}

/// Whether the contract documents a refusal for what is not there.
pub(super) fn refuses_unknown(operation: &Operation) -> bool {
    let in_catalogue = code(operation, &Breach::new(Cause::NotFound, "")).is_some();
    in_catalogue || operation.response(status(operation, Cause::NotFound)).is_some()
}

/// Whether it says that something may be not there, or leaves that open.
pub(super) fn tells_unknown(operation: &Operation) -> bool {
    [404, 410].iter().any(|status| operation.response(*status).is_some())
}

/// The catalogue's code for what is wrong, and its status.
fn code<'o>(operation: &'o Operation, breach: &Breach) -> Option<(&'o str, u16)> {
    let behaviour = &operation.behaviour;
    let catalogue = &behaviour.errors.as_ref()?.catalogue;
    let found = behaviour.codes_however_read(breach.cause, &breach.place).first().copied()?;
    Some((found, catalogue.get(found)?.status))
}

impl Refusals {
    pub(super) fn new(samples: &Samples<'_>, operation: &Operation) -> Refusals {
        let catalogue = operation.behaviour.errors.iter().flat_map(|errors| errors.catalogue.values());
        let mut statuses: Vec<u16> = catalogue.map(|entry| entry.status).collect();
        let causes = [
            Cause::Unauthenticated,
            Cause::UnsupportedMediaType,
            Cause::NotFound,
            Cause::Repeated,
            Cause::Malformed,
        ];
        statuses.extend(causes.into_iter().map(|cause| status(operation, cause)));
        statuses.push(413);
        let by_status = statuses.into_iter().map(|status| (status, Refusal::new(samples, operation, status)));
        let code_header = match operation.behaviour.errors.as_ref().map(|errors| &errors.code) {
            Some(Expression::Response(Part::Header(name))) => HeaderName::try_from(name).ok(),
            _ => None,
        };
        Refusals { by_status: by_status.collect(), code_header }
    }

    /// The answer to a request with something wrong.
    pub(super) fn answer(&self, contract: &Contract, operation: &Operation, breaches: &[Breach]) -> Answer {
        let mut coded: Vec<(&str, &str)> = Vec::new();
        let mut chosen = None;
        for breach in breaches {
            let Some((code, status)) = code(operation, breach) else { continue };
            if *chosen.get_or_insert(status) == status && coded.iter().all(|(known, _)| *known != code) {
                coded.push((code, &breach.words));
            }
        }
        let cause = breaches.first().map_or(Cause::Malformed, |breach| breach.cause);
        let status = chosen.unwrap_or_else(|| status(operation, cause));
        let words = breaches.first().map_or("", |breach| &breach.words);
        self.with_status(contract, status, &coded, words)
    }

    /// The answer to a request that is larger than anything that is taken.
    pub(super) fn too_large(&self, contract: &Contract) -> Answer {
        self.with_status(contract, 413, &[], "the body is too large")
    }

    fn with_status(&self, contract: &Contract, status: u16, coded: &[(&str, &str)], words: &str) -> Answer {
        let mut answer = Answer::bare(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST));
        let Some(refusal) = self.by_status.get(&status) else { return answer };
        answer.headers.clone_from(&refusal.headers);
        let body = if coded.is_empty() { &refusal.plain } else { &refusal.coded };
        if let Some(body) = body.as_ref().or(refusal.plain.as_ref()) {
            answer.media = Some(body.sample.media.clone());
            answer.codec.clone_from(&body.sample.codec);
            answer.body = Some(body.value(contract, status, coded, words));
        }
        if let (Some(name), Some((code, _))) = (&self.code_header, coded.first())
            && let Ok(code) = HeaderValue::from_str(code)
        {
            answer.headers.retain(|(known, _)| known != name);
            answer.headers.push((name.clone(), code));
        }
        answer
    }
}

impl Refusal {
    fn new(samples: &Samples<'_>, operation: &Operation, status: u16) -> Refusal {
        let Some(response) = operation.response(status) else { return Refusal::default() };
        let code = operation.behaviour.errors.as_ref().and_then(|errors| errors.code.response_body());
        let body = |coded| samples.least(response).map(|sample| Body::new(samples, sample, code, coded));
        let headers = samples.headers(Some(response));
        Refusal { headers, plain: body(false), coded: code.and_then(|_| body(true)) }
    }
}

impl Body {
    fn new(samples: &Samples<'_>, mut sample: Sample, code: Option<&str>, coded: bool) -> Body {
        let places: Vec<String> = sample.schema.iter().map(|schema| schema.0.clone()).collect();
        let root = samples.flat(&places);
        let mut body = Body {
            list: None,
            code: None,
            words: Vec::new(),
            status: None,
            sample: Sample { value: Value::Null, ..sample },
        };
        let mut value = sample.value;
        if coded && let Some(code) = code {
            let mut stood = value.clone();
            let tokens: Vec<_> = pointer::tokens(code).collect();
            stand(&mut samples.maker(Fill::Required), &mut stood, &places, &tokens);
            value = stood;
        }
        if let Some(at) = code {
            let first = at.replace("/*", "/0");
            if value.pointer(&first).is_some() {
                let (list, inner) = match at.split_once("/*") {
                    Some((list, inner)) => (Some(list.to_owned()), inner.replace("/*", "/0")),
                    None => (None, first.clone()),
                };
                let flat = samples.below(Rc::clone(&root), &first);
                let holder = pointer::parent_and_last(&first).map_or("", |(parent, _)| parent);
                let near =
                    pointer::parent_and_last(&inner).map_or(String::new(), |(parent, _)| parent.to_owned());
                let named = samples.below(Rc::clone(&root), holder);
                body.words = words(samples, &named, &near);
                body.code = Some((
                    Pointer::new(&inner),
                    flat.main_type().is_some_and(|one| matches!(one, Type::Integer | Type::Number)),
                ));
                body.list = list;
            }
        }
        if body.code.is_none() {
            body.words = words(samples, &root, "");
        }
        let repeats = |name: &&&str| {
            let flat = root.properties.get(**name).map(|places| samples.flat(places));
            flat.is_some_and(|flat| flat.main_type() == Some(Type::Integer))
                && code != Some(&pointer::child("", name))
        };
        body.status = STATUS.iter().find(repeats).map(|name| Pointer::new(&pointer::child("", name)));
        sample.value = value;
        body.sample.value = sample.value;
        body
    }

    fn value(&self, contract: &Contract, status: u16, coded: &[(&str, &str)], text: &str) -> Value {
        let number = status.to_string();
        let stands_in = [(number.as_str(), text)];
        let all = if coded.is_empty() { &stands_in[..] } else { coded };
        for (codes, with_words) in [(all, true), (all, false), (&all[..1], true), (&all[..1], false)] {
            let value = self.filled(status, codes, with_words);
            let schema = self.sample.schema.as_ref();
            if schema.is_none_or(|schema| contract.schemas.accepts(schema, Side::Response, &value)) {
                return value;
            }
        }
        self.sample.value.clone()
    }

    fn filled(&self, status: u16, codes: &[(&str, &str)], with_words: bool) -> Value {
        let mut value = self.sample.value.clone();
        if value.is_string() {
            return codes.first().filter(|_| with_words).map_or(value, |(_, words)| json!(words));
        }
        if let Some(at) = self.status.as_ref().filter(|_| with_words) {
            at.set(&mut value, json!(status));
        }
        let one = |item: &mut Value, (code, words): &(&str, &str)| {
            if let Some((at, is_number)) = &self.code {
                let number = code.parse::<i64>().ok().filter(|_| *is_number);
                at.set(item, number.map_or_else(|| json!(code), |number| json!(number)));
            }
            for at in self.words.iter().filter(|_| with_words) {
                at.set(item, json!(words));
            }
        };
        let Some(list) = &self.list else {
            if let Some(first) = codes.first() {
                one(&mut value, first);
            }
            return value;
        };
        if let Some(Value::Array(items)) = value.pointer_mut(list) {
            let item = items.first().cloned().unwrap_or_default();
            *items = codes
                .iter()
                .map(|code| {
                    let mut item = item.clone();
                    if self.code.as_ref().is_some_and(|(at, _)| at.at.is_empty()) {
                        item = Value::Null;
                    }
                    one(&mut item, code);
                    item
                })
                .collect();
        }
        value
    }
}

/// Fills in what is needed for a place to be there.
fn stand(maker: &mut Maker<'_>, value: &mut Value, places: &[String], tokens: &[std::borrow::Cow<'_, str>]) {
    let Some((token, rest)) = tokens.split_first() else { return };
    let flat = maker.choose(places);
    if token == "*" || (value.is_array() && pointer::index(token).is_some()) {
        let places = flat.items.clone();
        if value.as_array().is_none_or(Vec::is_empty) {
            *value = json!([maker.make(&places)]);
        }
        if let Some(first) = value.get_mut(0) {
            stand(maker, first, &places, rest);
        }
        return;
    }
    let places = flat.properties.get(token.as_ref()).cloned().unwrap_or_default();
    if !value.is_object() {
        *value = json!({});
    }
    let wanted = value.get(token.as_ref()).is_none_or(Value::is_null);
    if wanted {
        value[token.as_ref()] = maker.make(&places).unwrap_or_default();
    }
    stand(maker, &mut value[token.as_ref()], &places, rest);
}

/// The properties of an object that say in words what is wrong.
fn words(samples: &Samples<'_>, holder: &Folded, at: &str) -> Vec<Pointer> {
    let free = holder.properties.iter().filter(|(name, places)| {
        WORDS.contains(&name.as_str()) && {
            let flat = samples.flat(places);
            flat.main_type() == Some(Type::String) && flat.is_free_text()
        }
    });
    free.map(|(name, _)| Pointer::new(&pointer::child(at, name))).collect()
}
