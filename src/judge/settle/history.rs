//! Which values a host is known to know: what it named itself, what it took, what is fresh.

use super::contrast::Said;
use super::{Whole, taken};
use crate::contract::model::Parameter;
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::exchange::Exchange;
use crate::exchange::Request;
use crate::json::{self, Kind, Node};
use crate::plan::{Case, Plan, Position, ResourceNames};
use crate::schema::Side;
use crate::schema::folded::{Folded, Folds};
use crate::wire::{Received, parameter, url};
use serde_json::{Number, Value};
use std::collections::{HashMap, HashSet};

/// What the exchanges of a run have shown of values.
pub(super) struct History<'r> {
    contract: &'r Contract,
    flats: Folds<'r>,
    resources: ResourceNames,
    /// Text and numbers that an answer held and no request of the run had sent.
    named: HashSet<String>,
    /// By operation and member: what was taken there.
    taken: HashMap<(usize, String), Taken>,
}

/// What a member took.
#[derive(Default)]
struct Taken {
    /// With how often.
    numbers: Vec<(Number, usize)>,
    /// Text that every run sends, some of it.
    texts: HashSet<String>,
    fresh: bool,
}

/// A host that took so many different texts of a pattern looks them up nowhere.
const TEXTS: usize = 3;

impl<'r> History<'r> {
    pub(super) fn of(
        contract: &'r Contract,
        plan: &'r Plan,
        exchanges: &'r [Vec<Option<Exchange>>],
    ) -> History<'r> {
        let run = Whole { contract, plan, exchanges };
        let mut history = History {
            contract,
            flats: Folds::new(contract.schemas.raw(Side::Request)),
            resources: ResourceNames::of(contract),
            named: HashSet::new(),
            taken: HashMap::new(),
        };
        let mut sent: HashSet<String> = HashSet::new();
        for (scenario, steps) in exchanges.iter().enumerate() {
            for (step, exchange) in steps.iter().enumerate() {
                let Some(exchange) = exchange else { continue };
                let case = run.case(Position { scenario, step });
                if let Ok(text) = json::read(&exchange.sent.body().unwrap_or_default()) {
                    scalars(&text.root, &mut |scalar| {
                        sent.insert(scalar);
                    });
                }
                let Some(answer) = exchange.answer() else { continue };
                if answer.accepted() {
                    history.hear(exchange);
                }
                if taken(&contract.operations[case.operation], answer) {
                    history.take(case);
                }
            }
        }
        history.named.retain(|value| !sent.contains(value));
        history
    }

    /// What an answer names.
    fn hear(&mut self, exchange: &Exchange) {
        let Some(answer) = exchange.answer() else { return };
        if let Ok(text) = json::read(&answer.body) {
            scalars(&text.root, &mut |scalar| {
                self.named.insert(scalar);
            });
        }
        let location =
            answer.header("location").into_iter().flat_map(|location| location.split(['/', '?', '#', '=']));
        self.named.extend(location.filter(|part| !part.is_empty()).map(str::to_owned));
    }

    /// What an accepted request holds.
    fn take(&mut self, case: &Case) {
        let mut leaves = Vec::new();
        let said = Said::of(&case.request);
        leaves_of(&said.value, &mut String::new(), &mut leaves);
        for (at, value) in leaves {
            let taken = self.taken.entry((case.operation, json::pointer::general(&at))).or_default();
            taken.fresh |= said.is_fresh(&at);
            if let Value::String(text) = &value
                && !said.is_fresh(&at)
                && taken.texts.len() < 2 * TEXTS
            {
                taken.texts.insert(text.clone());
            }
            // Parameters are text, whatever they mean.
            let number = match value {
                Value::Number(number) => Some(number),
                Value::String(text) if !at.starts_with("/body") => text.parse().ok(),
                _ => None,
            };
            if let Some(number) = number {
                match taken.numbers.iter_mut().find(|(known, _)| *known == number) {
                    Some((_, times)) => *times += 1,
                    None => taken.numbers.push((number, 1)),
                }
            }
        }
    }

    /// The places of a request whose values the host need not know. `conflict` says that a number
    /// may clash with what the same number made before.
    pub(super) fn unknown(&self, operation: usize, request: &Request, conflict: bool) -> Vec<String> {
        let mut leaves = Vec::new();
        let said = Said::of(request);
        leaves_of(&said.value, &mut String::new(), &mut leaves);
        let known = |at: &str, value: &Value| {
            self.knows(operation, at, (value, said.is_fresh(at)), conflict)
                || self.lists_parameters(operation, request, at)
        };
        let unknown = leaves.into_iter().filter(|(at, value)| !known(at, value));
        unknown.map(|(at, _)| at).collect()
    }

    /// The schemas of requests.
    pub(super) fn flats(&self) -> &Folds<'r> {
        &self.flats
    }

    /// Whether a number stands at a place that names no resource.
    pub(super) fn is_amount(&self, request: &Request, at: &str) -> bool {
        let said = Said::of(request);
        json::pointer::get(&said.value, at).is_some_and(Value::is_number) && !self.resources.are_named_at(at)
    }

    fn knows(&self, index: usize, at: &str, (value, fresh): (&Value, bool), conflict: bool) -> bool {
        let operation = &self.contract.operations[index];
        if at == "/path" || at == "/header/content-type" {
            // Which resource is meant is looked at before, and what an earlier answer named is known.
            return true;
        }
        let flat = self.flat(operation, at);
        if flat.as_ref().and_then(|flat| flat.listed.as_ref()).is_some_and(|listed| lists(listed, value)) {
            return true;
        }
        if value.as_str().is_some_and(|text| self.is_named(operation, at, text)) {
            return true;
        }
        let taken = self.taken.get(&(index, json::pointer::general(at)));
        match value {
            Value::String(text) if fresh => {
                let field = at.strip_prefix("/body").unwrap_or_default();
                let unique = operation.behaviour.unique.iter().any(|unique| unique.field == field);
                unique || self.named.contains(text) || taken.is_some_and(|taken| taken.fresh)
            }
            Value::String(text) => {
                // Parameters are text, whatever they mean.
                let parameter = !at.starts_with("/body");
                let number = parameter.then(|| text.parse::<Number>().ok()).flatten();
                let shaped = flat.as_ref().is_some_and(|flat| !flat.patterns.is_empty());
                let any = |taken: &Taken| {
                    taken.texts.iter().filter(|text| !self.named.contains(*text)).count() >= TEXTS
                };
                self.named.contains(text)
                    || (shaped && !conflict && taken.is_some_and(any))
                    || (parameter && matches!(text.as_str(), "true" | "false"))
                    || number.is_some_and(|number| {
                        let is_shown = !is_not_shown(operation, at, &number);
                        is_shown && self.knows_number(at, &number, (taken, flat.as_deref()), conflict)
                    })
            }
            Value::Number(number) => self.knows_number(at, number, (taken, flat.as_deref()), conflict),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
        }
    }

    /// Whether the contract lists all that a parameter holds.
    fn lists_parameters(&self, index: usize, request: &Request, at: &str) -> bool {
        let operation = &self.contract.operations[index];
        let Some((place, name)) = json::pointer::parent_and_last(at) else { return false };
        let own = |one: &&Parameter| match one.location {
            ParameterLocation::Query => place == "/query" && one.name == name,
            ParameterLocation::Header => place == "/header" && one.name.eq_ignore_ascii_case(&name),
            ParameterLocation::Cookie => place == "/cookie" && one.name == name,
            ParameterLocation::Path | ParameterLocation::Querystring => false,
        };
        let target = request.path();
        let (path, query) = url::parts(target.as_str());
        let came = Received::at(&operation.path, path, query).with(request.fields());
        let mut any = false;
        let all = operation.parameters.iter().filter(own).all(|one| {
            let Some(value) = parameter::value(self.contract, operation, (one.location, &one.name), &came)
            else {
                return true;
            };
            any = true;
            one.schema.as_ref().is_some_and(|schema| self.is_listed(std::slice::from_ref(&schema.0), &value))
        });
        all && any
    }

    fn is_listed(&self, places: &[String], value: &Node) -> bool {
        let flat = self.flats.at(places);
        match &value.kind {
            Kind::Null | Kind::Bool(_) => true,
            Kind::String(_) | Kind::Number(_) => {
                flat.listed.is_some() || flat.examples.contains(&value.to_value())
            }
            Kind::Array(items) => {
                let mut each = items.iter().enumerate();
                each.all(|(index, item)| self.is_listed(flat.item(index), item))
            }
            Kind::Object(members) => members.iter().all(|member| {
                let declared = flat.properties.get(&member.key);
                declared.is_some_and(|places| self.is_listed(places, &member.value))
            }),
        }
    }

    /// Whether a text is a name that a discriminator has for a schema.
    fn is_named(&self, operation: &Operation, at: &str, text: &str) -> bool {
        let Some((object, property)) = json::pointer::parent_and_last(at) else { return false };
        if !object.starts_with("/body") {
            return false;
        }
        let flat = self.flat(operation, object);
        flat.is_some_and(|flat| {
            flat.discriminators.iter().any(|discriminator| {
                discriminator.property == property
                    && discriminator.targets.contains(&discriminator.target(text))
            })
        })
    }

    fn knows_number(
        &self,
        at: &str,
        number: &Number,
        (taken, flat): (Option<&Taken>, Option<&Folded>),
        conflict: bool,
    ) -> bool {
        if self.named.contains(&number.to_string()) {
            return true;
        }
        let Some(taken) = taken.filter(|taken| !taken.numbers.is_empty()) else { return false };
        if self.resources.are_named_at(at) && !flat.is_some_and(Folded::is_of_fractions) {
            return false;
        }
        // Where no number is taken twice, one that is refused may be taken already.
        let again = || taken.numbers.iter().any(|(_, times)| *times > 1);
        let stated = || {
            let bounds = flat.into_iter().flat_map(|flat| [&flat.minimum, &flat.maximum]).flatten();
            bounds
                .into_iter()
                .any(|bound| number.as_f64().is_some_and(|it| (it - bound.limit).abs() < f64::EPSILON))
        };
        let known = || taken.numbers.iter().any(|(known, _)| known == number);
        (known() && !conflict) || (again() && stated())
    }

    fn flat(&self, operation: &Operation, at: &str) -> Option<std::rc::Rc<Folded>> {
        if let Some(field) = at.strip_prefix("/body") {
            let schema = operation.json_body()?.schema.as_ref()?;
            return Some(self.flats.below(std::slice::from_ref(&schema.0), field));
        }
        Some(self.flats.at(&[parameter_at(operation, at)?.schema.as_ref()?.0.clone()]))
    }
}

