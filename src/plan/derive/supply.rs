//! Resources that a run supplies itself with: the requests that make them or show them, and the
//! members of other bodies that name them.

use super::base::Base;
use super::{About, Deriver};
use crate::contract::ParameterLocation;
use crate::exchange::Request;
use crate::generate::value::Fill;
use crate::json::{self, Kind, pointer};
use crate::plan::guard::{self, Fresh};
use crate::plan::ways::PARENTS;
use crate::plan::{Case, Place, Role, Scenario};
use serde_json::Value;
use std::rc::Rc;

/// Makes the requests of an operation that supply resources.
pub(in crate::plan) struct Supplier<'c> {
    pub(super) deriver: Deriver<'c>,
    request: Request,
    /// What lists what is made, where no answer tells of it.
    list: Option<Box<Supplier<'c>>>,
    base: Option<Base>,
    /// The parameters of the path whose values are another in each request.
    chosen: Vec<Fresh<'c>>,
}

impl<'c> Supplier<'c> {
    /// That of an operation; nothing if no request can be made.
    pub(in crate::plan) fn of(mut deriver: Deriver<'c>) -> Option<Supplier<'c>> {
        let mut request = deriver.request()?;
        let mut base = None;
        if let Some(media) = deriver.operation.json_body().cloned() {
            let full = deriver.base(&media, Fill::All).or_else(|| deriver.base(&media, Fill::Required))?;
            let kind = super::body::content_type(&media.name);
            request.parts_mut().fields.insert(0, ("Content-Type".into(), kind.into()));
            base = Some(Base::new(&deriver, full, media));
        } else if deriver.operation.body.as_ref().is_some_and(|body| body.required) {
            let made = deriver.content_base()?;
            let kind = made.codec.content_type.as_str().into();
            request.parts_mut().fields.insert(0, ("Content-Type".into(), kind));
            base = Some(made);
        }
        let chosen = deriver.chosen()?;
        let list = deriver.ways.list(deriver.index).map(|list| Supplier::of(deriver.of(list)).map(Box::new));
        let list = match list {
            Some(found) => Some(found?),
            None => None,
        };
        let mut supplier = Supplier { deriver, request, list, base, chosen };
        // Without a text of its own it would not be known again.
        let is_known = supplier.list.is_none() || supplier.carries_text();
        is_known.then_some(supplier)
    }

    /// The requests that supply a resource for a purpose.
    pub(in crate::plan) fn supplies(&mut self, purpose: &str) -> Scenario {
        let mut scenario = Scenario::single(self.supply(purpose));
        let giver = self.deriver.operation.id.clone();
        scenario.cases.extend(self.list.as_mut().map(|list| list.shows(purpose, &giver)));
        scenario
    }

    /// The request that makes one with all that is declared, numbers with digits after the point, two items
    /// in lists, and texts that show what becomes of them if they are to tell.
    pub(super) fn tells(&mut self, purpose: &str, telling: bool) -> Case {
        let mut case = self.supply(purpose);
        let Some(base) = self.base.as_ref().filter(|base| base.whole.is_object()) else { return case };
        let deriver = &self.deriver;
        let mut value = base.fresh(&base.whole, &format!("resource/{purpose}"));
        let names: Vec<String> =
            value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names {
            let fuller = match &value[&name] {
                Value::Number(number) => number.as_i64().map(as_decimal).map(Value::from),
                Value::Array(items) => deriver.with_second(base, &name, items),
                _ => None,
            };
            let Some(fuller) = fuller else { continue };
            let before = std::mem::replace(&mut value[&name], fuller);
            if !deriver.is_valid(base, &value) {
                value[&name] = before;
            }
        }
        let body = Some(deriver.labeller.text(base.written(&value)));
        let mut request = Request { body, ..case.request.clone() };
        if telling {
            request = deriver.telling(request, value);
        }
        let request = deriver.bound(&case.place, request);
        if deriver.labeller.label(deriver.operation, &request).verdict == case.expectation.verdict {
            case.request = request;
        }
        case
    }

    /// Whether its requests bring a text that is their own.
    fn carries_text(&mut self) -> bool {
        let one = self.supply(PARENTS);
        let Some(body) = one.request.body.as_ref() else { return false };
        let Ok(text) = json::read(body.sample()) else { return false };
        let mut open = vec![&text.root];
        while let Some(node) = open.pop() {
            match &node.kind {
                Kind::String(_) if body.carries_run_in(node.start, node.end) => return true,
                Kind::Array(items) => open.extend(items),
                Kind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
                _ => {}
            }
        }
        false
    }

    /// The request that shows in a list what another made for a purpose.
    fn shows(&mut self, purpose: &str, giver: &str) -> Case {
        let at = self.deriver.operation.at.clone();
        let about = About {
            worth: 0,
            place: Place::Path(String::new()),
            kind: "resource",
            variant: &format!("{giver}/{purpose}"),
            at: &at,
            words: format!("the list that shows what `{giver}` made, for {purpose}"),
        };
        let mut case = self.deriver.case(about, self.request.clone(), None);
        case.role = Role::Supply;
        case.needs = case.needs.map(|needs| needs.with(PARENTS));
        case
    }

    /// The request that supplies a resource for a purpose.
    fn supply(&mut self, purpose: &str) -> Case {
        let mut request = self.request.clone();
        request.body = self.base.as_ref().map(|base| {
            let value = base.fresh(&base.value, &format!("resource/{purpose}"));
            self.deriver.labeller.text(base.written(&value))
        });
        for fresh in &self.chosen {
            if let Some(path) = fresh.path(self.deriver.labeller, self.deriver.operation, &request, purpose) {
                request.parts_mut().path = path;
            }
        }
        let at = self.deriver.operation.at.clone();
        let about = About {
            worth: 0,
            place: Place::Body(String::new()),
            kind: "resource",
            variant: purpose,
            at: &at,
            words: format!("a resource of the run's own, for {purpose}"),
        };
        let mut case = self.deriver.case(about, request, None);
        case.role = Role::Supply;
        case.needs = case.needs.map(|needs| needs.with(PARENTS));
        case
    }
}

/// A number near an integer that has digits after the point.
fn as_decimal(number: i64) -> f64 {
    const PART: f64 = 0.75;
    #[expect(clippy::cast_precision_loss, reason = "any number near it will do")]
    let near = number as f64;
    near + PART
}

impl<'c> Deriver<'c> {
    /// A list of one text with another one after it, where any other would do.
    fn with_second(&self, base: &Base, name: &str, items: &[Value]) -> Option<Value> {
        let [Value::String(first)] = items else { return None };
        let list = pointer::child("", name);
        let is_given = self.ways.members(self.index).any(|(_, at)| at.starts_with(&list));
        let flats = &self.labeller.flats;
        let flat = flats.below(&base.schemas, &pointer::child(&list, "0"));
        let shown = [flats.whole(&base.schemas), flats.below(&base.schemas, &list), Rc::clone(&flat)];
        let is_shown = shown.iter().any(|one| !one.examples.is_empty()) || !base.media.examples.is_empty();
        let second = match &flat.listed {
            Some(listed) => listed.iter().find(|one| one.is_string() && **one != items[0])?.clone(),
            None if is_shown || is_given || !flat.formats.is_empty() => return None,
            None => Value::from(format!("{first}b")),
        };
        Some(Value::from(vec![items[0].clone(), second]))
    }

