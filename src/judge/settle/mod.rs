//! What only the whole run shows: whether a refusal is about the form of a request or about its
//! data, and which cases prove nothing because nothing valid was accepted.

mod alternative;
mod contrast;
mod echo;
mod everywhere;
mod history;
mod illness;
mod refusal;
mod steady;
mod unsendable;

use super::{Observation, Severity, View, check, verdict};
use crate::cause::Cause;
use crate::contract::{Contract, Operation};
use crate::exchange::{Answer, Exchange};
use crate::exchange::{CredentialKind, Parts, Pieces};
use crate::json::pointer;
use crate::plan::{Case, Gap, Plan, Position, Verdict};
use history::History;
use refusal::{Refusal, Ruling};
use std::collections::{BTreeMap, BTreeSet};
use steady::Steady;

/// What was sent and proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untested {
    /// The cases, by where they stand.
    pub cases: BTreeSet<Position>,
    /// The indexes of the operations of which no valid request was accepted.
    pub operations: BTreeSet<usize>,
}

/// What a run comes to.
pub struct Settled {
    /// What is held against the host, in the order of the plan.
    pub observations: Vec<Observation>,
    /// What was not tested.
    pub gaps: Vec<Gap>,
    /// Which cases those are.
    pub untested: Untested,
}

/// What came of the requests to one operation that were sent with valid credentials.
#[derive(Default)]
struct Asked {
    /// Requests that are valid, as far as the contract tells, and were taken.
    accepted: Vec<Position>,
    /// Such as were not, with what came.
    refused: Vec<(Position, Option<u16>, Verdict)>,
    /// Requests that are invalid.
    invalid: Vec<Position>,
}

/// Looks at a run as a whole.
pub fn settle(
    contract: &Contract,
    plan: &Plan,
    exchanges: &[Vec<Option<Exchange>>],
    mut observations: Vec<Observation>,
) -> Settled {
    let asked = asked(contract, plan, exchanges);
    let mut untested = Untested::default();
    let mut gaps = Vec::new();
    let mut history = None;
    for (index, asked) in &asked {
        let operation = &contract.operations[*index];
        let run = Whole { contract, plan, exchanges };
        let refusals = run.refusals(operation, asked);
        let mut left: BTreeMap<String, usize> = BTreeMap::new();
        if asked.accepted.is_empty() {
            let statuses = asked.refused.iter().map(|(_, status, _)| came(*status));
            statuses.for_each(|status| *left.entry(status).or_default() += 1);
        }
        let mut blamed: Vec<(String, Observation)> = Vec::new();
        let blames = |one: &Observation| is_about(&run, *index, one);
        let any = !refusals.is_empty() || observations.iter().any(blames);
        let taken = if any { refusal::accepted(&run, asked) } else { Vec::new() };
        if !refusals.is_empty() {
            let history = history.get_or_insert_with(|| History::of(contract, plan, exchanges));
            let steady = Steady::of(&run, asked);
            for refusal in &refusals {
                match refusal.ruling(&run, history, (asked, &taken), &steady) {
                    Ruling::Finding(observation) => observations.push(observation),
                    Ruling::Warning(member, observation) => blamed.push((member, observation)),
                    Ruling::Nothing => {
                        untested.cases.insert(refusal.position);
                        if !asked.accepted.is_empty() {
                            *left.entry(came(Some(refusal.answer.status))).or_default() += 1;
                        }
                    }
                }
            }
        }
        observations.extend(innermost(blamed));
        if asked.accepted.is_empty() && !asked.refused.is_empty() {
            untested.operations.insert(*index);
            let invalid = asked.invalid.iter().copied();
            untested.cases.extend(invalid.filter(|position| run.refused(*position)));
            untested
                .cases
                .extend(asked.refused.iter().filter(|one| one.1.is_some_and(is_4xx)).map(|one| one.0));
        }
        let counts: Vec<String> =
            left.iter().map(|(status, count)| format!("{status} \u{d7}{count}")).collect();
        let told = tell_what_is_to_blame(&run, *index, &mut observations, &taken, &counts.join(", "));
        if !left.is_empty() && !told {
            let what = if asked.accepted.is_empty() {
                "no valid request was accepted"
            } else {
                "valid requests were refused with values that the host need not know"
            };
            let why = format!("{what}: {}", counts.join(", "));
            gaps.push(Gap { operation: operation.id.clone(), at: operation.at.clone(), why });
        }
        untested.cases.extend(asked.invalid.iter().copied().filter(|position| run.conflicts(*position)));
    }
    let run = Whole { contract, plan, exchanges };
    observations.retain(|observation| {
        let mut own_making = || {
            let history = history.get_or_insert_with(|| History::of(contract, plan, exchanges));
            run.is_of_our_making(history, observation)
        };
        let about_status = observation.check.id == check::documented_status::CHECK.id;
        let excused = is_excused(&run, &untested, &asked, observation) || (about_status && own_making());
        !excused
    });
    everywhere::credentials(&run, &mut observations);
    everywhere::codes(&run, &mut observations);
    echo::set_aside(&run, &mut observations);
    illness::illness(&run, &mut observations);
    illness::death(&run, &mut observations, &mut untested);
    gaps.extend(unsendable::unsendable(&run, &mut untested));
    observations.sort_by_key(|one| one.position);
    Settled { observations, gaps, untested }
}

