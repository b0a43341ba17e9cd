//! The runner: scenarios side by side, the cases of each in order.

use super::alone::Rest;
use super::credentials::Authenticator;
use super::effects::Toll;
use super::error::{Halt, RunError};
use super::exchange::{Failure, Outcome};
use super::given::Given;
use super::head::Heads;
use super::judging::{Bench, Done, Heard, Judge};
use super::ledger::Ledger;
use super::order::{Order, Turn};
use super::pace::{Pace, Rate};
use super::sender::{Sender, Underway};
use super::tally::Tally;
use super::transport::Transport;
use super::trust::Trust;
use super::watch::{Watch, any_late, at_root};
use super::{Answer, End, Event, Observer, Run, identity};
use crate::contract::Contract;
use crate::judge::{self, Levels, Observation, Severity};
use crate::plan::{Credentials, Plan, Scenario};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How a plan is sent.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to, without a trailing slash.
    pub target: String,
    /// What the target is called in outputs, if not by its URL: the embedded host, which is
    /// on another port in every run.
    pub alias: Option<Alias>,
    /// What the user gave to be let in with.
    pub given: Given,
    /// How many scenarios run side by side.
    pub jobs: usize,
    /// The most requests in a time.
    pub rate: Option<Rate>,
    /// The time limit of an exchange.
    pub timeout: Duration,
    /// The longest that a target may ask to wait, in all.
    pub patience: Duration,
    /// Whether to stop at the first finding.
    pub fail_fast: bool,
    /// Where it is written down what the run creates.
    pub ledger: Option<Arc<Ledger>>,
    /// Ten digits that no run on this target used before; made up if absent.
    pub run_id: Option<String>,
    /// The severities, which decide what counts as a finding.
    pub levels: Levels,
}

/// Another name for a target.
#[derive(Clone, Debug)]
pub struct Alias {
    /// What it is.
    pub name: String,
    /// The URL that stands in outputs for the real one.
    pub url: String,
}

impl Settings {
    /// How many scenarios really run side by side: where the first finding ends the run, what else
    /// is sent must not depend on how fast the others are.
    fn workers(&self) -> usize {
        if self.fail_fast { 1 } else { self.jobs.max(1) }
    }

    /// What the target is called in outputs.
    pub(super) fn shown_target(&self) -> String {
        self.alias.as_ref().map_or_else(|| self.target.clone(), |alias| alias.name.clone())
    }
}

/// Tells a run to stop.
pub type Stop = watch::Receiver<bool>;

pub(super) struct Runner<'r> {
    contract: &'r Contract,
    pub(super) plan: &'r Plan,
    settings: &'r Settings,
    pub(super) sender: Sender<'r>,
    judge: Arc<Judge>,
    order: Order,
}

/// Sends a plan and judges what comes back.
pub async fn run(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    settings: &Settings,
    observer: &Arc<dyn Observer>,
    stop: Stop,
) -> Result<Run, RunError> {
    let transport = Transport::new(&settings.target, settings.timeout).map_err(|failure| {
        RunError::Unreachable { target: settings.target.clone(), failure, came: Vec::new() }
    })?;
    let sender = Sender {
        contract,
        transport,
        authenticator: Authenticator::new(contract, settings.given.clone(), &settings.target),
        pace: Pace::new(settings.rate, settings.patience),
        observer: &**observer,
        target: &settings.target,
        alias: settings.alias.as_ref(),
        id: settings.run_id.clone().unwrap_or_else(|| identity::fresh(plan)),
        ledger: settings.ledger.as_deref(),
        toll: Toll::default(),
        gaps: Mutex::default(),
        tally: Tally::default(),
        watch: Watch::default(),
        trust: Trust::default(),
        heads: Heads::default(),
        shown: Heads::default(),
    };
    let judge = Arc::new(Judge {
        contract: Arc::clone(contract),
        plan: Arc::clone(plan),
        observer: Arc::clone(observer),
    });
    let order = Order::new(plan, settings.workers());
    Runner { contract, plan, settings, sender, judge, order }.run(stop).await
}

