//! The sender: one case, sent until what came of it is final.

use super::authenticator::{Authenticator, Carrier};
use super::effects::Toll;
use super::error::Halt;
use super::follow::{self, Unfilled};
use super::ledger::Ledger;
use super::pace::{Pace, retry_after};
use super::runner::Alias;
use super::servers::Served;
use super::supplies::Supplies;
use super::tally::Tally;
use super::transport::{Outgoing, PLACEHOLDERS, Transport};
use super::trust::Trust;
use super::watch::Watch;
use super::{Event, Observer};
use crate::contract::Contract;
use crate::exchange::Headers;
use crate::exchange::{Content, Exchange, Failure, FailureKind, Outcome, Sent};
use crate::exchange::{CredentialKind, Parts, Request};
use crate::exchange::{Head, Heads};
use crate::plan::guard::is_safe;
use crate::plan::{Case, Gap, Scenario};
use crate::wire::url;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After how long somebody is looked for who went away.
const RETURN: Duration = Duration::from_millis(100);

/// How long is waited at first, and at most, before what a service does not show yet is asked for again.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Whether a request is out of which nobody knows yet what came.
#[derive(Default)]
pub(super) struct Underway(AtomicBool);

impl Underway {
    pub(super) fn set(&self, out: bool) {
        self.0.store(out, Ordering::Relaxed);
    }
}

/// Sends cases with credentials, within the pace.
pub(super) struct Sender<'r> {
    pub(super) contract: &'r Contract,
    pub(super) transport: Transport,
    pub(super) authenticator: Authenticator<'r>,
    pub(super) pace: Pace,
    /// How long a service may take to show what it knows.
    pub(super) eventually: Duration,
    pub(super) observer: &'r dyn Observer,
    pub(super) target: &'r str,
    /// Where each operation is served.
    pub(super) served: &'r [Served],
    pub(super) alias: Option<&'r Alias>,
    pub(super) id: Arc<str>,
    pub(super) ledger: Option<&'r Ledger>,
    pub(super) toll: Toll,
    /// How many requests were sent, again and for searches too.
    pub(super) requests: AtomicUsize,
    pub(super) gaps: Mutex<Vec<Gap>>,
    pub(super) tally: Tally,
    pub(super) watch: Watch,
    pub(super) trust: Trust,
    pub(super) supplies: Supplies,
    pub(super) heads: Heads<Made>,
    /// Those with the URL that outputs show, by those that are sent.
    pub(super) shown: Heads<Arc<Head>>,
}

