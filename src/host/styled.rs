//! Parameters read as their style says: what came as text, as the values it may stand for.

use super::intake::{Asked, cookie};
use crate::contract::Contract;
use crate::contract::model::{self, Location, Parameter, Style};
use crate::schema::Side;
use crate::schema::folded::{Folded, Type};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What a parameter may hold.
pub(super) struct Shape {
    types: Vec<Type>,
    /// The types of items, where it may be a list.
    items: Option<Vec<Type>>,
    /// The types of members, where it may be an object.
    members: Option<HashMap<String, Vec<Type>>>,
}

impl Shape {
    pub(super) fn of(contract: &Contract, parameter: &Parameter) -> Shape {
        let root = contract.schemas.raw(Side::Request);
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        let flat = Folded::read(root, &places);
        let types = |places: &Vec<String>| Folded::read(root, places).types;
        let members = || flat.properties.iter().map(|(name, places)| (name.clone(), types(places))).collect();
        Shape {
            items: flat.types.contains(&Type::Array).then(|| types(&flat.items)),
            members: flat.types.contains(&Type::Object).then(members),
            types: flat.types,
        }
    }

    /// Every value that a parameter may have in a request; none if it is not there.
    pub(super) fn readings(
        &self,
        parameter: &Parameter,
        asked: &Asked,
        path: &[(String, String)],
    ) -> Vec<Value> {
        let came = Came { parameter, asked, path };
        if let Some(media_type) = &parameter.media_type {
            let read = |text: String| match serde_json::from_str(&text) {
                Ok(value) if model::is_json(media_type) => value,
                _ => Value::from(text),
            };
            return came.plain().map(read).into_iter().collect();
        }
        let mut readings = Vec::new();
        if let Some(types) = &self.items {
            let items = came.items();
            readings.extend(items.map(|items| items.iter().map(|text| typed(types, text)).collect()));
        }
        if let Some(members) = &self.members {
            let found = came.members(members);
            let types = |name: &String| members.get(name).map_or(&[][..], Vec::as_slice);
            let read = |(name, text): (String, String)| {
                let value = typed(types(&name), &text);
                (name, value)
            };
            readings
                .extend(found.map(|found| Value::Object(found.into_iter().map(read).collect::<Map<_, _>>())));
        }
        let compound = usize::from(self.items.is_some()) + usize::from(self.members.is_some());
        if compound == 0 || self.types.len() > compound {
            readings.extend(came.plain().map(|text| typed(&self.types, &text)));
        }
        readings
    }
}

/// A parameter in a request.
struct Came<'r> {
    parameter: &'r Parameter,
    asked: &'r Asked<'r>,
    path: &'r [(String, String)],
}

impl Came<'_> {
    /// Its text without what its style puts before it; still encoded where it travels so.
    fn text(&self) -> Option<String> {
        let name = &self.parameter.name;
        match self.parameter.location {
            Location::Query => self.asked.query.raw(name).next().map(str::to_owned),
            Location::Cookie => cookie(self.asked.headers, name),
            Location::Header => {
                let values = self.asked.headers.get_all(name.as_str()).iter();
                let texts: Vec<_> =
                    values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
                (!texts.is_empty()).then(|| texts.join(","))
            }
            Location::Path => {
                let (_, text) = self.path.iter().find(|(known, _)| known == name)?;
                match self.parameter.style {
                    Style::Label => text.strip_prefix('.').map(str::to_owned),
                    Style::Matrix => {
                        let rest = text.strip_prefix(';')?;
                        // Members that are written each by itself bear their own names.
                        Some(rest.strip_prefix(&format!("{name}=")).unwrap_or(rest).to_owned())
                    }
                    _ => Some(text.clone()),
                }
            }
        }
    }

    fn decoded(&self, text: &str) -> String {
        match self.parameter.location {
            Location::Query => percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned(),
            Location::Cookie => percent_decode_str(text).decode_utf8_lossy().into_owned(),
            // A path is decoded when its template is found.
            Location::Path | Location::Header => text.to_owned(),
        }
    }

    fn plain(&self) -> Option<String> {
        self.text().map(|text| self.decoded(&text))
    }

    fn is_exploded_query(&self) -> bool {
        self.parameter.location == Location::Query && self.parameter.explode
    }

    fn items(&self) -> Option<Vec<String>> {
        if self.is_exploded_query() {
            let all: Vec<String> =
                self.asked.query.raw(&self.parameter.name).map(|text| self.decoded(text)).collect();
            return (!all.is_empty()).then_some(all);
        }
        let text = self.text()?;
        let name = format!("{}=", self.parameter.name);
        let items = self.split(&text);
        let own = |item: String| match self.parameter.style {
            Style::Matrix if self.parameter.explode => {
                item.strip_prefix(&name).map_or(item.clone(), str::to_owned)
            }
            _ => item,
        };
        Some(items.into_iter().map(own).collect())
    }

    fn members(&self, declared: &HashMap<String, Vec<Type>>) -> Option<Vec<(String, String)>> {
        let query = &self.asked.query;
        let mut found: Vec<(String, String)> = Vec::new();
        if self.parameter.style == Style::DeepObject {
            let start = format!("{}[", self.parameter.name);
            for (name, text) in query.pairs() {
                if let Some(key) = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(']')) {
                    found.push((key.to_owned(), self.decoded(text)));
                }
            }
        } else if self.is_exploded_query() {
            let own = query.pairs().filter(|(name, _)| declared.contains_key(*name));
            found.extend(own.map(|(name, text)| (name.to_owned(), self.decoded(text))));
        } else if self.parameter.explode {
            let items = self.split(&self.text()?);
            found.extend(
                items
                    .iter()
                    .filter_map(|item| item.split_once('='))
                    .map(|(key, text)| (key.trim().to_owned(), text.trim().to_owned())),
            );
        } else {
            let items = self.split(&self.text()?);
            found.extend(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())));
        }
        (!found.is_empty()).then_some(found)
    }

    fn split(&self, text: &str) -> Vec<String> {
        let exploded = self.parameter.explode;
        let between: &[&str] = match self.parameter.style {
            Style::SpaceDelimited => &["%20", "+"],
            Style::PipeDelimited => &["%7C", "%7c", "|"],
            Style::Label if exploded => &["."],
            Style::Matrix if exploded => &[";"],
            _ => &[","],
        };
        let mut text = text.to_owned();
        for other in &between[1..] {
            text = text.replace(other, between[0]);
        }
        text.split(between[0]).map(|item| self.decoded(item).trim().to_owned()).collect()
    }
}

/// The value that text stands for where these types are allowed.
fn typed(types: &[Type], text: &str) -> Value {
    if !types.is_empty() && types.contains(&Type::String) {
        return Value::from(text);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        Ok(Value::Null) if types.contains(&Type::Null) => Value::Null,
        _ => Value::from(text),
    }
}
