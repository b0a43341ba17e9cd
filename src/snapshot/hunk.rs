//! Hunks: in what two answers to a case differ, so that one change is told once however many pages
//! show it.

use super::text::{canonical, pretty};
use crate::json::{Kind, Member, Node};
use std::collections::BTreeMap;

/// One difference between two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// What equal changes have in common.
    pub key: String,
    /// The change, in words.
    pub words: String,
    /// The lines that were recorded; nothing if there were none.
    pub old: String,
    /// The lines that stand there now; nothing if there are none.
    pub new: String,
}

impl Hunk {
    /// Whether nothing was known of the case before.
    pub(super) fn is_new_case(&self) -> bool {
        self.key.starts_with(NEW_CASE)
    }
}

const NEW_CASE: &str = "case new ";

/// An answer as a page shows it, taken apart.
struct Parts<'t> {
    /// The status and the media type, or why there is no answer.
    first: &'t str,
    headers: BTreeMap<&'t str, Vec<&'t str>>,
    body: &'t str,
}

/// In what the answers to a case differ, each difference once; one of them may be missing.
pub(super) fn hunks(old: Option<&str>, new: Option<&str>) -> Vec<Hunk> {
    let mut found = Vec::new();
    match (old, new) {
        (Some(old), Some(new)) => answers(&parts(old), &parts(new), &mut found),
        (Some(old), None) => push(&mut found, "case gone".into(), "a case is no longer sent", old, ""),
        (None, Some(new)) => push(&mut found, format!("{NEW_CASE}{new}"), "a case is new", "", new),
        (None, None) => {}
    }
    found
}

fn push(found: &mut Vec<Hunk>, key: String, words: impl Into<String>, old: &str, new: &str) {
    if !found.iter().any(|known| known.key == key) {
        found.push(Hunk { key, words: words.into(), old: old.to_owned(), new: new.to_owned() });
    }
}

fn parts(text: &str) -> Parts<'_> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in rest.lines() {
        headers.entry(line.split(':').next().unwrap_or_default()).or_default().push(line);
    }
    Parts { first, headers, body }
}

fn answers(old: &Parts<'_>, new: &Parts<'_>, found: &mut Vec<Hunk>) {
    let read = |body: &str| crate::json::read(body.as_bytes()).ok().map(|text| text.root);
    let (one, two) = (read(old.body), read(new.body));
    if status(old.first) != status(new.first) {
        // Answers of different statuses are different answers: what else differs follows from that.
        let same = match (&one, &two) {
            (Some(one), Some(two)) => canonical(one) == canonical(two),
            _ => old.body == new.body,
        };
        let with = |parts: &Parts<'_>| {
            let body = if same { "" } else { parts.body };
            format!("{}\n\n{body}", parts.first).trim_end().to_owned()
        };
        let shape = if same { String::new() } else { shape(two.as_ref()) };
        let key = format!("status {} {}{shape}", old.first, new.first);
        let words = format!("`{}` became `{}`", old.first, new.first);
        return push(found, key, words, &with(old), &with(new));
    }
    if old.first != new.first {
        let key = format!("media {} {}", old.first, new.first);
        push(found, key, format!("`{}` became `{}`", old.first, new.first), old.first, new.first);
    }
    headers(old, new, found);
    match (&one, &two) {
        (Some(one), Some(two)) => nodes(one, two, "the body", found),
        _ if old.body != new.body => text(old.body, new.body, found),
        _ => {}
    }
}

/// The status, or, where no answer came, all that is said.
fn status(first: &str) -> &str {
    match first.split_once(' ') {
        Some((status, _)) if status.bytes().all(|byte| byte.is_ascii_digit()) => status,
        _ => first,
    }
}

/// The members at the top of a body: another kind of answer has others.
fn shape(node: Option<&Node>) -> String {
    match node.map(|node| &node.kind) {
        Some(Kind::Object(members)) => {
            let mut names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
            names.sort_unstable();
            format!(" {names:?}")
        }
        Some(Kind::Array(_)) => " []".to_owned(),
        _ => String::new(),
    }
}

