//! The program against the service: nothing is held against the correct variants, on hosts that
//! are fresh and on those that were used, and nothing of theirs is harmed; the faults are found.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fault, Host, Variant};
use crate::driver::{Driver, Ran, probity};
use crate::proof::{side_by_side, told};

const SEEDS: std::ops::Range<u64> = 0..20;

fn check(driver: Driver, host: &Host) -> Driver {
    driver
        .with_file("contract.yaml", host.variant.contract())
        .args(["check", "contract.yaml", "--quiet", "--report", "json=report.json", "--target"])
        .arg(host.url())
        .args(host.credentials())
}

/// The findings of a run.
fn findings(ran: &Ran) -> Vec<Value> {
    let report = std::fs::read_to_string(ran.folder().join("report.json"));
    let report: Value =
        report.map_or(Value::Null, |text| serde_json::from_str(&text).expect("a JSON report"));
    report["findings"].as_array().cloned().unwrap_or_default()
}

/// The checks whose warnings are right: the contract does say less than the service does.
fn warned(variant: Variant) -> &'static [&'static str] {
    match variant {
        Variant::Roles => &["documented-status"],
        Variant::Soft => &["valid-accepted"],
        Variant::Forbidding | Variant::Hiding | Variant::Catalogued | Variant::Cookied => &[],
    }
}

/// What is wrong with a run on a correct variant; nothing where nothing is.
fn complaint(ran: &Ran, host: &Host) -> Option<String> {
    let right = |finding: &&Value| {
        finding["severity"] == "warn" && warned(host.variant).iter().any(|check| finding["check"] == *check)
    };
    let findings = findings(ran);
    let alarms: String = findings.iter().filter(|finding| !right(finding)).map(told).collect();
    if let Some(harm) = host.harm() {
        return Some(format!("{harm}\n{alarms}"));
    }
    if ran.code == Some(0) && alarms.is_empty() && host.projects() > 0 {
        return None;
    }
    Some(format!("{alarms}\n{} projects were begun\n{}", host.projects(), ran.everything()))
}

/// Runs twice against one host.
fn fresh_and_used(variant: Variant, seed: u64) -> Vec<String> {
    let host = Host::start(variant, None);
    let run = |driver: Driver| check(driver, &host).args(["--seed".to_owned(), seed.to_string()]).run();
    let fresh = run(probity());
    let mut complaints: Vec<String> = complaint(&fresh, &host).into_iter().collect();
    complaints.extend(complaint(&run(fresh.again()), &host).map(|said| format!("on the used host: {said}")));
    complaints.into_iter().map(|said| format!("== {variant:?} with seed {seed}\n{said}")).collect()
}

#[test]
fn correct_services_are_green_and_unharmed_fresh_and_used() {
    let runs = SEEDS.flat_map(|seed| Variant::ALL.map(|variant| (variant, seed)));
    let complaints = side_by_side(runs, |(variant, seed)| fresh_and_used(variant, seed));
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{} false alarms:\n{}", complaints.len(), complaints.join("\n"));
}

/// What is told of a fault: each check with its severity.
fn tried(fault: Fault) -> (Fault, BTreeSet<(String, String)>) {
    let host = Host::start(fault.variant(), Some(fault));
    let ran = check(probity(), &host).run();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = findings(&ran);
    (fault, findings.iter().map(|finding| (text(finding, "check"), text(finding, "severity"))).collect())
}

#[test]
fn planted_faults_are_found_by_the_checks_that_are_for_them() {
    let trials = side_by_side(Fault::all(), tried);
    let survived: Vec<String> = trials
        .iter()
        .filter(|(fault, told)| !told.contains(&(fault.check().to_owned(), fault.level().name().to_owned())))
        .map(|(fault, told)| {
            let wanted = (fault.check(), fault.level().name());
            format!("{} ({}): wanted {wanted:?}, told {told:?}", fault.id(), fault.about())
        })
        .collect();
    let found = trials.len() - survived.len();
    println!("{found} of {} faults are found\n{}", trials.len(), survived.join("\n"));
    assert!(found * 100 >= trials.len() * 95, "{found} of {}:\n{}", trials.len(), survived.join("\n"));
}
