//! What of a plan is about operations that are served where the target does not tell.

use crate::contract::Contract;
use crate::plan::{Gap, Plan};
use crate::run::Served;

/// Takes out of a plan what would be sent to the wrong place.
pub(super) fn leave_out_elsewhere(contract: &Contract, plan: &mut Plan, served: &[Served]) {
    let is_near = |operation: usize| !matches!(served.get(operation), Some(Served::Elsewhere(_)));
    plan.scenarios.retain(|scenario| scenario.cases.iter().all(|case| is_near(case.operation)));
    let each = contract.operations.iter().zip(served);
    plan.gaps.extend(each.filter_map(|(operation, served)| match served {
        Served::Elsewhere(why) => Some(Gap {
            operation: operation.id.clone(),
            at: operation.at.clone(),
            why: format!("not tested: {why}"),
        }),
        Served::At(_) => None,
    }));
}
