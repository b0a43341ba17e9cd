//! What stands on the disk: insta reads it, people settle it, and nothing leads out of it.

use super::*;
use std::sync::Arc;

#[test]
fn insta_reads_what_is_written_and_finds_it_equal() {
    use insta::internals::{SnapshotContents, TextSnapshotContents};
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    for page in pages(&contract, &plan, "2222222222") {
        let path = store.folder().join(format!("{}.snap", page.name));
        let read = insta::Snapshot::from_file(&path).unwrap();
        let ours: SnapshotContents =
            TextSnapshotContents::new(page.text(), insta::TextSnapshotKind::File).into();
        assert!(*read.contents() == ours, "{}", page.name);
        assert_eq!(read.metadata().source(), Some("spec/things.yaml"));
        assert_eq!(
            read.metadata().description(),
            Some(format!("make-thing {} {}", page.place, page.cause).as_str())
        );
        assert!(!fs::read_to_string(&path).unwrap().contains("assertion_line"));
        // As insta itself rewrites the file, it is still the same page.
        read.save(&path).unwrap();
    }
    let comparison = store.compare(&pages(&contract, &plan, "3333333333"), Extent::Complete).unwrap();
    assert!(comparison.differences.is_empty());
}

#[test]
fn a_change_waits_until_it_is_accepted_or_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let before = files(folder.path());
    let broken = run_with(&plan, "2222222222", |case, body| {
        let late = case.id.contains("/size/out-of-range");
        let failure = || {
            Outcome::Failed(Failure {
                kind: FailureKind::TimedOut,
                detail: "after 3.2 s".into(),
                status: None,
            })
        };
        if late { failure() } else { honest(case, body) }
    });
    let changed = render(&contract, &plan, &broken);
    let comparison = store.compare(&changed, Extent::Complete).unwrap();
    let [difference] = comparison.differences.as_slice() else { panic!("{:?}", comparison.differences) };
    assert_eq!(difference.page, "make-thing/body.size-out-of-range");
    assert!(difference.cases.iter().all(|case| case.position.is_some()) && !difference.cases.is_empty());
    let Kind::Changed { old, new } = &difference.kind else { panic!() };
    assert!(unified(&diff(old, new), false).contains("+ no answer: timed-out"));
    assert!(unified(&diff(old, new), true).contains("\u{1b}[32m+ no answer: timed-out\u{1b}[0m"));

    assert_eq!(store.write(&comparison, Writing::Nothing).unwrap(), Written::default());
    assert_eq!(files(folder.path()), before);
    assert_eq!(store.write(&comparison, Writing::Pending).unwrap().pending.len(), 1);
    let pending = store.pending().unwrap();
    assert_eq!((pending.len(), pending[0].damaged.as_deref()), (1, None));
    assert!(pending[0].line.is_some_and(|line| line > 1));
    let read = insta::Snapshot::from_file(&pending[0].path).unwrap();
    assert_eq!(read.metadata().assertion_line().map(u64::from), pending[0].line);
    assert_eq!(store.list(None).unwrap().iter().filter(|one| one.state == State::Changed).count(), 1);

    assert_eq!(store.reject(|name| name == "nothing").unwrap(), Vec::<String>::new());
    assert_eq!(store.reject(|_| true).unwrap().len(), 1);
    assert_eq!(files(folder.path()), before);

    store.write(&comparison, Writing::Pending).unwrap();
    let same = store.compare(&pages(&contract, &plan, "3333333333"), Extent::Complete).unwrap();
    assert_eq!(
        store.write(&same, Writing::Pending).unwrap().removed.len(),
        1,
        "behaviour is as stored again"
    );
    assert_eq!(files(folder.path()), before);

    store.write(&comparison, Writing::Pending).unwrap();
    assert_eq!(store.accept(|name| name.starts_with("make-thing/")).unwrap().len(), 1);
    assert!(store.pending().unwrap().is_empty());
    assert!(store.compare(&changed, Extent::Complete).unwrap().differences.is_empty());
    assert!(files(folder.path()).values().all(|text| !text.contains("assertion_line")));
}

#[test]
fn nothing_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for profile in ["", "..", "a/b", "/etc", "a\\b", ".git", "nul", "a\n", &"x".repeat(65)] {
        assert!(matches!(Store::open(folder.path(), profile), Err(SnapshotError::Profile(_))), "{profile:?}");
    }
    assert!(Store::open(folder.path(), "eu-1.test").is_ok());
}

