//! Which operations create, and what is an id, whatever it is called.

use super::*;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// A contract in which one operation creates things and others work on them.
async fn host(paths: &str) -> Served {
    let text = format!("openapi: 3.1.0\ninfo: {{title: Things, version: '1'}}\npaths:\n{paths}");
    served(contract("found.yaml", &text), HostSettings::default()).await
}

/// The paths of a collection: the schema of the answer to a create, the name and the schema of the
/// parameter of what is in it.
fn collection(answer: &str, parameter: &str, schema: &str) -> String {
    format!(
        r"
  /customers:
    post:
      requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{name: {{type: string}}}}}}}}}}}}
      responses: {{'201': {{description: made, content: {{application/json: {{schema: {answer}}}}}}}}}
  /customers/{{{parameter}}}:
    get:
      parameters: [{{name: {parameter}, in: path, required: true, schema: {schema}}}]
      responses: {{'200': {{description: one, content: {{application/json: {{schema: {{type: object, properties: {{name: {{type: string}}}}}}}}}}}}, '404': {{description: none}}}}
"
    )
}

#[tokio::test]
async fn an_id_is_found_by_its_name_wherever_it_stands_and_fits_the_path() {
    let object = |properties: &str| format!("{{type: object, properties: {{{properties}}}}}");
    for (answer, parameter, schema, at) in [
        (object("id: {type: string}, name: {type: string}"), "id", "{type: string}", "/id"),
        (
            object("data: {type: object, properties: {id: {type: integer}}}"),
            "customerId",
            "{type: integer}",
            "/data/id",
        ),
        (
            object("ownerId: {type: string}, customer_id: {type: string}"),
            "customerId",
            "{type: string, maxLength: 5}",
            "/customer_id",
        ),
        (
            object("id: {type: integer}, uuid: {type: string}"),
            "uuid",
            "{type: string, format: uuid}",
            "/uuid",
        ),
        (
            object("sid: {type: string}, account_sid: {type: string}"),
            "Sid",
            "{type: string, pattern: '^CU[0-9a-f]{32}$'}",
            "/sid",
        ),
        (
            object(
                "meta: {type: object, properties: {id: {type: string}}}, customer: {type: object, properties: {number: {type: integer}}}",
            ),
            "customerNumber",
            "{type: integer, maximum: 9999}",
            "/customer/number",
        ),
        (
            object("id: {type: integer}, slug: {type: string}"),
            "slug",
            "{type: string, pattern: '^[a-z-]+[0-9]+$'}",
            "/slug",
        ),
        (object("code: {type: string}"), "customer", "{type: string}", "/code"),
        ("{type: string}".to_owned(), "id", "{type: string}", ""),
    ] {
        let served = host(&collection(&answer, parameter, schema)).await;
        let mut ids = HashSet::new();
        for _ in 0..20 {
            let made = served.send("POST", "/customers", JSON, r#"{"name": "Ann"}"#).await.json();
            let id = made.pointer(at).unwrap_or_else(|| panic!("{at} in {made}"));
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let read = served.send("GET", &format!("/customers/{id}"), &[], "").await;
            assert_eq!((read.status, &read.body), (200, &r#"{"name":"Ann"}"#.to_owned()), "{at} {id}");
            assert!(ids.insert(id));
        }
        // An id that was given out is not given out again, and no other one is known.
        let other = if schema.contains("integer") { "9998" } else { "4f5d1c7e-0000-4000-8000-00000000aaaa" };
        let status = served.raw("GET", &format!("/customers/{other}"), &[], "").await.status;
        assert!([400, 404].contains(&status), "{at}: {status}");
    }
}

#[tokio::test]
async fn a_client_chooses_the_name_that_is_the_id() {
    let served = host(
        r"
  /buckets:
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'204': {description: made}}
    get:
      responses: {'200': {description: all, content: {application/json: {schema: {type: array, items: {type: object, properties: {name: {type: string}}}}}}}}
  /buckets/{bucketName}:
    get:
      parameters: [{name: bucketName, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: one, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}, '404': {description: none}}
",
    )
    .await;
    served.send("POST", "/buckets", JSON, r#"{"name": "a b"}"#).await;
    assert_eq!(served.send("GET", "/buckets/a%20b", &[], "").await.json(), json!({"name": "a b"}));
    assert_eq!(served.send("GET", "/buckets/ab", &[], "").await.status, 404);
    served.send("POST", "/buckets", JSON, r#"{"name": "a b"}"#).await;
    assert_eq!(served.send("GET", "/buckets", &[], "").await.json(), json!([{"name": "a b"}]));
}

#[tokio::test]
async fn a_put_creates_where_the_contract_says_so() {
    let served = host(
        r"
  /flags/{key}:
    parameters: [{name: key, in: path, required: true, schema: {type: string}}]
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Flag'}}}}
      responses:
        '200': {description: replaced, content: {application/json: {schema: {$ref: '#/components/schemas/Flag'}}}}
        '201': {description: made, headers: {Location: {schema: {type: string}}}, content: {application/json: {schema: {$ref: '#/components/schemas/Flag'}}}}
        '404': {description: none}
    get: {responses: {'200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Flag'}}}}, '404': {description: none}}}
    delete: {responses: {'204': {description: gone}, '404': {description: none}}}
  /flags/{key}/rules:
    get:
      parameters: [{name: key, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: all, content: {application/json: {schema: {type: array}}}}, '404': {description: none}}
components:
  schemas:
    Flag: {type: object, required: [on], properties: {key: {type: string, readOnly: true}, on: {type: boolean}, note: {type: string}}}
",
    )
    .await;
    for path in ["/flags/new", "/flags/new/rules"] {
        assert_eq!(served.send("GET", path, &[], "").await.status, 404);
    }
    let made = served.send("PUT", "/flags/new", JSON, r#"{"on": true, "note": "x"}"#).await;
    assert_eq!((made.status, made.header("location")), (201, Some("/flags/new")));
    let read = json!({"key": "new", "on": true, "note": "x"});
    assert_eq!((made.json(), served.send("GET", "/flags/new", &[], "").await.json()), (read.clone(), read));
    assert_eq!(served.send("GET", "/flags/new/rules", &[], "").await.status, 200);
    let replaced = served.send("PUT", "/flags/new", JSON, r#"{"on": false}"#).await;
    assert_eq!((replaced.status, replaced.header("location")), (200, None));
    assert_eq!(served.send("GET", "/flags/new", &[], "").await.json(), json!({"key": "new", "on": false}));
    assert_eq!(served.send("DELETE", "/flags/new", &[], "").await.status, 204);
    assert_eq!(served.send("GET", "/flags/new", &[], "").await.status, 404);
}

#[tokio::test]
async fn several_paths_lead_to_one_resource() {
    let served = host(
        r"
  /v1/customers/{id}/orders.json:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {note: {type: string}}}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
    get: {responses: {'200': {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}}}
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
    get: {responses: {'200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}, '404': {description: none}}}
  /orders/{orderId}:close:
    post:
      parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: done}, '404': {description: none}}
  /v2/customers/{id}/orders/{order}.json:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: order, in: path, required: true, schema: {type: string}}]
    delete: {responses: {'204': {description: gone}, '404': {description: none}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: string}, note: {type: string}}}
