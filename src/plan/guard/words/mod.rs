//! Which operations stop, reset, lock, purge or revoke something, or end a session: told by whole
//! words of the path, the `operationId` and the summary. What `x-probity` says outweighs them.
//!
//! Three kinds of words are told apart. What hardly means anything else counts wherever it stands
//! ([`ANYWHERE`]); what is a noun as well counts where a verb would stand ([`VERBS`]); some mean it
//! only together ([`PAIRS`], a password, maintenance). A safe method is there to read, and so of it
//! only the plainest orders count ([`ENDINGS`]).

use super::dictionary::{
    ABOUT_PASSWORDS, ANYWHERE, ARTICLES, DELETES, ENDINGS, FILLERS, HARMLESS, JOINTS, LEADS, LOGINS,
    MAINTENANCE, MAINTENANCE_ORDERS, MANY, MASS_DELETES, OBJECTS, OTHERWISE, PAIRS, PASSWORD_CHANGES,
    PASSWORDS, Pair, READ, TURNED, VERBS, Words,
};
use crate::contract::Operation;

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
        .or_else(|| in_id(&words(&operation.method), false, one))
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
fn means(words: &[String], at: usize, known: &[Words], same: fn(&str, &str) -> bool) -> bool {
    let Some(word) = words.get(at) else { return false };
    let next = words.get(at + 1).map_or("", String::as_str);
    let otherwise = |(one, two): &(&str, &str)| word == one && next.strip_suffix('s').unwrap_or(next) == *two;
    !OTHERWISE.iter().any(otherwise)
        && known.iter().flat_map(|words| words.split(' ')).any(|verb| same(word, verb))
}

fn base(word: &str, verb: &str) -> bool {
    word == verb
}

fn is_one_of(word: &str, known: Words) -> bool {
    known.split(' ').any(|one| one == word)
}

fn verbs(deletes: bool) -> &'static [Words] {
    if deletes { &[VERBS, DELETES] } else { &[VERBS] }
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
    let anywhere = (0..all.len()).find(|at| means(&all, *at, &[ANYWHERE], is_form)).map(|at| all[at].clone());
    let last = || {
        let last = parts.last()?;
        let led = |at: &usize| last[..*at].iter().all(|word| is_one_of(word, LEADS) || is_one_of(word, MANY));
        let done = |word: &str, verb: &str| word == verb || (word.ends_with("ed") && is_form(word, verb));
        let same = if last.len() == 1 { done } else { base };
        let verbs = verbs(deletes);
        (0..last.len()).filter(led).find(|at| means(last, *at, verbs, same)).map(|at| last[at].clone())
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
    let anywhere = |at: &usize| means(id, *at, &[ANYWHERE], is_form) && (joined(*at) || !harmless(*at));
    let verbs = verbs(deletes);
    let place = |at: usize| {
        let first = at == 0 || is_one_of(&id[at - 1], LEADS) || id[at - 1] == "controller";
        first || joined(at) || at + 1 == id.len()
    };
    let verb = |at: &usize| place(*at) && means(id, *at, verbs, base) && (joined(*at) || !harmless(*at));
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
    let is_harmless = |word: &String| HARMLESS.split(' ').any(|verb| is_verb(word, verb));
    let harmless = |at: usize| summary[..at].iter().any(is_harmless);
    let joined = |at: usize| at > 0 && is_one_of(&summary[at - 1], JOINTS);
    let first = |at: usize| summary[..at].iter().all(|word| is_one_of(word, LEADS));
    let led = |at: usize| first(at) || joined(at);
    let anywhere = |at: &usize| means(summary, *at, &[ANYWHERE], is_verb) && (led(*at) || !harmless(*at));
    let verbs = verbs(deletes);
    let verb = |at: &usize| at < sentence && means(summary, *at, verbs, is_verb) && led(*at);
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
    let maintenance = || {
        let all: Vec<String> = parts.concat();
        let [before, order] = all.get(all.len().checked_sub(2)?..)? else { return None };
        let switched = before == "maintenance" && is_one_of(order, MAINTENANCE_ORDERS);
        switched.then(|| format!("{before} {order}"))
    };
    let led = || {
        let read = id.get(1).is_some_and(|next| is_one_of(next, READ));
        let order = id.first().filter(|first| is_one_of(first, ENDINGS) && !read).cloned();
        order.or_else(|| ends(id))
    };
    let told = || {
        let (first, next) = (summary.first()?, summary.get(1)?);
        let told =
            ENDINGS.split(' ').any(|verb| first != verb && is_verb(first, verb) && first.ends_with('s'));
        let told = told && is_one_of(next, ARTICLES);
        let told = told.then(|| first.clone());
        told.or_else(|| {
            first.ends_with('s').then(|| pair(&summary[..summary.len().min(5)], PAIRS, true)).flatten()
        })
    };
    last.or_else(split).or_else(maintenance).or_else(led).or_else(told)
}

#[cfg(test)]
mod tests;
