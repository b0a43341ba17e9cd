//! What the parameters of a request are worth.

mod doubt;
mod value;

use super::{Findings, Labeller};
use crate::cause::Cause;
use crate::contract::Operation;
use crate::contract::model::{Parameter, ParameterLocation};
use crate::exchange::{Parts, Pieces, Request};
use crate::json::{Kind, pointer};
use crate::plan::guard::changes;
use crate::plan::{Place, Violation};
use crate::schema::Side;
use crate::wire::parameter::{self, Reader};
use crate::wire::{Received, url};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A parameter, and its place in a request.
struct Own<'p> {
    parameter: &'p Parameter,
    place: Place,
}

/// Looks at every parameter of a request that no earlier answer supplies.
pub(super) fn parameters(
    labeller: &Labeller<'_>,
    operation: &Operation,
    request: &Request,
    seen: &mut Findings,
) {
    let open = request.parts.texts().any(Pieces::is_open);
    let own = |parameter: &&Parameter| !open || !is_supplied(operation, &request.parts, parameter);
    let nobodys = |parameter: &&Parameter| {
        parameter.location == ParameterLocation::Path
            && (changes(&request.method)
                || !labeller.documents(parameter, |value| sends(operation, request, parameter, value)))
    };
    if operation.parameters.iter().filter(own).any(|parameter| nobodys(&parameter)) {
        seen.silent("whether the resource that the path names exists is not known");
    }
    let unread = |parameter: &&Parameter| {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        parameter.required && labeller.flats.at(&places).unread
    };
    for parameter in operation.parameters.iter().filter(own).filter(unread) {
        seen.silent(format!("what the contract says of `{}` cannot be read in full", parameter.name));
    }
    let found = labeller.found(operation, request);
    let mut optional = 0;
    for (index, found) in found.iter() {
        let parameter = index.and_then(|index| operation.parameters.get(index));
        if parameter.is_some_and(|parameter| !own(&parameter)) {
            continue;
        }
        match found {
            Found::Broken(violations) => seen.violations.extend(violations.iter().cloned()),
            Found::Silent(why) => seen.silent(why.clone()),
            Found::There => optional += usize::from(parameter.is_some_and(|parameter| !parameter.required)),
        }
    }
    if optional > 1 {
        seen.silent("whether parameters that may be left out go together is not said");
    }
}

impl Findings {
    /// The parameters of a request that name another resource, of which nobody said that it exists.
    pub(super) fn parameters_that_name(
        &mut self,
        labeller: &Labeller<'_>,
        operation: &Operation,
        request: &Request,
    ) {
        let silent = operation.behaviour.silent.iter().filter(|silence| silence.cause == Cause::NotFound);
        for silence in silent {
            let readers = labeller.readers(operation);
            let mut all = operation.parameters.iter().zip(readers.iter());
            let named = all.find(|(one, _)| place(one).stated() == silence.place);
            let own = named.filter(|(one, _)| !is_supplied(operation, &request.parts, one));
            let Some((parameter, reader)) = own else { continue };
            let place = place(parameter);
            // What is itself invalid names nothing.
            if self.violations.iter().any(|violation| violation.place == place) {
                continue;
            }
            let target = request.path();
            let (path, query) = url::parts(target.as_str());
            let came = Received::at(&operation.path, path, query).with(request.fields());
            let reading = reader.read(&labeller.contract.schemas, Side::Request, parameter, &came);
            let Some(value) = reading.map(|reading| reading.value.to_value()) else { continue };
            if !labeller.documents(parameter, |known| *known == value) {
                self.silent(silence.because.clone());
                let at = operation.behaviour.at.errors.clone();
                self.perhaps.push(Violation { cause: Cause::NotFound, place, keyword: None, at });
            }
        }
    }
}

/// Where a parameter stands in a request.
fn place(parameter: &Parameter) -> Place {
    let name = parameter.name.clone();
    match parameter.location {
        ParameterLocation::Header => Place::Header(name),
        ParameterLocation::Path => Place::Path(name),
        ParameterLocation::Query => Place::Query(name),
        ParameterLocation::Querystring => Place::Querystring(name),
        ParameterLocation::Cookie => Place::Cookie(name),
    }
}

