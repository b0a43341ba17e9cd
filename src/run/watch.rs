//! What a run has seen of its target, by which it tells an operation that hangs from a target that
//! is gone.

use super::error::Halt;
use super::follow;
use super::sender::{Sender, Underway};
use super::transport::Outgoing;
use crate::contract::{Contract, Operation};
use crate::exchange::Head;
use crate::exchange::Headers;
use crate::exchange::{Exchange, Failure, FailureKind, Outcome};
use crate::plan::guard::is_safe;
use crate::plan::{Case, Gap, Scenario};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So often an operation may hang.
const HANGS: usize = 3;

/// So long a host that went away is waited for.
const COMES_BACK: Duration = Duration::from_secs(1);

/// What was seen so far.
#[derive(Default)]
pub(super) struct Watch {
    /// How often each operation hung, by its index.
    hangs: Mutex<HashMap<usize, usize>>,
    /// How many requests were not sent because their operation hangs.
    unsent: Mutex<BTreeMap<usize, usize>>,
    /// Whether anything was answered, and the last request that changes nothing and was.
    answered: AtomicBool,
    safe: Mutex<Option<Outgoing>>,
    /// How often each operation was too late again when it was asked for once more.
    late_again: Mutex<HashMap<usize, usize>>,
    lost: AtomicBool,
    /// Since when nobody is there who was there before.
    away: Mutex<Option<Instant>>,
    /// Held by who asks whether the target is still there, so that nobody else does.
    asking: tokio::sync::Mutex<()>,
}

impl Watch {
    /// An answer came.
    pub(super) fn answered(&self, outgoing: &Outgoing) {
        self.answered.store(true, Ordering::Relaxed);
        *self.away.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if is_safe(&outgoing.head.method) {
            *self.safe.lock().unwrap_or_else(PoisonError::into_inner) = Some(outgoing.clone());
        }
    }

    /// Whether somebody who is not there may still come back: who was there, and is not gone for long.
    pub(super) fn may_come_back(&self) -> bool {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        !self.is_mute() && away.get_or_insert_with(Instant::now).elapsed() < COMES_BACK
    }

    /// Something came that is no answer: whoever says something, however wrong, is there.
    pub(super) fn spoke(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// No answer came.
    pub(super) fn failed(&self, case: &Case, operation: &Operation, failure: &Failure) {
        let nothing = failure.kind == FailureKind::TimedOut && failure.status.is_none();
        if nothing && case.request.method == operation.method {
            *self.hangs().entry(case.operation).or_default() += 1;
        }
    }

    /// What came too late came when it was asked for once more.
    fn forgive(&self, operation: usize) {
        if let Some(hangs) = self.hangs().get_mut(&operation) {
            *hangs = hangs.saturating_sub(1);
        }
    }

    fn late_again(&self, operation: usize) -> bool {
        let late = self.late_again.lock().unwrap_or_else(PoisonError::into_inner);
        late.get(&operation).is_some_and(|late| *late >= HANGS)
    }

    fn hangs(&self) -> std::sync::MutexGuard<'_, HashMap<usize, usize>> {
        self.hangs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an operation hung too often to be asked for more.
    pub(super) fn is_out(&self, operation: usize) -> bool {
        self.hangs().get(&operation).is_some_and(|hangs| *hangs >= HANGS)
    }

    /// Whether a scenario is to wait, because an operation of it hangs.
    pub(super) fn puts_off(&self, scenario: &Scenario) -> bool {
        let hangs = self.hangs();
        let out = |case: &Case| hangs.get(&case.operation).is_some_and(|hangs| *hangs >= HANGS);
        !hangs.is_empty() && scenario.cases.iter().any(out)
    }

    /// Whether a case is not sent, because its operation hangs.
    pub(super) fn leaves_out(&self, case: &Case) -> bool {
        let out = self.is_out(case.operation);
        if out {
            self.left_out(case);
        }
        out
    }

    /// A case is not sent.
    pub(super) fn left_out(&self, case: &Case) {
        let mut unsent = self.unsent.lock().unwrap_or_else(PoisonError::into_inner);
        *unsent.entry(case.operation).or_default() += 1;
    }

    /// What was not sent because an operation hangs.
    pub(super) fn gaps(&self, contract: &Contract) -> Vec<Gap> {
        let unsent = self.unsent.lock().unwrap_or_else(PoisonError::into_inner);
        let gap = |(index, requests): (&usize, &usize)| {
            let operation = &contract.operations[*index];
            let requests = match requests {
                1 => "1 request was".to_owned(),
                many => format!("{many} requests were"),
            };
            Gap {
                operation: operation.id.clone(),
                at: operation.at.clone(),
                why: format!("it gave no answer {HANGS} times, and was left out: {requests} not sent"),
            }
        };
        unsent.iter().map(gap).collect()
    }

    /// Whether nothing at all was answered.
    pub(super) fn is_mute(&self) -> bool {
        !self.answered.load(Ordering::Relaxed)
    }
}

impl Sender<'_> {
    /// Why nothing more is sent, if so.
    pub(super) async fn enough(&self) -> Option<String> {
        let why = self.tally.enough()?;
        if self.tally.is_silent() && self.is_there().await { None } else { Some(why) }
    }

