//! `probity report`: any form of a report, made of the JSON report of a run.

use super::apart::{Role, apart};
use super::arguments::ReportArgs;
use super::failure::Failure;
use super::{Exit, say};
use crate::report::{self, Destination, Detail, Format, Output, Report, json, terminal};
use std::io::Read;
use std::path::Path;

pub(super) fn report(arguments: &ReportArgs) -> Result<Exit, Failure> {
    let outputs = outputs(&arguments.report)?;
    if outputs.iter().any(|output| output.format == Format::Ndjson) {
        return Err(Failure::new(Exit::Usage, "a report does not hold the events of its run")
            .with_hint(Some("`probity check --report ndjson=FILE` writes them while they happen".into())));
    }
    apart(&[Role::new("the run to report on", &arguments.run)], &Role::reports(&outputs))?;
    let report = read(&arguments.run)?;
    if outputs.is_empty() {
        say(&terminal(&report, Detail::of(arguments.quiet, arguments.verbose)));
    }
    let unwritten = write(&outputs, &report);
    Ok(unwritten.unwrap_or(Exit::Holds))
}

fn read(path: &Path) -> Result<Report, Failure> {
    let mut text = String::new();
    let taken = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    taken.map_err(|error| {
        Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display()))
            .with_hint(Some("name a file that `probity check --report json=FILE` has written".into()))
    })?;
    json::read(&text).map_err(|error| {
        Failure::new(Exit::Usage, format!("{}: {error}", path.display())).with_hint(Some(error.hint()))
    })
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
