//! What the page holds, whatever a contract or a host puts into it.

use super::super::Report;
use super::super::fixture::{Fixture, changed};
use super::super::model::{CaseResult, Severities};
use super::{html, worded};
use crate::judge::SNAPSHOT;
use crate::record::{SnapshotSummary, Verdict};
use crate::report::Untried;
use crate::text::steers;

fn report() -> Report {
    Fixture::new().report()
}

/// The text between two others.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from} in the page")) + from.len();
    &text[start..start + text[start..].find(to).unwrap()]
}

#[test]
fn the_page_opens_with_the_verdict_and_what_to_do_first() {
    let page = html(&report());
    let verdict = between(&page, "id=\"verdict\"", "</section>");
    assert!(verdict.contains("The host breaks its contract: 1 fact<"), "{verdict}");
    assert!(verdict.contains("1 operation · 4 cases · 3 exchanges · 2 facts (1 deny, 1 warn)"), "{verdict}");
    assert!(
        verdict.contains("https://api.example") && verdict.contains("2026-01-02 03:04:05 UTC"),
        "{verdict}"
    );
    let first = between(&page, "id=\"first\"", "</section>");
    let anchor = "#finding-made-up-schema-create-group-body-accept-rank-type";
    assert!(first.contains(anchor) && first.contains("(2 cases)"), "{first}");
    assert!(page.contains("<title>The host breaks its contract: 1 fact · Groups</title>"));
}

#[test]
fn a_run_without_findings_says_what_it_did_not_see_or_that_there_is_nothing_to_do() {
    let mut report = report();
    report.findings.clear();
    report.cases.iter_mut().for_each(|case| case.observations.clear());
    report.summary.findings = Severities { deny: 0, warn: 0 };
    report.untestable.clear();
    report.verdict = Verdict::Holds;
    let page = html(&report);
    let verdict = between(&page, "id=\"verdict\" ", "</section>");
    assert!(
        verdict.starts_with("class=\"partly\"") && verdict.contains("as far as it was tried"),
        "{verdict}"
    );
    assert!(between(verdict, "class=\"untried\"", "</div>").contains("1 of 4 cases not sent"), "{verdict}");
    let first = between(&page, "id=\"first\"", "</section>");
    let gap = &report.gaps[0];
    assert!(first.contains("no request could be made for") && first.contains(&gap.operation), "{first}");
    assert!(first.contains("never shown") && !first.contains("Nothing:"), "{first}");
    report.gaps.clear();
    report.summary.untried = Untried::default();
    for one in &mut report.coverage.operations {
        let covered = &mut one.covered;
        covered.statuses.iter_mut().chain(&mut covered.codes).for_each(|seen| seen.times = 1);
        covered.rules.iter_mut().for_each(|tried| tried.times = 1);
    }
    let page = html(&report);
    let verdict = between(&page, "id=\"verdict\" ", "</section>");
    assert!(verdict.starts_with("class=\"good\"") && verdict.contains(">The host keeps its contract<"));
    assert!(between(&page, "id=\"first\"", "</section>").contains("Nothing: every case was sent"));
}

#[test]
fn a_finding_shows_both_sides_the_contract_and_how_to_repeat_it() {
    let page = html(&report());
    let finding = between(&page, "<article id=\"finding-made-up-schema", "</article>");
    for part in [
        "type integer",
        "string &quot;2&quot;",
        "groups.yaml:",
        "<mark>",
        "curl -sS",
        "x-request-id: 8c1f-10",
        "#case-create-group-accept-body-valid-all",
    ] {
        assert!(finding.contains(part), "{part} in {finding}");
    }
}

#[test]
fn the_wrong_value_is_marked_in_the_answer() {
    let page = html(&report());
    let card = between(&page, "<article id=\"finding-made-up-schema", "</article>");
    assert!(card.contains("{\"rank\": <mark>\"2\"</mark>}"), "{card}");
    assert!(card.contains("The wrong value in the answer: <code>/rank</code>"), "{card}");
}

