//! Where a place of the contract is in the repository, as other programs name it.

use super::model::{At, Finding, Report};
use crate::run::authenticator::md5_hex;
use crate::source::Location;
use crate::text::visible;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::{Component, Path, PathBuf};

/// What stands for itself in a path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'@');

/// Where programs point at something: a line, and a column where that helps to find it.
pub(super) struct Mark<'r> {
    pub(super) at: &'r Location,
    pub(super) column: Option<usize>,
}

/// Where programs point at a place that an operation shows. Where the document is on one line they
/// point at the operation.
pub(super) fn mark<'r>(report: &'r Report, at: &'r At, operation: &str) -> Mark<'r> {
    let column = |at: &Location| at.inside.is_none().then_some(at.column);
    if at.location.inside.is_none() {
        return Mark { at: &at.location, column: column(&at.location) };
    }
    let known = report.coverage.operations.iter().find(|one| one.covered.operation == operation);
    let at = known.map_or(&at.location, |one| &one.contract.location);
    Mark { at, column: column(at) }
}

/// A place for people: file, line and column; method, path and JSON Pointer where the document is on
/// one line.
pub(super) fn shown(at: &At) -> String {
    visible(&at.location.to_string())
}

/// The file of a place, relative to where the contract was named from. Further files of a contract
/// are known by their way from the first.
pub(super) fn path(report: &Report, at: &Location) -> String {
    let root = &report.contract.file;
    let path = if at.file == *root {
        PathBuf::from(root)
    } else {
        Path::new(root).parent().unwrap_or(Path::new("")).join(&at.file)
    };
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain.to_string_lossy().replace('\\', "/")
}

/// The file of a place as a URI reference.
pub(super) fn uri(report: &Report, at: &Location) -> String {
    let path = path(report, at);
    let encoded = utf8_percent_encode(&path, PATH).to_string();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

/// What tells a finding from others, and stays the same from run to run and from line to line.
pub(super) fn fingerprint(finding: &Finding) -> String {
    let Finding { check, about, operation, place, cause, answer, contract, .. } = finding;
    // Which operation shows a fact about more than one of them first may change.
    let subject = match about.as_str() {
        "api" => "",
        "contract" => &contract.pointer,
        _ => operation,
    };
    md5_hex(&[check.as_str(), subject, place, cause, answer].join("\0"))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use crate::judge::About;

    fn at(file: &str) -> Location {
        Location { file: file.to_owned(), line: 1, column: 1, inside: None }
    }

    #[test]
    fn a_further_file_is_known_by_its_way_from_the_contract() {
        let mut report = Fixture::new().report();
        report.contract.file = "./spec/v1/api.yaml".into();
        assert_eq!(path(&report, &at("./spec/v1/api.yaml")), "spec/v1/api.yaml");
        assert_eq!(path(&report, &at("../common/a b.yaml")), "spec/common/a b.yaml");
        assert_eq!(uri(&report, &at("../common/a b.yaml")), "spec/common/a%20b.yaml");
        report.contract.file = "/srv/api.yaml".into();
        assert_eq!(uri(&report, &at("/srv/api.yaml")), "file:///srv/api.yaml");
    }

    #[test]
    fn a_place_in_a_document_on_one_line_is_told_by_its_pointer() {
        let report = Fixture::new().report();
        let mut at = report.findings[0].contract.clone();
        assert_eq!(shown(&at), "groups.yaml:33:26");
        assert_eq!(mark(&report, &at, "create-group").column, Some(26));
        let inside = Some(at.pointer.as_str().into());
        at.location = Location { line: 1, column: 732_117, inside, ..at.location };
        let pointer = &at.pointer;
        assert_eq!(shown(&at), format!("groups.yaml:1 (POST /group) {pointer}"));
        let operation = &report.coverage.operations[0].contract.location;
        assert_eq!(mark(&report, &at, "create-group").at, operation);
        let unknown = mark(&report, &at, "nobody");
        assert_eq!((unknown.at.line, unknown.column), (1, None));
    }

    #[test]
    fn a_fingerprint_is_that_of_the_finding_and_not_of_its_line() {
        let mut fixture = Fixture::new();
        let of = |fixture: &Fixture| fixture.report().findings.iter().map(fingerprint).collect::<Vec<_>>();
        let before = of(&fixture);
        fixture.findings[0].first.at = "/info".into();
        fixture.findings[0].cases.pop();
        assert_eq!(of(&fixture), before);
        fixture.findings[0].about = About::Request { place: "elsewhere".into(), constraint: "type".into() };
        assert_ne!(of(&fixture)[0], before[0]);
        assert_ne!(before[0], before[1]);
    }
}
