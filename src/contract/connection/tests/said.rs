//! What links and `x-probity` say, and who gives a token.

use super::*;

fn links(link: &str) -> String {
    let text = format!("description: d, links: {{next: {link}}}, ");
    paths([
        op("POST /orders", "addOrder", 201, "number: {type: string}, id: {type: string}").text_with("description: d, ", &text),
        op("GET /orders/{id}", "getOrder", 200, ""),
        op("POST /payments", "pay", 201, "").with(
            "requestBody: {content: {application/json: {schema: {type: object, properties: {order: {type: string}, how: {type: string}}}}}}",
        ),
    ])
}

#[test]
fn a_link_outweighs_a_guess() {
    let document = links("{operationId: getOrder, parameters: {id: $response.body#/number}}");
    assert_eq!(given(&document), ["getOrder path.id ← addOrder $response.body#/number"]);
    assert_eq!(reasons(&document), [("getOrder".into(), Reason::Link("next".into()), Kind::Made)]);
    let contract = contract(&document);
    assert_eq!(contract.connections().to(1).len(), 2);
    assert!(contract.connections().to(1)[0].at.ends_with("/links/next"));
}

#[test]
fn a_link_leads_to_any_method_and_gives_members_of_its_body() {
    let document = links("{operationId: pay, requestBody: {order: '{$response.body#/id}', how: card}}");
    assert_eq!(
        given(&document),
        [
            "getOrder path.id ← addOrder $response.body#/id",
            "pay body#/order ← addOrder $response.body#/id",
            "pay body#/how ← addOrder card"
        ]
    );
    let document = links("{operationId: pay, requestBody: $response.body}");
    assert_eq!(given(&document)[1], "pay body# ← addOrder $response.body");
}

fn stated(add: &str, get: &str) -> String {
    paths([
        op("POST /orders", "addOrder", 201, "number: {type: string}, id: {type: string}").with(add),
        op("GET /orders/{id}", "getOrder", 200, "").with(get),
    ])
}

#[test]
fn what_is_stated_outweighs_everything() {
    let document = stated(
        "x-probity: {provides: {order: $response.body#/number}}",
        "x-probity: {needs: {path.id: order}}",
    );
    assert_eq!(given(&document), ["getOrder path.id ← addOrder $response.body#/number"]);
    assert_eq!(reasons(&document), [("getOrder".into(), Reason::Stated, Kind::Made)]);
    let contract = contract(&document);
    let [stated] = contract.connections().to(1) else { panic!() };
    assert!(stated.at.ends_with("/x-probity/needs/path.id"), "{}", stated.at);
}

#[test]
fn a_wrong_guess_is_denied() {
    for never in ["false", "null"] {
        let document = stated("", &format!("x-probity: {{needs: {{path.id: {never}}}}}"));
        assert_eq!(given(&document), Vec::<String>::new());
        assert!(contract(&document).connections().lacking(1).is_empty());
    }
}

#[test]
fn what_is_stated_of_the_document_holds_for_every_operation() {
    let add = op("POST /things", "add", 201, ID);
    let get = op("GET /things/{id}", "get", 200, "");
    let document = format!("x-probity: {{needs: {{path.id: false}}}}\n{}", paths([add, get]));
    assert_eq!(given(&document), Vec::<String>::new());
}

#[test]
fn what_is_stated_comes_with_its_parents() {
    let document = paths([
        op("POST /customers", "addCustomer", 201, ID),
        op("POST /customers/{c}/notes", "addNote", 201, "ref: {type: string}")
            .with("x-probity: {provides: {note: $response.body#/ref}}"),
        op("GET /customers/{c}/notes/{n}", "getNote", 200, "").with("x-probity: {needs: {path.n: note}}"),
    ]);
    assert_eq!(
        given(&document)[1..],
        ["getNote path.c ← addNote $request.path.c", "getNote path.n ← addNote $response.body#/ref"]
    );
}

