//! A person settles what changed: with the program, by hand, or with insta's own tool.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use super::{changed, files, pending, recorded};
use crate::driver::Ran;
use crate::needs::CARGO_INSTA;
use crate::rival::Fault;

const FAULT: Fault = Fault::ReferenceMissing;
const MISSING: &str = "create-badges-group/body.rank-missing";

/// A profile on which several pages wait.
fn waiting() -> Ran {
    let ran = changed(&recorded(), FAULT, &[]).ends_with(1);
    let pages = pending(ran.folder());
    assert!(pages.contains(MISSING) && pages.len() > 2, "{pages:?}");
    ran
}

fn snapshots(ran: &Ran, arguments: &[&str]) -> Ran {
    ran.again().arg("snapshots").args(arguments.iter().copied()).run().ends_with(0)
}

/// What is listed; the exit code tells whether something waits.
fn listed(ran: &Ran, arguments: &[&str], code: i32) -> String {
    ran.again().args(["snapshots", "list"]).args(arguments.iter().copied()).run().ends_with(code).stdout
}

/// The pages that still differ when the same server is asked again.
fn differing(ran: &Ran) -> BTreeSet<String> {
    let ran = changed(ran, FAULT, &[]);
    assert_eq!(ran.code, Some(i32::from(!pending(ran.folder()).is_empty())), "{}", ran.everything());
    pending(ran.folder())
}

#[test]
fn what_waits_is_listed_beside_what_is_settled() {
    let ran = waiting();
    let listed = listed(&ran, &[], 1);
    let state = |wanted: &str| -> BTreeSet<String> {
        let lines = listed.lines().filter_map(|line| line.split_once("  "));
        let lines = lines.filter(|(state, _)| state.trim() == wanted);
        lines.map(|(_, page)| page.trim().trim_start_matches("snapshots/staging/").to_owned()).collect()
    };
    assert_eq!(state("changed"), pending(ran.folder()));
    let stored = files(&ran.folder().join("snapshots/staging"));
    let stored = stored.keys().filter(|name| !name.ends_with(".snap.new")).count();
    assert_eq!(state("settled").len() + state("changed").len(), stored, "{listed}");
}

#[test]
fn what_waits_fails_list_and_review_until_it_is_settled() {
    let ran = waiting();
    let waits = pending(ran.folder()).len();
    assert_eq!(listed(&ran, &["--pending"], 1).lines().count(), waits);
    let review = ran.again().args(["snapshots", "review"]).run().ends_with(1);
    assert!(
        review.stdout.starts_with("\n1/1  `reference` is gone"),
        "one change is shown once: {}",
        review.stdout
    );
    assert!(review.stdout.contains(&format!("{waits} pages")), "{}", review.stdout);
    assert!(review.stderr.contains("no terminal"), "{}", review.stderr);
    snapshots(&ran, &["accept"]);
    assert_eq!(listed(&ran, &["--pending"], 0), "");
    assert!(listed(&ran, &[], 0).lines().count() > waits);
    snapshots(&ran, &["review"]);
}

#[test]
fn accepted_pages_are_the_new_behaviour() {
    let ran = waiting();
    let all = pending(ran.folder());
    snapshots(&ran, &["accept", MISSING]);
    let rest: BTreeSet<String> = all.into_iter().filter(|page| page != MISSING).collect();
    assert_eq!(pending(ran.folder()), rest, "only the named page was accepted");
    assert_eq!(differing(&ran), rest);
    snapshots(&ran, &["accept"]);
    assert_eq!(differing(&ran), BTreeSet::new());
}

#[test]
fn a_page_is_named_as_it_is_listed_and_one_that_there_is_not_is_an_error() {
    let ran = waiting();
    let all = pending(ran.folder());
    let wrong = ran.again().args(["snapshots", "accept", MISSING, "create-*/body.nmae-*"]).run().ends_with(2);
    assert!(wrong.stderr.contains("no snapshot has the name `create-*/body.nmae-*`"), "{}", wrong.stderr);
    assert_eq!(pending(ran.folder()), all, "nothing was settled");
    snapshots(&ran, &["accept", &format!("snapshots/staging/{MISSING}")]);
    assert!(!pending(ran.folder()).contains(MISSING));
}