fn headers(old: &Parts<'_>, new: &Parts<'_>, found: &mut Vec<Hunk>) {
    for (name, was) in &old.headers {
        let was = was.join("\n");
        match new.headers.get(name).map(|is| is.join("\n")) {
            None => push(found, format!("header gone {name}"), format!("`{name}` is gone"), &was, ""),
            Some(is) if is != was => {
                push(found, format!("header {was}\n{is}"), format!("`{name}` changed"), &was, &is);
            }
            Some(_) => {}
        }
    }
    for (name, is) in new.headers.iter().filter(|(name, _)| !old.headers.contains_key(*name)) {
        push(found, format!("header new {name}"), format!("`{name}` is new"), "", &is.join("\n"));
    }
}

/// What differs between two values; `name` is the last one above them.
fn nodes(old: &Node, new: &Node, name: &str, found: &mut Vec<Hunk>) {
    match (&old.kind, &new.kind) {
        (Kind::Object(ones), Kind::Object(twos)) => objects(ones, twos, found),
        (Kind::Array(ones), Kind::Array(twos)) if ones.len() == twos.len() => {
            ones.iter().zip(twos).for_each(|(one, two)| nodes(one, two, name, found));
        }
        (Kind::Array(ones), Kind::Array(twos)) => {
            let (gone, added) = middles(ones, twos);
            let lines = |items: &[Node]| items.iter().map(pretty).collect::<Vec<_>>().join(",\n");
            let (gone, added) = (lines(gone), lines(added));
            let key = format!("items {name} {gone}\n{added}");
            push(found, key, format!("`{name}` has other items"), &gone, &added);
        }
        _ => {
            let (was, is) = (canonical(old), canonical(new));
            if was != is {
                let (was, is) = (line(name, old), line(name, new));
                push(found, format!("value {was}\n{is}"), format!("`{name}` changed"), &was, &is);
            }
        }
    }
}

fn objects(ones: &[Member], twos: &[Member], found: &mut Vec<Hunk>) {
    let last = |members: &[Member], key: &str| members.iter().rposition(|member| member.key == key);
    let lone = |members: &[Member], others: &[Member]| -> Vec<usize> {
        let all = 0..members.len();
        all.filter(|at| last(members, &members[*at].key) == Some(*at))
            .filter(|at| last(others, &members[*at].key).is_none())
            .collect()
    };
    for (at, member) in ones.iter().enumerate() {
        if last(ones, &member.key) == Some(at)
            && let Some(other) = last(twos, &member.key)
        {
            nodes(&member.value, &twos[other].value, &member.key, found);
        }
    }
    let (gone, added) = (lone(ones, twos), lone(twos, ones));
    if let ([gone], [added]) = (gone.as_slice(), added.as_slice()) {
        let (one, two) = (&ones[*gone], &twos[*added]);
        if canonical(&one.value) == canonical(&two.value) {
            let key = format!("renamed {} {}", one.key, two.key);
            let words = format!("`{}` is called `{}`", one.key, two.key);
            return push(found, key, words, &line(&one.key, &one.value), &line(&two.key, &two.value));
        }
    }
    for Member { key, value, .. } in gone.into_iter().map(|at| &ones[at]) {
        push(found, format!("gone {key}"), format!("`{key}` is gone"), &line(key, value), "");
    }
    for Member { key, value, .. } in added.into_iter().map(|at| &twos[at]) {
        push(found, format!("new {key}"), format!("`{key}` is new"), "", &line(key, value));
    }
}

/// What is left of two arrays without the items that both begin and end with.
fn middles<'n>(ones: &'n [Node], twos: &'n [Node]) -> (&'n [Node], &'n [Node]) {
    let same = |(one, two): &(&Node, &Node)| canonical(one) == canonical(two);
    let before = ones.iter().zip(twos).take_while(same).count();
    let (ones, twos) = (&ones[before..], &twos[before..]);
    let after = ones.iter().rev().zip(twos.iter().rev()).take_while(same).count();
    (&ones[..ones.len() - after], &twos[..twos.len() - after])
}

