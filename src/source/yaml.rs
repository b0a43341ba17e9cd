//! YAML 1.2, core schema, from the parser's events to a value and the places of its nodes.

use std::{borrow::Cow, collections::HashMap};

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Value};

use super::error::Bracket;
use super::layout::Layout;
use super::{File, MAX_COPIED, MAX_DEPTH, SourceError, place::Spot, read};
use crate::json;

struct Loader<'t> {
    file: &'t File,
    /// What is read in place of the file's text, where that is laid out less strictly.
    layout: Option<&'t Layout>,
    parser: Parser<'t, StrInput<'t>>,
    cursor: Cursor<'t>,
    anchors: HashMap<usize, Anchored>,
    /// Where the nodes begin that have an anchor, and may not end before an alias of it.
    named: HashMap<usize, usize>,
    copied: usize,
    /// Where the lists and mappings begin that are being read.
    open: Vec<usize>,
}

struct Anchored {
    value: Value,
    spot: Spot,
    size: Size,
}

#[derive(Clone, Copy, Default)]
struct Size {
    weight: usize,
    height: usize,
}

/// Turns the parser's character counts, which hardly ever go back, into byte offsets.
struct Cursor<'t> {
    text: &'t str,
    ascii: bool,
    characters: usize,
    bytes: usize,
}

type Tree = (Value, Spot);
type Members = (Map<String, Value>, Vec<Spot>);

/// Reads a file that is one YAML document.
pub(super) fn load(file: &File) -> Result<Tree, SourceError> {
    let strictly = load_as(file, None);
    if !matches!(strictly, Err(SourceError::Yaml { .. })) {
        return strictly;
    }
    let Some(layout) = Layout::mended(&file.text) else { return strictly };
    match (load_as(file, Some(&layout)), strictly) {
        // What is wrong besides the layout is told before it.
        (Err(later), Err(first)) if is_same_mistake(&first, &later) => Err(first),
        (read, _) => read,
    }
}

/// Whether the layout is all that keeps a strict reader from reading on.
fn is_same_mistake(first: &SourceError, later: &SourceError) -> bool {
    let (SourceError::Yaml { at, within, .. }, SourceError::Yaml { at: next, within: of_next, .. }) =
        (first, later)
    else {
        return false;
    };
    next <= at || (within.is_some() && within == of_next)
}

fn load_as(file: &File, layout: Option<&Layout>) -> Result<Tree, SourceError> {
    let text = layout.map_or(&*file.text, |layout| &layout.text);
    let mut loader = Loader {
        file,
        layout,
        parser: Parser::new_from_str(text),
        cursor: Cursor { text, ascii: text.is_ascii(), characters: 0, bytes: 0 },
        anchors: HashMap::new(),
        named: HashMap::new(),
        copied: 0,
        open: Vec::new(),
    };
    loop {
        match loader.next()? {
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (Event::StreamEnd, _) => {
                let file = file.name.clone();
                return Err(SourceError::Empty { file });
            }
            (event, at) => {
                let tree = loader.node(event, at, 0)?;
                return loader.end(at).map(|()| tree);
            }
        }
    }
}

