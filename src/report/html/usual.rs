//! What the exchanges of an operation have in common: told once, so that each case shows what is its own.

use super::super::model::Case;
use crate::exchange::Headers;
use std::collections::HashMap;

/// What these headers say of a case that passed is only when it was answered, and how long that was.
const SILENT: &[&str] = &["date", "content-length"];

/// A name and a value.
type Header<'h> = (&'h str, &'h str);

/// The headers that more than half of the requests carry, or of the answers.
#[derive(Default)]
pub(super) struct Usual<'r> {
    pub(super) request: Vec<Header<'r>>,
    pub(super) answer: Vec<Header<'r>>,
}

impl<'r> Usual<'r> {
    pub(super) fn of(cases: &[&'r Case]) -> Usual<'r> {
        let requests = cases.iter().filter_map(|case| case.request.as_ref());
        let answers = cases.iter().filter_map(|case| case.outcome.as_ref()).map(|outcome| &outcome.observed);
        Usual {
            request: shared(requests.map(|request| &request.headers)),
            answer: shared(answers.map(|observed| &observed.headers)),
        }
    }
}

fn shared<'r>(all: impl Iterator<Item = &'r Headers>) -> Vec<Header<'r>> {
    let mut times: HashMap<Header<'r>, usize> = HashMap::new();
    let mut order = Vec::new();
    let mut count = 0;
    for headers in all {
        count += 1;
        for header in headers.iter().filter(|(name, _)| !is_silent(name)) {
            let seen = times.entry(header).or_default();
            *seen += 1;
            if *seen == 1 {
                order.push(header);
            }
        }
    }
    order.retain(|header| times[header] * 2 > count);
    order
}

/// The headers of an exchange that are not usual, and the names of usual ones that it lacks.
pub(super) fn own<'h>(headers: &'h Headers, usual: &[Header<'h>]) -> (Vec<Header<'h>>, Vec<&'h str>) {
    let own = headers.iter().filter(|header| !is_silent(header.0) && !usual.contains(header));
    let lacking = usual.iter().map(|(name, _)| *name).filter(|name| headers.get(name).is_none());
    (own.collect(), lacking.collect())
}

fn is_silent(name: &str) -> bool {
    SILENT.iter().any(|silent| name.eq_ignore_ascii_case(silent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_shows_what_others_do_not_have_and_what_it_lacks() {
        let all = [
            Headers::from([("a", "1"), ("b", "2"), ("Date", "now")]),
            [("a", "1"), ("b", "2"), ("date", "later")].into(),
            [("a", "3")].into(),
        ];
        let usual = shared(all.iter());
        assert_eq!(usual, [("a", "1"), ("b", "2")]);
        assert_eq!(own(&all[0], &usual), (vec![], vec![]));
        assert_eq!(own(&all[2], &usual), (vec![("a", "3")], vec!["b"]));
    }
}
