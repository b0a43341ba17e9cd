//! Which operations and cases a user wants.

use crate::contract::Operation;
use serde::{Deserialize, Serialize};

/// Patterns with `*`, over operations, paths, tags and cases.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Selection {
    /// What is wanted; empty for everything.
    pub include: Vec<String>,
    /// What is not wanted, which outweighs what is.
    pub exclude: Vec<String>,
}

impl Selection {
    /// Whether a case of an operation is asked for.
    pub fn includes(&self, operation: &Operation, case: &str) -> bool {
        self.include.is_empty() || self.include.iter().any(|pattern| names(pattern, operation, case))
    }

    /// Whether any case of an operation may be wanted.
    pub fn concerns(&self, operation: &Operation) -> bool {
        let cases = format!("{}/", operation.id);
        let may_name = |pattern: &String| {
            let plain = pattern.split('*').next().unwrap_or_default();
            names(pattern, operation, "")
                || plain.starts_with(&cases)
                || (pattern.contains('*') && cases.starts_with(plain))
        };
        let included = self.include.is_empty() || self.include.iter().any(may_name);
        included && !self.excludes(operation, "")
    }

    /// Whether a case of an operation is ruled out.
    pub fn excludes(&self, operation: &Operation, case: &str) -> bool {
        self.exclude.iter().any(|pattern| names(pattern, operation, case))
    }
}

/// Whether a pattern names an operation or a case of it.
pub(super) fn names(pattern: &str, operation: &Operation, case: &str) -> bool {
    matches(pattern, case)
        || matches(pattern, &operation.id)
        || matches(pattern, &operation.path)
        || matches(pattern, &format!("{} {}", operation.method, operation.path))
        || operation.tags.iter().any(|tag| matches(pattern, tag))
        || is_sent_by(pattern, operation, case)
}

/// The methods that a pattern can be, whether the contract has them or not.
pub const METHODS: [&str; 9] = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "QUERY"];

/// Whether a case, or the operation where no case is named, is of a method; what tries another
/// method says so in its name.
fn is_sent_by(method: &str, operation: &Operation, case: &str) -> bool {
    match case.split_once("/undeclared-method/") {
        Some((_, tried)) => tried.split('/').next() == Some(method),
        None => operation.method == method,
    }
}

/// Whether text matches a pattern in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let parts: Vec<&str> = parts.collect();
    let (last, middle) = parts.split_last().map_or(("", [].as_slice()), |(last, middle)| (*last, middle));
    for part in middle {
        let Some(index) = rest.find(part) else { return false };
        rest = &rest[index + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Selection, matches};

    #[test]
    fn an_operation_is_of_no_concern_where_none_of_its_cases_is_asked_for() {
        let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {get: {operationId: a, tags: [t], responses: {'200': {description: ok}}}}";
        let document = crate::source::Document::from_text("t.yaml", text).unwrap();
        let contract = crate::contract::Contract::read(document).ok().unwrap();
        let operation = &contract.operations[0];
        let patterns = |patterns: &[&str]| patterns.iter().map(ToString::to_string).collect();
        for (include, exclude, expected) in [
            (&[][..], &[][..], true),
            (&["a"], &[], true),
            (&["t"], &[], true),
            (&["GET"], &[], true),
            (&["DELETE"], &[], false),
            (&[], &["GET"], false),
            (&["/a"], &[], true),
            (&["a/reject/*"], &[], true),
            (&["*/reject/*"], &[], true),
            (&["b", "bb/*", "ab/*"], &[], false),
            (&[], &["a"], false),
            (&[], &["a/reject/*"], true),
        ] {
            let selection = Selection { include: patterns(include), exclude: patterns(exclude) };
            assert_eq!(selection.concerns(operation), expected, "{include:?} {exclude:?}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("a/b", "a/b", true),
            ("a", "a/b", false),
            ("a*", "a/b", true),
            ("*b", "a/b", true),
            ("*/reject/*", "op/reject/body", true),
            ("*/reject/*", "op/accept/body", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
