//! Faults at work: the few points at which a faulty host decides otherwise than a correct one.
//!
//! Every point knows what a correct host would do, so that it is told honestly whether a fault
//! ever changed anything.

use super::change::{self, Change};
use super::parameter::Reread;
use super::twist::Memory;
use super::unique::{GAP, Lapse, Remembered};
use super::{Defect, Fault, Forgets, Stranger, request};
use crate::contract::extension::Unique;
use crate::contract::{Contract, Operation};
use crate::host::access::Access;
use crate::host::answer::Answer;
use crate::host::intake::{Admitted, Asked, Breach};
use crate::json;
use crate::wire::Received;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The faults of a host, and what they did.
#[derive(Debug)]
pub(in crate::host) struct Planted {
    armed: Vec<Armed>,
    arrivals: Mutex<Arrivals>,
}

/// A fault and what it remembers.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    memory: Memory,
    remembered: Remembered,
}

/// What came so far.
#[derive(Debug, Default)]
struct Arrivals {
    /// How often each request came.
    counts: HashMap<u64, usize>,
    /// The requests that a fault made a difference to, and the how-manieth of its like each was.
    changed: HashSet<(u64, usize)>,
}

/// What a request is known by.
pub(in crate::host) fn digest(method: &str, target: &str, body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (method, target, body).hash(&mut hasher);
    hasher.finish()
}