fn line(name: &str, value: &Node) -> String {
    format!("\"{name}\": {}", pretty(value))
}

fn text(old: &str, new: &str, found: &mut Vec<Hunk>) {
    let differ = similar::TextDiff::from_lines(old, new);
    for group in differ.grouped_ops(0) {
        let (mut was, mut is) = (String::new(), String::new());
        for change in group.iter().flat_map(|operation| differ.iter_changes(operation)) {
            match change.tag() {
                similar::ChangeTag::Delete => was.push_str(change.value()),
                similar::ChangeTag::Insert => is.push_str(change.value()),
                similar::ChangeTag::Equal => {}
            }
        }
        let (was, is) = (was.trim_end(), is.trim_end());
        push(found, format!("text {was}\n{is}"), "the body changed", was, is);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> Vec<(String, String, String)> {
        let hunks = hunks(Some(old), Some(new));
        hunks.into_iter().map(|hunk| (hunk.words, hunk.old, hunk.new)).collect()
    }

    fn keys(old: &str, new: &str) -> Vec<String> {
        hunks(Some(old), Some(new)).into_iter().map(|hunk| hunk.key).collect()
    }

    #[test]
    fn a_member_that_is_gone_is_one_change_wherever_it_stood_and_whatever_it_was() {
        let old = "200 a/b\n\n{\"x\":1,\"w\":[],\"in\":[{\"w\":[1],\"y\":2}]}";
        let new = "200 a/b\n\n{\"x\":1,\"in\":[{\"y\":2}]}";
        assert_eq!(told(old, new), [("`w` is gone".into(), "\"w\": [\n  1\n]".into(), String::new())]);
        assert_eq!(keys(old, new), keys("201\n\n{\"w\":null}", "201\n\n{}"));
    }

    #[test]
    fn two_changes_in_one_answer_are_two() {
        let old = "200 a/b\nx-a: 1\nx-b: 2\n\n{\"a\":1,\"b\":\"x\"}";
        let new = "200 a/b\nx-a: 2\n\n{\"a\":2,\"c\":\"x\"}";
        let words: Vec<String> = told(old, new).into_iter().map(|(words, ..)| words).collect();
        assert_eq!(words, ["`x-a` changed", "`x-b` is gone", "`a` changed", "`b` is called `c`"]);
        assert_ne!(
            keys("200\n\n{\"a\":1}", "200\n\n{\"a\":2}"),
            keys("200\n\n{\"a\":1}", "200\n\n{\"a\":3}")
        );
    }

    #[test]
    fn another_status_is_one_change_with_all_that_follows_from_it() {
        let old = "400 a/b\nx: 1\n\n{\"m\":\"one\"}";
        let found = told(old, "422 a/b\n\n{\"n\":1}");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "`400 a/b` became `422 a/b`");
        assert_eq!(told(old, "422 a/b\nx: 1\n\n{\"m\":\"one\"}")[0].2, "422 a/b");
        assert_ne!(keys(old, "500\n\n{\"n\":1}"), keys(old, "500\n\n{\"k\":1}"), "two kinds of answers");
        assert_eq!(told("(unstable)", "no answer: cut").len(), 1);
        assert_eq!(told("no answer: cut", "no answer: timed-out").len(), 1);
    }

    #[test]
    fn text_differs_by_its_lines_and_arrays_by_their_items() {
        assert_eq!(
            told("200\n\n| a\n| b\n| c", "200\n\n| a\n| d\n| c"),
            [("the body changed".to_owned(), "| b".to_owned(), "| d".to_owned())]
        );
        let found = told("200\n\n{\"l\":[1,2,3]}", "200\n\n{\"l\":[1,3]}");
        assert_eq!(found, [("`l` has other items".to_owned(), "2".to_owned(), String::new())]);
    }
}
