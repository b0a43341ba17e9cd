//! `probity audit`: how much of what can go wrong would be noticed.

use super::apart::{Role, apart};
use super::arguments::{AuditArgs, SelectionArgs};
use super::contract::Source;
use super::failure::Failure;
use super::values::ValueArgs;
use super::{Exit, say};
use crate::audit::{self, AuditError, Settings};
use crate::host::fault::Fault;
use crate::plan::Guards;
use crate::report;
use crate::report::audit::Audited;
use crate::report::progress::Progress;
use crate::text::visible;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// How many hosts run side by side on each core, since some of them only wait.
const HOSTS_PER_CORE: usize = 4;

pub(super) fn audit(arguments: &AuditArgs) -> Result<Exit, Failure> {
    let file = arguments.json.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = file {
        report::writable(path)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))?;
    }
    let source = Source::of(&arguments.contract)?;
    let contract = Arc::new(source.read(&arguments.contract)?);
    let written: Vec<Role> = file.map(|path| Role::new("the report", path)).into_iter().collect();
    apart(&Role::contract(&source, &contract), &written)?;
    let plan = Arc::new(super::plan::made(
        &contract,
        &SelectionArgs {
            include: Vec::new(),
            exclude: Vec::new(),
            random: arguments.random.clone(),
            max_requests: arguments.max_requests,
            changing_methods: arguments.changing_methods,
            values: ValueArgs::default(),
        },
        &ValueArgs::default(),
        Guards::default(),
        super::plan::Tokens::default(),
    )?);
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let settings = Settings {
        include: arguments.include.clone(),
        exclude: arguments.exclude.clone(),
        jobs: arguments.jobs.unwrap_or(cores * HOSTS_PER_CORE),
        levels: super::check::levels(&arguments.severity)?,
    };
    let clock = Instant::now();
    let progress = Progress::stderr();
    let found =
        audit::audit(&contract, &plan, &settings, &|all| progress.begin(all), &|| progress.one_more());
    progress.clear();
    let found = found.map_err(|error| refused(&error))?;
    let audited =
        Audited { contract: &contract, audit: &found, seed: arguments.random.seed, elapsed: clock.elapsed() };
    if arguments.json.is_some() && file.is_none() {
        say(&report::audit::json(&audited));
    } else {
        say(&report::audit::text(&audited));
    }
    if let Some(path) = file {
        report::write_text(path, &report::audit::json(&audited))
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))?;
    }
    let tally = found.tally();
    if tally.seen == 0 {
        return Err(Failure::new(
            Exit::NothingTested,
            "no fault made a difference that any request could see",
        )
        .with_hint(Some("plant more of them, or send more requests".into())));
    }
    match arguments.min {
        Some(least) if tally.percent() < least => {
            Err(Failure::new(Exit::Findings, format!("less than {least} % of the faults are caught"))
                .with_hint(Some("each fault that is not caught says above why".into())))
        }
        _ => Ok(Exit::Holds),
    }
}

fn refused(error: &AuditError) -> Failure {
    let exit = match error {
        AuditError::NothingSelected => Exit::NothingTested,
        AuditError::NotGreen(_) => Exit::Findings,
        AuditError::NoHost(_) => Exit::Target,
    };
    Failure::new(exit, error.to_string()).with_hint(Some(error.hint().into()))
}

/// Every fault, a line each.
pub(super) fn listing(faults: &[Fault]) -> String {
    let width = faults.iter().map(|fault| fault.id.chars().count()).max().unwrap_or(0).min(80);
    let line = |fault: &Fault| format!("{:width$}  {}\n", visible(&fault.id), visible(&fault.words));
    faults.iter().map(line).collect()
}
