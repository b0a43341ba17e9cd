//! What a host answers to every path, whether it knows it or not, is no operation of it.

use super::Observation;
use super::check::{allow_header, undeclared_method};
use super::shape::Shape;
use crate::contract::model::essence;
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Node};
use serde_json::Value;
use std::collections::BTreeSet;

/// Takes away what was held against undeclared methods where the same came for a path that the run
/// made up: the page of an application that is sent for everything, or a gateway's one answer.
///
/// `made_up` is what came for that path. `answer` gives the answer of a step of a scenario, by
/// their indexes, as an [`Observation`] has them.
pub fn unknown_path<'a>(
    observations: &mut Vec<Observation>,
    made_up: &Answer,
    answer: impl Fn(usize, usize) -> Option<&'a Answer>,
) {
    observations.retain(|one| {
        let came = is_about_methods(one).then(|| answer(one.scenario, one.step)).flatten();
        came.is_none_or(|came| !alike(came, made_up))
    });
}

/// Whether an answer is that of a host, or of what stands before it, to a path that it does not know,
/// given what came for a path that the run made up.
pub fn same_nowhere(came: &Exchange, made_up: &Exchange) -> bool {
    let Some((answer, unknown)) = came.answer().zip(made_up.answer()) else { return false };
    if answer.accepted() || unknown.accepted() {
        // Who sends a page to whoever reads mostly lets nobody write.
        return is_page(unknown) && (answer.status == 405 || (is_page(answer) && alike(answer, unknown)));
    }
    // A path that begins like one of the API can be known to have other methods.
    if answer.status == 405 {
        return unknown.status == 404;
    }
    let shape = |exchange: &Exchange, answer: &Answer| {
        let shape = Shape::of(answer, &exchange.sent);
        let method = exchange.sent.head.method.to_lowercase();
        (shape.form, shape.words.split(' ').filter(|word| *word != method).collect::<Vec<_>>().join(" "))
    };
    unknown.status == 404 && alike(answer, unknown) && shape(came, answer) == shape(made_up, unknown)
}

/// Whether an answer is a page for people.
pub fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").map(essence).as_deref().is_some_and(page)
}

/// Whether an observation is about a method that no operation declares.
pub fn is_about_methods(one: &Observation) -> bool {
    [undeclared_method::CHECK.id, allow_header::CHECK.id].contains(&one.check.id)
}

/// Whether two answers are the same but for what a page or a message tells of its path. An answer
/// without a body is that to HEAD.
fn alike(came: &Answer, made_up: &Answer) -> bool {
    let kind = |answer: &Answer| answer.header("content-type").map(essence);
    let taken_for_page = |kind: Option<String>| kind.as_deref().is_some_and(page);
    came.status == made_up.status
        && kind(came) == kind(made_up)
        && (!came.accepted()
            || came.body.is_empty()
            || came.body == made_up.body
            || same_members(came, made_up)
            || taken_for_page(kind(came)))
}

fn page(kind: &str) -> bool {
    matches!(kind, "text/html" | "application/xhtml+xml")
}

/// Whether two answers are JSON objects with the same members, whatever they hold.
fn same_members(one: &Answer, other: &Answer) -> bool {
    let names = |answer: &Answer| match json::read(&answer.body).map(|text| Node::to_value(&text.root)) {
        Ok(Value::Object(members)) if !members.is_empty() => {
            Some(members.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>())
        }
        _ => None,
    };
    names(one).is_some_and(|names_of_one| names(other).is_some_and(|other| names_of_one == other))
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
            scenario: 3,
            step,
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
        unknown_path(&mut observations, made_up, |scenario, step| {
            assert_eq!((scenario, step), (3, 5));
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
        unknown_path(&mut observations, &page, |_, _| Some(&page));
        assert_eq!(observations.len(), CHECKS.len() - 2);
        assert!(
            observations.iter().all(|one| !one.check.id.contains("method") && one.check.id != "allow-header")
        );
    }
}
