//! Snapshots from a run to the disk and back, held against insta itself.

mod disk;

use super::*;
use crate::contract::Contract;
use crate::exchange::{Answer, Exchange, Failure, FailureKind, Outcome, Sent};
use crate::exchange::{Head, Headers};
use crate::plan::{self, Plan, Wishes};
use crate::source::Document;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

const CONTRACT: &str = r"
openapi: 3.0.3
info: {title: Things, version: '1'}
x-probity: {request-id: $response.header.X-Trace}
paths:
  /things:
    post:
      operationId: make-thing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, size]
              properties:
                name: {type: string, maxLength: 60}
                size: {type: integer, minimum: 1, maximum: 9}
      responses:
        '200':
          description: made
          headers:
            X-Trace: {schema: {type: string}}
            X-Kind: {schema: {type: string}}
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: {type: integer, readOnly: true}
                  state: {type: string, enum: [new], readOnly: true}
                  made: {type: string, format: date-time}
                  score: {type: number}
                  tags: {type: array, items: {type: object, properties: {key: {type: string, format: uuid}}}}
        '400': {description: wrong, content: {application/json: {schema: {type: object}}}}
      x-probity:
        unique: [{field: /name, case: sensitive}]
        volatile: [$response.body#/score]
";

fn contract() -> Contract {
    Contract::read(Document::from_text("spec/things.yaml", CONTRACT).unwrap()).ok().unwrap()
}

fn planned_for(contract: &Contract) -> Plan {
    plan::plan(contract, &Wishes::default()).unwrap()
}

/// A run in which every case gets what `answer` gives for its request, carrying the run's identity.
fn run_with(plan: &Plan, id: &str, answer: impl Fn(&plan::Case, &str) -> Outcome) -> Record {
    let exchange = |case: &plan::Case| {
        let body =
            case.request.body.as_ref().map_or_else(String::new, |body| body.filled_text(id).into_owned());
        let (method, url) = ("POST".into(), "http://x/things".into());
        let sent = Sent { head: Head { method, url, headers: Headers::default() }.into(), body: None };
        Exchange {
            sent,
            outcome: answer(case, &body),
            ended: jiff::Timestamp::UNIX_EPOCH,
            elapsed: Duration::ZERO,
            attempts: 1,
            leaks_secret: false,
            uncertain: false,
            away: false,
        }
    };
    let exchanges =
        plan.scenarios.iter().map(|one| one.cases.iter().map(|case| Some(exchange(case))).collect());
    Record {
        ledger: None,
        id: id.into(),
        target: "http://x".into(),
        started: jiff::Timestamp::UNIX_EPOCH,
        elapsed: Duration::ZERO,
        plan: plan.clone().into(),
        untested: crate::judge::Untested::default(),
        exchanges: exchanges.collect(),
        observations: Vec::new(),
        notes: Vec::new(),
        effects: crate::run::Effects::default(),
        repeated: 0,
        gaps: Vec::new(),
        end: End::Complete,
    }
}

fn answered(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let mut headers: Headers = headers.iter().copied().collect();
    headers.push("content-type", "application/json; charset=utf-8");
    Outcome::Answered(Answer { status, headers, body: body.to_owned().into() })
}

fn honest(case: &plan::Case, body: &str) -> Outcome {
    if case.expectation.verdict == plan::Verdict::Reject {
        return answered(400, &[], r#"{"error":"no"}"#);
    }
    let name =
        serde_json::from_str::<serde_json::Value>(body).ok().and_then(|body| body.get("name").cloned());
    let name = name.unwrap_or_default();
    let id = body.len();
    let json = format!(
        r#"{{"id":{id},"name":{name},"state":"new","made":"2026-01-02T03:04:{:02}Z","score":{id}.5,"tags":[{{"key":"x"}}],"none":null}}"#,
        id % 60
    );
    answered(200, &[("x-trace", body), ("x-kind", "a"), ("date", "now"), ("x-undeclared", "1")], &json)
}

fn pages(contract: &Contract, plan: &Plan, id: &str) -> Vec<Snapshot> {
    render(contract, plan, &run_with(plan, id, honest))
}

fn recorded(folder: &Path) -> (Contract, Plan, Store) {
    let contract = contract();
    let plan = planned_for(&contract);
    let store = Store::open(folder, "local").unwrap();
    let comparison = store.compare(&pages(&contract, &plan, "1111111111"), Extent::Complete).unwrap();
    store.write(&comparison, Writing::Accept).unwrap();
    (contract, plan, store)
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(
                    entry.file_name().into_string().unwrap(),
                    fs::read_to_string(entry.path()).unwrap(),
                );
            }
        }
    }
    found
}