impl<'t> Loader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, usize), SourceError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.offset(span.start.index()))),
            Some(Err(error)) => {
                let at = self.offset(error.marker().index());
                // The parser looks ahead and has a limit of its own, beyond ours.
                if error.info() == "recursion limit exceeded" {
                    let at = self.file.location(at);
                    return Err(SourceError::TooDeep { at });
                }
                Err(self.malformed(at, error.info(), self.within()))
            }
            None => Ok((Event::StreamEnd, self.file.text.len())),
        }
    }

    /// Where in the file a character stands.
    fn offset(&mut self, characters: usize) -> usize {
        let at = self.cursor.bytes_at(characters);
        self.layout.map_or(at, |layout| layout.original(at))
    }

    fn within(&self) -> Option<Box<Bracket>> {
        let bracket = |at: &usize| {
            let bracket = self.file.text.as_bytes().get(*at).filter(|byte| matches!(byte, b'{' | b'['))?;
            Some(Box::new(Bracket { bracket: char::from(*bracket), at: self.file.location(*at) }))
        };
        self.open.iter().rev().find_map(bracket)
    }

    fn end(&mut self, first: usize) -> Result<(), SourceError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), at) => {
                    let (at, first) = (self.file.location(at), Box::new(self.file.location(first)));
                    return Err(SourceError::SeveralDocuments { at, first });
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'t>, at: usize, depth: usize) -> Result<Tree, SourceError> {
        let (anchor, value, spot) = match event {
            Event::Alias(anchor) => return self.alias(anchor, at, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text, style, tag.as_deref());
                (anchor, value, Spot::leaf(at))
            }
            Event::SequenceStart(anchor, _) => {
                self.named.insert(anchor, at);
                self.open.push(at);
                let (items, below) = self.items(at, depth + 1)?;
                self.open.pop();
                (anchor, Value::Array(items), Spot::new(at, below))
            }
            Event::MappingStart(anchor, _) => {
                self.named.insert(anchor, at);
                self.open.push(at);
                let (members, below) = self.members(at, depth + 1)?;
                self.open.pop();
                (anchor, Value::Object(members), Spot::new(at, below))
            }
            _ => return Err(self.malformed(at, "expected a value", None)),
        };
        if anchor != 0 {
            let size = size(&value);
            self.spend(size, at, spot.start)?;
            let anchored = Anchored { value: value.clone(), spot: spot.clone(), size };
            self.anchors.insert(anchor, anchored);
        }
        Ok((value, spot))
    }

    fn alias(&mut self, anchor: usize, at: usize, depth: usize) -> Result<Tree, SourceError> {
        let Some(Anchored { size, spot, .. }) = self.anchors.get(&anchor) else {
            let named = self.named.get(&anchor).copied().unwrap_or(at);
            let (at, named) = (self.file.location(at), Box::new(self.file.location(named)));
            return Err(SourceError::RecursiveAlias { at, named });
        };
        let (size, start) = (*size, spot.start);
        self.check_depth(depth + size.height, at)?;
        self.spend(size, at, start)?;
        let anchored = &self.anchors[&anchor];
        let spot = Spot::new(at, anchored.spot.below.clone());
        Ok((anchored.value.clone(), spot))
    }

    fn items(&mut self, at: usize, depth: usize) -> Result<(Vec<Value>, Vec<Spot>), SourceError> {
        self.check_depth(depth, at)?;
        let (mut items, mut below) = (Vec::new(), Vec::new());
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok((items, below));
            }
            let (value, spot) = self.node(event, at, depth)?;
            items.push(value);
            below.push(spot);
        }
    }

    fn members(&mut self, at: usize, depth: usize) -> Result<Members, SourceError> {
        self.check_depth(depth, at)?;
        let mut members: Members = (Map::new(), Vec::new());
        let mut merged = Vec::new();
        loop {
            let (event, key_at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let (key, plain) = self.key(event, key_at)?;
            let (event, at) = self.next()?;
            let absent = match &event {
                Event::Scalar(text, ScalarStyle::Plain, 0, None) => text.is_empty(),
                _ => false,
            };
            let (value, mut spot) = self.node(event, at, depth)?;
            if plain && key == "<<" {
                merged.push((value, spot));
                continue;
            }
            spot.key = key_at;
            if absent {
                // The parser places it at whatever comes next.
                spot.start = key_at;
            }
            let (map, below) = &mut members;
            if map.contains_key(&*key) {
                let key = key.into_owned();
                return Err(read::duplicate(self.file, key, key_at, map, below));
            }
            map.insert(key.into_owned(), value);
            below.push(spot);
        }
        for (value, spot) in merged {
            self.merge(value, spot, &mut members)?;
        }
        Ok(members)
    }

    fn key(&mut self, event: Event<'t>, at: usize) -> Result<(Cow<'t, str>, bool), SourceError> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if anchor != 0 {
                    self.node(Event::Scalar(text.clone(), style, anchor, None), at, 0)?;
                }
                Ok((text, style == ScalarStyle::Plain))
            }
            Event::Alias(anchor) => match self.alias(anchor, at, 0)? {
                (Value::String(text), _) => Ok((text.into(), false)),
                (Value::Number(number), _) => Ok((number.to_string().into(), false)),
                _ => Err(self.key_not_scalar(at)),
            },
            _ => Err(self.key_not_scalar(at)),
        }
    }

    /// Adds the members of `<<` that the mapping does not have itself; of several, the first wins.
    fn merge(&self, value: Value, spot: Spot, into: &mut Members) -> Result<(), SourceError> {
        match value {
            Value::Object(members) => {
                let (map, below) = into;
                for ((key, value), spot) in members.into_iter().zip(spot.below) {
                    if !map.contains_key(&key) {
                        map.insert(key, value);
                        below.push(spot);
                    }
                }
                Ok(())
            }
            Value::Array(items) => {
                for (item, spot) in items.into_iter().zip(spot.below) {
                    if !item.is_object() {
                        return Err(self.merge_not_mapping(spot.start));
                    }
                    self.merge(item, spot, into)?;
                }
                Ok(())
            }
            _ => Err(self.merge_not_mapping(spot.start)),
        }
    }

    fn check_depth(&self, depth: usize, at: usize) -> Result<(), SourceError> {
        if depth > MAX_DEPTH {
            let at = self.file.location(at);
            return Err(SourceError::TooDeep { at });
        }
        Ok(())
    }

    fn spend(&mut self, size: Size, at: usize, named: usize) -> Result<(), SourceError> {
        self.copied = self.copied.saturating_add(size.weight);
        if self.copied > MAX_COPIED {
            let (at, named) = (self.file.location(at), Box::new(self.file.location(named)));
            return Err(SourceError::TooManyCopies { at, named });
        }
        Ok(())
    }

    fn malformed(&self, at: usize, reason: &str, within: Option<Box<Bracket>>) -> SourceError {
        SourceError::Yaml { at: self.file.location(at), reason: reason.to_owned(), within }
    }

    fn key_not_scalar(&self, at: usize) -> SourceError {
        let at = self.file.location(at);
        SourceError::KeyNotScalar { at }
    }

    fn merge_not_mapping(&self, at: usize) -> SourceError {
        let at = self.file.location(at);
        SourceError::MergeNotMapping { at }
    }
}

