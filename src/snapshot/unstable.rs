//! What does not hold still, by its place: compared, written down in a page's header, and hidden.

use super::answer::{Body, Reply, Shown};
use super::text::canonical;
use crate::json::{Kind, Member, Node, pointer};
use std::collections::BTreeSet;

/// What did not hold still on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unstable {
    /// Expressions of values that differed; `*` stands for every item of an array.
    pub values: BTreeSet<String>,
    /// Expressions of members and headers that were there once only.
    pub sometimes: BTreeSet<String>,
    /// Expressions of arrays whose items came in more than one order: they are shown as sets.
    pub orders: BTreeSet<String>,
    /// Names of cases whose answers were of different kinds.
    pub answers: BTreeSet<String>,
}

/// How the place of a body begins.
pub(super) const BODY: &str = "$response.body";
/// How the place of a header begins.
pub(super) const HEADER: &str = "$response.header.";
const SOMETIMES: &str = "sometimes ";
const ANY_ORDER: &str = "in any order ";
const ANSWER: &str = "answer ";
const PLACEHOLDER: &str = "[unstable]";
/// Items of longer arrays are not looked for one by one.
const MATCHED: usize = 200;

impl Unstable {
    /// Whether everything held still.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
            && self.sometimes.is_empty()
            && self.orders.is_empty()
            && self.answers.is_empty()
    }

    /// How many places do not hold still.
    fn len(&self) -> usize {
        self.values.len() + self.sometimes.len() + self.orders.len() + self.answers.len()
    }

    /// As a list of one-line notes, for a page's header.
    pub fn notes(&self) -> Vec<String> {
        let values = self.values.iter().cloned();
        let sometimes = self.sometimes.iter().map(|at| format!("{SOMETIMES}{at}"));
        let orders = self.orders.iter().map(|at| format!("{ANY_ORDER}{at}"));
        let answers = self.answers.iter().map(|name| format!("{ANSWER}{name}"));
        values.chain(sometimes).chain(orders).chain(answers).collect()
    }

    /// What the notes say.
    pub(super) fn from_notes<'n>(notes: impl Iterator<Item = &'n str>) -> Unstable {
        let mut unstable = Unstable::default();
        for note in notes {
            if let Some(at) = note.strip_prefix(SOMETIMES) {
                unstable.sometimes.insert(at.to_owned());
            } else if let Some(at) = note.strip_prefix(ANY_ORDER) {
                unstable.orders.insert(at.to_owned());
            } else if let Some(name) = note.strip_prefix(ANSWER) {
                unstable.answers.insert(name.to_owned());
            } else {
                unstable.values.insert(note.to_owned());
            }
        }
        unstable
    }

    pub(super) fn extend(&mut self, other: &Unstable) {
        self.values.extend(other.values.iter().cloned());
        self.sometimes.extend(other.sometimes.iter().cloned());
        self.orders.extend(other.orders.iter().cloned());
        self.answers.extend(other.answers.iter().cloned());
    }

    /// Leaves out what stands below something that is hidden as a whole.
    pub(super) fn prune(&mut self) {
        let hidden = self.values.clone();
        let is_below = |at: &String| {
            let ends =
                at.match_indices(['/', '#']).map(|(end, separator)| end + usize::from(separator == "#"));
            ends.filter(|end| *end < at.len()).any(|end| hidden.contains(&at[..end]))
        };
        for set in [&mut self.values, &mut self.sometimes, &mut self.orders] {
            set.retain(|at| !is_below(at));
        }
    }

    /// Adds what differs between two answers to a case.
    pub fn compare(&mut self, name: &str, one: &Shown, two: &Shown) {
        if one == two {
            return;
        }
        let alike = match (one, two) {
            (Shown::Answered(one), Shown::Answered(two)) => self.replies(one, two),
            _ => false,
        };
        if !alike {
            self.answers.insert(name.to_owned());
        }
    }

    fn replies(&mut self, one: &Reply, two: &Reply) -> bool {
        if one.status != two.status || one.media != two.media {
            return false;
        }
        let mut found = Unstable::default();
        let alike = match (&one.body, &two.body) {
            (Body::Empty, Body::Empty) => true,
            (Body::Text(one), Body::Text(two)) => {
                if one != two {
                    found.values.insert(BODY.to_owned());
                }
                true
            }
            (Body::Json(one), Body::Json(two)) => {
                let mut at = String::new();
                found.nodes(one, two, &mut at);
                let lists = matches!((&one.kind, &two.kind), (Kind::Array(_), Kind::Array(_)));
                lists || !found.values.contains(&format!("{BODY}#"))
            }
            _ => false,
        };
        let values = |reply: &Reply, name: &str| -> Vec<String> {
            let found = reply.headers.iter().filter(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_owned()).collect()
        };
        for (name, _) in one.headers.iter().chain(two.headers.iter()) {
            let (one, two) = (values(one, name), values(two, name));
            if one != two {
                let set = if one.len() == two.len() { &mut found.values } else { &mut found.sometimes };
                set.insert(format!("{HEADER}{name}"));
            }
        }
        if alike {
            self.extend(&found);
        }
        alike
    }

    fn nodes(&mut self, one: &Node, two: &Node, at: &mut String) {
        let length = at.len();
        match (&one.kind, &two.kind) {
            (Kind::Object(ones), Kind::Object(twos)) => {
                for member in ones.iter().chain(twos) {
                    pointer::push(at, &member.key);
                    let of = |members: &[Member]| members.iter().rposition(|other| other.key == member.key);
                    match (of(ones), of(twos)) {
                        (Some(one), Some(two)) => self.nodes(&ones[one].value, &twos[two].value, at),
                        _ => {
                            self.sometimes.insert(format!("{BODY}#{at}"));
                        }
                    }
                    at.truncate(length);
                }
            }
            (Kind::Array(ones), Kind::Array(twos)) if ones.len() == twos.len() => {
                at.push_str("/*");
                let found = items(ones, twos, at);
                at.truncate(length);
                self.extend(&found.straight);
                if found.reordered {
                    self.orders.insert(format!("{BODY}#{at}"));
                }
            }
            (one, two) if one == two => {}
            _ => {
                self.values.insert(format!("{BODY}#{at}"));
            }
        }
    }

    /// A case's answer without what does not hold still.
    pub(super) fn hide(&self, name: &str, shown: Shown) -> Shown {
        if self.answers.contains(name) {
            return Shown::Unstable;
        }
        let Shown::Answered(mut reply) = shown else { return shown };
        let still = |set: &BTreeSet<String>, name: &str| !set.contains(&format!("{HEADER}{name}"));
        let headers = reply.headers.iter().filter(|(name, _)| still(&self.sometimes, name));
        reply.headers = headers
            .map(|(name, value)| (name, if still(&self.values, name) { value } else { PLACEHOLDER }))
            .collect();
        match &mut reply.body {
            Body::Empty => {}
            Body::Text(text) => {
                if self.values.contains(BODY) {
                    PLACEHOLDER.clone_into(text);
                }
            }
            Body::Json(node) => {
                for (set, remove) in [(&self.values, false), (&self.sometimes, true)] {
                    for at in set.iter().filter_map(|at| at.strip_prefix(BODY)?.strip_prefix('#')) {
                        let tokens: Vec<_> = pointer::tokens(at).collect();
                        replace(node, &tokens, remove);
                    }
                }
                // The inner ones first: what is sorted by its text must hold still by then.
                for at in self.orders.iter().rev().filter_map(|at| at.strip_prefix(BODY)?.strip_prefix('#')) {
                    let tokens: Vec<_> = pointer::tokens(at).collect();
                    sort(node, &tokens);
                }
            }
        }
        Shown::Answered(reply)
    }
}

