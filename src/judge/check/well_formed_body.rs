//! `well-formed-body`: a body is what its media type says.

use super::items;
use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::wire::sequence::parameter;

pub(in crate::judge) const CHECK: Check = Check {
    id: "well-formed-body",
    summary: "a body is well-formed JSON or XML, with no key twice",
    meaning: "The body is not JSON as RFC 8259 has it: it is cut, has something behind its end, holds NaN, is not UTF-8, or an object in it has the same key twice; or it is not well-formed XML, or holds bytes that the charset in its Content-Type does not have.",
    matters: "Parsers refuse it, or, with a key twice, each takes another value.",
    allow: "Nothing: a body that is not well-formed cannot be checked further.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    if let Some(media) = view.media(answer).filter(|_| view.item_schema(answer).is_some()) {
        return items::malformed(view, answer, &CHECK, media).into_iter().collect();
    }
    if let (Some(Err(malformed)), Some(media)) = (view.content(answer), view.media(answer)) {
        let what = format!("{} {malformed}", answer.status);
        let title = format!("the body is not what its media type says: {malformed}");
        return vec![view.observe(
            &CHECK,
            what,
            title,
            (media.name.as_str(), malformed.to_string()),
            &media.at,
        )];
    }
    let Some(media) = view.json_media(answer) else {
        return other_bytes(view, answer).into_iter().collect();
    };
    match view.json(answer) {
        Err(error) => {
            let what = format!("{} {}", answer.status, error.reason);
            let title = "the body is not well-formed JSON";
            vec![view.observe(&CHECK, what, title, ("JSON", error.reason.to_string()), &media.at)]
        }
        Ok(text) => match text.duplicates.first() {
            None if text.lone_surrogates && !halves(&answer.body).iter().all(|half| view.was_sent(half)) => {
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

/// Bytes that the charset of a text does not have.
fn other_bytes(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let (media, kind) = (view.media(answer)?, answer.header("content-type")?);
    let charset = parameter(kind, "charset")?.to_ascii_lowercase();
    let is_right = match charset.as_str() {
        "utf-8" | "utf8" => std::str::from_utf8(&answer.body).is_ok(),
        "us-ascii" => answer.body.is_ascii(),
        _ => true,
    };
    (!is_right).then(|| {
        let what = format!("{} charset {charset}", answer.status);
        let title = "the body has bytes that its charset does not have";
        view.observe(&CHECK, what, title, (format!("text in {charset}"), "other bytes"), &media.at)
    })
}

/// The escapes of surrogates that have no partner, in small letters: what was sent so may be kept,
/// and said so.
fn halves(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let escapes = text.match_indices("\\ud").filter_map(|(at, _)| Some((at, text.get(at..at + 6)?)));
    let mut halves = Vec::new();
    let mut high: Option<(usize, &str)> = None;
    for (at, escape) in escapes {
        let is_high = matches!(escape.as_bytes()[3], b'8'..=b'b');
        match high.take() {
            Some((before, _)) if !is_high && before + escape.len() == at => continue,
            other => halves.extend(other.map(|(_, lone)| lone.to_owned())),
        }
        if is_high {
            high = Some((at, escape));
        } else {
            halves.push(escape.to_owned());
        }
    }
    halves.extend(high.map(|(_, lone)| lone.to_owned()));
    halves
}
