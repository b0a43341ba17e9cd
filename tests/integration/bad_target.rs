//! Targets that cannot be reached, refuse, break, stall or lie.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::canned::{Canned, Reply, json, refusal};
use crate::driver::{Driver, Ran, probity, shipped_contract};
use crate::needs::OPENSSL;
use crate::rival::{Fault, Rival, Variant};

fn check(url: &str) -> Driver {
    let contract = shipped_contract();
    let driver = probity().args(["check", "--quiet", "--basic", "someone:a-password", "--target", url]);
    driver.env("PROBITY_TIMEOUT", "600ms").args(["--report", "json=r.json"]).arg(contract)
}

fn check_by_token(url: &str) -> Driver {
    let driver = probity().args(["check", "--quiet", "--oauth-key", "a-key", "--oauth-secret", "a-secret"]);
    let driver = driver.args(["--target", url, "--timeout", "2s", "--report", "json=r.json"]);
    driver.arg(shipped_contract())
}

/// One clear verdict, and nothing else.
#[track_caller]
fn one_verdict(ran: Ran, wanted: &[&str]) {
    let ran = ran.ends_with(4);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.everything());
    assert!(ran.stderr.contains("help: "), "{}", ran.everything());
    for wanted in wanted {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.everything());
    }
}

fn requests_of(ran: &Ran) -> usize {
    usize::try_from(ran.json("r.json")["summary"]["exchanges"].as_u64().unwrap()).unwrap()
}

#[test]
fn a_target_that_nobody_serves_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    one_verdict(check(&url).run(), &[&url, "no connection could be made", "is up"]);
    let url = "http://no-such-host.invalid";
    one_verdict(check(url).run(), &[url, "could not be resolved", "check the host name"]);
}

#[test]
fn tls_that_cannot_be_agreed_upon_is_told_apart() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    one_verdict(check(&url).run(), &["TLS could not be agreed upon", "try http:// instead of https://"]);
    let garbage = Canned::always(*b"\x15\x03\x03\x00\x02\x02\x46");
    one_verdict(check(&garbage.url()).run(), &["what came is not HTTP", "try https:// instead of http://"]);
}

/// A TLS server with a certificate that it signed itself, where there is a tool to make one.
#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let make = "req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 -subj /CN=localhost";
    let Some(openssl) = OPENSSL.or_skip() else { return };
    let made =
        Command::new(&openssl).args(make.split(' ')).current_dir(&folder).stderr(Stdio::null()).status();
    assert!(made.is_ok_and(|status| status.success()), "openssl makes a certificate");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let serve = format!("s_server -key k.pem -cert c.pem -quiet -www -accept 127.0.0.1:{port}");
    let mut command = Command::new(openssl);
    let command = command.args(serve.split(' ')).current_dir(&folder);
    let mut server =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    let own = check(&format!("https://127.0.0.1:{port}")).run();
    let mixed = check(&format!("http://127.0.0.1:{port}")).run();
    let _ = server.kill();
    let _ = server.wait();
    one_verdict(own, &["TLS could not be agreed upon", "certificate"]);
    let mixed = mixed.ends_with(4);
    assert!(mixed.stderr.contains("cannot be reached"), "{}", mixed.everything());
}

#[test]
fn credentials_that_are_refused_at_once_give_one_verdict() {
    let target = Canned::always(refusal("401 No"));
    one_verdict(check(&target.url()).run(), &["refuses the credentials", "status 401", "--basic-md5"]);
    assert_eq!(target.lines().len(), 1);
    let none = probity().args(["check", "--quiet", "--target", &target.url()]).arg(shipped_contract());
    one_verdict(
        none.run(),
        &["lets nobody in without credentials", "the contract asks for ", "--basic USER"],
    );
}

const KEYED: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
security: [{key: []}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: ok}, '401': {description: who?}, '403': {description: not you}}
";

fn keyed(arguments: &[&str], url: &str) -> Ran {
    let driver = probity().with_file("c.yaml", KEYED).args(["check", "c.yaml", "--quiet", "--target", url]);
    driver.args(arguments.iter().copied()).run()
}

