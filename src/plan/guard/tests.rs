use super::*;
use crate::plan::{Selection, Wishes, plan};
use crate::source::Document;
use std::sync::Arc;

const NOTES: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /notices:
    post: {operationId: addNote, responses: {'201': {description: ok}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: SCHEMA}]
    get: {operationId: getNote, responses: {'200': {description: ok}}}
    put:
      operationId: putNote
      requestBody: {content: {application/json: {schema: {type: object, properties: {title: {type: string}}}}}}
      responses: {'200': {description: ok}}
    delete: {operationId: deleteNote, responses: {'204': {description: ok}}}
  /settings:
    put: {operationId: putSettings, responses: {'200': {description: ok}}}
  /jobs:
    post: {operationId: purgeJobs, responses: {'200': {description: ok}}}
  /me/lock:
    get: {operationId: logoutMe, responses: {'200': {description: ok}}}
";

fn contract(text: &str) -> Contract {
    let document = Document::from_text("t.yaml", text).unwrap();
    Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1))
}

fn notes(schema: &str) -> Contract {
    contract(&NOTES.replace("SCHEMA", schema))
}

fn all() -> Guards {
    Guards { existing_data: true, disruption: Some(Vec::new()), read_only: false }
}

fn planned(contract: &Contract, guards: Guards) -> Plan {
    plan(contract, &Wishes { guards, ..Wishes::default() }).unwrap()
}

fn withheld(plan: &Plan) -> Vec<(&str, &str)> {
    plan.withheld.iter().map(|one| (one.operation.as_str(), one.flag.as_str())).collect()
}

const RUN: &str = "7071727374";

fn paths<'p>(plan: &'p Plan, method: &'p str) -> impl Iterator<Item = String> + use<'p> {
    // What is no id is nobody's.
    let is_no_id = |case: &Case| {
        matches!(case.place, Place::Path(_))
            && ["wrong-type", "pattern", "not-in-enum", "format"]
                .contains(&case.cause.split('/').next().unwrap_or_default())
    };
    let cases = plan.cases().filter(move |case| case.request.method == method && !is_no_id(case));
    cases.map(|case| case.request.path().to_string())
}

#[test]
fn nothing_is_withheld_unless_it_is_said() {
    let contract = notes("{type: integer}");
    let plan = planned(&contract, Guards::default());
    assert!(plan.withheld.is_empty() && plan.gaps.iter().all(|gap| !gap.why.contains("--")));
    assert!(paths(&plan, "DELETE").any(|path| path == "/notes/3"));
}

#[test]
fn changes_go_to_ids_that_nobody_has() {
    for schema in [
        "{type: string}",
        "{type: string, format: uuid}",
        "{type: string, example: '17'}",
        "{type: string, pattern: '^[0-9a-f]{24}$'}",
        "{type: string, pattern: '^note-[a-z0-9]{14,}$', maxLength: 40}",
        "{type: string, minLength: 40, maxLength: 64}",
        "{anyOf: [{type: integer}, {type: string}]}",
        "{}",
    ] {
        let contract = notes(schema);
        let plan = planned(&contract, all());
        let own: Vec<String> = paths(&plan, "PUT").chain(paths(&plan, "DELETE")).collect();
        assert!(own.len() > 20 && own.iter().all(|path| path.contains(RUN)), "{schema}: {own:?}");
        let ids = own.iter().map(|path| path.trim_start_matches("/notes/"));
        let counted = |id: &str| id.len() < 20 && id.bytes().all(|byte| byte.is_ascii_digit());
        assert!(!ids.clone().any(counted), "{schema}");
        let different: std::collections::HashSet<&str> = ids.collect();
        assert_eq!(different.len(), own.len(), "{schema}: one for each case");
        assert!(
            paths(&plan, "GET").all(|path| !path.contains(RUN)),
            "{schema}: what only reads is as it was"
        );
        let withheld = withheld(&plan);
        assert!(!withheld.iter().any(|(operation, _)| operation.ends_with("Note")), "{schema}: {withheld:?}");
    }
}

#[test]
fn what_has_no_room_for_such_an_id_is_withheld() {
    for schema in [
        "{type: integer}",
        "{type: integer, format: int64, example: 9007199254740991}",
        "{enum: [a, b]}",
        "{type: string, const: a}",
        "{type: string, maxLength: 8}",
        "{type: string, pattern: '^[0-9]+$'}",
        "{type: string, pattern: '^[a-z]{3}$'}",
        "{type: string, format: date}",
        "{type: array, items: {type: string}}",
    ] {
        let contract = notes(schema);
        let plan = planned(&contract, all());
        let mut changing = paths(&plan, "PUT").chain(paths(&plan, "DELETE"));
        assert!(changing.all(|path| path.contains(RUN)), "{schema}: what nobody has, or nothing");
        let expected = [
            ("putNote", "--on-existing-data"),
            ("deleteNote", "--on-existing-data"),
            ("putSettings", "--on-existing-data"),
        ];
        let found = withheld(&plan);
        assert!(expected.iter().all(|one| found.contains(one)), "{schema}: {found:?}");
        for one in &plan.withheld {
            assert!(one.len() > 0);
            assert_eq!(plan.gaps.iter().filter(|gap| one.is_told_by(gap)).count(), 1, "{schema}");
        }
        let plan = planned(&contract, Guards { existing_data: false, ..all() });
        assert!(paths(&plan, "PUT").all(|path| !path.contains(RUN)), "{schema}: as it stands");
        assert!(paths(&plan, "DELETE").count() > 0, "{schema}");
    }
}