#[test]
fn a_page_shows_behaviour_and_nothing_that_flickers() {
    let contract = contract();
    let plan = planned_for(&contract);
    let pages = pages(&contract, &plan, "1111111111");
    let page = pages.iter().find(|page| page.name == "make-thing/body-valid").unwrap();
    insta::assert_snapshot!(page.text(), @r#"
    # accept/all
    200 application/json
    x-trace: [string]
    x-kind: a

    {
      "id": "[integer]",
      "name": "probity-{run}-{case}",
      "state": "new",
      "made": "[date-time]",
      "score": "[number]",
      "tags": [
        {
          "key": "[string]"
        }
      ],
      "none": null
    }
    "#);
    assert_eq!((page.place.as_str(), page.cause.as_str()), ("body", "valid"));
    let page = pages.iter().find(|page| page.name == "make-thing/body.size-out-of-range").unwrap();
    assert!(page.entries.len() > 1);
    assert_eq!(page.text().matches("400 application/json").count(), 1, "{}", page.text());
    let texts: String = pages.iter().map(Snapshot::text).collect();
    assert!(!texts.contains("1111111111"));
}

#[test]
fn two_runs_against_the_same_behaviour_give_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let comparison = store.compare(&pages(&contract, &plan, "2222222222"), Extent::Complete).unwrap();
    assert!(comparison.differences.is_empty(), "{:?}", comparison.differences);
    assert_eq!(comparison.same.len(), planned(&contract, &plan).len());
}

#[test]
fn a_value_that_changes_its_type_or_goes_away_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    for (old, new) in [
        ("\"score\":", "\"score\":\"x\",\"was\":"),
        ("\"none\":null,", ""),
        ("\"made\":\"", "\"made\":\"x"),
        (",\"none\":null", ""),
        ("\"id\":", "\"id\":0."),
        ("\"state\":\"new\"", "\"state\":\"old\""),
    ] {
        let run = run_with(&plan, "2222222222", |case, body| match honest(case, body) {
            Outcome::Answered(mut answer) => {
                answer.body = String::from_utf8_lossy(&answer.body).replace(old, new).into();
                Outcome::Answered(answer)
            }
            failed @ Outcome::Failed(_) => failed,
        });
        let changes = store.compare(&render(&contract, &plan, &run), Extent::Complete).unwrap().differences;
        assert_eq!(changes.is_empty(), old == "\"none\":null,", "{old}");
    }
}

#[test]
fn a_part_of_a_plan_says_nothing_about_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let mut few = plan.clone();
    few.scenarios.retain(|scenario| scenario.id.ends_with('e') || scenario.id.contains("random"));
    assert!(few.len() < plan.len() && !few.is_empty());
    let part = pages(&contract, &few, "2222222222");
    assert!(store.compare(&part, Extent::Partial).unwrap().differences.is_empty());
    let complete = store.compare(&part, Extent::Complete).unwrap().differences;
    assert!(complete.iter().any(|one| one.kind == Kind::Orphan));
    let names = planned(&contract, &few);
    assert!(store.list(Some(&names)).unwrap().iter().any(|one| one.state == State::Orphan));

    let refused = render(&contract, &few, &run_with(&few, "2222222222", |_, _| answered(500, &[], "{}")));
    let comparison = store.compare(&refused, Extent::Partial).unwrap();
    store.write(&comparison, Writing::Accept).unwrap();
    let whole = run_with(&plan, "3333333333", |case, body| {
        let was_sent = few.cases().any(|one| one.id == case.id);
        if was_sent { answered(500, &[], "{}") } else { honest(case, body) }
    });
    let differences = store.compare(&render(&contract, &plan, &whole), Extent::Complete).unwrap().differences;
    assert!(differences.is_empty(), "{differences:?}");

    let mut cut = run_with(&plan, "4444444444", honest);
    cut.exchanges[0][0] = None;
    cut.end = End::Interrupted;
    assert_eq!(Extent::of(&cut, false), Extent::Partial);
    assert_eq!(Extent::of(&whole, false), Extent::Complete);
    assert_eq!(Extent::of(&whole, true), Extent::Partial);
}

