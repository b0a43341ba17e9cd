//! What a run found to be wrong, in Markdown.

use super::write::{line, paragraph, point};
use crate::docs::model::{Failure, Operation, Reference};
use crate::docs::words::code;

/// Where it is told, operation by operation.
pub(super) fn index(reference: &Reference) -> Option<String> {
    let each = reference.operations().filter_map(|operation| {
        let failures = operation.failures.as_ref()?;
        let (title, file, number) = (line(&operation.title), &operation.anchor, failures.each.len());
        Some(format!("[{title}]({file}.md#{}) ({number})", failures.anchor))
    });
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| format!("What is wrong: {}.", each.join(", ")))
}

/// All of an operation.
pub(super) fn failures(out: &mut String, operation: &Operation) {
    let Some(failures) = &operation.failures else { return };
    out.push_str(&format!("\n<a id=\"{}\"></a>\n\n## What is wrong\n", failures.anchor));
    paragraph(out, "What the run found that is not as the contract says.");
    for failure in &failures.each {
        failure_of(out, failure);
    }
}

fn failure_of(out: &mut String, failure: &Failure) {
    let kind = if failure.warning { " (warning)" } else { "" };
    out.push_str(&format!("\n<a id=\"{}\"></a>\n\n### {}{kind}\n\n", failure.anchor, line(&failure.check)));
    let cases = if failure.count == 1 { "1 case".to_owned() } else { format!("{} cases", failure.count) };
    let points = [
        ("What", line(&failure.title)),
        ("Expected", code(&failure.expected)),
        ("Actual", code(&failure.actual)),
        ("The host said", failure.said.as_deref().map(code).unwrap_or_default()),
        ("Shown by", format!("{cases}, first {}", code(&failure.case))),
        ("Contract", code(&failure.at)),
        ("Meaning", code(&format!("probity explain {}", failure.check))),
    ];
    for (name, text) in points.into_iter().filter(|(_, text)| !text.is_empty()) {
        point(out, &format!("{name}: {text}"));
    }
}
