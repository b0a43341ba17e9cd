//! Cases of the whole query, where one parameter takes it.

use super::base::Base;
use super::{About, Deriver, ODD};
use crate::contract::ParameterLocation;
use crate::contract::model::Parameter;
use crate::exchange::{Pieces, Request};
use crate::generate::mutate;
use crate::generate::value::Fill;
use crate::plan::Place;
use crate::schema::Side;
use crate::wire::parameter;
use serde_json::Value;

impl Deriver<'_> {
    /// Varies and breaks the whole query.
    pub(super) fn querystring(&mut self, request: &Request, base: Option<&Base>) {
        let mut parameters = self.operation.parameters.iter();
        let Some(whole) = parameters.find(|one| one.location == ParameterLocation::Querystring) else {
            return;
        };
        let send = |deriver: &mut Self, (worth, kind, variant, words): (u8, &str, &str, &str), query| {
            let mut request = request.clone();
            request.parts_mut().query = Vec::from_iter(query);
            let place = Place::Querystring(whole.name.clone());
            let about = About { worth, place, kind, variant, at: &whole.at, words: words.to_owned() };
            match base {
                Some(base) => deriver.single(about, &request, Some(&|key| base.body(key))),
                None => deriver.single(about, &request, None),
            }
        };
        let (worth, words) = if whole.required {
            (2, "without the query string")
        } else {
            (3, "without the query string, which may be left out")
        };
        send(self, (worth, "absent", "absent", words), None);
        let Some(full) = self.whole_query(whole, Fill::All) else {
            self.no_parameter(whole);
            return;
        };
        let text = self.as_query(whole, &full);
        if text.is_none() {
            let why = format!(
                "no value with all that is declared can be written for the parameter `{}`",
                whole.name
            );
            self.gap(&whole.at, why);
        }
        send(self, (1, "valid", "all", "a query string with all that is declared"), text);
        if let Some(text) =
            self.whole_query(whole, Fill::Required).and_then(|least| self.as_query(whole, &least))
        {
            send(self, (2, "valid", "required", "a query string with what is required"), Some(text));
        }
        let places: Vec<String> = whole.schema.iter().map(|schema| schema.0.clone()).collect();
        let mut maker = self.maker("querystring", Fill::All, true);
        for spot in mutate::spots(&mut maker, &places, &full) {
            for mutation in mutate::mutations(&mut maker, &spot).iter().filter(|one| one.worth < ODD) {
                let changed = mutate::apply(&full, &mutation.at, &mutation.change, None);
                let changed: Option<Value> = serde_json::from_str(&changed).ok();
                // What cannot be written is the same as what is left out.
                let Some(text) = changed.and_then(|value| self.as_query(whole, &value)) else { continue };
                let words = format!("`{}` at {} of the query string", mutation.variant, shown(&mutation.at));
                let variant = format!("{}/{}", mutation.at.trim_start_matches('/'), mutation.variant);
                let about = (mutation.worth, mutation.kind, variant.trim_start_matches('/'), words.as_str());
                send(self, about, Some(text));
            }
        }
    }

    /// A value for the whole query that its schema allows.
    fn whole_query(&self, whole: &Parameter, fill: Fill) -> Option<Value> {
        let known = self.contract.known_value(whole).filter(|_| fill == Fill::All);
        if let Some(known) = known {
            return Some(known.clone());
        }
        let Some(schema) = &whole.schema else { return Some(Value::from("probity")) };
        let mut maker = self.maker(&whole.name, fill, true);
        let made = maker.make(std::slice::from_ref(&schema.0))?;
        self.contract.schemas.accepts(schema, Side::Request, &made).then_some(made)
    }

    /// The whole query with what is required of it, which may be written where all of it may not.
    pub(super) fn least_query(&self, parameter: &Parameter) -> Option<Pieces> {
        let is_whole = parameter.location == ParameterLocation::Querystring;
        let least = self.whole_query(parameter, Fill::Required).filter(|_| is_whole)?;
        self.as_query(parameter, &least)
    }

    fn as_query(&self, whole: &Parameter, value: &Value) -> Option<Pieces> {
        parameter::written(whole, value).map(|text| self.text(text))
    }
}

fn shown(at: &str) -> &str {
    if at.is_empty() { "the top" } else { at }
}
