//! `modified`: after a PATCH what it names is what was sent, and all else is as it was.

use super::Stage;
use super::shown::{Leaf, agree};
use crate::json::{Kind, pointer};
use crate::judge::difference::shown as in_words;
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;

pub(in crate::judge) const CHECK: Check = Check {
    id: "modified",
    summary: "a PATCH changes what it names, and nothing else",
    meaning: "The run changed a part of a resource of its own with a PATCH that was accepted, and read it before and after. A member that was sent is not there as it was sent, or one that the create had given and the PATCH did not name is another or gone.",
    matters: "A PATCH that resets what it does not name destroys data that the client never touched; one that changes nothing pretends to have.",
    allow: "Mark members of which the service decides `readOnly`, or list them under `volatile` in x-probity.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let mut found = super::replaced::stored(stage, &CHECK);
    found.extend(others(stage));
    found.extend(kept(stage));
    found
}

/// What was to be taken away by a merge patch and is as it was.
fn kept(stage: &Stage<'_>) -> Vec<Observation> {
    let asked = stage.sent(Part::Act).filter(|_| stage.accepted(Part::Act).is_some());
    let seen = stage.seen(Part::Made, [Part::Before, Part::After]);
    let Some((patch, seen)) = asked.zip(seen) else { return Vec::new() };
    let (Some((before, after)), Kind::Object(members)) = (seen.resources(), &patch.root.kind) else {
        return Vec::new();
    };
    let nulls = members.iter().filter(|member| member.value.kind == Kind::Null);
    let kept = nulls.filter_map(|member| {
        let at = pointer::child("", &member.key);
        let both = before.at(&at).zip(after.at(&at));
        let (_, came) = both.filter(|(before, after)| agree(before, after))?;
        let title = format!("`{at}` was to be taken away with null and is still there");
        let told = (format!("{at} absent or null"), format!("{at} = {}", in_words(Some(came))));
        stage.tells(&CHECK, Part::Act, (&format!("{at} kept"), title), told)
    });
    kept.collect()
}

/// What was given when it was created, was not named, and is another.
fn others(stage: &Stage<'_>) -> Vec<Observation> {
    let asked = stage.sent(Part::Act).filter(|_| stage.accepted(Part::Act).is_some());
    let seen = stage.seen(Part::Made, [Part::Before, Part::After]);
    let Some((patch, seen)) = asked.zip(seen) else { return Vec::new() };
    let Some((before, after)) = seen.resources() else { return Vec::new() };
    let is_named = |leaf: &Leaf<'_>| {
        let mut at = String::new();
        pointer::tokens(&leaf.at).any(|token| {
            pointer::push(&mut at, &token);
            patch.root.at(&at).is_some_and(|node| !matches!(node.kind, Kind::Object(_)))
        })
    };
    let strayed = before.strayed(&after, &seen.sent, is_named);
    let (gone, other): (Vec<_>, Vec<_>) = strayed.into_iter().partition(|(_, _, came)| came.is_none());
    let place = (Part::Act, Part::After);
    let gone = stage.strayed(&CHECK, place, "not named and gone", &gone);
    // One member may follow from another; what is gone does not.
    let other = stage.strayed(&CHECK, place, "not named and another", &other).map(Observation::as_warning);
    gone.into_iter().chain(other).collect()
}
