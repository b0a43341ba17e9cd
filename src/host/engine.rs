//! What the host answers: every request comes in here, and every answer is decided here.

use super::HostSettings;
use super::access::{Access, Demands};
use super::answer::Answer;
use super::fault::Planted;
use super::intake::{Admitted, Asked, Breach, Intake, Refused};
use super::life::{self, Act, IdFrom, Life};
use super::linked::{self, Linked};
use super::location::Location;
use super::look::Look;
use super::prepare;
use super::refuse::{self, Refusals};
use super::resources::{self, Home, Resource, Resources};
use super::route::{Route, Routes};
use super::sample::{self, Samples};
use super::shown::{self, Shown};
use super::taken::Taken;
use super::template::Template;
use crate::cause::Cause;
use crate::contract::expression::Part;
use crate::contract::model::{Response, StatusRange};
use crate::contract::{Contract, Expression, Operation, ParameterLocation};
use crate::wire::{Received, template, url};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// So much is known of what was done once.
const MOST_DONE: usize = 100_000;

/// A contract, prepared to be served by as many hosts as are wanted.
pub struct Prepared {
    contract: Arc<Contract>,
    routes: Routes,
    /// In the order of the contract's operations.
    served: Vec<Served>,
    request_id: Option<HeaderName>,
}

/// A host's own: what it remembers, and whom it lets in.
pub(super) struct Engine {
    prepared: Arc<Prepared>,
    /// In the order of the contract's operations.
    taken: Vec<Taken>,
    access: Access,
    pub(super) resources: Resources,
    /// What was done that can be done once, by operation and path.
    done: Mutex<HashSet<(usize, String)>>,
    requests: AtomicU64,
    answers: AtomicU64,
    /// None in a host that is as it should be.
    planted: Option<Arc<Planted>>,
}

/// An operation, prepared to be served.
pub(super) struct Served {
    demands: Demands,
    intake: Intake,
    refusals: Refusals,
    pub(super) success: Success,
    /// The answer where what was not there is created.
    pub(super) created: Option<Success>,
    parameters: Vec<String>,
    /// Whether the contract documents a refusal for what is not there.
    refuses_unknown: bool,
    pub(super) life: Life,
    /// What its path may end in, where only a list shows that.
    shown: Option<Shown>,
    /// What can be read once it has answered.
    pub(super) linked: Vec<Linked>,
}

/// The answer to an accepted request.
pub(super) struct Success {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// How `Location` is written, where it is documented.
    pub(super) location: Option<Location>,
    pub(super) template: Option<Template>,
}

/// The resource that the path of a request leads to.
pub(super) enum Found {
    /// The path leads to none that is known.
    Nothing,
    /// It is there.
    Known(Home, Resource),
    /// It is not there, and may be created.
    New(Home),
}

/// The operation and the request that are answered.
pub(super) struct Asking<'r> {
    pub(super) index: usize,
    pub(super) asked: &'r Asked<'r>,
    pub(super) admitted: &'r Admitted,
    /// The values of the path's parameters, as text.
    pub(super) values: &'r [String],
}

/// The answer of an operation to an accepted request.
pub(super) fn success(operation: &Operation) -> (u16, Option<&Response>) {
    let codes = operation.responses.iter().filter_map(|response| match response.status {
        StatusRange::Code(code) if code / 100 == 2 || code / 100 == 3 => Some(code),
        StatusRange::Class(2) => Some(200),
        _ => None,
    });
    let least = codes.min_by_key(|code| (code / 100, !(operation.method == "POST" && *code == 201)));
    let status = least.unwrap_or(200);
    (status, operation.response(status))
}

