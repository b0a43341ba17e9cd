//! A small run made by hand, for the tests of the reports.

use super::Subject;
use super::model::{Difference, DifferenceKind, Report};
use crate::cause::Cause;
use crate::contract::Contract;
use crate::contract::model::StatusRange;
use crate::exchange::{Answer, Content, Exchange, Failure, FailureKind, Head, Outcome, Parts, Pieces, Sent};
use crate::exchange::{CredentialKind, Request};
use crate::judge::{self, About, Check, Finding, Observation, Reach, Scope, Severity};
use crate::plan::{Case, Expectation, Gap, Place, Plan, Position, Role, Scenario, Verdict, Violation};
use crate::record::Record;
use crate::record::SnapshotSummary;
use crate::run::{Effects, End};
use crate::source::Document;
use bytes::Bytes;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Stands for the identity of the run.
pub(super) const RUN: &str = "7071727374";

/// A check that nobody else has.
pub(super) static SCHEMA: Check = Check {
    id: "made-up-schema",
    summary: "",
    meaning: "",
    matters: "",
    allow: "",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

/// Another.
pub(super) static HEADER: Check = Check { id: "made-up-header", severity: Severity::Warn, ..SCHEMA_TEXT };

const SCHEMA_TEXT: Check = Check {
    id: "",
    summary: "",
    meaning: "",
    matters: "",
    allow: "",
    severity: Severity::Deny,
    scope: Scope::Request,
};

const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Groups, version: 1.0.0}
x-probity:
  request-id: $response.header.X-Request-Id
  errors:
    code: $response.body#/errors/*/code
    catalogue:
      "735": {status: 400, when: {missing: /name}}
      "732": {status: 400, when: {missing: /rank}}
