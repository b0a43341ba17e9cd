//! `probity report`: any form of a report, made of the JSON report or of the record of a run.

use super::apart::{Role, apart};
use super::arguments::ReportArgs;
use super::failure::Failure;
use super::{Exit, note, say};
use crate::judge;
use crate::record::file::{self, Kept};
use crate::report::{self, Destination, Detail, Format, Output, Report, Subject, changes, json, terminal};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

pub(super) fn report(arguments: &ReportArgs) -> Result<Exit, Failure> {
    let outputs = outputs(&arguments.report)?;
    if outputs.iter().any(|output| output.format == Format::Ndjson) {
        return Err(Failure::new(Exit::Usage, "a report does not hold the events of its run")
            .with_hint(Some("`probity check --report ndjson=FILE` writes them while they happen".into())));
    }
    let runs = arguments.runs.iter().map(|run| Role::new("the run to report on", run));
    apart(&runs.collect::<Vec<_>>(), &Role::reports(&outputs))?;
    let detail = Detail::of(arguments.quiet, arguments.verbose);
    let report = read(&arguments.runs, !outputs.is_empty() || detail == Detail::Verbose)?;
    if outputs.is_empty() {
        say(&terminal(&report, detail));
    }
    let unwritten = write(&outputs, &report);
    Ok(unwritten.unwrap_or(Exit::Holds))
}

/// The report of runs that were kept: with every case where `whole` is set.
fn read(runs: &[PathBuf], whole: bool) -> Result<Report, Failure> {
    let mut records = Vec::new();
    for path in runs {
        let (beginning, run) = opened(path).map_err(|error| unread(path, &error))?;
        let is_record = file::is_record(&beginning);
        let beginning = Cursor::new(beginning);
        if is_record {
            records.push((path.display().to_string(), BufReader::new(beginning.chain(run))));
        } else if runs.len() == 1 {
            let mut text = String::new();
            beginning.chain(run).read_to_string(&mut text).map_err(|error| unread(path, &error))?;
            return json::read(&text).map_err(|error| {
                Failure::new(Exit::Usage, format!("{}: {error}", path.display()))
                    .with_hint(Some(error.hint()))
            });
        } else {
            let why =
                format!("{} is no record of a run, and only records can be put together", path.display());
            return Err(Failure::new(Exit::Usage, why)
                .with_hint(Some("`probity check --record-file FILE` writes one".into())));
        }
    }
    let kept = file::read(records).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string()).with_hint(Some(error.hint().to_owned()))
    })?;
    of_record(kept, whole)
}

/// The beginning of a run, and the rest of it.
fn opened(path: &Path) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    /// By so many bytes a record is told from a report.
    const BEGINNING: u64 = 64;
    let mut run: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut beginning = Vec::new();
    run.by_ref().take(BEGINNING).read_to_end(&mut beginning)?;
    Ok((beginning, run))
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    let hint = "name a file that `probity check` has written with --report json=FILE or --record-file FILE";
    Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display())).with_hint(Some(hint.into()))
}

fn of_record(kept: Kept, whole: bool) -> Result<Report, Failure> {
    let Kept { contract, record, levels, snapshots, is_cut } = kept;
    if is_cut {
        let (sent, planned) = (record.sent(), record.plan.len());
        note(&format!("the run was killed before its end: {sent} of {planned} cases are in the record"));
    }
    let exchanges = (&*record.plan, &*record.exchanges);
    let findings = judge::findings(&contract, exchanges, &record.observations, &levels);
    let mut subject = Subject::new(&contract, &record.plan, &record, &findings);
    if let Some(snapshots) = changes::together(snapshots).map_err(|error| {
        Failure::new(Exit::Usage, format!("what the record says of snapshots cannot be read: {error}"))
            .with_hint(Some("read it with the version that wrote it".into()))
    })? {
        subject = subject.with_snapshots(snapshots.summary, snapshots.differences, snapshots.other_seed);
    }
    Ok(if whole { report::report(&subject) } else { report::outline(&subject) })
}

/// The reports that are wanted, as far as can be told before anything is done.
pub(super) fn outputs(given: &[String]) -> Result<Vec<Output>, Failure> {
    let mut outputs: Vec<Output> = Vec::new();
    for text in given {
        let output = Output::parse(text, |name| std::env::var_os(name))
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(Some(error.hint())))?;
        // Better now than after an hour of requests.
        output
            .to
            .writable()
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))?;
        if let Some(other) = outputs.iter().find(|known| known.to == output.to) {
            let why = format!("{} and {} would both go to {}", other.format, output.format, output.to.name());
            return Err(Failure::new(Exit::Usage, why)
                .with_hint(Some("name a file for each: --report FORMAT=FILE".into())));
        }
        outputs.push(output);
    }
    Ok(outputs)
}

/// Whether a report goes to standard output, so that nothing else may.
pub(super) fn speaks(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| output.to == Destination::Standard)
}

/// Writes all that can be written; the exit code if something could not.
pub(super) fn write(outputs: &[Output], report: &Report) -> Option<Exit> {
    let mut unwritten = None;
    for output in outputs.iter().filter(|output| output.format != Format::Ndjson) {
        if let Err(error) = report::write(output, report) {
            unwritten = Some(Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()).show());
        }
    }
    unwritten
}
