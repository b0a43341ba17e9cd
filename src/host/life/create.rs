//! Operations that create: where the id of what they create stands, and in which collections it is
//! found.

use super::super::fresh::Series;
use super::super::look::{Look, can_hold, is_scalar};
use super::super::names::{Called, is_id};
use super::super::pointer::Pointer;
use super::super::template::{Fill, Source, Template};
use super::super::trail::Trail;
use super::super::view::Said;
use super::{Finder, Kind};
use crate::contract::{Operation, Statement};
use crate::json::pointer;
use crate::schema::folded::Folded;
use crate::wire::template;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How an operation creates.
pub(in crate::host) struct Create {
    pub(in crate::host) id: IdFrom,
    /// Ids that are new.
    pub(in crate::host) series: Option<Series>,
    pub(in crate::host) chooser: Chooser,
    pub(in crate::host) said: Said,
    /// The collections in which it is found.
    pub(in crate::host) homes: Vec<Trail>,
    /// The operation that reads it, or else does something with it, and the parameter that is its id.
    pub(in crate::host) item: (usize, usize),
}

/// Where the id of what was created comes from.
#[derive(Clone, Debug)]
pub(in crate::host) enum IdFrom {
    Answer(Pointer),
    Request(Pointer),
    /// It stands in `Location` alone.
    Location,
}

/// Who chooses the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Chooser {
    /// The host; a client may ask for one that is new.
    Host,
    /// The client: what has it is replaced.
    Client,
}

/// What the parameter of a path stands for.
struct StandsFor {
    name: String,
    /// A value, and the folded schema.
    sample: Option<(Value, Rc<Folded>)>,
}

impl IdFrom {
    /// Where in a body it stands.
    fn at(&self) -> Option<&Pointer> {
        match self {
            IdFrom::Answer(at) | IdFrom::Request(at) => Some(at),
            IdFrom::Location => None,
        }
    }
}

impl StandsFor {
    fn can_be(&self, value: &Value) -> bool {
        match &self.sample {
            Some((_, flat)) => can_hold(flat, value),
            None => is_scalar(value),
        }
    }
}

impl Finder<'_, '_> {
    /// What every operation creates that has a way to tell an id.
    pub(super) fn creates(&mut self) -> HashMap<usize, Create> {
        let mut found = HashMap::new();
        for index in 0..self.trails.len() {
            if self.operation(index).method != "POST" {
                continue;
            }
            let homes = self.homes(index);
            let Some(create) = self.create(index, &homes) else { continue };
            let names = self.names(index);
            let called = self.kinds[&homes[0]].called.clone();
            let own = (self.trails[index].clone(), self.trails[index].len());
            for home in homes {
                let kind = self.kinds.entry(home).or_insert_with(|| Kind {
                    called: called.clone(),
                    trail: Some(own.clone()),
                    ..Kind::default()
                });
                kind.is_created = true;
                kind.names.extend(names.iter().cloned());
            }
            found.insert(index, create);
        }
        found
    }

    fn create(&self, index: usize, homes: &[String]) -> Option<Create> {
        let first = self.kinds.get(homes.first()?)?;
        let mut called = first.called.clone();
        for kind in homes.iter().filter_map(|home| self.kinds.get(home)) {
            called.and(&kind.called);
        }
        let item = self.reader(first);
        let stands_for = self.stands_for(item)?;
        let template = self.templates[index];
        let id = self.id(index, &called, &|value| stands_for.can_be(value))?;
        let (chosen, ruled) = match (&id, template) {
            (IdFrom::Answer(at), Some(template)) => template.gives(at),
            (IdFrom::Request(_), _) => (true, true),
            _ => (false, false),
        };
        let series = self.series(index, item, &id, &stands_for).filter(|_| !ruled);
        if series.is_none() && !chosen {
            return None;
        }
        let last = id.at().and_then(|at| pointer::parent_and_last(&at.at));
        let is_free = !ruled && last.is_some_and(|(_, name)| is_id(&name));
        let chooser = if chosen && !is_free { Chooser::Client } else { Chooser::Host };
        let view = template.and_then(|template| self.look.view(template, &called, &HashSet::new()));
        let said = self.look.said(self.operation(index), template, view.as_ref(), &called);
        let homes = homes.iter().map(|home| self.home(index, home)).collect();
        Some(Create { id, series, chooser, said, homes, item })
    }

    /// What the parameter of a path stands for.
    fn stands_for(&self, (item, parameter): (usize, usize)) -> Option<StandsFor> {
        let operation = self.operation(item);
        let name = template::names(&operation.path).nth(parameter)?.to_owned();
        let sample = self.look.parameter(operation, &name);
        Some(StandsFor { name, sample })
    }

