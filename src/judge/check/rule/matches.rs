//! `matches`: a value of each item of a list is as a parameter says.

use super::order::order;
use super::scene::{Operand, Scene};
use super::{Judged, Unmet};
use crate::contract::Expression;
use crate::contract::rule::{Matches, Wanted};
use crate::json::{Kind, Node};
use crate::judge::difference::{same, shown};
use std::cmp::Ordering;

pub(super) fn judge(scene: &Scene<'_>, matches: &Matches) -> Judged {
    let mut judged = Judged::default();
    let given: Vec<Option<Operand<'_>>> =
        matches.parameters().into_iter().map(|parameter| scene.given(parameter)).collect();
    if given.iter().all(Option::is_none) {
        return judged;
    }
    scene.each_value(&matches.each, |value| {
        let told: Vec<Option<bool>> = given
            .iter()
            .enumerate()
            .map(|(side, asked)| {
                let asked = asked.as_ref()?;
                holds(&matches.wanted, side, value, asked)
            })
            .collect();
        if told.iter().any(Option::is_some) {
            let held = !told.contains(&Some(false));
            judged.add((!held).then(|| unmet(scene, matches, value)));
        }
    });
    judged
}

/// Whether a value is as it is asked for; nothing where that cannot be told.
fn holds(wanted: &Wanted, side: usize, value: &Operand<'_>, asked: &Operand<'_>) -> Option<bool> {
    let equal = |asked: &Node| {
        let own = Operand::of_text(asked.clone());
        same(Some(value.node()), Some(&own.like(Some(value.node()))))
    };
    match wanted {
        Wanted::Equals(_) => Some(equal(asked.node())),
        Wanted::In(_) => match &asked.node().kind {
            Kind::Array(items) => Some(items.iter().any(equal)),
            _ => Some(equal(asked.node())),
        },
        Wanted::Contains(_) => {
            let (Kind::String(text), Some(part)) = (&value.node().kind, asked.text()) else { return None };
            Some(text.to_lowercase().contains(&part.trim().to_lowercase()))
        }
        Wanted::Within(_) => {
            let bound = asked.like(Some(value.node()));
            match order([value.node(), &bound], [None, None])? {
                Ok((_, order)) if side == 0 => Some(order != Ordering::Less),
                Ok((_, order)) => Some(order != Ordering::Greater),
                Err(_) => None,
            }
        }
    }
}

fn unmet(scene: &Scene<'_>, matches: &Matches, value: &Operand<'_>) -> Unmet {
    let told = |parameter: &Expression| {
        let own = scene.given(parameter);
        own.map(|own| format!("{parameter} = {}", shown(Some(own.node()))))
    };
    let words = match &matches.wanted {
        Wanted::Equals(_) => "equal to",
        Wanted::Contains(_) => "with the text of",
        Wanted::In(_) => "one of",
        Wanted::Within(_) => "within",
    };
    let asked: Vec<String> = matches.parameters().into_iter().filter_map(told).collect();
    let each = &matches.each;
    Unmet {
        kind: "an item does not match".into(),
        title: format!("`{each}` is not as the request asked for"),
        expected: format!("values {words} {}", asked.join(" and ")),
        actual: format!("{each} = {}", scene.shown(each, Some(value))),
        mild: false,
    }
}
