//! Tokens that are fetched: from the flows of OAuth 2 that a document has, and from a command.

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Ran, probity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
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
            Wants::Basic => client && basic && !body.contains("client_id") && holds("scope=read+write"),
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

/// A contract of notes that belong to whoever wrote them; `scheme` is asked for everywhere but at the log-in.
fn notes(scheme: &str, log_in: &str) -> String {
    format!(
        r##"
openapi: 3.0.3
info: {{title: Notes, version: "1"}}
components:
  securitySchemes: {{own: {scheme}}}
  schemas:
    New: {{type: object, required: [text], properties: {{text: {{type: string, minLength: 1, maxLength: 60}}}}}}
    Note: {{type: object, required: [id, text], properties: {{id: {{type: string}}, text: {{type: string}}}}}}
security: [{{own: []}}]
paths:
{log_in}
  /notes:
    get: {{operationId: listNotes, responses: {{"200": {{description: own, content: {{application/json: {{schema: {{type: array, items: {{$ref: "#/components/schemas/Note"}}}}}}}}}}, "401": {{description: no}}}}}}
    post:
      operationId: addNote
      requestBody: {{required: true, content: {{application/json: {{schema: {{$ref: "#/components/schemas/New"}}}}}}}}
      responses: {{"201": {{description: made, content: {{application/json: {{schema: {{$ref: "#/components/schemas/Note"}}}}}}}}, "400": {{description: wrong}}, "401": {{description: no}}, "415": {{description: not JSON}}}}
  /notes/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: getNote, responses: {{"200": {{description: it, content: {{application/json: {{schema: {{$ref: "#/components/schemas/Note"}}}}}}}}, "401": {{description: no}}, "404": {{description: none}}}}}}
    delete: {{operationId: endNote, responses: {{"204": {{description: gone}}, "401": {{description: no}}, "404": {{description: none}}}}}}
"##
    )
}

const LOG_IN: &str = r#"  /login:
    post:
      operationId: login
      security: []
      requestBody: {required: true, content: {MEDIA: {schema: {type: object, required: [username, password], properties: {username: {type: string}, password: {type: string}}}}}}
      responses: {"200": {description: in, content: {application/json: {schema: {type: object, required: [token], properties: {token: {type: string}}}}}}, "400": {description: wrong}, "401": {description: no}, "415": {description: not so}}
"#;

/// What a host of notes does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slip {
    None,
    ShowsToOthers,
    ListsToOthers,
    DeletesForOthers,
}

