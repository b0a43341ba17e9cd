//! Resources that could not be had: what needs them goes on without.

use super::came::Came;
use super::follow::{self, Unfilled};
use super::runner::{Course, Runner};
use crate::plan::{self, Case, Gap, Labeller, Plan};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Why operations lack what others should give them, by taker and giver.
type Lacking = BTreeMap<(usize, usize), Vec<String>>;

impl Runner<'_> {
    /// Leaves what was asked for by these scenarios out of all that is still to be sent, where it could
    /// not be had, and tells so.
    pub(super) fn do_without(&self, course: &mut Course, supplies: &[usize]) {
        let plan = Arc::clone(&course.plan);
        let failed = failed(&plan, course, supplies);
        let (mut lacking, mut without) = (Lacking::new(), Vec::new());
        let open = plan.scenarios.iter().enumerate().filter(|(index, _)| course.came[*index].is_none());
        for (index, scenario) in open {
            let lacks: Vec<_> = scenario.cases.iter().flat_map(|case| self.lacks(case, &failed)).collect();
            without.extend((!lacks.is_empty()).then_some(index));
            for (pair, why) in lacks {
                let told = lacking.entry(pair).or_default();
                if !told.contains(&why) {
                    told.push(why);
                }
            }
        }
        if without.is_empty() {
            return;
        }
        for ((taker, giver), whys) in lacking {
            let (taker, giver) = (&self.contract.operations[taker], &self.contract.operations[giver]);
            let why =
                format!("no resource of the run's own could be had: `{}` {}", giver.id, whys.join(", "));
            self.sender.told(Gap { operation: taker.id.clone(), at: taker.at.clone(), why });
        }
        let (plan, lost) = plan::unsupplied(&Labeller::new(self.contract), &plan, &without);
        for index in lost {
            course.came[index] = Some(plan.scenarios[index].cases.iter().map(|_| None).collect());
        }
        course.plan = Arc::new(plan);
    }

    /// What a case lacks of what others should give it, and why.
    fn lacks(&self, case: &Case, failed: &HashMap<(usize, &str), String>) -> Vec<((usize, usize), String)> {
        let Some(needs) = &case.needs else { return Vec::new() };
        let supplies = needs.supplies();
        let supplied = follow::supplied(self.contract, case, needs, &self.sender.supplies);
        // Where a list did not answer, the answer to the create may tell all the same.
        if supplied.is_ok() {
            return Vec::new();
        }
        let unasked = supplies.iter().filter_map(|(giver, key)| {
            let why = failed.get(&(*giver, key.as_str()))?;
            Some(((case.operation, *giver), why.clone()))
        });
        let lacks: Vec<_> = unasked.collect();
        if !lacks.is_empty() {
            return lacks;
        }
        match (supplied, supplies.first()) {
            (Err(Unfilled::Lacking(at)), Some((giver, _))) => {
                vec![((case.operation, *giver), format!("answered nothing that fits at {at}"))]
            }
            _ => Vec::new(),
        }
    }
}

/// The scenarios that supply nothing, by operation and key of the case, with what came of them.
fn failed<'p>(plan: &'p Plan, course: &Course, supplies: &[usize]) -> HashMap<(usize, &'p str), String> {
    let failed = supplies.iter().filter_map(|index| {
        let case = &plan.scenarios[*index].cases[0];
        let came = |step: usize| course.came[*index].as_ref().and_then(|came| came.get(step)?.as_ref());
        let mut steps = 0..plan.scenarios[*index].cases.len();
        let lost = steps.find(|step| !came(*step).is_some_and(Came::accepted))?;
        let why = match came(lost).map(|came| came.status) {
            None => "was not sent".to_owned(),
            Some(None) => "did not answer".to_owned(),
            Some(Some(status)) => format!("answered {status}"),
        };
        let why = if lost == 0 { why } else { format!("answered, and the list of what it made {why}") };
        Some(((case.operation, case.key.as_str()), why))
    });
    failed.collect()
}
