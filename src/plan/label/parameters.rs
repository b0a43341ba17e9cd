//! What the parameters of a request are worth.

use super::{Findings, Labeller, querystring, silence, two_readings};
use crate::cause::Cause;
use crate::contract::Operation;
use crate::contract::model::{Parameter, ParameterLocation};
use crate::exchange::{Parts, Pieces, Request};
use crate::json::pointer;
use crate::plan::guard::changes;
use crate::plan::{Place, Violation};
use crate::schema::folded::Type;
use crate::schema::{Side, ValidationError};
use crate::wire::parameter::{self, Reader, Reading};
use crate::wire::{Received, url};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Looks at every parameter of a request that no earlier answer supplies.
pub(super) fn parameters(
    labeller: &Labeller<'_>,
    operation: &Operation,
    request: &Request,
    seen: &mut Findings,
) {
    let contract = labeller.contract;
    let open = request.parts.texts().any(Pieces::is_open);
    let own = |parameter: &&Parameter| !open || !is_supplied(operation, &request.parts, parameter);
    let listed = |parameter: &Parameter| {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        let flat = labeller.flats.at(&places);
        flat.listed.is_some() || flat.types == [Type::Boolean]
    };
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
    // A number that names no resource is not looked up.
    let amount = |parameter: &Parameter| {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        let types = &labeller.flats.at(&places).types;
        let number = |one: &Type| matches!(one, Type::Integer | Type::Number);
        !types.is_empty() && types.iter().all(number) && !labeller.resources.are_named_at(&parameter.name)
    };
    let looked_up = |parameter: &&Parameter| {
        matches!(parameter.location, ParameterLocation::Query | ParameterLocation::Cookie)
            && parameter.required
            && !labeller.documents(parameter, |value| sends(operation, request, parameter, value))
            && !listed(parameter)
            && !amount(parameter)
    };
    for parameter in operation.parameters.iter().filter(own).filter(looked_up) {
        seen.silent(format!("which values of `{}` a host knows is not said", parameter.name));
    }
    let unread = |parameter: &Parameter| {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        labeller.flats.at(&places).unread_pattern
    };
    if operation.parameters.iter().filter(own).any(unread) {
        seen.silent(silence::UNREAD_PATTERN);
    }
    let readers = labeller.readers(operation);
    let came = Received::default().with(request.fields());
    for (parameter, reader) in operation.parameters.iter().zip(readers.iter()) {
        let is_header =
            parameter.location == ParameterLocation::Header && !is_reserved_header(&parameter.name);
        if !own(&parameter) || !is_header {
            continue;
        }
        let place = Place::Header(parameter.name.clone());
        let Some(Reading { value, broken }) = reader.read(&contract.schemas, Side::Request, parameter, &came)
        else {
            if parameter.required {
                let at = pointer::child(&parameter.at, "required");
                seen.violation(Cause::Missing, place, Some("required".into()), &at);
            }
            continue;
        };
        if depends_on_more(&parameter.name) {
            seen.silent(format!("what `{}` has to be depends on more than its schema", parameter.name));
        }
        for broken in broken {
            seen.violation(broken.cause, place.clone(), Some(broken.keyword), &broken.at);
        }
        let value = value.to_value();
        if let Some(schema) = &parameter.schema
            && contract.schemas.is_unclear(schema, Side::Request, &value)
        {
            seen.silent(two_readings(contract));
        }
        if parameter.schema.is_some()
            && !listed(parameter)
            && !parameter.examples.iter().any(|example| example.value == value)
        {
            seen.silent(format!("which values of `{}` a host knows is not said", parameter.name));
        }
    }
    for (index, found) in labeller.elsewhere(operation, request).iter() {
        if own(&&operation.parameters[*index]) {
            match found {
                Found::Broken(violations) => seen.violations.extend(violations.iter().cloned()),
                Found::Silent(why) => seen.silent(why.clone()),
            }
        }
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
            let named = operation.parameters.iter().find(|one| place(one).stated() == silence.place);
            let Some(parameter) = named.filter(|one| !is_supplied(operation, &request.parts, one)) else {
                continue;
            };
            let place = place(parameter);
            // What is itself invalid names nothing.
            if self.violations.iter().any(|violation| violation.place == place) {
                continue;
            }
            let target = request.path();
            let (path, query) = url::parts(target.as_str());
            let came = Received::at(&operation.path, path, query).with(request.fields());
            let reader = Reader::new(&labeller.flats, operation, parameter);
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

/// What is found of parameters that are no headers, by the index of the parameter.
type Elsewhere = Rc<Vec<(usize, Found)>>;

/// What is found of a parameter.
pub(super) enum Found {
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
    last: Option<(String, Arc<Parts>, Elsewhere)>,
}

impl Labeller<'_> {
    /// Whether a value that is documented for a parameter, or for what it holds, is so.
    fn documents(&self, parameter: &Parameter, is: impl Fn(&Value) -> bool) -> bool {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        self.contract.known_value(parameter).is_some_and(&is)
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

    fn elsewhere(&self, operation: &Operation, request: &Request) -> Elsewhere {
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
        let mut found = Vec::new();
        for (index, (parameter, reader)) in operation.parameters.iter().zip(readers.iter()).enumerate() {
            if parameter.location == ParameterLocation::Header {
                continue;
            }
            let place = place(parameter);
            match reader.read(&self.contract.schemas, Side::Request, parameter, &came) {
                None if parameter.required && parameter.location != ParameterLocation::Path => {
                    let at = pointer::child(&parameter.at, "required");
                    let keyword = Some("required".into());
                    let missing = Violation { cause: Cause::Missing, place, keyword, at };
                    found.push((index, Found::Broken(vec![missing])));
                }
                Some(reading) if parameter.location == ParameterLocation::Querystring => {
                    let each = querystring::found(self, parameter, reading).into_iter();
                    found.extend(each.map(|one| (index, one)));
                }
                Some(Reading { broken, .. }) if !broken.is_empty() => {
                    let violation = |one: ValidationError| Violation {
                        cause: one.cause,
                        place: place.clone(),
                        keyword: Some(one.keyword),
                        at: one.at,
                    };
                    found.push((index, Found::Broken(broken.into_iter().map(violation).collect())));
                }
                Some(Reading { value, .. })
                    if parameter.schema.as_ref().is_some_and(|schema| {
                        self.contract.schemas.is_unclear(schema, Side::Request, &value.to_value())
                    }) =>
                {
                    found.push((index, Found::Silent(two_readings(self.contract).to_owned())));
                }
                _ => {}
            }
        }
        let found = Rc::new(found);
        let last = (operation.id.clone(), Arc::clone(&request.parts), Rc::clone(&found));
        self.known.borrow_mut().last = Some(last);
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
