//! The structure view: the document as `openapiv3` can read it, whatever its version.
//!
//! References between parts are followed, every part carries its own JSON Pointer in
//! `x-probity-at`, and every schema is replaced by a `$ref` to its pointer, so that no
//! schema keyword passes through a typed model that would lose it. A part that cannot be read is
//! left out and told of.

use super::fields::{Lost, Version};
use super::model;
use crate::json::pointer;
use crate::schema::Unusable;
use openapiv3 as oas;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The extension that carries a part's pointer through `openapiv3`.
pub(super) const AT: &str = "x-probity-at";

/// The extension that says where the schema of the items of a media type is.
pub(super) const ITEMS: &str = "x-probity-items";

/// The extension that says how the members of a media type are written.
pub(super) const ENCODED: &str = "x-probity-encoded";

/// The extension that says that a parameter is one as only 3.2 has it, and which.
pub(super) const NEWER: &str = "x-probity-newer";

/// A parameter that is the whole query.
pub(super) const QUERYSTRING: &str = "querystring";

/// A cookie in the style of cookies.
pub(super) const COOKIE: &str = "cookie";

pub(super) use crate::schema::UNREAD;
const REFERENCE_LIMIT: usize = 32;

type Viewed = Result<Value, Unusable>;

/// Follows references from `at` to the part itself.
pub(super) fn resolve<'d>(root: &'d Value, at: &str) -> Result<(String, &'d Value), Unusable> {
    let mut here = at.to_owned();
    for _ in 0..REFERENCE_LIMIT {
        let broken = |why: String| Unusable { at: here.clone(), why };
        let value = pointer::get(root, &here).ok_or_else(|| broken("nothing is written here".into()))?;
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Ok((here, value));
        };
        let next = pointer::from_fragment(reference)
            .ok_or_else(|| broken(format!("`{reference}` cannot be read")))?;
        if pointer::get(root, &next).is_none() {
            return Err(broken(format!("`$ref` names `{reference}`, which does not exist")));
        }
        here = next;
    }
    Err(Unusable { at: at.to_owned(), why: "the `$ref` leads back to itself".into() })
}

/// An operation at `at`, with the parameters of its path item; and what of it cannot be read. Where it
/// is looked at `closely`, every part is one that `openapiv3` can read.
pub(super) fn operation(
    root: &Value,
    path_item: &str,
    at: &str,
    closely: bool,
) -> Result<(Value, Vec<Lost>), Unusable> {
    let mut viewer = Viewer { root, closely, lost: Vec::new() };
    let view = viewer.operation(path_item, at)?;
    Ok((view, viewer.lost))
}

struct Viewer<'d> {
    root: &'d Value,
    closely: bool,
    lost: Vec<Lost>,
}

type View<'d> = fn(&mut Viewer<'d>, &str) -> Viewed;

/// Where parameters travel.
const LOCATIONS: [&str; 4] = ["path", "query", "header", "cookie"];

/// How the parts of a media type are encoded.
const ENCODINGS: [&str; 3] = ["encoding", "prefixEncoding", "itemEncoding"];

/// What of a part may be left out without making it another.
const ASIDE: &[&str] =
    &["tags", "summary", "description", "operationId", "deprecated", "required", "example", "examples"];

impl<'d> Viewer<'d> {
    fn lose(&mut self, Unusable { at, why }: Unusable) {
        self.lost.push(Lost { at, why });
    }

    fn operation(&mut self, path_item: &str, at: &str) -> Viewed {
        let source = object(self.root, at)?;
        let mut view = keep(source, at, &["tags", "summary", "description", "operationId", "deprecated"]);
        let parameters = self.parameters(&[path_item, at])?;
        if source.contains_key("requestBody") {
            let here = pointer::child(at, "requestBody");
            let body = self.request_body(&here).unwrap_or_else(|broken| {
                self.lose(broken);
                // What it may be is unknown, and so is whether it may be left out.
                json!({"required": true, "content": {}, AT: here})
            });
            view.insert("requestBody".into(), body);
        }
        let mut responses = self.each(at, "responses", Viewer::response, Some(unread_response));
        self.without_strange_statuses(at, &mut responses);
        view.insert("responses".into(), responses);
        if self.closely {
            view = match self.fitting::<oas::Operation>(at, Value::Object(view))? {
                Value::Object(view) => view,
                _ => Map::new(),
            };
        }
        view.insert("parameters".into(), Value::Array(parameters));
        Ok(Value::Object(view))
    }

