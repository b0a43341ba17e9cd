//! What every request of a kind shows is one fact, not one for each operation or place.

use super::{Whole, is_4xx};
use crate::exchange::{CredentialKind, Exchange};
use crate::judge::check::{credentials_enforced, error_code};
use crate::judge::{About, Observation};
use crate::plan::Verdict;
use std::collections::{BTreeMap, BTreeSet};

/// Where no protected operation enforces credentials of a kind, that is a fact about the API.
pub(super) fn credentials(run: &Whole<'_>, observations: &mut [Observation]) {
    let lets_in = |one: &Observation| {
        one.check.id == credentials_enforced::CHECK.id
            && run.exchange(one.position).is_some_and(Exchange::accepted)
    };
    if !observations.iter().any(lets_in) {
        return;
    }
    // Who is answered 404 like everybody else was not turned away for being a stranger.
    let mut enforced: Vec<CredentialKind> = Vec::new();
    for (position, case) in run.plan.placed().filter(|(_, case)| case.expectation.is_about_credentials()) {
        if case.request.credentials == CredentialKind::OfAnother {
            continue;
        }
        let Some(status) = run.status(position) else { continue };
        let expected = case.expectation.statuses.iter().any(|known| known.contains(status));
        if matches!(status, 401 | 403) || (expected && status < 500) {
            enforced.push(case.request.credentials);
        }
    }
    let kind = |one: &Observation| run.case(one.position).request.credentials;
    let nobody_asks = |one: &Observation| lets_in(one) && !enforced.contains(&kind(one));
    let open = observations.iter().filter(|one| nobody_asks(one));
    let open: BTreeSet<usize> = open.map(|one| run.case(one.position).operation).collect();
    if open.len() < 2 {
        return;
    }
    for one in observations.iter_mut().filter(|one| nobody_asks(one)) {
        one.about = About::Api;
        one.title = credentials_enforced::everywhere(kind(one));
    }
}

/// Where every refusal of an operation has the same wrong code, it is not about the places that were
/// broken.
pub(super) fn codes(run: &Whole<'_>, observations: &mut [Observation]) {
    let mut shown: BTreeMap<usize, (BTreeSet<&str>, BTreeSet<&str>, usize)> = BTreeMap::new();
    let about_code = |one: &Observation| one.check.id == error_code::CHECK.id;
    for one in observations.iter().filter(|one| about_code(one)) {
        let (kinds, places, count) = shown.entry(run.case(one.position).operation).or_default();
        kinds.insert(&one.answer);
        places.insert(one.about.place());
        *count += 1;
    }
    if shown.is_empty() {
        return;
    }
    let mut refused: BTreeMap<usize, usize> = BTreeMap::new();
    for (position, case) in run.plan.placed() {
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
        if one.check.id == error_code::CHECK.id && all.contains(&run.case(one.position).operation) {
            one.about = About::Operation;
            let view = run.view(one.position, Verdict::Reject);
            let answer = run.exchange(one.position).and_then(Exchange::answer);
            let answer = answer.filter(|answer| !answer.accepted());
            let wrong = view.zip(answer).and_then(|(view, answer)| error_code::wrong(&view, answer));
            one.title = wrong.map_or(std::mem::take(&mut one.title), |(_, title)| title);
        }
    }
}
