//! `probity docs`: the API reference, as files.

use super::arguments::DocsArgs;
use super::contract::Source;
use super::failure::Failure;
use super::{Exit, note, say};
use crate::docs::{self, Evidence, File, Format, NotVerified};
use crate::report::{self, Report};
use crate::snapshot::{Recorded, Store};
use crate::text::visible;
use std::io::ErrorKind;
use std::path::Path;

pub(super) fn docs(arguments: &DocsArgs) -> Result<Exit, Failure> {
    let contract = Source::of(&arguments.contract)?.read(&arguments.contract)?;
    let format = match arguments.format {
        super::arguments::DocsFormat::Html => Format::Html,
        super::arguments::DocsFormat::Markdown => Format::Markdown,
    };
    for wrong in docs::wrong_examples(&contract) {
        let at = contract.document.locate(&wrong.at);
        note(&visible(&format!(
            "warning: the example at {at} is not what its schema says: {}",
            wrong.reason
        )));
    }
    for broken in &contract.untestable {
        let at = contract.document.locate(&broken.at);
        note(&visible(&format!("warning: cannot be described: {}: {} ({at})", broken.operation, broken.why)));
    }
    let evidence = arguments.verified.as_deref().map(evidence).transpose()?;
    let files = docs::files(&contract, evidence.as_ref().map(Kept::lent), format).map_err(|error| {
        let exit = match error {
            NotVerified::Foreign { .. } | NotVerified::Unknown { .. } => Exit::Usage,
            NotVerified::Stale { .. } => Exit::Findings,
        };
        Failure::new(exit, error.to_string()).with_hint(Some(error.hint()))
    })?;
    let folder = &arguments.out;
    if arguments.check { check(folder, &files, format) } else { write(folder, &files, format) }
}

/// What was read of a file or a folder.
enum Kept {
    Run(Box<Report>),
    Snapshots(String, Vec<Recorded>),
}

impl Kept {
    fn lent(&self) -> Evidence<'_> {
        match self {
            Kept::Run(report) => Evidence::Run(report),
            Kept::Snapshots(profile, recorded) => Evidence::Snapshots { profile, recorded },
        }
    }
}

/// The JSON report of a run, or the folder of a profile of snapshots.
fn evidence(path: &Path) -> Result<Kept, Failure> {
    if path.is_dir() {
        return snapshots(path);
    }
    let refused = |why: String| {
        Failure::new(Exit::Usage, format!("{} is not the report of a run: {why}", path.display()))
            .with_hint(Some("`probity check --report json=FILE` writes one".into()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let report = report::json::read(&text).map_err(|error| refused(error.to_string()))?;
    Ok(Kept::Run(Box::new(report)))
}

fn snapshots(folder: &Path) -> Result<Kept, Failure> {
    let profile = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let root = folder.parent().unwrap_or(Path::new(""));
    let recorded = Store::open(root, &profile).and_then(|store| store.recorded());
    let recorded =
        recorded.map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))?;
    Ok(Kept::Snapshots(profile, recorded))
}

/// That nothing of somebody else stands where a page is to be written.
fn own_only(folder: &Path, files: &[File], format: Format) -> Result<(), Failure> {
    let foreign = |path: &Path| match std::fs::read(path) {
        Ok(bytes) => !docs::is_ours(&String::from_utf8_lossy(&bytes), format),
        // A folder, or what may not be read, is no page of ours; what is not there is nobody's.
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    let Some(path) = files.iter().map(|file| folder.join(&file.name)).find(|path| foreign(path)) else {
        return Ok(());
    };
    let why = format!("{} was not written by `probity docs`, and would be overwritten", path.display());
    Err(Failure::new(Exit::Usage, why).with_hint(Some(
        "name another folder with --out, or move that file away; nothing was written".into(),
    )))
}

fn write(folder: &Path, files: &[File], format: Format) -> Result<Exit, Failure> {
    own_only(folder, files, format)?;
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::new(Exit::Usage, format!("the folder {} cannot be made: {error}", folder.display()))
            .with_hint(Some("name another with --out".into()))
    })?;
    for file in files {
        report::write_text(&folder.join(&file.name), &file.text)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))?;
        say(&format!("written  {}\n", folder.join(&file.name).display()));
    }
    for name in orphans(folder, files, format) {
        let path = folder.join(name);
        std::fs::remove_file(&path).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("{} is no longer made and cannot be removed: {error}", path.display()),
            )
        })?;
        say(&format!("removed  {}\n", path.display()));
    }
    Ok(Exit::Holds)
}

fn check(folder: &Path, files: &[File], format: Format) -> Result<Exit, Failure> {
    let mut stale = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        match std::fs::read(&path) {
            Ok(bytes) if bytes == file.text.as_bytes() => {}
            Ok(_) => stale.push(format!("changed  {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                stale.push(format!("missing  {}", path.display()));
            }
            Err(error) => {
                return Err(Failure::new(Exit::Usage, format!("{} cannot be read: {error}", path.display())));
            }
        }
    }
    let orphans = orphans(folder, files, format);
    stale.extend(orphans.iter().map(|name| format!("obsolete {}", folder.join(name).display())));
    if stale.is_empty() {
        note("the pages are up to date");
        return Ok(Exit::Holds);
    }
    say(&format!("{}\n", stale.join("\n")));
    Err(Failure::new(Exit::Findings, "the pages are out of date")
        .with_hint(Some("write them again: the same command without --check".into())))
}

/// Files of ours that are no longer made.
fn orphans(folder: &Path, files: &[File], format: Format) -> Vec<String> {
    if format == Format::Html {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "md"))
        .filter(|name| files.iter().all(|file| file.name != *name))
        .filter(|name| {
            std::fs::read_to_string(folder.join(name)).is_ok_and(|text| docs::is_ours(&text, format))
        })
        .collect();
    found.sort();
    found
}
