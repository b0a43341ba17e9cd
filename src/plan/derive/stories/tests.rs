use crate::contract::Contract;
use crate::plan::guard::Guards;
use crate::plan::{Plan, Wishes, plan};
use crate::source::Document;

const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /shops:
    post:
      operationId: open
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Shop'}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/Shop'}, {required: [id], properties: {id: {type: string}}}]}}}}, '400': {description: wrong}}
    get: {operationId: list, responses: {'200': {description: all}}}
  /shops/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: it}, '404': {description: none}}}
    put:
      operationId: replace
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Shop'}}}}
      responses: {'200': {description: it}, '400': {description: wrong}, '404': {description: none}}
    delete: {operationId: close, responses: {'204': {description: gone}, '404': {description: none}}}
  /shops/{id}/lock:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post: {operationId: lock, responses: {'200': {description: it}, '404': {description: none}, '409': {description: locked}}}
components:
  schemas:
    Shop: {type: object, required: [name, size], properties: {name: {type: string, maxLength: 60}, size: {type: integer, minimum: 0, maximum: 9}, open: {type: boolean}, kind: {enum: [a, b]}}}
";

fn planned(guards: Guards) -> Plan {
    let contract = Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap());
    let contract = contract.unwrap_or_else(|error| panic!("{}", error.1));
    plan(&contract, &Wishes { guards, ..Wishes::default() }).unwrap()
}

fn told(plan: &Plan) -> Vec<String> {
    let stories = plan.scenarios.iter().filter_map(|scenario| Some((scenario, scenario.story.as_ref()?)));
    let told = stories.map(|(scenario, story)| {
        let steps = story.parts.iter().zip(&scenario.cases);
        let steps: Vec<String> =
            steps.map(|(part, case)| format!("{}={}", part.name(), case.request.method)).collect();
        format!("{}: {}", story.tells.name(), steps.join(" "))
    });
    told.collect()
}

#[test]
fn each_kind_of_resource_has_its_stories() {
    insta::assert_snapshot!(told(&planned(Guards::default())).join("\n"), @r"
    refused: act=POST listed=GET
    refused: act=POST listed=GET
    created: made=POST after=GET again=GET listed=GET
    replaced: made=POST made-beside=POST before=GET beside-before=GET act=PUT after=GET beside-after=GET again=PUT after-again=GET
    deleted: made=POST made-beside=POST before=GET beside-before=GET act=DELETE after=GET beside-after=GET listed=GET
    done: made=POST act=POST again=POST
    created: made=POST after=GET
    replaced: made=POST before=GET act=PUT after=GET
    refused: made=POST before=GET act=PUT after=GET
    refused: made=POST before=GET act=PUT after=GET
    ");
}

#[test]
fn a_change_has_another_value_in_every_member_and_all_that_is_read_is_the_runs_own() {
    let plan = planned(Guards::default());
    let replaced = plan.cases().find(|case| case.id.ends_with("replace/replaced/whole/act")).unwrap();
    let made = plan.cases().find(|case| case.id.ends_with("resource/replace/replaced/whole")).unwrap();
    let body = |case: &crate::plan::Case| -> serde_json::Value {
        serde_json::from_slice(case.request.body().unwrap()).unwrap()
    };
    let (before, after) = (body(made), body(replaced));
    for name in ["name", "size", "open", "kind"] {
        assert_ne!(before[name], after[name], "{name}");
    }
    let own = plan.scenarios.iter().filter(|scenario| scenario.story.is_some());
    for case in own.flat_map(|scenario| &scenario.cases).filter(|case| case.request.parts.path.len() > 2) {
        assert!(
            case.needs.as_ref().is_some_and(|needs| needs.values.iter().all(|need| need.own)),
            "{}",
            case.id
        );
    }
}

#[test]
fn who_only_reads_is_told_no_story() {
    let reading = planned(Guards { read_only: true, ..Guards::default() });
    assert!(told(&reading).is_empty(), "{:?}", told(&reading));
}
