//! What a body and its members may be, as far as that says how they are written.

use super::xml::Xml;
use crate::json::pointer;
use crate::schema::folded::{Folded, Folds, Type};
use indexmap::IndexMap;
use serde_json::Value;

/// So deep members are looked into, and so many in all.
const DEPTH: usize = 5;
const MOST: usize = 4_000;

/// What may stand at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// The types; empty for any.
    pub(super) types: Vec<Type>,
    /// What its items may be, where it may be a list.
    pub(super) items: Option<Box<Shape>>,
    /// Its declared members, where it may be an object.
    pub(super) members: IndexMap<String, Shape>,
    /// What other members may be.
    pub(super) others: Option<Box<Shape>>,
    /// Whether it is bytes and not text.
    pub(super) binary: bool,
    /// What it is as XML.
    pub(super) xml: Xml,
    /// What its schema is called, where it is one of the components.
    pub(super) named: Option<String>,
}

impl Shape {
    /// What may stand where these schemas hold.
    pub(super) fn of(folds: &Folds<'_>, places: &[String]) -> Shape {
        Reader { folds, left: MOST }.shape(places, 0)
    }

    /// What may stand at a JSON Pointer below.
    pub(super) fn below(&self, at: &str) -> Option<&Shape> {
        pointer::tokens(at).try_fold(self, |shape, token| shape.child(&token))
    }

    /// A member, or an item.
    pub(super) fn child(&self, token: &str) -> Option<&Shape> {
        let member = self.members.get(token);
        member.or_else(|| {
            let item = pointer::index(token).and(self.items.as_deref());
            item.or(self.others.as_deref())
        })
    }

    /// Whether it may be of a type.
    pub(super) fn allows(&self, wanted: Type) -> bool {
        self.types.is_empty() || self.types.contains(&wanted)
    }

    /// Whether it is a list and nothing else but perhaps null.
    pub(super) fn is_list(&self) -> bool {
        self.is_only(Type::Array)
    }

    /// The same of objects.
    pub(super) fn is_object(&self) -> bool {
        self.is_only(Type::Object)
    }

    fn is_only(&self, wanted: Type) -> bool {
        self.types.contains(&wanted) && self.types.iter().all(|one| [wanted, Type::Null].contains(one))
    }

    /// What fits either of two.
    fn or(mut self, other: Shape) -> Shape {
        if self.types.is_empty() || other.types.is_empty() {
            self.types.clear();
        } else {
            self.types.extend(other.types);
            self.types.dedup();
        }
        for (name, shape) in other.members {
            let known = self.members.shift_remove(&name);
            let both = known.map_or(shape.clone(), |known| known.or(shape));
            self.members.insert(name, both);
        }
        self.items = self.items.or(other.items);
        self.others = self.others.or(other.others);
        self.binary |= other.binary;
        self.named = self.named.or(other.named);
        self
    }
}

struct Reader<'f, 'c> {
    folds: &'f Folds<'c>,
    left: usize,
}

impl Reader<'_, '_> {
    fn shape(&mut self, places: &[String], depth: usize) -> Shape {
        if depth > DEPTH || self.left == 0 {
            return Shape::default();
        }
        self.left -= 1;
        let folded = crate::wire::parameter::folded(self.folds, places);
        let folded = folded.into_iter().filter(|fold| !fold.impossible);
        let each: Vec<Shape> = folded.map(|fold| self.one(&fold, depth)).collect();
        each.into_iter().reduce(Shape::or).unwrap_or_default()
    }

    fn one(&mut self, fold: &Folded, depth: usize) -> Shape {
        let members = fold.properties.iter();
        let members = members.map(|(name, places)| (name.clone(), self.shape(places, depth + 1))).collect();
        let others = (!fold.closed).then(|| Box::new(self.shape(&fold.additional, depth + 1)));
        let is_list = !fold.items.is_empty() || fold.types.contains(&Type::Array);
        Shape {
            items: is_list.then(|| Box::new(self.shape(&fold.items, depth + 1))),
            members,
            others,
            binary: is_binary(self.folds, fold),
            xml: xml(self.folds, fold),
            named: named(fold),
            types: fold.types.clone(),
        }
    }
}

/// Whether a schema is that of bytes: `format: binary`, or a media type that is not encoded as text.
fn is_binary(folds: &Folds<'_>, fold: &Folded) -> bool {
    let of_bytes = |at: &String| {
        let keyword = |name: &str| folds.root.pointer(at)?.get(name)?.as_str();
        keyword("contentMediaType").is_some_and(|kind| !super::is_text(kind))
            && keyword("contentEncoding").is_none()
    };
    let is_text = fold.types.is_empty() || fold.types.contains(&Type::String);
    is_text && (fold.format.as_deref() == Some("binary") || fold.parts.iter().any(of_bytes))
}

/// What the schemas say of XML; each of them where others are silent.
fn xml(folds: &Folds<'_>, fold: &Folded) -> Xml {
    let told = fold.parts.iter().filter_map(|at| folds.root.pointer(at)?.get("xml"));
    let mut xml = Xml::default();
    for told in told {
        let text = |field: &str| told.get(field).and_then(Value::as_str).map(str::to_owned);
        let is = |field: &str| told.get(field) == Some(&Value::Bool(true));
        let kind = |wanted: &str| told.get("nodeType").is_some_and(|kind| kind == wanted);
        xml.name = xml.name.or(text("name"));
        xml.namespace = xml.namespace.or(text("namespace"));
        xml.prefix = xml.prefix.or(text("prefix"));
        xml.attribute |= is("attribute") || kind("attribute");
        xml.wrapped |= is("wrapped");
        xml.otherwise |= told.get("nodeType").is_some() && !kind("element") && !kind("attribute");
    }
    xml
}

/// The name of a component.
fn named(fold: &Folded) -> Option<String> {
    let mut components = fold.parts.iter().filter_map(|at| at.strip_prefix("/components/schemas/"));
    components.find(|name| !name.contains('/')).map(|name| pointer::unescape(name).into_owned())
}
