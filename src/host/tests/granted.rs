use super::*;

const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Tokens, version: "1"}
servers: [{url: "https://api.example/v1"}]
components: {securitySchemes: {machine: {type: oauth2, flows: {
  clientCredentials: {tokenUrl: "https://api.example/token", scopes: {}}, password: {tokenUrl: /login, scopes: {}}}}}}
security: [{machine: []}]
paths:
  /a: {get: {operationId: a, responses: {"200": {description: ok}, "401": {description: no}}}}
"#;

#[tokio::test]
async fn a_token_endpoint_on_the_own_host_gives_tokens_that_let_in() {
    let served = served(contract("c.yaml", CONTRACT), HostSettings::default()).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let client = "grant_type=client_credentials&client_id=demo-key&client_secret=demo-secret";
    let reply = served.raw("POST", "/token", &form, client).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    assert_eq!(served.raw("GET", "/a", &[("authorization", &bearer)], "").await.status, 200);
    assert_eq!(served.raw("GET", "/a", &[("authorization", "Bearer other")], "").await.status, 401);
    let basic = format!("Basic {}", STANDARD.encode("demo-key:demo-secret"));
    let with_basic = [form[0], ("authorization", basic.as_str())];
    assert_eq!(served.raw("POST", "/token", &with_basic, "grant_type=client_credentials").await.status, 200);
    let user = "grant_type=password&username=demo&password=demo-password";
    assert_eq!(served.raw("POST", "/login", &form, user).await.status, 200);
    for (path, body, status) in [
        ("/token", "grant_type=client_credentials&client_id=demo-key&client_secret=no", 401),
        ("/token", user, 400),
        ("/token", "grant_type=odd", 400),
        ("/login", "grant_type=password&username=demo&password=no", 401),
    ] {
        assert_eq!(served.raw("POST", path, &form, body).await.status, status, "{path} {body}");
    }
}
