//! Requests that reach the target at the same moment: all are sent but for their last byte,
//! and the last bytes follow together once every connection is open.

use super::Event;
use super::error::Halt;
use super::follow;
use super::pace::retry_after;
use super::sender::{Sender, Underway};
use super::transport::{Gate, Outgoing};
use crate::exchange::Answer;
use crate::exchange::{Exchange, Outcome};
use crate::plan::{Case, Scenario};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Sender<'_> {
    /// The equal requests of a scenario, with what they need; none where that is not there.
    pub(super) fn equal(&self, scenario: &Scenario) -> Vec<Case> {
        let equal = scenario.cases[..scenario.at_once].iter();
        let filled = equal.map(|case| follow::filled(self.contract, scenario, case, (&[], &self.supplies)));
        filled
            .collect::<Result<Vec<_>, _>>()
            .map_or(Vec::new(), |cases| cases.into_iter().map(Cow::into_owned).collect())
    }

    /// Sends equal requests at once. They stand in no order, and so the accepted ones come
    /// first: what is told of them does not depend on which was the fastest.
    ///
    /// Those that were throttled are sent again; of equal creates still exactly one is accepted.
    /// Each has a connection of its own: one that ends was not kept open for too long.
    pub(super) async fn together(&self, cases: &[Case], underway: &Underway) -> Result<Vec<Exchange>, Halt> {
        let mut final_ones: Vec<Exchange> = Vec::with_capacity(cases.len());
        let mut open = vec![0; cases.len()];
        let mut renewed = false;
        let begun = self.trust.begun();
        while let Some(case) = cases.first().filter(|_| !open.is_empty()) {
            // They are equal, and so it does not matter which of the cases each stands for.
            let mut prepared = Vec::with_capacity(open.len());
            let mut token = None;
            for (case, attempts) in cases.iter().zip(&mut open) {
                let credentials = case.request.credentials;
                let (carriers, used) =
                    self.authenticator.attach(&self.transport, case.operation, credentials).await?;
                token = used;
                self.turn().await;
                *attempts += 1;
                self.requests.fetch_add(1, Ordering::Relaxed);
                let outgoing = self.outgoing(case, &carriers);
                if *attempts == 1 {
                    self.announced(case, &outgoing)?;
                }
                prepared.push(((case, outgoing), *attempts));
            }
            underway.set(true);
            let gate = Gate::new(prepared.len());
            let sends = prepared.into_iter().map(|(one, attempts)| self.held(one, &gate, attempts));
            let came = futures_util::future::join_all(sends).await;
            let unauthorized = |answer: &Answer| answer.status == 401;
            if let (Some(number), false) = (token, renewed)
                && final_ones.is_empty()
                && came.iter().all(|exchange| exchange.answer().is_some_and(unauthorized))
            {
                renewed = true;
                let operation = &self.contract.operations[case.operation];
                if self.authenticator.renew(&self.transport, operation, number).await? {
                    continue;
                }
            }
            open = self.again(&mut final_ones, came).await;
        }
        final_ones.sort_by_cached_key(|exchange| match &exchange.outcome {
            Outcome::Answered(answer) => (Reverse(answer.accepted()), answer.status, answer.body.clone()),
            Outcome::Failed(_) => (Reverse(false), u16::MAX, bytes::Bytes::new()),
        });
        for (case, exchange) in cases.iter().zip(&final_ones) {
            self.observer.event(&Event::Sent);
            self.written(case, exchange)?;
            self.trusted(case, exchange, begun).await?;
        }
        Ok(final_ones)
    }

    /// Keeps what is final; tells what must be sent again, after the pause that was asked for.
    async fn again(&self, final_ones: &mut Vec<Exchange>, came: Vec<Exchange>) -> Vec<u32> {
        let pause = came.iter().filter_map(Exchange::answer).filter_map(retry_after).max();
        let waits = match pause {
            Some(pause) => {
                let waits = self.pace.hold(pause).await;
                if waits {
                    let why = "the target asked to come back later";
                    self.observer.event(&Event::Waiting { pause, why });
                } else {
                    self.tally.postponed(true);
                }
                waits
            }
            None => false,
        };
        let mut open = Vec::new();
        for exchange in came {
            if waits && exchange.answer().and_then(retry_after).is_some() {
                open.push(exchange.attempts);
            } else {
                final_ones.push(exchange);
            }
        }
        open
    }

    async fn held(&self, (case, outgoing): (&Case, Outgoing), gate: &Gate, attempts: u32) -> Exchange {
        let clock = Instant::now();
        let outcome = match self.transport.send_held(&outgoing, gate).await {
            Ok(answer) => Outcome::Answered(answer),
            Err(failure) => Outcome::Failed(failure),
        };
        let (ended, elapsed) = (jiff::Timestamp::now(), clock.elapsed());
        if let Outcome::Answered(answer) = &outcome {
            self.tally.answered(answer);
        }
        let sent = self.sent(case, &outgoing.head);
        Exchange::of((sent, attempts), outcome, (ended, elapsed))
    }
}
