//! `created`: what was created can be read as it was sent and told.

use super::Stage;
use super::shown::{Leaf, Resource, agree, is_tidied, leaves};
use crate::judge::{Check, Observation, Scope, Severity};
use crate::plan::story::id_of;
use crate::plan::{Part, Verdict};
use crate::wire::url;

pub(in crate::judge) const CHECK: Check = Check {
    id: "created",
    summary: "what was created can be read as it was sent",
    meaning: "The run created a resource and read it where its id leads. A member that both the request and the answer to the read have is another: the create was told to be done, and something else was stored. Where the answer to the create already told the other value, or only spaces, case or order differ, it is a warning.",
    matters: "An answer to a create that only repeats the request looks right whatever was stored. What is lost or changed on the way to the store shows when it is read.",
    allow: "Where the service decides the value itself, mark the member `readOnly`; where it keeps another one on purpose, list its place under `volatile` in x-probity, or allow the check with `-A created`.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

pub(in crate::judge) fn check(stage: &Stage<'_>) -> Vec<Observation> {
    let mut found: Vec<Observation> = missing(stage).into_iter().chain(astray(stage)).collect();
    found.extend(otherwise(stage));
    found
}

/// That what was created is not there.
fn missing(stage: &Stage<'_>) -> Option<Observation> {
    let made = stage.done(Part::Made)?;
    let read = stage.exchange(Part::After)?;
    let refused = stage.refused(Part::After).filter(|_| stage.is_gone(Part::After))?;
    // A read that must be accepted is held to that.
    if stage.case(Part::After)?.expectation.verdict == Verdict::Accept {
        return None;
    }
    let (maker, reader) = (stage.operation(Part::Made), stage.operation(Part::After));
    let title = format!("what `{maker}` created is not there, as `{reader}` says");
    let told = ("the resource that was created".to_owned(), format!("status {}", refused.status));
    let one = stage.tells(&CHECK, Part::Made, ("not there", title), told)?;
    // That it is to be found by what was taken for its id is a guess unless `Location` says so.
    let leads = leads_to(made.header("location").unwrap_or_default(), &id_of(read));
    Some(if leads { one } else { one.as_warning() })
}

/// That `Location` does not lead to what was created and is there.
fn astray(stage: &Stage<'_>) -> Option<Observation> {
    let location = stage.accepted(Part::Made)?.header("location")?;
    let read = stage.exchange(Part::After).filter(|read| read.accepted())?;
    let (path, _) = url::parts(&read.sent.head.url);
    let (told, _) = url::parts(location);
    let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned());
    // One that leads to another kind of resource may be as right.
    let is_alike = above(told).is_some_and(|above_told| {
        let above = above(path).unwrap_or_default();
        !above_told.is_empty() && above.ends_with(&above_told)
    });
    if !is_alike || leads_to(location, &id_of(read)) {
        return None;
    }
    let (maker, reader) = (stage.operation(Part::Made), stage.operation(Part::After));
    let title = format!(
        "`Location` of `{maker}` leads to another than what `{reader}` shows under the id that it told"
    );
    let told = ("a `Location` that ends in the id".to_owned(), "another".to_owned());
    stage.tells(&CHECK, Part::Made, ("location", title), told)
}

fn leads_to(location: &str, id: &str) -> bool {
    let (path, _) = url::parts(location);
    url::decoded(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()) == id
}

/// What of it is another than was sent.
fn otherwise(stage: &Stage<'_>) -> Vec<Observation> {
    let parts = stage.sent(Part::Made).zip(stage.shown(Part::After));
    let Some((sent, read)) = parts else { return Vec::new() };
    let told = stage.shown(Part::Made);
    let told = told.as_ref().and_then(|told| Resource::like(told, &sent.root));
    let Some(read) = Resource::like(&read, &sent.root) else { return Vec::new() };
    let differs = |leaf: Leaf<'_>| {
        let wanted = sent.root.at(&leaf.at)?;
        if agree(wanted, leaf.value) || stage.is_services(Part::After, &leaf.at, leaf.value) {
            return None;
        }
        let said = told.as_ref().and_then(|told| told.at(&leaf.at));
        // Who tells at once that it is another has not promised what was sent.
        let contradicts = said.is_none_or(|said| agree(wanted, said));
        let place = format!("{}{}", read.at, leaf.at);
        let title = (place.as_str(), "is not what was sent");
        let one = stage.differs(&CHECK, (Part::Made, Part::After), title, (wanted, Some(leaf.value)))?;
        Some(if contradicts && !is_tidied(wanted, leaf.value) { one } else { one.as_warning() })
    };
    let mut found: Vec<Observation> = read.of_caller(&sent.root).into_iter().filter_map(differs).collect();
    let lost = leaves(&sent.root).into_iter().filter_map(|leaf| {
        let said = told.as_ref().and_then(|told| told.at(&leaf.at))?;
        let place = format!("{}{}", read.at, leaf.at);
        let is_lost =
            read.at(&leaf.at).is_none() && agree(leaf.value, said) && stage.declares(Part::After, &place);
        let title = (place.as_str(), "was told by the create and is not there");
        is_lost.then(|| stage.differs(&CHECK, (Part::Made, Part::After), title, (leaf.value, None))).flatten()
    });
    found.extend(lost);
    found
}
