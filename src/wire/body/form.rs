//! `application/x-www-form-urlencoded`: a pair for each member, and one for each item of a list.

use super::leaf::{self, Leaf, Meaning};
use super::shape::Shape;
use super::{Codec, Found, NOT_UTF8, OBJECTS};
use crate::contract::model::{self, Encoding, Style};
use crate::json::{Kind, Node, pointer};
use crate::schema::folded::Type;
use crate::wire::url;
use indexmap::IndexMap;

const PERCENT: &str = "what a percent sign without two digits behind it stands for is not said";
const DEEPER: &str = "how lists and objects within an object are written in a form is not said";

/// How a member is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A pair for each of its items.
    Pairs,
    /// One pair with its items in a row.
    Joined(char),
    /// A pair for each of its members, in brackets behind the name.
    Deep,
    /// One pair with a JSON text.
    Json,
}

impl Way {
    fn of(encoding: Option<&Encoding>) -> Way {
        let Some(encoding) = encoding else { return Way::Pairs };
        let apart = encoding.explode;
        match encoding.style {
            Some(Style::DeepObject) => Way::Deep,
            Some(Style::SpaceDelimited) if apart != Some(true) => Way::Joined(' '),
            Some(Style::PipeDelimited) if apart != Some(true) => Way::Joined('|'),
            Some(Style::Form) | None if apart == Some(false) => Way::Joined(','),
            None if encoding.content_types().next().is_some_and(model::is_json) => Way::Json,
            _ => Way::Pairs,
        }
    }
}

/// A value as a form; nothing for what a form has no way to write.
pub(super) fn written(codec: &Codec, value: &Node) -> Option<String> {
    let Kind::Object(members) = &value.kind else { return None };
    let mut pairs: Vec<String> = Vec::new();
    for member in members {
        let name = url::encoded(&member.key);
        match (Way::of(codec.media.encoding(&member.key)), &member.value.kind) {
            (Way::Json, _) => pairs.push(pair(&name, &member.value.to_value().to_string())),
            (Way::Deep, Kind::Object(_) | Kind::Array(_)) => deep(&name, &member.value, &mut pairs)?,
            (Way::Joined(between), Kind::Array(items)) if !items.is_empty() => {
                let texts: Vec<String> = items.iter().map(leaf::text).collect::<Option<_>>()?;
                if texts.iter().any(|text| text.contains(between)) {
                    return None;
                }
                pairs.push(pair(&name, &texts.join(&between.to_string())));
            }
            (_, Kind::Array(items)) if !items.is_empty() => {
                for item in items {
                    pairs.push(pair(&name, &one(item)?));
                }
            }
            _ => pairs.push(pair(&name, &one(&member.value)?)),
        }
    }
    Some(pairs.join("&"))
}

fn pair(name: &str, text: &str) -> String {
    format!("{name}={}", url::encoded(text))
}

/// A text, or an object as one.
fn one(value: &Node) -> Option<String> {
    match &value.kind {
        Kind::Object(_) => Some(value.to_value().to_string()),
        _ => leaf::text(value),
    }
}

fn deep(name: &str, value: &Node, pairs: &mut Vec<String>) -> Option<()> {
    let below = |token: &str| format!("{name}%5B{}%5D", url::encoded(token));
    match &value.kind {
        Kind::Object(members) if members.is_empty() => None,
        Kind::Object(members) => members.iter().try_for_each(|member| {
            // A bracket could not be told from those around it.
            (!member.key.contains(['[', ']'])).then(|| deep(&below(&member.key), &member.value, pairs))?
        }),
        Kind::Array(items) if items.is_empty() => None,
        Kind::Array(items) => {
            let mut each = items.iter().enumerate();
            each.try_for_each(|(index, item)| deep(&below(&index.to_string()), item, pairs))
        }
        _ => {
            pairs.push(pair(name, &leaf::text(value)?));
            Some(())
        }
    }
}

/// A text that came, and what stands in brackets behind its name.
type Entry = (Vec<String>, Leaf);

