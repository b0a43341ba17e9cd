//! What the host answers: every request comes in here, and every answer is decided here.

use super::HostSettings;
use super::access::{Access, Demands};
use super::answer::Answer;
use super::fault::Planted;
use super::intake::{Admitted, Asked, Breach, Intake, Refused};
use super::linked::{self, Linked};
use super::prepare;
use super::refuse::Refusals;
use super::resources::{self, Resources, Role};
use super::route::{Route, Routes};
use super::sample::Samples;
use super::taken::Taken;
use super::template::{Filled, Occasion, Template};
use crate::cause::Cause;
use crate::contract::expression::Part;
use crate::contract::model::{Response, StatusRange};
use crate::contract::{Contract, Expression, Operation};
use crate::wire::template;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    resources: Resources,
    requests: AtomicU64,
    answers: AtomicU64,
    /// None in a host that is as it should be.
    planted: Option<Arc<Planted>>,
}

/// An operation, prepared to be served.
struct Served {
    demands: Demands,
    intake: Intake,
    refusals: Refusals,
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    template: Option<Template>,
    parameters: Vec<String>,
    /// Whether the contract documents any refusal at all.
    refuses: bool,
    role: Role,
    /// What can be read once it has answered.
    linked: Vec<Linked>,
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
        let samples = Samples::new(&contract);
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
        for (index, operation) in contract.operations.iter().enumerate() {
            let creation = |other: &Operation| {
                let position = contract.operations.iter().position(|known| std::ptr::eq(known, other))?;
                resources::id_at(other, &served.get(position)?.template.as_ref()?.base)
            };
            let role = resources::role(&contract, operation, creation);
            served[index].role = role;
        }
        let changing = |(_, operation): &(usize, &Operation)| operation.method != "GET";
        for (index, operation) in contract.operations.iter().enumerate().filter(changing) {
            served[index].linked = linked::of(&contract, operation, served[index].status.as_u16());
        }
        let readers: Vec<usize> =
            served.iter().flat_map(|one| &one.linked).map(|linked| linked.reader).collect();
        for (index, operation) in contract.operations.iter().enumerate() {
            let same = |reader: &usize| contract.operations[*reader].path == operation.path;
            if served[index].role == Role::None && readers.iter().any(same) {
                served[index].role = Role::Item;
            }
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
            requests: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            planted: (!settings.faults.is_empty()).then(|| Arc::new(Planted::new(settings.faults.clone()))),
            prepared,
        }
    }

    fn contract(&self) -> &Contract {
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
                Some(index) => self.accepted(index, asked, &Admitted::default(), None),
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
        if !self.access.admits(&served.demands, asked.headers, &asked.query)
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
        let received = asked.received(names.zip(values).collect());
        let admitted = match served.intake.take(self.contract(), asked, &received) {
            Ok(admitted) => admitted,
            Err(Refused::TooLarge) => return served.refusals.too_large(self.contract()),
            Err(Refused::Breaches(mut breaches)) => {
                let excused = self
                    .planted()
                    .and_then(|planted| planted.excuse(self.contract(), index, asked, &mut breaches, refuse));
                let Some(admitted) = excused else {
                    self.refused(index, false, asked);
                    return refuse(&breaches);
                };
                admitted
            }
        };
        let addressed = resources::split(asked.path).filter(|_| served.role == Role::Item);
        let addressed = addressed
            .map(|(collection, last)| (collection, resources::id(operation, &admitted.parameters, last)));
        let stored = match &addressed {
            Some((collection, id)) => match self.resources.get(collection, id) {
                Some(stored) => Some((*collection, id.as_str(), stored)),
                None if served.refuses => return refuse(&[Breach::of(Cause::NotFound, "the path")]),
                None => None,
            },
            None => None,
        };
        if let Some(value) = &admitted.value
            && let Err(fields) = self.takes(index, asked, value)
        {
            let breaches: Vec<Breach> =
                fields.iter().map(|field| Breach::new(Cause::Repeated, field)).collect();
            return refuse(&breaches);
        }
        self.accepted(index, asked, &admitted, stored)
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

    fn accepted(
        &self,
        index: usize,
        asked: &Asked<'_>,
        admitted: &Admitted,
        stored: Option<(&str, &str, Filled)>,
    ) -> Answer {
        let (operation, served) = (&self.contract().operations[index], &self.prepared.served[index]);
        let mut answer =
            Answer { status: served.status, headers: served.headers.clone(), ..Answer::default() };
        let number = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        let now = match self.planted() {
            Some(planted) => {
                planted.now(index, asked, served.template.as_ref().is_some_and(Template::tells_time))
            }
            None => Timestamp::now(),
        };
        let occasion = Occasion { admitted, now, number };
        let size = || asked.body.map_or(0, <[u8]>::len) + 1024;
        let mut known = None;
        if let Some((collection, id, stored)) = stored {
            let resource = match operation.method.as_str() {
                "DELETE" => {
                    self.resources.delete(collection, id);
                    stored
                }
                "GET" => stored,
                _ => {
                    let template = served.template.as_ref();
                    let changed = template
                        .and_then(|template| template.change(self.contract(), &stored.body, &occasion))
                        .unwrap_or(stored);
                    self.resources.keep(collection, &Value::from(id), &changed, size());
                    changed
                }
            };
            known = Some(resource);
        }
        let Some(template) = &served.template else { return answer };
        let filled = match known.filter(|known| template.accepts(self.contract(), &known.body)) {
            Some(known) => known,
            None => template.fill(self.contract(), &occasion),
        };
        answer.media = Some(template.media.clone());
        match &served.role {
            Role::Create(at) => {
                if let Some(id) = filled.body.pointer(at) {
                    self.resources.keep(asked.path, id, &filled, size());
                }
            }
            Role::List if filled.body.is_array() => {
                let all = Value::Array(self.resources.list(asked.path));
                if template.accepts(self.contract(), &all) {
                    answer.body = Some(all);
                    return answer;
                }
            }
            _ => {}
        }
        for linked in &served.linked {
            self.readable(linked, &occasion, &filled, size());
        }
        answer.body = Some(filled.body);
        answer.exact = filled.exact;
        answer
    }

    /// Keeps what was answered where a link leads.
    fn readable(&self, linked: &Linked, occasion: &Occasion<'_>, answered: &Filled, size: usize) {
        let reads = &self.contract().operations[linked.reader];
        let Some((path, values)) = linked.path(reads, occasion.admitted, &answered.body) else { return };
        let Some(reader) = &self.prepared.served[linked.reader].template else { return };
        let Some((collection, last)) = resources::split(&path) else { return };
        let id = resources::id(reads, &values, last);
        let body = linked.body(self.contract(), reader, occasion, answered);
        self.resources.keep(collection, &Value::from(id), &body, size);
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

impl Served {
    fn new(contract: &Contract, samples: &Samples<'_>, access: &Access, operation: &Operation) -> Served {
        let (status, response) = success(operation);
        Served {
            demands: access.demands(contract, operation),
            intake: Intake::new(contract, operation),
            refusals: Refusals::new(samples, operation),
            status: StatusCode::from_u16(status).unwrap_or_default(),
            headers: samples.headers(response),
            template: response.and_then(|response| prepare::template(contract, samples, operation, response)),
            parameters: template::names(&operation.path).map(str::to_owned).collect(),
            refuses: operation.responses_of_class(4).next().is_some(),
            role: Role::None,
            linked: Vec::new(),
        }
    }
}
