//! Fields and types as lists that nest, and so fit any screen.

use super::link;
use crate::docs::model::{Field, Shape, Term};
use crate::docs::prose::{self, Headings, block};
use maud::{Markup, html};

/// More listed values than these are folded away.
const MANY_VALUES: usize = 24;

/// Fields one after the other.
pub(super) fn fields(fields: &[Field]) -> Markup {
    html! {
        @if !fields.is_empty() {
            ul.fields {
                @for field in fields {
                    li {
                        div.field {
                            code.name { (field.name) }
                            " " span.type { (kind(&field.shape)) }
                            @if field.required { " " span.required { "required" } }
                            (flags(&field.shape))
                        }
                        (about(&field.shape))
                        (inner(&field.shape))
                    }
                }
            }
        }
    }
}

/// A body, or a schema that stands on its own.
pub(super) fn whole(shape: &Shape) -> Markup {
    let bare = matches!(shape.kind.as_slice(), [Term::Object]) && !shape.fields.is_empty();
    html! {
        @if !bare { p.field { span.type { (kind(shape)) } (flags(shape)) } }
        @else if shape.nullable { p.field { (flags(shape)) } }
        (about(shape))
        (inner(shape))
    }
}

fn inner(shape: &Shape) -> Markup {
    html! {
        @if !shape.inherits.is_empty() {
            p.inherits {
                "All fields of "
                @for (index, one) in shape.inherits.iter().enumerate() {
                    @if index > 0 { ", " }
                    (link(one))
                }
            }
        }
        (fields(&shape.fields))
        @for (words, choices) in &shape.choices {
            p.choice { (words) }
            ul.choices {
                @for choice in choices {
                    li {
                        div.field {
                            @if let Some(title) = &choice.title { strong { (title) } " " }
                            span.type { (kind(choice)) }
                            (flags(choice))
                        }
                        (about(choice))
                        (inner(choice))
                    }
                }
            }
        }
    }
}

fn kind(shape: &Shape) -> Markup {
    html! {
        @if shape.kind.is_empty() && !shape.choices.is_empty() { "one of several" }
        @for term in &shape.kind {
            @match term.told() {
                Ok(words) => (words),
                Err(to) => (link(to)),
            }
        }
    }
}

fn flags(shape: &Shape) -> Markup {
    let flags = [
        (shape.nullable, "can be null"),
        (shape.read_only, "only in answers"),
        (shape.write_only, "only in requests"),
        (shape.deprecated, "deprecated"),
    ];
    html! { @for (_, words) in flags.iter().filter(|(is, _)| *is) { " " span.flag { (words) } } }
}

fn about(shape: &Shape) -> Markup {
    html! {
        @if let Some(text) = &shape.description { div.prose { (block(text, Headings::Bold)) } }
        @if !shape.limits.is_empty() {
            p.limits { @for (index, limit) in shape.limits.iter().enumerate() { @if index > 0 { ", " } (prose::inline(limit)) } }
        }
        @if shape.values.len() > MANY_VALUES {
            details.values { summary { "One of " (shape.values.len()) " values" } p { (values(&shape.values)) } }
        } @else if !shape.values.is_empty() {
            p.limits { @if shape.values.len() == 1 { "Always " } @else { "One of " } (values(&shape.values)) }
        }
        @if let Some(value) = &shape.default { p.limits { "Default " code { (value) } } }
        @if let Some(value) = &shape.example { p.limits { "For example " code { (value) } } }
    }
}

fn values(values: &[String]) -> Markup {
    html! { @for (index, value) in values.iter().enumerate() { @if index > 0 { ", " } code { (value) } } }
}
