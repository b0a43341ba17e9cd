//! `valid-accepted`: what the contract allows is taken.

use crate::contract::model::StatusRange;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "valid-accepted",
    summary: "a clearly valid request is accepted",
    meaning: "The request satisfies every schema of the contract and contains nothing about which the contract is silent, yet the host refused it.",
    matters: "A client that follows the contract is turned away. Either the host is wrong, or the contract leaves a rule unsaid.",
    allow: "If the host is right, state the rule in the schema, or mark the place under `silent` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Request,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let redirected = (300..400).contains(&answer.status) && view.documented(answer).is_some();
    let may_conflict = view.case.expectation.statuses.contains(&StatusRange::Code(answer.status));
    if answer.accepted() || redirected || may_conflict {
        return None;
    }
    Some(view.observe(
        &CHECK,
        view.kind(answer),
        format!("a valid request was refused, given {}", view.case.about),
        (view.expected_statuses(), view.answer_words(answer)),
        &view.case.at,
    ))
}
