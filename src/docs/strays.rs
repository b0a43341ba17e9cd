//! What came and has no place in the contract: statuses that are not documented, codes that are
//! not in the catalogue, and codes of the catalogue with another status than theirs.

use super::model::{Operation, Stray};
use crate::contract::model as contracted;
use std::collections::BTreeMap;

/// An answer, as far as a reference tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Came {
    /// Its status.
    pub(super) status: u16,
    /// Its business error codes.
    pub(super) codes: Vec<String>,
    /// The anchor of what is wrong with it, if something is.
    pub(super) failure: Option<String>,
}

/// Puts what came on the page of its operation.
pub(super) fn tell(told: &mut Operation, operation: &contracted::Operation, came: &[Came]) {
    told.undocumented = strays(came.iter().filter(|one| operation.response(one.status).is_none()));
    for error in &mut told.errors {
        let elsewhere = |one: &&Came| one.status != error.status && one.codes.contains(&error.code);
        error.elsewhere = strays(came.iter().filter(elsewhere));
    }
    let mut unknown: Vec<&String> = came.iter().flat_map(|one| &one.codes).collect();
    unknown.retain(|code| told.errors.iter().all(|error| error.code != **code));
    unknown.sort();
    unknown.dedup();
    let each = unknown.into_iter().map(|code| {
        let with = came.iter().filter(|one| one.codes.contains(code));
        (code.clone(), strays(with))
    });
    told.unknown_codes = each.collect();
}

/// By their status.
fn strays<'c>(came: impl Iterator<Item = &'c Came>) -> Vec<Stray> {
    let mut found: BTreeMap<u16, Stray> = BTreeMap::new();
    for one in came {
        let stray = found.entry(one.status).or_insert(Stray { status: one.status, times: 0, failure: None });
        stray.times += 1;
        if stray.failure.is_none() {
            stray.failure.clone_from(&one.failure);
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strays_are_counted_by_their_status_with_the_first_that_is_wrong_about_them() {
        let came = |status: u16, failure: Option<&str>| Came {
            status,
            codes: Vec::new(),
            failure: failure.map(str::to_owned),
        };
        let all = [came(409, None), came(201, None), came(409, Some("a")), came(409, Some("b"))];
        let found = strays(all.iter());
        let conflict = Stray { status: 409, times: 3, failure: Some("a".to_owned()) };
        assert_eq!(found, [Stray { status: 201, times: 1, failure: None }, conflict]);
    }
}
