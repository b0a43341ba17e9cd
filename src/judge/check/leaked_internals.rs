//! `leaked-internals`: answers say nothing about how the host is built.

use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::run::Answer;
use aho_corasick::AhoCorasick;
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
    ("stack trace", "at java."),
    ("stack trace", "at com."),
    ("stack trace", "at org."),
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
    ("SQL", "insert into "),
    ("SQL", "select * from "),
    ("SQL", "ora-0"),
    ("file path", "/usr/local/"),
    ("file path", "/usr/lib/"),
    ("file path", "/var/www/"),
    ("file path", "/var/lib/"),
    ("file path", "/home/"),
    ("file path", "/opt/"),
    ("file path", "/etc/passwd"),
    ("file path", "c:\\"),
    // What stands for a secret of ours wherever an answer held it.
    ("credentials", "$probity_"),
    ("framework page", "whitelabel error page"),
    ("framework page", "apache tomcat/"),
    ("framework page", "werkzeug debugger"),
    ("framework page", "you're seeing this error because you have <code>debug = true"),
    ("framework page", "<title>symfony exception"),
    ("framework page", "jetty://"),
    ("framework page", "asp.net is configured"),
];

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let finder = FINDER.get_or_init(|| {
        AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS.iter().map(|(_, mark)| mark)).ok()
    });
    let first = finder.as_ref()?.find(&answer.body)?;
    let (kind, mark) = MARKS[first.pattern().as_usize()];
    // What was sent may come back; it is no secret of the host.
    let sent = view.exchange.sent.body.as_deref().map(String::from_utf8_lossy);
    if sent.is_some_and(|sent| sent.to_lowercase().contains(mark)) {
        return None;
    }
    Some(view.observe(
        &CHECK,
        format!("{} {kind}", answer.status),
        format!("the answer shows internals: {kind}"),
        ("no internals", format!("the body contains {mark:?}")),
        &view.operation.at,
    ))
}
