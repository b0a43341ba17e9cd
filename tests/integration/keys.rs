//! API keys: given once, sent where the contract wants them, in no output.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::canned::{Asked, Canned, Reply, json};
use crate::driver::{Driver, probity};
use crate::secrecy::unfolded;

const CONTRACT: &str = "openapi: 3.0.3
info: {title: Keys, version: '1'}
paths:
  /header:
    get: {operationId: header, security: [{head: []}], responses: &answers {'200': {description: ok}, '401': {description: who}}}
  /query:
    get: {operationId: query, security: [{asked: []}], responses: *answers}
  /cookie:
    get: {operationId: cookie, security: [{kept: []}], responses: *answers}
components:
  securitySchemes:
    head: {type: apiKey, in: header, name: X-Key}
    asked: {type: apiKey, in: query, name: api_key}
    kept: {type: apiKey, in: cookie, name: session}
";

const KEY: &str = "key=of/mine+17";

/// What a request gives as its key.
fn given(asked: &Asked) -> Option<String> {
    let path = asked.line.split(' ').nth(1)?;
    let line = |name: &str| {
        let mut lines = asked.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    match path.split_once('?') {
        Some((_, query)) => {
            let key = query.split('&').find_map(|pair| pair.strip_prefix("api_key="))?;
            Some(percent_encoding::percent_decode_str(key).decode_utf8().ok()?.into_owned())
        }
        None if path.starts_with("/header") => line("X-Key"),
        None => Some(line("Cookie")?.strip_prefix("session=")?.to_owned()),
    }
}

/// A host that takes these keys for its paths, and says back what it was sent.
fn host(keys: [&'static str; 3], guards: &'static str) -> Canned {
    Canned::start(move |asked| {
        let path = asked.line.split([' ', '?']).nth(1).unwrap_or_default();
        let key = ["/header", "/query", "/cookie"].iter().zip(keys).find(|(known, _)| **known == path);
        let good = guards != path && guards != "all"
            || key.is_some_and(|(_, key)| given(asked).as_deref() == Some(key));
        let echo = Value::from(asked.whole.as_str()).to_string();
        Reply::Bytes(match asked.line.split(' ').next() {
            Some("GET") if good => json("200 OK", "", echo),
            Some("GET") => json("401 Unauthorized", "", echo),
            _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", ""),
        })
    })
}

fn check(host: &Canned) -> Driver {
    let driver = probity().with_file("c.yaml", CONTRACT);
    driver.args(["check", "c.yaml", "-A", "leaked-internals", "--target", &host.url()])
}

#[test]
fn a_key_goes_where_the_contract_wants_it() {
    let ran = check(&host([KEY; 3], "all")).args(["--api-key", KEY]).run().ends_with(0);
    assert!(ran.stdout.contains("3 operations"), "{}", ran.everything());
    assert!(!ran.everything().contains("gap"), "{}", ran.everything());
}

#[test]
fn a_scheme_can_have_a_key_of_its_own() {
    let host = host(["general", "asked-only", "general"], "all");
    check(&host).args(["--api-key", "general", "--api-key", "asked=asked-only"]).run().ends_with(0);
    let ran = check(&host).args(["--api-key", "asked=asked-only"]).run().ends_with(0);
    assert!(ran.stdout.contains("it needs credentials of another scheme"), "{}", ran.everything());
}

#[test]
fn a_key_that_nobody_looks_at_is_found_wherever_it_goes() {
    for (guarded, found) in [("/header", 2), ("/query", 2), ("/cookie", 2), ("none", 3)] {
        let host = host([KEY; 3], guarded);
        let ran = check(&host).args(["--api-key", KEY, "--report", "json=r.json"]).run().ends_with(1);
        let report = ran.json("r.json");
        let findings = report["findings"].as_array().unwrap().iter();
        let operations: std::collections::BTreeSet<&str> = findings
            .filter(|finding| finding["check"] == "credentials-enforced")
            .flat_map(|finding| finding["operations"].as_array().unwrap())
            .map(|operation| operation.as_str().unwrap())
            .collect();
        assert_eq!(operations.len(), found, "{guarded}: {}", ran.everything());
    }
}

/// A host that lets in whoever has one of these, and breaks at whatever is beyond ASCII.
fn breaking_beyond_ascii(good: [&'static str; 3]) -> Canned {
    Canned::start(move |asked| {
        let given = asked.head.lines().filter_map(|line| line.split_once(": "));
        let named = |name: &str| matches!(name.to_lowercase().as_str(), "authorization" | "x-key" | "cookie");
        let mut given: Vec<String> =
            given.filter(|(name, _)| named(name)).map(|(_, value)| value.to_owned()).collect();
        given.extend(
            asked
                .line
                .split(' ')
                .nth(1)
                .and_then(|path| path.split_once("api_key="))
                .map(|(_, key)| percent_encoding::percent_decode_str(key).decode_utf8_lossy().into_owned()),
        );
        let decoded = |text: &String| {
            let bytes = STANDARD.decode(text.strip_prefix("Basic ")?).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let given: Vec<String> = given.iter().map(|text| decoded(text).unwrap_or(text.clone())).collect();
        let method = asked.line.split(' ').next();
        Reply::Bytes(if method != Some("GET") {
            json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "")
        } else if given.iter().any(|text| !text.is_ascii()) {
            json("500 Internal Server Error", "", "{}")
        } else if given.iter().any(|text| good.contains(&text.as_str())) {
            json("200 OK", "", "{}")
        } else {
            json("401 Unauthorized", "", "{}")
        })
    })
}

#[test]
fn credentials_beyond_ascii_reach_the_host_wherever_they_go() {
    let others =
        CONTRACT.replace("[{head: []}]", "[{known: []}]").replace("[{asked: []}]", "[{bears: []}]").replace(
            "    head:",
            "    known: {type: http, scheme: basic}\n    bears: {type: http, scheme: bearer}\n    head:",
        );
    let by_key: &[&str] = &["--api-key", "a-good-key"];
    let by_name: &[&str] = &["--basic", "someone:17", "--bearer", "a-good-token", "--api-key", "a-good-key"];
    for (contract, arguments) in [(CONTRACT, by_key), (&others, by_name)] {
        let good = if contract == CONTRACT {
            ["a-good-key", "a-good-key", "session=a-good-key"]
        } else {
            ["someone:17", "Bearer a-good-token", "session=a-good-key"]
        };
        let driver =
            probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--report", "json=r.json"]);
        let ran =
            driver.args(arguments).args(["--target", &breaking_beyond_ascii(good).url()]).run().ends_with(1);
        let report = ran.json("r.json");
        let found: Vec<&Value> = report["findings"].as_array().unwrap().iter().collect();
        assert_eq!(found.len(), 3, "{}", ran.everything());
        for finding in found {
            assert_eq!(finding["check"], "server-error", "{finding}");
            assert!(finding["cases"][0].as_str().unwrap().ends_with("/beyond-ascii"), "{finding}");
        }
    }
}

#[test]
fn the_embedded_host_asks_for_keys_and_takes_its_own() {
    let ran = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml"]).run().ends_with(0);
    assert!(ran.stdout.contains("seen 200 401"), "{}", ran.everything());
    let ran = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--api-key", "wrong"]).run();
    ran.ends_with(4);
}

#[test]
fn a_key_is_in_no_output() {
    const FILES: [(&str, &str); 5] =
        [("json", "r.json"), ("har", "r.har"), ("html", "r.html"), ("junit", "r.xml"), ("markdown", "r.md")];
    let mut driver = check(&host([KEY; 3], "none")).args(["--verbose", "--api-key", KEY]);
    for (format, file) in FILES {
        driver = driver.args(["--report", &format!("{format}={file}")]);
    }
    let ran = driver.run().ends_with(1);
    let written = FILES.iter().map(|(_, file)| ran.file(file));
    for text in written.chain([ran.everything()]) {
        let text = unfolded(&text);
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
        for text in [text.as_str(), &decoded] {
            let line = text.lines().find(|line| line.contains("of/mine") || line.contains("of%2Fmine"));
            assert_eq!(line, None);
        }
    }
    assert!(ran.file("r.json").contains("/query?api_key=$PROBITY_API_KEY"), "{}", ran.file("r.json"));
}

/// Runs with every kind of report against a host that sends on to where it was asked.
fn reported(contract: &str, arguments: &[&str]) -> String {
    const FILES: [(&str, &str); 7] = [
        ("json", "r.json"),
        ("har", "r.har"),
        ("html", "r.html"),
        ("junit", "r.xml"),
        ("markdown", "r.md"),
        ("ndjson", "r.ndjson"),
        ("sarif", "r.sarif"),
    ];
    let host = Canned::start(|asked| {
        let whole = asked.line.split(' ').nth(1).unwrap_or_default();
        Reply::Bytes(match asked.line.split(' ').next() {
            Some("GET") => json("302 Found", &format!("Location: https://other.example{whole}\r\n"), ""),
            _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", ""),
        })
    });
    let mut driver = probity().with_file("c.yaml", contract).args(["check", "c.yaml", "--verbose"]);
    for (format, file) in FILES {
        driver = driver.args(["--report", &format!("{format}={file}")]);
    }
    let driver = driver.args(["--ledger", "l.jsonl", "--profile", "p", "--record", "--target", &host.url()]);
    let ran = driver.args(arguments.iter().copied()).run().ends_with(1);
    let mut all: Vec<String> = FILES.iter().map(|(_, file)| ran.file(file)).collect();
    for operation in std::fs::read_dir(ran.folder().join("snapshots/p")).unwrap().flatten() {
        let pages = std::fs::read_dir(operation.path()).into_iter().flatten().flatten();
        all.extend(pages.map(|page| std::fs::read_to_string(page.path()).unwrap()));
    }
    all.extend([ran.file("l.jsonl"), ran.everything()]);
    all.join("\n")
}

#[test]
fn a_credential_is_hidden_where_it_stands_however_short_it_is() {
    let tenant = CONTRACT.replace("name: X-Key", "name: X-Tenant");
    let bearer = CONTRACT.replace("{type: apiKey, in: header, name: X-Key}", "{type: http, scheme: bearer}");
    let header = ["--api-key", "q7z", "--header", "X-Tenant: q7z"];
    for (contract, arguments) in [
        (CONTRACT, &["--api-key", "q7z"][..]),
        (CONTRACT, &["--api-key", "q7z", "--header", "X-Session: q7z", "--header", "Cookie: a=q7z; b=q7z"]),
        (&tenant, &header),
        (&bearer, &["--bearer", "q7z", "--foreign-token", "q7y", "--api-key", "q7z"]),
    ] {
        let text = reported(contract, arguments);
        for secret in ["q7z", "q7y", "q7A"] {
            let alone = |(at, _): &(usize, &str)| {
                let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                !letter(text[..*at].chars().last()) && !letter(text[at + secret.len()..].chars().next())
            };
            let at = text.match_indices(secret).find(alone).map(|(at, _)| at);
            let around = at.map(|at| text[..at].lines().last().unwrap_or_default());
            assert_eq!(around, None, "{secret} with {arguments:?}");
        }
        assert!(text.contains("api_key=$PROBITY_API_KEY"), "{arguments:?}");
    }
}

#[test]
fn the_account_of_the_user_is_not_locked_out() {
    let paths = ["a", "b", "c", "d", "e"].map(|name| {
        format!("  /{name}: {{get: {{operationId: {name}, responses: {{'200': {{description: ok}}, '401': {{description: who}}}}}}}}\n")
    });
    let contract = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\ncomponents: {{securitySchemes: {{user: {{type: http, scheme: basic}}}}}}\n\
         security: [{{user: []}}]\npaths:\n{}",
        paths.concat()
    );
    let wrong = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&wrong);
    let host = Canned::start(move |asked| {
        let given = asked.head.lines().find_map(|line| line.split_once(": Basic ")).map(|(_, text)| text);
        let pair = given.and_then(|text| STANDARD.decode(text).ok());
        let good = pair.as_deref() == Some(b"someone:a-password");
        if !good && pair.is_some_and(|pair| pair.starts_with(b"someone:")) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        Reply::Bytes(match asked.line.split(' ').next() {
            Some("GET") if good => json("200 OK", "", "{}"),
            Some("GET") => json("401 Unauthorized", "", "{}"),
            _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", ""),
        })
    });
    for more in [&[][..], &["--profile", "p", "--record"], &["--profile", "p"]] {
        let driver =
            probity().with_file("c.yaml", &contract).args(["check", "c.yaml", "--target", &host.url()]);
        driver.args(["--basic", "someone:a-password"]).args(more.iter().copied()).run().ends_with(0);
        assert_eq!(wrong.swap(0, Ordering::SeqCst), 2, "{more:?}");
    }
}

#[test]
fn a_given_accept_takes_the_place_of_our_own() {
    const OPEN: &str = "{openapi: 3.0.3, info: {title: T, version: '1'}, paths: {/a: {get: {operationId: a, responses: {'200': {description: ok}}}}}}";
    let host = Canned::start(|asked| {
        let lines = asked.head.lines().filter_map(|line| line.split_once(": "));
        let accepts: Vec<&str> =
            lines.filter(|(name, _)| name.eq_ignore_ascii_case("accept")).map(|(_, value)| value).collect();
        Reply::Bytes(match asked.line.split(' ').next() {
            Some("GET") if accepts == ["text/x"] => json("200 OK", "", "{}"),
            Some("GET") => json("500 Internal Server Error", "", "{}"),
            _ => json("405 Method Not Allowed", "Allow: GET, HEAD\r\n", ""),
        })
    });
    let check =
        || probity().with_file("open.yaml", OPEN).args(["check", "open.yaml", "--target"]).arg(host.url());
    check().run().ends_with(1);
    check().args(["--header", "Accept: text/x"]).run().ends_with(0);
}
