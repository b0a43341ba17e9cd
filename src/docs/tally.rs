//! How much of a reference has been seen to hold: the numbers above it.

use super::model::{Mark, Operation, Reference, Stray};

/// So many statuses, codes or rules with each kind of mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    held: usize,
    warned: usize,
    failed: usize,
    not_tried: usize,
    recorded: usize,
    not_recorded: usize,
}

impl Tally {
    fn of<'m>(marks: impl Iterator<Item = &'m Mark>) -> Tally {
        let mut tally = Tally::default();
        for mark in marks {
            let number = match mark {
                Mark::Held => &mut tally.held,
                Mark::Warned(_) => &mut tally.warned,
                Mark::Failed(_) => &mut tally.failed,
                Mark::NotTried => &mut tally.not_tried,
                Mark::Recorded => &mut tally.recorded,
                Mark::NotRecorded => &mut tally.not_recorded,
            };
            *number += 1;
        }
        tally
    }

    fn words(self) -> Option<String> {
        let Tally { held, warned, failed, not_tried, recorded, not_recorded } = self;
        if recorded + not_recorded > 0 {
            return Some(format!("{recorded} recorded, {not_recorded} not recorded"));
        }
        if held + warned + failed + not_tried == 0 {
            return None;
        }
        let warned = if warned > 0 { format!("{warned} warned, ") } else { String::new() };
        Some(format!("{held} held, {warned}{failed} failed, {not_tried} not tried"))
    }
}

/// One line each for statuses, codes, rules, and what came and is not documented.
pub(super) fn lines(reference: &Reference) -> Vec<String> {
    let operations: Vec<&Operation> = reference.operations().collect();
    let all = || operations.iter().copied();
    let tallies = [
        ("Statuses", Tally::of(all().flat_map(|one| &one.responses).filter_map(|one| one.mark.as_ref()))),
        ("Error codes", Tally::of(all().flat_map(|one| &one.errors).filter_map(|one| one.mark.as_ref()))),
        ("Rules", Tally::of(all().flat_map(|one| &one.promises).filter_map(|one| one.mark.as_ref()))),
    ];
    let mut lines: Vec<String> =
        tallies.iter().filter_map(|(what, tally)| Some(format!("{what}: {}.", tally.words()?))).collect();
    let statuses: usize = all().map(|one| one.undocumented.len()).sum();
    let unknown: usize = all().map(|one| one.unknown_codes.len()).sum();
    let elsewhere: usize = all().flat_map(|one| &one.errors).filter(|one| !one.elsewhere.is_empty()).count();
    let strays = [
        (statuses, "status came that is not documented", "statuses came that are not documented"),
        (unknown, "code came that is not in the catalogue", "codes came that are not in the catalogue"),
        (
            elsewhere,
            "code came with another status than its own",
            "codes came with another status than their own",
        ),
    ];
    for (number, one, more) in strays {
        if number > 0 {
            lines.push(format!("{number} {}.", if number == 1 { one } else { more }));
        }
    }
    lines
}

/// What a run found, in one sentence.
pub(super) fn outcome(broken: usize, warned: usize) -> String {
    let warnings = match warned {
        0 => String::new(),
        1 => ", and 1 warning".to_owned(),
        more => format!(", and {more} warnings"),
    };
    match broken {
        0 => format!("Nothing that was tried breaks the contract{warnings}."),
        1 => format!("1 finding breaks the contract{warnings}: what failed is not as this reference says."),
        more => {
            format!(
                "{more} findings break the contract{warnings}: what failed is not as this reference says."
            )
        }
    }
}

/// What came, how often: `came with 409 ×13`.
pub(super) fn came_with(stray: &Stray) -> String {
    format!("came with {} ×{}", stray.status, stray.times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_names_what_was_not_tried_also_where_nothing_failed() {
        let words = |marks: &[Mark]| Tally::of(marks.iter()).words();
        assert_eq!(words(&[]), None);
        assert_eq!(
            words(&[Mark::Held, Mark::NotTried, Mark::NotTried]).as_deref(),
            Some("1 held, 0 failed, 2 not tried")
        );
        assert_eq!(words(&[Mark::Recorded]).as_deref(), Some("1 recorded, 0 not recorded"));
    }
}
