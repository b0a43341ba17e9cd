//! The record: what a run leaves. Findings, snapshots and reports are functions of it.

pub mod file;
mod shortfall;
mod verdict;

pub use shortfall::Shortfall;
pub use verdict::{SnapshotSummary, Verdict};

use crate::contract::Contract;
use crate::exchange::Exchange;
use crate::judge::{self, Note, Observation, Untested};
use crate::plan::{Gap, Plan, Position};
use crate::run::{Effects, End, Run};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Which run it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The identity of the run.
    pub run: String,
    /// The target, without credentials.
    pub target: String,
    /// The file that lists what it created, if there is one.
    pub ledger: Option<String>,
}

/// What a run leaves, in the order of the plan whatever order the answers came in.
#[derive(Debug)]
pub struct Record {
    /// The identity of the run.
    pub id: String,
    /// The target, without credentials.
    pub target: String,
    /// The file that lists what it created, if there is one.
    pub ledger: Option<String>,
    /// When it began.
    pub started: jiff::Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// What was sent: the plan as the answers have shaped it.
    pub plan: Arc<Plan>,
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

/// What one scenario brought: judged as it came, kept as it may be shown.
#[derive(Debug)]
pub struct Judged {
    /// The index of the scenario in the plan.
    pub scenario: usize,
    /// What came of each of its cases.
    pub exchanges: Vec<Option<Exchange>>,
    /// What each exchange shows by itself.
    pub observations: Vec<Observation>,
    /// What accepted answers tell of the rules.
    pub notes: Vec<Note>,
}

impl Record {
    /// That of a run that could not begin: nothing is known but why.
    pub fn not_begun(plan: &Arc<Plan>, identity: Identity, end: End) -> Record {
        let Identity { run: id, target, ledger } = identity;
        Record {
            id,
            target,
            ledger,
            started: jiff::Timestamp::now(),
            elapsed: Duration::ZERO,
            plan: Arc::clone(plan),
            untested: Untested::default(),
            exchanges: plan.scenarios.iter().map(|scenario| vec![None; scenario.cases.len()]).collect(),
            observations: Vec::new(),
            notes: Vec::new(),
            effects: Effects::default(),
            repeated: 0,
            gaps: Vec::new(),
            end,
        }
    }

    /// That of a run that ended, with what was judged of it: what only the whole of it shows is added.
    pub fn of(contract: &Contract, identity: Identity, run: Run, judged: Vec<Judged>) -> Record {
        let plan = run.plan;
        let mut exchanges: Vec<Vec<Option<Exchange>>> =
            plan.scenarios.iter().map(|scenario| vec![None; scenario.cases.len()]).collect();
        let (mut observations, mut notes) = (Vec::new(), Vec::new());
        for judged in judged {
            exchanges[judged.scenario] = judged.exchanges;
            observations.extend(judged.observations);
            notes.extend(judged.notes);
        }
        if let Some(made_up) = &run.made_up {
            judge::unknown_path(&mut observations, made_up, |position| position.of(&exchanges)?.answer());
        }
        observations.extend(judge::over_run(contract, &plan, &notes));
        let mut settled = judge::settle(contract, &plan, &exchanges, observations);
        if !run.blameless.is_empty() {
            let case = |one: &Observation| &plan[one.position];
            settled.observations.retain(|one| !run.blameless.contains(&case(one).id));
        }
        if !run.refused_once.is_empty() {
            judge::refused_once(contract, &plan, &run.refused_once, &mut settled.observations);
        }
        let mut gaps = run.gaps;
        gaps.extend(settled.gaps);
        gaps.sort_by(|one, two| (&one.operation, &one.why).cmp(&(&two.operation, &two.why)));
        let Identity { run: id, target, ledger } = identity;
        Record {
            id,
            target,
            ledger,
            started: run.started,
            elapsed: run.elapsed,
            plan,
            exchanges,
            observations: settled.observations,
            untested: settled.untested,
            notes,
            effects: run.effects,
            repeated: 0,
            gaps,
            end: run.end,
        }
    }

    /// Every exchange that took place, with where its case stands.
    pub fn exchanges(&self) -> impl Iterator<Item = (Position, &Exchange)> {
        self.exchanges.iter().enumerate().flat_map(|(scenario, steps)| {
            let present = steps.iter().enumerate();
            present
                .filter_map(move |(step, exchange)| Some((Position { scenario, step }, exchange.as_ref()?)))
        })
    }

    /// How many requests were sent and answered, or not answered, those that were sent twice twice.
    pub fn sent(&self) -> usize {
        self.exchanges().count() + self.repeated
    }
}
