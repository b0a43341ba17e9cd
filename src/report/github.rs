//! Annotations for GitHub Actions: workflow commands on the lines of the contract.
//!
//! A step shows ten errors and ten warnings: a fact is one of them, the most serious come first, and
//! one notice tells of the rest.

use super::model::{Finding, Report, Untested};
use super::place::{self, Mark};
use super::words;
use crate::judge::Severity;
use crate::text::{LONG, count, cut, visible};
use std::fmt::Write;

/// How many annotations of one level a step shows.
const SHOWN: usize = 10;

/// One annotation.
struct Annotation<'r> {
    severity: Severity,
    title: String,
    at: Option<Mark<'r>>,
    lines: Vec<String>,
    findings: usize,
}

/// The commands, a line each; nothing where there is nothing to say.
pub fn github(report: &Report) -> String {
    let mut page = String::new();
    let mut left = Vec::new();
    let all = annotations(report);
    for (severity, level) in [(Severity::Deny, "error"), (Severity::Warn, "warning")] {
        let of_level = all.iter().filter(|annotation| annotation.severity == severity);
        for (index, annotation) in of_level.enumerate() {
            if index < SHOWN {
                command(&mut page, report, level, annotation);
            } else {
                left.push(annotation);
            }
        }
    }
    if !left.is_empty() {
        let findings = left.iter().map(|annotation| annotation.findings).sum();
        let mut lines = vec![format!("{} more are only in the report:", count(findings, "fact", "facts"))];
        lines.extend(left.iter().take(2 * SHOWN).map(|annotation| annotation.title.clone()));
        let title = "probity: more facts".to_owned();
        let rest = Annotation { severity: Severity::Allow, title, at: None, lines, findings };
        command(&mut page, report, "notice", &rest);
    }
    page
}

fn annotations(report: &Report) -> Vec<Annotation<'_>> {
    let mut all: Vec<Annotation<'_>> = Vec::new();
    if let Some((kind, why)) = report.incomplete() {
        all.push(Annotation {
            severity: Severity::Deny,
            title: format!("probity: {kind}"),
            at: None,
            lines: vec![cut(why, LONG)],
            findings: 0,
        });
    }
    all.extend(report.by_weight().into_iter().map(|finding| Annotation {
        severity: finding.severity,
        title: format!("{}: {}", visible(&finding.check), visible(words::subject(finding))),
        at: Some(place::mark(report, &finding.contract, &finding.operation)),
        lines: told(finding),
        findings: 1,
    }));
    all.extend(report.untestable.iter().map(|one| Annotation {
        severity: Severity::Warn,
        title: format!("not testable: {}", visible(&one.operation)),
        at: Some(place::mark(report, &one.contract, &one.operation)),
        lines: untestable(one),
        findings: 0,
    }));
    all
}

fn untestable(one: &Untested) -> Vec<String> {
    // In a line that nobody can read it takes more than the mark to find it.
    let inside = one.contract.location.inside.is_some();
    let place = inside.then(|| format!("contract: {}", place::shown(&one.contract)));
    [cut(&one.why, LONG)].into_iter().chain(place).collect()
}

fn told(finding: &Finding) -> Vec<String> {
    let reach = if finding.count > 1 { format!(" ({})", words::reach(finding)) } else { String::new() };
    let mut lines = vec![format!("{}{reach}", cut(&finding.title, LONG))];
    lines.extend(words::sides(finding, &finding.expected, &finding.actual));
    lines.extend(finding.said.as_ref().map(|said| format!("the host said: {}", visible(said))));
    lines.push(format!("contract: {}", place::shown(&finding.contract)));
    lines.push(format!("case: {}", cut(&finding.example, LONG)));
    lines
}

