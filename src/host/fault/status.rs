//! Faults in statuses and business error codes.

use super::change::{Change, Recoded};
use super::{Class, Defect, Site};
use crate::contract::Expression;
use crate::contract::expression::Part;
use crate::contract::model::StatusRange;
use http::HeaderName;

/// Statuses that servers like to answer; the first of each class that no one documented is taken.
const UNDOCUMENTED: &[u16] = &[202, 206, 303, 409, 418, 422];

pub(super) fn derive(site: &mut Site<'_>) {
    let statuses: Vec<u16> = site.given.keys().copied().collect();
    for status in statuses {
        let documented = site.operation.responses.iter().filter_map(|response| match response.status {
            StatusRange::Code(code) if code != status && code != 429 => Some(code),
            _ => None,
        });
        let mut others: Vec<u16> = documented.collect();
        let unknown = UNDOCUMENTED.iter().filter(|code| site.operation.response(**code).is_none());
        // One of its own class and one of another.
        let (own, strange): (Vec<u16>, Vec<u16>) = unknown.partition(|code| **code / 100 == status / 100);
        others.extend(own.first().into_iter().chain(strange.first()));
        let at = site.response_at(status);
        for other in others {
            let kind = if site.operation.response(other).is_some() { "documented" } else { "undocumented" };
            let id = format!("status/{status}/as-{other}");
            let words = format!("a {status} has the {kind} status {other}");
            site.answer(Class::Status, (status, &id), &at, words, Change::Status(other));
        }
    }
}

pub(super) fn codes(site: &mut Site<'_>) {
    let operation = site.operation;
    let Some(errors) = &operation.behaviour.errors else { return };
    for (index, code) in errors.catalogue.keys().enumerate() {
        let at = format!("{}/x-probity/errors/catalogue/{code}", operation.at);
        let next = (1..errors.catalogue.len())
            .filter_map(|step| errors.catalogue.get_index((index + step) % errors.catalogue.len()))
            .map(|(code, _)| code.clone());
        let unknown = code.parse::<u64>().map_or_else(|_| format!("{code}X"), |code| (code + 1).to_string());
        let unknown = Some(unknown).filter(|unknown| !errors.catalogue.contains_key(unknown));
        let others: Vec<String> = next.chain(unknown).collect();
        let mut plant = |id: &str, words: String, change: Change| {
            let id = format!("code/{code}/{id}");
            site.plant(Class::Code, &id, &at, words, Defect::Answer { status: None, every: 1, change });
        };
        match &errors.code {
            Expression::Response(Part::Body(place)) => {
                let change = |other| Change::Code { at: place.to_string(), code: code.clone(), other };
                for other in others {
                    let words = format!("code {other} comes in place of {code}");
                    plant(&format!("as-{other}"), words, change(Recoded::As(other)));
                }
                plant("missing", format!("code {code} is left out"), change(Recoded::Missing));
                plant("retype", format!("code {code} has another JSON type"), change(Recoded::Retyped));
            }
            Expression::Response(Part::Header(name)) => {
                let Ok(name) = HeaderName::try_from(name) else { return };
                let change = |other| Change::CodeHeader { name: name.clone(), code: code.clone(), other };
                for other in others {
                    let words = format!("code {other} comes in place of {code}");
                    plant(&format!("as-{other}"), words, change(Some(other)));
                }
                plant("missing", format!("code {code} is left out"), change(None));
            }
            _ => {}
        }
    }
}
