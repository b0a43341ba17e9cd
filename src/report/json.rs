//! The report for machines: JSON by `spec/report.schema.json`.
//!
//! Two runs with the same contract, seed and behaviour of the host give the same bytes, except
//! under the keys `timing` and `observed`.

use super::coverage::Coverage;
use super::{SnapshotSummary, Step, Subject, Verdict};
use crate::judge::{Finding, Severity};
use crate::plan::{self, Case};
use crate::run::secret;
use crate::run::{Exchange, Outcome};
use crate::source::Location;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::time::Duration;

/// The version of the format; it changes when a reader of the former could be misled.
pub const FORMAT: u32 = 1;

/// Longer bodies are cut.
const LONGEST_BODY: usize = 64 << 10;

/// Stands for the identity of the run.
const PLACEHOLDER: &[u8] = b"{run}";

#[derive(Serialize)]
struct Report<'r> {
    probity: Probity,
    contract: About<'r>,
    target: &'r str,
    seed: u64,
    timing: Timing<'r>,
    verdict: Verdict,
    summary: Summary,
    findings: Vec<Found<'r>>,
    cases: Vec<Tried<'r>>,
    coverage: &'r Coverage,
    untestable: Vec<Untested<'r>>,
    gaps: Vec<Untested<'r>>,
    snapshots: Option<&'r SnapshotSummary>,
    created: Created,
}

#[derive(Serialize)]
struct Created {
    resources: usize,
    uncertain: usize,
}

#[derive(Serialize)]
struct Probity {
    version: &'static str,
    format: u32,
}

#[derive(Serialize)]
struct About<'r> {
    file: &'r str,
    title: &'r str,
    version: &'r str,
}

#[derive(Serialize)]
struct Timing<'r> {
    run_id: &'r str,
    started: String,
    elapsed_ms: f64,
}

#[derive(Serialize)]
struct Summary {
    operations: usize,
    cases: usize,
    exchanges: usize,
    findings: Severities,
}

#[derive(Serialize)]
struct Severities {
    deny: usize,
    warn: usize,
}

#[derive(Serialize)]
struct Found<'r> {
    check: &'static str,
    severity: Severity,
    operation: &'r str,
    place: String,
    cause: &'r str,
    answer: String,
    title: String,
    expected: String,
    actual: String,
    contract: At<'r>,
    count: usize,
    cases: Vec<&'r str>,
    exchange: Option<Raw<'r>>,
    curl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize)]
struct At<'r> {
    #[serde(flatten)]
    location: Location,
    pointer: &'r str,
}

#[derive(Serialize)]
struct Raw<'r> {
    request: Request,
    outcome: Came,
    observed: Answered<'r>,
}

#[derive(Serialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Body>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Came {
    Status(u16),
    Failure(&'static str),
}

#[derive(Serialize)]
struct Answered<'r> {
    request_id: Option<String>,
    elapsed_ms: f64,
    attempts: u32,
    detail: Option<&'r str>,
    headers: Vec<(&'r str, &'r str)>,
    body: Option<Body>,
}

#[derive(Serialize)]
struct Body {
    #[serde(flatten)]
    content: Content,
    bytes: usize,
    cut: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Content {
    Text(String),
    Base64(String),
}

#[derive(Serialize)]
struct Tried<'r> {
    id: &'r str,
    scenario: &'r str,
    operation: &'r str,
    expected: Expected<'r>,
    outcome: Option<Ended<'r>>,
}

#[derive(Serialize)]
struct Expected<'r> {
    verdict: plan::Verdict,
    statuses: Vec<String>,
    codes: &'r [String],
}

#[derive(Serialize)]
struct Ended<'r> {
    #[serde(flatten)]
    came: Came,
    accepted: bool,
    codes: Vec<String>,
    violates: Vec<&'r str>,
    observed: Observed,
}

#[derive(Serialize)]
struct Observed {
    request_id: Option<String>,
    elapsed_ms: f64,
    attempts: u32,
}

#[derive(Serialize)]
struct Untested<'r> {
    operation: &'r str,
    why: &'r str,
    contract: At<'r>,
}

/// The report, with a line break at its end.
pub fn json(subject: &Subject<'_>) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&report(subject))?;
    text.push('\n');
    Ok(text)
}

fn report<'r>(subject: &'r Subject<'r>) -> Report<'r> {
    let Subject { contract, plan, run, .. } = subject;
    let untested = |operation, why, at| Untested { operation, why, contract: place(subject, at) };
    Report {
        probity: Probity { version: env!("CARGO_PKG_VERSION"), format: FORMAT },
        contract: About { file: subject.file(), title: &contract.title, version: &contract.version },
        target: &run.target,
        seed: plan.seed,
        timing: Timing {
            run_id: &run.id,
            started: run.started.to_string(),
            elapsed_ms: milliseconds(run.elapsed),
        },
        verdict: subject.verdict(),
        summary: Summary {
            operations: subject.coverage.operations.len(),
            cases: plan.len(),
            exchanges: run.sent(),
            findings: Severities { deny: subject.count(Severity::Deny), warn: subject.count(Severity::Warn) },
        },
        findings: subject.findings.iter().map(|finding| found(subject, finding)).collect(),
        cases: cases(subject),
        coverage: &subject.coverage,
        untestable: contract
            .untestable
            .iter()
            .map(|one| untested(&one.operation, &one.why, &one.at))
            .collect(),
        gaps: subject.gaps().map(|gap| untested(&gap.operation, &gap.why, &gap.at)).collect(),
        snapshots: subject.snapshots.as_ref(),
        created: Created { resources: run.created, uncertain: run.uncertain },
    }
}

