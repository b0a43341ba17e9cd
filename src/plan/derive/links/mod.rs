//! Links: what an answer leads to is asked for, and shows what was created.

use super::base::Base;
use super::{About, Deriver};
use crate::contract::Operation;
use crate::contract::link::{Lead, Link, Supplied};
use crate::exchange::{CredentialKind, Request};
use crate::generate::value::Fill;
use crate::json::pointer;
use crate::plan::{Case, Expectation, Follow, Place, Precondition, Scenario, Verdict, expect};
use serde_json::Value;

/// How soon it is worth to follow a link.
const WORTH: u8 = 2;

/// Two cases of letters, markup, quotes, and letters beyond ASCII and beyond Latin-1.
const TELLING: &str = " Ab <\u{df}> & \"\u{d1}and\u{fa}\" \u{5b57}";

/// So many texts of a body are made telling.
const TEXTS: usize = 8;

/// The operation that a link belongs to, and where it leads.
struct Way<'c> {
    source: usize,
    link: &'c Link,
    lead: &'c Lead,
}

impl<'c> Deriver<'c> {
    /// Tells which links of this operation lead nowhere, or to what is not asked for.
    pub(super) fn astray(&mut self) {
        let operation = self.operation;
        for link in links(operation) {
            match &link.leads {
                Err(astray) => self.gap(&astray.at, astray.why.clone()),
                Ok(lead) => {
                    let other = self.contract.operations.iter().find(|other| other.at == lead.operation);
                    let name = pointer::tokens(&link.at).last().unwrap_or_default();
                    match other {
                        None => self.gap(&link.at, "the link leads to an operation that cannot be tested"),
                        Some(other) if other.method != "GET" => {
                            let (id, method) = (&other.id, &other.method);
                            let why =
                                format!("the link `{name}` leads to `{id}`, and {method} is not followed");
                            self.gap(&link.at, why);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }

    /// The scenarios in which this operation is reached through the links of others. Only what
    /// changes nothing is asked for.
    pub(super) fn reads(&mut self) {
        if self.operation.method != "GET" {
            return;
        }
        let contract = self.contract;
        for (source, other) in contract.operations.iter().enumerate() {
            let mut known: Vec<&str> = Vec::new();
            for link in links(other) {
                let Ok(lead) = &link.leads else { continue };
                // Several answers may share one link.
                if lead.operation == self.operation.at && !known.contains(&link.at.as_str()) {
                    known.push(&link.at);
                    self.read(&Way { source, link, lead });
                }
            }
        }
    }

    fn read(&mut self, way: &Way<'c>) {
        let mut there = Deriver::new(self.labeller, way.source, (self.wishes, self.ways), self.choices);
        let parameters = self.suppliable(way.lead);
        let Some(read) = self.following_request(&parameters) else { return };
        // Two, so that data of the one that shows in place of the other's is seen.
        let count = if there.operation.method == "POST" { 2 } else { 1 };
        let mut cases = Vec::new();
        for number in 0..count {
            cases.extend(there.leading(self.operation, way.link, number));
        }
        if cases.len() < count {
            return;
        }
        for step in 0..count {
            let follow = Follow { step, link: way.link.at.clone(), parameters: parameters.clone() };
            cases.push(self.following(there.operation, way.link, read.clone(), follow));
        }
        let id = cases[count].id.clone();
        if way.link.read_back.is_some() && !self.operation.is_open() {
            // Only of what is there can be told whether a stranger sees it.
            let read = Request { credentials: CredentialKind::None, ..read };
            let follow = Follow { step: 0, link: way.link.at.clone(), parameters };
            cases.push(self.stranger(there.operation, way.link, read, follow));
        }
        self.draft(WORTH, Scenario { cases, ..Scenario::of(id, self.index) });
    }

    /// What a link gives that a request has a place for.
    fn suppliable(&self, lead: &Lead) -> Vec<Supplied> {
        let sendable = |one: &&Supplied| {
            let own = self.operation.parameters.iter().find(|parameter| one.is(parameter));
            own.is_some_and(|parameter| !super::is_reserved(parameter))
        };
        lead.parameters.iter().filter(sendable).cloned().collect()
    }

    /// A request whose answer has the link.
    fn leading(&mut self, target: &Operation, link: &Link, number: usize) -> Option<Case> {
        let mut request = self.request()?;
        if let Some(media) = self.operation.json_body().cloned() {
            let base = self.base(&media, Fill::All).or_else(|| self.base(&media, Fill::Required))?;
            let base = Base::new(self, base, media.clone());
            let kind = super::body::content_type(&media.name);
            request.parts_mut().fields.insert(0, ("Content-Type".into(), kind.into()));
            let key = format!("link/{}/{}/{number}", target.id, link.name);
            let value = base.fresh(&base.whole, &key);
            request.body = Some(self.labeller.text(value.to_string()));
            if number > 0 {
                request = self.telling(request, value);
            }
        } else if self.operation.body.as_ref().is_some_and(|body| body.required) {
            return None;
        }
        let (variant, words) = match number {
            0 => ("first", "what a link leads on from"),
            _ => ("another", "another of the kind that a link leads on from"),
        };
        let about = about(&target.id, link, variant, words.to_owned());
        Some(self.case(about, request, None))
    }

    /// The same request with texts that show when they are not kept to the letter, as far as they
    /// are as valid.
    pub(super) fn telling(&self, mut request: Request, mut value: Value) -> Request {
        let accepted =
            |request: &Request| self.labeller.label(self.operation, request).verdict == Verdict::Accept;
        if !accepted(&request) {
            return request;
        }
        let names: Vec<String> =
            value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in names.into_iter().take(TEXTS) {
            let Some(text) = value[&name].as_str() else { continue };
            let mut changed = value.clone();
            changed[&name] = Value::from(format!("{text}{TELLING}"));
            let tried = Request { body: Some(self.labeller.text(changed.to_string())), ..request.clone() };
            if accepted(&tried) {
                (request, value) = (tried, changed);
            }
        }
        request
    }

    /// The request that a link leads to.
    fn following(&mut self, source: &Operation, link: &Link, request: Request, follow: Follow) -> Case {
        let label = self.labeller.label(self.operation, &request);
        let mut expectation = expect::expectation(self.operation, label);
        if expectation.verdict == Verdict::Accept && link.read_back.is_none() {
            expectation = Expectation {
                verdict: Verdict::Either,
                statuses: Vec::new(),
                silent: vec!["a link does not promise that what it leads to can be reached".into()],
                ..expectation
            };
        }
        let variant = if follow.step == 0 { link.name.as_str() } else { "another" };
        let words = format!("what `{}` answered, through the link `{}`", source.id, link.name);
        let about = about(&source.id, link, variant, words);
        let mut case = self.case(about, request, Some(expectation));
        case.preconditions = vec![Precondition { step: follow.step, accepted: true }];
        (case.follows, case.needs) = (Some(follow), None);
        case
    }
}

impl Deriver<'_> {
    /// The request that a link leads to, from somebody who does not say who it is.
    fn stranger(&mut self, source: &Operation, link: &Link, request: Request, follow: Follow) -> Case {
        let label = self.labeller.label(self.operation, &request);
        let expectation = expect::expectation(self.operation, label);
        let words = format!("no credentials, for what `{}` answered", source.id);
        let variant = format!("linked-from-{}", source.id);
        let about = about(&source.id, link, &variant, words);
        let mut case = self.case(about, request, Some(expectation));
        case.preconditions = vec![Precondition { step: follow.step, accepted: true }];
        (case.follows, case.needs) = (Some(follow), None);
        case
    }
}

fn about<'a>(other: &str, link: &'a Link, variant: &'a str, words: String) -> About<'a> {
    About {
        worth: WORTH,
        place: Place::Link(other.to_owned()),
        kind: &link.name,
        variant,
        at: &link.at,
        words,
    }
}

fn links(operation: &Operation) -> impl Iterator<Item = &Link> {
    operation.responses.iter().flat_map(|response| &response.links)
}

#[cfg(test)]
mod tests;
