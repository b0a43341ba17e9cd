//! What the exchanges of an operation have in common: told once, so that each case shows what is its own.

use super::super::model::{Case, Observed};
use std::collections::HashMap;

/// What these headers say of a case that passed is only when it was answered, and how long that was.
const SILENT: &[&str] = &["date", "content-length"];

type Header = (String, String);

/// The headers that more than half of the requests carry, or of the answers.
#[derive(Default)]
pub(super) struct Usual<'r> {
    pub(super) request: Vec<&'r Header>,
    pub(super) answer: Vec<&'r Header>,
}

impl<'r> Usual<'r> {
    pub(super) fn of(cases: &[&'r Case]) -> Usual<'r> {
        let requests = cases.iter().filter_map(|case| case.request.as_ref());
        let answers = cases.iter().filter_map(|case| case.outcome.as_ref()).map(|outcome| &outcome.observed);
        Usual {
            request: shared(requests.map(|request| request.headers.as_slice())),
            answer: shared(answers.map(told)),
        }
    }
}

fn told(observed: &Observed) -> &[Header] {
    &observed.headers
}

fn shared<'r>(all: impl Iterator<Item = &'r [Header]>) -> Vec<&'r Header> {
    let mut times: HashMap<&Header, usize> = HashMap::new();
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
pub(super) fn own<'h>(headers: &'h [Header], usual: &[&'h Header]) -> (Vec<&'h Header>, Vec<&'h str>) {
    let own = headers.iter().filter(|header| !is_silent(&header.0) && !usual.contains(header));
    let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let lacking = usual.iter().map(|(name, _)| name.as_str()).filter(|name| !has(name));
    (own.collect(), lacking.collect())
}

fn is_silent(name: &str) -> bool {
    SILENT.iter().any(|silent| name.eq_ignore_ascii_case(silent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&str, &str)]) -> Vec<Header> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_exchange_shows_what_others_do_not_have_and_what_it_lacks() {
        let all = [
            headers(&[("a", "1"), ("b", "2"), ("Date", "now")]),
            headers(&[("a", "1"), ("b", "2"), ("date", "later")]),
            headers(&[("a", "3")]),
        ];
        let usual = shared(all.iter().map(Vec::as_slice));
        assert_eq!(usual, [&("a".to_owned(), "1".to_owned()), &("b".to_owned(), "2".to_owned())]);
        assert_eq!(own(&all[0], &usual), (vec![], vec![]));
        assert_eq!(own(&all[2], &usual), (vec![&("a".to_owned(), "3".to_owned())], vec!["b"]));
    }
}
