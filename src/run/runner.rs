//! The runner: scenarios side by side, the cases of each in order.

use super::alone::Rest;
use super::authenticator::Authenticator;
use super::came::Came;
use super::credentials::Credentials;
use super::effects::Toll;
use super::error::{Halt, RunError};
use super::ledger::Ledger;
use super::order::Order;
use super::pace::{Pace, Rate};
use super::proxy::proxy;
use super::said::said;
use super::secret::Secrets;
use super::sender::{Sender, Underway};
use super::servers::Served;
use super::sink::{Heard, Sink};
use super::supplies::Supplies;
use super::tally::Tally;
use super::transport::{Identity, Transport};
use super::trust::Trust;
use super::undo::CleanUp;
use super::wanted::wanted;
use super::watch::{Watch, any_late, at_root};
use super::{End, Event, Observer, Run};
use crate::contract::{Contract, Operation};
use crate::exchange::Answer;
use crate::exchange::CredentialKind;
use crate::exchange::Heads;
use crate::exchange::{Failure, Outcome};
use crate::plan::{Plan, Scenario};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::CertificateDer;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
    /// The most requests that may be sent.
    pub max_requests: Option<usize>,
    /// What the user gave to be let in with.
    pub credentials: Credentials,
    /// How many scenarios run side by side.
    pub jobs: usize,
    /// The most requests in a time.
    pub rate: Option<Rate>,
    /// The time limit of an exchange.
    pub timeout: Duration,
    /// The longest that a target may ask to wait, in all.
    pub patience: Duration,
    /// How long a service may take to show what was done to it.
    pub eventually: Duration,
    /// Where each operation is served, by its index, where that is not below the target.
    pub served: Vec<Served>,
    /// Certificates that vouch for the target, beside those that this machine trusts.
    pub authorities: Vec<CertificateDer<'static>>,
    /// What the target is shown of the client.
    pub identity: Option<Identity>,
    /// Whether to stop at the first finding.
    pub fail_fast: bool,
    /// Where it is written down what the run creates.
    pub ledger: Option<Arc<Ledger>>,
    /// How what it made is deleted at its end, if it is.
    pub clean_up: Option<CleanUp>,
    /// Ten digits that no run on this target used before.
    pub run_id: String,
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
    /// How many scenarios run side by side unless the user says otherwise.
    pub const JOBS: usize = 8;

    /// The time limit of an exchange unless the user says otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(10);

    /// The longest that a target may ask to wait unless the user says otherwise.
    pub const PATIENCE: Duration = Duration::from_mins(2);

    /// How long a service may take to show what was done to it unless the user says otherwise.
    pub const EVENTUALLY: Duration = Duration::from_secs(2);

    /// A plan to a target, without credentials and as fast as it answers. `target` is a URL without a
    /// trailing slash, `run_id` ten digits that no run on this target used before.
    pub fn new(target: impl Into<String>, run_id: impl Into<String>) -> Settings {
        Settings {
            target: target.into(),
            alias: None,
            max_requests: None,
            credentials: Credentials::default(),
            jobs: Settings::JOBS,
            rate: None,
            timeout: Settings::TIMEOUT,
            patience: Settings::PATIENCE,
            eventually: Settings::EVENTUALLY,
            served: Vec::new(),
            authorities: Vec::new(),
            identity: None,
            fail_fast: false,
            ledger: None,
            clean_up: None,
            run_id: run_id.into(),
        }
    }

    /// How many scenarios really run side by side: where the first finding ends the run, what else
    /// is sent must not depend on how fast the others are.
    pub(super) fn workers(&self) -> usize {
        if self.fail_fast { 1 } else { self.jobs.max(1) }
    }

    /// What the target is called in outputs.
    pub fn shown_target(&self) -> String {
        self.alias.as_ref().map_or_else(|| self.target.clone(), |alias| alias.name.clone())
    }
}

/// Tells a run to stop.
pub type Stop = watch::Receiver<bool>;