    /// Ids of which no two are equal, which the answer and the path have room for.
    fn series(
        &self,
        index: usize,
        (item, _): (usize, usize),
        id: &IdFrom,
        stands_for: &StandsFor,
    ) -> Option<Series> {
        let answered = id.at().zip(self.templates[index]).filter(|_| matches!(id, IdFrom::Answer(_)));
        let mut likes: Vec<Series> = Vec::new();
        if let Some((at, template)) = answered {
            likes.extend(template.series(at).cloned());
            let sample = at.get(&template.base).into_iter();
            likes.extend(sample.flat_map(|sample| Series::like(sample, &Folded::default())));
        }
        likes.extend(stands_for.sample.iter().flat_map(|(sample, flat)| Series::like(sample, flat)));
        let fits = |value: &Value| {
            let is_answer = answered.is_none_or(|(at, template)| {
                let mut body = template.base.clone();
                at.set(&mut body, value.clone());
                template.accepts(self.contract, &body)
            });
            is_answer && self.look.fits_path(self.operation(item), &stands_for.name, value)
        };
        Series::first_of_all(likes, fits)
    }

    /// The way to a collection, taken by the values of another operation's path.
    fn home(&self, index: usize, shape: &str) -> Trail {
        match self.kinds.get(shape).and_then(|kind| kind.trail.as_ref()) {
            Some((trail, length)) => trail.start(*length),
            None => self.trails[index].clone(),
        }
    }

    /// The operation that reads one, or else one whose path names it, and the parameter.
    fn reader(&self, kind: &Kind) -> (usize, usize) {
        let rank = |(index, _): &&(usize, usize)| {
            (self.trails[*index].item().is_none(), self.operation(*index).method != "GET")
        };
        kind.items.iter().min_by_key(rank).copied().unwrap_or_default()
    }

    fn id(&self, index: usize, called: &Called, may_be: &impl Fn(&Value) -> bool) -> Option<IdFrom> {
        let operation = self.operation(index);
        let body = self.templates[index].map(|template| &template.base);
        let answer = |at: String| IdFrom::Answer(Pointer::new(&at));
        if let Some(at) = distinct(operation, body) {
            return Some(answer(at));
        }
        if let Some(at) = body.and_then(|body| Look::id(body, called, may_be)) {
            return Some(answer(at));
        }
        let (_, response) = super::super::engine::success(operation);
        let headers = response.into_iter().flat_map(|response| &response.headers);
        if headers.into_iter().any(|header| header.name.eq_ignore_ascii_case("location")) {
            return Some(IdFrom::Location);
        }
        let asked = operation.json_body().and_then(|media| media.schema.as_ref());
        let asked = asked.map(|schema| self.look.asked(std::slice::from_ref(&schema.0)));
        let ranked = asked.iter().flat_map(|flat| flat.required.iter());
        let ranked = ranked.filter_map(|name| Some((called.agrees(name)?, name)));
        if let Some((_, name)) = ranked.min_by_key(|(rank, _)| *rank) {
            return Some(IdFrom::Request(Pointer::new(&pointer::child("", name))));
        }
        body.and_then(|body| Look::likely_id(body, called, may_be)).map(answer)
    }
}

/// What rules say is another one in every answer.
fn distinct(operation: &Operation, body: Option<&Value>) -> Option<String> {
    let at = operation.behaviour.rules.iter().find_map(|rule| match &rule.statement {
        Statement::Distinct(expression) => {
            expression.response_body().filter(|at| body.is_some_and(|body| body.pointer(at).is_some()))
        }
        _ => None,
    });
    at.map(str::to_owned)
}

impl Template {
    /// The series that stands at a place.
    fn series(&self, at: &Pointer) -> Option<&Series> {
        self.holes.iter().find_map(|hole| match &hole.fill {
            Fill::Fresh(series) if hole.at == *at => Some(series),
            _ => None,
        })
    }

    /// Whether something else than a series gives what stands at a place, and whether it must.
    fn gives(&self, at: &Pointer) -> (bool, bool) {
        let others = self.holes.iter().filter(|hole| hole.at == *at && !matches!(hole.fill, Fill::Fresh(_)));
        others.fold((false, false), |(gives, ruled), hole| {
            let echoed = matches!(hole.fill, Fill::Echo { ruled: false, .. });
            let is_asked = !echoed || matches!(hole.fill, Fill::Echo { from: Source::Body(_), .. });
            (gives || is_asked, ruled || !echoed)
        })
    }
}
