//! `well-formed-body`: a body is what its media type says.

use crate::contract::model;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;

pub(in crate::judge) const CHECK: Check = Check {
    id: "well-formed-body",
    summary: "a JSON body is well-formed, with no key twice",
    meaning: "The body is not JSON as RFC 8259 has it: it is cut, has something behind its end, holds NaN, is not UTF-8, or an object in it has the same key twice.",
    matters: "Parsers refuse it, or, with a key twice, each takes another value.",
    allow: "Nothing: a body that is not well-formed cannot be checked further.",
    severity: Severity::Deny,
    scope: Scope::Answer,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Some(media) = view.media(answer) else { return Vec::new() };
    let kind = answer.header("content-type").unwrap_or_default();
    if !model::is_json(kind) {
        return Vec::new();
    }
    match view.json(answer) {
        Err(error) => {
            let what = format!("{} {}", answer.status, error.reason);
            let title = "the body is not well-formed JSON";
            vec![view.observe(&CHECK, what, title, ("JSON", error.reason.to_string()), &media.at)]
        }
        Ok(text) => match text.duplicates.first() {
            None if text.lone_surrogates && !sent_half_a_pair(view) => {
                let title = "the body has half a surrogate pair, which is no text";
                let pair = ("whole characters", "an escape such as \\ud800 without its partner");
                vec![view.observe(&CHECK, format!("{} surrogate", answer.status), title, pair, &media.at)]
            }
            None => Vec::new(),
            Some(at) => {
                let title = format!("the body has the key `{at}` twice");
                let pair = ("every key once", format!("`{at}` more than once"));
                vec![view.observe(&CHECK, format!("{} {at}", answer.status), title, pair, &media.at)]
            }
        },
    }
}

fn sent_half_a_pair(view: &View<'_>) -> bool {
    let sent = view.exchange.sent.body.as_deref().and_then(|body| crate::json::read(body).ok());
    sent.is_some_and(|text| text.lone_surrogates)
}
