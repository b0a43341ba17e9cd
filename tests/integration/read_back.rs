//! Reading back through links: a correct host is green however it rounds, and what is read
//! otherwise than it was created is found.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Driver, Ran, probity, repository};
use crate::rival::{Area, Fault, Rival, Variant};

fn companion() -> PathBuf {
    repository().join("spec/groups-readback.openapi.yaml")
}

/// What a host does wrong when a group is read.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Defect {
    None,
    OtherName,
    LoweredName,
    OtherRank,
    OtherId,
    OtherOrg,
    Inactive,
    HoursOff,
    SecondsOff,
    NotFound,
    Failed,
    First,
    Previous,
    Refused,
    Empty,
}

/// How a correct host rounds.
#[derive(Clone, Copy, Debug)]
enum Rounding {
    Off,
    Nearest,
    Exact,
}

/// A group as it was created, with its microseconds.
#[derive(Clone)]
struct Group {
    rewards: bool,
    number: usize,
    body: Value,
    micros: u64,
}

/// A host that creates whatever comes, and reads it back with a fault.
fn host(rounding: Rounding, fault: Defect) -> Canned {
    let groups: Mutex<Vec<Group>> = Mutex::default();
    Canned::start(move |asked: &Asked| {
        let mut groups = groups.lock().expect("a lock");
        let mut words = asked.line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let rewards = path.contains("/rewards/");
        if !asked.head.to_ascii_lowercase().contains("\r\nauthorization:") {
            return Reply::Bytes(answer("401 Unauthorized", "", "{}"));
        }
        if method == "POST" {
            let body = asked.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
            let number = groups.len() + 1;
            let body = serde_json::from_str(body).expect("a JSON body");
            // Just before the next second, where rounding makes a difference.
            let micros = now.as_secs() * 1_000_000 + 999_600 + number as u64;
            let group = Group { rewards, number, body, micros };
            let told = shown(&group, group.micros, &json!([]));
            groups.push(group);
            return Reply::Bytes(answer("200 OK", "", told));
        }
        let id = path.rsplit('/').next().unwrap_or_default();
        let own = |group: &&Group| group.rewards == rewards && id_of(group) == id;
        let found = groups.iter().find(own);
        let missing = || Reply::Bytes(answer("404 Not Found", "", "{}"));
        let read = match (fault, found) {
            (_, None) | (Defect::NotFound, _) => return missing(),
            (Defect::Failed, _) => return Reply::Bytes(answer("500 Internal Server Error", "", "{}")),
            (Defect::Refused, Some(_)) => {
                let body = r#"{"status": {"success": false, "code": 1}}"#;
                return Reply::Bytes(answer("200 OK", "", body));
            }
            (Defect::First, _) => groups.iter().find(|group| group.rewards == rewards),
            (Defect::Previous, Some(own)) => {
                let before = |group: &&Group| group.rewards == rewards && group.number <= own.number;
                groups.iter().rev().filter(before).nth(1).or(Some(own))
            }
            (_, found) => found,
        };
        let mut group = read.expect("a group").clone();
        let (unit, half) = if rewards { (1_000_000, 500_000) } else { (1_000, 500) };
        let micros = match rounding {
            Rounding::Off => group.micros / unit * unit,
            Rounding::Nearest => (group.micros + half) / unit * unit,
            Rounding::Exact => group.micros,
        };
        let micros = match fault {
            Defect::HoursOff => micros - 5 * 3_600_000_000,
            Defect::SecondsOff => micros + 3_000_000,
            _ => micros,
        };
        match fault {
            Defect::OtherName => group.body["name"] = json!("GROUP_RANK_4"),
            Defect::LoweredName => {
                let name = group.body["name"].as_str().unwrap_or_default().to_uppercase();
                group.body["name"] = json!(name);
            }
            Defect::OtherRank => group.body["rank"] = json!(group.body["rank"].as_i64().unwrap_or(0) + 1),
            Defect::OtherId => group.number += 1000,
            _ => {}
        }
        let mut text = shown(&group, micros, &Value::Null);
        match fault {
            Defect::OtherOrg => text = text.replace("\"orgId\":1", "\"orgId\":2"),
            Defect::Inactive => text = text.replace("\"isActive\":true", "\"isActive\":false"),
            Defect::Empty if !rewards => r#"{"data": {}, "errors": null}"#.clone_into(&mut text),
            _ => {}
        }
        Reply::Bytes(answer("200 OK", "", text))
    })
}

fn id_of(group: &Group) -> String {
    let Group { rewards, number, micros, .. } = group;
    if *rewards { number.to_string() } else { format!("{:08x}{number:016x}", micros / 1_000_000) }
}

