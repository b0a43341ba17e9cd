//! The options of curl that send a body: forms by their members, everything else as it is.

use crate::contract::model::{MediaType, essence, includes, is_json};
use crate::contract::{Contract, Operation};
use crate::docs::example::{made, pretty};
use crate::docs::model::{Body, Media};
use crate::docs::words;
use crate::json::pointer;
use crate::schema::folded::{Folded, Folds, Type};
use crate::schema::{SchemaAt, Side};
use crate::text::shell::quoted;
use crate::wire::url;
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const BINARY: &str = "application/octet-stream";

/// What stands for the name of a file that the reader has.
const FILE: &str = "FILE";

/// The options for the first representation that can be sent; none if there is no such and the
/// body can be left out. As Markdown, why a body that must be there cannot be shown.
pub(super) fn options(
    contract: &Contract,
    operation: &Operation,
    told: Option<&Body>,
) -> Result<Vec<String>, String> {
    let (Some(body), Some(told)) = (&operation.body, told) else { return Ok(Vec::new()) };
    let found = body.content.iter().zip(&told.media).find_map(|(media, told)| one(contract, media, told));
    match found {
        Some(options) => Ok(options),
        None if !body.required => Ok(Vec::new()),
        None => {
            let names: Vec<String> = body.content.iter().map(|media| words::code(&media.name)).collect();
            let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(" or ")) };
            Err(format!(
                "No line for curl can be shown: a request needs a body{of}, for which the contract gives no example that can be sent and none can be made."
            ))
        }
    }
}

fn one(contract: &Contract, media: &MediaType, told: &Media) -> Option<Vec<String>> {
    let options = match essence(&media.name).as_str() {
        FORM => values(contract, media).find_map(|(value, at)| form(contract, &value, &at)),
        MULTIPART => {
            let parts = Parts::new(contract, media);
            values(contract, media).find_map(|(value, at)| parts.of(&value, &at))
        }
        _ => whole(contract, media, told),
    };
    // No argument of a program can hold it.
    options.filter(|options| options.iter().all(|option| !option.contains('\0')))
}

/// The documented values and, after them, one that is made; each with its place in the contract.
fn values(contract: &Contract, media: &MediaType) -> impl Iterator<Item = (Value, String)> {
    let documented = media.examples.iter().map(|example| (example.value.clone(), example.at.clone()));
    let made = std::iter::once_with(|| made(contract, media.schema.as_ref()?, Side::Request));
    documented.chain(made.flatten().map(|value| (value, String::new())))
}

fn form(contract: &Contract, value: &Value, at: &str) -> Option<Vec<String>> {
    if let Value::String(text) = value {
        return Some(vec![format!("--data-raw {}", quoted(text))]);
    }
    let mut options = Vec::new();
    for (name, member) in value.as_object()? {
        // What stands before `=` goes out as it is written.
        let pair =
            |text: String| format!("--data-urlencode {}", quoted(&format!("{}={text}", url::encoded(name))));
        let texts = items(member, &below(at, name)).into_iter().map(|(item, at)| text(contract, item, &at));
        options.extend(texts.map(pair));
    }
    if options.is_empty() {
        options.push("--data ''".to_owned());
    }
    Some(options)
}

/// What a name is repeated for; nothing stands for null.
fn items<'v>(member: &'v Value, at: &str) -> Vec<(&'v Value, String)> {
    match member {
        Value::Null => Vec::new(),
        Value::Array(items) => {
            let each = items.iter().enumerate().map(|(index, item)| (item, below(at, &index.to_string())));
            each.collect()
        }
        other => vec![(other, at.to_owned())],
    }
}

fn text(contract: &Contract, value: &Value, at: &str) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        other => pretty(other, &contract.document, at),
    }
}

fn below(at: &str, token: &str) -> String {
    if at.is_empty() { String::new() } else { pointer::child(at, token) }
}

/// The parts of a multipart body, as its schema describes them.
struct Parts<'c> {
    contract: &'c Contract,
    media: &'c MediaType,
    flats: Folds<'c>,
}