fn command(page: &mut String, report: &Report, level: &str, annotation: &Annotation<'_>) {
    let mut properties = Vec::new();
    if let Some(Mark { at, column }) = &annotation.at {
        properties.push(format!("file={}", property(&place::path(report, at))));
        properties.push(format!("line={}", at.line));
        properties.extend(column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(&annotation.title)));
    // Writing to a String cannot fail.
    let _ = writeln!(page, "::{level} {}::{}", properties.join(","), data(&annotation.lines.join("\n")));
}

/// The text of a command, as its reader unescapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use crate::judge::About;
    use crate::run::End;

    #[test]
    fn a_finding_is_an_annotation_on_its_line() {
        insta::assert_snapshot!(github(&Fixture::new().report()), @r#"
        ::error file=groups.yaml,line=33,col=26,title=made-up-schema%3A create-group::`/rank` is text where an integer is asked for (2 cases)%0Aexpected: type integer%0Aactual: string "2"%0Acontract: groups.yaml:33:26%0Acase: create-group/accept/body/valid/all
        ::warning file=groups.yaml,line=33,col=26,title=made-up-header%3A create-group::`/rank` is text where an integer is asked for%0Aexpected: type integer%0Aactual: string "2"%0Acontract: groups.yaml:33:26%0Acase: create-group/accept/body/valid/all
        ::warning file=groups.yaml,line=48,col=24,title=not testable%3A GET /broken::`$ref` names `#/components/schemas/Absent`: nothing stands there
        "#);
    }

    #[test]
    fn two_facts_about_one_line_are_two_annotations() {
        let mut fixture = Fixture::new();
        let mut more = fixture.findings[0].clone();
        more.about = About::Request { place: "body/name".into(), constraint: "type".into() };
        more.cases.pop();
        fixture.findings.push(more);
        let text = github(&fixture.report());
        let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
        assert_eq!(errors.len(), 2, "{text}");
        assert!(errors[0].contains(" (2 cases)%0A") && !errors[1].contains(" cases)%0A"), "{text}");
    }

    #[test]
    fn a_column_that_nobody_can_find_gives_way_to_the_pointer() {
        let mut report = Fixture::new().report();
        report.findings[0].contract.location.inside = Some("/paths/~1notes/get".into());
        let text = github(&report);
        let first = text.lines().next().unwrap();
        assert!(first.contains("line=13,col=5"), "it stands at the operation: {text}");
        assert!(first.contains(" (GET /notes) /paths/~1notes/get"), "{text}");
    }

    #[test]
    fn beyond_ten_one_notice_tells_of_the_rest() {
        let mut report = Fixture::new().report();
        let first = report.findings[0].clone();
        for line in 100..112 {
            let mut more = first.clone();
            more.contract.location.line = line;
            report.findings.push(more);
        }
        let text = github(&report);
        let of = |level: &str| text.lines().filter(|line| line.starts_with(level)).count();
        assert_eq!((of("::error"), of("::warning"), of("::notice")), (10, 2, 1), "{text}");
        assert!(text.contains("::3 facts more are only in the report:%0A"), "{text}");
    }

    #[test]
    fn a_run_that_was_lost_is_the_first_error() {
        let mut fixture = Fixture::new();
        fixture.run.end = End::TargetLost("gone: 100%, sorry".into());
        let text = github(&fixture.report());
        assert!(text.starts_with("::error title=probity%3A target-lost::gone: 100%25, sorry\n"), "{text}");
    }

    #[test]
    fn nothing_ends_a_command_and_begins_another() {
        let mut fixture = Fixture::new();
        fixture.poison("\n::stop-commands::x\r\n::set-output name=a,b=c::%0A");
        let text = github(&fixture.report());
        for line in text.lines() {
            let known = ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
            assert!(known && !line.contains('\r'), "{line}");
        }
        assert!(text.contains("\\n::stop-commands::x\\r\\n"), "{text}");
    }

    #[test]
    fn nothing_is_said_where_nothing_is_wrong() {
        let mut fixture = Fixture::new();
        fixture.findings.clear();
        fixture.contract.untestable.clear();
        assert_eq!(github(&fixture.report()), "");
    }
}
