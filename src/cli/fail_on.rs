//! What lets a run fail although nothing that was seen is denied.

use super::arguments::FailOn;
use crate::judge::Severity;
use crate::plan::{self, Wishes};
use crate::report::Subject;
use crate::text::count;

/// Why a run fails that would hold otherwise, a line for each reason.
pub(super) fn reasons(subject: &Subject<'_>, wanted: &[FailOn]) -> Vec<String> {
    let each = [FailOn::Warnings, FailOn::Gaps, FailOn::Untested].into_iter();
    let asked = each.filter(|one| wanted.contains(one));
    asked.filter_map(|one| Some(format!("--fail-on {}: {}", one.name(), seen(subject, one)?))).collect()
}

/// What of a kind there is, in words; nothing if there is none.
fn seen(subject: &Subject<'_>, kind: FailOn) -> Option<String> {
    let parts = match kind {
        FailOn::Warnings => vec![warnings(subject)],
        FailOn::Gaps => vec![gaps(subject), untestable(subject)],
        FailOn::Untested => {
            vec![untestable(subject), nothing_accepted(subject), unproven(subject), unsent(subject)]
        }
    };
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn warnings(subject: &Subject<'_>) -> Option<String> {
    let of = subject.findings.iter().filter(|finding| finding.severity == Severity::Warn);
    some(of.count(), "warning", "warnings")
}

fn gaps(subject: &Subject<'_>) -> Option<String> {
    some(subject.plan.gaps.len() + subject.run.gaps.len(), "gap", "gaps")
}

fn untestable(subject: &Subject<'_>) -> Option<String> {
    some(subject.contract.untestable.len(), "operation not testable", "operations not testable")
}

fn nothing_accepted(subject: &Subject<'_>) -> Option<String> {
    let of = subject.run.untested.operations.len();
    some(of, "operation of which nothing was accepted", "operations of which nothing was accepted")
}

fn unproven(subject: &Subject<'_>) -> Option<String> {
    let of = subject.run.untested.cases.len();
    some(of, "case that was sent and proves nothing", "cases that were sent and prove nothing")
}

fn unsent(subject: &Subject<'_>) -> Option<String> {
    let of = whole(subject).saturating_sub(subject.run.sent());
    some(of, "case not sent", "cases not sent")
}

/// How many cases there would be without a limit.
fn whole(subject: &Subject<'_>) -> usize {
    let planned = subject.plan.len();
    if subject.plan.wishes.max_requests.is_none() {
        return planned;
    }
    let wishes = Wishes { max_requests: None, ..subject.plan.wishes.clone() };
    plan::plan(subject.contract, &wishes).map_or(planned, |whole| whole.len().max(planned))
}

fn some(number: usize, one: &str, many: &str) -> Option<String> {
    (number > 0).then(|| count(number, one, many))
}