pub(super) struct Runner<'r> {
    pub(super) contract: &'r Arc<Contract>,
    pub(super) settings: &'r Settings,
    pub(super) sink: &'r dyn Sink,
    pub(super) sender: Sender<'r>,
}

/// How far a run has come.
pub(super) struct Course {
    /// What is sent, as the answers have shaped it until now.
    pub(super) plan: Arc<Plan>,
    /// What came of each case of its scenarios.
    pub(super) came: Vec<Option<Vec<Option<Came>>>>,
    /// What came for a path that does not exist.
    pub(super) made_up: Option<Answer>,
    /// That nothing of the API is below the path of the target.
    pub(super) nowhere: Option<RunError>,
    /// What is done once nothing else is in flight.
    pub(super) rest: Rest,
}

/// Sends a plan, and hands on what comes back.
pub async fn run(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    settings: &Settings,
    (sink, observer): (&dyn Sink, &dyn Observer),
    stop: Stop,
) -> Result<Run, RunError> {
    let sender = sender(contract, settings, observer)?;
    let course = Course {
        plan: Arc::clone(plan),
        came: plan.scenarios.iter().map(|_| None).collect(),
        made_up: None,
        nowhere: None,
        rest: Rest::default(),
    };
    let runner = Runner { contract, settings, sink, sender };
    let ran = runner.run(course, stop).await;
    runner.cleaned_up(ran, plan).await
}

/// What sends to the target of the settings.
pub(super) fn sender<'s>(
    contract: &'s Arc<Contract>,
    settings: &'s Settings,
    observer: &'s dyn Observer,
) -> Result<Sender<'s>, RunError> {
    let shown = (settings.authorities.as_slice(), settings.identity.as_ref());
    let transport = Transport::new(&settings.target, settings.timeout, shown).map_err(|failure| {
        RunError::Unreachable { target: settings.target.clone(), proxy: None, failure, came: Vec::new() }
    })?;
    Ok(Sender {
        contract,
        transport,
        authenticator: Authenticator::new(contract, settings.credentials.clone(), &settings.target),
        pace: Pace::new(settings.rate, settings.patience),
        eventually: settings.eventually,
        observer,
        target: &settings.target,
        served: &settings.served,
        alias: settings.alias.as_ref(),
        id: settings.run_id.as_str().into(),
        ledger: settings.ledger.as_deref(),
        toll: Toll::default(),
        requests: AtomicUsize::new(0),
        gaps: Mutex::default(),
        tally: Tally::default(),
        watch: Watch::default(),
        trust: Trust::default(),
        supplies: Supplies::of(settings.run_id.as_str().into()),
        heads: Heads::default(),
        shown: Heads::default(),
    })
}

