//! What runs left that did not come to their end is deleted, as their ledger tells.

use super::remaining::Remaining;
use super::sweep::CleanUp;
use crate::contract::Contract;
use crate::plan::Wishes;
use crate::run::error::{Halt, RunError};
use crate::run::ledger::{self, LedgerError};
use crate::run::servers::Served;
use crate::run::{Observer, Settings, runner};
use std::path::PathBuf;
use std::sync::Arc;

/// What came of cleaning up after the runs in a ledger.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// How many runs had left something.
    pub runs: usize,
    /// How many resources were deleted.
    pub undone: usize,
    /// How many requests that took.
    pub requests: usize,
    /// How many resources are left that are known to be there.
    pub left: usize,
    /// What is left or may be, by operation, and why.
    pub remaining: Vec<Remaining>,
    /// How many lines of the ledger cannot be read.
    pub unread: usize,
    /// How many lines are about another target.
    pub elsewhere: usize,
    /// How many lines are about operations that the contract does not have.
    pub unknown: usize,
}

/// Why nothing can be cleaned up.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// The ledger cannot be read.
    #[error("the ledger {} cannot be read: {error}", path.display())]
    Unread {
        /// Where it is.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What is deleted cannot be written down.
    #[error(transparent)]
    Unwritten(#[from] LedgerError),
    /// Nothing can be sent.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Deletes what the runs in the ledger of the settings made on their target and did not delete. The
/// identity of each run is that of the ledger.
pub async fn clean(
    contract: &Arc<Contract>,
    settings: &Settings,
    clean_up: &CleanUp,
    observer: &dyn Observer,
) -> Result<Cleaned, CleanError> {
    let Some(ledger) = &settings.ledger else { return Ok(Cleaned::default()) };
    let base = |operation: usize| match settings.served.get(operation) {
        Some(Served::At(url)) => Some(url.as_str()),
        Some(Served::Elsewhere(_)) => None,
        None => Some(settings.target.as_str()),
    };
    let left = ledger::read(ledger.path(), contract, base)
        .map_err(|error| CleanError::Unread { path: ledger.path().to_owned(), error })?;
    let mut cleaned = Cleaned {
        unread: left.unread,
        elsewhere: left.elsewhere,
        unknown: left.unknown,
        ..Cleaned::default()
    };
    for (run, standing) in left.runs.into_iter().rev() {
        if standing.made().is_empty() {
            continue;
        }
        cleaned.runs += 1;
        let settings = Settings { run_id: run, ..settings.clone() };
        let sender = runner::sender(contract, &settings, observer)?;
        let swept = sender.sweep(&Wishes::default(), standing, (clean_up, settings.workers())).await;
        let swept = swept.map_err(|halt| match halt {
            Halt::Ledger(error) => CleanError::Unwritten(error),
            other => CleanError::Run(other.into()),
        })?;
        cleaned.undone += swept.undone;
        cleaned.requests += swept.requests;
        cleaned.left += swept.left;
        for remaining in swept.remaining {
            Remaining::add(&mut cleaned.remaining, remaining);
        }
    }
    Ok(cleaned)
}
