//! XML, as the `xml` of schemas has it: an element for each member and each item, or an attribute.

use super::leaf::{self, Leaf, Meaning};
use super::shape::Shape;
use super::{Codec, Found, Malformed};
use crate::json::{Kind, Node, pointer};
use crate::schema::folded::Type;
use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};

const ROOT: &str = "what the root element is called is not said";
const NAMES: &str = "what comes under another name than that of the root element may be taken";
const LEFT_OVER: &str = "what text between elements is for is not said";
const DECLARED: &str = "whether a document type is read is not said";
const OTHERWISE: &str = "what is neither an element nor an attribute is not read";
const EMPTY: &str = "whether an element with nothing in it is an empty text is not said";

/// So deep elements are read, and so many.
const DEPTH: usize = 64;
const MOST: usize = 100_000;

/// What the `xml` of a schema says.
#[derive(Clone, Debug, Default)]
pub(super) struct Xml {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) attribute: bool,
    /// It is neither an element nor an attribute.
    pub(super) otherwise: bool,
    pub(super) wrapped: bool,
}

impl Xml {
    /// A name with its prefix.
    fn prefixed(&self, own: &str) -> String {
        let name = self.name.as_deref().unwrap_or(own);
        match self.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => format!("{prefix}:{name}"),
            None => name.to_owned(),
        }
    }

    fn local<'x>(&'x self, own: &'x str) -> &'x str {
        self.name.as_deref().unwrap_or(own)
    }

    fn declaration(&self) -> Option<String> {
        let namespace = escape(self.namespace.as_deref()?);
        Some(match self.prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => format!(" xmlns:{prefix}=\"{namespace}\""),
            None => format!(" xmlns=\"{namespace}\""),
        })
    }
}

/// A value as a document; nothing for what has no way to be written.
pub(super) fn written(codec: &Codec, value: &Node) -> Option<String> {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
    let name = root(&codec.shape).unwrap_or(DEFAULT_ROOT);
    match &value.kind {
        Kind::Array(items) => {
            let item = codec.shape.items.as_deref()?;
            open(name, &codec.shape.xml, "", &mut text);
            items.iter().try_for_each(|value| element(item_name(item, name), item, value, &mut text))?;
            close(name, &codec.shape.xml, &mut text);
        }
        _ => element(name, &codec.shape, value, &mut text)?,
    }
    Some(text)
}

/// What stands for the name of a root element of which nothing is said.
const DEFAULT_ROOT: &str = "root";

fn root(shape: &Shape) -> Option<&str> {
    shape.xml.name.as_deref().or(shape.named.as_deref())
}

fn item_name<'n>(item: &'n Shape, own: &'n str) -> &'n str {
    item.xml.name.as_deref().unwrap_or(own)
}

fn open(name: &str, xml: &Xml, attributes: &str, text: &mut String) {
    let declaration = xml.declaration().unwrap_or_default();
    text.push_str(&format!("<{}{declaration}{attributes}>", xml.prefixed(name)));
}

fn close(name: &str, xml: &Xml, text: &mut String) {
    text.push_str(&format!("</{}>", xml.prefixed(name)));
}

