//! What CI servers read.

use super::super::fixture::{Fixture, changed};
use super::junit;
use crate::run::End;
use quick_junit::Report;

fn parsed(fixture: &Fixture) -> (String, Report) {
    let text = junit(&fixture.report()).unwrap();
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "{text:?}");
    let report = Report::deserialize_from_str(&text).unwrap();
    (text, report)
}

#[test]
fn every_case_is_a_test_and_every_operation_a_suite() {
    let (text, report) = parsed(&Fixture::new());
    insta::assert_snapshot!(text, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="probity" tests="5" skipped="1" failures="2" errors="1" timestamp="2026-01-02T03:04:05.000+00:00" time="0.030">
        <testsuite name="create-group" tests="4" skipped="1" errors="0" failures="2" timestamp="2026-01-02T03:04:05.000+00:00" time="0.030">
            <properties>
                <property name="seed" value="7"/>
                <property name="target" value="https://api.example"/>
                <property name="contract" value="groups.yaml"/>
            </properties>
            <testcase name="accept/body/valid/all" classname="probity.create-group" time="0.010">
                <failure message="`/rank` is text where an integer is asked for" type="made-up-schema">deny[made-up-schema] `/rank` is text where an integer is asked for
    one fact, shown by 2 cases
    contract: groups.yaml:33:26
    expected: type integer
    actual: string &quot;2&quot;
    request id: 8c1f-10
    repeat: curl -sS -X POST &apos;https://api.example/group&apos; -H &apos;authorization: Basic &apos;&quot;$PROBITY_BASIC_BASE64&quot; -H &apos;content-type: application/json&apos; --data-binary &apos;{&quot;name&quot;: &quot;it&apos;\&apos;&apos;s-&apos;&quot;$RUN&quot;&apos;&quot;, &quot;rank&quot;: 2}&apos;</failure>
                <system-out>warn[made-up-header] `/rank` is text where an integer is asked for
    contract: groups.yaml:33:26
    expected: type integer
    actual: string &quot;2&quot;
    request id: 8c1f-10
    repeat: curl -sS -X POST &apos;https://api.example/group&apos; -H &apos;authorization: Basic &apos;&quot;$PROBITY_BASIC_BASE64&quot; -H &apos;content-type: application/json&apos; --data-binary &apos;{&quot;name&quot;: &quot;it&apos;\&apos;&apos;s-&apos;&quot;$RUN&quot;&apos;&quot;, &quot;rank&quot;: 2}&apos;</system-out>
            </testcase>
            <testcase name="reject/body/name/missing" classname="probity.create-group" time="0.010">
                <failure message="`/rank` is text where an integer is asked for" type="made-up-schema">deny[made-up-schema] `/rank` is text where an integer is asked for
    one fact, shown by 2 cases
    contract: groups.yaml:33:26
    expected: type integer
    actual: string &quot;2&quot;
    the host said: {&quot;errors&quot;: [{&quot;code&quot;: 799}, {&quot;code&quot;: 735}]}
    request id: 8c1f-10
    repeat: curl -sS -X POST &apos;https://api.example/group&apos; -H &apos;authorization: Basic &apos;&quot;$PROBITY_BASIC_BASE64&quot; -H &apos;content-type: application/json&apos; --data-binary &apos;{&quot;rank&quot;: 2}&apos;</failure>
            </testcase>
            <testcase name="either/body/name/text/nul" classname="probity.create-group" time="0.010"/>
            <testcase name="reject/body/malformed/empty" classname="probity.create-group" time="0.000">
                <skipped message="not sent"/>
            </testcase>
        </testsuite>
        <testsuite name="GET /broken" tests="1" skipped="0" errors="1" failures="0" timestamp="2026-01-02T03:04:05.000+00:00" time="0.000">
            <properties>
                <property name="seed" value="7"/>
                <property name="target" value="https://api.example"/>
                <property name="contract" value="groups.yaml"/>
            </properties>
            <testcase name="testable" classname="probity.GET /broken" time="0.000">
                <error message="`$ref` names `#/components/schemas/Absent`: nothing stands there" type="untestable">groups.yaml:48:24: `$ref` names `#/components/schemas/Absent`: nothing stands there</error>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (5, 2, 1, 1));
}

#[test]
fn a_case_that_shows_a_finding_differently_says_what_it_shows() {
    let mut fixture = Fixture::new();
    fixture.run.observations[2].actual = "string \"other\"".into();
    let (text, _) = parsed(&fixture);
    assert_eq!(
        text.matches("actual: string \"other\"").count()
            + text.matches("actual: string &quot;other&quot;").count(),
        1
    );
}

#[test]
fn hostile_text_survives_in_a_form_that_xml_allows() {
    let mut fixture = Fixture::new();
    fixture.poison("]]><!--\u{0}\u{1b}[31m\u{fffe}\u{ffff}&amp;\u{7f}-->");
    let (text, report) = parsed(&fixture);
    assert_eq!(report.failures, 3);
    let shown = "]]&gt;&lt;!--\\u{0}\\u{1b}[31m\\u{fffe}\\u{ffff}&amp;amp;\\u{7f}--&gt;";
    assert!(text.contains(shown), "{text}");
}

#[test]
fn what_is_no_case_is_told_too() {
    let mut fixture = Fixture::new();
    fixture.poison("");
    fixture.run.end = End::TargetLost("connection refused".into());
    fixture.differences = vec![changed("a.snap", "status: 200\n", "status: 201\n")];
    let (text, report) = parsed(&fixture);
    assert_eq!((report.failures, report.errors), (3, 2));
    assert!(text.contains(">changed  a.snap\n- status: 200\n+ status: 201</failure>"), "{text}");
    assert!(text.contains(r#"<error message="connection refused" type="target-lost">"#), "{text}");
}

#[test]
fn a_run_that_tested_nothing_is_not_green() {
    let mut fixture = Fixture::new();
    fixture.run.exchanges = vec![vec![None]; 4];
    fixture.findings.clear();
    let (text, report) = parsed(&fixture);
    assert_eq!((report.skipped, report.errors), (4, 2));
    assert!(text.contains(r#"type="untested""#), "{text}");
}

#[test]
fn names_are_the_same_in_every_run() {
    let names = |fixture: &Fixture| {
        let (_, report) = parsed(fixture);
        let tests = report.test_suites.into_iter().flat_map(|suite| suite.test_cases);
        tests.map(|test| (test.classname, test.name)).collect::<Vec<_>>()
    };
    let later = Fixture::at("9876543210", "2027-01-02T03:04:05Z", 99);
    assert_eq!(names(&Fixture::new()), names(&later));
}