#[test]
fn credentials_that_are_missing_or_of_another_scheme_are_named_with_their_flag() {
    let target = Canned::always(refusal("401 No"));
    let named = "the contract asks for apiKey `key`, header X-Key: --api-key KEY";
    for (arguments, wanted) in [
        (&[][..], "lets nobody in without credentials"),
        (&["--basic", "a:b-password"], "of no scheme that the contract asks for"),
        (&["--bearer", "a-token"], "of no scheme that the contract asks for"),
    ] {
        one_verdict(keyed(arguments, &target.url()), &[wanted, named]);
    }
    let wrong = keyed(&["--api-key", "wrong-key-1234"], &target.url());
    assert!(!wrong.stderr.contains("MD5"), "{}", wrong.everything());
    one_verdict(wrong, &["refuses the credentials", "whether they belong to this host"]);
}

#[test]
fn what_the_host_says_about_refused_credentials_is_quoted() {
    let long = "x".repeat(1000);
    let said = format!(
        "{{\"error\": \"no more legacy tokens,\\n not even wrong-key-1234\",\r\n \"more\": \"\u{1b}[2J{long}\"}}"
    );
    let target = Canned::always(json("401 No", "", said));
    let ran = keyed(&["--api-key", "wrong-key-1234"], &target.url());
    assert!(!ran.everything().contains("wrong-key-1234") && ran.stderr.len() < 800, "{}", ran.everything());
    one_verdict(
        ran,
        &["which says {\"error\": \"no more legacy tokens", "$PROBITY_API_KEY", "\\u{1b}[2Jxxx", "xxx…"],
    );
}

#[test]
fn a_documented_403_is_about_the_operation_and_ends_no_run() {
    let target = Canned::always(refusal("403 No"));
    let ran = keyed(&["--api-key", "good-key-1234"], &target.url());
    assert!(!ran.stderr.contains("refuses the credentials"), "{}", ran.everything());
    assert!(target.lines().len() > 1);
}

#[test]
fn a_proxy_of_the_environment_is_named_where_nothing_answers() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://user:proxy-password@{free}");
    let target = Canned::always(refusal("401 No"));
    let ran = check(&target.url()).env("HTTP_PROXY", &proxy).run();
    assert!(!ran.everything().contains("proxy-password"), "{}", ran.everything());
    one_verdict(
        ran,
        &[&format!("through the proxy http://{free}"), "HTTP_PROXY names the proxy", "NO_PROXY"],
    );
    let spared = check(&target.url()).env("HTTP_PROXY", proxy).env("NO_PROXY", "127.0.0.1").run();
    one_verdict(spared, &["refuses the credentials"]);
}

#[test]
fn a_time_out_names_the_limit() {
    let slow = Canned::start(|asked| {
        if asked.line.starts_with("GET /a ") {
            std::thread::sleep(Duration::from_secs(3));
        }
        Reply::Bytes(json("200 OK", "", "{}"))
    });
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    for (limit, shown) in [("700ms", "--timeout 700ms"), ("1", "--timeout 1s")] {
        one_verdict(check(&url).args(["--timeout", limit]).run(), &[shown]);
    }
    let ran = keyed(&["--api-key", "good-key-1234", "--timeout", "700ms"], &slow.url());
    assert!(ran.stdout.contains("within the limit, --timeout 700ms"), "{}", ran.everything());
}

#[test]
fn a_run_that_cannot_begin_leaves_no_older_report_in_place() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Canned::always(refusal("401 No"));
    let formats = ["junit=r.xml", "html=r.html", "sarif=r.sarif", "ndjson=r.ndjson", "github=r.github"];
    for (url, why) in
        [(format!("http://{free}"), "cannot be reached"), (refusing.url(), "refuses the credentials")]
    {
        let mut driver = check(&url).with_file("r.json", "{}").with_file("r.xml", "yesterday's");
        for format in formats {
            driver = driver.args(["--report", format]);
        }
        let ran = driver.run();
        let report = ran.json("r.json");
        assert_eq!(report["verdict"], "target-lost", "{}", ran.everything());
        assert_eq!(report["end"]["how"], "target-lost", "{}", report["end"]);
        assert!(report["end"]["why"].as_str().unwrap().contains(why), "{}", report["end"]);
        assert_eq!(requests_of(&ran), 0);
        for name in formats.map(|format| format.split_once('=').unwrap().1) {
            assert!(ran.file(name).contains(why), "{name}: {}", ran.file(name));
        }
        one_verdict(ran, &[why]);
    }
}

#[test]
fn credentials_of_no_scheme_leave_a_report_as_well() {
    let target = Canned::start(|_| Reply::Bytes(refusal("400 No")));
    let arguments = ["check", "shipped", "--quiet", "--bearer", "a-token", "--report", "json=r.json"];
    let ran = probity().args(arguments).args(["--target", &target.url()]).run();
    assert_eq!(ran.json("r.json")["verdict"], "target-lost");
    one_verdict(ran, &["of no scheme", "--basic USER:PASSWORD"]);
}