fn element(name: &str, shape: &Shape, value: &Node, text: &mut String) -> Option<()> {
    if shape.xml.otherwise || !is_name(shape.xml.local(name)) {
        return None;
    }
    let Kind::Object(members) = &value.kind else {
        let written = leaf::text(value)?;
        open(name, &shape.xml, "", text);
        text.push_str(&plain(&written)?);
        close(name, &shape.xml, text);
        return Some(());
    };
    let unknown = Shape::default();
    let own = |key: &str| shape.child(key).unwrap_or(&unknown);
    let mut attributes = String::new();
    for member in members.iter().filter(|member| own(&member.key).xml.attribute) {
        let written = plain(&leaf::text(&member.value)?)?;
        attributes.push_str(&format!(" {}=\"{written}\"", own(&member.key).xml.prefixed(&member.key)));
    }
    open(name, &shape.xml, &attributes, text);
    for member in members.iter().filter(|member| !own(&member.key).xml.attribute) {
        let shape = own(&member.key);
        let Kind::Array(items) = &member.value.kind else {
            element(&member.key, shape, &member.value, text)?;
            continue;
        };
        let item = shape.items.as_deref().unwrap_or(&unknown);
        if items.is_empty() && !shape.xml.wrapped {
            return None;
        }
        if shape.xml.wrapped {
            open(&member.key, &shape.xml, "", text);
        }
        let name = if shape.xml.wrapped { shape.xml.local(&member.key) } else { &member.key };
        items.iter().try_for_each(|value| element(item_name(item, name), item, value, text))?;
        if shape.xml.wrapped {
            close(&member.key, &shape.xml, text);
        }
    }
    close(name, &shape.xml, text);
    Some(())
}

/// A text with its marks escaped; nothing where a character may not stand in a document.
fn plain(text: &str) -> Option<String> {
    let is_allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().all(is_allowed).then(|| escape(text).into_owned())
}

/// Whether it can be the name of an element.
fn is_name(name: &str) -> bool {
    let first = |c: char| c.is_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// An element as it came.
#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
    span: (usize, usize),
}

/// What a document stands for.
pub(super) fn read(codec: &Codec, bytes: &[u8], found: &mut Found) -> Result<Meaning, Malformed> {
    let text = str::from_utf8(bytes).map_err(|_| NOT_WELL_FORMED)?;
    let element = tree(text, found)?;
    match root(&codec.shape) {
        None => found.unclear(ROOT),
        Some(name) if name != element.name => found.unclear(NAMES),
        Some(_) => {}
    }
    if codec.shape.is_list() {
        let unknown = Shape::default();
        let item = codec.shape.items.as_deref().unwrap_or(&unknown);
        let each = element.children.iter().enumerate();
        let each = each.map(|(index, child)| meaning(item, child, &format!("/{index}"), found)).collect();
        return Ok(Meaning::list(each, (0, bytes.len())));
    }
    Ok(meaning(&codec.shape, &element, "", found))
}

const NOT_WELL_FORMED: Malformed = Malformed("it is no XML document");

fn tree(text: &str, found: &mut Found) -> Result<Element, Malformed> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        let event = reader.read_event().map_err(|_| NOT_WELL_FORMED)?;
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        match event {
            Event::Start(start) if open.len() < DEPTH && count < MOST => {
                count += 1;
                open.push(begun(&start, at)?);
            }
            Event::Empty(start) if count < MOST => {
                count += 1;
                ended(begun(&start, at)?, &mut open, &mut root)?;
            }
            Event::Start(_) | Event::Empty(_) => return Err(Malformed("it is nested too deep or too long")),
            Event::End(end) => {
                let mut element = open.pop().ok_or(NOT_WELL_FORMED)?;
                element.span.1 = at.saturating_sub(end.name().as_ref().len() + 3);
                ended(element, &mut open, &mut root)?;
            }
            Event::Text(held) => {
                let held = held.decode().map_err(|_| NOT_WELL_FORMED)?;
                match open.last_mut() {
                    Some(element) => element.text.push_str(&held),
                    None if held.trim().is_empty() => {}
                    None => return Err(NOT_WELL_FORMED),
                }
            }
            Event::CData(held) => {
                let held = held.decode().map_err(|_| NOT_WELL_FORMED)?;
                open.last_mut().ok_or(NOT_WELL_FORMED)?.text.push_str(&held);
            }
            Event::GeneralRef(held) => {
                let name = held.decode().map_err(|_| NOT_WELL_FORMED)?;
                let held = unescape(&format!("&{name};")).map_err(|_| NOT_WELL_FORMED)?.into_owned();
                open.last_mut().ok_or(NOT_WELL_FORMED)?.text.push_str(&held);
            }
            Event::DocType(_) => found.unclear(DECLARED),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if open.is_empty() { root.ok_or(NOT_WELL_FORMED) } else { Err(NOT_WELL_FORMED) }
}

