//! Which operations and cases a user wants.

use crate::contract::Operation;

/// Patterns with `*`, over operations, paths, tags and cases.
#[derive(Clone, Debug, Default)]
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

    /// Whether a case of an operation is ruled out.
    pub fn excludes(&self, operation: &Operation, case: &str) -> bool {
        self.exclude.iter().any(|pattern| names(pattern, operation, case))
    }
}

fn names(pattern: &str, operation: &Operation, case: &str) -> bool {
    matches(pattern, case)
        || matches(pattern, &operation.id)
        || matches(pattern, &operation.path)
        || matches(pattern, &format!("{} {}", operation.method, operation.path))
        || operation.tags.iter().any(|tag| matches(pattern, tag))
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
    use super::matches;

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