",
    )
    .await;
    let made = served.send("POST", "/v1/customers/7/orders.json", JSON, r#"{"note": "x"}"#).await.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(served.send("GET", &format!("/orders/{id}"), &[], "").await.json(), made);
    assert_eq!(served.send("GET", "/v1/customers/7/orders.json", &[], "").await.json(), json!([made]));
    assert_eq!(served.raw("POST", &format!("/orders/{id}:close"), &[], "").await.status, 204);
    let path = |customer: u8| format!("/v2/customers/{customer}/orders/{id}.json");
    assert_eq!(served.raw("DELETE", &path(8), &[], "").await.status, 404);
    assert_eq!(served.raw("DELETE", &path(7), &[], "").await.status, 204);
    assert_eq!(served.send("GET", &format!("/orders/{id}"), &[], "").await.status, 404);
    assert_eq!(served.raw("POST", &format!("/orders/{id}:close"), &[], "").await.status, 404);
    assert_eq!(served.send("GET", "/v1/customers/7/orders.json", &[], "").await.json(), json!([]));
}

#[tokio::test]
async fn a_path_that_takes_an_id_or_a_name_takes_both() {
    let answer =
        "{type: object, properties: {id: {type: integer}, name: {type: string}, note: {type: string}}}";
    for (parameter, other) in [("idOrName", true), ("customer", true), ("customerId", false)] {
        let served = host(&collection(answer, parameter, "{type: string}")).await;
        let made = served.send("POST", "/customers", JSON, r#"{"name": "Ann"}"#).await.json();
        for (id, found) in
            [(made["id"].to_string(), true), ("Ann".to_owned(), other), ("Bea".to_owned(), false)]
        {
            let read = served.send("GET", &format!("/customers/{id}"), &[], "").await;
            assert_eq!(read.status == 200, found, "{parameter}: {id}");
        }
    }
}

#[tokio::test]
async fn a_client_may_ask_for_an_id_that_is_new() {
    let answer = "{type: object, properties: {id: {type: integer}, name: {type: string}}}";
    let paths = collection(answer, "id", "{type: integer}").replace(
        "properties: {name: {type: string}}}}}}\n      responses: {'201'",
        "properties: {id: {type: integer}, name: {type: string}}}}}}\n      responses: {'201'",
    );
    let served = host(&paths).await;
    let asked = |body: &'static str| served.send("POST", "/customers", JSON, body);
    assert_eq!(asked(r#"{"id": 77, "name": "Ann"}"#).await.json(), json!({"id": 77, "name": "Ann"}));
    let other = asked(r#"{"id": 77, "name": "Bea"}"#).await.json();
    assert_eq!((other["id"] != 77, &other["name"]), (true, &json!("Bea")));
    assert_eq!(served.send("GET", "/customers/77", &[], "").await.json()["name"], "Ann");
}
