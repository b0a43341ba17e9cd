//! `leaked-internals`: answers say nothing about how the host is built.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::Regex;
use std::collections::BTreeSet;
use std::sync::OnceLock;

pub(in crate::judge) const CHECK: Check = Check {
    id: "leaked-internals",
    summary: "no answer shows stack traces, SQL, file paths, framework pages or credentials",
    meaning: "The body of an answer contains text that only comes from inside a host: a stack trace, an SQL error, a path of its file system, the error page of a framework, or the credentials that were sent.",
    matters: "It tells an attacker which software runs and where it breaks.",
    allow: "Nothing; if the text is meant for clients, allow the check for this run.",
    severity: Severity::Deny,
    scope: Scope::Answer,
};

/// What only comes from inside a host: kind and text, in lower case.
const MARKS: &[(&str, &str)] = &[
    ("stack trace", "traceback (most recent call last)"),
    ("stack trace", "stack trace:"),
    ("stack trace", "stacktrace"),
    ("stack trace", "\tat "),
    ("stack trace", "\\tat "),
    ("stack trace", "\n    at "),
    ("stack trace", "\\n    at "),
    ("stack trace", "at java.base/"),
    ("stack trace", "at com.sun."),
    ("stack trace", "at org.apache."),
    ("stack trace", "at org.hibernate."),
    ("stack trace", "java.lang."),
    ("stack trace", "org.springframework"),
    ("stack trace", "com.fasterxml.jackson"),
    ("stack trace", "system.nullreferenceexception"),
    ("stack trace", "goroutine 1 ["),
    ("stack trace", "panicked at "),
    ("stack trace", "nullpointerexception"),
    ("stack trace", "node_modules/"),
    ("SQL", "sqlstate["),
    ("SQL", "sqlexception"),
    ("SQL", "you have an error in your sql syntax"),
    ("SQL", "syntax error at or near"),
    ("SQL", "duplicate entry '"),
    ("SQL", "violates unique constraint"),
    ("SQL", "constraintviolationexception"),
    ("SQL", "e11000 duplicate key"),
    ("SQL", "select * from "),
    ("file path", "/usr/local/"),
    ("file path", "/var/www/"),
    ("file path", "/var/lib/"),
    ("file path", "/etc/passwd"),
    ("file path", "c:\\users\\"),
    ("file path", "c:\\inetpub\\"),
    ("file path", "c:\\windows\\"),
    ("framework page", "whitelabel error page"),
    ("framework page", "apache tomcat/"),
    ("framework page", "werkzeug debugger"),
    ("framework page", "you're seeing this error because you have <code>debug = true"),
    ("framework page", "<title>symfony exception"),
    ("framework page", "jetty://"),
    ("framework page", "asp.net is configured"),
];

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    static ANY: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let any = ANY.get_or_init(|| finder(MatchKind::LeftmostFirst));
    // To allow for case would cost several times as much.
    let small = start(answer).to_ascii_lowercase();
    let shown = any.as_ref().is_some_and(|any| any.is_match(&small));
    let found = shown.then(|| suspected(&small, view, answer)).flatten().or_else(|| {
        let credentials = ("credentials", "what stands for a secret of this run");
        view.exchange.leaks_secret.then_some(credentials)
    });
    let (kind, mark) = found?;
    Some(view.observe(
        &CHECK,
        format!("{} {kind}", answer.status),
        format!("the answer shows internals: {kind}"),
        ("no internals", format!("the body contains {mark:?}")),
        &view.operation.at,
    ))
}

fn finder(kind: MatchKind) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(kind)
        .build(MARKS.iter().map(|(_, mark)| *mark).chain(SIGNS.iter().map(|(sign, _)| *sign)))
        .ok()
}

/// What an answer gives away in which something stands that may come from inside.
fn suspected(small: &[u8], view: &View<'_>, answer: &Answer) -> Option<(&'static str, &'static str)> {
    static EVERY: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let every = EVERY.get_or_init(|| finder(MatchKind::Standard)).as_ref()?;
    let (mut marks, mut forms) = (Vec::new(), BTreeSet::new());
    for found in every.find_overlapping_iter(small) {
        let index = found.pattern().as_usize();
        match index.checked_sub(MARKS.len()) {
            None => marks.push(MARKS[index]),
            Some(sign) => {
                forms.insert(SIGNS[sign].1);
            }
        }
    }
    leaked(&marks, view, answer).or_else(|| written(&forms, view, answer))
}

