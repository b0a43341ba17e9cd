//! What a contract has and no request of a plan carries, parameters and media types, and what of its
//! answers is not judged.

use super::label::is_reserved_header;
use super::{Case, Gap, Place, Scenario, Selection};
use crate::contract::model::{self, Parameter, ParameterLocation};
use crate::contract::{Contract, MediaType, Operation};
use crate::exchange::Parts;
use crate::wire::body::Notation;
use crate::wire::url;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// What of an operation was not seen in a request yet.
struct Unseen<'c> {
    operation: &'c Operation,
    parameters: Vec<&'c Parameter>,
    media_types: Vec<&'c MediaType>,
    any: bool,
    /// What was looked at last: most requests share it.
    last: Option<Arc<Parts>>,
}

/// A gap for each parameter and media type that no request carries, where there are requests.
pub(super) fn unsent<'p>(
    contract: &Contract,
    selection: &Selection,
    scenarios: impl Iterator<Item = &'p Scenario>,
) -> Vec<Gap> {
    let mut all: Vec<Unseen<'_>> = contract.operations.iter().map(Unseen::of).collect();
    for case in scenarios.flat_map(|scenario| &scenario.cases) {
        if let Some(unseen) = all.get_mut(case.operation) {
            unseen.look(case);
        }
    }
    let mut told = HashSet::new();
    let wanted = |unseen: &&Unseen<'_>| unseen.any && selection.concerns(unseen.operation);
    let gaps = all.iter().filter(wanted).flat_map(Unseen::gaps);
    gaps.filter(|gap| told.insert(gap.at.clone())).collect()
}

/// A gap for each schema of answers that are no JSON, where it says more than that they are text.
pub(super) fn unjudged<'c>(
    contract: &'c Contract,
    operations: impl Iterator<Item = &'c Operation>,
) -> Vec<Gap> {
    let mut told = HashSet::new();
    let mut found = Vec::new();
    for operation in operations {
        for media in operation.responses.iter().flat_map(|response| &response.content) {
            let Some(schema) = &media.schema else { continue };
            let says_more = contract.document.get(&schema.0).is_some_and(|schema| !is_any_text(schema));
            let is_read = contract.document.get(&schema.0).is_some_and(|schema| is_read(&media.name, schema));
            if says_more && !is_read && told.insert(&schema.0) {
                found.push(Gap {
                    operation: operation.id.clone(),
                    at: schema.0.clone(),
                    why: "the schema of an answer that is no JSON is not held against it".to_owned(),
                });
            }
        }
    }
    found
}

/// Whether answers of a media type are held against a schema: not files, bodies of parts, and what in a
/// text is no text.
fn is_read(media_type: &str, schema: &Value) -> bool {
    let is_told = match Notation::of(media_type) {
        Notation::Json | Notation::Xml | Notation::Form => true,
        Notation::Text => {
            !matches!(schema.get("type").and_then(Value::as_str), Some("array" | "object") | None)
        }
        Notation::Lines | Notation::Parts | Notation::Bytes => false,
    };
    is_told || model::includes(media_type, "application/json")
}

/// Whether a schema allows every text, as far as can be seen at a glance.
fn is_any_text(schema: &Value) -> bool {
    const ASIDE: [&str; 8] = [
        "type",
        "format",
        "title",
        "description",
        "example",
        "examples",
        "contentMediaType",
        "contentEncoding",
    ];
    let Value::Object(keywords) = schema else { return schema == &Value::Bool(true) };
    keywords.get("type").is_none_or(|name| name == "string")
        && keywords.keys().all(|keyword| ASIDE.contains(&keyword.as_str()) || keyword.starts_with("x-"))
}

impl<'c> Unseen<'c> {
    fn of(operation: &'c Operation) -> Unseen<'c> {
        let media_types = operation.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
        Unseen {
            operation,
            parameters: operation.parameters.iter().collect(),
            media_types: media_types.collect(),
            any: false,
            last: None,
        }
    }

    fn look(&mut self, case: &Case) {
        self.any = true;
        // What is sent under the name of a media type may be another.
        if !self.media_types.is_empty()
            && case.place != Place::MediaType
            && case.request.body.is_some()
            && let Some(actual) = case.request.header("content-type")
        {
            self.media_types.retain(|media| !model::includes(&media.name, &actual));
        }
        let parts = &case.request.parts;
        if !self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, parts)) {
            let operation = self.operation;
            self.parameters.retain(|parameter| !is_carried(operation, parameter, case));
            self.last = Some(Arc::clone(parts));
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let gap = |at: &str, why: &str| Gap {
            operation: self.operation.id.clone(),
            at: at.to_owned(),
            why: why.to_owned(),
        };
        let parameters = self.parameters.iter().map(|parameter| {
            let is_reserved =
                parameter.location == ParameterLocation::Header && is_reserved_header(&parameter.name);
            let why = match parameter.location {
                _ if is_reserved => {
                    "a header that OpenAPI or HTTP describes elsewhere is not sent as a parameter"
                }
                ParameterLocation::Path => "a parameter that the path does not name is not sent",
                _ => "a parameter that may be left out is not sent",
            };
            gap(&parameter.at, why)
        });
        let media_types =
            self.media_types.iter().map(|media| gap(&media.at, "no body of this media type is sent"));
        parameters.chain(media_types).collect()
    }
}

