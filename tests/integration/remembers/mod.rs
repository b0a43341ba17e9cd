//! What a service remembers: one that keeps what it is told is green, however it does what it is free to
//! do, and one that loses, changes or leaves something is found, without a word of `x-probity`.

mod contract;
mod defect;
mod http;
mod server;
mod shape;
mod store;
mod table;
mod tasks;

use crate::driver::{Ran, probity};
use contract::CONTRACT;
use defect::Defect;
use server::{KEY, Manner, serve};
use std::collections::BTreeSet;
use table::{BELOW, CREATED, DELETED, Group, MODIFIED, REPLACED, SHOWN, UNTOLD};

/// A finding of any severity.
struct Found {
    check: String,
    words: String,
}

fn check(manner: Manner, defect: Defect, seed: u64, operations: &[&str]) -> (Ran, Vec<Found>) {
    let server = serve(manner, defect);
    let (target, seed) = (server.url(), seed.to_string());
    let ran = probity()
        .with_file("contract.yaml", CONTRACT)
        .args(["check", "contract.yaml", "--target", &target, "--api-key", KEY])
        .args(["--report", "json=report.json", "--seed", &seed])
        .args(operations.iter().flat_map(|operation| ["--include", operation]))
        .run();
    let report = ran.json("report.json");
    let findings = report["findings"].as_array().expect("findings").iter();
    let found = findings.map(|one| Found {
        check: one["check"].as_str().expect("a check").to_owned(),
        words: format!("{} {} {} {}", one["severity"], one["check"], one["operation"], one["title"]),
    });
    let found = found.collect();
    (ran, found)
}

/// That there is not even a warning.
#[track_caller]
fn shows_nothing(manner: Manner, defect: Defect, seed: u64) {
    let (ran, found) = check(manner, defect, seed, &[]);
    let words: Vec<String> = found.into_iter().map(|one| one.words).collect();
    assert!(words.is_empty(), "{manner:?} {defect:?} {seed}: {words:#?}");
    ran.ends_with(0);
}

#[track_caller]
fn is_green(manner: Manner) {
    for seed in 0..2 {
        shows_nothing(manner, Defect::Nothing, seed);
    }
}

#[track_caller]
fn are_found(group: &Group) {
    let missed = group.told.iter().filter_map(|(defect, wanted)| {
        let (_, found) = check(Manner::Plain, *defect, 0, group.operations);
        let told = found.iter().any(|one| one.check == *wanted);
        let words: Vec<String> = found.into_iter().map(|one| one.words).collect();
        (!told).then(|| format!("{defect:?} without `{wanted}`: {words:#?}"))
    });
    let missed: Vec<String> = missed.collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_service_that_keeps_what_it_is_told_is_green() {
    is_green(Manner::Plain);
}

#[test]
fn ids_may_be_given_again_after_a_deletion() {
    is_green(Manner::GivesIdsAgain);
}

#[test]
fn a_put_may_create() {
    is_green(Manner::PutCreates);
}

#[test]
fn what_is_shown_as_deleted_is_deleted() {
    is_green(Manner::DeletesSoftly);
}

#[test]
fn lists_may_lag() {
    is_green(Manner::ListsLag);
}

#[test]
fn there_may_be_much_already() {
    is_green(Manner::IsFull);
}

#[test]
fn a_create_that_stores_another_thing_is_found() {
    are_found(&CREATED);
}

#[test]
fn what_is_shown_wrongly_or_changed_by_a_read_is_found() {
    are_found(&SHOWN);
}

#[test]
fn a_put_that_does_not_replace_is_found() {
    are_found(&REPLACED);
}

#[test]
fn a_patch_that_changes_too_little_or_too_much_is_found() {
    are_found(&MODIFIED);
}

#[test]
fn a_delete_of_too_little_or_too_much_is_found() {
    are_found(&DELETED);
}

#[test]
fn what_is_wrong_below_a_parent_is_found() {
    are_found(&BELOW);
}

#[test]
fn what_no_contract_tells_lacks_a_sentence_that_can_be_named() {
    let sentences: BTreeSet<&str> = UNTOLD.iter().map(|(_, sentence)| *sentence).collect();
    assert!(sentences.len() <= 6, "{sentences:#?}");
    for (defect, _) in &UNTOLD {
        shows_nothing(Manner::Plain, *defect, 0);
    }
}
