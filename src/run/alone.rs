//! What is done once nothing else is in flight: what came too late is asked for once more, and what
//! waited for an operation that seemed to hang is sent if it does not.

use super::error::Halt;
use super::runner::{Runner, Stop, stopped};
use super::sink::Heard;
use crate::plan::Plan;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

/// What is left for the time when nothing else is in flight.
#[derive(Default)]
pub(super) struct Rest {
    late: Mutex<Vec<Heard>>,
    put_off: Mutex<Vec<usize>>,
}

impl Rest {
    /// Something of a scenario came too late.
    pub(super) fn late(&self, heard: Heard) {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
    }

    /// What came too late, in the order of the plan; it is given once.
    pub(super) fn late_ones(&self) -> Vec<Heard> {
        let mut late = std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner));
        late.sort_by_key(|heard| heard.scenario);
        late
    }

    /// A scenario waits, because an operation of it hangs.
    pub(super) fn put_off(&self, index: usize) {
        self.put_off.lock().unwrap_or_else(PoisonError::into_inner).push(index);
    }
}

impl Runner<'_> {
    /// Settles what is left, one request after the other, as far as the run is not stopped.
    pub(super) async fn alone(
        &self,
        plan: &Arc<Plan>,
        rest: &Rest,
        take: &impl Fn(Heard),
        stop: &Stop,
    ) -> Result<(), Halt> {
        let over = || *stop.borrow();
        for heard in rest.late_ones() {
            take(if over() { heard } else { self.asked_again(plan, heard, stop).await? });
        }
        let mut put_off = std::mem::take(&mut *rest.put_off.lock().unwrap_or_else(PoisonError::into_inner));
        put_off.sort_unstable();
        for index in put_off {
            let scenario = &plan.scenarios[index];
            if over() || self.sender.enough().await.is_some() {
                break;
            }
            if self.sender.watch.puts_off(scenario) {
                scenario.cases.iter().for_each(|case| self.sender.watch.left_out(case));
                continue;
            }
            let mut signal = stop.clone();
            let heard = self.scenario((plan, index), scenario, pin!(stopped(&mut signal))).await?;
            take(self.asked_again(plan, heard, stop).await?);
        }
        Ok(())
    }

    /// The same with what came when it was asked for once more.
    pub(super) async fn asked_again(
        &self,
        plan: &Plan,
        mut heard: Heard,
        stop: &Stop,
    ) -> Result<Heard, Halt> {
        let scenario = &plan.scenarios[heard.scenario];
        let mut signal = stop.clone();
        tokio::select! {
            biased;
            () = stopped(&mut signal) => {}
            again = self.sender.ask_again_alone(scenario, &mut heard.exchanges) => again?,
        }
        Ok(Heard { secrets: self.sender.authenticator.secrets(), ..heard })
    }
}