fn found<'r>(subject: &'r Subject<'r>, finding: &'r Finding) -> Found<'r> {
    let first = &finding.first;
    let step = (first.scenario, first.step);
    let cases = finding.cases.iter().filter_map(|step| subject.case(*step));
    let (curl, note) = subject.repeat(step).map_or((None, None), |repeat| (Some(repeat.line), repeat.note));
    Found {
        check: finding.check.id,
        severity: finding.severity,
        operation: &finding.operation,
        place: subject.neutral(&finding.place),
        cause: &finding.cause,
        answer: subject.neutral(&finding.answer),
        title: subject.neutral(&first.title),
        expected: subject.neutral(&first.expected),
        actual: subject.neutral(&first.actual),
        contract: place(subject, &first.at),
        count: finding.cases.len(),
        cases: cases.map(|case| case.id.as_str()).collect(),
        exchange: subject.exchange(step).map(|exchange| raw(subject, step, exchange)),
        curl,
        note,
    }
}

fn raw<'r>(subject: &Subject<'_>, step: Step, exchange: &'r Exchange) -> Raw<'r> {
    let sent = subject.sent(step).unwrap_or_else(|| exchange.sent.clone());
    let run = subject.run.id.as_bytes();
    let headers = sent.headers.iter().map(|(name, value)| (name.clone(), subject.neutral(value)));
    let (answered, detail) = match &exchange.outcome {
        Outcome::Answered(answer) => (Some(answer), None),
        Outcome::Failed(failure) => (None, Some(failure.detail.as_str())),
    };
    let came = answered.iter().flat_map(|answer| &answer.headers);
    Raw {
        request: Request {
            method: sent.method.clone(),
            url: subject.neutral(&sent.url),
            headers: headers.collect(),
            body: sent.body.as_ref().map(|bytes| body(bytes, run)),
        },
        outcome: outcome(exchange),
        observed: Answered {
            request_id: subject.request_id(step),
            elapsed_ms: milliseconds(exchange.elapsed),
            attempts: exchange.attempts,
            detail,
            headers: came.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            body: answered.map(|answer| body(&answer.body, b"")),
        },
    }
}

fn outcome(exchange: &Exchange) -> Came {
    match &exchange.outcome {
        Outcome::Answered(answer) => Came::Status(answer.status),
        Outcome::Failed(failure) => Came::Failure(failure.kind.name()),
    }
}

fn body(bytes: &[u8], run: &[u8]) -> Body {
    let shown = if run.is_empty() { bytes.to_vec() } else { secret::replace(bytes, run, PLACEHOLDER) };
    let length = shown.len();
    let content = match std::str::from_utf8(&shown) {
        Ok(text) => Content::Text(start(text).to_owned()),
        Err(_) => Content::Base64(STANDARD.encode(&shown[..length.min(LONGEST_BODY)])),
    };
    Body { content, bytes: bytes.len(), cut: length > LONGEST_BODY }
}

fn start(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_BODY);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn cases<'r>(subject: &'r Subject<'r>) -> Vec<Tried<'r>> {
    let by_step = subject.findings_by_step();
    let tried = |(step, case): (Step, &'r Case)| {
        let held = by_step.get(&step).into_iter().flatten();
        let mut violates: Vec<&str> = held.map(|finding| finding.check.id).collect();
        violates.dedup();
        let operation = subject.contract.operations.get(case.operation);
        Tried {
            id: &case.id,
            scenario: subject.plan.scenarios.get(step.0).map_or("", |scenario| &scenario.id),
            operation: operation.map_or("", |operation| &operation.id),
            expected: Expected {
                verdict: case.expectation.verdict,
                statuses: case.expectation.statuses.iter().map(ToString::to_string).collect(),
                codes: &case.expectation.codes,
            },
            outcome: subject.exchange(step).map(|exchange| Ended {
                came: outcome(exchange),
                accepted: exchange.accepted(),
                codes: subject.codes(step).iter().map(|code| subject.neutral(code)).collect(),
                violates,
                observed: Observed {
                    request_id: subject.request_id(step),
                    elapsed_ms: milliseconds(exchange.elapsed),
                    attempts: exchange.attempts,
                },
            }),
        }
    };
    subject.steps().map(tried).collect()
}

fn place<'r>(subject: &Subject<'_>, pointer: &'r str) -> At<'r> {
    At { location: subject.location(pointer), pointer }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
