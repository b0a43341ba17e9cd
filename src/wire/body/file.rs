//! Files: what begins as their media type says.

use super::shape::Shape;
use super::{Codec, Notation, multipart, plain};
use crate::contract::model;
use crate::json::{Kind, Node, pointer};
use crate::schema::folded::Type;
use crate::wire::sequence::BOUNDARY;
use serde_json::Value;

const BYTES: &str = "application/octet-stream";

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";
const WEBP: &[u8] = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";

/// What a file of a media type holds, and how its name ends.
const KNOWN: [(&str, &[u8], &str); 17] = [
    ("image/png", PNG, "png"),
    ("image/gif", GIF, "gif"),
    ("image/jpeg", JPEG, "jpg"),
    ("image/webp", WEBP, "webp"),
    ("image/svg+xml", SVG, "svg"),
    ("application/pdf", PDF, "pdf"),
    ("application/zip", ZIP, "zip"),
    ("application/gzip", GZIP, "gz"),
    ("audio/wav", WAV, "wav"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\0\0", "mp3"),
    ("audio/ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0", "ogg"),
    ("audio/flac", b"fLaC\0\0\0\x22", "flac"),
    ("video/mp4", MP4, "mp4"),
    ("video/webm", b"\x1a\x45\xdf\xa3\x80", "webm"),
    ("text/csv", b"name,value\nprobity,1\n", "csv"),
    ("text/plain", b"probity\n", "txt"),
    (BYTES, b"probity\0\x01\xfe\xff", "bin"),
];

/// Media types whose files are whole, as short as they are.
const WHOLE: [&str; 5] = ["", BYTES, "text/plain", "image/png", "image/gif"];

/// Whether nothing is missing in a file that is written here, or nothing is said of it.
pub(super) fn is_whole(media_type: &str, content: &[u8]) -> bool {
    let name = model::essence(media_type);
    let is_picture = name.starts_with("image/");
    WHOLE.contains(&name.as_str())
        && (!is_picture || KNOWN.iter().any(|(known, bytes, _)| *known == name && *bytes == content))
}

/// How the name of a file of a media type ends.
pub(super) fn ending(media_type: &str) -> &'static str {
    let name = model::essence(media_type);
    let known = KNOWN.iter().find(|(known, ..)| *known == name);
    known.map_or("bin", |(.., ending)| ending)
}

/// A file of a media type, a character for each byte.
fn sample(media_type: &str) -> Option<String> {
    let name = model::essence(media_type);
    KNOWN.iter().find(|(known, ..)| *known == name).map(|(_, bytes, _)| plain::of_latin(bytes))
}

/// The media type that is sent where a contract has one or a range.
pub(super) fn sent_as(documented: &str, shape: &Shape) -> String {
    let name = model::essence(documented);
    if let Some(class) = name.strip_suffix("/*") {
        return concrete(class, shape).to_owned();
    }
    if name.starts_with("multipart/") && !documented.contains("boundary=") {
        return format!("{documented}; boundary={BOUNDARY}");
    }
    if name.contains('*') { "application/json".into() } else { documented.to_owned() }
}

fn concrete(class: &str, shape: &Shape) -> &'static str {
    let is_structured = !shape.types.is_empty() && !shape.allows(Type::String) || !shape.members.is_empty();
    match class {
        "*" | "application" if is_structured => "application/json",
        "*" if shape.types == [Type::String] && !shape.binary => "text/plain",
        "text" => "text/plain",
        "image" => "image/png",
        "audio" => "audio/wav",
        "video" => "video/mp4",
        "multipart" => "multipart/form-data; boundary=probity",
        _ => BYTES,
    }
}

/// The media type of a part: that which is documented, a range by one of its own.
pub(super) fn of_part(documented: &str) -> String {
    sent_as(documented, &Shape { binary: true, ..Shape::default() })
}

/// A value with files in place of the texts that stand for them.
pub(super) fn filled(codec: &Codec, value: &Value) -> Value {
    let mut value = value.clone();
    match (codec.notation, &mut value) {
        (Notation::Bytes, Value::String(text)) if codec.shape.binary => fill(text, &codec.content_type),
        (Notation::Parts, Value::Object(members)) => {
            for (name, member) in members {
                let Some(shape) = codec.shape.members.get(name) else { continue };
                let kind = multipart::kind(codec, name, shape).unwrap_or_default();
                match member {
                    Value::String(text) if shape.binary => fill(text, &kind),
                    Value::Array(items) if shape.items.as_ref().is_some_and(|item| item.binary) => {
                        let texts = items.iter_mut().filter_map(|item| match item {
                            Value::String(text) => Some(text),
                            _ => None,
                        });
                        texts.for_each(|text| fill(text, &kind));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    value
}

fn fill(text: &mut String, media_type: &str) {
    if let Some(sample) = sample(media_type) {
        *text = sample;
    }
}

/// Takes out what files hold.
pub(super) fn emptied(codec: &Codec, value: &mut Node) {
    let empty = |value: &mut Node| {
        if matches!(value.kind, Kind::String(_)) {
            value.kind = Kind::String("file".into());
        }
    };
    if codec.is_file("") {
        empty(value);
    }
    let Kind::Object(members) = &mut value.kind else { return };
    for member in members {
        let at = pointer::child("", &member.key);
        if codec.is_file(&at) {
            empty(&mut member.value);
        }
        if let Kind::Array(items) = &mut member.value.kind
            && codec.is_file(&format!("{at}/0"))
        {
            items.iter_mut().for_each(empty);
        }
    }
}
