//! A session: one target held to one contract. A plan is sent, what comes back is judged as it
//! comes, and what was seen is compared with what is pinned.

mod check;
mod embedded;
mod judging;
mod strangers;

pub use check::{Checked, NotRecorded, Options, Pinned, SessionError, Snapshots, check};
pub use embedded::credentials;
pub use strangers::Strangers;

use crate::contract::Contract;
use crate::exchange::Exchange;
use crate::judge::{Levels, Observation};
use crate::plan::{Case, Plan};
use crate::record::Record;
use crate::run::{self, RunError, Settings, Stop};
use judging::Judging;
use std::sync::Arc;

/// What happens while a session goes on; progress and event files fold over these.
#[derive(Debug)]
pub enum Event<'e> {
    /// Of the sending.
    Run(&'e run::Event<'e>),
    /// An exchange was judged.
    Judged {
        /// The identity of its scenario.
        scenario: &'e str,
        /// Its case.
        case: &'e Case,
        /// The exchange.
        exchange: &'e Exchange,
        /// What the checks hold against it by itself.
        observations: &'e [&'e Observation],
    },
}

/// Takes events as they happen, from any thread.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: &Event<'_>);
}

/// Several that take the same events, one after the other; none for who does not want to know.
#[derive(Default)]
pub struct Observers(pub Vec<Arc<dyn Observer>>);

impl Observer for Observers {
    fn event(&self, event: &Event<'_>) {
        for observer in &self.0 {
            observer.event(event);
        }
    }
}

/// Hears of the sending, and tells it as an event of the session.
struct Relay<'o>(&'o dyn Observer);

impl run::Observer for Relay<'_> {
    fn event(&self, event: &run::Event<'_>) {
        self.0.event(&Event::Run(event));
    }
}

/// Sends a plan and judges what comes back. The levels say what the first finding is, for a run
/// that ends there.
pub async fn run(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    (settings, levels): (&Settings, &Levels),
    observer: &Arc<dyn Observer>,
    stop: Stop,
) -> Result<Record, RunError> {
    let at_once = settings.fail_fast.then(|| levels.clone());
    let judging = Judging::new(contract, &settings.run_id, observer, at_once);
    let run = run::run(contract, plan, settings, (&judging, &Relay(&**observer)), stop).await?;
    let about = (settings.run_id.as_str(), settings.shown_target());
    Ok(Record::of(contract, about, run, judging.take()))
}