impl Prepared {
    /// Works out what each operation of a contract takes and answers.
    pub fn new(contract: Arc<Contract>) -> Prepared {
        let answered = sample::answered(&contract);
        let samples = Samples::new(&contract, &answered);
        // What is demanded is the same whoever is let in.
        let access = Access::new(&contract, &HostSettings::default());
        let mut routes = Routes::default();
        let mut served = Vec::new();
        for (index, operation) in contract.operations.iter().enumerate() {
            for method in &operation.path_methods {
                routes.add(&operation.path, method, None);
            }
            routes.add(&operation.path, &operation.method, Some(index));
            served.push(Served::new(&contract, &samples, &access, operation));
        }
        let changing = |(_, operation): &(usize, &Operation)| operation.method != "GET";
        for (index, operation) in contract.operations.iter().enumerate().filter(changing) {
            served[index].linked = linked::of(&contract, operation, served[index].success.status.as_u16());
        }
        let readers: Vec<usize> =
            served.iter().flat_map(|one| &one.linked).map(|linked| linked.reader).collect();
        let look = Look::new(&contract, &samples);
        let templates = served.iter().map(|one| one.success.template.as_ref()).collect();
        let lives = life::of(&contract, &look, templates, &readers);
        for (one, life) in served.iter_mut().zip(lives) {
            one.live(life);
        }
        drop(look);
        for index in 0..served.len() {
            let lives = |one: &Served| !matches!(one.life.act, Act::None);
            if lives(&served[index]) || !served[index].refuses_unknown {
                continue;
            }
            let Some((parameter, list, at)) = shown::list(&contract, index) else { continue };
            let lists = lives(&served[list]);
            let template = served[list]
                .success
                .template
                .as_mut()
                .filter(|_| contract.operations[list].behaviour.rules.is_empty());
            let template = if lists { None } else { template };
            served[index].shown = template.and_then(|template| Shown::of(parameter, template, &at));
        }
        let request_id = match &contract.request_id {
            Some(Expression::Response(Part::Header(name))) => HeaderName::try_from(name).ok(),
            _ => None,
        };
        drop(samples);
        Prepared { contract, routes, served, request_id }
    }
}

impl Engine {
    pub(super) fn new(prepared: Arc<Prepared>, settings: &HostSettings) -> Engine {
        let contract = &prepared.contract;
        let known = Arc::default();
        let operations = contract.operations.iter().enumerate();
        let taken =
            operations.map(|(index, operation)| Taken::new(index, &operation.behaviour.unique, &known));
        Engine {
            taken: taken.collect(),
            access: Access::new(contract, settings),
            resources: Resources::default(),
            done: Mutex::default(),
            requests: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            planted: (!settings.faults.is_empty()).then(|| Arc::new(Planted::new(settings.faults.clone()))),
            prepared,
        }
    }

    pub(super) fn contract(&self) -> &Contract {
        &self.prepared.contract
    }

    /// What faults do, if there are any.
    pub(super) fn planted(&self) -> Option<&Arc<Planted>> {
        self.planted.as_ref()
    }

