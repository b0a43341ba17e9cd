//! The order of two values: numbers to the last digit, times as instants, dates as dates.

use crate::contract::instant::{Instant, instant};
use crate::contract::rule::TimeUnit;
use crate::json::decimal::Decimal;
use crate::json::{Kind, Node};
use std::cmp::Ordering;

/// Two values in their order, with the word for it, or why there is none between them; nothing where
/// neither has one.
pub(super) fn order(
    [left, right]: [&Node; 2],
    units: [Option<TimeUnit>; 2],
) -> Option<Result<(&'static str, Ordering), &'static str>> {
    if units[0] == units[1]
        && let (Some(left), Some(right)) = (decimal(left), decimal(right))
    {
        return Some(Ok(("greater", left.compare(&right))));
    }
    of_times([left, right], units)
}

/// The same of what is no number.
pub(super) fn of_times(
    [left, right]: [&Node; 2],
    units: [Option<TimeUnit>; 2],
) -> Option<Result<(&'static str, Ordering), &'static str>> {
    match (instant(left, units[0]), instant(right, units[1])) {
        (Some(first), Some(second)) => Some(Ok(("later", times(&first, &second)))),
        (None, None) => dates(left, right).map(|order| Ok(("later", order))),
        // A date has no time of day: what it is beside a time is not told.
        _ if date(left).is_some() || date(right).is_some() => None,
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
