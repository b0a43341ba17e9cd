//! What held still while everything was sent twice.

use super::answer::{Body, Reply, Shown};
use super::clock::{Clock, words};
use super::page::{Entry, Snapshot};
use super::unstable::{BODY, HEADER, Unstable};
use crate::json::{Kind, Member, Node, pointer};
use std::collections::{BTreeSet, HashMap};

/// The pages of a first pass with what a second pass answered otherwise, what is a time in both, and
/// what depends on the resources of others. The second has another run identity, and begins in
/// another second. A case that was sent only once counts as still.
pub fn held_still(first: Vec<Snapshot>, second: &[Snapshot]) -> Vec<Snapshot> {
    let again: HashMap<&str, &Snapshot> =
        second.iter().map(|snapshot| (snapshot.name.as_str(), snapshot)).collect();
    let mut by_status: HashMap<(String, u16), Unstable> = HashMap::new();
    let compared = first.into_iter().map(|mut snapshot| {
        let mut unstable = Unstable::default();
        let again = again.get(snapshot.name.as_str()).map_or(&[][..], |again| &again.entries);
        let again: HashMap<&str, &Entry> = again.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        for entry in &snapshot.entries {
            let again = again.get(entry.name.as_str());
            let found = of_case(&snapshot, entry, again.copied());
            if let Shown::Answered(reply) = &entry.shown {
                let shared = by_status.entry((snapshot.operation.clone(), reply.status)).or_default();
                shared.extend(&Unstable { answers: BTreeSet::new(), ..found.clone() });
            }
            unstable.extend(&found);
        }
        snapshot.unstable = Some(unstable);
        snapshot
    });
    let mut snapshots: Vec<Snapshot> = compared.collect();
    for snapshot in &mut snapshots {
        share(snapshot, &by_status);
    }
    snapshots
}

/// What does not hold still in the answers to one case.
fn of_case(snapshot: &Snapshot, entry: &Entry, again: Option<&Entry>) -> Unstable {
    let mut found = Unstable::default();
    let Shown::Answered(reply) = &entry.shown else {
        if let Some(again) = again {
            found.compare(&entry.name, &entry.shown, &again.shown);
        }
        return found;
    };
    if snapshot.lists && reply.status / 100 == 2 {
        found.values.extend(of_others(reply));
    }
    let Some(again) = again else { return found };
    found.compare(&entry.name, &entry.shown, &again.shown);
    if let Shown::Answered(other) = &again.shown
        && found.answers.is_empty()
    {
        let then = times(reply, &Clock::at(entry.made));
        found.values.extend(then.intersection(&times(other, &Clock::at(again.made))).cloned());
    }
    found
}

/// The places of an answer where a time stands.
fn times(reply: &Reply, clock: &Clock) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = match &reply.body {
        Body::Json(node) => clock.times(node).into_iter().map(|at| format!("{BODY}#{at}")).collect(),
        Body::Text(text) if clock.names_day(text) => [BODY.to_owned()].into(),
        Body::Text(_) | Body::Empty => BTreeSet::new(),
    };
    let headers = reply.headers.iter().filter(|(name, value)| clock.is_text(name, value));
    found.extend(headers.map(|(name, _)| format!("{HEADER}{name}")));
    found
}

/// The places in an answer with a list of resources that depend on what others created: the list, how
/// many there are, and where it goes on.
fn of_others(reply: &Reply) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Body::Json(node) = &reply.body {
        match &node.kind {
            Kind::Object(members) => envelope(members, &mut String::new(), &mut found),
            Kind::Array(items) if is_listing(items) => drop(found.insert(format!("{BODY}#"))),
            _ => {}
        }
    }
    let headers = reply.headers.iter().filter(|(name, _)| *name == "link" || tells_of_all(name));
    found.extend(headers.map(|(name, _)| format!("{HEADER}{name}")));
    found
}

fn envelope(members: &[Member], at: &mut String, found: &mut BTreeSet<String>) {
    let length = at.len();
    let listed = |member: &Member| matches!(&member.value.kind, Kind::Array(items) if is_listing(items));
    for member in members {
        pointer::push(at, &member.key);
        match &member.value.kind {
            Kind::Object(inner) => envelope(inner, at, found),
            _ if listed(member) => drop(found.insert(format!("{BODY}#{at}"))),
            Kind::Number(_) | Kind::Null | Kind::Bool(_) | Kind::String(_) if tells_of_all(&member.key) => {
                found.insert(format!("{BODY}#{at}"));
            }
            _ => {}
        }
        at.truncate(length);
    }
}

/// Whether items may be resources.
fn is_listing(items: &[Node]) -> bool {
    items.iter().all(|item| matches!(item.kind, Kind::Object(_)))
}