#[test]
fn a_page_with_more_cases_is_new_as_long_as_those_that_were_recorded_answer_alike() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let page = "make-thing/body.size-out-of-range";
    let path = store.folder().join(format!("{page}.snap"));
    let stored = fs::read_to_string(&path).unwrap();
    let dropped = stored.lines().find(|line| line.starts_with("# ")).unwrap();
    let fewer = stored.replacen(&format!("{dropped}\n"), "", 1);
    assert!(fewer.contains("\n# "), "another case is left");
    fs::write(&path, &fewer).unwrap();
    let compared = || store.compare(&pages(&contract, &plan, "2222222222"), Extent::Complete).unwrap();
    let comparison = compared();
    let [difference] = comparison.differences.as_slice() else { panic!("{:?}", comparison.differences) };
    assert_eq!(difference.page, page);
    assert!(matches!(difference.kind, Kind::New { .. }), "{:?}", difference.kind);
    let names: Vec<&str> = difference.cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, [&dropped[2..]], "only what was not recorded is named");
    assert_eq!(store.write(&comparison, Writing::Pending).unwrap().pending.len(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), fewer, "what is stored stays until a person agrees");
    store.accept(|_| true).unwrap();
    assert!(compared().differences.is_empty());
    fs::write(&path, fewer.replace("400 application/json", "401 application/json")).unwrap();
    assert!(matches!(compared().differences[0].kind, Kind::Changed { .. }));
}

#[test]
fn what_is_not_sent_or_not_certain_is_neither_a_change_nor_an_orphan() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let mut run = run_with(&plan, "2222222222", |_, _| answered(503, &[], "{}"));
    for exchange in run.exchanges.iter_mut().flatten() {
        match exchange {
            Some(sent) if sent.sent.head.method == "POST" => sent.uncertain = true,
            _ => *exchange = None,
        }
    }
    let comparison = store.compare(&render(&contract, &plan, &run), Extent::Complete).unwrap();
    assert!(comparison.differences.is_empty(), "{:?}", comparison.differences);
}

#[test]
fn recording_pins_only_what_held_still_and_remembers_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let contract = contract();
    let plan = planned_for(&contract);
    let store = Store::open(folder.path(), "local").unwrap();
    assert!(!store.exists());
    let with = |luck: &str, id: &str| {
        let run = run_with(&plan, id, |case, body| match honest(case, body) {
            Outcome::Answered(mut answer) => {
                let luck = format!("{{\"luck\":{luck},\"error\":0,");
                answer.body = String::from_utf8_lossy(&answer.body).replacen('{', &luck, 1).into();
                Outcome::Answered(answer)
            }
            failed @ Outcome::Failed(_) => failed,
        });
        render(&contract, &plan, &run)
    };
    let recorded = held_still(with("1", "1111111111"), &with("2", "2222222222"));
    let comparison = store.compare(&recorded, Extent::Complete).unwrap();
    store.write(&comparison, Writing::Accept).unwrap();
    let all = files(folder.path());
    let page = &all["body-valid.snap"];
    assert!(page.contains("\"luck\": \"[unstable]\"") && page.contains("- $response.body#/luck"), "{page}");
    let again = store.compare(&with("\"three\"", "3333333333"), Extent::Complete).unwrap();
    assert!(again.differences.is_empty(), "{:?}", again.differences);
    let still = held_still(with("5", "4444444444"), &with("5", "5555555555"));
    let steady = store.compare(&still, Extent::Complete).unwrap();
    assert_eq!(steady.differences.len(), all.len(), "recording again can pin what holds still by now");
}

#[test]
fn another_seed_gives_other_requests_and_no_differences() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let mut other = plan.clone();
    other.seed = 7;
    let comparison = store.compare(&pages(&contract, &other, "2222222222"), Extent::Complete).unwrap();
    assert!(comparison.differences.is_empty() && comparison.same.is_empty());
    assert!(comparison.other_seed.iter().all(|(_, seed)| *seed == 0) && !comparison.other_seed.is_empty());
}

