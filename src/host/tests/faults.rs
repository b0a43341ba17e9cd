//! What a faulty host does otherwise, and that a correct one does not.

use super::{Reply, Served, contract, served};
use crate::contract::Contract;
use crate::host::fault::{Class, Fault, faults};
use crate::host::{Accepted, HostSettings};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PATH: &str = "/api_gateway/v1/badges/group";

fn groups() -> Arc<Contract> {
    contract("groups.openapi.yaml", include_str!("../../../spec/groups.openapi.yaml"))
}

fn planted(contract: &Contract, id: &str) -> Fault {
    let id = format!("create-badges-group/{id}");
    faults(contract).into_iter().find(|fault| fault.id == id).unwrap_or_else(|| panic!("{id}"))
}

/// A host with a fault.
async fn faulty(id: &str) -> Served {
    let contract = groups();
    let faults = vec![planted(&contract, id)];
    served(contract, HostSettings { faults, ..HostSettings::default() }).await
}

fn good() -> String {
    let Accepted { user, password, .. } = Accepted::default();
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl Served {
    async fn makes(&self, body: &str) -> Reply {
        self.asked(&good(), body).await
    }

    async fn asked(&self, authorization: &str, body: &str) -> Reply {
        let headers = [("authorization", authorization), ("content-type", "application/json")];
        self.raw("POST", PATH, &headers, body).await
    }
}

#[test]
fn every_class_is_planted_and_no_identity_comes_twice() {
    let contract = groups();
    let found = faults(&contract);
    let ids: HashSet<&str> = found.iter().map(|fault| fault.id.as_str()).collect();
    assert_eq!(ids.len(), found.len());
    // It declares no header of answers, no parameter of which anything is said, and nothing that can be read.
    let is_there = |class: &&Class| !matches!(class, Class::Header | Class::Parameter | Class::State);
    for class in Class::ALL.iter().filter(is_there) {
        assert!(found.iter().any(|fault| fault.class == *class), "{class}");
    }
    for fault in &found {
        assert!(!fault.words.is_empty() && contract.document.locate(&fault.at).line > 0, "{}", fault.id);
    }
}

#[tokio::test]
async fn a_correct_host_never_says_that_it_misbehaved() {
    let host = served(groups(), HostSettings::default()).await;
    assert_eq!(host.makes(r#"{"name":"a","rank":1}"#).await.status, 200);
    assert!(!host.host.misbehaved());
}

#[tokio::test]
async fn a_fault_is_noted_only_where_it_makes_a_difference() {
    let host = faulty("request/body/name/required").await;
    assert_eq!(host.makes(r#"{"name":"a","rank":1}"#).await.status, 200);
    assert_eq!(host.makes(r#"{"rank":"x"}"#).await.status, 400);
    assert!(host.host.misbehaved(), "one code less is a difference");
    let host = faulty("request/body/name/required").await;
    assert_eq!(host.makes(r#"{"name":"a"}"#).await.status, 400);
    assert!(!host.host.misbehaved());
    let body = r#"{"rank":1}"#;
    assert_eq!(host.makes(body).await.status, 200);
    assert!(host.host.misbehaved_on("POST", PATH, body.as_bytes(), 1));
    assert!(!host.host.misbehaved_on("POST", PATH, body.as_bytes(), 2));
}

#[tokio::test]
async fn unique_values_are_lost_in_the_way_that_was_asked_for() {
    // Names in the order in which they are sent, and whether each is accepted.
    for (id, sent) in [
        ("never-checked", &[("a", true), ("a", true)][..]),
        ("last-only", &[("a", true), ("b", true), ("a", true), ("a", false)]),
        ("refusal-frees", &[("a", true), ("a", false), ("a", true)]),
        ("case", &[("a", true), ("A", false)]),
        ("spaces", &[("a", true), (" a ", false)]),
        ("first-20", &[("12345678901234567890x", true), ("12345678901234567890y", false)]),
    ] {
        let host = faulty(&format!("unique/name/{id}")).await;
        for (index, (name, accepted)) in sent.iter().enumerate() {
            let reply = host.makes(&format!(r#"{{"name":"{name}","rank":1}}"#)).await;
            assert_eq!(reply.status == 200, *accepted, "{id}: {index}");
        }
        assert!(host.host.misbehaved(), "{id}");
    }
}

#[tokio::test]
async fn two_at_once_both_win_a_race_and_a_later_one_does_not() {
    let host = faulty("unique/name/race").await;
    let body = r#"{"name":"a","rank":1}"#;
    let (one, two) = tokio::join!(host.makes(body), host.makes(body));
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(host.makes(body).await.status, 400);
}

#[tokio::test]
async fn only_the_stranger_that_was_asked_for_is_let_in() {
    let user = Accepted::default().user;
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let asked = [
        ("basic/wrong-password", basic(&format!("{user}:nope"))),
        ("basic/unknown-user", basic("nobody:nope")),
        ("basic/empty", basic(":")),
        ("basic/malformed", "Basic !".into()),
        ("other-scheme", "Probity x".into()),
    ];
    for (id, _) in &asked {
        let host = faulty(&format!("credentials/{id}")).await;
        for (index, (other, authorization)) in asked.iter().enumerate() {
            let reply = host.asked(authorization, &format!(r#"{{"name":"{index}","rank":1}}"#)).await;
            assert_eq!(reply.status == 200, id == other, "{id}: {other}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_late_cut_or_short() {
    let host = faulty("delivery/slow").await;
    let begun = Instant::now();
    let waited = tokio::time::timeout(Duration::from_millis(200), host.makes("{}")).await;
    assert!(waited.is_err() && begun.elapsed() >= Duration::from_millis(200));
    for (id, comes) in [("cut", false), ("short", true)] {
        let host = faulty(&format!("delivery/{id}")).await;
        let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        let mut stream = tokio::net::TcpStream::connect(host.host.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // The connection ends, one way or the other.
        let _ = stream.read_to_end(&mut bytes).await;
        assert_eq!(bytes.starts_with(b"HTTP/1.1 401"), comes, "{id}: {}", String::from_utf8_lossy(&bytes));
    }
}
