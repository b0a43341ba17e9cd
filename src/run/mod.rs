//! The run: sends the plan to a target, within its pace, and keeps what came back.

mod alone;
mod base_path;
mod conflict;
pub mod credentials;
mod effects;
mod error;
mod follow;
mod forms;
mod given;
pub mod identity;
mod judging;
pub mod ledger;
mod names;
mod order;
mod pace;
mod phases;
mod placed;
mod proxy;
mod runner;
mod said;
pub mod secret;
mod sender;
mod tally;
mod together;
mod token;
pub mod transport;
mod trust;
mod wanted;
mod watch;

pub use effects::{Effect, Effects};
pub use given::Given;
pub use ledger::Ledger;

pub use error::RunError;
pub use pace::Rate;
pub use proxy::Proxy;
pub use runner::{Alias, Settings, Stop, run};
pub use wanted::{asks_for, wanted};

use crate::exchange::Exchange;
use crate::judge::{Note, Observation, Untested};
use crate::plan::{Case, Choice, Gap, Plan};
use std::sync::Arc;
use std::time::Duration;

/// What a run did, in the order of the plan whatever order the answers came in.
#[derive(Debug)]
pub struct Run {
    /// The identity that stood in for [`crate::generate::RUN`].
    pub id: String,
    /// The target, without credentials.
    pub target: String,
    /// When it began, as an RFC 3339 instant.
    pub started: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent: the plan as the answers have shaped it.
    pub plan: Arc<Plan>,
    /// The bodies that the host accepts, where it is not the one with everything.
    pub choices: Vec<Choice>,
    /// For each scenario of the plan and each case in it: the exchange, if it took place.
    pub exchanges: Vec<Vec<Option<Exchange>>>,
    /// What the checks observed, in the order of the plan.
    pub observations: Vec<Observation>,
    /// The cases that were sent and prove nothing, and the operations of which no valid request was
    /// accepted.
    pub untested: Untested,
    /// What accepted answers tell of the rules, in the order of the plan.
    pub notes: Vec<Note>,
    /// What it did to the target, as far as the target says.
    pub effects: Effects,
    /// How many requests of it were sent once more, to see what holds still.
    pub repeated: usize,
    /// What could not be tested after all.
    pub gaps: Vec<Gap>,
    /// Why it ended.
    pub end: End,
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything was sent.
    Complete,
    /// The user wanted to stop at the first finding, and there was one.
    FirstFinding,
    /// It was interrupted.
    Interrupted,
    /// The target could no longer be reached.
    TargetLost(String),
    /// What it created could no longer be written down.
    LedgerLost(String),
}

/// What happens while a run goes on; progress and ledgers fold over these.
#[derive(Debug)]
pub enum Event<'r> {
    /// The plan is about to be sent.
    Started {
        /// The identity of the run.
        run: &'r str,
        /// How many requests the plan holds.
        requests: usize,
    },
    /// A request was sent, and what came of it is final.
    Sent,
    /// An exchange was judged.
    Exchanged {
        /// The identity of its scenario.
        scenario: &'r str,
        /// Its case.
        case: &'r Case,
        /// The exchange.
        exchange: &'r Exchange,
        /// What the checks hold against it by itself.
        observations: &'r [&'r Observation],
    },
    /// The target asked for a pause, or the pace does.
    Waiting {
        /// For how long.
        pause: Duration,
        /// Why, in words.
        why: &'static str,
    },
    /// The run ended.
    Ended,
}

/// Takes events as they happen, from any thread.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: &Event<'_>);
}

/// Several that take the same events, one after the other.
pub struct Observers(pub Vec<std::sync::Arc<dyn Observer>>);

impl Observer for Observers {
    fn event(&self, event: &Event<'_>) {
        for observer in &self.0 {
            observer.event(event);
        }
    }
}

impl Run {
    /// A run that could not begin: nothing is known but why.
    pub fn not_begun(plan: &Arc<Plan>, settings: &Settings, end: End) -> Run {
        Run {
            id: settings.run_id.clone().unwrap_or_default(),
            target: settings.shown_target(),
            started: jiff::Timestamp::now(),
            elapsed: Duration::ZERO,
            plan: Arc::clone(plan),
            choices: Vec::new(),
            untested: Untested::default(),
            exchanges: plan
                .scenarios
                .iter()
                .map(|scenario| scenario.cases.iter().map(|_| None).collect())
                .collect(),
            observations: Vec::new(),
            notes: Vec::new(),
            effects: Effects::default(),
            repeated: 0,
            gaps: Vec::new(),
            end,
        }
    }

    /// Every exchange that took place, with the indexes of its scenario and case.
    pub fn exchanges(&self) -> impl Iterator<Item = (usize, usize, &Exchange)> {
        self.exchanges.iter().enumerate().flat_map(|(scenario, steps)| {
            let present = steps.iter().enumerate();
            present.filter_map(move |(step, exchange)| Some((scenario, step, exchange.as_ref()?)))
        })
    }

    /// How many requests were sent and answered, or not answered, those that were sent twice twice.
    pub fn sent(&self) -> usize {
        self.exchanges().count() + self.repeated
    }
}
