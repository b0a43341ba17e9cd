//! HTTP Digest against a host that is written by hand and checks each answer to its challenges.

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Ran, probity};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};

const PASSWORD: &str = "pass-8c41-of-mine";

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Challenges, version: "1"}
components: {securitySchemes: {own: {type: http, scheme: digest}}}
security: [{own: []}]
paths:
  /a:
    get:
      operationId: read
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {"200": {description: ok}, "401": {description: no}}
  /b:
    post:
      operationId: add
      requestBody: {content: {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}}
      responses: {"200": {description: ok}, "401": {description: no}, "400": {description: odd}}
"#;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A challenge lives for so many answers.
    Fresh(usize),
    /// Whatever the answer is, it is good.
    Anybody,
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn parameter<'a>(header: &'a str, name: &str) -> &'a str {
    let found = header
        .split(", ")
        .find_map(|one| one.trim_start_matches("Digest ").strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().trim_matches('"')
}

/// Whether a header answers the challenge with a nonce.
fn is_right(asked: &Asked, header: &str, nonce: &str) -> bool {
    let mut words = asked.line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let who = hash(&format!("me:the realm:{PASSWORD}"));
    let what = hash(&format!("{method}:{target}"));
    let (count, own) = (parameter(header, "nc"), parameter(header, "cnonce"));
    parameter(header, "username") == "me"
        && parameter(header, "uri") == target
        && parameter(header, "nonce") == nonce
        && parameter(header, "opaque") == "o=1"
        && parameter(header, "response") == hash(&format!("{who}:{nonce}:{count}:{own}:auth:{what}"))
}

fn host(way: Way) -> Canned {
    let (made, left) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Canned::start(move |asked| {
        let given = asked
            .head
            .lines()
            .find_map(|line| line.strip_prefix("authorization: ").or(line.strip_prefix("Authorization: ")));
        let nonce = format!("n{}", made.load(Ordering::SeqCst));
        let is_known = given.is_some_and(|header| is_right(asked, header, &nonce));
        let lives = left.load(Ordering::SeqCst) > 0;
        let is_in = match way {
            Way::Anybody => given.is_some_and(|header| header.starts_with("Digest username")),
            Way::Fresh(_) => is_known && lives,
        };
        if !is_in {
            if !lives && let Way::Fresh(most) = way {
                made.fetch_add(1, Ordering::SeqCst);
                left.store(most, Ordering::SeqCst);
            }
            let stale = if is_known { ", stale=true" } else { "" };
            let nonce = made.load(Ordering::SeqCst);
            let challenge = format!(
                "WWW-Authenticate: Basic realm=\"x, y\", Digest realm=\"the realm\", qop=\"auth,auth-int\", algorithm=SHA-256, nonce=\"n{nonce}\", opaque=\"o=1\"{stale}\r\n"
            );
            return Reply::Bytes(answer("401 Unauthorized", &challenge, ""));
        }
        if way != Way::Anybody {
            left.fetch_sub(1, Ordering::SeqCst);
        }
        match asked.line.split(' ').next() {
            Some("GET") if asked.line.contains(" /a") => Reply::Bytes(answer("200 OK", "", "")),
            Some("POST") if !asked.body.is_empty() && !asked.body.trim_ascii_end().ends_with(b"}") => {
                Reply::Bytes(answer("400 Bad Request", "", ""))
            }
            Some("POST") if asked.line.contains(" /b") => Reply::Bytes(answer("200 OK", "", "")),
            _ => Reply::Bytes(answer("405 Method Not Allowed", "Allow: GET, POST\r\n", "")),
        }
    })
}

fn checked(host: &Canned, more: &[&str]) -> Ran {
    let target = host.url();
    let arguments =
        [&["check", "c.yaml", "--target", &target, "--jobs", "1", "-A", "invalid-rejected"], more].concat();
    probity().with_file("c.yaml", CONTRACT).args(arguments).run()
}

#[test]
fn challenges_are_answered_and_the_password_is_never_shown() {
    for most in [usize::MAX, 3] {
        let host = host(Way::Fresh(most));
        let ran =
            checked(&host, &["--digest", &format!("me:{PASSWORD}"), "--report", "json=r.json", "--verbose"]);
        let ran = ran.ends_with(0);
        let everything = format!("{}{}", ran.everything(), ran.file("r.json"));
        assert!(!everything.contains(PASSWORD), "{everything}");
        assert!(
            everything.contains("Digest $PROBITY_DIGEST") && !everything.contains("response="),
            "{everything}"
        );
    }
}

#[test]
fn whoever_answers_with_a_wrong_password_must_not_be_let_in() {
    let host = host(Way::Anybody);
    let ran = checked(&host, &["--digest", &format!("me:{PASSWORD}")]).ends_with(1);
    assert!(ran.stdout.contains("credentials-enforced"), "{}", ran.everything());
    assert!(ran.stdout.contains("--digest --user \"$PROBITY_WRONG_DIGEST\""), "{}", ran.everything());
}

#[test]
fn without_a_password_the_run_says_which_flag_gives_one() {
    let host = host(Way::Fresh(usize::MAX));
    let ran = checked(&host, &[]).ends_with(4);
    assert!(ran.stderr.contains("--digest USER:PASSWORD"), "{}", ran.everything());
}

#[test]
fn the_embedded_host_asks_for_digest() {
    probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml"]).run().ends_with(0);
}
