//! The body of an answer to an accepted request: a prepared value, and the holes in it.

use super::answer::Exact;
use super::fresh::{Clock, Series};
use super::intake::Admitted;
use super::pointer::Pointer;
use crate::contract::Contract;
use crate::contract::instant::instant;
use crate::contract::model::ParameterLocation;
use crate::contract::rule::{IdForm, State, TimeUnit};
use crate::json::{Kind, Node, pointer};
use crate::schema::{SchemaAt, Side};
use crate::wire::body::Codec;
use http::HeaderValue;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// A prepared body.
pub(super) struct Template {
    pub(super) media: HeaderValue,
    pub(super) codec: Option<Arc<Codec>>,
    pub(super) schema: Option<SchemaAt>,
    pub(super) base: Value,
    /// What is put in, in this order.
    pub(super) holes: Vec<Hole>,
}

/// A place in the body and what belongs there.
#[derive(Debug)]
pub(super) struct Hole {
    pub(super) at: Pointer,
    pub(super) fill: Fill,
    /// When it is filled; all of it.
    pub(super) when: Vec<(Watched, State)>,
}

/// What a condition looks at.
#[derive(Clone, Debug)]
pub(super) enum Watched {
    Request(Source),
    Answer(Pointer),
    /// Nothing that is known while an answer is made.
    Unknown,
}

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Fill {
    /// The next of a series.
    Fresh(Series),
    /// The time.
    Now(Clock),
    /// The request.
    Echo {
        from: Source,
        /// Whether a rule asks for it, or only the name suggests it.
        ruled: bool,
        /// What to do when the request does not have it.
        absent: Absent,
        /// What an item of a list has besides what the request gives.
        item: Option<Value>,
    },
    /// Another place of the same body.
    Copy(Pointer),
    /// The contract.
    Set(Value),
    /// An id made for the time that stands at another place.
    Encoded(IdForm, Pointer, Option<TimeUnit>),
}

/// A part of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Body(Pointer),
    Parameter(ParameterLocation, String),
}

/// What becomes of a place for which the request has nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    Keep,
    Remove,
    Null,
}

/// What an answer is made from.
pub(super) struct Occasion<'r> {
    pub(super) admitted: &'r Admitted,
    pub(super) now: Timestamp,
    pub(super) number: u64,
}

/// A body, and the digits in it that a value rounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub(super) body: Value,
    pub(super) exact: Vec<Exact>,
}

/// How much of a request goes into an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Echoed {
    Nothing,
    Ruled,
    All,
}

impl Template {
    /// The body for a request. What the contract does not let stand in an answer is not echoed.
    pub(super) fn fill(&self, contract: &Contract, occasion: &Occasion<'_>) -> Filled {
        for echoed in [Echoed::All, Echoed::Ruled] {
            let filled = self.filled(&self.base, occasion, echoed, true);
            if self.accepts(contract, &filled.body) {
                return filled;
            }
        }
        self.filled(&self.base, occasion, Echoed::Nothing, true)
    }

    /// A body with what rules demand of it, if that can stand in an answer.
    pub(super) fn ruled(&self, contract: &Contract, filled: Filled, occasion: &Occasion<'_>) -> Filled {
        let mut ruled = self.filled(&filled.body, occasion, Echoed::Ruled, false);
        ruled.exact.splice(0..0, filled.exact.iter().cloned());
        if self.accepts(contract, &ruled.body) { ruled } else { filled }
    }

    /// Gives every answer an id of its own at a place, unless a rule or the request gives it.
    pub(super) fn identify(&mut self, at: &str, series: &Series) {
        let at = Pointer::new(at);
        // What names the parent is no id of what is below it.
        self.holes.retain(|hole| {
            hole.at != at
                || match &hole.fill {
                    Fill::Fresh(_) => false,
                    Fill::Echo { from: Source::Parameter(location, _), ruled, .. } => {
                        *ruled || *location != ParameterLocation::Path
                    }
                    _ => true,
                }
        });
        for hole in self.holes.iter_mut().filter(|hole| hole.at == at) {
            if let Fill::Echo { absent, ruled: false, .. } = &mut hole.fill {
                *absent = Absent::Keep;
            }
        }
        self.holes.insert(0, Hole { at, fill: Fill::Fresh(series.clone()), when: Vec::new() });
    }

