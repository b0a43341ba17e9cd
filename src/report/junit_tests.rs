//! What CI servers read.

use super::super::fixture::Fixture;
use super::*;
use quick_junit::Report;

fn parsed(fixture: &Fixture) -> (String, Report) {
    let text = junit(&fixture.subject()).unwrap();
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "{text:?}");
    let report = Report::deserialize_from_str(&text).unwrap();
    (text, report)
}

#[test]
fn every_case_is_a_test_and_every_operation_a_suite() {
    let (text, report) = parsed(&Fixture::new());
    insta::assert_snapshot!(text, @"");
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
    assert_eq!(report.failures, 2);
    let shown = "]]&gt;&lt;!--\\u{0}\\u{1b}[31m\\u{fffe}\\u{ffff}&amp;amp;\\u{7f}--&gt;";
    assert!(text.contains(shown), "{text}");
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
