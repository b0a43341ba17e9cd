//! Tokens from a provider of `OpenID` Connect that the document names, where the user allows to ask it.

use crate::canned::{Canned, Reply, json as answer};
use crate::driver::{Ran, probity};

const SECRET: &str = "s3cret-77aa-of-the-client";

fn host(endpoint: &'static str) -> Canned {
    let own = std::sync::OnceLock::new();
    Canned::start(move |asked| {
        let line = asked.line.as_str();
        let host =
            asked.head.lines().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
        let own = own.get_or_init(|| host.unwrap_or_default());
        if line.starts_with("GET /.well-known/openid-configuration ") {
            let told = format!(
                r#"{{"issuer": "http://{own}", "token_endpoint": "{}"}}"#,
                endpoint.replace("OWN", own)
            );
            return Reply::Bytes(answer("200 OK", "", told));
        }
        if line.starts_with("POST /token ") {
            let is_client =
                asked.whole.contains("grant_type=client_credentials") && asked.head.contains("Basic ");
            return Reply::Bytes(if is_client {
                answer("200 OK", "", r#"{"access_token": "issued-5e20b1", "expires_in": 3600}"#)
            } else {
                answer("401 Unauthorized", "", r#"{"error": "invalid_client"}"#)
            });
        }
        if !asked.head.to_lowercase().contains("authorization: bearer issued-5e20b1\r\n") {
            return Reply::Bytes(answer("401 Unauthorized", "WWW-Authenticate: Bearer\r\n", ""));
        }
        Reply::Bytes(if line.starts_with("GET ") {
            answer("200 OK", "", "")
        } else {
            answer("405 Method Not Allowed", "Allow: GET\r\n", "")
        })
    })
}

fn checked(host: &Canned, more: &[&str]) -> Ran {
    let contract = r#"
openapi: 3.1.0
info: {title: Provider, version: "1"}
components: {securitySchemes: {sso: {type: openIdConnect, openIdConnectUrl: /.well-known/openid-configuration}}}
security: [{sso: []}]
paths:
  /a: {get: {operationId: a, responses: {"200": {description: ok}, "401": {description: no}}}}
"#;
    let target = host.url();
    let given = ["check", "c.yaml", "--target", &target, "--oauth-key", "till", "--oauth-secret", SECRET];
    probity().with_file("c.yaml", contract).args([&given[..], more].concat()).run()
}

#[test]
fn a_provider_that_may_be_asked_gives_tokens() {
    let host = host("http://OWN/token");
    let ran = checked(&host, &["--openid-host", "target", "--verbose"]).ends_with(0);
    assert!(
        !ran.everything().contains("5e20b1") && !ran.everything().contains(SECRET),
        "{}",
        ran.everything()
    );
}

#[test]
fn nobody_is_asked_whom_the_user_does_not_name() {
    let host = host("http://OWN/token");
    checked(&host, &[]).ends_with(4);
    let asked = |host: &Canned| host.lines().iter().any(|line| line.contains("well-known"));
    assert!(!asked(&host));
    let ran = checked(&host, &["--openid-host", "login.example"]).ends_with(4);
    assert!(ran.stderr.contains("is on a host that --openid-host does not name"), "{}", ran.everything());
    assert!(!asked(&host));
}

#[test]
fn a_provider_that_leads_elsewhere_is_not_followed() {
    let host = host("http://elsewhere.example/token");
    let ran = checked(&host, &["--openid-host", "target"]).ends_with(4);
    assert!(ran.stderr.contains("names a `token_endpoint` on a host"), "{}", ran.everything());
}
