//! What a run has shown, in the words that every report for people and for their tools uses.

use super::curl;
use super::model::{Body, Came, Case, CaseResult, Content, Finding, Report};
use crate::judge::SNAPSHOT;
use crate::plan;
use crate::record::Verdict;
use crate::snapshot::{self, DiffLine};
use crate::text::{LONG, count, cut};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// How many lines of a changed snapshot are shown with its fact.
const LONGEST_HUNK: usize = 24;

/// What came of a run in a sentence.
pub(super) fn headline(report: &Report) -> String {
    let facts = match report.summary.findings.deny {
        0 => String::new(),
        deny => format!(": {}", count(deny, "fact", "facts")),
    };
    let sentence = match report.verdict {
        Verdict::Holds if untried(report).is_empty() => "The host keeps its contract",
        Verdict::Holds => "The host keeps its contract, as far as it was tried",
        Verdict::Broken => "The host breaks its contract",
        Verdict::Interrupted => "The run was interrupted",
        Verdict::TargetLost => "The target was lost",
        Verdict::LedgerLost => "The ledger was lost",
        Verdict::Untested => "Nothing was tested",
    };
    format!("{sentence}{facts}")
}

/// What was not tried, part by part.
pub(super) fn untried(report: &Report) -> Vec<String> {
    report.summary.untried.words()
}

/// How many facts there are, by their severity.
pub(super) fn facts(report: &Report) -> String {
    let found = report.summary.findings;
    match (found.deny, found.warn) {
        (0, 0) => "no facts against the host".to_owned(),
        (deny, 0) => format!("{} (deny)", count(deny, "fact", "facts")),
        (0, warn) => format!("{} (warn)", count(warn, "fact", "facts")),
        (deny, warn) => format!("{} facts ({deny} deny, {warn} warn)", deny + warn),
    }
}

/// Which of the requests show a fact.
pub(super) fn reach(finding: &Finding) -> String {
    let except = finding.except.len();
    match finding.of {
        Some(of) if except > 0 => format!("all but {except} of {}", count(of, "request", "requests")),
        Some(of) if of > 1 && finding.count >= of => format!("all {of} requests"),
        Some(of) if of > finding.count => format!("{} of {of} requests", finding.count),
        _ => count(finding.count, "case", "cases"),
    }
}

/// What a fact is about, beyond its operation and its place in the contract.
pub(super) fn about(finding: &Finding) -> Option<String> {
    match finding.about.as_str() {
        "api" => Some("the whole API".to_owned()),
        "request" if finding.place.is_empty() => Some(finding.cause.clone()),
        "request" => Some(format!("{} · {}", finding.place, finding.cause)),
        _ => None,
    }
}

/// Whose fact it is: the operation that shows it first, or the API where it is about all of it.
pub(super) fn subject(finding: &Finding) -> &str {
    if finding.about == "api" { "the API" } else { &finding.operation }
}

/// Where in the answer the wrong value stands.
pub(super) fn wrong(finding: &Finding) -> Option<String> {
    let pointer = finding.value.as_deref()?;
    Some(if pointer.is_empty() { "the whole body".to_owned() } else { format!("`{pointer}`") })
}

/// The case that stands for a fact.
pub(super) fn example<'r>(report: &'r Report, finding: &Finding) -> Option<&'r Case> {
    report.case(&finding.example).or_else(|| report.case(finding.cases.first()?))
}

/// What changed in a snapshot, line by line; nothing where a fact is about something else.
pub(super) fn hunk(finding: &Finding) -> Option<Vec<DiffLine>> {
    let sides = [&finding.expected, &finding.actual];
    let lines = sides.iter().any(|side| side.is_empty() || side.contains('\n'));
    let differs = finding.check == SNAPSHOT.id && lines && sides[0] != sides[1];
    // Both end alike, so that a last line which only one of them ends is no change.
    let ended = |side: &str| if side.is_empty() { String::new() } else { format!("{}\n", side.trim_end()) };
    differs.then(|| snapshot::diff(&ended(sides[0]), &ended(sides[1])))
}

/// A hunk as text, at most so many lines.
pub(super) fn unified(hunk: &[DiffLine]) -> Vec<String> {
    snapshot::unified(hunk, false).lines().take(LONGEST_HUNK).map(|line| cut(line, LONG)).collect()
}

/// What was expected and what came where a fact was shown, in lines; of a changed snapshot, what is gone
/// and what is new.
pub(super) fn sides(finding: &Finding, expected: &str, actual: &str) -> Vec<String> {
    if let Some(hunk) = hunk(finding) {
        return unified(&hunk);
    }
    let sides = [("expected", expected), ("actual", actual)].into_iter().filter(|(_, text)| !text.is_empty());
    sides.map(|(name, text)| format!("{name}: {}", cut(text, LONG))).collect()
}

