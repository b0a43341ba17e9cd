use crate::contract::Contract;
use crate::plan::{self, Gap, Plan, Selection, Verdict, Wishes};
use crate::source::Document;

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        '201': {description: made, links: {read: {$ref: '#/components/links/read'}}}
        '202': {description: later, links: {read: {$ref: '#/components/links/read'}}}
      x-probity: {unique: [{field: /name}]}
    get:
      operationId: list
      responses:
        '200':
          description: all
          links:
            first: {operationId: read, parameters: {id: $response.body#/0/id}}
            lost: {operationId: raed, parameters: {id: 1}}
            drop: {operationId: drop, parameters: {id: $response.body#/0/id}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: read, responses: {'200': {description: one}, '404': {description: none}}}
    delete: {operationId: drop, responses: {'204': {description: gone}}}
components:
  links: {read: {operationId: read, parameters: {id: $response.body#/id}, x-probity: {}}}
  schemas: {Thing: {type: object, required: [name], properties: {name: {type: string}}}}
";

fn planned(include: &[&str]) -> (Contract, Plan) {
    let document = Document::from_text("things.yaml", CONTRACT).unwrap();
    let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
    let include = include.iter().map(|pattern| (*pattern).to_owned()).collect();
    let selection = Selection { include, exclude: Vec::new() };
    let plan = plan::plan(&contract, &Wishes { selection, ..Wishes::default() }).unwrap();
    (contract, plan)
}

#[test]
fn two_are_made_and_then_each_is_read() {
    let (_, plan) = planned(&["read/*/link/make/*"]);
    let ids: Vec<&str> = plan.cases().map(|case| case.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "make/accept/link/read/read/first",
            "make/accept/link/read/read/another",
            "read/accept/link/make/read",
            "read/accept/link/make/read/another",
        ]
    );
    let scenario = &plan.scenarios[0];
    let bodies: Vec<_> = scenario.cases[..2].iter().map(|case| case.request.body.clone().unwrap()).collect();
    assert_ne!(bodies[0], bodies[1], "their unique values differ");
    let telling = bodies[1].to_string();
    assert!(telling.contains("probity-7071727374-") && telling.contains(" Ab <ß> & "), "{telling}");
    for (step, case) in scenario.cases[2..].iter().enumerate() {
        assert_eq!(case.request.path().as_str(), "/things/{id}");
        assert_eq!((case.follows.as_ref().unwrap().step, case.preconditions[0].step), (step, step));
        assert_eq!(case.expectation.verdict, Verdict::Accept);
    }
}

#[test]
fn a_link_without_a_promise_is_followed_once_and_expects_nothing() {
    let (_, plan) = planned(&["*/link/list/*"]);
    let cases: Vec<_> = plan.cases().map(|case| (case.id.as_str(), case.expectation.verdict)).collect();
    assert_eq!(
        cases,
        [("list/accept/link/read/first", Verdict::Accept), ("read/either/link/list/first", Verdict::Either),]
    );
}

#[test]
fn a_link_to_what_changes_something_gives_what_it_takes_and_one_that_leads_nowhere_are_gaps() {
    let (contract, plan) = planned(&[]);
    let mut drops = plan.cases().filter(|case| contract.operations[case.operation].id == "drop");
    assert!(drops.any(|case| case.needs.is_some()));
    assert!(plan.cases().all(|case| case.follows.is_none() || case.request.method == "GET"));
    let unclear = |gap: &&Gap| !gap.why.starts_with("no request is clearly valid");
    let gaps = plan.gaps.iter().filter(unclear);
    let gaps: Vec<String> = gaps.map(|gap| format!("{} {}", gap.operation, gap.why)).collect();
    assert_eq!(
        gaps,
        [
            "list the link names `raed`, which is no operation that can be tested; did you mean `read`?",
            "list the link `drop` leads to `drop`, and DELETE is not followed",
        ]
    );
    assert_eq!(contract.document.locate(&plan.gaps[0].at).line, 20);
}
