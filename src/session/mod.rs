//! A session: one target held to one contract. A plan is sent, what comes back is judged as it
//! comes, and what was seen is compared with what is pinned.
//!
//! ```
//! use probity::contract::Contract;
//! use probity::plan::{Wishes, plan};
//! use probity::run::identity;
//! use probity::session::{Observer, Observers, Options, check};
//! use probity::source::Document;
//! use std::sync::Arc;
//! use tokio::sync::watch;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = r#"
//! openapi: 3.1.0
//! info: {title: Notes, version: "1"}
//! paths:
//!   /notes:
//!     get:
//!       operationId: listNotes
//!       responses:
//!         "200":
//!           description: all of them
//!           content: {application/json: {schema: {type: array, items: {type: string}}}}
//! "#;
//! let contract = Contract::read(Document::from_text("notes.yaml", text)?).map_err(|refused| refused.1)?;
//! let contract = Arc::new(contract);
//! let plan = plan(&contract, &Wishes::default())?;
//!
//! // `Options::against(Settings::new("https://api.example.com", …))` holds another host to the contract.
//! let options = Options::embedded(identity::fresh(&plan));
//! let nobody: Arc<dyn Observer> = Arc::new(Observers::default());
//! let (_stop, stopped) = watch::channel(false);
//! let session = check(&contract, plan, options, (&nobody, &nobody), stopped);
//! let checked = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(session)?;
//!
//! assert!(checked.record.sent() > 0);
//! assert!(checked.findings.is_empty());
//! # Ok(())
//! # }
//! ```

mod check;
mod elsewhere;
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
use crate::record::file::RecordFile;
use crate::record::{Identity, Record};
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

/// Which run is sent with these settings.
fn identity(settings: &Settings) -> Identity {
    Identity {
        run: settings.run_id.clone(),
        target: settings.shown_target(),
        ledger: settings
            .ledger
            .as_ref()
            .filter(|ledger| ledger.is_wanted())
            .map(|ledger| ledger.path().display().to_string()),
    }
}

/// Sends a plan and judges what comes back. The levels say what the first finding is, for a run
/// that ends there; a file keeps what was heard.
pub async fn run(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    (settings, levels): (&Settings, &Levels),
    (observer, kept): (&Arc<dyn Observer>, Option<&Arc<RecordFile>>),
    stop: Stop,
) -> Result<Record, RunError> {
    let at_once = settings.fail_fast.then(|| levels.clone());
    let judging = Judging::new(contract, &settings.run_id, (observer, kept), at_once);
    let run = run::run(contract, plan, settings, (&judging, &Relay(&**observer)), stop).await?;
    if let Some(kept) = kept {
        // Everything that was heard is judged, and so is written before the end.
        run::Sink::settle(&judging);
        kept.ended(&run);
    }
    Ok(Record::of(contract, identity(settings), run, judging.take()))
}
