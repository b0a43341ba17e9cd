//! What snapshots lend a reference: which statuses and codes came when they were recorded, and the
//! answers in which nothing had to be replaced.
//!
//! They hold no target, no date and no verdict, so nothing here says that something held.

use super::NotVerified;
use super::example::reformatted;
use super::model::{Example, Mark, Operation, Origin, Reference};
use super::strays::{self, Came};
use super::verified::{coded, put_first};
use crate::contract::Contract;
use crate::contract::model::{self as contracted, choose, is_json};
use crate::json::{self, Kind, Node};
use crate::judge;
use crate::schema::Side;
use crate::snapshot::Recorded;

/// Pages about the method hold answers to other methods than the operation's own.
const OTHER_METHODS: &str = "method";

/// Marks a reference with what was recorded.
pub(super) fn remember(
    reference: &mut Reference,
    contract: &Contract,
    profile: &str,
    recorded: &[Recorded],
) -> Result<(), NotVerified> {
    let mut known = false;
    for told in reference.groups.iter_mut().flat_map(|group| &mut group.operations) {
        let of = |one: &&contracted::Operation| one.method == told.method && one.path == told.path;
        let Some(operation) = contract.operations.iter().find(of) else { continue };
        let own: Vec<&Recorded> = recorded
            .iter()
            .filter(|one| one.operation == operation.id && one.place != OTHER_METHODS)
            .collect();
        known |= !own.is_empty();
        mark(told, operation, &own);
        lend(told, contract, operation, &own)?;
    }
    if !known {
        return Err(NotVerified::Unknown { profile: profile.to_owned() });
    }
    reference.profile = Some(profile.to_owned());
    Ok(())
}

fn mark(told: &mut Operation, operation: &contracted::Operation, own: &[&Recorded]) {
    let mark = |came: bool| Some(if came { Mark::Recorded } else { Mark::NotRecorded });
    let came: Vec<Came> = own
        .iter()
        .map(|one| Came { status: one.answer.status, codes: codes(operation, one), failure: None })
        .collect();
    for (response, contracted) in told.responses.iter_mut().zip(&operation.responses) {
        response.mark = mark(own.iter().any(|one| is_of(operation, contracted, one)));
    }
    for error in &mut told.errors {
        error.mark =
            mark(came.iter().any(|one| one.status == error.status && one.codes.contains(&error.code)));
    }
    strays::tell(told, operation, &came);
}

/// For each code, and for each status without one, the first answer that can be shown.
fn lend(
    told: &mut Operation,
    contract: &Contract,
    operation: &contracted::Operation,
    own: &[&Recorded],
) -> Result<(), NotVerified> {
    for (response, contracted) in told.responses.iter_mut().zip(&operation.responses) {
        let mut shown: Vec<Vec<String>> = Vec::new();
        let mut examples = Vec::new();
        for one in own.iter().filter(|one| is_of(operation, contracted, one)) {
            let codes = codes(operation, one);
            let Some((media, text, value)) = whole(one).filter(|_| !shown.contains(&codes)) else { continue };
            let Some(media) = choose(&contracted.content, media) else { continue };
            if let Some(schema) = &media.schema
                && let Some(broken) = contract.schemas.errors(schema, Side::Response, &value).first()
            {
                let place = if broken.place.is_empty() { "the body" } else { &broken.place };
                return Err(NotVerified::Stale {
                    what: "answer",
                    case: format!("{}/{}/{} {}", one.operation, one.place, one.cause, one.case),
                    reason: format!("{place}: expected {}, found {}", broken.expected, broken.actual),
                    at: contract.document.locate_key(&broken.at),
                });
            }
            let title =
                coded(&operation.behaviour, &codes).unwrap_or_else(|| format!("{} {}", one.place, one.cause));
            let example = Example { title, text: reformatted(text), json: true, origin: Origin::Recorded };
            shown.push(codes);
            examples.push((media.name.clone(), example));
        }
        for (name, example) in examples.into_iter().rev() {
            if let Some(media) = response.media.iter_mut().find(|media| media.name == name) {
                put_first(media, example);
            }
        }
    }
    Ok(())
}

fn is_of(operation: &contracted::Operation, response: &contracted::Response, one: &Recorded) -> bool {
    operation.response(one.answer.status).is_some_and(|found| found.status == response.status)
}

fn codes(operation: &contracted::Operation, one: &Recorded) -> Vec<String> {
    let body = json::read(&one.answer.body).ok();
    let errors = operation.behaviour.errors.as_ref();
    errors.map_or_else(Vec::new, |errors| judge::values(&errors.code, &one.answer, body.as_ref()))
}

/// Media type, text and value of an answer in JSON that is shown as it came.
fn whole(one: &Recorded) -> Option<(&str, &str, serde_json::Value)> {
    let media = one.answer.header("content-type").filter(|media| is_json(media))?;
    let text = std::str::from_utf8(&one.answer.body).ok()?;
    let body = json::read(text.as_bytes()).ok()?;
    (!is_replaced(&body.root)).then(|| (media, text, body.to_value()))
}

/// Whether a placeholder may stand somewhere in it; a value that looks like one counts.
fn is_replaced(node: &Node) -> bool {
    let stands_for = |text: &str| {
        (text.starts_with('[') && text.ends_with(']')) || text.contains("{run}") || text.contains("{case}")
    };
    match &node.kind {
        Kind::String(text) => stands_for(text),
        Kind::Array(items) => items.iter().any(is_replaced),
        Kind::Object(members) => {
            members.iter().any(|member| stands_for(&member.key) || is_replaced(&member.value))
        }
        _ => false,
    }
}
