//! Lists, page by page.

use super::*;

/// A list with parameters, and what its answer has besides the items.
fn contract_of(parameters: &str, beside: &str) -> Arc<Contract> {
    let text = format!(
        r"
openapi: 3.1.0
info: {{title: Items, version: '1'}}
paths:
  /items:
    post:
      requestBody: {{required: true, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Item'}}}}}}}}
      responses: {{'201': {{description: made, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Item'}}}}}}}}}}
    get:
      parameters: [{parameters}]
      responses: {{'200': {{description: all, headers: {{X-Total-Count: {{required: true, schema: {{type: integer}}}}, Link: {{schema: {{type: string}}}}}}, content: {{application/json: {{schema: {{type: object, required: [items], properties: {{items: {{type: array, items: {{$ref: '#/components/schemas/Item'}}}}, {beside}}}}}}}}}}}}}
  /items/{{id}}:
    get:
      parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
      responses: {{'200': {{description: one, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Item'}}}}}}}}, '404': {{description: none}}}}
components:
  schemas:
    Item: {{type: object, required: [name], properties: {{id: {{type: string, readOnly: true}}, name: {{type: string}}}}}}
"
    );
    contract("items.yaml", &text)
}

/// A host with five items, named by their numbers.
async fn five(parameters: &str, beside: &str) -> Served {
    let served = served(contract_of(parameters, beside), HostSettings::default()).await;
    for number in 1..=5 {
        let body = json!({"name": number.to_string()}).to_string();
        assert_eq!(
            served.send("POST", "/items", &[("content-type", "application/json")], body).await.status,
            201
        );
    }
    served
}

impl Served {
    /// The names on a page, and the page.
    async fn page(&self, query: &str) -> (String, Value) {
        let page = self.send("GET", &format!("/items{query}"), &[], "").await.json();
        let names = page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap());
        (names.collect(), page)
    }
}

#[tokio::test]
async fn without_a_way_to_ask_for_less_all_are_listed() {
    let served = five("", "count: {type: integer}").await;
    let (names, page) = served.page("").await;
    assert_eq!((names.as_str(), &page["count"]), ("12345", &json!(5)));
}

#[tokio::test]
async fn a_limit_and_an_offset_cut_a_part_out() {
    let served = five(
        "{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 4, default: 2}}, {name: offset, in: query, schema: {type: integer, minimum: 0}}",
        "total: {type: integer}, limit: {type: integer}, offset: {type: integer}, next: {type: [string, 'null'], format: uri-reference}, previous: {type: [string, 'null']}",
    )
    .await;
    let (names, page) = served.page("").await;
    assert_eq!(
        (names.as_str(), &page["total"], &page["limit"], &page["offset"]),
        ("12", &json!(5), &json!(2), &json!(0))
    );
    assert_eq!((&page["next"], &page["previous"]), (&json!("/items?offset=2&limit=2"), &Value::Null));
    let (names, page) = served.page("?limit=4&offset=3").await;
    assert_eq!((names.as_str(), &page["offset"], &page["next"]), ("45", &json!(3), &Value::Null));
    assert!(page["previous"].as_str().unwrap().contains("offset=0"), "{page}");
    assert_eq!(served.page("?offset=9").await.0, "");
}

#[tokio::test]
async fn pages_are_counted_from_the_first_that_the_contract_allows() {
    for (least, first, second) in [(1, "?page=1", "?page=2"), (0, "?page=0", "?page=1")] {
        let served = five(
            &format!("{{name: page, in: query, schema: {{type: integer, minimum: {least}}}}}, {{name: per_page, in: query, schema: {{type: integer}}}}"),
            "totalPages: {type: integer}, page: {type: integer}, hasMore: {type: boolean}",
        )
        .await;
        assert_eq!(served.page(&format!("{first}&per_page=3")).await.0, "123");
        let (names, page) = served.page(&format!("{second}&per_page=3")).await;
        assert_eq!((names.as_str(), &page["totalPages"], &page["hasMore"]), ("45", &json!(2), &json!(false)));
        assert_eq!(page["page"], least + 1);
    }
}

#[tokio::test]
async fn a_cursor_leads_from_page_to_page_to_the_end() {
    let served = five(
        "{name: pageSize, in: query, schema: {type: integer}}, {name: pageToken, in: query, schema: {type: string}}",
        "nextPageToken: {type: string}",
    )
    .await;
    let (mut all, mut query, mut pages) = (String::new(), "?pageSize=2".to_owned(), 0);
    loop {
        let (names, page) = served.page(&query).await;
        (all, pages) = (all + &names, pages + 1);
        let Some(token) = page.get("nextPageToken") else { break };
        query = format!("?pageSize=2&pageToken={}", token.as_str().unwrap());
    }
    assert_eq!((all.as_str(), pages), ("12345", 3));
    assert_eq!(served.page("?pageSize=2&pageToken=nonsense").await.0, "12");
}

#[tokio::test]
async fn the_id_of_the_last_can_be_the_cursor() {
    let served = five(
        "{name: limit, in: query, schema: {type: integer}}, {name: starting_after, in: query, schema: {type: string}}",
        "has_more: {type: boolean}, last_id: {type: string}",
    )
    .await;
    let (names, page) = served.page("?limit=2").await;
    assert_eq!((names.as_str(), &page["has_more"]), ("12", &json!(true)));
    assert_eq!(page["last_id"], page["items"][1]["id"]);
    let last = page["last_id"].as_str().unwrap();
    let (names, page) = served.page(&format!("?limit=3&starting_after={last}")).await;
    assert_eq!((names.as_str(), &page["has_more"]), ("345", &json!(false)));
}

#[tokio::test]
async fn headers_tell_how_many_there_are_and_where_the_next_are() {
    let served = five(
        "{name: 'page[number]', in: query, schema: {type: integer}}, {name: 'page[size]', in: query, schema: {type: integer}}",
        "",
    )
    .await;
    let first = served.send("GET", "/items?page%5Bsize%5D=3", &[], "").await;
    let next = r#"</items?page%5Bnumber%5D=2&page%5Bsize%5D=3>; rel="next""#;
    assert_eq!((first.header("x-total-count"), first.header("link")), (Some("5"), Some(next)));
    let last = served.send("GET", "/items?page%5Bnumber%5D=2&page%5Bsize%5D=3", &[], "").await;
    assert_eq!((last.header("x-total-count"), last.header("link")), (Some("5"), None));
    assert_eq!(last.json()["items"].as_array().unwrap().len(), 2);
}
