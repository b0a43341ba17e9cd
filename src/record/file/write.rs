//! Writes a record while its run goes on.

use super::line::{Begun, Closed, Ended, Heard, Line};
use super::{FORMAT, RecordError};
use crate::contract::Contract;
use crate::judge::{Levels, SNAPSHOT};
use crate::plan::Plan;
use crate::record::{Identity, Judged, Record};
use crate::run::Run;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A record that is being written. Once something could not be written, nothing more is, and
/// [`RecordFile::finish`] tells it.
#[derive(Debug)]
pub struct RecordFile {
    path: PathBuf,
    out: Mutex<Out>,
}

#[derive(Debug)]
struct Out {
    file: File,
    /// The plan as it stands in the file.
    plan: Arc<Plan>,
    line: Vec<u8>,
    error: Option<io::Error>,
}

impl RecordFile {
    /// Begins a record in place of what the file held.
    pub fn create(
        path: &Path,
        contract: &Contract,
        plan: &Arc<Plan>,
        (identity, levels): (Identity, Levels),
    ) -> Result<RecordFile, RecordError> {
        let unwritten = |source| RecordError::Unwritten { path: path.to_owned(), source };
        let file = File::create(path).map_err(unwritten)?;
        let mut out = Out { file, plan: Arc::clone(plan), line: Vec::new(), error: None };
        let files = contract.document.files().iter();
        out.line(&Line::Begun(Box::new(Begun {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            identity,
            levels,
            started: jiff::Timestamp::now(),
            files: files.map(|file| (file.name.as_str().into(), file.text.as_str().into())).collect(),
            operations: contract.operations.iter().map(|operation| operation.at.as_str().into()).collect(),
            plan: std::borrow::Cow::Borrowed(plan),
        })));
        for (index, scenario) in plan.scenarios.iter().enumerate() {
            out.line(&Line::Planned(index, std::borrow::Cow::Borrowed(scenario)));
        }
        match out.error.take() {
            Some(source) => Err(unwritten(source)),
            None => Ok(RecordFile { path: path.to_owned(), out: Mutex::new(out) }),
        }
    }

    /// Writes what came of a scenario, and before it what answers have made of the plan by then.
    pub fn heard(&self, plan: &Arc<Plan>, judged: &Judged) {
        let mut out = self.out();
        out.planned(plan);
        out.line(&Line::Heard(Heard {
            scenario: judged.scenario,
            exchanges: judged.exchanges.as_slice().into(),
            observations: judged.observations.as_slice().into(),
            notes: judged.notes.as_slice().into(),
        }));
    }

    /// Writes how the sending ended.
    pub fn ended(&self, run: &Run) {
        let mut out = self.out();
        out.planned(&run.plan);
        out.line(&Line::Ended(Box::new(Ended {
            started: run.started,
            elapsed: run.elapsed,
            made_up: run.made_up.clone(),
            blameless: run.blameless.iter().cloned().collect(),
            refused_once: run.refused_once.iter().map(|(case, status)| (case.clone(), *status)).collect(),
            effects: run.effects.clone(),
            gaps: run.gaps.clone(),
            end: run.end.clone(),
        })));
    }

    /// Writes what is known of the run besides, once the snapshots are settled.
    pub fn closed(&self, record: &Record) {
        let of_snapshots = record.observations.iter().filter(|one| one.check.id == SNAPSHOT.id);
        self.out().line(&Line::Closed(Closed {
            elapsed: record.elapsed,
            effects: record.effects.clone(),
            repeated: record.repeated,
            end: record.end.clone(),
            observations: of_snapshots.cloned().collect(),
        }));
    }

    /// Writes what became of the snapshots, as reports have it.
    pub fn snapshots(&self, shown: &impl Serialize) {
        if let Ok(shown) = serde_json::to_value(shown) {
            self.out().line(&Line::Snapshots(shown));
        }
    }

    /// Tells what could not be written.
    pub fn finish(&self) -> Result<(), RecordError> {
        match self.out().error.take() {
            Some(source) => Err(RecordError::Unwritten { path: self.path.clone(), source }),
            None => Ok(()),
        }
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Out {
    /// Writes what is new in a plan.
    fn planned(&mut self, plan: &Arc<Plan>) {
        if Arc::ptr_eq(&self.plan, plan) {
            return;
        }
        let before = std::mem::replace(&mut self.plan, Arc::clone(plan));
        if before.choices != plan.choices {
            self.line(&Line::Chosen(plan.choices.as_slice().into()));
        }
        for (index, scenario) in plan.scenarios.iter().enumerate() {
            if before.scenarios.get(index) != Some(scenario) {
                self.line(&Line::Planned(index, std::borrow::Cow::Borrowed(scenario)));
            }
        }
    }

    /// Writes a line as a whole, so that whoever kills the run cuts at most the last one.
    fn line(&mut self, line: &Line<'_>) {
        if self.error.is_some() {
            return;
        }
        self.line.clear();
        let text = serde_json::to_writer(&mut self.line, line).map_err(io::Error::from);
        self.line.push(b'\n');
        self.error = text.and_then(|()| self.file.write_all(&self.line)).err();
    }
}
