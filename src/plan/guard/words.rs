//! Which operations stop, reset, lock, purge or revoke something, or end a session: told by whole
//! words of the path, the `operationId` and the summary. What `x-probity` says outweighs them.
//!
//! Three kinds of words are told apart. What hardly means anything else counts wherever it stands
//! ([`ANYWHERE`]); what is a noun as well counts where a verb would stand ([`VERBS`]); some mean it
//! only together ([`PAIRS`], a password, maintenance). A safe method is there to read, and so of it
//! only the plainest orders count ([`ENDINGS`]).
//!
//! Not in the lists, since hosts in daily use have them for ordinary states of a resource, or since
//! they take nothing away: close, archive, pause, publish, approve, reject, restore, reload,
//! deploy, migrate, unlock, unsubscribe, refresh, renew.

use crate::contract::Operation;

/// What counts in any place, in any form.
const ANYWHERE: &[&str] = &[
    "shutdown",
    "poweroff",
    "restart",
    "reboot",
    "reset",
    "revoke",
    "revocation",
    "rotate",
    "purge",
    "truncate",
    "wipe",
    "logout",
    "logoff",
    "signout",
    "bulkdelete",
    "deleteall",
    "logoutall",
    "revokeall",
    "resetall",
    "endsession",
    "resetpassword",
    "passwordreset",
    "changepassword",
    "forgotpassword",
];

/// What counts where a verb stands: as the last part of a path, as the first or last word of an
/// `operationId`, as the first word of a summary.
const VERBS: &[&str] = &[
    "stop",
    "halt",
    "quit",
    "exit",
    "kill",
    "abort",
    "terminate",
    "termination",
    "cancel",
    "cancellation",
    "lock",
    "lockout",
    "block",
    "ban",
    "disable",
    "deactivate",
    "deactivation",
    "decommission",
    "suspend",
    "suspension",
    "evict",
    "expire",
    "invalidate",
    "drop",
    "flush",
];

/// The same for every method but DELETE, which says so by itself.
const DELETES: &[&str] = &["delete", "deletion", "remove", "destroy", "erase", "clear"];

/// Words that mean something else together, of one or of several.
const OTHERWISE: &[(&str, &str)] = &[
    ("drop", "off"),
    ("drop", "down"),
    ("drop", "point"),
    ("drop", "box"),
    ("stop", "point"),
    ("stop", "area"),
    ("stop", "place"),
    ("stop", "word"),
    ("block", "list"),
    ("block", "chain"),
    ("lock", "screen"),
    ("exit", "survey"),
    ("exit", "code"),
    ("exit", "poll"),
    ("cancel", "reason"),
    ("clear", "text"),
];

/// Words of which one is followed by one of others, with at most so many more between them.
type Pair = (&'static [&'static str], &'static [&'static str], usize);

/// Words that mean it together: one of the first, then one of the others. Between them may stand as
/// many more in a summary, and none elsewhere.
const PAIRS: &[Pair] = &[
    (&["shut", "shuts", "shutting", "power", "powers"], &["down", "off"], 3),
    (&["log", "logs", "logging", "logged"], &["out", "off"], 3),
    (&["sign", "signs", "signing", "signed"], &["out"], 3),
    (&["turn", "turns", "switch", "switches"], &["off"], 3),
    (&["take", "takes", "put", "puts", "go", "goes", "set", "sets"], &["offline"], 3),
    (SESSION_ENDS, SESSIONS, 3),
    (&["restore", "restores"], &["factory", "defaults"], 1),
    (RENEWALS, SECRETS, 3),
];

/// The same the other way round, as paths and names have it.
const TURNED: &[Pair] = &[(SESSIONS, SESSION_ENDS, 0), (SECRETS, RENEWALS, 0)];

/// Deleting that is not of one: of every method but a DELETE of one resource.
const MASS_DELETES: &[Pair] =
    &[(DELETES_OF, MANY, 1), (MANY, &["delete", "deletes", "remove", "removes", "destroy", "erase"], 0)];

