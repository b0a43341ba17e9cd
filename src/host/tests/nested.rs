//! Resources and what is below them: listed, read, replaced, patched and deleted.

use super::*;

const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Customers, version: '1'}
paths:
  /customers:
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewCustomer'}}}}
      responses:
        '201':
          description: made
          headers: {Location: {schema: {type: string, format: uri-reference}}}
          content: {application/json: {schema: {type: object, required: [customerId], properties: {customerId: {type: integer}}}}}
        '400': {$ref: '#/components/responses/Wrong'}
    get:
      responses: {'200': {description: all, content: {application/json: {schema: {type: object, required: [data, total], properties: {data: {type: array, items: {$ref: '#/components/schemas/Customer'}}, total: {type: integer}}}}}}}
  /customers/{customerId}:
    parameters: [{$ref: '#/components/parameters/Customer'}]
    get:
      responses:
        '200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}}
        '404': {$ref: '#/components/responses/Wrong'}
      x-probity: {errors: {code: $response.body#/error, catalogue: {GONE: {status: 404, when: not-found}}}}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewCustomer'}}}}
      responses: {'200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}}, '404': {$ref: '#/components/responses/Wrong'}}
    patch:
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {'204': {description: done}, '404': {$ref: '#/components/responses/Wrong'}}
    delete: {responses: {'204': {description: gone}, '404': {$ref: '#/components/responses/Wrong'}}}
  /customers/{customerId}/block:
    post:
      parameters: [{$ref: '#/components/parameters/Customer'}]
      responses: {'204': {description: done}, '410': {$ref: '#/components/responses/Wrong'}}
  /customers/{customerId}/addresses:
    parameters: [{$ref: '#/components/parameters/Customer'}]
    post:
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [city], properties: {city: {type: string}}}}}}
      responses:
        '201': {description: made, headers: {location: {required: true, schema: {type: string, format: uri}}}}
        '403': {description: no}
        default: {$ref: '#/components/responses/Wrong'}
    get:
      responses:
        '200': {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Address'}}}}}
        '403': {$ref: '#/components/responses/Wrong'}
  /customers/{customerId}/addresses/{n}:
    parameters: [{$ref: '#/components/parameters/Customer'}, {name: n, in: path, required: true, schema: {type: string, pattern: '^a[0-9]{4}$'}}]
    get:
      responses:
        '200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Address'}}}}
        '4XX': {$ref: '#/components/responses/Wrong'}
    delete: {responses: {'204': {description: gone}, '400': {$ref: '#/components/responses/Wrong'}}}
  /customers/{customerId}/silent:
    get:
      parameters: [{$ref: '#/components/parameters/Customer'}]
      responses: {'200': {description: any, content: {application/json: {schema: {type: object}}}}}
  /notes/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: one, content: {application/json: {schema: {type: object}}}}, '404': {$ref: '#/components/responses/Wrong'}}
components:
  parameters:
    Customer: {name: customerId, in: path, required: true, schema: {type: integer, minimum: 1}}
  responses:
    Wrong: {description: wrong, content: {application/json: {schema: {type: object, required: [error], properties: {error: {type: string}}}}}}
  schemas:
    NewCustomer:
      type: object
      required: [name]
      properties:
        name: {type: string}
        nick: {type: string}
        rank: {type: number}
        labels: {type: object, additionalProperties: {type: string}}
        password: {type: string, writeOnly: true}
    Customer:
      type: object
      required: [id, name]
      properties:
        id: {type: integer}
        name: {type: string}
        nick: {type: string}
        rank: {type: number}
        labels: {type: object, additionalProperties: {type: string}}
        password: {type: string, writeOnly: true}
        created: {type: string, format: date-time}
    Address: {type: object, required: [n, city], properties: {n: {type: string}, city: {type: string}}}
";

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const PATCH: &[(&str, &str)] = &[("content-type", "application/merge-patch+json")];

async fn customers() -> Served {
    served(contract("customers.yaml", CONTRACT), HostSettings::default()).await
}

impl Served {
    /// Creates a customer and tells its path.
    async fn customer(&self, body: Value) -> String {
        let made = self.send("POST", "/customers", JSON, body.to_string()).await;
        let path = format!("/customers/{}", made.json()["customerId"]);
        assert_eq!((made.status, made.header("location")), (201, Some(path.as_str())));
        path
    }

    async fn read(&self, path: &str) -> Value {
        let read = self.send("GET", path, &[], "").await;
        assert_eq!(read.status, 200, "{}", read.body);
        read.json()
    }
}

