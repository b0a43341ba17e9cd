//! `probity check`: the main job.

use super::apart::{Role, apart};
use super::arguments::{CheckArgs, SeverityArgs};
use super::contract::Source;
use super::credentials::given;
use super::failure::Failure;
use super::left::{left_behind, passing};
use super::plan::Tokens;
use super::stop::asked_to_end;
use super::target::Target;
use super::{Exit, fail_on, note, say};
use crate::config::in_pipeline;
use crate::contract::Contract;
use crate::judge::{CHECKS, Levels, Severity};
use crate::plan::{Also, Plan, Position};
use crate::record::file::RecordFile;
use crate::record::{Record, Verdict};
use crate::report::progress::Progress;
use crate::report::{self, Detail, Events, Format, Output, Report, Subject, changes, terminal};
use crate::run::{CleanUp, Credentials, Ledger, RunError, Settings, identity};
use crate::session::{
    self, Checked, NotRecorded, Observer, Observers, Options, Pinned, SessionError, Snapshots,
};
use crate::snapshot::{self, Store, Writing};
use crate::text::count;
use crate::text::suggestion;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// The profile of the embedded host.
const HOST_PROFILE: &str = "host";

/// What more is tried of the credentials that were given.
fn also(given: &Credentials) -> Vec<Also> {
    let another = given.another.is_some() || given.foreign.is_some();
    let alternatives = (!given.is_empty()).then_some(Also::Alternatives);
    alternatives.into_iter().chain(another.then_some(Also::AnotherUser)).collect()
}

pub(super) fn check(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let outputs = super::report::outputs(&arguments.report)?;
    let levels = levels(&arguments.severity)?;
    let target = Target::of(arguments.target.target.as_deref())?;
    let given = given(&arguments.target)?;
    let source = Source::against(&arguments.contract, &target)?;
    let mut contract = source.read(&arguments.contract)?;
    arguments.servers.fill(&mut contract)?;
    let contract = Arc::new(contract);
    target.fits(&contract)?;
    let tokens = Tokens {
        fetched: given.fetch_tokens(&contract),
        foreign: given.foreign.is_some(),
        also: also(&given),
    };
    super::patterns::known(&contract, &arguments.selection, &arguments.guards, tokens.clone())?;
    let guards = match target {
        Target::Url(_) => arguments.guards.of_target(),
        Target::Embedded { .. } => arguments.guards.of_embedded(),
    };
    let (values, _teardown) = arguments.setup.begin(&arguments.selection.values)?;
    let made = super::plan::made(&contract, &arguments.selection, &values, guards, tokens);
    let plan = made.map_err(|failure| {
        let allowed = arguments.fails.allow_untestable;
        if allowed { failure.instead(Exit::Contract, Exit::NothingTested) } else { failure }
    })?;
    if let Some(id) = arguments.pace.run_id.as_deref().filter(|id| identity::stands_in(&plan, id)) {
        let why = format!("--run-id: {id} stands in the requests by itself, where it is not the run's");
        return Err(Failure::new(Exit::Usage, why).with_hint(Some("choose other digits".into())));
    }
    let run_id = arguments.pace.run_id.clone().unwrap_or_else(|| identity::fresh(&plan));
    let ledger = ledger(arguments, &outputs, (&source, &contract))?;
    let ledger = ledger.or_else(|| target.url().and_then(|_| passing(&contract, &plan, &run_id)));
    // The profile of the embedded host holds the shipped contract's behaviour.
    let shipped = target.url().is_none() && source == Source::Shipped;
    let profile = arguments.profile.profile.clone().or_else(|| shipped.then(|| HOST_PROFILE.to_owned()));
    let store = store(arguments, profile.as_deref())?;
    if let Some(named) = store.as_ref().filter(|_| arguments.profile.profile.is_some() && !arguments.record) {
        super::snapshots::comparable(named, &arguments.profile.snapshots)?;
    }
    let levels_of_events = levels.clone();
    let authorities = super::target::authorities(&arguments.target)?;
    let identity = super::target::identity(&arguments.target)?;
    let (hurry, hurried) = watch::channel(false);
    let clean_up = CleanUp { limit: arguments.cleaning.limit.clean_limit, stop: hurried };
    let cleans = target.url().is_some() && !arguments.cleaning.keep;
    let options = Options {
        settings: Settings {
            target: target.url().map(str::to_owned).unwrap_or_default(),
            alias: None,
            max_requests: arguments.selection.max_requests,
            credentials: given,
            served: Vec::new(),
            authorities,
            identity,
            jobs: arguments.pace.jobs,
            rate: arguments.pace.time.rate,
            timeout: arguments.pace.time.timeout,
            patience: arguments.pace.time.max_wait,
            eventually: arguments.pace.eventually,
            fail_fast: arguments.pace.fail_fast,
            ledger: ledger.clone(),
            clean_up: cleans.then_some(clean_up),
            run_id,
        },
        embedded: target.url().is_none(),
        levels,
        store,
        record: arguments.record,
        limited: arguments.selection.max_requests.is_some()
            || !arguments.selection.include.is_empty()
            || !arguments.selection.exclude.is_empty(),
        writing: Writing::allowed(
            std::env::var("INSTA_UPDATE").ok().as_deref(),
            in_pipeline(|name| std::env::var(name).ok()),
        ),
        record_file: arguments.record_file.clone(),
    };
    let events = events(&outputs, &contract, &plan, &levels_of_events)?;
    let checked = runtime()?.block_on(watched(&contract, plan, options, (arguments, hurry), &events));
    let checked = checked.map_err(|error| refused(&error))?;
    let told = Told { contract: &contract, arguments, outputs: &outputs, events: &events };
    Ok(told.tell(&checked, &levels_of_events, ledger.as_deref(), target.url().is_none()))
}

