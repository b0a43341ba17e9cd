//! One fact, one finding: a planted fault is told once, however many requests show it, and of two
//! planted faults each is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::canned::{Asked, Canned, Reply};
use crate::driver::probity;

const NOTES: &str = "openapi: 3.0.3
info: {title: Notes, version: '1'}
security: [{bearer: []}]
paths:
  /notes:
    post:
      operationId: addNote
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '400': {$ref: '#/components/responses/Refused'}
        '401': {$ref: '#/components/responses/Refused'}
        '415': {$ref: '#/components/responses/Refused'}
    get:
      operationId: listNotes
      responses:
        '200':
          description: ok
          headers: {X-Total: {required: true, schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Note'}}}}
        '401': {$ref: '#/components/responses/Refused'}
  /tags:
    get:
      operationId: listTags
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: array, items: {type: string}}}}}
        '401': {$ref: '#/components/responses/Refused'}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  responses:
    Refused:
      description: no
      content: {application/json: {schema: {type: object, required: [error], properties: {error: {type: string}}}}}
  schemas:
    New:
      type: object
      required: [title]
      additionalProperties: false
      properties:
        title: {type: string, minLength: 1, maxLength: 40}
        colour: {type: string, enum: [red, green]}
        rank: {type: integer, minimum: 0, maximum: 9}
    Note:
      type: object
      required: [id, title]
      properties:
        id: {type: integer}
        title: {type: string, minLength: 1, maxLength: 40, nullable: false}
        colour: {type: string, enum: [red, green]}
        rank: {type: integer, minimum: 0, maximum: 9}
";

/// What is wrong with the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// `red` ends in a 500.
    RedFails,
    /// `rank: 0` ends in a 500 with other words.
    NoRankFails,
    /// A title may be null, a number, an object.
    AnyTitle,
    /// Any text is taken for a colour.
    AnyColour,
    /// A created note has no id.
    NoId,
    /// A created note has its rank as text.
    RankAsText,
    /// Notes can be created by anybody.
    OpenPost,
    /// Notes can be listed by anybody.
    OpenList,
    /// Tags are listed with a status that is not documented.
    OddStatus,
    /// A 405 does not say what is allowed.
    NoAllow,
    /// `green` is refused.
    NoGreen,
    /// `rank: 9` is refused.
    NoHighest,
    /// The list does not say how many there are.
    NoTotal,
    /// A refusal shows where in the code it was made.
    Trace,
    /// Tags are a page.
    Page,
    /// A body with nothing in it is taken.
    Lenient,
}

const FAULTS: [Fault; 16] = [
    Fault::RedFails,
    Fault::NoRankFails,
    Fault::AnyTitle,
    Fault::AnyColour,
    Fault::NoId,
    Fault::RankAsText,
    Fault::OpenPost,
    Fault::OpenList,
    Fault::OddStatus,
    Fault::NoAllow,
    Fault::NoGreen,
    Fault::NoHighest,
    Fault::NoTotal,
    Fault::Trace,
    Fault::Page,
    Fault::Lenient,
];

