//! `refused-unchanged`: what was refused has changed nothing.

use super::Stage;
use super::shown::leaves;
use crate::json::{Kind, Node};
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "refused-unchanged",
    summary: "a request that was refused has changed nothing",
    meaning: "A change or deletion of a resource of the run's own was refused, with a 4xx, and a read afterwards shows that it was carried out, in whole or in part.",
    matters: "The client was told that nothing was done, and will try again or give up; the data say otherwise. A check that comes after the change protects nothing.",
    allow: "There is no setting for it: a 4xx says that the request was not carried out.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let Some(refused) = stage.refused(Part::Act) else { return Vec::new() };
    let (act, reader) = (stage.operation(Part::Act), stage.operation(Part::After));
    if stage.accepted(Part::Before).is_some() && stage.is_gone(Part::After) {
        let title = format!("`{act}` was refused with {}, and what it was about is gone", refused.status);
        let told = (format!("what `{reader}` showed before"), "a refusal".to_owned());
        return stage.tells(&CHECK, Part::Act, ("gone", title), told).into_iter().collect();
    }
    let Some(seen) = stage.seen(Part::Made, [Part::Before, Part::After]) else { return Vec::new() };
    let Some((before, after)) = seen.resources() else { return Vec::new() };
    let strayed = before.strayed(&after, &seen.sent, |_| false);
    stage
        .strayed(&CHECK, (Part::Act, Part::After), "changed though the change was refused", &strayed)
        .into_iter()
        .collect()
}

/// What a create that was refused has left in the list.
pub(in crate::judge) fn left(stage: &Stage<'_>) -> Vec<Observation> {
    let Some(refused) = stage.refused(Part::Act) else { return Vec::new() };
    let Some((sent, list)) = stage.sent(Part::Act).zip(stage.shown(Part::Listed)) else { return Vec::new() };
    let own = leaves(&sent.root).into_iter().filter_map(|leaf| match &leaf.value.kind {
        Kind::String(text) if text.contains(stage.run) => Some(text.clone()),
        _ => None,
    });
    let own: Vec<String> = own.collect();
    let (act, lister) = (stage.operation(Part::Act), stage.operation(Part::Listed));
    let Some(text) = own.iter().find(|text| holds(&list, text)) else { return Vec::new() };
    let title =
        format!("`{act}` was refused with {}, and `{lister}` shows what was to be created", refused.status);
    let told = ("no item of it".to_owned(), format!("an item with the text {text}"));
    stage.tells(&CHECK, Part::Act, ("left", title), told).into_iter().collect()
}

/// Whether a text stands in a value.
fn holds(node: &Node, text: &str) -> bool {
    match &node.kind {
        Kind::String(own) => own == text,
        Kind::Array(items) => items.iter().any(|item| holds(item, text)),
        Kind::Object(members) => members.iter().any(|member| holds(&member.value, text)),
        _ => false,
    }
}
