//! Finding the holes of an answer: what rules name, what the request gives, what is new each time.

use super::fresh::{Clock, Series};
use super::pointer::Pointer;
use super::sample::{Sample, Samples};
use super::template::{Absent, Fill, Hole, Source, Template, Watched};
use crate::contract::expression::{Part, select};
use crate::contract::model::{ParameterLocation, Response};
use crate::contract::rule::{EncodesTime, Fixed, State, TimeUnit};
use crate::contract::{Contract, Expression, Operation, Rule, Statement};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folded, Type};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::VecDeque;
use std::rc::Rc;

const DEPTH: usize = 6;

/// Prepares the answer of an operation to an accepted request; none if it has no body.
pub(super) fn template(
    contract: &Contract,
    samples: &Samples<'_>,
    operation: &Operation,
    response: &Response,
) -> Option<Template> {
    let sample = samples.full(response)?;
    let mut finder = Finder { contract, samples, operation, sample, holes: Vec::new(), settled: Vec::new() };
    finder.rules();
    finder.names();
    let root = finder.places();
    finder.rest(&root, "", 0);
    let Finder { mut holes, sample, .. } = finder;
    holes.sort_by_key(|hole| match hole.fill {
        Fill::Fresh(_) | Fill::Now(_) => 0,
        Fill::Echo { .. } if hole.when.is_empty() => 1,
        Fill::Echo { .. } | Fill::Set(_) => 2,
        Fill::Copy(_) => 3,
        Fill::Encoded(..) => 4,
    });
    Some(Template {
        media: sample.media,
        codec: sample.codec,
        schema: sample.schema,
        base: sample.value,
        holes,
    })
}

struct Finder<'f, 'c> {
    contract: &'c Contract,
    samples: &'f Samples<'c>,
    operation: &'f Operation,
    sample: Sample,
    holes: Vec<Hole>,
    /// The places about which rules say enough.
    settled: Vec<String>,
}

impl Finder<'_, '_> {
    fn places(&self) -> Vec<String> {
        self.sample.schema.iter().map(|schema| schema.0.clone()).collect()
    }

    /// The places of the body that an expression names.
    fn named(&self, expression: &Expression) -> Vec<String> {
        let at = expression.response_body();
        at.map(|at| select(&self.sample.value, at).into_iter().map(|(at, _)| at).collect())
            .unwrap_or_default()
    }

    fn fits(&self, at: &str, value: Value) -> bool {
        let mut body = self.sample.value.clone();
        Pointer::new(at).set(&mut body, value);
        self.samples.accepts(self.sample.schema.as_ref(), &body)
    }

    fn add(&mut self, at: &str, fill: Fill) {
        if !self.settled.iter().any(|settled| settled == at) {
            self.settled.push(at.to_owned());
            self.holes.push(Hole { at: Pointer::new(at), fill, when: Vec::new() });
        }
    }

    /// Rules that bind a place to a value, the request or time come before those that bind two
    /// places. A place that a rule binds under a condition can be bound by others too.
    fn rules(&mut self) {
        let rules = &self.operation.behaviour.rules;
        for rule in rules {
            match &rule.statement {
                Statement::Value(fixed) => self.value(rule, fixed),
                Statement::Equal([a, b]) => {
                    for (here, there) in [(a, b), (b, a)] {
                        if let Some(from) = source(there) {
                            for at in self.named(here) {
                                self.ruled_echo(rule, &at, &from);
                            }
                        }
                    }
                }
                Statement::EncodesTime(encodes) => self.encoded(encodes),
                Statement::Recent(recent) => {
                    for at in self.named(&recent.at) {
                        self.now(&at, clocks(recent.unit));
                    }
                }
                _ => {}
            }
        }
        for rule in rules {
            match &rule.statement {
                Statement::Distinct(expression) => {
                    for at in self.named(expression) {
                        self.fresh(&at);
                    }
                }
                Statement::SameInstant([a, b]) => {
                    for at in self.named(a).into_iter().chain(self.named(b)) {
                        self.now_like_sample(&at);
                    }
                }
                _ => {}
            }
        }
        for _ in 0..2 {
            for rule in rules {
                if let Statement::Equal([a, b]) = &rule.statement {
                    self.equal(rule, a, b);
                }
            }
        }
        for rule in rules {
            match &rule.statement {
                Statement::Ordered([a, b]) => self.ordered(a, b),
                Statement::Constant(expression) => {
                    let named = self.named(expression);
                    self.settled.extend(named);
                }
                _ => {}
            }
        }
    }

