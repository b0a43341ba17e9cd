//! Ids that no resource can have: they carry the identity of the run and could be guessed by nobody.

use crate::contract::model::Parameter;
use crate::contract::{Operation, ParameterLocation};
use crate::exchange::{Pieces, Request};
use crate::generate::random::Random;
use crate::generate::unique::{Origin, Source};
use crate::generate::value::{Fill, Maker};
use crate::plan::Labeller;
use crate::schema::Side;
use crate::schema::folded::Folded;
use crate::wire::parameter;
use serde_json::{Value, json};
use std::rc::Rc;

/// A parameter of a path that can hold such ids, and where they come from.
pub(in crate::plan) struct Fresh<'c> {
    parameter: &'c Parameter,
    source: Source,
}

impl<'c> Fresh<'c> {
    /// The last parameter of a path that can: it names the resource itself, or one that it is part
    /// of.
    pub(super) fn find(labeller: &Labeller<'c>, operation: &'c Operation, seed: u64) -> Option<Fresh<'c>> {
        let stands = |parameter: &&Parameter| operation.path.rfind(&hole(parameter));
        let of_path = |parameter: &&Parameter| parameter.location == ParameterLocation::Path;
        let parameters = operation.parameters.iter().filter(of_path);
        let mut found: Vec<(usize, &Parameter)> =
            parameters.filter_map(|parameter| Some((stands(&parameter)?, parameter))).collect();
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        found.into_iter().find_map(|(_, parameter)| Fresh::of(labeller, parameter, seed))
    }

    /// Those of a parameter, if it can.
    pub(in crate::plan) fn of(
        labeller: &Labeller<'_>,
        parameter: &'c Parameter,
        seed: u64,
    ) -> Option<Fresh<'c>> {
        source(labeller, parameter, seed).map(|source| Fresh { parameter, source })
    }

    /// An id that goes with a name.
    pub(in crate::plan) fn id(&self, name: &str) -> Option<Value> {
        self.source.value(name)
    }

    /// Whether ids stand in the parameter of this name.
    pub(super) fn is_in(&self, name: &str) -> bool {
        self.parameter.name == name
    }

    /// The path of a request to an operation with an id in it that goes with a name.
    pub(in crate::plan) fn path(
        &self,
        labeller: &Labeller<'_>,
        operation: &Operation,
        request: &Request,
        name: &str,
    ) -> Option<Vec<Pieces>> {
        let id = self.source.value(&format!("{name} {}", request.path()))?;
        let id = labeller.text(parameter::written(self.parameter, &id)?);
        let (template, actual) = (operation.path.split('/'), &request.parts.path);
        if template.clone().count() != actual.len() {
            return None;
        }
        let hole = hole(self.parameter);
        let parts = template.zip(actual).map(|(template, actual)| {
            let Some((before, after)) = template.split_once(&hole) else {
                return Some(actual.clone());
            };
            // Which of several values in one part is which cannot be told.
            let plain = !before.contains('{') && !after.contains('{');
            plain.then(|| Pieces::joined([&before.into(), &id, &after.into()], ""))
        });
        parts.collect()
    }
}

fn hole(parameter: &Parameter) -> String {
    format!("{{{}}}", parameter.name)
}

/// Where ids for a parameter come from: UUIDs before other text.
fn source(labeller: &Labeller<'_>, parameter: &Parameter, seed: u64) -> Option<Source> {
    let (schemas, origin) = (&labeller.contract.schemas, Origin { seed, run: labeller.sample.clone() });
    let allowed = |value: &Value| {
        parameter.schema.as_ref().is_none_or(|schema| schemas.accepts(schema, Side::Request, value))
    };
    let fits =
        |value: &Value| value.as_str().is_some_and(|text| is_no_number(text, &allowed)) && allowed(value);
    let sound = |source: &Source| {
        let id = source.value("");
        id.is_some_and(|id| fits(&id) && id.as_str().is_some_and(|text| labeller.sample.is_in(text)))
    };
    let uuid = Folded::read(&json!({"type": "string", "format": "uuid"}), &[String::new()]);
    let own = || {
        let schema = parameter.schema.as_ref()?;
        let random = Random::named(seed, &parameter.name);
        let mut maker = Maker::of(Rc::clone(&labeller.flats), random, Fill::All, false);
        Source::find(&maker.choose(std::slice::from_ref(&schema.0)), &origin, &fits)
    };
    Source::find(&uuid, &origin, &fits).filter(sound).or_else(|| own().filter(sound))
}

/// Whether text is not a number that counting could lead to: some of it is no digit, or could be
/// none, and it is longer than any number that hosts count with.
fn is_no_number(text: &str, allowed: &dyn Fn(&Value) -> bool) -> bool {
    const LONGEST_NUMBER: usize = 19;
    let lettered = || ["a", "A"].iter().any(|letter| allowed(&format!("{letter}{}", &text[1..]).into()));
    !text.bytes().all(|byte| byte.is_ascii_digit()) || (text.len() > LONGEST_NUMBER && lettered())
}
