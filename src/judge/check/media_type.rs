//! `media-type`: a body has a documented media type.

use crate::contract::MediaType;
use crate::contract::model::includes;
use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::wire::sequence::parameter;

pub(in crate::judge) const CHECK: Check = Check {
    id: "media-type",
    summary: "a body has a documented media type",
    meaning: "The answer has no Content-Type, or one that the contract does not list for its status, or no body where one is documented, or another charset than every media type that is listed with one.",
    matters: "Clients choose how to read a body by its media type; HTML where JSON was promised is an error page that somebody else made.",
    allow: "List the media type under `content` of the response, or leave `content` out where nothing is promised.",
    severity: Severity::Deny,
    scope: Scope::Contract,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Some(documented) = view.documented(answer).filter(|response| !response.content.is_empty()) else {
        return Vec::new();
    };
    if let Some(media) = view.media(answer) {
        return other_charset(view, answer, media).into_iter().collect();
    }
    let names: Vec<&str> = documented.content.iter().map(|media| media.name.as_str()).collect();
    let kind = answer.header("content-type");
    let (what, title) = match (answer.body.is_empty(), kind) {
        (true, _) => ("empty".into(), "the answer has no body".into()),
        (false, None) => ("none".into(), "the answer has a body without a media type".into()),
        (false, Some(kind)) => {
            let essence = crate::contract::model::essence(kind);
            let title = format!("the answer has the media type {essence:?}");
            (essence, title)
        }
    };
    let actual = kind.map_or("no Content-Type".to_owned(), |kind| format!("Content-Type: {kind}"));
    let at = format!("{}/content", documented.at);
    vec![view.observe(&CHECK, what, title, (names.join(" or "), actual), &at)]
}

/// The charset of an answer, where the contract says which it has and it is another.
fn other_charset(view: &View<'_>, answer: &Answer, media: &MediaType) -> Option<Observation> {
    let own = answer.header("content-type")?;
    let charset = |kind: &str| parameter(kind, "charset").map(|name| name.to_ascii_lowercase());
    let came = charset(own)?;
    let documented = &view.documented(answer)?.content;
    let fitting = documented.iter().filter(|media| includes(&media.name, own));
    let wanted: Option<Vec<String>> = fitting.map(|media| charset(&media.name)).collect();
    let wanted = wanted.filter(|wanted| !wanted.is_empty() && !wanted.contains(&came))?;
    let expected = format!("charset={}", wanted.join(" or "));
    let title = format!("the answer has the charset {came:?}");
    Some(view.observe(
        &CHECK,
        format!("charset {came}"),
        title,
        (expected, format!("Content-Type: {own}")),
        &media.at,
    ))
}