    /// What the conditions of a rule look at.
    fn conditions(rule: &Rule) -> Vec<(Watched, State)> {
        let watched = |expression: &Expression| match (source(expression), expression.response_body()) {
            (Some(source), _) => Watched::Request(source),
            (None, Some(at)) => Watched::Answer(Pointer::new(at)),
            (None, None) => Watched::Unknown,
        };
        rule.conditions.all().map(|(expression, state)| (watched(expression), state)).collect()
    }

    fn value(&mut self, rule: &Rule, fixed: &Fixed) {
        for at in self.named(&fixed.at) {
            let when = Self::conditions(rule);
            if !when.is_empty() {
                let fill = Fill::Set(fixed.is.clone());
                self.holes.push(Hole { at: Pointer::new(&at), fill, when });
            } else if self.fits(&at, fixed.is.clone()) {
                Pointer::new(&at).set(&mut self.sample.value, fixed.is.clone());
                self.settled.push(at);
            }
        }
    }

    fn ruled_echo(&mut self, rule: &Rule, at: &str, from: &Source) {
        let when = Self::conditions(rule);
        if when.is_empty() {
            self.echo(at, from.clone(), true);
            return;
        }
        let fill = Fill::Echo { from: from.clone(), ruled: true, absent: Absent::Keep, item: self.item(at) };
        self.holes.push(Hole { at: Pointer::new(at), fill, when });
    }

    fn encoded(&mut self, encodes: &EncodesTime) {
        let unit = self.operation.behaviour.rules.iter().find_map(|rule| match &rule.statement {
            Statement::Recent(recent) if recent.at == encodes.at => Some(recent.unit),
            _ => None,
        });
        let now = Timestamp::now().as_nanosecond();
        for (id, at) in self.named(&encodes.id).into_iter().zip(self.named(&encodes.at)) {
            match unit {
                Some(unit) => self.now(&at, clocks(unit)),
                None => self.now_like_sample(&at),
            }
            if self.fits(&id, Value::String(encodes.form.write(now, 1))) {
                self.add(&id, Fill::Encoded(encodes.form, Pointer::new(&at), unit));
            }
        }
    }

    /// Two values in order: the same time, or the one as the other, unless they already are.
    fn ordered(&mut self, a: &Expression, b: &Expression) {
        for (a, b) in self.named(a).into_iter().zip(self.named(b)) {
            let is_now = |at: &str| {
                self.holes.iter().any(|hole| hole.at.at == at && matches!(hole.fill, Fill::Now(_)))
            };
            match (self.settled.contains(&a), self.settled.contains(&b)) {
                (true, true) => {}
                (true, false) if is_now(&a) => self.now_like_sample(&b),
                (false, true) if is_now(&b) => self.now_like_sample(&a),
                _ if !alike(&self.flat_at(&a), &self.flat_at(&b)) => {}
                (true, false) => self.add(&b, Fill::Copy(Pointer::new(&a))),
                (false, true) => self.add(&a, Fill::Copy(Pointer::new(&b))),
                (false, false) => {
                    self.put_in_order(&a, &b);
                    // What a request says of them may be in another order.
                    self.settled.extend([a, b]);
                }
            }
        }
    }

    fn put_in_order(&mut self, a: &str, b: &str) {
        let of = |at: &str| self.sample.value.pointer(at).cloned().unwrap_or_default();
        let (low, high) = (of(a), of(b));
        let is_late = match (&low, &high) {
            (Value::Number(low), Value::Number(high)) => low.as_f64() > high.as_f64(),
            (Value::String(low), Value::String(high)) => {
                match (low.parse::<Timestamp>(), high.parse::<Timestamp>()) {
                    (Ok(low), Ok(high)) => low > high,
                    _ => low > high,
                }
            }
            _ => false,
        };
        if is_late && self.fits(b, low.clone()) {
            Pointer::new(b).set(&mut self.sample.value, low);
        } else if is_late && self.fits(a, high.clone()) {
            Pointer::new(a).set(&mut self.sample.value, high);
        }
    }