impl Cursor<'_> {
    fn bytes_at(&mut self, characters: usize) -> usize {
        if self.ascii {
            return characters.min(self.text.len());
        }
        while self.characters < characters && self.bytes < self.text.len() {
            self.bytes += 1;
            if self.text.is_char_boundary(self.bytes) {
                self.characters += 1;
            }
        }
        while self.characters > characters {
            self.bytes -= 1;
            if self.text.is_char_boundary(self.bytes) {
                self.characters -= 1;
            }
        }
        self.bytes
    }
}

/// What copying a value costs, and how deep it goes.
fn size(value: &Value) -> Size {
    let own = |text: &str| 1 + text.len() / 64;
    let (weight, inner) = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            return Size { weight: 1, height: 0 };
        }
        Value::String(text) => {
            let weight = own(text);
            return Size { weight, height: 0 };
        }
        Value::Array(items) => (1, items.iter().map(size).fold(Size::default(), Size::beside)),
        Value::Object(members) => (
            1 + members.keys().map(|key| own(key)).sum::<usize>(),
            members.values().map(size).fold(Size::default(), Size::beside),
        ),
    };
    Size { weight: weight + inner.weight, height: 1 + inner.height }
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self { weight: self.weight + other.weight, height: self.height.max(other.height) }
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let name = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
    let core = name.as_deref().and_then(|name| name.strip_prefix("tag:yaml.org,2002:"));
    let resolved = match (core, name.as_deref()) {
        // Of bytes, JSON has the text.
        (Some("binary"), _) => return Value::String(text.split_ascii_whitespace().collect()),
        (Some(core), _) => core != "str",
        // `!` alone says: do not resolve.
        (None, Some("!" | "")) => false,
        _ => style == ScalarStyle::Plain,
    };
    if !resolved {
        return Value::String(text.into_owned());
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        other => number(other).unwrap_or_else(|| Value::String(text.into_owned())),
    }
}

/// How a scalar that is no text is written where a text begins with it; nothing for what has a tag.
pub(super) fn spelling(text: &str) -> Option<&str> {
    let text = match text.strip_prefix('&') {
        Some(anchored) => anchored.split_once([' ', '\t'])?.1.trim_start(),
        None => text,
    };
    let ends = |character: char| !character.is_ascii_alphanumeric() && !".+-~".contains(character);
    let spelled = &text[..text.find(ends).unwrap_or(text.len())];
    let value = scalar(spelled.into(), ScalarStyle::Plain, None);
    (!spelled.is_empty() && !value.is_string()).then_some(spelled)
}

/// A number of the core schema; `.inf` and `.nan` are none, since JSON has no such numbers.
fn number(text: &str) -> Option<Value> {
    let based = |digits: &str, radix| {
        let all = digits.chars().all(|digit| digit.is_digit(radix));
        let value = u64::from_str_radix(digits, radix).ok()?;
        all.then(|| Value::from(value))
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa = digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0;
    let is_exponent = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    (is_mantissa && is_exponent).then(|| Value::Number(json::number(text)))
}
