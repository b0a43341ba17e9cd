//! Annotations for GitHub Actions: workflow commands on the lines of the contract.
//!
//! A step shows ten errors and ten warnings. Findings about the same line and check share one, the
//! most serious come first, and one notice tells of the rest.

use super::model::{Finding, Report};
use super::place;
use super::text::{LONG, count, cut, visible};
use crate::judge::Severity;
use crate::source::Location;
use std::fmt::Write;

/// How many annotations of one level a step shows.
const SHOWN: usize = 10;

/// One annotation.
struct Annotation<'r> {
    severity: Severity,
    title: String,
    at: Option<&'r Location>,
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
        let mut lines =
            vec![format!("{} more are only in the report:", count(findings, "finding", "findings"))];
        lines.extend(left.iter().take(2 * SHOWN).map(|annotation| annotation.title.clone()));
        let title = "probity: more findings".to_owned();
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
    let mut about: Vec<(&str, Severity, &Location)> = Vec::new();
    let begin = all.len();
    for finding in report.by_weight() {
        let key = (finding.check.as_str(), finding.severity, &finding.contract.location);
        if let Some(index) = about.iter().position(|known| *known == key) {
            let annotation = &mut all[begin + index];
            annotation.findings += 1;
            annotation.lines.push(String::new());
            annotation.lines.extend(told(finding));
        } else {
            about.push(key);
            all.push(Annotation {
                severity: finding.severity,
                title: format!("{}: {}", visible(&finding.check), visible(&finding.operation)),
                at: Some(key.2),
                lines: told(finding),
                findings: 1,
            });
        }
    }
    for one in &report.untestable {
        all.push(Annotation {
            severity: Severity::Warn,
            title: format!("not testable: {}", visible(&one.operation)),
            at: Some(&one.contract.location),
            lines: vec![cut(&one.why, LONG)],
            findings: 0,
        });
    }
    all
}

fn told(finding: &Finding) -> Vec<String> {
    let times = if finding.count > 1 { format!(" ×{}", finding.count) } else { String::new() };
    let mut lines = vec![format!("{}{times}", cut(&finding.title, LONG))];
    for (name, text) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if !text.is_empty() {
            lines.push(format!("{name}: {}", cut(text, LONG)));
        }
    }
    lines.extend(finding.cases.first().map(|case| format!("case: {}", cut(case, LONG))));
    lines
}

fn command(page: &mut String, report: &Report, level: &str, annotation: &Annotation<'_>) {
    let mut properties = Vec::new();
    if let Some(at) = annotation.at {
        properties.push(format!("file={}", property(&place::path(report, at))));
        properties.push(format!("line={}", at.line));
        if at.inside.is_none() {
            properties.push(format!("col={}", at.column));
        }
    }
    properties.push(format!("title={}", property(&annotation.title)));
    let inside = annotation.at.filter(|at| at.inside.is_some());
    let inside = inside.map(|at| format!("contract: {}", cut(&at.to_string(), LONG)));
    let lines: Vec<&str> = annotation.lines.iter().chain(&inside).map(String::as_str).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "::{level} {}::{}", properties.join(","), data(&lines.join("\n")));
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
    use crate::run::End;

    #[test]
    fn a_finding_is_an_annotation_on_its_line() {
        insta::assert_snapshot!(github(&Fixture::new().report()), @r#"
        ::error file=groups.yaml,line=33,col=26,title=made-up-schema%3A create-group::`/rank` is text where an integer is asked for ×2%0Aexpected: type integer%0Aactual: string "2"%0Acase: create-group/accept/body/valid/all
        ::warning file=groups.yaml,line=33,col=26,title=made-up-header%3A create-group::`/rank` is text where an integer is asked for%0Aexpected: type integer%0Aactual: string "2"%0Acase: create-group/accept/body/valid/all
        ::warning file=groups.yaml,line=48,col=24,title=not testable%3A GET /broken::`$ref` names `#/components/schemas/Absent`: nothing stands there
        "#);
    }

    #[test]
    fn findings_about_one_line_share_an_annotation() {
        let mut fixture = Fixture::new();
        let mut more = fixture.findings[0].clone();
        more.place = "body/name".into();
        more.cases.pop();
        fixture.findings.push(more);
        let text = github(&fixture.report());
        let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
        assert_eq!(errors.len(), 1, "{text}");
        assert!(errors[0].contains(" ×2%0A") && errors[0].contains("%0A%0A"), "{text}");
    }

    #[test]
    fn a_column_that_nobody_can_find_gives_way_to_the_pointer() {
        let mut report = Fixture::new().report();
        report.findings[0].contract.location.inside = Some("/paths/~1notes/get".into());
        let text = github(&report);
        let first = text.lines().next().unwrap();
        assert!(!first.contains("col=") && first.contains(" (GET /notes) /paths/~1notes/get"), "{text}");
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
        assert!(text.contains("::3 findings more are only in the report:%0A"), "{text}");
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
