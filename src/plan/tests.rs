//! What is expected of requests to contracts that the shipped one is not like.

use super::*;
use crate::contract::Contract;
use crate::source::Document;
use std::sync::Arc;

/// The plan of a contract with one operation, `POST` to a path that takes an object with these
/// properties.
fn planned(path: &str, properties: &str, more: &str) -> (Contract, Plan) {
    let text = format!(
        "openapi: 3.1.0
info: {{title: T, version: '1'}}
paths:
  {path}:
    post:
      operationId: op
      requestBody:
        required: true
        content: {{application/json: {{schema: {{type: object, required: [key], properties: {properties}}}}}}}
      responses:
        '201': {{description: ok}}
        '400': {{description: bad}}
        '409': {{description: taken}}
{more}"
    );
    let document = Document::from_text("t.yaml", &text).unwrap();
    let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}: {text}", error.1));
    let plan = plan(&contract, &Wishes::default()).unwrap();
    (contract, plan)
}

const UNIQUE: &str = "      x-probity:
        errors:
          code: $response.body#/code
          catalogue:
            TAKEN: {status: 409, when: {repeated: /key}}
            BAD: {status: 400, when: [missing, wrong-type, not-in-enum, malformed]}
        unique: [{field: /key}]
";

fn at_once(plan: &Plan) -> impl Iterator<Item = &Scenario> {
    plan.scenarios.iter().map(Arc::as_ref).filter(|scenario| scenario.at_once > 0)
}

#[test]
fn creates_at_once_may_all_be_refused_where_the_contract_is_silent_about_each() {
    let path = "/orgs/{org}";
    let parameter = "      parameters: [{name: org, in: path, required: true, schema: {type: integer}}]\n";
    let (_, plan) = planned(path, "{key: {type: string}}", &format!("{parameter}{UNIQUE}"));
    assert!(at_once(&plan).count() > 0);
    assert!(at_once(&plan).all(|scenario| !scenario.cases[0].expectation.silent.is_empty()));
    let (_, plan) = planned("/groups", "{key: {type: string}}", UNIQUE);
    assert!(at_once(&plan).count() > 0);
    assert!(at_once(&plan).all(|scenario| scenario.cases[0].expectation.silent.is_empty()));
}

#[test]
fn unique_values_have_the_format_and_pattern_that_is_asked_for() {
    for schema in [
        "{type: string, format: email}",
        "{type: string, format: uuid}",
        "{type: string, pattern: '^[A-Z]{2}-[0-9]{14}$'}",
        "{type: integer, format: int64}",
    ] {
        let (_, plan) = planned("/groups", &format!("{{key: {schema}}}"), UNIQUE);
        assert!(plan.gaps.is_empty(), "{schema}: {:?}", plan.gaps);
        assert!(plan.cases().any(|case| case.expectation.verdict == Verdict::Accept), "{schema}");
        assert!(at_once(&plan).count() > 0, "{schema}");
    }
}

#[test]
fn where_unique_values_leave_no_room_for_a_run_that_is_told() {
    let (_, plan) = planned("/groups", "{key: {type: integer, format: int32}}", UNIQUE);
    assert!(plan.gaps.iter().any(|gap| gap.why.contains("ten digits")), "{:?}", plan.gaps);
    // Repeats are tried nevertheless.
    assert!(at_once(&plan).count() > 0);
    assert!(plan.cases().all(|case| case.expectation.verdict != Verdict::Accept));
}

#[test]
fn a_value_that_every_run_sends_may_be_taken_before_anything_else_is_looked_at() {
    let properties = "{key: {enum: [a, b]}, size: {type: integer}}";
    let (_, plan) = planned("/groups", properties, UNIQUE);
    let about = |place: &str| {
        let place = Place::Body(place.to_owned());
        plan.cases()
            .filter(move |case| case.expectation.verdict == Verdict::Reject && case.place == place)
            .collect::<Vec<_>>()
    };
    assert!(!about("/size").is_empty() && !about("/key").is_empty());
    for case in about("/size") {
        assert_eq!(case.expectation.codes, ["BAD", "TAKEN"], "{}", case.id);
    }
    // What is itself invalid was never taken.
    for case in about("/key").into_iter().filter(|case| case.expectation.violations.len() == 1) {
        if case.expectation.violations[0].cause != crate::cause::Cause::Repeated {
            assert_eq!(case.expectation.codes, ["BAD"], "{}", case.id);
        }
    }
}

