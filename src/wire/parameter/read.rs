//! What came as text, read as the value that it stands for.

use super::form::Form;
use crate::contract::Contract;
use crate::contract::model::{self, Operation, Parameter, ParameterLocation, Style};
use crate::json::{self, Kind, Member, Node, pointer};
use crate::schema::folded::{Folded, Folds, Type};
use crate::schema::{Schemas, Side, ValidationError};
use crate::wire::{Received, cookie, url};
use std::collections::HashMap;

/// So many alternatives of a schema are looked into.
const ALTERNATIVES: usize = 64;

/// Reads a parameter: what its text stands for depends on the types that its schema allows.
#[derive(Clone, Debug)]
pub struct Reader {
    /// What it may hold; several where the schema has alternatives.
    pub(super) shapes: Vec<Shape>,
    /// Names in the query that belong to other parameters.
    pub(super) others: Vec<String>,
    /// The forms that it may have, where it is the whole query.
    forms: Vec<Form>,
}

/// What a parameter in a request is.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its value.
    pub value: Node,
    /// How it breaks its schema.
    pub broken: Vec<ValidationError>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) types: Vec<Type>,
    /// The types of items, where it may be a list.
    pub(super) items: Option<Vec<Type>>,
    /// What members it may have, where it may be an object.
    pub(super) members: Option<Members>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    pub(super) declared: HashMap<String, Vec<Type>>,
    /// The types of others, where there may be any.
    pub(super) others: Option<Vec<Type>>,
}

/// A reading, and the same with nothing in it but text.
pub(super) struct Meaning {
    pub(super) typed: Node,
    pub(super) plain: Node,
}

impl Reader {
    /// The reader of a parameter of an operation.
    pub fn new(folds: &Folds<'_>, operation: &Operation, parameter: &Parameter) -> Reader {
        let others = operation.parameters.iter().filter(|other| {
            other.location == ParameterLocation::Query
                && !(other.location == parameter.location && other.name == parameter.name)
        });
        Reader { others: others.map(|other| other.name.clone()).collect(), ..Reader::alone(folds, parameter) }
    }

    /// The reader of a parameter that has no others beside it.
    pub fn alone(folds: &Folds<'_>, parameter: &Parameter) -> Reader {
        let places: Vec<String> = parameter.schema.iter().map(|schema| schema.0.clone()).collect();
        let folded = folded(folds, &places);
        let shapes = folded.iter().map(|fold| Shape::of(folds, fold)).collect();
        let is_form = parameter.location == ParameterLocation::Querystring
            && parameter.media_type.as_deref().is_some_and(model::is_form);
        let forms = folded.iter().filter(|_| is_form).map(|fold| Form::of(folds, fold)).collect();
        Reader { shapes, others: Vec::new(), forms }
    }

    /// The value of a parameter in a request, if it is there: of all that its text may stand for the
    /// first that its schema allows, else what was meant.
    pub fn read(
        &self,
        schemas: &Schemas,
        side: Side,
        parameter: &Parameter,
        came: &Received<'_>,
    ) -> Option<Reading> {
        let meanings = self.meanings(parameter, came);
        let Some(schema) = &parameter.schema else {
            let first = meanings.into_iter().next()?;
            return Some(Reading { value: first.typed, broken: Vec::new() });
        };
        let allowed = |node: &Node| schemas.accepts(schema, side, &node.to_value());
        let mut wrong: Vec<Reading> = Vec::new();
        for Meaning { typed, plain } in meanings {
            for value in [&typed, &plain] {
                if allowed(value) {
                    return Some(Reading { value: value.clone(), broken: Vec::new() });
                }
            }
            let broken = schemas.errors(schema, side, &typed.to_value());
            let mended = mended(&typed, &plain, &broken);
            if allowed(&mended) {
                return Some(Reading { value: mended, broken: Vec::new() });
            }
            let is_other = typed != plain;
            wrong.push(Reading { value: typed, broken });
            if is_other {
                let broken = schemas.errors(schema, side, &plain.to_value());
                wrong.push(Reading { value: plain, broken });
            }
        }
        Reading::meant(wrong)
    }

    /// Every value that a parameter may have in a request, what is most likely first; none if it is
    /// not there.
    pub fn readings(&self, parameter: &Parameter, came: &Received<'_>) -> Vec<Node> {
        self.meanings(parameter, came).into_iter().map(|meaning| meaning.typed).collect()
    }

