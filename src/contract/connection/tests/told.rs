//! What paths, names and schemas tell.

use super::*;

#[test]
fn what_a_post_on_a_collection_creates_stands_below_it() {
    let document = paths([
        op("POST /orders", "addOrder", 201, ID),
        op("GET /orders/{orderId}", "getOrder", 200, ID),
        op("DELETE /orders/{id}", "deleteOrder", 204, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "getOrder path.orderId ← addOrder $response.body#/id",
            "deleteOrder path.id ← addOrder $response.body#/id"
        ]
    );
    assert_eq!(reasons(&document)[0], ("getOrder".into(), Reason::Below, Kind::Made));
}

#[test]
fn a_child_comes_with_its_parents_in_one_connection() {
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("POST /customers/{id}/addresses", "addAddress", 201, "number: {type: integer}"),
        op("GET /customers/{customerId}/addresses/{number}", "getAddress", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "addAddress path.id ← addCustomer $response.body#/id",
            "getAddress path.customerId ← addAddress $request.path.id",
            "getAddress path.number ← addAddress $response.body#/number"
        ]
    );
    let contract = contract(&document);
    assert_eq!(contract.connections().chosen(2).len(), 1);
    let levels: Vec<usize> = (0..3).map(|index| contract.connections().level(index)).collect();
    assert_eq!(levels, [0, 1, 2]);
}

#[test]
fn a_child_that_is_made_at_the_top_says_whose_it_is_in_its_body() {
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("POST /orders", "addOrder", 201, ID).body("customerId: {type: string}, amount: {type: integer}"),
        op("GET /customers/{customerId}/orders/{orderId}", "getOrder", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "addOrder body#/customerId ← addCustomer $response.body#/id",
            "getOrder path.customerId ← addOrder $request.body#/customerId",
            "getOrder path.orderId ← addOrder $response.body#/id"
        ]
    );
}

#[test]
fn a_child_that_does_not_say_whose_it_is_is_given_beside_its_parent() {
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("POST /orders", "addOrder", 201, ID),
        op("GET /customers/{customerId}/orders/{orderId}", "getOrder", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "getOrder path.orderId ← addOrder $response.body#/id",
            "getOrder path.customerId ← addCustomer $response.body#/id"
        ]
    );
}

#[test]
fn an_id_is_found_however_it_is_called_and_wrapped() {
    for (path, members, source) in [
        ("/posts/{slug}", "slug: {type: string}, id: {type: string}", "/slug"),
        ("/posts/{uuid}", "uuid: {type: string}", "/uuid"),
        ("/posts/{id}", "sid: {type: string}", "/sid"),
        ("/posts/{postId}", "post_id: {type: integer}", "/post_id"),
        ("/posts/{id}", "postId: {type: string}, authorId: {type: string}", "/postId"),
        ("/posts/{id}", "data: {type: object, properties: {id: {type: string}}}", "/data/id"),
        ("/posts/{id}", "post: {type: object, properties: {id: {type: string}}}", "/post/id"),
        (
            "/posts/{id}",
            "id: {type: string}, post: {type: object, properties: {id: {type: string}}}",
            "/post/id",
        ),
        ("/posts/{idOrName}", "name: {type: string}, id: {type: string}", "/id"),
        ("/posts/{post}", "name: {type: string}, id: {type: string}", "/id"),
        (
            "/posts/{id}",
            "result: {type: object, properties: {post: {type: object, properties: {id: {type: string}}}}}",
            "/result/post/id",
        ),
    ] {
        let document = paths([
            op("POST /posts", "add", 201, members),
            op(Box::leak(format!("GET {path}").into_boxed_str()), "get", 200, ""),
        ]);
        let parameter = path.trim_start_matches("/posts/{").trim_end_matches('}');
        let expected = format!("get path.{parameter} ← add $response.body#{source}");
        assert_eq!(given(&document), [expected], "{path} {members}");
    }
}

#[test]
fn what_the_caller_chooses_is_taken_from_the_request_where_no_answer_shows_it() {
    for (parameter, member) in
        [("tenant_name", "name"), ("username", "username"), ("slug", "slug"), ("tenant", "name")]
    {
        let document = paths([
            op("POST /tenants", "add", 200, "")
                .body(Box::leak(format!("{member}: {{type: string}}").into_boxed_str())),
            op(Box::leak(format!("GET /tenants/{{{parameter}}}").into_boxed_str()), "get", 200, ""),
        ]);
        let expected = format!("get path.{parameter} ← add $request.body#/{member}");
        assert_eq!(given(&document), [expected], "{parameter}");
    }
}

