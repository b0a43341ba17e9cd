//! What is wrong with the items of a stream, each told by the first that shows it.

use super::response_schema;
use crate::cause::Cause;
use crate::contract::MediaType;
use crate::exchange::Answer;
use crate::json::Text;
use crate::judge::{Check, Observation, View};
use crate::schema::{SchemaAt, Side};
use std::collections::HashSet;

/// So many facts are told of one answer.
const MOST: usize = 16;

/// The items that do not satisfy the schema of items.
pub(super) fn of_schema(
    view: &View<'_>,
    answer: &Answer,
    check: &'static Check,
    schema: &SchemaAt,
) -> Vec<Observation> {
    let mut told = HashSet::new();
    let mut found = Vec::new();
    for (number, text) in read(view, answer) {
        if view.contract.schemas.accepts_text(schema, Side::Response, text) {
            continue;
        }
        for broken in response_schema::errors(view, schema, &text.to_value()) {
            let kind = format!("{}XX item {}", answer.status / 100, response_schema::kind(&broken));
            let place = crate::json::pointer::general(&broken.place);
            if found.len() == MOST || !told.insert((kind.clone(), broken.at.clone())) {
                continue;
            }
            let shown = if place.is_empty() { "an item".to_owned() } else { format!("`{place}` of an item") };
            let title = match broken.cause {
                Cause::Missing => format!("{shown} is missing"),
                cause => format!("{shown} {}", cause.words_for(Some(&broken.keyword))),
            };
            let actual = format!("{} at `{}` of item {number}", broken.actual, broken.place);
            let observation = view.observe(check, kind, title, (broken.expected, actual), &broken.at);
            found
                .push(Observation { value: Some(format!("/{}{}", number - 1, broken.place)), ..observation });
        }
    }
    found
}

/// The first item that is no JSON.
pub(super) fn malformed(
    view: &View<'_>,
    answer: &Answer,
    check: &'static Check,
    media: &MediaType,
) -> Option<Observation> {
    let mut items = view.items(answer).iter().zip(1..);
    let (error, number) = items.find_map(|(item, number)| Some((item.as_ref()?.as_ref().err()?, number)))?;
    let title = "an item of the body is not well-formed JSON";
    let what = format!("{} item {}", answer.status, error.reason);
    let pair = ("JSON", format!("{} in item {number}", error.reason));
    Some(view.observe(check, what, title, pair, &media.at))
}

/// The items that are JSON, with their numbers from 1.
fn read<'v>(view: &'v View<'_>, answer: &Answer) -> impl Iterator<Item = (usize, &'v Text)> {
    let items = view.items(answer).iter().zip(1..);
    items.filter_map(|(item, number)| Some((number, item.as_ref()?.as_ref().ok()?)))
}
