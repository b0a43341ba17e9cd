//! `ordered`: the first value is not greater, or not later, than the second.

use super::order::order;
use super::scene::{Operand, Scene};
use super::{Judged, Unmet};
use crate::contract::Expression;
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    scene.each_whole_pair(operands.each_ref(), |left, right| {
        let [one, two] = operands;
        let (left_node, right_node) = (left.like(Some(right.node())), right.like(Some(left.node())));
        if let Some(order) = order([&left_node, &right_node], [scene.unit(one), scene.unit(two)]) {
            judged.add(broken(scene, operands, left, right, order));
        }
    });
    judged
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
