//! Faults in how an answer is written: media types, headers, bodies that are no JSON.

use super::change::Change;
use super::spoilt::Spoilt;
use super::{Class, Site};
use crate::contract::model::{includes, is_json};

pub(super) fn media_types(site: &mut Site<'_>) {
    for status in with_body(site) {
        let at = site.response_at(status);
        let documented = site.operation.response(status).map(|response| response.content.as_slice());
        let documented = documented.unwrap_or_default();
        let others: Vec<&'static str> = ["text/html", "text/plain", "application/octet-stream"]
            .into_iter()
            .filter(|other| !documented.iter().any(|media| includes(&media.name, other)))
            .collect();
        for other in others {
            let id = format!("media-type/{status}/{}", other.replace('/', "-"));
            let words = format!("a {status} says that it is {other}");
            site.answer(Class::MediaType, (status, &id), &at, words, Change::Media(Some(other)));
        }
        let id = format!("media-type/{status}/missing");
        let words = format!("a {status} does not say what it is");
        site.answer(Class::MediaType, (status, &id), &at, words, Change::Media(None));
    }
}

pub(super) fn headers(site: &mut Site<'_>) {
    let statuses: Vec<u16> = site.given.keys().copied().collect();
    for status in statuses {
        let at = site.response_at(status);
        let names: Vec<_> = site.given[&status]
            .iter()
            .flat_map(|answer| answer.headers.iter().map(|(name, _)| name.clone()))
            .collect();
        for name in names {
            let id = format!("header/{status}/{name}/missing");
            let words = format!("a {status} comes without the header `{name}`");
            site.answer(Class::Header, (status, &id), &at, words, Change::NoHeader(name));
        }
    }
}

pub(super) fn bodies(site: &mut Site<'_>) {
    for status in with_body(site) {
        let at = site.response_at(status);
        for (name, words, spoilt) in [
            ("truncated", "is cut in the middle", Spoilt::Truncated),
            ("empty", "is empty", Spoilt::Empty),
            ("empty-object", "is an empty object", Spoilt::EmptyObject),
            ("text", "is plain text", Spoilt::Text),
            ("page", "is an HTML page", Spoilt::Page),
            ("duplicate-key", "has a key twice", Spoilt::Duplicate),
            ("trailing-garbage", "goes on after its end", Spoilt::Garbage),
            ("nan", "holds NaN", Spoilt::NotANumber),
            ("trailing-comma", "has a comma too many", Spoilt::TrailingComma),
            ("byte-order-mark", "begins with a byte order mark", Spoilt::ByteOrderMark),
        ] {
            let id = format!("body/{status}/{name}");
            let words = format!("the body of a {status} {words}");
            site.answer(Class::Body, (status, &id), &at, words, Change::Bytes(spoilt));
        }
    }
}

pub(super) fn leaks(site: &mut Site<'_>) {
    for status in with_body(site).into_iter().filter(|status| status / 100 == 4) {
        let at = site.response_at(status);
        let id = format!("leak/{status}/stack-trace");
        let words = format!("a {status} shows a stack trace");
        site.answer(Class::Leak, (status, &id), &at, words, Change::Leak);
    }
}

/// The statuses of answers with a JSON body.
fn with_body(site: &Site<'_>) -> Vec<u16> {
    let json = |answer: &crate::host::answer::Answer| {
        let media = answer.media.as_ref().and_then(|media| media.to_str().ok());
        answer.body.is_some() && media.is_some_and(is_json)
    };
    site.given.iter().filter(|(_, answers)| answers.iter().any(json)).map(|(status, _)| *status).collect()
}
