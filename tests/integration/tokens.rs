//! Tokens that are fetched: from the flows of OAuth 2 that a document has, and from a command.

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Ran, probity};
use std::sync::atomic::{AtomicUsize, Ordering};

const SECRET: &str = "s3cret of-the+client";

/// A contract whose scheme has a flow.
fn contract(flow: &str) -> String {
    format!(
        r#"
openapi: 3.0.3
info: {{title: Tokens, version: "1"}}
components: {{securitySchemes: {{machine: {{type: oauth2, flows: {{{flow}}}}}}}}}
security: [{{machine: []}}]
paths:
  /a: {{get: {{operationId: a, responses: {{"200": {{description: ok}}, "401": {{description: no}}}}}}}}
  /b: {{get: {{operationId: b, responses: {{"200": {{description: ok}}, "401": {{description: no}}}}}}}}
"#
    )
}

/// How a token endpoint wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wants {
    Basic,
    InBody,
    /// It does not know the scopes of the contract.
    NoScope,
    /// The password of a user, and no client.
    Password,
    Nothing,
}

impl Wants {
    fn holds(self, asked: &Asked) -> bool {
        let basic = asked.head.contains("Basic dGlsbDpzM2NyZXQrb2YtdGhlJTJCY2xpZW50");
        let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let holds = |text: &str| body.split('&').any(|pair| pair == text);
        let client = holds("grant_type=client_credentials");
        match self {
            Wants::Basic => client && basic && !body.contains("client_") && holds("scope=read+write"),
            Wants::InBody => {
                let own = holds("client_id=till") && holds("client_secret=s3cret+of-the%2Bclient");
                client && !basic && own && holds("scope=read+write")
            }
            Wants::NoScope => client && basic && !body.contains("scope="),
            Wants::Password => {
                holds("grant_type=password") && holds("username=me") && holds("password=pass-of-mine")
            }
            Wants::Nothing => false,
        }
    }
}

/// A host that gives out tokens, of which each is good for so many requests.
fn host(wants: Wants, good_for: usize) -> Canned {
    let (given, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Canned::start(move |asked| {
        let bare = |phrase: &str, more: &str| Reply::Bytes(answer(phrase, more, ""));
        if asked.line.starts_with("POST /token ") {
            if !wants.holds(asked) {
                let why = r#"{"error": "invalid_client", "error_description": "nobody knows s3cret of-the+client"}"#;
                return Reply::Bytes(answer("401 Unauthorized", "", why));
            }
            used.store(0, Ordering::SeqCst);
            let token = format!("issued-8d1f0c-{}", given.fetch_add(1, Ordering::SeqCst) + 1);
            let body =
                format!(r#"{{"access_token": "{token}", "token_type": "bearer", "expires_in": 3600}}"#);
            return Reply::Bytes(answer("200 OK", "", body));
        }
        let good = format!("bearer issued-8d1f0c-{}", given.load(Ordering::SeqCst));
        let shown = asked.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("authorization").then(|| value.trim().to_lowercase())
        });
        if shown != Some(good) || used.fetch_add(1, Ordering::SeqCst) >= good_for {
            return bare("401 Unauthorized", "WWW-Authenticate: Bearer\r\n");
        }
        match asked.line.split(' ').next().unwrap() {
            "GET" => bare("200 OK", ""),
            _ => bare("405 Method Not Allowed", "Allow: GET\r\n"),
        }
    })
}

fn check(contract: &str, host: &Canned, credentials: &[&str]) -> Ran {
    let driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--report", "json=r.json"]);
    driver.args(["--target", &host.url(), "--max-wait", "1s"]).args(credentials).run()
}

const CLIENT: [&str; 4] = ["--oauth-key", "till", "--oauth-secret", SECRET];
const CREDENTIALS_FLOW: &str = "clientCredentials: {tokenUrl: /token, scopes: {read: r, write: w}}";

fn keeps_secrets(ran: &Ran) {
    let everything = ran.everything() + &ran.file("r.json");
    for secret in [SECRET, "s3cret+of-the", "dGlsbDpz", "issued-8d1f0c", "pass-of-mine"] {
        assert!(!everything.contains(secret), "{secret}\n{everything}");
    }
}