#[test]
fn a_mistake_in_what_is_stated_is_placed_and_mended() {
    let provides = "x-probity: {provides: {order: $response.body#/id}}";
    for (add, needs, at, message, hint) in [
        (provides, "{path.id: ordre}", "path.id", "no operation provides `ordre`", "did you mean `order`?"),
        (provides, "{path.ids: order}", "path.ids", "no parameter `path.ids`", "did you mean `path.id`?"),
        ("", "{path.id: order}", "path.id", "no operation provides `order`", "provides: {name:"),
        (provides, "{id: order}", "id", "`id` is no name here", "a place is `path.NAME`"),
        (provides, "{path.id: true}", "path.id", "true is no name", "or `false`"),
        (provides, "{path.id: 7}", "path.id", "7 is no name", "or `false`"),
    ] {
        let document = stated(add, &format!("x-probity: {{needs: {needs}}}"));
        let Err(ContractError::Extension(mistakes)) = read(&document) else { panic!("{needs}") };
        let [mistake] = mistakes.as_slice() else { panic!("{mistakes:?}") };
        assert!(mistake.at.ends_with(&format!("/get/x-probity/needs/{at}")), "{mistake:?}");
        assert!(mistake.message.contains(message), "{}", mistake.message);
        assert!(mistake.hint.as_deref().unwrap_or_default().contains(hint), "{mistake:?}");
    }
    for provides in ["{order: id}", "{order: $response.body#/*/id}", "{'a b': $response.body#/id}"] {
        let document = stated(&format!("x-probity: {{provides: {provides}}}"), "");
        assert!(matches!(read(&document), Err(ContractError::Extension(_))), "{provides}");
    }
}

#[test]
fn a_mistake_in_a_stated_log_in_is_placed_and_mended() {
    for (login, at, message, hint) in [
        ("{operation: logn, token: $response.body#/token}", "operation", "no operation `logn`", "`login`"),
        ("{operation: login}", "operation", "nothing says what the log-in gives", "`cookie`"),
    ] {
        let document = format!(
            "x-probity: {{login: {login}}}\n{BEARER}{}",
            paths(
                [op("POST /login", "login", 200, "token: {type: string}").body("password: {type: string}")]
            )
        );
        let Err(ContractError::Extension(mistakes)) = read(&document) else { panic!("{login}") };
        let [mistake] = mistakes.as_slice() else { panic!("{mistakes:?}") };
        assert_eq!(mistake.at, format!("/x-probity/login/{at}"));
        assert!(mistake.message.contains(message), "{}", mistake.message);
        assert!(mistake.hint.as_deref().unwrap_or_default().contains(hint), "{mistake:?}");
    }
}

const BEARER: &str =
    "components: {securitySchemes: {token: {type: http, scheme: bearer}}}\nsecurity: [{token: []}]\n";

#[test]
fn a_log_in_takes_a_secret_and_gives_a_token_that_a_scheme_takes() {
    let login = |answer: &str, open: &str| {
        let login = op("POST /login", "login", 200, answer)
            .body("email: {type: string}, password: {type: string}")
            .with(open);
        contract(&format!("{BEARER}{}", paths([login, op("GET /me", "me", 200, "")])))
    };
    let told = login("access_token: {type: string}", "security: []");
    let [found] = told.connections().logins() else { panic!() };
    assert_eq!(found.gives.to_string(), "$response.body#/access_token");
    assert_eq!(
        (found.asked.secret.as_str(), found.schemes.as_slice()),
        ("password", &["token".to_owned()][..])
    );
    assert_eq!((found.asked.user.as_deref(), found.is_called_so), (Some("email"), true));
    let wrapped = "data: {type: object, properties: {token: {type: string}}}";
    assert_eq!(login(wrapped, "security: []").connections().logins().len(), 1);
    assert!(login("id: {type: string}", "security: []").connections().logins().is_empty());
    // Who needs a token to ask for one does not log in.
    assert!(login("token: {type: string}", "").connections().logins().is_empty());
}
