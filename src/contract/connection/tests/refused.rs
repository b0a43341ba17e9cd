//! What is no connection, for a wrong one is worse than none.

use super::*;

fn nothing(document: &str) {
    assert_eq!(given(document), Vec::<String>::new(), "{document}");
}

#[test]
fn parameters_that_choose_a_form_or_list_their_values_take_nothing() {
    for (name, schema) in [
        ("version", "{type: string}"),
        ("locale", "{type: string}"),
        ("format", "{type: string}"),
        ("kind", "{type: string, enum: [a, b]}"),
        ("kind", "{type: array, items: {type: string}}"),
    ] {
        let get = op(Box::leak(format!("GET /things/{{{name}}}").into_boxed_str()), "get", 200, "");
        let document = paths([op("POST /things", "add", 201, ID), get.parameter(name, schema)]);
        nothing(&document);
        assert!(contract(&document).connections().lacking(1).is_empty(), "{name} {schema}");
    }
}

#[test]
fn types_formats_patterns_and_lengths_must_not_contradict() {
    for (parameter, member) in [
        ("{type: integer}", "{type: string}"),
        ("{type: string, format: uuid}", "{type: integer}"),
        ("{type: string, format: uuid}", "{type: string, format: email}"),
        ("{type: string, pattern: '^AC[0-9a-f]+$'}", "{type: string, pattern: '^AD[0-9a-f]+$'}"),
        ("{type: string, minLength: 30}", "{type: string, maxLength: 20}"),
        ("{type: string}", "{type: boolean}"),
        ("{type: string}", "{type: object}"),
        ("{type: string}", "{type: string, enum: [ok]}"),
    ] {
        let document = paths([
            op("POST /things", "add", 201, Box::leak(format!("id: {member}").into_boxed_str())),
            op("GET /things/{id}", "get", 200, "").parameter("id", parameter),
        ]);
        nothing(&document);
        assert_eq!(contract(&document).connections().lacking(1).len(), 1, "{parameter} {member}");
    }
}

#[test]
fn types_that_differ_only_in_how_they_are_written_agree() {
    for (parameter, member) in [
        ("{type: string}", "{type: integer}"),
        ("{type: integer}", "{type: string, pattern: '^[0-9]+$'}"),
        ("{type: integer}", "{type: number}"),
        ("{type: string, format: uuid}", "{type: string}"),
        ("{type: string, pattern: '^AC[0-9a-f]+$'}", "{type: string, pattern: '^A'}"),
    ] {
        let document = paths([
            op("POST /things", "add", 201, Box::leak(format!("id: {member}").into_boxed_str())),
            op("GET /things/{id}", "get", 200, "").parameter("id", parameter),
        ]);
        assert_eq!(given(&document).len(), 1, "{parameter} {member}");
    }
}

#[test]
fn what_only_asks_or_acts_makes_nothing() {
    for (path, id) in [
        ("/things", "searchThings"),
        ("/things", "validate-things"),
        ("/things/search", "find"),
        ("/things/{id}/activate", "activateThing"),
    ] {
        let post = op(Box::leak(format!("POST {path}").into_boxed_str()), id, 200, ID);
        let document = paths([post, op("GET /things/{id}", "get", 200, "")]);
        nothing(&document);
    }
}

#[test]
fn a_create_takes_only_its_parents() {
    let document = paths([
        op("POST /groups", "addGroup", 201, ID).body("groupName: {type: string}, groupId: {type: string}"),
        op("GET /groups/{id}", "getGroup", 200, ""),
        op("POST /groups/{id}/parts", "addPart", 201, ID).body("name: {type: string}"),
        op("GET /groups/{id}/parts/{partId}", "getPart", 200, ""),
    ]);
    assert!(!given(&document).iter().any(|line| line.starts_with("addGroup")));
    assert_eq!(given(&document)[1], "addPart path.id ← addGroup $response.body#/id");
}

#[test]
fn two_collections_of_one_name_are_told_apart_by_their_path_or_not_at_all() {
    let items = |taker: Op| {
        paths([
            op("POST /shops/{s}/items", "addToShop", 201, ID),
            op("GET /shops/{s}/items/{id}", "ofShop", 200, ""),
            op("POST /carts/{c}/items", "addToCart", 201, ID),
            op("GET /carts/{c}/items/{id}", "ofCart", 200, ""),
            taker,
        ])
    };
    let of_taker = |document: &str| {
        given(document).into_iter().filter(|line| line.starts_with("taker body")).collect::<Vec<_>>()
    };
    let near = items(op("POST /shops/{s}/offers", "taker", 200, "").body("itemId: {type: string}"));
    assert_eq!(of_taker(&near), ["taker body#/itemId ← addToShop $response.body#/id"]);
    let far = items(op("POST /offers", "taker", 200, "").body("itemId: {type: string}"));
    assert_eq!(of_taker(&far), Vec::<String>::new());
}