/// What a form stands for.
pub(super) fn read(codec: &Codec, bytes: &[u8], found: &mut Found) -> Meaning {
    let body = String::from_utf8_lossy(bytes);
    if matches!(body, std::borrow::Cow::Owned(_)) {
        found.unclear(NOT_UTF8);
    }
    let way = |name: &str| Way::of(codec.media.encoding(name));
    let mut came: IndexMap<String, Vec<Entry>> = IndexMap::new();
    let mut start = 0;
    for written in body.split('&') {
        let (key, text) = written.split_once('=').unwrap_or((written, ""));
        let end = start + written.len();
        let span = (end - text.len(), end);
        start = end + 1;
        if written.is_empty() {
            continue;
        }
        let (key, text) = (decoded(key, found), decoded(text, found));
        let (name, below) = match brackets(&key) {
            Some((name, below)) if !codec.shape.members.contains_key(&key) && way(name) == Way::Deep => {
                (name.to_owned(), below)
            }
            _ => (key, Vec::new()),
        };
        came.entry(name).or_default().push((below, Leaf { text, span }));
    }
    let unknown = Shape::default();
    let each = came.into_iter().map(|(name, entries)| {
        let shape = codec.shape.child(&name).unwrap_or(&unknown);
        let at = pointer::child("", &name);
        let meaning = match way(&name) {
            Way::Deep if entries.iter().any(|(below, _)| !below.is_empty()) => {
                inside(shape, entries, 0, &at, found)
            }
            way => member(way, shape, entries, &at, found),
        };
        (name, meaning)
    });
    let each: Vec<(String, Meaning)> = each.collect();
    Meaning::object(&each, (0, bytes.len()))
}

fn decoded(text: &str, found: &mut Found) -> String {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        rest = &rest[at..];
        if !url::is_encoded_byte(rest) {
            found.unclear(PERCENT);
        }
        rest = &rest[1..];
    }
    let plain = text.replace('+', " ");
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(&plain).collect();
    if str::from_utf8(&bytes).is_err() {
        found.unclear(NOT_UTF8);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name and what stands in brackets behind it.
fn brackets(key: &str) -> Option<(&str, Vec<String>)> {
    let (name, rest) = key.split_at(key.find('[')?);
    let inner = rest.strip_prefix('[')?.strip_suffix(']')?;
    Some((name, inner.split("][").map(str::to_owned).collect()))
}

/// What the texts of one name stand for.
fn member(way: Way, shape: &Shape, entries: Vec<Entry>, at: &str, found: &mut Found) -> Meaning {
    let mut leaves: Vec<Leaf> = entries.into_iter().map(|(_, leaf)| leaf).collect();
    let several = leaves.len() > 1;
    if let (Way::Joined(between), true, [Leaf { text, span }]) = (way, shape.items.is_some(), &*leaves) {
        let items = text.split(between).map(|text| Leaf { text: text.to_owned(), span: *span });
        leaves = items.collect();
    } else if !(shape.is_list() || several && shape.allows(Type::Array)) {
        if several {
            found.repeated.push(at.to_owned());
        }
        return leaves.pop().map_or_else(
            || Meaning::same(leaf::node(Kind::Null, (0, 0))),
            |leaf| one_of(way, shape, leaf, (at, found)),
        );
    }
    let span = leaves.first().map_or((0, 0), |first| (first.span.0, first.span.1));
    if let (Way::Json, [only]) = (way, &*leaves)
        && let Some(list) = only.as_json()
    {
        return list;
    }
    let unknown = Shape::default();
    let item = shape.items.as_deref().unwrap_or(&unknown);
    Meaning::list(leaves.into_iter().map(|leaf| one_of(way, item, leaf, (at, found))).collect(), span)
}

fn one_of(way: Way, shape: &Shape, leaf: Leaf, (at, found): (&str, &mut Found)) -> Meaning {
    let may_be_object = shape.is_object() || (shape.allows(Type::Object) && leaf.text.starts_with('{'));
    if (may_be_object || way == Way::Json)
        && let Some(read) = leaf.as_json()
    {
        if way != Way::Json {
            found.unsaid(at, OBJECTS);
        }
        return read;
    }
    leaf.meaning(shape)
}

/// What stands below a name, by what is in brackets.
fn inside(shape: &Shape, entries: Vec<Entry>, depth: usize, at: &str, found: &mut Found) -> Meaning {
    let mut groups: IndexMap<String, Vec<Entry>> = IndexMap::new();
    for (below, leaf) in entries {
        let name = below.get(depth).cloned().unwrap_or_default();
        groups.entry(name).or_default().push((below, leaf));
    }
    let is_list =
        shape.is_list() || (shape.items.is_some() && groups.keys().all(|key| pointer::index(key).is_some()));
    if depth > 0 || is_list {
        found.unsaid(at, DEEPER);
    }
    let unknown = Shape::default();
    let mut each = Vec::new();
    for (name, entries) in groups {
        let here = pointer::child(at, &name);
        let own = if is_list { shape.items.as_deref() } else { shape.child(&name) };
        let own = own.unwrap_or(&unknown);
        let goes_on = depth < 8 && entries.iter().all(|(below, _)| below.len() > depth + 1);
        let meaning = if goes_on {
            inside(own, entries, depth + 1, &here, found)
        } else {
            member(Way::Pairs, own, entries, &here, found)
        };
        each.push((name, meaning));
    }
    let span = each.first().map_or((0, 0), |(_, first)| (first.typed.start, first.typed.end));
    if is_list {
        Meaning::list(each.into_iter().map(|(_, one)| one).collect(), span)
    } else {
        Meaning::object(&each, span)
    }
}