    /// The answer to a request.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> Answer {
        if let Some(planted) = &self.planted {
            planted.arrived(asked);
        }
        let mut answer = self.decide(asked);
        if let Some(name) = &self.prepared.request_id {
            let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
            if let Ok(id) = HeaderValue::try_from(format!("probity-{number:012}")) {
                answer.headers.retain(|(known, _)| known != name);
                answer.headers.push((name.clone(), id));
            }
        }
        answer
    }

    fn decide(&self, asked: &Asked<'_>) -> Answer {
        if let Some(answer) = self.access.endpoint(asked.method, asked.path, asked.headers, asked.body) {
            return answer;
        }
        let Some((route, values)) = self.prepared.routes.find(asked.path) else {
            return Answer::bare(StatusCode::NOT_FOUND);
        };
        let Some(index) = self.operation(route, asked.method) else {
            let taken = self.planted().and_then(|planted| planted.takes_method(asked, &route.methods));
            return match taken {
                Some(index) => {
                    let admitted = Admitted::default();
                    let asking = Asking { index, asked, admitted: &admitted, values: &[] };
                    self.accepted(&asking, Found::Nothing)
                }
                None => undeclared(route, asked.method),
            };
        };
        let answer = self.respond(index, asked, values);
        match self.planted() {
            Some(planted) => planted.spoil(index, asked, answer),
            None => answer,
        }
    }

    /// The answer of an operation.
    fn respond(&self, index: usize, asked: &Asked<'_>, values: Vec<&str>) -> Answer {
        let (operation, served) = (&self.contract().operations[index], &self.prepared.served[index]);
        let refuse = |breaches: &[Breach]| served.refusals.answer(self.contract(), operation, breaches);
        if !self.access.admits(&served.demands, asked)
            && !self
                .planted()
                .is_some_and(|planted| planted.lets_in(self.contract(), index, &self.access, asked))
        {
            self.refused(index, true, asked);
            let mut answer = refuse(&[Breach::of(Cause::Unauthenticated, "the request")]);
            let challenges = served.demands.challenges.iter();
            answer.headers.extend(challenges.map(|challenge| (header::WWW_AUTHENTICATE, challenge.clone())));
            return answer;
        }
        let names = served.parameters.iter().map(|name| name.as_str().into());
        let raw = values.clone();
        let received = asked.received(names.zip(values).collect());
        let reread = self.planted().and_then(|planted| planted.reread(index, &received));
        let body = self.planted().and_then(|planted| planted.reread_body(index, asked));
        let taken = match (&reread, &body) {
            (Some(reread), _) => self.misread(index, (asked, &received), (asked, &reread.received())),
            (None, Some(body)) => {
                self.misread(index, (asked, &received), (&asked.with_body(body), &received))
            }
            (None, None) => served.intake.take(self.contract(), asked, &received),
        };
        let admitted = match taken {
            Ok(admitted) => admitted,
            Err(Refused::TooLarge) => return served.refusals.too_large(self.contract()),
            Err(Refused::Breaches(mut breaches)) => {
                let excused = self
                    .planted()
                    .and_then(|planted| planted.excuse(self.contract(), index, asked, &mut breaches, refuse));
                let Some(admitted) = excused else {
                    self.refused(index, false, asked);
                    self.carry_out(index, asked, &raw);
                    return refuse(&breaches);
                };
                admitted
            }
        };
        let values = served.values(&admitted, &raw);
        let found = match self.found(index, &values) {
            Some(found) => found,
            None if served.refuses_unknown => return refuse(&[Breach::of(Cause::NotFound, "the path")]),
            None => Found::Nothing,
        };
        if served.shown.as_ref().is_some_and(|shown| !shown.has(&values)) {
            return refuse(&[Breach::of(Cause::NotFound, "the path")]);
        }
        if let Some(value) = &admitted.value
            && let Err(fields) = self.takes(index, asked, value)
        {
            let breaches: Vec<Breach> =
                fields.iter().map(|field| Breach::new(Cause::Repeated, field)).collect();
            return refuse(&breaches);
        }
        if !self.is_first(index, asked) {
            return refuse(&[Breach::of(Cause::Repeated, "the request")]);
        }
        self.accepted(&Asking { index, asked, admitted: &admitted, values: &values }, found)
    }

    /// Whether what can be done once to a resource was not done yet: something without a body for which the
    /// contract documents a conflict, so that only the state of the resource can call for it.
    fn is_first(&self, index: usize, asked: &Asked<'_>) -> bool {
        let operation = &self.contract().operations[index];
        let conflicts = |status: u16| {
            operation.responses.iter().any(|response| response.status == StatusRange::Code(status))
        };
        let is_action = operation.method == "POST"
            && operation.body.is_none()
            && !self.prepared.served[index].life.named.is_empty()
            && operation.path.rsplit('/').nth(1).is_some_and(|above| above.starts_with('{'))
            && !operation.path.ends_with('}');
        if !is_action || !(conflicts(409) || conflicts(422)) {
            return true;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if done.len() >= MOST_DONE {
            done.clear();
        }
        done.insert((index, asked.path.to_owned()))
    }

    /// Takes a request in as it was read otherwise.
    fn misread(
        &self,
        index: usize,
        right: (&Asked<'_>, &Received<'_>),
        wrong: (&Asked<'_>, &Received<'_>),
    ) -> Result<Admitted, Refused> {
        let (operation, served) = (&self.contract().operations[index], &self.prepared.served[index]);
        let asked = right.0;
        let take = |(asked, received): (&Asked<'_>, &Received<'_>)| {
            served.intake.take(self.contract(), asked, received)
        };
        let refused = |taken: &Result<Admitted, Refused>| match taken {
            Err(Refused::Breaches(breaches)) => {
                Some(served.refusals.answer(self.contract(), operation, breaches))
            }
            _ => None,
        };
        let (right, wrong) = (take(right), take(wrong));
        let is_same = match (refused(&right), refused(&wrong)) {
            (Some(right), Some(wrong)) => right.is_same(&wrong),
            (None, None) => true,
            _ => false,
        };
        if let Some(planted) = self.planted().filter(|_| !is_same) {
            planted.misread(asked);
        }
        wrong
    }

    /// What a path leads to; none where it names something that is not there.
    pub(super) fn found(&self, index: usize, values: &[String]) -> Option<Found> {
        let Life { trail, named, act, .. } = &self.prepared.served[index].life;
        let home = |(length, parameter): &(usize, usize)| Home {
            collection: trail.at(*length, values),
            id: values.get(*parameter).cloned().unwrap_or_default(),
        };
        let own = named.last().filter(|last| trail.item() == Some(**last));
        let own = own.filter(|_| matches!(act, Act::Read | Act::Change { .. } | Act::Delete));
        let above = &named[..named.len() - usize::from(own.is_some())];
        if !above.iter().all(|one| self.resources.has(&home(one))) {
            return None;
        }
        let Some(home) = own.map(home) else { return Some(Found::Nothing) };
        match (self.resources.get(&home), act) {
            (Some(resource), _) => Some(Found::Known(home, resource)),
            (None, Act::Change { creates: true, .. }) => Some(Found::New(home)),
            (None, _) => None,
        }
    }

    /// Takes the unique values of a request, or tells which fields repeat one.
    fn takes(&self, index: usize, asked: &Asked<'_>, value: &Value) -> Result<(), Vec<String>> {
        let taken = self.taken[index].take(value);
        match self.planted() {
            Some(planted) => {
                let fields = &self.contract().operations[index].behaviour.unique;
                planted.takes(index, fields, asked, value, taken)
            }
            None => taken,
        }
    }

    fn refused(&self, index: usize, stranger: bool, asked: &Asked<'_>) {
        if let Some(planted) = self.planted() {
            planted.refused(&self.contract().operations[index], index, stranger, asked);
        }
    }

    /// The operation of a method, by its index.
    fn operation(&self, route: &Route, method: &str) -> Option<usize> {
        let declared = |method: &str| route.methods.iter().find(|(known, _)| known == method);
        let found = declared(method).or_else(|| declared("GET").filter(|_| method == "HEAD"));
        found.and_then(|(_, index)| *index).filter(|index| *index < self.prepared.served.len())
    }

    /// The next number of an answer.
    pub(super) fn number(&self) -> u64 {
        self.answers.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn served(&self, index: usize) -> &Served {
        &self.prepared.served[index]
    }
}

/// The answer to a method without an operation.
fn undeclared(route: &Route, method: &str) -> Answer {
    let broken = route.methods.iter().any(|(known, _)| known == method);
    let answer = Answer::bare(match method {
        // The contract declares it, but cannot be read there.
        _ if broken => StatusCode::NOT_IMPLEMENTED,
        "OPTIONS" => StatusCode::NO_CONTENT,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    });
    match HeaderValue::try_from(route.allow()) {
        Ok(allow) => answer.with(header::ALLOW, allow),
        Err(_) => answer,
    }
}

/// The answers of an operation to what is there and to what is not yet.
fn successes(
    contract: &Contract,
    samples: &Samples<'_>,
    operation: &Operation,
) -> (Success, Option<Success>) {
    let of = |status: u16| Success::new(contract, samples, operation, status, operation.response(status));
    let (least, _) = success(operation);
    let codes = operation.responses.iter().filter_map(|response| match response.status {
        StatusRange::Code(code) if code / 100 == 2 => Some(code),
        _ => None,
    });
    let codes: Vec<u16> = codes.collect();
    let there = codes.iter().copied().filter(|code| *code != 201).min();
    match there {
        Some(there) if operation.method == "PUT" && codes.contains(&201) => (of(there), Some(of(201))),
        _ => (of(least), None),
    }
}

impl Success {
    fn new(
        contract: &Contract,
        samples: &Samples<'_>,
        operation: &Operation,
        status: u16,
        response: Option<&Response>,
    ) -> Success {
        Success {
            status: StatusCode::from_u16(status).unwrap_or_default(),
            headers: samples.headers(response),
            location: response.and_then(Location::of),
            template: response.and_then(|response| prepare::template(contract, samples, operation, response)),
        }
    }
}

impl Served {
    fn new(contract: &Contract, samples: &Samples<'_>, access: &Access, operation: &Operation) -> Served {
        let (success, created) = successes(contract, samples, operation);
        Served {
            demands: access.demands(contract, operation),
            intake: Intake::new(samples.requests(), operation),
            refusals: Refusals::new(samples, operation),
            success,
            created,
            parameters: template::names(&operation.path).map(str::to_owned).collect(),
            refuses_unknown: refuse::refuses_unknown(operation),
            life: Life::none(&operation.path),
            shown: None,
            linked: Vec::new(),
        }
    }

    fn live(&mut self, life: Life) {
        if let (Act::Create(create), Some(template)) = (&life.act, &mut self.success.template)
            && let (IdFrom::Answer(at), Some(series)) = (&create.id, &create.series)
        {
            template.identify(&at.at, series);
        }
        self.life = life;
    }

    /// The values of the path's parameters as text, however they are written.
    fn values(&self, admitted: &Admitted, raw: &[&str]) -> Vec<String> {
        let value = |(name, raw): (&String, &&str)| {
            let own = admitted
                .parameters
                .iter()
                .find(|(location, known, _)| *location == ParameterLocation::Path && known == name);
            own.map_or_else(|| url::decoded(raw), |(_, _, value)| resources::text(value))
        };
        self.parameters.iter().zip(raw).map(value).collect()
    }
}
