//! Sessions that the document tells how to begin, and what their requests show against forgery.

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Ran, probity};

const PASSWORD: &str = "pass-51fe-of-mine";
const CSRF: &str = "forgery-7d20aa";

fn contract(login: &str, more: &str) -> String {
    format!(
        r#"
openapi: 3.1.0
info: {{title: Sessions, version: "1"}}
{login}
components: {{securitySchemes: {{session: {{type: apiKey, in: cookie, name: sid}}{more}}}}}
security: [{{session: []}}]
paths:
  /open:
    post:
      operationId: open
      security: []
      requestBody: {{required: true, content: {{application/json: {{schema: {{
        type: object, required: [handle, phrase], properties: {{handle: {{type: string}}, phrase: {{type: string}}}}}}}}}}}}
      responses: {{"200": {{description: in}}, "400": {{description: odd}}, "401": {{description: no}}}}
  /a: {{get: {{operationId: a, responses: {{"200": {{description: ok}}, "401": {{description: no}}}}}}}}
  /b: {{post: {{operationId: b, responses: {{"200": {{description: ok}}, "401": {{description: no}}}}}}}}
"#
    )
}

/// Where the host gives what it wants to see against forgery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Header,
    Cookie,
}

fn field<'a>(asked: &'a Asked, name: &str) -> &'a str {
    let mut fields = asked.head.lines().filter_map(|line| line.split_once(": "));
    fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

fn host(by: By) -> Canned {
    Canned::start(move |asked| {
        let no = |status: &str| Reply::Bytes(answer(status, "", ""));
        if asked.line.starts_with("POST /open ") {
            let body: Result<serde_json::Value, _> = serde_json::from_slice(&asked.body);
            let Ok(body) = body else { return no("400 Bad Request") };
            if !(body["handle"].is_string() && body["phrase"].is_string()) {
                return no("400 Bad Request");
            }
            if body["handle"] != "me" || body["phrase"] != PASSWORD {
                return no("401 Unauthorized");
            }
            let beside = match by {
                By::Header => format!("X-CSRF-Token: {CSRF}\r\n"),
                By::Cookie => format!("Set-Cookie: csrftoken={CSRF}; Path=/\r\n"),
            };
            return Reply::Bytes(answer(
                "200 OK",
                &format!("Set-Cookie: sid=s-91c4e0; HttpOnly\r\n{beside}"),
                "",
            ));
        }
        let cookies = field(asked, "cookie");
        let holds = |wanted: &str| cookies.split("; ").any(|one| one == wanted);
        if !holds("sid=s-91c4e0") {
            return no("401 Unauthorized");
        }
        let is_shown = match by {
            By::Header => field(asked, "x-csrf-token") == CSRF,
            By::Cookie => field(asked, "x-csrftoken") == CSRF && holds(&format!("csrftoken={CSRF}")),
        };
        match asked.line.split(' ').next() {
            Some("GET") if asked.line.contains(" /a ") => no("200 OK"),
            Some("POST") if asked.line.contains(" /b ") && !is_shown => no("403 Forbidden"),
            Some("POST") if asked.line.contains(" /b ") => no("200 OK"),
            _ => Reply::Bytes(answer("405 Method Not Allowed", "Allow: GET, POST\r\n", "")),
        }
    })
}

fn checked(host: &Canned, contract: &str) -> Ran {
    let (target, user) = (host.url(), format!("me:{PASSWORD}"));
    let arguments =
        ["check", "c.yaml", "--target", &target, "--basic", &user, "--report", "json=r.json", "--verbose"];
    probity().with_file("c.yaml", contract).args(arguments).run()
}

const LOGIN: &str = "x-probity: {login: {operation: open, cookie: sid, user: handle, password: phrase";

#[test]
fn a_stated_log_in_begins_a_session_and_its_requests_show_what_came_with_it() {
    for (by, more) in [
        (By::Header, ", csrf-token: $response.header.X-CSRF-Token, csrf-header: X-CSRF-Token}}"),
        (By::Cookie, "}}"),
    ] {
        let host = host(by);
        let ran = checked(&host, &contract(&format!("{LOGIN}{more}"), "")).ends_with(0);
        let everything = format!("{}{}", ran.everything(), ran.file("r.json"));
        for secret in [PASSWORD, CSRF, "s-91c4e0"] {
            assert!(!everything.contains(secret), "{secret}\n{everything}");
        }
    }
}

#[test]
fn a_scheme_for_what_is_shown_against_forgery_is_met_by_the_session() {
    let host = host(By::Cookie);
    let more = ", forgery: {type: apiKey, in: header, name: X-CSRFToken}";
    let contract = contract(&format!("{LOGIN}}}}}"), more);
    let both = "operationId: b, security: [{session: [], forgery: []}],";
    let (before, after) = contract.split_once("operationId: b,").expect("an operation");
    let contract = format!("{before}{both}{}", after.replace("\"401\"", "4XX"));
    checked(&host, &contract).ends_with(0);
}

#[test]
fn without_what_is_shown_against_forgery_requests_are_refused() {
    let host = host(By::Header);
    let ran = checked(&host, &contract(&format!("{LOGIN}}}}}"), ""));
    assert!(ran.stdout.contains("status 403"), "{}", ran.everything());
}
