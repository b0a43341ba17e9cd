//! Keywords that mean nothing in the version of `OpenAPI` that a document names, or cannot be used.

use super::Gap;
use crate::contract::model::Header;
use crate::contract::{Contract, Operation};
use crate::json::pointer;
use crate::schema::SchemaAt;

/// `nullable` in a document whose schemas are JSON Schema: told once, since a generator that
/// writes it writes it everywhere.
pub(super) fn nullable<'c>(
    contract: &'c Contract,
    mut operations: impl Iterator<Item = &'c Operation>,
) -> Option<Gap> {
    let idle = contract.schemas.idle_nullables();
    if idle.is_empty() {
        return None;
    }
    let (operation, at) = operations
        .find_map(|operation| Some((operation, contract.schemas.first_below(schemas(operation), idle)?)))?;
    let more = elsewhere(idle.len() - 1);
    let version = version(contract, "3.1");
    let why = format!(
        "`nullable` is no keyword in OpenAPI {version}, so that null is not allowed here; it is in `type` that \"null\" stands{more}"
    );
    Some(Gap { operation: operation.id.clone(), at: pointer::child(&at, "nullable"), why })
}

/// Each pattern that cannot be used, where the first operation is that needs it.
pub(super) fn patterns<'c>(
    contract: &'c Contract,
    operations: impl Iterator<Item = &'c Operation>,
) -> Vec<Gap> {
    let mut left: Vec<_> = contract.schemas.unusable_patterns().iter().collect();
    let mut found = Vec::new();
    for operation in operations {
        if left.is_empty() {
            break;
        }
        let below = contract.schemas.below(schemas(operation));
        left.retain(|one| {
            let of = below.iter().any(|at| pointer::is_within(&one.at, at));
            if of {
                let text = contract.document.get(&one.at).and_then(serde_json::Value::as_str);
                let text = text
                    .map(str::to_owned)
                    .or_else(|| pointer::parent_and_last(&one.at).map(|(_, name)| name.into_owned()));
                let why = format!("the pattern `{}` cannot be used: {}", text.unwrap_or_default(), one.why);
                found.push(Gap { operation: operation.id.clone(), at: one.at.clone(), why });
            }
            !of
        });
    }
    found
}

/// Each keyword that 3.0 does not list, once, where it stands first.
pub(super) fn unlisted<'c>(
    contract: &'c Contract,
    operations: &(impl Iterator<Item = &'c Operation> + Clone),
) -> Vec<Gap> {
    let version = version(contract, "3.0");
    each_once(contract, operations, contract.schemas.unlisted(), |name| {
        format!(
            "`{name}` is no keyword in OpenAPI {version}, so that what breaks it alone may be taken or refused"
        )
    })
}

/// Each keyword that stands beside a reference, where 3.0 ignores it, once.
pub(super) fn beside_references<'c>(
    contract: &'c Contract,
    operations: &(impl Iterator<Item = &'c Operation> + Clone),
) -> Vec<Gap> {
    let version = version(contract, "3.0");
    each_once(contract, operations, contract.schemas.beside_references(), |name| {
        format!("`{name}` stands beside `$ref`, where OpenAPI {version} ignores it")
    })
}

fn version<'c>(contract: &'c Contract, otherwise: &'c str) -> &'c str {
    contract.document.get("/openapi").and_then(serde_json::Value::as_str).unwrap_or(otherwise)
}

/// A gap for each keyword among some, where it stands first below an operation.
fn each_once<'c>(
    contract: &'c Contract,
    operations: &(impl Iterator<Item = &'c Operation> + Clone),
    keywords: &[String],
    words: impl Fn(&str) -> String,
) -> Vec<Gap> {
    let mut found: Vec<(String, Vec<&String>)> = Vec::new();
    for at in keywords {
        let Some((_, name)) = pointer::parent_and_last(at) else { continue };
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, places)) => places.push(at),
            None => found.push((name.into_owned(), vec![at])),
        }
    }
    let told = found.into_iter().filter_map(|(name, places)| {
        let schema = |at: &&String| Some(pointer::parent_and_last(at)?.0.to_owned());
        let above: Vec<String> = places.iter().filter_map(schema).collect();
        let (operation, at) = operations.clone().find_map(|operation| {
            Some((operation, contract.schemas.first_below(schemas(operation), &above)?))
        })?;
        let why = words(&name) + &elsewhere(places.len() - 1);
        Some(Gap { operation: operation.id.clone(), at: pointer::child(&at, &name), why })
    });
    told.collect()
}

fn elsewhere(places: usize) -> String {
    match places {
        0 => String::new(),
        1 => "; so it is in one other place".to_owned(),
        more => format!("; so it is in {more} other places"),
    }
}

fn schemas(operation: &Operation) -> impl Iterator<Item = &SchemaAt> {
    let contents = operation.body.iter().map(|body| &body.content);
    let contents = contents.chain(operation.responses.iter().map(|response| &response.content));
    let headers = operation.responses.iter().flat_map(|response| &response.headers);
    let beside = operation.parameters.iter().filter_map(|parameter| parameter.schema.as_ref());
    let beside = beside.chain(headers.filter_map(Header::value_schema));
    contents.flatten().flat_map(|media| media.schema.iter().chain(&media.items)).chain(beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    fn told(version: &str) -> Option<(String, usize, String)> {
        let text = format!(
            r#"
openapi: {version}
info: {{title: T, version: "1"}}
paths:
  /a:
    get:
      operationId: a
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  free: {{nullable: true, type: ["null", string]}}
                  one: {{type: string, nullable: true}}
                  two: {{$ref: '#/components/schemas/Two'}}
components:
  schemas:
    Two: {{type: integer, nullable: true}}
"#
        );
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap()).ok().unwrap();
        let gap = nullable(&contract, contract.operations.iter())?;
        Some((gap.operation, contract.document.locate_key(&gap.at).line, gap.why))
    }

    #[test]
    fn nullable_is_told_once_where_it_is_no_keyword() {
        assert_eq!(told("3.0.3"), None);
        let (operation, line, why) = told("3.1.0").unwrap();
        assert_eq!((operation.as_str(), line), ("a", 21));
        assert!(why.contains("no keyword in OpenAPI 3.1.0") && why.ends_with("in one other place"), "{why}");
    }
}
