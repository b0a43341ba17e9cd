//! `value`: a place has the value that the contract gives. Not judged where it is absent.

use super::scene::Scene;
use super::{Judged, Unmet};
use crate::contract::rule::Fixed;
use crate::json::Node;
use crate::judge::difference::{difference, same};

pub(super) fn judge(scene: &Scene<'_>, Fixed { at, is }: &Fixed) -> Judged {
    let mut judged = Judged::default();
    let wanted = Node::from(is);
    for (_, operand) in scene.select(at).unwrap_or_default() {
        let came = operand.like(Some(&wanted));
        let broken = (!same(Some(&wanted), Some(&came))).then(|| {
            let found = difference(Some(&wanted), Some(&came));
            Unmet {
                title: format!("`{at}` is not {is}: {}", found.kind),
                expected: found.expected,
                actual: format!("{at} = {}", scene.shown(at, Some(&operand))),
                kind: found.kind,
                mild: false,
            }
        });
        judged.add(broken);
    }
    judged
}
