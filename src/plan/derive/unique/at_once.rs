//! Equal creates at the same moment, of which exactly one may win.

use super::{Scene, Step};
use crate::plan::{Expectation, Verdict};

impl Scene<'_, '_> {
    /// A host that looks first and stores 20 ms later lets two through nearly always when eight
    /// arrive together; five rounds leave little to chance where the network scatters them.
    pub(super) fn at_once(&mut self) {
        let rounds = [
            (3, "two-at-once", 2),
            (8, "eight-at-once", 8),
            (9, "two-at-once-again", 2),
            (10, "eight-at-once-again", 8),
            (11, "two-at-once-once-more", 2),
        ];
        for (worth, name, count) in rounds {
            let value = self.value(name);
            let label = self.label(&value);
            if label.verdict == Verdict::Reject {
                return;
            }
            // Where the contract is silent about the value itself, all may be refused.
            let silent = label.silent;
            let expectation = Expectation { verdict: Verdict::Either, silent, ..self.all_repeated() };
            let words = format!("one of {count} equal creates at once");
            let step = || Step::new("together", value.clone(), &*words).expecting(expectation.clone());
            let mut steps: Vec<Step> = (0..count).map(|_| step()).collect();
            steps.push(self.again(name, &value));
            self.together(worth, name, count, steps);
        }
    }
}
