//! `--fail-on`: what lets a run fail although nothing that was seen is denied.

use super::arguments::FailOn;
use crate::record::Shortfall;
use crate::text::count;

/// Why a run fails that would hold otherwise, a line for each reason.
pub(super) fn reasons(short: &Shortfall, wanted: &[FailOn]) -> Vec<String> {
    let each = [FailOn::Warnings, FailOn::Gaps, FailOn::Untested].into_iter();
    let asked = each.filter(|one| wanted.contains(one));
    asked.filter_map(|one| Some(format!("--fail-on {}: {}", one.name(), words(short, one)?))).collect()
}

/// What of a kind there is, in words; nothing if there is none.
fn words(short: &Shortfall, kind: FailOn) -> Option<String> {
    let untestable = (short.untestable, "operation not testable", "operations not testable");
    let parts = match kind {
        FailOn::Warnings => vec![(short.warnings, "warning", "warnings")],
        FailOn::Gaps => vec![(short.gaps, "gap", "gaps"), untestable],
        FailOn::Untested => vec![
            untestable,
            (
                short.never_accepted,
                "operation of which nothing was accepted",
                "operations of which nothing was accepted",
            ),
            (
                short.unproven,
                "case that was sent and proves nothing",
                "cases that were sent and prove nothing",
            ),
            (short.unsent, "case not sent", "cases not sent"),
        ],
    };
    let some = parts.into_iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = some.map(|(number, one, many)| count(number, one, many)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