#[tokio::test]
async fn what_was_created_is_read_with_what_was_sent_and_stays_as_it_is() {
    let served = customers().await;
    let path = served.customer(json!({"name": "Ann", "rank": 7, "password": "x", "other": 1})).await;
    let read = served.read(&path).await;
    assert_eq!((&read["name"], &read["rank"]), (&json!("Ann"), &json!(7)));
    assert_eq!(path, format!("/customers/{}", read["id"]));
    for absent in ["nick", "labels", "password", "other"] {
        assert_eq!(read.get(absent), None, "{absent}");
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(served.read(&path).await, read);
    let list = served.read("/customers").await;
    assert_eq!((&list["data"], &list["total"]), (&json!([read]), &json!(1)));
}

#[tokio::test]
async fn a_put_replaces_and_a_patch_merges() {
    let served = customers().await;
    let labels = json!({"a": "1", "b": "2"});
    let path = served.customer(json!({"name": "Ann", "nick": "A", "labels": labels})).await;
    let before = served.read(&path).await;
    let put = served.send("PUT", &path, JSON, r#"{"name": "Bea", "labels": {"a": "1", "b": "2"}}"#).await;
    let read = served.read(&path).await;
    assert_eq!((put.status, put.json()), (200, read.clone()));
    assert_eq!((&read["id"], &read["name"], read.get("nick")), (&before["id"], &json!("Bea"), None));
    let patch = r#"{"nick": "B", "rank": 12345678901234567890.5, "labels": {"a": null, "c": "3"}}"#;
    assert_eq!(served.send("PATCH", &path, PATCH, patch).await.status, 204);
    let read = served.send("GET", &path, &[], "").await;
    assert!(read.body.contains("12345678901234567890.5"), "{}", read.body);
    let read = read.json();
    assert_eq!((&read["name"], &read["nick"]), (&json!("Bea"), &json!("B")));
    assert_eq!(read["labels"], json!({"b": "2", "c": "3"}));
    served.send("PATCH", &path, PATCH, r#"{"nick": null, "name": null, "id": 3}"#).await;
    let read = served.read(&path).await;
    assert_eq!((&read["id"], read.get("nick")), (&before["id"], None));
    assert!(read["name"].is_string(), "what must be there stays");
}

#[tokio::test]
async fn what_is_below_belongs_to_its_own_parent_and_goes_with_it() {
    let served = customers().await;
    let (ann, bea) =
        (served.customer(json!({"name": "Ann"})).await, served.customer(json!({"name": "Bea"})).await);
    let made = served.send("POST", &format!("{ann}/addresses"), JSON, r#"{"city": "Ulm"}"#).await;
    let location = made.header("location").unwrap().to_owned();
    let address = location.strip_prefix("http://localhost").unwrap();
    let id = address.rsplit('/').next().unwrap();
    assert_eq!(address, format!("{ann}/addresses/{id}"));
    assert!(id.len() == 5 && id.starts_with('a'), "{id}");
    let read = served.read(address).await;
    assert_eq!(read, json!({"n": id, "city": "Ulm"}));
    assert_eq!(served.read(&format!("{ann}/addresses")).await, json!([read]));
    assert_eq!(served.read(&format!("{bea}/addresses")).await, json!([]));
    let elsewhere = address.replace(&ann, &bea);
    assert_eq!(served.send("GET", &elsewhere, &[], "").await.status, 404);
    assert_eq!(served.send("DELETE", &elsewhere, &[], "").await.status, 400);
    assert_eq!(served.send("DELETE", &ann, &[], "").await.status, 204);
    assert_eq!(served.send("GET", address, &[], "").await.status, 404);
    assert_eq!(served.read("/customers").await["total"], 1);
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_the_operation_documents_it() {
    let served = customers().await;
    let gone = served.customer(json!({"name": "Ann"})).await;
    served.send("DELETE", &gone, &[], "").await;
    for (method, path, body, status) in [
        ("GET", "", "", 404),
        ("PUT", "", r#"{"name": "x"}"#, 404),
        ("PATCH", "", "{}", 404),
        ("DELETE", "", "", 404),
        ("POST", "/block", "", 410),
        ("POST", "/addresses", r#"{"city": "Ulm"}"#, 404),
        ("GET", "/addresses", "", 403),
        ("GET", "/addresses/a0001", "", 404),
        ("DELETE", "/addresses/a0001", "", 400),
        ("GET", "/silent", "", 200),
    ] {
        let headers = if method == "PATCH" { PATCH } else { JSON };
        let headers = if body.is_empty() { &[][..] } else { headers };
        let reply = served.send(method, &format!("{gone}{path}"), headers, body).await;
        assert_eq!(reply.status, status, "{method} {path}");
        if status >= 400 {
            assert_eq!(
                reply.json()["error"],
                "the path names a resource that does not exist",
                "{method} {path}"
            );
        }
    }
    assert_eq!(served.send("GET", "/notes/3", &[], "").await.status, 200, "nothing creates notes");
}
