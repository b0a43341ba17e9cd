//! The shipped contract: two endpoints that create groups.

use super::*;

const BADGES: &str = "/api_gateway/v1/badges/group";
const REWARDS: &str = "/api_gateway/rewards/core/v1/group/create";
const TOKEN: &str = "/v3/oauth/token/generate";
const JSON: (&str, &str) = ("content-type", "application/json");

async fn groups() -> Served {
    served(
        contract("groups.openapi.yaml", include_str!("../../../spec/groups.openapi.yaml")),
        HostSettings::default(),
    )
    .await
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl Served {
    async fn create(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        let Accepted { user, password, .. } = self.host.credentials();
        self.send("POST", path, &[("authorization", &basic(user, password)), JSON], body).await
    }

    async fn codes(&self, path: &str, body: impl AsRef<[u8]>) -> (u16, Vec<i64>) {
        let reply = self.create(path, body).await;
        let body = reply.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let codes = errors.iter().map(|error| &error["code"]).chain(body.pointer("/status/code"));
        (reply.status, codes.filter_map(Value::as_i64).collect())
    }
}

#[tokio::test]
async fn a_badges_group_is_created_as_it_was_sent() {
    let served = groups().await;
    let now = jiff::Timestamp::now();
    let reply = served.create(BADGES, r#"{"name": "Göld ☃", "rank": 7, "other": true}"#).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let data = &reply.json()["data"];
    assert_eq!((&data["name"], &data["rank"]), (&json!("Göld ☃"), &json!(7)));
    assert_eq!((&data["createdOn"], &data["createdBy"]), (&data["lastUpdatedOn"], &data["lastUpdatedBy"]));
    let created = data["createdOn"].as_f64().unwrap();
    let instant =
        jiff::Timestamp::from_microsecond(format!("{:.0}", created * 1e6).parse().unwrap()).unwrap();
    assert!((instant.as_second() - now.as_second()).abs() < 60 && created.fract() != 0.0, "{created}");
    let second = jiff::Timestamp::from_second(instant.as_second()).unwrap();
    assert_eq!(data["createdOnISO"], second.to_string());
    assert_eq!(data.get("other"), None);
    assert_eq!(reply.json()["errors"], json!([]));
    assert!(reply.header("x-cap-requestid").is_some());
    let other = served.create(BADGES, r#"{"name": "Silver", "rank": 7}"#).await.json();
    assert_ne!(other["data"]["id"], data["id"]);
    assert_eq!(other["data"]["orgId"], data["orgId"]);
}

#[tokio::test]
async fn a_rewards_group_is_created_as_it_was_sent() {
    let served = groups().await;
    let group = served.create(REWARDS, r#"{"name": "UAT", "rank": null}"#).await.json();
    assert_eq!((&group["name"], group.get("rank")), (&json!("UAT"), Some(&Value::Null)));
    let instant = jiff::Timestamp::from_millisecond(group["createdOn"].as_i64().unwrap()).unwrap();
    let text = jiff::Timestamp::from_second(instant.as_second()).unwrap().to_string();
    assert_eq!(
        (group["createdOnDateTime"].as_str(), group["lastUpdatedOnDateTime"].as_str()),
        (Some(&*text), Some(&*text))
    );
    let next = served.create(REWARDS, r#"{"name": "UAT 2"}"#).await.json();
    assert_eq!(next["id"].as_i64(), group["id"].as_i64().map(|id| id + 1));
    assert!(next.get("rank").is_none_or(Value::is_null));
}

#[tokio::test]
async fn numbers_that_a_double_rounds_come_back_as_they_were_sent() {
    let served = groups().await;
    for digits in ["123456789012345678901234567890", "9223372036854775808", "-9007199254740993", "1e3", "2.0"]
    {
        let reply = served.create(BADGES, format!(r#"{{"name": "n{digits}", "rank": {digits}}}"#)).await;
        assert!(reply.body.contains(&format!(r#""rank":{digits},"#)), "{digits}: {}", reply.body);
    }
}

#[tokio::test]
async fn each_wrong_request_gets_the_code_of_its_cause() {
    let served = groups().await;
    assert_eq!(served.create(BADGES, r#"{"name": "Gold", "rank": 1}"#).await.status, 200);
    assert_eq!(served.create(REWARDS, r#"{"name": "Gold"}"#).await.status, 200);
    for (path, body, codes) in [
        (BADGES, r#"{"name": "Gold", "rank": 2}"#, vec![733]),
        (BADGES, r#"{"name": "G"}"#, vec![732]),
        (BADGES, r#"{"name": "G", "rank": null}"#, vec![732]),
        (BADGES, r#"{"rank": 1}"#, vec![735]),
        (BADGES, r#"{"name": null, "rank": 1}"#, vec![735]),
        (BADGES, "{}", vec![735, 732]),
        (BADGES, r#"{"name": 1, "rank": 1}"#, vec![400]),
        (BADGES, r#"{"name": 1, "rank": "1"}"#, vec![400]),
        (BADGES, r#"{"name": "G", "rank": 1.5}"#, vec![400]),
        (BADGES, r#"{"name": "G", "rank": 1"#, vec![400]),
        (BADGES, "\u{feff}{}", vec![400]),
        (BADGES, "[]", vec![400]),
        (BADGES, "null", vec![732]),
        (REWARDS, r#"{"name": "Gold", "rank": 9}"#, vec![12012]),
        (REWARDS, r#"{"rank": 9}"#, vec![400]),
        (REWARDS, r#"{"name": []}"#, vec![400]),
        (REWARDS, "", vec![400]),
    ] {
        let (status, mut found) = served.codes(path, body).await;
        found.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!((status, found), (400, codes), "{body}");
    }
}

#[tokio::test]
async fn a_name_is_taken_by_what_was_accepted_only_and_as_it_is_written() {
    let served = groups().await;
    assert_eq!(served.codes(BADGES, r#"{"name": "A"}"#).await.1, [732]);
    for accepted in ["A", "a", "A ", "\u{c4}", "A\u{308}"] {
        let reply = served.create(BADGES, json!({"name": accepted, "rank": 1}).to_string()).await;
        assert_eq!(reply.status, 200, "{accepted:?}");
    }
    assert_eq!(served.codes(BADGES, r#"{"name": "\u0041", "rank": 1}"#).await.1, [733]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_create_one_name_at_once_exactly_one_is_accepted() {
    let served = Arc::new(groups().await);
    let tasks = (0..50).map(|_| {
        let served = Arc::clone(&served);
        tokio::spawn(async move { served.create(BADGES, r#"{"name": "once", "rank": 1}"#).await.status })
    });
    let mut accepted = 0;
    for task in tasks.collect::<Vec<_>>() {
        accepted += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn only_good_credentials_are_let_in() {
    let served = groups().await;
    let good = basic("demo", "demo-password");
    let digest = basic("demo", "9d1a3c2a");
    for wrong in [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Bearer demo-token",
        &digest,
        &basic("demo", ""),
        &basic("x", "demo-password"),
        &good[..20],
    ] {
        let reply = served
            .send("POST", BADGES, &[("authorization", wrong), JSON], r#"{"name": "x", "rank": 1}"#)
            .await;
        assert_eq!(reply.status, 401, "{wrong}");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Basic "));
    }
    let digest = "4b4d9529148d8d9440d7e20c78287f69";
    for (number, right) in [good, basic("demo", digest)].iter().enumerate() {
        let body = json!({"name": format!("right {number}"), "rank": 1}).to_string();
        assert_eq!(served.send("POST", BADGES, &[("authorization", right), JSON], body).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_is_given_for_key_and_secret_and_good_until_it_expires() {
    let contract = contract("groups.openapi.yaml", include_str!("../../../spec/groups.openapi.yaml"));
    let settings = HostSettings { token_life: Duration::from_millis(1500), ..HostSettings::default() };
    let served = served(contract, settings).await;
    let ask = async |body: &str| served.raw("POST", TOKEN, &[JSON], body).await;
    for wrong in [r#"{"key": "demo-key"}"#, r#"{"key": "demo-key", "secret": "x"}"#, "[]"] {
        assert_eq!(ask(wrong).await.status, 401);
    }
    assert_eq!(ask("{").await.status, 400);
    assert_eq!(served.raw("GET", TOKEN, &[], "").await.status, 405);
    let body = ask(r#"{"secret": "demo-secret", "key": "demo-key"}"#).await.json();
    let token = body["data"]["accessToken"].as_str().unwrap();
    assert_eq!(body["data"]["ttlSeconds"], 1);
    let with = async |token: &str, name: &str| {
        let body = json!({"name": name, "rank": 1}).to_string();
        served.send("POST", BADGES, &[("x-cap-api-oauth-token", token), JSON], body).await.status
    };
    assert_eq!(with(token, "a").await, 200);
    assert_eq!(with("demo-token", "b").await, 401);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    assert_eq!(with(token, "c").await, 401);
}

#[tokio::test]
async fn media_types_methods_paths_and_sizes_are_minded() {
    let served = groups().await;
    let good = basic("demo", "demo-password");
    let auth = ("authorization", good.as_str());
    let body = r#"{"name": "m", "rank": 1}"#;
    for wrong in ["text/plain", "application/xml", "application/json-seq", ""] {
        assert_eq!(
            served.send("POST", BADGES, &[auth, ("content-type", wrong)], body).await.status,
            415,
            "{wrong}"
        );
    }
    assert_eq!(served.send("POST", BADGES, &[auth], body).await.status, 200);
    let parametrised = ("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(
        served.send("POST", BADGES, &[auth, parametrised], r#"{"name": "p", "rank": 1}"#).await.status,
        200
    );
    for method in ["GET", "PUT", "DELETE", "TRACE", "HEAD", "FOO"] {
        let reply = served.raw(method, BADGES, &[auth], "").await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST, OPTIONS")));
        assert!(reply.header("x-cap-requestid").is_some());
    }
    assert_eq!(served.raw("OPTIONS", BADGES, &[], "").await.status, 204);
    assert_eq!(served.raw("POST", "/api_gateway/v1/badges/group/", &[auth], body).await.status, 404);
    let large = format!(r#"{{"name": "{}", "rank": 1}}"#, "x".repeat(super::super::MAX_BODY_BYTES));
    assert_eq!(served.raw("POST", BADGES, &[auth, JSON], large).await.status, 413);
}

#[tokio::test]
async fn no_body_brings_the_host_down() {
    let served = groups().await;
    let deep = "[".repeat(900) + &"]".repeat(900);
    let name = format!(r#"{{"name": {deep}, "rank": 1}}"#);
    let long = json!({"name": "x".repeat(3_000_000), "rank": 1}).to_string();
    for (body, status) in [
        (deep.as_bytes(), 400),
        (name.as_bytes(), 400),
        ("[".repeat(100_000).as_bytes(), 400),
        (b"\xff\xfe", 400),
        (br#"{"name": "\ud800", "rank": 1}"#, 200),
        (br#"{"name": "\u0000", "rank": 0}"#, 200),
        (br#"{"name": "x", "name": "y", "rank": 1e400}"#, 200),
        (long.as_bytes(), 200),
    ] {
        assert_eq!(served.create(BADGES, body).await.status, status);
    }
}

#[tokio::test]
async fn a_host_that_is_dropped_stops() {
    let served = groups().await;
    let address = served.host.address();
    drop(served);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn ids_never_come_twice() {
    let served = groups().await;
    let mut ids = HashSet::new();
    for number in 0..40 {
        let reply = served.create(BADGES, json!({"name": number.to_string(), "rank": 1}).to_string()).await;
        assert!(ids.insert(reply.json()["data"]["id"].to_string()));
    }
}
