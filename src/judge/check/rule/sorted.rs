//! `sorted`: the items of a list are in order.

use super::order;
use super::scene::Scene;
use super::{Judged, Unmet};
use crate::contract::rule::{Key, Order, Sorted};
use crate::json::{Kind, Node};
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, sorted: &Sorted) -> Judged {
    let mut judged = Judged::default();
    let Some((at, descending)) = way(scene, sorted) else { return judged };
    scene.each_value(&sorted.list, |list| {
        let Kind::Array(items) = &list.node().kind else { return };
        for (index, pair) in items.windows(2).enumerate() {
            let (Some(first), Some(second)) = (pair[0].at(&at), pair[1].at(&at)) else { continue };
            let (lesser, greater) = if descending { (second, first) } else { (first, second) };
            if let Some(is_greater) = clearly_greater(lesser, greater) {
                judged.add(is_greater.then(|| unmet(sorted, &at, descending, index)));
            }
        }
    });
    judged
}

/// By which member a list is sorted, and whether the greatest comes first; nothing where a parameter that
/// says so is not given or says neither.
fn way(scene: &Scene<'_>, sorted: &Sorted) -> Option<(String, bool)> {
    let (at, told) = match &sorted.by {
        Key::Member(at) => (at.clone(), None),
        Key::Parameter(parameter) => Key::named(&scene.text(parameter)?)?,
    };
    let descending = match (&sorted.order, told) {
        (_, Some(told)) => told,
        (Order::Ascending, None) => false,
        (Order::Descending, None) => true,
        (Order::Parameter(parameter), None) => Order::told(&scene.text(parameter)?)?,
    };
    Some((at, descending))
}

/// Whether the first of two values is greater, however a host compares them; nothing where they have no
/// order. Hosts compare text by code points, without a look at its case, or as a language does; and
/// text that is a number as either.
fn clearly_greater(first: &Node, second: &Node) -> Option<bool> {
    let order =
        |order: Result<(&str, Ordering), &str>| order.ok().map(|(_, order)| order == Ordering::Greater);
    let (Kind::String(one), Kind::String(two)) = (&first.kind, &second.kind) else {
        return order(order::order([first, second], [None, None])?);
    };
    if let Some(told) = order::of_times([first, second], [None, None]) {
        return order(told);
    }
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let as_text =
        one > two && one.to_ascii_lowercase() > two.to_ascii_lowercase() && letters(one) > letters(two);
    let as_number = order::order([first, second], [None, None]).and_then(order);
    (one.is_ascii() && two.is_ascii()).then(|| as_text && as_number.unwrap_or(true))
}

fn unmet(sorted: &Sorted, at: &str, descending: bool, index: usize) -> Unmet {
    let (list, order) = (&sorted.list, if descending { Order::Descending } else { Order::Ascending });
    Unmet {
        kind: format!("it is not {order} by {at}"),
        title: format!("`{list}` is not sorted by `{at}`"),
        expected: format!("items in {order} order of {at}"),
        actual: format!("item {} comes before item {}, which belongs before it", index + 1, index + 2),
        mild: false,
    }
}
