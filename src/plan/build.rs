//! Derives the cases of every operation and puts them in order of worth.

use super::expect;
use super::generate::mutate::{self, Change, Spot};
use super::generate::odd;
use super::generate::random::Random;
use super::generate::value::{Fill, Maker};
use super::select::Selection;
use super::{
    Case, Credentials, Expectation, Gap, Label, Place, Plan, Request, Scenario, Verdict, label, unique,
};
use crate::contract::model::Parameter;
use crate::contract::{Cause, Contract, Location, MediaType, Operation, Side};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::HashSet;

/// What a plan is made for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// What random choices are derived from.
    pub seed: u64,
    /// Which operations and cases are wanted.
    pub selection: Selection,
    /// The most requests that may be sent.
    pub max_requests: Option<usize>,
    /// Whether undeclared methods that could change or delete something are tried too.
    pub changing_methods: bool,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Nothing is left to send.
    #[error("nothing is left to test: no case matches the selection")]
    NothingSelected,
    /// No operation can be tested at all.
    #[error("nothing can be tested: {0}")]
    NothingTestable(String),
    /// The limit is below one scenario.
    #[error("nothing can be tested with at most {0} requests")]
    NoRoom(usize),
}

/// The most cases of one operation.
const CASES: usize = 400;
const RANDOM_VALID: usize = 12;
const RANDOM_DOUBLE: usize = 8;

/// Everything that the contract implies, in order of worth.
pub fn plan(contract: &Contract, wishes: &Wishes) -> Result<Plan, PlanError> {
    let mut drafts = Vec::new();
    let mut gaps = Vec::new();
    for index in 0..contract.operations.len() {
        let mut deriver = Deriver::new(contract, index, wishes);
        deriver.derive();
        gaps.append(&mut deriver.gaps);
        let mut own = deriver.drafts;
        own.sort_by_key(|draft| draft.worth);
        own.truncate(CASES);
        let mut ordinal = (0, 0);
        for draft in own {
            ordinal = if draft.worth == ordinal.0 { (draft.worth, ordinal.1 + 1) } else { (draft.worth, 0) };
            drafts.push((ordinal, index, draft.scenario));
        }
    }
    let nothing = drafts.is_empty();
    drafts.sort_by_key(|(ordinal, index, _)| (*ordinal, *index));
    let wanted = |index: usize, scenario: &Scenario| {
        let operation = &contract.operations[index];
        let ids = scenario.cases.iter().map(|case| case.id.as_str());
        ids.chain([scenario.id.as_str()]).any(|id| wishes.selection.includes(operation, id))
            && !wishes.selection.excludes(operation, &scenario.id)
    };
    let scenarios: Vec<Scenario> = drafts
        .into_iter()
        .filter(|(_, index, scenario)| wanted(*index, scenario))
        .map(|(_, _, scenario)| scenario)
        .collect();
    let mut plan = Plan { seed: wishes.seed, scenarios, gaps };
    if plan.is_empty() {
        let why = contract.untestable.first().map(|one| format!("{}: {}", one.operation, one.why));
        let why = why.or_else(|| plan.gaps.first().map(|gap| format!("{}: {}", gap.operation, gap.why)));
        return Err(match why {
            Some(why) if nothing => PlanError::NothingTestable(why),
            _ => PlanError::NothingSelected,
        });
    }
    if let Some(most) = wishes.max_requests {
        plan.truncate(most);
        if plan.is_empty() {
            return Err(PlanError::NoRoom(most));
        }
    }
    Ok(plan)
}

struct Draft {
    worth: u8,
    scenario: Scenario,
}

/// What a case is about, before it is known what it is worth.
struct About<'a> {
    worth: u8,
    place: Place,
    kind: &'a str,
    variant: &'a str,
    at: &'a str,
    words: String,
}

struct Deriver<'c> {
    contract: &'c Contract,
    operation: &'c Operation,
    index: usize,
    wishes: &'c Wishes,
    drafts: Vec<Draft>,
    gaps: Vec<Gap>,
    ids: HashSet<String>,
    wires: HashSet<(String, String, Vec<(String, String)>, Option<Vec<u8>>, &'static str)>,
}

