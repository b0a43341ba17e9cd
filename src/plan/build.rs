//! The plan as a whole: the cases of every operation, put in order of worth.

use super::derive::{Deriver, Draft, ODD, identify};
use super::guard::{self, Guards};
use super::idle;
use super::select::Selection;
use super::spare::WRONG_PASSWORDS;
use super::unsent::{unjudged, unsent};
use super::{Candidates, Gap, KnownValue, Labeller, Plan, Scenario, Verdict, Ways, supply};
use crate::contract::{Contract, Operation, Unread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What more is tried of credentials, where they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Also {
    /// Every alternative of what operations ask for.
    Alternatives,
    /// Those of another user, to whom nothing of the run belongs.
    AnotherUser,
}

/// What a plan is made for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wishes {
    /// What random choices are derived from.
    pub seed: u64,
    /// Which operations and cases are wanted.
    pub selection: Selection,
    /// The most requests that may be sent.
    pub max_requests: Option<usize>,
    /// Whether undeclared methods that could change or delete something are tried too.
    pub changing_methods: bool,
    /// Whether there is a token of somebody else to be refused.
    pub foreign_token: bool,
    /// What more is tried of credentials.
    #[serde(default)]
    pub also: Vec<Also>,
    /// Whether a token is fetched whose end can be waited for.
    pub expired_token: bool,
    /// What only the user knows.
    #[serde(default)]
    pub values: Vec<KnownValue>,
    /// What is spared.
    pub guards: Guards,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Nothing is left to send.
    #[error("nothing is left to test: no case matches the selection")]
    NothingSelected,
    /// No operation can be tested at all.
    #[error("nothing can be tested: {0}")]
    NothingTestable(String),
    /// The contract describes no operation.
    #[error("nothing can be tested: the contract describes no operation{}", named(.0))]
    NoOperations(Vec<String>),
    /// The limit is below one scenario.
    #[error("nothing can be tested with at most {0} requests")]
    NoRoom(usize),
}

/// The webhooks that a contract has instead of operations.
fn named(webhooks: &[String]) -> String {
    if webhooks.is_empty() {
        return String::new();
    }
    format!("; its webhooks are requests that the host sends: {}", webhooks.join(", "))
}

/// So many scenarios of one operation are sent.
const SCENARIOS: usize = 220;

/// How many scenarios of an operation are sent: so many if each breaks something, and so many whatever
/// they do.
#[derive(Clone, Copy)]
struct Room {
    breaking: usize,
    any: usize,
}

const fn room(breaking: usize, any: usize) -> Room {
    Room { breaking, any }
}

/// The roomiest that keeps the whole plan below [`ORDINARY`] is taken: what breaks nothing goes first.
const ROOMS: [Room; 14] = [
    room(4 * SCENARIOS, SCENARIOS),
    room(2 * SCENARIOS, SCENARIOS),
    room(SCENARIOS, SCENARIOS),
    room(SCENARIOS, SCENARIOS * 3 / 4),
    room(SCENARIOS, SCENARIOS * 5 / 8),
    room(SCENARIOS, SCENARIOS / 2),
    room(SCENARIOS, SCENARIOS * 7 / 16),
    room(SCENARIOS, SCENARIOS * 3 / 8),
    room(SCENARIOS * 7 / 8, SCENARIOS * 3 / 8),
    room(SCENARIOS * 3 / 4, SCENARIOS * 3 / 8),
    room(SCENARIOS * 5 / 8, SCENARIOS * 3 / 8),
    room(SCENARIOS / 2, SCENARIOS * 3 / 8),
    room(SCENARIOS / 2, SCENARIOS * 5 / 16),
    room(SCENARIOS / 2, SCENARIOS / 4),
];

/// The one of a plan that is long all the same, and the least roomy that is sure before all is counted.
const LONG: usize = 2;

/// A plan of more requests is long.
const ORDINARY: usize = 14_500;

/// What a gap belongs to that is not one operation's.
const EVERY_OPERATION: &str = "every operation";

/// Generated values may be as deep as on the main thread.
const STACK_BYTES: usize = 8 << 20;

/// What one operation implies.
struct Derived {
    drafts: Vec<Draft>,
    /// Whether there were more of them.
    cut: bool,
    gaps: Vec<Gap>,
    candidates: Option<Candidates>,
}

impl Derived {
    /// How many scenarios are sent.
    fn fitting(&self, room: Room) -> usize {
        let breaking = self.drafts.partition_point(|draft| draft.worth < ODD);
        breaking.clamp(room.any.min(room.breaking), room.breaking).min(self.drafts.len())
    }

    /// Keeps what there is room for, which is worth most.
    fn keep(&mut self, room: Room) {
        let room = self.fitting(room);
        if room < self.drafts.len() {
            self.cut = true;
            self.drafts.truncate(room);
            self.drafts.shrink_to_fit();
        }
    }
}

