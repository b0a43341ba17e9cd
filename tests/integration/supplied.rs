//! Requests get resources of the run's own, and what only the user knows.

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::cleanup::shops::{CONTRACT, Manners, Shops};
use crate::driver::{Driver, Ran, probity};
use crate::exact::without_times;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The operations of a report, with whether they answered 2xx at least once.
fn answered(report: &Value) -> BTreeMap<String, bool> {
    let mut answered = BTreeMap::new();
    for case in report["cases"].as_array().unwrap() {
        let status = case["outcome"]["status"].as_u64().unwrap_or_default();
        *answered.entry(case["operation"].as_str().unwrap().to_owned()).or_default() |=
            (200..300).contains(&status);
    }
    answered
}

/// A report without times, and without what a host counts.
fn settled(mut report: Value, url: &str) -> String {
    without_times(&mut report);
    format!("{report:#}").replace(url, "http://host")
}

#[test]
fn every_operation_succeeds_on_a_resource_of_the_runs_own() {
    let shops = Shops::start(Manners::default());
    let driver =
        probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--target", &shops.server.url()]);
    let ran = driver.args(["--report", "json=r.json"]).run().ends_with(0);
    let answered = answered(&ran.json("r.json"));
    assert_eq!(answered.len(), 9);
    assert!(answered.values().all(|accepted| *accepted), "{answered:?}\n{}", ran.everything());
}

#[test]
fn the_report_is_the_same_at_any_concurrency_on_a_fresh_and_on_a_used_host() {
    let used = Shops::start(Manners::default());
    let report = |shops: &Shops, jobs: &str| {
        let driver = probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--jobs", jobs]);
        let driver = driver.args(["--target", &shops.server.url(), "--report", "json=r.json", "--keep"]);
        let ran = driver.args(["--run-id", "4071727374"]).run().ends_with(0);
        settled(ran.json("r.json"), &shops.server.url())
    };
    let first = report(&Shops::start(Manners::default()), "1");
    for jobs in ["8", "32"] {
        for (shops, how) in [(&Shops::start(Manners::default()), "fresh"), (&used, "used")] {
            let other = report(shops, jobs);
            let lines = first.lines().zip(other.lines()).filter(|(one, other)| one != other);
            let differing: Vec<_> = lines.take(6).collect();
            assert!(first == other, "{jobs} jobs on a {how} host: {differing:#?}");
        }
    }
}

