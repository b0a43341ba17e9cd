//! What somebody says who knows: links.

use super::atlas::Atlas;
use super::{Connection, Given, Kind, Reason, Source, Taking};
use crate::contract::Contract;
use crate::contract::link::{Lead, Origin};
use std::collections::HashMap;

/// So many ways to one operation are kept.
const WAYS: usize = 64;

/// Where links lead to, by the operation that they lead to.
pub(super) fn links(contract: &Contract, atlas: &Atlas<'_>) -> Vec<Vec<Connection>> {
    let operations = &contract.operations;
    let mut found = vec![Vec::new(); operations.len()];
    let places: HashMap<&str, usize> =
        operations.iter().enumerate().map(|(index, operation)| (operation.at.as_str(), index)).collect();
    for (giver, operation) in operations.iter().enumerate() {
        let kind = if atlas.makes(giver) { Kind::Made } else { Kind::Shown };
        for link in operation.responses_of_class(2).flat_map(|response| &response.links) {
            let Ok(lead) = &link.leads else { continue };
            let Some(taker) = places.get(lead.operation.as_str()).copied().filter(|taker| *taker != giver)
            else {
                continue;
            };
            let gives = given(lead);
            let reason = Reason::Link(link.name.clone());
            if !gives.is_empty() {
                found[taker].push(Connection { giver, taker, gives, kind, reason, at: link.at.clone() });
            }
        }
    }
    for ways in &mut found {
        ways.sort_by_key(|way: &Connection| way.kind == Kind::Shown);
    }
    found
}

fn given(lead: &Lead) -> Vec<Given> {
    let parameters = lead.parameters.iter().map(|one| Given {
        into: Taking::Parameter(one.location, one.name.clone()),
        from: source(&one.value),
    });
    let body =
        lead.body.iter().map(|(at, value)| Given { into: Taking::Body(at.clone()), from: source(value) });
    parameters.chain(body).collect()
}

fn source(origin: &Origin) -> Source {
    match origin {
        Origin::Exchange(expression) => Source::Exchange(expression.clone()),
        Origin::Literal(value) => Source::Literal(value.clone()),
    }
}

/// Each way once, as many as are kept.
pub(super) fn without_repeats(ways: impl Iterator<Item = Connection>) -> Vec<Connection> {
    let mut found: Vec<Connection> = Vec::new();
    for way in ways {
        let known = found.iter().any(|one| one.giver == way.giver && one.gives == way.gives);
        if !known && found.len() < WAYS {
            found.push(way);
        }
    }
    found
}
