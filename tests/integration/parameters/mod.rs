//! Parameters in every place: a host that reads them right is green, however it reads what the contract
//! does not say, and one that reads them wrongly is found.

mod server;

use crate::driver::{Driver, probity};
use serde_json::Value;
use server::{CONTRACT, Defect, Manner, PLACES, serve};

const DEFECTS: [Defect; 16] = [
    Defect::Required,
    Defect::Type,
    Defect::Least,
    Defect::Most,
    Defect::Enum,
    Defect::Boolean,
    Defect::Pattern,
    Defect::Length,
    Defect::Items,
    Defect::Count,
    Defect::Encoded,
    Defect::Twice,
    Defect::Split,
    Defect::CrashOnText,
    Defect::CrashOnUnlisted,
    Defect::Ignored,
];

/// What no contract tells: a path without a parameter is another path, of a path it is not said what is
/// there, and nothing is encoded in a header.
const UNTOLD: [(&str, Defect); 7] = [
    ("path", Defect::Required),
    ("path", Defect::Encoded),
    ("path", Defect::Twice),
    ("path", Defect::Split),
    ("header", Defect::Encoded),
    ("header", Defect::Twice),
    ("header", Defect::Split),
];

fn check(manner: Manner, place: &'static str, defect: Defect, seed: u64) -> Vec<String> {
    let server = serve(manner, place, defect);
    let driver: Driver = probity().with_file("contract.yaml", CONTRACT);
    let folder = driver.folder().to_owned();
    let seed = seed.to_string();
    let target = server.url();
    let arguments =
        ["check", "contract.yaml", "--target", &target, "--report", "json=report.json", "--seed", &seed];
    let _kept = driver.clone();
    driver.args(arguments).run();
    let report = std::fs::read_to_string(folder.join("report.json")).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    let told = |one: &Value| {
        format!("{} {} {} {} {}", one["severity"], one["check"], one["operation"], one["title"], one["cases"])
    };
    findings.filter(|one| one["severity"] == "deny").map(told).collect()
}

#[test]
fn a_host_that_reads_parameters_right_is_green_however_it_reads_what_is_not_said() {
    for manner in [Manner::Strict, Manner::Lenient, Manner::Router, Manner::AnyCase] {
        for seed in 0..3 {
            let findings = check(manner, "", Defect::Nothing, seed);
            assert!(findings.is_empty(), "{manner:?} {seed}: {findings:#?}");
        }
    }
}

#[test]
fn what_is_read_wrongly_is_found_in_every_place() {
    let mut missed = Vec::new();
    for place in PLACES {
        for defect in DEFECTS.into_iter().filter(|defect| !UNTOLD.contains(&(place, *defect))) {
            let findings = check(Manner::Strict, place, defect, 1);
            if findings.is_empty() {
                missed.push((place, defect));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}
