//! Judging beside the sending: what came back is judged on a thread of its own while the sender
//! waits, and on every processor once nothing more is sent, so that no request waits for it.

use super::credentials::hidden;
use super::secret::{Held, Secrets};
use super::{Event, Observer};
use crate::contract::Contract;
use crate::exchange::Exchange;
use crate::judge::{self, Note, Observation};
use crate::plan::{Plan, Scenario};
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
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
    /// The identity of the run.
    pub(super) run: String,
    pub(super) observer: Arc<dyn Observer>,
}

impl Done {
    /// That of a scenario that is left out.
    pub(super) fn nothing(index: usize, scenario: &Scenario) -> Done {
        let exchanges = scenario.cases.iter().map(|_| None).collect();
        Done { scenario: index, exchanges, observations: Vec::new(), notes: Vec::new() }
    }
}

impl Judge {
    /// Judges what came back, and takes the secrets out of it.
    pub(super) fn judge(&self, heard: Heard) -> Done {
        let Heard { scenario: index, mut exchanges, secrets } = heard;
        let answers = exchanges.iter().map(|exchange| exchange.as_ref()?.answer());
        let held: Vec<Held> =
            answers.map(|answer| answer.map_or(Held::Nothing, |answer| secrets.held(answer))).collect();
        for (exchange, held) in exchanges.iter_mut().zip(&held) {
            if let Some(exchange) = exchange {
                exchange.leaks_secret = *held == Held::Secret;
            }
        }
        let (mut observations, mut notes) = (Vec::new(), Vec::new());
        for step in 0..exchanges.len() {
            let judged = judge::exchange(&self.contract, (&self.plan, &self.run), &exchanges, (index, step));
            observations.extend(judged.observations);
            notes.extend(judged.note);
        }
        for observation in &mut observations {
            let place = self.plan.scenarios[index].cases[observation.step].place.to_string();
            for text in observation.texts() {
                *text = secrets.hide_beside(std::mem::take(text), &[&place]);
            }
        }
        for (step, exchange) in exchanges.iter_mut().enumerate() {
            let Some(shown) = exchange.take() else { continue };
            let shown = hidden(&secrets, shown, held[step]);
            let own: Vec<_> = observations.iter().filter(|observation| observation.step == step).collect();
            let scenario = &self.plan.scenarios[index];
            self.observer.event(&Event::Exchanged {
                scenario: &scenario.id,
                case: &scenario.cases[step],
                exchange: &shown,
                observations: &own,
            });
            *exchange = Some(shown);
        }
        Done { scenario: index, exchanges, observations, notes }
    }
}

/// A thread that judges while the sender waits for answers.
pub(super) struct Bench {
    judge: Arc<Judge>,
    heard: mpsc::Sender<Heard>,
    thread: JoinHandle<Sitting>,
}

/// What came of a sitting.
#[derive(Default)]
struct Sitting {
    done: Vec<Done>,
    /// What is still to be judged.
    left: Vec<Heard>,
}

impl Bench {
    /// A thread that judges, if the system has one to give.
    pub(super) fn open(judge: &Arc<Judge>) -> Option<Bench> {
        let (heard, receiver) = mpsc::channel();
        let judge = Arc::clone(judge);
        let sits = Arc::clone(&judge);
        let thread = thread::Builder::new().name("judge".into()).spawn(move || sit(&sits, &receiver));
        Some(Bench { judge, heard, thread: thread.ok()? })
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
        let Sitting { mut done, left } = joined(self.thread.join());
        done.extend(side_by_side(&self.judge, left));
        done
    }
}

/// Judges what came while the sender waits for more. A target that answers faster than this
/// shares its processors with the sender: to judge meanwhile would slow down both by more than
/// the judging takes once they are at rest.
fn sit(judge: &Judge, receiver: &Receiver<Heard>) -> Sitting {
    const SLOW: Duration = Duration::from_micros(100);
    const SHORTEST: Duration = Duration::from_millis(5);
    const LONGEST: Duration = Duration::from_millis(200);
    let (mut sitting, mut pause) = (Sitting::default(), SHORTEST);
    // Much is made ready only when the first answer asks for it: while there is time.
    sitting.done.extend(receiver.recv().map(|heard| judge.judge(heard)));
    loop {
        let first = if sitting.left.is_empty() {
            receiver.recv().map_err(RecvTimeoutError::from)
        } else {
            receiver.recv_timeout(pause)
        };
        let before = sitting.left.len();
        match first {
            Ok(heard) => sitting.left.push(heard),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return sitting,
        }
        thread::park_timeout(pause);
        loop {
            match receiver.try_recv() {
                Ok(heard) => sitting.left.push(heard),
                Err(TryRecvError::Empty) => break,
                // Nothing more is sent: the rest is for every processor.
                Err(TryRecvError::Disconnected) => return sitting,
            }
        }
        let came = u32::try_from(sitting.left.len() - before).unwrap_or(u32::MAX);
        if SLOW.saturating_mul(came) <= pause {
            sitting.done.extend(sitting.left.drain(..).map(|heard| judge.judge(heard)));
            pause = SHORTEST;
        } else {
            // Even to look how many there are takes a processor from them.
            pause = LONGEST.min(pause * 2);
        }
    }
}

/// Judges on every processor.
fn side_by_side(judge: &Judge, left: Vec<Heard>) -> Vec<Done> {
    /// So many take as long as to start a thread.
    const SHARE: usize = 32;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(left.len() / SHARE);
    let left = Mutex::new(left.into_iter());
    let work = || {
        let mut done = Vec::new();
        loop {
            let mut rest = left.lock().unwrap_or_else(PoisonError::into_inner);
            let share: Vec<Heard> = rest.by_ref().take(SHARE).collect();
            drop(rest);
            if share.is_empty() {
                return done;
            }
            done.extend(share.into_iter().map(|heard| judge.judge(heard)));
        }
    };
    thread::scope(|scope| {
        // Where the system has no thread to give, the others do its share.
        let another = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads).filter_map(another).collect();
        let mut done = work();
        done.extend(others.into_iter().flat_map(|other| joined(other.join())));
        done
    })
}

/// What a thread gave; its panic, if it panicked.
fn joined<T>(result: thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
