//! The ledger: what a run does to its target. A line before each request that may create, change or
//! delete something, and one after it with what became of it, written before the next request. A run
//! that comes to its end leaves what it did, and takes out what led to nothing or was undone.

mod line;
mod noted;
mod read;

pub(super) use line::Deletion;
pub(super) use read::read;
use read::{Open, Told};

use super::effects::Effect;
use super::secret::Secrets;
use super::undo::{Made, Undo};
use crate::contract::{Contract, Operation, Statement};
use crate::exchange::{Answer, Sent};
use crate::json::{self, Text};
use line::Line;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file of JSON lines.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<Option<File>>,
    /// How long the file was before: what stands until there is of earlier runs.
    before: u64,
    /// Whether nobody asked for it, so that it goes once nothing of what it tells is left.
    is_passing: bool,
}

static NONE: BTreeMap<String, String> = BTreeMap::new();

/// The ledger could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[error("the ledger {} cannot be written: {error}", path.display())]
pub struct LedgerError {
    path: PathBuf,
    error: std::io::Error,
}

/// What a line tells of a request.
pub(super) struct Entry<'e> {
    pub(super) event: Effect,
    pub(super) at: jiff::Timestamp,
    pub(super) operation: &'e Operation,
    pub(super) case: &'e str,
    pub(super) sent: &'e Sent,
    pub(super) answer: Option<&'e Answer>,
    pub(super) request_id: Option<&'e str>,
    /// How what it made is deleted, or what it deleted.
    pub(super) undo: Option<&'e Undo>,
    /// What it made, or may have made.
    pub(super) made: Option<&'e Made>,
    /// The ids that a list shows.
    pub(super) ids: &'e [String],
    /// Whether an earlier attempt may have been carried out without an answer.
    pub(super) uncertain: bool,
}

