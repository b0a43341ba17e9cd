//! How exactly a number that was sent must come back: a schema that asks for a `number` asks for no
//! more digits than a double holds, with `format: float` for no more than single precision.

use super::scene::Scene;
use crate::contract::Side;
use crate::json::{Kind, Node, decimal, pointer};
use crate::judge::difference::{member_of, same};
use crate::plan::generate::flat::{Flat, Type};
use serde_json::Value;

/// Alternatives within alternatives are followed so far.
const DEPTH: usize = 4;

/// Whether what came is what was sent at a place of the request's body, as far as its schema asks
/// for it.
pub(super) fn kept(scene: &Scene<'_>, at: &str, sent: &Node, came: &Node) -> bool {
    let operation = scene.view.operation;
    let Some(schema) = operation.json_body().and_then(|media| media.schema.as_ref()) else { return false };
    let root = scene.view.contract.schemas.raw(Side::Request);
    let mut places = vec![schema.0.clone()];
    for token in pointer::tokens(at) {
        places = below(root, &places, &token);
    }
    walk(root, &places, sent, came)
}

fn walk(root: &Value, places: &[String], sent: &Node, came: &Node) -> bool {
    match (&sent.kind, &came.kind) {
        (Kind::Number(left), Kind::Number(right)) => {
            decimal::equal(left, right)
                || match precision(root, places) {
                    Precision::Exact => false,
                    Precision::Double => rounded::<f64>(left, right),
                    Precision::Single => rounded::<f32>(left, right),
                }
        }
        (Kind::Array(left), Kind::Array(right)) => {
            let items = below(root, places, "*");
            left.len() == right.len()
                && left.iter().zip(right).all(|(sent, came)| walk(root, &items, sent, came))
        }
        (Kind::Object(left), Kind::Object(right)) => left.iter().chain(right).all(|member| {
            match (member_of(left, &member.key), member_of(right, &member.key)) {
                (Some(sent), Some(came)) => walk(root, &below(root, places, &member.key), sent, came),
                (sent, came) => same(sent, came),
            }
        }),
        _ => same(Some(sent), Some(came)),
    }
}

/// How exactly a schema asks for numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Exact,
    Double,
    Single,
}

fn precision(root: &Value, places: &[String]) -> Precision {
    let flats = flats(root, places, DEPTH);
    let fractions = |flat: &&Flat| flat.types.contains(&Type::Number);
    if flats.iter().filter(fractions).any(|flat| flat.format.as_deref() == Some("float")) {
        Precision::Single
    } else if flats.iter().any(|flat| fractions(&flat)) {
        Precision::Double
    } else {
        Precision::Exact
    }
}

fn rounded<F: std::str::FromStr + PartialEq>(left: &str, right: &str) -> bool {
    let infinite = |text: &str| text.parse::<f64>().is_ok_and(f64::is_infinite);
    let read = |text: &str| text.parse::<F>().ok();
    !infinite(left) && read(left).is_some() && read(left) == read(right)
}

/// The schemas of a member or an item, whichever alternatives declare it.
fn below(root: &Value, places: &[String], token: &str) -> Vec<String> {
    let flats = flats(root, places, DEPTH);
    flats.iter().flat_map(|flat| flat.properties.get(token).unwrap_or(&flat.items)).cloned().collect()
}

fn flats(root: &Value, places: &[String], depth: usize) -> Vec<Flat> {
    let flat = Flat::read(root, places);
    let branches: Vec<String> = flat.alternatives.iter().flatten().cloned().collect();
    let mut all = vec![flat];
    if depth > 0 {
        all.extend(branches.iter().flat_map(|branch| flats(root, std::slice::from_ref(branch), depth - 1)));
    }
    all
}
