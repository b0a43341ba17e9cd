//! What a run does to the state of a target: creates at once, what it leaves behind, tokens
//! that end.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::canned::{Asked, Canned, Reply, json as answer, refusal};
use crate::driver::{Driver, probity, repository, shipped_contract};
use crate::needs::FULL_DISK;

fn check(url: &str) -> Driver {
    probity().args(["check", "--quiet", "--target", url]).arg(shipped_contract())
}

fn by_password(url: &str) -> Driver {
    check(url).args(["--basic", "someone:a-password"])
}

fn by_token(url: &str) -> Driver {
    check(url).args(["--oauth-key", "a-key", "--oauth-secret", "a-secret"])
}

fn created(number: usize) -> Reply {
    let body = json!({
        "data": {
            "id": format!("{number:024x}"), "orgId": 1, "name": "x", "rank": 2, "createdBy": 1,
            "createdOn": 1.5, "lastUpdatedBy": 1, "lastUpdatedOn": 1.5, "isActive": true,
        },
        "errors": [],
        "warnings": [],
    });
    Reply::Bytes(answer("200 OK", "", body.to_string()))
}

/// What stands before a server, complete but for its last byte.
#[derive(Default)]
struct Standing {
    now: AtomicUsize,
    /// How many there were when one of them was completed, at most.
    most: AtomicUsize,
    /// Whether a last byte was seen to be held back.
    held: AtomicBool,
}

/// What stood before a server while a round was sent.
fn standing_at_once(pattern: &str) -> Arc<Standing> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let standing = Arc::new(Standing::default());
    let seen = Arc::clone(&standing);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || stand(&stream, &seen));
        }
    });
    by_password(&url).args(["--include", pattern, "--jobs", "1"]).run();
    standing
}

