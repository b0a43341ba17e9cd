//! A correct server is green, whatever it chooses where the contract is silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
fn tokens_that_die_in_the_middle_of_a_run_are_renewed() {
    green([(Variant::Jittered, 5)], "by token, one request after the other", |probity, rival| {
        probity.args(["check", "--jobs", "1"]).target_by_token(rival)
    });
}

/// Keeps both cores at work while it lives.
struct Busy {
    over: Arc<AtomicBool>,
}

impl Busy {
    fn begin() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..2 {
            let over = Arc::clone(&over);
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self { over }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[test]
fn correct_servers_are_green_when_the_machine_is_busy() {
    let _busy = Busy::begin();
    green(each([1]), "on a busy machine", |probity, rival| probity.arg("check").target(rival));
    let slow = [(Variant::Jittered, 2), (Variant::Queued, 2)];
    green(slow, "at 64 jobs on a busy machine", |probity, rival| {
        probity.args(["check", "--jobs", "64"]).target(rival)
    });
}

#[test]
fn a_clock_that_is_ahead_is_told_as_a_warning_and_costs_nothing_else() {
    let rival = Rival::start(Variant::Ahead, None);
    let ran = probity().args(["check", "--quiet", "--report", "json=report.json"]).target(&rival).run();
    let report = ran.ends_with(0).json("report.json");
    let findings = report["findings"].as_array().expect("findings");
    let checks: Vec<&Value> = findings.iter().map(|finding| &finding["check"]).collect();
    assert!(!checks.is_empty() && checks.iter().all(|check| **check == "clock"), "{checks:?}");
}

#[test]
fn correct_servers_are_green_when_everything_runs_at_once() {
    green(each([3]), "at 64 jobs", |probity, rival| probity.args(["check", "--jobs", "64"]).target(rival));
}
