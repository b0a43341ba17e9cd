//! A pattern as it was read.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Nothing.
    Empty,
    /// A character.
    Char(char),
    /// One of several characters.
    Set(Set),
    /// The beginning of the text, or of a line.
    Start {
        /// Whether that of each line counts.
        lines: bool,
    },
    /// The end of the text, or of a line.
    End {
        /// Whether that of each line counts.
        lines: bool,
    },
    /// The boundary of a word, or none.
    Boundary {
        /// Whether there must be none.
        negated: bool,
    },
    /// A group, with its number where it captures.
    Group(Option<usize>, Box<Node>),
    /// A part in which the case of letters does or does not count.
    Case {
        /// Whether it counts.
        counts: bool,
        /// The part.
        inner: Box<Node>,
    },
    /// What must stand here, or must not, without being taken.
    Look(Look),
    /// What a group took.
    Back(usize),
    /// A part some times over.
    Repeat {
        /// The part.
        inner: Box<Node>,
        /// How often at least.
        least: u32,
        /// How often at most.
        most: Option<u32>,
        /// Whether as few as can be are taken.
        lazy: bool,
    },
    /// Parts in a row.
    Row(Vec<Node>),
    /// Alternatives.
    Either(Vec<Node>),
}

/// A look at what stands before or behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Whether at what follows.
    pub ahead: bool,
    /// Whether it must not stand there.
    pub negated: bool,
    /// What is looked for.
    pub inner: Box<Node>,
}

/// One of several characters.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// Whether it is none of them.
    pub negated: bool,
    /// The characters.
    pub items: Vec<Item>,
}

/// Characters of a set.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// From one to another.
    Range(char, char),
    /// Those of an escape or of a Unicode property, as a class of the engine.
    Class(String),
}

/// What `.` does not stand for.
pub(super) const LINE_ENDS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];

impl Set {
    /// What `.` stands for where it does not stand for the ends of lines.
    pub(super) fn dot() -> Set {
        Set { negated: true, items: LINE_ENDS.map(|end| Item::Range(end, end)).to_vec() }
    }

    /// Every character there is.
    pub(super) fn any() -> Set {
        Set { negated: true, items: Vec::new() }
    }

    /// That of a single character.
    pub fn of(one: char) -> Set {
        Set { negated: false, items: vec![Item::Range(one, one)] }
    }

    /// Its characters.
    pub fn class(&self) -> ClassUnicode {
        let mut class = ClassUnicode::empty();
        for item in &self.items {
            match item {
                Item::Range(start, end) => class.push(ClassUnicodeRange::new(*start, *end)),
                Item::Class(class_of_engine) => {
                    if let Some(more) = class_of(class_of_engine) {
                        class.union(&more);
                    }
                }
            }
        }
        if self.negated {
            class.negate();
        }
        class
    }
}

/// A class of the engine, if it has it.
pub(super) fn class_of(text: &str) -> Option<ClassUnicode> {
    use regex_syntax::hir::{Class, HirKind};
    match regex_syntax::parse(text).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            let only = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(ClassUnicode::new([ClassUnicodeRange::new(only, only)]))
        }
        _ => None,
    }
}

impl Node {
    /// The looks of a pattern outside of other looks, in order.
    pub fn looks(&self) -> Vec<&Look> {
        let mut found = Vec::new();
        self.each(&mut |node| {
            if let Node::Look(look) = node {
                found.push(look);
            }
        });
        found
    }

    /// Visits every part outside of looks.
    fn each<'n>(&'n self, visit: &mut impl FnMut(&'n Node)) {
        visit(self);
        match self {
            Node::Group(_, inner) | Node::Case { inner, .. } | Node::Repeat { inner, .. } => {
                inner.each(visit);
            }
            Node::Row(all) | Node::Either(all) => all.iter().for_each(|one| one.each(visit)),
            _ => {}
        }
    }

    /// The pattern with other looks: each is asked for by its number, and none leaves it out.
    #[must_use]
    pub fn with_looks(&self, of: &impl Fn(usize, &Look) -> Option<Look>) -> Node {
        self.replaced(of, &mut 0)
    }

    fn replaced(&self, of: &impl Fn(usize, &Look) -> Option<Look>, next: &mut usize) -> Node {
        match self {
            Node::Look(look) => {
                *next += 1;
                of(*next - 1, look).map_or(Node::Empty, Node::Look)
            }
            Node::Group(number, inner) => Node::Group(*number, Box::new(inner.replaced(of, next))),
            Node::Case { counts, inner } => {
                Node::Case { counts: *counts, inner: Box::new(inner.replaced(of, next)) }
            }
            Node::Repeat { inner, least, most, lazy } => Node::Repeat {
                inner: Box::new(inner.replaced(of, next)),
                least: *least,
                most: *most,
                lazy: *lazy,
            },
            Node::Row(all) => Node::Row(all.iter().map(|one| one.replaced(of, next)).collect()),
            Node::Either(all) => Node::Either(all.iter().map(|one| one.replaced(of, next)).collect()),
            other => other.clone(),
        }
    }
}