fn is_carried(operation: &Operation, parameter: &Parameter, case: &Case) -> bool {
    let Parameter { name, location, .. } = parameter;
    let parts = &case.request.parts;
    let is_key = |written: &str, ends: &[char]| {
        url::query_decoded(written.split(ends).next().unwrap_or_default()) == *name
    };
    let by_name = match location {
        ParameterLocation::Path => operation.path.contains(&format!("{{{name}}}")),
        ParameterLocation::Querystring => !parts.query.is_empty(),
        ParameterLocation::Header => parts.headers().any(|(known, _)| known.eq_ignore_ascii_case(name)),
        ParameterLocation::Cookie => parts.cookies.iter().any(|cookie| is_key(cookie.as_str(), &['='])),
        ParameterLocation::Query => parts.query.iter().any(|pairs| {
            let mut pairs = pairs.as_str().split('&');
            pairs.any(|pair| is_key(pair, &['=']) || is_key(pair, &['=', '[']))
        }),
    };
    let is_aside = matches!(
        case.place,
        Place::Body(_) | Place::MediaType | Place::Method | Place::Credentials | Place::Link(_)
    );
    // The members of an object may be written without its name.
    by_name || !is_aside && case.place.to_string() == format!("{}/{name}", location.name())
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use crate::plan::{self, Selection, Wishes};
    use crate::source::Document;

    const TEXT: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: lost, in: path, required: true, schema: {type: string}}
      - {name: must, in: query, required: true, schema: {type: string}}
      - {name: may, in: query, schema: {type: string}}
      - {name: Accept, in: header, schema: {type: string}}
    post:
      operationId: one
      requestBody: {content: {application/json: {schema: {type: object}}, application/xml: {}, application/*: {}}}
      responses: {'200': {description: ok}, '400': {description: no}}
    get: {operationId: two, responses: {'200': {description: ok}}}
";

    fn told(selection: &str) -> Vec<String> {
        let contract = Contract::read(Document::from_text("t.yaml", TEXT).unwrap()).ok().unwrap();
        let selection = Selection { include: vec![selection.to_owned()], exclude: Vec::new() };
        let plan = plan::plan(&contract, &Wishes { selection, ..Wishes::default() }).unwrap();
        let gaps = plan.gaps.iter().filter(|gap| gap.why.ends_with("sent") || gap.why.contains("elsewhere"));
        let line = |at: &str| contract.document.locate(at).line;
        gaps.map(|gap| format!("{}:{}: {}", gap.operation, line(&gap.at), gap.why)).collect()
    }

    #[test]
    fn a_schema_of_answers_that_are_no_json_is_told_where_it_says_something() {
        let text = TEXT.replace(
            "get: {operationId: two, responses: {'200': {description: ok}}}",
            "get: {operationId: two, responses: {'200': {description: ok, content: {\n\
             application/xml: {schema: {type: object}}, application/json: {schema: {type: object}}, '*/*': {schema: {type: object}},\n\
             text/plain: {schema: {type: string, example: a}}, image/png: {schema: {type: string, format: binary}}, text/csv: {schema: {type: string, pattern: a}}, text/tab-separated-values: {schema: {type: array}}, application/zip: {schema: {type: string, pattern: a}}}}}}",
        );
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap()).ok().unwrap();
        let gaps = super::unjudged(&contract, contract.operations.iter());
        let places: Vec<&str> = gaps.iter().filter_map(|gap| gap.at.split('/').nth(7)).collect();
        assert_eq!(places, ["text~1tab-separated-values", "application~1zip"]);
    }

    #[test]
    fn what_no_request_carries_is_told_where_it_stands_first() {
        assert_eq!(
            told("one/*"),
            [
                "one:7: a parameter that the path does not name is not sent",
                "one:10: a header that OpenAPI or HTTP describes elsewhere is not sent as a parameter",
            ]
        );
    }
}
