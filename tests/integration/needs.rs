//! What a test needs that not every machine has.
//!
//! A test without it is shown as skipped. Where `PROBITY_REQUIRE` names it, or is `all` as in the
//! gate, the test fails in place of that.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use crate::driver::repository;

/// What a test may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// What `PROBITY_REQUIRE` calls it.
    name: &'static str,
    /// The programs that will do, as the path has them.
    programs: &'static [&'static str],
    /// A file that will do where the path has none.
    file: Option<&'static str>,
    /// The variable that may name another program.
    named_by: Option<&'static str>,
}

const fn program(name: &'static str, programs: &'static [&'static str]) -> Need {
    Need { name, programs, file: None, named_by: None }
}

pub(crate) const CURL: Need = program("curl", &["curl"]);
pub(crate) const OPENSSL: Need = program("openssl", &["openssl"]);
pub(crate) const BASH: Need = program("bash", &["bash"]);
pub(crate) const ZSH: Need = program("zsh", &["zsh"]);
pub(crate) const FISH: Need = program("fish", &["fish"]);
pub(crate) const MAN: Need = program("man", &["man"]);
pub(crate) const CHROMIUM: Need = Need {
    named_by: Some("PROBITY_CHROMIUM"),
    ..program("chromium", &["chromium", "chromium-browser", "google-chrome", "chrome"])
};
/// Insta's own tool, from the path or from where the gate installs it.
pub(crate) const CARGO_INSTA: Need =
    Need { file: Some("target/tools/bin/cargo-insta"), ..program("cargo-insta", &["cargo-insta"]) };
/// The JSON Schema Test Suite, where the gate installs it.
pub(crate) const JSON_SCHEMA_TEST_SUITE: Need =
    Need { file: Some("target/tools/json-schema-test-suite"), ..program("json-schema-test-suite", &[]) };
/// A disk without any room.
pub(crate) const FULL_DISK: Need = Need { file: Some("/dev/full"), ..program("full-disk", &[]) };

impl Need {
    /// Where it is; nothing where the test that asks cannot be tried here.
    pub(crate) fn or_skip(self) -> Option<PathBuf> {
        let found = self.found(&std::env::var_os("PATH").unwrap_or_default());
        if found.is_none() {
            let required = std::env::var("PROBITY_REQUIRE").unwrap_or_default();
            assert!(!self.is_required(&required), "{} is required and not here", self.name);
            shown(self.name);
        }
        found
    }

    fn found(self, path: &OsString) -> Option<PathBuf> {
        let named = self.named_by.and_then(std::env::var_os).map(PathBuf::from);
        let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
        let beside = |name: &'static str| folders.iter().map(move |folder| folder.join(name));
        let installed = self.programs.iter().copied().flat_map(beside).find(|path| path.is_file());
        let file = self.file.map(|file| repository().join(file)).filter(|file| file.exists());
        named.or(installed).or(file)
    }

    fn is_required(self, required: &str) -> bool {
        required.split(',').any(|one| one.trim() == "all" || one.trim() == self.name)
    }
}

/// Says that the test of this thread is skipped. What `eprintln!` writes is shown of failed tests
/// only.
fn shown(lacks: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "skipped: {test}: no {lacks} here");
}

#[test]
fn what_is_not_here_is_not_found() {
    let nowhere = OsString::from("/nowhere");
    assert_eq!(CURL.found(&nowhere), None);
    assert_eq!(
        program("this", &["Cargo.toml"]).found(&repository().into()),
        Some(repository().join("Cargo.toml"))
    );
}

#[test]
fn what_is_required_is_named_or_is_everything() {
    assert!(CURL.is_required("all") && CURL.is_required("chromium, curl"));
    assert!(!CURL.is_required("") && !CURL.is_required("chromium"));
}
