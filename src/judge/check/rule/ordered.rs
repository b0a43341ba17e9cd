//! `ordered`: the first value is not greater, or not later, than the second.

use super::scene::{Operand, Scene};
use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::contract::instant::{Instant, instant};
use crate::json::decimal::Decimal;
use crate::json::{Kind, Node};
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    scene.each_whole_pair(operands.each_ref(), |left, right| {
        if let Some(order) = order(scene, operands, left, right) {
            judged.add(broken(scene, operands, left, right, order));
        }
    });
    judged
}

/// What kind of values two are, and their order; none where neither has one.
fn order(
    scene: &Scene<'_>,
    [one, two]: &[Expression; 2],
    left: &Operand<'_>,
    right: &Operand<'_>,
) -> Option<Result<(&'static str, Ordering), &'static str>> {
    let units = (scene.unit(one), scene.unit(two));
    let (left_node, right_node) = (left.like(Some(right.node())), right.like(Some(left.node())));
    if units.0 == units.1
        && let (Some(left), Some(right)) = (decimal(&left_node), decimal(&right_node))
    {
        return Some(Ok(("greater", left.compare(&right))));
    }
    let (first, second) = (instant(&left_node, units.0), instant(&right_node, units.1));
    match (first, second) {
        (Some(first), Some(second)) => Some(Ok(("later", times(&first, &second)))),
        (None, None) => dates(&left_node, &right_node).map(|order| Ok(("later", order))),
        // A date has no time of day: what it is beside a time is not told.
        _ if date(&left_node).is_some() || date(&right_node).is_some() => None,
        _ => Some(Err("one of them is no number and no time")),
    }
}

/// The order of two times, as far as the coarser notation tells.
fn times(first: &Instant, second: &Instant) -> Ordering {
    let precision = first.precision.max(second.precision);
    first.floor(precision).cmp(&second.floor(precision))
}

fn decimal(node: &Node) -> Option<Decimal<'_>> {
    match &node.kind {
        Kind::Number(token) => Decimal::read(token),
        Kind::String(text) => Decimal::read(text),
        _ => None,
    }
}

fn dates(left: &Node, right: &Node) -> Option<Ordering> {
    Some(date(left)?.cmp(&date(right)?))
}

fn date(node: &Node) -> Option<jiff::civil::Date> {
    match &node.kind {
        Kind::String(text) if text.len() == 10 => text.parse().ok(),
        _ => None,
    }
}

fn broken(
    scene: &Scene<'_>,
    [one, two]: &[Expression; 2],
    left: &Operand<'_>,
    right: &Operand<'_>,
    order: Result<(&str, Ordering), &str>,
) -> Option<Unmet> {
    let (kind, title, wanted) = match order {
        Ok((_, Ordering::Less | Ordering::Equal)) => return None,
        Ok((word, Ordering::Greater)) => (
            format!("it is {word}"),
            format!("`{one}` is {word} than `{two}`"),
            format!("not {word} than {two}"),
        ),
        Err(why) => (
            why.to_owned(),
            format!("`{one}` and `{two}` cannot be put in order: {why}"),
            "two numbers or two times".to_owned(),
        ),
    };
    Some(Unmet {
        kind,
        title,
        expected: format!("{one} {wanted} = {}", scene.shown(two, Some(right))),
        actual: format!("{one} = {}", scene.shown(one, Some(left))),
        mild: false,
    })
}