/// What differs between the items of two arrays of the same length.
struct Items {
    straight: Unstable,
    reordered: bool,
}

/// Items that stand elsewhere are the same items in another order, if fewer places differ then.
fn items(ones: &[Node], twos: &[Node], at: &mut String) -> Items {
    let mut differing = |one: &Node, two: &Node| {
        let mut found = Unstable::default();
        found.nodes(one, two, at);
        found
    };
    let mut straight = Unstable::default();
    ones.iter().zip(twos).for_each(|(one, two)| straight.extend(&differing(one, two)));
    if straight.is_empty() || ones.len() > MATCHED {
        return Items { straight, reordered: false };
    }
    let mut matched = Unstable::default();
    let mut left: Vec<usize> = (0..twos.len()).collect();
    for (index, one) in ones.iter().enumerate() {
        let mut best: Option<(usize, Unstable)> = None;
        // What stands at the same place is the same item, unless another fits better.
        let own = left.iter().position(|other| *other == index);
        for nth in own.into_iter().chain((0..left.len()).filter(|nth| Some(*nth) != own)) {
            let found = differing(one, &twos[left[nth]]);
            let still = found.is_empty();
            if best.as_ref().is_none_or(|(_, best)| found.len() < best.len()) {
                best = Some((nth, found));
            }
            if still {
                break;
            }
        }
        if let Some((nth, found)) = best {
            left.remove(nth);
            matched.extend(&found);
        }
    }
    if matched.len() < straight.len() {
        Items { straight: matched, reordered: true }
    } else {
        Items { straight, reordered: false }
    }
}