const SESSIONS: &[&str] = &["session", "sessions"];
const SESSION_ENDS: &[&str] = &["end", "ends", "ending", "close", "closes", "destroy", "destroys"];
const RENEWALS: &[&str] = &["regenerate", "regenerates", "recreate", "roll", "rolls", "cycle"];
const SECRETS: &[&str] =
    &["key", "keys", "secret", "secrets", "token", "tokens", "credential", "credentials"];
const DELETES_OF: &[&str] = &[
    "delete", "deletes", "deleting", "remove", "removes", "removing", "destroy", "destroys", "erase",
    "erases", "clear", "clears", "drop", "drops",
];
const MANY: &[&str] =
    &["all", "every", "everything", "many", "multiple", "several", "bulk", "batch", "mass", "selected"];

/// What counts of a safe method: as the whole last part of a path, if need be with what it is done
/// to, or as the first word of an `operationId`.
const ENDINGS: &[&str] = &[
    "shutdown",
    "poweroff",
    "restart",
    "reboot",
    "reset",
    "revoke",
    "purge",
    "truncate",
    "wipe",
    "logout",
    "logoff",
    "signout",
    "endsession",
    "logoutall",
    "revokeall",
    "resetall",
    "deleteall",
    "bulkdelete",
    "stop",
    "halt",
    "quit",
    "kill",
    "abort",
    "terminate",
    "cancel",
    "disable",
    "deactivate",
    "suspend",
    "invalidate",
    "flush",
    "delete",
    "remove",
    "destroy",
    "erase",
    "clear",
];

/// What a path of a safe method names behind an order.
const OBJECTS: &[&str] = &[
    "all",
    "everything",
    "everywhere",
    "now",
    "me",
    "user",
    "users",
    "session",
    "sessions",
    "server",
    "service",
    "system",
    "host",
    "node",
    "app",
    "application",
    "device",
    "token",
    "tokens",
    "key",
    "keys",
    "password",
    "cache",
    "db",
    "database",
    "data",
    "force",
];

/// What makes a noun of the word before it, where something is read.
const READ: &[&str] = &[
    "status", "state", "count", "counts", "list", "time", "times", "history", "reason", "reasons", "policy",
    "policies", "info", "details", "report", "reports", "log", "logs", "event", "events", "rate", "rates",
    "config", "settings", "options", "point", "points", "schedule", "by",
];

/// Verbs of which what follows is only an object: a restart policy that is created restarts nothing.
const HARMLESS: &[&str] = &[
    "create",
    "add",
    "insert",
    "register",
    "store",
    "save",
    "upload",
    "import",
    "record",
    "define",
    "make",
    "build",
    "get",
    "list",
    "find",
    "read",
    "fetch",
    "retrieve",
    "search",
    "query",
    "show",
    "view",
    "describe",
    "check",
    "validate",
    "verify",
    "count",
    "calculate",
    "compute",
    "estimate",
    "preview",
    "simulate",
    "test",
    "update",
    "edit",
    "replace",
    "modify",
    "rename",
    "copy",
    "clone",
    "export",
    "download",
    "append",
    "comment",
    "login",
    "authenticate",
];

/// Behind these stands a verb again.
const JOINTS: &[&str] = &["and", "or", "then", "also", "will", "immediately"];

/// What may stand before the first verb.
const LEADS: &[&str] = &[
    "force",
    "forcibly",
    "forcefully",
    "gracefully",
    "permanently",
    "temporarily",
    "immediately",
    "bulk",
    "batch",
    "mass",
    "admin",
    "endpoint",
    "api",
    "operation",
    "request",
    "used",
    "to",
    "this",
    "please",
    "soft",
    "hard",
    "emergency",
    "remote",
    "remotely",
    "manually",
];

/// What is done to passwords where they are more than something to log in with.
const PASSWORD_CHANGES: &[&str] = &[
    "change",
    "changes",
    "set",
    "sets",
    "update",
    "updates",
    "reset",
    "resets",
    "forgot",
    "forget",
    "forgotten",
    "recover",
    "recovers",
    "recovery",
    "new",
    "expire",
    "lost",
    "modify",
    "edit",
    "renewal",
];
const PASSWORDS: &[&str] = &["password", "passwords", "passwd", "passphrase"];
/// Behind a password: what is about passwords and is none.
const ABOUT_PASSWORDS: &[&str] =
    &["policy", "policies", "strength", "hint", "rules", "requirements", "grant", "login"];
