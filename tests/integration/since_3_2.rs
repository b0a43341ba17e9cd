//! What `OpenAPI` has since 3.2: it is sent and judged like all else.

use crate::canned::{Asked, Canned, Reply};
use crate::driver::{Ran, probity};

/// What a check of a contract at a host has said, and the request lines that came.
fn checked(contract: &str, host: &Canned, flags: &[&str]) -> (Ran, Vec<String>) {
    let url = host.url();
    let driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--target", &url]);
    let ran = driver.args(flags.iter().copied()).run();
    let lines = host.lines().into_iter().map(|line| line.trim_end_matches(" HTTP/1.1").to_owned());
    (ran, lines.collect())
}

/// A check of a contract at the embedded host.
fn embedded(contract: &str) -> Ran {
    probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--target", "embedded"]).run()
}

fn answer(status: &str, kind: &str, body: &str) -> Reply {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {length}\r\n\r\n{body}").into_bytes())
}

fn method(asked: &Asked) -> &str {
    asked.line.split(' ').next().unwrap_or_default()
}

const FURTHER: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /docs:
    get: {operationId: docs, responses: {'200': {description: ok}}}
    additionalOperations:
      PURGE: {operationId: purge, responses: {'204': {description: ok}}}
      Post: {operationId: again, responses: {'204': {description: ok}}}
      A B: {operationId: none, responses: {'204': {description: ok}}}
  /docs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    additionalOperations:
      it's:
        operationId: own
        requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}}
        responses: {'204': {description: ok}, '4XX': {description: no}}
";

/// A host of the contract, with a status for PURGE.
fn further(purge: &'static str) -> Canned {
    Canned::start(move |asked| match (method(asked), asked.line.contains("/docs/")) {
        ("GET" | "HEAD", false) => answer("200 OK", "", ""),
        ("OPTIONS", _) => answer("204 No Content\r\nAllow: GET, HEAD, PURGE, it's", "", ""),
        ("PURGE", false) => answer(purge, "", ""),
        ("it's", true) => answer("404 Not Found", "", ""),
        _ => answer("405 Method Not Allowed\r\nAllow: GET, HEAD, PURGE, it's", "", ""),
    })
}

#[test]
fn a_further_method_is_sent_and_judged_as_one_that_changes_something() {
    let host = further("500 Internal Server Error");
    let flags = ["--on-existing-data", "--include-disruptive", "purge"];
    let (ran, lines) = checked(FURTHER, &host, &flags);
    let ran = ran.ends_with(1);
    assert!(lines.iter().any(|line| line == "PURGE /docs"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("it's /docs/")), "{lines:?}");
    assert!(ran.stdout.contains("server-error") && ran.stdout.contains("-X PURGE"), "{}", ran.everything());

    let (_, lines) = checked(FURTHER, &further("204 No Content"), &[]);
    assert!(!lines.iter().any(|line| line.starts_with("PURGE")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("it's /docs/")), "{lines:?}");
    let (_, lines) = checked(FURTHER, &further("204 No Content"), &["--read-only"]);
    assert!(lines.iter().all(|line| !line.starts_with("PURGE") && !line.starts_with("it's")), "{lines:?}");
}

#[test]
fn a_name_that_is_no_further_method_is_told_with_its_line() {
    let ran = embedded(FURTHER).ends_with(0);
    for told in ["c.yaml:8:7", "has a field `post` for it", "c.yaml:9:7", "`A B` is no HTTP method"] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.everything());
    }
}

#[test]
fn the_embedded_host_serves_a_further_method_and_the_reference_shows_it() {
    let driver = probity()
        .with_file("c.yaml", FURTHER)
        .args(["docs", "c.yaml", "--format", "markdown", "--out", "docs"]);
    let ran = driver.run().ends_with(0);
    let page = ran.file("docs/own.md");
    assert!(page.contains("`it's`") && page.contains(r"curl -X 'it'\''s'"), "{page}");
    let ran = ran.again().args(["audit", "c.yaml"]).run();
    assert!(ran.stdout.contains("purge"), "{}", ran.everything());
}

