use super::*;
use crate::contract::{Contract, ContractError};

const HEAD: &str = "
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: make
      responses:
        '201':
          description: made
          links:
            read:
";

const TAIL: &str = "
  /things/{id}:
    get:
      operationId: read.thing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: id, in: query, schema: {type: string}}
        - {name: view, in: query, schema: {type: string}}
      responses: {'200': {description: one}}
";

fn contract(link: &str) -> Result<Contract, ContractError> {
    let indented = link.replace('\n', "\n              ");
    let text = format!("{HEAD}              {indented}\n{TAIL}");
    let document = Document::from_text("things.yaml", &text).unwrap();
    Contract::read(document).map_err(|error| error.1)
}

fn only(link: &str) -> Link {
    let contract = contract(link).unwrap();
    contract.operations[0].responses[0].links[0].clone()
}

/// Line and words of what keeps a link from being followed.
fn astray(link: &str) -> (usize, String) {
    let contract = contract(link).unwrap();
    let astray = contract.operations[0].responses[0].links[0].leads.clone().unwrap_err();
    (contract.document.locate(&astray.at).line - 12, astray.why)
}

#[test]
fn a_link_leads_to_an_operation_by_its_name_or_by_reference() {
    let named = only("operationId: read.thing\nparameters: {id: $response.body#/id}").leads.unwrap();
    assert_eq!(named.operation, "/paths/~1things~1{id}/get");
    assert_eq!(named.parameters[0].location, ParameterLocation::Path);
    let by_reference =
        only("operationRef: '#/paths/~1things~1%7Bid%7D/get'\nparameters: {path.id: '{$response.body#/id}'}");
    assert_eq!(by_reference.leads.unwrap().parameters, named.parameters);
}

#[test]
fn a_parameter_is_an_expression_or_a_literal_and_may_say_where_it_stands() {
    let lead =
        only("operationId: read.thing\nparameters: {path.id: $request.header.X-Id, query.id: 7, view: all}");
    let given: Vec<_> = lead.leads.unwrap().parameters;
    assert_eq!(
        serde_json::to_value(&given).unwrap(),
        serde_json::json!([
            {"location": "path", "name": "id", "value": {"exchange": "$request.header.x-id"}},
            {"location": "query", "name": "id", "value": {"literal": 7}},
            {"location": "query", "name": "view", "value": {"literal": "all"}},
        ])
    );
}

#[test]
fn a_link_that_leads_nowhere_costs_that_link_only_and_says_where_it_is_wrong() {
    for (link, line, why) in [
        ("description: nothing", 1, "names no operation"),
        ("operationId: read.things", 1, "did you mean `read.thing`?"),
        ("operationRef: '#/paths/~1nothing/get'", 1, "nothing stands there"),
        ("operationRef: 'https://example.com/a.yaml#/paths/~1a/get'", 1, "a URL"),
        ("operationId: read.thing", 1, "gives no value for `id` in the path"),
        (
            "operationId: read.thing\nparameters:\n  id: $response.body#/id\n  nmae: 1",
            4,
            "no parameter `nmae`",
        ),
        ("operationId: read.thing\nparameters:\n  id: $url", 3, "not a runtime expression"),
        ("operationId: read.thing\nparameters:\n  id: 'x-{$response.body#/id}'", 3, "inside of text"),
        ("operationId: read.thing\nserver: {url: /other}", 2, "another server"),
        ("operationId: 7", 1, "no operation that can be tested"),
        ("operationId: [7]", 1, "not OpenAPI"),
        ("$ref: '#/components/links/none'", 1, "does not exist"),
    ] {
        let found = astray(link);
        assert!(found.1.contains(why), "{link}: {}", found.1);
        assert_eq!(found.0, line, "{link}: {}", found.1);
    }
}

#[test]
fn what_must_be_read_back_is_said_on_the_link() {
    let link = only(
        "operationId: read.thing
parameters: {id: $response.body#/id}
x-probity:
  same: [[$request.body, $response.body#/thing]]
  rounding: {/at: 1s, /parts/*/at: 5ms}
  except: [/views]",
    );
    let stated = link.read_back.unwrap();
    assert_eq!(stated.pairs()[0][1].to_string(), "$response.body#/thing");
    assert_eq!(stated.rounding("/at"), Some(Duration::from_secs(1)));
    assert_eq!(stated.rounding("/parts/3/at"), Some(Duration::from_millis(5)));
    assert_eq!((stated.rounding("/at/x"), stated.rounding("")), (None, None));
    assert!(stated.excepts("/views/today") && !stated.excepts("/view"));
    let whole = only("operationId: read.thing\nparameters: {id: 1}\nx-probity: {}").read_back.unwrap();
    assert_eq!(whole.pairs()[0].clone().map(|at| at.to_string()), ["$response.body", "$response.body"]);
    assert!(only("operationId: read.thing\nparameters: {id: 1}").read_back.is_none());
}

#[test]
fn a_mistake_in_what_must_be_read_back_is_placed() {
    for (statement, at, hint) in [
        ("{rouding: {/a: 1s}}", "/rouding", "did you mean `rounding`?"),
        ("{rounding: {/a: soon}}", "/rounding/~1a", "durations like `5m`"),
        ("{same: [[$response.body#/a, $request.body]]}", "/same/0/1", "runtime expressions look like"),
        ("{same: [[$response.body#/*/a, $response.body]]}", "/same/0/0", "runtime expressions look like"),
    ] {
        let text = format!("operationId: read.thing\nparameters: {{id: 1}}\nx-probity: {statement}");
        let Err(ContractError::Extension(mistakes)) = contract(&text) else { panic!("{statement}") };
        assert!(mistakes[0].at.ends_with(&format!("/links/read/x-probity{at}")), "{}", mistakes[0].at);
        assert!(mistakes[0].hint.as_deref().unwrap_or_default().contains(hint), "{mistakes:?}");
    }
}