fn begun(start: &BytesStart<'_>, at: usize) -> Result<Element, Malformed> {
    let local = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| NOT_WELL_FORMED)?;
        let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        let raw = String::from_utf8_lossy(&attribute.value).into_owned();
        let value = unescape(&raw).map_err(|_| NOT_WELL_FORMED)?.into_owned();
        attributes.push((local(attribute.key.local_name().as_ref()), value));
    }
    let name = local(start.local_name().as_ref());
    Ok(Element { name, attributes, span: (at, at), ..Element::default() })
}

fn ended(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), Malformed> {
    match (open.last_mut(), &root) {
        (Some(outer), _) => outer.children.push(element),
        (None, None) => *root = Some(element),
        (None, Some(_)) => return Err(NOT_WELL_FORMED),
    }
    Ok(())
}

fn meaning(shape: &Shape, element: &Element, at: &str, found: &mut Found) -> Meaning {
    let is_structured = !element.children.is_empty() || !element.attributes.is_empty();
    if !is_structured && !shape.is_object() {
        if element.text.is_empty() {
            found.unclear(EMPTY);
        }
        return Leaf { text: element.text.clone(), span: element.span }.meaning(shape);
    }
    if !element.text.trim().is_empty() {
        found.unclear(LEFT_OVER);
    }
    let unknown = Shape::default();
    let mut members: Vec<(String, Meaning)> = Vec::new();
    for (name, text) in &element.attributes {
        let known =
            shape.members.iter().find(|(own, shape)| shape.xml.attribute && shape.xml.local(own) == name);
        let (key, shape) = known.map_or((name.clone(), &unknown), |(own, shape)| (own.clone(), shape));
        members.push((key, Leaf { text: text.clone(), span: element.span }.meaning(shape)));
    }
    if shape.members.values().any(|own| own.xml.otherwise) {
        found.unclear(OTHERWISE);
    }
    let mut used = vec![false; element.children.len()];
    for (key, own) in shape.members.iter().filter(|(_, own)| !own.xml.attribute) {
        let unwrapped = own.is_list() && !own.xml.wrapped;
        let name = match own.items.as_deref().filter(|_| unwrapped) {
            Some(item) => item_name(item, key),
            None => own.xml.local(key),
        };
        let fitting = (0..element.children.len())
            .filter(|index| !used[*index] && element.children[*index].name == name);
        let fitting: Vec<usize> = fitting.collect();
        let Some(last) = fitting.last().copied() else { continue };
        for index in &fitting {
            used[*index] = true;
        }
        let here = pointer::child(at, key);
        let children = || fitting.iter().map(|index| &element.children[*index]);
        let item = own.items.as_deref().unwrap_or(&unknown);
        let read = if unwrapped {
            let each = children().map(|child| meaning(item, child, &here, found)).collect();
            Meaning::list(each, element.children[last].span)
        } else {
            if fitting.len() > 1 {
                found.repeated.push(here.clone());
            }
            let child = &element.children[last];
            if own.is_list() {
                if !child.text.trim().is_empty() {
                    found.unclear(LEFT_OVER);
                }
                let each = child.children.iter().map(|child| meaning(item, child, &here, found)).collect();
                Meaning::list(each, child.span)
            } else {
                meaning(own, child, &here, found)
            }
        };
        members.push((key.clone(), read));
    }
    let others = element.children.iter().zip(used).filter(|(_, used)| !used);
    for (child, _) in others {
        let other = shape.others.as_deref().unwrap_or(&unknown);
        members.push((child.name.clone(), meaning(other, child, &pointer::child(at, &child.name), found)));
    }
    if shape.types == [Type::String] {
        found.unclear(LEFT_OVER);
        return Leaf { text: element.text.clone(), span: element.span }.meaning(shape);
    }
    Meaning::object(&members, element.span)
}