impl Derived {
    fn label(&mut self, known: (&Labeller<'_>, &Ways), operation: usize) {
        let drafts = std::mem::take(&mut self.drafts).into_iter();
        self.drafts = drafts.map(|draft| draft.label(known, operation)).collect();
    }

    /// Tells where a host may refuse everything.
    fn nothing_clear(&self, operation: &Operation) -> Option<Gap> {
        let cases = || {
            let cases = self.drafts.iter().filter_map(Draft::scenario).flat_map(|scenario| &scenario.cases);
            cases.filter(|case| case.request.method == operation.method)
        };
        let verdicts = |wanted| cases().find(move |case| case.expectation.verdict == wanted);
        if verdicts(Verdict::Accept).is_some() {
            return None;
        }
        let silent = verdicts(Verdict::Either)?.expectation.silent.join("; ");
        let why = format!("no request is clearly valid, so that a host may refuse all: {silent}");
        Some(Gap { operation: operation.id.clone(), at: operation.at.clone(), why })
    }
}

/// How many requests the plan has, for each of [`ROOMS`].
#[derive(Default)]
struct Count([usize; ROOMS.len()]);

impl Count {
    fn add(&mut self, one: &Derived) {
        for (count, room) in self.0.iter_mut().zip(ROOMS) {
            let kept = &one.drafts[..one.fitting(room)];
            *count += kept.iter().map(Draft::len).sum::<usize>();
        }
    }

    /// Which of [`ROOMS`] each operation has. It gets less with each that is added, but for a plan that
    /// is long all the same.
    fn index(&self) -> usize {
        self.0.iter().position(|count| *count < ORDINARY).unwrap_or(LONG)
    }

    fn room(&self) -> Room {
        ROOMS[self.index()]
    }
}

/// Leaves out what is worth least, and says where.
fn limit(contract: &Contract, all: &mut [Derived], room: Room) {
    for (index, (one, operation)) in all.iter_mut().zip(&contract.operations).enumerate() {
        one.keep(room);
        identify(&mut one.drafts, index);
        one.gaps.extend(one.nothing_clear(operation));
        if one.cut {
            let why = "more cases can be derived than are sent: those of least worth are left out".into();
            one.gaps.push(Gap { operation: operation.id.clone(), at: operation.at.clone(), why });
        }
    }
}

/// What threads wait for: that all who entered have left.
#[derive(Default)]
struct Latch {
    inside: Mutex<usize>,
    left: Condvar,
}

/// Leaves when it is dropped, also by a panic.
struct Entered<'l>(&'l Latch);

impl Latch {
    fn inside(&self) -> MutexGuard<'_, usize> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Entered<'_> {
        *self.inside() += 1;
        Entered(self)
    }

    fn wait(&self) {
        let others = self.left.wait_while(self.inside(), |inside| *inside > 0);
        drop(others.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        *self.0.inside() -= 1;
        self.0.left.notify_all();
    }
}

/// What each operation implies, in their order, derived on every processor there is.
fn derived(labeller: &Labeller<'_>, (wishes, ways): (&Wishes, &Ways)) -> Vec<Derived> {
    let contract = labeller.contract;
    let counted = Mutex::new(Count::default());
    let kept = |mut one: Derived| {
        let mut count = counted.lock().unwrap_or_else(PoisonError::into_inner);
        count.add(&one);
        one.keep(ROOMS[count.index().min(LONG)]);
        one
    };
    let count = contract.operations.len();
    let next = AtomicUsize::new(0);
    let derived = Latch::default();
    let derive = |deriving: Entered<'_>, labeller: &Labeller<'_>| {
        let mut all = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let mut deriver = Deriver::new(labeller, index, (wishes, ways), &[]);
            deriver.derive();
            let Deriver { mut drafts, gaps, candidates, .. } = deriver;
            drafts.sort_by_key(|draft| draft.worth);
            all.push((index, kept(Derived { drafts, cut: false, gaps, candidates })));
        }
        // To label takes longest: only when all are counted is it known of which there is need.
        drop(deriving);
        derived.wait();
        let room = counted.lock().unwrap_or_else(PoisonError::into_inner).room();
        for (index, one) in &mut all {
            one.keep(room);
            one.label((labeller, ways), *index);
        }
        all
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(count);
    let mut all = thread::scope(|scope| {
        let (derive, own) = (&derive, derived.enter());
        let another = |_| {
            let deriving = derived.enter();
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, move || derive(deriving, &Labeller::new(contract))).ok()
        };
        let others: Vec<_> = (1..threads).filter_map(another).collect();
        let mut all = derive(own, labeller);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(index, _)| *index);
    let mut all: Vec<Derived> = all.into_iter().map(|(_, derived)| derived).collect();
    let count = counted.into_inner().unwrap_or_else(PoisonError::into_inner);
    limit(contract, &mut all, count.room());
    all
}

/// How many cases each operation has.
fn counts(plan: &Plan) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    plan.cases().for_each(|case| *counts.entry(case.operation).or_default() += 1);
    counts
}