#[test]
fn the_last_parameter_that_can_holds_the_id() {
    let text = |one: &str, two: &str| {
        format!(
            "openapi: 3.1.0
info: {{title: T, version: '1'}}
paths:
  /a/{{one}}/b/{{two}}/c:
    parameters:
      - {{name: two, in: path, required: true, schema: {two}}}
      - {{name: one, in: path, required: true, schema: {one}}}
      - {{name: q, in: query, required: true, schema: {{const: x}}}}
    delete: {{operationId: op, responses: {{'204': {{description: ok}}}}}}
"
        )
    };
    for (one, two, which) in [
        ("{type: string}", "{type: string}", Some(3)),
        ("{type: integer}", "{type: string}", Some(3)),
        ("{type: string}", "{type: integer}", Some(1)),
        ("{type: integer}", "{enum: [x]}", None),
    ] {
        let contract = contract(&text(one, two));
        let plan = planned(&contract, all());
        let found = paths(&plan, "DELETE").next().map(|path| {
            assert!(path.ends_with("/c?q=x"), "{path}");
            path.trim_start_matches('/').split('/').position(|part| part.contains(RUN)).unwrap()
        });
        assert_eq!(found, which, "{one} {two}");
    }
}

#[test]
fn what_disrupts_is_sent_last_where_it_is_asked_for() {
    let contract = notes("{type: string}");
    let plan = planned(&contract, all());
    let found = withheld(&plan);
    for one in
        [("purgeJobs", "--include-disruptive purgeJobs"), ("logoutMe", "--include-disruptive logoutMe")]
    {
        assert!(found.contains(&one), "{found:?}");
    }
    assert!(
        plan.cases().all(|case| !case.request.path().as_str().starts_with("/jobs")),
        "with no method at all"
    );
    for pattern in ["purgeJobs", "/jobs", "POST /jobs", "purge*"] {
        let plan = planned(&contract, Guards { disruption: Some(vec![pattern.into()]), ..all() });
        let jobs = |scenario: &Arc<Scenario>| scenario.cases[0].request.path().as_str() == "/jobs";
        let first = plan.scenarios.iter().position(jobs).unwrap();
        assert!(plan.scenarios[first..].iter().all(jobs), "{pattern}");
        assert_eq!(withheld(&plan).iter().filter(|(operation, _)| *operation == "purgeJobs").count(), 0);
        assert!(withheld(&plan).iter().any(|(operation, _)| *operation == "logoutMe"), "{pattern}");
    }
}

#[test]
fn the_contract_has_the_last_word_on_what_disrupts() {
    let text = NOTES.replace("SCHEMA", "{type: string}");
    let text = text
        .replace("operationId: purgeJobs,", "operationId: purgeJobs, x-probity: {disruptive: false},")
        .replace("operationId: addNote,", "operationId: addNote, x-probity: {disruptive: true},");
    let found = planned(&contract(&text), all());
    let found: Vec<&str> = found.withheld.iter().map(|one| one.operation.as_str()).collect();
    assert!(found.contains(&"addNote") && !found.contains(&"purgeJobs"), "{found:?}");
}

#[test]
fn read_only_sends_safe_methods_and_tells_so_once_an_operation() {
    let contract = notes("{type: string}");
    let plan = planned(&contract, Guards { read_only: true, ..Guards::default() });
    assert!(plan.cases().all(|case| is_safe(&case.request.method)));
    assert!(paths(&plan, "GET").count() > 0);
    let mut found = withheld(&plan);
    found.sort_unstable();
    let names = ["addNote", "deleteNote", "purgeJobs", "putNote", "putSettings"];
    assert_eq!(found, names.map(|name| (name, "without --read-only")));
}

#[test]
fn both_flags_are_named_where_both_are_needed() {
    let text = NOTES
        .replace("SCHEMA", "{type: string}")
        .replace("operationId: putSettings", "operationId: resetSettings");
    let contract = contract(&text);
    let found = planned(&contract, all());
    assert!(
        withheld(&found)
            .contains(&("resetSettings", "--on-existing-data --include-disruptive resetSettings"))
    );
    let one = planned(&contract, Guards { existing_data: false, ..all() });
    assert!(withheld(&one).contains(&("resetSettings", "--include-disruptive resetSettings")));
}

#[test]
fn where_all_is_withheld_the_plan_tells_so() {
    let contract = notes("{type: string, maxLength: 8}");
    let selection = Selection { include: vec!["deleteNote".into()], exclude: Vec::new() };
    let wishes = Wishes { guards: all(), selection, max_requests: Some(5), ..Wishes::default() };
    let plan = plan(&contract, &wishes).unwrap();
    assert!(plan.is_empty());
    assert_eq!(withheld(&plan), [("deleteNote", "--on-existing-data")]);
}
