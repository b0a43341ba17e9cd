//! `deleted`: what was deleted is gone.

use super::Stage;
use super::shown::{Leaf, Resource, agree};
use crate::exchange::Answer;
use crate::json::{self, Kind, Node};
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;
use crate::plan::story::{id_of, is_named};

pub(in crate::judge) const CHECK: Check = Check {
    id: "deleted",
    summary: "what was deleted is gone",
    meaning: "The run deleted a resource of its own, the host said that it was done, and the resource can still be read as it was, or still stands in the list of its kind after the time of `--eventually`. RFC 9110 says of DELETE that the resource is no longer there under its URL. A resource that shows in a member that it is deleted counts as gone.",
    matters: "Whoever deletes something, often because a law asks for it, relies on it being gone.",
    allow: "Document a deletion that is done later with 202, show what is only marked as deleted in a member, or raise `--eventually`.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let Some(deletion) = stage.done(Part::Act) else { return Vec::new() };
    let (act, reader) = (stage.operation(Part::Act), stage.operation(Part::After));
    let told = format!("a refusal of `{reader}`, as `{act}` answered {}", deletion.status);
    if let Some(after) = stage.accepted(Part::After) {
        let before = stage.accepted(Part::Before);
        // What shows in a member that it is deleted is gone in the words of its service.
        if before.is_none_or(|before| before.body != after.body) {
            return Vec::new();
        }
        let title = format!("what `{act}` deleted is still there, as `{reader}` shows");
        let actual = format!("status {} with the body of before", after.status);
        return stage.tells(&CHECK, Part::Act, ("still there", title), (told, actual)).into_iter().collect();
    }
    let Some(list) = stage.accepted(Part::Listed).filter(|_| stage.exchange(Part::After).is_some()) else {
        return Vec::new();
    };
    let seen = stage.exchange(Part::Before).zip(stage.shown(Part::Before)).zip(stage.sent(Part::Made));
    let Some(((read, before), made)) = seen else { return Vec::new() };
    let own =
        Resource::like(&before, &made.root).map_or_else(Vec::new, |before| before.of_caller(&made.root));
    if !lists(list, &id_of(read), &own) {
        return Vec::new();
    }
    let lister = stage.operation(Part::Listed);
    let title = format!("what `{act}` deleted still stands in the list of `{lister}`");
    let actual = "an item with its id".to_owned();
    let expected = format!("no item with its id, as `{reader}` has none");
    stage.tells(&CHECK, Part::Act, ("still listed", title), (expected, actual)).into_iter().collect()
}

/// Whether a list has an item that is what was deleted: it has the id, and all else that it shows is
/// the same, since an id may be given again.
fn lists(list: &Answer, id: &str, own: &[Leaf<'_>]) -> bool {
    let Ok(body) = json::read(&list.body) else { return false };
    let mut open = vec![&body.root];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Array(items) if items.iter().any(|item| is_own(item, id, own)) => return true,
            Kind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
            _ => {}
        }
    }
    false
}

fn is_own(item: &Node, id: &str, own: &[Leaf<'_>]) -> bool {
    let Kind::Object(members) = &item.kind else { return false };
    let shown: Vec<bool> =
        own.iter().filter_map(|leaf| Some(agree(leaf.value, item.at(&leaf.at)?))).collect();
    let is_same = !shown.is_empty() && shown.into_iter().all(|same| same);
    is_same && members.iter().any(|member| is_named(&member.value, id))
}
