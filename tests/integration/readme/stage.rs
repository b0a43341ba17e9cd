//! Where the commands of a guide run: a folder with what they name, and two hosts of the example.

use super::guide::Guide;
use crate::driver::repository;
use probity::contract::Contract;
use probity::host::fault::faults;
use probity::host::{Host, HostSettings};
use probity::source::Document;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// The contract that the guides use.
const EXAMPLE: &str = "docs/example/openapi.yaml";

/// What is wrong with the host that the guides call `http://localhost:8080`.
const FAULT: &str = "add-task/request/body/priority/maximum";

/// How the guides call that host.
const LOCAL: &str = "http://localhost:8080";

pub(super) struct Stage {
    folder: TempDir,
    runtime: tokio::runtime::Runtime,
    correct: Host,
    faulty: Host,
}

impl Stage {
    pub(super) fn new() -> Stage {
        let folder = TempDir::new().unwrap();
        for name in ["docs/example", "spec", "snapshots"] {
            copy(&repository().join(name), &folder.path().join(name));
        }
        std::fs::copy(repository().join(EXAMPLE), folder.path().join("openapi.yaml")).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (correct, faulty) = (host(&runtime, None), host(&runtime, Some(FAULT)));
        Stage { folder, runtime, correct, faulty }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a line of a guide as its reader would, and gives what it printed with the names of the guide.
    pub(super) fn run(&self, line: &str, more: &[(&str, OsString)]) -> (Output, String) {
        let line = line.replace(LOCAL, &url(&self.faulty)).replace("cargo run -- ", "probity ");
        let bin = Path::new(env!("CARGO_BIN_EXE_probity")).parent().unwrap();
        let mut path = OsString::from(bin);
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-euc", &line])
            .current_dir(self.folder())
            .env_clear()
            .envs([("PATH", path), ("HOME", self.folder().into()), ("TERM", "dumb".into())])
            .envs([("TARGET", url(&self.correct)), ("STAGING", url(&self.correct))])
            .envs(
                names_the_example(&line)
                    .then(|| ("PROBITY_BEARER", self.correct.credentials().token.clone())),
            )
            .envs(more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).replace(&url(&self.faulty), LOCAL);
        (output, printed)
    }

    /// The hosts end with the runtime that they live in.
    pub(super) fn end(self) {
        self.runtime.shutdown_background();
    }
}

/// Whether a line is about the example, whose credentials are not those of the demonstration.
fn names_the_example(line: &str) -> bool {
    line.contains(" openapi.yaml") || line.contains("$TARGET")
}

fn url(host: &Host) -> String {
    format!("http://{}", host.address())
}

fn host(runtime: &tokio::runtime::Runtime, fault: Option<&str>) -> Host {
    let document = Document::open(&repository().join(EXAMPLE)).unwrap();
    let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
    let faults: Vec<_> = faults(&contract).into_iter().filter(|one| Some(one.id.as_str()) == fault).collect();
    assert_eq!(faults.len(), fault.iter().len());
    let settings = HostSettings { faults, ..HostSettings::default() };
    runtime.block_on(Host::start(Arc::new(contract), settings)).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let goal = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &goal);
        } else {
            std::fs::copy(&path, &goal).unwrap();
        }
    }
}

/// What is different each time, and says nothing: times and rates.
pub(super) fn settled(text: &str) -> String {
    let times = regex::Regex::new(r"\d+(\.\d+)? (ms|s)\b|\d+/s").unwrap();
    times.replace_all(text, "…").into_owned()
}

/// Writes a guide anew with what its commands print now.
pub(super) fn rewrite(guide: &Guide, text: &str) {
    std::fs::write(guide.path(), text).unwrap();
}
