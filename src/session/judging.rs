//! Judging beside the sending: what came back is judged on a thread of its own.

use super::{Event, Observer};
use crate::contract::Contract;
use crate::judge::{self, Levels, Observation, Severity};
use crate::plan::Position;
use crate::record::Judged;
use crate::record::file::RecordFile;
use crate::run::{Heard, Sink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Judges what is heard of a run.
pub(super) struct Judging {
    judge: Arc<Judge>,
    /// Whether the first finding is enough, so that each answer is judged before the next request.
    at_once: Option<Levels>,
    enough: AtomicBool,
    thread: Mutex<Option<JudgeThread>>,
    judged: Mutex<Vec<Judged>>,
}

struct Judge {
    contract: Arc<Contract>,
    /// The identity of the run.
    run: String,
    observer: Arc<dyn Observer>,
    /// Where what was heard is written.
    kept: Option<Arc<RecordFile>>,
}

struct JudgeThread {
    heard: mpsc::Sender<Heard>,
    thread: JoinHandle<Vec<Judged>>,
}

impl Judging {
    /// `at_once` are the severities of a run that ends at its first finding.
    pub(super) fn new(
        contract: &Arc<Contract>,
        run: &str,
        (observer, kept): (&Arc<dyn Observer>, Option<&Arc<RecordFile>>),
        at_once: Option<Levels>,
    ) -> Judging {
        let (contract, observer) = (Arc::clone(contract), Arc::clone(observer));
        let kept = kept.cloned();
        Judging {
            judge: Arc::new(Judge { contract, run: run.to_owned(), observer, kept }),
            at_once,
            enough: AtomicBool::new(false),
            thread: Mutex::default(),
            judged: Mutex::default(),
        }
    }

    /// Everything that was judged, in the order of scenarios.
    pub(super) fn take(&self) -> Vec<Judged> {
        self.settle();
        let mut judged = std::mem::take(&mut *self.judged());
        judged.sort_by_key(|judged| judged.scenario);
        judged
    }

    fn judged(&self) -> MutexGuard<'_, Vec<Judged>> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Judging {
    fn heard(&self, heard: Heard) {
        if let Some(levels) = &self.at_once {
            let judged = self.judge.judge(heard);
            let denied = |one: &Observation| levels.of_observation(one) == Severity::Deny;
            if judged.observations.iter().any(denied) {
                self.enough.store(true, Ordering::Relaxed);
            }
            return self.judged().push(judged);
        }
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            *thread = JudgeThread::start(&self.judge);
        }
        match &*thread {
            // Nobody listens only if judging panicked, which `settle` passes on.
            Some(thread) => drop(thread.heard.send(heard)),
            None => self.judged().push(self.judge.judge(heard)),
        }
    }

    fn settle(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(JudgeThread { heard, thread }) = thread else { return };
        // Its end ends the thread.
        drop(heard);
        let judged = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.judged().extend(judged);
    }

    fn is_enough(&self) -> bool {
        self.enough.load(Ordering::Relaxed)
    }

    fn doubted(&self) -> Option<Position> {
        let judged = self.judged();
        let observations = judged.iter().flat_map(|judged| &judged.observations);
        let about_methods = observations.filter(|one| judge::is_about_methods(one));
        about_methods.map(|one| one.position).min()
    }
}

impl Judge {
    /// Judges what came back, and takes the secrets out of it.
    fn judge(&self, mut heard: Heard) -> Judged {
        let held = heard.marked();
        let Heard { plan, scenario: index, mut exchanges, secrets } = heard;
        let scenario = &plan.scenarios[index];
        let (mut observations, mut notes) = (Vec::new(), Vec::new());
        for step in 0..exchanges.len() {
            let judged = judge::exchange(
                &self.contract,
                (&plan, &self.run),
                &exchanges,
                Position { scenario: index, step },
            );
            observations.extend(judged.observations);
            notes.extend(judged.note);
        }
        for observation in &mut observations {
            let place = scenario.cases[observation.position.step].place.to_string();
            for text in observation.texts() {
                *text = secrets.hide_beside(std::mem::take(text), &[&place]);
            }
        }
        for (step, exchange) in exchanges.iter_mut().enumerate() {
            let Some(shown) = exchange.take() else { continue };
            let shown = secrets.without_secrets(shown, held[step]);
            let own: Vec<_> =
                observations.iter().filter(|observation| observation.position.step == step).collect();
            self.observer.event(&Event::Judged {
                scenario: &scenario.id,
                case: &scenario.cases[step],
                exchange: &shown,
                observations: &own,
            });
            *exchange = Some(shown);
        }
        let judged = Judged { scenario: index, exchanges, observations, notes };
        if let Some(kept) = &self.kept {
            kept.heard(&plan, &judged);
        }
        judged
    }
}

impl JudgeThread {
    /// A thread that judges, if the system has one to give.
    fn start(judge: &Arc<Judge>) -> Option<JudgeThread> {
        let (heard, receiver) = mpsc::channel();
        let judge = Arc::clone(judge);
        let work = move || receiver.into_iter().map(|heard| judge.judge(heard)).collect();
        let thread = thread::Builder::new().name("judge".into()).spawn(work).ok()?;
        Some(JudgeThread { heard, thread })
    }
}
