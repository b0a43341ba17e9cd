//! Coverage of schemas: which keyword at which place of a body or parameter was satisfied by requests that were
//! taken, and violated by requests that were refused.
//!
//! Branches of `anyOf`, `oneOf`, `not` and `if` are not looked into: which of them a value is held
//! to is not known beforehand.

use super::Subject;
use super::model::Keyword;
use crate::contract::model::{self, Parameter, ParameterLocation};
use crate::contract::{Contract, Operation};
use crate::exchange::CredentialKind;
use crate::json::pointer;
use crate::plan::{Case, Place};
use crate::schema::folded::Folds;
use crate::schema::walk::{self, Part, Says};
use crate::schema::{SchemaAt, Side};
use crate::wire::parameter::Reader;
use crate::wire::{Received, url};
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// What a keyword is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Any,
    Text,
    Number,
    List,
    Object,
}

/// The keywords that a value can break.
const ASSERTIONS: &[(&str, About)] = &[
    ("type", About::Any),
    ("enum", About::Any),
    ("const", About::Any),
    ("anyOf", About::Any),
    ("oneOf", About::Any),
    ("not", About::Any),
    ("minLength", About::Text),
    ("maxLength", About::Text),
    ("pattern", About::Text),
    ("minimum", About::Number),
    ("maximum", About::Number),
    ("exclusiveMinimum", About::Number),
    ("exclusiveMaximum", About::Number),
    ("multipleOf", About::Number),
    ("minItems", About::List),
    ("maxItems", About::List),
    ("uniqueItems", About::List),
    ("contains", About::List),
    ("minProperties", About::Object),
    ("maxProperties", About::Object),
    ("propertyNames", About::Object),
];

impl About {
    fn concerns(self, value: &Value) -> bool {
        match self {
            About::Any => true,
            About::Text => value.is_string(),
            About::Number => value.is_number(),
            About::List => value.is_array(),
            About::Object => value.is_object(),
        }
    }
}

/// A keyword by its place in the request and its pointer in the contract.
type Key = (String, String);

/// The keywords of the body and of the parameters of each operation, by the operation's index in the
/// contract.
pub(super) fn keywords(subject: &Subject<'_>) -> Vec<Vec<Keyword>> {
    let operations = &subject.contract.operations;
    let document = subject.contract.schemas.raw(Side::Request);
    let root = |index: usize| operations[index].json_body().and_then(|media| media.schema.as_ref());
    let mut tables: Vec<IndexMap<Key, Keyword>> = operations
        .iter()
        .enumerate()
        .map(|(index, operation)| table(document, root(index), &operation.parameters))
        .collect();
    let folds = Folds::new(document);
    let mut readers: Vec<Option<Vec<Reader>>> = vec![None; operations.len()];
    for (at, case) in subject.plan.placed() {
        let Some(answer) = subject.exchange(at).and_then(|exchange| exchange.answer()) else { continue };
        let Some(table) = tables.get_mut(case.operation).filter(|table| !table.is_empty()) else { continue };
        if case.request.credentials != CredentialKind::Valid {
            continue;
        }
        let broken: Vec<Key> =
            case.expectation.violations.iter().filter_map(|violation| key(table, violation)).collect();
        for key in &broken {
            let Some(entry) = table.get_mut(key) else { continue };
            match answer.status {
                200..=299 => entry.missed += 1,
                400..=499 => entry.refused += 1,
                _ => {}
            }
        }
        if !answer.accepted() {
            continue;
        }
        let mut walk = Walk { document, stack: Vec::new(), depth: 0, found: Vec::new() };
        let body = case.request.body().filter(|_| is_json(case));
        let body = body.and_then(|body| serde_json::from_slice(body).ok());
        if let (Some(schema), Some(body)) = (root(case.operation), body) {
            walk.schema(&schema.0, "body", Some(&body));
        }
        let operation = &operations[case.operation];
        let readers = readers[case.operation].get_or_insert_with(|| {
            operation.parameters.iter().map(|one| Reader::new(&folds, operation, one)).collect()
        });
        walk.parameters(subject.contract, (operation, readers), case);
        let mut met: Vec<Key> = walk.found.into_iter().map(|(place, _, pointer)| (place, pointer)).collect();
        met.sort();
        met.dedup();
        for key in met.iter().filter(|key| !broken.contains(key)) {
            if let Some(entry) = table.get_mut(key) {
                entry.satisfied += 1;
            }
        }
    }
    tables.into_iter().map(|table| table.into_values().collect()).collect()
}

