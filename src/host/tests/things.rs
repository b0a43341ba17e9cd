//! A contract with what the shipped one lacks: enums, lists, path parameters, other credentials.

use super::*;

const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
security: [{key: []}, {bearer: []}]
paths:
  /things:
    post:
      parameters:
        - {name: X-Tenant, in: header, required: true, schema: {type: integer, minimum: 1}}
        - {name: dry, in: query, schema: {type: boolean}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '200': {description: unused}
        '201':
          description: created
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '409': {$ref: '#/components/responses/Problem'}
        '422': {$ref: '#/components/responses/Problem'}
        default: {$ref: '#/components/responses/Problem'}
      x-probity:
        errors:
          code: $response.body#/code
          catalogue:
            TAKEN: {status: 409, when: {repeated: /slug}}
            KIND: {status: 422, when: {not-in-enum: /kind}}
        unique: [{field: /slug, case: insensitive}]
    get:
      security: []
      responses:
        '200':
          description: all
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
  /things/mine:
    get:
      responses: {'200': {description: mine, content: {application/json: {schema: {const: mine}}}}}
  /things/{thingId}:
    parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]
    get: &item
      responses:
        '200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '404': {$ref: '#/components/responses/Problem'}
        '401': {description: who, content: {application/json: {schema: {type: object, required: [error], properties: {error: {type: string, minLength: 1}}}}}}
    patch:
      requestBody: {content: {application/json: {schema: {type: object, properties: {kind: {enum: [round, square]}}}}}}
      responses: {'200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, '404': {$ref: '#/components/responses/Problem'}}
    delete:
      responses: {'204': {description: gone}, '404': {$ref: '#/components/responses/Problem'}}
  /orders/{number}/lines/{line}:
    get:
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer}}
        - {name: line, in: path, required: true, schema: {type: integer}}
      responses:
        '200': {description: line, content: {application/json: {schema: {type: object, required: [number, line, state], properties: {number: {type: integer}, line: {type: integer}, state: {enum: [open, shut]}, at: {type: string, format: date-time}}}}}}
        '400': {description: bad}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    bearer: {type: http, scheme: bearer}
  responses:
    Problem:
      description: wrong
      content:
        application/problem+json:
          schema:
            type: object
            required: [title, status]
            properties: {title: {type: string}, status: {type: integer, minimum: 400}, code: {enum: [TAKEN, KIND, OTHER]}}
            additionalProperties: false
  schemas:
    Thing:
      type: object
      required: [id, slug, kind, grid]
      additionalProperties: false
      properties:
        id: {type: string, format: uuid, readOnly: true}
        secret: {type: string, writeOnly: true}
        slug: {type: string, pattern: '^[A-Za-z]+$'}
        kind: {enum: [round, square]}
        grid: {type: array, items: {type: array, minItems: 1, items: {type: integer}}}
        parts: {type: array, items: {type: object, required: [sku, id], properties: {sku: {type: string}, id: {type: integer, readOnly: true}}}}
        created: {type: string, format: date-time, readOnly: true}
        birth: {type: string, format: date}
";

async fn things() -> Served {
    served(contract("things.yaml", CONTRACT), HostSettings::default()).await
}

const BEARER: (&str, &str) = ("authorization", "Bearer demo-token");
const HEAD: &[(&str, &str)] = &[BEARER, ("content-type", "application/json"), ("x-tenant", "3")];

fn thing(slug: &str) -> String {
    json!({"slug": slug, "kind": "square", "grid": [[1], [2, 3]], "secret": "s", "parts": [{"sku": "a"}, {"sku": "b"}]}).to_string()
}

