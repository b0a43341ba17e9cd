//! The ledger: what a run does to its target. A line before each request that may create, change or
//! delete something, and one after it with what became of it, written before the next request. A run
//! that comes to its end leaves what it did, and takes out what led to nothing.

use super::effects::Effect;
use super::secret::Secrets;
use crate::contract::{Operation, Statement};
use crate::exchange::{Answer, Sent};
use crate::json::{self, Text};
use crate::plan::Case;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file of JSON lines.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
    /// How long the file was before: what stands until there is of earlier runs.
    before: u64,
}

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
    pub(super) case: &'e Case,
    pub(super) sent: &'e Sent,
    pub(super) answer: Option<&'e Answer>,
    pub(super) request_id: Option<&'e str>,
}

/// One line.
#[derive(Serialize)]
struct Line<'l> {
    event: Effect,
    run: &'l str,
    at: String,
    operation: &'l str,
    case: &'l str,
    method: &'l str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'l str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    unique: Map<String, Value>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'l str>,
}

impl Ledger {
    /// Opens a ledger to add to; earlier runs stay in it.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        let fail = |error| LedgerError { path: path.to_owned(), error };
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(fail)?;
        let before = file.metadata().map_err(fail)?.len();
        Ok(Ledger { path: path.to_owned(), file: Mutex::new(file), before })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line.
    pub(super) fn write(&self, run: &str, entry: &Entry<'_>, secrets: &Secrets) -> Result<(), LedgerError> {
        let Entry { event, at, operation, case, sent, answer, request_id } = *entry;
        let body = answer.and_then(|answer| json::read(&answer.body).ok());
        let told = sent.body().and_then(|body| json::read(&body).ok());
        let line = Line {
            event,
            run,
            at: at.to_string(),
            operation: &operation.id,
            case: &case.id,
            method: &sent.head.method,
            url: secrets.hide(sent.head.url.clone()),
            status: answer.map(|answer| answer.status),
            id: body.as_ref().and_then(|body| identity(operation, body)),
            location: answer.and_then(|answer| answer.header("location")),
            unique: told.as_ref().map(|told| unique(operation, told)).unwrap_or_default(),
            request_id,
        };
        let fail = |error| LedgerError { path: self.path.clone(), error };
        let text = serde_json::to_string(&line).map_err(|error| fail(error.into()))?;
        let text = secrets.hide(text) + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // Only a run that closes the ledger keeps others out; where nothing can be locked, none does.
        let locked = file.lock_shared().is_ok();
        // In one write, so that runs which share a ledger do not tear each other's lines.
        let written = file.write_all(text.as_bytes());
        if locked {
            file.unlock().map_err(fail)?;
        }
        written.map_err(fail)
    }

    /// Takes out of it, once a run has come to its end, the requests that led to nothing, and what was
    /// written before each request: what became of it stands there by then.
    pub(super) fn close(&self, run: &str) -> Result<(), LedgerError> {
        self.shorten(run).map_err(|error| LedgerError { path: self.path.clone(), error })
    }

    fn shorten(&self, run: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        if !file.metadata()?.is_file() || file.lock().is_err() {
            return Ok(());
        }
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(self.before))?;
        file.read_to_end(&mut text)?;
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let kept: Vec<u8> = lines.filter(|line| !led_to_nothing(line, run)).flatten().copied().collect();
        if kept.len() < text.len() {
            // What is kept comes before what it is copied from: an end halfway loses nothing.
            file.seek(SeekFrom::Start(self.before))?;
            file.write_all(&kept)?;
            file.set_len(self.before + u64::try_from(kept.len()).unwrap_or(u64::MAX))?;
        }
        file.unlock()
    }
}

/// Whether a line is about a request of a run that did nothing, or was written before it was sent.
fn led_to_nothing(line: &[u8], run: &str) -> bool {
    #[derive(Deserialize)]
    struct Known<'l> {
        event: Cow<'l, str>,
        run: Cow<'l, str>,
    }
    let known: Option<Known<'_>> = serde_json::from_slice(line).ok();
    known.is_some_and(|known| known.run == run && matches!(known.event.as_ref(), "sending" | "refused"))
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