const WHOLE_QUERY: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /find:
    get:
      operationId: find
      parameters:
        - name: q
          in: querystring
          required: true
          content:
            application/x-www-form-urlencoded:
              schema:
                type: object
                required: [kind]
                properties: {kind: {enum: [a b, c]}, size: {type: array, items: {enum: [1, 2]}}}
      responses: {'200': {description: ok}, '400': {description: bad}}
    query:
      operationId: ask
      parameters: [{name: s, in: querystring, content: {application/json: {schema: {type: object, required: [n], properties: {n: {enum: [7]}}}}}}]
      requestBody: {required: true, content: {application/json: {$ref: '#/components/mediaTypes/Asked'}}}
      responses: {'200': {description: ok}, '400': {description: bad}, '415': {description: bad}}
  /both:
    get:
      operationId: both
      parameters:
        - {name: w, in: querystring, content: {text/plain: {schema: {type: string}}}}
        - {name: part, in: query, schema: {type: string}}
      responses: {'200': {description: ok}}
components: {mediaTypes: {Asked: {schema: {type: object, required: [word], properties: {word: {type: string, minLength: 1}}}}}}
";

/// A host that looks at the query as the contract says, where it is `strict`.
fn asked_for(asked: &Asked, strict: bool) -> Reply {
    let query = asked.line.split(' ').nth(1).and_then(|target| target.split_once('?'));
    let query = query.map_or("", |(_, query)| query);
    let found = match (method(asked), asked.line.contains("/both")) {
        ("GET" | "HEAD", true) => true,
        ("GET" | "HEAD", _) => {
            let kind = query.split('&').any(|pair| matches!(pair, "kind=a%20b" | "kind=c"));
            let sizes = query.split('&').filter(|pair| pair.starts_with("size="));
            kind && sizes.clone().all(|pair| matches!(pair, "size=1" | "size=2"))
        }
        ("QUERY", _) if strict && !asked.head.to_lowercase().contains("content-type: application/json") => {
            return answer("415 Unsupported Media Type", "", "");
        }
        ("QUERY", _) => {
            let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let body = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
            let word = body["word"].as_str().is_some_and(|word| !word.is_empty());
            word && (query.is_empty() || query.starts_with("%7B%22n%22%3A7"))
        }
        _ => return answer("405 Method Not Allowed\r\nAllow: GET, HEAD, QUERY", "", ""),
    };
    answer(if found || !strict { "200 OK" } else { "400 Bad Request" }, "", "")
}

#[test]
fn the_whole_query_is_written_varied_and_broken() {
    let host = Canned::start(|asked| asked_for(asked, true));
    let (ran, lines) = checked(WHOLE_QUERY, &host, &[]);
    ran.ends_with(0);
    for sent in
        ["GET /find", "GET /find?kind=a%20b&size=1", "GET /find?kind=a%20b", "QUERY /find?%7B%22n%22%3A7%7D"]
    {
        assert!(lines.iter().any(|line| line == sent), "{sent}: {lines:#?}");
    }
    let host = Canned::start(|asked| asked_for(asked, false));
    let (ran, _) = checked(WHOLE_QUERY, &host, &["--report", "json=r.json"]);
    let report = ran.ends_with(1).json("r.json").to_string();
    for place in ["find/reject/querystring/q/not-in-enum", "ask/reject/querystring/s", "ask/reject/body/word"]
    {
        assert!(report.contains(place), "{place}: {report}");
    }
}

#[test]
fn what_takes_the_whole_query_stands_alone_and_is_served() {
    let ran = embedded(WHOLE_QUERY).ends_with(0);
    assert!(ran.stdout.contains("no other parameters of the query beside it"), "{}", ran.everything());
}

const COOKIES: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      parameters:
        - {name: c, in: cookie, style: cookie, required: true, schema: {type: array, items: {enum: ['x%20/y', z]}, minItems: 2, uniqueItems: true}}
        - {name: d, in: cookie, style: cookie, required: true, schema: {type: object, required: [r, g], properties: {r: {const: 1}, g: {const: 2}}}}
      responses: {'200': {description: ok}, '400': {description: no}}
";

