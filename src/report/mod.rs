//! The report: what a run has shown, for people and for machines. Nothing here decides anything.

pub mod audit;
mod build;
pub mod changes;
pub mod coverage;
pub mod ctrf;
pub mod curl;
mod file;
#[cfg(test)]
mod fixture;
mod followed;
mod format;
pub mod github;
pub mod gitlab;
pub mod har;
pub mod html;
pub mod json;
pub mod junit;
mod keywords;
pub mod markdown;
pub mod model;
pub mod ndjson;
mod place;
pub mod plan;
pub mod progress;
pub mod sarif;
mod script;
pub mod terminal;
mod untried;
mod words;

pub use build::{outline, report};
pub use coverage::Coverage;
pub use file::{Destination, NotAnOutput, Output, ReportError, writable, write, write_text};
pub use format::Format;
pub use model::Report;
pub use ndjson::Events;
pub use progress::Progress;
pub use terminal::{Detail, terminal};
pub use untried::Untried;

use crate::contract::Contract;
use crate::exchange::{Exchange, Sent};
use crate::judge::{Finding, Observation, Severity};
use crate::plan::{Case, Gap, Plan, Position};
use crate::record::{Record, SnapshotSummary, Verdict};
use crate::source::Location;
use curl::Repeat;
use model::{Difference, OtherSeed};
use std::collections::HashMap;

/// What a report is about.
#[derive(Clone)]
pub struct Subject<'r> {
    /// The contract.
    pub contract: &'r Contract,
    /// What was to be sent.
    pub plan: &'r Plan,
    /// What was sent, and what came back.
    pub run: &'r Record,
    /// What the checks hold against it.
    pub findings: &'r [Finding],
    /// What was seen of the contract.
    pub coverage: Coverage,
    /// What became of the snapshots, if they were compared.
    pub snapshots: Option<SnapshotSummary>,
    /// How the snapshots differ.
    pub differences: Vec<Difference>,
    /// Snapshots that were not compared.
    pub other_seed: Option<OtherSeed>,
}

impl<'r> Subject<'r> {
    /// A run without snapshots; its coverage is computed here.
    pub fn new(contract: &'r Contract, plan: &'r Plan, run: &'r Record, findings: &'r [Finding]) -> Self {
        let coverage = Coverage::of(contract, plan, run);
        Subject {
            contract,
            plan,
            run,
            findings,
            coverage,
            snapshots: None,
            differences: Vec::new(),
            other_seed: None,
        }
    }

    /// The same with what became of the snapshots.
    #[must_use]
    pub fn with_snapshots(
        mut self,
        summary: SnapshotSummary,
        differences: Vec<Difference>,
        other_seed: Option<OtherSeed>,
    ) -> Self {
        self.snapshots = Some(summary);
        self.differences = differences;
        self.other_seed = other_seed;
        self
    }

    /// What came of it all.
    pub fn verdict(&self) -> Verdict {
        let differs = self.snapshots.as_ref().is_some_and(|snapshots| snapshots.breaks);
        self.run.verdict(self.findings, differs)
    }

    /// What could not be tested, known before the run or found in it.
    fn gaps(&self) -> impl Iterator<Item = &'r Gap> {
        self.plan.gaps.iter().chain(&self.run.gaps)
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn case(&self, at: Position) -> Option<&'r Case> {
        self.plan.case(at)
    }

    fn exchange(&self, at: Position) -> Option<&'r Exchange> {
        at.of(&self.run.exchanges)
    }

    fn observations_by_case(&self) -> HashMap<Position, Vec<&'r Observation>> {
        let mut by_case: HashMap<Position, Vec<&'r Observation>> = HashMap::new();
        for observation in &self.run.observations {
            by_case.entry(observation.position).or_default().push(observation);
        }
        by_case
    }

    fn file(&self) -> &'r str {
        self.contract.document.files().first().map_or("", |file| &file.name)
    }

    fn location(&self, at: &str) -> Location {
        self.contract.document.locate_key(at)
    }

    fn codes(&self, at: Position) -> Vec<String> {
        let operation = self.case(at).and_then(|case| self.contract.operations.get(case.operation));
        let answer = self.exchange(at).and_then(Exchange::answer);
        operation.zip(answer).map_or_else(Vec::new, |(operation, answer)| coverage::codes(operation, answer))
    }

    fn request_id(&self, at: Position) -> Option<String> {
        let answer = self.exchange(at)?.answer()?;
        crate::judge::values(self.contract.request_id.as_ref()?, answer, None).into_iter().next()
    }

    /// The beginning of what the host said where it refused something or failed.
    fn said(&self, at: Position) -> Option<String> {
        const MOST: usize = 300;
        let answer = self.exchange(at)?.answer().filter(|answer| answer.status >= 400)?;
        let text = String::from_utf8_lossy(&answer.body);
        let text = text.trim();
        let mut said: String = text.chars().take(MOST).collect();
        if text.chars().nth(MOST).is_some() {
            said.push('\u{2026}');
        }
        (!said.is_empty()).then_some(said)
    }

    fn repeat(&self, at: Position) -> Option<Repeat> {
        let scenario = self.plan.scenarios.get(at.scenario)?;
        let case = self.case(at)?;
        let sent = &self.exchange(at)?.sent;
        let sent = followed::marked(case, sent, &self.run.id, |name| format!("${}", curl::variable_of(name)));
        Some(curl::repeat(scenario, case, &sent, &self.run.id))
    }

    /// How to repeat a case with all that must come before it.
    fn repeat_whole(&self, at: Position) -> Option<Repeat> {
        let scenario = self.plan.scenarios.get(at.scenario)?;
        let mark = |name: &str| format!("${}", curl::variable_of(name));
        let sent = scenario.cases.iter().enumerate().map(|(step, case)| {
            let sent = &self.exchange(Position { step, ..at })?.sent;
            Some(followed::marked(case, sent, &self.run.id, mark))
        });
        script::whole(scenario, at.step, &sent.collect::<Vec<_>>(), &self.run.id)
    }

    /// What was sent, the same in every run: with the name of what came from an earlier answer.
    fn sent(&self, at: Position) -> Option<Sent> {
        let sent = &self.exchange(at)?.sent;
        Some(followed::marked(self.case(at)?, sent, &self.run.id, |name| format!("{{{name}}}")))
    }

    /// Text in which the identity of the run is a placeholder, so that runs can be compared.
    fn neutral(&self, text: &str) -> String {
        if self.run.id.is_empty() { text.to_owned() } else { text.replace(&self.run.id, "{run}") }
    }
}