    fn meanings(&self, parameter: &Parameter, came: &Received<'_>) -> Vec<Meaning> {
        let came = Came { parameter, request: came, others: &self.others };
        if !self.forms.is_empty() {
            let query = came.text().unwrap_or_default();
            let forms = self.forms.iter().filter(|_| !query.is_empty());
            return forms.map(|form| form.meaning(&query)).collect();
        }
        if let Some(media_type) = &parameter.media_type {
            let read = |text: String| match json::read(text.as_bytes()) {
                Ok(read) if model::is_json(media_type) => read.root,
                _ => string(text),
            };
            let read = came.one().map(read);
            return read.into_iter().map(|node| Meaning { typed: node.clone(), plain: node }).collect();
        }
        let mut meanings: Vec<Meaning> = self.shapes.iter().flat_map(|shape| shape.meanings(&came)).collect();
        if meanings.is_empty() {
            let text = came.text().map(|text| string(came.decoded(&text)));
            meanings.extend(text.map(|node| Meaning { typed: node.clone(), plain: node }));
        }
        meanings
    }
}

/// The value of a parameter that a request of an operation has, by its place and name; of one that the
/// operation does not declare, its text.
pub fn value(
    contract: &Contract,
    operation: &Operation,
    (location, name): (ParameterLocation, &str),
    came: &Received<'_>,
) -> Option<Node> {
    let same = |known: &str| match location {
        ParameterLocation::Header => known.eq_ignore_ascii_case(name),
        _ => known == name,
    };
    let declared =
        operation.parameters.iter().find(|parameter| parameter.location == location && same(&parameter.name));
    if let Some(parameter) = declared {
        let folds = Folds::new(contract.schemas.raw(Side::Request));
        let reader = Reader::new(&folds, operation, parameter);
        return reader.read(&contract.schemas, Side::Request, parameter, came).map(|reading| reading.value);
    }
    let text = match location {
        ParameterLocation::Query => came.query(name).next().map(url::query_decoded),
        ParameterLocation::Querystring => came.querystring.map(url::decoded),
        ParameterLocation::Header => came.field(name).map(std::borrow::Cow::into_owned),
        ParameterLocation::Cookie => came.cookie(name).map(cookie::decoded),
        ParameterLocation::Path => {
            came.path.iter().find(|(known, _)| known == name).map(|(_, text)| url::decoded(text))
        }
    };
    text.map(string)
}

/// The schemas at some places, folded with each of their alternatives.
pub(in crate::wire) fn folded(folds: &Folds<'_>, places: &[String]) -> Vec<std::rc::Rc<Folded>> {
    let mut found = Vec::new();
    let mut open = vec![places.to_vec()];
    while let Some(places) = open.pop() {
        let fold = folds.at(&places);
        let branches = fold.alternatives.iter().flatten().filter(|branch| !places.contains(branch));
        let more: Vec<Vec<String>> =
            branches.map(|branch| [places.as_slice(), std::slice::from_ref(branch)].concat()).collect();
        if more.is_empty() || found.len() + open.len() + more.len() > ALTERNATIVES {
            found.push(fold);
        } else {
            open.extend(more.into_iter().rev());
        }
    }
    found
}

/// The types that are allowed at some places; empty for any.
pub(super) fn types(folds: &Folds<'_>, places: &[String]) -> Vec<Type> {
    let mut all = Vec::new();
    for fold in folded(folds, places) {
        if fold.types.is_empty() && !fold.impossible {
            return Vec::new();
        }
        all.extend(&fold.types);
    }
    all
}

impl Shape {
    fn of(folds: &Folds<'_>, fold: &Folded) -> Shape {
        let members = || Members {
            declared: {
                let each = fold.properties.iter();
                each.map(|(name, places)| (name.clone(), types(folds, places))).collect()
            },
            others: (!fold.closed).then(|| types(folds, &fold.additional)),
        };
        Shape {
            items: fold.types.contains(&Type::Array).then(|| types(folds, &fold.items)),
            members: fold.types.contains(&Type::Object).then(members),
            types: fold.types.clone(),
        }
    }

    fn meanings(&self, came: &Came<'_>) -> Vec<Meaning> {
        let mut meanings = Vec::new();
        // Of what has no type, only that it came more than once tells that it is a list.
        let any = self.types.is_empty() && came.is_several();
        let any: Option<&[Type]> = any.then_some(&[]);
        if let Some(types) = self.items.as_deref().or(any)
            && let Some(texts) = came.items()
        {
            let is_empty = matches!(texts.as_slice(), [only] if only.is_empty());
            meanings.push(Meaning {
                typed: array(texts.iter().map(|text| typed(types, text))),
                plain: array(texts.into_iter().map(string)),
            });
            if is_empty {
                // A field with nothing in it is a list of nothing (RFC 9110 5.6.1).
                let at = usize::from(came.parameter.location != ParameterLocation::Header);
                meanings.insert(at, Meaning { typed: array([]), plain: array([]) });
            }
        }
        if let Some(members) = &self.members
            && let Some(texts) = came.members(members)
        {
            let types = |name: &str| members.declared.get(name).or(members.others.as_ref());
            let each = texts.iter();
            meanings.push(Meaning {
                typed: object(
                    each.map(|(name, text)| {
                        (name.clone(), typed(types(name).map_or(&[], Vec::as_slice), text))
                    }),
                ),
                plain: object(texts.iter().map(|(name, text)| (name.clone(), string(text.clone())))),
            });
        }
        let compound = usize::from(self.items.is_some()) + usize::from(self.members.is_some());
        if (compound == 0 || self.types.len() > compound)
            && let Some(text) = came.one()
        {
            meanings.push(Meaning { typed: typed(&self.types, &text), plain: string(text) });
        }
        meanings
    }
}