#[test]
fn facts_are_numbered_indexed_by_check_and_folded_from_the_fourth_on() {
    let mut report = report();
    let first = report.findings[0].clone();
    for number in 0..4 {
        let mut more = first.clone();
        more.place = format!("body/{number}");
        report.findings.push(more);
    }
    let page = html(&report);
    let index = between(&page, "<nav id=\"index\"", "</nav>");
    assert_eq!((index.matches("<li value=").count(), index.matches("class=\"check-group\"").count()), (6, 2));
    assert!(index.contains("5 facts") && index.contains("<li value=\"6\">"), "{index}");
    let cards: Vec<&str> = page.split("<article ").skip(1).collect();
    let open = |card: &&str| card.contains("<details class=\"card\" open>");
    assert_eq!(cards.iter().map(open).collect::<Vec<_>>(), [true, true, true, false, false, false]);
    assert!(cards[5].contains("class=\"ordinal\">6</span>"), "{}", cards[5]);
}

#[test]
fn a_fact_names_its_exceptions_its_operations_and_what_the_host_said() {
    let mut report = report();
    let finding = &mut report.findings[0];
    finding.of = Some(72);
    finding.except = vec![report.cases[2].id.clone(), "x/y".into()];
    finding.operations = ["create-group", "b", "c", "d", "e", "f", "g"].map(str::to_owned).into();
    finding.said = Some("{\"error\": \"<no>\"}".into());
    let page = html(&report);
    let card = between(&page, "<article id=\"finding-made-up-schema", "</article>");
    for part in [
        "all but 2 of 72 requests",
        "2 cases do not show it",
        "#case-create-group-either-body-name-text-nul",
        "and 2 more operations",
        "<blockquote>{\"error\": \"&lt;no&gt;\"}</blockquote>",
    ] {
        assert!(card.contains(part), "{part} in {card}");
    }
}

#[test]
fn a_changed_snapshot_shows_its_lines_in_its_card() {
    let mut report = report();
    let finding = &mut report.findings[0];
    finding.check = SNAPSHOT.id.into();
    finding.expected = "status: 200\nbody: 1".into();
    finding.actual = "status: 201\nbody: 1".into();
    let page = html(&report);
    let card = between(&page, "<article id=\"finding-snapshot", "</article>");
    assert!(
        card.contains("row removed\">- status: 200") && card.contains("row added\">+ status: 201"),
        "{card}"
    );
}

#[test]
fn what_stands_for_something_is_explained_before_it_is_copied() {
    let page = html(&report());
    let copy = between(&page, "<section id=\"copy\"", "</section>");
    for part in ["<code>$RUN</code>", "ten digits not used before", "$PROBITY_BASIC_BASE64", "USER:PASSWORD"]
    {
        assert!(copy.contains(part), "{part} in {copy}");
    }
    let mut report = report();
    report.findings.clear();
    report.cases.clear();
    assert!(!html(&report).contains("id=\"copy\""));
}

#[test]
fn what_the_contract_leaves_open_is_no_success() {
    let mut report = report();
    report.cases[2].result = CaseResult::Passed;
    let page = html(&report);
    let case = between(&page, "id=\"case-create-group-either-body-name-text-nul\"", "</summary>");
    assert!(case.contains("data-result=\"either\""), "{case}");
    let results = between(&page, "class=\"results\"", "</section>");
    assert!(results.contains("0 passed, 0 warned, 2 failed, 1 either"), "{results}");
    assert!(results.contains("2 of 4 cases (50 %)"), "{results}");
}

#[test]
fn what_stands_between_backticks_is_code() {
    assert_eq!(worded("`/a` is <b>").into_string(), "<code>/a</code> is &lt;b&gt;");
    assert_eq!(worded("a ` alone").into_string(), "a ` alone");
}

#[test]
fn every_case_is_there_with_what_it_expected_and_what_came() {
    let report = report();
    let page = html(&report);
    assert_eq!(page.matches("<details class=\"case\" id=\"case-").count(), report.cases.len());
    let case = between(&page, "id=\"case-create-group-reject-body-name-missing\"", "</summary>");
    assert!(case.contains("reject 400 · 735") && case.contains("400 · 799, 735"), "{case}");
    let case = between(&page, "id=\"case-create-group-reject-body-malformed-empty\"", "</summary>");
    assert!(case.contains("data-result=\"not-sent\""), "{case}");
}