    fn now_like_sample(&mut self, at: &str) {
        let sample = self.sample.value.pointer(at).cloned().unwrap_or_default();
        self.now(at, Clock::like(&sample));
    }

    /// The place that nothing is known of yet copies the other.
    fn equal(&mut self, rule: &Rule, a: &Expression, b: &Expression) {
        for (a, b) in self.named(a).into_iter().zip(self.named(b)) {
            let (to, from) = if self.settled.contains(&a) { (b, a) } else { (a, b) };
            let (fill, when) = (Fill::Copy(Pointer::new(&from)), Self::conditions(rule));
            if when.is_empty() {
                self.add(&to, fill);
            } else if !self.settled.contains(&to) {
                self.holes.push(Hole { at: Pointer::new(&to), fill, when });
            }
        }
    }

    fn fresh(&mut self, at: &str) {
        let flat = self.flat_at(at);
        let Some(sample) = self.sample.value.pointer(at) else { return };
        let good = |series: &Series| [1, 2, 99, 123_456].iter().all(|n| self.fits(at, series.at(*n)));
        if let Some(series) = Series::like(sample, &flat).into_iter().find(good) {
            self.add(at, Fill::Fresh(series));
        }
    }

    fn now(&mut self, at: &str, clocks: &[Clock]) {
        let now = Timestamp::now();
        if let Some(clock) = clocks.iter().find(|clock| self.fits(at, clock.write(now))) {
            self.add(at, Fill::Now(*clock));
        }
    }

    fn echo(&mut self, at: &str, from: Source, ruled: bool) {
        let mut without = self.sample.value.clone();
        Pointer::new(at).remove(&mut without);
        let absent = if self.samples.accepts(self.sample.schema.as_ref(), &without) {
            Absent::Remove
        } else if self.fits(at, Value::Null) {
            Absent::Null
        } else {
            Absent::Keep
        };
        let item = self.item(at);
        let is_id = pointer::parent_and_last(at).is_some_and(|(_, name)| name == "id");
        if is_id && !ruled {
            self.fresh(at);
            self.settled.retain(|settled| settled != at);
        }
        let absent = if is_id && !ruled { Absent::Keep } else { absent };
        self.add(at, Fill::Echo { from, ruled, absent, item });
    }

    /// What an item of a list has besides what a request gives.
    fn item(&self, at: &str) -> Option<Value> {
        match self.sample.value.pointer(at) {
            Some(Value::Array(items)) => items.first().filter(|item| item.is_object()).cloned(),
            _ => None,
        }
    }

    /// The folded schema of a place in the body.
    fn flat_at(&self, at: &str) -> Rc<Folded> {
        self.samples.below(self.samples.flat(&self.places()), at)
    }

    /// What the request and the body call by one name.
    fn names(&mut self) {
        let media = self.operation.json_body().and_then(|media| media.schema.as_ref());
        if let Some(schema) = media {
            let places = [schema.0.clone()];
            self.pair(&places, "", &self.places(), "", 0);
        }
        let last = crate::wire::template::names(&self.operation.path).last().map(str::to_owned);
        for parameter in
            self.operation.parameters.iter().filter(|one| one.location == ParameterLocation::Path)
        {
            let is_id =
                last.as_ref() == Some(&parameter.name) && parameter.name.to_lowercase().ends_with("id");
            let names = [Some(parameter.name.as_str()), is_id.then_some("id")];
            let schema = parameter.schema.iter().map(|schema| schema.0.clone()).collect::<Vec<_>>();
            let types = Folded::read(self.contract.schemas.raw(Side::Request), &schema);
            let place = names.into_iter().flatten().find_map(|name| self.nearest(name, &self.places(), ""));
            if let Some((at, places)) = place
                && !self.settled.contains(&at)
                && alike(&types, &self.samples.flat(&places))
            {
                self.echo(&at, Source::Parameter(ParameterLocation::Path, parameter.name.clone()), false);
            }
        }
    }

