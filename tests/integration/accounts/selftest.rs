//! That the service does what each variant says, asked by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::variant::Variant;
use super::{ADMIN_TOKEN, Fault, Host, MEMBER_TOKEN, Session, csrf_of};
use crate::driver::probity;

struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Sends a request with some headers and a body, and reads what comes.
fn ask(host: &Host, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(host.address).unwrap();
    let mut text = format!("{line} HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut bytes = String::new();
    stream.read_to_string(&mut bytes).unwrap();
    let (head, body) = bytes.split_once("\r\n\r\n").expect("a whole head");
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    }
}

/// The same with JSON, as the holder of a token.
fn say(host: &Host, token: &str, line: &str, body: &Value) -> Answer {
    let (bearer, cookie, csrf) = (format!("Bearer {token}"), format!("sid={token}"), csrf_of(token));
    let json = [("Content-Type", "application/json"), ("X-Client", "cli")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    match host.variant.habits().session {
        Session::Bearer => ask(host, line, &[json[0], json[1], ("Authorization", &bearer)], &body),
        Session::Cookie => {
            ask(host, line, &[json[0], json[1], ("Cookie", &cookie), ("X-CSRF-Token", &csrf)], &body)
        }
    }
}

/// As the account that the program is given.
fn call(host: &Host, line: &str, body: &Value) -> Answer {
    say(host, host.token(), line, body)
}

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

fn account(email: &str) -> Value {
    json!({"email": email, "displayName": "Zoë 🏅", "password": "long enough", "role": "member"})
}

fn each(held: impl Fn(Variant, &Host)) {
    for variant in Variant::ALL {
        held(variant, &Host::start(variant, None));
    }
}

#[test]
fn every_contract_is_one_that_can_be_planned_whole() {
    for variant in Variant::ALL {
        let ran =
            probity().with_file("contract.yaml", variant.contract()).args(["plan", "contract.yaml"]).run();
        let ran = ran.ends_with(0);
        for operation in ["logIn", "openAccount", "createProject", "changeProject", "addMember", "search"] {
            assert!(ran.stdout.contains(operation), "{variant:?}: {operation}\n{}", ran.everything());
        }
    }
}

#[test]
fn a_valid_project_is_begun_listed_read_changed_and_deleted() {
    each(|variant, host| {
        let whole = json!({
            "name": "first-one", "ownerId": null, "title": "It's \"ÉVERYTHING\" 🏅", "visibility": "internal",
            "budget": 1e6, "tags": ["red"], "dueOn": "2999-12-31", "id": 5, "archived": true, "more": 1,
        });
        let made = call(host, "POST /projects", &whole);
        assert_eq!(made.status, 201, "{variant:?} {}", made.body);
        let place = format!("/projects/{}", made.body["id"]);
        assert!(made.head.contains(&format!("Location: {place}\r\n")), "{}", made.head);
        let least = json!({"name": "second-one", "title": null, "budget": null, "dueOn": null});
        assert_eq!(call(host, "POST /projects", &least).status, 201, "{variant:?}");
        let list = call(host, "GET /projects?limit=100", &Value::Null);
        let items = list.body["items"].as_array().unwrap();
        assert!(items.contains(&made.body), "{variant:?} {}", list.body);
        assert_eq!(call(host, &format!("GET {place}"), &Value::Null).body, made.body);
        let found = call(host, "GET /search?q=%C3%89VERY", &Value::Null);
        assert_eq!(found.body["items"], json!([made.body]), "{variant:?}");
        let changed = call(host, &format!("PATCH {place}"), &json!({"title": null, "budget": 0}));
        assert_eq!((changed.status, &changed.body["title"]), (200, &Value::Null), "{variant:?}");
        assert_eq!(call(host, &format!("POST {place}/archive"), &Value::Null).status, 200);
        assert_eq!(call(host, &format!("POST {place}/archive"), &Value::Null).status, 409);
        assert_eq!(call(host, &format!("PATCH {place}"), &json!({"budget": 1})).status, 409);
        assert_eq!(call(host, &format!("DELETE {place}"), &Value::Null).status, 204);
    });
}

#[test]
fn a_broken_body_is_refused_as_the_variant_says() {
    each(|variant, host| {
        let invalid = variant.habits().invalid;
        let broken = [
            (json!({}), "missing"),
            (json!({"name": null}), "wrong_type"),
            (json!({"name": 5}), "wrong_type"),
            (json!({"name": "Upper"}), "invalid"),
            (json!({"name": "ab"}), "invalid"),
            (json!({"name": "abc", "title": ""}), "invalid"),
            (json!({"name": "abc", "title": "x".repeat(81)}), "invalid"),
            (json!({"name": "abc", "visibility": "secret"}), "invalid"),
            (json!({"name": "abc", "visibility": null}), "wrong_type"),
            (json!({"name": "abc", "budget": "5"}), "wrong_type"),
            (json!({"name": "abc", "budget": -1}), "invalid"),
            (json!({"name": "abc", "budget": 1_000_001}), "invalid"),
            (json!({"name": "abc", "tags": ["a", "a"]}), "invalid"),
            (json!({"name": "abc", "tags": ["a", "b", "c", "d", "e", "f"]}), "invalid"),
            (json!({"name": "abc", "tags": [1]}), "wrong_type"),
            (json!({"name": "abc", "tags": ["Red!"]}), "invalid"),
            (json!({"name": "abc", "dueOn": "soon"}), "invalid"),
            (json!({"name": "abc", "ownerId": "me"}), "invalid"),
            (json!([]), "wrong_type"),
        ];
        for (body, code) in broken {
            let answer = call(host, "POST /projects", &body);
            assert_eq!((answer.status, answer.code()), (invalid, code), "{variant:?} {body}");
        }
        assert_eq!(host.projects(), 0);
    });
}

#[test]
fn what_is_no_json_is_a_400_and_what_is_labelled_otherwise_a_415() {
    each(|variant, host| {
        for text in ["", "{", "{\"email\":\"a\",\"password\":\"b\"} x", "{'email':'a'}", "[1,]"] {
            let answer = ask(host, "POST /sessions", &[("Content-Type", "application/json")], text);
            assert_eq!(answer.status, 400, "{variant:?} {text}");
        }
        for media in ["text/plain", "application/xml", "application/x-www-form-urlencoded"] {
            assert_eq!(ask(host, "POST /sessions", &[("Content-Type", media)], "{}").status, 415);
        }
        let invalid = variant.habits().invalid;
        for media in ["application/json; charset=utf-8", "APPLICATION/JSON"] {
            assert_eq!(ask(host, "POST /sessions", &[("Content-Type", media)], "{}").status, invalid);
        }
    });
}

#[test]
fn nobody_gets_in_without_a_session_and_a_log_out_ends_it() {
    each(|variant, host| {
        let stranger = ask(host, "GET /me", &[], "");
        assert_eq!(stranger.status, 401, "{variant:?}");
        assert!(stranger.head.contains("WWW-Authenticate: "), "{}", stranger.head);
        assert_eq!(say(host, "tok-unknown", "GET /me", &Value::Null).status, 401);
        let wrong = call(host, "POST /sessions", &json!({"email": "mo@example.com", "password": "guess"}));
        assert_eq!((wrong.status, wrong.code()), (401, "bad_credentials"));
        let right = json!({"email": "MO@example.com", "password": format!("{MEMBER_TOKEN}-password")});
        let session = call(host, "POST /sessions", &right);
        assert_eq!(session.status, 201);
        let token = session.body["token"].as_str().unwrap();
        assert_eq!(say(host, token, "GET /me", &Value::Null).body["email"], "mo@example.com");
        assert_eq!(say(host, token, "DELETE /sessions/current", &Value::Null).status, 204);
        assert_eq!(say(host, token, "GET /me", &Value::Null).status, 401);
        assert_eq!(host.harm(), None);
    });
}

#[test]
fn a_session_by_cookie_needs_its_second_token_for_what_changes_something() {
    let host = Host::start(Variant::Cookied, None);
    let cookie = format!("sid={ADMIN_TOKEN}");
    assert_eq!(ask(&host, "GET /me", &[("Cookie", &cookie)], "").status, 200);
    let answer = ask(&host, "POST /projects", &[("Cookie", &cookie)], "{}");
    assert_eq!((answer.status, answer.code()), (403, "csrf"));
    let wrong = [("Cookie", cookie.as_str()), ("X-CSRF-Token", "guess")];
    assert_eq!(ask(&host, "DELETE /projects/1", &wrong, "").status, 403);
    assert_eq!(host.harm(), None);
}

#[test]
fn taken_values_and_unknown_ids_are_refused_as_the_variant_says() {
    each(|variant, host| {
        let habits = variant.habits();
        assert_eq!(call(host, "POST /projects", &json!({"name": "mine"})).status, 201);
        let again = call(host, "POST /projects", &json!({"name": "mine", "title": "other"}));
        assert_eq!((again.status, again.code()), (habits.taken, "name_taken"), "{variant:?}");
        let owner = json!({"name": "theirs", "ownerId": NOBODY});
        let answer = call(host, "POST /projects", &owner);
        assert_eq!((answer.status, answer.code()), (habits.unknown, "unknown_account"), "{variant:?}");
        let new = say(host, ADMIN_TOKEN, "POST /accounts", &account("Zo@example.com"));
        assert_eq!(new.status, 201, "{variant:?} {}", new.body);
        assert_eq!(new.body.get("password"), None);
        let taken = say(host, ADMIN_TOKEN, "POST /accounts", &account("zo@EXAMPLE.com"));
        assert_eq!((taken.status, taken.code()), (habits.taken, "email_taken"), "{variant:?}");
    });
}

#[test]
fn a_name_is_taken_for_all_owners_only_where_the_contract_says_so() {
    for (variant, status) in [(Variant::Catalogued, 422), (Variant::Hiding, 201)] {
        let host = Host::start(variant, None);
        assert_eq!(say(&host, ADMIN_TOKEN, "POST /projects", &json!({"name": "shared"})).status, 201);
        assert_eq!(say(&host, MEMBER_TOKEN, "POST /projects", &json!({"name": "shared"})).status, status);
    }
}

/// A line, a body, and the status that it has in the variants `Forbidding`, `Hiding` and `Roles`.
type Asked = (&'static str, Value, [u16; 3]);

#[test]
fn what_is_looked_at_first_differs() {
    let asked: [Asked; 8] = [
        ("GET /projects/77", Value::Null, [403, 404, 404]),
        ("GET /projects/1", Value::Null, [403, 200, 403]),
        ("PATCH /projects/77", json!({"title": 5}), [403, 404, 422]),
        ("PATCH /projects/1", json!({"title": 5}), [403, 400, 422]),
        ("GET /projects/abc", Value::Null, [404, 404, 404]),
        ("POST /accounts", json!({}), [403, 400, 422]),
        ("POST /accounts", account("new@example.com"), [403, 201, 403]),
        ("GET /accounts", Value::Null, [403, 200, 403]),
    ];
    for (index, variant) in [Variant::Forbidding, Variant::Hiding, Variant::Roles].into_iter().enumerate() {
        let host = Host::start(variant, None);
        for (line, body, statuses) in &asked {
            assert_eq!(call(&host, line, body).status, statuses[index], "{variant:?} {line} {body}");
        }
        let stranger = ask(&host, "DELETE /projects/77", &[], "").status;
        assert_eq!(stranger, if variant == Variant::Hiding { 404 } else { 401 });
    }
}

#[test]
fn members_are_added_once_and_only_those_that_there_are() {
    each(|variant, host| {
        let place = call(host, "POST /projects", &json!({"name": "team"})).body["id"].to_string();
        let line = format!("POST /projects/{place}/members");
        let me = call(host, "GET /me", &Value::Null).body["id"].clone();
        let member = json!({"accountId": me, "role": "editor"});
        assert_eq!(call(host, &line, &member).status, 201, "{variant:?}");
        assert_eq!(call(host, &line, &member).status, 409, "{variant:?}");
        let nobody = json!({"accountId": NOBODY, "role": "viewer"});
        assert_eq!(call(host, &line, &nobody).status, variant.habits().unknown, "{variant:?}");
    });
}

#[test]
fn a_refusal_for_a_reason_of_the_business_tells_it() {
    let host = Host::start(Variant::Soft, None);
    let refused = [
        (json!({"name": "abc", "tags": ["mauve"]}), "unknown_tag"),
        (json!({"name": "abc", "dueOn": "2001-02-03"}), "past"),
    ];
    for (body, code) in refused {
        let answer = call(&host, "POST /projects", &body);
        assert_eq!((answer.status, answer.code()), (422, code));
    }
    let answer = call(&host, "POST /accounts", &account("a@elsewhere.example"));
    assert_eq!((answer.status, answer.code()), (422, "foreign_email"));
}

#[test]
fn a_method_that_a_path_has_not_is_a_405_with_those_that_it_has() {
    each(|_, host| {
        for (line, allowed) in [("TRACE /me", "GET, HEAD"), ("PUT /projects/1", "GET, HEAD, PATCH, DELETE")] {
            let answer = call(host, line, &Value::Null);
            assert_eq!(answer.status, 405);
            assert!(answer.head.contains(&format!("Allow: {allowed}\r\n")), "{}", answer.head);
        }
        assert_eq!(call(host, "GET /nowhere", &Value::Null).status, 404);
    });
}

#[test]
fn every_fault_has_a_name_of_its_own_and_says_what_is_wrong() {
    let mut names: Vec<&str> = Fault::all().map(Fault::id).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 40 && Fault::all().all(|fault| !fault.about().is_empty()));
}
