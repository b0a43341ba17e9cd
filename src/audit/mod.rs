//! The audit: what share of planted faults the checks catch with a contract.
//!
//! The embedded host runs once as it should be, which must be green, and then once for each
//! fault; the contract and the plan are shared by all. A fault counts as caught where a finding
//! is denied, or where the snapshots of the correct host show it, which is told apart; it counts
//! as warned where there are only warnings that the correct host does not get.

mod fate;
mod trial;

pub use fate::{Curve, Fate, Tally, Trial};

use crate::contract::Contract;
use crate::host::fault::{Fault, faults};
use crate::judge::{About, Finding, Levels};
use crate::plan::{Plan, matches};
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use trial::Bench;

/// How an audit is done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Patterns of the faults that are planted; empty for all.
    pub include: Vec<String>,
    /// Patterns of those that are not.
    pub exclude: Vec<String>,
    /// How many hosts run side by side.
    pub jobs: usize,
    /// The severity of each check.
    pub levels: Levels,
}

/// What an audit has shown.
#[derive(Debug)]
pub struct Audit {
    /// Every fault that was planted, and what became of it.
    pub trials: Vec<Trial>,
    /// How many requests the plan holds.
    pub requests: usize,
}

/// Why there is no audit.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// No fault was asked for.
    #[error("nothing is left to plant: no fault matches the selection")]
    NothingSelected,
    /// The correct host does not pass.
    #[error("the host without any fault does not pass: {0}")]
    NotGreen(String),
    /// A host cannot be started.
    #[error("a host cannot be started on loopback: {0}")]
    NoHost(#[from] io::Error),
}

impl AuditError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            AuditError::NothingSelected => "`probity serve --list-faults` lists every fault",
            AuditError::NotGreen(_) => "`probity check` shows the finding in full; mend the contract first",
            AuditError::NoHost(_) => "free some ports, or lower --jobs",
        }
    }
}

/// The faults of a contract that patterns ask for.
pub fn selected(contract: &Contract, include: &[String], exclude: &[String]) -> Vec<Fault> {
    let named = |patterns: &[String], fault: &Fault| {
        patterns.iter().any(|pattern| matches(pattern, &fault.id) || matches(pattern, fault.class.name()))
    };
    let mut found = faults(contract);
    found.retain(|fault| (include.is_empty() || named(include, fault)) && !named(exclude, fault));
    found
}

/// Plants every fault and tells which are caught. `done` hears of each as it ends.
pub fn audit(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    settings: &Settings,
    begin: &(dyn Fn(usize) + Sync),
    done: &(dyn Fn() + Sync),
) -> Result<Audit, AuditError> {
    let faults = selected(contract, &settings.include, &settings.exclude);
    if faults.is_empty() {
        return Err(AuditError::NothingSelected);
    }
    let bench = Bench::new(contract, plan, &settings.levels);
    let usual = runtime()?.block_on(bench.correct())?;
    begin(faults.len());
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<Result<Fate, AuditError>>>> =
        Mutex::new(faults.iter().map(|_| None).collect());
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = settings.jobs.clamp(1, cores);
    // One thread drives several hosts, so that nobody waits while one of them is slow.
    let share = settings.jobs.div_ceil(threads);
    let work = || -> Result<(), AuditError> {
        runtime()?.block_on(async {
            let one = || async {
                while let Some((index, fault)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    faults.get(index).map(|fault| (index, fault))
                } {
                    let fate = bench.faulty(fault, &usual).await;
                    found.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(fate);
                    done();
                }
            };
            futures_util::future::join_all((0..share).map(|_| one())).await;
        });
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A thread only ends early with a panic, which goes on here.
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let trials = faults
        .into_iter()
        .zip(found)
        .filter_map(|(fault, fate)| Some(fate?.map(|fate| Trial { fault, fate })));
    Ok(Audit { trials: trials.collect::<Result<_, _>>()?, requests: plan.len() })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// What tells a finding from another, wherever it was first seen.
type Identity = (&'static str, Option<String>, About, String);

fn identity(finding: &Finding) -> Identity {
    let of_one = matches!(finding.about, About::Operation | About::Request { .. });
    let operation = of_one.then(|| finding.operation.clone());
    (finding.check.id, operation, finding.about.clone(), finding.answer.clone())
}
