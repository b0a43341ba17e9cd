//! Behaviour is pinned: what did not change is never told, what changed is told page by page, and
//! a person settles it with any tool.

mod noise;
mod settled;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::driver::{Ran, probity, repository};
use crate::rival::{Fault, Rival, Variant};

/// Every file below a folder, by its path there.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a file below it").display().to_string();
                found.insert(name, std::fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    found
}

/// The pages that wait for a person, as `operation/page`.
fn pending(folder: &Path) -> BTreeSet<String> {
    let files = files(&folder.join("snapshots/staging"));
    files.keys().filter_map(|name| name.strip_suffix(".snap.new").map(str::to_owned)).collect()
}

/// A profile of the strict server, in a folder of its own.
fn recorded() -> Ran {
    let rival = Rival::start(Variant::Strict, None);
    let ran = probity().args(["check", "--profile", "staging", "--record"]).target(&rival).run();
    ran.ends_with(0)
}

/// A run on a server that behaves otherwise, compared with the profile.
fn changed(recorded: &Ran, fault: Fault, environment: &[(&str, &str)]) -> Ran {
    let rival = Rival::start(Variant::Strict, Some(fault));
    let driver = recorded.again().args(["check", "--profile", "staging", "--report", "json=report.json"]);
    let mut driver = driver.target(&rival);
    for (name, value) in environment {
        driver = driver.env(name, value);
    }
    driver.run()
}

fn summary(report: &Value) -> (u64, u64, u64) {
    let count = |key: &str| report["snapshots"][key].as_u64().expect("a count");
    (count("changed"), count("new"), count("orphans"))
}

#[test]
fn a_host_that_does_not_change_never_gives_a_difference() {
    let first = probity().args(["check", "--record"]).run().ends_with(0);
    let before = files(&first.folder().join("snapshots"));
    assert!(before.len() > 40, "{} pages", before.len());
    for _ in 0..10 {
        let ran = first.again().args(["check", "--report", "json=report.json"]).run().ends_with(0);
        assert_eq!(summary(&ran.json("report.json")), (0, 0, 0), "{}", ran.everything());
        assert!(files(&ran.folder().join("snapshots")) == before, "{}", ran.everything());
    }
}

#[test]
fn a_second_record_writes_the_same_files() {
    let first = probity().args(["check", "--record"]).run().ends_with(0);
    let before = files(&first.folder().join("snapshots"));
    let second = first.again().args(["check", "--record", "--jobs", "1"]).run().ends_with(0);
    assert!(files(&second.folder().join("snapshots")) == before, "{}", second.everything());
}

#[test]
fn the_committed_snapshots_are_those_of_the_shipped_contract() {
    let committed = files(&repository().join("snapshots/host"));
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let report = folder.path().join("report.json");
    let ran = probity().in_folder(repository()).env("CI", "true").args([
        "check".to_owned(),
        "--report".to_owned(),
        format!("json={}", report.display()),
    ]);
    let ran = ran.run().ends_with(0);
    let report = std::fs::read_to_string(report).expect("a report");
    let report: Value = serde_json::from_str(&report).expect("a JSON report");
    assert_eq!(summary(&report), (0, 0, 0), "{}", ran.everything());
    assert_eq!(report["snapshots"]["compared"].as_u64(), u64::try_from(committed.len()).ok());
    assert!(files(&repository().join("snapshots/host")) == committed, "with CI set nothing is written");
}

#[test]
fn a_change_shows_on_exactly_the_pages_that_hold_it() {
    type Holds = fn(&str, &str) -> bool;
    let changes: [(Fault, Holds); 3] = [
        (Fault::ReferenceMissing, |_, page| page.contains("\"reference\": null")),
        (Fault::RankDroppedForNull, |name, page| {
            name.starts_with("create-rewards-group/") && page.contains("\"rank\": null")
        }),
        (Fault::WarningsMissing, |_, page| page.contains("\"errors\": [],\n  \"warnings\": []")),
    ];
    for (fault, holds) in changes {
        let recorded = recorded();
        let pages = files(&recorded.folder().join("snapshots/staging"));
        let expected: BTreeSet<String> = pages
            .iter()
            .filter(|(name, page)| holds(name, page))
            .filter_map(|(name, _)| name.strip_suffix(".snap").map(str::to_owned))
            .collect();
        assert!(!expected.is_empty() && expected.len() < pages.len(), "{}", fault.id());

        let ran = changed(&recorded, fault, &[]).ends_with(1);
        assert_eq!(pending(ran.folder()), expected, "{}: {}", fault.id(), ran.everything());
        let report = ran.json("report.json");
        assert_eq!(summary(&report), (u64::try_from(expected.len()).unwrap(), 0, 0), "{}", fault.id());
        let findings = report["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "one change is one finding: {}", ran.everything());
        assert_eq!(findings[0]["check"], "snapshot");
        let pages = format!("on {} recorded page", expected.len());
        assert!(findings[0]["title"].as_str().unwrap().contains(&pages), "{}", findings[0]);
    }
}

#[test]
fn a_difference_is_shown_as_removed_and_added_lines() {
    let ran = changed(&recorded(), Fault::RankDroppedForNull, &[]).ends_with(1);
    let removed = ran.stdout.lines().filter(|line| line.trim() == "- \"rank\": null").count();
    assert_eq!(removed, 1, "a change stands once under its pages: {}", ran.stdout);
    assert!(!ran.stdout.contains("\\u{1b}") && !ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    let ran = changed(&recorded(), Fault::RankText, &[]).ends_with(1);
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
    let replaced = lines.windows(2).any(|two| {
        let was = two[0].strip_prefix("- \"rank\": ");
        was.is_some_and(|was| two[1] == format!("+ \"rank\": \"{was}\""))
    });
    assert!(replaced, "what was and what is stand under each other: {}", ran.stdout);
}

#[test]
fn with_ci_set_nothing_is_written_and_the_change_is_told_all_the_same() {
    let recorded = recorded();
    let before = files(&recorded.folder().join("snapshots"));
    let ran = changed(&recorded, Fault::ReferenceMissing, &[("CI", "true")]).ends_with(1);
    assert!(files(&ran.folder().join("snapshots")) == before);
    assert!(ran.stdout.contains("deny[snapshot]"), "{}", ran.stdout);
}

#[test]
fn a_change_that_is_taken_back_takes_its_pending_page_with_it() {
    let recorded = recorded();
    let ran = changed(&recorded, Fault::ReferenceMissing, &[]).ends_with(1);
    assert!(!pending(ran.folder()).is_empty());
    let rival = Rival::start(Variant::Strict, None);
    let ran = ran.again().args(["check", "--profile", "staging"]).target(&rival).run().ends_with(0);
    assert_eq!(pending(ran.folder()), BTreeSet::new());
}
