//! A host that dies or falls ill during a run: what ended it is the fact, not each request that came
//! after it.

use super::{Position, Untested, Whole};
use crate::judge::Observation;
use crate::judge::check::{complete_answer, server_error};
use crate::plan::{Credentials, Verdict};
use crate::run::{Exchange, FailureKind, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// So many operations must be ill before it is taken for the host.
const OPERATIONS: usize = 2;

/// So many failures must have come since.
const FAILURES: usize = 5;

/// One request of a run, by the time when it was over.
struct Over<'r> {
    at: jiff::Timestamp,
    position: Position,
    exchange: &'r Exchange,
}

/// Says of a host that went away during which requests it did; those that found nobody prove nothing.
pub(super) fn death(run: &Whole<'_>, observations: &mut Vec<Observation>, untested: &mut Untested) {
    let over = by_time(run);
    let last = over.iter().rposition(|one| one.exchange.answer().is_some());
    let Some(last) = last else { return };
    let after = &over[last + 1..];
    let (nobody, cut): (Vec<&Over<'_>>, Vec<&Over<'_>>) =
        after.iter().partition(|one| is(one.exchange, FailureKind::Refused));
    if nobody.is_empty() {
        return;
    }
    let suspects: Vec<Position> = if cut.is_empty() {
        nobody.first().map(|one| one.position).into_iter().collect()
    } else {
        cut.iter().map(|one| one.position).collect()
    };
    let found_nobody: BTreeSet<Position> = nobody.iter().map(|one| one.position).collect();
    let about_it = |one: &Observation| one.check.id == complete_answer::CHECK.id;
    observations.retain(|one| {
        !(about_it(one) && found_nobody.contains(&one.position()) && !suspects.contains(&one.position()))
    });
    let leader = suspects.iter().min_by_key(|position| plainness(run, &over, **position)).copied();
    let all = suspects.len();
    for one in observations.iter_mut().filter(|one| about_it(one) && suspects.contains(&one.position())) {
        one.leads = Some(one.position()) == leader;
        complete_answer::as_death(one, (!cut.is_empty()).then_some(all), nobody.len());
    }
    untested.cases.extend(found_nobody.iter().filter(|position| !suspects.contains(position)));
}

/// How little a request is suspected of having ended the host: others of its operation were answered,
/// or it is plainly valid.
fn plainness(run: &Whole<'_>, over: &[Over<'_>], position: Position) -> (bool, bool, Position) {
    let case = run.case(position);
    let answered = over
        .iter()
        .any(|one| one.exchange.answer().is_some() && run.case(one.position).operation == case.operation);
    (answered, case.expectation.verdict == Verdict::Accept, position)
}

fn is(exchange: &Exchange, kind: FailureKind) -> bool {
    matches!(&exchange.outcome, Outcome::Failed(failure) if failure.kind == kind)
}

/// Says of operations that were accepted before and fail ever since a request that they do, once.
pub(super) fn illness(run: &Whole<'_>, observations: &mut [Observation]) {
    let Some((since, ill)) = outbreak(run) else { return };
    let name = &run.case(since.position).id;
    for one in observations.iter_mut().filter(|one| one.check.id == server_error::CHECK.id) {
        let position = one.position();
        let later = run.exchange(position).is_some_and(|exchange| exchange.ended >= since.at);
        if later && ill.contains(&run.case(position).operation) {
            one.leads = position == since.position;
            server_error::as_illness(one, name);
        }
    }
}

/// Since when operations fail, and which do.
fn outbreak<'r>(run: &Whole<'r>) -> Option<(Over<'r>, BTreeSet<usize>)> {
    let mut over = by_time(run);
    over.retain(|one| {
        let (case, operation) = (run.case(one.position), run.operation(one.position));
        case.request.method == operation.method && case.request.credentials == Credentials::Valid
    });
    let mut accepted: BTreeMap<usize, jiff::Timestamp> = BTreeMap::new();
    for one in over.iter().filter(|one| one.exchange.accepted()) {
        accepted.entry(run.case(one.position).operation).or_insert(one.at);
    }
    // From the end: how long has each operation done nothing but fail?
    let (mut well, mut failing): (BTreeSet<usize>, BTreeMap<usize, (usize, bool)>) = Default::default();
    let mut best: Option<(usize, BTreeSet<usize>)> = None;
    for (index, one) in over.iter().enumerate().rev() {
        let case = run.case(one.position);
        let Some(answer) = one.exchange.answer() else { continue };
        if answer.status < 500 {
            well.insert(case.operation);
            continue;
        }
        if well.contains(&case.operation) {
            continue;
        }
        let (count, valid) = failing.entry(case.operation).or_default();
        *count += 1;
        *valid |= case.expectation.verdict == Verdict::Accept;
        let ill: BTreeSet<usize> = failing
            .iter()
            .filter(|(operation, (_, valid))| {
                *valid && accepted.get(operation).is_some_and(|first| *first < one.at)
            })
            .map(|(operation, _)| *operation)
            .collect();
        let failures: usize =
            ill.iter().filter_map(|operation| failing.get(operation)).map(|one| one.0).sum();
        let enough = ill.len() >= OPERATIONS && failures >= FAILURES && ill.contains(&case.operation);
        if enough && best.as_ref().is_none_or(|(_, known)| ill.len() >= known.len()) {
            best = Some((index, ill));
        }
    }
    let (index, ill) = best?;
    // Whoever was still well after that is ill for a reason of its own.
    let since = over.swap_remove(index);
    Some((since, ill))
}

/// All that was sent, in the order in which it was over.
fn by_time<'r>(run: &Whole<'r>) -> Vec<Over<'r>> {
    let mut over: Vec<Over<'r>> = Vec::new();
    for (position, _) in run.cases() {
        let Some(exchange) = run.exchange(position) else { continue };
        over.push(Over { at: exchange.ended, position, exchange });
    }
    over.sort_by_key(|one| (one.at, one.position));
    over
}