#[test]
fn a_token_is_fetched_from_where_the_document_says_however_the_endpoint_wants_to_be_asked() {
    for wants in [Wants::Basic, Wants::InBody, Wants::NoScope] {
        let host = host(wants, usize::MAX);
        let ran = check(&contract(CREDENTIALS_FLOW), &host, &CLIENT).ends_with(0);
        let fetched = host.lines().iter().filter(|line| line.starts_with("POST /token ")).count();
        assert!(fetched <= 4, "{wants:?} {fetched}");
        assert!(ran.everything().contains("seen 200"), "{wants:?}\n{}", ran.everything());
        keeps_secrets(&ran);
    }
}

#[test]
fn only_the_scopes_that_are_named_are_asked_for() {
    let ran = check(
        &contract("clientCredentials: {tokenUrl: /token, scopes: {read: r, write: w, admin: x}}"),
        &host(Wants::Basic, usize::MAX),
        &[CLIENT.as_slice(), &["--oauth-scope", "read write"]].concat(),
    );
    keeps_secrets(&ran.ends_with(0));
}

#[test]
fn a_user_and_a_password_are_enough_where_the_flow_takes_them() {
    let flow = "password: {tokenUrl: token, scopes: {}}";
    let ran = check(&contract(flow), &host(Wants::Password, usize::MAX), &["--basic", "me:pass-of-mine"]);
    keeps_secrets(&ran.ends_with(0));
    // A password goes to nobody but the target.
    let elsewhere = host(Wants::Password, usize::MAX);
    let flow = format!("password: {{tokenUrl: '{}/token', scopes: {{}}}}", elsewhere.url());
    let ran = check(&contract(&flow), &host(Wants::Password, usize::MAX), &["--basic", "me:pass-of-mine"]);
    assert!(elsewhere.lines().is_empty());
    assert!(ran.everything().contains("--bearer TOKEN"), "{}", ran.everything());
}

#[test]
fn a_token_that_is_refused_is_fetched_again() {
    let host = host(Wants::Basic, 3);
    check(&contract(CREDENTIALS_FLOW), &host, &[CLIENT.as_slice(), &["--jobs", "1"]].concat());
    let fetched = host.lines().iter().filter(|line| line.starts_with("POST /token ")).count();
    assert!(fetched > 1, "{:?}", host.lines());
}

#[test]
fn an_endpoint_that_refuses_is_named_with_what_it_says() {
    let host = host(Wants::Nothing, 0);
    let ran = check(&contract(CREDENTIALS_FLOW), &host, &CLIENT).ends_with(4);
    let told = ran.everything();
    assert!(told.contains("/token answered with status 401, which says"), "{told}");
    assert!(told.contains("invalid_client") && told.contains("--oauth-scope"), "{told}");
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
#[cfg(unix)]
fn a_command_prints_a_token_and_is_run_again_when_that_is_refused() {
    let hand_out = |good_for: usize| {
        let used = AtomicUsize::new(0);
        Canned::start(move |asked| {
            let count = used.load(Ordering::SeqCst);
            let good = format!("Bearer printed-token-{}", 1 + count / good_for);
            let bare = |phrase: &str, more: &str| Reply::Bytes(answer(phrase, more, ""));
            if !asked.head.contains(&good) {
                return bare("401 Unauthorized", "WWW-Authenticate: Bearer\r\n");
            }
            used.fetch_add(1, Ordering::SeqCst);
            match asked.line.split(' ').next().unwrap() {
                "GET" => bare("200 OK", ""),
                _ => bare("405 Method Not Allowed", "Allow: GET\r\n"),
            }
        })
    };
    let command = "n=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > n; echo printed-token-$n";
    let contract = contract("implicit: {authorizationUrl: /log-in, scopes: {}}");
    let ran = check(&contract, &hand_out(4), &["--auth-command", command, "--jobs", "1"]);
    assert!(ran.file("n").trim().parse::<usize>().unwrap() > 1, "{}", ran.everything());
    let told = ran.everything() + &ran.file("r.json");
    assert!(told.contains("seen 200") && !told.contains("printed-token"), "{told}");
    let ran = check(&contract, &hand_out(4), &["--auth-command", "exit 7"]).ends_with(4);
    assert!(ran.stderr.contains("--auth-command ended with exit code 7"), "{}", ran.everything());
}