const LOGINS: &[&str] = &["login", "signin", "token", "authenticate", "verify", "validate", "check", "grant"];

/// Behind maintenance: what leaves it a state of the service.
const MAINTENANCE: &[&str] = &[
    "mode", "window", "windows", "status", "state", "on", "off", "start", "stop", "begin", "end", "enable",
    "disable", "toggle", "switch", "flag", "now", "post", "put", "patch",
];
/// Words without a meaning of their own.
const FILLERS: &[&str] = &[
    "of", "for", "in", "to", "at", "the", "a", "an", "by", "with", "until", "and", "or", "is", "from", "so",
    "that",
];

/// Words that begin what a verb is done to.
const ARTICLES: &[&str] =
    &["the", "a", "an", "all", "every", "this", "your", "current", "its", "it", "you", "everything"];

/// The word or words by which an operation says that it disrupts; nothing if it does not.
pub(super) fn disruptive(operation: &Operation) -> Option<String> {
    let path = parts(&operation.path);
    let id = id(operation);
    let text = operation.summary.as_deref().unwrap_or_default();
    let summary = Summary { words: words(text), sentence: words(sentence(text)).len() };
    if super::is_safe(&operation.method) {
        return of_safe(&path, &id, &summary.words);
    }
    let one = operation.method == "DELETE" && operation.path.trim_end_matches('/').ends_with('}');
    let deletes = operation.method != "DELETE";
    in_path(&path, deletes, one)
        .or_else(|| in_id(&id, deletes, one))
        .or_else(|| in_summary(&summary, deletes, one))
}

/// What a summary says.
struct Summary {
    words: Vec<String>,
    /// How many of the words are the first sentence: what follows is about details.
    sentence: usize,
}

fn sentence(text: &str) -> &str {
    let ends = [". ", "; ", "\n"].iter().filter_map(|end| text.find(end));
    ends.min().map_or(text, |end| &text[..end])
}

/// What is named in a path, part by part; what parameters stand for is left out.
fn parts(path: &str) -> Vec<Vec<String>> {
    let mut literal = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => literal.push(c),
            _ => {}
        }
    }
    let parts = literal.split(['/', ':']).map(words);
    parts.filter(|words| !words.is_empty()).collect()
}

/// The words of an `operationId`, without the method that some frameworks put at an end of it.
fn id(operation: &Operation) -> Vec<String> {
    let mut words = words(&operation.id);
    let method = operation.method.to_lowercase();
    if words.len() > 1 && words.last() == Some(&method) {
        words.pop();
    }
    if method == "post" && words.len() > 1 && words.first() == Some(&method) {
        words.remove(0);
    }
    words
}

/// The words of a text in small letters, also where they are run together with capitals.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let letters: Vec<char> = text.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|c| c.is_lowercase())));
        if begins || !c.is_alphabetic() {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word is another: itself, as somebody does it, or being done.
fn is_verb(word: &str, verb: &str) -> bool {
    let Some(rest) = word.strip_prefix(verb.strip_suffix('e').unwrap_or(verb)) else { return false };
    if word == verb {
        return true;
    }
    let doubled = verb.chars().last().and_then(|last| rest.strip_prefix(last)).unwrap_or(rest);
    let ending = if verb.ends_with('e') { rest } else { doubled };
    match rest {
        "s" => !verb.ends_with('e'),
        "es" => true,
        _ => ending == "ing",
    }
}

/// Whether a word is another in any form: done, too.
fn is_form(word: &str, verb: &str) -> bool {
    let stem = verb.strip_suffix('e').unwrap_or(verb);
    let done = || {
        let last = verb.chars().last();
        let rest = word.strip_prefix(stem)?;
        Some(rest == "ed" || last.and_then(|last| rest.strip_prefix(last)) == Some("ed"))
    };
    is_verb(word, verb) || done() == Some(true)
}

/// Whether a text has such a word, where its meaning is not another.
fn means(words: &[String], at: usize, known: &[&str], same: fn(&str, &str) -> bool) -> bool {
    let Some(word) = words.get(at) else { return false };
    let next = words.get(at + 1).map_or("", String::as_str);
    let otherwise = |(one, two): &(&str, &str)| word == one && next.strip_suffix('s').unwrap_or(next) == *two;
    !OTHERWISE.iter().any(otherwise) && known.iter().any(|verb| same(word, verb))
}

fn base(word: &str, verb: &str) -> bool {
    word == verb
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.contains(&word)
}

fn verbs(deletes: bool) -> Vec<&'static str> {
    let more: &[&str] = if deletes { DELETES } else { &[] };
    VERBS.iter().chain(more).copied().collect()
}

