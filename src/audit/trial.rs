//! One host, one run: what the checks hold against it.

use super::{AuditError, Fate, Identity, identity};
use crate::contract::Contract;
use crate::host::fault::Fault;
use crate::host::{Host, HostSettings, Prepared};
use crate::judge::{self, CHECKS, Finding, Levels, SNAPSHOT, Severity};
use crate::plan::{Case, Plan, Position, Verdict};
use crate::record::Record;
use crate::run::{self, End, RunError};
use crate::session::{self, Observer, Observers};
use crate::snapshot::{self, Snapshot, Unstable};
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Longer than any answer takes, also when the machine is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a host is waited for that is known to be slow.
const IMPATIENCE: Duration = Duration::from_secs(1);

/// Every host is new, so that they can all see the same values; the second are those of the
/// run that shows what holds still.
const RUN_IDS: [&str; 2] = ["1000000000", "2000000000"];

/// What stands for a check where the run is not even begun: the host does not let us in.
const NOT_BEGUN: &str = "target";

/// The same where it does not answer.
const COMPLETE: &str = "complete-answer";

/// The check that holds another status against a host.
const STATUS: &str = "documented-status";

/// What all runs share.
pub(super) struct Bench<'a> {
    contract: &'a Arc<Contract>,
    prepared: Arc<Prepared>,
    plan: &'a Arc<Plan>,
    levels: &'a Levels,
    /// For each scenario, how many requests come before it.
    before: Vec<usize>,
}