/// What is told, to whom and where.
struct Told<'t> {
    contract: &'t Contract,
    arguments: &'t CheckArgs,
    outputs: &'t [Output],
    events: &'t [Arc<Events>],
}

impl Told<'_> {
    fn tell(&self, checked: &Checked, levels: &Levels, ledger: Option<&Ledger>, embedded: bool) -> Exit {
        let record = &checked.record;
        let mut subject = Subject::new(self.contract, &record.plan, record, &checked.findings);
        if let Some(error) = &checked.not_begun {
            let exit = refused(error).show();
            if !self.outputs.is_empty() {
                self.written(&report::report(&subject));
            }
            return exit;
        }
        self.pinned(&checked.snapshots);
        if let Snapshots::Compared { comparison, .. } = &checked.snapshots
            && let Some(summary) = checked.summary(levels)
        {
            let (differences, other) = (changes::differences(comparison), changes::other_seed(comparison));
            subject = subject.with_snapshots(summary, differences, other);
        }
        let exit = self.shown(&subject, checked.kept.as_deref());
        if let Some(doubt) = doubt(self.contract, record) {
            note(&doubt);
        }
        if ledger.is_some() || !embedded {
            left_behind(record, ledger);
        }
        exit
    }

    /// Says what became of the snapshots, where the page of the run does not.
    fn pinned(&self, snapshots: &Snapshots) {
        let aside = |text: &str| {
            if !self.arguments.quiet {
                note(text);
            }
        };
        match snapshots {
            Snapshots::Unasked => {
                aside("behaviour is not compared: --profile NAME --record starts a profile for this target");
            }
            Snapshots::None { folder } => {
                aside(&format!("no snapshots in {}: --record starts them", folder.display()));
            }
            Snapshots::Compared { comparison, unwritten, profile } => {
                if let Some(error) = unwritten {
                    refused_store(error).show();
                }
                if !comparison.older.is_empty() {
                    aside(&older(comparison.older.len(), profile));
                }
            }
            Snapshots::NotRecorded(why) => {
                if let NotRecorded::SecondNotBegun(error) = why {
                    refused(error).show();
                }
                note(&format!("{why}: nothing is recorded"));
            }
            Snapshots::Recorded(pinned) => recorded(pinned),
        }
    }

    /// Says what came of it, and writes the reports.
    fn shown(&self, subject: &Subject<'_>, kept: Option<&RecordFile>) -> Exit {
        let detail = Detail::of(self.arguments.quiet, self.arguments.verbose);
        let whole = !self.outputs.is_empty() || detail == Detail::Verbose;
        let report = if whole { report::report(subject) } else { report::outline(subject) };
        let page = terminal(&report, detail);
        if super::report::speaks(self.outputs) {
            note(page.trim_end());
        } else {
            say(&page);
        }
        let unwritten = kept.and_then(|kept| unkept(kept, &report)).or(self.written(&report));
        match report.verdict {
            Verdict::Holds => {
                let fails = fails_all_the_same(subject, self.arguments);
                fails.or(self.refers_to_nothing()).or(unwritten).unwrap_or(Exit::Holds)
            }
            Verdict::Broken => Exit::Findings,
            Verdict::Interrupted => Exit::Interrupted,
            Verdict::TargetLost => Exit::Target,
            Verdict::LedgerLost => Exit::Usage,
            Verdict::Untested => self.refers_to_nothing().unwrap_or(Exit::NothingTested),
        }
    }

    /// The exit code if the contract refers to a part of it that is not there, and nobody allowed that.
    fn refers_to_nothing(&self) -> Option<Exit> {
        let slips: Vec<_> = self.contract.slips().collect();
        let first = slips.first().filter(|_| !self.arguments.fails.allow_untestable)?;
        let at = self.contract.document.locate(&first.at);
        let more = match slips.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let why = format!("{at}: `$ref` names `{}`: {}{more}", first.target, first.reason);
        let hint = "mend the contract, or let the rest be enough: --allow-untestable";
        Some(Failure::new(Exit::Contract, why).with_hint(Some(hint.into())).show())
    }

    /// Writes the reports: all that can be written; the exit code if something could not.
    fn written(&self, report: &Report) -> Option<Exit> {
        let mut unwritten = None;
        for error in self.events.iter().filter_map(|events| events.finish(report).err()) {
            unwritten = Some(Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()).show());
        }
        super::report::write(self.outputs, report).or(unwritten)
    }
}