impl Runner<'_> {
    async fn run(&self, stop: Stop) -> Result<Run, RunError> {
        let started = jiff::Timestamp::now();
        let clock = Instant::now();
        self.sender.observer.event(&Event::Started { run: &self.sender.id, requests: self.plan.len() });
        let mut done: Vec<Option<Done>> = self.plan.scenarios.iter().map(|_| None).collect();
        let mut end = End::Complete;
        if let Some((turn, first)) = self.next() {
            let mut signal = stop.clone();
            let mut stopped = pin!(stopped(&mut signal));
            let heard = self.scenario(turn.index, first, stopped.as_mut()).await?;
            let interrupted = *stop.borrow()
                || tokio::select! {
                    biased;
                    () = stopped => true,
                    let_in = self.preflight(&heard) => let_in.map(|()| false)?,
                };
            if interrupted {
                done[turn.index] = Some(self.judge.judge(heard));
                end = End::Interrupted;
            } else {
                end = self.rest(heard, &mut done, stop).await;
            }
        }
        self.sender.observer.event(&Event::Ended);
        Ok(self.result(done, end, started, clock.elapsed()))
    }

    /// Whether the target lets us in and talks HTTP at all.
    async fn preflight(&self, first: &Heard) -> Result<(), RunError> {
        let target = self.settings.target.clone();
        let case = &self.plan.scenarios[first.scenario].cases[0];
        let operation = &self.contract.operations[case.operation];
        let unreachable = |failure: &Failure, came: Vec<u8>| RunError::Unreachable {
            target: target.clone(),
            failure: Failure { detail: first.secrets.hide(failure.detail.clone()), ..failure.clone() },
            came,
        };
        match first.exchanges.first().and_then(Option::as_ref).map(|exchange| &exchange.outcome) {
            Some(Outcome::Answered(answer)) => {
                let valid = case.request.credentials == Credentials::Valid && !operation.is_open();
                if valid && matches!(answer.status, 401 | 403) {
                    let given = self.sender.authenticator.can_satisfy(operation);
                    return Err(RunError::Refused { target, status: answer.status, given });
                }
                if redirect(answer).is_some() && operation.response(answer.status).is_none() {
                    // Is it this request, or is everybody sent elsewhere?
                    if let Ok(other) = self.sender.transport.send(&at_root(&target)).await
                        && redirect(&other).is_some()
                        && let Some(location) = redirect(answer)
                    {
                        let (status, location) = (answer.status, first.secrets.hide(location.to_owned()));
                        return Err(RunError::Redirected { target, status, location });
                    }
                }
                Ok(())
            }
            Some(Outcome::Failed(failure)) if failure.kind.is_unreachable() => {
                Err(unreachable(failure, Vec::new()))
            }
            Some(Outcome::Failed(failure)) if failure.kind.may_be_mute() => {
                // Is it this request, or does the target not talk at all?
                let outgoing = at_root(&target);
                // Twice, because the connection that the first one finds open may be closing.
                for _ in 0..2 {
                    match self.sender.transport.send(&outgoing).await {
                        Err(again) if again.kind.may_be_mute() => {}
                        _ => return Ok(()),
                    }
                }
                let came = self.sender.transport.first_bytes(&target).await;
                Err(unreachable(failure, came))
            }
            _ => Ok(()),
        }
    }

    fn next(&self) -> Option<(Turn<'_>, &Scenario)> {
        let turn = self.order.next()?;
        let scenario = self.plan.scenarios.get(turn.index)?;
        Some((turn, scenario))
    }

    /// Everything after the first scenario.
    async fn rest(&self, first: Heard, done: &mut [Option<Done>], stop: Stop) -> End {
        let halted = AtomicBool::new(false);
        let at_once: Mutex<Vec<Done>> = Mutex::default();
        let halt: Mutex<Option<Halt>> = Mutex::default();
        // Whether to go on is known only once an answer is judged.
        let bench = if self.settings.fail_fast { None } else { Bench::open(&self.judge) };
        let take = |heard| {
            let Some(bench) = &bench else {
                let found = self.judge.judge(heard);
                if self.ends(&found) {
                    halted.store(true, Ordering::Relaxed);
                }
                at_once.lock().unwrap_or_else(PoisonError::into_inner).push(found);
                return;
            };
            bench.hear(heard);
        };
        let fail = |error| {
            halted.store(true, Ordering::Relaxed);
            *halt.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        };
        let rest = Rest::default();
        let settle = |heard: Heard| {
            let scenario = &self.plan.scenarios[heard.scenario];
            if any_late(scenario, &heard.exchanges) { rest.late(heard) } else { take(heard) }
        };
        match self.asked_again(first, &stop).await {
            Ok(first) => take(first),
            Err(error) => fail(error),
        }
        let worker = || {
            let (stop, mut signal) = (stop.clone(), stop.clone());
            let (halted, take, settle, fail, rest) = (&halted, &take, &settle, &fail, &rest);
            async move {
                let mut stopped = pin!(stopped(&mut signal));
                while let Some((turn, scenario)) = self.next() {
                    let over = halted.load(Ordering::Relaxed) || *stop.borrow();
                    if over || self.sender.enough().await.is_some() {
                        break;
                    }
                    if self.sender.watch.puts_off(scenario) {
                        rest.put_off(turn.index);
                        continue;
                    }
                    match self.scenario(turn.index, scenario, stopped.as_mut()).await {
                        // Whoever stops at the first finding sends one request after the other anyway.
                        Ok(heard) if self.settings.fail_fast => match self.asked_again(heard, &stop).await {
                            Ok(heard) => take(heard),
                            Err(error) => fail(error),
                        },
                        Ok(heard) => settle(heard),
                        Err(error) => fail(error),
                    }
                }
            }
        };
        let workers: FuturesUnordered<_> = (0..self.settings.workers()).map(|_| worker()).collect();
        workers.collect::<()>().await;
        if let Err(error) = self.alone(&rest, &take, &halted, &stop).await {
            fail(error);
        }
        let judged = bench.map(Bench::close).unwrap_or_default();
        let at_once = at_once.into_inner().unwrap_or_else(PoisonError::into_inner);
        for found in judged.into_iter().chain(at_once) {
            let index = found.scenario;
            done[index] = Some(found);
        }
        match halt.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Halt::Token(error)) => return End::TargetLost(error.to_string()),
            Some(Halt::Ledger(error)) => return End::LedgerLost(error.to_string()),
            Some(Halt::Credentials(why)) => return End::TargetLost(why),
            None => {}
        }
        if halted.into_inner() {
            return End::FirstFinding;
        }
        if *stop.borrow() {
            return End::Interrupted;
        }
        if done.iter().all(Option::is_some) {
            return End::Complete;
        }
        let mute = || self.sender.watch.is_mute().then(|| "no request got an answer".to_owned());
        self.sender.enough().await.or_else(mute).map_or(End::Complete, End::TargetLost)
    }

    fn ends(&self, done: &Done) -> bool {
        let denied =
            |observation: &Observation| self.settings.levels.of_observation(observation) == Severity::Deny;
        self.settings.fail_fast && done.observations.iter().any(denied)
    }

    fn result(&self, done: Vec<Option<Done>>, end: End, started: jiff::Timestamp, elapsed: Duration) -> Run {
        let mut exchanges = Vec::with_capacity(done.len());
        let (mut observations, mut notes) = (Vec::new(), Vec::new());
        for (index, found) in done.into_iter().enumerate() {
            match found {
                Some(found) => {
                    exchanges.push(found.exchanges);
                    observations.extend(found.observations);
                    notes.extend(found.notes);
                }
                None => exchanges.push(self.plan.scenarios[index].cases.iter().map(|_| None).collect()),
            }
        }
        observations.extend(judge::over_run(self.contract, self.plan, &notes));
        observations.sort_by_key(|observation| (observation.scenario, observation.step));
        self.hold_to_what_was_seen(&mut observations);
        let mut gaps = std::mem::take(&mut *self.sender.gaps.lock().unwrap_or_else(PoisonError::into_inner));
        gaps.extend(self.sender.watch.gaps(self.contract));
        gaps.sort_by(|one, two| (&one.operation, &one.why).cmp(&(&two.operation, &two.why)));
        Run {
            id: self.sender.id.clone(),
            target: self.settings.shown_target(),
            started,
            elapsed,
            exchanges,
            observations,
            notes,
            effects: self.sender.toll.effects(),
            repeated: 0,
            gaps,
            end,
        }
    }

    /// What the run saw of operations and credentials sets right what single answers seem to say.
    fn hold_to_what_was_seen(&self, observations: &mut Vec<Observation>) {
        let plan = self.plan;
        let case = |observation: &Observation| &plan.scenarios[observation.scenario].cases[observation.step];
        for observation in observations.iter_mut() {
            if self.sender.watch.is_out(case(observation).operation) {
                observation.fold_time_outs();
            }
        }
        let blameless = self.sender.trust.blameless();
        if !blameless.is_empty() {
            observations.retain(|observation| !blameless.contains(&case(observation).id));
        }
        let once = self.sender.trust.refused_once();
        if !once.is_empty() {
            judge::refused_once(self.contract, plan, &once, observations);
        }
    }

    /// One scenario, as far as it comes before the run is stopped.
    pub(super) async fn scenario(
        &self,
        index: usize,
        scenario: &Scenario,
        mut stopped: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Heard, Halt> {
        let mut exchanges = Vec::with_capacity(scenario.cases.len());
        if scenario.at_once > 0 {
            let (equal, underway) = (&scenario.cases[..scenario.at_once], Underway::default());
            tokio::select! {
                biased;
                () = stopped.as_mut() => equal.iter().for_each(|case| self.sender.given_up(case, &underway)),
                together = self.sender.together(equal, &underway) => {
                    exchanges.extend(together?.into_iter().map(Some));
                }
            }
        }
        let interrupted = exchanges.len() < scenario.at_once;
        for case in scenario.cases.iter().skip(exchanges.len()).filter(|_| !interrupted) {
            let underway = Underway::default();
            let exchange = tokio::select! {
                biased;
                () = stopped.as_mut() => {
                    self.sender.given_up(case, &underway);
                    break;
                }
                exchange = self.sender.exchange(scenario, case, &exchanges, &underway) => exchange?,
            };
            exchanges.push(exchange);
        }
        exchanges.resize_with(scenario.cases.len(), || None);
        Ok(Heard { scenario: index, exchanges, secrets: self.sender.authenticator.secrets() })
    }
}

/// Where an answer sends elsewhere.
fn redirect(answer: &Answer) -> Option<&str> {
    answer.header("location").filter(|_| (300..400).contains(&answer.status))
}

pub(super) async fn stopped(stop: &mut Stop) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
