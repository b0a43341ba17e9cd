//! `probity clean`: deletes what runs left that did not come to their end.

use super::arguments::{ContractArgs, TimeArgs};
use super::check::runtime;
use super::contract::Source;
use super::credentials::given;
use super::failure::Failure;
use super::left::say_what_remains;
use super::servers::ServerArgs;
use super::stop::asked_to_end;
use super::target::{Target, authorities, identity};
use super::target_args::TargetArgs;
use super::{Exit, note};
use crate::run::{
    self, CleanError, CleanUp, Cleaned, Event, Ledger, Observer, RunError, Settings, Why, served,
};
use crate::text::{self, count};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What becomes of what a run made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Clean-up")]
pub(super) struct KeepArgs {
    /// Leave what the run made on the target
    #[arg(long, env = "PROBITY_KEEP")]
    pub(super) keep: bool,
    #[command(flatten)]
    pub(super) limit: CleanLimitArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Clean-up")]
pub(super) struct CleanLimitArgs {
    /// How long it may take to delete what a run made, beside what --rate makes it wait
    #[arg(long, env = "PROBITY_CLEAN_LIMIT", default_value = "1m", value_name = "TIME", value_parser = text::time_limit)]
    pub(super) clean_limit: Duration,
}

/// The arguments of `clean`.
#[derive(Debug, Args)]
pub(super) struct CleanArgs {
    /// The ledger of the runs
    #[arg(value_name = "LEDGER")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) servers: ServerArgs,
    #[command(flatten)]
    pub(super) time: TimeArgs,
    #[command(flatten)]
    pub(super) limit: CleanLimitArgs,
}

pub(super) fn clean(arguments: &CleanArgs) -> Result<Exit, Failure> {
    let target = Target::of(arguments.target.target.as_deref())?;
    let Some(url) = target.url() else {
        return Err(Failure::new(Exit::Usage, "nothing that an embedded host held is left")
            .with_hint(Some("name the host that the runs were sent to: --target URL".into())));
    };
    let given = given(&arguments.target)?;
    let source = Source::against(&arguments.contract, &target)?;
    let mut contract = source.read(&arguments.contract)?;
    arguments.servers.fill(&mut contract)?;
    let contract = Arc::new(contract);
    let ledger = opened(&arguments.file)?;
    let (stop, stopped) = watch::channel(false);
    let settings = Settings {
        credentials: given,
        served: served(&contract, url),
        authorities: authorities(&arguments.target)?,
        identity: identity(&arguments.target)?,
        rate: arguments.time.rate,
        timeout: arguments.time.timeout,
        patience: arguments.time.max_wait,
        ledger: Some(Arc::new(ledger)),
        ..Settings::new(url, "")
    };
    let clean_up = CleanUp { limit: arguments.limit.clean_limit, stop: stopped };
    let cleaned = runtime()?.block_on(async {
        let interrupt = tokio::spawn(async move {
            if asked_to_end().await.is_ok() {
                let _ = stop.send(true);
            }
            std::future::pending::<()>().await;
        });
        let cleaned = run::clean(&contract, &settings, &clean_up, &Nobody).await;
        interrupt.abort();
        cleaned
    });
    let cleaned = cleaned.map_err(|error| refused(&error))?;
    tell(&cleaned, &arguments.file, url)
}

/// Who does not want to know what happens.
struct Nobody;

impl Observer for Nobody {
    fn event(&self, _: &Event<'_>) {}
}

/// The ledger, which must be there.
fn opened(path: &Path) -> Result<Ledger, Failure> {
    let failed = |why: String| {
        let hint = "name the file that `probity check --ledger FILE` has written, or probity-ledger-….ndjson of the folder in which it ran";
        Failure::new(Exit::Usage, why).with_hint(Some(hint.into()))
    };
    if !path.is_file() {
        return Err(failed(format!("the ledger {} is no file", path.display())));
    }
    Ledger::open(path).map_err(|error| failed(error.to_string()))
}

fn refused(error: &CleanError) -> Failure {
    match error {
        CleanError::Unread { .. } | CleanError::Unwritten(_) => Failure::new(Exit::Usage, error.to_string()),
        CleanError::Run(run) => {
            let exit = if matches!(run, RunError::Ledger(_)) { Exit::Usage } else { Exit::Target };
            Failure::new(exit, run.to_string()).with_hint(Some(run.hint()))
        }
    }
}

/// Says what came of it.
fn tell(cleaned: &Cleaned, ledger: &Path, target: &str) -> Result<Exit, Failure> {
    for (lines, why) in [
        (cleaned.unread, "cannot be read"),
        (cleaned.unknown, "tell of operations that the contract does not have"),
    ] {
        if lines > 0 {
            note(&format!("note: {} of {} {why}", count(lines, "line", "lines"), ledger.display()));
        }
    }
    if cleaned.runs == 0 && cleaned.elsewhere > 0 {
        let lines = count(cleaned.elsewhere, "line is", "lines are");
        let why = format!("{}: {lines} about another target than {target}", ledger.display());
        return Err(Failure::new(Exit::Usage, why).with_hint(Some(
            "name the target as for `probity check`: what has the same id elsewhere is not the run's".into(),
        )));
    }
    if cleaned.runs == 0 {
        note(&format!("nothing is left of the runs in {}", ledger.display()));
        return Ok(Exit::Holds);
    }
    let requests = count(cleaned.requests, "request", "requests");
    let left = match cleaned.left {
        0 => "nothing is left on the target".to_owned(),
        1 => "1 is left on the target".to_owned(),
        many => format!("{many} are left on the target"),
    };
    note(&format!("{} deleted, with {requests}; {left}", cleaned.undone));
    say_what_remains(&cleaned.remaining);
    let any = |wanted: fn(Why) -> bool| cleaned.remaining.iter().any(|remaining| wanted(remaining.why));
    let denied = |why: Why| matches!(why, Why::Unreachable | Why::Status(401));
    let failed = |why: Why| matches!(why, Why::Status(_) | Why::NoAnswer | Why::NoRequest | Why::Ended);
    Ok(match () {
        () if any(denied) => Exit::Target,
        () if any(failed) => Exit::Findings,
        () => Exit::Holds,
    })
}