    /// Whether the time stands in it.
    pub(super) fn tells_time(&self) -> bool {
        self.holes.iter().any(|hole| matches!(hole.fill, Fill::Now(_)))
    }

    pub(super) fn accepts(&self, contract: &Contract, body: &Value) -> bool {
        self.schema.as_ref().is_none_or(|schema| contract.schemas.accepts(schema, Side::Response, body))
    }

    fn filled(&self, base: &Value, occasion: &Occasion<'_>, echoed: Echoed, created: bool) -> Filled {
        let mut filled = Filled { body: base.clone(), exact: Vec::new() };
        for Hole { at, fill, when } in &self.holes {
            if !when.iter().all(|(watched, state)| watched.state(occasion, &filled.body) == Some(*state)) {
                continue;
            }
            match fill {
                Fill::Set(value) => filled.set(at, value.clone()),
                Fill::Encoded(form, time, unit) if created => {
                    let time = time.get(&filled.body).and_then(|time| nanoseconds(time, *unit));
                    let time = time.unwrap_or_else(|| occasion.now.as_nanosecond());
                    at.set(&mut filled.body, Value::String(form.write(time, occasion.number)));
                }
                Fill::Fresh(series) if created => at.set(&mut filled.body, series.at(occasion.number)),
                Fill::Now(clock) if created => at.set(&mut filled.body, clock.write(occasion.now)),
                Fill::Fresh(_) | Fill::Now(_) | Fill::Encoded(..) => {}
                Fill::Copy(from) => filled.copy(from, at),
                Fill::Echo { ruled, .. } if echoed < (if *ruled { Echoed::Ruled } else { Echoed::All }) => {}
                Fill::Echo { from, absent, item, .. } => match (from.of(occasion.admitted), absent) {
                    (Some((value, node)), _) => filled.echo(at, value, node, item.as_ref()),
                    (None, Absent::Null) if created => at.set(&mut filled.body, Value::Null),
                    (None, Absent::Remove) if created => at.remove(&mut filled.body),
                    (None, _) => {}
                },
            }
        }
        filled
    }
}

/// The instant that a value of a body stands for.
fn nanoseconds(value: &Value, unit: Option<TimeUnit>) -> Option<i128> {
    instant(&Node::from(value), unit).map(|instant| instant.nanoseconds)
}

impl Watched {
    fn state(&self, occasion: &Occasion<'_>, body: &Value) -> Option<State> {
        let found = match self {
            Watched::Request(source) => source.of(occasion.admitted).map(|(value, _)| value),
            Watched::Answer(at) => at.get(body),
            Watched::Unknown => return None,
        };
        Some(match found {
            None => State::Absent,
            Some(Value::Null) => State::Null,
            Some(_) => State::Given,
        })
    }
}

impl Source {
    fn of<'g>(&self, admitted: &'g Admitted) -> Option<(&'g Value, Option<&'g Node>)> {
        match self {
            Source::Body(at) => {
                let value = at.get(admitted.value.as_ref()?)?;
                Some((value, admitted.text.as_ref().and_then(|text| text.at(&at.at))))
            }
            Source::Parameter(location, name) => {
                let found = admitted.parameters.iter().find(|(at, known, _)| {
                    at == location
                        && if *location == ParameterLocation::Header {
                            known.eq_ignore_ascii_case(name)
                        } else {
                            known == name
                        }
                });
                found.map(|(_, _, value)| (value, None))
            }
        }
    }
}

