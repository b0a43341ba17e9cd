//! An audit for machines: JSON by `spec/audit.schema.json`.
//!
//! Two audits with the same contract and seed give the same bytes, except under the key `timing`.

use super::Audited;
use crate::audit::{Fate, Tally, Trial};
use crate::judge::SNAPSHOT;
use crate::source::Location;
use indexmap::IndexMap;
use serde::Serialize;

/// The version of the format; it changes when a reader of the former could be misled.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    probity: Probity,
    contract: About<'a>,
    seed: u64,
    timing: Timing,
    summary: Counts,
    classes: Vec<OfClass>,
    curve: Vec<Step>,
    faults: Vec<Planted<'a>>,
}

#[derive(Serialize)]
struct Probity {
    version: &'static str,
    format: u32,
}

#[derive(Serialize)]
struct About<'a> {
    file: &'a str,
    title: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Timing {
    elapsed_ms: f64,
}

#[derive(Serialize)]
struct Counts {
    requests: usize,
    planted: usize,
    seen: usize,
    caught: usize,
    pinned: usize,
    warned: usize,
    percent_caught: f64,
    percent: f64,
}

#[derive(Serialize)]
struct OfClass {
    class: &'static str,
    about: &'static str,
    planted: usize,
    seen: usize,
    caught: usize,
    pinned: usize,
    warned: usize,
    percent_caught: f64,
    percent: f64,
    checks: IndexMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Step {
    requests: usize,
    caught: usize,
    percent: f64,
}

#[derive(Serialize)]
struct Planted<'a> {
    id: &'a str,
    class: &'static str,
    operation: &'a str,
    about: &'a str,
    contract: At<'a>,
    outcome: &'static str,
    checks: Vec<&'static str>,
    case: Option<&'a str>,
    requests: Option<usize>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct At<'a> {
    #[serde(flatten)]
    location: Location,
    pointer: &'a str,
}

/// The report, ending in a line break.
pub fn json(audited: &Audited<'_>) -> String {
    let contract = audited.contract;
    let tally = audited.audit.tally();
    let report = Report {
        probity: Probity { version: env!("CARGO_PKG_VERSION"), format: FORMAT },
        contract: About {
            file: contract.document.files().first().map_or("", |file| &file.name),
            title: &contract.title,
            version: &contract.version,
        },
        seed: audited.seed,
        timing: Timing { elapsed_ms: rounded(audited.elapsed.as_secs_f64() * 1000.0) },
        summary: Counts {
            requests: audited.audit.requests,
            planted: tally.planted,
            seen: tally.seen,
            caught: tally.caught,
            pinned: tally.pinned,
            warned: tally.warned,
            percent_caught: rounded(tally.percent_caught()),
            percent: rounded(tally.percent()),
        },
        classes: audited
            .audit
            .by_class()
            .into_iter()
            .map(|(class, tally)| OfClass {
                class: class.name(),
                about: class.words(),
                planted: tally.planted,
                seen: tally.seen,
                caught: tally.caught,
                pinned: tally.pinned,
                warned: tally.warned,
                percent_caught: rounded(tally.percent_caught()),
                percent: rounded(tally.percent()),
                checks: tally.by,
            })
            .collect(),
        curve: audited
            .audit
            .curve()
            .into_iter()
            .map(|step| Step {
                requests: step.requests,
                caught: step.caught,
                percent: rounded(Tally { caught: step.caught, pinned: 0, ..tally.clone() }.percent()),
            })
            .collect(),
        faults: audited.audit.trials.iter().map(|trial| planted(audited, trial)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn planted<'a>(audited: &Audited<'a>, trial: &'a Trial) -> Planted<'a> {
    let Trial { fault, fate } = trial;
    let mut row = Planted {
        id: &fault.id,
        class: fault.class.name(),
        operation: &audited.contract.operations[fault.operation].id,
        about: &fault.words,
        contract: At { location: audited.contract.document.locate(&fault.at), pointer: &fault.at },
        outcome: "unseen",
        checks: Vec::new(),
        case: None,
        requests: None,
        reason: None,
    };
    match fate {
        Fate::Caught { by, case, requests } => {
            row.outcome = "caught";
            row.checks.clone_from(by);
            row.case = Some(case);
            row.requests = Some(*requests);
        }
        Fate::Pinned { case, requests, reason } => {
            row.outcome = "pinned";
            row.checks = vec![SNAPSHOT.id];
            row.case = Some(case);
            row.requests = Some(*requests);
            row.reason = Some(reason);
        }
        Fate::Warned { by } => {
            row.outcome = "warned";
            row.checks.clone_from(by);
        }
        Fate::Survived { reason } => {
            row.outcome = "survived";
            row.reason = Some(reason);
        }
        Fate::Unseen => {}
    }
    row
}
