//! Which body a host accepts: a valid one may hold what it does not know, and as long as every
//! body holds that, no answer says anything about the rest.
//!
//! A search is a pure function of the outcomes that it is told. It begins with the bodies of the
//! plan, looks for any that is accepted, and then adds to that one what it lacks, half by half, so
//! that what is left over are the members to which the refusals are due.

use super::derive::{Base, Deriver};
use super::{Case, Labeller, Needs, Place, Plan, Role};
use crate::contract::MediaType;
use crate::exchange::Request;
use crate::generate::mutate;
use crate::generate::value::Fill;
use crate::json::{self, pointer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};

/// The bodies among which an operation's accepted one is looked for, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidates {
    /// The operation.
    pub operation: String,
    /// What they are called: `all`, `required`, the examples, `all without /note`.
    pub bodies: Vec<String>,
}

/// The body that a host accepts in place of the one with everything that is declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Index of the operation in the contract.
    pub operation: usize,
    /// The body that other cases are built on.
    pub body: Value,
    /// Where its documented text stays, because the host does not take any other.
    pub literal: Vec<String>,
    /// The members with which it was refused.
    pub refused: Vec<String>,
}

/// So many requests of one operation may go into a search.
const MOST: usize = 24;

/// The required members with those that only answers should have.
const LEAST_WITH_READ_ONLY: &str = "required-with-read-only";

/// One step from an accepted body to the whole one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Change {
    /// A member is added.
    Add(String),
    /// A member is added with its documented text.
    Literally(String),
    /// A member is added with no more in it than it must have.
    Barely(String),
    /// The documented text of a place gives way to fresh text.
    Vary(String),
}

/// A body as it is built.
#[derive(Clone, Debug, PartialEq)]
struct Body {
    value: Value,
    literal: BTreeSet<String>,
}

/// Looks for the body that an operation accepts.
pub struct Search<'c> {
    deriver: Deriver<'c>,
    request: Request,
    /// What it takes, as a planned one does.
    needs: Option<Needs>,
    base: Base,
    least: Value,
    /// Bodies of which any may be accepted, until one is.
    starts: VecDeque<(String, Body)>,
    /// What is accepted.
    found: Option<Body>,
    /// What is still to be added, the next at the end.
    groups: Vec<Vec<Change>>,
    /// What was sent last, and what it was made by.
    asked: Option<(Body, Vec<Change>)>,
    /// What is known to be refused.
    known: Vec<Body>,
    refused: Vec<String>,
    sent: usize,
}

/// What the candidates of a plan showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'s> {
    /// The key of the case.
    pub key: &'s str,
    /// Whether it was accepted.
    pub accepted: bool,
}