/// A body that the schema allows, with fresh values wherever they must not come twice.
struct Base {
    value: Value,
    media: MediaType,
    schemas: Vec<String>,
}

impl<'c> Deriver<'c> {
    fn new(contract: &'c Contract, index: usize, wishes: &'c Wishes) -> Deriver<'c> {
        Deriver {
            contract,
            operation: &contract.operations[index],
            index,
            wishes,
            drafts: Vec::new(),
            gaps: Vec::new(),
            ids: HashSet::new(),
            wires: HashSet::new(),
        }
    }

    fn derive(&mut self) {
        let Some(request) = self.request() else { return };
        match self.operation.json_body().cloned() {
            Some(media) => self.with_json(&request, &media),
            None => self.without_json(&request),
        }
    }

    fn gap(&mut self, at: &str, why: impl Into<String>) {
        let operation = self.operation.id.clone();
        self.gaps.push(Gap { operation, at: at.to_owned(), why: why.into() });
    }

    fn random(&self, name: &str) -> Random {
        Random::named(self.wishes.seed, &format!("{}/{name}", self.operation.id))
    }

    fn maker(&self, name: &str, fill: Fill, examples: bool) -> Maker<'c> {
        let root = self.contract.schemas.raw(Side::Request);
        Maker { root, random: self.random(name), fill, examples }
    }

    /// The request with everything but the body.
    fn request(&mut self) -> Option<Request> {
        let mut path = self.operation.path.clone();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for parameter in self.operation.parameters.iter().filter(|parameter| parameter.required) {
            let Some(text) = self.parameter(parameter) else {
                self.gap(
                    &parameter.at,
                    format!("no value can be made for the parameter `{}`", parameter.name),
                );
                return None;
            };
            let encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
            match parameter.location {
                Location::Path => path = path.replace(&format!("{{{}}}", parameter.name), &encoded),
                Location::Query => query
                    .push(format!("{}={encoded}", utf8_percent_encode(&parameter.name, NON_ALPHANUMERIC))),
                Location::Header => headers.push((parameter.name.clone(), text)),
                Location::Cookie => headers.push(("Cookie".into(), format!("{}={encoded}", parameter.name))),
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let credentials = Credentials::Valid;
        Some(Request { method: self.operation.method.clone(), path, headers, body: None, credentials })
    }

    fn parameter(&self, parameter: &Parameter) -> Option<String> {
        let value = match (&parameter.example, &parameter.schema) {
            (Some(example), _) => example.clone(),
            (None, Some(schema)) => {
                let mut maker = self.maker(&parameter.name, Fill::All, true);
                let made = maker.make(std::slice::from_ref(&schema.0))?;
                self.contract.schemas.accepts(schema, Side::Request, &made).then_some(made)?
            }
            (None, None) => Value::from("probity"),
        };
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(match &value {
            Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
            other => text(other),
        })
    }

    fn without_json(&mut self, request: &Request) {
        let at = self.operation.at.clone();
        if let Some(body) = self.operation.body.as_ref().filter(|body| body.required) {
            let names: Vec<&str> = body.content.iter().map(|media| media.name.as_str()).collect();
            self.gap(&body.at, format!("no body can be made yet for {}", names.join(", ")));
        } else {
            let about = About {
                worth: 0,
                place: Place::Path(String::new()),
                kind: "valid",
                variant: "required",
                at: &at,
                words: "only what is required".into(),
            };
            self.single(about, request, None);
            self.credentials(request, None);
        }
        self.methods(request, None);
    }

    fn with_json(&mut self, request: &Request, media: &MediaType) {
        let mut request = request.clone();
        request.headers.insert(0, ("Content-Type".into(), content_type(&media.name)));
        let Some(schema) = &media.schema else {
            self.gap(&media.at, "the body has no schema");
            return;
        };
        let schemas = vec![schema.0.clone()];
        let full = self.base(media, Fill::All);
        let least = self.base(media, Fill::Required);
        let Some(full) = full.or_else(|| least.clone()) else {
            self.gap(&schema.0, "no value can be made that the schema allows");
            return;
        };
        let base = Base { value: full, media: media.clone(), schemas };
        for example in &media.examples {
            let about = About {
                worth: 0,
                place: Place::Body(String::new()),
                kind: "example",
                variant: &example.name,
                at: &example.at,
                words: format!("the documented example `{}`", example.name),
            };
            self.single(
                about,
                &request,
                Some(&|key| fresh_bytes(self.contract, self.operation, &base, &example.value, key)),
            );
        }
        let at = schema.0.clone();
        let about = |worth, variant, words: &str| About {
            worth,
            place: Place::Body(String::new()),
            kind: "valid",
            variant,
            at: &at,
            words: words.into(),
        };
        self.single(
            about(0, "all", "every declared property"),
            &request,
            Some(&|key| fresh_bytes(self.contract, self.operation, &base, &base.value, key)),
        );
        if let Some(least) = &least {
            self.single(
                about(1, "required", "only the required properties"),
                &request,
                Some(&|key| fresh_bytes(self.contract, self.operation, &base, least, key)),
            );
        }
        self.uniqueness(&request, &base);
        self.credentials(&request, Some(&base));
        self.mutations(&request, &base);
        self.malformed(&request, &base);
        self.style(&request, &base);
        self.media_types(&request, &base);
        self.header_parameters(&request, &base);
        self.methods(&request, Some(&base));
        self.combinations(&request, &base);
    }

    fn base(&self, media: &MediaType, fill: Fill) -> Option<Value> {
        let schema = media.schema.as_ref()?;
        let places = std::slice::from_ref(&schema.0);
        let valid = |value: &Value| self.contract.schemas.accepts(schema, Side::Request, value);
        let documented = media.examples.iter().map(|example| &example.value);
        if fill == Fill::All
            && let Some(example) = documented
                .filter(|value| valid(value))
                .max_by_key(|value| value.as_object().map_or(0, serde_json::Map::len))
        {
            let mut value = example.clone();
            let mut maker = self.maker("base", fill, true);
            if let (Some(Value::Object(made)), Some(members)) = (maker.make(places), value.as_object_mut()) {
                let before = members.clone();
                for (name, made) in made {
                    members.entry(name).or_insert(made);
                }
                if !valid(&value) {
                    value = Value::Object(before);
                }
            }
            return Some(value);
        }
        let tries = [(fill, true), (fill, false)].into_iter().chain((0..20).map(|_| (Fill::Random, false)));
        tries.enumerate().find_map(|(index, (fill, examples))| {
            let mut maker = self.maker(&format!("base/{index}"), fill, examples);
            maker.make(places).filter(valid)
        })
    }

    /// Adds a scenario of one case, unless it was already on the wire.
    fn single(&mut self, about: About<'_>, request: &Request, body: Option<&dyn Fn(&str) -> Vec<u8>>) {
        let key = format!("{}/{}/{}", about.place, about.kind, about.variant);
        let wire = (
            request.method.clone(),
            request.path.clone(),
            request.headers.clone(),
            body.map(|body| body("")),
            request.credentials.name(),
        );
        if !self.wires.insert(wire) {
            return;
        }
        let worth = about.worth;
        let request = Request { body: body.map(|body| body(&key)), ..request.clone() };
        let case = self.case(about, request, None);
        let scenario = Scenario { id: case.id.clone(), cases: vec![case] };
        self.drafts.push(Draft { worth, scenario });
    }

    /// A labelled case; `expectation` overrides the label where state decides.
    fn case(&mut self, about: About<'_>, request: Request, expectation: Option<Expectation>) -> Case {
        let expectation = expectation.unwrap_or_else(|| {
            let mut label = label(self.contract, self.operation, &request);
            if request.method == "OPTIONS" && request.method != self.operation.method {
                label = Label {
                    verdict: Verdict::Either,
                    faults: Vec::new(),
                    silent: vec!["OPTIONS may be answered for every resource".into()],
                };
            }
            expect::expectation(self.operation, label)
        });
        let fault =
            expectation.faults.iter().find(|fault| fault.place == about.place).or(expectation.faults.first());
        let name = fault.map_or(about.kind, |fault| fault.cause.name());
        let at = fault.map_or(about.at, |fault| fault.at.as_str()).to_owned();
        let verdict = expectation.verdict.name();
        let mut id = format!("{}/{verdict}/{}/{name}", self.operation.id, about.place);
        let mut cause = name.to_owned();
        if about.variant != name {
            id = format!("{id}/{}", about.variant);
            if fault.is_none() {
                cause = format!("{cause}/{}", about.variant);
            }
        }
        let id = self.unused(&safe(&id));
        Case {
            id,
            operation: self.index,
            request,
            expectation,
            place: about.place,
            cause,
            at,
            about: about.words,
            given: Vec::new(),
        }
    }

    fn unused(&mut self, id: &str) -> String {
        let mut name = id.to_owned();
        let mut number = 2;
        while !self.ids.insert(name.clone()) {
            name = format!("{id}-{number}");
            number += 1;
        }
        name
    }

    fn mutations(&mut self, request: &Request, base: &Base) {
        let mut maker = self.maker("mutations", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, &base.value);
        let many = spots.len() > 24;
        for (index, spot) in spots.iter().enumerate() {
            for mutation in mutate::mutations(&mut maker, spot) {
                // In large bodies odd values are dealt out over the places; violations go everywhere.
                if many && mutation.worth >= 8 && !index.is_multiple_of(usize::from(mutation.worth)) {
                    continue;
                }
                self.mutation(request, base, spot, &mutation);
            }
        }
    }

    fn mutation(&mut self, request: &Request, base: &Base, spot: &Spot, mutation: &mutate::Mutation) {
        let words = format!("{} {}", mutation.kind, mutation.variant);
        let about = About {
            worth: mutation.worth,
            place: Place::Body(mutation.at.clone()),
            kind: mutation.kind,
            variant: &mutation.variant,
            at: &spot.flat.at,
            words,
        };
        let body = |key: &str| {
            let value = with_fresh(self.contract, self.operation, base, &base.value, key);
            let own = self.operation.behaviour.unique.iter().find(|unique| unique.field == mutation.at);
            let fresh = own.and_then(|unique| value.pointer(&unique.field));
            mutate::apply(&value, &mutation.at, &mutation.change, fresh).into_bytes()
        };
        self.single(about, request, Some(&body));
    }

    fn malformed(&mut self, request: &Request, base: &Base) {
        let names: Vec<&str> = odd::malformed("{\"a\":1}").into_iter().map(|(name, _)| name).collect();
        for (index, name) in names.into_iter().enumerate() {
            let about = About {
                worth: if index < 2 {
                    4
                } else if index < 7 {
                    7
                } else {
                    10
                },
                place: Place::Body(String::new()),
                kind: "malformed",
                variant: name,
                at: &base.media.at,
                words: format!("a body that is {}", name.replace('-', " ")),
            };
            let body = |key: &str| {
                let valid = with_fresh(self.contract, self.operation, base, &base.value, key).to_string();
                odd::malformed(&valid).into_iter().nth(index).map(|(_, bytes)| bytes).unwrap_or_default()
            };
            self.single(about, request, Some(&body));
        }
        let bom = |key: &str| {
            let mut bytes = b"\xef\xbb\xbf".to_vec();
            bytes.extend(fresh_bytes(self.contract, self.operation, base, &base.value, key));
            bytes
        };
        let about = About {
            worth: 11,
            place: Place::Body(String::new()),
            kind: "style",
            variant: "byte-order-mark",
            at: &base.media.at,
            words: "a byte order mark before the document".into(),
        };
        self.single(about, request, Some(&bom));
    }

    fn style(&mut self, request: &Request, base: &Base) {
        type Style = fn(&Value) -> String;
        let styles: [(&str, &str, Style); 3] = [
            ("white-space", "white space wherever JSON allows it", |value| {
                format!("\r\n\t {} \n", serde_json::to_string_pretty(value).unwrap_or_default())
            }),
            ("reversed-keys", "the members in reverse order", |value| match value {
                Value::Object(members) => {
                    Value::Object(members.clone().into_iter().rev().collect()).to_string()
                }
                other => other.to_string(),
            }),
            ("escaped", "letters written as escapes", |value| escaped(&value.to_string())),
        ];
        for (variant, words, style) in styles {
            let about = About {
                worth: 8,
                place: Place::Body(String::new()),
                kind: "style",
                variant,
                at: &base.media.at,
                words: words.into(),
            };
            let body = |key: &str| {
                style(&with_fresh(self.contract, self.operation, base, &base.value, key)).into_bytes()
            };
            self.single(about, request, Some(&body));
        }
    }

    fn media_types(&mut self, request: &Request, base: &Base) {
        let own = content_type(&base.media.name);
        let kinds: [(u8, &str, Option<String>); 8] = [
            (5, "text-plain", Some("text/plain".into())),
            (7, "xml", Some("application/xml".into())),
            (7, "form", Some("application/x-www-form-urlencoded".into())),
            (9, "none", None),
            (8, "charset-utf-8", Some(format!("{own}; charset=utf-8"))),
            (9, "upper-case", Some(own.to_ascii_uppercase())),
            (11, "no-such-type", Some("application/x-probity".into())),
            (11, "multipart", Some("multipart/form-data; boundary=probity".into())),
        ];
        for (worth, variant, kind) in kinds {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            request.headers.extend(kind.clone().map(|kind| ("Content-Type".into(), kind)));
            let words = kind.map_or("no media type".into(), |kind| format!("the media type {kind}"));
            let about = About {
                worth,
                place: Place::MediaType,
                kind: "media-type",
                variant,
                at: &base.media.at,
                words,
            };
            self.single(
                about,
                &request,
                Some(&|key| fresh_bytes(self.contract, self.operation, base, &base.value, key)),
            );
        }
    }

    fn header_parameters(&mut self, request: &Request, base: &Base) {
        let parameters =
            self.operation.parameters.iter().filter(|parameter| parameter.location == Location::Header);
        for parameter in parameters {
            let mut request = request.clone();
            let present = request.header(&parameter.name).is_some();
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&parameter.name));
            let (worth, variant, words) = if present {
                (3, "absent", format!("without the header `{}`", parameter.name))
            } else {
                let Some(text) = self.parameter(parameter) else { continue };
                if http::HeaderValue::from_str(&text).is_err() {
                    continue;
                }
                request.headers.push((parameter.name.clone(), text));
                (9, "present", format!("with the header `{}`", parameter.name))
            };
            let about = About {
                worth,
                place: Place::Header(parameter.name.clone()),
                kind: "header",
                variant,
                at: &parameter.at,
                words,
            };
            self.single(
                about,
                &request,
                Some(&|key| fresh_bytes(self.contract, self.operation, base, &base.value, key)),
            );
        }
    }

    fn credentials(&mut self, request: &Request, base: Option<&Base>) {
        if self.operation.is_open() {
            return;
        }
        let kinds = [
            (3, Credentials::None, "no credentials"),
            (4, Credentials::Wrong, "a wrong password or an altered token"),
            (6, Credentials::Unknown, "credentials that nobody has"),
            (7, Credentials::Other, "credentials that nobody has, of another scheme"),
            (8, Credentials::WrongScheme, "the right credentials under a scheme that does not exist"),
            (8, Credentials::Empty, "empty credentials"),
            (8, Credentials::Malformed, "credentials that do not have the form of the scheme"),
        ];
        for (worth, credentials, words) in kinds {
            if credentials == Credentials::Other && self.operation.security.len() < 2 {
                continue;
            }
            let request = Request { credentials, ..request.clone() };
            let at = self.operation.at.clone();
            let about = About {
                worth,
                place: Place::Credentials,
                kind: "credentials",
                variant: credentials.name(),
                at: &at,
                words: words.into(),
            };
            match base {
                Some(base) => self.single(
                    about,
                    &request,
                    Some(&|key| fresh_bytes(self.contract, self.operation, base, &base.value, key)),
                ),
                None => self.single(about, &request, None),
            }
        }
    }

    fn methods(&mut self, request: &Request, base: Option<&Base>) {
        let first = self.contract.operations.iter().find(|other| other.path == self.operation.path);
        if first.is_some_and(|first| first.id != self.operation.id) {
            return;
        }
        let changing: &[&str] = if self.wishes.changing_methods { &["PUT", "PATCH", "DELETE"] } else { &[] };
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"].iter().chain(changing).copied() {
            let declared = |name: &str| self.operation.path_methods.iter().any(|known| known == name);
            if declared(method) || (method == "HEAD" && declared("GET")) {
                continue;
            }
            let with_body = base.filter(|_| matches!(method, "PUT" | "PATCH"));
            let mut request = Request { method: method.into(), body: None, ..request.clone() };
            request
                .headers
                .retain(|(name, _)| with_body.is_some() || !name.eq_ignore_ascii_case("content-type"));
            let at = self.operation.at.clone();
            let about = About {
                worth: 8,
                place: Place::Method,
                kind: "method",
                variant: method,
                at: &at,
                words: format!("{method}, which the path does not declare"),
            };
            match with_body {
                Some(base) => self.single(
                    about,
                    &request,
                    Some(&|key| fresh_bytes(self.contract, self.operation, base, &base.value, key)),
                ),
                None => self.single(about, &request, None),
            }
        }
    }

    fn combinations(&mut self, request: &Request, base: &Base) {
        for number in 0..RANDOM_VALID {
            let name = format!("random/{number}");
            let mut maker = self.maker(&name, Fill::Random, false);
            let Some(value) = maker.make(&base.schemas) else { continue };
            let variant = number.to_string();
            let about = About {
                worth: 12,
                place: Place::Body(String::new()),
                kind: "random",
                variant: &variant,
                at: &base.media.at,
                words: "random values".into(),
            };
            self.single(
                about,
                request,
                Some(&|key| fresh_bytes(self.contract, self.operation, base, &value, key)),
            );
        }
        let mut maker = self.maker("double", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, &base.value);
        let simple: Vec<mutate::Mutation> = spots
            .iter()
            .flat_map(|spot| mutate::mutations(&mut maker, spot))
            .filter(|mutation| {
                !mutation.at.is_empty() && matches!(mutation.change, Change::Set(_) | Change::Remove)
            })
            .collect();
        for number in 0..RANDOM_DOUBLE {
            let mut random = self.random(&format!("double/{number}"));
            let (Some(one), Some(two)) = (random.choose(&simple), random.choose(&simple)) else { return };
            if one.at == two.at || one.at.starts_with(&two.at) || two.at.starts_with(&one.at) {
                continue;
            }
            let body = |key: &str| {
                let value = with_fresh(self.contract, self.operation, base, &base.value, key);
                let once = mutate::apply(&value, &one.at, &one.change, None);
                let once: Value = serde_json::from_str(&once).unwrap_or(value);
                mutate::apply(&once, &two.at, &two.change, None).into_bytes()
            };
            let variant = number.to_string();
            let words = format!("{} at {} and {} at {}", one.variant, one.at, two.variant, two.at);
            let about = About {
                worth: 12,
                place: Place::Body(String::new()),
                kind: "two",
                variant: &variant,
                at: &base.media.at,
                words,
            };
            self.single(about, request, Some(&body));
        }
    }

    /// The scenarios that a unique field implies.
    fn uniqueness(&mut self, request: &Request, base: &Base) {
        for unique in &self.operation.behaviour.unique {
            if base.value.pointer(&unique.field).is_none() {
                continue;
            }
            let mut scene = Scene::new(self, request, base, &unique.field);
            if !scene.carries_run() {
                let field = unique.field.clone();
                self.gap(&base.media.at, format!("values of `{field}` leave no room for the identity of a run, so that repeating them cannot be tested"));
                continue;
            }
            scene.all(unique.case);
        }
    }
}

