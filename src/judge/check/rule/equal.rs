//! `equal`: two values are equal, an absent one as null.

use super::precision::Echo;
use super::scene::{Operand, Scene};
use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::json::Kind;
use crate::judge::difference::{Difference, difference, same, type_of};

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    scene.each_pair(operands.each_ref(), |left, right| {
        if left.is_some() || right.is_some() {
            judged.add(broken(scene, operands, left, right));
        }
    });
    judged
}

fn broken(
    scene: &Scene<'_>,
    [one, two]: &[Expression; 2],
    left: Option<&Operand<'_>>,
    right: Option<&Operand<'_>>,
) -> Option<Unmet> {
    let left_node = left.map(|operand| operand.like(right.map(Operand::node)));
    let right_node = right.map(|operand| operand.like(left.map(Operand::node)));
    let (left_node, right_node) = (left_node.as_deref(), right_node.as_deref());
    if same(left_node, right_node) {
        return None;
    }
    let sent = match (one, two) {
        (Expression::Request(_), Expression::Response(_)) => Some(([one, two], left_node, right_node)),
        (Expression::Response(_), Expression::Request(_)) => Some(([two, one], right_node, left_node)),
        _ => None,
    };
    let echo = match sent {
        Some((at, Some(sent), Some(came))) => scene.echo(at, sent, came),
        _ => Echo::Changed,
    };
    if echo == Echo::Kept {
        return None;
    }
    // What was sent is what should have come; of two places of an answer, the second.
    let turned = matches!(one, Expression::Request(_)) && !matches!(two, Expression::Request(_));
    let (wanted_at, came_at) = if turned { (one, two) } else { (two, one) };
    let (wanted, came) = if turned { (left_node, right_node) } else { (right_node, left_node) };
    let found = difference(wanted, came);
    let name = |node: Option<&crate::json::Node>| node.map_or("absent", |node| type_of(&node.kind));
    let found = if scene.hides(one) || scene.hides(two) {
        let kind = match (wanted.map(|node| &node.kind), came.map(|node| &node.kind)) {
            // How two values differ that are others in every run is chance.
            (Some(Kind::Number(_)), Some(Kind::Number(_))) => "the number differs".to_owned(),
            (Some(Kind::String(_)), Some(Kind::String(_))) => "the text differs".to_owned(),
            _ => found.kind,
        };
        Difference {
            at: String::new(),
            kind,
            expected: name(wanted).to_owned(),
            actual: name(came).to_owned(),
        }
    } else {
        found
    };
    let below = if found.at.is_empty() { String::new() } else { format!(" at {}", found.at) };
    Some(Unmet {
        title: format!("`{came_at}` is not equal to `{wanted_at}`: {}", found.kind),
        expected: format!("{wanted_at}{below} = {}", found.expected),
        actual: format!("{came_at}{below} = {}", found.actual),
        kind: format!("{}{below}", found.kind),
        mild: echo == Echo::Rounded,
    })
}
