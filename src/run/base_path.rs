//! Whether a run reached the API at all: where every answer is what a path that does not exist gets,
//! the path of the target is wrong, and nothing can be held against the host.

use super::exchange::{Exchange, Outcome};
use super::runner::{Course, Runner, Stop, stopped};
use super::{Answer, RunError};
use crate::contract::{Location, Operation, model};
use crate::judge;
use crate::plan::guard::is_safe;
use crate::plan::{Case, Credentials, RUN, Scenario};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::pin;

/// So many operations that the run did not come to are asked before it is said to be nowhere.
const MOST_ASKED: usize = 10;

impl Runner<'_> {
    /// That the path of the target is wrong, if every answer says so.
    pub(super) async fn nowhere(&self, course: &Course, stop: &Stop) -> Option<RunError> {
        let answered = answered(course, |case| &self.contract.operations[case.operation]);
        let any_status = answered.values().flatten().map(|(_, exchange)| exchange);
        if !any_status.clone().filter_map(|exchange| exchange.answer()).all(may_be_nowhere) {
            return None;
        }
        let documented = |(case, exchange): &(&Case, &Exchange)| {
            let operation = &self.contract.operations[case.operation];
            exchange.answer().is_some_and(|answer| documents_body(operation, answer))
        };
        if answered.values().flatten().any(|one| documented(one)) {
            return None;
        }
        let reached = |(case, _): &(&Case, &Exchange)| is_plain(&self.contract.operations[case.operation]);
        answered.values().flatten().find(|one| reached(one))?;
        let mut status = None;
        for known in answered.values() {
            let (case, _) = known.first()?;
            let made_up = self.asked(&made_up(case), stop).await?;
            let unknown = made_up.answer().filter(|answer| may_be_nowhere(answer))?;
            if known.iter().any(|(_, exchange)| !judge::same_nowhere(exchange, &made_up)) {
                return None;
            }
            if case.request.method == "GET" || status.is_none() {
                status = Some(unknown.status);
            }
            let unasked = unasked(course, |case| &self.contract.operations[case.operation]);
            for other in unasked.iter().filter(|other| other.request.method == case.request.method) {
                let came = self.asked(other, stop).await?;
                if !judge::same_nowhere(&came, &made_up) {
                    return None;
                }
            }
        }
        let target = self.settings.target.clone();
        let hint = self.hint(&target);
        status.map(|status| RunError::Nowhere { target, status, hint })
    }

    /// What comes of a case that is no part of the plan.
    async fn asked(&self, case: &Case, stop: &Stop) -> Option<Exchange> {
        let mut signal = stop.clone();
        let mut stopped = pin!(stopped(&mut signal));
        let scenario = Scenario::single(case.clone());
        let heard = self.scenario(0, &scenario, stopped.as_mut()).await.ok()?;
        heard.exchanges.into_iter().next().flatten()
    }

    /// Where the API may be instead.
    fn hint(&self, target: &str) -> Option<String> {
        let path = reqwest::Url::parse(target).ok()?.path().trim_end_matches('/').to_owned();
        let paths = self.contract.operations.iter().map(|operation| operation.path.as_str());
        let own = paths.filter(|own| own.len() > 1 && path.ends_with(own)).max_by_key(|own| own.len());
        if let Some(own) = own {
            return Some(format!("it ends with {own}, which is a path of the contract: leave that out"));
        }
        let servers = self.contract.document.get("/servers").and_then(Value::as_array)?;
        let urls = servers.iter().filter_map(|server| server.get("url")?.as_str());
        let stated = urls.filter_map(|url| path_of(url).filter(|stated| *stated != path));
        let stated = stated.filter(|stated| !stated.is_empty()).map(str::to_owned).next()?;
        Some(format!("the contract's `servers` have the path {stated}"))
    }
}

/// The path of the URL of a server, which may be relative.
fn path_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(Some(url), |(_, rest)| rest.find('/').map(|at| &rest[at..]))?;
    Some(rest.trim_end_matches('/'))
}

/// Whether an operation is there whatever the target holds.
fn is_plain(operation: &Operation) -> bool {
    !operation.parameters.iter().any(|parameter| parameter.location == Location::Path)
}

/// Whether an answer may be that to a path which does not exist.
fn may_be_nowhere(answer: &Answer) -> bool {
    matches!(answer.status, 404 | 405) || answer.accepted()
}

/// Whether an operation documents a success with a body of this media type.
fn documents_body(operation: &Operation, answer: &Answer) -> bool {
    let content = operation.response(answer.status).map(|response| &response.content);
    let kind = answer.header("content-type").filter(|_| answer.accepted());
    kind.zip(content).is_some_and(|(kind, content)| model::choose(content, kind).is_some())
}

/// What was asked of operations with valid credentials and answered, by method.
fn answered<'c>(
    course: &'c Course,
    operation: impl Fn(&Case) -> &'c Operation,
) -> BTreeMap<String, Vec<(&'c Case, &'c Exchange)>> {
    let mut answered: BTreeMap<String, Vec<(&Case, &Exchange)>> = BTreeMap::new();
    for (scenario, done) in course.plan.scenarios.iter().zip(&course.done) {
        let exchanges = done.iter().flat_map(|done| &done.exchanges);
        for (case, exchange) in scenario.cases.iter().zip(exchanges) {
            let Some(exchange) = exchange.as_ref().filter(|one| matches!(one.outcome, Outcome::Answered(_)))
            else {
                continue;
            };
            let own = case.request.method == operation(case).method;
            if own && case.request.credentials == Credentials::Valid {
                answered.entry(case.request.method.clone()).or_default().push((case, exchange));
            }
        }
    }
    answered
}

/// One case of each operation that the run did not come to and that can be asked without harm.
fn unasked<'c>(course: &'c Course, operation: impl Fn(&Case) -> &'c Operation) -> Vec<&'c Case> {
    let scenarios = course.plan.scenarios.iter().zip(&course.done);
    let came = |case: &Case| {
        scenarios.clone().any(|(one, done)| done.is_some() && one.cases[0].operation == case.operation)
    };
    let firsts = scenarios.clone().filter(|(_, done)| done.is_none()).map(|(scenario, _)| &scenario.cases[0]);
    let harmless = firsts.filter(|case| {
        let own = operation(case);
        is_safe(&own.method)
            && case.request.method == own.method
            && case.request.credentials == Credentials::Valid
            && is_plain(own)
            && !came(case)
    });
    let mut unasked: BTreeMap<usize, &Case> = BTreeMap::new();
    harmless.for_each(|case| {
        unasked.entry(case.operation).or_insert(case);
    });
    unasked.into_values().take(MOST_ASKED).collect()
}

/// The same request to a path that nobody has.
fn made_up(case: &Case) -> Case {
    let mut case = case.clone();
    case.request.path = format!("/probity-{RUN}");
    case
}
