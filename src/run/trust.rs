//! Credentials that were accepted and are refused: whether they have ended, or the target only
//! refuses them at times.

use super::error::Halt;
use super::sender::{Sender, Underway};
use crate::contract::{Contract, Operation};
use crate::exchange::CredentialKind;
use crate::exchange::Exchange;
use crate::plan::guard::is_safe;
use crate::plan::{Case, Verdict};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many refusals in a row, each begun after the first was known, show that credentials have
/// ended where nothing can be asked that changes nothing.
const IN_A_ROW: usize = 3;

/// So many requests may have ended the credentials.
const SUSPECTS: usize = 3;

/// So often a safe request is asked again for the refusals of one operation.
const QUESTIONS: usize = 3;

/// At times means: of so many requests at most one is refused.
const RARE: usize = 4;

/// Whether the credentials are still good.
#[derive(Default)]
pub(super) struct Trust {
    past: Mutex<Past>,
    /// Held by who asks whether the credentials are still good, so that nobody else does.
    asking: tokio::sync::Mutex<()>,
}

/// What came of the credentials so far.
#[derive(Default)]
struct Past {
    /// How many refusals there were; the time by which it is told what was begun when.
    refusals: usize,
    /// When the last request was begun that was let in.
    let_in: Option<usize>,
    operations: HashMap<usize, Of>,
    /// A request that changes nothing and was let in.
    safe: Option<Case>,
    /// The last accepted requests that may have changed something.
    changes: VecDeque<(usize, String)>,
    /// What was refused since the last was let in, and what was accepted last before.
    open: Vec<(String, usize)>,
    suspects: Vec<(usize, String)>,
    /// Refusals in a row: of all requests, and of those that are not meant to be refused.
    in_a_row: [Streak; 2],
    once: Vec<Once>,
    /// Why nothing more is sent, once the credentials have ended.
    ended: Option<String>,
}

/// What was seen of an operation.
#[derive(Default)]
struct Of {
    let_in: usize,
    refused: usize,
    questions: usize,
    /// Refusals that nothing is known of yet, with when they were known.
    pending: Vec<(String, usize, u16)>,
}

#[derive(Clone, Copy, Default)]
struct Streak {
    since: usize,
    length: usize,
}

/// A request that was refused although the credentials were good.
struct Once {
    case: String,
    operation: usize,
    status: u16,
    /// Whether it is clear that the credentials were good: the same request was let in when it was
    /// sent again, or the token had just been fetched.
    is_clear: bool,
}

/// What is to be done about a refusal.
enum Doubt {
    /// Nothing.
    Nothing,
    /// The credentials have ended.
    Ended(String),
    /// It is to be asked whether they have, unless that is known by now.
    Ask { known: usize },
}

impl Past {
    fn let_in(&mut self, case: &Case, begun: usize, (accepted, by_token): (bool, bool)) {
        let meant = case.expectation.verdict != Verdict::Reject;
        self.let_in = self.let_in.max(Some(begun));
        // What was begun before a refusal says nothing about it.
        for streak in &mut self.in_a_row[..if meant { 2 } else { 1 }] {
            if begun >= streak.since {
                streak.length = 0;
            }
        }
        if !meant {
            return;
        }
        self.open.retain(|(_, known)| *known > begun);
        let of = self.operations.entry(case.operation).or_default();
        of.let_in += 1;
        if !accepted {
            return;
        }
        let (over, pending): (Vec<_>, Vec<_>) =
            std::mem::take(&mut of.pending).into_iter().partition(|(_, known, _)| *known <= begun);
        of.pending = pending;
        let once = |(id, _, status)| Once { case: id, operation: case.operation, status, is_clear: by_token };
        self.once.extend(over.into_iter().map(once));
        if !is_safe(&case.request.method) {
            self.changes.truncate(SUSPECTS - 1);
            self.changes.push_front((case.operation, case.id.clone()));
        } else if self.safe.is_none() {
            self.safe = Some(case.clone());
        }
    }

    fn refused(
        &mut self,
        contract: &Contract,
        case: &Case,
        begun: usize,
        (status, by_token): (u16, bool),
    ) -> Doubt {
        self.refusals += 1;
        let known = self.refusals;
        if self.open.is_empty() {
            self.suspects = self.changes.iter().cloned().collect();
        }
        self.open.push((case.id.clone(), known));
        if let Some(why) = &self.ended {
            return Doubt::Ended(why.clone());
        }
        let meant = case.expectation.verdict != Verdict::Reject;
        let of = self.operations.entry(case.operation).or_default();
        if meant {
            of.refused += 1;
        }
        if of.let_in == 0 && (self.safe.is_none() || of.questions > 0) {
            return Doubt::Nothing;
        }
        if of.let_in > 0 && meant && status == 401 && !is_safe(&case.request.method) {
            of.pending.push((case.id.clone(), known, status));
        }
        // A fresh one has just been fetched, and will be next time.
        if by_token {
            return Doubt::Nothing;
        }
        if self.safe.is_some() && of.questions < QUESTIONS {
            of.questions += 1;
            return Doubt::Ask { known };
        }
        // 403 may be about what was asked for, and not about who asks.
        if of.let_in == 0 || (status != 401 && self.safe.is_none()) {
            return Doubt::Nothing;
        }
        let counts: &mut [Streak] = if meant { &mut self.in_a_row } else { &mut self.in_a_row[..1] };
        let mut longest = 0;
        for streak in counts {
            if streak.length == 0 {
                *streak = Streak { since: known, length: 1 };
            } else if begun >= streak.since {
                streak.length += 1;
            }
            longest = longest.max(streak.length);
        }
        match longest {
            IN_A_ROW.. if self.safe.is_some() => Doubt::Ask { known },
            IN_A_ROW.. => Doubt::Ended(self.end(contract, case, status)),
            _ => Doubt::Nothing,
        }
    }

