//! `recent`: a time lies close to the time of the request, by the host's clock or by this one's.

use super::scene::{Operand, Scene};
use super::{Judged, Unmet, span};
use crate::contract::instant::{SECOND, instant, lacks_offset};
use crate::contract::rule::{Recent, TimeUnit};
use crate::json::Kind;
use crate::judge::clock::Clock;

/// How far a time may be from a whole offset to be called one of another time zone.
const SLACK: i128 = 10 * SECOND;

pub(super) fn judge(scene: &Scene<'_>, recent: &Recent) -> Judged {
    let mut judged = Judged::default();
    scene.each_value(&recent.at, |operand| {
        let clock = scene.view.clock(scene.answer);
        judged.add(broken(scene, recent, operand, clock));
    });
    judged
}

fn broken(scene: &Scene<'_>, recent: &Recent, operand: &Operand<'_>, clock: &Clock) -> Option<Unmet> {
    let within = i128::try_from(recent.within.as_nanos()).unwrap_or(i128::MAX);
    let by = |kind: &str, actual: String| Unmet {
        title: format!("`{}` is not the time of the request: {kind}", recent.at),
        expected: format!(
            "{} within {} s of the host's clock",
            recent.unit.name(),
            recent.within.as_secs_f64()
        ),
        actual,
        kind: kind.to_owned(),
        mild: false,
    };
    let Some(stated) = instant(operand.node(), Some(recent.unit)) else {
        let other = other_unit(operand, recent.unit, clock, within);
        let kind = match &operand.node().kind {
            Kind::String(text) if lacks_offset(text) => "it has no offset from UTC",
            _ => "it is not a time in this unit",
        };
        let shown = scene.shown(&recent.at, Some(operand));
        return Some(match other {
            Some(unit) => by("the unit is another", format!("{shown}, which reads as {}", unit.name())),
            None => by(kind, shown),
        });
    };
    let off = clock.distance(stated.nanoseconds);
    if off.abs() <= within {
        return None;
    }
    if let Some(unit) = other_unit(operand, recent.unit, clock, within) {
        return Some(by("the unit is another", format!("it reads as {}", unit.name())));
    }
    let direction = if off > 0 { "in the future" } else { "in the past" };
    if let Some(zone) = span::zone(off, SLACK) {
        return Some(by("it is in another time zone", format!("{zone} {direction}")));
    }
    Some(by(&format!("it lies {direction}"), format!("{} {direction}", span::about(off))))
}

/// The unit in which the value would be recent, though it is not the one that is stated.
fn other_unit(operand: &Operand<'_>, unit: TimeUnit, clock: &Clock, within: i128) -> Option<TimeUnit> {
    let all = [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::DateTime];
    all.into_iter().filter(|other| *other != unit).find(|other| {
        instant(operand.node(), Some(*other))
            .is_some_and(|stated| clock.distance(stated.nanoseconds).abs() <= within)
    })
}
