//! `multipart/form-data`: a part for each member, and one for each item of a list (RFC 7578).

use super::leaf::{self, Leaf, Meaning};
use super::shape::Shape;
use super::{CONTENTS, Codec, Found, NOT_UTF8, Stray, file, plain};
use crate::cause::Cause;
use crate::contract::model;
use crate::json::{Kind, Node, pointer};
use crate::schema::folded::Type;
use crate::wire::sequence::{self, BOUNDARY};
use indexmap::IndexMap;

/// What no part is.
const NONE: &str = "a body in which no part is found may be taken for one without parts";
const OTHER: &str = "how the parts of a multipart body that is no form are told apart is not said";
const CUT: &str = "what comes before the end of a body that is cut may be taken";
const NAMELESS: &str = "what a part without a name is for is not said";
const FILES: &str = "whether a part is a file is told by its file name";

const NAMES: &str = "which names of files a host takes is not said";
const EMPTY: &str = "whether a file may be empty is not said";
const TYPED: &str = "whether the media type of a part counts that is text is not said";

/// Whether nobody has a reason to refuse a name of a file.
fn is_plain(name: &str) -> bool {
    name.chars().count() <= 100 && !name.contains(['/', '\\', ';']) && !name.contains(char::is_control)
}

/// So many parts are read.
const MOST: usize = 10_000;

/// What is known of a part by its head.
struct Head {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    fields: Vec<String>,
}

/// The media type that a part is written with; none for plain text of which nothing is said.
pub(super) fn kind(codec: &Codec, name: &str, shape: &Shape) -> Option<String> {
    let documented = codec.media.encoding(name).and_then(|encoding| encoding.content_types().next());
    if let Some(documented) = documented {
        return Some(file::of_part(documented));
    }
    let item = shape.items.as_deref().filter(|_| shape.is_list()).unwrap_or(shape);
    if item.binary {
        Some("application/octet-stream".into())
    } else if item.is_object() {
        Some("application/json".into())
    } else {
        None
    }
}

/// A value as parts; nothing for what has no way to be written.
pub(super) fn written(codec: &Codec, value: &Node) -> Option<Vec<u8>> {
    let Kind::Object(members) = &value.kind else { return None };
    let unknown = Shape::default();
    let mut body = Vec::new();
    for member in members {
        let shape = codec.shape.child(&member.key).unwrap_or(&unknown);
        let kind = kind(codec, &member.key, shape);
        let is_json = kind.as_deref().is_some_and(model::is_json);
        match &member.value.kind {
            // A list is one JSON text only where that is said.
            Kind::Array(items) if !(is_json && shape.items.as_ref().is_none_or(|item| !item.is_object())) => {
                if items.is_empty() {
                    return None;
                }
                let item = shape.items.as_deref().unwrap_or(&unknown);
                for value in items {
                    part(codec, (&member.key, item, kind.as_deref()), value, &mut body)?;
                }
            }
            _ => part(codec, (&member.key, shape, kind.as_deref()), &member.value, &mut body)?,
        }
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    Some(body)
}

fn part(
    codec: &Codec,
    (name, shape, kind): (&str, &Shape, Option<&str>),
    value: &Node,
    body: &mut Vec<u8>,
) -> Option<()> {
    let is_compound = matches!(value.kind, Kind::Object(_) | Kind::Array(_));
    let kind = kind.or(is_compound.then_some("application/json"));
    let content = match &value.kind {
        _ if kind.is_some_and(model::is_json) => value.to_value().to_string().into_bytes(),
        Kind::String(text) if shape.binary => plain::latin(text)?,
        _ => leaf::text(value)?.into_bytes(),
    };
    if memchr::memmem::find(&content, format!("--{BOUNDARY}").as_bytes()).is_some() {
        return None;
    }
    let mut head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(name));
    if shape.binary {
        let ending = file::ending(kind.unwrap_or_default());
        head.push_str(&format!("; filename=\"{FILE_NAME}.{ending}\""));
    }
    head.push_str("\r\n");
    if let Some(kind) = kind {
        head.push_str(&format!("Content-Type: {kind}\r\n"));
    }
    let headers = codec.media.encoding(name).into_iter().flat_map(|encoding| &encoding.headers);
    for header in headers.filter(|header| header.required && !is_content_type(&header.name)) {
        head.push_str(&format!("{}: 1\r\n", header.name));
    }
    body.extend(head.into_bytes());
    body.extend(b"\r\n");
    body.extend(content);
    body.extend(b"\r\n");
    Some(())
}