#[test]
fn location_leads_to_what_was_created_where_no_body_shows_it() {
    let add = op("POST /orders", "addOrder", 201, "")
        .text_with("description: d", "description: d, headers: {Location: {schema: {type: string}}}");
    let document = paths([add, op("GET /orders/{id}/lines", "lines", 200, "")]);
    assert_eq!(given(&document), ["lines path.id ← addOrder {id} of $response.header.location"]);
    let contract = contract(&document);
    let Source::Location { template, .. } = &contract.connections().chosen(1)[0].gives[0].from else {
        panic!()
    };
    assert_eq!(template, "/orders/{id}");
    let both = op("POST /orders", "addOrder", 201, ID)
        .text_with("description: d", "description: d, headers: {Location: {schema: {type: string}}}");
    let document = paths([both, op("GET /orders/{id}", "get", 200, "")]);
    assert_eq!(given(&document), ["get path.id ← addOrder $response.body#/id"]);
}

#[test]
fn who_puts_something_there_chooses_its_id() {
    let document = paths([
        op("PUT /keys/{name}", "putKey", 201, ""),
        op("GET /keys/{name}", "getKey", 200, ""),
        op("DELETE /v2/keys/{key}", "deleteKey", 204, ""),
    ]);
    assert_eq!(given(&document), ["getKey path.name ← putKey $request.path.name"]);
    let contract = contract(&document);
    let fresh = [Taking::Parameter(ParameterLocation::Path, "name".into())];
    let put = contract.operations.iter().position(|operation| operation.id == "putKey").unwrap();
    assert_eq!(contract.connections().fresh(put), fresh);
    assert!(contract.connections().lacking(put).is_empty());
    assert_eq!(reasons(&document)[0].1, Reason::Put);
}

#[test]
fn a_put_changes_what_a_post_makes() {
    let document = paths([
        op("POST /keys", "addKey", 201, ID),
        op("PUT /keys/{id}", "putKey", 201, ""),
        op("GET /keys/{id}", "getKey", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        ["getKey path.id ← addKey $response.body#/id", "putKey path.id ← addKey $response.body#/id"]
    );
}

#[test]
fn names_that_agree_connect_a_body_a_query_and_a_path_elsewhere() {
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("GET /customers/{id}", "getCustomer", 200, ""),
        op("POST /orders", "addOrder", 201, ID).body("customer_id: {type: string}"),
        op("GET /reports", "report", 200, "").text_with(
            "parameters: []",
            "parameters: [{name: customerId, in: query, required: true, schema: {type: string}}]",
        ),
        op("GET /audits/{customer-id}", "audit", 200, ""),
    ]);
    assert_eq!(
        given(&document)[1..],
        [
            "addOrder body#/customer_id ← addCustomer $response.body#/id",
            "report query.customerId ← addCustomer $response.body#/id",
            "audit path.customer-id ← addCustomer $response.body#/id"
        ]
    );
    assert_eq!(reasons(&document)[1].1, Reason::Named);
}

#[test]
fn operations_that_are_called_by_what_they_create_need_no_collection() {
    let document = paths([
        op("POST /createAccount", "a", 200, "accountCode: {type: string}"),
        op("POST /closeAccount", "b", 200, "").body("accountCode: {type: string}"),
    ]);
    assert_eq!(given(&document), ["b body#/accountCode ← a $response.body#/accountCode"]);
}

#[test]
fn versions_and_formats_of_paths_do_not_matter() {
    let document = paths([
        op("POST /v2/things.json", "add", 201, ID),
        op("GET /v1/things/{thing_id}.json", "get", 200, ""),
        op("POST /v1/things/{id}.json", "change", 200, ID),
    ]);
    assert_eq!(
        given(&document),
        ["get path.thing_id ← add $response.body#/id", "change path.id ← add $response.body#/id"]
    );
}

#[test]
fn the_first_of_a_list_is_taken_where_nothing_can_be_made() {
    for (members, source) in [
        ("[id: {type: string}]", "/0/id"),
        ("data: {type: array, items: {type: object, properties: {id: {type: string}}}}", "/data/0/id"),
        (
            "users: {type: array, items: {type: object, properties: {userId: {type: string}}}}",
            "/users/0/userId",
        ),
        (
            "data: {type: object, properties: {items: {type: array, items: {type: object, properties: {id: {type: integer}}}}}}",
            "/data/items/0/id",
        ),
    ] {
        let document =
            paths([op("GET /users", "list", 200, members), op("GET /users/{userId}", "get", 200, "")]);
        let expected = format!("get path.userId ← list $response.body#{source}");
        assert_eq!(given(&document), [expected], "{members}");
        assert_eq!(reasons(&document), [("get".into(), Reason::Listed, Kind::Shown)]);
    }
}

#[test]
fn what_is_made_is_better_than_what_is_shown_and_both_are_ways() {
    let document = paths([
        op("GET /users", "list", 200, "[id: {type: string}]"),
        op("POST /users", "add", 201, ID),
        op("GET /users/{id}", "get", 200, ""),
    ]);
    assert_eq!(given(&document), ["get path.id ← add $response.body#/id"]);
    let contract = contract(&document);
    let kinds: Vec<Kind> = contract.connections().to(2).iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Made, Kind::Shown]);
}

