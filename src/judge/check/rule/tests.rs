//! What rules hold against exchanges.

use super::{Note, check, over_run, tried};
use crate::contract::Contract;
use crate::exchange::{Answer, Exchange, Head, Headers, Outcome, Sent};
use crate::judge::{self, Observation, Severity, View};
use crate::plan::{self, Plan, Position, Verdict, Wishes};
use crate::source::Document;
use bytes::Bytes;
use jiff::Timestamp;
use std::time::Duration;

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths:
  /things/{id}:
    post:
      operationId: change
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody: {content: {application/json: {schema: {}}}}
      responses: {'200': {description: fine}}
      x-probity:
        volatile: [$response.body#/secret]
        rules:
          - ";

/// One exchange under one rule.
struct Trial {
    contract: Contract,
    plan: Plan,
    sent: String,
    headers: Headers,
}

impl Trial {
    fn of(rule: &str) -> Trial {
        Trial::taking("{}", rule)
    }

    /// One whose request has a body of this schema.
    fn taking(schema: &str, rule: &str) -> Trial {
        let text = CONTRACT.replace("schema: {}", &format!("schema: {schema}"));
        let document = Document::from_text("things.yaml", &format!("{text}{rule}\n")).unwrap();
        let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}: {rule}", error.1));
        let plan = plan::plan(&contract, &Wishes::default()).unwrap();
        Trial { contract, plan, sent: "{}".into(), headers: Headers::default() }
    }

    fn sending(mut self, body: &str) -> Trial {
        body.clone_into(&mut self.sent);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Trial {
        self.headers.push(name, value);
        self
    }

    fn exchange(&self, body: &str) -> Exchange {
        let answer = Answer { status: 200, headers: self.headers.clone(), body: body.to_owned().into() };
        Exchange {
            sent: Sent {
                head: Head {
                    method: "POST".into(),
                    url: "https://api.example/v1/things/017?page=a%20b".into(),
                    headers: [("X-Count", "5"), ("Authorization", "Basic $PROBITY_BASIC")].into(),
                }
                .into(),
                body: Some(Bytes::from(self.sent.clone()).into()),
            },
            outcome: Outcome::Answered(answer),
            ended: Timestamp::now(),
            elapsed: Duration::ZERO,
            attempts: 1,
            leaks_secret: false,
            uncertain: false,
            away: false,
        }
    }

    fn found(&self, body: &str) -> Vec<Observation> {
        let exchange = self.exchange(body);
        let case = self.plan.cases().next().unwrap();
        let view = View::new(
            (&self.contract, &self.plan, ""),
            case,
            &exchange,
            Position::default(),
            Verdict::Accept,
        );
        check(&view, exchange.answer().unwrap()).0
    }

    /// What is held against an answer: the part of the identity after the name of the rule.
    fn kind(&self, body: &str) -> Option<String> {
        let found = self.found(body).into_iter().next()?;
        found.answer.rsplit_once(": ").map(|(_, kind)| kind.to_owned())
    }

    fn run(&self, bodies: &[&str]) -> (Vec<String>, usize) {
        let scenarios = self.plan.scenarios.iter().filter(|one| one.cases.len() == 1);
        let scenarios: Vec<_> = scenarios
            .filter(|one| one.cases[0].request.method == "POST")
            .take(bodies.len())
            .cloned()
            .collect();
        assert_eq!(scenarios.len(), bodies.len());
        let plan = Plan { scenarios, ..self.plan.clone() };
        let noted = bodies.iter().zip(&plan.scenarios).enumerate().filter_map(|(index, (body, _))| {
            judge::exchange(
                &self.contract,
                (&plan, ""),
                &[Some(self.exchange(body))],
                Position { scenario: index, step: 0 },
            )
            .note
        });
        let notes: Vec<Note> = noted.collect();
        let found = over_run(&self.contract, &plan, &notes);
        let found = found.into_iter().map(|one| format!("{} {}", one.position.scenario, one.title)).collect();
        (found, tried(&self.contract, &plan, &notes)[0][0])
    }
}

#[test]
fn equal_values_are_equal_however_they_are_written() {
    let trial =
        Trial::of("equal: [$response.body#/a, $request.body#/a]").sending(r#"{"a": 9007199254740993}"#);
    assert_eq!(trial.kind(r#"{"a": 9007199254740993.0}"#), None);
    assert_eq!(trial.kind(r#"{"a": 9007199254740992}"#).as_deref(), Some("it is rounded to a double"));
    assert_eq!(trial.kind("{}").as_deref(), Some("it is absent or null"));
    let found = trial.found(r#"{"a": 1}"#);
    assert_eq!(found[0].expected, "$request.body#/a = number 9007199254740993");
    assert_eq!(found[0].actual, "$response.body#/a = number 1");
    assert_eq!(trial.contract.document.locate(&found[0].at).line, 14);
}

#[test]
fn a_great_integer_that_became_a_double_is_a_remark_unless_64_bits_are_promised() {
    let (sent, came) = (r#"{"a": [9007199254740993]}"#, r#"{"a": [9007199254740992]}"#);
    let schema =
        |item: &str| format!("{{properties: {{a: {{type: array, items: {{type: integer{item}}}}}}}}}");
    for (item, severity) in [("", Severity::Warn), (", format: int64", Severity::Deny)] {
        for rule in [
            "equal: [$response.body#/a, $request.body#/a]",
            "equal: [$request.body#/a/*, $response.body#/a/*]",
        ] {
            let found = Trial::taking(&schema(item), rule).sending(sent).found(came);
            assert_eq!(found.iter().map(|one| one.severity).collect::<Vec<_>>(), [severity], "{rule} {item}");
        }
    }
    let rule = "equal: [$response.body#/a, $request.body#/a]";
    for other in
        [r#"{"a": [9007199254740994]}"#, r#"{"a": [9007199254740992, 1]}"#, r#"{"a": ["9007199254740992"]}"#]
    {
        let found = Trial::taking(&schema(""), rule).sending(sent).found(other);
        assert_eq!(found.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Deny], "{other}");
    }
}

#[test]
fn a_number_comes_back_as_exactly_as_its_schema_asks_for() {
    let rule = "equal: [$response.body#/a, $request.body#/a]";
    for (schema, sent, came, holds) in [
        ("{type: number}", "0.12345678901234567890", "0.12345678901234568", true),
        ("{type: number, format: double}", "1.00000000000000000001", "1", true),
        ("{type: number}", "0.5", "0.25", false),
        ("{type: number}", "0.1234567890", "0.12345679", false),
        ("{type: number, format: float}", "0.1234567890", "0.12345679", true),
        ("{type: integer, format: int64}", "9007199254740993", "9007199254740992", false),
        ("{anyOf: [{type: number}, {type: string}]}", "1.00000000000000000001", "1", true),
        ("{type: array, items: {type: number}}", "[1.00000000000000000001, 2]", "[1, 2]", true),
        ("{type: array, items: {type: number}}", "[1.00000000000000000001, 2]", "[1, 3]", false),
        ("{type: number}", "1e400", "1e500", false),
    ] {
        let schema = format!("{{type: object, properties: {{a: {schema}}}}}");
        let trial = Trial::taking(&schema, rule).sending(&format!("{{\"a\": {sent}}}"));
        let kind = trial.kind(&format!("{{\"a\": {came}}}"));
        assert_eq!(kind.is_none(), holds, "{schema} {sent} {came}: {kind:?}");
    }
}

#[test]
fn what_was_sent_is_right_whichever_side_it_stands_on() {
    for rule in
        ["equal: [$response.body#/a, $request.body#/a]", "equal: [$request.body#/a, $response.body#/a]"]
    {
        let trial = Trial::of(rule).sending(r#"{"a": "Gold & Co"}"#);
        let found = trial.found(r#"{"a": "Gold &amp; Co"}"#);
        assert_eq!(
            found[0].title,
            "`$response.body#/a` is not equal to `$request.body#/a`: it is escaped for HTML"
        );
    }
}

#[test]
fn a_request_without_one_meaning_is_not_judged() {
    for sent in [r#"{"a": 1, "a": 2}"#, "not JSON", r#"{"a": "\ud800"}"#] {
        let trial = Trial::of("equal: [$response.body#/a, $request.body#/a]").sending(sent);
        assert_eq!(trial.kind(r#"{"a": 3}"#), None, "{sent}");
    }
}

#[test]
fn parts_of_a_request_outside_its_body_can_be_echoed() {
    let kind = |rule: &str, body: &str| Trial::of(rule).kind(body);
    assert_eq!(kind("equal: [$response.body#/a, $request.header.x-count]", r#"{"a": 5}"#), None);
    assert_eq!(kind("equal: [$response.body#/a, $request.query.page]", r#"{"a": "a b"}"#), None);
    assert_eq!(kind("equal: [$response.body#/a, $request.path.id]", r#"{"a": "017"}"#), None);
    assert_eq!(kind("equal: [$response.body#/a, $statusCode]", r#"{"a": 200}"#), None);
    assert!(kind("equal: [$response.body#/a, $request.header.x-count]", r#"{"a": 6}"#).is_some());
    // A secret is not known here.
    assert_eq!(kind("equal: [$response.body#/a, $request.header.authorization]", r#"{"a": "x"}"#), None);
}

#[test]
fn items_of_lists_are_held_against_each_other() {
    let trial = Trial::of("equal: [$response.body#/a/*/n, $request.body#/a/*/n]")
        .sending(r#"{"a": [{"n": 1}, {"n": 2}]}"#);
    assert_eq!(trial.kind(r#"{"a": [{"n": 1}, {"n": 2}]}"#), None);
    assert!(trial.kind(r#"{"a": [{"n": 1}, {"n": 3}]}"#).is_some());
    assert!(trial.kind(r#"{"a": [{"n": 1}]}"#).is_some());
    let trial = Trial::of("equal: [$response.body#/a/*/n, $request.body#/n]").sending(r#"{"n": 1}"#);
    assert_eq!(trial.kind(r#"{"a": [{"n": 1}, {"n": 1}]}"#), None);
    assert!(trial.kind(r#"{"a": [{"n": 1}, {"n": 2}]}"#).is_some());
}

#[test]
fn values_that_differ_from_run_to_run_are_not_shown() {
    let trial = Trial::of("equal: [$response.body#/secret, $response.body#/a]");
    let found = trial.found(r#"{"secret": "abc", "a": "ab"}"#);
    let all = format!("{:?}", found[0]);
    assert!(found[0].answer.ends_with(": the text differs") && !all.contains("ab\\\""), "{all}");
}

#[test]
fn a_rule_is_judged_when_its_conditions_are_met() {
    let rule = |when: &str| format!("{{equal: [$response.body#/a, $request.body#/a], when: {{{when}}}}}");
    let kind = |when: &str, sent: &str| Trial::of(&rule(when)).sending(sent).kind(r#"{"a": 7}"#);
    assert_eq!(kind("given: $request.body#/a", "{}"), None);
    assert_eq!(kind("given: $request.body#/a", r#"{"a": null}"#), None);
    assert!(kind("given: $request.body#/a", r#"{"a": 1}"#).is_some());
    assert!(kind("absent: $request.body#/a", "{}").is_some());
    assert_eq!(kind("absent: $request.body#/a", r#"{"a": null}"#), None);
    assert!(kind("'null': $request.body#/a", r#"{"a": null}"#).is_some());
    assert_eq!(kind("'null': $request.body#/a, given: $request.body#/b", r#"{"a": null}"#), None);
    assert!(kind("'null': $request.body#/a, given: $response.body#/a", r#"{"a": null}"#).is_some());
}

#[test]
fn a_rule_can_warn_and_say_why() {
    let rule = "{equal: [$response.body#/a, $request.body#/a], severity: warn, because: It was seen.}";
    let found = Trial::of(rule).sending(r#"{"a": 1}"#).found("{}");
    assert_eq!((found[0].check.id, found[0].check.severity), ("rule", Severity::Warn));
    assert_eq!(found[0].expected, "$request.body#/a = number 1 (It was seen)");
}

#[test]
fn ordered_values_are_numbers_times_or_dates() {
    let trial = Trial::of("ordered: [$response.body#/a, $response.body#/b]");
    for (a, b, kind) in [
        ("1", "1.0", None),
        ("9007199254740992", "9007199254740993", None),
        ("9007199254740993", "9007199254740992", Some("it is greater")),
        ("\"10.5\"", "9", Some("it is greater")),
        ("\"2025-11-20T13:17:30Z\"", "\"2025-11-20T18:47:30+05:30\"", None),
        ("\"2025-11-20T13:17:31Z\"", "\"2025-11-20T18:47:30+05:30\"", Some("it is later")),
        ("1763644650336", "\"2025-11-20T13:17:30Z\"", None),
        ("1763644651336", "\"2025-11-20T13:17:30Z\"", Some("it is later")),
        ("\"2025-11-20\"", "\"2025-11-21\"", None),
        ("\"2025-11-21\"", "\"2025-11-20\"", Some("it is later")),
        ("\"2025-11-21\"", "\"2025-11-20T00:00:00Z\"", None),
        ("\"a\"", "\"b\"", None),
        ("null", "1", None),
        ("1e29", "\"2025-11-20T13:17:30Z\"", Some("one of them is no number and no time")),
    ] {
        let told = trial.kind(&format!("{{\"a\": {a}, \"b\": {b}}}"));
        assert_eq!(told.as_deref(), kind, "{a} {b}");
    }
}

#[test]
fn a_stated_value_is_held_against_what_stands_there() {
    let trial = Trial::of("value: {at: $response.body#/a, is: true}");
    assert_eq!(trial.kind(r#"{"a": true}"#), None);
    assert_eq!(trial.kind("{}"), None);
    assert_eq!(trial.kind(r#"{"a": false}"#).as_deref(), Some("the truth value is the other"));
    assert_eq!(trial.kind(r#"{"a": "true"}"#).as_deref(), Some("a boolean became a text"));
    let trial = Trial::of("value: {at: $response.body#/a, is: 1.50}");
    assert_eq!(trial.kind(r#"{"a": 15e-1}"#), None);
    let header = |value| Trial::of("value: {at: $response.header.x-version, is: 2}").with("X-Version", value);
    assert_eq!(header("2").kind("{}"), None);
    assert!(header("3").kind("{}").is_some());
}

#[test]
fn two_notations_of_an_instant_agree_to_the_coarser_one() {
    let trial = Trial::of("same-instant: [$response.body#/a, $response.body#/b]");
    for (a, b, kind) in [
        ("1763644650336", "\"2025-11-20T13:17:30Z\"", None),
        ("1763644650.999999999", "\"2025-11-20T13:17:30Z\"", None),
        ("1.763644650336E9", "\"2025-11-20T18:47:30+05:30\"", None),
        ("1763644650336", "null", None),
        ("1763644650999", "\"2025-11-20T13:17:31Z\"", Some("one is rounded where it should be cut off")),
        ("1763644650336", "\"2025-11-20T18:47:30Z\"", Some("one is in another time zone")),
        ("1763644650336", "\"2025-11-20T13:17:30\"", Some("one has no offset from UTC")),
        ("1763644650336", "\"2025-11-20T13:18:02Z\"", Some("the instants differ")),
        ("1763644650336", "\"2025-02-30T13:17:30Z\"", Some("one is not a time")),
    ] {
        let told = trial.kind(&format!("{{\"a\": {a}, \"b\": {b}}}"));
        assert_eq!(told.as_deref(), kind, "{a} {b}");
    }
    let found = trial.found(r#"{"a": 1763644650336, "b": "2025-11-20T18:47:30Z"}"#);
    assert_eq!(
        found[0].actual,
        "$response.body#/a is exactly 5 h 30 min earlier than $response.body#/b, as in another time zone"
    );
}

#[test]
fn a_recent_time_is_near_one_of_the_two_clocks() {
    let now = Timestamp::now().as_second();
    let trial = || Trial::of("recent: {at: $response.body#/a, unit: seconds, within: 5m}");
    let kind = |trial: Trial, at: i64| trial.kind(&format!("{{\"a\": {at}.5}}"));
    let date =
        |at: i64| Timestamp::from_second(at).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert_eq!(kind(trial(), now), None);
    assert_eq!(kind(trial(), now - 290), None);
    assert_eq!(kind(trial(), now - 600).as_deref(), Some("it lies in the past"));
    assert_eq!(kind(trial(), now + 19_800).as_deref(), Some("it is in another time zone"));
    assert_eq!(kind(trial(), 0).as_deref(), Some("it lies in the past"));
    // The whole host is a day behind: that is the doing of its clock, and of nothing that this rule is about.
    let behind = now - 86_400;
    assert_eq!(kind(trial().with("date", &date(behind)), behind), None);
    assert_eq!(kind(trial().with("date", &date(behind)), now), None);
    assert!(kind(trial().with("date", &date(behind)).with("age", "9"), behind).is_some());
    assert_eq!(kind(trial().with("date", "yesterday"), now), None);
    let milliseconds = Trial::of("recent: {at: $response.body#/a, unit: milliseconds, within: 5m}");
    assert_eq!(kind(milliseconds, now).as_deref(), Some("the unit is another"));
}

#[test]
fn an_id_is_held_against_the_time_it_encodes() {
    let trial =
        Trial::of("encodes-time: {id: $response.body#/id, as: object-id, at: $response.body#/a, within: 1s}");
    let kind = |id: &str, at: i128| trial.kind(&format!("{{\"id\": \"{id}\", \"a\": {at}.966423}}"));
    let id = "6581281e8f68666070de15c5";
    for off in -1..=1 {
        assert_eq!(kind(id, 1_702_963_230 + off), None);
    }
    assert_eq!(kind(id, 1_702_963_200).as_deref(), Some("the times differ"));
    assert_eq!(kind(id, 1_702_963_230 - 19_800).as_deref(), Some("it is in another time zone"));
    assert_eq!(kind("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 1).as_deref(), Some("it does not have the form"));
    assert_eq!(trial.kind("{\"id\": \"x\"}"), None);
}

#[test]
fn rules_over_a_run_are_judged_in_the_order_of_the_plan() {
    let constant = Trial::of("constant: $response.body#/a");
    let (found, times) = constant.run(&[r#"{"a": 1}"#, r#"{"a": 1.0}"#, "{}", r#"{"a": 2}"#]);
    assert_eq!(found, ["3 `$response.body#/a` is not the same in every answer"]);
    assert_eq!(times, 2);
    let distinct = Trial::of("distinct: $response.body#/a/*");
    let (found, _) = distinct.run(&[r#"{"a": ["x", "y"]}"#, r#"{"a": ["z"]}"#, r#"{"a": ["y", "w"]}"#]);
    assert_eq!(found, ["2 `$response.body#/a/*` came twice"]);
}

#[test]
fn a_rule_without_operands_is_not_exercised() {
    for (rule, body, times) in [
        ("distinct: $response.body#/a", r#"{"a": 1}"#, 0),
        ("same-instant: [$response.body#/a, $response.body#/b]", r#"{"a": 1763644650}"#, 0),
        ("equal: [$response.body#/a, $request.body#/a]", "{}", 0),
        ("{equal: [$response.body#/a, $request.body#/a], when: {given: $request.body#/a}}", r#"{"a": 1}"#, 0),
        ("equal: [$response.body#/a, $request.body#/a]", r#"{"a": 1}"#, 1),
        ("value: {at: $response.body#/a, is: 1}", r#"{"a": 1}"#, 1),
    ] {
        assert_eq!(Trial::of(rule).run(&[body]).1, times, "{rule}");
    }
}
