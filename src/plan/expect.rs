//! From a label to an expectation: which statuses and codes may come.

use super::{Expectation, Label, Place, Verdict, Violation};
use crate::cause::Cause;
use crate::contract::model::{StatusRange, is_about_what_is_asked};
use crate::contract::{Operation, ParameterLocation};

/// What must come of a request with a label.
pub(super) fn expectation(operation: &Operation, label: Label) -> Expectation {
    let Label { verdict, violations, silent, perhaps, fixed: _ } = label;
    let (statuses, codes) = match verdict {
        Verdict::Accept => {
            let mut statuses = documented(operation, 2, |_| true);
            statuses.extend(documented(operation, 3, |_| true));
            (statuses, Vec::new())
        }
        Verdict::Reject => refusal(operation, &violations, &perhaps),
        Verdict::Either => (Vec::new(), Vec::new()),
    };
    Expectation { verdict, statuses, codes, violations, silent }
}

/// What must come of a request that was valid, had its value not been taken before.
pub(super) fn repeated(operation: &Operation, field: &str, at: &str) -> Expectation {
    let violation = Violation {
        cause: Cause::Repeated,
        place: Place::Body(field.to_owned()),
        keyword: None,
        at: at.to_owned(),
    };
    expectation(operation, Label::refused(vec![violation]))
}

/// Whether a contract has an answer for a status of the class 4, by itself or for the whole class.
fn is_documented(operation: &Operation, status: u16) -> bool {
    let mut ranges = operation.responses_of_class(4).map(|response| response.status);
    ranges.any(|range| range != StatusRange::Default && range.contains(status))
}

/// From this many bytes on a host may say that a body is too large, where the contract has that
/// answer without a limit.
const LARGE: usize = 16 << 10;

/// Allows for what a body's size alone may be answered with.
pub(super) fn allow_too_large(operation: &Operation, expectation: &mut Expectation, bytes: usize) {
    const TOO_LARGE: u16 = 413;
    if expectation.verdict == Verdict::Accept && bytes >= LARGE && is_documented(operation, TOO_LARGE) {
        expectation.statuses.push(StatusRange::Code(TOO_LARGE));
    }
}

fn documented(operation: &Operation, class: u16, keep: fn(u16) -> bool) -> Vec<StatusRange> {
    let found = operation.responses_of_class(class).map(|response| response.status);
    found.filter(|status| !matches!(status, StatusRange::Code(code) if !keep(*code))).collect()
}

fn refusal(
    operation: &Operation,
    violations: &[Violation],
    perhaps: &[Violation],
) -> (Vec<StatusRange>, Vec<String>) {
    if violations.iter().all(|violation| violation.cause == Cause::UndeclaredMethod) {
        return (Vec::new(), Vec::new());
    }
    let only = |cause| violations.iter().all(|violation| violation.cause == cause);
    let mut codes: Vec<String> = Vec::new();
    let mut all_known = true;
    for violation in violations.iter().chain(perhaps) {
        let found = codes_for(operation, violation);
        all_known &= !found.is_empty();
        codes.extend(found);
    }
    codes.sort();
    codes.dedup();
    // A host that looks a resource up first may say that there is none.
    let looked_up =
        operation.parameters.iter().any(|parameter| parameter.location == ParameterLocation::Path);
    all_known &= !looked_up || only(Cause::NotFound);
    let stranger = violations.iter().any(|violation| violation.cause == Cause::Unauthenticated);
    all_known &= !stranger || only(Cause::Unauthenticated);
    if all_known && let Some(errors) = &operation.behaviour.errors {
        let mut statuses: Vec<StatusRange> = codes
            .iter()
            .filter_map(|code| errors.catalogue.get(code))
            .map(|entry| StatusRange::Code(entry.status))
            .collect();
        statuses.sort();
        statuses.dedup();
        return (statuses, codes);
    }
    let mut statuses = if only(Cause::Unauthenticated) {
        let (unknown, forbidden) = (StatusRange::Code(401), StatusRange::Code(403));
        let exact = documented(operation, 4, |status| matches!(status, 401 | 403));
        // Which of the two it is for whom is not said where both are documented.
        if exact.contains(&unknown) && !exact.contains(&forbidden) {
            vec![unknown]
        } else if exact.iter().any(|status| [unknown, forbidden].contains(status)) {
            vec![unknown, forbidden]
        } else {
            // Who may not know that there is something may be told so, or sent to log in.
            let elsewhere = documented(operation, 4, |status| status == 404);
            let elsewhere = elsewhere.into_iter().filter(|status| *status == StatusRange::Code(404));
            let login = documented(operation, 3, |status| matches!(status, 301 | 302 | 303 | 307 | 308));
            [unknown, forbidden].into_iter().chain(elsewhere).chain(login).collect()
        }
    } else if only(Cause::NotFound) {
        // Who may not know that there is nothing may be told something else.
        let told = |status| matches!(status, 400 | 403 | 404 | 410);
        documented(operation, 4, told)
    } else {
        // Whoever is let in with a valid request is not unknown with a broken one.
        let mut documented = if operation.names_a_refusal() {
            documented(operation, 4, is_about_what_is_asked)
        } else {
            Vec::new()
        };
        if (stranger || names_somebody(operation, violations)) && !documented.is_empty() {
            documented.extend([StatusRange::Code(401), StatusRange::Code(403)]);
        }
        // What leads to an operation may read its path, and find nothing.
        let in_path = |one: &Violation| matches!(one.place, Place::Path(_));
        if violations.iter().any(in_path) && !documented.is_empty() {
            let unsaid = [400, 404, 422].map(StatusRange::Code).into_iter();
            let unsaid: Vec<_> = unsaid.filter(|status| !documented.contains(status)).collect();
            documented.extend(unsaid);
        }
        documented
    };
    if statuses.is_empty() {
        statuses = vec![StatusRange::Class(4)];
    }
    (statuses, Vec::new())
}

/// Whether a parameter is broken that says who sends a request, by its name.
fn names_somebody(operation: &Operation, violations: &[Violation]) -> bool {
    const WORDS: [&str; 8] =
        ["auth", "token", "api-key", "api_key", "apikey", "session", "secret", "signature"];
    violations.iter().any(|violation| match &violation.place {
        Place::Header(name) | Place::Query(name) | Place::Cookie(name) => {
            let name = name.to_ascii_lowercase();
            operation.parameters.iter().any(|one| one.name.eq_ignore_ascii_case(&name))
                && WORDS.iter().any(|word| name.contains(word))
        }
        _ => false,
    })
}

fn codes_for(operation: &Operation, violation: &Violation) -> Vec<String> {
    let codes = violation.place.codes(&operation.behaviour, violation.cause);
    codes.into_iter().map(str::to_owned).collect()
}
