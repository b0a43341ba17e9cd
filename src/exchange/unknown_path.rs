//! What comes for a path that nobody has.

use super::shape::Shape;
use super::{Answer, Exchange};
use crate::contract::model::essence;
use crate::json::{self, Node};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether an answer is that of a host, or of what stands before it, to a path that it does not know,
/// given what came for a path that the run made up.
pub(crate) fn same_nowhere(came: &Exchange, made_up: &Exchange) -> bool {
    let Some((answer, unknown)) = came.answer().zip(made_up.answer()) else { return false };
    if answer.accepted() || unknown.accepted() {
        // Who sends a page to whoever reads mostly lets nobody write.
        return is_page(unknown) && (answer.status == 405 || (is_page(answer) && alike(answer, unknown)));
    }
    // A path that begins like one of the API can be known to have other methods.
    if answer.status == 405 {
        return unknown.status == 404;
    }
    let shape = |exchange: &Exchange, answer: &Answer| {
        let shape = Shape::of(answer, &exchange.sent);
        let method = exchange.sent.head.method.to_lowercase();
        (shape.form, shape.words.split(' ').filter(|word| *word != method).collect::<Vec<_>>().join(" "))
    };
    unknown.status == 404 && alike(answer, unknown) && shape(came, answer) == shape(made_up, unknown)
}

/// Whether an answer is a page for people.
pub(crate) fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").map(essence).as_deref().is_some_and(page)
}

/// Whether two answers are the same but for what a page or a message tells of its path. An answer
/// without a body is that to HEAD.
pub(crate) fn alike(came: &Answer, made_up: &Answer) -> bool {
    let kind = |answer: &Answer| answer.header("content-type").map(essence);
    let taken_for_page = |kind: Option<String>| kind.as_deref().is_some_and(page);
    came.status == made_up.status
        && kind(came) == kind(made_up)
        && (!came.accepted()
            || came.body.is_empty()
            || came.body == made_up.body
            || same_members(came, made_up)
            || taken_for_page(kind(came)))
}

fn page(kind: &str) -> bool {
    matches!(kind, "text/html" | "application/xhtml+xml")
}

/// Whether two answers are JSON objects with the same members, whatever they hold.
fn same_members(one: &Answer, other: &Answer) -> bool {
    let names = |answer: &Answer| match json::read(&answer.body).map(|text| Node::to_value(&text.root)) {
        Ok(Value::Object(members)) if !members.is_empty() => {
            Some(members.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>())
        }
        _ => None,
    };
    names(one).is_some_and(|names_of_one| names(other).is_some_and(|other| names_of_one == other))
}
