//! What a run says of the statuses, the codes and the rules of an operation: held, failed, or not
//! tried.
//!
//! Held is only what came, a code with its own status, in answers with which nothing was found to
//! be wrong.

use super::model::{Blame, ErrorCode, Failure, Failures, Mark, Operation};
use super::strays::{self, Came};
use crate::contract::model as contracted;
use crate::judge::Severity;
use crate::page::Anchors;
use crate::report::coverage::Tried;
use crate::report::model::{self as reported, Came as Outcome, Case, Finding, Observation, Report};
use std::collections::BTreeMap;

/// Checks that say nothing of what the contract says about an answer.
const NOT_OF_THE_CONTRACT: &[&str] = &["snapshot", "clock", "throttled"];

/// Puts marks on what is told of an operation, and what a run found to be wrong with it.
pub(super) fn mark(
    told: &mut Operation,
    anchors: &mut Anchors,
    operation: &contracted::Operation,
    report: &Report,
) {
    let Some(own) = covered(operation, report) else {
        return Marks { report, cases: Vec::new(), all: String::new(), places: BTreeMap::new() }
            .put(told, operation, None);
    };
    let of_the_name: Vec<&Case> =
        report.cases.iter().filter(|case| case.operation == own.covered.operation).collect();
    let (failures, places) = failures(told, anchors, report, &of_the_name);
    let all = failures.as_ref().map(|failures| failures.anchor.clone()).unwrap_or_default();
    told.failures = failures;
    let declared = |case: &&Case| is_declared(case, own);
    let cases = of_the_name.into_iter().filter(declared).collect();
    Marks { report, cases, all, places }.put(told, operation, Some(own));
}

/// What a run has seen of an operation; nothing if it did not know it.
pub(super) fn covered<'r>(
    operation: &contracted::Operation,
    report: &'r Report,
) -> Option<&'r reported::Operation> {
    let here = |one: &&reported::Operation| (&one.method, &one.path) == (&operation.method, &operation.path);
    report.coverage.operations.iter().find(here)
}

/// Whether a case was sent with the operation's own method.
pub(super) fn is_declared(case: &Case, own: &reported::Operation) -> bool {
    case.request.as_ref().is_none_or(|request| request.method == own.method)
}

/// The status that came of a case.
pub(super) fn status(case: &Case) -> Option<u16> {
    match case.outcome.as_ref()?.came {
        Outcome::Status(status) => Some(status),
        Outcome::Failure(_) => None,
    }
}

/// A place in the contract, the same wherever the contract is.
fn place(at: &reported::At) -> String {
    let mut location = at.location.clone();
    location.file = super::build::file_name(&location.file);
    location.to_string()
}

/// What the cases of an operation show, the most serious first, and where each finding is told.
fn failures(
    told: &Operation,
    anchors: &mut Anchors,
    report: &Report,
    cases: &[&Case],
) -> (Option<Failures>, BTreeMap<usize, String>) {
    let mut shown: BTreeMap<(Severity, usize), (&Case, &Observation, usize)> = BTreeMap::new();
    for case in cases {
        let mut counted = Vec::new();
        for one in &case.observations {
            let Some(finding) = report.findings.get(one.finding).filter(|_| !counted.contains(&one.finding))
            else {
                continue;
            };
            counted.push(one.finding);
            shown.entry((finding.severity, one.finding)).or_insert((case, one, 0)).2 += 1;
        }
    }
    if shown.is_empty() {
        return (None, BTreeMap::new());
    }
    let section = anchors.take(&format!("{}-failed", told.anchor));
    let mut places = BTreeMap::new();
    let mut each = Vec::new();
    for (number, ((severity, index), (case, first, count))) in shown.into_iter().enumerate() {
        let anchor = anchors.take(&format!("{section}-{}", number + 1));
        places.insert(index, anchor.clone());
        each.push(Failure {
            anchor,
            check: report.findings[index].check.clone(),
            warning: severity != Severity::Deny,
            title: first.title.clone(),
            expected: first.expected.clone(),
            actual: first.actual.clone(),
            said: report.findings[index].said.clone(),
            count,
            case: case.id.clone(),
            at: place(&first.contract),
        });
    }
    (Some(Failures { anchor: section, each }), places)
}

/// What is known of an operation when marks are put.
struct Marks<'r> {
    report: &'r Report,
    /// The cases with its own method.
    cases: Vec<&'r Case>,
    /// Where all that is wrong with it is told.
    all: String,
    /// Where each finding is told.
    places: BTreeMap<usize, String>,
}