impl Ledger {
    /// Opens a ledger to add to; earlier runs stay in it.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        Ledger::opened(path, false)
    }

    /// Opens the ledger of one run that nobody has asked for: it is taken away when nothing of what the
    /// run made is left.
    pub fn passing(path: &Path) -> Result<Ledger, LedgerError> {
        let ledger = Ledger::opened(path, true)?;
        if ledger.before > 0 {
            return Ok(Ledger { is_passing: false, ..ledger });
        }
        // It was only seen that it can be written.
        ledger.remove()?;
        Ok(ledger)
    }

    fn remove(&self) -> Result<(), LedgerError> {
        if self.lock().take().is_some() {
            fs::remove_file(&self.path).map_err(|error| LedgerError { path: self.path.clone(), error })?;
        }
        Ok(())
    }

    fn opened(path: &Path, is_passing: bool) -> Result<Ledger, LedgerError> {
        let fail = |error| LedgerError { path: path.to_owned(), error };
        let file = added_to(path).map_err(fail)?;
        let before = file.metadata().map_err(fail)?.len();
        Ok(Ledger { path: path.to_owned(), file: Mutex::new(Some(file)), before, is_passing })
    }

    /// Whether somebody asked for it.
    pub fn is_wanted(&self) -> bool {
        !self.is_passing
    }

    /// Whether it tells of anything, or was asked for.
    pub fn is_kept(&self) -> bool {
        !self.is_passing || self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line.
    pub(super) fn write(
        &self,
        contract: &Contract,
        run: &str,
        entry: &Entry<'_>,
        secrets: &Secrets,
    ) -> Result<(), LedgerError> {
        let Entry { event, at, operation, case, sent, answer, request_id, undo, made, ids, uncertain } =
            *entry;
        let body = answer.and_then(|answer| json::read(&answer.body).ok());
        let told = sent.body().and_then(|body| json::read(&body).ok());
        let line = Line {
            event,
            run,
            at: at.to_string(),
            operation: &operation.id,
            case,
            method: &sent.head.method,
            url: secrets.hide(sent.head.url.clone()),
            status: answer.map(|answer| answer.status),
            id: body.as_ref().and_then(|body| identity(operation, body)),
            location: answer.and_then(|answer| answer.header("location")),
            unique: told.as_ref().map(|told| unique(operation, told)).unwrap_or_default(),
            texts: made.map_or(&[], |made| &made.texts),
            members: made.map_or(&NONE, |made| &made.members),
            ids,
            undo: undo.map(|undo| Deletion::of(contract, undo)),
            uncertain,
            request_id,
        };
        let fail = |error| LedgerError { path: self.path.clone(), error };
        let text = serde_json::to_string(&line).map_err(|error| fail(error.into()))?;
        let text = secrets.hide(text) + "\n";
        let mut file = self.lock();
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(added_to(&self.path).map_err(fail)?),
        };
        // Only a run that closes the ledger keeps others out; where nothing can be locked, none does.
        let locked = file.lock_shared().is_ok();
        // In one write, so that runs which share a ledger do not tear each other's lines.
        let written = file.write_all(text.as_bytes());
        if locked {
            file.unlock().map_err(fail)?;
        }
        written.map_err(fail)
    }

    /// Takes out of it, once a run has come to its end, the requests that led to nothing or were undone,
    /// and what was written before each request: what became of it stands there by then. Where nothing
    /// was asked for and nothing is left, it goes.
    pub(super) fn close(&self, contract: &Contract, run: &str) -> Result<(), LedgerError> {
        let fail = |error| LedgerError { path: self.path.clone(), error };
        let is_left = self.shorten(contract, run).map_err(fail)?;
        if self.is_passing && !is_left { self.remove() } else { Ok(()) }
    }

    /// Whether something of what the run made may be left, and could be undone.
    fn shorten(&self, contract: &Contract, run: &str) -> std::io::Result<bool> {
        let mut file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Err(error) if self.is_passing && error.kind() == ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        if !file.metadata()?.is_file() || file.lock().is_err() {
            return Ok(true);
        }
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(self.before))?;
        file.read_to_end(&mut text)?;
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let known: Vec<Option<Told<'_>>> = lines.iter().map(|line| Told::read(line)).collect();
        let over = over(&known, run);
        let kept = lines.iter().enumerate().filter(|(index, _)| !over.contains(index));
        let kept: Vec<u8> = kept.flat_map(|(_, line)| *line).copied().collect();
        if kept.len() < text.len() {
            // What is kept comes before what it is copied from: an end halfway loses nothing.
            file.seek(SeekFrom::Start(self.before))?;
            file.write_all(&kept)?;
            file.set_len(self.before + u64::try_from(kept.len()).unwrap_or(u64::MAX))?;
        }
        file.unlock()?;
        let mut left = known.iter().enumerate().filter(|(index, _)| !over.contains(index));
        Ok(left.any(|(_, known)| known.as_ref().is_none_or(|known| known.may_be_undone(contract))))
    }
}

fn added_to(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// The lines of a run that tell of nothing that is left: of requests that did nothing, or that were
/// written before they were sent, of what was deleted again, and of how it was.
fn over(known: &[Option<Told<'_>>], run: &str) -> HashSet<usize> {
    let own = || known.iter().enumerate().filter_map(|(index, line)| Some((index, line.as_ref()?)));
    let own = || own().filter(|(_, line)| line.run == run);
    // Only what may still be looked for needs to be told from what was there before.
    let nothing_open = !own().any(|(_, line)| line.event == "unknown");
    let mut open = Open::default();
    for (index, line) in own() {
        match &*line.event {
            "sending" | "refused" | "undoing" => open.is_over(index),
            "seen" if nothing_open => open.is_over(index),
            "created" | "changed" | "unknown" => open.begin(index, line),
            "undone" | "deleted" => open.end(index, line),
            _ => {}
        }
    }
    open.over()
}

/// What the answer calls the resource: what the contract says is never the same, or an `id`.
pub(super) fn identity(operation: &Operation, body: &Text) -> Option<Value> {
    let distinct = operation.behaviour.rules.iter().filter_map(|rule| match &rule.statement {
        Statement::Distinct(at) => at.response_body(),
        _ => None,
    });
    let places = distinct.chain(["/id", "/data/id"]);
    places.filter_map(|at| body.at(at)).map(json::Node::to_value).find(|value| !value.is_null())
}

/// The values by which the resource can be found.
fn unique(operation: &Operation, sent: &Text) -> Map<String, Value> {
    let fields = operation.behaviour.unique.iter().map(|unique| &unique.field);
    fields.filter_map(|field| Some((field.clone(), sent.at(field)?.to_value()))).collect()
}
