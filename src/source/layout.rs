//! YAML that is laid out less strictly than the standard wants, and is read all the same by most:
//! brackets and quoted text whose further lines are indented less than what they belong to, tabs after
//! a colon, and characters beyond the first plane that are written as two escapes, as JSON has them.

/// A text with another layout, and what stood where in the first.
pub(super) struct Layout {
    /// The text as a strict reader takes it.
    pub(super) text: String,
    /// Offsets from which on, up to the next, both texts are the same: here and there.
    same: Vec<(usize, usize)>,
}

impl Layout {
    /// The same text as the standard wants it; nothing if there is nothing to mend.
    pub(super) fn mended(text: &str) -> Option<Layout> {
        let mut reader = Reader { text, at: 0, line: 0, owner: None, copied: 0, layout: Layout::empty() };
        reader.block();
        if reader.layout.same.is_empty() {
            return None;
        }
        reader.layout.text.push_str(&text[reader.copied..]);
        Some(reader.layout)
    }

    fn empty() -> Layout {
        Layout { text: String::new(), same: Vec::new() }
    }

    /// Where in the first text stood what stands at an offset.
    pub(super) fn original(&self, offset: usize) -> usize {
        let after = self.same.partition_point(|(here, _)| *here <= offset);
        let (here, there) = after.checked_sub(1).and_then(|last| self.same.get(last)).unwrap_or(&(0, 0));
        let next = self.same.get(after).map_or(usize::MAX, |(_, there)| *there);
        (there + (offset - here)).min(next)
    }
}

