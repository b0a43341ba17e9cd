//! The scenarios that a unique field implies. Each kind of them has a file.

mod alike;
mod at_once;
mod refused;
mod repeats;
mod shared;

use super::base::Base;
use super::{About, Deriver};
use crate::cause::Cause;
use crate::contract::Distinction;
use crate::contract::extension::Unique;
use crate::exchange::{CredentialKind, Request};
use crate::json;
use crate::plan::{Case, Expectation, Label, Place, Precondition, Scenario, Verdict, expect};
use serde_json::Value;

impl Deriver<'_> {
    /// The scenarios that the unique fields imply.
    pub(super) fn uniqueness(&mut self, request: &Request, base: &Base) {
        let unique = &self.operation.behaviour.unique;
        if self.operation.method != "POST" && !unique.is_empty() {
            let why = "values are unique among resources, and no second one is known to be there: whether a value is taken twice is not tried";
            self.gap(&self.operation.behaviour.at.unique.clone(), why);
            return;
        }
        for (index, unique) in unique.iter().enumerate() {
            if base.full.pointer(&unique.field).is_none() {
                continue;
            }
            let at = format!("{}/{index}", self.operation.behaviour.at.unique);
            let mut scene = Scene { deriver: self, request, base, unique, first: index == 0, at };
            if !base.has_source(&unique.field) {
                let why = format!("values of `{}` leave no room for as many as cases need", unique.field);
                self.gap(&base.media.at, format!("{why}, so that repeating them cannot be tested"));
                continue;
            }
            if !scene.deriver.labeller.sample.is_in(&scene.value("probe").to_string()) {
                let why = format!("values of `{}` leave no room for the ten digits of a run", unique.field);
                scene.deriver.gap(
                    &base.media.at,
                    format!(
                        "{why}: what an earlier run with the same seed left behind makes repeats of them"
                    ),
                );
            }
            scene.repeats();
            scene.at_once();
            scene.refused();
            scene.alike();
            scene.shared();
        }
    }
}

/// Derives the scenarios of one unique field.
struct Scene<'d, 'c> {
    deriver: &'d mut Deriver<'c>,
    request: &'d Request,
    base: &'d Base,
    unique: &'d Unique,
    /// Whether it is the first of the operation's unique fields.
    first: bool,
    at: String,
}

/// One request of a scenario.
struct Step {
    name: &'static str,
    value: Value,
    words: String,
    /// What must come of it, if its label does not tell.
    expectation: Option<Expectation>,
    /// The outcome of the first step that the expectation takes for granted.
    given: Option<bool>,
    credentials: CredentialKind,
    /// The media type that the body is said to have, if not its own.
    media_type: Option<&'static str>,
}

impl Step {
    /// A request whose label tells what must come of it.
    fn new(name: &'static str, value: Value, words: impl Into<String>) -> Step {
        let words = words.into();
        let credentials = CredentialKind::Valid;
        Step { name, value, words, expectation: None, given: None, credentials, media_type: None }
    }

    fn expecting(self, expectation: Expectation) -> Step {
        Step { expectation: Some(expectation), ..self }
    }

    /// Means nothing unless the first step was accepted (or refused).
    fn given(self, accepted: bool) -> Step {
        Step { given: Some(accepted), ..self }
    }

    fn with(self, credentials: CredentialKind) -> Step {
        Step { credentials, ..self }
    }
}

impl Scene<'_, '_> {
    /// A body with a value that nothing else has.
    fn value(&self, key: &str) -> Value {
        let value = self.base.around(self.field());
        if self.first {
            self.base.fresh(&value, key)
        } else {
            self.base.fresh(&value, &format!("{}/{key}", self.field()))
        }
    }

    /// The same with other values in every other unique field: only this one is repeated.
    fn only_this(&self, value: &Value, key: &str) -> Value {
        self.base.but(self.field(), value, &format!("{}/{key}/again", self.field()))
    }

    fn field(&self) -> &str {
        &self.unique.field
    }

    fn request(&self, value: &Value) -> Request {
        Request { body: Some(self.deriver.labeller.text(json::compact(value))), ..self.request.clone() }
    }

    /// What the value by itself asks for, whatever was sent before.
    fn label(&self, value: &Value) -> Label {
        self.deriver.labeller.label(self.deriver.operation, &self.request(value))
    }

    fn verdict(&self, value: &Value) -> Verdict {
        self.label(value).verdict
    }

    /// What must come of a value that was accepted before.
    fn repeated(&self) -> Expectation {
        expect::repeated(self.deriver.operation, self.field(), &self.at)
    }

    /// The same where every unique value comes again.
    fn all_repeated(&self) -> Expectation {
        let mut expectation = self.repeated();
        for other in self.base.others(self.field()) {
            let more = expect::repeated(self.deriver.operation, other, &self.at);
            expectation.codes.extend(more.codes);
            expectation.statuses.extend(more.statuses);
        }
        expectation.codes.sort();
        expectation.codes.dedup();
        expectation.statuses.sort();
        expectation.statuses.dedup();
        expectation
    }

    /// The first step of most scenarios.
    fn first(&self, value: Value) -> Step {
        Step::new("first", value, format!("first value of `{}`", self.field()))
    }

    /// A value that differs from that of the first step in one respect, and what must come of
    /// it if the contract says that this respect does (or does not) make a difference.
    fn differing(&self, name: &'static str, value: Value, respect: &str, makes: Distinction) -> Step {
        let words =
            format!("a value of `{}` that differs from an accepted one only in {respect}", self.field());
        let step = Step::new(name, value, words);
        match makes {
            Distinction::Sensitive => step,
            Distinction::Insensitive => step.expecting(self.repeated()).given(true),
            Distinction::Unknown => step.expecting(Expectation::either(format!(
                "whether values that differ only in {respect} are the same is not said"
            ))),
        }
    }

    fn scenario(&mut self, worth: u8, name: &str, steps: Vec<Step>) {
        self.together(worth, name, 0, steps);
    }

    /// A scenario of which the first steps are sent at once.
    fn together(&mut self, worth: u8, name: &str, at_once: usize, steps: Vec<Step>) {
        let last = steps.len().saturating_sub(1);
        let mut cases: Vec<Case> = Vec::new();
        for (index, step) in steps.into_iter().enumerate() {
            let variant =
                if index == last { name.to_owned() } else { format!("{name}-{}-{}", step.name, index + 1) };
            cases.push(self.case(worth, &variant, step));
        }
        self.draft(worth, cases, at_once);
    }

    fn case(&mut self, worth: u8, variant: &str, step: Step) -> Case {
        let mut request = Request { credentials: step.credentials, ..self.request(&step.value) };
        if let Some(kind) = step.media_type {
            let fields = request.parts_mut().fields.iter_mut();
            let own = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            own.for_each(|(_, value)| *value = kind.into());
        }
        let place = Place::Body(self.field().to_owned());
        let about = About { worth, place, kind: "unique", variant, at: &self.at, words: step.words };
        let mut case = self.deriver.case(about, request, step.expectation);
        case.preconditions =
            step.given.map(|accepted| Precondition { step: 0, accepted }).into_iter().collect();
        case
    }

    fn draft(&mut self, worth: u8, cases: Vec<Case>, at_once: usize) {
        let Some(id) = cases.last().map(|case| case.id.clone()) else { return };
        let scenario = Scenario { cases, at_once, ..Scenario::of(id, self.deriver.index) };
        self.deriver.draft(worth, scenario);
    }
}