/// Derives the scenarios of one unique field.
struct Scene<'d, 'c> {
    deriver: &'d mut Deriver<'c>,
    request: &'d Request,
    base: &'d Base,
    field: &'d str,
    at: String,
}

impl<'d, 'c> Scene<'d, 'c> {
    fn new(deriver: &'d mut Deriver<'c>, request: &'d Request, base: &'d Base, field: &'d str) -> Self {
        let index = deriver.operation.behaviour.unique.iter().position(|unique| unique.field == field);
        let at = format!("{}/x-probity/unique/{}", deriver.operation.at, index.unwrap_or(0));
        Scene { deriver, request, base, field, at }
    }

    fn value(&self, key: &str) -> Value {
        with_fresh(self.deriver.contract, self.deriver.operation, self.base, &self.base.value, key)
    }

    fn carries_run(&self) -> bool {
        let text = self.value("probe").to_string();
        text.contains(super::RUN)
    }

    fn all(&mut self, case: crate::contract::Case) {
        let expected = expect::repeated(self.deriver.operation, self.field, &self.at);
        let again = |name: &'static str, others: usize| (name, others);
        for (worth, (name, others)) in
            [(2, again("again", 0)), (5, again("after-another", 1)), (8, again("after-several", 4))]
        {
            let first = self.value(name);
            let mut steps = vec![("first", first.clone(), None)];
            steps
                .extend((0..others).map(|number| ("another", self.value(&format!("{name}/{number}")), None)));
            steps.push(("repeated", first.clone(), Some(expected.clone())));
            if others == 0 {
                // Being refused once must not make the value free.
                steps.push(("repeated", first, Some(expected.clone())));
            }
            self.scenario(worth, name, steps);
        }
        let first = self.value("other-fields");
        if let Some(changed) = self.changed(&first) {
            let steps = vec![("first", first, None), ("repeated", changed, Some(expected.clone()))];
            self.scenario(4, "with-other-fields", steps);
        }
        let unsaid = |what: &str| Expectation {
            verdict: Verdict::Either,
            statuses: Vec::new(),
            codes: Vec::new(),
            faults: Vec::new(),
            silent: vec![format!("whether values that differ only in {what} are the same is not said")],
        };
        let first = self.value("case");
        if let Some(text) = first.pointer(self.field).and_then(Value::as_str) {
            let mut other = first.clone();
            mutate::put(&mut other, self.field, Value::from(text.to_uppercase()));
            let expectation = match case {
                crate::contract::Case::Sensitive => None,
                crate::contract::Case::Insensitive => Some(expected.clone()),
                crate::contract::Case::Unknown => Some(unsaid("case")),
            };
            self.scenario(
                6,
                "other-case",
                vec![("first", first.clone(), None), ("other-case", other, expectation)],
            );
            let plain = self.value("accents");
            let text = plain.pointer(self.field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let expectation = (case != crate::contract::Case::Sensitive).then(|| unsaid("accents"));
            let mut steps = vec![("first", plain.clone(), None)];
            for letter in ["\u{f6}", "\u{f8}"] {
                let mut accented = plain.clone();
                mutate::put(&mut accented, self.field, Value::from(text.replacen('o', letter, 1)));
                steps.push(("other-accents", accented, expectation.clone()));
            }
            if text.contains('o') {
                self.scenario(8, "other-accents", steps);
            }
        }
        self.after_refusal();
        self.after_stranger();
    }

    /// A create that was refused must not take the name.
    fn after_refusal(&mut self) {
        for (name, absent) in [("after-refusal", false), ("after-incomplete", true)] {
            let valid = self.value(name);
            let mut invalid = valid.clone();
            let Some(members) = invalid.as_object_mut() else { return };
            let own = self.field.trim_start_matches('/');
            let Some(other) = members.keys().find(|name| name.as_str() != own).cloned() else { return };
            if absent {
                members.shift_remove(&other);
            } else {
                members.insert(other, serde_json::json!({"probity": [true]}));
            }
            let refused = self.request(&invalid);
            if label(self.deriver.contract, self.deriver.operation, &refused).verdict == Verdict::Reject {
                self.scenario(6, name, vec![("refused", invalid, None), ("valid", valid, None)]);
            }
        }
    }

    /// Nor must one that came without credentials.
    fn after_stranger(&mut self) {
        if !self.deriver.operation.is_open() {
            let valid = self.value("after-stranger");
            self.scenario(
                6,
                "after-stranger",
                vec![("stranger", valid.clone(), None), ("valid", valid, None)],
            );
        }
    }

    fn request(&self, value: &Value) -> Request {
        Request { body: Some(value.to_string().into_bytes()), ..self.request.clone() }
    }

    /// The same unique value with everything else different, as far as the schema allows.
    fn changed(&self, first: &Value) -> Option<Value> {
        let media = self.base.media.schema.as_ref()?;
        (0..20).find_map(|number| {
            let mut maker = self.deriver.maker(&format!("other-fields/{number}"), Fill::Random, false);
            let mut value = maker.make(&self.base.schemas)?;
            mutate::put(&mut value, self.field, first.pointer(self.field)?.clone());
            let valid = self.deriver.contract.schemas.accepts(media, Side::Request, &value);
            let accepted = label(self.deriver.contract, self.deriver.operation, &self.request(&value))
                .verdict
                == Verdict::Accept;
            (valid && accepted && value != *first).then_some(value)
        })
    }

    fn scenario(&mut self, worth: u8, name: &str, steps: Vec<(&str, Value, Option<Expectation>)>) {
        let place = Place::Body(self.field.to_owned());
        let last = steps.len() - 1;
        let mut cases: Vec<Case> = Vec::new();
        for (index, (step, value, expectation)) in steps.into_iter().enumerate() {
            let mut request = self.request(&value);
            if step == "stranger" {
                request.credentials = Credentials::None;
            }
            let variant =
                if index == last { name.to_owned() } else { format!("{name}-{step}-{}", index + 1) };
            let words = match step {
                "repeated" => format!(
                    "a value of `{}` that was accepted before, {}",
                    self.field,
                    name.replace('-', " ")
                ),
                "other-case" => {
                    format!("a value of `{}` that differs from an accepted one only in case", self.field)
                }
                "other-accents" => {
                    format!("a value of `{}` that differs from an accepted one only in accents", self.field)
                }
                "stranger" => "no credentials".into(),
                "valid" => format!("a value of `{}` whose create was refused before", self.field),
                other => format!("{other} value of `{}`", self.field),
            };
            let at = self.at.clone();
            let about =
                About { worth, place: place.clone(), kind: "unique", variant: &variant, at: &at, words };
            let depends = expectation.as_ref().is_some_and(|expectation| {
                expectation.faults.iter().any(|fault| fault.cause == Cause::Repeated)
            });
            let mut case = self.deriver.case(about, request, expectation);
            if depends {
                case.given = vec![super::Given { step: 0, accepted: true }];
            } else if step == "valid" {
                case.given = vec![super::Given { step: 0, accepted: false }];
            }
            cases.push(case);
        }
        let id = cases.last().map(|case| case.id.clone()).unwrap_or_default();
        self.deriver.drafts.push(Draft { worth, scenario: Scenario { id, cases } });
    }
}

fn fresh_bytes(contract: &Contract, operation: &Operation, base: &Base, value: &Value, key: &str) -> Vec<u8> {
    with_fresh(contract, operation, base, value, key).to_string().into_bytes()
}

/// A body whose unique fields hold values that no other case has.
fn with_fresh(contract: &Contract, operation: &Operation, base: &Base, value: &Value, key: &str) -> Value {
    let mut value = value.clone();
    let root = contract.schemas.raw(Side::Request);
    for field in &operation.behaviour.unique {
        if value.pointer(&field.field).is_none_or(Value::is_null) {
            continue;
        }
        let mut maker = Maker { root, random: Random::named(0, ""), fill: Fill::All, examples: true };
        let mut places = base.schemas.clone();
        for token in crate::json::pointer::tokens(&field.field) {
            let flat = maker.choose(&places);
            places = flat.properties.get(token.as_ref()).cloned().unwrap_or(flat.items);
        }
        let flat = maker.choose(&places);
        let fresh = unique::fresh(&flat, &format!("{}/{key}", operation.id));
        if let Some(fresh) = fresh {
            mutate::put(&mut value, &field.field, fresh);
        }
    }
    value
}

fn content_type(documented: &str) -> String {
    if documented.contains('*') { "application/json".into() } else { documented.to_owned() }
}

fn escaped(json: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    let mut before = ' ';
    for c in json.chars() {
        if c == '"' && before != '\\' {
            inside = !inside;
        }
        if inside && c.is_ascii_lowercase() && before != '\\' && "aeiou".contains(c) {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
        before = c;
    }
    text
}

/// An identity that is safe as a path and readable.
fn safe(id: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "/._-~".contains(c) { c } else { '-' };
    id.chars().map(keep).collect::<String>().replace("..", "-").replace("//", "/-/")
}
