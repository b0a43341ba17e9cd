use super::*;
use crate::exchange::{Answer, Head, Headers, Outcome, Sent};
use crate::plan::{self, Plan, Wishes};
use crate::source::Document;
use std::sync::Arc;
use std::time::Duration;

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Things, version: '1'}
paths:
  /rooms/{room}/things:
    post:
      operationId: make
      parameters: [{name: room, in: path, required: true, schema: {type: string}}]
      responses:
        '201':
          description: made
          links:
            read:
              operationId: read
              parameters:
                room: $request.path.room
                path.id: $response.body#/id
                query.id: $response.header.Location
                X-Tag: $response.body#/tag
                view: all
  /rooms/{room}/{id}:
    get:
      operationId: read
      parameters:
        - {name: room, in: path, required: true, schema: {type: string}}
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: id, in: query, schema: {type: string}}
        - {name: view, in: query, schema: {type: string}}
        - {name: X-Tag, in: header, schema: {type: boolean}}
      responses: {'200': {description: one}}
";

fn planned() -> (Contract, Plan) {
    let document = Document::from_text("things.yaml", CONTRACT).unwrap();
    let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
    let plan = plan::plan(&contract, &Wishes::default()).unwrap();
    (contract, plan)
}

fn exchange(status: u16, body: &str) -> Exchange {
    Exchange {
        sent: Sent {
            head: Head {
                method: "POST".into(),
                url: "https://api.example/rooms/a%20b/things".into(),
                headers: Headers::default(),
            }
            .into(),
            body: None,
        },
        outcome: Outcome::Answered(Answer {
            status,
            headers: [("location", "/things/7?x=1")].into(),
            body: body.to_owned().into(),
        }),
        ended: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        attempts: 1,
        leaks_secret: false,
        uncertain: false,
        away: false,
    }
}

/// The path and the tag of the request that follows this answer.
fn followed(status: u16, body: &str) -> Result<(String, String), Unfilled> {
    let (contract, plan) = planned();
    let follows = |scenario: &&Arc<Scenario>| scenario.cases.iter().any(|case| case.follows.is_some());
    let scenario = plan.scenarios.iter().find(follows).unwrap();
    assert_eq!(scenario.cases.len(), 4);
    let earlier = vec![Some(exchange(500, "{}")), Some(exchange(status, body))];
    let case = scenario.cases.last().unwrap();
    assert_eq!(case.request.path().as_str(), "/rooms/{room}/{id}?id={id}&view={view}");
    let case = filled(&contract, scenario, case, (&earlier, &Supplies::default()))?;
    Ok((case.request.path().to_string(), case.request.header("x-tag").unwrap().into_owned()))
}

#[test]
fn what_a_link_gives_is_taken_from_the_exchange_and_encoded_for_its_place() {
    assert_eq!(
        followed(201, r#"{"id": "x/y-1", "tag": true}"#).unwrap(),
        ("/rooms/a%20b/x%2Fy-1?id=%2Fthings%2F7%3Fx%3D1&view=all".to_owned(), "true".to_owned())
    );
    let digits = r#"{"id": 9007199254740993.10, "tag": false}"#;
    assert!(followed(201, digits).unwrap().0.starts_with("/rooms/a%20b/9007199254740993.10?"));
}

#[test]
fn what_was_refused_is_not_followed() {
    for status in [302, 400, 500] {
        assert_eq!(followed(status, r#"{"id": 1, "tag": true}"#), Err(Unfilled::NotAccepted), "{status}");
    }
}

#[test]
fn an_accepted_answer_without_the_link_is_told() {
    let Err(Unfilled::Lacking(why)) = followed(200, r#"{"id": 1}"#) else { panic!() };
    assert_eq!(why, "the link was not followed: `make` answered 200, which has no such link");
}

#[test]
fn an_answer_without_what_the_link_gives_is_told() {
    for body in ["", "{}", r#"{"id": null}"#, r#"{"id": {}}"#, r#"{"id": ""}"#, r#"{"id": ".."}"#] {
        let Err(Unfilled::Lacking(why)) = followed(201, body) else { panic!("{body}") };
        assert!(why.contains("an accepted `make` has nothing that fits at `$response.body#/id`"), "{why}");
    }
}