    fn pair(&mut self, request: &[String], from: &str, response: &[String], at: &str, depth: usize) {
        let root = self.contract.schemas.raw(Side::Request);
        let asked = self.samples.asked(request);
        if asked.properties.is_empty() || depth > DEPTH {
            if !self.settled.iter().any(|settled| settled.starts_with(at))
                && alike(&asked, &self.samples.flat(response))
            {
                self.echo(at, Source::Body(Pointer::new(from)), false);
            }
            return;
        }
        for (name, request) in &asked.properties {
            let own = Folded::read(root, request);
            if own.read_only {
                continue;
            }
            let Some((at, response)) = self.nearest(name, response, at) else { continue };
            let answered = self.samples.flat(&response);
            let from = pointer::child(from, name);
            if self.settled.contains(&at) || !alike(&own, &answered) {
                continue;
            }
            if answered.properties.is_empty() || own.main_type() != Some(Type::Object) {
                self.echo(&at, Source::Body(Pointer::new(&from)), false);
            } else {
                self.pair(request, &from, &response, &at, depth + 1);
            }
        }
    }

    /// The nearest object at or below a place whose schema declares a property that the body has.
    fn nearest(&self, name: &str, places: &[String], at: &str) -> Option<(String, Vec<String>)> {
        let mut open = VecDeque::from([(at.to_owned(), places.to_vec(), 0)]);
        while let Some((at, places, depth)) = open.pop_front() {
            let flat = self.samples.flat(&places);
            let here = |name: &str| {
                Some(pointer::child(&at, name)).filter(|at| self.sample.value.pointer(at).is_some())
            };
            if let (Some(places), Some(at)) = (flat.properties.get(name), here(name)) {
                return Some((at, places.to_vec()));
            }
            if depth < DEPTH {
                open.extend(
                    flat.properties
                        .iter()
                        .filter_map(|(name, places)| Some((here(name)?, places.to_vec(), depth + 1))),
                );
            }
        }
        None
    }

    /// Ids and times that nothing else speaks of.
    fn rest(&mut self, places: &[String], at: &str, depth: usize) {
        let flat = self.samples.flat(places);
        let Some(value) = self.sample.value.pointer(at) else { return };
        let below: Vec<(String, Vec<String>)> = match value {
            Value::Object(members) => members
                .keys()
                .filter_map(|name| Some((pointer::child(at, name), flat.properties.get(name)?.to_vec())))
                .collect(),
            Value::Array(items) => {
                (0..items.len()).map(|index| (format!("{at}/{index}"), flat.item(index).to_vec())).collect()
            }
            Value::String(_) | Value::Number(_)
                if flat.listed.is_none() && !self.settled.iter().any(|known| known == at) =>
            {
                let name = pointer::parent_and_last(at).map(|(_, name)| name.into_owned());
                match flat.format.as_deref() {
                    Some("date-time") => self.now(at, Clock::like(&Value::Null)),
                    Some("date") => self.now(at, &[Clock::Date]),
                    _ if name.as_deref() == Some("id") => self.fresh(at),
                    _ => {}
                }
                return;
            }
            _ => return,
        };
        for (at, places) in below.into_iter().filter(|_| depth < 2 * DEPTH) {
            self.rest(&places, &at, depth + 1);
        }
    }
}

/// The ways in which a time is written in a unit.
fn clocks(unit: TimeUnit) -> &'static [Clock] {
    match unit {
        TimeUnit::Seconds => &[Clock::Seconds, Clock::WholeSeconds],
        TimeUnit::Milliseconds => &[Clock::Milliseconds],
        TimeUnit::DateTime => &[Clock::DateTime, Clock::DateTimeMilliseconds, Clock::DateTimeOffset],
    }
}

fn source(expression: &Expression) -> Option<Source> {
    let Expression::Request(part) = expression else { return None };
    Some(match part {
        Part::Body(at) => Source::Body(Pointer::new(at)),
        Part::Header(name) => Source::Parameter(ParameterLocation::Header, name.clone()),
        Part::Query(name) => Source::Parameter(ParameterLocation::Query, name.clone()),
        Part::Path(name) => Source::Parameter(ParameterLocation::Path, name.clone()),
    })
}

/// Whether values of one schema can be values of another.
fn alike(a: &Folded, b: &Folded) -> bool {
    match (a.main_type(), b.main_type()) {
        (Some(a), Some(b)) => a == b || [a, b].iter().all(|one| matches!(one, Type::Integer | Type::Number)),
        _ => true,
    }
}