impl Sender<'_> {
    /// Sends a case and writes down what it created; nothing if it cannot be sent in this run.
    /// What it takes from earlier exchanges of its scenario is filled in first.
    pub(super) async fn exchange(
        &self,
        scenario: &Scenario,
        case: &Case,
        earlier: &[Option<Exchange>],
        underway: &Underway,
    ) -> Result<Option<Exchange>, Halt> {
        let planned = case;
        let case = match follow::filled(self.contract, scenario, case, (earlier, &self.supplies)) {
            Ok(case) => case,
            Err(Unfilled::NotAccepted) => return Ok(None),
            Err(Unfilled::Lacking(why)) => {
                self.gap(case, why);
                return Ok(None);
            }
        };
        let case = case.as_ref();
        if self.watch.leaves_out(case) {
            return Ok(None);
        }
        if case.request.credentials == CredentialKind::Expired && !self.expired(case).await? {
            return Ok(None);
        }
        let begun = self.trust.begun();
        let exchange = self.settled(case, underway).await?;
        let exchange = self.awaited(case, exchange, (earlier, underway)).await?;
        self.observer.event(&Event::Sent);
        self.written(case, &exchange)?;
        self.trusted(case, &exchange, begun).await?;
        self.supplies.keep(scenario, planned, &exchange);
        self.named((scenario, planned), earlier, &exchange)?;
        Ok(Some(exchange))
    }

    /// Sends a case again, for a while, as long as a service may only need time to show what it knows.
    async fn awaited(
        &self,
        case: &Case,
        mut exchange: Exchange,
        (earlier, underway): (&[Option<Exchange>], &Underway),
    ) -> Result<Exchange, Halt> {
        let Some(until) = case.until else { return Ok(exchange) };
        let (begun, mut pause) = (Instant::now(), FIRST_PAUSE);
        while !until.is_met(&exchange, earlier) && begun.elapsed() + pause <= self.eventually {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            exchange = self.settled(case, underway).await?;
        }
        Ok(exchange)
    }

    /// Sends a request once, over a connection of its own or a kept one, as soon as the pace allows
    /// it; tells what came and how long that took. The first time that it is sent for a case is
    /// announced.
    pub(super) async fn send(
        &self,
        first_for: Option<&Case>,
        outgoing: &Outgoing,
        afresh: bool,
        underway: &Underway,
    ) -> Result<(Outcome, Duration), Halt> {
        self.turn().await;
        if let Some(case) = first_for {
            self.announced(case, outgoing)?;
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        underway.set(true);
        let clock = Instant::now();
        let came = if afresh {
            self.transport.send_afresh(outgoing).await
        } else {
            self.transport.send(outgoing).await
        };
        Ok((came.map_or_else(Outcome::Failed, Outcome::Answered), clock.elapsed()))
    }

    /// A request may have been sent, and nobody waits for its answer any more.
    pub(super) fn given_up(&self, case: &Case, underway: &Underway) {
        if !underway.0.load(Ordering::Relaxed) {
            return;
        }
        if is_safe(&case.request.method) {
            return;
        }
        let failure =
            Failure { kind: FailureKind::TimedOut, detail: "the run was interrupted".into(), status: None };
        let sent = self.sent(case, &self.outgoing(case, &Arc::default()).head);
        let when = (jiff::Timestamp::now(), Duration::ZERO);
        let exchange = Exchange::of((sent, 1), Outcome::Failed(failure), when);
        // The run ends anyway; there is no one left to stop.
        let _ = self.written(case, &exchange);
    }

    /// Waits until the first token of the run has expired, if the run may wait that long.
    async fn expired(&self, case: &Case) -> Result<bool, Halt> {
        let operation = &self.contract.operations[case.operation];
        let left = self.authenticator.first_token_lives(&self.transport, operation).await?;
        let why = match left {
            Some(left) if self.pace.waits(left).await => {
                if !left.is_zero() {
                    self.observer.event(&Event::Waiting { pause: left, why: "a token is to expire" });
                    tokio::time::sleep(left).await;
                }
                return Ok(true);
            }
            Some(_) => {
                "the token lives longer than --max-wait allows: whether it is refused afterwards was not tried"
            }
            None => {
                "the token endpoint does not say how long a token lives: whether it is refused afterwards was not tried"
            }
        };
        self.gap(case, why);
        Ok(false)
    }

    /// Tells how many scenarios of operations have no place in any body that is accepted.
    pub(super) fn left_out(&self, scenarios: &BTreeMap<usize, usize>) {
        let gap = |(index, count): (&usize, &usize)| {
            let operation = &self.contract.operations[*index];
            let why = format!("no accepted body has what {count} scenarios are about: they are left out");
            Gap { operation: operation.id.clone(), at: operation.at.clone(), why }
        };
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner).extend(scenarios.iter().map(gap));
    }

    /// Tells once what could not be tested after all.
    pub(super) fn gap(&self, case: &Case, why: impl Into<String>) {
        let operation = self.contract.operations[case.operation].id.clone();
        self.told(Gap { operation, at: case.at.clone(), why: why.into() });
    }

    /// Tells a gap once.
    pub(super) fn told(&self, gap: Gap) {
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if !gaps.iter().any(|known| known.at == gap.at && known.why == gap.why) {
            gaps.push(gap);
        }
    }

    /// Sends a case, again where the answer asks for it.
    pub(super) async fn settled(&self, case: &Case, underway: &Underway) -> Result<Exchange, Halt> {
        let operation = &self.contract.operations[case.operation];
        let valid = case.request.credentials.is_valid();
        let (mut attempts, mut renewed, mut uncertain) = (0, false, false);
        // What ended the connection the first time, and whether nobody was there since.
        let (mut ended_by, mut away): (Option<Failure>, bool) = (None, false);
        loop {
            let (carriers, token) =
                self.authenticator.attach(&self.transport, case.operation, case.request.credentials).await?;
            let outgoing = self.outgoing(case, &carriers);
            attempts += 1;
            let first_for = (attempts == 1).then_some(case);
            // A connection that was kept may be one that the target has closed, and so may the next.
            let (mut outcome, elapsed) = self.send(first_for, &outgoing, uncertain, underway).await?;
            let ended = jiff::Timestamp::now();
            match &outcome {
                Outcome::Answered(answer) => {
                    underway.set(uncertain);
                    self.tally.answered(answer);
                    self.watch.answered(&outgoing);
                    if let Some(pause) = retry_after(answer) {
                        if self.pace.hold(pause).await {
                            let why = "the target asked to come back later";
                            self.observer.event(&Event::Waiting { pause, why });
                            continue;
                        }
                        self.tally.postponed(true);
                    } else {
                        self.tally.postponed(false);
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
                        ended_by = Some(failure.clone());
                        continue;
                    }
                    // A host that was there may come back: what it does then is worth to know.
                    FailureKind::Refused if self.watch.may_come_back() => {
                        away = true;
                        tokio::time::sleep(RETURN).await;
                        continue;
                    }
                    FailureKind::Refused | FailureKind::TimedOut | FailureKind::Unresolved => {
                        self.tally.unanswered();
                        self.watch.failed(case, operation, failure);
                    }
                    FailureKind::Tls | FailureKind::Unsendable => {}
                    _ => self.watch.spoke(),
                },
            }
            // That nobody is there any more must not hide during which request that came about.
            if let (Outcome::Failed(failure), Some(first)) = (&mut outcome, ended_by) {
                *failure = first;
            }
            let sent = self.sent(case, &outgoing.head);
            let exchange = Exchange::of((sent, attempts), outcome, (ended, elapsed));
            return Ok(Exchange { uncertain, away, ..exchange });
        }
    }

    /// Waits until the pace allows one more request.
    pub(super) async fn turn(&self) {
        let pause = self.pace.turn().await;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// What was sent for a case, secrets included; the URL is the one that outputs show.
    pub(super) fn sent(&self, case: &Case, head: &Arc<Head>) -> Sent {
        let body = case.request.body.as_ref().map(|body| Content::of(body, &self.id));
        let Some(alias) = self.alias else { return Sent { head: Arc::clone(head), body } };
        let shown = |head: &Arc<Head>| {
            let url = head.url.replacen(self.target, &alias.url, 1);
            Head { url, ..Head::clone(head) }
        };
        Sent { head: self.shown.get(Arc::clone(head), shown), body }
    }

    pub(super) fn outgoing(&self, case: &Case, carriers: &Arc<[Carrier]>) -> Outgoing {
        self.outgoing_to(case.operation, &case.request, carriers)
    }

    /// A request to an operation as it is sent.
    pub(super) fn outgoing_to(
        &self,
        operation: usize,
        request: &Request,
        carriers: &Arc<[Carrier]>,
    ) -> Outgoing {
        let made = Made {
            method: request.method.clone(),
            parts: Arc::clone(&request.parts),
            carriers: Arc::clone(carriers),
        };
        let body = request.body.as_ref().map(|body| body.filled(&self.id));
        let base = match self.served.get(operation) {
            Some(Served::At(url)) => url,
            _ => self.target,
        };
        let signer = carriers.iter().find_map(|carrier| match carrier {
            Carrier::Digest(signer) => Some(signer.clone()),
            _ => None,
        });
        let bare = carriers.contains(&Carrier::Bare);
        Outgoing { head: self.heads.get(made, |_| self.head(base, request, carriers)), body, signer, bare }
    }

    fn head(&self, base: &str, request: &Request, carriers: &[Carrier]) -> Head {
        const ACCEPT: (&str, &str) = ("Accept", "application/json, */*;q=0.1");
        let planned =
            request.parts.headers().map(|(name, value)| (name, value.filled_text(&self.id).into_owned()));
        let planned: Vec<(&str, String)> = planned.collect();
        let planned = planned.iter().map(|(name, value)| (*name, Cow::Borrowed(value.as_str())));
        let given = carriers.iter().filter_map(|carrier| match carrier {
            Carrier::Header(name, value) => Some((&**name, Cow::Borrowed(&**value))),
            Carrier::Digest(signer) => {
                Some(("Authorization", Cow::Borrowed(PLACEHOLDERS[usize::from(!signer.valid)])))
            }
            Carrier::Query(..) | Carrier::Bare => None,
        });
        let (mut headers, mut cookies) = (Headers::default(), Vec::new());
        let mut names = planned.clone().chain(given.clone()).map(|(name, _)| name);
        let accepts = names.any(|name| name.eq_ignore_ascii_case(ACCEPT.0));
        let accept = if accepts { None } else { Some((ACCEPT.0, ACCEPT.1.into())) };
        for (name, value) in planned.chain(accept).chain(given) {
            // A request has at most one list of cookies.
            if name.eq_ignore_ascii_case("cookie") {
                cookies.push(value);
            } else {
                headers.push(name, &value);
            }
        }
        if !cookies.is_empty() {
            headers.push("Cookie", &cookies.join("; "));
        }
        let mut url = [base, &request.path().filled_text(&self.id)].concat();
        for carrier in carriers {
            if let Carrier::Query(name, value) = carrier {
                let join = if url.contains('?') { '&' } else { '?' };
                let value = url::encoded(value);
                url = format!("{url}{join}{name}={value}");
            }
        }
        Head { method: request.method.clone(), url, headers }
    }
}

/// What the head of a request is made from.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Made {
    method: String,
    parts: Arc<Parts>,
    carriers: Arc<[Carrier]>,
}
