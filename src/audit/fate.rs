//! What became of faults, and how many of them.

use super::Audit;
use crate::host::fault::{Class, Fault};
use crate::judge::SNAPSHOT;
use indexmap::IndexMap;

/// A fault and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The fault.
    pub fault: Fault,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A finding is denied.
    Caught {
        /// The checks of the first findings.
        by: Vec<&'static str>,
        /// The first case that shows it.
        case: String,
        /// How many requests of the plan it takes to get there.
        requests: usize,
    },
    /// No check finds anything, but snapshots of the correct host's behaviour show it.
    Pinned {
        /// The first case that shows it.
        case: String,
        /// How many requests of the plan it takes to get there.
        requests: usize,
        /// What the contract does not say.
        reason: String,
    },
    /// There are only warnings that the correct host does not get.
    Warned {
        /// Their checks.
        by: Vec<&'static str>,
    },
    /// Answers are wrong, and nothing was found.
    Survived {
        /// Why.
        reason: String,
    },
    /// Nothing that any request of the plan could see was otherwise.
    Unseen,
}

/// How many faults there are, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Those that were planted.
    pub planted: usize,
    /// Those that made a difference.
    pub seen: usize,
    /// Those that the contract's checks caught.
    pub caught: usize,
    /// Those beside them that only snapshots show.
    pub pinned: usize,
    /// Those that gave a warning.
    pub warned: usize,
    /// The checks that caught them, and how many each.
    pub by: IndexMap<&'static str, usize>,
}

/// How many faults are caught with so many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// The requests.
    pub requests: usize,
    /// The faults.
    pub caught: usize,
}

impl Tally {
    fn add(&mut self, fate: &Fate) {
        self.planted += 1;
        self.seen += usize::from(*fate != Fate::Unseen);
        match fate {
            Fate::Caught { by, .. } => {
                self.caught += 1;
                for check in by {
                    *self.by.entry(check).or_default() += 1;
                }
            }
            Fate::Pinned { .. } => {
                self.pinned += 1;
                *self.by.entry(SNAPSHOT.id).or_default() += 1;
            }
            Fate::Warned { .. } => self.warned += 1,
            Fate::Survived { .. } | Fate::Unseen => {}
        }
    }

    /// The share of the faults that made a difference and were caught, in percent.
    pub fn percent_caught(&self) -> f64 {
        percent(self.caught, self.seen)
    }

    /// The same with those that are pinned.
    pub fn percent(&self) -> f64 {
        percent(self.caught + self.pinned, self.seen)
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

impl Audit {
    /// All faults together.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.trials.iter().for_each(|trial| tally.add(&trial.fate));
        tally
    }

    /// The faults of each class that has any.
    pub fn by_class(&self) -> Vec<(Class, Tally)> {
        let mut tallies: Vec<(Class, Tally)> =
            Class::ALL.iter().map(|class| (*class, Tally::default())).collect();
        for trial in &self.trials {
            if let Some((_, tally)) = tallies.iter_mut().find(|(class, _)| *class == trial.fault.class) {
                tally.add(&trial.fate);
            }
        }
        tallies.retain(|(_, tally)| tally.planted > 0);
        tallies
    }

    /// How many faults are caught or pinned with the first requests of the plan.
    pub fn curve(&self) -> Vec<Curve> {
        let steps = [25, 50, 100, 200].into_iter().filter(|step| *step < self.requests);
        let within = |most: usize| {
            let caught = |trial: &&Trial| {
                let (Fate::Caught { requests, .. } | Fate::Pinned { requests, .. }) = trial.fate else {
                    return false;
                };
                requests <= most
            };
            Curve { requests: most, caught: self.trials.iter().filter(caught).count() }
        };
        steps.chain([self.requests]).map(within).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_made_a_difference_counts() {
        let caught = |requests| Fate::Caught { by: vec!["rule"], case: "case".into(), requests };
        let mut tally = Tally::default();
        for fate in [
            caught(1),
            caught(9),
            Fate::Unseen,
            Fate::Survived { reason: "why".into() },
            Fate::Pinned { case: "case".into(), requests: 3, reason: "why".into() },
            Fate::Warned { by: vec!["allow-header"] },
        ] {
            tally.add(&fate);
        }
        assert_eq!((tally.planted, tally.seen, tally.caught), (6, 5, 2));
        assert_eq!((tally.pinned, tally.warned), (1, 1));
        assert!((tally.percent() - 60.0).abs() < f64::EPSILON);
        assert_eq!(tally.by["rule"], 2);
    }
}
