//! What becomes of a part of a document: whether it is sent, judged or named, or nothing of that.

use super::parts::{Kind, Part};
use percent_encoding::percent_decode_str;
use probity::contract::model::{self, Operation};
use probity::contract::{Contract, SecurityScheme};
use probity::plan::{Case, Place, Plan};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Sent,
    Judged,
    Named,
    Silent,
}

/// What is told of a place.
struct Told {
    operation: Option<String>,
    at: String,
    why: String,
}

pub(super) struct Fates<'p> {
    contract: &'p Contract,
    operations: HashMap<String, &'p Operation>,
    cases: BTreeMap<String, Vec<&'p Case>>,
    /// The cases that the plan names as not sent for the harm that they could do.
    withheld: BTreeMap<String, Vec<&'p Case>>,
    /// The links that are followed, which belongs to the operation that they lead to.
    follows: BTreeSet<String>,
    told: Vec<Told>,
}

impl<'p> Fates<'p> {
    /// Without a plan nothing is sent; what is told then stands in the contract.
    pub(super) fn new(contract: &'p Contract, plan: Option<&'p Plan>) -> Fates<'p> {
        let name = |operation: &Operation| format!("{} {}", operation.method, operation.path);
        let by_id = |id: &str| contract.operations.iter().find(|one| one.id == id).map(name);
        let mut told: Vec<Told> = Vec::new();
        for one in &contract.untestable {
            told.push(Told {
                operation: Some(one.operation.clone()),
                at: one.at.clone(),
                why: one.why.clone(),
            });
        }
        for one in &contract.unread {
            told.push(Told { operation: None, at: one.at.clone(), why: one.why.clone() });
        }
        for one in &contract.webhooks {
            told.push(Told { operation: Some(one.name.clone()), at: one.at.clone(), why: String::new() });
        }
        let mut follows = BTreeSet::new();
        let (mut cases, mut withheld) = (BTreeMap::<_, Vec<&Case>>::new(), BTreeMap::<_, Vec<&Case>>::new());
        if let Some(plan) = plan {
            for gap in &plan.gaps {
                told.push(Told {
                    operation: by_id(&gap.operation),
                    at: gap.at.clone(),
                    why: gap.why.clone(),
                });
            }
            for one in &plan.withheld {
                told.push(Told {
                    operation: by_id(&one.operation),
                    at: one.at.clone(),
                    why: one.why.clone(),
                });
            }
            for case in plan.withheld.iter().flat_map(|one| &one.scenarios).flat_map(|one| &one.cases) {
                withheld.entry(name(&contract.operations[case.operation])).or_default().push(case);
            }
            let links = plan.cases().filter_map(|case| case.follows.as_ref());
            follows.extend(links.map(|follow| follow.link.clone()));
            for case in plan.cases() {
                cases.entry(name(&contract.operations[case.operation])).or_default().push(case);
            }
        }
        let operations = contract.operations.iter().map(|operation| (name(operation), operation)).collect();
        Fates { contract, operations, cases, withheld, follows, told }
    }

    pub(super) fn of(&self, part: &Part) -> Fate {
        let of = |cases: &BTreeMap<String, Vec<&Case>>| {
            let (operation, cases) = (self.operations.get(&part.operation)?, cases.get(&part.operation)?);
            self.used(part, operation, cases)
        };
        if let Some(used) = of(&self.cases) {
            return used;
        }
        let nothing_is_sent = !self.cases.contains_key(&part.operation);
        if of(&self.withheld).is_some() || self.is_named(part, nothing_is_sent) {
            return Fate::Named;
        }
        Fate::Silent
    }

    fn used(&self, part: &Part, operation: &Operation, cases: &[&Case]) -> Option<Fate> {
        let first = part.name.first().map_or("", String::as_str);
        let second = part.name.get(1).map_or("", String::as_str);
        let is_sent =
            |holds: &dyn Fn(&Case) -> bool| cases.iter().any(|case| holds(case)).then_some(Fate::Sent);
        let response =
            || operation.responses.iter().find(|one| one.status.to_string().eq_ignore_ascii_case(first));
        match part.kind {
            Kind::Operation => Some(Fate::Sent),
            Kind::Parameter => is_sent(&|case| carries(case, operation, first, second)),
            Kind::RequestMediaType => is_sent(&|case| {
                let body =
                    case.request.parts.headers().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                let is_it = |kind: String| model::includes(first, &kind) && case.place != Place::MediaType;
                body.is_some_and(|(_, kind)| is_it(kind.to_string()))
            }),
            Kind::Response => response().map(|_| Fate::Judged),
            Kind::ResponseMediaType => {
                let media = response()?.content.iter().find(|media| media.name == second)?;
                let schema = media.schema.as_ref().and_then(|schema| self.contract.document.get(&schema.0));
                // Only of JSON more is judged than that it may come.
                let is_text = |schema: &Value| {
                    schema.get("type").is_none_or(|name| name == "string")
                        && ["pattern", "enum", "$ref", "minLength", "maxLength"]
                            .iter()
                            .all(|it| schema.get(it).is_none())
                };
                let is_json = model::is_json(second) || second.starts_with("*/") || second == "application/*";
                (!media.unread && (is_json || schema.is_none_or(is_text))).then_some(Fate::Judged)
            }
            Kind::ResponseHeader => {
                let mut headers = response()?.headers.iter();
                headers.any(|header| header.name.eq_ignore_ascii_case(second)).then_some(Fate::Judged)
            }
            Kind::Link => self.follows.iter().any(|link| part.places.contains(link)).then_some(Fate::Sent),
            Kind::SecurityScheme => {
                let known = self.contract.schemes.get(first);
                known.filter(|scheme| !matches!(scheme, SecurityScheme::Other(_))).map(|_| Fate::Sent)
            }
            Kind::Callback => None,
        }
    }

    /// Whether a gap names the part, or what it is in; where nothing of its operation is sent, whether
    /// a gap names that.
    fn is_named(&self, part: &Part, nothing_is_sent: bool) -> bool {
        let holds = |outer: &str, at: &str| {
            at == outer || at.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        let name = part.name.last().map_or("", String::as_str);
        let quoted = format!("`{name}`");
        let of_operation = |told: &Told| told.operation.as_deref() == Some(&part.operation);
        let operation = self.operations.get(&part.operation);
        self.told.iter().any(|told| {
            let is_whole = operation.is_some_and(|one| one.at == told.at) && part.kind != Kind::Operation;
            let inside = || part.places.iter().any(|place| holds(place, &told.at) || holds(&told.at, place));
            (nothing_is_sent && of_operation(told))
                || (!is_whole && inside())
                || (of_operation(told) && !name.is_empty() && told.why.contains(&quoted))
        })
    }
}

/// Whether the request of a case carries a parameter.
fn carries(case: &Case, operation: &Operation, location: &str, name: &str) -> bool {
    let parts = &case.request.parts;
    let begins = |written: &str, ends: &[char]| {
        let key = written.split(ends).next().unwrap_or_default();
        percent_decode_str(key).decode_utf8_lossy() == name
    };
    let place = match location {
        "path" => return operation.path.contains(&format!("{{{name}}}")),
        "query" => {
            let written = |pair: &str| begins(pair, &['=']) || begins(pair, &['=', '[']);
            if parts.query.iter().any(|pair| pair.as_str().split('&').any(written)) {
                return true;
            }
            Place::Query(name.to_owned())
        }
        "querystring" => return !parts.query.is_empty(),
        "header" => {
            if parts.headers().any(|(header, _)| header.eq_ignore_ascii_case(name)) {
                return true;
            }
            Place::Header(name.to_owned())
        }
        "cookie" => {
            if parts.cookies.iter().any(|cookie| begins(cookie.as_str(), &['='])) {
                return true;
            }
            Place::Cookie(name.to_owned())
        }
        _ => return false,
    };
    // The members of an object may be written without its name.
    case.place == place
}
