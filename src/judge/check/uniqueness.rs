//! `uniqueness`: a value that must be unique is not taken twice.

use crate::exchange::{Answer, Exchange};
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "uniqueness",
    summary: "a value that must be unique is not accepted twice",
    meaning: "The contract says that the values of a field are unique. The host accepted a value, and later in the same scenario accepted it again; or of equal creates that came at once it accepted several, or none.",
    matters: "Two resources share what should tell them apart; later updates and look-ups hit the wrong one.",
    allow: "If values may repeat, remove the field from `unique` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

/// What tells that of equal creates none was taken.
pub(in crate::judge) const NONE: &str = "none at once";

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    if !answer.accepted() {
        return None;
    }
    let violation = view.case.expectation.violations.first()?;
    let scenario = view.case.id.rsplit('/').next().unwrap_or_default();
    let codes = view.case.expectation.codes.join(" or ");
    let expected = if codes.is_empty() {
        view.expected_statuses()
    } else {
        format!("{} with code {codes}", view.expected_statuses())
    };
    Some(view.observe(
        &CHECK,
        format!("{} {scenario}", answer.status),
        format!("{} was accepted twice ({})", violation.place, scenario.replace('-', " ")),
        (expected, view.answer_words(answer)),
        &violation.at,
    ))
}

/// Of equal creates that came at once, exactly one is accepted; none, where the contract is silent
/// about the value itself.
pub(in crate::judge) fn at_once(view: &View<'_>, exchanges: &[Option<Exchange>]) -> Option<Observation> {
    let accepted = exchanges.iter().flatten().filter(|exchange| exchange.accepted()).count();
    // Without an answer it may have been carried out, and a postponed one was not looked at.
    let decided = |exchange: &Exchange| {
        exchange.answer().is_some_and(|answer| answer.status < 500 && answer.status != 429)
    };
    let all_decided = exchanges.iter().all(|exchange| exchange.as_ref().is_some_and(decided));
    let violation = view.case.expectation.violations.first()?;
    let clearly_valid = view.case.expectation.silent.is_empty();
    let (kind, actual) = match accepted {
        0 if all_decided && clearly_valid => (NONE, "none was accepted"),
        0 | 1 => return None,
        _ => ("several at once", "more than one was accepted"),
    };
    Some(view.observe(
        &CHECK,
        kind,
        format!("of equal creates at once, {actual}"),
        (format!("one of {} is accepted", exchanges.len()), actual),
        &violation.at,
    ))
}
