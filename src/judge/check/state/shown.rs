//! What an answer shows of a resource, member by member, and when two values are the same to a service.

use crate::contract::instant::{SECOND, instant};
use crate::json::{Kind, Member, Node, pointer};
use crate::judge::difference::{member_of, same};

/// So many members of a representation are looked at, and so deep.
const MEMBERS: usize = 200;
const DEPTH: usize = 6;

/// Objects in which a representation may be wrapped are looked through so deep.
const WRAPPED: usize = 2;

/// How values of a run's secrets begin where they are hidden.
const HIDDEN: &str = "$PROBITY_";

/// A representation of a resource in an answer.
pub(super) struct Resource<'n> {
    /// JSON Pointer to it.
    pub(super) at: String,
    node: &'n Node,
}

/// What was sent, and what two answers show of it.
pub(super) struct Seen {
    pub(super) sent: Node,
    pub(super) first: Node,
    pub(super) second: Node,
}

impl Seen {
    /// The representations in the two answers.
    pub(super) fn resources(&self) -> Option<(Resource<'_>, Resource<'_>)> {
        Resource::like(&self.first, &self.sent).zip(Resource::like(&self.second, &self.sent))
    }
}

/// A member of a representation that has no members itself.
pub(super) struct Leaf<'n> {
    pub(super) at: String,
    pub(super) value: &'n Node,
}

impl<'n> Resource<'n> {
    /// The object in an answer that has most in common with what was sent, or with what another
    /// answer showed.
    pub(super) fn like(root: &'n Node, other: &Node) -> Option<Resource<'n>> {
        let Kind::Object(wanted) = &other.kind else { return None };
        let mut best: Option<(usize, Resource<'n>)> = None;
        let mut open = vec![(String::new(), root, 0)];
        while let Some((at, node, depth)) = open.pop() {
            let Kind::Object(members) = &node.kind else { continue };
            let common = wanted.iter().filter(|member| member_of(members, &member.key).is_some()).count();
            let better = best
                .as_ref()
                .is_none_or(|(most, known)| common > *most || common == *most && at.len() < known.at.len());
            if common > 0 && better {
                best = Some((common, Resource { at: at.clone(), node }));
            }
            if depth < WRAPPED {
                let inner = members.iter().map(|one| (pointer::child(&at, &one.key), &one.value, depth + 1));
                open.extend(inner);
            }
        }
        best.map(|(_, resource)| resource)
    }

    /// Its members, one by one.
    pub(super) fn leaves(&self) -> Vec<Leaf<'n>> {
        leaves(self.node)
    }

    /// What stands at a place in it, if that is not null.
    pub(super) fn at(&self, at: &str) -> Option<&'n Node> {
        self.node.at(at).filter(|node| node.kind != Kind::Null)
    }

    /// The members of which a caller decides that are another or gone in another representation, each with
    /// its place there; but for those that are left out.
    pub(super) fn strayed(
        &self,
        after: &Resource<'n>,
        sent: &Node,
        but: impl Fn(&Leaf<'n>) -> bool,
    ) -> Vec<(String, &'n Node, Option<&'n Node>)> {
        let each = self.of_caller(sent).into_iter().filter(|leaf| !but(leaf)).filter_map(|leaf| {
            let came = after.at(&leaf.at);
            let is_kept = came.is_some_and(|came| agree(leaf.value, came));
            (!is_kept).then(|| (format!("{}{}", after.at, leaf.at), leaf.value, came))
        });
        each.collect()
    }

    /// The members of which a caller decides: those that stand in what was sent, too.
    pub(super) fn of_caller(&self, sent: &Node) -> Vec<Leaf<'n>> {
        let leaves = leaves(self.node).into_iter();
        leaves.filter(|leaf| sent.at(&leaf.at).is_some_and(|node| node.kind != Kind::Null)).collect()
    }
}

/// The members of a value, those of objects in it one by one, without nulls and secrets.
pub(super) fn leaves(node: &Node) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), node, 0)];
    while let Some((at, node, depth)) = open.pop() {
        match &node.kind {
            Kind::Object(members) if depth < DEPTH => {
                let inner = members.iter().rev();
                open.extend(inner.map(|one: &Member| (pointer::child(&at, &one.key), &one.value, depth + 1)));
            }
            Kind::Null | Kind::Object(_) => {}
            Kind::String(text) if text.contains(HIDDEN) => {}
            _ if at.is_empty() => {}
            _ => found.push(Leaf { at, value: node }),
        }
        if found.len() >= MEMBERS {
            break;
        }
    }
    found
}