    /// The parameters at some places, of which the later outweigh the earlier.
    fn parameters(&mut self, owners: &[&str]) -> Result<Vec<Value>, Unusable> {
        let mut parameters: Vec<Value> = Vec::new();
        for owner in owners {
            let at = pointer::child(owner, "parameters");
            let Some(at) = self.found(&at) else { continue };
            let list = pointer::get(self.root, &at).and_then(Value::as_array);
            for index in 0..list.map_or(0, Vec::len) {
                let here = format!("{at}/{index}");
                match self.parameter(&here) {
                    Ok(seen) => {
                        parameters.retain(|other| !is_same(other, &seen));
                        parameters.push(seen);
                    }
                    Err(broken) if self.is_needed(&here) => return Err(broken),
                    Err(broken) => self.lose(broken),
                }
            }
        }
        self.alone(&mut parameters)?;
        Ok(parameters)
    }

    /// Takes out what wants the whole query where others want a part of it.
    fn alone(&mut self, parameters: &mut Vec<Value>) -> Result<(), Unusable> {
        let whole = |one: &Value| one.get(NEWER).is_some_and(|newer| newer == QUERYSTRING);
        let beside = parameters.iter().filter(|one| one["in"] == "query").count() > 1;
        if !beside {
            return Ok(());
        }
        for index in
            (0..parameters.len()).rev().filter(|index| whole(&parameters[*index])).collect::<Vec<_>>()
        {
            let taken = parameters.remove(index);
            let why = "what takes the whole query has no other parameters of the query beside it".to_owned();
            let unusable = Unusable { at: taken[AT].as_str().unwrap_or_default().to_owned(), why };
            if taken["required"] == json!(true) {
                return Err(unusable);
            }
            self.lose(unusable);
        }
        Ok(())
    }

    /// Whether a parameter says how it is written as the whole query.
    fn whole_query(&self, at: &str, source: &Map<String, Value>) -> Result<(), Unusable> {
        let unusable = |at: String, why: &str| Unusable { at, why: why.to_owned() };
        if !source.contains_key("content") {
            let why = "a parameter in querystring has a media type, in `content`, and this has none";
            return Err(unusable(pointer::child(at, "in"), why));
        }
        let (content, members) = part(self.root, &pointer::child(at, "content"))?;
        let media = members.keys().find(|name| !name.starts_with("x-"));
        let Some((at, media)) =
            media.map(|name| part(self.root, &pointer::child(&content, name))).transpose()?
        else {
            return Ok(());
        };
        match ENCODINGS.iter().find(|name| media.contains_key(**name)) {
            Some(name) => {
                Err(unusable(pointer::child(&at, name), "how a query is encoded by parts is not read"))
            }
            None => Ok(()),
        }
    }

    /// Where a part stands that may be a reference; nothing where there is none.
    fn found(&mut self, at: &str) -> Option<String> {
        pointer::get(self.root, at)?;
        match resolve(self.root, at) {
            Ok((at, _)) => Some(at),
            Err(broken) => {
                self.lose(broken);
                None
            }
        }
    }

    /// Whether no request can be made without a parameter.
    fn is_needed(&self, at: &str) -> bool {
        let source = resolve(self.root, at).ok().map(|(_, source)| source);
        source.is_some_and(|it| {
            it.get("required") == Some(&json!(true)) || it.get("in") == Some(&json!("path"))
        })
    }

    fn parameter(&mut self, at: &str) -> Viewed {
        let (at, source) = part(self.root, at)?;
        let newer = newer(self.root, source);
        if newer == Some(QUERYSTRING) {
            self.whole_query(&at, source)?;
        } else if let Some(place) =
            source.get("in").filter(|place| !LOCATIONS.iter().any(|known| *place == known))
        {
            let why = format!("a parameter in {place} is not sent");
            return Err(Unusable { at: pointer::child(&at, "in"), why });
        }
        let mut view = keep(
            source,
            &at,
            &[
                "name",
                "in",
                "required",
                "description",
                "deprecated",
                "style",
                "explode",
                "allowReserved",
                "example",
            ],
        );
        if let Some(newer) = newer {
            view.insert(NEWER.into(), newer.into());
            view.insert("in".into(), if newer == COOKIE { "cookie" } else { "query" }.into());
            view.shift_remove("style");
        }
        let examples = self.each(&at, "examples", Viewer::example, None);
        view.insert("examples".into(), examples);
        self.schema_or_content(&at, source, &mut view)?;
        self.fitting::<oas::Parameter>(&at, Value::Object(view))
    }

