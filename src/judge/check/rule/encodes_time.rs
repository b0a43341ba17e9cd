//! `encodes-time`: an id begins with the time at which it was made.

use super::scene::{Operand, Scene};
use super::{Judged, Unmet, span};
use crate::contract::instant::instant;
use crate::contract::rule::EncodesTime;
use crate::json::Kind;

pub(super) fn judge(scene: &Scene<'_>, rule: &EncodesTime) -> Judged {
    let mut judged = Judged::default();
    scene.each_whole_pair([&rule.id, &rule.at], |id, time| judged.add(broken(scene, rule, id, time)));
    judged
}

fn broken(scene: &Scene<'_>, rule: &EncodesTime, id: &Operand<'_>, time: &Operand<'_>) -> Option<Unmet> {
    let EncodesTime { id: id_at, form, at, within } = rule;
    // What is not a time there is not this rule's to tell.
    let stated = instant(time.node(), scene.unit(at))?;
    let by = |kind: &str, actual: String| Unmet {
        title: format!("`{id_at}` does not begin with the time of `{at}`: {kind}"),
        expected: format!("the form {}, made at {at}", form.name()),
        actual,
        kind: kind.to_owned(),
        mild: false,
    };
    // What is no text has the wrong type, which the schema tells.
    let Kind::String(text) = &id.node().kind else { return None };
    let Some(encoded) = form.read(text) else {
        return Some(by("it does not have the form", scene.shown(id_at, Some(id))));
    };
    let step = form.step().max(stated.precision);
    let within = i128::try_from(within.as_nanos()).unwrap_or(i128::MAX);
    let apart = encoded.div_euclid(step) * step - stated.floor(step);
    if apart.abs() <= within {
        return None;
    }
    let direction = if apart > 0 { "later" } else { "earlier" };
    Some(match span::zone(apart, within) {
        Some(zone) => by("it is in another time zone", format!("{zone} {direction}")),
        None => by("the times differ", format!("{} {direction}", span::about(apart))),
    })
}
