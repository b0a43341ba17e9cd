//! What the value of a parameter is worth, as it was read.

use super::{Found, Own};
use crate::cause::Cause;
use crate::contract::extension::Behaviour;
use crate::contract::model::ParameterLocation;
use crate::json::{Kind, Node};
use crate::plan::label::silence::{self, Silence};
use crate::plan::label::{Findings, Labeller, two_readings};
use crate::plan::{Place, Violation};
use crate::schema::folded::{Folded, Type};
use crate::schema::{Side, ValidationError};
use crate::wire::parameter::Reading;

/// What a value is worth by its schema. `documents` tells whether the contract documents it.
pub(super) fn found(labeller: &Labeller<'_>, own: &Own<'_>, came: Reading, documents: bool) -> Vec<Found> {
    let Own { parameter, place } = own;
    let schemas = &labeller.contract.schemas;
    let Reading { value, broken } = came;
    let (mut violations, mut seen) = (Vec::new(), Findings::default());
    for one in broken {
        let rounded = || {
            let held = value.at(&one.place).map(|node| &node.kind);
            matches!(held, Some(Kind::Number(token)) if silence::is_rounded(token))
        };
        if one.cause == Cause::Format {
            seen.silent("whether a format is asserted is not said");
        } else if one.keyword == "multipleOf" && rounded() {
            seen.silent("of what a double cannot hold, nobody has to know whether it is a multiple");
        } else if one.cause == Cause::ManyBranches && schemas.are_discriminated(&one.at) {
            seen.silent("whether a value fits one alternative only is for its discriminator to say");
        } else {
            violations.push(violation(place, one));
        }
    }
    if !violations.is_empty() {
        return vec![Found::Broken(violations)];
    }
    let schema = parameter.schema.as_ref();
    if schema.is_some_and(|schema| schemas.is_unclear(schema, Side::Request, &value.to_value())) {
        seen.silent(two_readings(labeller.contract));
    }
    let places: Vec<String> = schema.iter().map(|schema| schema.0.clone()).collect();
    if !documents {
        let whole = labeller.flats.whole(&places);
        let behaviour = Behaviour::default();
        let mut silence = Silence { labeller, behaviour: &behaviour, documented: false, seen: &mut seen };
        silence.walk(&value, &whole, &mut String::new());
        let is_named = parameter.location == ParameterLocation::Path;
        if !is_named && !is_known(labeller, own, &places, &value) {
            seen.silent(format!("which values of `{}` a host knows is not said", parameter.name));
        }
    }
    seen.silent.into_iter().map(Found::Silent).collect()
}

fn violation(place: &Place, broken: ValidationError) -> Violation {
    Violation { cause: broken.cause, place: place.clone(), keyword: Some(broken.keyword), at: broken.at }
}

/// Whether a value is made of nothing that a host has to look up.
fn is_known(labeller: &Labeller<'_>, own: &Own<'_>, places: &[String], value: &Node) -> bool {
    let flat = labeller.flats.at(places);
    match &value.kind {
        Kind::Null | Kind::Bool(_) => true,
        Kind::Number(_) if own.is_amount(labeller, &flat) => true,
        Kind::String(_) | Kind::Number(_) => {
            flat.listed.is_some() || flat.examples.contains(&value.to_value())
        }
        Kind::Array(items) => {
            let mut each = items.iter().enumerate();
            each.all(|(index, item)| is_known(labeller, own, flat.item(index), item))
        }
        Kind::Object(members) => members.iter().all(|member| {
            let declared = flat.properties.get(&member.key);
            declared.is_some_and(|places| is_known(labeller, own, places, &member.value))
        }),
    }
}

impl Own<'_> {
    /// Whether a number here names no resource, so that it is not looked up. What a header says is
    /// known to those who made it up.
    fn is_amount(&self, labeller: &Labeller<'_>, flat: &Folded) -> bool {
        let number = |one: &Type| matches!(one, Type::Integer | Type::Number);
        matches!(self.parameter.location, ParameterLocation::Query | ParameterLocation::Cookie)
            && !flat.types.is_empty()
            && flat.types.iter().all(number)
            && !labeller.resources.are_named_at(&self.parameter.name)
    }
}
