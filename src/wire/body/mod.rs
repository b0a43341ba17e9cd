//! Bodies as they travel, a codec for each kind of media type: what it writes it reads back equal.
//!
//! What stands for a number in a form is text there; which of the two it is, the schema says.

mod file;
mod form;
mod leaf;
mod lines;
mod multipart;
mod plain;
mod shape;
#[cfg(test)]
mod tests;
mod xml;

use crate::cause::Cause;
use crate::contract::MediaType;
use crate::contract::model;
use crate::json::{self, Node, Text};
use crate::schema::folded::{Folds, Type};
use crate::schema::{SchemaAt, Schemas, Side};
use leaf::Meaning;
pub(crate) use leaf::is_loose;
use serde_json::Value;
use shape::Shape;

/// How the values of a media type are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// JSON.
    Json,
    /// Pairs of names and texts, as in a query.
    Form,
    /// A part for each member.
    Parts,
    /// JSON texts, each behind the other.
    Lines,
    /// XML.
    Xml,
    /// Text, as it is.
    Text,
    /// Bytes, as they are.
    Bytes,
}

/// Writes and reads the bodies of one media type.
#[derive(Clone, Debug)]
pub struct Codec {
    /// How its values are written.
    pub notation: Notation,
    /// The media type that is sent.
    pub content_type: String,
    media: MediaType,
    shape: Shape,
}

/// What a body stands for.
#[derive(Clone, Debug)]
pub struct Came {
    /// The value, with where in the body its members stand.
    pub text: Text,
    /// What lawful readers may take for something else, and why.
    pub unclear: Vec<&'static str>,
    /// JSON Pointers to the members of which nobody can say how they are written.
    pub unclear_at: Vec<String>,
    /// What is wrong with single members whatever they hold.
    pub strays: Vec<Stray>,
}

/// A member that is written as the contract does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Why it is wrong.
    pub cause: Cause,
    /// JSON Pointer to the member.
    pub place: String,
    /// JSON Pointer to what it breaks in the contract.
    pub at: String,
    /// The keyword there.
    pub keyword: &'static str,
}

/// What stands before a value can be told: the body is not what its media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

const YAML: [&str; 4] = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

impl Notation {
    /// That of a media type.
    pub fn of(media_type: &str) -> Notation {
        let name = model::essence(media_type);
        // What is JSON is YAML, too.
        if model::is_json(&name) || YAML.contains(&name.as_str()) || name.ends_with("+yaml") {
            Notation::Json
        } else if lines::kind(&name).is_some() {
            Notation::Lines
        } else if model::is_form(&name) {
            Notation::Form
        } else if name.starts_with("multipart/") {
            Notation::Parts
        } else if matches!(name.as_str(), "application/xml" | "text/xml")
            || name.ends_with("+xml") && !name.starts_with("image/")
        {
            Notation::Xml
        } else if name.starts_with("text/") {
            Notation::Text
        } else {
            Notation::Bytes
        }
    }
}

impl Codec {
    /// The codec for what is sent as a media type of a contract.
    pub fn of(folds: &Folds<'_>, media: &MediaType) -> Codec {
        let places: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        // JSON tells by itself what stands in it.
        let is_json = Notation::of(&media.name) == Notation::Json;
        let shape = if is_json { Shape::default() } else { Shape::of(folds, &places) };
        let content_type = file::sent_as(&media.name, &shape);
        Codec { notation: Notation::of(&content_type), content_type, media: media.clone(), shape }
    }

    /// The same for what came under a media type of its own, where the contract has a range.
    #[must_use]
    pub fn named(mut self, content_type: &str) -> Codec {
        self.notation = Notation::of(content_type);
        content_type.clone_into(&mut self.content_type);
        self
    }

    /// Whether its values are texts, numbers and the like, and nothing else.
    pub fn is_scalar(&self) -> bool {
        let scalar = |one: &Type| !matches!(one, Type::Array | Type::Object);
        !self.shape.types.is_empty() && self.shape.types.iter().all(scalar)
    }

    /// Whether a place of a value holds the bytes of a file.
    pub fn is_file(&self, at: &str) -> bool {
        let holds_files = matches!(self.notation, Notation::Parts | Notation::Bytes);
        holds_files && self.shape.below(at).is_some_and(|shape| shape.binary)
    }

    /// The value with files of their media types in place of what stands for them.
    #[must_use]
    pub fn with_files(&self, value: &Value) -> Value {
        file::filled(self, value)
    }

    /// A value that came, without what its files hold.
    pub fn without_files(&self, value: &Node) -> Node {
        let mut value = value.clone();
        file::emptied(self, &mut value);
        value
    }

    /// The bytes of a value; nothing for what has no way to be written.
    pub fn write(&self, value: &Value) -> Option<Vec<u8>> {
        self.write_node(&value.into())
    }

