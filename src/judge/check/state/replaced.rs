//! `replaced`: after a PUT the resource is what was sent.

use super::Stage;
use super::shown::{Leaf, Resource, agree, is_tidied, leaves};
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::Part;
use crate::plan::story::{id_of, is_named};

pub(in crate::judge) const CHECK: Check = Check {
    id: "replaced",
    summary: "after a PUT the resource is what was sent",
    meaning: "The run replaced a resource of its own with a PUT that was accepted, and read it before and after. A member that was sent is what it was before, or another than the answer to the PUT told, or the same PUT once more made something else of it. RFC 9110 says of a PUT that the state of the resource is replaced with what was sent, and that the same PUT again has the same effect. Where the answer to the PUT already told that a member stays, it is a warning.",
    matters: "The client was told that its change is stored. It is not, and nobody will know until it is missed.",
    allow: "Mark members of which the service decides `readOnly`; refuse a change that is not made; document asynchronous changes with 202.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let mut found = stored(stage, &CHECK);
    found.extend(repeated(stage));
    found.extend(left_out(stage));
    found.extend(another(stage));
    found
}

/// What of a change that was accepted is not there afterwards.
pub(super) fn stored(stage: &Stage<'_>, check: &'static Check) -> Vec<Observation> {
    let Some(answer) = stage.done(Part::Act) else { return Vec::new() };
    let Some(seen) = stage.seen(Part::Act, [Part::Before, Part::After]) else { return Vec::new() };
    let Some((before, after)) = seen.resources() else { return Vec::new() };
    let told = stage.shown(Part::Act).filter(|_| !answer.body.is_empty());
    let told = told.as_ref().and_then(|told| Resource::like(told, &seen.sent));
    let is_own = |leaf: &Leaf<'_>| {
        after.at(&leaf.at).is_none_or(|after| !stage.is_services(Part::After, &leaf.at, after))
    };
    let changes = leaves(&seen.sent)
        .into_iter()
        .filter(is_own)
        .filter(|leaf| before.at(&leaf.at).is_some_and(|before| !agree(leaf.value, before)));
    let changes: Vec<Leaf<'_>> = changes.collect();
    let stays = |leaf: &Leaf<'_>| {
        let (before, after) = (before.at(&leaf.at), after.at(&leaf.at));
        before.zip(after).is_some_and(|(before, after)| agree(before, after))
    };
    let said = |leaf: &Leaf<'_>| told.as_ref().and_then(|told| told.at(&leaf.at));
    if !changes.is_empty() && changes.iter().all(stays) {
        let all: Vec<&str> = changes.iter().map(|leaf| leaf.at.trim_start_matches('/')).collect();
        let (act, reader) = (stage.operation(Part::Act), stage.operation(Part::After));
        let kind =
            ("nothing", format!("`{act}` was accepted, and `{reader}` shows that nothing has changed"));
        let expected = format!("the new value of {}", all.join(", "));
        let one = stage.tells(check, Part::Act, kind, (expected, "the values of before".to_owned()));
        return one.into_iter().collect();
    }
    let is_behind = |leaf: &Leaf<'_>| {
        let told = said(leaf).zip(before.at(&leaf.at)).is_some_and(|(said, before)| agree(said, before));
        told && after.at(&leaf.at).is_some_and(|after| agree(leaf.value, after))
    };
    if !changes.is_empty() && changes.iter().all(is_behind) {
        let (act, reader) = (stage.operation(Part::Act), stage.operation(Part::After));
        let title =
            format!("the answer to `{act}` shows what was there before, and `{reader}` what was sent");
        let told = ("the values that were sent".to_owned(), "the values of before".to_owned());
        let one = stage.tells(check, Part::Act, ("behind", title), told);
        return one.map(Observation::as_warning).into_iter().collect();
    }
    let differs = |leaf: &Leaf<'_>| -> Option<Observation> {
        let came = after.at(&leaf.at);
        let is_there = came.is_some_and(|came| agree(leaf.value, came));
        let was_there = before.at(&leaf.at).is_some() || said(leaf).is_some();
        if is_there || !was_there {
            return None;
        }
        let promised = said(leaf).is_some_and(|said| agree(leaf.value, said));
        let tidied = came.is_some_and(|came| is_tidied(leaf.value, came));
        let place = format!("{}{}", after.at, leaf.at);
        let words = if stays(leaf) { "has not changed" } else { "is not what was sent" };
        let one = stage.differs(check, (Part::Act, Part::After), (&place, words), (leaf.value, came))?;
        // Who tells at once that it stays has not promised more; who tells nothing has.
        let is_told = told.is_some() && !promised;
        Some(if is_told || tidied { one.as_warning() } else { one })
    };
    leaves(&seen.sent).iter().filter(|leaf| is_own(leaf)).filter_map(differs).collect()
}

/// What the PUT left out and is as it was: it is gone, or has its default again.
fn left_out(stage: &Stage<'_>) -> Option<Observation> {
    stage.accepted(Part::Act)?;
    let put = stage.sent(Part::Act)?;
    let seen = stage.seen(Part::Made, [Part::Before, Part::After])?;
    let (before, after) = seen.resources()?;
    let kept = before.of_caller(&seen.sent).into_iter().filter(|leaf| {
        put.root.at(&leaf.at).is_none() && after.at(&leaf.at).is_some_and(|after| agree(leaf.value, after))
    });
    let kept: Vec<_> =
        kept.map(|leaf| (format!("{}{}", after.at, leaf.at), leaf.value, Some(leaf.value))).collect();
    let words = "was left out by the PUT and is as before";
    stage.strayed(&CHECK, (Part::Act, Part::After), words, &kept).map(Observation::as_warning)
}

/// That it has another id than the one that it is read by.
fn another(stage: &Stage<'_>) -> Option<Observation> {
    stage.accepted(Part::Act)?;
    let id = id_of(stage.exchange(Part::After)?);
    let seen = stage.seen(Part::Made, [Part::Before, Part::After])?;
    let (before, after) = seen.resources()?;
    let own = before.leaves().into_iter().find(|leaf| is_named(leaf.value, &id))?;
    let came = after.at(&own.at).filter(|came| !agree(own.value, came))?;
    let place = format!("{}{}", after.at, own.at);
    let title = (place.as_str(), "is another id than that of the path");
    stage.differs(&CHECK, (Part::Act, Part::After), title, (own.value, Some(came)))
}

/// What the same PUT once more has changed.
fn repeated(stage: &Stage<'_>) -> Vec<Observation> {
    if stage.accepted(Part::Act).is_none() || stage.accepted(Part::Again).is_none() {
        return Vec::new();
    }
    let Some(seen) = stage.seen(Part::Act, [Part::After, Part::AfterAgain]) else { return Vec::new() };
    let Some((first, second)) = seen.resources() else { return Vec::new() };
    let differs = |leaf: Leaf<'_>| {
        let came = second.at(&leaf.at);
        if came.is_some_and(|came| agree(leaf.value, came)) {
            return None;
        }
        let place = format!("{}{}", second.at, leaf.at);
        let title = (place.as_str(), "is another after the same PUT again");
        stage.differs(&CHECK, (Part::Again, Part::AfterAgain), title, (leaf.value, came))
    };
    first.of_caller(&seen.sent).into_iter().filter_map(differs).collect()
}