    /// The credentials have ended; tells why nothing more is sent.
    fn end(&mut self, contract: &Contract, case: &Case, status: u16) -> String {
        let named = |index: usize| {
            let Operation { method, path, .. } = &contract.operations[index];
            format!("{method} {path}")
        };
        let mut why = format!(
            "the target refuses the credentials that it accepted before: {} was answered with status {status}",
            named(case.operation)
        );
        if !self.suspects.is_empty() {
            let suspects = self.suspects.iter().map(|(index, id)| format!("{} ({id})", named(*index)));
            why.push_str("; the last accepted requests before that, one of which may have ended them: ");
            why.push_str(&suspects.collect::<Vec<_>>().join(", "));
        }
        self.ended = Some(why.clone());
        why
    }
}

impl Trust {
    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be said of a request that is begun now, when it is over.
    pub(super) fn begun(&self) -> usize {
        self.past().refusals
    }

    /// The cases that were refused because the credentials had ended.
    pub(super) fn blameless(&self) -> HashSet<String> {
        let past = self.past();
        if past.ended.is_some() {
            past.open.iter().map(|(id, _)| id.clone()).collect()
        } else {
            HashSet::new()
        }
    }

    /// The cases that were refused although the credentials were good before and after, with the status
    /// of each.
    pub(super) fn refused_once(&self) -> HashMap<String, u16> {
        let past = self.past();
        let rare = |once: &&Once| {
            let of = past.operations.get(&once.operation);
            once.is_clear || of.is_some_and(|of| of.refused * RARE <= of.let_in)
        };
        let mut found: HashMap<String, u16> = HashMap::new();
        for once in past.once.iter().filter(rare) {
            found.insert(once.case.clone(), once.status);
            // The last ones are of the same kind, though nothing came after them.
            let pending = past.operations.get(&once.operation).map(|of| &of.pending);
            found.extend(pending.into_iter().flatten().map(|(id, _, status)| (id.clone(), *status)));
        }
        if past.ended.is_some() {
            found.retain(|case, _| past.open.iter().all(|(id, _)| id != case));
        }
        found
    }
}

impl Sender<'_> {
    /// Looks at how credentials that are valid were taken, and stops the run if they have ended.
    /// `begun` is what [`Trust::begun`] said before the request was sent.
    pub(super) async fn trusted(&self, case: &Case, exchange: &Exchange, begun: usize) -> Result<(), Halt> {
        let operation = &self.contract.operations[case.operation];
        let own =
            case.request.credentials == CredentialKind::Valid && case.request.method == operation.method;
        if !own || operation.is_open() || !self.authenticator.can_satisfy(operation) {
            return Ok(());
        }
        let Some(answer) = exchange.answer() else { return Ok(()) };
        let by_token = self.authenticator.fetches_token(operation);
        let doubt = match answer.status {
            status @ (401 | 403) => self.trust.past().refused(self.contract, case, begun, (status, by_token)),
            status if status < 500 && status != 429 => {
                self.trust.past().let_in(case, begun, (answer.accepted(), by_token));
                Doubt::Nothing
            }
            _ => Doubt::Nothing,
        };
        match doubt {
            Doubt::Nothing => Ok(()),
            Doubt::Ended(why) => Err(Halt::Credentials(why)),
            Doubt::Ask { known } => self.ask_again_who_let_in(case, answer.status, known).await,
        }
    }

    /// Asks again for what was let in before; where that still is, once more for what was refused, if
    /// it changes nothing.
    async fn ask_again_who_let_in(&self, case: &Case, status: u16, known: usize) -> Result<(), Halt> {
        let _alone = self.trust.asking.lock().await;
        let (asked, is_good) = {
            let past = self.trust.past();
            if let Some(why) = &past.ended {
                return Err(Halt::Credentials(why.clone()));
            }
            (past.safe.clone(), past.let_in >= Some(known))
        };
        let Some(asked) = asked else { return Ok(()) };
        if !is_good && !self.lets_in(&asked).await? {
            let why = self.trust.past().end(self.contract, case, status);
            return Err(Halt::Credentials(why));
        }
        let worked = self.trust.past().operations.get(&case.operation).is_some_and(|of| of.let_in > 0);
        let again = worked && is_safe(&case.request.method);
        if again && self.lets_in(case).await? {
            let once = Once { case: case.id.clone(), operation: case.operation, status, is_clear: true };
            self.trust.past().once.push(once);
        }
        Ok(())
    }

    /// Whether a request that changes nothing is let in now; what gives no answer is not refused.
    async fn lets_in(&self, case: &Case) -> Result<bool, Halt> {
        let begun = self.trust.begun();
        let again = self.settled(case, &Underway::default()).await?;
        let answer = again.answer();
        let let_in = answer.is_none_or(|answer| !matches!(answer.status, 401 | 403));
        if answer.is_some_and(|answer| let_in && answer.status < 500) {
            let by_token = self.authenticator.fetches_token(&self.contract.operations[case.operation]);
            self.trust.past().let_in(case, begun, (again.accepted(), by_token));
        }
        Ok(let_in)
    }
}
