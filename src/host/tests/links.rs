//! What was created can be read where its links lead.

use super::*;

const CONTRACT: &str = r"
openapi: 3.0.3
info: {title: Orders, version: '1'}
paths:
  /shops/{shop}/orders/create:
    post:
      parameters: [{name: shop, in: path, required: true, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}
          links:
            read:
              operationId: read-order
              parameters: {shop: $request.path.shop, id: $response.body#/id}
              x-probity: {same: [[$response.body, $response.body#/order], [$request.body, $response.body#/order/content]]}
  /shops/{shop}/orders/{id}:
    parameters:
      - {name: shop, in: path, required: true, schema: {type: string}}
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: read-order
      responses:
        '200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Read'}}}}
        '404': {description: none}
    delete: {responses: {'204': {description: gone}, '404': {description: none}}}
components:
  schemas:
    New: {type: object, required: [amount], properties: {amount: {type: number}}}
    Read:
      type: object
      required: [order, meta]
      properties:
        order: {type: object, required: [id], properties: {id: {type: string}, content: {$ref: '#/components/schemas/New'}}}
        meta: {type: object, required: [at], properties: {at: {type: string, format: date-time}}}
";

#[tokio::test]
async fn what_was_created_is_read_where_its_link_leads() {
    let served = served(contract("orders.yaml", CONTRACT), HostSettings::default()).await;
    let head = &[("content-type", "application/json")];
    let path = |made: &Reply| format!("/shops/a%20b/orders/{}", made.json()["id"].as_str().unwrap());
    let digits = r#"{"amount": 12345678901234567890.123456789}"#;
    let made = served.send("POST", "/shops/a%20b/orders/create", head, digits).await;
    let other = served.send("POST", "/shops/a%20b/orders/create", head, r#"{"amount": 2}"#).await;
    let read = served.send("GET", &path(&made), &[], "").await;
    assert_eq!((read.status, &read.json()["order"]["id"]), (200, &made.json()["id"]));
    assert!(read.body.contains("12345678901234567890.123456789"), "{}", read.body);
    assert!(read.json()["meta"]["at"].is_string());
    let read = served.send("GET", &path(&other), &[], "").await.json();
    assert_eq!(read["order"]["content"], json!({"amount": 2}));
    assert_eq!(served.send("GET", &path(&made).replace("a%20b", "b"), &[], "").await.status, 404);
    assert_eq!(served.send("DELETE", &path(&made), &[], "").await.status, 204);
    assert_eq!(served.send("GET", &path(&made), &[], "").await.status, 404);
}