/// A host of notes for whom `who` tells, of a request, who asks.
fn notes_host(slip: Slip, who: impl Fn(&Asked) -> Option<String> + Send + Sync + 'static) -> Canned {
    let kept: Mutex<BTreeMap<String, (String, String)>> = Mutex::default();
    let count = AtomicUsize::new(0);
    Canned::start(move |asked| {
        let bare = |phrase: &str, more: &str| Reply::Bytes(answer(phrase, more, ""));
        let shown = |phrase: &str, value: Value| Reply::Bytes(answer(phrase, "", value.to_string()));
        let mut words = asked.line.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if path == "/login" {
            let given: Option<Value> = serde_json::from_str(body).ok();
            let pairs = given
                .as_ref()
                .and_then(|given| Some((given["username"].as_str()?, given["password"].as_str()?)));
            let is_form = ["username=me", "password=pass-of-mine"]
                .iter()
                .all(|pair| body.split('&').any(|one| one == *pair));
            return match (method, pairs) {
                ("POST", Some(("me", "pass-of-mine"))) => {
                    shown("200 OK", json!({"token": "session-of-me-1"}))
                }
                ("POST", None) if is_form => {
                    let cookie =
                        "Set-Cookie: theme=x\r\nSet-Cookie: sid=session-of-me-1; HttpOnly; Path=/\r\n";
                    Reply::Bytes(answer("200 OK", cookie, r#"{"token": "session-of-me-1"}"#))
                }
                ("POST", Some(_)) => bare("401 Unauthorized", "WWW-Authenticate: Bearer\r\n"),
                ("POST", None) if !asked.head.to_lowercase().contains("content-type: application/json") => {
                    bare("415 Unsupported Media Type", "")
                }
                ("POST", None) => bare("400 Bad Request", ""),
                _ => bare("405 Method Not Allowed", "Allow: POST\r\n"),
            };
        }
        let Some(user) = who(asked) else { return bare("401 Unauthorized", "WWW-Authenticate: Bearer\r\n") };
        let mut kept = kept.lock().unwrap();
        let note = |id: &String, text: &String| json!({"id": id, "text": text});
        let id = path.strip_prefix("/notes/");
        let own = id.and_then(|id| kept.get(id)).is_some_and(|(owner, _)| *owner == user);
        let there = id.is_some_and(|id| kept.contains_key(id));
        match (method, path, id) {
            ("GET", "/notes", _) => {
                let all = slip == Slip::ListsToOthers;
                let listed = kept.iter().filter(|(_, (owner, _))| all || *owner == user);
                shown("200 OK", listed.map(|(id, (_, text))| note(id, text)).collect())
            }
            ("POST", "/notes", _)
                if !asked.head.to_lowercase().contains("content-type: application/json") =>
            {
                bare("415 Unsupported Media Type", "")
            }
            ("POST", "/notes", _) => {
                let body: Option<Value> = serde_json::from_str(body).ok();
                let text = body.as_ref().and_then(|body| body.as_object()?.get("text")?.as_str());
                let Some(text) = text.filter(|text| (1..=60).contains(&text.chars().count())) else {
                    return bare("400 Bad Request", "");
                };
                let id = format!("n{}", count.fetch_add(1, Ordering::SeqCst));
                kept.insert(id.clone(), (user, text.to_owned()));
                shown("201 Created", note(&id, &text.to_owned()))
            }
            ("GET", _, Some(id)) if own || (there && slip == Slip::ShowsToOthers) => {
                shown("200 OK", note(&id.to_owned(), &kept[id].1))
            }
            ("DELETE", _, Some(id)) if own || (there && slip == Slip::DeletesForOthers) => {
                kept.remove(id);
                bare("204 No Content", "")
            }
            ("GET" | "DELETE", _, Some(_)) => bare("404 Not Found", ""),
            (_, "/notes", _) => bare("405 Method Not Allowed", "Allow: GET, POST\r\n"),
            _ => bare("405 Method Not Allowed", "Allow: GET, DELETE\r\n"),
        }
    })
}

fn header<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let fields = asked.head.lines().filter_map(|line| line.split_once(':'));
    fields.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

#[test]
fn a_user_and_a_password_log_in_where_the_contract_has_an_operation_for_that() {
    let cookie = |asked: &Asked| {
        let cookies = header(asked, "cookie")?;
        cookies.split("; ").any(|one| one == "sid=session-of-me-1").then(|| "me".to_owned())
    };
    let bearer = |asked: &Asked| {
        (header(asked, "authorization")? == "Bearer session-of-me-1").then(|| "me".to_owned())
    };
    let form = LOG_IN.replace("MEDIA", "application/x-www-form-urlencoded").replace("token", "nothing");
    for (scheme, log_in, host) in [
        (
            "{type: http, scheme: bearer}",
            LOG_IN.replace("MEDIA", "application/json"),
            notes_host(Slip::None, bearer),
        ),
        ("{type: apiKey, in: cookie, name: sid}", form, notes_host(Slip::None, cookie)),
    ] {
        let only = ["--exclude", "login", "--basic", "me:pass-of-mine"];
        let ran = check(&notes(scheme, &log_in), &host, &only).ends_with(0);
        let told = ran.everything() + &ran.file("r.json");
        assert!(host.lines().iter().any(|line| line.starts_with("GET /notes/n")), "{told}");
        assert!(!told.contains("session-of-me-1") && !told.contains("pass-of-mine"), "{told}");
        let wrong = ["--exclude", "login", "--basic", "me:pass-of-yours"];
        let ran = check(&notes(scheme, &log_in), &host, &wrong).ends_with(4);
        assert!(ran.stderr.contains("the log-in `login`"), "{}", ran.everything());
    }
}

#[test]
fn what_one_user_created_is_kept_from_another() {
    let who = |asked: &Asked| match header(asked, "authorization")? {
        "Bearer token-of-alice" => Some("alice".to_owned()),
        "Bearer token-of-bob" => Some("bob".to_owned()),
        _ => None,
    };
    let contract = notes("{type: http, scheme: bearer}", "");
    let tokens = ["--bearer", "token-of-alice", "--other-bearer", "token-of-bob"];
    for (slip, told) in [
        (Slip::None, ""),
        (Slip::ShowsToOthers, "a user is shown what another created"),
        (Slip::ListsToOthers, "a user lists what another created"),
        (Slip::DeletesForOthers, "a user deletes what another created"),
    ] {
        let ran = check(&contract, &notes_host(slip, who), &tokens).ends_with(i32::from(slip != Slip::None));
        let findings = ran.json("r.json")["findings"].as_array().unwrap().clone();
        let titles: Vec<&str> = findings.iter().map(|one| one["title"].as_str().unwrap()).collect();
        let expected = if told.is_empty() { Vec::new() } else { vec![told] };
        assert_eq!(titles, expected, "{slip:?}\n{}", ran.everything());
        assert!(findings.iter().all(|one| one["check"] == "object-authorisation"), "{findings:?}");
        assert!(!ran.everything().contains("token-of-"), "{}", ran.everything());
    }
}
