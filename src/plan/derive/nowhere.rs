//! Places that the extension names and that no request body has: a slip of the pen there would
//! switch off what it says, without a word.

use super::Deriver;
use crate::contract::Operation;
use crate::json::pointer;
use crate::schema::folded::Folds;

impl Deriver<'_> {
    /// Tells which places of this operation's extension are nowhere. What the document says for
    /// all operations has to be somewhere in one of them.
    pub(super) fn nowhere(&mut self) {
        let (operation, contract) = (self.operation, self.contract);
        let behaviour = &operation.behaviour;
        let codes = behaviour.errors.iter().flat_map(|errors| &errors.catalogue);
        let codes = codes.flat_map(|(code, entry)| {
            let at = format!("{}/catalogue/{}", behaviour.at.errors, pointer::escape(code));
            entry.when.0.iter().filter_map(move |(_, place)| Some((at.clone(), place.as_ref()?)))
        });
        let unique = behaviour.unique.iter().enumerate();
        let unique =
            unique.map(|(index, unique)| (format!("{}/{index}", behaviour.at.unique), &unique.field));
        let silent = behaviour.silent.iter().map(|silence| (operation.at.clone(), &silence.place));
        for (at, place) in codes.chain(unique).chain(silent) {
            let known = |other: &Operation| has(&self.labeller.flats, other, place);
            if !known(operation) && !contract.operations.iter().any(known) {
                let what = if place.starts_with('/') { "request body has" } else { "operation takes" };
                self.gap(&at, format!("x-probity names `{place}`, which no {what}"));
            }
        }
    }
}

/// Whether a request to an operation may have a place; of one without a schema nothing is known.
fn has(flats: &Folds<'_>, operation: &Operation, place: &str) -> bool {
    if let Some((location, name)) = place.split_once('.').filter(|_| !place.starts_with('/')) {
        let mut all = operation.parameters.iter();
        return all.any(|one| one.location.name() == location && one.name == name);
    }
    let Some(body) = &operation.body else { return false };
    let Some(schema) = operation.json_body().and_then(|media| media.schema.as_ref()) else {
        return !body.content.is_empty();
    };
    let mut flat = flats.whole(std::slice::from_ref(&schema.0));
    for token in pointer::tokens(place) {
        let below = [flat.properties.get(token.as_ref()), Some(&flat.items), Some(&flat.additional)];
        let Some(places) = below.into_iter().flatten().find(|places| !places.is_empty()) else {
            return flat.properties.is_empty() && !flat.closed;
        };
        flat = flats.whole(places);
    }
    true
}
