//! Texts of members, and what they stand for.

use super::shape::Shape;
use crate::json::{self, Kind, Member, Node, pointer};
use crate::schema::folded::Type;
use crate::wire::parameter::typed;

/// A reading, and the same with nothing in it but text.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) typed: Node,
    pub(super) plain: Node,
}

/// What came for a member: its text, and where in the body that stands.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) text: String,
    pub(super) span: (usize, usize),
}

impl Meaning {
    pub(super) fn same(node: Node) -> Meaning {
        Meaning { typed: node.clone(), plain: node }
    }

    pub(super) fn list(items: Vec<Meaning>, span: (usize, usize)) -> Meaning {
        let (typed, plain) = items.into_iter().map(|one| (one.typed, one.plain)).unzip();
        Meaning { typed: node(Kind::Array(typed), span), plain: node(Kind::Array(plain), span) }
    }

    pub(super) fn object(members: &[(String, Meaning)], span: (usize, usize)) -> Meaning {
        let member = |key: &String, value: &Node| Member {
            key: key.clone(),
            key_start: value.start,
            value: value.clone(),
        };
        let typed = members.iter().map(|(key, one)| member(key, &one.typed)).collect();
        let plain = members.iter().map(|(key, one)| member(key, &one.plain)).collect();
        Meaning { typed: node(Kind::Object(typed), span), plain: node(Kind::Object(plain), span) }
    }
}

impl Leaf {
    /// What the text stands for where a shape says what may be there.
    pub(super) fn meaning(self, shape: &Shape) -> Meaning {
        let Leaf { text, span } = self;
        let typed = Node { start: span.0, end: span.1, ..typed(&shape.types, &text) };
        Meaning { typed, plain: node(Kind::String(text), span) }
    }

    /// The same of a JSON text, whose places are those of all of it.
    pub(super) fn as_json(&self) -> Option<Meaning> {
        let mut root = json::read(self.text.as_bytes()).ok()?.root;
        place(&mut root, self.span);
        Some(Meaning::same(root))
    }
}

pub(super) fn node(kind: Kind, (start, end): (usize, usize)) -> Node {
    Node { start, end, kind }
}

/// The text of a value that is no list and no object.
pub(super) fn text(value: &Node) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(token) => Some(token.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
    }
}

/// Whether a text that is no number or truth value may be read as one.
pub(crate) fn is_loose(types: &[Type], text: &str) -> bool {
    const TRUTHS: [&str; 14] =
        ["true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n", "0.0", "1.0"];
    let trimmed = text.trim();
    let digits = trimmed.trim_start_matches(['+', '-']);
    let is_number = || {
        let plain: String = digits.chars().filter(|c| !matches!(c, '_' | ',' | ' ')).collect();
        plain.parse::<f64>().is_ok_and(|number| number.fract() == 0.0 || types.contains(&Type::Number))
            || plain.strip_prefix("0x").is_some_and(|hex| u64::from_str_radix(hex, 16).is_ok())
    };
    let is_numeric = types.iter().any(|one| one.is_numeric());
    trimmed.is_empty()
        || (is_numeric && is_number())
        || (types.contains(&Type::Boolean) && TRUTHS.contains(&trimmed.to_ascii_lowercase().as_str()))
        || (types.contains(&Type::Null) && trimmed.eq_ignore_ascii_case("null"))
}

/// A reading with text for what a schema refuses as numbers or truth values.
pub(super) fn mended<'p>(typed: &Node, plain: &Node, broken: impl Iterator<Item = &'p str>) -> Node {
    let mut mended = typed.clone();
    for place in broken {
        if let (Some(part), Some(plain)) = (node_mut(&mut mended, place), plain.at(place)) {
            part.clone_from(plain);
        }
    }
    mended
}

fn node_mut<'n>(root: &'n mut Node, at: &str) -> Option<&'n mut Node> {
    pointer::tokens(at).try_fold(root, |node, token| match &mut node.kind {
        Kind::Array(items) => items.get_mut(pointer::index(&token)?),
        Kind::Object(members) => {
            let mut members = members.iter_mut().rev();
            members.find(|member| member.key == token).map(|member| &mut member.value)
        }
        _ => None,
    })
}

fn place(root: &mut Node, span: (usize, usize)) {
    (root.start, root.end) = span;
    match &mut root.kind {
        Kind::Array(items) => items.iter_mut().for_each(|item| place(item, span)),
        Kind::Object(members) => members.iter_mut().for_each(|member| place(&mut member.value, span)),
        _ => {}
    }
}
