use crate::contract::Contract;
use crate::plan::{Case, Guards, Place, Plan, Verdict, Wishes, plan};
use crate::source::Document;

fn planned(operation: &str, guards: Guards) -> Plan {
    let text = format!("openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  {operation}\n");
    let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap())
        .unwrap_or_else(|error| panic!("{}", error.1));
    plan(&contract, &Wishes { guards, ..Wishes::default() }).unwrap()
}

/// The plan of an operation that takes one parameter.
fn of_one(parameter: &str) -> Plan {
    let operation = format!(
        "/a: {{get: {{operationId: a, parameters: [{parameter}], responses: {{'200': {{description: ok}}, '400': {{description: no}}}}}}}}"
    );
    planned(&operation, Guards::default())
}

/// What is sent of a parameter, and what it is worth.
fn sent(case: &Case) -> String {
    let parts = &case.request.parts;
    let query = parts.query.iter().map(ToString::to_string);
    let fields = parts.fields.iter().map(|(name, text)| format!("{name}: {text}"));
    let all: Vec<String> = query.chain(parts.cookies.iter().map(ToString::to_string)).chain(fields).collect();
    all.join(" ")
}

fn verdicts(plan: &Plan, text: &str) -> Vec<(Verdict, String)> {
    let same = plan.cases().filter(|case| sent(case) == text && case.place != Place::Method);
    let own = same.filter(|case| case.request.method == "GET");
    own.map(|case| (case.expectation.verdict, case.cause.clone())).collect()
}

fn verdict(plan: &Plan, text: &str) -> Verdict {
    match verdicts(plan, text).as_slice() {
        [(verdict, _)] => *verdict,
        other => panic!("{text}: {other:?}"),
    }
}

use Verdict::{Accept, Either, Reject};

#[test]
fn an_optional_parameter_is_left_out_sent_and_broken() {
    let plan = of_one("{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}");
    for (text, expected) in [
        ("", Accept),
        ("limit=1", Accept),
        ("limit=50", Accept),
        ("limit=0", Reject),
        ("limit=51", Reject),
        ("limit=text", Reject),
        ("limit=1.5", Reject),
        ("limit=", Either),
    ] {
        assert_eq!(verdict(&plan, text), expected, "{text}");
    }
    assert!(!plan.gaps.iter().any(|gap| gap.why.contains("left out is not sent")), "{:?}", plan.gaps);
}

#[test]
fn what_is_broken_of_a_parameter_is_named_with_its_place_and_keyword() {
    let plan = of_one("{name: limit, in: query, schema: {type: integer, maximum: 50}}");
    let beyond = plan.cases().find(|case| sent(case) == "limit=51").unwrap();
    assert_eq!(beyond.id, "a/reject/query/limit/out-of-range/beyond-most");
    let [violation] = beyond.expectation.violations.as_slice() else { panic!() };
    assert_eq!(violation.at, "/paths/~1a/get/parameters/0/schema/maximum");
}

#[test]
fn a_required_parameter_is_left_out_in_every_place() {
    for location in ["query", "header", "cookie"] {
        let plan = of_one(&format!("{{name: K, in: {location}, required: true, schema: {{type: integer}}}}"));
        let [(verdict, cause)] = verdicts(&plan, "").try_into().unwrap();
        assert_eq!((verdict, cause.as_str()), (Reject, "missing"), "{location}");
    }
}

#[test]
fn each_value_of_an_enum_is_sent_and_one_that_is_not_listed() {
    let plan = of_one("{name: sort, in: query, schema: {type: string, enum: [a b, c/d, e]}}");
    for text in ["sort=a%20b", "sort=c%2Fd", "sort=e"] {
        assert_eq!(verdict(&plan, text), Accept, "{text}");
    }
    assert_eq!(verdict(&plan, "sort=probity-unlisted"), Reject);
    assert_eq!(verdict(&plan, "sort="), Either);
    assert_eq!(verdict(&plan, "SORT=a%20b"), Either);
}

#[test]
fn a_boolean_is_sent_either_way_and_what_some_take_for_one_is_left_open() {
    let plan = of_one("{name: b, in: cookie, schema: {type: boolean}}");
    assert_eq!((verdict(&plan, "b=true"), verdict(&plan, "b=false")), (Accept, Accept));
    assert_eq!(verdict(&plan, "b=text"), Reject);
}