/// Whether a request has a value as a parameter.
fn sends(operation: &Operation, request: &Request, parameter: &Parameter, value: &Value) -> bool {
    let Some(text) = parameter::written(parameter, value) else { return false };
    let is = |own: &Pieces| own.as_str() == text;
    let Parts { path, query, cookies, .. } = &*request.parts;
    match parameter.location {
        ParameterLocation::Path => {
            let hole = format!("{{{}}}", parameter.name);
            let mut pairs = operation.path.split('/').zip(path);
            pairs.any(|(template, own)| template == hole && is(own))
        }
        ParameterLocation::Query | ParameterLocation::Querystring => query.iter().any(is),
        ParameterLocation::Cookie => cookies.iter().any(is),
        ParameterLocation::Header => request.header(&parameter.name).is_some_and(|own| own == text),
    }
}

/// Whether an earlier answer supplies a parameter.
fn is_supplied(operation: &Operation, parts: &Parts, parameter: &Parameter) -> bool {
    let name = &parameter.name;
    let open = |texts: &[Pieces]| {
        texts.iter().any(|text| text.is_open() && text.as_str().split('=').next() == Some(name))
    };
    match parameter.location {
        ParameterLocation::Path => {
            let hole = format!("{{{name}}}");
            let pairs = operation.path.split('/').zip(&parts.path);
            pairs.into_iter().any(|(template, text)| text.is_open() && template.contains(&hole))
        }
        ParameterLocation::Query | ParameterLocation::Querystring => open(&parts.query),
        ParameterLocation::Cookie => open(&parts.cookies),
        ParameterLocation::Header => {
            let mut fields = parts.fields.iter();
            fields.any(|(known, text)| text.is_open() && known.eq_ignore_ascii_case(name))
        }
    }
}

/// What is found of parameters, by the index of the parameter, or of what is none.
type All = Rc<Vec<(Option<usize>, Found)>>;

/// What is found of a parameter.
pub(super) enum Found {
    /// It is there.
    There,
    /// It must be refused.
    Broken(Vec<Violation>),
    /// One cannot tell, and why.
    Silent(String),
}

/// What is known of a request that others share.
#[derive(Default)]
pub(super) struct Known {
    /// The readers of parameters by their operation.
    readers: HashMap<String, Rc<Vec<Reader>>>,
    /// What was found last: most requests of an operation differ in nothing but the body.
    last: Option<(String, Arc<Parts>, All)>,
}