#[test]
fn what_has_a_list_of_its_own_is_another_than_what_is_made_elsewhere() {
    let document = paths([
        op("POST /threads", "addThread", 201, ID),
        op("GET /threads/{threadId}", "getThread", 200, ""),
        op("GET /chat/threads", "listChats", 200, "[id: {type: string}]"),
        op("GET /chat/threads/{threadId}", "getChat", 200, ""),
        op("GET /admin/threads", "listAll", 200, "[id: {type: string}]"),
        op("GET /admin/threads/{threadId}", "getAny", 200, ""),
    ]);
    assert_eq!(
        given(&document)[1..],
        [
            "getChat path.threadId ← listChats $response.body#/0/id",
            "getAny path.threadId ← addThread $response.body#/id"
        ]
    );
}

#[test]
fn a_parameter_that_names_another_resource_takes_that_and_not_the_id_of_the_list() {
    let document = paths([
        op("POST /calls", "addCall", 201, ID),
        op("GET /calls/{id}", "getCall", 200, ""),
        op("GET /queues/members", "list", 200, "[id: {type: string}, call_id: {type: string}]"),
        op("GET /queues/members/{callId}", "getMember", 200, ""),
    ]);
    assert_eq!(given(&document)[1], "getMember path.callId ← list $response.body#/0/call_id");
}

#[test]
fn members_that_may_be_left_out_and_words_that_name_no_resource_take_nothing() {
    let optional = "requestBody: {content: {application/json: {schema: {type: object, properties: {customerId: {type: string}}}}}}";
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("GET /customers/{id}", "getCustomer", 200, ""),
        op("POST /orders", "addOrder", 201, ID).with(optional),
        op("POST /files", "addFile", 201, "id: {type: string}, filename: {type: string}"),
        op("GET /files/{id}", "getFile", 200, ""),
        op("POST /uploads", "upload", 200, "")
            .body("filename: {type: string}, customer: {type: string}, status: {type: string}"),
    ]);
    let takers: Vec<String> = given(&document);
    assert_eq!(takers.len(), 2, "{takers:?}");
}

#[test]
fn who_joins_something_to_another_does_not_make_it() {
    let document = paths([
        op("GET /users", "listUsers", 200, "[id: {type: string}]"),
        op("GET /groups/{groupId}/users", "listJoined", 200, "[id: {type: string}]"),
        op("POST /groups/{groupId}/users", "join", 200, "userId: {type: string}")
            .body("userId: {type: string}"),
        op("POST /reports", "report", 200, "").body("userId: {type: string}"),
    ]);
    assert_eq!(
        given(&document),
        [
            "join body#/userId ← listUsers $response.body#/0/id",
            "report body#/userId ← listUsers $response.body#/0/id"
        ]
    );
}

#[test]
fn what_would_lead_in_a_circle_is_left_out() {
    let document = paths([
        op("POST /hens", "addHen", 201, ID).body("eggId: {type: string}"),
        op("GET /hens/{id}", "getHen", 200, ""),
        op("POST /eggs", "addEgg", 201, ID).body("henId: {type: string}"),
        op("GET /eggs/{id}", "getEgg", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "addHen body#/eggId ← addEgg $response.body#/id",
            "getHen path.id ← addHen $response.body#/id",
            "getEgg path.id ← addEgg $response.body#/id"
        ]
    );
    let contract = contract(&document);
    assert_eq!(contract.connections().lacking(2), [Taking::Body("/henId".into())]);
}

#[test]
fn a_put_that_only_changes_makes_nothing() {
    let document =
        paths([op("PUT /keys/{name}", "updateKey", 200, ""), op("GET /keys/{name}", "getKey", 200, "")]);
    nothing(&document);
    assert!(contract(&document).connections().fresh(0).is_empty());
}

#[test]
fn an_answer_with_the_parent_shows_no_id_of_the_child() {
    let order = "{$ref: '#/components/schemas/Order'}";
    let shows = |operation: Op, schema: &str| {
        operation.text_with(
            "{description: d}",
            &format!("{{description: d, content: {{application/json: {{schema: {schema}}}}}}}"),
        )
    };
    let document = |answer: &str| {
        let all = paths([
            shows(op("POST /orders", "addOrder", 201, ""), order),
            shows(op("GET /orders/{id}", "getOrder", 200, ""), order),
            shows(op("POST /orders/{id}/lines", "addLine", 201, ""), answer),
            op("GET /orders/{id}/lines/{lineId}", "getLine", 200, ""),
        ]);
        let schema = "{type: object, properties: {id: {type: string}}}";
        format!("components: {{schemas: {{Order: {schema}, Line: {schema}}}}}\n{all}")
    };
    let of_line = |answer: &str| {
        given(&document(answer)).contains(&"getLine path.lineId ← addLine $response.body#/id".to_owned())
    };
    assert!(!of_line(order));
    assert!(of_line("{$ref: '#/components/schemas/Line'}"));
}
