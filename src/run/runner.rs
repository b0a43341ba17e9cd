//! The runner: scenarios side by side, the cases of each in order.

use super::credentials::{Authenticator, Carrier, Given, TokenError, hidden};
use super::exchange::{Exchange, Failure, FailureKind, Outcome, Sent};
use super::pace::{Pace, Rate, retry_after};
use super::secret::replace;
use super::transport::{Outgoing, Transport};
use super::{End, Event, Observer, Run};
use crate::contract::Contract;
use crate::judge::{self, Levels, Observation, Severity};
use crate::plan::{Case, Credentials, Plan, RUN, Scenario};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

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

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nobody at the target.
    #[error("{target} cannot be reached: {} ({})", failure.kind.words(), failure.detail)]
    Unreachable {
        /// The target.
        target: String,
        /// What happened.
        failure: Failure,
    },
    /// The target does not let us in.
    #[error("{target} refuses the credentials: the first request was answered with status {status}")]
    Refused {
        /// The target.
        target: String,
        /// The status.
        status: u16,
        /// Whether any were given.
        given: bool,
    },
    /// No token could be fetched.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            RunError::Unreachable { target, failure } => match failure.kind {
                FailureKind::Unresolved => "check the host name in --target".into(),
                FailureKind::Tls if failure.detail.to_lowercase().contains("invalidcontenttype") || failure.detail.contains("corrupt message") => {
                    "the port does not speak TLS; try http:// instead of https://".into()
                }
                FailureKind::Tls => "the certificate must be valid for the host name and signed by an authority that this machine trusts (SSL_CERT_FILE names another set)".into(),
                FailureKind::TimedOut => "the host takes connections but does not answer; check the port, or raise --timeout".into(),
                FailureKind::NotHttp | FailureKind::Cut if target.starts_with("http://") => "the port may speak TLS; try https:// instead of http://".into(),
                _ => "check that the host is up and that --target names its port".into(),
            },
            RunError::Refused { given: false, .. } => "the contract asks for credentials: give --basic, --bearer, --oauth-key with --oauth-secret, or --header".into(),
            RunError::Refused { given: true, .. } => "check the credentials, and whether they belong to this host (for a password that travels as MD5, add --basic-md5)".into(),
            RunError::Token(_) => "check --oauth-key and --oauth-secret, and the token endpoint in the contract's x-probity".into(),
        }
    }
}

/// Tells a run to stop.
pub type Stop = watch::Receiver<bool>;

/// So many exchanges in a row without any answer mean that the target is gone.
const LOST_AFTER: usize = 8;

struct Runner<'r> {
    contract: &'r Contract,
    plan: &'r Plan,
    settings: &'r Settings,
    transport: Transport,
    authenticator: Authenticator<'r>,
    pace: Pace,
    observer: &'r dyn Observer,
    id: String,
    unanswered: AtomicUsize,
    postponed: AtomicUsize,
}

/// What one scenario left behind.
struct Done {
    scenario: usize,
    exchanges: Vec<Option<Exchange>>,
    observations: Vec<Observation>,
}

/// Sends a plan and judges what comes back.
pub async fn run(
    contract: &Contract,
    plan: &Plan,
    settings: &Settings,
    observer: &dyn Observer,
    stop: Stop,
) -> Result<Run, RunError> {
    let transport = Transport::new(&settings.target, settings.timeout)
        .map_err(|failure| RunError::Unreachable { target: settings.target.clone(), failure })?;
    let runner = Runner {
        contract,
        plan,
        settings,
        transport,
        authenticator: Authenticator::new(contract, settings.given.clone(), &settings.target),
        pace: Pace::new(settings.rate, settings.patience),
        observer,
        id: settings.run_id.clone().unwrap_or_else(fresh_id),
        unanswered: AtomicUsize::new(0),
        postponed: AtomicUsize::new(0),
    };
    runner.run(stop).await
}

/// Ten digits, the first not zero, that no other run has.
fn fresh_id() -> String {
    use std::hash::{BuildHasher, Hasher};
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u128(now.as_nanos());
    hasher.write_u32(std::process::id());
    (1_000_000_000 + hasher.finish() % 9_000_000_000).to_string()
}

