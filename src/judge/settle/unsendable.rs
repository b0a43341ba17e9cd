//! Requests that could not be built: nobody was asked, and so nothing was tested.

use super::{Untested, Whole};
use crate::exchange::{FailureKind, Outcome};
use crate::plan::{Gap, Position};
use std::collections::BTreeMap;

/// Marks them, and tells of each operation how many there were and why the first could not be built.
pub(super) fn unsendable(run: &Whole<'_>, untested: &mut Untested) -> Vec<Gap> {
    let mut by_operation: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for (scenario, steps) in run.exchanges.iter().enumerate() {
        for (step, exchange) in steps.iter().enumerate() {
            let Some(Outcome::Failed(failure)) = exchange.as_ref().map(|exchange| &exchange.outcome) else {
                continue;
            };
            if failure.kind == FailureKind::Unsendable {
                let position = Position { scenario, step };
                untested.cases.insert(position);
                let operation = run.case(position).operation;
                by_operation.entry(operation).or_insert((0, &failure.detail)).0 += 1;
            }
        }
    }
    let gap = |(operation, (count, detail)): (usize, (usize, &str))| {
        let operation = &run.contract.operations[operation];
        let what = if count == 1 { "1 request".to_owned() } else { format!("{count} requests") };
        let why = format!("{what} could not be built, and nothing was sent: {detail}");
        Gap { operation: operation.id.clone(), at: operation.at.clone(), why }
    };
    by_operation.into_iter().map(gap).collect()
}
