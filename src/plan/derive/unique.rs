//! The scenarios that a unique field implies.

use super::base::Base;
use super::{About, Deriver, Draft};
use crate::contract::{Case as Letters, Cause, Side};
use crate::plan::generate::mutate;
use crate::plan::generate::value::Fill;
use crate::plan::{Case, Credentials, Expectation, Given, Place, RUN, Request, Scenario, Verdict, expect};
use serde_json::{Value, json};

impl Deriver<'_> {
    /// The scenarios that a unique field implies.
    pub(super) fn uniqueness(&mut self, request: &Request, base: &Base) {
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
        self.base.fresh(&self.base.value, key)
    }

    fn carries_run(&self) -> bool {
        let text = self.value("probe").to_string();
        text.contains(RUN)
    }

    fn all(&mut self, case: Letters) {
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
                Letters::Sensitive => None,
                Letters::Insensitive => Some(expected.clone()),
                Letters::Unknown => Some(unsaid("case")),
            };
            self.scenario(
                6,
                "other-case",
                vec![("first", first.clone(), None), ("other-case", other, expectation)],
            );
            let plain = self.value("accents");
            let text = plain.pointer(self.field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let expectation = (case != Letters::Sensitive).then(|| unsaid("accents"));
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
                members.insert(other, json!({"probity": [true]}));
            }
            let refused = self.request(&invalid);
            if self.deriver.labeller.label(self.deriver.operation, &refused).verdict == Verdict::Reject {
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
            let accepted = self.deriver.labeller.label(self.deriver.operation, &self.request(&value)).verdict
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
                case.given = vec![Given { step: 0, accepted: true }];
            } else if step == "valid" {
                case.given = vec![Given { step: 0, accepted: false }];
            }
            cases.push(case);
        }
        let id = cases.last().map(|case| case.id.clone()).unwrap_or_default();
        self.deriver.drafts.push(Draft { worth, scenario: Scenario { id, cases, at_once: 0 } });
    }
}
