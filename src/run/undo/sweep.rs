//! What a run made is deleted, one after the other, within the pace and limits of its own.

use super::before::Before;
use super::made::{Made, Standing};
use super::remaining::{Remaining, Why};
use super::way::{Undo, way};
use crate::exchange::{CredentialKind, FailureKind, Outcome, Request, Sent};
use crate::plan::{Labeller, Plan, Values, Wishes, plain};
use crate::run::effects::Effect;
use crate::run::error::Halt;
use crate::run::pace::retry_after;
use crate::run::runner::{Runner, Stop, stopped};
use crate::run::sender::{Sender, Underway};
use crate::run::servers::Served;
use crate::run::{End, Event, Run, RunError};
use futures_util::StreamExt;
use futures_util::stream;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::pin;
use std::time::Duration;

/// After how long somebody is looked for who went away, and how often in all.
const RETURN: (Duration, usize) = (Duration::from_millis(100), 20);

/// So long a target may still be at work on what nobody waits for any more.
const AT_WORK: Duration = Duration::from_millis(500);

/// So many requests in a row without an answer end a clean-up.
const SILENT: usize = 3;

/// How what a run made is deleted at its end.
#[derive(Clone, Debug)]
pub struct CleanUp {
    /// How long that may take.
    pub limit: Duration,
    /// Tells it to end at once.
    pub stop: Stop,
}

impl CleanUp {
    /// How long it may take unless the user says otherwise.
    pub const LIMIT: Duration = Duration::from_mins(1);
}

/// What came of a clean-up.
#[derive(Debug, Default)]
pub(in crate::run) struct Swept {
    pub(in crate::run) undone: usize,
    pub(in crate::run) requests: usize,
    /// How much is left that is known to be there.
    pub(in crate::run) left: usize,
    pub(in crate::run) remaining: Vec<Remaining>,
}

/// A clean-up under way.
pub(super) struct Sweep<'s> {
    pub(super) sender: &'s Sender<'s>,
    pub(super) labeller: Labeller<'s>,
    pub(super) wishes: &'s Wishes,
    /// What is still to be deleted, in the order in which it was made.
    pub(super) open: Vec<Made>,
    pub(super) changed: HashSet<Vec<String>>,
    pub(super) before: Before,
    /// How many requests may be under way at once.
    workers: usize,
    /// How often a target that is away may still be looked for.
    patience: Cell<usize>,
    silent: Cell<usize>,
    /// Why nothing more is sent, if so.
    over: Cell<Option<Why>>,
    requests: Cell<usize>,
    undone: Cell<usize>,
    /// What came of each that is settled, by its index: why it is left, if it is.
    settled: RefCell<HashMap<usize, Option<Why>>>,
    came: Swept,
}

impl Sender<'_> {
    /// Deletes what stands of a run.
    pub(in crate::run) async fn sweep(
        &self,
        wishes: &Wishes,
        mut standing: Standing,
        (clean_up, workers): (&CleanUp, usize),
    ) -> Result<Swept, Halt> {
        standing.spare_what_was_there(self.contract);
        let open = standing.take();
        let mut sweep = Sweep {
            sender: self,
            labeller: Labeller::new(self.contract),
            wishes,
            open,
            changed: standing.changed,
            before: standing.before,
            workers,
            patience: Cell::new(RETURN.1),
            silent: Cell::default(),
            over: Cell::default(),
            requests: Cell::default(),
            undone: Cell::default(),
            settled: RefCell::default(),
            came: Swept::default(),
        };
        sweep.leave_what_has_no_delete();
        if sweep.open.is_empty() {
            return Ok(sweep.came);
        }
        self.observer.event(&Event::Undoing { made: sweep.open.len() });
        let mut signal = clean_up.stop.clone();
        // What the pace makes it wait does not count.
        let limit = clean_up.limit.saturating_add(self.pace.of(sweep.open.len()));
        let came = tokio::select! {
            biased;
            () = pin!(stopped(&mut signal)) => Ok(()),
            () = tokio::time::sleep(limit) => Ok(()),
            came = sweep.all() => came,
        };
        let over = sweep.over.get().unwrap_or(Why::Ended);
        let settled = sweep.settled.take();
        for (index, made) in std::mem::take(&mut sweep.open).into_iter().enumerate() {
            if let Some(why) = settled.get(&index).copied().unwrap_or(Some(over)) {
                sweep.leave(&made, why);
            }
        }
        (sweep.came.requests, sweep.came.undone) = (sweep.requests.get(), sweep.undone.get());
        match came {
            // What cannot be written down is not deleted, and the run ends as one whose ledger is lost.
            Err(halt @ Halt::Ledger(_)) => Err(halt),
            _ => Ok(sweep.came),
        }
    }
}