    fn request_body(&mut self, at: &str) -> Viewed {
        let (at, source) = part(self.root, at)?;
        let mut view = keep(source, &at, &["description", "required"]);
        let content = self.each(&at, "content", Viewer::media_type, Some(unread_media_type));
        view.insert("content".into(), content);
        self.fitting::<oas::RequestBody>(&at, Value::Object(view))
    }

    fn response(&mut self, at: &str) -> Viewed {
        let (at, source) = part(self.root, at)?;
        let mut view = keep(source, &at, &["description"]);
        if view.get("description").is_none_or(Value::is_null) {
            view.insert("description".into(), json!(""));
        }
        let headers = self.each(&at, "headers", Viewer::header, None);
        view.insert("headers".into(), headers);
        let content = self.each(&at, "content", Viewer::media_type, Some(unread_media_type));
        view.insert("content".into(), content);
        self.fitting::<oas::Response>(&at, Value::Object(view))
    }

    fn header(&mut self, at: &str) -> Viewed {
        let (at, source) = part(self.root, at)?;
        let mut view = keep(source, &at, &["description", "required", "deprecated"]);
        self.schema_or_content(&at, source, &mut view)?;
        self.fitting::<oas::Header>(&at, Value::Object(view))
    }

    fn media_type(&mut self, named: &str) -> Viewed {
        let (at, source) = part(self.root, named)?;
        let mut view = keep(source, &at, &["example"]);
        if source.contains_key("itemSchema") && Version::of(self.root) >= Version::V3_2 {
            let name = pointer::parent_and_last(named).map(|(_, name)| name).unwrap_or_default();
            let here = pointer::child(&at, "itemSchema");
            if model::sequence(&name).is_some() {
                view.insert(ITEMS.into(), here.into());
            } else {
                let why = format!("`itemSchema` is not read: what the items of {name} are is not known");
                self.lose(Unusable { at: here, why });
            }
        }
        if source.contains_key("schema") {
            view.insert("schema".into(), schema(&at));
        }
        if source.contains_key("encoding") {
            view.insert(ENCODED.into(), self.each(&at, "encoding", Viewer::encoding, None));
        }
        let examples = self.each(&at, "examples", Viewer::example, None);
        view.insert("examples".into(), examples);
        self.fitting::<oas::MediaType>(&at, Value::Object(view))
    }

    fn encoding(&mut self, at: &str) -> Viewed {
        let source = object(self.root, at)?;
        let mut view = keep(source, at, &["contentType", "style", "explode"]);
        let headers = self.each(at, "headers", Viewer::header, None);
        view.insert("headers".into(), headers);
        Ok(Value::Object(view))
    }

    fn example(&mut self, at: &str) -> Viewed {
        let (at, source) = part(self.root, at)?;
        let mut view = keep(source, &at, &["summary", "description", "value"]);
        if let Some(data) = source.get("dataValue") {
            view.entry("value").or_insert_with(|| data.clone());
        }
        self.fitting::<oas::Example>(&at, Value::Object(view))
    }

    fn schema_or_content(
        &mut self,
        at: &str,
        source: &Map<String, Value>,
        view: &mut Map<String, Value>,
    ) -> Result<(), Unusable> {
        if source.contains_key("content") {
            let before = self.lost.len();
            let content = self.each(at, "content", Viewer::media_type, None);
            let is_empty = content.as_object().is_none_or(Map::is_empty);
            if is_empty && self.lost.len() > before {
                // The part as a whole is told of, once.
                let Lost { at, why } = self.lost.remove(before);
                return Err(Unusable { at, why });
            }
            view.insert("content".into(), content);
        } else if source.contains_key("schema") {
            view.insert("schema".into(), schema(at));
        } else {
            view.insert("schema".into(), json!({}));
        }
        Ok(())
    }

    /// The members of a map of parts. What stands for one that cannot be read, `or` says.
    fn each(&mut self, owner: &str, key: &str, view: View<'d>, or: Option<fn(&str) -> Value>) -> Value {
        let Some(at) = self.found(&pointer::child(owner, key)) else { return json!({}) };
        let members = match pointer::get(self.root, &at) {
            Some(Value::Object(members)) => members,
            Some(Value::Null) | None => return json!({}),
            Some(_) => {
                self.lose(Unusable { at, why: "an object is expected here".into() });
                return json!({});
            }
        };
        let mut seen = Map::new();
        for name in members.keys().filter(|name| !name.starts_with("x-")) {
            let here = pointer::child(&at, name);
            let viewed = view(self, &here).map_err(|broken| self.lose(broken));
            if let Some(value) = viewed.ok().or_else(|| or.map(|or| or(&here))) {
                seen.insert(name.clone(), value);
            }
        }
        Value::Object(seen)
    }