impl Reading {
    /// The one that was most likely meant of several that a schema does not allow: what is of the type
    /// that it asks for, and no text where it may be anything else.
    pub(super) fn meant(mut readings: Vec<Reading>) -> Option<Reading> {
        let is_text = |reading: &Reading| matches!(reading.value.kind, Kind::String(_));
        let of_type = |reading: &Reading| !reading.broken.iter().any(ValidationError::is_of_whole_type);
        let first = |text: bool| readings.iter().position(|one| is_text(one) == text && of_type(one));
        let index =
            first(false).or_else(|| first(true)).or_else(|| readings.iter().position(|one| !is_text(one)));
        (!readings.is_empty()).then(|| readings.swap_remove(index.unwrap_or_default()))
    }
}

/// A reading with text for those items or members that a schema refuses as numbers or booleans.
fn mended(typed: &Node, plain: &Node, broken: &[ValidationError]) -> Node {
    let mut mended = typed.clone();
    for place in broken.iter().map(|one| &one.place) {
        let Some(token) = pointer::tokens(place).next() else { continue };
        let plain = plain.at(&pointer::child("", &token));
        let part = match &mut mended.kind {
            Kind::Array(items) => pointer::index(&token).and_then(|index| items.get_mut(index)),
            Kind::Object(members) => {
                let own = members.iter_mut().find(|member| member.key == token);
                own.map(|member| &mut member.value)
            }
            _ => None,
        };
        if let (Some(part), Some(plain)) = (part, plain) {
            part.clone_from(plain);
        }
    }
    mended
}

/// A parameter in a request.
pub(super) struct Came<'r> {
    pub(super) parameter: &'r Parameter,
    pub(super) request: &'r Received<'r>,
    pub(super) others: &'r [String],
}