/// Ends the file of the record; the exit code if it could not be written.
fn unkept(kept: &RecordFile, report: &Report) -> Option<Exit> {
    if let Some(snapshots) = &report.snapshots {
        kept.snapshots(snapshots);
    }
    let error = kept.finish().err()?;
    Some(Failure::new(Exit::Usage, error.to_string()).with_hint(Some(error.hint().into())).show())
}

/// Says what was pinned.
fn recorded(pinned: &Pinned) {
    note(&format!(
        "recorded in {}: {} written, {} as they were, {} removed",
        pinned.folder.display(),
        pinned.written,
        pinned.same,
        pinned.removed
    ));
    for (page, notes) in &pinned.restless {
        note(&format!("  did not hold still: {page}: {}", notes.join(", ")));
    }
}

/// The ledger that is wanted, once it is known to be no other file of the command.
fn ledger(
    arguments: &CheckArgs,
    outputs: &[Output],
    (source, contract): (&Source, &Contract),
) -> Result<Option<Arc<Ledger>>, Failure> {
    let path = arguments.ledger.as_deref();
    let kept = arguments.record_file.as_deref();
    if kept == Some(Path::new("-")) {
        return Err(Failure::new(Exit::Usage, "a record is a file, and cannot be standard output")
            .with_hint(Some("name a file: --record-file FILE".into())));
    }
    if path == Some(Path::new("-")) {
        return Err(Failure::new(Exit::Usage, "a ledger is a file, and cannot be standard output")
            .with_hint(Some("name a file: --ledger FILE".into())));
    }
    let mut written = Role::reports(outputs);
    written.extend(path.map(|path| Role::new("the ledger", path)));
    written.extend(kept.map(|path| Role::new("the record", path)));
    apart(&Role::contract(source, contract), &written)?;
    let ledger = path.map(Ledger::open).transpose().map_err(|error| {
        Failure::new(Exit::Usage, error.to_string()).with_hint(Some("name a file that can be written".into()))
    })?;
    Ok(ledger.map(Arc::new))
}

/// Where the profile's snapshots are, if there is a profile.
fn store(arguments: &CheckArgs, profile: Option<&str>) -> Result<Option<Store>, Failure> {
    match profile {
        Some(profile) => Store::open(&arguments.profile.snapshots, profile)
            .map(Some)
            .map_err(|error| refused_store(&error)),
        None if arguments.record => {
            Err(Failure::new(Exit::Usage, "a record needs a profile to be kept under")
                .with_hint(Some("name the deployment: --profile staging".into())))
        }
        None => Ok(None),
    }
}