#[tokio::test]
async fn a_thing_is_created_read_changed_and_deleted() {
    let served = things().await;
    let created = served.send("POST", "/things?dry=false", HEAD, thing("One")).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let made = created.json();
    assert_eq!((&made["slug"], &made["kind"], &made["grid"]), (&json!("One"), &json!("square"), &json!([[1], [2, 3]])));
    assert_eq!((&made["parts"][1]["sku"], made.get("secret"), made.get("birth")), (&json!("b"), None, None));
    assert!(made["parts"][1]["id"].is_i64());
    assert!(made["created"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let path = format!("/things/{}", made["id"].as_str().unwrap());
    assert_eq!(served.send("GET", &path, &[BEARER], "").await.json(), made);
    assert_eq!(served.send("GET", "/things", &[], "").await.json(), json!([made]));
    let patched = served.send("PATCH", &path, HEAD, r#"{"kind": "round"}"#).await.json();
    assert_eq!((&patched["kind"], &patched["slug"], &patched["created"]), (&json!("round"), &made["slug"], &made["created"]));
    assert_eq!(served.send("GET", &path, &[BEARER], "").await.json(), patched);
    assert_eq!(served.send("DELETE", &path, &[BEARER], "").await.status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(served.send(method, &path, &[BEARER], "").await.status, 404);
    }
    let head = served.raw("HEAD", "/things/mine", &[BEARER], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(served.send("GET", "/things/mine", &[BEARER], "").await.json(), "mine");
}

#[tokio::test]
async fn a_code_stands_where_the_schema_has_room_for_it() {
    let served = things().await;
    assert_eq!(served.send("POST", "/things", HEAD, thing("Two")).await.status, 201);
    let taken = served.send("POST", "/things", HEAD, thing("TWO")).await;
    assert_eq!((taken.status, &taken.json()["code"], &taken.json()["status"]), (409, &json!("TAKEN"), &json!(409)));
    assert_eq!(taken.json()["title"], "`/slug` repeats a value that must be unique");
    let kind = served.send("POST", "/things", HEAD, thing("Three").replace("square", "flat")).await;
    assert_eq!((kind.status, &kind.json()["code"]), (422, &json!("KIND")));
    let grid = served.send("POST", "/things", HEAD, thing("Three").replace("[1]", "[]")).await;
    assert_eq!((grid.status, grid.json().get("code")), (422, None));
}

#[tokio::test]
async fn parameters_are_minded() {
    let served = things().await;
    let body = thing("Four");
    assert_eq!(served.send("POST", "/things", &HEAD[..2], &body).await.status, 422);
    let zero = [BEARER, HEAD[1], ("x-tenant", "0")];
    assert_eq!(served.send("POST", "/things", &zero, &body).await.status, 422);
    assert_eq!(served.send("POST", "/things?dry=maybe", HEAD, &body).await.status, 422);
    assert_eq!(served.send("POST", "/things?dry=true", HEAD, &body).await.status, 201);
    let line = served.send("GET", "/orders/12/lines/3?api_key=demo-token", &[], "").await.json();
    assert_eq!((&line["number"], &line["line"], &line["state"]), (&json!(12), &json!(3), &json!("open")));
    assert_eq!(served.send("GET", "/orders/x/lines/3", &[BEARER], "").await.status, 400);
}

#[tokio::test]
async fn credentials_of_every_kind_are_minded() {
    let served = things().await;
    for (path, headers) in [
        ("/things/x", &[][..]),
        ("/things/x?api_key=", &[]),
        ("/things/x?api_key=wrong", &[]),
        ("/things/x", &[("authorization", "Bearer wrong")]),
        ("/things/x", &[("authorization", "demo-token")]),
        ("/things/x", &[("cookie", "api_key=demo-token")]),
    ] {
        let reply = served.send("GET", path, headers, "").await;
        assert_eq!(reply.status, 401);
        assert!(reply.head.contains("Bearer realm") && reply.head.contains("ApiKey realm"));
        assert_eq!(reply.json()["error"], "the request carries no valid credentials");
    }
    assert_eq!(served.send("GET", "/things/x?api_key=demo-token", &[], "").await.status, 404);
    assert_eq!(served.send("GET", "/things/x", &[("authorization", "bearer demo-token")], "").await.status, 404);
}