    /// The same of another operation.
    pub(super) fn of(&self, index: usize) -> Deriver<'c> {
        Deriver::new(self.labeller, index, (self.wishes, self.ways), self.choices)
    }

    /// The ids that a caller chooses to make something new; nothing where what is there could be
    /// changed.
    fn chosen(&self) -> Option<Vec<Fresh<'c>>> {
        let (operation, spared) = (self.operation, self.wishes.guards.existing_data);
        let chooses = self.contract.connections().fresh(self.index);
        let inside = operation.parameters.iter().filter(|one| one.location == ParameterLocation::Path);
        let mut chosen = Vec::new();
        for parameter in inside.filter(|parameter| self.ways.number(self.index, parameter).is_none()) {
            let is_chosen = chooses.iter().any(|taking| taking.is(parameter.location, &parameter.name));
            let fresh = Fresh::of(self.labeller, parameter, self.wishes.seed).filter(|_| is_chosen);
            if fresh.is_none() && spared && guard::changes(&operation.method) {
                return None;
            }
            chosen.extend(fresh);
        }
        Some(chosen)
    }
}

impl Deriver<'_> {
    /// A request in which members of the body are left open that a resource supplies, but for the
    /// one that the case is about.
    pub(super) fn bound(&self, place: &Place, mut request: Request) -> Request {
        let Some(body) = &mut request.body else { return request };
        let mut members = self.ways.members(self.index).peekable();
        if members.peek().is_none() {
            return request;
        }
        let Ok(text) = json::read(body.sample()) else { return request };
        for (number, at) in members {
            let is_about = matches!(place, Place::Body(own) if pointer::is_within(own, at));
            let Some(node) = text.at(at).filter(|_| !is_about) else { continue };
            if matches!(node.kind, Kind::String(_) | Kind::Number(_)) {
                *body = body.with_answer(node.start..node.end, number);
            }
        }
        request
    }
}