/// A group as an answer shows it, in text, since its numbers have more digits than a double.
fn shown(group: &Group, micros: u64, errors: &Value) -> String {
    let (name, rank) = (&group.body["name"], &group.body["rank"]);
    let rest =
        format!(r#""orgId":1,"name":{name},"rank":{rank},"createdBy":7,"lastUpdatedBy":7,"isActive":true"#);
    if group.rewards {
        let id = id_of(group);
        let (millis, whole) = (micros / 1000, micros / 1_000_000 * 1_000_000);
        let at = date_time(whole / 1_000_000);
        return format!(
            r#"{{"id":{id},{rest},"createdOn":{millis},"createdOnDateTime":"{at}","lastUpdatedOn":{millis},"lastUpdatedOnDateTime":"{at}"}}"#
        );
    }
    let id = id_of(group);
    let seconds = format!("{}.{:06}000", micros / 1_000_000, micros % 1_000_000);
    format!(
        r#"{{"data":{{"id":"{id}",{rest},"createdOn":{seconds},"lastUpdatedOn":{seconds}}},"errors":{errors},"warnings":null}}"#
    )
}

fn date_time(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).expect("a time");
    jiff::Timestamp::from_second(seconds).expect("a time").to_string()
}

/// Only what goes through links, since the host takes whatever comes.
fn check(host: &Canned) -> Driver {
    let driver = probity().args(["check", "--quiet", "--include", "*/link/*"]).arg(companion());
    driver.args(["--target".to_owned(), host.url()]).args(["--report", "json=report.json"]).basic()
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.json("report.json")["findings"].as_array().expect("findings").clone()
}

#[test]
fn a_host_that_rounds_as_documented_is_green() {
    for rounding in [Rounding::Off, Rounding::Nearest, Rounding::Exact] {
        let host = host(rounding, Defect::None);
        check(&host).run().ends_with(0);
        let reads = host.lines().iter().filter(|line| line.starts_with("GET ")).count();
        assert_eq!((host.lines().len(), reads), (10, 6), "{rounding:?}");
    }
}

#[test]
fn what_is_read_otherwise_than_it_was_created_is_found() {
    for (fault, wanted, told) in [
        (Defect::OtherName, "read-back", "/name` is not what"),
        (Defect::LoweredName, "read-back", "it is in upper case"),
        (Defect::OtherRank, "read-back", "/rank` is not what"),
        (Defect::OtherId, "read-back", "/id` is not what"),
        (Defect::OtherOrg, "read-back", "/orgId` is not what"),
        (Defect::Inactive, "read-back", "the truth value is the other"),
        (Defect::HoursOff, "read-back", "exactly 5 h earlier, as in another time zone"),
        (Defect::SecondsOff, "read-back", "later"),
        (Defect::NotFound, "valid-accepted", "no valid request was accepted: 404"),
        (Defect::Failed, "server-error", "500"),
        (Defect::First, "read-back", "/name` is not what"),
        (Defect::Previous, "read-back", "/name` is not what"),
        (Defect::Refused, "read-back", "nothing of it is there"),
        (Defect::Empty, "read-back", "nothing of it is there"),
    ] {
        let ran = check(&host(Rounding::Off, fault)).run().ends_with(1);
        let findings = findings(&ran);
        let fits = |finding: &&Value| {
            let text = format!("{} {}", finding["title"], finding["actual"]);
            finding["check"] == wanted && text.contains(told)
        };
        let fitting: BTreeSet<&str> =
            findings.iter().filter(fits).filter_map(|finding| finding["operation"].as_str()).collect();
        let both = BTreeSet::from(["get-badges-group", "get-rewards-group"]);
        let wanted = if fault == Defect::Empty { BTreeSet::from(["get-badges-group"]) } else { both };
        assert_eq!(fitting, wanted, "{fault:?}: {}", ran.everything());
    }
}

#[test]
fn the_independent_server_is_green_in_every_correct_variant() {
    for variant in Variant::ALL {
        let rival = Rival::start(variant, None);
        let driver = probity().args(["check", "--report", "json=report.json"]).arg(companion());
        let ran = driver.target(&rival).run().ends_with(0);
        assert!(findings(&ran).is_empty(), "{variant:?}: {}", ran.everything());
        let reads = rival.seen().iter().filter(|seen| seen.method == "GET").count();
        assert!(reads > 4, "{variant:?}: {reads} reads");
    }
}

#[test]
fn every_fault_in_reading_of_the_independent_server_is_found() {
    for fault in Fault::ALL.into_iter().filter(|fault| fault.area() == Area::ReadBack) {
        let rival = Rival::start(Variant::Strict, Some(fault));
        let driver = probity().args(["check", "--report", "json=report.json"]).arg(companion());
        let ran = driver.target(&rival).run().ends_with(1);
        let checks: BTreeSet<String> =
            findings(&ran).iter().map(|finding| finding["check"].to_string()).collect();
        let wanted = match fault {
            Fault::ReadNotFound => "valid-accepted",
            Fault::ReadOpen => "credentials-enforced",
            _ => "read-back",
        };
        assert_eq!(checks, BTreeSet::from([format!("\"{wanted}\"")]), "{}: {}", fault.id(), ran.everything());
    }
}