#[test]
fn credentials_for_another_api_do_not_keep_anybody_out_of_the_embedded_host() {
    probity().env("PROBITY_BEARER", "a-token").args(["check", "--quiet"]).run().ends_with(0);
}

#[test]
fn a_target_that_goes_away_between_the_two_runs_of_a_record_is_told_in_the_report() {
    let plan = probity().args(["plan", "--max-requests", "5"]).run().ends_with(0);
    let first = plan.stdout.lines().filter(|line| !line.starts_with("bodies: ")).count();
    let target = Canned::start(move |asked| {
        Reply::Bytes(refusal(if asked.number <= first { "400 No" } else { "401 No" }))
    });
    let arguments = ["--max-requests", "5", "--jobs", "1", "--profile", "p", "--record"];
    let ran = check(&target.url()).args(arguments).run().ends_with(4);
    assert_eq!(ran.json("r.json")["verdict"], "target-lost");
    assert!(requests_of(&ran) > 0 && ran.stderr.contains("nothing is recorded"), "{}", ran.everything());
    assert!(!ran.folder().join("snapshots").exists());
}

#[test]
fn credentials_that_are_refused_from_some_time_on_end_the_run() {
    let target =
        Canned::start(|asked| Reply::Bytes(refusal(if asked.number < 30 { "400 No" } else { "401 No" })));
    let ran = check(&target.url()).run().ends_with(4);
    assert!(ran.stdout.contains("refuses the credentials that it accepted before"), "{}", ran.everything());
    assert!(!ran.stdout.contains("actual     status 401"), "{}", ran.everything());
    assert!((20..60).contains(&requests_of(&ran)), "{}", requests_of(&ran));
}

#[test]
fn a_target_that_dies_costs_only_what_was_not_sent() {
    let target =
        Canned::start(|asked| if asked.number > 20 { Reply::Die } else { Reply::Bytes(refusal("400 No")) });
    let ran = check(&target.url()).run().ends_with(4);
    assert!(ran.stdout.contains("TARGET LOST"), "{}", ran.everything());
    assert!((20..60).contains(&requests_of(&ran)), "{}", requests_of(&ran));
}

#[test]
fn broken_transport_ends_in_findings_within_bounds() {
    let faults = [
        Fault::EndlessBody,
        Fault::EndlessHead,
        Fault::HugeBody,
        Fault::GzipCorrupt,
        Fault::GzipBomb,
        Fault::NotHttp,
        Fault::LengthNotNumber,
        Fault::LengthsDiffer,
        Fault::ChunksBroken,
        Fault::BodyCutShort,
        Fault::NoAnswer,
        Fault::Reset,
        Fault::StatusUnreadable,
        Fault::EncodingUnknown,
    ];
    for fault in faults {
        let rival = Rival::start(Variant::Strict, Some(fault));
        let ran = probity().args(["check", "--timeout", "2s", "--max-requests", "6"]).target(&rival);
        let ran = ran.arg(shipped_contract()).run().ends_with(1);
        assert!(ran.stdout.contains("deny[complete-answer]"), "{}: {}", fault.id(), ran.everything());
    }
}

#[test]
fn a_target_that_hangs_is_given_up() {
    let rival = Rival::start(Variant::Strict, Some(Fault::Hang));
    let ran = probity().args(["check", "--timeout", "200ms"]).target(&rival).arg(shipped_contract());
    let ran = ran.run().ends_with(4);
    assert!(ran.stdout.contains("the last 8 requests got no answer"), "{}", ran.everything());
    assert!(rival.requests() < 40, "{}", rival.requests());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    one_verdict(check(&url).run(), &["no whole answer came in time", "--timeout"]);
}

#[test]
fn a_redirect_is_never_followed() {
    let other = Canned::always(refusal("400 No"));
    let to = format!("Location: {}/elsewhere\r\n", other.url());
    let all = Canned::always(json("302 Found", &to, "{}"));
    one_verdict(check(&all.url()).run(), &["a redirect", "/elsewhere", "is the URL in --target right?"]);
    let some = Canned::start(move |asked| {
        let posted = asked.line.starts_with("POST");
        Reply::Bytes(if posted { json("302 Found", &to, "{}") } else { refusal("404 No") })
    });
    let ran = check(&some.url()).args(["--max-requests", "10"]).run().ends_with(1);
    assert!(ran.stdout.contains("status 302, a redirect to http"), "{}", ran.everything());
    assert_eq!(other.lines(), Vec::<String>::new());
}