impl Runner<'_> {
    /// A run, however it ended, after which is deleted what it made, unless that is to stay, and its
    /// ledger is closed.
    pub(in crate::run) async fn cleaned_up(
        &self,
        ran: Result<Run, RunError>,
        plan: &Plan,
    ) -> Result<Run, RunError> {
        let is_lost = |run: &Run| matches!(run.end, End::LedgerLost(_));
        if ran.as_ref().is_ok_and(is_lost) || matches!(ran, Err(RunError::Ledger(_))) {
            return ran;
        }
        let lost = self.swept(&plan.wishes).await.err();
        let mut run = ran?;
        run.effects = self.sender.toll.effects();
        run.end = lost.map_or(run.end, End::from);
        Ok(run)
    }

    async fn swept(&self, wishes: &Wishes) -> Result<(), Halt> {
        if let Some(clean_up) = &self.settings.clean_up {
            let swept = self
                .sender
                .sweep(wishes, self.sender.toll.take(), (clean_up, self.settings.workers()))
                .await?;
            self.sender.toll.clean(swept);
        }
        match self.sender.ledger {
            Some(ledger) => Ok(ledger.close(self.sender.contract, &self.sender.id)?),
            None => Ok(()),
        }
    }
}

impl Sweep<'_> {
    /// Something is left.
    fn leave(&mut self, made: &Made, why: Why) {
        let operation = self.sender.contract.operations[made.giver].id.clone();
        self.came.left += usize::from(made.is_sure);
        let is_known = made.is_sure || made.undo.is_some() || why == Why::Unreachable;
        let why = if is_known { why } else { Why::Lost };
        Remaining::add(&mut self.came.remaining, Remaining { operation, why, count: 1 });
    }

    fn leave_what_has_no_delete(&mut self) {
        let contract = self.sender.contract;
        let has_way = |made: &Made| way(contract, made.giver).is_some();
        let (open, lasting): (Vec<Made>, Vec<Made>) =
            std::mem::take(&mut self.open).into_iter().partition(has_way);
        self.open = open;
        for made in lasting.iter().filter(|made| made.is_sure) {
            self.leave(made, Why::NoDelete);
        }
    }

    /// Deletes all that can be.
    async fn all(&mut self) -> Result<(), Halt> {
        self.look_for_the_nameless().await?;
        if self.open.iter().any(|made| made.undo.is_none() && !made.is_sure) {
            // What nobody waited for may only now be carried out.
            tokio::time::sleep(AT_WORK).await;
            self.look_for_the_nameless().await?;
        }
        for (index, _) in self.open.iter().enumerate().filter(|(_, made)| made.undo.is_none()) {
            self.settled.borrow_mut().insert(index, Some(self.over.get().unwrap_or(Why::Nameless)));
        }
        let mut refused = Vec::new();
        for equal in self.in_turn() {
            let mut each =
                stream::iter(equal.iter().map(|index| self.undo(*index))).buffer_unordered(self.workers);
            while let Some(one) = each.next().await {
                one?;
            }
            refused.extend(equal.iter().copied().filter(|_| self.workers > 1));
        }
        // Of what went side by side some may have stood in the way of others.
        for index in refused {
            let why = self.settled.borrow().get(&index).copied().flatten();
            if why == Some(Why::Status(409)) {
                self.undo(index).await?;
            }
        }
        Ok(())
    }

    /// Where the target cannot be reached, nothing more is sent.
    pub(super) fn is_away(&self, failure: FailureKind) {
        if failure.is_unreachable() {
            self.over.set(Some(Why::Unreachable));
        }
    }

    /// What may be deleted side by side, one such group after the other: what was made last comes first;
    /// where several requests are under way, what is made from the most others.
    fn in_turn(&self) -> Vec<Vec<usize>> {
        let named = (0..self.open.len()).rev().filter(|index| self.open[*index].undo.is_some());
        if self.workers == 1 {
            return named.map(|index| vec![index]).collect();
        }
        let contract = self.sender.contract;
        let mut levels: BTreeMap<Reverse<usize>, Vec<usize>> = BTreeMap::new();
        for index in named {
            let length = contract.operations[self.open[index].giver].path.split('/').count();
            let level = contract.connections().level(self.open[index].giver);
            levels.entry(Reverse(level.max(length))).or_default().push(index);
        }
        levels.into_values().collect()
    }

    /// Deletes one thing, unless nothing more is sent.
    async fn undo(&self, index: usize) -> Result<(), Halt> {
        let made = &self.open[index];
        let Some(undo) = made.undo.as_ref().filter(|_| self.over.get().is_none()) else { return Ok(()) };
        let why = self.deleted(made, undo).await?;
        // Nobody is there, or lets us in any more.
        let is_over = matches!(why, Some(Why::Unreachable | Why::Status(401))) || self.silent.get() >= SILENT;
        if is_over && self.over.get().is_none() {
            self.over.set(why);
        }
        self.settled.borrow_mut().insert(index, why);
        self.sender.observer.event(&Event::Undone);
        Ok(())
    }

    /// Deletes one thing; why it is left, if it is.
    async fn deleted(&self, made: &Made, undo: &Undo) -> Result<Option<Why>, Halt> {
        let Some(request) = self.request(undo.operation, &undo.values) else {
            return Ok(Some(Why::NoRequest));
        };
        let (sent, outcome) = self.ask(undo.operation, &request, Some((made, undo))).await?;
        let answer = match &outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed(_) => None,
        };
        let is_gone = answer.is_some_and(|answer| matches!(answer.status, 404 | 410));
        let is_deleted = answer.is_some_and(crate::exchange::Answer::accepted);
        self.silent.set(if answer.is_some() { 0 } else { self.silent.get() + 1 });
        let event = if is_gone || is_deleted { Effect::Undone } else { Effect::NotUndone };
        self.sender.undoing((made, undo), event, (&sent, answer))?;
        // What an unsure request did not make is not there to be deleted.
        self.undone.set(self.undone.get() + usize::from(is_deleted));
        Ok(match outcome {
            _ if is_gone || is_deleted => None,
            Outcome::Answered(answer) => Some(Why::Status(answer.status)),
            Outcome::Failed(failure) => Some(Why::of(failure.kind)),
        })
    }

    /// A request to an operation with these values, where it is known where that is served.
    pub(super) fn request(&self, operation: usize, values: &Values) -> Option<Request> {
        if let Some(Served::Elsewhere(_)) = self.sender.served.get(operation) {
            return None;
        }
        plain(&self.labeller, self.wishes, operation, values)
    }

    /// Sends a request with valid credentials, again where the answer asks for it.
    pub(super) async fn ask(
        &self,
        operation: usize,
        request: &Request,
        about: Option<(&Made, &Undo)>,
    ) -> Result<(Sent, Outcome), Halt> {
        let sender = self.sender;
        let (mut first, mut cut, mut renewed) = (true, false, false);
        loop {
            let valid = CredentialKind::Valid;
            let (carriers, token) = sender.authenticator.attach(&sender.transport, operation, valid).await?;
            let outgoing = sender.outgoing_to(operation, request, &carriers);
            let sent = Sent { head: outgoing.head.clone(), body: None };
            if let Some(about) = about.filter(|_| first) {
                sender.undoing(about, Effect::Undoing, (&sent, None))?;
            }
            first = false;
            self.requests.set(self.requests.get() + 1);
            let (outcome, _) = sender.send(None, &outgoing, cut, &Underway::default()).await?;
            match &outcome {
                Outcome::Answered(answer) => {
                    if let Some(pause) = retry_after(answer)
                        && sender.pace.hold(pause).await
                    {
                        continue;
                    }
                    if let Some(number) = token.filter(|_| answer.status == 401 && !renewed) {
                        renewed = true;
                        let own = &sender.contract.operations[operation];
                        if sender.authenticator.renew(&sender.transport, own, number).await? {
                            continue;
                        }
                    }
                }
                Outcome::Failed(failure) => match failure.kind {
                    // A kept-alive connection may end just as the next request is sent.
                    FailureKind::Cut | FailureKind::NotHttp if !cut => {
                        cut = true;
                        continue;
                    }
                    FailureKind::Refused if self.patience.get() > 0 => {
                        self.patience.set(self.patience.get().saturating_sub(1));
                        tokio::time::sleep(RETURN.0).await;
                        continue;
                    }
                    _ => {}
                },
            }
            return Ok((sent, outcome));
        }
    }
}
