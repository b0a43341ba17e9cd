//! What a host answers to every path, whether it knows it or not, is no operation of it.

use super::Observation;
use super::check::{allow_header, undeclared_method};
use crate::exchange::Answer;
use crate::exchange::unknown_path::alike;
use crate::plan::Position;

/// Takes away what was held against undeclared methods where the same came for a path that the run
/// made up: the page of an application that is sent for everything, or a gateway's one answer.
///
/// `made_up` is what came for that path. `answer` gives the answer to a case.
pub fn unknown_path<'a>(
    observations: &mut Vec<Observation>,
    made_up: &Answer,
    answer: impl Fn(Position) -> Option<&'a Answer>,
) {
    observations.retain(|one| {
        let came = is_about_methods(one).then(|| answer(one.position)).flatten();
        came.is_none_or(|came| !alike(came, made_up))
    });
}

/// Whether an observation is about a method that no operation declares.
pub fn is_about_methods(one: &Observation) -> bool {
    [undeclared_method::CHECK.id, allow_header::CHECK.id].contains(&one.check.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{About, CHECKS, Check, check};
    use bytes::Bytes;

    fn answer(status: u16, kind: &'static str, body: &'static str) -> Answer {
        Answer { status, headers: [("content-type", kind)].into(), body: Bytes::from_static(body.as_bytes()) }
    }

    fn observed(check: &'static Check, step: usize) -> Observation {
        Observation {
            check,
            position: Position { scenario: 3, step },
            answer: String::new(),
            title: String::new(),
            expected: String::new(),
            actual: String::new(),
            at: String::new(),
            about: About::Api,
            detail: String::new(),
            value: None,
            severity: check.severity,
            leads: false,
        }
    }

    /// Whether an answer to an undeclared method is still held against a host that answered a
    /// path that does not exist so.
    fn is_held(came: &Answer, made_up: &Answer) -> bool {
        let mut observations = vec![observed(check("undeclared-method").unwrap(), 5)];
        unknown_path(&mut observations, made_up, |position| {
            assert_eq!(position, Position { scenario: 3, step: 5 });
            Some(came)
        });
        observations.len() == 1
    }

    #[test]
    fn what_comes_for_every_path_is_not_held_against_a_method() {
        let page = answer(200, "text/html; charset=utf-8", "<title>App</title>");
        for (came, made_up) in [
            (&page, &answer(200, "text/html", "<title>Other</title>")),
            (&answer(200, "text/html", ""), &page),
            (&answer(405, "text/plain", "GET /a"), &answer(405, "text/plain", "GET /b")),
            (&answer(200, "application/json", "{}"), &answer(200, "application/json", "{}")),
            (
                &answer(200, "application/json", "{\"path\": \"/a\", \"at\": 1}"),
                &answer(200, "application/json", "{\"path\": \"/b\", \"at\": 2}"),
            ),
        ] {
            assert!(!is_held(came, made_up), "{came:?} {made_up:?}");
        }
    }

    #[test]
    fn what_comes_for_this_path_alone_is_held_against_it() {
        let page = answer(200, "text/html", "<title>App</title>");
        for (came, made_up) in [
            (&answer(200, "application/json", "{\"a\": 1}"), &page),
            (&answer(200, "application/json", "{\"a\": 1}"), &answer(200, "application/json", "{\"b\": 1}")),
            (&page, &answer(404, "text/html", "<title>App</title>")),
            (&answer(201, "text/html", ""), &page),
        ] {
            assert!(is_held(came, made_up), "{came:?} {made_up:?}");
        }
    }

    #[test]
    fn only_what_is_about_methods_is_taken_away() {
        let page = answer(200, "text/html", "<title>App</title>");
        let mut observations: Vec<Observation> = CHECKS.iter().map(|check| observed(check, 0)).collect();
        unknown_path(&mut observations, &page, |_| Some(&page));
        assert_eq!(observations.len(), CHECKS.len() - 2);
        assert!(
            observations.iter().all(|one| !one.check.id.contains("method") && one.check.id != "allow-header")
        );
    }
}
