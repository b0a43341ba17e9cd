//! Cases of parameters: with and without each, its values, and what breaks it.

mod broken;
mod spelt;
mod valid;

use super::base::Base;
use super::{About, Deriver, Texts, is_reserved, value_of};
use crate::contract::model::Parameter;
use crate::contract::{ParameterLocation, SecurityScheme};
use crate::exchange::{Pieces, Request};
use crate::plan::Place;
use crate::plan::guard;
use crate::wire::parameter;
use serde_json::Value;
use spelt::Tried;

/// So many bytes of a parameter any host reads: more may be too long for a line of a request.
const LONGEST: usize = 4000;

/// What requests about parameters are built on.
struct Sheet<'s> {
    request: &'s Request,
    base: Option<&'s Base>,
    /// What every request needs.
    texts: Texts,
}

/// A parameter that cases are about.
struct Subject<'c> {
    parameter: &'c Parameter,
    /// Its index in the operation.
    index: usize,
    places: Vec<String>,
    value: Value,
}

/// What a case about a parameter is about.
#[derive(Clone, Copy)]
struct Of<'a> {
    worth: u8,
    kind: &'a str,
    variant: &'a str,
    words: &'a str,
}

impl Subject<'_> {
    fn place(&self) -> Place {
        let name = self.parameter.name.clone();
        match self.parameter.location {
            ParameterLocation::Path => Place::Path(name),
            ParameterLocation::Query => Place::Query(name),
            ParameterLocation::Querystring => Place::Querystring(name),
            ParameterLocation::Header => Place::Header(name),
            ParameterLocation::Cookie => Place::Cookie(name),
        }
    }

    /// The same in words.
    fn name(&self) -> String {
        let kind = match self.parameter.location {
            ParameterLocation::Path => "path parameter",
            ParameterLocation::Query => "query parameter",
            ParameterLocation::Querystring => "query string",
            ParameterLocation::Header => "header",
            ParameterLocation::Cookie => "cookie",
        };
        format!("the {kind} `{}`", self.parameter.name)
    }
}

impl<'c> Deriver<'c> {
    /// Leaves out, varies and breaks every parameter.
    pub(super) fn parameters(&mut self, request: &Request, base: Option<&Base>) {
        let (ways, index) = (self.ways, self.index);
        let Some(texts) = self.needed(&|parameter| ways.number(index, parameter)) else { return };
        let sheet = Sheet { request, base, texts };
        let subjects = self.subjects();
        self.together(&sheet, &subjects);
        let (mut free, mut tried) = (0, Tried::default());
        for subject in &subjects {
            self.present(&sheet, subject);
            self.absent(&sheet, subject);
            self.examples(&sheet, subject);
            self.broken(&sheet, subject, &mut free);
            self.spelt(&sheet, subject, &mut tried);
        }
        self.undeclared(&sheet, &subjects);
    }

    /// The parameters that can be sent, each with a value.
    fn subjects(&mut self) -> Vec<Subject<'c>> {
        let operation = self.operation;
        let mut found = Vec::new();
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let unnamed = || !operation.path.contains(&format!("{{{}}}", parameter.name));
            let is_aside = match parameter.location {
                ParameterLocation::Querystring => true,
                ParameterLocation::Path => unnamed(),
                _ => is_reserved(parameter) || self.lets_in(parameter),
            };
            if is_aside {
                continue;
            }
            let Some(value) = self.value(parameter) else {
                self.no_parameter(parameter);
                continue;
            };
            let places = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
            found.push(Subject { parameter, index, places, value });
        }
        found
    }

    /// A value of a parameter that can be written.
    fn value(&self, parameter: &Parameter) -> Option<Value> {
        let value = value_of(self.labeller, self.wishes.seed, self.operation, parameter)?;
        parameter::written(parameter, &value).map(|_| value)
    }

    /// Whether a parameter is what credentials are sent as.
    fn lets_in(&self, parameter: &Parameter) -> bool {
        self.contract.schemes.values().any(|scheme| match scheme {
            SecurityScheme::ApiKey { location, name, .. } => {
                *location == parameter.location && name.eq_ignore_ascii_case(&parameter.name)
            }
            _ => false,
        })
    }

    /// Whether the operation only reads, so that requests cost nothing but themselves.
    fn only_reads(&self) -> bool {
        guard::is_safe(&self.operation.method)
    }

    /// Sends a request in which a parameter is written so, or left out.
    fn about(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>, of: Of<'_>, text: Option<Pieces>) {
        let mut texts = sheet.texts.clone();
        texts[subject.index] = text;
        let Of { worth, kind, variant, words } = of;
        let about = About {
            worth,
            place: subject.place(),
            kind,
            variant,
            at: &subject.parameter.at,
            words: words.to_owned(),
        };
        let request = self.with(sheet, &texts);
        self.send(sheet, about, &request);
    }

    /// The request with these parameters.
    fn with(&self, sheet: &Sheet<'_>, texts: &Texts) -> Request {
        let mut parts = self.parts(texts);
        let is_parameter = |name: &str| {
            let mut parameters = self.operation.parameters.iter();
            parameters.any(|one| {
                one.location == ParameterLocation::Header
                    && !is_reserved(one)
                    && one.name.eq_ignore_ascii_case(name)
            })
        };
        let fields = sheet.request.parts.fields.iter().filter(|(name, _)| !is_parameter(name));
        parts.fields.splice(0..0, fields.cloned());
        Request { parts: parts.into(), ..sheet.request.clone() }
    }

    fn send(&mut self, sheet: &Sheet<'_>, about: About<'_>, request: &Request) {
        match sheet.base {
            Some(base) => self.single(about, request, Some(&|key| base.body(key))),
            None => self.single(about, request, None),
        }
    }
}

#[cfg(test)]
mod tests;