/// Whether a name is that of a number of all resources, or of a way to more of them.
fn tells_of_all(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "total",
        "totals",
        "count",
        "counts",
        "length",
        "pages",
        "results",
        "hits",
        "matches",
        "remaining",
        "next",
        "last",
        "more",
        "cursor",
        "token",
        "range",
    ];
    words(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Adds what was seen not to hold still in answers of the same operation and status: that two passes
/// gave the same on one page may have been luck.
fn share(snapshot: &mut Snapshot, by_status: &HashMap<(String, u16), Unstable>) {
    let mut more = Unstable::default();
    for entry in &snapshot.entries {
        let Shown::Answered(reply) = &entry.shown else { continue };
        let Some(known) = by_status.get(&(snapshot.operation.clone(), reply.status)) else { continue };
        let here = |at: &&String| stands(reply, at, false);
        more.values.extend(known.values.iter().filter(here).cloned());
        more.orders.extend(known.orders.iter().filter(here).cloned());
        more.sometimes.extend(known.sometimes.iter().filter(|at| stands(reply, at, true)).cloned());
    }
    let unstable = snapshot.unstable.get_or_insert_default();
    unstable.extend(&more);
    unstable.prune();
}

/// Whether an answer has something at a place, or, for what is there sometimes, around it.
fn stands(reply: &Reply, at: &str, around: bool) -> bool {
    if let Some(name) = at.strip_prefix(HEADER) {
        return around || reply.headers.iter().any(|(known, _)| known == name);
    }
    let Some(at) = at.strip_prefix(BODY) else { return false };
    match (&reply.body, at.strip_prefix('#')) {
        (Body::Text(_), None) => true,
        (Body::Json(node), Some(at)) => {
            let mut tokens: Vec<_> = pointer::tokens(at).collect();
            if around {
                tokens.pop();
            }
            resolves(node, &tokens)
        }
        _ => false,
    }
}

fn resolves(node: &Node, tokens: &[std::borrow::Cow<'_, str>]) -> bool {
    let Some((token, rest)) = tokens.split_first() else { return true };
    match &node.kind {
        Kind::Object(members) => {
            members.iter().any(|member| member.key == *token && resolves(&member.value, rest))
        }
        Kind::Array(items) if token == "*" => items.iter().any(|item| resolves(item, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn snapshot(name: &str, lists: bool, made: i64, headers: &[(&str, &str)], body: &str) -> Snapshot {
        let reply = Reply {
            status: 200,
            media: None,
            headers: headers.iter().copied().collect(),
            declared: Vec::new(),
            body: Body::Json(json::read(body.as_bytes()).unwrap().root),
        };
        let entry = Entry {
            name: "accept".into(),
            id: "x".into(),
            position: crate::plan::Position::default(),
            shown: Shown::Answered(reply),
            made: jiff::Timestamp::from_second(made).unwrap(),
        };
        Snapshot {
            operation: "x".into(),
            place: "path".into(),
            cause: "valid".into(),
            name: name.into(),
            spare: name.into(),
            source: "c.yaml".into(),
            at: String::new(),
            line: 0,
            seed: 0,
            entries: vec![entry],
            skipped: Vec::new(),
            unstable: None,
            lists,
        }
    }

    fn notes(snapshot: &Snapshot) -> Vec<String> {
        snapshot.unstable.as_ref().unwrap().notes()
    }

    #[test]
    fn what_lies_at_the_clock_in_both_passes_is_not_pinned_and_a_counter_is() {
        let body = r#"{"day":"2026-11-29","n":1795992817,"minute":1795992780,"name":"A"}"#;
        let modified = [("last-seen", "Sun, 29 Nov 2026 22:00:00 GMT")];
        let pass = |made| vec![snapshot("a", false, made, &modified, body)];
        let snapshots = held_still(pass(1_795_992_817), &pass(1_795_992_819));
        assert_eq!(
            notes(&snapshots[0]),
            ["$response.body#/day", "$response.body#/minute", "$response.header.last-seen"]
        );
        let snapshots = held_still(pass(1_795_992_817), &pass(1_699_992_819));
        assert!(notes(&snapshots[0]).is_empty(), "it is no time of the second pass");
    }

    #[test]
    fn what_moved_on_one_page_of_an_answer_moves_on_all() {
        let pass = |value: &str, order: &str| {
            let body = format!(r#"{{"v":{value},"l":{order},"k":1}}"#);
            vec![
                snapshot("a", false, 0, &[], &body),
                snapshot("b", false, 0, &[], r#"{"v":3,"l":["y","x"],"k":1}"#),
            ]
        };
        let snapshots = held_still(pass("1", r#"["x","y"]"#), &pass("2", r#"["y","x"]"#));
        let expected = ["$response.body#/v", "in any order $response.body#/l"];
        assert_eq!(
            (notes(&snapshots[0]), notes(&snapshots[1])),
            (expected.map(str::to_owned).into(), expected.map(str::to_owned).into())
        );
    }

    #[test]
    fn a_list_of_what_others_create_is_not_pinned_nor_how_many_there_are() {
        let body = r#"{"items":[{"id":1}],"total":1,"limit":20,"page":{"next":null,"size":20},"tags":["a"]}"#;
        let headers = [("x-total-count", "1"), ("x-kind", "a")];
        let pass = |lists| vec![snapshot("a", lists, 0, &headers, body)];
        assert_eq!(
            notes(&held_still(pass(true), &pass(true))[0]),
            [
                "$response.body#/items",
                "$response.body#/page/next",
                "$response.body#/total",
                "$response.header.x-total-count"
            ]
        );
        assert!(notes(&held_still(pass(false), &pass(false))[0]).is_empty());
    }
}