/// Says of each refusal of a valid request what is to blame: a member, or, where nothing was accepted,
/// the operation. Tells whether it is the operation.
fn tell_what_is_to_blame(
    run: &Whole<'_>,
    operation: usize,
    observations: &mut [Observation],
    taken: &[refusal::Accepted],
    answers: &str,
) -> bool {
    let mut is_all = false;
    for one in observations.iter_mut().filter(|one| is_about(run, operation, one)) {
        let whole = one.clone();
        is_all |= taken.is_empty();
        *one = if taken.is_empty() {
            check::valid_accepted::nothing_accepted(whole, answers)
        } else {
            match refusal::difference(run, taken, whole.position) {
                Some(member) => whole.about(check::valid_accepted::blamed(member.trim_start_matches('/'))),
                None => whole,
            }
        };
    }
    is_all
}

/// Whether an observation says that an operation refuses a valid request.
fn is_about(run: &Whole<'_>, operation: usize, one: &Observation) -> bool {
    one.check.id == check::valid_accepted::CHECK.id
        && one.severity == Severity::Deny
        && run.case(one.position).operation == operation
}

/// Warnings without those about a member of which a part is to blame.
fn innermost(blamed: Vec<(String, Observation)>) -> impl Iterator<Item = Observation> {
    let members: BTreeSet<String> = blamed.iter().map(|(member, _)| member.clone()).collect();
    let is_outer = move |member: &str| members.iter().any(|other| pointer::is_below(other, member));
    blamed.into_iter().filter(move |(member, _)| !is_outer(member)).map(|(_, observation)| observation)
}

fn came(status: Option<u16>) -> String {
    status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}

fn is_4xx(status: u16) -> bool {
    (400..500).contains(&status)
}

/// Sorts what was asked of each operation.
fn asked(contract: &Contract, plan: &Plan, exchanges: &[Vec<Option<Exchange>>]) -> BTreeMap<usize, Asked> {
    let mut asked: BTreeMap<usize, Asked> = BTreeMap::new();
    for (index, (scenario, steps)) in plan.scenarios.iter().zip(exchanges).enumerate() {
        for (step, (case, exchange)) in scenario.cases.iter().zip(steps).enumerate() {
            let Some(exchange) = exchange else { continue };
            let operation = &contract.operations[case.operation];
            if case.request.method != operation.method || case.request.credentials != CredentialKind::Valid {
                continue;
            }
            let position = Position { scenario: index, step };
            let own = asked.entry(case.operation).or_default();
            let answer = exchange.answer();
            match verdict(scenario, steps, step) {
                Verdict::Reject => own.invalid.push(position),
                _ if answer.is_some_and(|answer| taken(operation, answer)) => own.accepted.push(position),
                // What an earlier step made of it is not known.
                Verdict::Either if case.expectation.verdict != Verdict::Either => {}
                verdict => own.refused.push((position, answer.map(|answer| answer.status), verdict)),
            }
        }
    }
    asked
}

/// Whether a request was carried out, or sent where it can be.
fn taken(operation: &Operation, answer: &Answer) -> bool {
    let redirected = (300..400).contains(&answer.status) && operation.response(answer.status).is_some();
    answer.accepted() || redirected
}

/// Whether two requests to one operation go to the same resource, or both to none: no id that the
/// run made up for a path leads anywhere.
fn goes_where(one: &Parts, other: &Parts) -> bool {
    let texts = |parts: &Parts| -> Vec<Pieces> { parts.path.iter().chain(&parts.query).cloned().collect() };
    let alike = |(one, other): (&Pieces, &Pieces)| one == other || (one.carries_run() && other.carries_run());
    let (one, other) = (texts(one), texts(other));
    one.len() == other.len() && one.iter().zip(&other).all(alike)
}

/// Everything that was sent and came back.
struct Whole<'r> {
    contract: &'r Contract,
    plan: &'r Plan,
    exchanges: &'r [Vec<Option<Exchange>>],
}

