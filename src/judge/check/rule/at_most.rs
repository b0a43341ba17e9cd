//! `at-most`: a list has no more items than a parameter says.

use super::scene::{Operand, Scene};
use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::json::Kind;
use crate::json::decimal::Decimal;
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    scene.each_whole_pair(operands.each_ref(), |list, most| {
        if let Some(unmet) = broken(operands, list, most) {
            judged.add(unmet);
        }
    });
    judged
}

/// Nothing where one is no list or the other no number.
fn broken([one, two]: &[Expression; 2], list: &Operand<'_>, most: &Operand<'_>) -> Option<Option<Unmet>> {
    let Kind::Array(items) = &list.node().kind else { return None };
    let most = most.text()?;
    let length = items.len().to_string();
    let more = Decimal::read(&length)?.compare(&Decimal::read(&most)?) == Ordering::Greater;
    Some(more.then(|| Unmet {
        kind: "there are more".into(),
        title: format!("`{one}` has more items than `{two}` says"),
        expected: format!("no more items than {two} = {most}"),
        actual: format!("{length} items"),
        mild: false,
    }))
}