/// What the correct host does.
pub(super) struct Usual {
    /// What it is warned of.
    warnings: HashSet<Identity>,
    /// What held still in two runs, by the names of pages.
    snapshots: HashMap<String, Snapshot>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(contract: &'a Arc<Contract>, plan: &'a Arc<Plan>, levels: &'a Levels) -> Bench<'a> {
        let mut count = 0;
        let before = plan.scenarios.iter().map(|scenario| {
            let before = count;
            count += scenario.cases.len();
            before
        });
        let prepared = Arc::new(Prepared::new(Arc::clone(contract)));
        Bench { contract, prepared, plan, levels, before: before.collect() }
    }

    /// Runs everything against a host without a fault.
    pub(super) async fn correct(&self) -> Result<Usual, AuditError> {
        let mut runs = Vec::new();
        for id in RUN_IDS {
            let host = self.host(Vec::new()).await?;
            let run = self.run(&host, self.plan, (PATIENCE, id), false).await;
            runs.push(run.map_err(|error| AuditError::NotGreen(error.to_string()))?);
        }
        let [run, again] = &runs[..] else { return Err(AuditError::NotGreen(String::new())) };
        let findings =
            judge::findings(self.contract, (&run.plan, &run.exchanges), &run.observations, self.levels);
        if let Some(denied) = findings.iter().find(|finding| finding.severity == Severity::Deny) {
            let first = &denied.first;
            let case = &run.plan[first.position];
            let why = format!("{}: {} ({})", denied.check.id, first.title, case.id);
            return Err(AuditError::NotGreen(why));
        }
        if let End::TargetLost(why) = &run.end {
            return Err(AuditError::NotGreen(why.clone()));
        }
        let snapshots = |run: &Record| snapshot::render(self.contract, &run.plan, run);
        let still = snapshot::held_still(snapshots(run), &snapshots(again));
        Ok(Usual {
            warnings: findings.iter().map(identity).collect(),
            snapshots: still.into_iter().map(|snapshot| (snapshot.name.clone(), snapshot)).collect(),
        })
    }

    /// Runs what can show a fault against a host that has it, up to the first finding.
    pub(super) async fn faulty(&self, fault: &Fault, usual: &Usual) -> Result<Fate, AuditError> {
        let mut indexes = Vec::new();
        let mut scenarios = Vec::new();
        for (index, scenario) in self.plan.scenarios.iter().enumerate() {
            if scenario.cases.iter().any(|case| fault.concerns(self.contract, case.operation)) {
                indexes.push(index);
                scenarios.push(scenario.clone());
            }
        }
        if scenarios.is_empty() {
            return Ok(Fate::Unseen);
        }
        let planned = Plan { scenarios, gaps: Vec::new(), ..Plan::clone(self.plan) };
        let plan = Arc::new(planned);
        let host = self.host(vec![fault.clone()]).await?;
        let timeout = if fault.is_slow() { IMPATIENCE } else { PATIENCE };
        // What a plan did not have comes after what it had.
        let requests = |Position { scenario, step }: Position| {
            let before =
                indexes.get(scenario).map_or(self.plan.len() + scenario, |index| self.before[*index]);
            before + step + 1
        };
        let run = match self.run(&host, &plan, (timeout, RUN_IDS[0]), true).await {
            Ok(run) => run,
            Err(error) => {
                let by = match error {
                    RunError::Unreachable { .. } => COMPLETE,
                    RunError::Redirected { .. } | RunError::Nowhere { .. } => STATUS,
                    RunError::Refused { .. }
                    | RunError::Token(_)
                    | RunError::Ledger(_)
                    | RunError::Credentials(_) => NOT_BEGUN,
                };
                let case = plan.scenarios[0].cases[0].id.clone();
                return Ok(Fate::Caught { by: vec![by], case, requests: requests(Position::default()) });
            }
        };
        let plan = Arc::clone(&run.plan);
        let findings =
            judge::findings(self.contract, (&plan, &run.exchanges), &run.observations, self.levels);
        let of = |severity: Severity| {
            let new = |finding: &&Finding| {
                finding.severity == severity
                    && (severity == Severity::Deny || !usual.warnings.contains(&identity(finding)))
            };
            findings.iter().filter(new).collect::<Vec<_>>()
        };
        let denied = of(Severity::Deny);
        if let Some(first) = denied.iter().flat_map(|finding| &finding.cases).min() {
            let case = plan[*first].id.clone();
            return Ok(Fate::Caught { by: checks(&denied), case, requests: requests(*first) });
        }
        if !host.misbehaved() {
            return Ok(Fate::Unseen);
        }
        let pinned = self.levels.of(SNAPSHOT.id);
        let changed = self.first_change(usual, &plan, &run).filter(|_| pinned != Severity::Allow);
        let mut warned = checks(&of(Severity::Warn));
        let reason = |warned: &[&str]| match warned {
            [] => self.reason(fault, &host, &plan, &run),
            checks => format!("only a warning: {}", checks.join(", ")),
        };
        if let Some(first) = changed.filter(|_| pinned == Severity::Deny) {
            let case = plan[first].id.clone();
            return Ok(Fate::Pinned { case, requests: requests(first), reason: reason(&warned) });
        }
        warned.extend(changed.map(|_| SNAPSHOT.id));
        if !warned.is_empty() {
            return Ok(Fate::Warned { by: warned });
        }
        Ok(Fate::Survived { reason: reason(&[]) })
    }

    async fn host(&self, faults: Vec<Fault>) -> Result<Host, AuditError> {
        let settings = HostSettings { faults, ..HostSettings::default() };
        Ok(Host::start_prepared(Arc::clone(&self.prepared), settings).await?)
    }

    /// The first case whose answer is not what the correct host's was.
    fn first_change(&self, usual: &Usual, plan: &Plan, run: &Record) -> Option<Position> {
        let snapshots = snapshot::render(self.contract, plan, run);
        let changed = snapshots.iter().flat_map(|snapshot| {
            let known = usual.snapshots.get(&snapshot.name);
            let still =
                known.and_then(|known| known.unstable.as_ref()).map(Unstable::notes).unwrap_or_default();
            snapshot
                .entries
                .iter()
                .filter(move |entry| {
                    let before =
                        known.and_then(|known| known.entries.iter().find(|one| one.name == entry.name));
                    let mut differs = Unstable::default();
                    before.is_some_and(|before| {
                        differs.compare(&entry.name, &before.shown, &entry.shown);
                        differs.notes().iter().any(|note| !still.contains(note))
                    })
                })
                .map(|entry| entry.position)
        });
        changed.min()
    }

    async fn run(
        &self,
        host: &Host,
        plan: &Arc<Plan>,
        (timeout, id): (Duration, &str),
        fail_fast: bool,
    ) -> Result<Record, RunError> {
        let settings = run::Settings {
            credentials: session::credentials(self.contract, host.credentials()),
            // One after the other, since what a fault remembers depends on the order.
            jobs: 1,
            timeout,
            patience: Duration::ZERO,
            eventually: Duration::ZERO,
            fail_fast,
            ..run::Settings::new(format!("http://{}", host.address()), id)
        };
        let (_open, stop) = watch::channel(false);
        let unwatched: Arc<dyn Observer> = Arc::new(Observers::default());
        session::run(self.contract, plan, (&settings, self.levels), (&unwatched, None), stop).await
    }

    /// Why nothing was found, given the cases that showed the fault.
    fn reason(&self, fault: &Fault, host: &Host, plan: &Plan, run: &Record) -> String {
        let shown = shown(host, plan, run);
        let expected = shown.iter().find(|case| case.expectation.verdict != Verdict::Either);
        let unsaid = fault.unsaid(self.contract);
        match (expected, shown.first()) {
            (None, Some(first)) if unsaid.is_none() => {
                let why = first.expectation.silent.first().map_or("either answer is right", String::as_str);
                format!("it shows only where the contract is silent: {why}")
            }
            (Some(case), _) if unsaid.is_none() => format!("no check holds it against {}", case.id),
            _ => unsaid.unwrap_or_else(|| "it shows only in what no check looks at".into()),
        }
    }
}

/// The cases to whose answers the fault made a difference.
fn shown<'p>(host: &Host, plan: &'p Plan, run: &Record) -> Vec<&'p Case> {
    let mut count: HashMap<(String, String, Bytes), usize> = HashMap::new();
    let mut found = Vec::new();
    for (position, exchange) in run.exchanges() {
        let sent = &exchange.sent;
        let path = sent.head.url.strip_prefix(&run.target).unwrap_or(&sent.head.url);
        let body = sent.body().unwrap_or_default();
        let nth = count.entry((sent.head.method.clone(), path.to_owned(), body.clone())).or_default();
        *nth += 1;
        if host.misbehaved_on(&sent.head.method, path, &body, *nth) {
            found.push(&plan[position]);
        }
    }
    found
}

/// The checks of findings, in the order of seriousness.
fn checks(findings: &[&Finding]) -> Vec<&'static str> {
    let found = |id: &str| findings.iter().any(|finding| finding.check.id == id);
    CHECKS.iter().map(|check| check.id).filter(|id| found(id)).collect()
}
