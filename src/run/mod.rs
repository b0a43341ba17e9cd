//! The run: sends the plan to a target, within its pace, and hands on what comes back.

mod alone;
pub mod authenticator;
mod base_path;
mod came;
mod command;
mod conflict;
mod credentials;
mod effects;
mod error;
pub mod fetch;
mod follow;
mod forms;
pub mod identity;
pub mod ledger;
mod login;
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
mod servers;
mod sink;
mod supplies;
mod tally;
mod together;
mod token;
pub mod transport;
mod trust;
mod undo;
mod wanted;
mod watch;
mod without;

pub use credentials::Credentials;
pub use effects::{Effect, Effects};
pub use ledger::Ledger;

pub use error::RunError;
pub use pace::Rate;
pub use proxy::Proxy;
pub use runner::{Alias, Settings, Stop, run};
pub use servers::{Served, served};
pub use sink::{Heard, Sink};
pub use undo::{CleanError, CleanUp, Cleaned, Remaining, Why, clean, may_be_undone};
pub use wanted::{asks_for, wanted};

use crate::exchange::Answer;
use crate::plan::{Gap, Plan};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// What a run did, beside the exchanges, which its sink has.
#[derive(Debug)]
pub struct Run {
    /// When it began, as an RFC 3339 instant.
    pub started: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent: the plan as the answers have shaped it.
    pub plan: Arc<Plan>,
    /// What came for a path that nobody has, where that was asked.
    pub made_up: Option<Answer>,
    /// The cases, by identity, whose refusal says nothing about them: the credentials had ended.
    pub blameless: HashSet<String>,
    /// The cases, by identity, whose valid credentials were refused once, and with which status.
    pub refused_once: HashMap<String, u16>,
    /// What it did to the target, as far as the target says.
    pub effects: Effects,
    /// What could not be tested after all.
    pub gaps: Vec<Gap>,
    /// Why it ended.
    pub end: End,
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// The target asked for a pause, or the pace does.
    Waiting {
        /// For how long.
        pause: Duration,
        /// Why, in words.
        why: &'static str,
    },
    /// The run ended.
    Ended,
    /// What it made is about to be deleted.
    Undoing {
        /// How much that is.
        made: usize,
    },
    /// One thing of that is settled.
    Undone,
}

/// Takes events as they happen, from any thread.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: &Event<'_>);
}
