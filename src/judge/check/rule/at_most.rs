//! `at-most`: a list has no more items than a parameter says.

use super::scene::Scene;
use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::json::Kind;
use crate::json::decimal::Decimal;
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, operands: &[Expression; 2]) -> Judged {
    let mut judged = Judged::default();
    let [one, two] = operands;
    scene.each_whole_pair([one, two], |list, most| {
        let (Kind::Array(items), Some(most)) = (&list.node().kind, most.text()) else { return };
        let length = items.len().to_string();
        let Some([length, limit]) = Decimal::read(&length).zip(Decimal::read(&most)).map(<[_; 2]>::from)
        else {
            return;
        };
        judged.add((length.compare(&limit) == Ordering::Greater).then(|| Unmet {
            kind: "there are more".into(),
            title: format!("`{one}` has more items than `{two}` says"),
            expected: format!("no more items than {two} = {most}"),
            actual: format!("{} items", items.len()),
            mild: false,
        }));
    });
    judged
}