#[test]
fn a_list_is_sent_with_as_many_items_as_it_may_have_and_with_more_in_every_style() {
    for (style, most, more) in [
        ("explode: true", "l=1&l=1", "l=1&l=1&l=1"),
        ("explode: false", "l=1,1", "l=1,1,1"),
        ("style: pipeDelimited, explode: false", "l=1%7C1", "l=1%7C1%7C1"),
        ("style: spaceDelimited, explode: false", "l=1%201", "l=1%201%201"),
    ] {
        let plan = of_one(&format!(
            "{{name: l, in: query, {style}, schema: {{type: array, maxItems: 2, items: {{type: integer, enum: [1]}}}}}}"
        ));
        assert_eq!((verdict(&plan, most), verdict(&plan, more)), (Accept, Reject), "{style}");
        assert_eq!(verdict(&plan, "l=text"), Reject, "{style}");
    }
}

#[test]
fn a_member_of_an_object_is_left_out_and_broken() {
    let plan = of_one(
        "{name: f, in: query, style: deepObject, schema: {type: object, required: [a], properties: {a: {type: integer, enum: [4]}, b: {type: boolean}}}}",
    );
    assert_eq!(verdict(&plan, "f%5Ba%5D=4&f%5Bb%5D=false"), Accept);
    assert_eq!(verdict(&plan, "f%5Bb%5D=true"), Reject);
    assert_eq!(verdict(&plan, "f%5Ba%5D=text&f%5Bb%5D=true"), Reject);
}

#[test]
fn which_texts_a_host_looks_up_is_not_said_but_how_long_they_may_be() {
    let plan = of_one("{name: q, in: query, schema: {type: string, maxLength: 30}}");
    assert_eq!(verdict(&plan, "q=a%26b%3Dc%2Bd%20e%25%2Ff%23g%3Fh%3Bi%2Cj"), Either);
    assert_eq!(verdict(&plan, &format!("q={}", "x".repeat(30))), Either);
    assert_eq!(verdict(&plan, &format!("q={}", "x".repeat(31))), Reject);
}

#[test]
fn a_documented_example_is_accepted() {
    let plan = of_one(
        "{name: q, in: query, schema: {type: string}, examples: {one: {value: a b}, two: {value: c}}}",
    );
    assert_eq!((verdict(&plan, "q=a%20b"), verdict(&plan, "q=c")), (Accept, Accept));
}

#[test]
fn nobody_knows_what_becomes_of_a_name_twice_or_of_one_that_is_not_declared() {
    let plan = of_one("{name: n, in: query, schema: {type: integer, enum: [7, 8]}}");
    assert_eq!(verdict(&plan, "n=7&n=7"), Either);
    assert_eq!(verdict(&plan, "probityUndeclared=1"), Either);
}

#[test]
fn parameters_that_may_be_left_out_need_not_go_together() {
    let plan = of_one(
        "{name: a, in: query, schema: {type: boolean}}, {name: b, in: query, schema: {type: boolean}}",
    );
    assert_eq!((verdict(&plan, "a=true"), verdict(&plan, "b=true")), (Accept, Accept));
    assert_eq!(verdict(&plan, "a=true b=true"), Either);
}

#[test]
fn a_parameter_of_the_path_is_broken_and_may_not_be_found() {
    let operation = "/a/{id}: {get: {operationId: a, parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}], responses: {'200': {description: ok}, '400': {description: no}}}}";
    let plan = planned(operation, Guards::default());
    for path in ["/a/text", "/a/0", "/a/1.5"] {
        let case = plan.cases().find(|case| case.request.path().as_str() == path).unwrap();
        assert_eq!(case.expectation.verdict, Reject, "{path}");
        let statuses: Vec<String> = case.expectation.statuses.iter().map(ToString::to_string).collect();
        assert_eq!(statuses, ["400", "404", "422"], "{path}");
    }
}

#[test]
fn what_is_there_is_not_changed_by_an_id_that_was_to_be_refused() {
    let operation = "/a/{id}: {delete: {operationId: a, parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}], responses: {'204': {description: ok}, '400': {description: no}}}}";
    let paths = |guards: Guards| -> Vec<String> {
        let plan = planned(operation, guards);
        let broken = plan.cases().filter(|case| case.cause == "wrong-type" || case.cause == "out-of-range");
        broken.map(|case| case.request.path().to_string()).collect()
    };
    assert!(paths(Guards::default()).contains(&"/a/0".to_owned()));
    let spared = paths(Guards { existing_data: true, ..Guards::default() });
    assert!(spared.iter().all(|path| path.starts_with("/a/text-")), "{spared:?}");
    assert!(!spared.is_empty());
}