impl Runner<'_> {
    async fn run(&self, mut course: Course, stop: Stop) -> Result<Run, RunError> {
        let started = jiff::Timestamp::now();
        let clock = Instant::now();
        self.sender.observer.event(&Event::Started { run: &self.sender.id, requests: course.plan.len() });
        let mut end = End::Complete;
        if !course.plan.scenarios.is_empty() {
            let mut signal = stop.clone();
            let mut stopped = pin!(stopped(&mut signal));
            let plan = Arc::clone(&course.plan);
            let first = plan.first();
            let heard = self.scenario((&plan, first), &plan.scenarios[first], stopped.as_mut()).await?;
            let interrupted = *stop.borrow()
                || tokio::select! {
                    biased;
                    () = stopped => true,
                    let_in = self.preflight(&plan, &heard) => let_in.map(|()| false)?,
                };
            if interrupted {
                self.hand_on(&mut course, heard);
                end = End::Interrupted;
            } else {
                end = self.phases(heard, &mut course, &stop).await.err().unwrap_or(End::Complete);
                // What came late stays as it came where a run ends before its time.
                for heard in course.rest.late_ones() {
                    self.hand_on(&mut course, heard);
                }
            }
        }
        if end == End::FirstFinding {
            course.nowhere = self.nowhere(&course, &stop).await;
        }
        if let Some(error) = course.nowhere.take() {
            return Err(error);
        }
        self.sender.observer.event(&Event::Ended);
        Ok(self.result(course, end, started, clock.elapsed()))
    }

    fn hand_on(&self, course: &mut Course, heard: Heard) {
        course.came[heard.scenario] = Some(self.came(&heard));
        self.sink.heard(heard);
    }

    fn came(&self, heard: &Heard) -> Vec<Option<Came>> {
        Came::of_each(self.contract, (&heard.plan, heard.scenario), &heard.exchanges)
    }

    /// Whether the target lets us in and talks HTTP at all.
    async fn preflight(&self, plan: &Plan, first: &Heard) -> Result<(), RunError> {
        let target = self.settings.target.clone();
        let case = &plan.scenarios[first.scenario].cases[0];
        let operation = &self.contract.operations[case.operation];
        let unreachable = |failure: &Failure, came: Vec<u8>| RunError::Unreachable {
            target: target.clone(),
            proxy: proxy(&target, |name| std::env::var(name).ok()),
            failure: Failure { detail: first.secrets.hide(failure.detail.clone()), ..failure.clone() },
            came,
        };
        match first.exchanges.first().and_then(Option::as_ref).map(|exchange| &exchange.outcome) {
            Some(Outcome::Answered(answer)) => {
                let valid = case.request.credentials == CredentialKind::Valid && !operation.is_open();
                // A documented 403 is about what this user may do.
                let documented = answer.status == 403 && operation.response(403).is_some();
                if valid && matches!(answer.status, 401 | 403) && !documented {
                    return Err(self.refused(operation, answer, &first.secrets));
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

    /// That the target does not let us in, with what it says about that.
    fn refused(&self, operation: &Operation, answer: &Answer, secrets: &Secrets) -> RunError {
        let given = self.sender.authenticator.can_satisfy(operation);
        RunError::Refused {
            target: self.settings.target.clone(),
            status: answer.status,
            said: said(answer, secrets),
            lacks: if given { Vec::new() } else { wanted(self.contract, [operation]) },
            plain_password: self.settings.credentials.basic.is_some() && !self.settings.credentials.basic_md5,
        }
    }

    /// How many more requests may be sent.
    pub(super) fn room(&self) -> usize {
        let sent = self.sender.requests.load(Ordering::Relaxed);
        self.settings.max_requests.map_or(usize::MAX, |most| most.saturating_sub(sent))
    }

    /// Sends scenarios of the plan side by side, as far as there is room for them, and judges them
    /// with those that were sent already.
    pub(super) async fn send(
        &self,
        course: &mut Course,
        heard: Vec<Heard>,
        mut indexes: Vec<usize>,
        stop: &Stop,
    ) -> Result<(), End> {
        let plan = Arc::clone(&course.plan);
        let mut room = self.room();
        indexes.retain(|index| {
            let length = plan.scenarios[*index].cases.len();
            let fits = length <= room;
            room -= if fits { length } else { 0 };
            fits
        });
        let scenarios: Vec<&Scenario> = indexes.iter().map(|index| &*plan.scenarios[*index]).collect();
        let order = Order::new(&scenarios, &plan.disruptive, self.settings.workers());
        let halted = AtomicBool::new(false);
        let came: Mutex<Vec<(usize, Vec<Option<Came>>)>> = Mutex::default();
        let halt: Mutex<Option<Halt>> = Mutex::default();
        let take = |heard: Heard| {
            let own = (heard.scenario, self.came(&heard));
            came.lock().unwrap_or_else(PoisonError::into_inner).push(own);
            self.sink.heard(heard);
            if self.sink.is_enough() {
                halted.store(true, Ordering::Relaxed);
            }
        };
        let fail = |error| {
            halted.store(true, Ordering::Relaxed);
            *halt.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        };
        let rest = &course.rest;
        let settle = |heard: Heard| {
            let scenario = &plan.scenarios[heard.scenario];
            if any_late(scenario, &heard.exchanges) { rest.late(heard) } else { take(heard) }
        };
        for heard in heard {
            match self.asked_again(&plan, heard, stop).await {
                Ok(heard) => take(heard),
                Err(error) => fail(error),
            }
        }
        let worker = || {
            let (stop, mut signal) = (stop.clone(), stop.clone());
            let (halted, take, settle, fail) = (&halted, &take, &settle, &fail);
            let (order, indexes, plan) = (&order, &indexes, &plan);
            async move {
                let mut stopped = pin!(stopped(&mut signal));
                while let Some(turn) = order.next().await {
                    let over = halted.load(Ordering::Relaxed) || *stop.borrow();
                    if over || self.sender.enough().await.is_some() {
                        break;
                    }
                    let index = indexes[turn.index];
                    let scenario = &plan.scenarios[index];
                    if self.sender.watch.puts_off(scenario) {
                        rest.put_off(index);
                        continue;
                    }
                    match self.scenario((plan, index), scenario, stopped.as_mut()).await {
                        // Whoever stops at the first finding sends one request after the other anyway.
                        Ok(heard) if self.settings.fail_fast => {
                            match self.asked_again(plan, heard, &stop).await {
                                Ok(heard) => take(heard),
                                Err(error) => fail(error),
                            }
                        }
                        Ok(heard) => settle(heard),
                        Err(error) => fail(error),
                    }
                }
            }
        };
        let workers: FuturesUnordered<_> = (0..self.settings.workers()).map(|_| worker()).collect();
        workers.collect::<()>().await;
        self.sink.settle();
        for (index, came) in came.into_inner().unwrap_or_else(PoisonError::into_inner) {
            course.came[index] = Some(came);
        }
        if let Some(halt) = halt.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(halt.into());
        }
        if halted.into_inner() {
            return Err(End::FirstFinding);
        }
        if *stop.borrow() {
            return Err(End::Interrupted);
        }
        if indexes.is_empty() || course.came.iter().all(Option::is_some) {
            return Ok(());
        }
        self.sender.enough().await.map_or(Ok(()), |why| Err(End::TargetLost(why)))
    }

    /// Settles what was left for the time when nothing else is in flight.
    pub(super) async fn settle_rest(&self, course: &mut Course, stop: &Stop) -> Result<(), End> {
        let plan = Arc::clone(&course.plan);
        let late: Mutex<Vec<Heard>> = Mutex::default();
        let take = |heard| late.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
        let came = self.alone(&plan, &course.rest, &take, stop).await;
        for heard in late.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.hand_on(course, heard);
        }
        came.map_err(End::from)?;
        self.sender.enough().await.map_or(Ok(()), |why| Err(End::TargetLost(why)))
    }

    fn result(&self, course: Course, end: End, started: jiff::Timestamp, elapsed: Duration) -> Run {
        let mut gaps = std::mem::take(&mut *self.sender.gaps.lock().unwrap_or_else(PoisonError::into_inner));
        gaps.extend(self.sender.watch.gaps(self.contract));
        Run {
            started,
            elapsed,
            plan: course.plan,
            made_up: course.made_up,
            blameless: self.sender.trust.blameless(),
            refused_once: self.sender.trust.refused_once(),
            effects: self.sender.toll.effects(),
            gaps,
            end,
        }
    }

    /// One scenario, as far as it comes before the run is stopped.
    pub(super) async fn scenario(
        &self,
        (plan, index): (&Arc<Plan>, usize),
        scenario: &Scenario,
        mut stopped: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Heard, Halt> {
        let mut exchanges = Vec::with_capacity(scenario.cases.len());
        if scenario.at_once > 0 {
            let (equal, underway) = (self.sender.equal(scenario), Underway::default());
            tokio::select! {
                biased;
                () = stopped.as_mut() => equal.iter().for_each(|case| self.sender.given_up(case, &underway)),
                together = self.sender.together(&equal, &underway) => {
                    exchanges.extend(together?.into_iter().map(Some));
                }
            }
        }
        // What they need is not there, or the run is over.
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
        let (plan, secrets) = (Arc::clone(plan), self.sender.authenticator.secrets());
        Ok(Heard { plan, scenario: index, exchanges, secrets })
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
