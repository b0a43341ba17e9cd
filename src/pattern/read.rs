//! ECMA-262's patterns, read as JSON Schema wants them: by characters, with what Annex B allows.
//!
//! Where a text is a mistake to the strict grammar and means something else to another engine, it
//! is not read: nobody can say what is meant.

use super::tree::{Item, Look, Node, Set, class_of};
use std::iter::once;

/// So deep may groups stand in each other, and so long may a pattern be.
const DEPTH: usize = 60;
const LONGEST: usize = 50_000;

/// A pattern that was read.
pub(super) struct Parsed {
    pub(super) node: Node,
    /// Whether it is to every engine what it is to ECMA-262.
    pub(super) plain: bool,
}

/// Reads a pattern, or tells why it cannot be used.
pub(super) fn read(text: &str) -> Result<Parsed, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let chars: Vec<char> = text.chars().collect();
    let names = groups(&chars);
    let mut reader = Reader {
        chars,
        at: 0,
        names,
        opened: 0,
        open: Vec::new(),
        depth: 0,
        flags: Flags::default(),
        plain: true,
    };
    let node = reader.either()?;
    if reader.at < reader.chars.len() {
        return Err("it closes a group that was not opened".into());
    }
    Ok(Parsed { node, plain: reader.plain })
}

/// The groups that capture, each with its name if it has one.
fn groups(chars: &[char]) -> Vec<Option<String>> {
    let (mut found, mut in_class, mut at) = (Vec::new(), false, 0);
    while let Some(next) = chars.get(at) {
        match next {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => match (chars.get(at + 1), chars.get(at + 2), chars.get(at + 3)) {
                (Some('?'), Some('<'), Some(other)) if !matches!(other, '=' | '!') => {
                    found.push(Some(chars[at + 3..].iter().take_while(|c| **c != '>').collect()));
                }
                (Some('?'), ..) => {}
                _ => found.push(None),
            },
            _ => {}
        }
        at += 1;
    }
    found
}

#[derive(Clone, Copy, Default)]
struct Flags {
    lines: bool,
    dot_all: bool,
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    names: Vec<Option<String>>,
    /// How many groups that capture were opened.
    opened: usize,
    /// Those that are not closed yet.
    open: Vec<usize>,
    depth: usize,
    flags: Flags,
    plain: bool,
}

