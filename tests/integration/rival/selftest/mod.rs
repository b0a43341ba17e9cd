//! The server held to the documents, and its faults to their descriptions.

mod battery;
mod client;
mod overlap;
mod reading;

use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::house::{Clock, House};
use super::{Area, Basis, Endpoint, Fault, OAUTH_KEY, OAUTH_SECRET, Rival, TOKEN_PATH, Variant, basic};
use battery::{Ask, Expect};
use client::{Answer, PATIENCE, exchange};

fn create(rival: &Rival, endpoint: Endpoint, body: &str) -> Answer {
    let ask = Ask::post(endpoint, body, Expect::Created);
    Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE))
}

fn token(rival: &Rival) -> String {
    let body = format!(r#"{{"key":"{OAUTH_KEY}","secret":"{OAUTH_SECRET}"}}"#);
    let mut ask = Ask::post(Endpoint::Badges, body, Expect::Created);
    ask.path = TOKEN_PATH;
    ask.headers.clear();
    let answer = Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE));
    answer.json()["data"]["accessToken"].as_str().expect("a token").to_owned()
}

fn same_moment(group: &Value) {
    assert_eq!(group["createdOn"], group["lastUpdatedOn"]);
    assert_eq!(group["createdBy"], group["lastUpdatedBy"]);
    assert_eq!(group["isActive"], true);
}