paths:
  /group:
    post:
      operationId: create-group
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, rank]
              properties:
                name: {type: string}
                rank: {type: integer}
      responses:
        '200':
          description: The group.
          content:
            application/json:
              schema:
                type: object
                properties:
                  rank: {type: integer}
        '400': {description: Refused.}
        '401': {description: Who are you?}
      x-probity:
        rules:
          - equal: [$response.body#/rank, $request.body#/rank]
          - distinct: $response.body#/id
  /broken:
    get:
      operationId: read-broken
      parameters:
            - name: which
              in: query
              description: Nobody knows.
              required: true
              schema: {$ref: '#/components/schemas/Absent'}
"#;

/// Where the contract asks for an integer.
pub(super) const RANK: &str =
    "/paths/~1group/post/responses/200/content/application~1json/schema/properties/rank/type";

/// All that a subject borrows.
pub(super) struct Fixture {
    pub(super) contract: Contract,
    pub(super) plan: Plan,
    pub(super) run: Record,
    pub(super) findings: Vec<Finding>,
    pub(super) differences: Vec<Difference>,
    pub(super) snapshots: Option<SnapshotSummary>,
}

impl Fixture {
    /// Four cases: two of them with a finding, one without an answer, one not sent.
    pub(super) fn new() -> Fixture {
        Fixture::at("1234567890", "2026-01-02T03:04:05Z", 10)
    }

    /// The same at another time.
    pub(super) fn at(id: &str, started: &str, milliseconds: u64) -> Fixture {
        let document = Document::from_text("groups.yaml", CONTRACT).unwrap();
        let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
        let body = format!("{{\"name\": \"it's-{RUN}\", \"rank\": 2}}");
        let cases = [
            case("accept/body/valid/all", Verdict::Accept, Some(&body)),
            case("reject/body/name/missing", Verdict::Reject, Some("{\"rank\": 2}")),
            case("either/body/name/text/nul", Verdict::Either, Some("{\"name\": \"\\u0000\"}")),
            case("reject/body/malformed/empty", Verdict::Reject, Some("")),
        ];
        let exchange = |case: &Case, outcome| exchange(case, id, milliseconds, outcome);
        let exchanges = vec![
            vec![Some(exchange(&cases[0], answer(200, "{\"rank\": \"2\"}", milliseconds)))],
            vec![Some(exchange(
                &cases[1],
                answer(400, "{\"errors\": [{\"code\": 799}, {\"code\": 735}]}", milliseconds),
            ))],
            vec![Some(exchange(&cases[2], failed(FailureKind::Cut)))],
            vec![None],
        ];
        let scenarios = cases.map(|case| Arc::new(Scenario::single(case)));
        let gap =
            Gap { operation: "create-group".into(), at: "/paths/~1group".into(), why: "no room".into() };
        let plan = Plan { seed: 7, scenarios: scenarios.into(), gaps: vec![gap], ..Plan::default() };
        let observations = vec![observation(&SCHEMA, 0), observation(&HEADER, 0), observation(&SCHEMA, 1)];
        let run = Record {
            ledger: None,
            id: id.to_owned(),
            target: "https://api.example".into(),
            started: started.parse().unwrap(),
            elapsed: Duration::from_millis(milliseconds * 3),
            plan: plan.clone().into(),
            untested: judge::Untested::default(),
            observations: observations.clone(),
            notes: judge::exchange(&contract, (&plan, id), &exchanges[0], at(0)).note.into_iter().collect(),
            effects: Effects::default(),
            repeated: 0,
            gaps: Vec::new(),
            end: End::Complete,
            exchanges,
        };
        let findings = vec![finding(&observations[0], &[at(0), at(1)]), finding(&observations[1], &[at(0)])];
        Fixture { contract, plan, run, findings, differences: Vec::new(), snapshots: None }
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        let subject = Subject::new(&self.contract, &self.plan, &self.run, &self.findings);
        match &self.snapshots {
            Some(summary) => subject.with_snapshots(summary.clone(), self.differences.clone(), None),
            None => subject,
        }
    }

    /// Runs that ended in every way, good and bad, with and without snapshots, and a hostile one.
    pub(super) fn all() -> Vec<Fixture> {
        let mut all: Vec<Fixture> = std::iter::repeat_with(Fixture::new).take(6).collect();
        all[1].findings.clear();
        all[2].run.end = End::TargetLost("gone".into());
        all[3].run.exchanges = vec![vec![None]; 4];
        all[4].poison("");
        all[5].poison("\u{1b}\u{0}\u{202e}\"\n::error::<script>");
        all
    }

    pub(super) fn report(&self) -> Report {
        super::report(&self.subject())
    }

    /// Puts hostile text wherever a host or a contract could.
    pub(super) fn poison(&mut self, text: &str) {
        for finding in &mut self.findings {
            let first = &mut finding.first;
            for part in [&mut first.title, &mut first.expected, &mut first.actual, &mut first.answer] {
                part.push_str(text);
            }
            finding.answer.push_str(text);
            if let About::Request { place, .. } = &mut finding.about {
                place.push_str(text);
            }
        }
        for observation in &mut self.run.observations {
            observation.answer.push_str(text);
            observation.actual.push_str(text);
        }
        for exchange in self.run.exchanges.iter_mut().flatten().flatten() {
            Arc::make_mut(&mut exchange.sent.head).headers.push("X-Hostile", text);
            exchange.sent.body = Some(Bytes::from(text.to_owned()).into());
            Arc::make_mut(&mut exchange.sent.head).url.push_str(text);
            match &mut exchange.outcome {
                Outcome::Answered(answer) => {
                    answer.headers = answer.headers.with_values(|_, value| format!("{value}{text}").into());
                    let code = serde_json::json!({"errors": [{"code": text}]});
                    answer.body = code.to_string().into();
                }
                Outcome::Failed(failure) => failure.detail.push_str(text),
            }
        }
        for case in self.plan.scenarios.iter_mut().flat_map(|scenario| &mut Arc::make_mut(scenario).cases) {
            case.id.push_str(text);
        }
        self.plan.gaps[0].why.push_str(text);
        self.plan.gaps[0].operation.push_str(text);
        self.contract.untestable[0].operation.push_str(text);
        self.contract.untestable[0].why.push_str(text);
        self.run.target.push_str(text);
        self.differences.push(changed(text, "as it was\n", text));
        self.snapshots = Some(SnapshotSummary {
            profile: text.to_owned(),
            compared: 2,
            changed: 1,
            new: 0,
            orphans: 0,
            breaks: true,
        });
    }
}

/// A page of snapshots that changed.
pub(super) fn changed(file: &str, old: &str, new: &str) -> Difference {
    Difference {
        page: file.trim_end_matches(".snap").to_owned(),
        file: file.to_owned(),
        kind: DifferenceKind::Changed,
        old: Some(old.to_owned()),
        new: Some(new.to_owned()),
        why: None,
    }
}

/// A case of the only operation.
pub(super) fn case(id: &str, verdict: Verdict, body: Option<&str>) -> Case {
    let (statuses, codes, violations) = match verdict {
        Verdict::Reject => (
            vec![StatusRange::Code(400)],
            vec!["735".to_owned()],
            vec![Violation {
                cause: Cause::Missing,
                place: Place::Body("/name".into()),
                keyword: Some("required".into()),
                at: "/paths/~1group".into(),
            }],
        ),
        _ => (vec![StatusRange::Code(200)], Vec::new(), Vec::new()),
    };
    Case {
        key: String::new(),
        role: Role::Plain,
        id: format!("create-group/{id}"),
        operation: 0,
        request: Request {
            method: "POST".into(),
            parts: Parts {
                fields: vec![("Content-Type".into(), "application/json".into())],
                ..Parts::at("/group")
            }
            .into(),
            body: body.map(|body| Pieces::of(body.to_owned(), RUN)),
            credentials: CredentialKind::Valid,
        },
        expectation: Expectation { verdict, statuses, codes, violations, silent: Vec::new() },
        place: Place::Body(String::new()),
        cause: String::new(),
        at: "/paths/~1group/post".into(),
        about: String::new(),
        preconditions: Vec::new(),
        fixed: false,
        follows: None,
        needs: None,
        until: None,
    }
}

/// What a run with an identity would have sent for a case.
pub(super) fn sent(case: &Case, run: &str) -> Sent {
    let body = case.request.body.as_ref();
    let headers = [
        ("authorization", "Basic $PROBITY_BASIC_BASE64"),
        ("content-type", "application/json"),
        ("content-length", "1"),
    ]
    .into();
    let url = format!("https://api.example{}", case.request.path().filled_text(run));
    Sent {
        head: Head { method: case.request.method.clone(), url, headers }.into(),
        body: body.map(|body| Content::of(body, &run.into())),
    }
}

fn exchange(case: &Case, run: &str, milliseconds: u64, outcome: Outcome) -> Exchange {
    let elapsed = Duration::from_millis(milliseconds);
    Exchange {
        sent: sent(case, run),
        outcome,
        ended: Timestamp::UNIX_EPOCH,
        elapsed,
        attempts: 1,
        leaks_secret: false,
        uncertain: false,
        away: false,
    }
}

fn answer(status: u16, body: &str, at: u64) -> Outcome {
    let headers = [("x-request-id", format!("8c1f-{at}")), ("date", format!("{at}"))].into();
    Outcome::Answered(Answer { status, headers, body: Bytes::from(body.to_owned()) })
}

fn failed(kind: FailureKind) -> Outcome {
    Outcome::Failed(Failure { kind, detail: "connection reset".into(), status: None })
}

fn observation(check: &'static Check, scenario: usize) -> Observation {
    Observation {
        severity: check.severity,
        about: About::Request { place: "body".into(), constraint: "accept".into() },
        detail: String::new(),
        value: Some("/rank".into()),
        leads: false,
        check,
        position: Position { scenario, step: 0 },
        answer: "/rank type".into(),
        title: "`/rank` is text where an integer is asked for".into(),
        expected: "type integer".into(),
        actual: "string \"2\"".into(),
        at: RANK.into(),
    }
}

/// The only case of a scenario.
fn at(scenario: usize) -> Position {
    Position { scenario, step: 0 }
}

fn finding(first: &Observation, cases: &[Position]) -> Finding {
    Finding {
        check: first.check,
        severity: first.check.severity,
        operation: "create-group".into(),
        about: first.about.clone(),
        answer: first.answer.clone(),
        first: first.clone(),
        cases: cases.to_vec(),
        operations: [0].into(),
        reach: Reach::default(),
    }
}

/// Holds a value to a published schema.
#[track_caller]
pub(super) fn valid_by(schema: &str, value: &serde_json::Value) {
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}