#[test]
fn who_is_refused_may_be_told_so_by_either_status_that_is_documented() {
    let of = |more: &str| {
        let security =
            "components: {securitySchemes: {b: {type: http, scheme: bearer}}}\nsecurity: [{b: []}]\n";
        let (_, plan) = planned("/groups", "{key: {type: string}}", &format!("{more}{security}"));
        let refused = plan.cases().find(|case| case.request.credentials == CredentialKind::Wrong).unwrap();
        refused.expectation.statuses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (unknown, forbidden) = ("        '401': {description: who}\n", "        '403': {description: no}\n");
    assert_eq!(of(unknown), ["401"]);
    assert_eq!(of(&format!("{unknown}{forbidden}")), ["401", "403"]);
    assert_eq!(of(""), ["401", "403"]);
}

#[test]
fn bounds_say_nothing_about_digits_beyond_a_double() {
    let (contract, plan) = planned("/groups", "{key: {type: number, minimum: 0, maximum: 9}}", "");
    let labeller = Labeller::new(&contract);
    let request = plan.cases().next().unwrap().request.clone();
    for (key, verdict) in [
        ("0.1", Verdict::Accept),
        ("1.7976931348623157", Verdict::Accept),
        ("0.12345678901234567890", Verdict::Either),
        ("8.999999999999999999999", Verdict::Either),
    ] {
        let request = Request { body: Some(format!("{{\"key\": {key}}}").into()), ..request.clone() };
        assert_eq!(labeller.label(&contract.operations[0], &request).verdict, verdict, "{key}");
    }
}

#[test]
fn values_that_name_another_resource_may_be_unknown_unless_they_are_documented() {
    let properties = "{key: {type: string}, customer: {type: integer, minimum: 1, example: 7}}";
    let silent =
        "      x-probity: {silent: [{not-found: /customer, because: Customers are made elsewhere.}]}\n";
    let (contract, plan) =
        planned("/orders", properties, &format!("        '404': {{description: who}}\n{silent}"));
    let labeller = Labeller::new(&contract);
    let request = plan.cases().next().unwrap().request.clone();
    for (body, verdict) in [
        (r#"{"key": "a"}"#, Verdict::Accept),
        (r#"{"key": "a", "customer": 7}"#, Verdict::Accept),
        (r#"{"key": "a", "customer": 8}"#, Verdict::Either),
        (r#"{"key": 1, "customer": 8}"#, Verdict::Reject),
        (r#"{"key": "a", "customer": 0}"#, Verdict::Reject),
    ] {
        let request = Request { body: Some(body.into()), ..request.clone() };
        let label = labeller.label(&contract.operations[0], &request);
        assert_eq!(label.verdict, verdict, "{body}");
        assert_eq!(label.perhaps.is_empty(), !body.contains('8'), "{body}");
    }
}

#[test]
fn what_a_host_may_stumble_on_first_leaves_the_code_open() {
    let properties = "{key: {type: string, minLength: 8}, size: {type: number, maximum: 9}, on: {type: string, format: date}}";
    let codes = "      x-probity:
        errors:
          code: $response.body#/code
          catalogue:
            unread: {status: 400, when: malformed}
            wrong: {status: 422, when: [too-short, out-of-range, wrong-type]}
";
    let (contract, plan) =
        planned("/orders", properties, &format!("        '422': {{description: wrong}}\n{codes}"));
    let labeller = Labeller::new(&contract);
    let request = plan.cases().next().unwrap().request.clone();
    let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
    for (body, codes) in [
        (r#"{"key": "a\ud800b"}"#, &["unread", "wrong"][..]),
        (r#"{"key": "long enough", "size": 1e400}"#, &["unread", "wrong"]),
        (deep.as_str(), &["unread", "wrong"]),
        (r#"{"key": "a"}"#, &["wrong"]),
        (r#"{"key": "long enough", "size": 1e9}"#, &["wrong"]),
        ("[[]]", &["wrong"]),
        (r#"{"key": "a", "on": "2001-02-03"}"#, &["wrong"]),
        (r#"{"key": "a", "on": "no date"}"#, &[]),
    ] {
        let request = Request { body: Some(body.into()), ..request.clone() };
        let operation = &contract.operations[0];
        let expectation = expect::expectation(operation, labeller.label(operation, &request));
        assert_eq!(expectation.codes, codes, "{body}");
    }
}

#[test]
fn one_property_without_a_value_does_not_cost_the_others() {
    let properties = "{key: {type: string}, size: {type: integer, minimum: 1}, \
        held: {type: array, contains: {const: 7}}, odd: {type: array, items: {type: string}, contains: {type: integer}}, none: {type: string, pattern: '^.{3}$', minLength: 5}}";
    let (_, plan) = planned("/groups", properties, "");
    let all = plan.cases().find(|case| case.id.ends_with("accept/body/valid/all")).unwrap();
    let body = all.request.body.as_ref().unwrap().to_string();
    assert!(body.contains(r#""held":[7]"#) && !body.contains("odd") && !body.contains("none"), "{body}");
    let told = |words: &str| plan.gaps.iter().any(|gap| gap.why.contains(words));
    assert!(
        told("/odd/contains/type) exclude each other") && told("`none` that satisfies its `pattern`"),
        "{:?}",
        plan.gaps
    );
}

#[test]
fn what_contradicts_itself_is_named() {
    let text = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [size], properties: {size: {type: integer, minimum: 5, maximum: 3}}}}}}
      responses: {'200': {description: ok}}
";
    let contract = Contract::read(Document::from_text("t.yaml", text).unwrap())
        .unwrap_or_else(|error| panic!("{}", error.1));
    let planned = plan(&contract, &Wishes::default());
    let why = planned.map_or_else(|error| error.to_string(), |plan| plan.gaps[0].why.clone());
    assert!(
        why.contains("`minimum: 5` (t.yaml:6:") && why.contains("/size/maximum) exclude each other"),
        "{why}"
    );
}

#[test]
fn an_operation_of_which_no_request_is_clearly_valid_is_a_gap() {
    let parameter = "      parameters: [{name: org, in: path, required: true, schema: {type: integer}}]\n";
    let (_, plan) = planned("/orgs/{org}", "{key: {type: string}}", parameter);
    assert!(
        plan.gaps.iter().any(|gap| gap.why.starts_with("no request is clearly valid")),
        "{:?}",
        plan.gaps
    );
}

#[test]
fn credentials_that_are_needed_together_are_left_out_one_by_one() {
    let schemes = "components: {securitySchemes: {b: {type: http, scheme: bearer}, k: {type: apiKey, in: header, name: K}}}";
    let left_out = |security: &str| {
        let (_, plan) =
            planned("/groups", "{key: {type: string}}", &format!("{schemes}\nsecurity: {security}\n"));
        plan.cases().filter(|case| case.request.credentials.left_out().is_some()).count()
    };
    assert_eq!(left_out("[{b: [], k: []}]"), 2);
    // One that is left may be enough for another alternative.
    assert_eq!(left_out("[{b: [], k: []}, {b: []}]"), 0);
    assert_eq!(left_out("[{b: []}]"), 0);
}

#[test]
fn bytes_that_are_no_utf_8_may_be_replaced_unless_a_catalogue_says_what_becomes_of_them() {
    use Verdict::{Either, Reject};
    let properties = "{key: {type: string}}";
    let verdicts = |more: &str| {
        let (contract, plan) = planned("/groups", properties, more);
        let labeller = Labeller::new(&contract);
        let valid = plan.cases().find(|case| case.request.body.is_some()).unwrap().request.clone();
        let label = |body: &[u8]| {
            let request = Request { body: Some(body.to_vec().into()), ..valid.clone() };
            labeller.label(&contract.operations[0], &request).verdict
        };
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        [
            label(b"{\"key\": \"\xc3(\"}"),
            label(b"\xef\xbb\xbf{\"key\": \"a\"}"),
            label(b"{\xc3\"key\": \"a\"}"),
            label(b"{\"key\": \"\xc3(\",}"),
            label(b"{\"key\": \"\xc3"),
            label(b"{\"key\": 7, \"x\": \"\xc3\"}"),
            label(&utf_16("{\"key\": \"a\"}")),
            label(&[b"\xff\xfe".as_slice(), &utf_16("{\"key\": \"a\"}")].concat()),
        ]
    };
    assert_eq!(verdicts(""), [Either, Either, Reject, Reject, Reject, Reject, Reject, Reject]);
    assert_eq!(verdicts(UNIQUE), [Reject, Either, Reject, Reject, Reject, Reject, Reject, Reject]);
}

/// The bodies of the cases of a plan that must be taken.
fn accepted(plan: &Plan) -> Vec<String> {
    let cases = plan.cases().filter(|case| case.expectation.verdict == Verdict::Accept);
    cases.filter_map(|case| Some(case.request.body.as_ref()?.to_string())).collect()
}

const SHAPES: &str = "components:
  schemas:
    Shape: {oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}], discriminator: {propertyName: kind, mapping: {round: '#/components/schemas/Circle', ball: Circle}}}
    Circle: {type: object, required: [kind, r], properties: {kind: {type: string}, r: {type: boolean}}}
    Square: {type: object, required: [kind, side], properties: {kind: {type: string}, side: {type: boolean}}}
    Pet: {type: object, required: [what], properties: {what: {type: string}}, discriminator: {propertyName: what}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [lives], properties: {lives: {type: boolean}}}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {barks: {type: boolean}}}]}
";

#[test]
fn each_name_of_a_discriminator_is_sent_wherever_it_stands() {
    let shape = "{$ref: '#/components/schemas/Shape'}";
    let pet = "{$ref: '#/components/schemas/Pet'}";
    for (schema, names) in [
        (format!("{{type: array, items: {shape}}}"), ["round", "ball", "Square"].as_slice()),
        (format!("{{type: array, items: {{type: array, items: {pet}}}}}"), &["Cat", "Dog"]),
        (format!("{{type: object, properties: {{in: {shape}}}}}"), &["round", "ball", "Square"]),
        (format!("{{type: object, additionalProperties: {shape}}}"), &["round", "ball", "Square"]),
        (format!("{{type: object, properties: {{in: {{type: array, items: {pet}}}}}}}"), &["Cat", "Dog"]),
    ] {
        let (_, plan) = planned("/a", &format!("{{key: {schema}}}"), SHAPES);
        let taken = accepted(&plan);
        for name in names {
            let named = format!(":\"{name}\"");
            assert!(taken.iter().any(|body| body.contains(&named)), "{schema} {name}: {taken:#?}");
        }
    }
}

#[test]
fn a_member_of_another_alternative_is_undeclared() {
    let one = |name: &str| format!("{{type: object, properties: {{{name}: {{type: boolean}}}}}}");
    let properties = format!("{{key: {{oneOf: [{}, {}]}}}}", one("a"), one("b"));
    let (contract, plan) = planned("/a", &properties, "");
    let labeller = Labeller::new(&contract);
    let request = plan.cases().next().unwrap().request.clone();
    for (body, verdict) in [
        (r#"{"key": {"a": true, "b": "text"}}"#, Verdict::Either),
        (r#"{"key": {"a": true}}"#, Verdict::Reject),
    ] {
        let request = Request { body: Some(body.into()), ..request.clone() };
        assert_eq!(labeller.label(&contract.operations[0], &request).verdict, verdict, "{body}");
    }
}

fn gaps(plan: &Plan) -> Vec<&str> {
    plan.gaps.iter().map(|gap| gap.why.as_str()).collect()
}

#[test]
fn names_that_cannot_exist_are_told_with_both_that_exclude_them() {
    for (schema, one, other) in [
        (
            "propertyNames: {pattern: '^[a-z]+$', enum: [A]}",
            "`enum: [\"A\"]` (t.yaml:9",
            "`pattern: ^[a-z]+$` (t.yaml:9",
        ),
        (
            "propertyNames: {minLength: 5, maxLength: 3, type: string}, minProperties: 1",
            "`minLength: 5`",
            "`maxLength: 3`",
        ),
        ("propertyNames: {pattern: '^[a-z]+$'}, required: [A]", "`required: [\"A\"]`", "`propertyNames: {"),
        (
            "propertyNames: {pattern: '^y'}, patternProperties: {'^x': {}}, minProperties: 1",
            "`propertyNames` (t.yaml:9",
            "`additionalProperties` (t.yaml:9",
        ),
    ] {
        let others = if schema.contains("'^x'") { "false" } else { "{type: string}" };
        let properties = format!(
            "{{key: {{type: string}}, map: {{type: object, additionalProperties: {others}, {schema}}}}}"
        );
        let (_, plan) = planned("/a", &properties, "");
        let named = |why: &&str| why.contains("`map` has a name") && why.contains(one) && why.contains(other);
        assert!(gaps(&plan).iter().any(named), "{schema}: {:#?}", gaps(&plan));
    }
}

#[test]
fn what_cannot_be_sent_is_told_beside_what_is_searched_for() {
    let text = |name: &str| format!("{{type: object, properties: {{{name}: {{type: string}}}}}}");
    let properties = format!(
        "{{key: {{type: string}}, odd: {{type: integer, enum: ['1']}}, both: {{oneOf: [{}, {}]}}, \
         some: {{type: string, enum: [a, b], not: {{const: a}}}}}}",
        text("a"),
        text("b")
    );
    let (_, plan) = planned("/a", &properties, "");
    let told = gaps(&plan);
    assert!(told.iter().any(|why| why.starts_with("`odd` is left out: ")), "{told:#?}");
    assert!(told.iter().any(|why| why.contains("`both` that satisfies its `oneOf`")), "{told:#?}");
    assert!(accepted(&plan).iter().any(|body| body.contains(r#""some":"b""#)));
}

#[test]
fn what_stands_beside_a_reference_and_is_ignored_is_told() {
    let text = |version: &str| {
        format!(
            "openapi: {version}
info: {{title: T, version: '1'}}
paths:
  /a:
    post:
      parameters:
        - {{$ref: '#/components/parameters/P', description: fine, required: true}}
      requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/S', maxLength: 4, title: fine, nullable: true}}}}}}}}
      responses: {{'200': {{$ref: '#/components/responses/R', headers: {{}}}}}}
components:
  parameters: {{P: {{name: p, in: query, schema: {{type: string}}}}}}
  responses: {{R: {{description: ok}}}}
  schemas: {{S: {{type: string}}}}
"
        )
    };
    for (version, schema) in [("3.0.3", true), ("3.1.0", false)] {
        let contract = Contract::read(Document::from_text("t.yaml", &text(version)).unwrap()).ok().unwrap();
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let told = |name: &str| {
            let told =
                plan.gaps.iter().find(|gap| gap.why.starts_with(&format!("`{name}` stands beside `$ref`")));
            told.map(|gap| contract.document.locate_key(&gap.at).line)
        };
        assert_eq!([told("required"), told("headers")], [Some(7), Some(9)], "{version}");
        assert_eq!(told("maxLength"), schema.then_some(8), "{version}");
        assert_eq!([told("description"), told("title"), told("nullable")], [None; 3], "{version}");
    }
}