#[test]
fn a_wrong_path_is_said_to_be_one() {
    let unknown = Canned::always(refusal("404 No"));
    let all = ["answers every request as it answers a path that does not exist", "404", "--target"];
    for more in [&["--max-requests", "10"][..], &["--fail-fast"], &[]] {
        one_verdict(check(&unknown.url()).args(more).run(), &all);
    }
    let page = json("200 OK", "", "<title>App</title>");
    let page = String::from_utf8(page).unwrap().replace("application/json", "text/html");
    let app = Canned::start(move |asked| {
        let read = asked.line.starts_with("GET");
        Reply::Bytes(if read { page.clone().into_bytes() } else { json("405 No", "", "{}") })
    });
    one_verdict(check(&app.url()).run(), &["a path that does not exist", "200", "--target"]);
    let endpoint = format!("{}/api_gateway/v1/badges/group", unknown.url());
    one_verdict(check(&endpoint).run(), &["/api_gateway/v1/badges/group", "a path of the contract"]);
}

#[test]
fn an_operation_that_is_not_there_is_held_against_a_host_that_has_others() {
    for answer in [refusal("401 No"), json("404 No", "", "{\"message\":\"no such group\"}")] {
        let target = Canned::start(move |asked| {
            let badges = asked.line.starts_with("POST /api_gateway/v1/badges");
            Reply::Bytes(if badges { answer.clone() } else { refusal("404 No") })
        });
        let ran = check(&target.url()).args(["--max-requests", "40"]).run();
        assert!(!ran.stderr.contains("a path that does not exist"), "{}", ran.everything());
    }
}

#[test]
fn tls_is_only_suspected_where_it_shows() {
    let banner = Canned::start(|_| Reply::Last(b"SSH-2.0-OpenSSH_9\r\n".to_vec()));
    let ran = check(&banner.url()).run();
    assert!(!ran.stderr.contains("TLS"), "{}", ran.everything());
    one_verdict(ran, &["what came is not HTTP", "begins with `SSH-2.0-OpenSSH_9`"]);
}

#[test]
fn a_run_of_which_all_was_throttled_has_tested_nothing() {
    let target = Canned::always(json("429 Busy", "Retry-After: 1\r\n", "{}"));
    check(&target.url()).args(["--max-wait", "100ms", "--max-requests", "4"]).run().ends_with(5);
}

#[test]
fn a_pause_that_is_asked_for_is_kept_and_everything_is_sent() {
    let target = Canned::start(|asked| {
        let busy = asked.number == 3;
        Reply::Bytes(if busy { json("429 Busy", "Retry-After: 1\r\n", "{}") } else { refusal("400 No") })
    });
    let ran = check(&target.url()).args(["--max-requests", "10"]).run().ends_with(1);
    // The request that came too soon is one of the ten.
    assert_eq!(target.lines().len(), 10);
    assert_eq!(requests_of(&ran), 9);
    assert!(!ran.stdout.contains("status 429"), "{}", ran.everything());
}

#[test]
fn a_target_that_always_asks_for_more_time_is_given_up() {
    for (pause, patience) in
        [("1", "1s"), ("0", "300ms"), ("18446744073709551615", "1m"), ("Wed, 21 Oct 2099 07:28:00 GMT", "1m")]
    {
        let target = Canned::always(json("503 Busy", &format!("Retry-After: {pause}\r\n"), "{}"));
        let ran = check(&target.url()).args(["--max-wait", patience]).run().ends_with(4);
        assert!(ran.stdout.contains("keeps asking to come back later"), "{}", ran.everything());
        assert!(requests_of(&ran) < 40, "{}", requests_of(&ran));
    }
}

const TOKEN: &str = "/v3/oauth/token/generate";

