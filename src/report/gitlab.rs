//! The report for GitLab: its code quality format, an entry for each finding on a line of the contract.

use super::json::pretty;
use super::model::Report;
use super::place::{self, Mark};
use super::words;
use crate::judge::Severity;
use crate::text::{LONG, cut, visible};
use serde::Serialize;

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: CodeLocation,
}

#[derive(Serialize)]
struct CodeLocation {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// The entries, the most serious first.
pub fn gitlab(report: &Report) -> serde_json::Result<String> {
    let location = |Mark { at, .. }: Mark<'_>| CodeLocation {
        path: place::path(report, at),
        lines: Lines { begin: at.line.max(1) },
    };
    let findings = report.by_weight().into_iter().map(|finding| {
        let mut description = format!("{}: {}", visible(words::subject(finding)), cut(&finding.title, LONG));
        let sides = words::sides(finding, &finding.expected, &finding.actual);
        let said = finding.said.as_ref().map(|said| format!("the host said: {}", visible(said)));
        for part in sides.into_iter().chain(said) {
            description.push_str(&format!("; {part}"));
        }
        if finding.contract.location.inside.is_some() {
            description
                .push_str(&format!("; contract {}", cut(&finding.contract.location.to_string(), LONG)));
        }
        if finding.count > 1 {
            description.push_str(&format!(" ({})", words::reach(finding)));
        }
        Entry {
            description,
            check_name: visible(&finding.check),
            fingerprint: place::fingerprint(finding),
            severity: if finding.severity == Severity::Deny { "critical" } else { "minor" },
            location: location(place::mark(report, &finding.contract, &finding.operation)),
        }
    });
    let entries: Vec<Entry> = findings.collect();
    pretty(&entries)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    #[test]
    fn an_entry_has_what_the_documentation_asks_for() {
        let text = gitlab(&Fixture::new().report()).unwrap();
        let entries: Value = serde_json::from_str(&text).unwrap();
        insta::assert_json_snapshot!(entries[0], @r#"
        {
          "description": "create-group: `/rank` is text where an integer is asked for; expected: type integer; actual: string \"2\" (2 cases)",
          "check_name": "made-up-schema",
          "fingerprint": "40f35b133bbd94988126d68b9624abd9",
          "severity": "critical",
          "location": {
            "path": "groups.yaml",
            "lines": {
              "begin": 33
            }
          }
        }
        "#);
        let entries = entries.as_array().unwrap();
        let fingerprints: HashSet<&str> =
            entries.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), 2);
        assert_eq!(entries[1]["severity"], "minor");
    }
}
