//! `leaked-internals`: answers say nothing about how the host is built.

mod forms;
mod marks;
#[cfg(test)]
mod tests;
mod unescaped;

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::schema::Side;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use forms::FORMS;
use marks::MARKS;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use unescaped::unescaped;

pub(in crate::judge) const CHECK: Check = Check {
    id: "leaked-internals",
    summary: "no answer shows stack traces, SQL, file paths, framework pages or credentials",
    meaning: "The body of an answer contains text that only comes from inside a host: a stack trace, the text of an exception, an SQL statement or error, a path of its file system, the error page of a framework, or the credentials that were sent. What a success says as its schema asks is content, but for credentials.",
    matters: "It tells an attacker which software runs and where it breaks.",
    allow: "Nothing; if the text is meant for clients, allow the check for this run.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let found = shown(view, answer).or_else(|| {
        let credentials = ("credentials", "what stands for a secret of this run");
        view.exchange.leaks_secret.then_some(credentials)
    });
    let (kind, mark) = found?;
    Some(view.observe(
        &CHECK,
        kind,
        format!("the answer shows internals: {kind}"),
        ("no internals", format!("the body contains {mark:?}")),
        &view.operation.at,
    ))
}

/// What an answer gives away, and how that is recognised.
fn shown(view: &View<'_>, answer: &Answer) -> Option<(&'static str, &'static str)> {
    let text = unescaped(start(answer));
    // To allow for case would cost several times as much.
    let small = text.to_ascii_lowercase();
    let suspects = Suspects::of(&small)?;
    if is_as_asked(view, answer) {
        return None;
    }
    suspects.leaked(&text, |text| is_content(view, answer, text))
}

/// So much of a body is looked into: error pages show what they show at their start.
const LOOKED_INTO: usize = 16 << 10;

fn start(answer: &Answer) -> &[u8] {
    &answer.body[..answer.body.len().min(LOOKED_INTO)]
}

/// Whether it is a success that says what the contract asks for, so that its text is content.
fn is_as_asked(view: &View<'_>, answer: &Answer) -> bool {
    if !answer.accepted() || view.case.request.method != view.operation.method {
        return false;
    }
    let Some(media) = view.media(answer) else { return false };
    let (Some(schema), Some(_)) = (&media.schema, view.json_media(answer)) else { return true };
    view.json(answer).is_ok_and(|text| view.contract.schemas.accepts_text(schema, Side::Response, text))
}

/// What stands in a text that may come from inside.
struct Suspects {
    marks: Vec<usize>,
    forms: BTreeSet<usize>,
}

impl Suspects {
    /// Those in a text in small letters; none if there is nothing.
    fn of(small: &[u8]) -> Option<Suspects> {
        static ANY: OnceLock<Option<AhoCorasick>> = OnceLock::new();
        static EVERY: OnceLock<Option<AhoCorasick>> = OnceLock::new();
        let any = ANY.get_or_init(|| finder(MatchKind::LeftmostFirst)).as_ref()?;
        if !any.is_match(small) {
            return None;
        }
        let every = EVERY.get_or_init(|| finder(MatchKind::Standard)).as_ref()?;
        let mut suspects = Suspects { marks: Vec::new(), forms: BTreeSet::new() };
        for found in every.find_overlapping_iter(small) {
            let index = found.pattern().as_usize();
            if index < MARKS.len() {
                suspects.marks.push(index);
            } else {
                suspects.forms.extend(signs().nth(index - MARKS.len()).map(|(form, _)| form));
            }
        }
        Some(suspects)
    }

    /// The first that is not content: what was sent, by this request or another one, may come
    /// back; it is no secret of the host.
    fn leaked(&self, text: &[u8], is_content: impl Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
        let marks = self.marks.iter().map(|index| MARKS[*index]);
        let own = |(_, mark): &(&str, &str)| !is_content(mark);
        let written = |form: &&usize| forms::texts(**form, text).any(|found| !is_content(&found));
        marks
            .into_iter()
            .find(own)
            .or_else(|| self.forms.iter().find(written).map(|form| (FORMS[*form].kind, FORMS[*form].what)))
    }
}

/// The signs of all forms, each with the number of its form.
fn signs() -> impl Iterator<Item = (usize, &'static str)> {
    FORMS.iter().enumerate().flat_map(|(form, one)| one.signs.iter().map(move |sign| (form, *sign)))
}

fn finder(kind: MatchKind) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(kind)
        .build(MARKS.iter().map(|(_, mark)| *mark).chain(signs().map(|(_, sign)| sign)))
        .ok()
}

/// Whether text, in small letters, is content and not the host's own: some request sent it, and it
/// comes back, or the contract has it as an example.
fn is_content(view: &View<'_>, answer: &Answer, text: &str) -> bool {
    let sent = &view.exchange.sent;
    let body = sent.body().unwrap_or_default();
    let body = unescaped(&body);
    let url = percent_decode_str(&sent.head.url).decode_utf8_lossy();
    let quoted = quoted(text);
    String::from_utf8_lossy(&body).to_lowercase().contains(text)
        || url.to_lowercase().contains(text)
        || view.was_sent(&quoted)
        || view.is_documented(answer, &quoted)
}

/// Text as it stands in JSON.
fn quoted(text: &str) -> Cow<'_, str> {
    if !text.contains(['"', '\\', '\n', '\r', '\t']) {
        return text.into();
    }
    let json = serde_json::Value::from(text).to_string();
    json.get(1..json.len() - 1).unwrap_or_default().to_owned().into()
}