/// The parameter at a place outside of the body.
fn parameter_at<'o>(operation: &'o Operation, at: &str) -> Option<&'o Parameter> {
    let (place, name) = json::pointer::parent_and_last(at)?;
    let location = place.trim_start_matches('/');
    let is = |one: &&Parameter| {
        one.location.name() == location
            && match one.location {
                ParameterLocation::Header => one.name.eq_ignore_ascii_case(&name),
                _ => one.name == name,
            }
    };
    operation.parameters.iter().find(is)
}

/// Whether the contract shows which values a parameter has, and this is none of them: a host need not
/// know more.
fn is_not_shown(operation: &Operation, at: &str, value: &Number) -> bool {
    let Some(parameter) = parameter_at(operation, at) else { return false };
    let shown: Vec<Value> = parameter.examples.iter().map(|example| example.value.clone()).collect();
    !shown.is_empty() && !lists(&shown, &Value::Number(value.clone()))
}

/// Whether a listed value is meant by one that may be written as text.
fn lists(listed: &[Value], value: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    listed.iter().any(|one| one == value || text(one) == text(value))
}

fn leaves_of(value: &Value, here: &mut String, found: &mut Vec<(String, Value)>) {
    let length = here.len();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                json::pointer::push(here, name);
                leaves_of(member, here, found);
                here.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                json::pointer::push(here, &index.to_string());
                leaves_of(item, here, found);
                here.truncate(length);
            }
        }
        leaf => found.push((here.clone(), leaf.clone())),
    }
}

fn scalars(node: &Node, each: &mut impl FnMut(String)) {
    match &node.kind {
        Kind::String(text) => each(text.clone()),
        Kind::Number(token) => each(token.to_string()),
        Kind::Array(items) => items.iter().for_each(|item| scalars(item, each)),
        Kind::Object(members) => members.iter().for_each(|member| scalars(&member.value, each)),
        Kind::Null | Kind::Bool(_) => {}
    }
}
