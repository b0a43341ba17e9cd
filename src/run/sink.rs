//! What comes back, handed on as it comes: a run sends, and knows nothing of what is made of answers.

use super::secret::{Held, Secrets};
use crate::exchange::{Exchange, Outcome};
use crate::plan::{Plan, Position};
use std::sync::Arc;

/// What one scenario brought. It may still hold secrets.
pub struct Heard {
    /// The plan as the answers had shaped it by then.
    pub plan: Arc<Plan>,
    /// The index of the scenario in it.
    pub scenario: usize,
    /// What came of each of its cases, if it was sent.
    pub exchanges: Vec<Option<Exchange>>,
    /// What must not be shown.
    pub secrets: Arc<Secrets>,
}

/// Takes what comes back, from any thread.
pub trait Sink: Send + Sync {
    /// What a scenario brought. Each comes once.
    fn heard(&self, heard: Heard);

    /// Nothing is in flight, and what is sent next may depend on what was heard: by the end of this
    /// all of that is looked at.
    fn settle(&self);

    /// Whether what was heard is enough, so that nothing more is to be sent.
    fn is_enough(&self) -> bool;

    /// A case whose answer shows something only if a path
    /// that nobody has gets another one.
    fn doubted(&self) -> Option<Position>;
}

impl Heard {
    /// Marks the exchanges whose answers hold a secret, and tells what each holds of them.
    pub fn marked(&mut self) -> Vec<Held> {
        let secrets = &self.secrets;
        let mark = |exchange: &mut Option<Exchange>| {
            let Some(exchange) = exchange else { return Held::Nothing };
            let held = exchange.answer().map_or(Held::Nothing, |answer| secrets.held(answer));
            exchange.leaks_secret = held == Held::Secret;
            held
        };
        self.exchanges.iter_mut().map(mark).collect()
    }
}

impl Secrets {
    /// An exchange without secrets, given what of them its answer holds.
    pub fn without_secrets(&self, exchange: Exchange, held: Held) -> Exchange {
        let Exchange { mut sent, mut outcome, .. } = exchange;
        sent.head = self.hide_in(&sent.head);
        match &mut outcome {
            Outcome::Answered(_) if held == Held::Nothing => {}
            Outcome::Answered(answer) => {
                answer.headers = answer.headers.with_values(|_, value| self.hide(value.to_owned()).into());
                answer.body = self.hide_bytes(std::mem::take(&mut answer.body));
            }
            Outcome::Failed(failure) => failure.detail = self.hide(std::mem::take(&mut failure.detail)),
        }
        Exchange { sent, outcome, ..exchange }
    }
}
