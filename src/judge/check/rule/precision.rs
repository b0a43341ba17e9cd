//! How exactly a number that was sent must come back: a schema that asks for a `number` asks for no
//! more digits than a double holds, with `format: float` for no more than single precision. Of
//! integers beyond 2^53 RFC 8259 says that not everybody keeps them, unless a format promises it.

use crate::contract::expression::Part;
use crate::contract::model;
use crate::contract::{Expression, Operation, ParameterLocation};
use crate::exchange::Answer;
use crate::json::{Kind, Node, decimal, pointer};
use crate::judge::View;
use crate::judge::difference::{is_double_of_integer, member_of, same};
use crate::schema::folded::{Folded, Type};
use crate::schema::{SchemaAt, Side};
use serde_json::Value;

/// Alternatives within alternatives are followed so far.
const DEPTH: usize = 4;

/// How a value that was sent came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::judge) enum Echo {
    /// As exactly as its schema asks for it.
    Kept,
    /// Otherwise only in great integers, of which there is what a double makes of them.
    Rounded,
    /// As something else.
    Changed,
}

/// What the contract says about a value.
pub(in crate::judge) struct Asked<'c> {
    root: &'c Value,
    places: Vec<String>,
}

impl<'c> Asked<'c> {
    /// What it says about what an expression names in the requests of an operation.
    pub(in crate::judge) fn in_request(
        view: &View<'c>,
        operation: &Operation,
        expression: &Expression,
    ) -> Asked<'c> {
        let parameter = |location, name: &str| {
            let same = |known: &str| match location {
                ParameterLocation::Header => known.eq_ignore_ascii_case(name),
                _ => known == name,
            };
            let mut all = operation.parameters.iter().filter(|one| one.location == location);
            all.find(|one| same(&one.name))?.schema.as_ref()
        };
        let body = || operation.json_body()?.schema.as_ref();
        let (schema, at) = match expression {
            Expression::Request(Part::Body(at)) => (body(), &**at),
            Expression::Request(Part::Query(name)) => (parameter(ParameterLocation::Query, name), ""),
            Expression::Request(Part::Path(name)) => (parameter(ParameterLocation::Path, name), ""),
            Expression::Request(Part::Header(name)) => (parameter(ParameterLocation::Header, name), ""),
            Expression::Status | Expression::Response(_) => (None, ""),
        };
        Asked::of(view.contract.schemas.raw(Side::Request), schema, at)
    }

    /// What it says about what an expression names in an answer of an operation.
    pub(in crate::judge) fn in_answer(
        view: &View<'c>,
        operation: &Operation,
        answer: &Answer,
        expression: &Expression,
    ) -> Asked<'c> {
        let documented = operation.response(answer.status);
        let kind = answer.header("content-type").unwrap_or_default();
        let body = || model::choose(&documented?.content, kind)?.schema.as_ref();
        let header = |name: &str| {
            documented?.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?.schema.as_ref()
        };
        let (schema, at) = match expression {
            Expression::Response(Part::Body(at)) => (body(), &**at),
            Expression::Response(Part::Header(name)) => (header(name), ""),
            _ => (None, ""),
        };
        Asked::of(view.contract.schemas.raw(Side::Response), schema, at)
    }

    fn of(root: &'c Value, schema: Option<&SchemaAt>, at: &str) -> Asked<'c> {
        Asked { root, places: schema.into_iter().map(|schema| schema.0.clone()).collect() }.at(at)
    }

    /// What it says about a place below the value; `*` is every item.
    pub(in crate::judge) fn at(self, place: &str) -> Asked<'c> {
        pointer::tokens(place).fold(self, |asked, token| asked.below(&token))
    }

    /// The schemas of a member or an item, whichever alternatives declare it.
    fn below(&self, token: &str) -> Asked<'c> {
        let flats = flats(self.root, &self.places, DEPTH);
        let places = flats.iter().flat_map(|flat| flat.below(token).to_vec());
        Asked { root: self.root, places: places.collect() }
    }

    fn precision(&self) -> Precision {
        let flats = flats(self.root, &self.places, DEPTH);
        let fractions = |flat: &&Folded| flat.types.contains(&Type::Number);
        if flats.iter().filter(fractions).any(|flat| flat.format.as_deref() == Some("float")) {
            Precision::Single
        } else if flats.iter().any(|flat| fractions(&flat)) {
            Precision::Double
        } else {
            Precision::Exact
        }
    }

    fn promises_64_bits(&self) -> bool {
        let flats = flats(self.root, &self.places, DEPTH);
        flats.iter().any(|flat| matches!(flat.format.as_deref(), Some("int64" | "uint64")))
    }
}

/// How a value that was sent came back, given what is said about it in requests and in answers.
pub(in crate::judge) fn echo(asked: &Asked<'_>, answered: &Asked<'_>, sent: &Node, came: &Node) -> Echo {
    match (&sent.kind, &came.kind) {
        (Kind::Number(left), Kind::Number(right)) => match asked.precision() {
            _ if decimal::equal(left, right) => Echo::Kept,
            Precision::Double if rounded::<f64>(left, right) => Echo::Kept,
            Precision::Single if rounded::<f32>(left, right) => Echo::Kept,
            _ if asked.promises_64_bits() || answered.promises_64_bits() => Echo::Changed,
            _ if is_double_of_integer(left, right) => Echo::Rounded,
            _ => Echo::Changed,
        },
        (Kind::Array(left), Kind::Array(right)) if left.len() == right.len() => {
            let (asked, answered) = (asked.below("*"), answered.below("*"));
            let each = left.iter().zip(right).map(|(sent, came)| echo(&asked, &answered, sent, came));
            each.max().unwrap_or(Echo::Kept)
        }
        (Kind::Object(left), Kind::Object(right)) => {
            let each = left.iter().chain(right).map(|member| {
                let key = &member.key;
                match (member_of(left, key), member_of(right, key)) {
                    (Some(sent), Some(came)) => echo(&asked.below(key), &answered.below(key), sent, came),
                    (sent, came) => {
                        if same(sent, came) {
                            Echo::Kept
                        } else {
                            Echo::Changed
                        }
                    }
                }
            });
            each.max().unwrap_or(Echo::Kept)
        }
        _ if same(Some(sent), Some(came)) => Echo::Kept,
        _ => Echo::Changed,
    }
}

/// How exactly a schema asks for numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Exact,
    Double,
    Single,
}

fn rounded<F: std::str::FromStr + PartialEq>(left: &str, right: &str) -> bool {
    let infinite = |text: &str| text.parse::<f64>().is_ok_and(f64::is_infinite);
    let read = |text: &str| text.parse::<F>().ok();
    !infinite(left) && read(left).is_some() && read(left) == read(right)
}

fn flats(root: &Value, places: &[String], depth: usize) -> Vec<Folded> {
    let flat = Folded::read(root, places);
    let branches: Vec<String> = flat.alternatives.iter().flatten().cloned().collect();
    let mut all = vec![flat];
    if depth > 0 {
        all.extend(branches.iter().flat_map(|branch| flats(root, std::slice::from_ref(branch), depth - 1)));
    }
    all
}
