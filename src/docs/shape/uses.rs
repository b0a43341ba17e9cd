//! How many places refer to each schema.

use crate::contract::Contract;
use crate::contract::model::Header;
use crate::schema::{Side, subschemas, walk};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How many places refer to each schema.
pub(super) fn uses(contract: &Contract) -> HashMap<String, usize> {
    let document = contract.schemas.raw(Side::Request);
    let mut uses: HashMap<String, usize> = HashMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut open: Vec<String> = Vec::new();
    for operation in &contract.operations {
        let sent = operation.body.iter().flat_map(|body| &body.content);
        let answered = operation.responses.iter().flat_map(|response| &response.content);
        let schemas = sent.chain(answered).flat_map(|media| media.schema.iter().chain(&media.items));
        open.extend(schemas.map(|schema| schema.0.clone()));
        let parameters = operation.parameters.iter().filter_map(|parameter| parameter.schema.as_ref());
        let headers = operation.responses.iter().flat_map(|response| &response.headers);
        open.extend(parameters.chain(headers.filter_map(Header::value_schema)).map(|at| at.0.clone()));
    }
    while let Some(at) = open.pop() {
        let Some(Value::Object(schema)) = document.pointer(&at) else { continue };
        if !seen.insert(at.clone()) {
            // A shared response or parameter is shown wherever it is used.
            for below in subschemas(schema, &at).into_iter().chain([at.clone()]) {
                if let Some(target) = document.pointer(&below).and_then(walk::target) {
                    *uses.entry(target).or_default() += 1;
                }
            }
            continue;
        }
        open.extend(subschemas(schema, &at));
        if let Some(target) = document.pointer(&at).and_then(walk::target) {
            *uses.entry(target.clone()).or_default() += 1;
            if !seen.contains(&target) {
                open.push(target);
            }
        }
    }
    uses
}