#[test]
fn coverage_is_a_matrix_of_operations_and_keywords() {
    let page = html(&report());
    let coverage = between(&page, "id=\"coverage\"", "</section>");
    assert!(coverage.contains("2 of 3") && coverage.contains("3 of 4"), "{coverage}");
    for part in ["required", "body/name", "401", "not seen", "not exercised"] {
        assert!(coverage.contains(part), "{part} in {coverage}");
    }
}

#[test]
fn latency_is_drawn_for_each_operation_that_answered() {
    let page = html(&report());
    let latency = between(&page, "id=\"latency\"", "</section>");
    assert!(
        latency.contains("2 answers") && latency.contains("median 10 ms, 95 % 10 ms, longest 10 ms"),
        "{latency}"
    );
    assert_eq!(latency.matches("class=\"bar\"").count(), 1);
}

#[test]
fn snapshots_that_differ_are_shown_line_by_line() {
    let mut fixture = Fixture::new();
    fixture.differences = vec![changed("body/name.snap", "status: 200\nsame\n", "status: 201\nsame\n")];
    let summary =
        SnapshotSummary { profile: "p".into(), compared: 1, changed: 1, new: 0, orphans: 0, breaks: true };
    fixture.snapshots = Some(summary);
    let page = html(&fixture.report());
    let snapshots = between(&page, "id=\"snapshots\"", "</section>");
    assert!(
        snapshots.contains("row removed\">- status: 200") && snapshots.contains("row added\">+ status: 201"),
        "{snapshots}"
    );
}

#[test]
fn nothing_of_a_hostile_host_becomes_markup_or_steers_its_reader() {
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>\u{1b}[2J\u{202e}\u{0}&lt;!--]]>";
    let plain = html(&report());
    let mut fixture = Fixture::new();
    fixture.poison(hostile);
    let page = html(&fixture.report());
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("<img"));
    assert_eq!(page.matches("<svg").count(), plain.matches("<svg").count());
    let script = |page: &str| between(page, "<script>", "</script>").to_owned();
    assert_eq!(script(&page), script(&plain));
    assert!(page.contains("\\u{202e}") && page.contains("\\u{1b}[2J"));
    let steering: Vec<char> =
        page.chars().filter(|one| steers(*one) && !matches!(one, '\n' | '\t')).collect();
    assert!(steering.is_empty(), "{steering:?}");
}

#[test]
fn the_policy_allows_nothing_but_what_is_in_the_page() {
    let page = html(&report());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; img-src data:; style-src 'sha256-"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !page.contains(" style=\"") && !page.contains("http-equiv=\"refresh")
    );
}

#[test]
fn the_same_report_is_the_same_page_and_other_times_change_only_times() {
    let (one, other) =
        (Fixture::new().report(), Fixture::at("0987654321", "2027-01-01T00:00:00Z", 25).report());
    assert_eq!(html(&one), html(&Fixture::new().report()));
    let mut same = other.clone();
    same.timing = one.timing.clone();
    for (case, timed) in same.cases.iter_mut().zip(&one.cases) {
        if let Some((outcome, timed)) = case.outcome.as_mut().zip(timed.outcome.as_ref()) {
            outcome.observed = timed.observed.clone();
        }
    }
    assert_eq!(html(&same), html(&one));
}

#[test]
fn every_anchor_is_there_once_and_every_link_leads_somewhere() {
    let mut fixture = Fixture::new();
    fixture.poison("x");
    let page = html(&fixture.report());
    let each = |from: &str| -> Vec<String> {
        page.match_indices(from)
            .map(|(at, _)| page[at + from.len()..].split('"').next().unwrap_or_default().to_owned())
            .collect()
    };
    let ids = each(" id=\"");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for link in each("href=\"#") {
        assert!(ids.contains(&link), "{link}");
    }
}
