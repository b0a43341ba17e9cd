//! What people read.

use super::super::fixture::{Fixture, changed};
use super::*;
use crate::plan::Gap;
use crate::run::End;
use crate::text::steers;

fn plain(fixture: &Fixture, detail: Detail) -> String {
    anstream::adapter::strip_str(&terminal(&fixture.report(), detail)).to_string()
}

#[test]
fn a_report_tells_what_is_wrong_where_and_how_to_repeat_it() {
    insta::assert_snapshot!(plain(&Fixture::new(), Detail::Normal), @r#"
    deny[made-up-schema] `/rank` is text where an integer is asked for  ×2  #1
      --> groups.yaml:33:26  create-group  POST /group
      case       create-group/accept/body/valid/all  (and 1 more)
      expected   type integer
      actual     string "2"
      request id 8c1f-10
      repeat     curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'", "rank": 2}'
      explain    probity explain made-up-schema

    warn[made-up-header] `/rank` is text where an integer is asked for  #2
      --> groups.yaml:33:26  create-group  POST /group
      case       create-group/accept/body/valid/all
      expected   type integer
      actual     string "2"
      request id 8c1f-10
      repeat     curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'", "rank": 2}'
      explain    probity explain made-up-header

    To repeat a request, set the variables in its line:
      PROBITY_BASIC_BASE64  $(printf %s USER:PASSWORD | base64 | tr -d '\n'); with --basic-md5, of the password's MD5
      RUN                   ten digits not used before, for example RUN=$(date +%s)

    Not testable
      GET /broken: `$ref` names `#/components/schemas/Absent`: nothing stands there (groups.yaml:48:24)

    Gaps
      create-group: no room (groups.yaml:12:3)

    Seen of the contract: 2 of 3 documented statuses · 1 of 2 codes · 1 of 2 rules
      create-group  POST /group: seen 200 400 · not seen 401
      not exercised distinct $response.body#/id  groups.yaml:39:13

    probity: FAILED  1 operation · 4 cases · 3 exchanges · 2 findings (1 deny, 1 warn) · 0.03 s · 100/s · https://api.example; tried: 1 of 2 operations accepted something; 1 of 4 cases not sent; 1 operation not testable; 1 gap
    "#);
}

#[test]
fn one_of_many_gaps_with_one_reason_stands_for_all() {
    let mut fixture = Fixture::new();
    let first = fixture.plan.gaps[0].clone();
    fixture
        .plan
        .gaps
        .extend((1..5).map(|number| Gap { operation: format!("other-{number}"), ..first.clone() }));
    let text = plain(&fixture, Detail::Normal);
    assert!(text.contains("  create-group and 4 more: no room (groups.yaml:12:3)\n"), "{text}");
    assert!(!text.contains("other-"), "{text}");
    assert!(text.ends_with("; 5 gaps\n"), "{text}");
}

#[test]
fn every_case_can_be_listed() {
    let text = plain(&Fixture::new(), Detail::Verbose);
    insta::assert_snapshot!(text.split("\n\n").next().unwrap(), @r#"
    Cases
      deny accept 200                   10.0 ms  create-group/accept/body/valid/all
      deny reject 400       799,735     10.0 ms  create-group/reject/body/name/missing
      ok   either cut                   10.0 ms  create-group/either/body/name/text/nul
      -    reject not sent                       create-group/reject/body/malformed/empty
    "#);
}

#[test]
fn less_can_be_said() {
    let text = plain(&Fixture::new(), Detail::Quiet);
    assert!(text.starts_with("deny[made-up-schema]"), "{text}");
    assert!(!text.contains("Not testable") && !text.contains("not seen"), "{text}");
}

#[test]
fn a_run_without_findings_is_one_line() {
    let mut fixture = Fixture::new();
    fixture.findings.clear();
    assert_eq!(
        plain(&fixture, Detail::Quiet),
        "probity: OK as far as tried: 1 of 2 operations accepted something; 1 of 4 cases not sent; 1 operation not testable; 1 gap  1 operation · 4 cases · 3 exchanges · no findings · 0.03 s · 100/s · https://api.example\n"
    );
}

/// A run with so many findings, every third of another check.
fn with_findings(count: usize) -> Fixture {
    let mut fixture = Fixture::new();
    let known = fixture.findings.clone();
    fixture.findings = (0..count).map(|index| known[usize::from(index % 3 == 0)].clone()).collect();
    fixture.findings.sort_by_key(|finding| finding.severity);
    fixture
}

#[test]
fn however_much_there_is_it_is_no_more_than_200_lines() {
    let mut fixture = with_findings(3_000);
    let gap = fixture.plan.gaps[0].clone();
    fixture.plan.gaps =
        (0..500).map(|index| Gap { why: format!("no room for {index}"), ..gap.clone() }).collect();
    fixture.snapshots = Some(super::super::SnapshotSummary {
        profile: "p".into(),
        compared: 900,
        changed: 900,
        new: 0,
        orphans: 0,
        breaks: true,
    });
    fixture.differences = (0..900).map(|_| changed("a.snap", "status: 200\n", "status: 201\n")).collect();
    let text = plain(&fixture, Detail::Normal);
    assert!(text.lines().count() <= 200, "{}", text.lines().count());
    assert!(plain(&fixture, Detail::Verbose).lines().count() > 200);
    for said in ["and 2990 more, which are listed below", "more of made-up-schema", "more of made-up-header"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn many_facts_are_listed_at_the_end_the_serious_first() {
    let text = plain(&with_findings(12), Detail::Normal);
    let index = text.split("Facts\n").nth(1).unwrap();
    insta::assert_snapshot!(index.split("\n\n").next().unwrap(), @"
     1  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     2  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     3  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     4  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     5  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     6  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     7  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     8  deny  made-up-schema       create-group: `/rank` is text where an integer is asked for  ×2
     9  warn  made-up-header       create-group: `/rank` is text where an integer is asked for
    10  warn  made-up-header       create-group: `/rank` is text where an integer is asked for
    11  warn  made-up-header       create-group: `/rank` is text where an integer is asked for
    12  warn  made-up-header       create-group: `/rank` is text where an integer is asked for
    ");
}

#[test]
fn how_a_run_ended_stands_before_the_last_line() {
    for (end, line, word) in [
        (End::FirstFinding, "stopped at the first finding, after 3 of 4 requests", "FAILED"),
        (
            End::Interrupted,
            "interrupted after 3 of 4 requests; what was not sent is not judged",
            "INTERRUPTED",
        ),
        (
            End::TargetLost("refused\u{1b}".into()),
            "target lost after 3 of 4 requests: refused\\u{1b}",
            "TARGET LOST",
        ),
    ] {
        let mut fixture = Fixture::new();
        fixture.run.end = end;
        let text = plain(&fixture, Detail::Quiet);
        let lines: Vec<&str> = text.lines().rev().take(2).collect();
        assert_eq!(lines[1], line);
        assert!(lines[0].starts_with(&format!("probity: {word}  ")), "{}", lines[0]);
    }
    let mut fixture = Fixture::new();
    fixture.run.exchanges = vec![vec![None]; 4];
    fixture.findings.clear();
    assert!(plain(&fixture, Detail::Quiet).starts_with("probity: NOTHING TESTED"));
}

#[test]
fn snapshots_that_differ_are_shown_with_their_lines() {
    let mut fixture = Fixture::new();
    fixture.findings.clear();
    fixture.poison("");
    fixture.differences = vec![changed("create-group/body-valid.snap", "status: 200\n", "status: 201\n")];
    let text = plain(&fixture, Detail::Normal);
    assert!(text.contains("  - status: 200\n  + status: 201\n"), "{text}");
    assert!(text.contains("snapshots ``: 2 compared, 1 changed, 0 new, 0 orphans\n"), "{text}");
    assert!(text.contains("probity: FAILED") && text.contains("· 1 snapshot differs ·"), "{text}");
}

#[test]
fn orphans_are_not_said_to_be_settled_by_a_review() {
    let mut fixture = Fixture::new();
    fixture.poison("");
    let mut said = |changed, orphans| {
        if let Some(known) = &mut fixture.snapshots {
            (known.changed, known.orphans) = (changed, orphans);
        }
        let text = plain(&fixture, Detail::Normal);
        (text.contains("`probity snapshots review`"), text.contains("`--record` removes orphans"))
    };
    assert_eq!(said(0, 2), (false, true));
    assert_eq!(said(1, 0), (true, false));
    assert_eq!(said(1, 2), (true, true));
}

#[test]
fn nothing_from_a_host_steers_the_terminal() {
    let mut fixture = Fixture::new();
    fixture.poison("\u{1b}]0;owned\u{7}\r\u{9b}2J\u{202e}\u{2028}\n\u{0}x");
    let coloured = terminal(&fixture.report(), Detail::Verbose);
    let own = plain(&fixture, Detail::Verbose);
    assert!(!own.chars().any(|character| character != '\n' && steers(character)), "{own:?}");
    let foreign = coloured.split('\u{1b}').skip(1).find(|after| {
        let style = after.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        !style.is_some_and(|(style, _)| style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'))
    });
    assert_eq!(foreign, None);
    assert!(own.contains("\\u{1b}]0;owned"));
}

#[test]
fn runs_that_differ_in_time_differ_in_the_last_line() {
    let page = |id, started, milliseconds| {
        let text = plain(&Fixture::at(id, started, milliseconds), Detail::Normal);
        let lines = text.lines().filter(|line| !line.starts_with("  request id"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let (one, other) =
        (page("1234567890", "2026-01-02T03:04:05Z", 10), page("9876543210", "2027-01-02T03:04:05Z", 250));
    assert_eq!(one[..one.len() - 1], other[..other.len() - 1]);
    assert_ne!(one.last(), other.last());
}