    /// The same of what was read, whose numbers keep their digits.
    pub fn write_node(&self, value: &Node) -> Option<Vec<u8>> {
        match self.notation {
            Notation::Json => Some(json::compact(&value.to_value()).into_bytes()),
            Notation::Form => form::written(self, value).map(String::into_bytes),
            Notation::Parts => multipart::written(self, value),
            Notation::Lines => lines::written(&self.content_type, value),
            Notation::Xml => xml::written(self, value).map(String::into_bytes),
            Notation::Text => plain::written(value).map(String::into_bytes),
            Notation::Bytes => plain::bytes(&self.shape, value),
        }
    }

    /// Parts of which one has another media type.
    pub fn with_type(&self, value: &Value, member: &str, content_type: &str) -> Option<Vec<u8>> {
        let mut other = self.clone();
        let encoding = other.media.encoding.iter_mut().find(|encoding| encoding.name == member)?;
        encoding.content_type = Some(content_type.to_owned());
        value.get(member)?;
        other.write(value)
    }

    /// What a body of it stands for. Of all readings it is the first that the schema allows, else what
    /// was most likely meant.
    pub fn read(
        &self,
        schemas: &Schemas,
        side: Side,
        content_type: &str,
        bytes: &[u8],
    ) -> Result<Came, Malformed> {
        let mut found = Found::default();
        let meaning = match self.notation {
            Notation::Json => {
                let text = json::read(bytes).map_err(|_| Malformed("it is no JSON document"))?;
                return Ok(Came { text, unclear: Vec::new(), unclear_at: Vec::new(), strays: Vec::new() });
            }
            Notation::Form => form::read(self, bytes, &mut found),
            Notation::Parts => multipart::read(self, content_type, bytes, &mut found),
            Notation::Lines => lines::read(&self.shape, content_type, bytes, &mut found)?,
            Notation::Xml => xml::read(self, bytes, &mut found)?,
            Notation::Text => plain::read(&self.shape, content_type, bytes, &mut found),
            Notation::Bytes => plain::read_bytes(&self.shape, content_type, bytes, &mut found),
        };
        let root = meaning.settled(self.media.schema.as_ref(), schemas, side);
        let text = Text { root, duplicates: found.repeated, lone_surrogates: false };
        Ok(Came { text, unclear: found.unclear, unclear_at: found.unclear_at, strays: found.strays })
    }
}

const NOT_UTF8: &str = "bytes that are no UTF-8 may be replaced or refused";
const OTHER_CHARSET: &str = "which charsets a host reads is not said";
const CONTENTS: &str = "what a file of its media type has to hold is not said";
const OBJECTS: &str = "how an object is written in a form is not said";

/// Whether a media type is that of text.
fn is_text(media_type: &str) -> bool {
    let name = model::essence(media_type);
    name.starts_with("text/") || model::is_json(&name) || name.ends_with("xml")
}

/// The media type and the bytes of the only file of a multipart body.
pub fn one_file<'b>(content_type: &str, bytes: &'b [u8]) -> Option<(String, &'b [u8])> {
    multipart::one_file(content_type, bytes)
}

/// What a body of one of several media types stands for; nothing where that cannot be told for sure.
pub fn stands_for(
    schemas: &Schemas,
    side: Side,
    content: &[MediaType],
    (given, bytes): (&str, &[u8]),
) -> Option<Text> {
    if model::is_json(given) {
        return json::read(bytes).ok();
    }
    let media = model::choose(content, given)?;
    let codec = Codec::of(&Folds::new(schemas.raw(side)), media);
    let codec = if media.name.contains('*') { codec.named(given) } else { codec };
    let came = codec.read(schemas, side, given, bytes).ok()?;
    came.unclear.is_empty().then_some(came.text)
}

/// What is found beside the value.
#[derive(Default)]
struct Found {
    unclear: Vec<&'static str>,
    unclear_at: Vec<String>,
    strays: Vec<Stray>,
    repeated: Vec<String>,
}

impl Found {
    /// How a member is written is not said.
    fn unsaid(&mut self, at: &str, why: &'static str) {
        self.unclear(why);
        self.unclear_at.push(at.to_owned());
    }

    fn unclear(&mut self, why: &'static str) {
        if !self.unclear.contains(&why) {
            self.unclear.push(why);
        }
    }
}

impl Meaning {
    /// The reading that a schema allows: numbers and booleans where they may stand, or text.
    fn settled(self, schema: Option<&SchemaAt>, schemas: &Schemas, side: Side) -> Node {
        let Meaning { typed, plain } = self;
        let Some(schema) = schema else { return typed };
        let allowed = |node: &Node| schemas.accepts(schema, side, &node.to_value());
        if typed == plain || allowed(&typed) {
            return typed;
        }
        if allowed(&plain) {
            return plain;
        }
        let broken = schemas.breaks(schema, side, &typed.to_value());
        let mended = leaf::mended(&typed, &plain, broken.iter().map(|one| one.place.as_str()));
        if allowed(&mended) { mended } else { typed }
    }
}
