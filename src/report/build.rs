//! From a run to the report: everything that a format could want, in plain values.

use super::curl::Repeat;
use super::model::Remaining;
use super::model::{
    About, AcceptedBody, At, Body, Came, Case, CaseResult, Content, Coverage, Created, End, Ending, Expected,
    FORMAT, Finding, Observation, Observed, Operation, Outcome, Probity, Report, Request, Severities,
    Snapshots, Summary, Timing, Untested,
};
use super::terminal::MOST_SUSPECTS;
use super::{Subject, Untried, keywords};
use crate::exchange::{Exchange, Sent};
use crate::judge::{self, Severity};
use crate::plan;
use crate::plan::Position;
use crate::run;
use crate::run::identity;
use crate::source::{Excerpt, Location};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Longer bodies are cut.
pub(super) const LONGEST_BODY: usize = 64 << 10;

/// Longer bodies of exchanges that nothing is held against are cut.
pub(super) const LONGEST_PASSED: usize = 8 << 10;

/// Stands for the identity of the run.
const PLACEHOLDER: &[u8] = b"{run}";

/// The report on a run.
pub fn report(subject: &Subject<'_>) -> Report {
    Builder { subject, shown: None, places: RefCell::default() }.report()
}

/// The same with no more cases than a page of the terminal shows, and without the keywords of schemas.
pub fn outline(subject: &Subject<'_>) -> Report {
    let shown = subject.findings.iter().flat_map(|finding| {
        let alike = finding.cases.iter().copied().take(MOST_SUSPECTS);
        std::iter::once(finding.first.position).chain(alike)
    });
    Builder { subject, shown: Some(shown.collect()), places: RefCell::default() }.report()
}

struct Builder<'s, 'r> {
    subject: &'s Subject<'r>,
    /// The cases that are wanted, if not all are.
    shown: Option<HashSet<Position>>,
    places: RefCell<HashMap<String, Location>>,
}

impl Builder<'_, '_> {
    fn report(&self) -> Report {
        let Subject { contract, plan, run, .. } = self.subject;
        let untested = |operation: &str, why: &str, at: &str| {
            let contract = self.place(at);
            let excerpt = self.excerpt(&contract);
            Untested { operation: operation.to_owned(), why: self.subject.neutral(why), contract, excerpt }
        };
        Report {
            probity: Probity { version: env!("CARGO_PKG_VERSION").to_owned(), format: FORMAT },
            contract: About {
                file: self.subject.file().to_owned(),
                title: contract.title.clone(),
                version: contract.version.clone(),
            },
            target: run.target.clone(),
            seed: plan.seed,
            timing: Timing {
                run_id: run.id.clone(),
                started: run.started,
                elapsed_ms: milliseconds(run.elapsed),
            },
            verdict: self.subject.verdict(),
            end: end(&run.end),
            summary: Summary {
                operations: self.subject.coverage.operations.len(),
                cases: plan.len(),
                exchanges: run.sent(),
                findings: Severities {
                    deny: self.subject.count(Severity::Deny),
                    warn: self.subject.count(Severity::Warn),
                },
                untried: Untried::of(self.subject),
            },
            findings: self.subject.findings.iter().map(|finding| self.finding(finding)).collect(),
            cases: self.cases(),
            coverage: self.coverage(),
            bodies: self.bodies(),
            untestable: contract
                .untestable
                .iter()
                .map(|one| untested(&one.operation, &one.why, &one.at))
                .collect(),
            gaps: self.subject.gaps().map(|gap| untested(&gap.operation, &gap.why, &gap.at)).collect(),
            snapshots: self.subject.snapshots.as_ref().map(|summary| Snapshots {
                summary: summary.clone(),
                differences: self.subject.differences.clone(),
                other_seed: self.subject.other_seed.clone(),
            }),
            created: Created {
                resources: run.effects.created,
                uncertain: run.effects.uncertain,
                changed: run.effects.changed,
                deleted: run.effects.deleted,
                undone: run.effects.undone,
                undoing: run.effects.undoing,
                left: run.effects.left,
                without_delete: run.effects.without_delete(),
                remaining: run.effects.remaining.iter().map(remaining).collect(),
                ledger: run.ledger.clone(),
            },
        }
    }