/// What the contract says and nobody reads.
fn unread(contract: &Contract, wishes: &Wishes) -> Vec<Gap> {
    let concerned =
        |id: &String| contract.operation(id).is_some_and(|operation| wishes.selection.concerns(operation));
    let lost = contract.unread.iter().filter(|lost| lost.operation.as_ref().is_none_or(concerned));
    let gap = |lost: &Unread| Gap {
        operation: lost.operation.clone().unwrap_or_else(|| EVERY_OPERATION.to_owned()),
        at: lost.at.clone(),
        why: lost.why.clone(),
    };
    lost.map(gap).collect()
}

/// Everything that the contract implies, in order of worth.
pub fn plan(contract: &Contract, wishes: &Wishes) -> Result<Plan, PlanError> {
    if contract.operations.is_empty() && contract.untestable.is_empty() {
        let webhooks = contract.webhooks.iter().map(|webhook| webhook.name.clone());
        return Err(PlanError::NoOperations(webhooks.collect()));
    }
    let mut drafts = Vec::new();
    let (mut gaps, mut candidates) = (Vec::new(), Vec::new());
    let labeller = Labeller::new(contract);
    let ways = supply::possible(&labeller, wishes, Ways::of(contract, wishes));
    let all = derived(&labeller, (wishes, &ways));
    for (index, mut derived) in all.into_iter().enumerate() {
        let operation = &contract.operations[index];
        if wishes.selection.concerns(operation) {
            gaps.append(&mut derived.gaps);
            candidates.extend(derived.candidates);
        }
        let mut ordinal = (0, 0);
        for draft in derived.drafts {
            ordinal = if draft.worth == ordinal.0 { (draft.worth, ordinal.1 + 1) } else { (draft.worth, 0) };
            drafts.extend(draft.into_scenario().map(|scenario| (ordinal, index, scenario)));
        }
    }
    let concerned = contract.operations.iter().filter(|one| wishes.selection.concerns(one));
    gaps.extend(idle::nullable(contract, concerned.clone()));
    gaps.extend(idle::unlisted(contract, &concerned));
    gaps.extend(idle::beside_references(contract, &concerned));
    gaps.extend(idle::patterns(contract, concerned.clone()));
    gaps.extend(unjudged(contract, concerned));
    gaps.extend(unread(contract, wishes));
    let sent = drafts.iter().map(|(_, _, scenario)| scenario);
    gaps.extend(unsent(contract, &wishes.selection, sent));
    let nothing = drafts.is_empty();
    drafts.sort_by_key(|(ordinal, index, _)| (*ordinal, *index));
    let wanted = |index: usize, scenario: &Scenario| {
        let operation = &contract.operations[index];
        let ids = scenario.cases.iter().map(|case| case.id.as_str());
        ids.chain([scenario.id.as_str()]).any(|id| wishes.selection.includes(operation, id))
            && !wishes.selection.excludes(operation, &scenario.id)
    };
    let mut scenarios: Vec<Arc<Scenario>> = drafts
        .into_iter()
        .filter(|(_, index, scenario)| wanted(*index, scenario))
        .map(|(_, _, scenario)| Arc::new(scenario))
        .collect();
    // It has the room that the drafts had.
    scenarios.shrink_to_fit();
    let (seed, wishes) = (wishes.seed, wishes.clone());
    let ways = Arc::new(ways);
    let mut plan = Plan { seed, scenarios, gaps, candidates, wishes, ways, ..Plan::default() };
    guard::guard(&labeller, &plan.wishes.guards.clone(), &mut plan);
    supply::supplied(&labeller, &mut plan);
    if plan.is_empty() && plan.withheld.is_empty() {
        let untestable = contract.untestable.iter().map(|one| (&one.operation, &one.why, &one.at));
        let gaps = plan.gaps.iter().map(|gap| (&gap.operation, &gap.why, &gap.at));
        let why = untestable
            .chain(gaps)
            .next()
            .map(|(operation, why, at)| format!("{}: {operation}: {why}", contract.document.locate(at)));
        return Err(match why {
            Some(why) if nothing => PlanError::NothingTestable(why),
            _ => PlanError::NothingSelected,
        });
    }
    if let Some(most) = plan.wishes.max_requests.filter(|_| !plan.is_empty()) {
        let all = counts(&plan);
        plan.truncate(most);
        let kept = counts(&plan);
        let left = |(operation, all): (usize, usize)| (operation, all - kept.get(&operation).unwrap_or(&0));
        plan.beyond = all.into_iter().map(left).filter(|(_, left)| *left > 0).collect();
        if plan.is_empty() {
            return Err(PlanError::NoRoom(most));
        }
    }
    plan.spare_user(contract, WRONG_PASSWORDS);
    Ok(plan)
}