/// Words of a pair that stand in a text, with more between them where the text is prose.
fn pair(words: &[String], pairs: &[Pair], prose: bool) -> Option<String> {
    pairs.iter().find_map(|(first, then, between)| {
        let between = if prose { *between } else { 0 };
        words.iter().enumerate().filter(|(_, word)| is_one_of(word, first)).find_map(|(at, word)| {
            let near = words.iter().skip(at + 1).take(between + 1);
            let found = near.into_iter().find(|word| is_one_of(word, then))?;
            Some(format!("{word} {found}"))
        })
    })
}

fn pairs(words: &[String], one: bool, prose: bool) -> Option<String> {
    let turned = || if prose { None } else { pair(words, TURNED, false) };
    let mass = || if one { None } else { pair(words, MASS_DELETES, prose) };
    pair(words, PAIRS, prose).or_else(turned).or_else(mass)
}

fn in_path(parts: &[Vec<String>], deletes: bool, one: bool) -> Option<String> {
    let all: Vec<String> = parts.concat();
    let anywhere = (0..all.len()).find(|at| means(&all, *at, ANYWHERE, is_form)).map(|at| all[at].clone());
    let last = || {
        let last = parts.last()?;
        let led = |at: &usize| last[..*at].iter().all(|word| is_one_of(word, LEADS) || is_one_of(word, MANY));
        let done = |word: &str, verb: &str| word == verb || (word.ends_with("ed") && is_form(word, verb));
        let same = if last.len() == 1 { done } else { base };
        let verbs = verbs(deletes);
        (0..last.len()).filter(led).find(|at| means(last, *at, &verbs, same)).map(|at| last[at].clone())
    };
    anywhere
        .or_else(last)
        .or_else(|| pairs(&all, one, false))
        .or_else(|| password_path(parts, &all))
        .or_else(|| parts.iter().find_map(|part| maintenance(part)))
}

fn in_id(id: &[String], deletes: bool, one: bool) -> Option<String> {
    let harmless = |at: usize| id[..at].iter().any(|word| is_one_of(word, HARMLESS));
    let joined = |at: usize| at > 0 && is_one_of(&id[at - 1], JOINTS);
    let anywhere = |at: &usize| means(id, *at, ANYWHERE, is_form) && (joined(*at) || !harmless(*at));
    let verbs = verbs(deletes);
    let place = |at: usize| {
        let first = at == 0 || is_one_of(&id[at - 1], LEADS) || id[at - 1] == "controller";
        first || joined(at) || at + 1 == id.len()
    };
    let verb = |at: &usize| place(*at) && means(id, *at, &verbs, base) && (joined(*at) || !harmless(*at));
    let single = (0..id.len()).find(|at| anywhere(at) || verb(at)).map(|at| id[at].clone());
    let password = || {
        let at = id.iter().position(|word| is_one_of(word, PASSWORDS))?;
        let about = id.get(at + 1).is_some_and(|next| is_one_of(next, ABOUT_PASSWORDS));
        let changed = id.iter().any(|word| is_one_of(word, PASSWORD_CHANGES));
        (changed && !about).then(|| "password".to_owned())
    };
    single.or_else(|| pairs(id, one, false)).or_else(password).or_else(|| maintenance(id))
}