#[cfg(unix)]
#[test]
fn damaged_and_foreign_files_cost_one_page_and_links_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (contract, plan, store) = recorded(folder.path());
    let operation = store.folder().join("make-thing");
    let damage: [(&str, &[u8]); 4] = [
        ("body-valid", b"hello"),
        ("body.size-out-of-range", b"---\ninfo: [\n---\n# a\n200\n"),
        ("body.size-wrong-type", b"---\nsource: x\n---\nno case\n"),
        ("body.size-missing", b"\xff\xfe"),
    ];
    for (name, bytes) in damage {
        assert!(operation.join(format!("{name}.snap")).exists(), "{name}");
        fs::write(operation.join(format!("{name}.snap")), bytes).unwrap();
    }
    fs::write(operation.join("notes.txt"), "x").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", operation.join("body-malformed.snap.new")).unwrap();
    std::os::unix::fs::symlink("/etc", store.folder().join("elsewhere")).unwrap();
    let comparison = store.compare(&pages(&contract, &plan, "2222222222"), Extent::Complete).unwrap();
    assert_eq!(comparison.differences.len(), 4);
    assert!(comparison.differences.iter().all(|one| matches!(one.kind, Kind::Damaged { .. })));
    assert_eq!(comparison.foreign.len(), 3);
    store.write(&comparison, Writing::Pending).unwrap();
    fs::write(operation.join("body-valid.snap.new"), "hello").unwrap();
    assert_eq!(store.pending().unwrap().iter().filter(|one| one.damaged.is_some()).count(), 1);
    let error = store.accept(|_| true).unwrap_err();
    assert!(matches!(error, SnapshotError::Malformed { .. }) && error.hint().is_some());
    assert_eq!(fs::read(operation.join("body.size-missing.snap")).unwrap(), b"\xff\xfe", "all or nothing");
    assert_eq!(store.accept(|name| !name.ends_with("/body-valid")).unwrap().len(), 3);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("linked")).unwrap();
    assert!(matches!(Store::open(folder.path(), "linked"), Err(SnapshotError::Foreign { .. })));
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let contract = contract();
    let plan = planned_for(&contract);
    let store = Store::open(folder.path(), "local").unwrap();
    let comparison = store.compare(&pages(&contract, &plan, "1111111111"), Extent::Complete).unwrap();
    fs::create_dir(store.folder()).unwrap();
    fs::write(store.folder().join("make-thing"), "in the way").unwrap();
    let error = store.write(&comparison, Writing::Pending).unwrap_err();
    assert!(error.to_string().contains("make-thing cannot be written"), "{error}");
    assert!(error.hint().unwrap().contains("INSTA_UPDATE=no"));
}

/// `cargo test --release snapshot -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn five_thousand_cases_take_no_time() {
    let contract = contract();
    let mut plan = planned_for(&contract);
    let small = plan.scenarios.clone();
    let mut copy = 0;
    while plan.len() < 5_000 {
        copy += 1;
        plan.scenarios.extend(small.iter().cloned().map(|mut shared| {
            let scenario = Arc::make_mut(&mut shared);
            for case in &mut scenario.cases {
                case.place = match &case.place {
                    plan::Place::Body(at) => plan::Place::Body(format!("/{copy}{at}")),
                    other => other.clone(),
                };
                let nested = case.id.replacen("/body", &format!("/body/{copy}"), 1);
                case.id = if nested == case.id { format!("{nested}-{copy}") } else { nested };
            }
            shared
        }));
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), "local").unwrap();
    let comparison = store.compare(&pages(&contract, &plan, "1111111111"), Extent::Complete).unwrap();
    store.write(&comparison, Writing::Accept).unwrap();
    let run = run_with(&plan, "2222222222", honest);
    let begin = std::time::Instant::now();
    let pages = render(&contract, &plan, &run);
    let rendered = begin.elapsed();
    let comparison = store.compare(&pages, Extent::Complete).unwrap();
    println!(
        "{} cases, {} pages: render {rendered:?}, with compare {:?}",
        plan.len(),
        pages.len(),
        begin.elapsed()
    );
    assert!(comparison.differences.is_empty());
}