    fn finding(&self, finding: &judge::Finding) -> Finding {
        let first = &finding.first;
        let neutral = |text: &str| self.subject.neutral(text);
        let ids = |steps: &[Position]| {
            let cases = steps.iter().filter_map(|step| self.subject.case(*step));
            cases.map(|case| case.id.clone()).collect::<Vec<_>>()
        };
        let (curl, note) = self.repeated(self.subject.repeat_whole(first.position));
        let contract = self.place(&first.at);
        Finding {
            check: finding.check.id.to_owned(),
            severity: finding.severity,
            operation: finding.operation.clone(),
            about: finding.about.name().to_owned(),
            operations: finding
                .operations
                .iter()
                .filter_map(|index| Some(self.subject.contract.operations.get(*index)?.id.clone()))
                .collect(),
            place: neutral(finding.about.place()),
            cause: neutral(finding.about.constraint()),
            answer: neutral(&finding.answer),
            title: neutral(&first.title),
            expected: neutral(&first.expected),
            actual: neutral(&first.actual),
            excerpt: self.excerpt(&contract),
            contract,
            count: finding.cases.len(),
            cases: ids(&finding.cases),
            example: self.subject.case(first.position).map_or_else(String::new, |case| case.id.clone()),
            of: (finding.reach.of > 0).then_some(finding.reach.of),
            except: ids(&finding.reach.except),
            said: self.subject.said(first.position).map(|said| neutral(&said)),
            value: first.value.clone(),
            curl,
            note,
        }
    }

    /// The bodies that stood in for refused ones.
    fn bodies(&self) -> Vec<AcceptedBody> {
        let each = self.subject.plan.choices.iter().filter_map(|choice| {
            let operation = self.subject.contract.operations.get(choice.operation)?;
            Some(AcceptedBody {
                operation: operation.id.clone(),
                body: choice.body.clone(),
                literal: choice.literal.clone(),
                refused: choice.refused.clone(),
            })
        });
        each.collect()
    }

    fn cases(&self) -> Vec<Case> {
        let mut held: HashMap<Position, Vec<usize>> = HashMap::new();
        for (index, finding) in self.subject.findings.iter().enumerate() {
            for step in &finding.cases {
                held.entry(*step).or_default().push(index);
            }
        }
        let observations = self.subject.observations_by_case();
        let case = |(at, case): (Position, &plan::Case)| {
            let mut held = held.remove(&at).unwrap_or_default();
            // One case can show a finding in more than one way.
            held.dedup();
            let own = observations.get(&at).map_or(&[][..], Vec::as_slice);
            self.case(at, case, &held, own)
        };
        let wanted = |at: &Position| self.shown.as_ref().is_none_or(|shown| shown.contains(at));
        self.subject.plan.placed().filter(|(at, _)| wanted(at)).map(case).collect()
    }

    fn case(&self, at: Position, case: &plan::Case, held: &[usize], own: &[&judge::Observation]) -> Case {
        let subject = self.subject;
        let exchange = subject.exchange(at);
        let findings: Vec<&judge::Finding> = held.iter().map(|index| &subject.findings[*index]).collect();
        let untested = subject.run.untested.cases.contains(&at);
        let result = match (exchange, findings.iter().map(|finding| finding.severity).min()) {
            (None, _) => CaseResult::NotSent,
            (Some(_), Some(Severity::Deny)) => CaseResult::Failed,
            (Some(_), Some(_)) => CaseResult::Warned,
            (Some(_), None) if untested => CaseResult::NotTested,
            (Some(_), None) => CaseResult::Passed,
        };
        let mut violates: Vec<String> = findings.iter().map(|finding| finding.check.id.to_owned()).collect();
        violates.dedup();
        let most = if findings.is_empty() { LONGEST_PASSED } else { LONGEST_BODY };
        let repeat = if held.is_empty() { subject.repeat(at) } else { subject.repeat_whole(at) };
        let (curl, note) = self.repeated(repeat);
        let operation = subject.contract.operations.get(case.operation);
        Case {
            id: case.id.clone(),
            scenario: subject.plan.scenarios.get(at.scenario).map_or_else(String::new, |one| one.id.clone()),
            operation: operation.map_or_else(String::new, |operation| operation.id.clone()),
            place: subject.neutral(&case.place.to_string()),
            cause: case.cause.clone(),
            about: subject.neutral(&case.about),
            contract: self.place(&case.at),
            expected: Expected {
                verdict: case.expectation.verdict,
                statuses: case.expectation.statuses.iter().map(ToString::to_string).collect(),
                codes: case.expectation.codes.clone(),
            },
            result,
            request: subject.sent(at).map(|sent| self.request(&sent, most)),
            outcome: exchange.map(|exchange| self.outcome(at, exchange, violates, most)),
            observations: held.iter().map(|index| self.observation(*index, own)).collect(),
            curl,
            note,
        }
    }

    /// What repeats a case, and what that cannot do.
    fn repeated(&self, repeat: Option<Repeat>) -> (Option<String>, Option<String>) {
        repeat.map_or((None, None), |repeat| {
            (Some(repeat.line), repeat.note.map(|note| self.subject.neutral(&note)))
        })
    }