impl<'r> Whole<'r> {
    fn case(&self, position: Position) -> &'r Case {
        &self.plan[position]
    }

    fn operation(&self, position: Position) -> &'r Operation {
        &self.contract.operations[self.case(position).operation]
    }

    fn exchange(&self, position: Position) -> Option<&'r Exchange> {
        position.of(self.exchanges)
    }

    fn status(&self, position: Position) -> Option<u16> {
        Some(self.exchange(position)?.answer()?.status)
    }

    fn refused(&self, position: Position) -> bool {
        self.status(position).is_some_and(is_4xx)
    }

    /// Whether a request that is invalid in itself was refused for what is there already.
    fn conflicts(&self, position: Position) -> bool {
        let violations = &self.case(position).expectation.violations;
        self.status(position) == Some(409)
            && !violations.iter().any(|violation| violation.cause == Cause::Repeated)
    }

    /// Whether a request was refused for a resource that is gone since another request, which had to be
    /// refused as well, was not.
    fn is_gone(&self, position: Position) -> bool {
        let case = self.case(position);
        let Some(needs) = &case.needs else { return false };
        if !matches!(self.status(position), Some(404 | 409 | 410)) {
            return false;
        }
        let mut others = self.plan.placed().filter(|(other, _)| *other != position);
        others.any(|(other, one)| {
            one.operation == case.operation
                && one.request.method == "DELETE"
                && one.needs.as_ref().is_some_and(|own| own.purpose == needs.purpose)
                && self.exchange(other).is_some_and(Exchange::accepted)
        })
    }

    fn view(&self, position: Position, verdict: Verdict) -> Option<View<'r>> {
        let exchange = self.exchange(position)?;
        Some(View::new((self.contract, self.plan, ""), self.case(position), exchange, position, verdict))
    }

    /// Whether an answer says that something is there already, to a request that may have been sent
    /// before: by an earlier run, if not by this one.
    fn is_of_our_making(&self, history: &History<'_>, observation: &Observation) -> bool {
        let position = observation.position;
        let case = self.case(position);
        self.status(position) == Some(409)
            && case.request.body.is_some()
            && case.expectation.verdict != Verdict::Reject
            && !history.unknown(case.operation, &case.request, false).is_empty()
    }

    /// Whether a refusal carries a code for a cause that the request does not have.
    fn tells_no_cause(&self, position: Position) -> bool {
        let answer = self.exchange(position).and_then(Exchange::answer);
        let view = self.view(position, self.case(position).expectation.verdict);
        answer.zip(view).is_some_and(|(answer, view)| check::valid_accepted::tells_no_cause(&view, answer))
    }

    /// The valid requests that were refused in a way that may be due to their data.
    fn refusals(&self, operation: &'r Operation, asked: &Asked) -> Vec<Refusal<'r>> {
        let refused = asked.refused.iter().filter(|(_, _, verdict)| *verdict == Verdict::Accept);
        let refused = refused.filter_map(|(position, ..)| {
            let (case, answer) = (self.case(*position), self.exchange(*position)?.answer()?);
            // A large body may be too large.
            let allowed = case.expectation.statuses.iter().any(|status| status.contains(answer.status));
            let about_data = check::valid_accepted::may_be_about_data(operation, answer.status);
            (about_data && !allowed && case.follows.is_none() && !self.tells_no_cause(*position))
                .then_some(Refusal { position: *position, case, answer })
        });
        refused.collect()
    }
}

/// Whether a case asks for what nobody has, and nothing else is wrong with it.
fn is_about_nobody(case: &Case) -> bool {
    let violations = &case.expectation.violations;
    case.needs.is_some() && violations.iter().all(|violation| violation.cause == Cause::NotFound)
}

/// Whether an observation says nothing, in the light of the whole run.
fn is_excused(
    run: &Whole<'_>,
    untested: &Untested,
    asked: &BTreeMap<usize, Asked>,
    observation: &Observation,
) -> bool {
    let position = observation.position;
    let Some(case) = run.plan.case(position) else { return false };
    let is = |check: &super::Check| observation.check.id == check.id;
    let spoilt =
        [&check::error_code::CHECK, &check::credentials_enforced::CHECK, &check::documented_status::CHECK];
    if spoilt.into_iter().any(is) && run.is_gone(position) {
        return true;
    }
    if is(&check::error_code::CHECK) {
        // Who refuses everything, or what was there before, has not come to the cause.
        let stranger = !case.request.credentials.is_valid();
        return !stranger && untested.cases.contains(&position) && !run.tells_no_cause(position);
    }
    if is(&check::invalid_rejected::CHECK) && is_about_nobody(case) {
        // Where the known is not known, nothing is said of the unknown.
        return asked.get(&case.operation).is_none_or(|own| own.accepted.is_empty());
    }
    if is(&check::uniqueness::CHECK) && observation.answer == check::uniqueness::NONE {
        // Who refuses everything does not say that none may win.
        let refused = run.refused(position) && !run.tells_no_cause(position);
        return untested.operations.contains(&case.operation) && refused;
    }
    if is(&check::credentials_enforced::CHECK)
        && let Some(status) = run.status(position).filter(|status| is_4xx(*status))
    {
        // What is refused to everybody alike need not be refused to a stranger for being one.
        let own = asked.get(&case.operation);
        let mut refused = own.into_iter().flat_map(|own| &own.refused);
        let same_path = |other: Position| goes_where(&run.case(other).request.parts, &case.request.parts);
        let mut accepted = own.into_iter().flat_map(|own| &own.accepted);
        let taken = accepted.any(|other| status != 404 || same_path(*other));
        return !taken && refused.any(|(other, came, _)| *came == Some(status) && same_path(*other));
    }
    false
}
