//! Judging beside the sending: what came back is judged on a thread of its own, so that the
//! next request does not wait for it.

use super::credentials::hidden;
use super::exchange::{Exchange, Outcome};
use super::secret::Secrets;
use super::{Event, Observer};
use crate::contract::Contract;
use crate::judge::{self, Note, Observation};
use crate::plan::Plan;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What one scenario brought, as it came.
pub(super) struct Heard {
    pub(super) scenario: usize,
    pub(super) exchanges: Vec<Option<Exchange>>,
    pub(super) secrets: Arc<Secrets>,
}

/// What one scenario left behind: judged as it came, kept as it may be shown.
pub(super) struct Done {
    pub(super) scenario: usize,
    pub(super) exchanges: Vec<Option<Exchange>>,
    pub(super) observations: Vec<Observation>,
    pub(super) notes: Vec<Note>,
}

/// Judges scenarios.
pub(super) struct Judge {
    pub(super) contract: Arc<Contract>,
    pub(super) plan: Arc<Plan>,
    pub(super) observer: Arc<dyn Observer>,
}

impl Judge {
    /// Judges what came back, and takes the secrets out of it.
    pub(super) fn judge(&self, heard: Heard) -> Done {
        let Heard { scenario: index, mut exchanges, secrets } = heard;
        for exchange in exchanges.iter_mut().flatten() {
            exchange.leaks_secret =
                matches!(&exchange.outcome, Outcome::Answered(answer) if secrets.stand_in(&answer.body));
        }
        let (mut observations, mut notes) = (Vec::new(), Vec::new());
        for step in 0..exchanges.len() {
            let judged = judge::exchange(&self.contract, &self.plan, &exchanges, (index, step));
            observations.extend(judged.observations);
            notes.extend(judged.note);
        }
        for text in observations.iter_mut().flat_map(Observation::texts) {
            *text = secrets.hide(std::mem::take(text));
        }
        for (step, exchange) in exchanges.iter_mut().enumerate() {
            let Some(shown) = exchange.take() else { continue };
            let shown = hidden(&secrets, shown);
            let own: Vec<_> = observations.iter().filter(|observation| observation.step == step).collect();
            let position = (index, step);
            self.observer.event(&Event::Exchanged { position, exchange: &shown, observations: &own });
            *exchange = Some(shown);
        }
        Done { scenario: index, exchanges, observations, notes }
    }
}

/// A thread that judges.
pub(super) struct Bench {
    heard: mpsc::Sender<Heard>,
    thread: JoinHandle<Vec<Done>>,
}

impl Bench {
    /// A thread that judges, if the system has one to give.
    pub(super) fn open(judge: &Arc<Judge>) -> Option<Bench> {
        let (heard, receiver) = mpsc::channel();
        let judge = Arc::clone(judge);
        let thread = thread::Builder::new().name("judge".into()).spawn(move || sit(&judge, &receiver));
        Some(Bench { heard, thread: thread.ok()? })
    }

    /// Takes what a scenario brought.
    pub(super) fn hear(&self, heard: Heard) {
        // Nobody listens only if judging panicked, which `close` passes on.
        let _ = self.heard.send(heard);
    }

    /// Everything that was judged, in no order.
    pub(super) fn close(self) -> Vec<Done> {
        drop(self.heard);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn sit(judge: &Judge, receiver: &Receiver<Heard>) -> Vec<Done> {
    /// While answers come in one after the other, to be woken for each would cost the sender
    /// more than the judging does.
    const PAUSE: Duration = Duration::from_millis(1);
    let mut done = Vec::new();
    while let Ok(heard) = receiver.recv() {
        done.push(judge.judge(heard));
        thread::park_timeout(PAUSE);
        done.extend(receiver.try_iter().map(|heard| judge.judge(heard)));
    }
    done
}
