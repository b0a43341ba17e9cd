//! The same contract, seed and host give the same plan, the same report and the same page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::driver::{Driver, probity, repository};
use crate::rival::{Fault, Rival, Variant};

/// What a run said, without what may differ: times, and what was only observed.
#[derive(Debug, PartialEq)]
struct Said {
    code: Option<i32>,
    report: String,
    page: String,
}

fn said(driver: Driver) -> Said {
    let ran = driver.args(["--report", "json=report.json"]).run();
    let mut report = ran.json("report.json");
    without_times(&mut report);
    // A request id is the host's own, and counts its requests.
    let mut lines: Vec<&str> =
        ran.stdout.trim_end().lines().filter(|line| !line.starts_with("  request id ")).collect();
    let summary = lines.pop().expect("a summary");
    assert!(summary.starts_with("probity: "), "{}", ran.everything());
    let (times, rest): (Vec<&str>, Vec<&str>) =
        summary.split(" · ").partition(|part| part.ends_with(" s") || part.ends_with("/s"));
    assert_eq!(times.len(), 2, "{summary}");
    let page = format!("{}\n{}", lines.join("\n"), rest.join(" · "));
    Said { code: ran.code, report: format!("{report:#}"), page }
}

/// Takes out of a report what differs between two runs of the same.
pub(crate) fn without_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, _| key != "timing" && key != "observed");
            members.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}

#[track_caller]
fn assert_same(one: &Said, other: &Said, how: &str) {
    let differing = |one: &str, other: &str| {
        let pairs = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
        pairs.take(10).map(|(one, other)| format!("- {one}\n+ {other}")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(one.code, other.code, "{how}");
    assert!(one.report == other.report, "{how}: the report\n{}", differing(&one.report, &other.report));
    assert!(one.page == other.page, "{how}: the page\n{}", differing(&one.page, &other.page));
}

/// Runs against a host that knows nothing yet, each time a new one.
fn assert_same_at_any_concurrency(run: impl Fn(Driver) -> Said, of: &str) -> Said {
    let jobs = |jobs: &str| run(probity().args(["check", "--jobs", jobs]));
    let first = jobs("1");
    for again in ["1", "4", "16", "16"] {
        assert_same(&first, &jobs(again), &format!("{of}, at 1 and at {again} jobs"));
    }
    first
}

fn said_of(rival: &Rival, driver: Driver) -> Said {
    let Said { code, report, page } = said(driver);
    let neutral = |text: String| text.replace(&rival.url(), "http://host");
    Said { code, report: neutral(report), page: neutral(page) }
}

fn plan(seed: &str) -> String {
    probity().args(["plan", "--json", "--seed", seed]).run().ends_with(0).stdout
}

/// The cases of a plan, as text by identity.
fn cases(plan: &str) -> BTreeMap<String, String> {
    let plan: Value = serde_json::from_str(plan).expect("a plan in JSON");
    let scenarios = plan["scenarios"].as_array().expect("scenarios");
    let cases = scenarios.iter().flat_map(|scenario| scenario["cases"].as_array().expect("cases"));
    cases.map(|case| (case["id"].as_str().expect("an identity").to_owned(), case.to_string())).collect()
}

#[test]
fn a_plan_is_the_same_byte_for_byte() {
    for seed in ["0", "17", "18446744073709551615"] {
        assert!(plan(seed) == plan(seed), "two plans with seed {seed} differ");
    }
}

#[test]
fn another_seed_changes_random_cases_and_no_others() {
    let (one, other) = (cases(&plan("1")), cases(&plan("2")));
    let ids: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let changed = ids.into_iter().filter(|id| one.get(*id) != other.get(*id));
    // The other fields of a repeated name are random as well.
    let is_random = |id: &String| id.contains("/random") || id.ends_with("/repeated/with-other-fields");
    let (random, fixed): (Vec<&String>, Vec<&String>) = changed.partition(|id| is_random(id));
    assert!(!random.is_empty(), "random cases differ");
    assert!(fixed.is_empty(), "not random, and yet changed by the seed: {fixed:?}");
}

#[test]
fn the_report_on_a_faulty_host_is_the_same_at_any_concurrency() {
    for fault in [Fault::Missing422, Fault::NameLowered, Fault::CrashNonAscii, Fault::IdNumber] {
        let run = |driver: Driver| {
            let rival = Rival::start(Variant::Strict, Some(fault));
            said_of(&rival, driver.target(&rival))
        };
        let said = assert_same_at_any_concurrency(run, fault.id());
        assert_eq!(said.code, Some(1), "{}", fault.id());
        assert!(said.report.contains("\"check\": "), "{} is found", fault.id());
    }
}

#[test]
fn the_report_on_a_correct_host_is_the_same_at_any_concurrency() {
    for variant in [Variant::Odd, Variant::Lenient] {
        let run = |driver: Driver| {
            let rival = Rival::start(variant, None);
            said_of(&rival, driver.target_by_token(&rival))
        };
        assert_eq!(assert_same_at_any_concurrency(run, &format!("{variant:?}")).code, Some(0));
    }
}

#[test]
fn the_report_on_the_embedded_host_is_the_same_at_any_concurrency() {
    let said = assert_same_at_any_concurrency(said, "the embedded host");
    assert_eq!(said.code, Some(0));
}

#[test]
fn the_report_on_what_is_read_back_is_the_same_at_any_concurrency() {
    let companion = repository().join("spec/groups-readback.openapi.yaml");
    let said = assert_same_at_any_concurrency(|driver| said(driver.arg(&companion)), "the companion");
    assert_eq!(said.code, Some(0));
}

#[test]
fn every_case_of_the_plan_is_in_the_report_in_the_order_of_the_plan() {
    let rival = Rival::start(Variant::Strict, None);
    let ran = probity().args(["check", "--report", "json=report.json"]).target(&rival).run().ends_with(0);
    let report = ran.json("report.json");
    let identities = |cases: &[Value]| -> Vec<String> {
        cases.iter().map(|case| case["id"].as_str().expect("an identity").to_owned()).collect()
    };
    let reported = identities(report["cases"].as_array().expect("cases"));
    let plan: Value = serde_json::from_str(&plan("0")).expect("a plan in JSON");
    let scenarios = plan["scenarios"].as_array().expect("scenarios");
    let planned: Vec<String> = scenarios
        .iter()
        .flat_map(|scenario| identities(scenario["cases"].as_array().expect("cases")))
        .collect();
    assert_eq!(reported, planned);
    assert_eq!(rival.requests(), planned.len(), "each case is sent once, and nothing else");
}