fn token(text: &str, life: u32) -> Vec<u8> {
    json("200 OK", "", format!(r#"{{"data":{{"accessToken":"{text}","ttlSeconds":{life}}}}}"#))
}

#[test]
fn a_token_endpoint_that_gives_none_ends_the_run_at_once() {
    for (answer, wanted) in [
        (refusal("403 No"), "answered with status 403"),
        (json("200 OK", "", "<html>"), "has no token"),
        (json("200 OK", "", "{}"), "has no token"),
        (token("two\\nlines", 300), "has no token"),
        (b"garbage".to_vec(), "gave no answer"),
    ] {
        let target = Canned::start(move |_| Reply::Last(answer.clone()));
        one_verdict(check_by_token(&target.url()).run(), &[TOKEN, wanted, "--oauth-secret"]);
    }
}

#[test]
fn a_token_that_is_refused_in_mid_run_is_renewed_and_the_request_repeated() {
    let target = Canned::start(|asked| {
        let old = asked.head.to_lowercase().contains("token: first-token\r\n");
        Reply::Bytes(match (asked.line.contains(TOKEN), asked.number) {
            (true, 1) => token("first-token", 300),
            (true, _) => token("second-token", 300),
            (_, number) if number > 10 && old => refusal("401 No"),
            _ => refusal("400 No"),
        })
    });
    let ran = check_by_token(&target.url()).args(["--include", "*/accept/*", "--max-requests", "40"]).run();
    let ran = ran.ends_with(1);
    assert!(!ran.stdout.contains("with status 401"), "{}", ran.everything());
    let fetched = target.lines().iter().filter(|line| line.contains(TOKEN)).count();
    assert_eq!(fetched, 2);
}

#[test]
fn a_short_lived_token_is_used_for_most_of_its_life() {
    let target = Canned::start(|asked| {
        let fetch = asked.line.contains(TOKEN);
        Reply::Bytes(if fetch { token("short-lived", 10) } else { refusal("400 No") })
    });
    check_by_token(&target.url()).args(["--max-requests", "30"]).run().ends_with(1);
    let fetched = target.lines().iter().filter(|line| line.contains(TOKEN)).count();
    assert!(fetched < 5, "{fetched}");
}

#[test]
fn a_token_endpoint_that_fails_in_mid_run_costs_only_what_was_not_sent() {
    let target = Canned::start(|asked| {
        Reply::Bytes(match (asked.line.contains(TOKEN), asked.number) {
            (true, 1) => token("only-token", 300),
            (true, _) => refusal("500 No"),
            (_, number) if number > 20 => refusal("401 No"),
            _ => refusal("400 No"),
        })
    });
    let ran = check_by_token(&target.url()).run().ends_with(4);
    assert!(ran.stdout.contains("the token endpoint"), "{}", ran.everything());
    assert!(requests_of(&ran) >= 10, "{}", requests_of(&ran));
}

#[test]
fn a_path_in_the_target_comes_first_in_every_request() {
    for end in ["/base", "/base/"] {
        let target = Canned::start(|asked| {
            let fetch = asked.line.contains(TOKEN);
            Reply::Bytes(if fetch { token("a-token", 300) } else { refusal("400 No") })
        });
        let url = format!("{}{end}", target.url());
        check_by_token(&url).args(["--max-requests", "10"]).run().ends_with(1);
        let lines = target.lines();
        assert!(lines.len() > 10);
        let wrong = lines.iter().find(|line| !line.contains(" /base/") || line.contains("/base//"));
        assert_eq!(wrong, None);
    }
}

#[test]
fn nothing_that_a_host_says_steers_the_terminal() {
    let bad = "\u{1b}]0;own\u{7}\u{1b}[2J\u{202e}<b>\r\u{9b}31m\u{0}";
    let escaped = r"\u001b[31m\u202e\r";
    let body =
        format!(r#"{{"data":{{"id":"{bad}","name":"{escaped}"}},"errors":[{{"code":"{escaped}{bad}"}}]}}"#);
    let more = "X-Cap-RequestId: a\u{202e}b\u{9b}c\r\n";
    for status in ["200 OK", "400 No", "500 \u{202e}No"] {
        let target = Canned::always(json(status, more, &body));
        let ran = check(&target.url()).args(["--report", "junit=r.xml", "--max-requests", "60"]);
        let ran = ran.run();
        let turns = |c: char| matches!(c, '\u{202e}' | '\u{9b}');
        let controls = |c: char| c.is_ascii_control() && c != '\n';
        for text in [ran.stdout.clone(), ran.stderr.clone(), ran.file("r.xml")] {
            assert_eq!(text.chars().find(|c| turns(*c) || controls(*c)), None, "{status}");
        }
        assert_eq!(ran.file("r.json").chars().find(|c| controls(*c)), None, "{status}");
        assert!(!ran.file("r.xml").contains("<b>"), "{status}");
    }
}

#[test]
fn the_answers_of_a_host_are_bounded_in_what_is_shown() {
    let target = Canned::always(json("500 No", "", "x".repeat(2 << 20)));
    let ran = check(&target.url()).args(["--max-requests", "5"]).run().ends_with(1);
    assert!(ran.stdout.len() < 100_000, "{}", ran.stdout.len());
}
