//! A host that dies or falls ill during a run: what ended it is the fact, not each request that came
//! after it.

use super::{Untested, Whole};
use crate::exchange::CredentialKind;
use crate::exchange::{Exchange, FailureKind, Outcome};
use crate::judge::Observation;
use crate::judge::check::{complete_answer, server_error};
use crate::plan::{Position, Verdict};
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

/// Says of a host that went away, for a while or for good, during which requests it did; those that
/// found nobody prove nothing.
pub(super) fn death(run: &Whole<'_>, observations: &mut Vec<Observation>, untested: &mut Untested) {
    let exchanges = || run.exchanges.iter().flatten().flatten();
    let went = |exchange: &Exchange| exchange.away || is(exchange, FailureKind::Refused);
    if !exchanges().any(went) || !exchanges().any(|exchange| exchange.answer().is_some()) {
        return;
    }
    let over = by_time(run);
    let nobody: BTreeSet<Position> =
        over.iter().filter(|one| is(one.exchange, FailureKind::Refused)).map(|one| one.position).collect();
    let back = over.iter().filter(|one| one.exchange.away && one.exchange.answer().is_some());
    let back: Vec<Position> = back.map(|one| one.position).collect();
    if nobody.is_empty() && back.is_empty() {
        return;
    }
    let ended =
        |one: &&Over<'_>| is(one.exchange, FailureKind::Cut) || is(one.exchange, FailureKind::NotHttp);
    let cut: Vec<Position> = over.iter().filter(ended).map(|one| one.position).collect();
    // Of a host that answers when it is asked once more, those that it left are as good as cut.
    let uncertain = |position: &&Position| run.exchange(**position).is_some_and(|one| one.uncertain);
    let left: Vec<Position> = back.iter().filter(uncertain).copied().collect();
    let suspects: Vec<Position> = match (cut.is_empty(), left.is_empty()) {
        (false, _) => cut.clone(),
        (true, false) => left,
        (true, true) => nobody.iter().chain(&back).next().copied().into_iter().collect(),
    };
    let about_it = |one: &Observation| one.check.id == complete_answer::CHECK.id;
    let is_suspect = |position: Position| suspects.contains(&position);
    let found_nobody = |one: &Observation| about_it(one) && nobody.contains(&one.position);
    observations.retain(|one| !found_nobody(one) || is_suspect(one.position));
    for position in suspects.iter().filter(|position| !cut.contains(position) && !nobody.contains(position)) {
        let view = run.view(*position, run.case(*position).expectation.verdict);
        observations.extend(view.map(|view| complete_answer::went_away(&view)));
    }
    let leader = suspects.iter().min_by_key(|position| plainness(run, &over, **position)).copied();
    let during = (!cut.is_empty() || suspects.len() > 1).then_some(suspects.len());
    for one in observations.iter_mut().filter(|one| about_it(one) && is_suspect(one.position)) {
        one.leads = Some(one.position) == leader;
        complete_answer::as_death(one, during, nobody.len() + back.len());
    }
    untested.cases.extend(nobody.iter().filter(|position| !is_suspect(**position)));
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
    if !observations.iter().any(|one| one.check.id == server_error::CHECK.id) {
        return;
    }
    let Some(Outbreak { since, last, ill }) = outbreak(run) else { return };
    let name = &run.case(since.position).id;
    let last = last.map(|last| run.case(last).id.as_str());
    for one in observations.iter_mut().filter(|one| one.check.id == server_error::CHECK.id) {
        let position = one.position;
        let later = run.exchange(position).is_some_and(|exchange| exchange.ended >= since.at);
        if later && ill.contains(&run.case(position).operation) {
            one.leads = position == since.position;
            server_error::as_illness(one, name, last);
        }
    }
}

/// Since when operations fail, and which do.
struct Outbreak<'r> {
    since: Over<'r>,
    /// The last of their requests that was answered otherwise.
    last: Option<Position>,
    ill: BTreeSet<usize>,
}

fn outbreak<'r>(run: &Whole<'r>) -> Option<Outbreak<'r>> {
    let mut over = by_time(run);
    over.retain(|one| {
        let (case, operation) = (run.case(one.position), run.operation(one.position));
        case.request.method == operation.method && case.request.credentials == CredentialKind::Valid
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
    let (index, mut ill) = best?;
    let (before, after) = over.split_at(index);
    let status = |one: &Over<'_>| one.exchange.answer().map(|answer| answer.status);
    let operation = |one: &Over<'_>| run.case(one.position).operation;
    let is_well = |one: &&Over<'_>| status(one).is_some_and(|status| status < 500);
    let well_before: BTreeSet<usize> = before.iter().filter(is_well).map(operation).collect();
    let well_after: BTreeSet<usize> = after.iter().filter(is_well).map(operation).collect();
    let failing = after.iter().map(operation);
    ill.extend(failing.filter(|one| well_before.contains(one) && !well_after.contains(one)));
    // It began with the first failure after the last answer of any other kind.
    let theirs = |one: &Over<'_>| ill.contains(&operation(one));
    let last_well = over.iter().rposition(|one| theirs(one) && is_well(&one));
    let first = over.iter().skip(last_well.map_or(0, |last| last + 1)).position(theirs)?;
    let first = first + last_well.map_or(0, |last| last + 1);
    let last = last_well.map(|last| over[last].position);
    Some(Outbreak { since: over.swap_remove(first), last, ill })
}

/// All that was sent, in the order in which it was over.
fn by_time<'r>(run: &Whole<'r>) -> Vec<Over<'r>> {
    let mut over: Vec<Over<'r>> = Vec::new();
    for (position, _) in run.plan.placed() {
        let Some(exchange) = run.exchange(position) else { continue };
        over.push(Over { at: exchange.ended, position, exchange });
    }
    over.sort_by_key(|one| (one.at, one.position));
    over
}