/// A status line, further headers, a media type and a body.
type Said = (&'static str, &'static str, &'static str, String);

const JSON: &str = "application/json";

fn refused(status: &'static str, why: &str) -> Said {
    (status, "", JSON, json!({"error": why}).to_string())
}

fn host(faults: &[Fault]) -> Canned {
    let faults = faults.to_vec();
    Canned::start(move |asked| {
        let has = |fault| faults.contains(&fault);
        let (status, more, kind, body) = said(asked, &has);
        let body = if asked.line.starts_with("HEAD") { String::new() } else { body };
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n");
        Reply::Bytes([head.into_bytes(), body.into_bytes()].concat())
    })
}

fn said(asked: &Asked, has: &impl Fn(Fault) -> bool) -> Said {
    let mut words = asked.line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let let_in = asked.head.lines().any(|line| line.eq_ignore_ascii_case("authorization: Bearer good-token"));
    let stranger = || refused("401 Unauthorized", "who are you?");
    match (method, path) {
        ("POST", "/notes") if let_in || has(Fault::OpenPost) => add(asked, has),
        ("GET", "/notes") if let_in || has(Fault::OpenList) => {
            ("200 OK", if has(Fault::NoTotal) { "" } else { "X-Total: 0\r\n" }, JSON, "[]".into())
        }
        ("GET", "/tags") if let_in && has(Fault::Page) => ("200 OK", "", "text/html", "<p>none</p>".into()),
        ("GET", "/tags") if let_in && has(Fault::OddStatus) => ("206 Partial Content", "", JSON, "[]".into()),
        ("GET", "/tags") if let_in => ("200 OK", "", JSON, "[]".into()),
        ("POST" | "GET", "/notes") | ("GET", "/tags") => stranger(),
        (_, "/notes") if !has(Fault::NoAllow) => {
            ("405 Method Not Allowed", "Allow: GET, POST\r\n", JSON, "{}".into())
        }
        (_, "/tags") if !has(Fault::NoAllow) => {
            ("405 Method Not Allowed", "Allow: GET\r\n", JSON, "{}".into())
        }
        (_, "/notes" | "/tags") => ("405 Method Not Allowed", "", JSON, "{}".into()),
        _ => refused("404 Not Found", "there is nothing"),
    }
}

fn add(asked: &Asked, has: &impl Fn(Fault) -> bool) -> Said {
    let no = |why: &str| {
        let trace = "at Notes.add (/srv/app/notes.js:12:7)";
        refused("400 Bad Request", if has(Fault::Trace) { trace } else { why })
    };
    let kind = asked.head.to_lowercase();
    if !kind.contains("content-type: application/json") {
        return refused("415 Unsupported Media Type", "json only");
    }
    let body = asked.whole.get(asked.head.len()..).unwrap_or_default();
    let mut note: Value = match serde_json::from_str(body) {
        Ok(note) if !body.contains('\u{fffd}') => note,
        _ if has(Fault::Lenient) && body.is_empty() => json!({"title": "nothing"}),
        _ => return no("no json"),
    };
    let Some(members) = note.as_object() else { return no("no object") };
    let rank = members.get("rank");
    let whole = |rank: &Value| rank.as_f64().filter(|rank| rank.fract() == 0.0 && (0.0..=9.0).contains(rank));
    let title = |title: &Value| title.as_str().is_some_and(|title| (1..=40).contains(&title.chars().count()));
    let text = |title: &Value| !title.is_string() && has(Fault::AnyTitle);
    if !members.get("title").is_some_and(|one| title(one) || text(one)) {
        return no("title");
    }
    let any = |colour: &Value| colour.is_string() && has(Fault::AnyColour);
    let listed = |colour: &Value| colour == "red" || colour == "green" || any(colour);
    let known = ["title", "colour", "rank"];
    if !members.get("colour").is_none_or(listed) || rank.is_some_and(|rank| whole(rank).is_none()) {
        return no("colour or rank");
    }
    if members.keys().any(|name| !known.contains(&name.as_str())) {
        return no("unknown member");
    }
    if has(Fault::RedFails) && members.get("colour").is_some_and(|colour| colour == "red") {
        return refused("500 Internal Server Error", "cannot mix the paint");
    }
    if has(Fault::NoRankFails) && rank.and_then(whole) == Some(0.0) {
        return refused("500 Internal Server Error", "division by zero");
    }
    if has(Fault::NoGreen) && members.get("colour").is_some_and(|colour| colour == "green") {
        return no("no green any more");
    }
    if has(Fault::NoHighest) && rank.and_then(whole) == Some(9.0) {
        return no("too high");
    }
    if !has(Fault::NoId) {
        note["id"] = json!(asked.number);
    }
    if has(Fault::RankAsText) && note.get("rank").is_some() {
        note["rank"] = json!(note["rank"].to_string());
    }
    ("201 Created", "", JSON, note.to_string())
}

/// What is told of a host: check, operation, place, constraint, kind of answer and title.
fn told(faults: &[Fault]) -> BTreeSet<[String; 6]> {
    let host = host(faults);
    let driver = probity().with_file("c.yaml", NOTES);
    let ran = driver
        .args(["check", "c.yaml", "--bearer", "good-token", "--report", "json=r.json"])
        .args(["--target", &host.url()])
        .run();
    let report: Value = serde_json::from_slice(&std::fs::read(ran.folder().join("r.json")).unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let told: Vec<[String; 6]> = findings
        .map(|finding| {
            let title = text(finding, "title");
            // How far a fact goes may change with another one.
            let title = title.split([',', ':']).next().unwrap_or_default();
            let title = title.split(" to all but").next().unwrap_or_default().to_owned();
            ["check", "operation", "place", "cause", "answer"]
                .map(|key| text(finding, key))
                .into_iter()
                .chain([title])
        })
        .map(|parts| parts.collect::<Vec<_>>().try_into().unwrap())
        .collect();
    let once: BTreeSet<_> = told.iter().cloned().collect();
    assert_eq!(once.len(), told.len(), "{faults:?} is told twice: {told:#?}");
    once
}

/// Whether one fault hides another, so that only one of them is there.
fn hides(one: Fault, other: Fault) -> bool {
    let pairs = [(Fault::OddStatus, Fault::Page)];
    pairs.contains(&(one, other)) || pairs.contains(&(other, one))
}

#[test]
fn a_host_without_a_fault_is_told_nothing_of() {
    assert_eq!(told(&[]), BTreeSet::new());
}

#[test]
fn a_fault_is_told_once_however_many_requests_show_it() {
    for fault in FAULTS {
        let told = told(&[fault]);
        assert_eq!(told.len(), 1, "{fault:?}: {told:#?}");
    }
}

#[test]
fn two_faults_are_told_each() {
    let alone: Vec<BTreeSet<[String; 6]>> = FAULTS.iter().map(|fault| told(&[*fault])).collect();
    let mut pairs = 0;
    for (index, one) in FAULTS.iter().enumerate() {
        for (other, two) in FAULTS.iter().enumerate().skip(index + 1) {
            if hides(*one, *two) || (index + other) % 2 == 0 {
                continue;
            }
            let told = told(&[*one, *two]);
            let wanted: BTreeSet<[String; 6]> = alone[index].union(&alone[other]).cloned().collect();
            assert_eq!(wanted.len(), 2, "{one:?} and {two:?} look the same");
            assert_eq!(told, wanted, "{one:?} and {two:?}");
            pairs += 1;
        }
    }
    assert!(pairs >= 30, "{pairs}");
}

/// The report on a host that answers rightly until something is asked of it.
fn report_on(more: &[&str], reply: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static) -> Value {
    let host = Canned::start(move |asked| {
        let (status, more, kind, body) = said(asked, &|_| false);
        let body = if asked.line.starts_with("HEAD") { String::new() } else { body };
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}");
        let whole = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        reply(asked, Reply::Bytes(whole.into_bytes()))
    });
    let driver = probity().with_file("c.yaml", NOTES);
    let driver = driver.args(["check", "c.yaml", "--bearer", "good-token", "--report", "json=r.json"]);
    driver.args(["--target", &host.url()]).args(more.iter().copied()).run().json("r.json")
}

fn is_red(asked: &Asked) -> bool {
    asked.whole.contains("\"colour\":\"red\"")
}

#[test]
fn a_host_that_goes_away_is_told_of_once_with_what_ended_it() {
    for jobs in ["1", "8"] {
        let report =
            report_on(&["--jobs", jobs], |asked, reply| if is_red(asked) { Reply::Die } else { reply });
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        let (first, cases) = (&findings[0], findings[0]["cases"].as_array().unwrap());
        assert_eq!((&first["check"], &first["about"]), (&json!("complete-answer"), &json!("api")));
        assert!(first["title"].as_str().unwrap().contains("went away"), "{first}");
        let sent = |case: &Value| {
            let mut all = report["cases"].as_array().unwrap().iter();
            all.find(|one| one["id"] == *case).unwrap()["request"]["body"]["text"].to_string()
        };
        assert!(cases.iter().any(|case| sent(case).contains("red")), "{cases:?}");
        assert!(jobs != "1" || sent(&first["example"]).contains("red"), "{first}");
    }
}

#[test]
fn a_host_that_falls_ill_is_told_of_once_with_the_request_since_which_it_is() {
    let ill = std::sync::atomic::AtomicBool::new(false);
    let report = report_on(&["--jobs", "1"], move |asked, reply| {
        let long = asked.whole.contains("\"rank\":9");
        let ill = ill.fetch_or(long, std::sync::atomic::Ordering::SeqCst) || long;
        let body = "{\"error\":\"no connection left\"}";
        let failed = format!(
            "HTTP/1.1 500 No\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if ill && !asked.line.starts_with("HEAD") { Reply::Bytes(failed.into_bytes()) } else { reply }
    });
    let findings = report["findings"].as_array().unwrap().iter();
    let failed: Vec<&Value> = findings.filter(|one| one["check"] == "server-error").collect();
    let api: Vec<&&Value> = failed.iter().filter(|one| one["about"] == "api").collect();
    assert_eq!(api.len(), 1, "{failed:#?}");
    assert!(api[0]["title"].as_str().unwrap().contains("only 5xx since addNote/"), "{}", api[0]);
    assert_eq!(report["findings"][0], **api[0], "it stands first");
}

#[test]
fn a_host_that_goes_away_for_a_while_is_told_of_though_it_answers_when_asked_again() {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let fallen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // Takes one request a connection; falls once, where a note is red, and comes back.
    std::thread::spawn(move || {
        let mut listener = listener;
        loop {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut asked = Vec::new();
            let mut part = [0; 4096];
            let whole = |asked: &[u8]| {
                let text = String::from_utf8_lossy(asked).to_lowercase();
                let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                asked.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4 + length.unwrap_or(0)
                    <= asked.len()
            };
            while !whole(&asked) {
                match stream.read(&mut part) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => asked.extend(&part[..read]),
                }
            }
            let text = String::from_utf8_lossy(&asked).into_owned();
            let red = text.contains("\"colour\":\"red\"");
            if red && !fallen.swap(true, std::sync::atomic::Ordering::SeqCst) {
                drop((stream, listener));
                std::thread::sleep(std::time::Duration::from_millis(300));
                listener = TcpListener::bind(address).unwrap();
                continue;
            }
            let head = text.split("\r\n\r\n").next().unwrap_or_default();
            let line = head.lines().next().unwrap_or_default().to_owned();
            let (head, whole, body) = (format!("{head}\r\n\r\n"), text.clone(), Vec::new());
            let asked = Asked { number: 1, line, head, whole, body };
            let (status, more, kind, body) = said(&asked, &|_| false);
            let body = if asked.line.starts_with("HEAD") { String::new() } else { body };
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}");
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    let driver = probity().with_file("c.yaml", NOTES);
    let driver = driver.args(["check", "c.yaml", "--bearer", "good-token", "--report", "json=r.json"]);
    let ran = driver.args(["--jobs", "1", "--target", &format!("http://{address}")]).run();
    let report = ran.json("r.json");
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{}", ran.everything());
    assert!(findings[0]["title"].as_str().unwrap().contains("went away"), "{}", findings[0]);
    assert_eq!(findings[0]["check"], "complete-answer");
    drop(TcpStream::connect(address));
}
