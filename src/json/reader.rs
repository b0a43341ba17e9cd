//! The reader: one pass over the bytes, with its own stack so that no nesting exhausts the thread's.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Kind, MAX_DEPTH, MAX_DUPLICATES, Malformed, Member, Node, Reason, Text, pointer};

/// Most texts hold no more members. Up to so many, comparing keys pairwise is faster than hashing.
const FEW: usize = 12;

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    /// The items of every array that is open, one array after the other.
    items: Vec<Node>,
    /// The members of every object that is open; of the last one the value is still to come.
    members: Vec<Member>,
    duplicates: Vec<String>,
    lone_surrogates: bool,
}

/// An array or object whose end is still to come.
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    holds: Holds,
}

/// What it holds, and where that begins among what all of its kind hold.
#[derive(Clone, Copy)]
enum Holds {
    Items(usize),
    Members(usize),
}

/// Reads a whole text: one value, with nothing but white space around it.
pub fn read(bytes: &[u8]) -> Result<Text, Malformed> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed { offset: error.valid_up_to(), reason: Reason::NotUtf8 })?;
    if text.starts_with('\u{feff}') {
        return Err(Malformed { offset: 0, reason: Reason::ByteOrderMark });
    }
    let mut reader = Reader {
        text,
        bytes,
        at: 0,
        open: Vec::with_capacity(FEW),
        items: Vec::new(),
        members: Vec::with_capacity(FEW),
        duplicates: Vec::new(),
        lone_surrogates: false,
    };
    let root = reader.value()?;
    if reader.peek().is_some() {
        return Err(reader.expected("nothing after the value"));
    }
    Ok(Text { root, duplicates: reader.duplicates, lone_surrogates: reader.lone_surrogates })
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, Malformed> {
        loop {
            self.skip_space();
            let start = self.at;
            let mut node = match self.peek() {
                Some(b'[') => {
                    self.enter()?;
                    if self.peek() != Some(b']') {
                        self.open.push(Open { start, holds: Holds::Items(self.items.len()) });
                        continue;
                    }
                    self.at += 1;
                    Node { start, end: self.at, kind: Kind::Array(Vec::new()) }
                }
                Some(b'{') => {
                    self.enter()?;
                    if self.peek() != Some(b'}') {
                        self.open.push(Open { start, holds: Holds::Members(self.members.len()) });
                        self.member("a key or `}`")?;
                        continue;
                    }
                    self.at += 1;
                    Node { start, end: self.at, kind: Kind::Object(Vec::new()) }
                }
                _ => self.scalar()?,
            };
            // The node is whole: hand it to what holds it, and close all that ends with it.
            loop {
                self.skip_space();
                let Some(Open { start, holds }) = self.open.last().copied() else { return Ok(node) };
                let kind = match holds {
                    Holds::Items(first) => {
                        self.items.push(node);
                        if self.goes_on(b']', "`,` or `]`")? {
                            break;
                        }
                        Kind::Array(self.items.drain(first..).collect())
                    }
                    Holds::Members(first) => {
                        if let Some(member) = self.members.last_mut() {
                            member.value = node;
                        }
                        if self.goes_on(b'}', "`,` or `}`")? {
                            self.skip_space();
                            self.member("a key")?;
                            break;
                        }
                        self.note_duplicates(first);
                        Kind::Object(self.members.drain(first..).collect())
                    }
                };
                self.open.pop();
                node = Node { start, end: self.at, kind };
            }
        }
    }

    fn enter(&mut self) -> Result<(), Malformed> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.malformed(Reason::TooDeep));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Whether a comma comes, rather than the end of the array or object.
    fn goes_on(&mut self, close: u8, expected: &'static str) -> Result<bool, Malformed> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.expected(expected)),
        }
    }

    /// A key and its colon; the value is still to be read.
    fn member(&mut self, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(b'"') {
            return Err(self.expected(expected));
        }
        let key_start = self.at;
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        let value = Node { start: self.at, end: self.at, kind: Kind::Null };
        self.members.push(Member { key, key_start, value });
        Ok(())
    }

    fn scalar(&mut self) -> Result<Node, Malformed> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?.into()),
            Some(b't') => self.literal("true", Kind::Bool(true))?,
            Some(b'f') => self.literal("false", Kind::Bool(false))?,
            Some(b'n') => self.literal("null", Kind::Null)?,
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { start, end: self.at, kind })
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Result<Kind, Malformed> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<&str, Malformed> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, Malformed> {
        self.at += 1;
        let mut whole = String::new();
        loop {
            let start = self.at;
            self.at += plain(&self.bytes[start..]);
            let run = &self.text[start..self.at];
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if whole.is_empty() {
                        return Ok(run.to_owned());
                    }
                    whole.push_str(run);
                    return Ok(whole);
                }
                Some(b'\\') => {
                    whole.push_str(run);
                    whole.push(self.escape()?);
                }
                Some(_) => return Err(self.malformed(Reason::ControlCharacter)),
                None => return Err(self.expected("`\"`")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let letter = self.bytes.get(self.at + 1);
        let character = match letter {
            Some(b'u') => return self.unicode_escape(),
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.malformed(Reason::InvalidEscape)),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, Malformed> {
        let mut code = self.code_unit()?;
        if let 0xD800..=0xDBFF = code
            && self.bytes[self.at..].starts_with(b"\\u")
        {
            let after_first = self.at;
            let second = self.code_unit()?;
            if let 0xDC00..=0xDFFF = second {
                code = 0x1_0000 + ((code - 0xD800) << 10) + (second - 0xDC00);
            } else {
                self.at = after_first;
            }
        }
        Ok(char::from_u32(code).unwrap_or_else(|| {
            self.lone_surrogates = true;
            char::REPLACEMENT_CHARACTER
        }))
    }

    fn code_unit(&mut self) -> Result<u32, Malformed> {
        let digits = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
        let code =
            digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?));
        match code {
            Some(code) if digits.len() == 4 => {
                self.at += 6;
                Ok(code)
            }
            _ => Err(self.malformed(Reason::InvalidEscape)),
        }
    }

    /// Notes which members of the innermost object, whose members begin there, have a key twice.
    fn note_duplicates(&mut self, first: usize) {
        let members = &self.members[first..];
        let mut again = Vec::new();
        if members.len() <= FEW {
            let is_again =
                |index: &usize| members[..*index].iter().any(|earlier| earlier.key == members[*index].key);
            again.extend((1..members.len()).filter(is_again));
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            again.extend((0..members.len()).filter(|index| !seen.insert(&*members[*index].key)));
        }
        for index in again.into_iter().take(MAX_DUPLICATES - self.duplicates.len()) {
            let place = self.place_of(first, index);
            self.duplicates.push(place);
        }
    }

    /// The pointer to a member of the innermost object, whose members begin there.
    fn place_of(&self, first: usize, index: usize) -> String {
        let mut tokens: Vec<Cow<'_, str>> = vec![self.members[first + index].key.as_str().into()];
        let (mut items, mut members) = (self.items.len(), first);
        for Open { holds, .. } in self.open.iter().rev().skip(1) {
            match *holds {
                Holds::Items(first) => {
                    tokens.push((items - first).to_string().into());
                    items = first;
                }
                Holds::Members(first) => {
                    tokens.push(self.members[members - 1].key.as_str().into());
                    members = first;
                }
            }
        }
        let mut place = String::new();
        for token in tokens.iter().rev() {
            pointer::push(&mut place, token);
        }
        place
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expected(&self, what: &'static str) -> Malformed {
        self.malformed(match self.peek() {
            Some(_) => Reason::Expected(what),
            None => Reason::Ended(what),
        })
    }

    fn malformed(&self, reason: Reason) -> Malformed {
        Malformed { offset: self.at, reason }
    }
}

/// Whether a byte ends a run of plain characters in a string.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        ends[control] = true;
        control += 1;
    }
    ends[b'"' as usize] = true;
    ends[b'\\' as usize] = true;
    ends
};

/// How many bytes come before a quote, a backslash or a control character.
fn plain(bytes: &[u8]) -> usize {
    /// Most strings are so short that to look at each byte takes less time than to search.
    const SHORT: usize = 16;
    let ends = |byte: &u8| ENDS[usize::from(*byte)];
    let (near, far) = bytes.split_at(bytes.len().min(SHORT));
    if let Some(length) = near.iter().position(ends) {
        return length;
    }
    let far = &far[..memchr::memchr2(b'"', b'\\', far).unwrap_or(far.len())];
    // The least of all bytes is found faster than the first of a kind.
    let controls = far.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20;
    let first = if controls { far.iter().position(ends) } else { None };
    near.len() + first.unwrap_or(far.len())
}
