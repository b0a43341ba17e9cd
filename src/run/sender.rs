//! The sender: one case, sent until what came of it is final.

use super::credentials::{Authenticator, Carrier, TokenError};
use super::exchange::{Exchange, FailureKind, Outcome, Sent};
use super::pace::{Pace, retry_after};
use super::runner::Alias;
use super::secret::replace;
use super::transport::{Outgoing, Transport};
use super::{Event, Observer};
use crate::contract::Contract;
use crate::plan::{Case, Credentials, RUN};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// So many exchanges in a row without any answer mean that the target is gone.
const LOST_AFTER: usize = 8;

/// Sends cases with credentials, within the pace.
pub(super) struct Sender<'r> {
    pub(super) contract: &'r Contract,
    pub(super) transport: Transport,
    pub(super) authenticator: Authenticator<'r>,
    pub(super) pace: Pace,
    pub(super) observer: &'r dyn Observer,
    pub(super) target: &'r str,
    pub(super) alias: Option<&'r Alias>,
    pub(super) id: String,
    pub(super) unanswered: AtomicUsize,
    pub(super) postponed: AtomicUsize,
}

impl Sender<'_> {
    /// Why nothing more is sent, if the target is gone.
    pub(super) fn lost(&self) -> Option<String> {
        let many = |count: &AtomicUsize| count.load(Ordering::Relaxed) >= LOST_AFTER;
        if many(&self.unanswered) {
            return Some(format!("the last {LOST_AFTER} requests got no answer"));
        }
        let limit = "longer than --max-wait allows";
        many(&self.postponed).then(|| format!("the target keeps asking to come back later, {limit}"))
    }

    /// Sends a case, again where the answer asks for it.
    pub(super) async fn exchange(&self, case: &Case) -> Result<Exchange, TokenError> {
        let operation = &self.contract.operations[case.operation];
        let valid = case.request.credentials == Credentials::Valid;
        let (mut attempts, mut renewed, mut uncertain) = (0, false, false);
        loop {
            let (carriers, token) =
                self.authenticator.attach(&self.transport, operation, case.request.credentials).await?;
            let outgoing = self.outgoing(case, carriers);
            self.turn().await;
            attempts += 1;
            let clock = Instant::now();
            let outcome = match self.transport.send(&outgoing).await {
                Ok(answer) => Outcome::Answered(answer),
                Err(failure) => Outcome::Failed(failure),
            };
            let (ended, elapsed) = (jiff::Timestamp::now(), clock.elapsed());
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
            self.observer.event(&Event::Sent);
            let sent = self.sent(outgoing);
            return Ok(Exchange { sent, outcome, ended, elapsed, attempts, leaks_secret: false, uncertain });
        }
    }

    /// Waits until the pace allows one more request.
    pub(super) async fn turn(&self) {
        let pause = self.pace.turn().await;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// What was sent, secrets included; the URL is the one that outputs show.
    pub(super) fn sent(&self, outgoing: Outgoing) -> Sent {
        let Outgoing { method, url, headers, body } = outgoing;
        let url = match self.alias {
            Some(alias) => url.replacen(self.target, &alias.url, 1),
            None => url,
        };
        Sent { method, url, headers, body }
    }

    pub(super) fn outgoing(&self, case: &Case, carriers: Vec<Carrier>) -> Outgoing {
        let own = |text: &str| text.replace(RUN, &self.id);
        let mut url = format!("{}{}", self.target, own(&case.request.path));
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
