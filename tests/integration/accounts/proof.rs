//! The program against the service: nothing is held against the correct variants, on hosts that
//! are fresh and on those that were used, and nothing of theirs is harmed; the faults are found.

use std::collections::BTreeSet;

use super::{Fault, Host, Variant};
use crate::driver::{Driver, Ran, probity};
use crate::proof::side_by_side;

const SEEDS: std::ops::Range<u64> = 0..20;

fn check(driver: Driver, host: &Host) -> Driver {
    driver
        .with_file("contract.yaml", host.variant.contract())
        .args(["check", "contract.yaml", "--quiet", "--target"])
        .arg(host.url())
        .args(host.credentials())
}

/// The findings that a run prints: severity and check of each.
fn findings(ran: &Ran) -> impl Iterator<Item = (&str, &str)> {
    ran.stdout.lines().filter_map(|line| {
        let (severity, rest) = line.split_once('[')?;
        let (check, _) = rest.split_once(']')?;
        ["deny", "warn"].contains(&severity).then_some((severity, check))
    })
}

/// The checks whose warnings are right: the contract does say less than the service does. An owner
/// that a project may name has to be there, which no contract says.
fn warned(variant: Variant) -> &'static [&'static str] {
    match variant {
        Variant::Roles => &["documented-status", "valid-accepted"],
        _ => &["valid-accepted"],
    }
}

/// What is wrong with a run on a correct variant; nothing where nothing is.
fn complaint(ran: &Ran, host: &Host) -> Option<String> {
    let right = |(severity, check): (&str, &str)| severity == "warn" && warned(host.variant).contains(&check);
    let alarms = findings(ran).filter(|finding| !right(*finding)).count();
    let harm = host.harm();
    if ran.code == Some(0) && alarms == 0 && harm.is_none() && host.projects() > 0 {
        return None;
    }
    let harm = harm.unwrap_or_else(|| "nothing was harmed".to_owned());
    let projects = host.projects();
    Some(format!("{alarms} false alarms; {harm}; {projects} projects were begun\n{}", ran.everything()))
}

/// Runs twice against one host.
fn fresh_and_used(variant: Variant, seed: u64) -> Vec<String> {
    let host = Host::start(variant, None);
    let run = |driver: Driver| check(driver, &host).args(["--seed".to_owned(), seed.to_string()]).run();
    // What is left by the first makes the host a used one; the second leaves it as it was.
    let fresh = run(probity().env("PROBITY_KEEP", "true"));
    let mut complaints: Vec<String> = complaint(&fresh, &host).into_iter().collect();
    let before = host.projects();
    complaints.extend(
        complaint(&run(fresh.again().env("PROBITY_KEEP", "false")), &host)
            .map(|said| format!("on the used host: {said}")),
    );
    if host.projects() != before {
        complaints.push(format!("{} projects are there, and {before} were", host.projects()));
    }
    complaints.into_iter().map(|said| format!("== {variant:?} with seed {seed}, {said}")).collect()
}

#[test]
fn correct_services_are_green_and_unharmed_fresh_and_used() {
    let runs = SEEDS.flat_map(|seed| Variant::ALL.map(|variant| (variant, seed)));
    let complaints = side_by_side(runs, |(variant, seed)| fresh_and_used(variant, seed));
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "{} runs are red:\n{}", complaints.len(), complaints.join("\n"));
}

/// What a fault is told by: each severity and check.
struct Trial {
    fault: Fault,
    told: BTreeSet<(String, String)>,
    code: Option<i32>,
}

impl Trial {
    fn of(fault: Fault) -> Self {
        let host = Host::start(fault.variant(), Some(fault));
        let ran = check(probity(), &host).run();
        let told = findings(&ran).map(|(severity, check)| (severity.to_owned(), check.to_owned()));
        Self { fault, told: told.collect(), code: ran.code }
    }

    fn found(&self) -> bool {
        self.told.contains(&(self.fault.level().name().to_owned(), self.fault.check().to_owned()))
    }

    fn row(&self) -> String {
        let Self { fault, told, code } = self;
        let wanted = format!("{}[{}]", fault.level().name(), fault.check());
        let told: Vec<String> = told.iter().map(|(severity, check)| format!("{severity}[{check}]")).collect();
        let told = told.join(" ");
        format!("{} ({}): wanted {wanted}, told {told}, exit code {code:?}", fault.id(), fault.about())
    }
}

#[test]
fn planted_faults_are_found_by_the_checks_that_are_for_them() {
    let trials = side_by_side(Fault::all(), Trial::of);
    let survived: Vec<String> = trials.iter().filter(|trial| !trial.found()).map(Trial::row).collect();
    let found = trials.len() - survived.len();
    println!("{found} of {} faults are found\n{}", trials.len(), survived.join("\n"));
    assert!(found * 100 >= trials.len() * 95, "{found} of {}:\n{}", trials.len(), survived.join("\n"));
}
