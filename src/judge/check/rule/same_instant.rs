//! `same-instant`: two times are the same to the precision of the coarser notation, which is cut
//! off and not rounded.

use super::scene::{Operand, Scene};
use super::{Judged, Unmet, span};
use crate::contract::Expression;
use crate::contract::instant::{Instant, instant, lacks_offset};
use crate::contract::rule::TimeUnit;
use crate::json::Kind;

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    scene.each_whole_pair(operands.each_ref(), |left, right| {
        judged.add(broken(scene, operands, left, right));
    });
    judged
}

fn broken(
    scene: &Scene<'_>,
    [one, two]: &[Expression; 2],
    left: &Operand<'_>,
    right: &Operand<'_>,
) -> Option<Unmet> {
    let units = (scene.unit(one), scene.unit(two));
    let (first, second) = (instant(left.node(), units.0), instant(right.node(), units.1));
    let whole = |kind: &str, actual: String| Unmet {
        title: format!("`{one}` and `{two}` are not the same instant: {kind}"),
        expected: "the same instant, the finer one cut off to the precision of the coarser".into(),
        actual,
        kind: kind.to_owned(),
        mild: false,
    };
    let (Some(first), Some(second)) = (first, second) else {
        let (at, operand) = if first.is_none() { (one, left) } else { (two, right) };
        let kind = match &operand.node().kind {
            Kind::String(text) if lacks_offset(text) => "one has no offset from UTC",
            _ => "one is not a time",
        };
        return Some(whole(kind, format!("{at} = {}", scene.shown(at, Some(operand)))));
    };
    let precision = first.precision.max(second.precision);
    let apart = first.floor(precision) - second.floor(precision);
    if apart == 0 {
        return None;
    }
    let direction = if apart > 0 { "later" } else { "earlier" };
    if is_rounded(&first, &second) {
        return Some(whole("one is rounded where it should be cut off", format!("one step {direction}")));
    }
    if let Some(zone) = span::zone(apart, 0) {
        let actual = format!("{one} is exactly {zone} {direction} than {two}, as in another time zone");
        return Some(whole("one is in another time zone", actual));
    }
    for (node, unit, other, at) in [(left, units.0, second, one), (right, units.1, first, two)] {
        if let Some(actual) = in_other_unit(node, unit, &other) {
            return Some(whole("the unit is another", format!("{at} reads as {actual}")));
        }
    }
    let actual = format!("{one} is {} {direction} than {two}", span::about(apart));
    Some(whole("the instants differ", actual))
}

/// Whether the coarser is the finer one rounded up.
fn is_rounded(first: &Instant, second: &Instant) -> bool {
    let (coarse, fine) = if first.precision > second.precision { (first, second) } else { (second, first) };
    let step = coarse.precision;
    step > fine.precision
        && coarse.nanoseconds == fine.floor(step) + step
        && 2 * (fine.nanoseconds - fine.floor(step)) >= step
}

/// The unit in which a number is the other time, though it is not the number's own.
fn in_other_unit(operand: &Operand<'_>, unit: Option<TimeUnit>, other: &Instant) -> Option<&'static str> {
    let units = [TimeUnit::Seconds, TimeUnit::Milliseconds].into_iter().filter(|one| Some(*one) != unit);
    let mut fitting = units.filter(|unit| {
        instant(operand.node(), Some(*unit)).is_some_and(|read| {
            let precision = read.precision.max(other.precision);
            read.floor(precision) == other.floor(precision)
        })
    });
    fitting.next().map(TimeUnit::name)
}
