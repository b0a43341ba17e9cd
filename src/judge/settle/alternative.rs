//! Alternatives of which a host takes nothing: whatever names one by its discriminator is refused,
//! and others are taken.

use super::contrast::Said;
use super::history::History;
use super::{Asked, Whole};
use crate::json::pointer;
use crate::plan::{Position, Verdict};
use crate::schema::folded::{Folded, Folds};
use serde_json::Value;
use std::collections::HashSet;

/// So many different bodies have to be refused.
const DIFFERENT: usize = 3;

/// A discriminator, by the general place of its property, and the value that it has.
type Named = (String, String);

/// Whether a refused request has an alternative of which nothing is taken, with no value that the host
/// would have to know.
pub(super) fn is_refused_as_a_whole(
    run: &Whole<'_>,
    history: &History<'_>,
    asked: &Asked,
    position: Position,
    unknown: &[String],
) -> bool {
    let own = named(run, history, position);
    if own.is_empty() {
        return false;
    }
    let chosen = |at: &String| {
        let place = pointer::general(at.strip_prefix("/body").unwrap_or(at));
        own.iter().any(|(known, _)| *known == place)
    };
    if unknown.iter().any(|at| !chosen(at) && !history.is_amount(&run.case(position).request, at)) {
        return false;
    }
    let taken: Vec<Named> = asked.accepted.iter().flat_map(|other| named(run, history, *other)).collect();
    own.iter().any(|(at, name)| {
        let others = taken.iter().filter(|(known, _)| known == at);
        let is_taken = others.clone().any(|(_, other)| other == name);
        others.clone().next().is_some()
            && !is_taken
            && different(run, history, asked, (at, name)) >= DIFFERENT
    })
}

/// How many different bodies with a name were refused.
fn different(run: &Whole<'_>, history: &History<'_>, asked: &Asked, (at, name): (&str, &str)) -> usize {
    let refused = asked.refused.iter().filter(|(_, _, verdict)| *verdict == Verdict::Accept);
    let bodies = refused.filter_map(|(position, _, _)| {
        let own = named(run, history, *position);
        let said = || Said::of(&run.case(*position).request).value.get("body").map(Value::to_string);
        own.iter().any(|one| (one.0.as_str(), one.1.as_str()) == (at, name)).then(said).flatten()
    });
    bodies.collect::<HashSet<String>>().len()
}

fn named(run: &Whole<'_>, history: &History<'_>, position: Position) -> Vec<Named> {
    let case = run.case(position);
    let operation = &run.contract.operations[case.operation];
    let schema = operation.json_body().and_then(|media| media.schema.as_ref());
    let mut found = Vec::new();
    if let (Some(schema), Some(body)) = (schema, Said::of(&case.request).value.get("body")) {
        let flats = history.flats();
        collect(flats, &flats.whole(std::slice::from_ref(&schema.0)), body, &mut String::new(), &mut found);
    }
    found
}

fn collect(flats: &Folds<'_>, flat: &Folded, value: &Value, here: &mut String, found: &mut Vec<Named>) {
    let length = here.len();
    match value {
        Value::Object(members) => {
            for discriminator in &flat.discriminators {
                if let Some(name) = members.get(&discriminator.property).and_then(Value::as_str) {
                    let at = pointer::general(&pointer::child(here, &discriminator.property));
                    found.push((at, name.to_owned()));
                }
            }
            for (name, member) in members {
                let places = flat.member(name);
                if !places.is_empty() {
                    pointer::push(here, name);
                    collect(flats, &flats.whole_of(&places), member, here, found);
                    here.truncate(length);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let places = flat.item(index);
                if !places.is_empty() {
                    pointer::push(here, &index.to_string());
                    collect(flats, &flats.whole_of(places), item, here, found);
                    here.truncate(length);
                }
            }
        }
        _ => {}
    }
}