#[test]
fn siblings_stand_below_the_same_parent() {
    let document = paths([
        op("POST /accounts", "addAccount", 201, ID),
        op("POST /accounts/{a}/lists", "addList", 201, ID),
        op("POST /accounts/{a}/domains", "addDomain", 201, ID),
        op("POST /accounts/{a}/domains/{domainId}/lists", "map", 201, ID).body("listId: {type: string}"),
    ]);
    assert_eq!(
        given(&document)[2..],
        [
            "map path.a ← addDomain $request.path.a",
            "map path.domainId ← addDomain $response.body#/id",
            "map body#/listId ← addList $response.body#/id"
        ]
    );
}

#[test]
fn what_is_made_is_deleted_by_the_shortest_path_that_takes_all_of_it() {
    let contract = contract(&paths([
        op("POST /a", "add", 201, ID),
        op("DELETE /a/{id}/parts/{part}", "deletePart", 204, ""),
        op("DELETE /a/{id}", "delete", 204, ""),
    ]));
    let undo = contract.connections().undo(0).unwrap();
    assert_eq!(contract.operations[undo.taker].id, "delete");
}

#[test]
fn a_verb_at_the_end_of_a_path_is_about_what_stands_before_it() {
    let document = paths([
        op("POST /things/create", "a", 200, ID),
        op("GET /things/{id}", "b", 200, ""),
        op("GET /users/list", "c", 200, "[id: {type: string}]"),
        op("GET /users/{id}", "d", 200, ""),
    ]);
    assert_eq!(given(&document), ["b path.id ← a $response.body#/id", "d path.id ← c $response.body#/0/id"]);
}

#[test]
fn the_type_tells_whether_the_id_or_the_name_is_meant_where_no_word_does() {
    let document = |id: &str| {
        let members = format!("id: {{type: {id}}}, name: {{type: string}}");
        paths([
            op("POST /repos", "add", 201, Box::leak(members.into_boxed_str())),
            op("GET /repos/{repo}", "get", 200, ""),
        ])
    };
    assert_eq!(given(&document("integer")), ["get path.repo ← add $response.body#/name"]);
    assert_eq!(given(&document("string")), ["get path.repo ← add $response.body#/id"]);
}

#[test]
fn a_parameter_may_be_short_for_what_it_stands_below() {
    for short in ["c", "cust", "cid", "customer", "ref"] {
        let get = op(Box::leak(format!("GET /customers/{{{short}}}").into_boxed_str()), "get", 200, "");
        let document = paths([op("POST /customers", "add", 201, ID), get]);
        let expected = usize::from(short != "ref");
        assert_eq!(given(&document).len(), expected, "{short}");
    }
}

#[test]
fn an_id_in_the_query_is_that_of_what_the_path_is_about() {
    let by_query = |name: &str| {
        let query =
            format!("parameters: [{{name: {name}, in: query, required: true, schema: {{type: string}}}}]");
        paths([
            op("POST /orders", "addOrder", 201, ID),
            op("DELETE /orders", "deleteOrder", 204, "").text_with("parameters: []", &query),
        ])
    };
    assert_eq!(given(&by_query("id")), ["deleteOrder query.id ← addOrder $response.body#/id"]);
    assert_eq!(given(&by_query("name")), Vec::<String>::new());
}

#[test]
fn an_operation_may_be_called_by_the_resource_that_its_path_does_not_name() {
    let document = paths([
        op("POST /categories", "addCategory", 201, ID),
        op("GET /c/{id}", "getCategoryById", 200, ""),
        op("POST /c/{id}/mute", "mute", 200, ""),
    ]);
    assert_eq!(
        given(&document),
        [
            "getCategoryById path.id ← addCategory $response.body#/id",
            "mute path.id ← addCategory $response.body#/id"
        ]
    );
}

#[test]
fn what_is_made_may_tell_to_what_it_belongs() {
    let post = |required: &str| {
        let answer = format!(
            "description: d, content: {{application/json: {{schema: {{type: object, {required}properties: {{id: {{type: string}}, topic_id: {{type: integer}}}}}}}}}}"
        );
        let post = op("POST /posts", "addPost", 201, "").text_with("description: d", &answer);
        paths([post, op("GET /posts/{id}", "getPost", 200, ""), op("GET /t/{id}", "getTopic", 200, "")])
    };
    let always = post("required: [topic_id], ");
    assert_eq!(given(&always)[1], "getTopic path.id ← addPost $response.body#/topic_id");
    assert_eq!(reasons(&always)[1], ("getTopic".into(), Reason::Named, Kind::Shown));
    assert_eq!(given(&post("")).len(), 1);
}