#[test]
fn every_variant_creates_on_both_endpoints() {
    for variant in Variant::ALL {
        let rival = Rival::start(variant, None);
        let badges = create(&rival, Endpoint::Badges, r#"{"name":"Gold","rank":4}"#);
        assert_eq!(badges.status, 200, "{variant:?}");
        let group = badges.group();
        same_moment(&group);
        let id = group["id"].as_str().unwrap();
        let created = group["createdOn"].as_f64().unwrap();
        assert_eq!(id.len(), 24);
        let seconds = u32::from_str_radix(&id[..8], 16).unwrap();
        assert!((created - f64::from(seconds)).abs() < 1.0);
        assert_eq!((&group["name"], &group["rank"]), (&"Gold".into(), &4.into()));

        let rewards = create(&rival, Endpoint::Rewards, r#"{"name":"Gold"}"#);
        assert_eq!(rewards.status, 200, "{variant:?}");
        let group = rewards.group();
        same_moment(&group);
        assert!(group["id"].is_i64() && group["createdOn"].is_i64());
        assert_eq!(group.as_object().unwrap().get("rank"), Some(&Value::Null));
        assert_eq!(group["createdOnDateTime"].as_str().unwrap().len(), 20);
        assert!(rewards.head.contains("X-Cap-Requestid: "));
        assert_eq!(rival.requests(), 2);
        let seen = &rival.seen()[1];
        assert_eq!(seen.header("authorization"), Some(basic().as_str()));
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", Endpoint::Rewards.path()));
        assert_eq!(seen.body, br#"{"name":"Gold"}"#);
        assert!(rival.url().ends_with(&rival.address.port().to_string()));
    }
}

#[test]
fn a_repeated_name_gets_its_code() {
    for variant in Variant::ALL {
        let rival = Rival::start(variant, None);
        for (endpoint, code) in [(Endpoint::Badges, 733), (Endpoint::Rewards, 12012)] {
            let body = r#"{"name":"Silver","rank":2}"#;
            assert_eq!(create(&rival, endpoint, body).status, 200);
            let repeated = create(&rival, endpoint, body);
            assert_eq!((repeated.status, repeated.codes()), (400, vec![code]), "{variant:?}");
        }
    }
}

#[test]
fn every_variant_keeps_to_the_documents() {
    for variant in Variant::ALL {
        let rival = Rival::start(variant, None);
        for ask in battery::all() {
            let by_token = ask.headers.iter().any(|(_, value)| value.contains("{token}"));
            let token = if by_token { token(&rival) } else { String::new() };
            let answer = Answer::parse(&exchange(rival.address, &ask.bytes(&token), PATIENCE));
            let kept = match &ask.expect {
                Expect::Created => created(&ask, &answer),
                Expect::Open if answer.status == 200 => created(&ask, &answer),
                Expect::Open => answer.status == 400 && !answer.codes().is_empty(),
                Expect::Status(allowed) => allowed.contains(&answer.status),
                Expect::Codes(allowed) => {
                    let codes = answer.codes();
                    answer.status == 400
                        && !codes.is_empty()
                        && codes.iter().all(|code| allowed.contains(code))
                }
            };
            let body = String::from_utf8_lossy(&answer.body);
            assert!(answer.head.contains("X-Cap-Requestid: "), "{variant:?} {}", ask.label);
            assert!(kept, "{variant:?} {} got {}: {body}", ask.label, answer.status);
        }
    }
}

fn created(ask: &Ask, answer: &Answer) -> bool {
    let Ok(sent) = serde_json::from_slice::<Value>(&ask.body) else {
        return false;
    };
    let group = answer.group();
    let same_rank = group["rank"] == sent["rank"] || group["rank"].as_f64() == sent["rank"].as_f64();
    answer.status == 200 && group["name"] == sent["name"] && same_rank
}

#[test]
fn the_faults_are_told_apart() {
    let ids: HashSet<&str> = Fault::ALL.iter().map(|fault| fault.id()).collect();
    assert_eq!(ids.len(), Fault::ALL.len());
    let descriptions: HashSet<&str> = Fault::ALL.iter().map(|fault| fault.describe()).collect();
    assert_eq!(descriptions.len(), Fault::ALL.len());
    for (index, fault) in Fault::ALL.iter().enumerate() {
        assert_eq!(*fault as usize, index);
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(fault.id().chars().all(kebab), "{fault:?}");
        assert!(fault.area() != Area::Crash || fault.visible());
        assert_eq!(fault.visible(), fault.basis() != Basis::Silent);
    }
    assert!(Fault::ALL.iter().any(|fault| !fault.visible()));
}

/// The first request of the battery that tells the fault from the same server without it.
fn shown_by(fault: Option<Fault>, patience: Duration) -> Option<String> {
    let stepped = || Clock::Stepped(AtomicU64::new(0));
    let mut sound = House::new(Variant::Strict, fault, stepped());
    sound.forget_fault();
    let sound = Rival::start_with(sound);
    let faulty = Rival::start_with(House::new(Variant::Strict, fault, stepped()));
    let tokens = (token(&sound), token(&faulty));
    let telling = battery::all().into_iter().chain(battery::many()).find(|ask| {
        let right = exchange(sound.address, &ask.bytes(&tokens.0), patience);
        let wrong = exchange(faulty.address, &ask.bytes(&tokens.1), patience);
        right != wrong
    });
    telling.map(|ask| ask.label)
}

/// Whether it takes more than single requests to create: several clients, one connection for
/// several requests, or reading back.
fn has_a_test_of_its_own(fault: Fault) -> bool {
    matches!(fault.area(), Area::Race | Area::ReadBack)
        || matches!(
            fault,
            Fault::RepeatsRaced | Fault::AccessPerConnection | Fault::TokenNoLife | Fault::TokenLifeText
        )
}

#[test]
fn every_fault_shows() {
    assert_eq!(shown_by(None, PATIENCE), None);
    let hidden = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(fault) = Fault::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let telling = shown_by(Some(*fault), Duration::from_millis(400));
                    if !has_a_test_of_its_own(*fault) && telling.is_none() {
                        hidden.lock().unwrap().push(fault.id());
                    }
                }
            });
        }
    });
    let hidden = hidden.into_inner().unwrap();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn requests_are_read_however_they_are_framed() {
    let rival = Rival::start(Variant::Strict, None);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: rival\r\nAuthorization: {}\r\nContent-Type: application/json\r\n",
        Endpoint::Badges.path(),
        basic()
    );
    let chunked = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n9;a=b\r\n{{\"name\":\"\r\n11\r\nA\",\"rank\":     1}}\r\n\
         0\r\nTrailer: x\r\n\r\n"
    );
    let expecting = format!(
        "{head}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 22\r\n\r\n\
         {{\"name\":\"B\",\"rank\":12}}"
    );
    let received = exchange(rival.address, (chunked + &expecting).as_bytes(), PATIENCE);
    let text = String::from_utf8(received).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
    assert_eq!(text.matches("HTTP/1.1 100 Continue").count(), 1);
    for (broken, status) in [
        (format!("{head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}"), "400"),
        (format!("{head}Content-Length: 99999999999\r\n\r\n"), "413"),
        (format!("{head}X: {}\r\n\r\n", "x".repeat(100_000)), "431"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
    ] {
        let received = exchange(rival.address, broken.as_bytes(), PATIENCE);
        let text = String::from_utf8(received).unwrap();
        assert_eq!(text.get(9..12), Some(status), "{text}");
    }
}

#[test]
fn gzip_is_for_those_who_ask() {
    let rival = Rival::start(Variant::Fronted, None);
    let mut ask = Ask::post(Endpoint::Rewards, r#"{"name":"Packed"}"#, Expect::Created);
    assert_eq!(Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE)).status, 200);
    ask.headers.push(("Accept-Encoding", "gzip, br".to_owned()));
    let answer = Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE));
    assert!(answer.head.contains("Content-Encoding: gzip"));
    let mut text = String::new();
    GzDecoder::new(answer.body.as_slice()).read_to_string(&mut text).unwrap();
    assert!(text.contains("12012"), "{text}");
}

#[test]
fn stopped_servers_leave_nothing_behind() {
    let rivals: Vec<Rival> = (0..20)
        .map(|at| Rival::start(Variant::ALL[at % Variant::ALL.len()], (at % 2 == 0).then_some(Fault::Hang)))
        .collect();
    let held: Vec<TcpStream> =
        rivals.iter().map(|rival| TcpStream::connect(rival.address).unwrap()).collect();
    let seen: Vec<_> = rivals.iter().map(|rival| Arc::downgrade(&rival.seen)).collect();
    drop(rivals);
    assert!(seen.iter().all(|seen| seen.upgrade().is_none()));
    for mut stream in held {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let ended = match stream.read(&mut [0; 1]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        };
        assert!(ended);
    }
}
