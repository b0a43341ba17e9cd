//! The report for CI servers: `JUnit` XML, a suite for each operation and a test for each case.

use super::changes;
use super::model::{Case, CaseResult, Report};
use super::{place, words};
use crate::judge::Severity;
use crate::text::{LONG, cut, visible, visible_lines};
use quick_junit::{NonSuccessKind, Property, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report. Every character that XML forbids stands as an escape.
pub fn junit(report: &Report) -> Result<String, SerializeError> {
    let mut page = quick_junit::Report::new("probity");
    page.set_time(time(report.timing.elapsed_ms));
    page.timestamp = report.timing.started.to_string().parse().ok();
    for operation in &report.coverage.operations {
        let id = &operation.covered.operation;
        let cases: Vec<&Case> = report.cases.iter().filter(|case| case.operation == *id).collect();
        page.add_test_suite(suite(report, id, &cases));
    }
    for one in &report.untestable {
        let text = format!("{}: {}", place::shown(&one.contract), visible(&one.why));
        let status = failed(NonSuccessKind::Error, "untestable", &one.why, &text);
        page.add_test_suite(single(report, &one.operation, "testable", status));
    }
    if let Some(snapshots) = &report.snapshots {
        let known = &snapshots.summary;
        let lines = changes::lines(&snapshots.differences, snapshots.other_seed.as_ref());
        let lines: Vec<String> = lines.iter().map(|line| cut(line, LONG)).collect();
        let message = format!("{} changed, {} new, {} orphans", known.changed, known.new, known.orphans);
        let status = if known.breaks {
            failed(NonSuccessKind::Failure, "snapshots", &message, &lines.join("\n"))
        } else {
            TestCaseStatus::success()
        };
        page.add_test_suite(single(report, "snapshots", &known.profile, status));
    }
    if let Some((kind, why)) = report.incomplete() {
        let status = failed(NonSuccessKind::Error, kind, why, "");
        page.add_test_suite(single(report, "run", "complete", status));
    }
    page.to_string()
}

fn suite(report: &Report, operation: &str, cases: &[&Case]) -> TestSuite {
    let mut suite = empty(report, operation);
    suite.set_time(cases.iter().map(|case| elapsed(case)).sum());
    for case in cases {
        let name = case.id.strip_prefix(operation).and_then(|rest| rest.strip_prefix('/'));
        let mut test = TestCase::new(visible(name.unwrap_or(&case.id)), status(report, case));
        test.set_classname(class(operation));
        test.set_time(elapsed(case));
        let warnings = told(report, case, Severity::Warn);
        if !warnings.is_empty() {
            test.set_system_out(warnings);
        }
        suite.add_test_case(test);
    }
    suite
}

/// A suite for something that is no case.
fn single(report: &Report, suite: &str, name: &str, status: TestCaseStatus) -> TestSuite {
    let mut test = TestCase::new(visible(name), status);
    test.set_classname(class(suite));
    test.set_time(Duration::ZERO);
    let mut suite = empty(report, suite);
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

fn empty(report: &Report, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(name));
    suite.timestamp = report.timing.started.to_string().parse().ok();
    suite.set_time(Duration::ZERO);
    suite.add_properties([
        Property::new("seed", report.seed.to_string()),
        Property::new("target", visible(&report.target)),
        Property::new("contract", visible(&report.contract.file)),
    ]);
    suite
}

fn status(report: &Report, case: &Case) -> TestCaseStatus {
    match case.result {
        CaseResult::NotSent | CaseResult::NotTested => {
            let mut status = TestCaseStatus::skipped();
            let sent = case.result == CaseResult::NotTested;
            status.set_message(if sent { "sent, but it proves nothing" } else { "not sent" });
            status
        }
        CaseResult::Passed | CaseResult::Warned => TestCaseStatus::success(),
        CaseResult::Failed => {
            let held = case.observations.iter().filter_map(|one| report.findings.get(one.finding));
            let mut denied = held.filter(|finding| finding.severity == Severity::Deny);
            let (check, title) =
                denied.next().map_or(("", ""), |finding| (&finding.check, finding.title.as_str()));
            let told = told(report, case, Severity::Deny);
            failed(NonSuccessKind::Failure, check, title, &told)
        }
    }
}

/// What is held against a case with one severity, and the line to repeat it.
pub(super) fn told(report: &Report, case: &Case, severity: Severity) -> String {
    let mut lines = Vec::new();
    for own in &case.observations {
        let Some(finding) = report.findings.get(own.finding) else { continue };
        if finding.severity != severity {
            continue;
        }
        lines.push(format!("{}[{}] {}", severity.name(), visible(&finding.check), cut(&finding.title, LONG)));
        if finding.count > 1 {
            lines.push(format!("one fact, shown by {}", words::reach(finding)));
        }
        lines.push(format!("contract: {}", place::shown(&own.contract)));
        lines.extend(words::sides(finding, &own.expected, &own.actual));
        lines.extend(words::said(report, case).map(|said| format!("the host said: {}", visible(&said))));
    }
    if lines.is_empty() {
        return String::new();
    }
    let id = case.outcome.as_ref().and_then(|outcome| outcome.observed.request_id.as_ref());
    lines.extend(id.map(|id| format!("request id: {}", cut(id, LONG))));
    if let Some(curl) = &case.curl {
        lines.push(format!("repeat: {}", visible_lines(curl)));
        lines.extend(case.note.as_deref().map(visible));
    }
    lines.join("\n")
}

fn class(operation: &str) -> String {
    visible(&format!("probity.{operation}"))
}

fn elapsed(case: &Case) -> Duration {
    case.outcome.as_ref().map_or(Duration::ZERO, |outcome| time(outcome.observed.elapsed_ms))
}

fn time(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default()
}

#[cfg(test)]
mod tests;