impl<'c> Parts<'c> {
    fn new(contract: &'c Contract, media: &'c MediaType) -> Parts<'c> {
        Parts { contract, media, flats: Folds::new(contract.schemas.raw(Side::Request)) }
    }

    fn of(&self, value: &Value, at: &str) -> Option<Vec<String>> {
        let mut options = Vec::new();
        for (name, member) in value.as_object()? {
            // curl takes the first `=` for the end of the name.
            if name.contains('=') {
                return None;
            }
            let kind = self.kind(name);
            let is_made = at.is_empty();
            if self.is_file(name, is_made) {
                let kind = kind.map(|kind| format!(";type={kind}")).unwrap_or_default();
                options.push(format!("--form {}", quoted(&format!("{name}=@{FILE}{kind}"))));
                continue;
            }
            for (item, at) in items(member, &below(at, name)) {
                let is_structured = item.is_object() || item.is_array();
                let kind = kind.or(is_structured.then_some("application/json"));
                options.push(part(name, &text(self.contract, item, &at), kind));
            }
        }
        (!options.is_empty()).then_some(options)
    }

    /// The media type that the contract gives to a part, if it is a single one.
    fn kind(&self, name: &str) -> Option<&'c str> {
        let encoding = pointer::child(&pointer::child(&self.media.at, "encoding"), name);
        let kind = self.contract.document.get(&pointer::child(&encoding, "contentType"))?.as_str()?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/+-._".contains(letter);
        (kind.contains('/') && kind.chars().all(is_plain)).then_some(kind)
    }

    fn is_file(&self, name: &str, is_made: bool) -> bool {
        let Some(SchemaAt(schema)) = &self.media.schema else { return false };
        let whole = self.flats.whole(std::slice::from_ref(schema));
        let Some(places) = whole.properties.get(name) else { return false };
        let property = self.flats.whole(places);
        // By OpenAPI 3.1, a part whose schema says nothing is bytes.
        (is_made && says_nothing(&property))
            || is_binary(&self.flats, &property)
            || is_binary(&self.flats, &self.flats.whole(&property.items))
    }
}

fn is_binary(flats: &Folds<'_>, flat: &Folded) -> bool {
    let of_bytes = |at: &String| {
        let keyword = |name: &str| flats.root.pointer(at)?.get(name)?.as_str();
        keyword("contentMediaType").is_some_and(|kind| !is_json(kind)) && keyword("contentEncoding").is_none()
    };
    let is_text = flat.types.is_empty() || flat.types.contains(&Type::String);
    is_text && (flat.format.as_deref() == Some("binary") || flat.parts.iter().any(of_bytes))
}

fn says_nothing(flat: &Folded) -> bool {
    let says_type = !flat.types.is_empty() || flat.listed.is_some() || flat.format.is_some();
    !says_type && flat.examples.is_empty() && flat.properties.is_empty() && flat.items.is_empty()
}

/// One part that is no file, so that curl takes nothing of its text for a sign.
fn part(name: &str, text: &str, kind: Option<&str>) -> String {
    let is_plain = !text.starts_with(['@', '<', '"']) && !text.contains(';') && text.trim() == text;
    match kind {
        Some(kind) if is_plain => format!("--form {}", quoted(&format!("{name}={text};type={kind}"))),
        Some(kind) => {
            let text = text.replace('\\', r"\\").replace('"', "\\\"");
            format!("--form {}", quoted(&format!("{name}=\"{text}\";type={kind}")))
        }
        None if is_plain => format!("--form {}", quoted(&format!("{name}={text}"))),
        None => format!("--form-string {}", quoted(&format!("{name}={text}"))),
    }
}

/// A body that is neither of the forms: an example in its own notation, or a file.
fn whole(contract: &Contract, media: &MediaType, told: &Media) -> Option<Vec<String>> {
    let with = |kind: &str, data: String| {
        vec![format!("--header {}", quoted(&format!("Content-Type: {kind}"))), data]
    };
    let is_range = media.name.contains('*');
    let own_notation = |json: bool| !json || is_json(&media.name);
    if let Some(example) = told.examples.iter().find(|example| own_notation(example.json) && !is_range) {
        let option = if example.text.starts_with('@') { "--data-raw" } else { "--data-binary" };
        return Some(with(&media.name, format!("{option} {}", quoted(&example.text))));
    }
    let kind = if is_range { BINARY } else { &media.name };
    let takes_bytes = essence(kind) == BINARY
        || media.schema.as_ref().is_some_and(|SchemaAt(schema)| {
            let flats = Folds::new(contract.schemas.raw(Side::Request));
            is_binary(&flats, &flats.whole(std::slice::from_ref(schema)))
        });
    (takes_bytes && includes(&media.name, kind)).then(|| with(kind, format!("--data-binary @{FILE}")))
}