/// Takes the events of the run wherever they are wanted.
fn events(
    outputs: &[Output],
    contract: &Arc<Contract>,
    plan: &Plan,
    levels: &Levels,
) -> Result<Vec<Arc<Events>>, Failure> {
    let wanted = outputs.iter().filter(|output| output.format == Format::Ndjson);
    let opened = wanted.map(|output| Events::open(&output.to, contract, plan.seed, levels).map(Arc::new));
    let opened: Result<_, _> = opened.collect();
    opened.map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))
}

/// What a user should look at before any finding: answers that are not those of the API.
fn doubt(contract: &Contract, run: &Record) -> Option<String> {
    const FEW: usize = 3;
    let own = |position: Position| {
        let case = &run.plan[position];
        case.request.method == contract.operations[case.operation].method
    };
    let answers = run.exchanges().filter(|(position, _)| own(*position));
    let statuses: Vec<_> =
        answers.map(|(_, exchange)| exchange.answer().map(|answer| answer.status)).collect();
    let all = |wanted: fn(u16) -> bool| {
        statuses.len() >= FEW && statuses.iter().all(|status| status.is_some_and(wanted))
    };
    if all(|status| status == 404) {
        return Some("every answer is status 404: is the path in --target right?".into());
    }
    all(|status| (300..400).contains(&status))
        .then(|| "every answer is a redirect: is the URL in --target right?".into())
}

/// One thread sends: to hand each answer to another would take longer than to look at it.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| no_threads(&error))
}

pub(super) fn no_threads(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("no threads can be started: {error}"))
}

/// A session with a bar of progress, until it ends or somebody asks it to.
async fn watched(
    contract: &Arc<Contract>,
    plan: Plan,
    options: Options,
    (arguments, hurry): (&CheckArgs, watch::Sender<bool>),
    events: &[Arc<Events>],
) -> Result<Checked, SessionError> {
    let progress: Arc<dyn Observer> =
        Arc::new(if arguments.quiet { Progress::hidden() } else { Progress::stderr() });
    let mut observers = vec![Arc::clone(&progress)];
    observers.extend(events.iter().map(|events| Arc::clone(events) as _));
    let all: Arc<dyn Observer> = Arc::new(Observers(observers));
    let (stop, stopped) = watch::channel(false);
    let interrupt = tokio::spawn(async move {
        if asked_to_end().await.is_ok() {
            let _ = stop.send(true);
        }
        // Whoever asks again does not even wait for what the run made to be deleted.
        if asked_to_end().await.is_ok() {
            let _ = hurry.send(true);
        }
        // The channel stays open: a run that is not stopped must not think that it is.
        std::future::pending::<()>().await;
    });
    let checked = Box::pin(session::check(contract, plan, options, (&all, &progress), stopped)).await;
    interrupt.abort();
    checked
}

fn refused(error: &SessionError) -> Failure {
    let exit = match error {
        SessionError::Run(RunError::Ledger(_)) | SessionError::Record(_) | SessionError::Snapshots(_) => {
            Exit::Usage
        }
        _ => Exit::Target,
    };
    Failure::new(exit, error.to_string()).with_hint(error.hint())
}

/// What is said of pages in an older form: they are no changed behaviour.
fn older(pages: usize, profile: &str) -> String {
    format!(
        "{} recorded in an older form, without the headers of undocumented answers, and held against that: `probity check --profile {} --record` renews {}",
        count(pages, "page was", "pages were"),
        profile,
        if pages == 1 { "it" } else { "them" },
    )
}

/// Whether a run fails that would hold otherwise, and why.
fn fails_all_the_same(subject: &Subject<'_>, arguments: &CheckArgs) -> Option<Exit> {
    let short = subject.run.shortfall(subject.contract, subject.findings);
    let reasons = fail_on::reasons(&short, &arguments.fails.fail_on);
    for reason in &reasons {
        Failure::new(Exit::Findings, reason).show();
    }
    (!reasons.is_empty()).then_some(Exit::Findings)
}

pub(super) fn refused_store(error: &snapshot::SnapshotError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint())
}

pub(super) fn levels(arguments: &SeverityArgs) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    let sets = [
        (Severity::Allow, &arguments.allow),
        (Severity::Warn, &arguments.warn),
        (Severity::Deny, &arguments.deny),
    ];
    for (severity, ids) in sets {
        for id in ids {
            levels.set(id, severity).map_err(|error| {
                let known: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
                Failure::new(Exit::Usage, error.to_string()).with_hint(Some(suggestion(id, &known)))
            })?;
        }
    }
    Ok(levels)
}
