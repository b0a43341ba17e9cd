//! The ledger: what a run does to its target. A line before each request that may create, change or
//! delete something, and one after it with what became of it, written before the next request.

use super::effects::Effect;
use super::exchange::{Answer, Sent};
use super::secret::Secrets;
use crate::contract::{Operation, Statement};
use crate::json::{self, Text};
use crate::plan::Case;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file of JSON lines.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
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
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|error| LedgerError { path: path.to_owned(), error })?;
        Ok(Ledger { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line.
    pub(super) fn write(&self, run: &str, entry: &Entry<'_>, secrets: &Secrets) -> Result<(), LedgerError> {
        let Entry { event, at, operation, case, sent, answer, request_id } = *entry;
        let body = answer.and_then(|answer| json::read(&answer.body).ok());
        let told = sent.body.as_deref().and_then(|body| json::read(body).ok());
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
        // In one write, so that runs which share a ledger do not tear each other's lines.
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes()).map_err(fail)
    }
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