/// Goes through a text with no more knowledge than which lines stand in brackets or quotes.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the line begins.
    line: usize,
    /// The column of the key or dash to which what comes belongs.
    owner: Option<usize>,
    /// Up to here the text is in the layout.
    copied: usize,
    layout: Layout,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Whether white space, or nothing, stands so far ahead.
    fn is_blank(&self, ahead: usize) -> bool {
        self.peek(ahead).is_ascii_whitespace()
    }

    fn is_after_blank(&self) -> bool {
        self.at == self.line || self.text.as_bytes()[self.at - 1].is_ascii_whitespace()
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    /// How many spaces the line begins with.
    fn indent(&self) -> usize {
        self.text.as_bytes()[self.line..].iter().take_while(|byte| **byte == b' ').count()
    }

    fn is_blank_line(&self) -> bool {
        let rest = self.text.as_bytes()[self.line..].iter();
        rest.take_while(|byte| **byte != b'\n').all(u8::is_ascii_whitespace)
    }

    fn is_marker(&self) -> bool {
        let rest = &self.text[self.line..];
        (rest.starts_with("---") || rest.starts_with("..."))
            && rest[3..].bytes().next().is_none_or(|byte| byte.is_ascii_whitespace())
    }

    /// Whether a line belongs to what the last key or dash has.
    fn is_inner(&self) -> bool {
        self.owner.is_none_or(|owner| self.indent() > owner)
    }

    fn skip_line(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        self.at = end.map_or(self.text.len(), |end| self.at + end + 1);
        self.line = self.at;
    }

    /// Writes something in place of the next bytes.
    fn replace(&mut self, length: usize, by: &str) {
        self.layout.text.push_str(&self.text[self.copied..self.at]);
        if self.layout.same.is_empty() {
            self.layout.same.push((0, 0));
        }
        self.layout.same.push((self.layout.text.len(), self.at));
        self.layout.text.push_str(by);
        self.at += length;
        self.copied = self.at;
        self.layout.same.push((self.layout.text.len(), self.at));
    }

    /// Lines in neither brackets nor quotes.
    fn block(&mut self) {
        let mut in_plain = false;
        while !self.is_end() {
            if self.is_blank_line() || (in_plain && self.is_inner()) {
                self.skip_line();
            } else if self.is_marker() {
                self.at += 3;
                self.owner = None;
                in_plain = self.block_line();
            } else {
                in_plain = self.block_line();
            }
        }
    }

    /// What is left of a line, and of what begins in it; whether that may be plain text that goes on.
    fn block_line(&mut self) -> bool {
        while !self.is_end() {
            match self.peek(0) {
                b'\n' => break,
                b'#' if self.is_after_blank() => break,
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'-' | b'?' if self.is_blank(1) => {
                    self.owner = Some(self.column());
                    self.at += 1;
                }
                b':' if self.is_blank(1) => {
                    self.at += 1;
                    self.separation();
                }
                b'&' | b'*' | b'!' => self.word(),
                b'|' | b'>' => {
                    self.block_scalar();
                    return false;
                }
                b'"' | b'\'' => self.keyed(Self::quoted),
                b'{' | b'[' => self.keyed(Self::flow),
                _ => {
                    if self.plain() {
                        return true;
                    }
                }
            }
        }
        self.skip_line();
        false
    }

    fn word(&mut self) {
        while !self.is_end() && !self.is_blank(0) {
            self.at += 1;
        }
    }

    /// A tab between a colon and its value is a space.
    fn separation(&mut self) {
        while matches!(self.peek(0), b' ' | b'\t') {
            if self.peek(0) == b'\t' {
                self.replace(1, " ");
            } else {
                self.at += 1;
            }
        }
    }

    /// What may be a key: what comes then belongs to it.
    fn keyed(&mut self, read: fn(&mut Self)) {
        let (line, column) = (self.line, self.column());
        read(self);
        let ahead =
            self.text.as_bytes()[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if self.line == line && self.peek(ahead) == b':' && self.is_blank(ahead + 1) {
            self.owner = Some(column);
        }
    }

    /// Plain text up to the end of the line, or a key; whether it is text.
    fn plain(&mut self) -> bool {
        let column = self.column();
        while self.peek(0) != b'\n' {
            if self.peek(0) == b':' && self.is_blank(1) {
                self.owner = Some(column);
                return false;
            }
            if self.peek(0) == b'#' && self.is_after_blank() {
                return false;
            }
            self.at += 1;
        }
        self.skip_line();
        true
    }

    /// Text as it stands, from its `|` or `>` on.
    fn block_scalar(&mut self) {
        let header = self.text[self.at..].bytes().take(3);
        let stated = header.filter(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0')).next();
        let outer = self.owner.map_or(0, |owner| owner + 1);
        self.skip_line();
        let mut least = stated.map(|stated| self.owner.unwrap_or_default() + stated);
        while !self.is_end() {
            if !self.is_blank_line() {
                let indent = self.indent();
                if indent < *least.get_or_insert(indent.max(outer)) {
                    return;
                }
            }
            self.skip_line();
        }
    }

    /// Goes to the next line in brackets or quotes; no if nothing of them can stand there.
    fn next_line(&mut self) -> bool {
        self.skip_line();
        if self.is_end() || self.is_marker() {
            return false;
        }
        if let Some(owner) = self.owner
            && self.indent() <= owner
            && !self.is_blank_line()
        {
            self.replace(0, &" ".repeat(owner + 1 - self.indent()));
        }
        true
    }

    fn quoted(&mut self) {
        let quote = self.peek(0);
        self.at += 1;
        while !self.is_end() {
            match self.peek(0) {
                b'\n' => {
                    if !self.next_line() {
                        return;
                    }
                }
                b'\\' if quote == b'"' => self.escape(),
                b'\'' if quote == b'\'' && self.peek(1) == b'\'' => self.at += 2,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }

    fn escape(&mut self) {
        let unit = |at: usize| {
            let digits = self.text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
            let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            u16::from_str_radix(digits, 16).ok().filter(|_| is_number)
        };
        let pair = unit(self.at).zip(unit(self.at + 6));
        let character = pair.and_then(|(high, low)| char::decode_utf16([high, low]).next()?.ok());
        match character.filter(|character| u32::from(*character) > 0xFFFF) {
            Some(character) => self.replace(12, &format!("\\U{:08X}", u32::from(character))),
            None if self.peek(1) == b'\n' => self.at += 1,
            None => self.at = self.text.len().min(self.at + 2),
        }
    }

    fn flow(&mut self) {
        let (mut depth, mut in_plain, mut after_quoted) = (0_usize, false, false);
        while !self.is_end() {
            let byte = self.peek(0);
            match byte {
                b'\n' => {
                    if !self.next_line() {
                        return;
                    }
                    continue;
                }
                b'#' if self.is_after_blank() => {
                    while self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                    continue;
                }
                b'"' | b'\'' if !in_plain => {
                    self.quoted();
                    after_quoted = true;
                    continue;
                }
                b'{' | b'[' => (depth, in_plain) = (depth + 1, false),
                b'}' | b']' => (depth, in_plain) = (depth.saturating_sub(1), false),
                b',' => in_plain = false,
                b':' if after_quoted || self.is_blank(1) || b",[]{}".contains(&self.peek(1)) => {
                    in_plain = false;
                }
                b'&' | b'*' | b'!' if !in_plain => {
                    while !self.is_blank(0) && !b",[]{}".contains(&self.peek(0)) {
                        self.at += 1;
                    }
                    continue;
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => in_plain = true,
            }
            after_quoted &= byte.is_ascii_whitespace();
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}