impl Marks<'_> {
    fn put(
        &self,
        told: &mut Operation,
        operation: &contracted::Operation,
        own: Option<&reported::Operation>,
    ) {
        for (response, contracted) in told.responses.iter_mut().zip(&operation.responses) {
            response.mark = Some(self.status(operation, contracted));
        }
        for error in &mut told.errors {
            error.mark = Some(self.code(error));
        }
        for (promise, rule) in told.promises.iter_mut().zip(&operation.behaviour.rules) {
            let tried = own.and_then(|own| own.covered.rules.iter().find(|one| one.rule == rule.to_string()));
            promise.mark = Some(tried.map_or(Mark::NotTried, |tried| self.rule(tried)));
        }
        let came: Vec<Came> = self.cases.iter().filter_map(|case| self.came(case)).collect();
        strays::tell(told, operation, &came);
    }

    fn status(&self, operation: &contracted::Operation, own: &contracted::Response) -> Mark {
        let name = own.status.to_string();
        let stands_for =
            |status: u16| operation.response(status).is_some_and(|found| found.status == own.status);
        let came = |case: &Case| status(case).is_some_and(stands_for);
        // Where several statuses may come, none of them alone is to blame.
        let asked = |case: &Case| case.expected.statuses == std::slice::from_ref(&name);
        self.of_answers(came, asked)
    }

    fn code(&self, error: &ErrorCode) -> Mark {
        let came = |case: &Case| {
            let codes = case.outcome.as_ref().map(|outcome| outcome.codes.as_slice()).unwrap_or_default();
            codes.contains(&error.code)
        };
        let asked = |case: &Case| case.expected.codes == std::slice::from_ref(&error.code);
        let own = |case: &Case| status(case) == Some(error.status);
        match self.of_answers(came, asked) {
            // With another status it is another answer.
            Mark::Held | Mark::Warned(_) if !self.cases.iter().any(|case| came(case) && own(case)) => {
                Mark::NotTried
            }
            mark => mark,
        }
    }

    /// What is to be said of something that came in some answers and was asked for in some cases.
    fn of_answers(&self, came: impl Fn(&Case) -> bool, asked: impl Fn(&Case) -> bool) -> Mark {
        let either: Vec<&Case> =
            self.cases.iter().copied().filter(|case| came(case) || asked(case)).collect();
        let came: Vec<&Case> = either.iter().copied().filter(|case| came(case)).collect();
        let of_the_answer =
            |finding: &Finding, _: &Observation| !NOT_OF_THE_CONTRACT.contains(&finding.check.as_str());
        if let Some(blame) = self.blame(&either, Severity::Deny, of_the_answer) {
            return Mark::Failed(blame);
        }
        if came.is_empty() {
            return Mark::NotTried;
        }
        self.blame(&came, Severity::Warn, of_the_answer).map_or(Mark::Held, Mark::Warned)
    }

    fn rule(&self, tried: &Tried) -> Mark {
        let of_the_rule = |finding: &Finding, one: &Observation| {
            let rest = one.contract.pointer.strip_prefix(&tried.pointer);
            finding.check == "rule" && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let blame = |severity| {
            let blame = self.blame(&self.cases, severity, of_the_rule)?;
            Some(Blame { of: tried.times.max(blame.times), ..blame })
        };
        match (blame(Severity::Deny), blame(Severity::Warn)) {
            (Some(blame), _) => Mark::Failed(blame),
            (None, _) if tried.times == 0 => Mark::NotTried,
            (None, Some(blame)) => Mark::Warned(blame),
            (None, None) => Mark::Held,
        }
    }

    /// Which of some cases show findings of a severity and a kind.
    fn blame(
        &self,
        cases: &[&Case],
        severity: Severity,
        kind: impl Fn(&Finding, &Observation) -> bool,
    ) -> Option<Blame> {
        let mut shown: Vec<usize> = Vec::new();
        let mut times = 0;
        for case in cases {
            let fitting = case.observations.iter().filter(|one| {
                let finding = self.report.findings.get(one.finding);
                finding.is_some_and(|finding| finding.severity == severity && kind(finding, one))
            });
            let before = shown.len();
            shown.extend(fitting.map(|one| one.finding));
            times += usize::from(shown.len() > before);
        }
        let first = shown.first()?;
        let alone = shown.iter().all(|one| one == first);
        let anchor = if alone { self.places.get(first).unwrap_or(&self.all) } else { &self.all };
        Some(Blame { anchor: anchor.clone(), times, of: cases.len() })
    }

    fn came(&self, case: &Case) -> Option<Came> {
        let outcome = case.outcome.as_ref()?;
        let wrong = case.observations.iter().map(|one| one.finding).min_by_key(|index| {
            self.report.findings.get(*index).map_or(Severity::Allow, |finding| finding.severity)
        });
        let failure = wrong.and_then(|index| self.places.get(&index)).cloned();
        Some(Came { status: status(case)?, codes: outcome.codes.clone(), failure })
    }
}
