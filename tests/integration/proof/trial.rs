//! One fault, tried as a person would: by password, and by token where only that can show it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::driver::{Driver, Ran, probity};
use crate::rival::{Area, Fault, Rival, Variant};

/// What the program says of a server with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Exit 1, with findings of these checks.
    Findings(BTreeSet<String>),
    /// Exit 4: the target is not usable.
    Unusable,
    /// Exit 0 and no finding.
    Nothing,
    /// Neither: the program itself is at fault.
    Astray(String),
}

pub(super) struct Trial {
    pub(super) fault: Fault,
    pub(super) told: Told,
    pub(super) by_token: bool,
}

impl Trial {
    pub(super) fn found(&self) -> bool {
        matches!(self.told, Told::Findings(_) | Told::Unusable)
    }
}

/// Tries a fault on the variant that its author meant.
pub(super) fn tried(fault: Fault) -> Trial {
    let told = told(&check(fault).target(&started(fault)).run());
    let by_token = told == Told::Nothing && fault.area() == Area::Access;
    let told = if by_token { self::told(&check(fault).target_by_token(&started(fault)).run()) } else { told };
    Trial { fault, told, by_token }
}

pub(super) fn started(fault: Fault) -> Rival {
    Rival::start(Variant::Strict, Some(fault))
}

/// The command with which a fault is looked for.
pub(super) fn check(fault: Fault) -> Driver {
    let driver = probity().args(["check", "--quiet", "--changing-methods", "--report", "json=report.json"]);
    let driver = driver.args(["--max-wait", "1s"]).within(Duration::from_secs(90));
    match fault.area() {
        Area::Transport => driver.args(["--timeout", "1s"]),
        _ => driver,
    }
}

fn told(ran: &Ran) -> Told {
    let report = std::fs::read_to_string(ran.folder().join("report.json"));
    let report: Value =
        report.map_or(Value::Null, |text| serde_json::from_str(&text).expect("a JSON report"));
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let checks: BTreeSet<String> =
        findings.iter().filter_map(|finding| finding["check"].as_str().map(str::to_owned)).collect();
    match ran.code {
        Some(0) if checks.is_empty() && report.is_object() => Told::Nothing,
        Some(1) if !checks.is_empty() => Told::Findings(checks),
        Some(4) => Told::Unusable,
        _ => Told::Astray(ran.everything()),
    }
}