    /// Whether a target of which the last requests got no answer still gives one: it is lost only
    /// where it no longer does what it did before.
    async fn is_there(&self) -> bool {
        let _alone = self.watch.asking.lock().await;
        if !self.tally.is_silent() {
            return true;
        }
        if self.watch.is_mute() || self.watch.lost.load(Ordering::Relaxed) {
            return false;
        }
        let known = self.watch.safe.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let outgoing = known.unwrap_or_else(|| at_root(self.target));
        let came = self.send(None, &outgoing, true, &Underway::default()).await;
        let there = matches!(came, Ok((Outcome::Answered(_), _)));
        if there {
            self.tally.heard();
        }
        self.watch.lost.store(!there, Ordering::Relaxed);
        there
    }

    /// Asks once more for what came too late, if nothing can come of that. Nothing else may be in
    /// flight, so that only the target can be slow.
    pub(super) async fn ask_again_alone(
        &self,
        scenario: &Scenario,
        exchanges: &mut [Option<Exchange>],
    ) -> Result<(), Halt> {
        for (step, case) in scenario.cases.iter().enumerate() {
            let late = exchanges[step].as_ref().is_some_and(|exchange| is_late(case, exchange));
            if !late || self.watch.late_again(case.operation) || self.enough().await.is_some() {
                continue;
            }
            let Ok(case) =
                follow::filled(self.contract, scenario, case, (&exchanges[..step], &self.supplies))
            else {
                continue;
            };
            let again = self.settled(&case, &Underway::default()).await?;
            if is_late(&case, &again) {
                let mut late = self.watch.late_again.lock().unwrap_or_else(PoisonError::into_inner);
                *late.entry(case.operation).or_default() += 1;
            } else {
                self.watch.forgive(case.operation);
            }
            let before = exchanges[step].take().map_or(0, |exchange| exchange.attempts);
            exchanges[step] = Some(Exchange { attempts: before + again.attempts, ..again });
        }
        Ok(())
    }
}

/// Whether something of a scenario came too late and may be asked for once more.
pub(super) fn any_late(scenario: &Scenario, exchanges: &[Option<Exchange>]) -> bool {
    let mut pairs = scenario.cases.iter().zip(exchanges);
    pairs.any(|(case, exchange)| exchange.as_ref().is_some_and(|exchange| is_late(case, exchange)))
}

fn is_late(case: &Case, exchange: &Exchange) -> bool {
    let failed = |kind| matches!(&exchange.outcome, Outcome::Failed(failure) if failure.kind == kind);
    is_safe(&case.request.method) && failed(FailureKind::TimedOut)
}

/// A request that changes nothing.
pub(super) fn at_root(target: &str) -> Outgoing {
    let (method, url) = ("OPTIONS".into(), format!("{target}/"));
    Outgoing::new(Head { method, url, headers: Headers::default() }, None)
}
