//! What a contract refers to by URLs, fetched where the user says so.

use crate::canned::{Canned, Reply};
use crate::driver::{Driver, probity};

fn text(status: &str, more: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\n\r\n{body}").into_bytes())
}

/// Has schemas at some paths.
fn library() -> Canned {
    Canned::start(|asked| match asked.line.split(' ').nth(1).unwrap_or_default() {
        "/v1/s.yaml" if !asked.head.to_lowercase().contains("authorization") => {
            text("200 OK", "", "S: {type: object, required: [n], properties: {n: {$ref: t.yaml}}}\n")
        }
        "/v1/t.yaml" => text("302 Found", "location: /v1/moved.yaml\r\n", ""),
        "/v1/moved.yaml" => text("200 OK", "", "type: integer\n"),
        "/v1/away.yaml" => text("302 Found", "location: http://localhost:1/a.yaml\r\n", ""),
        "/v1/round.yaml" => text("302 Found", "location: round.yaml\r\n", ""),
        _ => text("404 Not Found", "", "{}"),
    })
}

fn contract(library: &Canned, file: &str) -> String {
    let url = format!("{}/v1/{file}", library.url());
    format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{/n: {{get: {{operationId: n, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '{url}'}}}}}}}}}}}}}}}}\n"
    )
}

fn planned(driver: &Driver, flags: &[&str]) -> Driver {
    driver.again().args(["plan", "c.yaml"]).args(flags.iter().copied())
}

#[test]
fn what_a_user_allows_is_fetched_once_and_kept_with_its_digest() {
    let library = library();
    let host = library.address.to_string();
    let driver = probity().with_file("c.yaml", contract(&library, "s.yaml#/S"));
    let ran = planned(&driver, &[]).run().ends_with(0);
    assert!(ran.stdout.contains(&format!("--allow-fetch {host} fetches it once")), "{}", ran.everything());
    let ran = planned(&driver, &["--allow-fetch", "example.com"]).run().ends_with(0);
    assert!(ran.stdout.contains("nothing is fetched") && library.lines().is_empty(), "{}", ran.everything());

    let wrong = Canned::always(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"n\": \"x\"}",
    );
    let check = |flags: &[&str]| {
        let args = ["check", "c.yaml", "--bearer", "token", "--target", &wrong.url()].map(str::to_owned);
        driver.again().args(args).args(flags.iter().copied()).run()
    };
    let ran = check(&["--allow-fetch", &host]).ends_with(1);
    assert!(ran.stdout.contains("`/n` has a JSON type"), "{}", ran.everything());
    assert!(ran.stderr.contains("is fetched and kept in probity-fetched/"), "{}", ran.everything());
    let asked = library.lines();
    assert_eq!(asked.len(), 3, "{asked:?}");

    // What is kept is taken without asking, and without a flag.
    let ran = check(&[]).ends_with(1);
    assert!(ran.stdout.contains("`/n` has a JSON type"), "{}", ran.everything());
    check(&["--allow-fetch", &host]).ends_with(1);
    assert_eq!(library.lines(), asked);

    let folder = driver.folder().join("probity-fetched");
    let copies = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let copy = copies.into_iter().find(|path| path.to_string_lossy().contains("v1-s")).expect("a copy");
    std::fs::write(&copy, "S: {type: object}\n").expect("a written copy");
    for command in ["plan", "check", "docs"] {
        let more: &[&str] = if command == "docs" { &["--out", "out"] } else { &[] };
        let ran = driver.again().args([command, "c.yaml"]).args(more.iter().copied()).run().ends_with(3);
        assert!(ran.stderr.contains("is not what was fetched from http://127.0.0.1"), "{}", ran.everything());
    }
    // What is missing is fetched again, and must be what it was.
    std::fs::remove_file(&copy).expect("a removed copy");
    check(&["--allow-fetch", &host]).ends_with(1);
    assert_eq!(library.lines().len(), asked.len() + 1);
}

#[test]
fn nothing_is_fetched_that_was_not_allowed_and_a_failure_costs_itself() {
    let library = library();
    let host = library.address.to_string();
    for (file, told) in [
        ("away.yaml", "it redirects to http://localhost:1/a.yaml, which was not allowed"),
        ("round.yaml", "more than 5 redirects"),
        ("none.yaml", "the answer was status 404"),
    ] {
        let driver = probity().with_file("c.yaml", contract(&library, file));
        let ran = planned(&driver, &["--allow-fetch", &host]).run().ends_with(0);
        assert!(ran.stderr.contains(told), "{}", ran.everything());
        assert!(ran.stdout.contains("nothing is fetched;"), "{}", ran.everything());
        assert!(!driver.folder().join("probity-fetched").exists());
    }
    for host in ["https://example.com", "a/b", "user@example.com", "*.example.com"] {
        let driver = probity().with_file("c.yaml", contract(&library, "s.yaml#/S"));
        let ran = planned(&driver, &["--allow-fetch", host]).run().ends_with(2);
        assert!(ran.stderr.contains("a host is expected"), "{}", ran.everything());
    }
    // What is not protected and not here is never fetched.
    let plain = contract(&library, "s.yaml").replace(&library.url(), "http://example.com");
    let driver = probity().with_file("c.yaml", plain);
    let ran = planned(&driver, &["--allow-fetch", "example.com"]).run().ends_with(0);
    assert!(!ran.stdout.contains("--allow-fetch"), "{}", ran.everything());
    assert!(!ran.stderr.contains("fetched"), "{}", ran.everything());
}
