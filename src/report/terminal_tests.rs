//! What people read.

use super::super::fixture::{Fixture, changed};
use super::*;
use crate::plan::Gap;
use crate::report::text::steers;

fn plain(fixture: &Fixture, detail: Detail) -> String {
    anstream::adapter::strip_str(&terminal(&fixture.subject(), detail)).to_string()
}

#[test]
fn a_report_tells_what_is_wrong_where_and_how_to_repeat_it() {
    insta::assert_snapshot!(plain(&Fixture::new(), Detail::Normal), @r#"
    create-group  POST /group

    deny[made-up-schema] `/rank` is text where an integer is asked for  ×2
      --> groups.yaml:33:26
      case       create-group/accept/body/valid/all  (and 1 more)
      expected   type integer
      actual     string "2"
      request id 8c1f-10
      repeat     curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'", "rank": 2}'
      explain    probity explain made-up-schema

    warn[made-up-header] `/rank` is text where an integer is asked for
      --> groups.yaml:33:26
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
      GET /broken: `$ref` names `#/components/schemas/Absent`: nothing stands there
        --> groups.yaml:48:24

    Gaps
      create-group: no room
        --> groups.yaml:12:3

    Seen of the contract
      create-group  POST /group
        statuses  seen 200 400 · not seen 401
        codes     seen 735 · not seen 732 · not in the catalogue 799
        rules     exercised 1 of 2
          not exercised distinct $response.body#/id  groups.yaml:39:13

    probity: FAILED  1 operation · 4 cases · 3 exchanges · 2 findings (1 deny, 1 warn) · 1 not testable · 1 gap · 0.03 s · 100/s · https://api.example
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
    assert!(text.contains("  create-group and 4 more: no room\n"), "{text}");
    assert!(!text.contains("other-"), "{text}");
    assert!(text.contains(" · 5 gaps · "), "{text}");
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
    assert!(text.starts_with("create-group  POST /group\n\ndeny[made-up-schema]"), "{text}");
    assert!(!text.contains("Not testable") && !text.contains("not seen"), "{text}");
}

#[test]
fn a_run_without_findings_is_one_line() {
    let mut fixture = Fixture::new();
    fixture.findings.clear();
    assert_eq!(
        plain(&fixture, Detail::Quiet),
        "probity: OK  1 operation · 4 cases · 3 exchanges · no findings · 1 not testable · 1 gap · 0.03 s · 100/s · https://api.example\n"
    );
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
    let coloured = terminal(&fixture.subject(), Detail::Verbose);
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
