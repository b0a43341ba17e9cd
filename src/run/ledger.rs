//! The ledger: one line for each resource that a run created, written before the next request.

use super::exchange::{Exchange, FailureKind, Outcome};
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

/// Whether a request created something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Created {
    /// The target says so.
    Yes,
    /// It may have: there was no whole answer, or a server error.
    Unknown,
}

/// One line.
#[derive(Serialize)]
struct Line<'l> {
    run: &'l str,
    ended: String,
    operation: &'l str,
    case: &'l str,
    method: &'l str,
    url: String,
    created: Created,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    unique: Map<String, Value>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
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

    /// Writes what an exchange created.
    pub(super) fn write(
        &self,
        run: &str,
        (operation, case): (&Operation, &Case),
        (exchange, created): (&Exchange, Created),
        (secrets, request_id): (&Secrets, Option<String>),
    ) -> Result<(), LedgerError> {
        let answer = exchange.answer();
        let body = answer.and_then(|answer| json::read(&answer.body).ok());
        let sent = exchange.sent.body.as_deref().and_then(|body| json::read(body).ok());
        let line = Line {
            run,
            ended: exchange.ended.to_string(),
            operation: &operation.id,
            case: &case.id,
            method: &exchange.sent.head.method,
            url: secrets.hide(exchange.sent.head.url.clone()),
            created,
            status: answer.map(|answer| answer.status),
            id: body.as_ref().and_then(|body| identity(operation, body)),
            location: answer.and_then(|answer| answer.header("location")).map(str::to_owned),
            unique: sent.as_ref().map(|sent| unique(operation, sent)).unwrap_or_default(),
            request_id,
        };
        let fail = |error| LedgerError { path: self.path.clone(), error };
        let text = serde_json::to_string(&line).map_err(|error| fail(error.into()))?;
        let text = secrets.hide(text) + "\n";
        // In one write, so that runs which share a ledger do not tear each other's lines.
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes()).map_err(fail)
    }
}

/// Whether a request has created a resource, as far as can be told.
pub(super) fn created(exchange: &Exchange) -> Option<Created> {
    let posted = exchange.sent.head.method == "POST";
    match &exchange.outcome {
        Outcome::Answered(answer) if answer.status == 201 || (posted && answer.accepted()) => {
            Some(Created::Yes)
        }
        Outcome::Answered(answer) if posted && answer.status >= 500 => Some(Created::Unknown),
        // A refusal stays one, however little of its body comes.
        Outcome::Failed(failure) if failure.status.is_some_and(|status| (400..500).contains(&status)) => None,
        Outcome::Failed(failure) if posted => match failure.kind {
            FailureKind::Unresolved | FailureKind::Refused | FailureKind::Tls | FailureKind::Unsendable => {
                None
            }
            _ => Some(Created::Unknown),
        },
        _ => None,
    }
}

/// What the answer calls the resource: what the contract says is never the same, or an `id`.
fn identity(operation: &Operation, body: &Text) -> Option<Value> {
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