/// What files are called that are written here, before the point.
pub(super) const FILE_NAME: &str = "probity";

fn is_content_type(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-type")
}

/// A name within quotes, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn unquoted(name: &str) -> String {
    name.replace("\\\"", "\"").replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// What the parts of a body stand for.
pub(super) fn read(codec: &Codec, content_type: &str, bytes: &[u8], found: &mut Found) -> Meaning {
    let pieces = sequence::parameter(content_type, "boundary")
        .map(|boundary| sequence::split(bytes, format!("--{boundary}").as_bytes()))
        .unwrap_or_default();
    if model::essence(content_type) != "multipart/form-data" {
        found.unclear(OTHER);
    }
    let mut came: IndexMap<String, Vec<(Head, &[u8])>> = IndexMap::new();
    let mut ended = false;
    for piece in pieces.iter().copied().skip(1).take(MOST) {
        if piece.starts_with(b"--") {
            ended = true;
            break;
        }
        let Some((head, content)) = head(piece) else {
            found.unclear(NAMELESS);
            continue;
        };
        came.entry(head.name.clone()).or_default().push((head, content));
    }
    if pieces.len() < 2 {
        found.unclear(NONE);
    } else if !ended {
        found.unclear(CUT);
    }
    let unknown = Shape::default();
    let each = came.into_iter().map(|(name, parts)| {
        let shape = codec.shape.child(&name).unwrap_or(&unknown);
        let at = pointer::child("", &name);
        for (head, _) in &parts {
            strays(codec, (&name, &at), head, found);
        }
        let meaning = member(shape, parts, (bytes, &at), found);
        (name, meaning)
    });
    let each: Vec<(String, Meaning)> = each.collect();
    Meaning::object(&each, (0, bytes.len()))
}

/// The media type and the bytes of the only file of a body.
pub(super) fn one_file<'b>(content_type: &str, bytes: &'b [u8]) -> Option<(String, &'b [u8])> {
    let boundary = sequence::parameter(content_type, "boundary")?;
    let pieces = sequence::split(bytes, format!("--{boundary}").as_bytes());
    let parts = pieces.into_iter().skip(1).take(MOST).take_while(|piece| !piece.starts_with(b"--"));
    let mut files = parts.filter_map(head).filter(|(head, _)| head.file_name.is_some());
    match (files.next(), files.next()) {
        (Some((head, content)), None) => Some((head.content_type?, content)),
        _ => None,
    }
}

/// The head of a part and what it holds; nothing where it has no name.
fn head(piece: &[u8]) -> Option<(Head, &[u8])> {
    let piece = piece.strip_prefix(b"\r\n").or(piece.strip_prefix(b"\n")).unwrap_or(piece);
    let at = memchr::memmem::find(piece, b"\r\n\r\n")?;
    let (fields, content) = (String::from_utf8_lossy(&piece[..at]), &piece[at + 4..]);
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    let mut known = Head { name: String::new(), file_name: None, content_type: None, fields: Vec::new() };
    let mut name = None;
    for line in fields.lines() {
        let (field, value) = line.split_once(':')?;
        if field.trim().eq_ignore_ascii_case("content-disposition") {
            name = parameter(value, "name");
            known.file_name = parameter(value, "filename");
        } else if is_content_type(field.trim()) {
            known.content_type = Some(value.trim().to_owned());
        }
        known.fields.push(field.trim().to_ascii_lowercase());
    }
    known.name = name?;
    Some((known, content))
}