/// The keywords that a request may satisfy or violate, none of which it does yet.
fn table(document: &Value, body: Option<&SchemaAt>, parameters: &[Parameter]) -> IndexMap<Key, Keyword> {
    let mut walk = Walk { document, stack: Vec::new(), depth: 0, found: Vec::new() };
    if let Some(schema) = body {
        walk.schema(&schema.0, "body", None);
    }
    for parameter in parameters {
        walk.required(parameter);
        if let Some(schema) = &parameter.schema {
            walk.schema(&schema.0, &place(parameter), None);
        }
    }
    let mut table = IndexMap::new();
    for (place, keyword, pointer) in walk.found {
        let entry = Keyword {
            place: place.clone(),
            keyword,
            pointer: pointer.clone(),
            satisfied: 0,
            refused: 0,
            missed: 0,
        };
        table.entry((place, pointer)).or_insert(entry);
    }
    table
}

/// The place of a parameter.
fn place(parameter: &Parameter) -> String {
    format!("{}/{}", parameter.location.name(), parameter.name)
}

fn is_json(case: &Case) -> bool {
    case.request.header("content-type").is_some_and(|name| model::is_json(&name))
}

/// The entry that a violation is about: a property that must not be there counts for its object.
fn key(table: &IndexMap<Key, Keyword>, violation: &crate::plan::Violation) -> Option<Key> {
    let Place::Body(at) = &violation.place else {
        // What is wrong with a parameter is told of it as a whole.
        let whole = violation.place.to_string();
        let within = |place: &str| {
            place.strip_prefix(&whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        return table.keys().find(|(place, pointer)| *pointer == violation.at && within(place)).cloned();
    };
    let exact = pattern(at);
    let within = exact.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let keys = [Some(exact), within].into_iter().flatten().map(|place| (place, violation.at.clone()));
    keys.into_iter().find(|key| table.contains_key(key))
}

/// A place in which every item of a list is the same place.
fn pattern(at: &str) -> String {
    let mut place = String::from("body");
    for token in pointer::tokens(at) {
        let item = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        pointer::push(&mut place, if item { "*" } else { &token });
    }
    place
}

struct Walk<'d> {
    document: &'d Value,
    /// The schemas on the way here; one that holds itself is entered once.
    stack: Vec<String>,
    depth: usize,
    /// Place, keyword and pointer.
    found: Vec<(String, String, String)>,
}

impl Walk<'_> {
    /// The keywords that concern a value at a place, or could if there is none.
    fn schema(&mut self, at: &str, place: &str, value: Option<&Value>) {
        const DEEP: usize = 64;
        let (depth, length) = (self.depth, self.stack.len());
        if depth > DEEP {
            return;
        }
        self.depth += 1;
        let parts = walk::parts(self.document, &[at.to_owned()]);
        let parts: Vec<Part<'_>> =
            parts.into_iter().filter(|part| value.is_some() || !self.stack.contains(&part.at)).collect();
        self.stack.extend(parts.iter().map(|part| part.at.clone()));
        for Part { at, says } in &parts {
            let Says::Keywords(schema) = says else { continue };
            for (keyword, about) in ASSERTIONS {
                if schema.contains_key(*keyword) && value.is_none_or(|value| about.concerns(value)) {
                    self.found.push((place.to_owned(), (*keyword).to_owned(), pointer::child(at, keyword)));
                }
            }
            self.members(schema, at, place, value);
            self.items(schema, at, place, value);
        }
        self.stack.truncate(length);
        self.depth = depth;
    }

    /// That a parameter must be there; what leads to an operation has all of its path.
    fn required(&mut self, parameter: &Parameter) {
        if parameter.required && parameter.location != ParameterLocation::Path {
            let at = pointer::child(&parameter.at, "required");
            self.found.push((place(parameter), "required".to_owned(), at));
        }
    }

    /// The same of the parameters of a request.
    fn parameters(
        &mut self,
        contract: &Contract,
        (operation, readers): (&Operation, &[Reader]),
        case: &Case,
    ) {
        let target = case.request.path();
        let (path, query) = url::parts(target.as_str());
        let came = Received::at(&operation.path, path, query).with(case.request.fields());
        for (parameter, reader) in operation.parameters.iter().zip(readers) {
            let Some(reading) = reader.read(&contract.schemas, Side::Request, parameter, &came) else {
                continue;
            };
            self.required(parameter);
            if let Some(schema) = &parameter.schema {
                self.schema(&schema.0, &place(parameter), Some(&reading.value.to_value()));
            }
        }
    }

    fn members(&mut self, schema: &Map<String, Value>, at: &str, place: &str, value: Option<&Value>) {
        if value.is_some_and(|value| !value.is_object()) {
            return;
        }
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            self.found.push((
                pointer::child(place, name),
                "required".to_owned(),
                pointer::child(at, "required"),
            ));
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let keyword = "additionalProperties";
            self.found.push((place.to_owned(), keyword.to_owned(), pointer::child(at, keyword)));
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            let member = value.map(|value| value.get(name));
            if let Some(None) = member {
                continue;
            }
            let below = pointer::child(&pointer::child(at, "properties"), name);
            self.schema(&below, &pointer::child(place, name), member.flatten());
        }
    }

    fn items(&mut self, schema: &Map<String, Value>, at: &str, place: &str, value: Option<&Value>) {
        if !schema.contains_key("items") || schema.contains_key("prefixItems") {
            return;
        }
        let (below, place) = (pointer::child(at, "items"), format!("{place}/*"));
        match value {
            None => self.schema(&below, &place, None),
            Some(Value::Array(items)) => {
                for item in items {
                    self.schema(&below, &place, Some(item));
                }
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_keyword_is_satisfied_by_what_was_taken_and_violated_by_what_was_refused() {
        let mut fixture = Fixture::new();
        let root = "/paths/~1group/post/requestBody/content/application~1json/schema";
        Arc::make_mut(&mut fixture.plan.scenarios[1]).cases[0].expectation.violations[0].at =
            format!("{root}/required");
        let found = keywords(&fixture.subject());
        let told: Vec<String> = found[0]
            .iter()
            .map(|one| {
                let Keyword { place, keyword, satisfied, refused, missed, .. } = one;
                format!("{place} {keyword} {satisfied} {refused} {missed}")
            })
            .collect();
        let expected = [
            "body type 1 0 0",
            "body/name required 1 1 0",
            "body/rank required 1 0 0",
            "body/name type 1 0 0",
            "body/rank type 1 0 0",
        ];
        assert_eq!(told, expected);
        assert_eq!(found[0][0].pointer, format!("{root}/type"));
    }

    #[test]
    fn every_item_of_a_list_is_one_place() {
        assert_eq!(pattern("/items/17/a~1b"), "body/items/*/a~1b");
        assert_eq!(pattern(""), "body");
    }

    #[test]
    fn a_schema_that_holds_itself_is_entered_once() {
        let document = serde_json::json!({"node": {
            "type": "object",
            "properties": {"next": {"$ref": "#/node"}, "list": {"type": "array", "items": {"minLength": 1}}}
        }});
        let mut walk = Walk { document: &document, stack: Vec::new(), depth: 0, found: Vec::new() };
        walk.schema("/node", "body", None);
        let places: Vec<&str> = walk.found.iter().map(|(place, ..)| place.as_str()).collect();
        assert_eq!(places, ["body", "body/list", "body/list/*"]);
    }
}