fn sort(node: &mut Node, tokens: &[std::borrow::Cow<'_, str>]) {
    let Some((token, rest)) = tokens.split_first() else {
        if let Kind::Array(items) = &mut node.kind {
            items.sort_by_cached_key(canonical);
        }
        return;
    };
    match &mut node.kind {
        Kind::Object(members) => {
            let named = members.iter_mut().filter(|member| member.key == *token);
            named.for_each(|member| sort(&mut member.value, rest));
        }
        Kind::Array(items) if token == "*" => items.iter_mut().for_each(|item| sort(item, rest)),
        _ => {}
    }
}

fn replace(node: &mut Node, tokens: &[std::borrow::Cow<'_, str>], remove: bool) {
    let Some((token, rest)) = tokens.split_first() else {
        node.kind = Kind::String(PLACEHOLDER.to_owned());
        return;
    };
    match &mut node.kind {
        Kind::Object(members) if remove && rest.is_empty() => members.retain(|member| member.key != *token),
        Kind::Object(members) => {
            let named = members.iter_mut().filter(|member| member.key == *token);
            named.for_each(|member| replace(&mut member.value, rest, remove));
        }
        Kind::Array(items) if token == "*" => items.iter_mut().for_each(|item| replace(item, rest, remove)),
        Kind::Array(items) => {
            if let Some(item) = pointer::index(token).and_then(|index| items.get_mut(index)) {
                replace(item, rest, remove);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Form;

    fn shown(status: u16, json: &str) -> Shown {
        let node = crate::json::read(json.as_bytes()).unwrap().root;
        Shown::Answered(Reply {
            status,
            media: None,
            headers: crate::exchange::Headers::default(),
            declared: Vec::new(),
            body: Body::Json(node),
        })
    }

    fn differences(one: &Shown, two: &Shown) -> Unstable {
        let mut unstable = Unstable::default();
        unstable.compare("accept", one, two);
        unstable
    }

    #[test]
    fn what_differs_is_named_by_its_place() {
        let one = shown(200, r#"{"a":1,"b":[{"id":1,"x":0},{"id":2,"x":0}],"c":true,"d":[1]}"#);
        let two = shown(200, r#"{"c":true,"a":1,"b":[{"id":3,"x":0},{"id":4,"x":0}],"d":[1,2],"e":null}"#);
        let found = differences(&one, &two);
        assert_eq!(
            found.notes(),
            ["$response.body#/b/*/id", "$response.body#/d", "sometimes $response.body#/e"]
        );
        assert_eq!(Unstable::from_notes(found.notes().iter().map(String::as_str)), found);
    }

    #[test]
    fn what_was_found_unstable_no_longer_tells_answers_apart() {
        let one = shown(200, r#"{"a":[{"t":1},{"t":2}],"b":1}"#);
        let two = shown(200, r#"{"a":[{"t":3},{"t":null}],"b":1,"c":2}"#);
        let found = differences(&one, &two);
        assert_eq!(
            found.hide("accept", one.clone()).text(Form::NOW),
            found.hide("accept", two).text(Form::NOW)
        );
        let other = shown(200, r#"{"a":[{"t":1},{"t":2}],"b":2}"#);
        assert_ne!(found.hide("accept", one).text(Form::NOW), found.hide("accept", other).text(Form::NOW));
    }

    #[test]
    fn an_answer_of_another_kind_makes_the_whole_case_unstable() {
        for two in [shown(500, "{}"), shown(200, "1"), Shown::Failed("cut".into())] {
            let found = differences(&shown(200, "{}"), &two);
            assert_eq!(found.notes(), ["answer accept"]);
            assert_eq!(found.hide("accept", two).text(Form::NOW), "(unstable)");
        }
    }

    #[test]
    fn what_stands_below_a_hidden_value_is_not_noted() {
        let notes = [
            "$response.body#/a",
            "$response.body#/a/*/b",
            "$response.body#/ab",
            "sometimes $response.body#/a/c",
        ];
        let mut found = Unstable::from_notes(notes.into_iter());
        found.prune();
        assert_eq!(found.notes(), ["$response.body#/a", "$response.body#/ab"]);
        let mut found = Unstable::from_notes(["$response.body#", "$response.body#/a"].into_iter());
        found.prune();
        assert_eq!(found.notes(), ["$response.body#"]);
    }

    #[test]
    fn an_array_that_came_in_two_orders_is_a_set() {
        let one = shown(200, r#"{"a":["x","y","z"],"b":[{"n":1,"t":1},{"n":2,"t":2}],"c":[1,2]}"#);
        let two = shown(200, r#"{"a":["z","x","y"],"b":[{"n":2,"t":8},{"n":1,"t":9}],"c":[3,4]}"#);
        let found = differences(&one, &two);
        assert_eq!(
            found.notes(),
            [
                "$response.body#/b/*/t",
                "$response.body#/c/*",
                "in any order $response.body#/a",
                "in any order $response.body#/b"
            ]
        );
        assert_eq!(Unstable::from_notes(found.notes().iter().map(String::as_str)), found);
        let text = |shown: &Shown| found.hide("accept", shown.clone()).text(Form::NOW);
        assert_eq!(text(&one), text(&two));
        let other = shown(200, r#"{"a":["x","y","y"],"b":[{"n":1,"t":1},{"n":2,"t":2}],"c":[1,2]}"#);
        assert_ne!(text(&one), text(&other), "what is in it is pinned all the same");
    }
}
