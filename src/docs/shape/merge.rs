//! Shapes that become one: the parts of `allOf`, and what a list or a map holds.

use crate::docs::model::{Shape, Term};

/// Takes over what a part of `allOf` says.
pub(super) fn absorb(shape: &mut Shape, part: Shape) {
    let is_new = |shape: &Shape| shape.fields.is_empty() && shape.inherits.is_empty();
    if let [Term::Link(link)] = part.kind.as_slice() {
        if (shape.kind.is_empty() || says_nothing(&shape.kind)) && is_new(shape) {
            shape.kind.clone_from(&part.kind);
        } else {
            link_up(shape);
            shape.inherits.push(link.clone());
        }
    } else if !says_nothing(&part.kind) && !part.kind.is_empty() {
        link_up(shape);
        if is_new(shape) {
            shape.kind = part.kind;
        }
    }
    shape.nullable |= part.nullable;
    shape.description = shape.description.take().or(part.description);
    shape.default = shape.default.take().or(part.default);
    shape.example = shape.example.take().or(part.example);
    shape
        .limits
        .extend(part.limits.into_iter().filter(|limit| !shape.limits.contains(limit)).collect::<Vec<_>>());
    if shape.values.is_empty() {
        shape.values = part.values;
    }
    for field in part.fields {
        match shape.fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.required |= field.required,
            None => shape.fields.push(field),
        }
    }
    shape.inherits.extend(part.inherits);
    shape.choices.extend(part.choices);
}

/// What stood there as a link becomes one part among others.
fn link_up(shape: &mut Shape) {
    if let [Term::Link(link)] = shape.kind.as_slice() {
        shape.inherits.insert(0, link.clone());
        shape.kind.clear();
    }
}

fn says_nothing(kind: &[Term]) -> bool {
    kind == [Term::Anything]
}

/// What a list or a map holds becomes a part of its own shape.
pub(super) fn hold(shape: &mut Shape, inner: Shape, prefix: Term) -> Vec<Term> {
    let mut kind = vec![prefix];
    if inner.kind.is_empty() {
        kind.push(Term::Words("one of several".to_owned()));
    }
    kind.extend(inner.kind);
    if inner.nullable {
        kind.push(Term::Words(" or null".to_owned()));
    }
    shape.limits.extend(inner.limits.into_iter().map(|limit| format!("each: {limit}")));
    if shape.values.is_empty() {
        shape.values = inner.values;
    }
    shape.description = shape.description.take().or(inner.description);
    shape.fields.extend(inner.fields);
    shape.inherits.extend(inner.inherits);
    shape.choices.extend(inner.choices);
    kind
}

pub(super) fn words(text: &str) -> Vec<Term> {
    vec![Term::Words(text.to_owned())]
}

pub(super) fn is_empty(shape: &Shape) -> bool {
    (shape.kind.is_empty() || says_nothing(&shape.kind))
        && shape.fields.is_empty()
        && shape.inherits.is_empty()
        && shape.choices.is_empty()
        && shape.values.is_empty()
        && shape.description.is_none()
        && shape.title.is_none()
}
