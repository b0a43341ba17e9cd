//! What a query is worth that a parameter takes as a whole.

use super::parameters::Found;
use super::{Labeller, silence, two_readings};
use crate::cause::Cause;
use crate::contract::model::Parameter;
use crate::json::{Kind, Node};
use crate::plan::{Place, Violation};
use crate::schema::{Side, ValidationError};
use crate::wire::parameter::Reading;

/// What a parameter is worth that came as the whole query.
pub(super) fn found(labeller: &Labeller<'_>, parameter: &Parameter, came: Reading) -> Vec<Found> {
    let schemas = &labeller.contract.schemas;
    let Reading { value, broken } = came;
    let (mut violations, mut silent) = (Vec::new(), Vec::new());
    for one in broken {
        let rounded = || {
            let held = value.at(&one.place).map(|node| &node.kind);
            matches!(held, Some(Kind::Number(token)) if silence::is_rounded(token))
        };
        if one.cause == Cause::Format {
            silent.push("whether a format is asserted is not said".to_owned());
        } else if one.keyword == "multipleOf" && rounded() {
            silent.push("of what a double cannot hold, nobody has to know whether it is a multiple".into());
        } else if one.cause == Cause::ManyBranches && schemas.are_discriminated(&one.at) {
            silent.push("whether a value fits one alternative only is for its discriminator to say".into());
        } else {
            violations.push(violation(parameter, one));
        }
    }
    if !violations.is_empty() {
        return vec![Found::Broken(violations)];
    }
    let schema = parameter.schema.as_ref();
    if schema.is_some_and(|schema| schemas.is_unclear(schema, Side::Request, &value.to_value())) {
        silent.push(two_readings(labeller.contract).to_owned());
    }
    let places: Vec<String> = schema.iter().map(|schema| schema.0.clone()).collect();
    let documented = || {
        let value = value.to_value();
        parameter.examples.iter().any(|example| example.value == value)
    };
    if !is_listed(labeller, &places, &value) && !documented() {
        silent.push(format!("which values of `{}` a host knows is not said", parameter.name));
    }
    silent.into_iter().map(Found::Silent).collect()
}

fn violation(parameter: &Parameter, broken: ValidationError) -> Violation {
    Violation {
        cause: broken.cause,
        place: Place::Querystring(parameter.name.clone()),
        keyword: Some(broken.keyword),
        at: broken.at,
    }
}

/// Whether the contract lists every value that a value is made of.
fn is_listed(labeller: &Labeller<'_>, places: &[String], value: &Node) -> bool {
    let flat = labeller.flats.at(places);
    match &value.kind {
        Kind::Null | Kind::Bool(_) => true,
        Kind::String(_) | Kind::Number(_) => flat.listed.is_some(),
        Kind::Array(items) => {
            let mut each = items.iter().enumerate();
            each.all(|(index, item)| is_listed(labeller, flat.item(index), item))
        }
        Kind::Object(members) => members.iter().all(|member| {
            let declared = flat.properties.get(&member.key);
            declared.is_some_and(|places| is_listed(labeller, places, &member.value))
        }),
    }
}