fn in_summary(summary: &Summary, deletes: bool, one: bool) -> Option<String> {
    let Summary { words: summary, sentence } = summary;
    let is_harmless = |word: &String| HARMLESS.iter().any(|verb| is_verb(word, verb));
    let harmless = |at: usize| summary[..at].iter().any(is_harmless);
    let joined = |at: usize| at > 0 && is_one_of(&summary[at - 1], JOINTS);
    let first = |at: usize| summary[..at].iter().all(|word| is_one_of(word, LEADS));
    let led = |at: usize| first(at) || joined(at);
    let anywhere = |at: &usize| means(summary, *at, ANYWHERE, is_verb) && (led(*at) || !harmless(*at));
    let verbs = verbs(deletes);
    let verb = |at: &usize| at < sentence && means(summary, *at, &verbs, is_verb) && led(*at);
    let single = (0..summary.len()).find(|at| anywhere(at) || verb(at)).map(|at| summary[at].clone());
    let password = || {
        let at = summary.iter().position(|word| is_one_of(word, PASSWORDS))?;
        let next = summary.get(at + 1).map_or("", String::as_str);
        let changed = is_one_of(next, PASSWORD_CHANGES) && next != "set" && next != "sets";
        let before = summary[at.saturating_sub(4)..at].iter().any(|word| is_one_of(word, PASSWORD_CHANGES));
        let about = is_one_of(next, ABOUT_PASSWORDS);
        (!about && (changed || (before && !harmless_create(summary)))).then(|| "password".to_owned())
    };
    single.or_else(|| pairs(summary, one, true)).or_else(password).or_else(|| maintenance(summary))
}

/// Whether a summary begins with making something, of which a password is a member.
fn harmless_create(summary: &[String]) -> bool {
    let makes = ["create", "add", "register", "insert", "authenticate", "login", "invite"];
    summary.first().is_some_and(|word| makes.iter().any(|verb| is_verb(word, verb)))
}

fn password_path(parts: &[Vec<String>], all: &[String]) -> Option<String> {
    let at = all.iter().position(|word| is_one_of(word, PASSWORDS))?;
    let next = all.get(at + 1).map_or("", String::as_str);
    let last =
        parts.last().is_some_and(|part| matches!(part.as_slice(), [word] if is_one_of(word, PASSWORDS)));
    let login = all.iter().any(|word| is_one_of(word, LOGINS));
    let changed = all.iter().any(|word| is_one_of(word, PASSWORD_CHANGES));
    let about = is_one_of(next, ABOUT_PASSWORDS);
    (!about && (changed || (last && !login))).then(|| "password".to_owned())
}

/// Maintenance of the service; not requests for that of something else.
fn maintenance(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word == "maintenance")?;
    let next = words.get(at + 1).map(String::as_str);
    let own = next.is_none_or(|next| is_one_of(next, MAINTENANCE) || is_one_of(next, FILLERS));
    own.then(|| "maintenance".to_owned())
}

fn of_safe(parts: &[Vec<String>], id: &[String], summary: &[String]) -> Option<String> {
    let order = |words: &[String]| {
        let known =
            is_one_of(words.first()?, ENDINGS) && words[1..].iter().all(|word| is_one_of(word, OBJECTS));
        known.then(|| words[0].clone())
    };
    let ends = |words: &[String]| pairs(words.get(..2)?, true, false);
    let last = parts.last().and_then(|last| order(last).or_else(|| ends(last).filter(|_| last.len() <= 3)));
    let split = || {
        let tail = parts.len().checked_sub(2).map(|from| parts[from..].concat())?;
        (tail.len() == 2).then(|| ends(&tail)).flatten()
    };
    let led = || {
        let read = id.get(1).is_some_and(|next| is_one_of(next, READ));
        let order = id.first().filter(|first| is_one_of(first, ENDINGS) && !read).cloned();
        order.or_else(|| ends(id))
    };
    let told = || {
        let (first, next) = (summary.first()?, summary.get(1)?);
        let told = ENDINGS.iter().any(|verb| first != verb && is_verb(first, verb) && first.ends_with('s'));
        let told = told && is_one_of(next, ARTICLES);
        let told = told.then(|| first.clone());
        told.or_else(|| {
            first.ends_with('s').then(|| pair(&summary[..summary.len().min(5)], PAIRS, true)).flatten()
        })
    };
    last.or_else(split).or_else(led).or_else(told)
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
