//! What is read back is held against what was told.

use crate::contract::Contract;
use crate::exchange::{Answer, Exchange, Head, Headers, Outcome, Sent};
use crate::judge::{self, Observation, Severity};
use crate::plan::{self, Plan, Position, Scenario, Wishes};
use crate::source::Document;
use bytes::Bytes;
use std::time::Duration;

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /things:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {}}}
          links:
            read:
              operationId: read
              parameters: {id: $response.body#/id}
              STATED
        '202': {description: later}
      x-probity:
        volatile: [$response.body#/id]
        rules: [{recent: {at: $response.body#/at, unit: seconds, within: 5m}}]
  /things/{id}:
    get:
      operationId: read
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: one, content: {application/json: {schema: {}}}}, '404': {description: none}}
";

struct Trial {
    contract: Contract,
    plan: Plan,
}

impl Trial {
    fn of(stated: &str) -> Trial {
        let text = CONTRACT.replace("STATED", stated);
        let document = Document::from_text("things.yaml", &text).unwrap();
        let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
        let plan = plan::plan(&contract, &Wishes::default()).unwrap();
        Trial { contract, plan }
    }

    fn observed(&self, told: (u16, &str), read: (u16, &str)) -> Vec<Observation> {
        let follows = |scenario: &Scenario| scenario.cases.iter().any(|case| case.follows.is_some());
        let index = self.plan.scenarios.iter().position(|scenario| follows(scenario)).unwrap();
        let exchanges = [told, (201, "{}"), read].map(|one| Some(exchange(one)));
        judge::exchange(&self.contract, (&self.plan, ""), &exchanges, Position { scenario: index, step: 2 })
            .observations
    }

    fn kinds(&self, told: &str, read: &str) -> Vec<String> {
        self.observed((201, told), (200, read)).into_iter().map(|found| found.answer).collect()
    }
}

fn exchange((status, body): (u16, &str)) -> Exchange {
    let headers = [("content-type", "application/json")].into();
    Exchange {
        sent: Sent {
            head: Head {
                method: "POST".into(),
                url: "https://api.example/things".into(),
                headers: Headers::default(),
            }
            .into(),
            body: Some(Bytes::from(r#"{"name": "sent", "size": 9007199254740993}"#).into()),
        },
        outcome: Outcome::Answered(Answer { status, headers, body: body.to_owned().into() }),
        ended: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        attempts: 1,
        leaks_secret: false,
        uncertain: false,
        away: false,
    }
}

fn whole() -> Trial {
    Trial::of("x-probity: {}")
}

#[test]
fn what_both_have_is_the_same_and_what_one_has_is_left_alone() {
    let trial = whole();
    for (told, read) in [
        (r#"{"id": 1, "n": 1.50}"#, r#"{"n": 1.5, "id": 1}"#),
        (r#"{"id": 1, "errors": []}"#, r#"{"id": 1, "links": {}}"#),
        (r#"{"id": 1, "a": null}"#, r#"{"id": 1}"#),
        (r#"{"id": 1, "a": {"b": [1, {"c": 2}]}}"#, r#"{"id": 1, "a": {"b": [1, {"c": 2, "d": 3}]}}"#),
        ("{}", "{}"),
    ] {
        assert_eq!(trial.kinds(told, read), [] as [&str; 0], "{told} {read}");
    }
    for (told, read, kind) in [
        (r#"{"n": "Gold"}"#, r#"{"n": "gold"}"#, "$response.body#/n it is in lower case"),
        (r#"{"n": 2}"#, r#"{"n": "2"}"#, "$response.body#/n a number became a text"),
        (r#"{"n": 2}"#, r#"{"n": null}"#, "$response.body#/n it is absent or null"),
        (
            r#"{"a": [{"b": true}]}"#,
            r#"{"a": [{"b": false}]}"#,
            "$response.body#/a/0/b the truth value is the other",
        ),
        (r#"{"a": [1]}"#, r#"{"a": []}"#, "$response.body#/a the list has another length"),
        (r#"{"id": "x1"}"#, r#"{"id": "x2"}"#, "$response.body#/id the text differs"),
        (r#"{"n": 2}"#, r#"{"error": "none"}"#, "$response.body nothing of it is there"),
        (r#"{"n": 2}"#, "null", "$response.body nothing of it is there"),
    ] {
        assert_eq!(trial.kinds(told, read), [kind], "{told} {read}");
    }
}

#[test]
fn a_time_may_be_rounded_as_far_as_is_stated() {
    let trial = Trial::of("x-probity: {rounding: {/at: 1ms, /until: 1s, /n: 1s}}");
    let told = r#"{"at": 1702963230.966423000, "until": "2025-11-20T13:17:30.7Z"}"#;
    for read in [
        r#"{"at": 1702963230.966, "until": "2025-11-20T13:17:30Z"}"#,
        r#"{"at": 1702963230.967, "until": "2025-11-20T13:17:31Z"}"#,
        r#"{"at": 1.702963230966423e9, "until": "2025-11-20T18:47:31+05:30"}"#,
    ] {
        assert_eq!(trial.kinds(told, read), [] as [&str; 0], "{read}");
    }
    for (read, kind) in [
        (r#"{"at": 1702963230.96}"#, "$response.body#/at it is less than a minute earlier"),
        (
            r#"{"at": 1702959630.966}"#,
            "$response.body#/at it is exactly 1 h earlier, as in another time zone",
        ),
        (r#"{"at": "x"}"#, "$response.body#/at a text stands for a number"),
        (r#"{"until": "2025-11-22T13:17:30Z"}"#, "$response.body#/until it is about 2 days later"),
    ] {
        assert_eq!(trial.kinds(told, read), [kind], "{read}");
    }
    assert_eq!(trial.kinds(r#"{"n": "a"}"#, r#"{"n": "b"}"#).len(), 1);
}

#[test]
fn the_places_that_are_the_same_are_named_and_may_be_in_the_request() {
    let trial = Trial::of(
        "x-probity: {same: [[$request.body, $response.body#/data], [$response.body#/meta, $response.body#/data]], except: [/views]}",
    );
    assert!(trial.kinds(r#"{"meta": {"views": 1}}"#, r#"{"data": {"name": "sent", "views": 2}}"#).is_empty());
    let found = trial.observed((201, "{}"), (200, r#"{"data": {"name": "other"}}"#));
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].title,
        "`$response.body#/data/name` is not what `make` told at `$request.body#/name`: the text differs"
    );
    assert!(found[0].at.ends_with("/links/read/x-probity"));
}

#[test]
fn a_great_integer_that_was_sent_and_became_a_double_is_a_remark() {
    let severity = |stated: &str, told: &str, read: &str| {
        let found = Trial::of(stated).observed((201, told), (200, read));
        found.iter().map(|one| one.severity).collect::<Vec<_>>()
    };
    let sent = "x-probity: {same: [[$request.body, $response.body]]}";
    assert_eq!(severity(sent, "{}", r#"{"size": 9007199254740992}"#), [Severity::Warn]);
    assert_eq!(severity(sent, "{}", r#"{"size": 9007199254740991}"#), [Severity::Deny]);
    let told = "x-probity: {}";
    assert_eq!(
        severity(told, r#"{"n": 9007199254740993}"#, r#"{"n": 9007199254740992}"#),
        [Severity::Warn],
        "it is told what was sent"
    );
    assert_eq!(
        severity(told, r#"{"n": 9007199254740995}"#, r#"{"n": 9007199254740996}"#),
        [Severity::Deny],
        "the host's own number is another"
    );
}

#[test]
fn a_read_that_is_refused_after_an_accepted_create_is_a_defect_only_where_it_is_promised() {
    let refused = |trial: &Trial| {
        let found = trial.observed((201, "{}"), (404, "{}"));
        found.into_iter().map(|one| one.check.id).collect::<Vec<_>>()
    };
    assert_eq!(refused(&whole()), ["valid-accepted"]);
    assert_eq!(refused(&Trial::of("description: no promise")), [] as [&str; 0]);
}

#[test]
fn nothing_is_compared_where_nothing_is_promised() {
    let (told, read) = (r#"{"n": 1}"#, r#"{"n": 2}"#);
    assert!(Trial::of("description: no promise").kinds(told, read).is_empty());
    assert!(whole().observed((202, told), (200, read)).is_empty());
    assert!(whole().observed((404, told), (200, read)).is_empty());
    assert!(whole().kinds("not JSON", read).is_empty());
    assert!(whole().kinds(r#"{"n": 1, "n": 2}"#, read).is_empty());
}
