//! A pattern as `fancy-regex` has it: what looks the same and means another thing is spelled out.

use super::tree::{Item, LINE_ENDS, Look, Node, Set};

/// The pattern as text of the engine.
pub(super) fn written(node: &Node) -> String {
    let mut writer = Writer { text: String::new(), captures: refers(node) };
    writer.write(node);
    writer.text
}

/// Whether something refers to what a group took; if nothing does, none has to capture.
fn refers(node: &Node) -> bool {
    match node {
        Node::Back(_) => true,
        Node::Group(_, inner) | Node::Case { inner, .. } | Node::Repeat { inner, .. } => refers(inner),
        Node::Look(look) => refers(&look.inner),
        Node::Row(all) | Node::Either(all) => all.iter().any(refers),
        _ => false,
    }
}

/// Whether a part can take anything.
fn takes(node: &Node) -> bool {
    match node {
        Node::Char(_) | Node::Set(_) | Node::Back(_) => true,
        Node::Group(_, inner) | Node::Case { inner, .. } | Node::Repeat { inner, .. } => takes(inner),
        Node::Row(all) | Node::Either(all) => all.iter().any(takes),
        _ => false,
    }
}

struct Writer {
    text: String,
    captures: bool,
}

const WORD: &str = "[0-9A-Za-z_]";
/// What nothing matches.
const NEVER: &str = "[^\\x{0}-\\x{10ffff}]";

impl Writer {
    fn write(&mut self, node: &Node) {
        match node {
            Node::Empty => self.push("(?:)"),
            Node::Char(one) => self.char(*one),
            Node::Set(set) => self.set(set),
            Node::Start { lines: false } => self.push("^"),
            Node::End { lines: false } => self.push("\\z"),
            Node::Start { lines: true } => {
                self.push("(?:^|(?<=");
                self.line_ends();
                self.push("))");
            }
            Node::End { lines: true } => {
                self.push("(?:\\z|(?=");
                self.line_ends();
                self.push("))");
            }
            Node::Boundary { negated } => {
                let (one, other) = if *negated { ("=", "!") } else { ("!", "=") };
                let text = format!("(?:(?<={WORD})(?{one}{WORD})|(?<!{WORD})(?{other}{WORD}))");
                self.push(&text);
            }
            Node::Group(Some(_), inner) if self.captures => self.around("(", inner),
            Node::Group(_, inner) => self.around("(?:", inner),
            Node::Case { counts, inner } => self.around(if *counts { "(?-i:" } else { "(?i:" }, inner),
            Node::Look(Look { ahead, negated, inner }) => self.around(
                match (ahead, negated) {
                    (true, false) => "(?=",
                    (true, true) => "(?!",
                    (false, false) => "(?<=",
                    (false, true) => "(?<!",
                },
                inner,
            ),
            // A group that took nothing yet has taken the empty text.
            Node::Back(number) => self.push(&format!("(?({number})\\{number}|)")),
            // What takes nothing is there once or, where it need not be, not at all.
            Node::Repeat { inner, least, .. } if !takes(inner) => {
                self.write(if *least == 0 { &Node::Empty } else { inner });
            }
            Node::Repeat { inner, least, most, lazy } => {
                self.around("(?:", inner);
                let times = match (least, most) {
                    (0, None) => "*".to_owned(),
                    (1, None) => "+".to_owned(),
                    (0, Some(1)) => "?".to_owned(),
                    (least, None) => format!("{{{least},}}"),
                    (least, Some(most)) => format!("{{{least},{most}}}"),
                };
                self.push(&times);
                self.push(if *lazy { "?" } else { "" });
            }
            Node::Row(all) => all.iter().for_each(|one| self.write(one)),
            Node::Either(all) => {
                self.push("(?:");
                for (index, one) in all.iter().enumerate() {
                    self.push(if index > 0 { "|" } else { "" });
                    self.write(one);
                }
                self.push(")");
            }
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn around(&mut self, start: &str, inner: &Node) {
        self.push(start);
        self.write(inner);
        self.push(")");
    }

    fn line_ends(&mut self) {
        let ends = LINE_ENDS.map(|end| Item::Range(end, end)).to_vec();
        self.set(&Set { negated: false, items: ends });
    }

    fn char(&mut self, one: char) {
        if one.is_ascii_alphanumeric() {
            self.text.push(one);
        } else {
            self.push(&format!("\\x{{{:x}}}", u32::from(one)));
        }
    }

    fn set(&mut self, set: &Set) {
        match (set.negated, set.items.as_slice()) {
            (false, []) => return self.push(NEVER),
            (true, []) => return self.push("[\\x{0}-\\x{10ffff}]"),
            (false, [Item::Class(class)]) => return self.push(class),
            _ => {}
        }
        if set.class().ranges().is_empty() {
            return self.push(NEVER);
        }
        self.push(if set.negated { "[^" } else { "[" });
        for item in &set.items {
            match item {
                Item::Range(first, last) => {
                    self.char(*first);
                    if first != last {
                        self.push("-");
                        self.char(*last);
                    }
                }
                Item::Class(class) => self.push(class),
            }
        }
        self.push("]");
    }
}