    /// What a case shows of a finding.
    fn observation(&self, index: usize, own: &[&judge::Observation]) -> Observation {
        let finding = &self.subject.findings[index];
        let of_check = |one: &&&judge::Observation| one.check.id == finding.check.id;
        let same = |one: &&&judge::Observation| {
            of_check(one)
                && (&one.about, &one.answer) == (&finding.about, &finding.first.answer)
                && (finding.about != judge::About::Contract || one.at == finding.first.at)
        };
        let shown = own.iter().find(same).or_else(|| own.iter().find(of_check));
        let shown = shown.copied().unwrap_or(&finding.first);
        Observation {
            finding: index,
            title: self.subject.neutral(&shown.title),
            expected: self.subject.neutral(&shown.expected),
            actual: self.subject.neutral(&shown.actual),
            contract: self.place(&shown.at),
        }
    }

    fn request(&self, sent: &Sent, most: usize) -> Request {
        let neutral = |text: &str| self.subject.neutral(text);
        let run = self.subject.run.id.as_bytes();
        Request {
            method: sent.head.method.clone(),
            url: neutral(&sent.head.url),
            headers: sent.head.headers.with_values(|_, value| neutral(value).into()),
            body: sent.body().map(|bytes| body(&bytes, run, most)),
        }
    }

    fn outcome(&self, at: Position, exchange: &Exchange, violates: Vec<String>, most: usize) -> Outcome {
        let (came, answer, detail) = match &exchange.outcome {
            crate::exchange::Outcome::Answered(answer) => (Came::Status(answer.status), Some(answer), None),
            crate::exchange::Outcome::Failed(failure) => {
                (Came::Failure(failure.kind.name().to_owned()), None, Some(failure.detail.clone()))
            }
        };
        let codes = self.subject.codes(at);
        let own = &exchange.sent.head.url;
        let followed = self.subject.sent(at).is_some_and(|sent| sent.head.url != *own);
        Outcome {
            came,
            accepted: exchange.accepted(),
            codes: codes.iter().map(|code| self.subject.neutral(code)).collect(),
            violates,
            observed: Observed {
                request_id: self.subject.request_id(at),
                url: followed.then(|| own.clone()),
                started: exchange.ended.checked_sub(exchange.elapsed).unwrap_or(exchange.ended),
                elapsed_ms: milliseconds(exchange.elapsed),
                attempts: exchange.attempts,
                detail,
                headers: answer.map(|answer| answer.headers.clone()).unwrap_or_default(),
                body: answer.map(|answer| body(&answer.body, b"", most)),
            },
        }
    }

    fn coverage(&self) -> Coverage {
        let contract = self.subject.contract;
        let mut keywords: HashMap<&str, _> = contract
            .operations
            .iter()
            .map(|one| one.id.as_str())
            .zip(if self.shown.is_none() { keywords::keywords(self.subject) } else { Vec::new() })
            .collect();
        let operations = self.subject.coverage.operations.iter().filter_map(|covered| {
            let operation = contract.operation(&covered.operation)?;
            let mut covered = covered.clone();
            for code in &mut covered.unknown_codes {
                code.name = self.subject.neutral(&code.name);
            }
            Some(Operation {
                keywords: keywords.remove(covered.operation.as_str()).unwrap_or_default(),
                covered,
                method: operation.method.clone(),
                path: operation.path.clone(),
                summary: operation.summary.clone(),
                contract: self.place(&operation.at),
            })
        });
        Coverage { operations: operations.collect() }
    }

    fn place(&self, pointer: &str) -> At {
        let mut places = self.places.borrow_mut();
        let location = places.entry(pointer.to_owned()).or_insert_with(|| self.subject.location(pointer));
        At { location: location.clone(), pointer: pointer.to_owned() }
    }

    fn excerpt(&self, at: &At) -> Option<Excerpt> {
        self.subject.contract.document.excerpt(&at.location)
    }
}

fn end(end: &run::End) -> End {
    let (how, why) = match end {
        run::End::Complete => (Ending::Complete, None),
        run::End::FirstFinding => (Ending::FirstFinding, None),
        run::End::Interrupted => (Ending::Interrupted, None),
        run::End::TargetLost(why) => (Ending::TargetLost, Some(why.clone())),
        run::End::LedgerLost(why) => (Ending::LedgerLost, Some(why.clone())),
    };
    End { how, why }
}

/// At most so many bytes of a body, with the identity of the run as a placeholder.
pub(super) fn body(bytes: &[u8], run: &[u8], most: usize) -> Body {
    let shown = if run.is_empty() {
        bytes.to_vec()
    } else {
        identity::replaced(bytes, &Finder::new(run), PLACEHOLDER)
    };
    let length = shown.len();
    let content = match std::str::from_utf8(&shown) {
        Ok(text) => Content::Text(start(text, most).to_owned()),
        Err(_) => Content::Base64(STANDARD.encode(&shown[..length.min(most)])),
    };
    Body { content, bytes: bytes.len(), cut: length > most }
}

fn start(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What a clean-up left, in words.
fn remaining(one: &run::Remaining) -> Remaining {
    Remaining { operation: one.operation.clone(), count: one.count, why: one.why.to_string() }
}