/// Reads a request but for its last byte.
fn all_but_the_last_byte(mut stream: &TcpStream) -> Option<()> {
    // Looked at before it is taken, so that the last byte is not taken with it.
    let mut seen = [0; 4096];
    let head = loop {
        let length = stream.peek(&mut seen).ok().filter(|length| *length > 0)?;
        if let Some(end) = seen[..length].windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let mut head = vec![0; head];
    stream.read_exact(&mut head).ok()?;
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    let mut body = vec![0; length.trim().parse::<usize>().ok()? - 1];
    stream.read_exact(&mut body).ok()
}

/// Reads the last byte of a request and refuses it.
fn refuse(mut stream: &TcpStream) -> Option<()> {
    stream.read_exact(&mut [0]).ok()?;
    stream.write_all(&refusal("400 Bad Request")).ok()
}

fn stand(stream: &TcpStream, standing: &Standing) -> Option<()> {
    all_but_the_last_byte(stream)?;
    stream.set_nonblocking(true).ok()?;
    if stream.peek(&mut [0]).is_err() {
        standing.held.store(true, Ordering::SeqCst);
    }
    stream.set_nonblocking(false).ok()?;
    standing.now.fetch_add(1, Ordering::SeqCst);
    // On a busy machine the threads of the others are not awake at once.
    std::thread::sleep(Duration::from_millis(50));
    standing.most.fetch_max(standing.now.load(Ordering::SeqCst), Ordering::SeqCst);
    refuse(stream)?;
    standing.now.fetch_sub(1, Ordering::SeqCst);
    Some(())
}

#[test]
fn equal_creates_stand_before_the_target_all_together() {
    for (pattern, many) in
        [("create-badges-group/*eight-at-once*", 8), ("create-badges-group/*two-at-once*", 2)]
    {
        // A server that is slow to wake finds the last byte there already: that proves nothing.
        let tries = (0..30).map(|_| standing_at_once(pattern));
        let held = |seen: &Arc<Standing>| {
            assert_eq!(seen.most.load(Ordering::SeqCst), many);
            seen.held.load(Ordering::SeqCst)
        };
        assert!(tries.into_iter().any(|seen| held(&seen)), "every last byte came with the others");
    }
}

#[test]
fn of_equal_creates_at_once_exactly_one_is_accepted() {
    for (accepts_all, told) in [(true, "more than one was accepted"), (false, "none was accepted")] {
        let server = Canned::start(move |asked| match (accepts_all, asked.line.starts_with("POST")) {
            (true, true) => created(asked.number),
            _ => Reply::Bytes(refusal("400 Bad Request")),
        });
        let ran = by_password(&server.url())
            .args([
                "--include",
                "create-badges-group/*eight-at-once",
                "--report",
                "json=r.json",
                "-A",
                "rule",
            ])
            .run()
            .ends_with(1);
        let report = ran.json("r.json");
        let found = report["findings"].as_array().unwrap().iter().find(|one| one["actual"] == told);
        let found = found.unwrap_or_else(|| panic!("{}", ran.everything()));
        assert_eq!(
            (&found["check"], &found["expected"]),
            (&json!("uniqueness"), &json!("one of 8 is accepted"))
        );
        let script: Vec<&str> = found["curl"].as_str().unwrap().lines().collect();
        assert_eq!(script.iter().filter(|line| line.ends_with(" &")).count(), 8, "{script:?}");
        assert_eq!(script.last(), Some(&"wait"));
    }
}

/// The lines of a ledger, by their schema, that tell of an event.
fn lines_of(text: &str, event: &str) -> Vec<Value> {
    let schema = std::fs::read_to_string(repository().join("spec/ledger.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        assert!(schema.is_valid(line), "{line}");
    }
    lines.retain(|line| line["event"] == event);
    lines
}

#[test]
fn each_request_is_in_the_ledger_before_it_is_sent_and_what_became_of_it_before_the_next() {
    let driver = probity();
    let ledger = driver.folder().join("ledger.jsonl");
    let (path, wrong) = (ledger.clone(), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&wrong);
    let posts = AtomicUsize::new(0);
    let server = Canned::start(move |asked| {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let posted = asked.line.starts_with("POST");
        let before = if posted { posts.fetch_add(1, Ordering::SeqCst) } else { posts.load(Ordering::SeqCst) };
        // Two lines for each that is over, and one for this.
        let expected = 2 * before + usize::from(posted);
        let last: Value = serde_json::from_str(text.lines().last().unwrap_or("null")).unwrap();
        let told = !posted || last["event"] == "sending";
        if text.lines().count() != expected || !told {
            seen.lock().unwrap().push((asked.number, expected, text.lines().count()));
        }
        if asked.line.starts_with("POST /api_gateway/v1/badges") {
            return created(asked.number);
        }
        Reply::Bytes(refusal("400 Bad Request"))
    });
    let ran = driver
        .args(["check", "--quiet", "--jobs", "1", "--target", &server.url(), "--basic", "someone:a-password"])
        .args(["--exclude", "*at-once*", "--ledger"])
        .arg(&ledger)
        .args(["--report", "json=r.json"])
        .arg(shipped_contract())
        .run();
    assert_eq!(*wrong.lock().unwrap(), []);
    let text = ran.file("ledger.jsonl");
    let made = lines_of(&text, "created");
    assert!(made.iter().all(|line| line["id"].is_string()), "{text}");
    assert!(made.iter().any(|line| line["unique"]["/name"].is_string()), "{text}");
    assert!(made.len() > 50 && made.len() == text.lines().count(), "what led to nothing is taken out");
    assert_eq!(ran.json("r.json")["created"]["resources"], made.len());
    assert_eq!(ran.json("r.json")["created"]["left"], made.len());
    let line = format!("{0} resources were created; {0} are left on the target", made.len());
    assert!(ran.stderr.contains(&line), "{}", ran.stderr);
    assert!(ran.stderr.contains("ledger.jsonl"), "{}", ran.stderr);
    assert!(!text.contains("a-password"));
}

#[test]
fn a_run_that_is_killed_leaves_in_the_ledger_what_it_was_about() {
    let server = Canned::start(|asked| {
        if asked.number > 3 {
            std::thread::sleep(Duration::from_secs(30));
        }
        created(asked.number)
    });
    let driver = by_password(&server.url()).args(["--jobs", "1", "--ledger", "ledger.jsonl"]);
    let (ledger, _kept) = (driver.folder().join("ledger.jsonl"), driver.again());
    let running = driver.start();
    let begun = Instant::now();
    while server.lines().len() < 4 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(running);
    let text = std::fs::read_to_string(&ledger).unwrap();
    assert_eq!(lines_of(&text, "sending").len(), 4, "{text}");
    assert_eq!(lines_of(&text, "created").len(), 3, "{text}");
    assert!(text.lines().last().unwrap().contains("\"sending\""), "{text}");
}

#[test]
fn what_is_created_changed_and_deleted_is_counted_in_both_passes_of_a_record() {
    const CONTRACT: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: boolean}}}}}}
      responses: {'201': {description: made, links: {change: {operationId: change, parameters: {id: $response.body#/id}}, remove: {operationId: remove, parameters: {id: $response.body#/id}}}}, '400': {description: wrong}, '415': {description: not JSON}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put: {operationId: change, responses: {'200': {description: changed}, '404': {description: none}}}
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
";
    let server = Canned::start(|asked| {
        let mut words = asked.line.split([' ', '/']);
        let (method, id) = (words.next(), words.nth(2).unwrap_or_default());
        Reply::Bytes(match method {
            Some("POST") => answer("201 Created", "", format!(r#"{{"id":"made-{}"}}"#, asked.number)),
            Some("PUT") if id.starts_with("made-") => answer("200 OK", "", "{}"),
            Some("DELETE") if id.starts_with("made-") => answer("204 No Content", "", ""),
            _ => answer("404 Not Found", "", "{}"),
        })
    });
    let driver = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--target", &server.url()]);
    let driver =
        driver.args(["--profile", "p", "--record", "--ledger", "l.jsonl", "--report", "json=r.json"]);
    let ran = driver.arg("--keep").run();
    let (report, text) = (ran.json("r.json"), ran.file("l.jsonl"));
    let count = |event| lines_of(&text, event).len();
    let told = &report["created"];
    assert_eq!(
        (&told["resources"], &told["changed"], &told["deleted"], &told["left"]),
        // One is deleted in each pass, and what is gone stands in no ledger.
        (&json!(count("created") + 2), &json!(count("changed")), &json!(2), &json!(count("created"))),
        "{}",
        ran.everything()
    );
    assert_eq!(report["summary"]["exchanges"], server.lines().len());
    assert_eq!(text.lines().count(), count("created") + count("changed") + count("deleted"));
    let last = format!("; {} are left on the target: see l.jsonl", told["left"]);
    assert!(ran.stderr.contains(&last), "{}", ran.everything());
}

#[test]
fn a_create_that_nobody_saw_the_end_of_is_in_the_ledger_too() {
    let server = Canned::start(|asked| {
        if asked.number > 3 {
            std::thread::sleep(Duration::from_secs(30));
        }
        created(asked.number)
    });
    let driver = by_password(&server.url()).args(["--jobs", "2", "--ledger", "ledger.jsonl"]);
    let ledger = driver.folder().join("ledger.jsonl");
    let running = driver.start();
    let begun = Instant::now();
    let lines = || std::fs::read_to_string(&ledger).unwrap_or_default().lines().count();
    while lines() < 7 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    let ran = running.wait().ends_with(130);
    let text = ran.file("ledger.jsonl");
    assert!(!lines_of(&text, "unknown").is_empty(), "{text}");
}

#[test]
fn a_run_whose_ledger_cannot_be_written_stops() {
    let Some(_) = FULL_DISK.or_skip() else { return };
    let server = Canned::start(|asked| created(asked.number));
    let ran = by_password(&server.url()).args(["--ledger", "/dev/full"]).run().ends_with(2);
    assert!(ran.stderr.contains("/dev/full cannot be written"), "{}", ran.everything());
    assert!(server.lines().len() <= 2);
    let ran = by_password(&server.url()).args(["--ledger", "no/such/folder/ledger"]).run().ends_with(2);
    assert!(ran.stderr.contains("name a file that can be written"), "{}", ran.everything());
}

/// A server whose tokens live a second; `lasting` ones are good for ever all the same.
fn with_tokens(lasting: bool) -> Canned {
    let issued: Mutex<Vec<Instant>> = Mutex::default();
    Canned::start(move |asked| {
        if asked.line.contains("/token/generate") {
            let mut issued = issued.lock().unwrap();
            issued.push(Instant::now());
            let token =
                json!({"data": {"accessToken": format!("token-{}", issued.len() - 1), "ttlSeconds": 1}});
            return Reply::Bytes(answer("200 OK", "", token.to_string()));
        }
        let token = asked.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let known = name.eq_ignore_ascii_case("X-CAP-API-OAUTH-TOKEN");
            known.then(|| value.trim().strip_prefix("token-")?.parse::<usize>().ok())?
        });
        let issued = issued.lock().unwrap();
        let good = token
            .and_then(|number| issued.get(number))
            .is_some_and(|at| lasting || at.elapsed() < Duration::from_secs(1));
        let stranger = asked.head.contains("somebody-elses") && lasting;
        if good || stranger {
            created(asked.number)
        } else {
            Reply::Bytes(answer("401 Unauthorized", "", "{}"))
        }
    })
}

#[test]
fn a_token_whose_life_is_over_or_that_is_anothers_must_be_refused() {
    for (lasting, code) in [(false, 0), (true, 1)] {
        let server = with_tokens(lasting);
        let ran = by_token(&server.url())
            .args(["--include", "create-badges-group/*/expired,create-badges-group/*/foreign,create-badges-group/accept/body/example/*"])
            .args(["--foreign-token", "somebody-elses", "--max-wait", "10s", "-A", "rule,declared-headers,documented-status", "--report", "json=r.json"])
            .run()
            .ends_with(code);
        let report = ran.json("r.json");
        let cases: Vec<&str> =
            report["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
        assert!(cases.iter().any(|id| id.ends_with("/expired")), "{cases:?}");
        assert!(cases.iter().any(|id| id.ends_with("/foreign")), "{cases:?}");
        if lasting {
            for kind in ["expired", "foreign"] {
                assert!(
                    report["findings"].as_array().unwrap().iter().any(|one| one.to_string().contains(kind)),
                    "{kind}: {report}"
                );
            }
        }
        assert!(!format!("{}{report}", ran.everything()).contains("somebody-elses"));
    }
}

#[test]
fn a_token_that_lives_longer_than_the_run_may_wait_is_told_of() {
    let server = with_tokens(false);
    let ran = by_token(&server.url())
        .args(["--include", "create-badges-group/*/expired,create-badges-group/accept/body/example/*"])
        .args(["--max-wait", "100ms", "-A", "rule,declared-headers", "--report", "json=r.json"])
        .run()
        .ends_with(0);
    let gaps = ran.json("r.json")["gaps"].to_string();
    assert!(gaps.contains("longer than --max-wait allows"), "{gaps}");
}

#[test]
fn a_host_that_serves_one_connection_after_the_other_is_not_kept_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        // The next connection is not even taken before this one is answered and closed.
        let mut held = Vec::new();
        for stream in listener.incoming().flatten() {
            if all_but_the_last_byte(&stream).and_then(|()| refuse(&stream)).is_some() {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
            held.push(stream);
        }
    });
    let begun = Instant::now();
    let ran =
        by_password(&url).args(["--include", "create-badges-group/*eight-at-once", "--jobs", "1"]).run();
    assert!(!ran.stdout.contains("complete-answer"), "{}", ran.everything());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// Takes each body once.
fn remembering(taken: &Mutex<HashSet<String>>, asked: &Asked) -> Reply {
    let body = asked.whole.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
    if taken.lock().unwrap().insert(body) {
        created(asked.number)
    } else {
        Reply::Bytes(refusal("400 Bad Request"))
    }
}

#[test]
fn only_what_was_sent_is_said_to_be_perhaps_created() {
    let server = Canned::start(|asked| created(asked.number));
    let driver =
        by_password(&server.url()).args(["--jobs", "16", "--rate", "4/s", "--ledger", "ledger.jsonl"]);
    let running = driver.start();
    std::thread::sleep(Duration::from_secs(2));
    Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    let ran = running.wait().ends_with(130);
    let text = ran.file("ledger.jsonl");
    let lines = lines_of(&text, "created").len() + lines_of(&text, "unknown").len();
    assert!((1..=server.lines().len()).contains(&lines), "{lines}: {:?}", server.lines());
}

#[test]
fn a_refusal_of_which_not_everything_comes_creates_nothing() {
    let server = Canned::start(|_| Reply::Last(b"HTTP/1.1 400 No\r\nContent-Length: 500\r\n\r\n{}".to_vec()));
    let ran = by_password(&server.url()).args(["--max-requests", "5", "--ledger", "ledger.jsonl"]).run();
    let text = ran.file("ledger.jsonl");
    assert_eq!(text, "");
    assert!(!ran.stderr.contains("created"), "{}", ran.everything());
}

#[test]
fn what_depends_on_the_data_of_a_host_is_not_pinned() {
    let start = || {
        let taken = Mutex::new(HashSet::new());
        Canned::start(move |asked| remembering(&taken, asked))
    };
    let server = start();
    let arguments = ["--include", "create-badges-group/either/body/name/*", "--profile", "staging"];
    let recorded = by_password(&server.url()).args(arguments).arg("--record").run();
    let same = |server: &Canned| {
        let ran = recorded.again().args(["check", "--quiet", "--basic", "someone:a-password"]);
        let ran = ran.args(["--target", &server.url(), "--report", "json=r.json"]).args(arguments);
        let ran = ran.arg(shipped_contract()).run();
        let snapshots = &ran.json("r.json")["snapshots"];
        assert_eq!(
            (&snapshots["changed"], &snapshots["new"]),
            (&json!(0), &json!(0)),
            "{}",
            ran.everything()
        );
    };
    same(&server);
    same(&start());
}

#[test]
fn values_that_are_the_same_in_every_run_are_sent_in_order() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let server = Canned::start(move |asked| {
        let body = asked.whole.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        std::thread::sleep(Duration::from_millis(5));
        if body.starts_with(r#"{"name":"#) && !body.contains("1234567890") {
            seen.lock().unwrap().push(body);
        }
        Reply::Bytes(refusal("400 Bad Request"))
    });
    let order = |jobs: &str| {
        let arguments = ["--include", "create-badges-group/either/body/name/*", "--run-id", "1234567890"];
        by_password(&server.url()).args(arguments).args(["--jobs", jobs]).run();
        std::mem::take(&mut *bodies.lock().unwrap())
    };
    let one = order("1");
    assert!(one.len() > 1, "{one:?}");
    for _ in 0..3 {
        assert_eq!(order("16"), one);
    }
}

#[test]
fn creates_at_once_that_are_throttled_are_sent_again() {
    let taken = Mutex::new(HashSet::new());
    let server = Canned::start(move |asked| {
        if asked.number % 3 == 2 {
            return Reply::Bytes(answer("429 Busy", "Retry-After: 0\r\n", "{}"));
        }
        remembering(&taken, asked)
    });
    let ran = by_password(&server.url())
        .args(["--include", "create-badges-group/*at-once*", "-A", "rule,error-code,declared-headers"])
        .args(["--jobs", "1", "--max-wait", "20s", "--report", "json=r.json"])
        .run()
        .ends_with(0);
    let exchanges = ran.json("r.json")["summary"]["exchanges"].as_u64().unwrap();
    assert!(server.lines().len() > usize::try_from(exchanges).unwrap() + 10);
}

/// A server on whose connections only the first request is answered; it does not say so.
fn answers_once() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                if all_but_the_last_byte(&stream).and_then(|()| refuse(&stream)).is_some() {
                    // The next request comes before the end of the connection is seen.
                    let _ = (&stream).read(&mut [0; 1]);
                }
            });
        }
    });
    url
}

#[test]
fn a_request_on_a_connection_that_has_ended_is_repeated_on_one_of_its_own() {
    let url = answers_once();
    for pattern in ["create-badges-group/accept/*", "create-badges-group/*eight-at-once*"] {
        let ran = by_password(&url).args(["--include", pattern, "--jobs", "8"]).run();
        assert!(!ran.stdout.contains("complete-answer"), "{}", ran.everything());
    }
}
