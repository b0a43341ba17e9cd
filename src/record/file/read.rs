//! Reads a record again, that of a killed run too.

use super::line::{Begun, Closed, Ended, Heard, Line};
use super::{FORMAT, RecordError};
use crate::contract::Contract;
use crate::exchange::Exchange;
use crate::judge::{Levels, Note};
use crate::plan::{Case, Plan, Scenario};
use crate::record::{Judged, Record};
use crate::run::{Effects, End, Run};
use crate::source::Document;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{BufRead, Read};
use std::sync::Arc;
use std::time::Duration;

/// No line is longer: so much holds the largest answers of a scenario.
const LONGEST: u64 = 1 << 30;

/// No run has more of anything that is counted.
const MOST: usize = 1 << 32;

/// How a record begins.
const MAGIC: &[u8] = b"{\"probity-record\"";

/// A record that was read, with its contract.
pub struct Kept {
    /// The contract.
    pub contract: Contract,
    /// The record.
    pub record: Record,
    /// The severity of each check, as the run had it.
    pub levels: Levels,
    /// What became of the snapshots, as reports have it: one for each run that compared some.
    pub snapshots: Vec<serde_json::Value>,
    /// Whether the end is missing: a run was killed.
    pub is_cut: bool,
}

/// The lines of a file, put in order.
pub(super) struct Lines {
    pub(super) name: String,
    pub(super) begun: Begun<'static>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) judged: BTreeMap<usize, Judged>,
    pub(super) ended: Option<Ended>,
    pub(super) closed: Option<Closed>,
    pub(super) snapshots: Vec<serde_json::Value>,
    pub(super) is_cut: bool,
}

/// Whether bytes are the beginning of a record.
pub fn is_record(beginning: &[u8]) -> bool {
    beginning.starts_with(MAGIC)
}

/// Reads records, each with its name, and puts them together: what one run has sent the others need not
/// have.
pub fn read<R: BufRead>(records: impl IntoIterator<Item = (String, R)>) -> Result<Kept, RecordError> {
    let mut whole: Option<Lines> = None;
    for (name, record) in records {
        let run = whole.as_ref().map(|whole| whole.begun.identity.run.clone());
        let lines = Lines::read(&name, record, run.as_deref())?;
        match &mut whole {
            None => whole = Some(lines),
            Some(whole) => whole.merge(lines)?,
        }
    }
    let whole = whole.ok_or_else(|| broken("nothing", 1, "there is no record"))?;
    whole.kept()
}

pub(super) fn broken(name: &str, line: usize, why: impl fmt::Display) -> RecordError {
    RecordError::Broken { name: name.to_owned(), line, why: why.to_string() }
}

impl Lines {
    /// Reads every line; where another identity of the run is named, it stands in place of the own one.
    fn read(name: &str, mut record: impl BufRead, other_run: Option<&str>) -> Result<Lines, RecordError> {
        let unread = |source| RecordError::Unread { name: name.to_owned(), source };
        let mut text = Vec::new();
        let mut number = 0;
        let mut lines: Option<Lines> = None;
        loop {
            text.clear();
            number += 1;
            let read = record.by_ref().take(LONGEST).read_until(b'\n', &mut text).map_err(unread)?;
            let is_whole = text.last() == Some(&b'\n');
            if read == 0 || (!is_whole && lines.is_some() && (read as u64) < LONGEST) {
                break;
            }
            if !is_whole && read as u64 >= LONGEST {
                return Err(broken(name, number, "it is too long"));
            }
            let text = std::str::from_utf8(&text).map_err(|error| broken(name, number, error))?;
            let own = lines.as_ref().map(|lines: &Lines| lines.begun.identity.run.as_str());
            let text = match (own, other_run) {
                (Some(own), Some(other)) if own != other && !own.is_empty() => {
                    text.replace(own, other).into()
                }
                _ => Cow::Borrowed(text),
            };
            let line: Line<'static> =
                serde_json::from_str(&text).map_err(|error| broken(name, number, error))?;
            match (&mut lines, line) {
                (None, Line::Begun(begun)) if begun.format != FORMAT => {
                    return Err(RecordError::OtherFormat { name: name.to_owned(), format: begun.format });
                }
                (None, Line::Begun(begun)) => lines = Some(Lines::begun(name, *begun)),
                (Some(lines), line) => {
                    lines.take(line).map_err(|why| broken(name, number, why))?;
                }
                (None, _) => return Err(broken(name, number, "it does not say what the run is about")),
            }
        }
        lines.ok_or_else(|| broken(name, 1, "it is empty"))
    }

