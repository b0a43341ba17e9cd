//! Values outside of bodies mean the same to the plan, the run, the rules, the embedded host and the
//! reference, in whatever style they travel.

use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Driver, probity};

fn with(contract: &str, arguments: &[&str]) -> Driver {
    probity().with_file("c.yaml", contract).args(arguments)
}

const ECHO: &str = "openapi: 3.0.3
info: {title: Echo, version: '1'}
paths:
  /m{id}/at/{day}:
    get:
      operationId: echo
      parameters:
        - {name: id, in: path, required: true, style: matrix, schema: {type: integer}, example: 5}
        - {name: day, in: path, required: true, style: label, explode: true, schema: {type: array, items: {type: integer}}, example: [1, 2]}
        - {name: ids, in: query, required: true, schema: {type: array, items: {type: integer}}, example: [3, 4]}
        - {name: tags, in: query, required: true, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}, example: [a, b]}
        - {name: filter, in: query, required: true, style: deepObject, explode: true, schema: {type: object, properties: {n: {type: integer}, s: {type: string}}}, example: {n: 1, s: '1'}}
        - {name: X-Ids, in: header, required: true, schema: {type: array, items: {type: integer}}, example: [6, 7]}
        - {name: page-size, in: query, required: true, schema: {type: string}, examples: {one: {value: a-b_c.d~e}, two: {value: x}}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, required: [id, day, ids, tags, filter, more], properties: {
            id: {type: integer}, day: &numbers {type: array, items: {type: integer}}, ids: *numbers, more: *numbers,
            tags: {type: array, items: {type: string}}, filter: {type: object, properties: {n: {type: integer}, s: {type: string}}}}}}}
        '404': {description: none}
      x-probity:
        rules:
          - equal: [$response.body#/id, $request.path.id]
          - equal: [$response.body#/day, $request.path.day]
          - equal: [$response.body#/ids, $request.query.ids]
          - equal: [$response.body#/tags, $request.query.tags]
          - equal: [$response.body#/filter, $request.query.filter]
          - equal: [$response.body#/more, $request.header.X-Ids]
";

const PATH: &str =
    "/m;id=5/at/.1.2?ids=3&ids=4&tags=a%7Cb&filter%5Bn%5D=1&filter%5Bs%5D=1&page-size=a-b_c.d~e";

fn told(day: &str, tags: &str, filter: &str) -> Canned {
    let body = format!(
        r#"{{"id": 5, "day": {day}, "ids": [3, 4], "tags": {tags}, "filter": {filter}, "more": [6, 7]}}"#
    );
    Canned::start(move |asked| {
        let known = asked.line.starts_with(&format!("GET {PATH} "));
        Reply::Bytes(if known { json("200 OK", "", &body) } else { json("404 Not Found", "", "{}") })
    })
}

#[test]
fn an_operand_of_a_rule_is_the_value_of_a_parameter_and_not_its_text() {
    let right = told("[1, 2]", r#"["a", "b"]"#, r#"{"n": 1, "s": "1"}"#);
    // The host has one answer.
    let one = ["--include", "echo/*/valid/required"];
    let check = |host: &Canned| with(ECHO, &["check", "c.yaml", "--target", &host.url()]).args(one).run();
    check(&right).ends_with(0);
    assert!(right.lines().iter().any(|line| line.contains(PATH)), "{:?}", right.lines());
    let wrong = told("[2, 1]", r#"["a"]"#, r#"{"n": 2, "s": "1"}"#);
    let ran = check(&wrong).ends_with(1);
    for found in ["$response.body#/day", "$response.body#/tags", "$response.body#/filter"] {
        assert!(ran.stdout.contains(&format!("`{found}` is not equal to")), "{found}: {}", ran.everything());
    }
    assert_eq!(ran.stdout.matches("deny[rule]").count(), 3, "{}", ran.everything());
}

#[test]
fn the_embedded_host_keeps_the_rules_of_its_parameters() {
    with(ECHO, &["check", "c.yaml"]).run().ends_with(0);
}

#[test]
fn the_plan_and_the_reference_send_the_same() {
    let plan = with(ECHO, &["plan", "c.yaml", "--json"]).run().ends_with(0);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let request = &plan["scenarios"][0]["cases"][0]["request"];
    assert_eq!(request["path"], PATH);
    let docs = with(ECHO, &["docs", "c.yaml", "--format", "markdown", "--out", "md"]).run().ends_with(0);
    let pages = std::fs::read_dir(docs.folder().join("md")).unwrap();
    let text: String =
        pages.map(|page| std::fs::read_to_string(page.unwrap().path()).unwrap_or_default()).collect();
    assert!(text.contains(&format!("curl -X GET 'https://example.com{PATH}'")), "{text}");
    assert!(text.contains("--header 'X-Ids: 6,7'"), "{text}");
}

const LINKED: &str = "openapi: 3.0.3
info: {title: Linked, version: '1'}
paths:
  /things:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: &thing {type: object, required: [id, name], properties: {id: {type: integer}, name: {type: string}}}}}
          links: {readIt: {operationId: read, parameters: {id: $response.body#/id, session: $response.body#/id, tags: $request.body#/name}, x-probity: {same: [[$response.body, $response.body]]}}}
        '400': {description: wrong}
        '415': {description: no JSON}
  /things/{id}:
    get:
      operationId: read
      parameters:
        - {name: id, in: path, required: true, style: STYLE, schema: {type: integer}}
        - {name: session, in: cookie, required: true, schema: {type: integer}}
        - {name: tags, in: query, style: form, schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: *thing}}}
        '404': {description: none}
";

#[test]
fn the_embedded_host_finds_what_a_link_leads_to_in_every_style() {
    for style in ["simple", "label", "matrix"] {
        let contract = LINKED.replace("STYLE", style);
        let ran = with(&contract, &["check", "c.yaml"]).run().ends_with(0);
        assert!(ran.everything().contains("no findings"), "{style}: {}", ran.everything());
    }
}

#[test]
fn what_a_link_supplies_travels_in_the_style_of_its_parameter_as_a_cookie_too() {
    let host = Canned::start(|asked| Reply::Bytes(things(asked)));
    let contract = LINKED.replace("STYLE", "matrix");
    let ran = with(&contract, &["check", "c.yaml", "--target", &host.url()]).run().ends_with(0);
    assert!(ran.everything().contains("no findings"), "{}", ran.everything());
    assert!(host.lines().iter().any(|line| line.starts_with("GET /things/;id=")), "{:?}", host.lines());
}

/// Things whose id is the number of their request, kept nowhere: a read tells what it was asked for,
/// if the cookie has the same id.
fn things(asked: &Asked) -> Vec<u8> {
    let mut words = asked.line.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let body = asked.whole.get(asked.head.len()..).unwrap_or_default();
    let named = |name: &Value, id: &str| format!(r#"{{"id": {id}, "name": {name}}}"#);
    match (method, path) {
        ("POST", "/things") => {
            let is_json = asked.head.to_lowercase().contains("content-type: application/json");
            let value: Value = serde_json::from_str(body).unwrap_or_default();
            if !is_json {
                json("415 No", "", "{}")
            } else if value["name"].is_string() && !body.contains('\u{fffd}') {
                json("201 Created", "", named(&value["name"], &asked.number.to_string()))
            } else {
                json("400 No", "", "{}")
            }
        }
        ("GET", path) if path.starts_with("/things/;id=") => {
            let (id, tags) = path["/things/;id=".len()..].split_once("?tags=").unwrap_or_default();
            let name = percent_encoding::percent_decode_str(tags).decode_utf8_lossy();
            let own = format!("cookie: session={id}\r\n");
            let known = !name.is_empty() && asked.head.to_lowercase().contains(&own);
            if known { json("200 OK", "", named(&name.into(), id)) } else { json("404 No", "", "{}") }
        }
        (_, "/things") => json("405 No", "Allow: POST\r\n", "{}"),
        (_, path) if path.starts_with("/things/") => json("405 No", "Allow: GET\r\n", "{}"),
        _ => json("404 No", "", "{}"),
    }
}

#[test]
fn a_documented_value_that_is_refused_is_found_wherever_the_contract_documents_it() {
    for example in [
        "example: 10042",
        "examples: {one: {value: 10042}}",
        "examples: {a: {$ref: '#/components/examples/e'}}",
    ] {
        let contract = format!(
            "openapi: 3.0.3
info: {{title: Balances, version: '1'}}
paths:
  /balances:
    get:
      operationId: balance
      parameters: [{{name: account, in: query, required: true, schema: {{type: integer}}, {example}}}]
      responses: {{'200': {{description: ok}}, '404': {{description: none}}}}
components: {{examples: {{e: {{value: 10042}}}}}}
"
        );
        let host = Canned::start(|asked| {
            let (known, read) = (asked.line.contains(" /balances"), asked.line.starts_with("GET"));
            let methods = known && !read;
            Reply::Bytes(if methods {
                json("405 No", "Allow: GET\r\n", "{}")
            } else {
                json("404 No", "", "{}")
            })
        });
        let ran = with(&contract, &["check", "c.yaml", "--target", &host.url()]).run().ends_with(1);
        assert!(ran.stdout.contains("deny[valid-accepted]"), "{example}: {}", ran.everything());
        assert!(host.lines().iter().any(|line| line.contains("?account=10042 ")), "{:?}", host.lines());
    }
}