/// A parameter of a disposition.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = rest[at + 1..].trim_start();
        let (name, text) = rest.split_once('=')?;
        let (text, after) = match text.strip_prefix('"') {
            Some(text) => {
                let end =
                    text.match_indices('"').map(|(at, _)| at).find(|at| !text[..*at].ends_with('\\'))?;
                (&text[..end], &text[end..])
            }
            None => text.split_at(text.find(';').unwrap_or(text.len())),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(unquoted(text));
        }
        rest = after;
    }
    None
}

/// What of a part the contract does not allow, whatever it holds.
fn strays(codec: &Codec, (name, at): (&str, &str), head: &Head, found: &mut Found) {
    let Some(encoding) = codec.media.encoding(name) else { return };
    let mut allowed = encoding.content_types().peekable();
    if let Some(kind) = &head.content_type
        && allowed.peek().is_some()
        && !allowed.any(|allowed| model::includes(allowed, kind))
    {
        let broken = pointer::child(&encoding.at, "contentType");
        found.strays.push(Stray {
            cause: Cause::UnsupportedMediaType,
            place: at.to_owned(),
            at: broken,
            keyword: "contentType",
        });
    }
    let missing = encoding.headers.iter().find(|header| {
        header.required
            && !is_content_type(&header.name)
            && !head.fields.contains(&header.name.to_ascii_lowercase())
    });
    if let Some(missing) = missing {
        let broken = pointer::child(&missing.at, "required");
        found.strays.push(Stray {
            cause: Cause::Missing,
            place: at.to_owned(),
            at: broken,
            keyword: "required",
        });
    }
}

fn member(
    shape: &Shape,
    mut parts: Vec<(Head, &[u8])>,
    (bytes, at): (&[u8], &str),
    found: &mut Found,
) -> Meaning {
    let several = parts.len() > 1;
    let is_whole = matches!(parts.as_slice(), [(head, content)]
        if head.content_type.as_deref().is_some_and(model::is_json) && content.starts_with(b"["));
    if is_whole || !(shape.is_list() || several && shape.allows(Type::Array)) {
        if several {
            found.repeated.push(at.to_owned());
        }
        return parts.pop().map_or_else(
            || Meaning::same(leaf::node(Kind::Null, (0, 0))),
            |(head, content)| one(shape, &head, (bytes, content), found),
        );
    }
    let unknown = Shape::default();
    let item = shape.items.as_deref().unwrap_or(&unknown);
    let items: Vec<Meaning> =
        parts.iter().map(|(head, content)| one(item, head, (bytes, content), found)).collect();
    let span = items.first().map_or((0, 0), |first| (first.typed.start, first.typed.end));
    Meaning::list(items, span)
}

fn one(shape: &Shape, head: &Head, (bytes, content): (&[u8], &[u8]), found: &mut Found) -> Meaning {
    let start = (content.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize);
    let span = (start, start + content.len());
    let is_named = head.file_name.as_deref().is_some_and(|name| !name.is_empty());
    if shape.binary != is_named {
        found.unclear(FILES);
    }
    if shape.binary {
        if head.file_name.as_deref().is_some_and(|name| !is_plain(name)) {
            found.unclear(NAMES);
        }
        if content.is_empty() {
            found.unclear(EMPTY);
        }
        let kind = head.content_type.as_deref().unwrap_or_default();
        if !file::is_whole(kind, content) {
            found.unclear(CONTENTS);
        }
        return Meaning::same(leaf::node(Kind::String(plain::of_latin(content)), span));
    }
    if str::from_utf8(content).is_err() {
        found.unclear(NOT_UTF8);
    }
    let leaf = Leaf { text: String::from_utf8_lossy(content).into_owned(), span };
    if head.content_type.as_deref().is_some_and(model::is_json)
        && let Some(read) = leaf.as_json()
    {
        if !shape.allows(Type::String) || shape.types.is_empty() {
            return read;
        }
        found.unclear(TYPED);
    }
    leaf.meaning(shape)
}