impl Labeller<'_> {
    /// Whether a value that is documented for a parameter, or for what it holds, is so.
    fn documents(&self, parameter: &Parameter, is: impl Fn(&Value) -> bool) -> bool {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        self.contract.known_value(parameter).is_some_and(&is)
            || parameter.examples.iter().any(|example| is(&example.value))
            || self.flats.at(&places).examples.iter().any(&is)
    }

    fn readers(&self, operation: &Operation) -> Rc<Vec<Reader>> {
        let mut known = self.known.borrow_mut();
        if let Some(readers) = known.readers.get(&operation.id) {
            return Rc::clone(readers);
        }
        let each = operation.parameters.iter();
        let readers = each.map(|parameter| Reader::new(&self.flats, operation, parameter));
        let readers: Rc<Vec<Reader>> = Rc::new(readers.collect());
        known.readers.insert(operation.id.clone(), Rc::clone(&readers));
        readers
    }

    fn found(&self, operation: &Operation, request: &Request) -> All {
        if let Some((id, parts, found)) = &self.known.borrow().last
            && Arc::ptr_eq(parts, &request.parts)
            && *id == operation.id
        {
            return Rc::clone(found);
        }
        let target = request.path();
        let (path, query) = url::parts(target.as_str());
        let came = Received::at(&operation.path, path, query).with(request.fields());
        let readers = self.readers(operation);
        let mut all = Vec::new();
        for (index, (parameter, reader)) in operation.parameters.iter().zip(readers.iter()).enumerate() {
            if parameter.location == ParameterLocation::Header && is_reserved_header(&parameter.name) {
                continue;
            }
            let documents = || self.documents(parameter, |value| sends(operation, request, parameter, value));
            let own = Own { parameter, place: place(parameter) };
            let found = self.found_of(&own, reader, &came, &documents);
            all.extend(found.into_iter().map(|one| (Some(index), one)));
        }
        if doubt::is_undeclared(operation, &readers, &came) {
            let why = "what becomes of a parameter that is not declared is not said".to_owned();
            all.push((None, Found::Silent(why)));
        }
        let all = Rc::new(all);
        let last = (operation.id.clone(), Arc::clone(&request.parts), Rc::clone(&all));
        self.known.borrow_mut().last = Some(last);
        all
    }

    /// What is found of one parameter.
    fn found_of(
        &self,
        own: &Own<'_>,
        reader: &Reader,
        came: &Received<'_>,
        documents: &dyn Fn() -> bool,
    ) -> Vec<Found> {
        let parameter = own.parameter;
        let is_header = parameter.location == ParameterLocation::Header;
        let reading = reader.read(&self.contract.schemas, Side::Request, parameter, came);
        if let Some(why) = doubt::of_names(own, came, reader.may_be_list()) {
            return vec![Found::Silent(why.to_owned())];
        }
        let Some(reading) = reading else {
            if !parameter.required || parameter.location == ParameterLocation::Path {
                return Vec::new();
            }
            let at = pointer::child(&parameter.at, "required");
            let (place, keyword) = (own.place.clone(), Some("required".into()));
            return vec![Found::Broken(vec![Violation { cause: Cause::Missing, place, keyword, at }])];
        };
        let mut found = vec![Found::There];
        if is_header && depends_on_more(&parameter.name) {
            let why = format!("what `{}` has to be depends on more than its schema", parameter.name);
            found.push(Found::Silent(why));
        }
        let is_broken = !reading.broken.is_empty();
        if is_header && is_broken && is_known_to_http(&parameter.name) {
            let why =
                format!("what becomes of a `{}` that cannot be read is for HTTP to say", parameter.name);
            found.push(Found::Silent(why));
            return found;
        }
        let texts = reader.texts(parameter, came);
        // What is no value, and must not be missing, is wrong however it is read.
        let wrong = is_broken && parameter.required && doubt::are_empty(&texts);
        let is_list = matches!(reading.value.kind, Kind::Array(_));
        let doubt = doubt::of_texts(&texts).or_else(|| doubt::of_items(own, &texts, is_list));
        match doubt.filter(|_| !wrong) {
            Some(why) => found.push(Found::Silent(why.to_owned())),
            None => found.extend(value::found(self, own, reading, documents())),
        }
        found
    }
}

/// Header parameters that `OpenAPI` says elsewhere or that belong to the connection.
pub(in crate::plan) fn is_reserved_header(name: &str) -> bool {
    const RESERVED: [&str; 9] = [
        "accept",
        "content-type",
        "authorization",
        "content-length",
        "host",
        "transfer-encoding",
        "connection",
        "expect",
        "te",
    ];
    RESERVED.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Header parameters whose value goes with the body, with the state of the resource, or with what
/// was sent before.
fn depends_on_more(name: &str) -> bool {
    const KNOWN: [&str; 13] = [
        "content-encoding",
        "content-md5",
        "content-digest",
        "repr-digest",
        "digest",
        "signature",
        "signature-input",
        "x-signature",
        "idempotency-key",
        "x-idempotency-key",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
    ];
    KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Header parameters that HTTP, or a standard beside it, has for any API, and mostly says of that what
/// cannot be read there is to be ignored.
fn is_known_to_http(name: &str) -> bool {
    const KNOWN: [&str; 24] = [
        "range",
        "if-range",
        "if-modified-since",
        "cache-control",
        "pragma",
        "date",
        "from",
        "referer",
        "origin",
        "user-agent",
        "via",
        "upgrade",
        "prefer",
        "priority",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "traceparent",
        "tracestate",
        "baggage",
        "x-request-id",
        "x-correlation-id",
        "dnt",
    ];
    name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("accept-"))
        || depends_on_more(name)
        || KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known))
}