const ORDERS: &str = r##"
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /orders:
    post:
      operationId: addOrder
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        "400": {description: wrong}
        "415": {description: not JSON}
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getOrder
      responses:
        "200": {description: the order, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        "404": {description: none}
components:
  schemas:
    New: {type: object, required: [name], properties: {name: {type: string, minLength: 1, maxLength: 60}}}
    Order: {type: object, required: [id, name], properties: {id: {type: string}, name: {type: string}}}
"##;

/// A host of orders, of which one thing is as a test wants it.
#[derive(Clone, Copy, PartialEq)]
enum Orders {
    Correct,
    /// It gives out an id that leads nowhere.
    OtherIds,
    /// It creates nothing.
    Full,
    /// It answers whatever is asked for.
    Anything,
}

fn orders(manner: Orders) -> Canned {
    let known: Mutex<BTreeMap<String, String>> = Mutex::default();
    Canned::start(move |asked| {
        let bare = |phrase: &str| Reply::Bytes(answer(phrase, "", "{}"));
        let mut words = asked.line.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut known = known.lock().unwrap();
        match (method, path.strip_prefix("/orders").map(|rest| rest.trim_start_matches('/'))) {
            ("POST", Some("")) if !asked.head.to_lowercase().contains("content-type: application/json") => {
                bare("415 Unsupported Media Type")
            }
            ("POST", Some("")) => match sound(asked) {
                Some(_) if manner == Orders::Full => bare("400 Bad Request"),
                Some(name) => {
                    let id = format!("o{}", known.len() + 1);
                    known.insert(id.clone(), name.clone());
                    let shown = if manner == Orders::OtherIds { format!("x{id}") } else { id };
                    Reply::Bytes(answer("201 Created", "", json!({"id": shown, "name": name}).to_string()))
                }
                None => bare("400 Bad Request"),
            },
            ("GET", Some(id)) if known.contains_key(id) || manner == Orders::Anything => {
                let name = known.get(id).map_or("n", String::as_str);
                Reply::Bytes(answer("200 OK", "", json!({"id": id, "name": name}).to_string()))
            }
            ("GET", Some(_)) => bare("404 Not Found"),
            _ => bare("405 Method Not Allowed"),
        }
    })
}

fn sound(asked: &Asked) -> Option<String> {
    let (_, body) = asked.whole.split_once("\r\n\r\n")?;
    let body: Value = serde_json::from_str(body).ok()?;
    let name = body.as_object()?.get("name")?.as_str()?;
    (1..=60).contains(&name.chars().count()).then(|| name.to_owned())
}

fn check(host: &Canned) -> Driver {
    let driver = probity().with_file("c.yaml", ORDERS).args(["check", "c.yaml", "--report", "json=r.json"]);
    driver.args(["--target", &host.url()])
}

fn gaps(ran: &Ran, operation: &str) -> Vec<String> {
    let report = ran.json("r.json");
    let gaps = report["gaps"].as_array().unwrap().iter().filter(|gap| gap["operation"] == operation);
    gaps.map(|gap| gap["why"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_id_that_was_given_is_asked_for_and_one_that_nobody_has() {
    let host = orders(Orders::Correct);
    let ran = check(&host).run().ends_with(0);
    let asked = host.lines();
    assert!(asked.iter().any(|line| line.starts_with("GET /orders/o")), "{asked:?}");
    assert_eq!(gaps(&ran, "getOrder"), [""; 0]);
    let ran = check(&orders(Orders::Anything)).run().ends_with(1);
    let text = "an invalid request was accepted: path/orderId names a resource that does not exist";
    assert!(ran.stdout.contains(text), "{}", ran.everything());
}

#[test]
fn a_guess_that_is_wrong_costs_a_gap_and_no_finding() {
    let ran = check(&orders(Orders::OtherIds)).run().ends_with(0);
    let gaps = gaps(&ran, "getOrder");
    assert!(
        matches!(gaps.as_slice(), [gap] if gap.starts_with("no valid request was accepted: 404 ")),
        "{gaps:?}"
    );
}

#[test]
fn where_nothing_can_be_made_the_rest_goes_on_as_it_can() {
    let host = orders(Orders::Full);
    let ran = check(&host).run().ends_with(5);
    let lacking = "no resource of the run's own could be had: `addOrder` answered 400";
    assert!(gaps(&ran, "getOrder").contains(&lacking.to_owned()), "{:?}", gaps(&ran, "getOrder"));
    assert!(host.lines().iter().any(|line| line.starts_with("GET /orders/")), "{:?}", host.lines());
}

#[test]
fn what_the_user_knows_is_asked_for_in_place_of_what_could_be_made() {
    let host = orders(Orders::Anything);
    let asked = |driver: Driver, code: i32| {
        driver.args(["--include", "getOrder/*/path/-/*"]).run().ends_with(code);
        host.lines().last().unwrap().clone()
    };
    assert_eq!(asked(check(&host).args(["--with", "orderId=a b"]), 0), "GET /orders/a%20b HTTP/1.1");
    assert_eq!(asked(check(&host).args(["--with", "getOrder.orderId=7"]), 0), "GET /orders/7 HTTP/1.1");
    let file = check(&host).with_file("probity.toml", "[values]\norderId = 8\n");
    assert_eq!(asked(file.clone(), 0), "GET /orders/8 HTTP/1.1");
    assert_eq!(asked(file.args(["--with", "orderId=9"]), 0), "GET /orders/9 HTTP/1.1");
}

#[test]
fn commands_set_up_and_take_down_what_values_name() {
    let host = orders(Orders::Anything);
    let only = ["--include", "getOrder/*/path/-/*"];
    let driver = check(&host).args(only).args(["--setup", "printf '# made\\norderId=s1\\n'"]);
    let ran = driver.args(["--teardown", "printf gone > down.txt"]).run().ends_with(0);
    assert_eq!(host.lines().last().unwrap(), "GET /orders/s1 HTTP/1.1");
    assert_eq!(ran.file("down.txt"), "gone");
    for (setup, why) in [
        ("exit 3", "--setup ended with exit code 3"),
        ("echo orderId", "--setup printed `orderId`, which is no value"),
        ("echo order=1", "no parameter and no member of a body is called `order`"),
    ] {
        let driver = check(&host).args(only).args(["--setup", setup, "--teardown", "printf gone > down.txt"]);
        let ran = driver.run().ends_with(2);
        assert!(ran.stderr.contains(why), "{}", ran.everything());
        assert_eq!(ran.file("down.txt"), "gone");
    }
}

const WATCHES: &str = r##"
openapi: 3.1.0
info: {title: Watches, version: "1"}
paths:
  /watches:
    get:
      operationId: listWatches
      responses:
        "200":
          description: all by their ids
          content: {application/json: {schema: {type: object, additionalProperties: {$ref: "#/components/schemas/Watch"}}}}
    post:
      operationId: addWatch
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses:
        "200": {description: made, content: {text/plain: {schema: {type: string}}}}
        "400": {description: wrong}
        "415": {description: not JSON}
  /watches/{uuid}:
    parameters: [{name: uuid, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getWatch
      responses:
        "200": {description: it, content: {application/json: {schema: {$ref: "#/components/schemas/Watch"}}}}
        "404": {description: none}
    put:
      operationId: changeWatch
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses: {"204": {description: changed}, "400": {description: wrong}, "404": {description: none}, "415": {description: not JSON}}
    delete:
      operationId: endWatch
      responses: {"204": {description: gone}, "404": {description: none}}
components:
  schemas:
    New: {type: object, required: [title], properties: {title: {type: string, minLength: 1, maxLength: 60}}}
    Watch: {type: object, required: [title], properties: {uuid: {type: string}, title: {type: string}}}
"##;

/// A host that answers a create with `OK`, and lists what there is by its id; `shows` says whether the
/// list has the titles.
fn watches(shows: bool) -> (Canned, Arc<Mutex<BTreeMap<String, String>>>) {
    let there = [("foreign-1", "first"), ("foreign-2", "second")];
    let there: BTreeMap<_, _> = there.map(|(id, title)| (id.to_owned(), title.to_owned())).into();
    let known = Arc::new(Mutex::new(there));
    let all = Arc::clone(&known);
    let server = Canned::start(move |asked| {
        let bare = |phrase: &str| Reply::Bytes(answer(phrase, "", ""));
        let shown = |value: Value| Reply::Bytes(answer("200 OK", "", value.to_string()));
        let mut words = asked.line.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut known = known.lock().unwrap();
        let is_json = asked.head.to_lowercase().contains("content-type: application/json");
        let title = || {
            let body: Value = serde_json::from_str(asked.whole.split_once("\r\n\r\n")?.1).ok()?;
            let title = body.get("title")?.as_str()?;
            (1..=60).contains(&title.chars().count()).then(|| title.to_owned())
        };
        let id = path.strip_prefix("/watches").and_then(|rest| rest.strip_prefix('/'));
        match (method, id, path) {
            ("GET", None, "/watches") => {
                let item =
                    |title: &String| if shows { json!({"title": title}) } else { json!({"title": "hidden"}) };
                shown(known.iter().map(|(id, title)| (id.clone(), item(title))).collect())
            }
            ("POST", None, "/watches") if !is_json => bare("415 Unsupported Media Type"),
            ("POST", None, "/watches") => match title() {
                Some(title) => {
                    let id = format!("w{}", known.len() * 7919 % 1000 + known.len() * 1000);
                    known.insert(id, title);
                    Reply::Bytes(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"
                            .to_vec(),
                    )
                }
                None => bare("400 Bad Request"),
            },
            (_, Some(id), _) if !known.contains_key(id) => bare("404 Not Found"),
            ("GET", Some(id), _) => shown(json!({"uuid": id, "title": known[id]})),
            ("PUT", Some(_), _) if !is_json => bare("415 Unsupported Media Type"),
            ("PUT", Some(id), _) => match title() {
                Some(title) => {
                    known.insert(id.to_owned(), title);
                    bare("204 No Content")
                }
                None => bare("400 Bad Request"),
            },
            ("DELETE", Some(id), _) => {
                known.remove(id);
                bare("204 No Content")
            }
            _ => bare("405 Method Not Allowed"),
        }
    });
    (server, all)
}

#[test]
fn what_no_answer_names_is_found_in_the_list_by_the_text_that_the_run_sent() {
    let (server, there) = watches(true);
    let driver = probity().with_file("c.yaml", WATCHES).args(["check", "c.yaml", "--target", &server.url()]);
    let ran = driver.args(["--report", "json=r.json"]).run();
    let answered = answered(&ran.json("r.json"));
    assert_eq!(answered.len(), 5);
    assert!(answered.values().all(|accepted| *accepted), "{answered:?}\n{}", ran.everything());
    let left: Vec<String> = there.lock().unwrap().keys().cloned().collect();
    assert_eq!(left, ["foreign-1", "foreign-2"], "{}", ran.everything());
    assert!(there.lock().unwrap().values().eq(["first", "second"]), "nothing of others is changed");
}

#[test]
fn what_the_list_does_not_show_is_a_gap_and_nothing_of_others_is_taken() {
    let (server, there) = watches(false);
    let driver = probity().with_file("c.yaml", WATCHES).args(["check", "c.yaml", "--target", &server.url()]);
    let ran = driver.args(["--report", "json=r.json"]).run();
    let told = ran.everything();
    assert!(told.contains("no resource of the run's own could be had: `addWatch`"), "{told}");
    let there = there.lock().unwrap();
    assert_eq!(there.get("foreign-1").map(String::as_str), Some("first"));
    assert_eq!(there.get("foreign-2").map(String::as_str), Some("second"));
}