impl<'c> Search<'c> {
    /// A search for an operation whose whole body was refused; nothing if it has no body to vary.
    ///
    /// `far` says that the refusal may be due to any one member, and not to what is around the body.
    pub fn new(
        labeller: &'c Labeller<'c>,
        plan: &'c Plan,
        operation: usize,
        (shown, far): (&[Shown<'_>], bool),
    ) -> Option<Search<'c>> {
        let mut deriver = Deriver::new(labeller, operation, (&plan.wishes, &plan.ways), &[]);
        let (mut request, media) = deriver.json_request()?;
        // Where it goes was seen to by what guards the target's data.
        let planned =
            plan.cases().find(|case| case.role == Role::Candidate && case.operation == operation)?;
        let parts = request.parts_mut();
        parts.path.clone_from(&planned.request.parts.path);
        parts.query.clone_from(&planned.request.parts.query);
        let full = deriver.base(&media, Fill::All)?;
        let least = deriver.base(&media, Fill::Required).unwrap_or_else(|| full.clone());
        let base = Base::new(&deriver, full, media);
        let mut search = Search {
            deriver,
            request,
            needs: planned.needs.clone(),
            base,
            least,
            starts: VecDeque::new(),
            found: None,
            groups: Vec::new(),
            asked: None,
            known: Vec::new(),
            refused: Vec::new(),
            sent: 0,
        };
        search.begin(shown, far);
        Some(search)
    }

    fn begin(&mut self, shown: &[Shown<'_>], far: bool) {
        let full = Body { value: self.base.full.clone(), literal: BTreeSet::new() };
        let least = Body { value: self.least.clone(), literal: BTreeSet::new() };
        let mut planned: Vec<(String, Body)> = vec![(least_key(), least.clone())];
        planned.extend(
            self.deriver
                .with_read_only(&self.base, &self.base.full)
                .map(|value| (read_only_key(), Body { value, literal: BTreeSet::new() })),
        );
        for example in &self.base.media.examples {
            let body = self.literally(&example.value);
            planned.push((example_key(&example.name), body));
        }
        self.known.push(full.clone());
        for (key, body) in planned {
            match shown.iter().find(|shown| shown.key == key) {
                Some(Shown { accepted: true, .. }) if self.found.is_none() => self.start(body),
                Some(Shown { accepted: true, .. }) => {}
                Some(_) => self.known.push(body),
                None => self.starts.push_back((key, body)),
            }
        }
        if self.found.is_some() {
            return;
        }
        for (name, value) in [("documented", &full.value), ("required-documented", &least.value)] {
            self.starts.push_back((name.to_owned(), self.literally(value)));
        }
        if let Some(value) = self.deriver.with_read_only(&self.base, &least.value) {
            let body = Body { value, literal: BTreeSet::new() };
            self.starts.push_back((LEAST_WITH_READ_ONLY.to_owned(), body));
        }
        if far {
            let optional = self.optional(&full.value);
            if optional.len() > 2 {
                let (one, two) = optional.split_at(optional.len() / 2);
                for half in [one, two] {
                    self.starts.push_back(("half".to_owned(), without(&full, half)));
                }
            }
            for member in &optional {
                let start = without(&full, std::slice::from_ref(member));
                self.starts.push_back((format!("without{}", member.replace('/', "-")), start));
            }
        }
    }

    /// A body with its own texts wherever they could vary.
    fn literally(&self, value: &Value) -> Body {
        let texts = self.base.texts().filter(|at| pointer::get(value, at).is_some_and(Value::is_string));
        Body { value: value.clone(), literal: texts.map(str::to_owned).collect() }
    }

    /// The members that may be left out, the outer ones only.
    fn optional(&self, value: &Value) -> Vec<String> {
        self.deriver.optional(&self.base, value, "")
    }

    /// The next request, if another one could tell more.
    pub fn ask(&mut self) -> Option<Case> {
        if self.sent >= MOST {
            return None;
        }
        let (name, body, by) = if self.found.is_none() {
            let (name, body) = loop {
                let (name, body) = self.starts.pop_front()?;
                if !self.known.contains(&body) {
                    break (name, body);
                }
            };
            (name, body, Vec::new())
        } else {
            let (body, by) = self.grown()?;
            (format!("search-{}", self.sent + 1), body, by)
        };
        self.sent += 1;
        let case = self.case(&name, &body, &by);
        self.asked = Some((body, by));
        Some(case)
    }

    /// The accepted body with the next group of changes.
    fn grown(&mut self) -> Option<(Body, Vec<Change>)> {
        loop {
            let group = self.groups.pop()?;
            let accepted = self.found.clone()?;
            let body = group.iter().fold(accepted.clone(), |body, change| self.changed(body, change));
            if body == accepted {
                continue;
            }
            if !self.known.contains(&body) {
                return Some((body, group));
            }
            self.divide(group);
        }
    }

    fn changed(&self, mut body: Body, change: &Change) -> Body {
        let (at, part) = match change {
            Change::Vary(at) => {
                body.literal.remove(at);
                return body;
            }
            Change::Add(at) | Change::Literally(at) => (at, pointer::get(&self.base.full, at).cloned()),
            Change::Barely(at) => (at, self.bare(at)),
        };
        if let Some(part) = part {
            mutate::put(&mut body.value, at, part);
        }
        if matches!(change, Change::Literally(_)) {
            let below = self.base.texts().filter(|text| pointer::is_within(text, at));
            body.literal.extend(below.map(str::to_owned));
        }
        body
    }

    /// A member without what it may leave out.
    fn bare(&self, at: &str) -> Option<Value> {
        let mut full = self.base.full.clone();
        for member in self.deriver.optional(&self.base, &self.base.full, at) {
            mutate::remove(&mut full, &member);
        }
        pointer::get(&full, at).cloned()
    }

    /// Takes in what came of the last request.
    pub fn tell(&mut self, accepted: bool) {
        let Some((body, by)) = self.asked.take() else { return };
        match (accepted, self.found.is_some()) {
            (true, false) => self.start(body),
            (true, true) => {
                // With less in it than there could be, a member may still take some of that.
                let more: Vec<Change> = by.iter().flat_map(|change| self.beyond(change)).collect();
                self.found = Some(body);
                self.groups.extend((!more.is_empty()).then_some(more));
            }
            (false, is_found) => {
                self.known.push(body);
                if is_found {
                    self.divide(by);
                }
            }
        }
    }

    fn beyond(&self, change: &Change) -> Vec<Change> {
        let Change::Barely(at) = change else { return Vec::new() };
        self.deriver.optional(&self.base, &self.base.full, at).into_iter().map(Change::Add).collect()
    }

    /// An accepted body was found: what it lacks is added.
    fn start(&mut self, body: Body) {
        let vary: Vec<Change> = body.literal.iter().cloned().map(Change::Vary).collect();
        let lacking = self.optional(&self.base.full);
        let lacking = lacking.into_iter().filter(|at| pointer::get(&body.value, at).is_none());
        let add: Vec<Change> = lacking.map(Change::Add).collect();
        self.groups.extend([add, vary].into_iter().filter(|group| !group.is_empty()));
        self.found = Some(body);
    }

    /// Some of the changes are not taken: which, is asked half by half.
    fn divide(&mut self, mut group: Vec<Change>) {
        if group.len() > 1 {
            let rest = group.split_off(group.len() / 2);
            self.groups.extend([rest, group]);
            return;
        }
        let Some(change) = group.pop() else { return };
        let has_text = |at: &str| self.base.texts().any(|text| pointer::is_within(text, at));
        let has_more = |at: &str| !self.deriver.optional(&self.base, &self.base.full, at).is_empty();
        let next = match &change {
            Change::Add(at) if has_text(at) => Some(Change::Literally(at.clone())),
            Change::Add(at) | Change::Literally(at) if has_more(at) => Some(Change::Barely(at.clone())),
            _ => None,
        };
        match (next, change) {
            (Some(next), _) => self.groups.push(vec![next]),
            (None, Change::Add(at) | Change::Literally(at) | Change::Barely(at)) => self.refused.push(at),
            (None, Change::Vary(_)) => {}
        }
    }

    fn case(&mut self, name: &str, body: &Body, by: &[Change]) -> Case {
        let key = format!("{}/candidate/{name}", self.deriver.name());
        let fresh = self.base.fresh(&body.value, &key);
        let mut value = fresh;
        for at in &body.literal {
            if let Some(own) = pointer::get(&body.value, at) {
                mutate::put(&mut value, at, own.clone());
            }
        }
        let names: Vec<String> = by
            .iter()
            .map(|change| match change {
                Change::Add(at) | Change::Literally(at) | Change::Barely(at) => format!("`{at}`"),
                Change::Vary(at) => format!("other text at `{at}`"),
            })
            .collect();
        let words = if names.is_empty() {
            format!("the body `{name}`")
        } else {
            format!("the accepted body with {}", names.join(", "))
        };
        let request =
            Request { body: Some(self.deriver.text(json::compact(&value))), ..self.request.clone() };
        let mut case = self.deriver.candidate(name, words, request);
        case.role = Role::Search;
        case.needs = self.needs.clone().filter(|_| case.request.is_open());
        case
    }

    /// What was found; nothing if no body was accepted.
    pub fn choice(self) -> Option<Choice> {
        let Body { value, literal } = self.found?;
        let refused = self.refused;
        Some(Choice {
            operation: self.deriver.operation_index(),
            body: value,
            literal: literal.into_iter().collect(),
            refused,
        })
    }
}

/// The key of the case with every declared property.
pub(super) fn full_key() -> String {
    key("all")
}

fn least_key() -> String {
    key("required")
}

/// The keys of cases, each with that of the same with the properties that only answers should have.
pub(super) fn read_only_keys() -> [(String, String); 2] {
    let least = format!("{}/candidate/{LEAST_WITH_READ_ONLY}", Place::Body(String::new()));
    [(full_key(), read_only_key()), (least_key(), least)]
}

fn read_only_key() -> String {
    key("with-read-only")
}

fn key(variant: &str) -> String {
    format!("{}/valid/{variant}", Place::Body(String::new()))
}

fn example_key(name: &str) -> String {
    format!("{}/example/{name}", Place::Body(String::new()))
}

fn without(body: &Body, members: &[String]) -> Body {
    let mut body = body.clone();
    for member in members {
        mutate::remove(&mut body.value, member);
    }
    body
}

impl Candidates {
    /// Those of an operation.
    pub(super) fn of(deriver: &Deriver<'_>, base: &Base, media: &MediaType, read_only: bool) -> Candidates {
        let mut bodies: Vec<String> = media.examples.iter().map(|example| example.name.clone()).collect();
        bodies.extend(["all".to_owned(), "required".to_owned()]);
        bodies.extend(read_only.then(|| "with-read-only".to_owned()));
        let optional = deriver.optional(base, &base.full, "");
        bodies.extend(optional.iter().map(|member| format!("all without {member}")));
        Candidates { operation: deriver.name().to_owned(), bodies }
    }
}

#[cfg(test)]
mod tests;