#[test]
fn a_page_is_named_by_its_files_too() {
    let ran = waiting();
    for pattern in [format!("{MISSING}.snap"), format!("snapshots/staging/{MISSING}.snap.new")] {
        let listed = listed(&ran, &[&pattern], 1);
        assert_eq!(listed.lines().count(), 1, "{pattern}: {listed}");
    }
    snapshots(&ran, &["accept", &format!("{MISSING}.snap.new")]);
    assert!(!pending(ran.folder()).contains(MISSING));
}

#[test]
fn a_profile_that_there_is_not_is_an_error() {
    let ran = waiting();
    for action in ["accept", "reject", "list", "review"] {
        let wrong = ran.again().args(["snapshots", action, "--profile", "stagin"]).run().ends_with(2);
        assert!(wrong.stderr.contains("no profile `stagin` in snapshots"), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("did you mean `staging`?"), "{}", wrong.stderr);
        let wrong = ran.again().args(["snapshots", action, "--profile", "production"]).run().ends_with(2);
        assert!(wrong.stderr.contains("known here: staging"), "{}", wrong.stderr);
    }
}

#[test]
fn rejected_pages_stay_as_they_were_and_are_told_again() {
    let ran = waiting();
    let all = pending(ran.folder());
    let before = ran.file(format!("snapshots/staging/{MISSING}.snap"));
    snapshots(&ran, &["reject"]);
    assert_eq!(pending(ran.folder()), BTreeSet::new());
    assert_eq!(ran.file(format!("snapshots/staging/{MISSING}.snap")), before);
    assert_eq!(differing(&ran), all);
}

#[test]
fn a_page_can_be_accepted_by_renaming_its_file() {
    let ran = waiting();
    let page = ran.folder().join("snapshots/staging").join(format!("{MISSING}.snap"));
    std::fs::rename(page.with_extension("snap.new"), &page).expect("a renamed file");
    assert!(!differing(&ran).contains(MISSING));
}

/// Runs it in the folder, made a crate that it agrees to work in.
fn insta(program: &PathBuf, ran: &Ran, action: &str) {
    let manifest =
        "[package]\nname = \"pinned\"\nversion = \"0.0.0\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";
    let crated = ran.again().with_file("Cargo.toml", manifest).with_file("lib.rs", "");
    let output = Command::new(program)
        .args(["insta", action])
        .current_dir(crated.folder())
        .env_remove("CI")
        .env_remove("INSTA_UPDATE")
        .env_remove("INSTA_WORKSPACE_ROOT")
        .output()
        .expect("insta runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

#[test]
fn insta_accepts_and_rejects_what_was_written() {
    let Some(program) = CARGO_INSTA.or_skip() else { return };
    let accepted = waiting();
    insta(&program, &accepted, "accept");
    assert_eq!(pending(accepted.folder()), BTreeSet::new(), "insta accepted every page");
    assert_eq!(differing(&accepted), BTreeSet::new(), "and what it wrote is read as the new behaviour");

    let rejected = waiting();
    let all = pending(rejected.folder());
    insta(&program, &rejected, "reject");
    assert_eq!(pending(rejected.folder()), BTreeSet::new(), "insta rejected every page");
    assert_eq!(differing(&rejected), all, "and the old behaviour still stands");
}

#[test]
fn insta_and_the_program_accept_to_the_same_text() {
    let Some(program) = CARGO_INSTA.or_skip() else { return };
    let (one, other) = (waiting(), waiting());
    insta(&program, &one, "accept");
    snapshots(&other, &["accept"]);
    // Insta puts other quotes around words of the header that YAML would take for something else.
    let folder = |ran: &Ran| {
        let mut files = files(&ran.folder().join("snapshots"));
        for page in files.values_mut() {
            *page = page.replace('\'', "\"");
        }
        files
    };
    let (one, other) = (folder(&one), folder(&other));
    assert!(one.keys().eq(other.keys()));
    for (name, page) in one {
        assert_eq!(page, other[&name], "{name}");
    }
}