/// Whether two values are the same to a service: numbers to the double, times to the second, and what
/// stands in both of objects.
pub(super) fn agree(one: &Node, other: &Node) -> bool {
    if same(Some(one), Some(other)) {
        return true;
    }
    match (&one.kind, &other.kind) {
        (Kind::Number(one), Kind::Number(other)) => {
            let (one, other) = (one.parse::<f64>(), other.parse::<f64>());
            one.ok().zip(other.ok()).is_some_and(|(one, other)| is_near(one, other))
        }
        (Kind::String(_), Kind::String(_)) => {
            let times = instant(one, None).zip(instant(other, None));
            times.is_some_and(|(one, other)| (one.nanoseconds - other.nanoseconds).abs() <= SECOND)
        }
        (Kind::Array(ones), Kind::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| agree(one, other))
        }
        (Kind::Object(ones), Kind::Object(others)) => ones
            .iter()
            .all(|member| member_of(others, &member.key).is_none_or(|other| agree(&member.value, other))),
        _ => false,
    }
}

fn is_near(one: f64, other: f64) -> bool {
    /// A single-precision number has so many digits.
    const SINGLE: f64 = 1e-6;
    (one - other).abs() <= SINGLE * one.abs().max(other.abs())
}

/// Whether a value is another only as services like to tidy it up: without spaces around it, in small
/// letters, a list in another order, a number as text, what is secret masked.
pub(super) fn is_tidied(sent: &Node, came: &Node) -> bool {
    match (&sent.kind, &came.kind) {
        (Kind::String(sent), Kind::String(came)) => {
            let plain = |text: &str| {
                text.split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase()
                    .trim_end_matches('/')
                    .to_owned()
            };
            let numbers = || sent.parse::<f64>().ok().zip(came.parse::<f64>().ok());
            plain(sent) == plain(came)
                || came.contains("***")
                || numbers().is_some_and(|(sent, came)| is_near(sent, came))
        }
        (Kind::Array(sent), Kind::Array(came)) => {
            let all = |ones: &[Node], others: &[Node]| {
                ones.iter().all(|one| others.iter().any(|other| agree(one, other) || is_tidied(one, other)))
            };
            all(sent, came) && all(came, sent)
        }
        (Kind::String(text), Kind::Number(number)) | (Kind::Number(number), Kind::String(text)) => {
            let (text, number) = (text.trim().parse::<f64>(), number.parse::<f64>());
            text.ok().zip(number.ok()).is_some_and(|(text, number)| is_near(text, number))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(text: &str) -> Node {
        json::read(text.as_bytes()).unwrap().root
    }

    #[test]
    fn values_agree_that_a_service_cannot_tell_apart() {
        for (one, other) in [
            ("2.5", "2.50"),
            ("0.1", "0.10000000149011612"),
            ("\"2026-11-30T10:00:00.4Z\"", "\"2026-11-30T11:00:00+01:00\""),
            ("{\"a\": 1}", "{\"a\": 1, \"b\": 2}"),
        ] {
            assert!(agree(&read(one), &read(other)), "{one} {other}");
        }
        for (one, other) in [
            ("2", "3"),
            ("\"a\"", "\"A\""),
            ("[1]", "[1, 2]"),
            ("\"2026-11-30T10:00:00Z\"", "\"2026-11-30T10:00:00+01:00\""),
        ] {
            assert!(!agree(&read(one), &read(other)), "{one} {other}");
        }
    }

    #[test]
    fn what_is_tidied_up_is_not_lost() {
        for (sent, came) in [
            ("\" Ab  c \"", "\"ab c\""),
            ("[2, 1]", "[1, 2]"),
            ("7", "\"7.0\""),
            ("\"4111111111111111\"", "\"***1111\""),
        ] {
            assert!(is_tidied(&read(sent), &read(came)), "{sent} {came}");
        }
        for (sent, came) in [("\"abc\"", "\"ab\""), ("[1, 2]", "[1]"), ("true", "false"), ("7", "\"8\"")] {
            assert!(!is_tidied(&read(sent), &read(came)), "{sent} {came}");
        }
    }

    #[test]
    fn a_representation_is_found_in_what_it_is_wrapped_in() {
        let sent = read(r#"{"name": "n", "size": {"x": 1, "y": null}}"#);
        let wrapped = read(r#"{"data": {"id": 1, "name": "n", "size": {"x": 1}}, "name": "envelope"}"#);
        let found = Resource::like(&wrapped, &sent).unwrap();
        assert_eq!(found.at, "/data");
        let own: Vec<String> = found.of_caller(&sent).into_iter().map(|leaf| leaf.at).collect();
        assert_eq!(own, ["/name", "/size/x"]);
        assert!(Resource::like(&read(r#"{"error": "none"}"#), &sent).is_none());
    }
}
