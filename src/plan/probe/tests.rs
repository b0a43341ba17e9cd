use super::*;
use crate::contract::Contract;
use crate::plan::{Wishes, plan};
use crate::source::Document;
use serde_json::json;

const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /things:
    post:
      operationId: make
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, minLength: 1, example: documented}
                kind: {type: string, example: known}
                rank: {type: integer}
                on: {type: boolean}
                owner: {type: integer}
                place:
                  type: object
                  required: [city]
                  properties:
                    city: {type: string}
                    zone: {type: integer}
                    floor: {type: integer}
                note: {type: string}
                tags: {type: array, items: {type: string}}
      responses:
        "201": {description: Made.}
        "400": {description: Refused.}
"#;

/// A contract, and what it implies.
struct Bench {
    contract: Contract,
    plan: Plan,
}

impl Bench {
    fn new() -> Bench {
        Bench::of(CONTRACT)
    }

    fn of(text: &str) -> Bench {
        let contract = Contract::read(Document::from_text("t.yaml", text).unwrap()).ok().unwrap();
        let plan = plan(&contract, &Wishes::default()).unwrap();
        Bench { contract, plan }
    }

    /// What a search came to: its choice, and how many requests it took.
    fn searched(&self, takes: impl Fn(&Value) -> bool) -> (Option<Choice>, usize) {
        let labeller = Labeller::new(&self.contract);
        let body = |case: &Case| serde_json::from_slice(case.request.body().unwrap()).unwrap();
        let candidates = self.plan.cases().filter(|case| case.role == Role::Candidate);
        let shown: Vec<Shown<'_>> =
            candidates.map(|case| Shown { key: &case.key, accepted: takes(&body(case)) }).collect();
        let mut search = Search::new(&labeller, &self.plan, 0, (&shown, true)).unwrap();
        let mut sent = 0;
        while let Some(case) = search.ask() {
            sent += 1;
            search.tell(takes(&body(&case)));
        }
        (search.choice(), sent)
    }
}

fn searched(takes: impl Fn(&Value) -> bool) -> (Option<Choice>, usize) {
    Bench::new().searched(takes)
}

fn has(body: &Value, at: &str) -> bool {
    pointer::get(body, at).is_some()
}

#[test]
fn the_members_to_blame_are_found_at_every_depth_and_two_of_them_both() {
    for refused in [
        &["/rank"][..],
        &["/owner", "/note"],
        &["/place/zone"],
        &["/place/zone", "/tags"],
        &["/place"],
        &["/kind", "/place/floor", "/on"],
    ] {
        let (choice, sent) = searched(|body| !refused.iter().any(|at| has(body, at)));
        let mut choice = choice.unwrap();
        choice.refused.sort();
        let mut expected: Vec<&str> = refused.to_vec();
        expected.sort_unstable();
        assert_eq!(choice.refused, expected);
        assert!(sent <= MOST, "{sent}");
        for at in ["/name", "/rank", "/note", "/tags", "/place/floor"] {
            let outer = refused.iter().any(|one| pointer::is_within(at, one));
            assert_eq!(has(&choice.body, at), !outer, "{at} in {}", choice.body);
        }
    }
}

#[test]
fn text_that_a_host_has_to_know_stays_as_it_is_documented() {
    let (choice, _) = searched(|body| body["kind"] == json!("known"));
    let choice = choice.unwrap();
    assert_eq!(choice.literal, ["/kind"]);
    assert!(choice.refused.is_empty());
    let (choice, _) = searched(|body| body.get("kind").is_none_or(|kind| kind == "known"));
    assert_eq!(choice.unwrap().literal, ["/kind"]);
}

#[test]
fn a_member_does_not_take_in_one_whose_name_begins_with_its_own() {
    let bench = Bench::of(&CONTRACT.replace("note: {", "kindly: {"));
    let (choice, _) = bench.searched(|body| body.get("kind").is_none_or(|kind| kind == "known"));
    assert_eq!(choice.unwrap().literal, ["/kind"]);
}

#[test]
fn a_member_without_which_nothing_is_taken_is_kept() {
    let (choice, _) = searched(|body| has(body, "/rank") && !has(body, "/note"));
    let choice = choice.unwrap();
    assert!(has(&choice.body, "/rank") && has(&choice.body, "/place/zone"), "{}", choice.body);
    assert_eq!(choice.refused, ["/note"]);
}

#[test]
fn where_nothing_is_taken_the_search_ends() {
    let (choice, sent) = searched(|_| false);
    assert_eq!(choice, None);
    assert!(sent <= MOST, "{sent}");
}

#[test]
fn whatever_is_refused_the_choice_is_accepted_and_takes_few_requests() {
    let members = ["/kind", "/rank", "/on", "/owner", "/place/zone", "/place/floor", "/note", "/tags"];
    let bench = Bench::new();
    for mask in (0_u32..256).step_by(9) {
        let refused = |body: &Value| {
            members.iter().enumerate().any(|(bit, at)| mask & (1 << bit) != 0 && has(body, at))
        };
        let (choice, sent) = bench.searched(|body| !refused(body));
        assert!(sent <= MOST, "{mask}: {sent}");
        assert!(!refused(&choice.as_ref().unwrap().body), "{mask}");
        assert_eq!(bench.searched(|body| !refused(body)).0, choice, "{mask}");
    }
}