/// The beginning of what the host said to a case that it refused, or where it failed.
pub(super) fn said(report: &Report, case: &Case) -> Option<String> {
    const MOST: usize = 300;
    let outcome = case.outcome.as_ref()?;
    if !matches!(outcome.came, Came::Status(400..)) {
        return None;
    }
    let Some(Body { content: Content::Text(text), .. }) = &outcome.observed.body else { return None };
    let text = text.trim();
    let mut said: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        said.push('\u{2026}');
    }
    let run = &report.timing.run_id;
    let said = if run.is_empty() { said } else { said.replace(run.as_str(), "{run}") };
    (!said.is_empty()).then_some(said)
}

/// Whether a case shows something of the host: the contract settles what must come, and it came or
/// did not.
pub(super) fn is_tried(case: &Case) -> bool {
    match case.result {
        CaseResult::Failed | CaseResult::Warned => true,
        CaseResult::Passed => case.expected.verdict != plan::Verdict::Either,
        CaseResult::NotTested | CaseResult::NotSent => false,
    }
}

/// The variables in what people may copy, and what they have to be set to: one entry for all that
/// have one meaning.
pub(super) fn variables(report: &Report) -> Vec<(Vec<&str>, &'static str)> {
    let mut names = BTreeSet::new();
    let lines = report.findings.iter().filter_map(|finding| finding.curl.as_deref());
    let cases = report.cases.iter().filter(|case| case.result != CaseResult::Passed);
    for line in lines.chain(cases.filter_map(|case| case.curl.as_deref())) {
        names.extend(curl::variables(line));
    }
    for request in report.cases.iter().filter_map(|case| case.request.as_ref()) {
        names.extend(secrets(&request.url));
        names.extend(request.headers.iter().flat_map(|(_, value)| secrets(value)));
    }
    let mut by_meaning: IndexMap<&'static str, Vec<&str>> = IndexMap::new();
    for name in names {
        by_meaning.entry(curl::meaning(name)).or_default().push(name);
    }
    by_meaning.into_iter().map(|(meaning, names)| (names, meaning)).collect()
}

/// The variables that stand for secrets in what was sent.
fn secrets(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter(|rest| rest.starts_with("PROBITY_")).map(|rest| {
        let ends = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_');
        rest.split(ends).next().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn a_headline_counts_facts_and_claims_no_more_than_was_tried() {
        let mut report = Fixture::new().report();
        assert_eq!(headline(&report), "The host breaks its contract: 1 fact");
        assert_eq!(facts(&report), "2 facts (1 deny, 1 warn)");
        report.summary.findings.deny = 3;
        assert_eq!(headline(&report), "The host breaks its contract: 3 facts");
        report.verdict = Verdict::Holds;
        report.summary.findings.deny = 0;
        assert_eq!(headline(&report), "The host keeps its contract, as far as it was tried");
        report.summary.untried = super::super::Untried::default();
        assert_eq!(headline(&report), "The host keeps its contract");
    }

    #[test]
    fn the_exceptions_are_counted_where_most_agree() {
        let mut finding = Fixture::new().report().findings.swap_remove(0);
        assert_eq!(reach(&finding), "2 cases");
        finding.of = Some(2);
        assert_eq!(reach(&finding), "all 2 requests");
        finding.of = Some(72);
        assert_eq!(reach(&finding), "2 of 72 requests");
        finding.except = vec!["a".into(), "b".into(), "c".into()];
        assert_eq!(reach(&finding), "all but 3 of 72 requests");
    }

    #[test]
    fn every_variable_is_explained_once() {
        let report = Fixture::new().report();
        let names: Vec<&str> = variables(&report).into_iter().flat_map(|(names, _)| names).collect();
        assert_eq!(names, ["PROBITY_BASIC_BASE64", "RUN"]);
        assert_eq!(secrets("a $PROBITY_B-$x$PROBITY_C").collect::<Vec<_>>(), ["PROBITY_B", "PROBITY_C"]);
    }

    #[test]
    fn what_the_host_said_is_the_beginning_of_a_refusal() {
        let mut report = Fixture::new().report();
        assert_eq!(said(&report, &report.cases[0]), None);
        assert!(said(&report, &report.cases[1]).is_some_and(|said| said.contains("799")));
        let body = report.cases[1].outcome.as_mut().and_then(|one| one.observed.body.as_mut()).unwrap();
        body.content = Content::Text("x".repeat(400));
        assert_eq!(said(&report, &report.cases[1]).map(|said| said.chars().count()), Some(301));
    }

    #[test]
    fn a_changed_snapshot_is_a_hunk_and_anything_else_is_not() {
        let mut finding = Fixture::new().report().findings.swap_remove(0);
        finding.expected = "status: 200\nsame".into();
        finding.actual = "status: 201\nsame".into();
        assert!(hunk(&finding).is_none());
        finding.check = SNAPSHOT.id.into();
        assert_eq!(hunk(&finding).map(|lines| lines.len()), Some(3));
        finding.expected = "as recorded".into();
        finding.actual = "otherwise".into();
        assert!(hunk(&finding).is_none());
    }
}