impl Filled {
    pub(super) fn echo(&mut self, at: &Pointer, value: &Value, node: Option<&Node>, item: Option<&Value>) {
        let value = match (value, item) {
            (Value::Array(items), Some(item)) => items.iter().map(|one| overlaid(item, one)).collect(),
            _ => value.clone(),
        };
        at.set(&mut self.body, value);
        if let Some(node) = node {
            let mut at = at.at.clone();
            digits(node, &mut at, &mut self.exact);
        }
    }

    /// Puts in what stands in another body: as a whole, or of its members those that are here.
    pub(super) fn show(&mut self, other: &Filled, from: &Pointer, to: &Pointer, whole: bool) {
        let Some(value) = from.get(&other.body) else { return };
        let names: Vec<String> = match (value, to.get(&self.body)) {
            (Value::Object(there), Some(Value::Object(here))) if !whole => {
                here.keys().filter(|name| there.contains_key(*name)).cloned().collect()
            }
            _ => {
                self.put(other, from, to);
                return;
            }
        };
        for name in names {
            let below = |place: &Pointer| Pointer::new(&pointer::child(&place.at, &name));
            self.put(other, &below(from), &below(to));
        }
    }

    /// Puts in what stands in another body.
    pub(super) fn put(&mut self, other: &Filled, from: &Pointer, to: &Pointer) {
        let Some(value) = from.get(&other.body) else { return };
        self.place(to, value, None);
        self.exact.extend(other.moved(from, to));
    }

    /// Puts a value in place of what stands there.
    pub(super) fn place(&mut self, at: &Pointer, value: &Value, node: Option<&Node>) {
        self.exact.retain(|(known, _)| !pointer::is_within(known, &at.at));
        self.echo(at, value, node, None);
    }

    /// Takes out what stands there.
    pub(super) fn drop(&mut self, at: &Pointer) {
        self.exact.retain(|(known, _)| !pointer::is_within(known, &at.at));
        at.remove(&mut self.body);
    }

    /// The exact digits below a place, for another place.
    pub(super) fn moved(&self, from: &Pointer, to: &Pointer) -> Vec<Exact> {
        let moved = self.exact.iter().filter_map(|(at, digits)| {
            let below = at.strip_prefix(&from.at).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
            Some((format!("{}{below}", to.at), digits.clone()))
        });
        moved.collect()
    }

    fn set(&mut self, at: &Pointer, value: Value) {
        self.exact.retain(|(known, _)| *known != at.at);
        at.set(&mut self.body, value);
    }

    fn copy(&mut self, from: &Pointer, to: &Pointer) {
        match from.get(&self.body).cloned() {
            Some(value) => to.set(&mut self.body, value),
            None => to.remove(&mut self.body),
        }
        let copied = self.moved(from, to);
        self.exact.extend(copied);
    }
}

/// An item of an answer's list, with what the request's item says of it.
fn overlaid(item: &Value, given: &Value) -> Value {
    let (Value::Object(item), Value::Object(given)) = (item, given) else { return given.clone() };
    let mut both = item.clone();
    for (name, member) in &mut both {
        if let Some(value) = given.get(name) {
            *member = value.clone();
        }
    }
    Value::Object(both)
}

/// Finds the numbers that a value rounds.
fn digits(node: &Node, at: &mut String, exact: &mut Vec<Exact>) {
    let length = at.len();
    match &node.kind {
        Kind::Number(raw) => {
            // Integers of 64 bits are exact, and most numbers are such.
            if raw.len() > 15 || raw.contains(['.', 'e', 'E']) || &**raw == "-0" {
                exact.push((at.clone(), raw.clone()));
            }
        }
        Kind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer::push(at, &index.to_string());
                digits(item, at, exact);
                at.truncate(length);
            }
        }
        Kind::Object(members) => {
            for member in members {
                pointer::push(at, &member.key);
                digits(&member.value, at, exact);
                at.truncate(length);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::String(_) => {}
    }
}
