//! A correct server is green, whatever it chooses where the contract is silent.

use serde_json::Value;

use super::{side_by_side, told};
use crate::driver::{Driver, probity};
use crate::rival::{Rival, Variant};

const SEEDS: std::ops::Range<u64> = 0..20;

/// The findings of a run, at any severity, as text; nothing when there is none.
fn complaints(driver: Driver, of: &str) -> Option<String> {
    let ran = driver.args(["--quiet", "--report", "json=report.json"]).run();
    let report: Value = std::fs::read_to_string(ran.folder().join("report.json"))
        .map_or(Value::Null, |text| serde_json::from_str(&text).expect("a JSON report"));
    let findings = report["findings"].as_array().cloned();
    if ran.code == Some(0) && findings.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let told: String = findings.unwrap_or_default().iter().map(told).collect();
    Some(format!("== {of}\n{told}\n{}", ran.everything()))
}

fn green(
    runs: impl IntoIterator<Item = (Variant, u64)>,
    how: &str,
    with: impl Fn(Driver, &Rival) -> Driver + Sync,
) {
    let complaints = side_by_side(runs, |(variant, seed)| {
        let rival = Rival::start(variant, None);
        let driver = with(probity(), &rival).args(["--seed".to_owned(), seed.to_string()]);
        complaints(driver, &format!("{variant:?} with seed {seed}, {how}"))
    });
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "false alarms:\n{}", complaints.join("\n"));
}

fn each(seeds: impl IntoIterator<Item = u64> + Clone) -> impl Iterator<Item = (Variant, u64)> {
    Variant::ALL
        .into_iter()
        .flat_map(move |variant| seeds.clone().into_iter().map(move |seed| (variant, seed)))
}

#[test]
fn correct_servers_are_green_with_every_seed() {
    green(each(SEEDS), "by password", |probity, rival| probity.arg("check").target(rival));
}

#[test]
fn correct_servers_are_green_by_token() {
    green(each([0, 7, 19]), "by token", |probity, rival| probity.arg("check").target_by_token(rival));
}

#[test]
fn correct_servers_are_green_when_changing_methods_are_tried() {
    green(each([0, 11]), "with changing methods", |probity, rival| {
        probity.args(["check", "--changing-methods"]).target(rival)
    });
}

#[test]
fn correct_servers_are_green_when_everything_runs_at_once() {
    green(each([3]), "at 64 jobs", |probity, rival| probity.args(["check", "--jobs", "64"]).target(rival));
}