fn digest_of(asked: &Asked<'_>) -> u64 {
    digest(asked.method, &asked.target(), asked.body.unwrap_or_default())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Planted {
    pub(in crate::host) fn new(faults: Vec<Fault>) -> Planted {
        let armed = faults.into_iter().map(|fault| Armed { fault, state: Mutex::default() });
        Planted { armed: armed.collect(), arrivals: Mutex::default() }
    }

    /// Whether a fault made a difference to the n-th request of its like.
    pub(in crate::host) fn changed(&self, digest: u64, nth: usize) -> bool {
        locked(&self.arrivals).changed.contains(&(digest, nth))
    }

    /// Whether a fault made any difference.
    pub(in crate::host) fn changed_anything(&self) -> bool {
        !locked(&self.arrivals).changed.is_empty()
    }

    /// A request came.
    pub(in crate::host) fn arrived(&self, asked: &Asked<'_>) {
        *locked(&self.arrivals).counts.entry(digest_of(asked)).or_default() += 1;
    }

    fn mark(&self, asked: &Asked<'_>) {
        let digest = digest_of(asked);
        let mut arrivals = locked(&self.arrivals);
        let nth = arrivals.counts.get(&digest).copied().unwrap_or_default();
        arrivals.changed.insert((digest, nth));
    }

    fn of(&self, operation: usize) -> impl Iterator<Item = &Armed> {
        self.armed.iter().filter(move |armed| armed.fault.operation == operation)
    }

    /// The operation that takes an undeclared method, among those of a path.
    pub(in crate::host) fn takes_method(
        &self,
        asked: &Asked<'_>,
        path: &[(String, Option<usize>)],
    ) -> Option<usize> {
        let armed = self.armed.iter().find(|armed| {
            matches!(armed.fault.defect, Defect::Takes(method) if method == asked.method)
                && path.iter().any(|(_, index)| *index == Some(armed.fault.operation))
        })?;
        self.mark(asked);
        Some(armed.fault.operation)
    }

    /// Whether somebody is let in that should not be.
    pub(in crate::host) fn lets_in(
        &self,
        contract: &Contract,
        operation: usize,
        access: &Access,
        asked: &Asked<'_>,
    ) -> bool {
        let mut who = None;
        let lets_in = self.of(operation).any(|armed| {
            let Defect::LetsIn(stranger) = &armed.fault.defect else { return false };
            let who = who.get_or_insert_with(|| {
                Stranger::who(contract, &contract.operations[operation], access, asked)
            });
            who == stranger
        });
        if lets_in {
            self.mark(asked);
        }
        lets_in
    }

    /// Takes out of what is wrong with a request what is not seen; a request with nothing left
    /// is taken.
    pub(in crate::host) fn excuse(
        &self,
        contract: &Contract,
        operation: usize,
        asked: &Asked<'_>,
        breaches: &mut Vec<Breach>,
        refuse: impl Fn(&[Breach]) -> Answer,
    ) -> Option<Admitted> {
        for armed in self.of(operation) {
            let Defect::Lax(lax) = &armed.fault.defect else { continue };
            let before = breaches.clone();
            breaches.retain(|breach| !lax.lets_pass(breach, asked));
            if breaches.len() == before.len() {
                continue;
            }
            if *lax == request::Lax::MediaType {
                breaches.extend(request::broken(contract, &contract.operations[operation], asked));
            }
            if breaches.is_empty() {
                self.mark(asked);
                return Some(request::read(contract, &contract.operations[operation], asked));
            }
            if !refuse(&before).is_same(&refuse(breaches)) {
                self.mark(asked);
            }
        }
        None
    }

    /// What is read of a request where a parameter is read otherwise.
    pub(in crate::host) fn reread(&self, operation: usize, received: &Received<'_>) -> Option<Reread> {
        self.of(operation).find_map(|armed| match &armed.fault.defect {
            Defect::Misreads(misread) => Some(misread.reread(received)),
            _ => None,
        })
    }

    /// The body that is read of a request where bodies are read otherwise.
    pub(in crate::host) fn reread_body(&self, operation: usize, asked: &Asked<'_>) -> Option<Vec<u8>> {
        self.of(operation).find_map(|armed| match &armed.fault.defect {
            Defect::MisreadsBody(misread) => misread.reread(asked),
            _ => None,
        })
    }

    /// What was read otherwise made a difference.
    pub(in crate::host) fn misread(&self, asked: &Asked<'_>) {
        self.mark(asked);
    }

    /// Whether the host forgets something of a resource that a correct one remembers.
    pub(in crate::host) fn forgets(&self, operation: usize, what: Forgets, asked: &Asked<'_>) -> bool {
        let is_it = |armed: &Armed| matches!(armed.fault.defect, Defect::Forgets(own) if own == what);
        let forgets = self.of(operation).any(is_it);
        if forgets {
            self.mark(asked);
        }
        forgets
    }

    /// A request was refused, before its unique values were looked at.
    pub(in crate::host) fn refused(
        &self,
        operation: &Operation,
        index: usize,
        stranger: bool,
        asked: &Asked<'_>,
    ) {
        let wanted = if stranger { Lapse::StrangerTakes } else { Lapse::RefusedTakes };
        for armed in self.of(index) {
            let Defect::Lapse { field, lapse } = &armed.fault.defect else { continue };
            if *lapse == wanted
                && let Some(unique) = operation.behaviour.unique.get(*field)
                && let Some(text) = asked.body.and_then(|body| json::read(body).ok())
            {
                locked(&armed.state).remembered.note(lapse, unique, &text.to_value());
            }
        }
    }

    /// Which fields repeat a value, given what a correct host says.
    pub(in crate::host) fn takes(
        &self,
        index: usize,
        fields: &[Unique],
        asked: &Asked<'_>,
        request: &Value,
        correct: Result<(), Vec<String>>,
    ) -> Result<(), Vec<String>> {
        let mut repeated = correct.err().unwrap_or_default();
        for armed in &self.armed {
            let Defect::Lapse { field, lapse } = &armed.fault.defect else { continue };
            let mut state = locked(&armed.state);
            if armed.fault.operation != index {
                if *lapse == Lapse::Shared && repeated.is_empty() {
                    for unique in fields {
                        state.remembered.note(lapse, unique, request);
                    }
                }
                continue;
            }
            let Some(unique) = fields.get(*field) else { continue };
            let before = repeated.clone();
            repeated.retain(|known| *known != unique.field);
            if state.remembered.takes(lapse, unique, request, repeated.is_empty()) {
                repeated.push(unique.field.clone());
            }
            if repeated != before {
                self.mark(asked);
            }
        }
        if repeated.is_empty() { Ok(()) } else { Err(repeated) }
    }

    /// What the host takes for the time.
    pub(in crate::host) fn now(&self, operation: usize, asked: &Asked<'_>, tells_time: bool) -> Timestamp {
        let mut now = Timestamp::now();
        for armed in self.of(operation) {
            if let Defect::Clock(seconds) = armed.fault.defect
                && let Ok(wrong) = now.checked_add(SignedDuration::from_secs(seconds))
            {
                now = wrong;
                if tells_time {
                    self.mark(asked);
                }
            }
        }
        now
    }

    /// The answer that is given in place of a correct one.
    pub(in crate::host) fn spoil(&self, operation: usize, asked: &Asked<'_>, mut answer: Answer) -> Answer {
        for armed in self.of(operation) {
            match &armed.fault.defect {
                Defect::Answer { status, every, change }
                    if status.is_none_or(|status| answer.status.as_u16() == status) =>
                {
                    let is_spared = match change {
                        Change::Crash(input) => !input.is_in(asked),
                        Change::Stumble(odd) => !odd.is_in(asked),
                        _ => false,
                    };
                    if is_spared {
                        continue;
                    }
                    if matches!(change, Change::Items { when, .. } if !when.is(&asked.query)) {
                        continue;
                    }
                    // Where no body is sent, it cannot end early.
                    if matches!(change, Change::Lost(_)) && (asked.method == "HEAD" || answer.is_bodiless()) {
                        continue;
                    }
                    let mut state = locked(&armed.state);
                    state.memory.count += 1;
                    if !state.memory.count.is_multiple_of(*every) {
                        continue;
                    }
                    let before = answer.clone();
                    change::apply(change, &mut answer, &mut state.memory, &asked.query);
                    if !answer.is_same(&before) {
                        self.mark(asked);
                    }
                }
                Defect::Lapse { lapse: Lapse::Race, .. } if answer.status.is_success() => {
                    answer.late = Some(GAP);
                }
                _ => {}
            }
        }
        answer
    }
}
