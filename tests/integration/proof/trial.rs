//! One fault, tried as a person would: by password, by token where only that can show it, and at
//! a slow pace where only time can.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::remarks;
use crate::driver::{Driver, Ran, probity};
use crate::rival::{Area, Fault, Rival, Variant};

/// What the program says of a server with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Exit 1, with findings of these checks.
    Findings(BTreeSet<String>),
    /// Exit 0, with findings of these checks, none of which fails a run unless asked to.
    Warnings(BTreeSet<String>),
    /// Exit 4: the target is not usable.
    Unusable,
    /// Exit 0 and no finding.
    Nothing,
    /// Neither: the program itself is at fault.
    Astray(String),
}

/// What it took to find a fault, beyond the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Ordinary,
    ByToken,
    AtASlowPace,
}

pub(super) struct Trial {
    pub(super) fault: Fault,
    pub(super) told: Told,
    pub(super) way: Way,
}

impl Trial {
    pub(super) fn found(&self) -> bool {
        match self.told {
            Told::Findings(_) => true,
            Told::Warnings(_) => remarks::ALL.contains(&self.fault.id()),
            Told::Unusable => self.is_unusable(),
            Told::Nothing | Told::Astray(_) => false,
        }
    }

    /// Whether the fault leaves nothing to test: no answer comes whole, or no credentials help.
    fn is_unusable(&self) -> bool {
        let refuses = matches!(self.fault, Fault::AccessNoBasic | Fault::AccessNoToken);
        refuses || self.fault.area() == Area::Transport
    }
}

/// Tries a fault on the variant that its author meant.
pub(super) fn tried(fault: Fault) -> Trial {
    let way = match fault {
        Fault::RepeatsForgottenInTime | Fault::RepeatsForgottenInABlink => Way::AtASlowPace,
        _ => Way::Ordinary,
    };
    let trial = Trial { fault, told: by(way, fault), way };
    if trial.told == Told::Nothing && fault.area() == Area::Access {
        return Trial { fault, told: by(Way::ByToken, fault), way: Way::ByToken };
    }
    trial
}

fn by(way: Way, fault: Fault) -> Told {
    let rival = started(fault);
    let check = check(fault);
    let check = match way {
        Way::Ordinary => check.target(&rival),
        Way::ByToken => check.target_by_token(&rival),
        Way::AtASlowPace => check.target(&rival).args([
            "--rate",
            "1/s",
            "--include",
            "create-badges-group/*/repeated/with-other-fields",
        ]),
    };
    told(&check.run())
}

pub(super) fn started(fault: Fault) -> Rival {
    Rival::start(Variant::Strict, Some(fault))
}

/// The command with which a fault is looked for.
pub(super) fn check(fault: Fault) -> Driver {
    let driver = probity().args(["check", "--quiet", "--changing-methods", "--report", "json=report.json"]);
    // A token that outlives its time shows to those who wait for it.
    let wait = if fault == Fault::AccessTokenOutlives { "5s" } else { "1s" };
    let driver = driver.args(["--max-wait", wait]).within(Duration::from_secs(90));
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
        Some(0) if !checks.is_empty() => Told::Warnings(checks),
        Some(1) if !checks.is_empty() => Told::Findings(checks),
        Some(4) => Told::Unusable,
        _ => Told::Astray(ran.everything()),
    }
}
