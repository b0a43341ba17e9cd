//! What becomes of requests is counted, and written down.

use super::Entry;
use crate::contract::Expression;
use crate::contract::expression::Part;
use crate::exchange::{Answer, Exchange, Sent};
use crate::plan::guard::is_safe;
use crate::plan::{Case, Scenario};
use crate::run::effects::{Effect, effect};
use crate::run::error::Halt;
use crate::run::sender::Sender;
use crate::run::transport::Outgoing;
use crate::run::undo::{Made, Undo, may_make};

impl Sender<'_> {
    /// Writes down that a request is about to be sent, if it may create, change or delete something.
    pub(in crate::run) fn announced(&self, case: &Case, outgoing: &Outgoing) -> Result<(), Halt> {
        let method = &case.request.method;
        if may_make(self.contract, case.operation, method) {
            self.toll.begin(case.operation);
        }
        let Some(ledger) = self.ledger.filter(|_| !is_safe(method)) else { return Ok(()) };
        let sent = &self.sent(case, &outgoing.head);
        let about = (case.operation, case.id.as_str());
        let made = may_make(self.contract, case.operation, method)
            .then(|| Made::of(self.contract, about, (sent, None), &self.id));
        let entry = Entry {
            event: Effect::Sending,
            at: jiff::Timestamp::now(),
            operation: &self.contract.operations[case.operation],
            case: &case.id,
            sent,
            answer: None,
            request_id: None,
            undo: made.as_ref().and_then(|made| made.undo.as_ref()),
            made: made.as_ref(),
            ids: &[],
            uncertain: false,
        };
        Ok(ledger.write(self.contract, &self.id, &entry, &self.authenticator.secrets())?)
    }

    /// Counts what became of a request, and writes it down.
    pub(in crate::run) fn written(&self, case: &Case, exchange: &Exchange) -> Result<(), Halt> {
        let Some(event) = effect(exchange) else { return self.seen(case, exchange) };
        let toll = self.toll.add(self.contract, &self.id, (case, exchange), event);
        let Some(ledger) = self.ledger else { return Ok(()) };
        let answer = exchange.answer();
        let undo = toll.as_ref().map(|toll| toll.undo());
        let entry = Entry {
            event,
            at: exchange.ended,
            operation: &self.contract.operations[case.operation],
            case: &case.id,
            sent: &exchange.sent,
            answer,
            request_id: self.request_id(answer),
            undo: undo.flatten(),
            made: toll.as_ref().and_then(|toll| toll.made()),
            ids: &[],
            uncertain: exchange.uncertain,
        };
        Ok(ledger.write(self.contract, &self.id, &entry, &self.authenticator.secrets())?)
    }

    /// Writes down how what a scenario supplies is deleted, where only the list after it shows that.
    pub(in crate::run) fn named(
        &self,
        (scenario, list): (&Scenario, &Case),
        earlier: &[Option<Exchange>],
        exchange: &Exchange,
    ) -> Result<(), Halt> {
        let (Some(case), Some(Some(made_by)), Some(answer)) =
            (scenario.cases.first().filter(|_| scenario.is_supply()), earlier.first(), exchange.answer())
        else {
            return Ok(());
        };
        let named = self.toll.name(self.contract, &self.id, (case, made_by), (list.operation, answer));
        let (Some(made), Some(ledger)) = (named, self.ledger) else { return Ok(()) };
        let entry = Entry {
            event: Effect::Created,
            at: exchange.ended,
            operation: &self.contract.operations[case.operation],
            case: &case.id,
            sent: &made_by.sent,
            answer: made_by.answer(),
            request_id: self.request_id(made_by.answer()),
            undo: made.undo.as_ref(),
            made: Some(&made),
            ids: &[],
            uncertain: false,
        };
        Ok(ledger.write(self.contract, &self.id, &entry, &self.authenticator.secrets())?)
    }

    /// Writes down what a list showed before the run added to it: what is there later and was not then
    /// may be what no answer named.
    fn seen(&self, case: &Case, exchange: &Exchange) -> Result<(), Halt> {
        let Some(ids) = self.toll.saw(self.contract, case, exchange) else { return Ok(()) };
        let Some(ledger) = self.ledger else { return Ok(()) };
        let entry = Entry {
            event: Effect::Seen,
            at: exchange.ended,
            operation: &self.contract.operations[case.operation],
            case: &case.id,
            sent: &exchange.sent,
            answer: None,
            request_id: None,
            undo: None,
            made: None,
            ids: &ids,
            uncertain: false,
        };
        Ok(ledger.write(self.contract, &self.id, &entry, &self.authenticator.secrets())?)
    }

    /// Writes down what becomes of something that was made: it is about to be deleted, or was, or was not.
    pub(in crate::run) fn undoing(
        &self,
        (made, undo): (&Made, &Undo),
        event: Effect,
        (sent, answer): (&Sent, Option<&Answer>),
    ) -> Result<(), Halt> {
        let Some(ledger) = self.ledger else { return Ok(()) };
        let entry = Entry {
            event,
            at: jiff::Timestamp::now(),
            operation: &self.contract.operations[undo.operation],
            case: &made.case,
            sent,
            answer,
            request_id: self.request_id(answer),
            undo: Some(undo),
            made: None,
            ids: &[],
            uncertain: false,
        };
        Ok(ledger.write(self.contract, &self.id, &entry, &self.authenticator.secrets())?)
    }

    fn request_id<'a>(&self, answer: Option<&'a Answer>) -> Option<&'a str> {
        match (&self.contract.request_id, answer) {
            (Some(Expression::Response(Part::Header(name))), Some(answer)) => answer.header(name),
            _ => None,
        }
    }
}
