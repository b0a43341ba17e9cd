//! Creates that overlap, on correct servers and on those that a race shows a fault of.

use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::client::{Answer, PATIENCE, exchange, receive};
use super::{Ask, Expect, create};
use crate::rival::{Area, Endpoint, Fault, Rival, Variant};

/// The answers to creates that are sent when all connections stand; none for one that got none.
fn at_once(rival: &Rival, endpoint: Endpoint, bodies: &[String]) -> Vec<Option<Answer>> {
    let barrier = Barrier::new(bodies.len());
    thread::scope(|scope| {
        let clients: Vec<_> = bodies
            .iter()
            .map(|body| {
                let bytes = Ask::post(endpoint, body.as_str(), Expect::Created).bytes("");
                let mut stream = TcpStream::connect(rival.address).unwrap();
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    receive(&mut stream, &bytes, PATIENCE)
                })
            })
            .collect();
        let received = clients.into_iter().map(|client| client.join().unwrap());
        received.map(|bytes| (!bytes.is_empty()).then(|| Answer::parse(&bytes))).collect()
    })
}

fn alike(name: &str, count: usize) -> Vec<String> {
    vec![format!(r#"{{"name":"{name}","rank":1}}"#); count]
}

fn numbered(count: usize, mut body: impl FnMut(usize) -> String) -> Vec<String> {
    (1..=count).map(&mut body).collect()
}

fn statuses(answers: &[Option<Answer>]) -> Vec<u16> {
    let mut statuses: Vec<u16> =
        answers.iter().map(|answer| answer.as_ref().map_or(0, |answer| answer.status)).collect();
    statuses.sort_unstable();
    statuses
}

/// Whether names raced at once show, within some attempts, what a correct server never shows.
fn shows(rival: &Rival, endpoint: Endpoint, wrong: impl Fn(&Rival, Endpoint, usize) -> bool) -> bool {
    (0..20).any(|attempt| wrong(rival, endpoint, attempt))
}

/// Not one accepted and the others refused with the code of a name that is taken.
fn badly_settled(count: usize) -> impl Fn(&Rival, Endpoint, usize) -> bool {
    move |rival, endpoint, attempt| {
        let answers = at_once(rival, endpoint, &alike(&format!("Raced by {count}, {attempt}"), count));
        !well_settled(endpoint, &answers)
    }
}

fn well_settled(endpoint: Endpoint, answers: &[Option<Answer>]) -> bool {
    let code = if endpoint == Endpoint::Badges { 733 } else { 12012 };
    let won = |answer: &&Option<Answer>| answer.as_ref().is_some_and(|answer| answer.status == 200);
    let lost = |answer: &&Option<Answer>| {
        answer.as_ref().is_some_and(|answer| answer.status == 400 && answer.codes() == [code])
    };
    answers.iter().filter(won).count() == 1 && answers.iter().filter(lost).count() == answers.len() - 1
}

fn ranks_differ(rival: &Rival, endpoint: Endpoint, attempt: usize) -> bool {
    let bodies = numbered(4, |rank| format!(r#"{{"name":"Ranked {attempt}","rank":{rank}}}"#));
    !well_settled(endpoint, &at_once(rival, endpoint, &bodies))
}

fn others(sign: &str, attempt: usize) -> Vec<String> {
    numbered(4, |number| format!(r#"{{"name":"{sign} {attempt}.{number}","rank":{number}}}"#))
}

fn ids_repeat(rival: &Rival, endpoint: Endpoint, attempt: usize) -> bool {
    let answers = at_once(rival, endpoint, &others("Numbered", attempt));
    let mut ids: Vec<String> =
        answers.iter().flatten().map(|answer| answer.group()["id"].to_string()).collect();
    ids.sort_unstable();
    ids.windows(2).any(|two| two[0] == two[1])
}

fn names_cross(rival: &Rival, endpoint: Endpoint, attempt: usize) -> bool {
    let bodies = others("Crossed", attempt);
    let answers = at_once(rival, endpoint, &bodies);
    answers.iter().zip(&bodies).any(|(answer, body)| {
        let sent: Value = serde_json::from_str(body).unwrap();
        answer.as_ref().is_some_and(|answer| answer.group()["name"] != sent["name"])
    })
}

fn some_are_forgotten(rival: &Rival, endpoint: Endpoint, attempt: usize) -> bool {
    let bodies = others("Remembered", attempt);
    at_once(rival, endpoint, &bodies);
    bodies.iter().any(|body| create(rival, endpoint, body).status == 200)
}

const SIGNS: [fn(&Rival, Endpoint, usize) -> bool; 4] =
    [ranks_differ, ids_repeat, names_cross, some_are_forgotten];

#[test]
fn a_correct_server_settles_every_race() {
    for variant in Variant::ALL {
        let rival = Rival::start(variant, None);
        for endpoint in Endpoint::ALL {
            for attempt in 0..3 {
                for count in [2, 3, 8] {
                    assert!(
                        !badly_settled(count)(&rival, endpoint, attempt),
                        "{variant:?} {endpoint:?} {count}"
                    );
                }
                for sign in SIGNS {
                    assert!(!sign(&rival, endpoint, attempt + 100), "{variant:?} {endpoint:?}");
                }
            }
        }
    }
}

#[test]
fn many_connections_at_once_are_settled_too() {
    for variant in [Variant::Strict, Variant::Jittered, Variant::Queued] {
        let rival = Rival::start(variant, None);
        let answers = at_once(&rival, Endpoint::Badges, &alike("Crowded", 64));
        assert!(well_settled(Endpoint::Badges, &answers), "{variant:?} {:?}", statuses(&answers));
    }
}

#[test]
fn every_fault_of_a_race_shows() {
    let raced = Fault::ALL.into_iter().filter(|fault| fault.area() == Area::Race);
    for fault in raced.chain([Fault::RepeatsRaced]) {
        let rival = Rival::start(Variant::Strict, Some(fault));
        let on = |endpoint| match fault {
            Fault::RacedIds => shows(&rival, endpoint, ids_repeat),
            Fault::RacedNames => shows(&rival, endpoint, names_cross),
            Fault::RacedMemory => shows(&rival, endpoint, some_are_forgotten),
            Fault::RacedOtherRank => shows(&rival, endpoint, ranks_differ),
            Fault::RacedByThree => shows(&rival, endpoint, badly_settled(3)),
            _ => shows(&rival, endpoint, badly_settled(4)),
        };
        let id = fault.id();
        assert_eq!(on(Endpoint::Badges), !id.ends_with("-rewards"), "{id}");
        assert_eq!(on(Endpoint::Rewards), !id.ends_with("-badges"), "{id}");
    }
}

#[test]
fn what_needs_three_does_not_show_to_two() {
    let rival = Rival::start(Variant::Strict, Some(Fault::RacedByThree));
    assert!(!shows(&rival, Endpoint::Badges, badly_settled(2)));
    let rival = Rival::start(Variant::Strict, Some(Fault::RacedOtherRank));
    assert!(!shows(&rival, Endpoint::Badges, badly_settled(2)));
}

#[test]
fn credentials_are_looked_at_in_every_request_of_a_connection() {
    let right = Ask::post(Endpoint::Badges, r#"{"name":"Kept open","rank":1}"#, Expect::Created).bytes("");
    let right = String::from_utf8(right).unwrap().replace("Connection: close\r\n", "");
    let wrong = right.replace("Authorization: ", "X-Nothing: ").replace("Kept open", "Kept ajar");
    let wrong = wrong.replace("Host: rival\r\n", "Host: rival\r\nConnection: close\r\n");
    for (fault, status) in [(None, "401"), (Some(Fault::AccessPerConnection), "200")] {
        let rival = Rival::start(Variant::Strict, fault);
        let received = exchange(rival.address, (right.clone() + &wrong).as_bytes(), PATIENCE);
        let text = String::from_utf8(received).unwrap();
        let seen: Vec<&str> = text.match_indices("HTTP/1.1 ").map(|(at, _)| &text[at + 9..at + 12]).collect();
        assert_eq!(seen, ["200", status], "{text}");
    }
}

#[test]
fn a_queue_and_a_jitter_take_their_time() {
    let rival = Rival::start(Variant::Jittered, None);
    let begun = std::time::Instant::now();
    for number in 0..10 {
        let body = format!(r#"{{"name":"Slow {number}","rank":1}}"#);
        assert_eq!(create(&rival, Endpoint::Badges, &body).status, 200);
    }
    assert!(begun.elapsed() > Duration::from_millis(20));
}
