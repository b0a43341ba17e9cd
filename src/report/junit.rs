//! The report for CI servers: `JUnit` XML, a suite for each operation and a test for each case.

use super::text::{LONG, cut, visible};
use super::{Step, Subject};
use crate::judge::{Finding, Observation, Severity};
use crate::plan::Case;
use crate::run::{End, Exchange};
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::HashMap;
use std::time::Duration;

/// What is held against each case.
struct Held<'r> {
    findings: HashMap<Step, Vec<&'r Finding>>,
    observations: HashMap<Step, Vec<&'r Observation>>,
}

/// The report. Every character that XML forbids stands as an escape.
pub fn junit(subject: &Subject<'_>) -> Result<String, SerializeError> {
    let mut report = Report::new("probity");
    report.set_time(subject.run.elapsed);
    report.timestamp = subject.run.started.to_string().parse().ok();
    let held = Held { findings: subject.findings_by_step(), observations: subject.observations_by_step() };
    let mut by_operation: Vec<Vec<(Step, &Case)>> = vec![Vec::new(); subject.contract.operations.len()];
    for (step, case) in subject.steps() {
        if let Some(cases) = by_operation.get_mut(case.operation) {
            cases.push((step, case));
        }
    }
    for (operation, cases) in subject.contract.operations.iter().zip(&by_operation) {
        if !cases.is_empty() {
            report.add_test_suite(suite(subject, &operation.id, cases, &held));
        }
    }
    for one in &subject.contract.untestable {
        let text = visible(&format!("{}: {}", subject.location(&one.at), one.why));
        let status = failed(NonSuccessKind::Error, "untestable", &one.why, &text);
        report.add_test_suite(single(subject, &one.operation, "testable", status));
    }
    if let Some(known) = &subject.snapshots {
        let differences: Vec<String> = subject.differences.iter().map(|line| cut(line, LONG)).collect();
        let message = format!("{} changed, {} new, {} orphans", known.changed, known.new, known.orphans);
        let status = if known.breaks {
            failed(NonSuccessKind::Failure, "snapshots", &message, &differences.join("\n"))
        } else {
            TestCaseStatus::success()
        };
        report.add_test_suite(single(subject, "snapshots", &known.profile, status));
    }
    let why = match &subject.run.end {
        End::Complete | End::FirstFinding if subject.run.sent() > 0 => None,
        End::Complete | End::FirstFinding => Some(("untested", "nothing was sent")),
        End::Interrupted => Some(("interrupted", "the user interrupted the run")),
        End::TargetLost(why) => Some(("target-lost", why.as_str())),
        End::LedgerLost(why) => Some(("ledger-lost", why.as_str())),
    };
    if let Some((kind, why)) = why {
        let status = failed(NonSuccessKind::Error, kind, why, "");
        report.add_test_suite(single(subject, "run", "complete", status));
    }
    report.to_string()
}

fn suite(subject: &Subject<'_>, operation: &str, cases: &[(Step, &Case)], held: &Held<'_>) -> TestSuite {
    let mut suite = empty(subject, operation);
    let exchanges = cases.iter().filter_map(|(step, _)| subject.exchange(*step));
    suite.set_time(exchanges.map(|exchange| exchange.elapsed).sum());
    for (step, case) in cases {
        let name = case.id.strip_prefix(operation).and_then(|rest| rest.strip_prefix('/'));
        let exchange = subject.exchange(*step);
        let mut test =
            TestCase::new(visible(name.unwrap_or(&case.id)), status(subject, *step, exchange, held));
        test.set_classname(class(operation));
        test.set_time(exchange.map_or(Duration::ZERO, |exchange| exchange.elapsed));
        let warnings = told(subject, *step, held, Severity::Warn);
        if !warnings.is_empty() {
            test.set_system_out(warnings);
        }
        suite.add_test_case(test);
    }
    suite
}

/// A suite for something that is no case.
fn single(subject: &Subject<'_>, suite: &str, name: &str, status: TestCaseStatus) -> TestSuite {
    let mut test = TestCase::new(visible(name), status);
    test.set_classname(class(suite));
    test.set_time(Duration::ZERO);
    let mut suite = empty(subject, suite);
    suite.add_test_case(test);
    suite
}

fn failed(kind: NonSuccessKind, type_: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(type_);
    status.set_message(cut(message, LONG));
    status.set_description(text);
    status
}

fn empty(subject: &Subject<'_>, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(name));
    suite.timestamp = subject.run.started.to_string().parse().ok();
    suite.set_time(Duration::ZERO);
    suite.add_properties([
        Property::new("seed", subject.plan.seed.to_string()),
        Property::new("target", visible(&subject.run.target)),
        Property::new("contract", visible(subject.file())),
    ]);
    suite
}

fn status(subject: &Subject<'_>, step: Step, exchange: Option<&Exchange>, held: &Held<'_>) -> TestCaseStatus {
    if exchange.is_none() {
        let mut status = TestCaseStatus::skipped();
        status.set_message("not sent");
        return status;
    }
    let mut findings = held.findings.get(&step).into_iter().flatten();
    let Some(first) = findings.find(|finding| finding.severity == Severity::Deny) else {
        return TestCaseStatus::success();
    };
    let told = told(subject, step, held, Severity::Deny);
    failed(NonSuccessKind::Failure, first.check.id, &subject.neutral(&first.first.title), &told)
}

/// What is held against a case with one severity, and the line to repeat it.
fn told(subject: &Subject<'_>, step: Step, held: &Held<'_>, severity: Severity) -> String {
    let mut lines = Vec::new();
    let findings = held.findings.get(&step).into_iter().flatten();
    for finding in findings.filter(|finding| finding.severity == severity) {
        let mut observations = held.observations.get(&step).into_iter().flatten();
        let own = observations.find(|one| one.check.id == finding.check.id && one.answer == finding.answer);
        let own = own.copied().unwrap_or(&finding.first);
        let shown = |text: &str| cut(&subject.neutral(text), LONG);
        lines.push(format!("{}[{}] {}", severity.name(), finding.check.id, shown(&own.title)));
        lines.push(format!("contract: {}", visible(&subject.location(&own.at).to_string())));
        lines.push(format!("expected: {}", shown(&own.expected)));
        lines.push(format!("actual: {}", shown(&own.actual)));
    }
    if lines.is_empty() {
        return String::new();
    }
    lines.extend(subject.request_id(step).map(|id| format!("request id: {}", cut(&id, LONG))));
    if let Some(repeat) = subject.repeat(step) {
        lines.push(format!("repeat: {}", repeat.line));
        lines.extend(repeat.note);
    }
    lines.join("\n")
}

fn class(operation: &str) -> String {
    visible(&format!("probity.{operation}"))
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