impl Came<'_> {
    /// Its text, as it came.
    fn text(&self) -> Option<String> {
        let name = &self.parameter.name;
        match self.parameter.location {
            ParameterLocation::Query => self.request.query(name).next().map(str::to_owned),
            ParameterLocation::Querystring => {
                self.request.querystring.filter(|query| !query.is_empty()).map(str::to_owned)
            }
            ParameterLocation::Cookie => self.request.cookie(name).map(str::to_owned),
            ParameterLocation::Header => self.request.field(name).map(std::borrow::Cow::into_owned),
            ParameterLocation::Path => {
                let (_, text) = self.request.path.iter().find(|(known, _)| known == name)?;
                match self.parameter.style {
                    Style::Label => text.strip_prefix('.'),
                    Style::Matrix => text.strip_prefix(';'),
                    _ => Some(*text),
                }
                .map(str::to_owned)
            }
        }
    }

    fn decoded(&self, text: &str) -> String {
        match self.parameter.location {
            ParameterLocation::Query => url::query_decoded(text),
            ParameterLocation::Cookie if self.parameter.style == Style::Cookie => text.to_owned(),
            ParameterLocation::Cookie => cookie::decoded(text),
            ParameterLocation::Path | ParameterLocation::Querystring => url::decoded(text),
            // Around items of a list there may be spaces (RFC 9110 5.6.1).
            ParameterLocation::Header => text.trim().to_owned(),
        }
    }

    /// A text without the name that a matrix puts before it.
    fn unnamed<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.parameter.style != Style::Matrix {
            return Some(text);
        }
        let (name, text) = text.split_once('=').unwrap_or((text, ""));
        (url::decoded(name) == self.parameter.name).then_some(text)
    }

    /// The value where it is one text.
    pub(super) fn one(&self) -> Option<String> {
        let text = self.text()?;
        // Nothing is put before what has a media type.
        if self.parameter.media_type.is_some() {
            return Some(self.decoded(&text));
        }
        self.unnamed(&text).map(|text| self.decoded(text))
    }

    fn is_exploded_query(&self) -> bool {
        self.parameter.location == ParameterLocation::Query && self.parameter.explode
    }

    /// Whether each item and member of it is a cookie of its own.
    fn is_exploded_cookie(&self) -> bool {
        self.parameter.style == Style::Cookie && self.parameter.explode
    }

    /// Whether it stands there more than once.
    fn is_several(&self) -> bool {
        let name = &self.parameter.name;
        (self.is_exploded_query() && self.request.query(name).nth(1).is_some())
            || (self.is_exploded_cookie() && self.request.cookies(name).nth(1).is_some())
    }

    pub(super) fn items(&self) -> Option<Vec<String>> {
        let Parameter { name, style, explode, .. } = self.parameter;
        if self.is_exploded_query() {
            let all: Vec<String> = self.request.query(name).map(|text| self.decoded(text)).collect();
            return (!all.is_empty()).then_some(all);
        }
        if self.is_exploded_cookie() {
            let all: Vec<String> = self.request.cookies(name).map(|text| self.decoded(text)).collect();
            return (!all.is_empty()).then_some(all);
        }
        let text = self.text()?;
        if *style == Style::Matrix && *explode {
            return text.split(';').map(|item| Some(self.decoded(self.unnamed(item)?))).collect();
        }
        Some(self.split(self.unnamed(&text)?))
    }

    pub(super) fn members(&self, members: &Members) -> Option<Vec<(String, String)>> {
        let mut found: Vec<(String, String)> = Vec::new();
        if self.parameter.style == Style::DeepObject {
            let start = format!("{}[", self.parameter.name);
            for (name, text) in &self.request.query {
                if let Some(key) = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(']')) {
                    found.push((key.to_owned(), self.decoded(text)));
                }
            }
        } else if self.is_exploded_query() {
            let own = |name: &String| {
                members.declared.contains_key(name)
                    || (members.others.is_some() && !self.others.contains(name))
            };
            let own = self.request.query.iter().filter(|(name, _)| own(name));
            found.extend(own.map(|(name, text)| (name.clone(), self.decoded(text))));
        } else if self.is_exploded_cookie() {
            let own = self.request.cookies.iter().filter(|(name, _)| members.declared.contains_key(name));
            found.extend(own.cloned());
        } else if self.parameter.explode {
            let text = self.text()?;
            let between = match self.parameter.style {
                Style::Label => '.',
                Style::Matrix => ';',
                _ => ',',
            };
            let pairs = text.split(between).filter_map(|item| item.split_once('='));
            found.extend(pairs.map(|(key, text)| (self.decoded(key), self.decoded(text))));
        } else {
            let text = self.text()?;
            let items = self.split(self.unnamed(&text)?);
            if !items.len().is_multiple_of(2) {
                return None;
            }
            found.extend(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())));
        }
        (!found.is_empty()).then_some(found)
    }

    fn split(&self, text: &str) -> Vec<String> {
        let between: &[&str] = match self.parameter.style {
            Style::SpaceDelimited => &["%20", "+"],
            Style::PipeDelimited => &["%7C", "%7c", "|"],
            Style::Label if self.parameter.explode => &["."],
            _ => &[","],
        };
        let (first, others) = between.split_first().unwrap_or((&",", &[]));
        let text = others.iter().fold(text.to_owned(), |text, other| text.replace(other, first));
        text.split(first).map(|item| self.decoded(item)).collect()
    }
}

/// The value that text stands for where these types are allowed.
pub(in crate::wire) fn typed(types: &[Type], text: &str) -> Node {
    let allows = |wanted: &[Type]| types.is_empty() || wanted.iter().any(|one| types.contains(one));
    if types.contains(&Type::String) {
        return string(text.to_owned());
    }
    match json::read(text.as_bytes()).map(|read| read.root) {
        Ok(Node { kind: kind @ Kind::Number(_), .. }) if allows(&[Type::Number, Type::Integer]) => node(kind),
        Ok(Node { kind: kind @ Kind::Bool(_), .. }) if allows(&[Type::Boolean]) => node(kind),
        Ok(Node { kind: Kind::Null, .. }) if types.contains(&Type::Null) => node(Kind::Null),
        _ => string(text.to_owned()),
    }
}

fn node(kind: Kind) -> Node {
    Node { start: 0, end: 0, kind }
}

pub(super) fn string(text: String) -> Node {
    node(Kind::String(text))
}

pub(super) fn array(items: impl IntoIterator<Item = Node>) -> Node {
    node(Kind::Array(items.into_iter().collect()))
}

pub(super) fn object(members: impl Iterator<Item = (String, Node)>) -> Node {
    let member = |(key, value)| Member { key, key_start: 0, value };
    node(Kind::Object(members.map(member).collect()))
}
