//! Groups read back by their id, tokens in time, and clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::client::{Answer, PATIENCE, exchange};
use super::{Ask, Expect, create, token};
use crate::rival::{Area, Endpoint, Fault, OAUTH_KEY, OAUTH_SECRET, Rival, TOKEN_PATH, Variant};

const CREATED: &str = r#"{"name":"Read \u00e9 Back","rank":7}"#;

/// Reads a group with the credentials of a create, or with none.
fn read(rival: &Rival, endpoint: Endpoint, id: &Value, open: bool) -> Answer {
    let mut ask = Ask::post(endpoint, "", Expect::Created);
    ask.method = "GET";
    if open {
        ask.headers.clear();
    }
    let prefix = match endpoint {
        Endpoint::Badges => "/api_gateway/v1/badges/group",
        Endpoint::Rewards => "/api_gateway/rewards/core/v1/group",
    };
    let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let bytes = String::from_utf8(ask.bytes("")).unwrap();
    let bytes = bytes.replacen(endpoint.path(), &format!("{prefix}/{id}"), 1);
    Answer::parse(&exchange(rival.address, bytes.as_bytes(), PATIENCE))
}

/// Why what is read is not what was created.
fn difference(rival: &Rival, endpoint: Endpoint) -> Option<String> {
    let first = create(rival, endpoint, r#"{"name":"Read before","rank":1}"#).group();
    let created = create(rival, endpoint, CREATED).group();
    let answer = read(rival, endpoint, &created["id"], false);
    if answer.status != 200 {
        return Some(format!("status {}", answer.status));
    }
    let group = answer.group();
    for key in ["id", "name", "rank", "orgId", "isActive", "createdBy"] {
        if group[key] != created[key] {
            return Some(format!("{key}: {} for {}", group[key], created[key]));
        }
    }
    let tolerance = match endpoint {
        Endpoint::Badges => 0.0011,
        Endpoint::Rewards => 1000.0,
    };
    for key in ["createdOn", "lastUpdatedOn"] {
        let apart = group[key].as_f64().unwrap() - created[key].as_f64().unwrap();
        if apart.abs() > tolerance {
            return Some(format!("{key}: {apart} off"));
        }
    }
    let unknown = match endpoint {
        Endpoint::Badges => Value::from("000000000000000000000000"),
        Endpoint::Rewards => Value::from(9),
    };
    assert_eq!(read(rival, endpoint, &unknown, false).status, 404);
    assert_eq!(read(rival, endpoint, &first["id"], false).group()["name"], "Read before");
    let open = read(rival, endpoint, &created["id"], true).status;
    (open != 401).then(|| format!("status {open} without credentials"))
}

#[test]
fn what_was_created_is_read_back() {
    for variant in Variant::ALL.into_iter().chain([Variant::Ahead]) {
        let rival = Rival::start(variant, None);
        for endpoint in Endpoint::ALL {
            assert_eq!(difference(&rival, endpoint), None, "{variant:?}");
        }
    }
}

#[test]
fn reads_are_rounded_as_the_pages_show() {
    let rival = Rival::start(Variant::Strict, None);
    let created = create(&rival, Endpoint::Badges, CREATED).group();
    let answer = read(&rival, Endpoint::Badges, &created["id"], false);
    assert_eq!(answer.json()["errors"], Value::Null);
    let text = String::from_utf8(answer.body).unwrap();
    let decimals = text.split("\"createdOn\":").nth(1).unwrap().split('.').nth(1).unwrap();
    assert_eq!(&decimals[3..9], "000000", "{text}");
    let created = create(&rival, Endpoint::Rewards, CREATED).group();
    let group = read(&rival, Endpoint::Rewards, &created["id"], false).group();
    assert_eq!(group["createdOn"].as_i64().unwrap() % 1000, 0, "{group}");
}

#[test]
fn every_fault_of_reading_back_shows() {
    for fault in Fault::ALL.into_iter().filter(|fault| fault.area() == Area::ReadBack) {
        for endpoint in Endpoint::ALL {
            let rival = Rival::start(Variant::Strict, Some(fault));
            assert!(difference(&rival, endpoint).is_some(), "{} {endpoint:?}", fault.id());
        }
    }
    assert!(Fault::of_creates().all(|fault| fault.area() != Area::ReadBack));
}

#[test]
fn only_get_reads() {
    let rival = Rival::start(Variant::Strict, None);
    let mut ask = Ask::post(Endpoint::Badges, CREATED, Expect::Created);
    ask.path = "/api_gateway/v1/badges/group/6581281e8f68666070de15c5";
    let answer = Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE));
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("Allow: GET"));
}

fn issued(fault: Option<Fault>) -> Value {
    let rival = Rival::start(Variant::Strict, fault);
    let mut ask = Ask::post(
        Endpoint::Badges,
        format!(r#"{{"key":"{OAUTH_KEY}","secret":"{OAUTH_SECRET}"}}"#),
        Expect::Created,
    );
    ask.path = TOKEN_PATH;
    Answer::parse(&exchange(rival.address, &ask.bytes(""), PATIENCE)).json()["data"].clone()
}

#[test]
fn tokens_say_how_long_they_live() {
    assert_eq!(issued(None)["ttlSeconds"], 300);
    assert_eq!(issued(Some(Fault::TokenNoLife)).get("ttlSeconds"), None);
    assert!(issued(Some(Fault::TokenLifeText))["ttlSeconds"].is_string());
}

#[test]
fn a_short_token_dies_in_time() {
    for (variant, fault, status) in
        [(Variant::Jittered, None, 401), (Variant::Strict, Some(Fault::AccessTokenOutlives), 200)]
    {
        let rival = Rival::start(variant, fault);
        let token = token(&rival);
        let send = |name: &str| {
            let body = format!(r#"{{"name":"{name}","rank":1}}"#);
            let mut ask = Ask::post(Endpoint::Badges, body, Expect::Created);
            ask.headers[0] = (crate::rival::TOKEN_HEADER, token.clone());
            Answer::parse(&exchange(rival.address, &ask.bytes(&token), PATIENCE)).status
        };
        assert_eq!(send("At once"), 200);
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(send("Later"), status);
    }
}

#[test]
fn a_clock_that_is_ahead_agrees_with_its_date() {
    let rival = Rival::start(Variant::Ahead, None);
    let answer = create(&rival, Endpoint::Rewards, CREATED);
    let group = answer.group();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let ahead = group["createdOn"].as_u64().unwrap() - u64::try_from(now.as_millis()).unwrap();
    assert!((85_000..91_000).contains(&ahead), "{ahead}");
    let clock = &group["createdOnDateTime"].as_str().unwrap()[11..19];
    assert!(answer.head.contains(&format!(" {clock} GMT")), "{clock} {}", answer.head);
}
