//! What every request of a kind shows is one fact, not one for each operation or place.

use super::{Whole, is_4xx};
use crate::contract::Cause;
use crate::judge::check::{credentials_enforced, error_code};
use crate::judge::{About, Observation};
use crate::plan::{Case, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Where no protected operation enforces credentials of a kind, that is a fact about the API.
pub(super) fn credentials(run: &Whole<'_>, observations: &mut [Observation]) {
    let lets_in = |one: &Observation| {
        one.check.id == credentials_enforced::CHECK.id
            && one.answer.starts_with(credentials_enforced::ACCEPTED)
    };
    let mut asked: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (position, case) in run.cases() {
        if is_stranger(case) && run.status(position).is_some() {
            asked.entry(case.request.credentials.name()).or_default().insert(case.operation);
        }
    }
    let mut open: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for one in observations.iter().filter(|one| lets_in(one)) {
        let case = run.case(one.position());
        open.entry(case.request.credentials.name()).or_default().insert(case.operation);
    }
    open.retain(|kind, operations| asked.get(kind) == Some(operations));
    let protected: BTreeSet<usize> = asked.into_values().flatten().collect();
    let covered: BTreeSet<usize> = open.values().flatten().copied().collect();
    if protected.len() < 2 || covered != protected {
        return;
    }
    for one in observations.iter_mut().filter(|one| lets_in(one)) {
        if open.contains_key(run.case(one.position()).request.credentials.name()) {
            one.about = About::Api;
            one.title = one.title.replace("is accepted", "is accepted by every protected operation");
        }
    }
}

/// Whether a case must be refused for its credentials, and for nothing else.
fn is_stranger(case: &Case) -> bool {
    let faults = &case.expectation.faults;
    case.expectation.verdict == Verdict::Reject
        && !faults.is_empty()
        && faults.iter().all(|fault| fault.cause == Cause::Unauthenticated)
}

/// Where every refusal of an operation has the same wrong code, it is not about the places that were
/// broken.
pub(super) fn codes(run: &Whole<'_>, observations: &mut [Observation]) {
    let mut shown: BTreeMap<usize, (BTreeSet<&str>, BTreeSet<&str>, usize)> = BTreeMap::new();
    let about_code = |one: &Observation| one.check.id == error_code::CHECK.id;
    for one in observations.iter().filter(|one| about_code(one)) {
        let (kinds, places, count) = shown.entry(run.case(one.position()).operation).or_default();
        kinds.insert(&one.answer);
        places.insert(one.about.place());
        *count += 1;
    }
    let mut refused: BTreeMap<usize, usize> = BTreeMap::new();
    for (position, case) in run.cases() {
        let must = case.expectation.verdict == Verdict::Reject && !case.expectation.codes.is_empty();
        if must && run.status(position).is_some_and(is_4xx) {
            *refused.entry(case.operation).or_default() += 1;
        }
    }
    let all = |(operation, (kinds, places, count)): (usize, (BTreeSet<&str>, BTreeSet<&str>, usize))| {
        let every = refused.get(&operation).is_some_and(|refused| count >= *refused);
        (kinds.len() == 1 && places.len() > 1 && every).then_some(operation)
    };
    let all: BTreeSet<usize> = shown.into_iter().filter_map(all).collect();
    for one in observations.iter_mut() {
        if one.check.id == error_code::CHECK.id && all.contains(&run.case(one.position()).operation) {
            one.about = About::Operation;
            one.title.truncate(one.title.find(error_code::THOUGH).unwrap_or(one.title.len()));
        }
    }
}