/// An atom, and whether it may be repeated.
type Atom = (Node, bool);

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn take(&mut self, text: &str) -> bool {
        let stands =
            text.chars().enumerate().all(|(index, one)| self.chars.get(self.at + index) == Some(&one));
        self.at += if stands { text.chars().count() } else { 0 };
        stands
    }

    fn either(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("its groups stand more than {DEPTH} deep in each other"));
        }
        let mut all = vec![self.row()?];
        while self.take("|") {
            all.push(self.row()?);
        }
        self.depth -= 1;
        let only = if all.len() == 1 { all.pop() } else { None };
        Ok(only.unwrap_or(Node::Either(all)))
    }

    fn row(&mut self) -> Result<Node, String> {
        let mut all = Vec::new();
        while let Some(next) = self.peek().filter(|next| !matches!(next, '|' | ')')) {
            let (atom, repeats) = self.atom(next)?;
            all.push(self.repeated(atom, repeats)?);
        }
        Ok(match all.len() {
            0 => Node::Empty,
            1 => all.pop().unwrap_or(Node::Empty),
            _ => Node::Row(all),
        })
    }

    fn atom(&mut self, first: char) -> Result<Atom, String> {
        match first {
            '(' => return self.group(),
            '*' | '+' | '?' => return Err(format!("there is nothing that `{first}` could repeat")),
            '{' if self.counts().is_some() => {
                return Err("there is nothing that `{…}` could repeat".into());
            }
            '{' if self.chars.get(self.at + 1) == Some(&',') && self.counts_most_only() => {
                return Err("`{,…}` is text in ECMA-262, and a number of times to another engine".into());
            }
            _ => {}
        }
        self.at += 1;
        let lines = self.flags.lines;
        Ok(match first {
            '^' => (Node::Start { lines }, false),
            '$' => (Node::End { lines }, false),
            '.' => {
                self.plain = false;
                (Node::Set(if self.flags.dot_all { Set::any() } else { Set::dot() }), true)
            }
            '[' => (self.class()?, true),
            '\\' => self.escape()?,
            '{' | '}' | ']' => {
                self.plain = false;
                (Node::Char(first), true)
            }
            other => (Node::Char(other), true),
        })
    }

    /// How often what stands before is repeated, where that is said: least, most, and how long it is.
    fn counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let rest = self.chars.get(self.at..)?;
        let close = rest.iter().position(|c| *c == '}')?;
        let inside: String = rest.get(1..close)?.iter().collect();
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u32::MAX))
        };
        let (least, most) = match inside.split_once(',') {
            None => (number(&inside)?, Some(number(&inside)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        Some((least, most, close + 1))
    }

    fn counts_most_only(&self) -> bool {
        let rest = self.chars.iter().skip(self.at + 2);
        let digits = rest.clone().take_while(|c| c.is_ascii_digit()).count();
        digits > 0 && rest.clone().nth(digits) == Some(&'}')
    }

    fn repeated(&mut self, atom: Node, repeats: bool) -> Result<Node, String> {
        let (least, most, length) = match self.peek() {
            Some('*') => (0, None, 1),
            Some('+') => (1, None, 1),
            Some('?') => (0, Some(1), 1),
            Some('{') => match self.counts() {
                Some(counts) => counts,
                None => return Ok(atom),
            },
            _ => return Ok(atom),
        };
        if !repeats {
            return Err("it repeats what stands at a place without being text".into());
        }
        self.at += length;
        if most.is_some_and(|most| most < least) {
            return Err("it repeats something less often at most than at least".into());
        }
        let lazy = self.take("?");
        match self.peek() {
            Some('+') => {
                return Err("`+` behind a number of times is of another engine than ECMA-262's".into());
            }
            Some(more @ ('*' | '?')) => return Err(format!("there is nothing that `{more}` could repeat")),
            Some('{') if self.counts().is_some() => {
                return Err("there is nothing that `{…}` could repeat".into());
            }
            _ => {}
        }
        if let Node::Look(_) = atom {
            // What stands at a place stands there however often it is looked at.
            return Ok(if least == 0 { Node::Empty } else { atom });
        }
        Ok(Node::Repeat { inner: Box::new(atom), least, most, lazy })
    }

    fn group(&mut self) -> Result<Atom, String> {
        self.at += 1;
        let before = self.flags;
        for (start, ahead, negated) in
            [("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true)]
        {
            if self.take(start) {
                let inner = Box::new(self.either()?);
                self.close()?;
                // Annex B lets a look at what follows be repeated.
                return Ok((Node::Look(Look { ahead, negated, inner }), ahead));
            }
        }
        if self.take("?:") {
            let inner = self.either()?;
            self.close()?;
            return Ok((Node::Group(None, Box::new(inner)), true));
        }
        if self.take("?<") {
            self.plain = false;
            let name: String = self.chars[self.at..].iter().take_while(|c| **c != '>').collect();
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                return Err(format!("`{name}` is no name of a group"));
            }
            self.at += name.chars().count() + 1;
        } else if self.peek() == Some('?') {
            let counts = self.modifiers()?;
            let inner = self.either()?;
            self.close()?;
            self.flags = before;
            let inner = Box::new(inner);
            let node = match counts {
                Some(counts) => Node::Case { counts, inner },
                None => Node::Group(None, inner),
            };
            return Ok((node, true));
        }
        self.opened += 1;
        let number = self.opened;
        self.open.push(number);
        let inner = self.either()?;
        self.close()?;
        self.open.pop();
        Ok((Node::Group(Some(number), Box::new(inner)), true))
    }

    /// The flags of a group: whether the case of letters counts from here, if that changes.
    fn modifiers(&mut self) -> Result<Option<bool>, String> {
        self.plain = false;
        let start = self.at;
        let (mut on, mut counts) = (true, None);
        self.at += 1;
        loop {
            match self.next() {
                Some('-') if on => on = false,
                Some('i') => counts = Some(!on),
                Some('m') => self.flags.lines = on,
                Some('s') => self.flags.dot_all = on,
                Some(':') => return Ok(counts),
                _ => break,
            }
        }
        let shown: String = self.chars[start..].iter().take(4).collect();
        Err(format!("`({shown}` is of another engine than ECMA-262's"))
    }

    fn close(&mut self) -> Result<(), String> {
        if self.take(")") { Ok(()) } else { Err("it does not close a group".into()) }
    }

    /// An escape outside of a class.
    fn escape(&mut self) -> Result<Atom, String> {
        let Some(next) = self.next() else { return Err("it ends in `\\`".into()) };
        let node = match next {
            'b' | 'B' => {
                self.plain = false;
                return Ok((Node::Boundary { negated: next == 'B' }, false));
            }
            '1'..='9' => return Ok((self.back_reference(next), true)),
            'k' if self.names.iter().any(Option::is_some) => {
                self.plain = false;
                let rest: String = self.chars[self.at..].iter().collect();
                let name = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
                let Some(name) = name else { return Err("`\\k` names no group".into()) };
                let index = self.names.iter().position(|known| known.as_deref() == Some(name));
                let Some(index) = index else { return Err(format!("there is no group `{name}`")) };
                self.at += name.chars().count() + 2;
                self.reference(index + 1)
            }
            _ => match self.characters(next)? {
                Characters::One(one) => Node::Char(one),
                Characters::Class(class) => {
                    Node::Set(Set { negated: false, items: vec![Item::Class(class)] })
                }
                Characters::Surrogate => Node::Set(Set { negated: false, items: Vec::new() }),
            },
        };
        Ok((node, true))
    }

    /// What a group took, if there are so many; else Annex B reads an octal number.
    fn back_reference(&mut self, first: char) -> Node {
        self.plain = false;
        let start = self.at - 1;
        let digits: String = self.chars[start..].iter().take_while(|c| c.is_ascii_digit()).collect();
        let number: usize = digits.parse().unwrap_or(usize::MAX);
        if number <= self.names.len() {
            self.at = start + digits.len();
            return self.reference(number);
        }
        if first >= '8' { Node::Char(first) } else { Node::Char(self.octal(first)) }
    }

    /// What a group took; nothing where it cannot have taken anything yet.
    fn reference(&self, number: usize) -> Node {
        let later = number > self.opened || self.open.contains(&number);
        if later { Node::Empty } else { Node::Back(number) }
    }

    fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or(0);
        for _ in 0..if first <= '3' { 2 } else { 1 } {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            value = value * 8 + digit;
            self.at += 1;
        }
        char::from_u32(value).unwrap_or('\0')
    }

    /// What an escape stands for, in a class or outside of one.
    fn characters(&mut self, next: char) -> Result<Characters, String> {
        let class = |text: &str| Ok(Characters::Class(text.to_owned()));
        match next {
            'd' => return class("[0-9]"),
            'D' => return class("[^0-9]"),
            'w' => return class("[0-9A-Za-z_]"),
            'W' => return class("[^0-9A-Za-z_]"),
            's' => return class(SPACE),
            'S' => return class(NO_SPACE),
            'p' | 'P' => return self.property(next == 'P'),
            _ => {}
        }
        if !next.is_ascii_punctuation() && next != ' ' {
            self.plain = false;
        }
        Ok(Characters::One(match next {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0'..='7' => self.octal(next),
            '8' | '9' => next,
            'c' => {
                if let Some(letter) = self.peek().filter(char::is_ascii_alphabetic) {
                    self.at += 1;
                    char::from_u32(u32::from(letter) % 32).unwrap_or('\0')
                } else {
                    // Annex B takes the backslash for itself.
                    self.at -= 1;
                    '\\'
                }
            }
            'x' => match self.hexadecimal(2) {
                Some(value) => char::from_u32(value).unwrap_or('x'),
                None if self.peek() == Some('{') => return Err(foreign("x{…}")),
                None => 'x',
            },
            'u' => return self.unicode(),
            'k' => 'k',
            other if other.is_ascii_alphabetic() => return Err(foreign(&other.to_string())),
            other => other,
        }))
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.chars.get(self.at..self.at + digits)?.iter().collect();
        let value = text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(&text, 16));
        let value = value?.ok()?;
        self.at += digits;
        Some(value)
    }

    fn unicode(&mut self) -> Result<Characters, String> {
        if self.peek() == Some('{') {
            let digits: String = self.chars[self.at + 1..].iter().take_while(|c| **c != '}').collect();
            let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            let Some(value) = value else { return Err(format!("`\\u{{{digits}}}` is no character")) };
            self.at += digits.chars().count() + 2;
            return Ok(Characters::One(value));
        }
        let Some(value) = self.hexadecimal(4) else { return Ok(Characters::One('u')) };
        if let Some(one) = char::from_u32(value) {
            return Ok(Characters::One(one));
        }
        // Two halves of a character.
        let before = self.at;
        if value < 0xdc00 && self.take("\\u") {
            match self.hexadecimal(4) {
                Some(low) if (0xdc00..0xe000).contains(&low) => {
                    let both = 0x1_0000 + ((value - 0xd800) << 10) + (low - 0xdc00);
                    return Ok(Characters::One(char::from_u32(both).unwrap_or('\0')));
                }
                _ => self.at = before,
            }
        }
        Ok(Characters::Surrogate)
    }

    fn property(&mut self, negated: bool) -> Result<Characters, String> {
        self.plain = false;
        let letter = if negated { "P" } else { "p" };
        if self.peek() != Some('{') {
            return Err(foreign(letter));
        }
        let name: String = self.chars[self.at + 1..].iter().take_while(|c| **c != '}').collect();
        let class = format!("\\{letter}{{{name}}}");
        if name.is_empty() || name.starts_with('^') || class_of(&class).is_none() {
            return Err(format!("`{class}` names no property of Unicode"));
        }
        self.at += name.chars().count() + 2;
        Ok(Characters::Class(class))
    }

    fn class(&mut self) -> Result<Node, String> {
        let negated = self.take("^");
        let mut items = Vec::new();
        if self.peek() == Some(']') {
            self.plain = false;
        }
        loop {
            let Some(next) = self.next() else { return Err("it does not close a class".into()) };
            if next == ']' {
                break;
            }
            let first = self.member(next)?;
            let last = match (self.peek(), self.chars.get(self.at + 1).copied()) {
                (Some('-'), Some(last)) if last != ']' => {
                    self.at += 2;
                    Some(self.member(last)?)
                }
                _ => None,
            };
            self.range(first, last, &mut items)?;
        }
        Ok(Node::Set(Set { negated, items }))
    }

    fn member(&mut self, next: char) -> Result<Characters, String> {
        if next != '\\' {
            // To others these may say something about sets.
            self.plain &= !matches!(next, '[' | '&' | '~' | '-');
            return Ok(Characters::One(next));
        }
        match self.next() {
            None => Err("it does not close a class".into()),
            Some('b') => {
                self.plain = false;
                Ok(Characters::One('\u{8}'))
            }
            Some('B') => Err(foreign("B")),
            Some(escaped) => self.characters(escaped),
        }
    }

    fn range(
        &mut self,
        first: Characters,
        last: Option<Characters>,
        items: &mut Vec<Item>,
    ) -> Result<(), String> {
        let Some(last) = last else {
            items.extend(first.item());
            return Ok(());
        };
        let ends = match (&first, &last) {
            (Characters::One(first), Characters::One(last)) => Some((*first, *last)),
            // No text has a half of a character, so that a range ends where these begin.
            (Characters::One(first), Characters::Surrogate) => Some((*first, '\u{d7ff}')),
            (Characters::Surrogate, Characters::One(last)) => Some(('\u{e000}', *last)),
            (Characters::Surrogate, Characters::Surrogate) => return Ok(()),
            _ => None,
        };
        match ends {
            Some((first, last)) if first <= last => items.push(Item::Range(first, last)),
            Some((first, last)) => return Err(format!("the range `{first}-{last}` is the wrong way round")),
            None => {
                // Annex B: a class makes no range, and the hyphen is one more character.
                self.plain = false;
                items.extend(once(first).chain(once(last)).filter_map(Characters::item));
                items.push(Item::Range('-', '-'));
            }
        }
        Ok(())
    }
}

enum Characters {
    One(char),
    Class(String),
    /// A half of a character, which no text has.
    Surrogate,
}

impl Characters {
    fn item(self) -> Option<Item> {
        match self {
            Characters::One(one) => Some(Item::Range(one, one)),
            Characters::Class(class) => Some(Item::Class(class)),
            Characters::Surrogate => None,
        }
    }
}

fn foreign(escape: &str) -> String {
    format!("`\\{escape}` is of another engine than ECMA-262's")
}

/// `WhiteSpace` and `LineTerminator`.
const SPACE: &str =
    r"[\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]";
const NO_SPACE: &str =
    r"[^\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]";
