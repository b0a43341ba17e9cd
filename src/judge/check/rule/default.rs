//! `default`: the default of a parameter gives the same answer as none.

use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::json::{Kind, Node, pointer};
use crate::judge::difference::{difference, member_of, same};

/// The answers without the parameter, with its default, and without it again.
pub(super) fn judge(parameter: &Expression, answers: &[Node]) -> Judged {
    let mut judged = Judged::default();
    if let [without, with, again] = answers {
        let apart = apart([without, with, again], "");
        judged.add(apart.map(|(at, [without, with])| {
            let found = difference(Some(without), Some(with));
            let at = format!("{at}{}", found.at);
            Unmet {
                kind: format!("{} at {at}", found.kind),
                title: format!("without `{parameter}` the answer is not that to its default"),
                expected: format!("$response.body#{at} = {}, as without it", found.expected),
                actual: format!("$response.body#{at} = {}", found.actual),
                mild: false,
            }
        }));
    }
    judged
}

/// Where the first and the third of three values are equal and the second is another: what differs
/// between the first and the third differs by itself.
fn apart<'n>([without, with, again]: [&'n Node; 3], at: &str) -> Option<(String, [&'n Node; 2])> {
    if same(Some(without), Some(again)) {
        return (!same(Some(without), Some(with))).then(|| (at.to_owned(), [without, with]));
    }
    match (&without.kind, &with.kind, &again.kind) {
        (Kind::Object(members), Kind::Object(with), Kind::Object(again)) => {
            members.iter().find_map(|member| {
                let (with, again) = (member_of(with, &member.key)?, member_of(again, &member.key)?);
                apart([&member.value, with, again], &pointer::child(at, &member.key))
            })
        }
        _ => None,
    }
}