    /// Takes out the responses whose status is none.
    fn without_strange_statuses(&mut self, at: &str, responses: &mut Value) {
        let Some(members) = responses.as_object_mut() else { return };
        let strange: Vec<String> = members.keys().filter(|name| !is_status(name)).cloned().collect();
        for name in strange {
            let response = members.shift_remove(&name);
            let upper = name.to_ascii_uppercase();
            if is_status(&upper) && !members.contains_key(&upper) {
                members.extend(response.map(|response| (upper, response)));
                continue;
            }
            let at = pointer::child(&pointer::child(at, "responses"), &name);
            self.lose(Unusable { at, why: format!("`{name}` is no status of an answer") });
        }
    }

    /// A part as one that can be read: what may be left out is, where it is what cannot be read.
    fn fitting<T: DeserializeOwned>(&mut self, at: &str, mut view: Value) -> Viewed {
        if !self.closely {
            return Ok(view);
        }
        let error = |view: &Value| serde_json::from_value::<T>(view.clone()).err().map(|it| it.to_string());
        let Some(first) = error(&view) else { return Ok(view) };
        let (mut last, mut aside) = (first.clone(), Vec::new());
        let names: Vec<String> =
            view.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names {
            if !ASIDE.contains(&name.as_str()) && !view[&name].is_null() {
                continue;
            }
            let mut less = view.clone();
            let Some(members) = less.as_object_mut() else { continue };
            let was = members.shift_remove(&name);
            if name == "required" && was == Some(json!("true")) {
                members.insert(name.clone(), json!(true));
            }
            let now = error(&less);
            if now.as_ref() == Some(&last) {
                continue;
            }
            (view, last) = (less, now.unwrap_or_default());
            aside.push(name);
            if last.is_empty() {
                break;
            }
        }
        if !last.is_empty() {
            return Err(Unusable { at: at.to_owned(), why: format!("it is not OpenAPI: {first}") });
        }
        for name in aside {
            let taken = view.get(&name).map_or("left out".to_owned(), |value| format!("taken as `{value}`"));
            let why = format!("`{name}` cannot be read, and is {taken}");
            self.lose(Unusable { at: pointer::child(at, &name), why });
        }
        Ok(view)
    }
}

/// Whether a name stands for statuses of answers.
fn is_status(name: &str) -> bool {
    name == "default"
        || matches!(name.as_bytes(), [b'0'..=b'9', b'X', b'X'] | [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'])
}

/// A response of which nothing but its status is known.
fn unread_response(at: &str) -> Value {
    json!({"description": "", "headers": {}, "content": {}, AT: at})
}

/// A media type of which nothing but its name is known.
fn unread_media_type(at: &str) -> Value {
    json!({"examples": {}, AT: at, UNREAD: true})
}

/// What only 3.2 has of a parameter.
fn newer(root: &Value, parameter: &Map<String, Value>) -> Option<&'static str> {
    let is = |field: &str, value: &str| parameter.get(field).is_some_and(|given| given == value);
    let newer = if is("in", "querystring") {
        Some(QUERYSTRING)
    } else {
        (is("in", "cookie") && is("style", "cookie")).then_some(COOKIE)
    };
    newer.filter(|_| Version::of(root) >= Version::V3_2)
}

/// Whether two parameters are one: names of headers differ by more than their case.
fn is_same(one: &Value, other: &Value) -> bool {
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let (own, of_other) = (name(one), name(other));
    one["in"] == other["in"]
        && (own == of_other || (one["in"] == "header" && own.eq_ignore_ascii_case(&of_other)))
}

fn schema(owner: &str) -> Value {
    json!({"$ref": format!("#{}", pointer::child(owner, "schema"))})
}

fn part<'d>(root: &'d Value, at: &str) -> Result<(String, &'d Map<String, Value>), Unusable> {
    let (at, _) = resolve(root, at)?;
    let source = object(root, &at)?;
    Ok((at, source))
}

fn object<'d>(root: &'d Value, at: &str) -> Result<&'d Map<String, Value>, Unusable> {
    pointer::get(root, at)
        .and_then(Value::as_object)
        .ok_or_else(|| Unusable { at: at.to_owned(), why: "an object is expected here".into() })
}

fn keep(source: &Map<String, Value>, at: &str, keys: &[&str]) -> Map<String, Value> {
    let kept = keys.iter().filter_map(|key| Some(((*key).to_owned(), source.get(*key)?.clone())));
    let mut view: Map<String, Value> = kept.collect();
    view.insert(AT.into(), Value::from(at));
    view
}