impl Runner<'_> {
    async fn run(&self, mut stop: Stop) -> Result<Run, RunError> {
        let started = jiff::Timestamp::now();
        let clock = Instant::now();
        self.observer.event(&Event::Started { requests: self.plan.len() });
        let mut done: Vec<Option<Done>> = self.plan.scenarios.iter().map(|_| None).collect();
        let mut end = End::Complete;
        if let Some(first) = self.plan.scenarios.first() {
            let found = self.scenario(0, first, &mut stop).await?;
            tokio::select! {
                biased;
                () = stopped(&mut stop) => end = End::Interrupted,
                let_in = self.preflight(&found) => let_in?,
            }
            if end == End::Complete && self.ends(&found) {
                end = End::FirstFinding;
            }
            done[0] = Some(found);
        }
        if end == End::Complete {
            end = self.rest(&mut done, stop).await?;
        }
        self.observer.event(&Event::Ended);
        Ok(self.result(done, end, started, clock.elapsed()))
    }

    /// Whether the target lets us in and talks HTTP at all.
    async fn preflight(&self, first: &Done) -> Result<(), RunError> {
        let target = self.settings.target.clone();
        let case = &self.plan.scenarios[0].cases[0];
        let operation = &self.contract.operations[case.operation];
        match first.exchanges.first().and_then(Option::as_ref).map(|exchange| &exchange.outcome) {
            Some(Outcome::Answered(answer)) => {
                let valid = case.request.credentials == Credentials::Valid && !operation.is_open();
                if valid && matches!(answer.status, 401 | 403) {
                    let given = self.authenticator.can_satisfy(operation);
                    return Err(RunError::Refused { target, status: answer.status, given });
                }
                Ok(())
            }
            Some(Outcome::Failed(failure)) if failure.kind.is_unreachable() => {
                Err(RunError::Unreachable { target, failure: failure.clone() })
            }
            Some(Outcome::Failed(failure)) if failure.kind.may_be_mute() => {
                // Is it this request, or does the target not talk at all?
                let outgoing = Outgoing {
                    method: "OPTIONS".into(),
                    url: format!("{target}/"),
                    headers: Vec::new(),
                    body: None,
                };
                // Twice, because the connection that the first one finds open may be closing.
                for _ in 0..2 {
                    match self.transport.send(&outgoing).await {
                        Err(again) if again.kind.may_be_mute() => {}
                        _ => return Ok(()),
                    }
                }
                Err(RunError::Unreachable { target, failure: failure.clone() })
            }
            _ => Ok(()),
        }
    }

    async fn rest(&self, done: &mut [Option<Done>], stop: Stop) -> Result<End, RunError> {
        let next = AtomicUsize::new(1);
        let halted = AtomicUsize::new(usize::MAX);
        let (sender, mut receiver) = mpsc::unbounded_channel::<Result<Done, TokenError>>();
        let worker = || {
            let (sender, mut stop) = (sender.clone(), stop.clone());
            let (next, halted) = (&next, &halted);
            async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(scenario) = self.plan.scenarios.get(index) else { break };
                    if index > halted.load(Ordering::Relaxed) || self.lost().is_some() {
                        break;
                    }
                    if *stop.borrow() {
                        break;
                    }
                    let found = self.scenario(index, scenario, &mut stop).await;
                    let ends = match &found {
                        Ok(found) => self.ends(found),
                        Err(_) => true,
                    };
                    if ends {
                        halted.fetch_min(index, Ordering::Relaxed);
                    }
                    if sender.send(found).is_err() {
                        break;
                    }
                }
            }
        };
        let workers: FuturesUnordered<_> = (0..self.settings.jobs.max(1)).map(|_| worker()).collect();
        workers.collect::<()>().await;
        drop(sender);
        let mut token = None;
        while let Some(found) = receiver.recv().await {
            match found {
                Ok(found) => {
                    let index = found.scenario;
                    done[index] = Some(found);
                }
                Err(error) => token = Some(error),
            }
        }
        if let Some(error) = token {
            return Ok(End::TargetLost(error.to_string()));
        }
        let halted = halted.load(Ordering::Relaxed);
        if halted != usize::MAX {
            // What was sent beyond the first finding depends on how fast the others were.
            for later in done.iter_mut().skip(halted + 1) {
                *later = None;
            }
            return Ok(End::FirstFinding);
        }
        if *stop.borrow() {
            return Ok(End::Interrupted);
        }
        if let Some(why) = self.lost().filter(|_| done.iter().any(Option::is_none)) {
            return Ok(End::TargetLost(why));
        }
        Ok(End::Complete)
    }

    fn lost(&self) -> Option<String> {
        let many = |count: &AtomicUsize| count.load(Ordering::Relaxed) >= LOST_AFTER;
        if many(&self.unanswered) {
            return Some(format!("the last {LOST_AFTER} requests got no answer"));
        }
        let limit = "longer than --max-wait allows";
        many(&self.postponed).then(|| format!("the target keeps asking to come back later, {limit}"))
    }

    fn ends(&self, done: &Done) -> bool {
        let denied =
            |observation: &Observation| self.settings.levels.of_check(observation.check) == Severity::Deny;
        self.settings.fail_fast && done.observations.iter().any(denied)
    }

    fn result(&self, done: Vec<Option<Done>>, end: End, started: jiff::Timestamp, elapsed: Duration) -> Run {
        let mut exchanges = Vec::with_capacity(done.len());
        let mut observations = Vec::new();
        for (index, found) in done.into_iter().enumerate() {
            match found {
                Some(found) => {
                    exchanges.push(found.exchanges);
                    observations.extend(found.observations);
                }
                None => exchanges.push(self.plan.scenarios[index].cases.iter().map(|_| None).collect()),
            }
        }
        observations.extend(judge::Whole::check(self.contract, self.plan, &exchanges));
        observations.sort_by_key(|observation| (observation.scenario, observation.step));
        Run {
            id: self.id.clone(),
            target: self
                .settings
                .alias
                .as_ref()
                .map_or_else(|| self.settings.target.clone(), |alias| alias.name.clone()),
            started,
            elapsed,
            exchanges,
            observations,
            end,
        }
    }

    /// One scenario, as far as it comes before the run is stopped.
    async fn scenario(&self, index: usize, scenario: &Scenario, stop: &mut Stop) -> Result<Done, TokenError> {
        let mut done = Done {
            scenario: index,
            exchanges: Vec::with_capacity(scenario.cases.len()),
            observations: Vec::new(),
        };
        for (step, case) in scenario.cases.iter().enumerate() {
            let mut exchange = tokio::select! {
                biased;
                () = stopped(stop) => break,
                exchange = self.exchange(case) => exchange?,
            };
            let mut found = judge::exchange(self.contract, case, &done.exchanges, &exchange, (index, step));
            // Judged as it came, kept as it may be shown.
            let secrets = self.authenticator.secrets();
            exchange.outcome = hidden(&secrets, exchange.outcome);
            for text in found.iter_mut().flat_map(Observation::texts) {
                *text = secrets.hide(std::mem::take(text));
            }
            self.observer.event(&Event::Exchanged { exchange: &exchange, observations: found.len() });
            done.observations.extend(found);
            done.exchanges.push(Some(exchange));
        }
        done.exchanges.resize_with(scenario.cases.len(), || None);
        Ok(done)
    }

    async fn exchange(&self, case: &Case) -> Result<Exchange, TokenError> {
        let operation = &self.contract.operations[case.operation];
        let valid = case.request.credentials == Credentials::Valid;
        let (mut attempts, mut renewed, mut uncertain) = (0, false, false);
        loop {
            let (carriers, token) =
                self.authenticator.attach(&self.transport, operation, case.request.credentials).await?;
            let outgoing = self.outgoing(case, carriers);
            let pause = self.pace.turn().await;
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            attempts += 1;
            let clock = Instant::now();
            let outcome = match self.transport.send(&outgoing).await {
                Ok(answer) => Outcome::Answered(answer),
                Err(failure) => Outcome::Failed(failure),
            };
            let elapsed = clock.elapsed();
            match &outcome {
                Outcome::Answered(answer) => {
                    self.unanswered.store(0, Ordering::Relaxed);
                    if let Some(pause) = retry_after(answer) {
                        if self.pace.hold(pause).await {
                            let why = "the target asked to come back later";
                            self.observer.event(&Event::Waiting { pause, why });
                            continue;
                        }
                        self.postponed.fetch_add(1, Ordering::Relaxed);
                    } else {
                        self.postponed.store(0, Ordering::Relaxed);
                    }
                    if answer.status == 401
                        && valid
                        && !renewed
                        && let Some(number) = token
                    {
                        renewed = true;
                        if self.authenticator.renew(&self.transport, operation, number).await? {
                            continue;
                        }
                    }
                }
                Outcome::Failed(failure) => match failure.kind {
                    // A kept-alive connection may end just as the next request is sent.
                    FailureKind::Cut | FailureKind::NotHttp if !uncertain => {
                        uncertain = true;
                        continue;
                    }
                    FailureKind::Refused | FailureKind::TimedOut | FailureKind::Unresolved => {
                        self.unanswered.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => {}
                },
            }
            let secrets = self.authenticator.secrets();
            let sent = Sent {
                url: secrets.hide(self.outward(&outgoing.url)),
                headers: outgoing
                    .headers
                    .into_iter()
                    .map(|(name, value)| (name, secrets.hide(value)))
                    .collect(),
                method: outgoing.method,
                body: outgoing.body,
            };
            let leaks_secret =
                matches!(&outcome, Outcome::Answered(answer) if secrets.stand_in(&answer.body));
            return Ok(Exchange { sent, outcome, elapsed, attempts, leaks_secret, uncertain });
        }
    }

    /// A URL as outputs show it.
    fn outward(&self, url: &str) -> String {
        match &self.settings.alias {
            Some(alias) => url.replacen(&self.settings.target, &alias.url, 1),
            None => url.to_owned(),
        }
    }

    fn outgoing(&self, case: &Case, carriers: Vec<Carrier>) -> Outgoing {
        let own = |text: &str| text.replace(RUN, &self.id);
        let mut url = format!("{}{}", self.settings.target, own(&case.request.path));
        let mut headers: Vec<(String, String)> =
            case.request.headers.iter().map(|(name, value)| (name.clone(), own(value))).collect();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            headers.push(("Accept".into(), "application/json, */*;q=0.1".into()));
        }
        for carrier in carriers {
            match carrier {
                Carrier::Header(name, value) => headers.push((name, value)),
                Carrier::Query(name, value) => {
                    let join = if url.contains('?') { '&' } else { '?' };
                    let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
                    url = format!("{url}{join}{name}={value}");
                }
            }
        }
        let body = case
            .request
            .body
            .as_ref()
            .map(|body| Bytes::from(replace(body, RUN.as_bytes(), self.id.as_bytes())));
        Outgoing { method: case.request.method.clone(), url, headers, body }
    }
}

async fn stopped(stop: &mut Stop) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
