//! Requests that reach the target at the same moment: all are sent but for their last byte,
//! and the last bytes follow together once every connection is open.

use super::error::Halt;
use super::exchange::{Exchange, Outcome};
use super::pace::retry_after;
use super::sender::Sender;
use super::transport::{Gate, Outgoing};
use super::{Answer, Event};
use crate::plan::Case;
use std::cmp::Reverse;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Sender<'_> {
    /// Sends equal requests at once. They stand in no order, and so the accepted ones come
    /// first: what is told of them does not depend on which was the fastest.
    pub(super) async fn together(&self, cases: &[Case]) -> Result<Vec<Exchange>, Halt> {
        let (mut attempts, mut renewed) = (0, false);
        loop {
            attempts += 1;
            let mut prepared = Vec::with_capacity(cases.len());
            let mut token = None;
            for case in cases {
                let operation = &self.contract.operations[case.operation];
                let credentials = case.request.credentials;
                let (carriers, used) =
                    self.authenticator.attach(&self.transport, operation, credentials).await?;
                token = used;
                self.turn().await;
                prepared.push(self.outgoing(case, carriers));
            }
            let gate = Gate::new(prepared.len());
            let sends = prepared.into_iter().map(|outgoing| self.held(outgoing, &gate, attempts));
            let mut exchanges = futures_util::future::join_all(sends).await;
            let all = |holds: &dyn Fn(&Answer) -> bool| {
                exchanges.iter().all(|exchange| exchange.answer().is_some_and(holds))
            };
            let pause = exchanges.iter().filter_map(Exchange::answer).filter_map(retry_after).max();
            let operation = cases.first().map(|case| &self.contract.operations[case.operation]);
            if let Some(pause) = pause.filter(|_| all(&|answer| retry_after(answer).is_some()))
                && self.pace.hold(pause).await
            {
                let why = "the target asked to come back later";
                self.observer.event(&Event::Waiting { pause, why });
                continue;
            }
            if let (Some(number), Some(operation), false) = (token, operation, renewed)
                && all(&|answer| answer.status == 401)
            {
                renewed = true;
                if self.authenticator.renew(&self.transport, operation, number).await? {
                    continue;
                }
            }
            exchanges.sort_by_cached_key(|exchange| match &exchange.outcome {
                Outcome::Answered(answer) => (Reverse(answer.accepted()), answer.status, answer.body.clone()),
                Outcome::Failed(_) => (Reverse(false), u16::MAX, bytes::Bytes::new()),
            });
            for (case, exchange) in cases.iter().zip(&exchanges) {
                self.observer.event(&Event::Sent);
                self.written(case, exchange)?;
            }
            return Ok(exchanges);
        }
    }

    async fn held(&self, outgoing: Outgoing, gate: &Gate, attempts: u32) -> Exchange {
        let clock = Instant::now();
        let outcome = match self.transport.send_held(&outgoing, gate).await {
            Ok(answer) => Outcome::Answered(answer),
            Err(failure) => Outcome::Failed(failure),
        };
        let (ended, elapsed) = (jiff::Timestamp::now(), clock.elapsed());
        if matches!(outcome, Outcome::Answered(_)) {
            self.unanswered.store(0, Ordering::Relaxed);
        }
        let sent = self.sent(outgoing);
        Exchange { sent, outcome, ended, elapsed, attempts, leaks_secret: false, uncertain: false }
    }
}