#[test]
fn a_cookie_in_the_style_of_cookies_is_not_encoded() {
    let host = Canned::start(|asked| {
        let cookie = asked.head.lines().find_map(|line| line.strip_prefix("cookie: ")).unwrap_or_default();
        let good = cookie == "c=x%20/y; c=z; r=1; g=2";
        if method(asked) != "GET" && method(asked) != "HEAD" {
            return answer("405 Method Not Allowed\r\nAllow: GET, HEAD", "", "");
        }
        answer(if good { "200 OK" } else { "400 Bad Request" }, "", "")
    });
    let (ran, _) = checked(COOKIES, &host, &["--report", "json=r.json", "--include", "a/*/valid/required"]);
    let ran = ran.ends_with(0);
    assert!(!ran.stdout.contains("nothing valid"), "{}", ran.everything());
    embedded(COOKIES).ends_with(0);
}

const STREAMS: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /lines:
    get: {operationId: lines, responses: {'200': {description: ok, content: {application/jsonl: {itemSchema: {$ref: '#/components/schemas/N'}}}}}}
    post:
      operationId: add
      requestBody: {required: true, content: {application/x-ndjson: {itemSchema: {$ref: '#/components/schemas/N'}}}}
      responses: {'204': {description: ok}, '400': {description: no}}
  /events:
    get:
      operationId: events
      responses: {'200': {description: ok, content: {text/event-stream: {itemSchema: {type: object, required: [event, data], properties: {event: {enum: [tick]}, data: {type: string}}}}}}}
  /seq: {get: {operationId: seq, responses: {'200': {description: ok, content: {application/json-seq: {itemSchema: {$ref: '#/components/schemas/N'}}}}}}}
  /parts: {get: {operationId: parts, responses: {'200': {description: ok, content: {multipart/mixed: {itemSchema: {$ref: '#/components/schemas/N'}, itemEncoding: {contentType: application/json}}}}}}}
  /whole: {get: {operationId: whole, responses: {'200': {description: ok, content: {application/json: {itemSchema: {$ref: '#/components/schemas/N'}}}}}}}
components: {schemas: {N: {type: object, required: [n], properties: {n: {type: integer}}}}}
";

/// A host of streams, whose items are of the schema if it is `good`.
fn streams(good: bool) -> Canned {
    Canned::start(move |asked| {
        let second = if good { "{\"n\": 2}" } else { "{\"n\": \"two\"}" };
        let path = asked.line.split(' ').nth(1).unwrap_or_default();
        match (method(asked), path) {
            ("GET" | "HEAD", "/lines") => {
                answer("200 OK", "application/jsonl", &format!("{{\"n\": 1}}\n{second}\n"))
            }
            ("POST", "/lines") => {
                let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                let number = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["n"].as_i64();
                let fine = !body.trim().is_empty() && body.lines().all(|line| number(line).is_some());
                answer(if fine || !good { "204 No Content" } else { "400 Bad Request" }, "", "")
            }
            ("GET" | "HEAD", "/seq") => {
                answer("200 OK", "application/json-seq", &format!("\u{1e}{{\"n\": 1}}\n\u{1e}{second}\n"))
            }
            ("GET" | "HEAD", "/parts") => {
                let part = format!("--x\r\nContent-Type: application/json\r\n\r\n{second}\r\n--x--\r\n");
                answer("200 OK", "multipart/mixed; boundary=x", &part)
            }
            ("GET" | "HEAD", "/whole") => answer("200 OK", "application/json", "[]"),
            ("GET", "/events") => {
                let event = if good { "tick" } else { "tock" };
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n";
                // It goes on for ever.
                Reply::Bytes(format!("{head}: hello\n\nevent: {event}\ndata: 1\n\nevent: cu").into_bytes())
            }
            ("HEAD", "/events") => answer("200 OK", "text/event-stream", ""),
            _ => answer("405 Method Not Allowed\r\nAllow: GET, HEAD, POST", "", ""),
        }
    })
}

