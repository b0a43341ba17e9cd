//! The report in the Common Test Report Format, JSON that test dashboards read.

use super::json::pretty;
use super::junit::told;
use super::model::{Case, CaseResult, Report};
use super::place;
use crate::judge::Severity;
use crate::text::{LONG, cut, visible};
use serde_json::{Value, json};

/// The version of the format's specification.
const SPECIFICATION: &str = "1.0.0";

/// The report: a test for each case.
pub fn ctrf(report: &Report) -> serde_json::Result<String> {
    let mut tests: Vec<Value> = report.cases.iter().map(|case| test(report, case)).collect();
    for one in &report.untestable {
        tests.push(json!({
            "name": or_unnamed(&one.operation),
            "status": "other",
            "duration": 0,
            "suite": ["not testable"],
            "message": cut(&one.why, LONG),
            "filePath": place::path(report, &one.contract.location),
            "line": one.contract.location.line,
            "rawStatus": "untestable",
        }));
    }
    if let Some((kind, why)) = report.incomplete() {
        tests.push(json!({
            "name": "the run is complete",
            "status": "failed",
            "duration": 0,
            "suite": ["run"],
            "message": cut(why, LONG),
            "rawStatus": kind,
        }));
    }
    let with = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let begun = report.timing.started.as_millisecond();
    let whole = json!({
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "generatedBy": "probity",
        "timestamp": report.timing.started,
        "results": {
            "tool": {"name": "probity", "version": report.probity.version},
            "summary": {
                "tests": tests.len(),
                "passed": with("passed"),
                "failed": with("failed"),
                "skipped": with("skipped"),
                "pending": 0,
                "other": with("other"),
                "suites": report.coverage.operations.len(),
                "start": begun,
                "stop": begun.saturating_add(whole(report.timing.elapsed_ms)),
                "duration": whole(report.timing.elapsed_ms),
            },
            "tests": tests,
            "environment": {
                "appName": visible(&report.contract.title),
                "appVersion": visible(&report.contract.version),
                "testEnvironment": visible(&report.target),
                "extra": {"contract": visible(&report.contract.file), "seed": report.seed.to_string()},
            },
        },
    });
    pretty(&whole)
}

fn test(report: &Report, case: &Case) -> Value {
    let status = match case.result {
        CaseResult::Passed | CaseResult::Warned => "passed",
        CaseResult::Failed => "failed",
        CaseResult::NotSent | CaseResult::NotTested => "skipped",
    };
    let mut test = json!({
        "testId": or_unnamed(&case.id),
        "name": or_unnamed(&case.id),
        "status": status,
        "duration": 0,
        "suite": [visible(&case.operation)],
        "type": "contract",
        "filePath": place::path(report, &case.contract.location),
        "line": case.contract.location.line,
        "rawStatus": case.result,
        "labels": {"expected": case.expected.verdict.name(), "place": visible(&case.place)},
    });
    if let Some(pointer) = &case.contract.location.inside {
        test["labels"]["contract"] = visible(pointer).into();
    }
    if let Some(outcome) = &case.outcome {
        let observed = &outcome.observed;
        let start = observed.started.as_millisecond();
        test["duration"] = whole(observed.elapsed_ms).into();
        test["start"] = start.into();
        test["stop"] = start.saturating_add(whole(observed.elapsed_ms)).into();
        test["retries"] = observed.attempts.saturating_sub(1).into();
    }
    let of = |severity| {
        let mut found = case.observations.iter().filter_map(|one| report.findings.get(one.finding));
        found.find(|finding| finding.severity == severity).map(|finding| cut(&finding.title, LONG))
    };
    if let Some(title) = of(Severity::Deny) {
        test["message"] = title.into();
        test["trace"] = told(report, case, Severity::Deny).into();
    }
    if of(Severity::Warn).is_some() {
        test["stdout"] = told(report, case, Severity::Warn).lines().collect();
    }
    test
}

/// A name must not be empty.
fn or_unnamed(name: &str) -> String {
    if name.is_empty() { "unnamed".to_owned() } else { visible(name) }
}

/// Whole milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "a run does not last that long, and then it saturates")]
fn whole(milliseconds: f64) -> i64 {
    milliseconds.round() as i64
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, valid_by};
    use super::*;

    #[test]
    fn a_report_is_what_the_published_schema_says() {
        let schema = include_str!("../../tests/integration/schemas/ctrf.json");
        for fixture in Fixture::all() {
            let report: Value = serde_json::from_str(&ctrf(&fixture.report()).unwrap()).unwrap();
            valid_by(schema, &report);
        }
    }

    #[test]
    fn a_case_is_a_test_with_its_status() {
        let report: Value = serde_json::from_str(&ctrf(&Fixture::new().report()).unwrap()).unwrap();
        let summary = &report["results"]["summary"];
        assert_eq!((&summary["tests"], &summary["failed"]), (&5.into(), &2.into()));
        assert_eq!((&summary["skipped"], &summary["other"]), (&1.into(), &1.into()));
        insta::assert_json_snapshot!(report["results"]["tests"][0], @r#"
        {
          "testId": "create-group/accept/body/valid/all",
          "name": "create-group/accept/body/valid/all",
          "status": "failed",
          "duration": 10,
          "suite": [
            "create-group"
          ],
          "type": "contract",
          "filePath": "groups.yaml",
          "line": 13,
          "rawStatus": "failed",
          "labels": {
            "expected": "accept",
            "place": "body"
          },
          "start": -10,
          "stop": 0,
          "retries": 0,
          "message": "`/rank` is text where an integer is asked for",
          "trace": "deny[made-up-schema] `/rank` is text where an integer is asked for\none fact, shown by 2 cases\ncontract: groups.yaml:33:26\nexpected: type integer\nactual: string \"2\"\nrequest id: 8c1f-10\nrepeat: curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '\"$PROBITY_BASIC_BASE64\" -H 'content-type: application/json' --data-binary '{\"name\": \"it'\\''s-'\"$RUN\"'\", \"rank\": 2}'",
          "stdout": [
            "warn[made-up-header] `/rank` is text where an integer is asked for",
            "contract: groups.yaml:33:26",
            "expected: type integer",
            "actual: string \"2\"",
            "request id: 8c1f-10",
            "repeat: curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '\"$PROBITY_BASIC_BASE64\" -H 'content-type: application/json' --data-binary '{\"name\": \"it'\\''s-'\"$RUN\"'\", \"rank\": 2}'"
          ]
        }
        "#);
    }
}
