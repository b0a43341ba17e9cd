//! `clock`: the host's clock agrees with this machine's.

use crate::contract::instant::SECOND;
use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};

const MOST: i128 = 60 * SECOND;

pub(in crate::judge) const CHECK: Check = Check {
    id: "clock",
    summary: "the host's clock agrees with this machine's",
    meaning: "The Date header of answers is more than a minute away from the clock of this machine. One of the two is wrong; which one cannot be told from here.",
    matters: "Tokens expire early or late, caches keep what is stale, and times in bodies are doubtful.",
    allow: "Behind a proxy the Date may be the proxy's: `-A clock` if its clock does not matter.",
    severity: Severity::Warn,
    scope: Scope::Api,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let skew = view.clock(answer).skew().filter(|skew| skew.abs() > MOST)?;
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    Some(view.observe(
        &CHECK,
        direction,
        format!("the host's clock is {direction} this machine's"),
        ("a Date within 60 s of this machine's clock", super::rule::about(skew)),
        &view.operation.at,
    ))
}
