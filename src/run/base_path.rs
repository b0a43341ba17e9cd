//! Whether a run reached the API at all: where every answer is what a path that does not exist gets,
//! the path of the target is wrong, and nothing can be held against the host.

use super::RunError;
use super::came::Came;
use super::runner::{Course, Runner, Stop, stopped};
use crate::contract::{Operation, ParameterLocation, model};
use crate::exchange::Answer;
use crate::exchange::CredentialKind;
use crate::exchange::unknown_path::{is_page, same_nowhere};
use crate::exchange::{Exchange, Pieces};
use crate::generate::Sample;
use crate::plan::guard::is_safe;
use crate::plan::{Case, Scenario};
use std::collections::BTreeMap;
use std::pin::pin;

/// So many operations that the run did not come to are asked before it is said to be nowhere.
const MOST_ASKED: usize = 10;

impl Runner<'_> {
    /// That the path of the target is wrong, if every answer says so.
    pub(super) async fn nowhere(&self, course: &Course, stop: &Stop) -> Option<RunError> {
        let operation = |case: &Case| &self.contract.operations[case.operation];
        let answered = answered(course, operation);
        let reached = answered.iter().any(|(case, _)| is_plain(operation(case)));
        let all: Option<Vec<&Exchange>> = answered.iter().map(|(_, came)| came.nowhere.as_deref()).collect();
        let (all, first) = (all?, answered.first().filter(|_| reached)?);
        // Only what changes nothing is asked of a path that nobody has.
        let made_up = self.asked(course, &made_up(first.0, "GET"), stop).await?;
        let unknown = made_up.answer()?;
        let status = unknown.status;
        // Who knows other methods of all paths knows the paths, but for one that has a page for each.
        if !is_page(unknown) && answered.iter().all(|(_, came)| came.status == Some(405)) {
            return None;
        }
        if !all.iter().all(|exchange| same_nowhere(exchange, &made_up)) {
            return None;
        }
        if self.knows_methods(course, stop).await? {
            return None;
        }
        for other in unasked(course, operation) {
            let came = self.asked(course, other, stop).await?;
            if !same_nowhere(&came, &made_up) {
                return None;
            }
        }
        let target = self.settings.target.clone();
        let hint = self.hint(&target);
        Some(RunError::Nowhere { target, status, hint })
    }

    /// Whether the target says of a path which methods it has, and among them the one that found
    /// nothing there, but does not say so of a path that nobody has.
    async fn knows_methods(&self, course: &Course, stop: &Stop) -> Option<bool> {
        let cases = course.plan.scenarios.iter().zip(&course.came);
        let cases = cases.filter_map(|(scenario, came)| match scenario.cases.as_slice() {
            [case] => Some((case, came.as_ref()?.first()?.as_ref()?.nowhere()?)),
            _ => None,
        });
        let mut telling = cases.filter(|(case, answer)| {
            let own = &self.contract.operations[case.operation];
            is_safe(&case.request.method) && is_plain(own) && case.request.method != own.method && {
                let allowed = answer.header_list("allow").unwrap_or_default();
                answer.status == 405 && allowed.split(',').any(|one| one.trim() == own.method)
            }
        });
        let Some((case, answer)) = telling.next() else { return Some(false) };
        let came = self.asked(course, &made_up(case, &case.request.method), stop).await?;
        Some(came.answer().is_some_and(|unknown| unknown.status != answer.status))
    }

    /// What comes of a case that is no part of the plan.
    async fn asked(&self, course: &Course, case: &Case, stop: &Stop) -> Option<Exchange> {
        let mut signal = stop.clone();
        let mut stopped = pin!(stopped(&mut signal));
        let scenario = Scenario::single(case.clone());
        let heard = self.scenario((&course.plan, 0), &scenario, stopped.as_mut()).await.ok()?;
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
        let urls = self.contract.servers.iter();
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
    !operation.parameters.iter().any(|parameter| parameter.location == ParameterLocation::Path)
}

/// Whether an answer may be that to a path which does not exist: a refusal of that kind, or a page
/// where none is documented.
pub(super) fn may_be_nowhere(operation: &Operation, answer: &Answer) -> bool {
    if !answer.accepted() {
        return matches!(answer.status, 404 | 405);
    }
    let content = operation.response(answer.status).map(|response| &response.content);
    let kind = answer.header("content-type").unwrap_or_default();
    let documented = content.is_some_and(|content| model::choose(content, kind).is_some());
    is_page(answer) && !documented
}

/// What was asked of operations with valid credentials and answered.
fn answered<'c>(course: &'c Course, operation: impl Fn(&Case) -> &'c Operation) -> Vec<(&'c Case, &'c Came)> {
    let mut answered = Vec::new();
    for (scenario, came) in course.plan.scenarios.iter().zip(&course.came) {
        let pairs = scenario.cases.iter().zip(came.iter().flatten());
        let pairs = pairs.filter_map(|(case, came)| Some((case, came.as_ref()?)));
        answered.extend(pairs.filter(|(case, came)| {
            let own = case.request.method == operation(case).method;
            own && came.status.is_some() && case.request.credentials == CredentialKind::Valid
        }));
    }
    answered
}

/// One case of each operation that the run did not come to and that can be asked without harm.
fn unasked<'c>(course: &'c Course, operation: impl Fn(&Case) -> &'c Operation) -> Vec<&'c Case> {
    let scenarios = course.plan.scenarios.iter().zip(&course.came);
    let came = |case: &Case| {
        scenarios.clone().any(|(one, done)| done.is_some() && one.cases[0].operation == case.operation)
    };
    let firsts = scenarios.clone().filter(|(_, done)| done.is_none()).map(|(scenario, _)| &scenario.cases[0]);
    let harmless = firsts.filter(|case| {
        let own = operation(case);
        is_safe(&own.method)
            && case.request.method == own.method
            && case.request.credentials == CredentialKind::Valid
            && is_plain(own)
            && !came(case)
    });
    let mut unasked: BTreeMap<usize, &Case> = BTreeMap::new();
    harmless.for_each(|case| {
        unasked.entry(case.operation).or_insert(case);
    });
    unasked.into_values().take(MOST_ASKED).collect()
}

/// A request to a path that nobody has, which changes nothing.
fn made_up(case: &Case, method: &str) -> Case {
    let mut case = case.clone();
    let nobodys = Pieces::joined([&"probity-".into(), &Pieces::run_id(Sample::default().as_str())], "");
    let parts = case.request.parts_mut();
    (parts.path, parts.query) = (vec!["".into(), nobodys], Vec::new());
    parts.remove_field("content-type");
    method.clone_into(&mut case.request.method);
    case.request.body = None;
    case
}