#[test]
fn each_item_of_a_stream_is_held_against_its_schema() {
    let (ran, _) = checked(STREAMS, &streams(true), &["--timeout", "20s"]);
    let ran = ran.ends_with(0);
    for gap in ["what the items of application/json are is not known", "`itemEncoding` is not read"] {
        assert!(ran.stdout.contains(gap), "{gap}: {}", ran.everything());
    }
    let (ran, _) = checked(STREAMS, &streams(false), &["--timeout", "20s", "--report", "json=r.json"]);
    let ran = ran.ends_with(1);
    for told in ["`/n` of an item", "of item 2", "`/event` of an item", "of item 1", "add/reject/body/1/n"] {
        assert!(
            ran.stdout.contains(told) || ran.file("r.json").contains(told),
            "{told}: {}",
            ran.everything()
        );
    }
    let report = ran.json("r.json");
    let findings = report["findings"].as_array().expect("findings").iter();
    let schema = findings.filter(|one| one["check"] == "response-schema").count();
    // The schema that three share is one fact.
    assert_eq!(schema, 2, "{}", ran.everything());
}

#[test]
fn an_item_that_is_no_json_is_one_finding_and_the_embedded_host_streams() {
    let host = Canned::start(|asked| match (method(asked), asked.line.contains("/lines")) {
        ("GET", true) => answer("200 OK", "application/jsonl", "{\"n\": 1}\n{\"n\": \n{"),
        _ => answer("405 Method Not Allowed\r\nAllow: GET, HEAD, POST", "", ""),
    });
    let (ran, _) = checked(STREAMS, &host, &["--include", "lines"]);
    let ran = ran.ends_with(1);
    assert!(
        ran.stdout.contains("well-formed-body") && ran.stdout.contains("in item 2"),
        "{}",
        ran.everything()
    );
    embedded(STREAMS).ends_with(0);
}

const PETS: &str = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /pets:
    post:
      operationId: keep
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}, '400': {description: no}, '415': {description: no}}
components:
  schemas:
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Other'}]
      discriminator: {propertyName: kind, defaultMapping: Other}
    Cat: {type: object, required: [kind, lives], properties: {kind: {const: Cat}, lives: {enum: [7, 9]}}, additionalProperties: false}
    Other: {type: object, required: [legs], properties: {kind: {type: string, minLength: 1, maxLength: 20, not: {const: Cat}}, legs: {enum: [0, 2, 4]}}, additionalProperties: false}
";

#[test]
fn what_a_discriminator_does_not_name_is_of_the_default_mapping() {
    let host = |default: bool| {
        Canned::start(move |asked| {
            if method(asked) != "POST" {
                return answer("405 Method Not Allowed\r\nAllow: POST", "", "");
            }
            if !asked.head.to_lowercase().contains("content-type: application/json") {
                return answer("415 Unsupported Media Type", "", "");
            }
            let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let Ok(pet) = serde_json::from_str::<serde_json::Value>(body) else {
                return answer("400 Bad Request", "", "");
            };
            let keys: Vec<&str> =
                pet.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
            let among =
                |value: &serde_json::Value, all: &[f64]| value.as_f64().is_some_and(|one| all.contains(&one));
            let is_cat = pet["kind"] == "Cat" && keys.len() == 2 && among(&pet["lives"], &[7.0, 9.0]);
            let kind = pet["kind"]
                .as_str()
                .is_some_and(|kind| kind != "Cat" && (1..=20).contains(&kind.chars().count()));
            let named = if default { keys.len() == 1 || kind } else { pet["kind"] == "Other" };
            let is_other = named
                && among(&pet["legs"], &[0.0, 2.0, 4.0])
                && keys.iter().all(|key| ["kind", "legs"].contains(key));
            if is_cat || is_other {
                answer("201 Created", "application/json", &pet.to_string())
            } else {
                answer("400 Bad Request", "", "")
            }
        })
    };
    let (ran, _) = checked(PETS, &host(true), &[]);
    ran.ends_with(0);
    let (ran, _) = checked(PETS, &host(false), &["--report", "json=r.json"]);
    let report = ran.ends_with(1).file("r.json");
    for case in ["keep/accept/body/kind/absent", "keep/accept/body/kind/default-mapping/unknown"] {
        assert!(report.contains(case), "{case}: {report}");
    }
    embedded(PETS).ends_with(0);
}