#[test]
fn a_record_leaves_all_its_pages_with_its_seed() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let mut other = plan.clone();
    other.seed = 7;
    let again = |plan: &Plan, id: &str| pages(&contract, plan, id);
    let still = held_still(again(&other, "2222222222"), &again(&other, "3333333333"));
    let comparison = store.compare(&still, Extent::Complete).unwrap();
    assert!(comparison.differences.is_empty(), "what the pages say is the same");
    let written = store.write(&comparison, Writing::Accept).unwrap();
    assert_eq!(written.stored.len(), planned(&contract, &plan).len());
    let comparison = store.compare(&again(&other, "4444444444"), Extent::Complete).unwrap();
    assert_eq!((comparison.other_seed.len(), comparison.differences.len()), (0, 0));
    assert!(files(folder.path()).values().all(|page| page.contains("seed: 7")));
}

#[test]
fn a_part_that_is_recorded_with_another_seed_keeps_nothing_of_the_old_one_on_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let mut other = plan.clone();
    other.seed = 7;
    let page = "body.size-out-of-range.snap";
    let mut few = other.clone();
    let mut left = 1;
    few.scenarios.retain(|scenario| {
        let wanted = scenario.id.contains("/size/out-of-range") && left > 0;
        left -= usize::from(wanted);
        wanted
    });
    let before = files(folder.path())[page].matches("\n# ").count();
    let part = |id: &str| pages(&contract, &few, id);
    let comparison =
        store.compare(&held_still(part("2222222222"), &part("3333333333")), Extent::Partial).unwrap();
    store.write(&comparison, Writing::Accept).unwrap();
    let files = files(folder.path());
    assert!(before > 1 && files[page].contains("seed: 7"));
    assert_eq!(files[page].matches("\n# ").count(), 1, "{}", files[page]);
}

#[test]
fn the_environment_decides_what_is_written() {
    let with = |pairs: &[(&str, &str)]| {
        let pairs: BTreeMap<String, String> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let update = pairs.get("INSTA_UPDATE").map(String::as_str);
        Writing::allowed(update, crate::config::in_pipeline(|name| pairs.get(name).cloned()))
    };
    assert_eq!(with(&[]), Writing::Pending);
    assert_eq!(with(&[("CI", "true")]), Writing::Nothing);
    assert_eq!(with(&[("CI", "1"), ("INSTA_UPDATE", "always")]), Writing::Nothing);
    assert_eq!(with(&[("CI", "false")]), Writing::Pending);
    assert_eq!(with(&[("CI", ""), ("INSTA_UPDATE", "no")]), Writing::Nothing);
    assert_eq!(with(&[("INSTA_UPDATE", "always")]), Writing::Accept);
    assert_eq!(with(&[("INSTA_UPDATE", "unseen")]), Writing::Unseen);
}

#[test]
fn sources_are_relative_and_have_forward_slashes() {
    assert_eq!(source_name("./spec\\a.yaml", Path::new("")), "spec/a.yaml");
    assert_eq!(source_name("/srv/api/spec/a.yaml", Path::new("/srv/api")), "spec/a.yaml");
    assert_eq!(source_name("/srv/other/a.yaml", Path::new("/srv/api")), "a.yaml");
}

#[test]
fn cases_whose_value_comes_back_as_it_was_sent_look_the_same() {
    let contract = contract();
    let plan = planned_for(&contract);
    let page_of = |run: &Record| {
        let pages = render(&contract, &plan, run);
        pages.into_iter().find(|page| page.name == "make-thing/body.name-text").unwrap()
    };
    let page = page_of(&run_with(&plan, "1111111111", honest));
    let accepted = page.entries.iter().filter(|entry| entry.name.starts_with("accept")).count();
    assert!(accepted > 5);
    assert!(page.text().matches("\"name\": \"[as sent]\"").count() <= 2, "{}", page.text());
    let upper = page_of(&run_with(&plan, "1111111111", |case, body| {
        honest(
            case,
            &if case.id.ends_with("/emoji") { body.replace("gold", "GOLD") } else { body.to_owned() },
        )
    }));
    assert!(upper.text().contains("\"name\": \"🏅 GOLD probity-{run}-{case}\""), "{}", upper.text());
}
