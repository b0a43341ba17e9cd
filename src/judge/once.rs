//! Valid credentials that were refused once, and accepted before and after.

use super::check::{documented_status, invalid_rejected, valid_accepted};
use super::{About, Observation, Severity};
use crate::contract::Contract;
use crate::plan::Plan;
use std::collections::HashMap;

/// Says so of the cases of these identities, in place of what their status alone seems to say.
pub(crate) fn refused_once(
    contract: &Contract,
    plan: &Plan,
    refused: &HashMap<String, u16>,
    observations: &mut Vec<Observation>,
) {
    let by_status = [valid_accepted::CHECK.id, invalid_rejected::CHECK.id, documented_status::CHECK.id];
    let is_refused = |observation: &Observation| {
        let case = &plan[observation.position];
        refused.contains_key(&case.id) && by_status.contains(&observation.check.id)
    };
    observations.retain(|observation| !is_refused(observation));
    for (position, case) in plan.placed() {
        let Some(status) = refused.get(&case.id) else { continue };
        observations.push(Observation {
            check: &valid_accepted::CHECK,
            position,
            about: About::Operation,
            answer: "refused once".into(),
            detail: String::new(),
            title: "valid credentials were refused once and accepted on the second try".into(),
            expected: "credentials that are accepted before and after are accepted".into(),
            actual: format!("they were refused with status {status}"),
            at: contract.operations[case.operation].at.clone(),
            value: None,
            severity: Severity::Deny,
            leads: false,
        });
    }
}