#[test]
fn a_finding_says_where_the_link_promises_it_and_how_to_repeat_it() {
    let ran = check(&host(Rounding::Off, Defect::OtherName)).run().ends_with(1);
    let finding = findings(&ran)
        .into_iter()
        .find(|finding| finding["operation"] == "get-badges-group")
        .expect("a finding");
    let pointer = finding["contract"]["pointer"].as_str().expect("a pointer");
    assert!(pointer.ends_with("/post/responses/200/links/read/x-probity"), "{pointer}");
    assert_eq!(
        finding["contract"]["file"].as_str().unwrap().rsplit('/').next(),
        Some("groups-readback.openapi.yaml")
    );
    let report = ran.json("report.json");
    let mut cases = report["cases"].as_array().expect("cases").iter();
    let case = cases.find(|case| case["id"] == finding["cases"][0]).expect("the first case");
    let url = case["request"]["url"].as_str().expect("a URL");
    assert!(url.ends_with("/api_gateway/v1/badges/group/{groupId}"), "{url}");
    let curl = finding["curl"].as_str().expect("a command");
    assert!(curl.contains("/group/'\"$groupId\""), "{curl}");
    let steps: Vec<&str> = curl.lines().filter(|line| line.starts_with("# step ")).collect();
    assert_eq!(steps[0], "# step 1: create-badges-group/accept/link/get-badges-group/read/first");
    assert!(steps.last().unwrap().ends_with(&format!("{}, the case itself", case["id"].as_str().unwrap())));
    assert!(
        curl.contains("groupId=$(printf '%s' \"$answer_1\" | jq -r '.[\"data\"][\"id\"]|@uri')"),
        "{curl}"
    );
    assert_eq!(finding["note"], "it needs jq");
}

#[test]
fn the_embedded_host_is_green_and_every_link_is_followed() {
    let ran = probity().args(["check", "--report", "json=report.json"]).arg(companion()).run().ends_with(0);
    let report = ran.json("report.json");
    let cases = report["cases"].as_array().expect("cases").iter();
    let read = cases.filter(|case| {
        let id = case["id"].as_str().unwrap_or_default();
        id.starts_with("get-") && id.contains("/accept/link/create-") && case["outcome"]["status"] == 200
    });
    assert_eq!(read.count(), 4);
    assert!(findings(&ran).is_empty() && report["gaps"] == json!([]), "{}", report["gaps"]);
}

#[test]
fn an_answer_without_what_its_link_gives_is_told_and_nothing_is_judged() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: make
      responses:
        '201':
          description: made
          links: {read: {operationId: read, parameters: {id: $response.body#/id}, x-probity: {}}}
  /things/{id}:
    get:
      operationId: read
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: one}, '404': {description: none}}
";
    let host = Canned::start(|asked| {
        let status = if asked.line.starts_with("POST") { "201 Created" } else { "404 Not Found" };
        Reply::Bytes(answer(status, "", "{}"))
    });
    let ran = probity()
        .with_file("c.yaml", contract)
        .args(["check", "c.yaml", "--include", "*/link/*", "--target"])
        .arg(host.url())
        .run()
        .ends_with(0);
    assert!(
        ran.stdout.contains("an accepted `make` has nothing that fits at `$response.body#/id`"),
        "{}",
        ran.everything()
    );
    assert_eq!(host.lines().len(), 2);
}

#[test]
fn a_link_that_leads_nowhere_is_told_with_its_line_and_the_rest_runs() {
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: make
      responses:
        '201':
          description: made
          links:
            read:
              operationId: reed
              parameters: {id: $response.body#/id}
  /things/{id}:
    get:
      operationId: read
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: one}, '404': {description: none}}
";
    let ran = probity().with_file("c.yaml", contract).args(["plan", "c.yaml"]).run().ends_with(0);
    let told = "gap: make: the link names `reed`, which is no operation that can be tested; did you mean `read`? (c.yaml:12:";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    probity().with_file("c.yaml", contract).args(["check", "c.yaml"]).run().ends_with(0);
}

#[test]
fn a_mistake_in_a_shared_extension_is_placed_where_it_stands() {
    let shared = "unique: [{filed: /name}]\n";
    let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a: {post: {operationId: a, responses: {'200': {description: fine}}, x-probity: {$ref: 'shared.yaml'}}}
  /b: {post: {operationId: b, responses: {'200': {description: fine}}, x-probity: {$ref: 'shared.yaml'}}}
";
    let driver = probity().with_file("shared.yaml", shared).with_file("c.yaml", contract);
    let ran = driver.args(["plan", "c.yaml"]).run().ends_with(3);
    assert!(ran.stderr.contains("shared.yaml:1:11"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `field`?"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("unknown key `filed`").count(), 1, "{}", ran.stderr);
}