    fn begun(name: &str, begun: Begun<'static>) -> Lines {
        Lines {
            name: name.to_owned(),
            begun,
            scenarios: Vec::new(),
            judged: BTreeMap::new(),
            ended: None,
            closed: None,
            snapshots: Vec::new(),
            is_cut: true,
        }
    }

    fn take(&mut self, line: Line<'static>) -> Result<(), &'static str> {
        match line {
            Line::Begun(_) => return Err("a second run begins"),
            Line::Planned(index, scenario) => {
                let next = self.scenarios.len();
                match self.scenarios.get_mut(index) {
                    Some(known) => *known = scenario.into_owned(),
                    None if index == next => self.scenarios.push(scenario.into_owned()),
                    None => return Err("scenarios before this one are missing"),
                }
            }
            Line::Chosen(choices) => self.begun.plan.to_mut().choices = choices.into_owned(),
            Line::Heard(Heard { scenario, exchanges, observations, notes }) => {
                let cases = self.scenarios.get(scenario).map(|scenario| scenario.cases.len());
                if cases != Some(exchanges.len()) {
                    return Err("it is not about the cases of the plan");
                }
                let own = |at: usize, step: usize| at == scenario && step < exchanges.len();
                let all_own = observations.iter().all(|one| own(one.position.scenario, one.position.step))
                    && notes.iter().all(|note| own(note.position.scenario, note.position.step));
                if !all_own {
                    return Err("what it observes is of another scenario");
                }
                let judged = Judged {
                    scenario,
                    exchanges: exchanges.into_owned(),
                    observations: observations.into_owned(),
                    notes: notes.into_owned(),
                };
                self.judged.insert(scenario, judged);
            }
            Line::Ended(ended) => {
                if ended.effects.most() > MOST {
                    return Err("it did more than can be");
                }
                self.ended = Some(*ended);
                self.is_cut = false;
            }
            Line::Closed(closed) => {
                let known = |scenario: usize, step: usize| {
                    self.scenarios.get(scenario).is_some_and(|scenario| step < scenario.cases.len())
                };
                if !closed.observations.iter().all(|one| known(one.position.scenario, one.position.step)) {
                    return Err("what it observes is of no scenario");
                }
                if closed.effects.most().max(closed.repeated) > MOST {
                    return Err("it did more than can be");
                }
                self.closed = Some(closed);
            }
            Line::Snapshots(shown) => self.snapshots.push(shown),
        }
        Ok(())
    }

    /// What the lines say all together.
    fn kept(self) -> Result<Kept, RecordError> {
        let Lines { name, begun, mut scenarios, judged, ended, closed, snapshots, is_cut } = self;
        let Begun { identity, levels, started, files, operations, plan, .. } = begun;
        let files = files.into_iter().map(|(name, text)| (name.into_owned(), text.into_owned()));
        let document = Document::from_files(files).map_err(|error| broken(&name, 1, error))?;
        let contract = Contract::read(document).map_err(|refused| broken(&name, 1, &refused.1))?;
        let places = Places::of(&contract, &operations).map_err(|why| broken(&name, 1, why))?;
        let mut plan = plan.into_owned();
        let of_withheld = plan.withheld.iter_mut().flat_map(|withheld| &mut withheld.scenarios);
        for scenario in scenarios.iter_mut().chain(of_withheld) {
            places.mend(scenario).map_err(|why| broken(&name, 1, why))?;
        }
        for choice in &mut plan.choices {
            choice.operation = places.get(choice.operation).map_err(|why| broken(&name, 1, why))?;
        }
        plan.beyond = places.keys(plan.beyond);
        plan.disruptive =
            places.keys(plan.disruptive.into_iter().map(|at| (at, ())).collect()).into_keys().collect();
        plan.scenarios = scenarios.into_iter().map(Arc::new).collect();
        let judged: Vec<Judged> = judged.into_values().collect();
        let fits = |note: &Note| {
            let case = &plan[note.position];
            note.fits(&contract.operations[case.operation])
        };
        if !judged.iter().flat_map(|judged| &judged.notes).all(fits) {
            return Err(broken(&name, 1, "its contract has other rules than its lines"));
        }
        if plan.beyond.values().any(|left| *left > MOST) {
            return Err(broken(&name, 1, "it leaves out more than can be"));
        }
        let ended =
            ended.unwrap_or_else(|| until_killed((&contract, &identity.run), &plan, &judged, started));
        let sent = Run {
            started: ended.started,
            elapsed: ended.elapsed,
            plan: Arc::new(plan),
            made_up: ended.made_up,
            blameless: ended.blameless.into_iter().collect(),
            refused_once: ended.refused_once.into_iter().collect(),
            effects: ended.effects,
            gaps: ended.gaps,
            end: ended.end,
        };
        let mut record = Record::of(&contract, identity, sent, judged);
        if let Some(closed) = closed {
            record.elapsed = closed.elapsed;
            record.effects = closed.effects;
            record.repeated = closed.repeated;
            record.end = closed.end;
            record.observations.extend(closed.observations);
            record.observations.sort_by_key(|one| one.position);
        }
        Ok(Kept { contract, record, levels, snapshots, is_cut })
    }
}

/// The indexes of operations now, by those when the record was written.
struct Places(Vec<Option<usize>>);

impl Places {
    fn of(contract: &Contract, operations: &[Cow<'_, str>]) -> Result<Places, &'static str> {
        let now = |at: &Cow<'_, str>| contract.operations.iter().position(|one| one.at == **at);
        let places: Vec<Option<usize>> = operations.iter().map(now).collect();
        if places.iter().all(Option::is_none) && !places.is_empty() {
            return Err("its operations are not those of its contract");
        }
        Ok(Places(places))
    }

    fn get(&self, operation: usize) -> Result<usize, &'static str> {
        self.0
            .get(operation)
            .copied()
            .flatten()
            .ok_or("it is about an operation that its contract does not have")
    }

    fn mend(&self, scenario: &mut Scenario) -> Result<(), &'static str> {
        scenario.operation = self.get(scenario.operation)?;
        if scenario.cases.is_empty() || scenario.at_once > scenario.cases.len() {
            return Err("a scenario of its plan has other cases than it says");
        }
        for (step, case) in scenario.cases.iter_mut().enumerate() {
            case.operation = self.get(case.operation)?;
            let earlier = |of: &Case| {
                let given = of.preconditions.iter().map(|precondition| precondition.step);
                given.chain(of.follows.as_ref().map(|follow| follow.step)).all(|of| of < step)
            };
            if !earlier(case) {
                return Err("a case of its plan depends on a later one");
            }
        }
        Ok(())
    }

    fn keys<T>(&self, by_operation: BTreeMap<usize, T>) -> BTreeMap<usize, T> {
        by_operation.into_iter().filter_map(|(at, value)| Some((self.get(at).ok()?, value))).collect()
    }
}

/// How a run ended of which nobody wrote it down.
fn until_killed(
    (contract, run): (&Contract, &str),
    plan: &Plan,
    judged: &[Judged],
    started: jiff::Timestamp,
) -> Ended {
    let cases = judged.iter().flat_map(|judged| {
        let cases = plan.scenarios[judged.scenario].cases.iter();
        cases.zip(&judged.exchanges).filter_map(|(case, exchange)| Some((case, exchange.as_ref()?)))
    });
    let mut sent: Vec<(&Case, &Exchange)> = cases.collect();
    sent.sort_by_key(|(_, exchange)| exchange.ended);
    let last = sent.last().map_or(started, |(_, exchange)| exchange.ended);
    Ended {
        started,
        elapsed: Duration::try_from(last.duration_since(started)).unwrap_or_default(),
        made_up: None,
        blameless: BTreeSet::new(),
        refused_once: BTreeMap::new(),
        effects: Effects::of(contract, run, sent),
        gaps: Vec::new(),
        end: End::Interrupted,
    }
}