/// So much of a body is looked into: error pages show what they show at their start.
const LOOKED_INTO: usize = 16 << 10;

fn start(answer: &Answer) -> &[u8] {
    &answer.body[..answer.body.len().min(LOOKED_INTO)]
}

/// What only its form gives away: kind, what it is, and the pattern.
const FORMS: [(&str, &str, &str); 2] = [
    (
        "file path",
        "a path of source or configuration",
        r#"(?-u)(?:^|[\s"'(=\[])/(?:opt|home|usr|var|srv|app|etc|root)/[\w./-]*\.(?:java|kt|py|rb|js|ts|php|go|rs|cs|xml|ya?ml|conf|cfg|ini|properties|log|sql|jar)\b"#,
    ),
    (
        "SQL",
        "an SQL statement",
        r"(?i-u)\b(?:insert into \w+ ?\([^)]*\) ?values|select [\w*., ]+ from \w+ where|delete from \w+ where|update \w+ set \w+ ?=)",
    ),
];

/// What may stand before a path.
const BEFORE: [char; 9] = [' ', '\t', '\n', '\r', '"', '\'', '=', '(', '['];

/// What must stand somewhere for a form to be there: text in lower case, and which of [`FORMS`].
const SIGNS: [(&str, usize); 12] = [
    ("/opt/", 0),
    ("/home/", 0),
    ("/usr/", 0),
    ("/var/", 0),
    ("/srv/", 0),
    ("/app/", 0),
    ("/etc/", 0),
    ("/root/", 0),
    ("insert into ", 1),
    (" from ", 1),
    ("delete from ", 1),
    ("update ", 1),
];

fn written(
    forms: &BTreeSet<usize>,
    view: &View<'_>,
    answer: &Answer,
) -> Option<(&'static str, &'static str)> {
    static PATTERNS: OnceLock<Vec<Option<Regex>>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| FORMS.iter().map(|form| Regex::new(form.2).ok()).collect());
    let found = forms.iter().find(|form| {
        let shown = patterns[**form].iter().flat_map(|pattern| pattern.find_iter(start(answer)));
        let mut shown = shown.map(|found| String::from_utf8_lossy(found.as_bytes()).to_lowercase());
        shown.any(|text| !is_content(view, answer, text.trim_start_matches(BEFORE)))
    });
    found.map(|form| (FORMS[*form].0, FORMS[*form].1))
}

/// The first mark that is neither an echo nor documented: what was sent, by this request or another
/// one, may come back; it is no secret of the host.
fn leaked(
    marks: &[(&'static str, &'static str)],
    view: &View<'_>,
    answer: &Answer,
) -> Option<(&'static str, &'static str)> {
    marks.iter().find(|(_, mark)| !is_content(view, answer, mark)).copied()
}

/// Whether text, in small letters, is content and not the host's own: some request sent it, and it
/// comes back, or the contract has it as an example.
fn is_content(view: &View<'_>, answer: &Answer, text: &str) -> bool {
    let sent = &view.exchange.sent;
    let body = sent.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    body.to_lowercase().contains(text)
        || sent.head.url.to_lowercase().contains(text)
        || view.plan.says(text)
        || view.is_documented(answer, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_a_pattern_that_tells_internals_from_content() {
        let forms: Vec<Regex> = FORMS.iter().map(|form| Regex::new(form.2).unwrap()).collect();
        let shows = |text: &str| forms.iter().any(|form| form.is_match(text.as_bytes()));
        for text in [
            "see /opt/app/conf/mapper.yml:17",
            "[insert into t (a,b) values (?,?)]",
            "select a from t where id = 3",
        ] {
            assert!(shows(text), "{text}");
        }
        for (text, form) in [("see /opt/app/conf/mapper.yml:17", 0), ("SELECT a FROM t WHERE id = 3", 1)] {
            let lower = text.to_lowercase();
            assert!(SIGNS.iter().any(|(sign, of)| *of == form && lower.contains(sign)), "{text}");
        }
        for text in [
            "https://example.com/home/start.html",
            "insert into the slot",
            "select one from the list",
            "/home/",
        ] {
            assert!(!shows(text), "{text}");
        }
    }
}
