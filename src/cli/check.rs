//! `probity check`: the main job.

use super::apart::{Role, apart};
use super::arguments::{CheckArgs, SeverityArgs};
use super::contract::Source;
use super::credentials::{given, leave_out_strangers};
use super::failure::Failure;
use super::plan::Tokens;
use super::stop::asked_to_end;
use super::target::Target;
use super::{Exit, fail_on, note, say};
use crate::contract::Contract;
use crate::host::{Host, HostSettings};
use crate::judge::{self, CHECKS, Levels, SNAPSHOT, Severity};
use crate::plan::Plan;
use crate::report::progress::Progress;
use crate::report::text::count;
use crate::report::{self, Events, Format, Output, SnapshotSummary, Subject, Verdict, changes, terminal};
use crate::run::{
    self, Alias, Effects, End, Given, Ledger, Observer, Observers, Run, RunError, Settings, identity,
};
use crate::snapshot::{self, Comparison, Extent, Kind, Store, Writing};
use crate::text::suggestion;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// The profile of the embedded host.
const HOST_PROFILE: &str = "host";

pub(super) fn check(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let outputs = super::report::outputs(&arguments.report)?;
    let levels = levels(&arguments.severity)?;
    let target = Target::of(arguments.target.target.as_deref())?;
    let mut given = given(&arguments.target)?;
    let source = Source::against(&arguments.contract, &target)?;
    let contract = Arc::new(source.read()?);
    target.fits(&contract)?;
    let tokens = Tokens { fetched: given.oauth.is_some(), foreign: given.foreign.is_some() };
    super::patterns::known(&contract, &arguments.selection, &arguments.guards, tokens)?;
    let guards = match target {
        Target::Url(_) => arguments.guards.of_target(),
        Target::Embedded { .. } => arguments.guards.of_embedded(),
    };
    let mut plan = super::plan::made(&contract, &arguments.selection, guards, tokens)?;
    if let Some(id) = arguments.pace.run_id.as_deref().filter(|id| identity::stands_in(&plan, id)) {
        let why = format!("--run-id: {id} stands in the requests by itself, where it is not the run's");
        return Err(Failure::new(Exit::Usage, why).with_hint(Some("choose other digits".into())));
    }
    let ledger = ledger(arguments, &outputs, (&source, &contract))?;
    let ledger_path = ledger.as_deref().map(|ledger| ledger.path().display().to_string());
    // The profile of the embedded host holds the shipped contract's behaviour.
    let shipped = target.url().is_none() && source == Source::Shipped;
    let profile = arguments.profile.profile.clone().or_else(|| shipped.then(|| HOST_PROFILE.to_owned()));
    let store = store(arguments, profile.as_deref())?;
    if let Some(named) = store.as_ref().filter(|_| arguments.profile.profile.is_some() && !arguments.record) {
        super::snapshots::comparable(named, &arguments.profile.snapshots)?;
    }
    runtime()?.block_on(async {
        let host = match &target {
            Target::Url(_) => None,
            Target::Embedded { .. } => Some(embedded(&contract, &mut given)?),
        };
        let strangers = leave_out_strangers(&contract, &mut plan, &given);
        let mut plan = Arc::new(plan);
        let settings = Settings {
            target: target.url().map(str::to_owned).or_else(|| host.as_ref().map(url)).unwrap_or_default(),
            alias: host
                .as_ref()
                .map(|_| Alias { name: "the embedded host".into(), url: "http://127.0.0.1:8080".into() }),
            max_requests: arguments.selection.max_requests,
            given,
            jobs: arguments.pace.jobs,
            rate: arguments.pace.rate,
            timeout: arguments.pace.timeout,
            patience: arguments.pace.max_wait,
            fail_fast: arguments.pace.fail_fast,
            ledger: ledger.clone(),
            run_id: arguments.pace.run_id.clone().or_else(|| Some(identity::fresh(&plan))),
            levels: levels.clone(),
        };
        let events = events(&outputs, &contract, &plan, &levels)?;
        let lost = |failure: Failure, end: End| {
            let run = Run::not_begun(&plan, &settings, end);
            let mut subject = Subject::new(&contract, &plan, &run, &[]);
            subject.ledger.clone_from(&ledger_path);
            let exit = failure.show();
            written(&subject, &outputs, &events);
            Ok(exit)
        };
        if let Err(failure) = strangers {
            let end = End::TargetLost(failure.message().to_owned());
            return lost(failure, end);
        }
        let mut run = match sent(&contract, &plan, &settings, arguments, &events).await {
            Ok(run) => run,
            Err(error) => return lost(refused_run(&error), error.end()),
        };
        let mut compared = None;
        let planned = std::mem::replace(&mut plan, Arc::clone(&run.plan));
        if let Some(store) = &store {
            compared = settled(&contract, &planned, &settings, arguments, store, &mut run).await?;
        } else if !arguments.quiet {
            note("behaviour is not compared: --profile NAME --record starts a profile for this target");
        }
        let findings = judge::findings(&contract, (&plan, &run.exchanges), &run.observations, &levels);
        let subject = Subject::new(&contract, &plan, &run, &findings);
        let mut subject = match (&compared, profile) {
            (Some(comparison), Some(profile)) => subject.with_snapshots(
                summary(comparison, profile, &levels),
                changes::differences(comparison),
                changes::other_seed(comparison),
            ),
            _ => subject,
        };
        subject.ledger.clone_from(&ledger_path);
        let exit = shown(&subject, arguments, &outputs, &events);
        if let Some(doubt) = doubt(&contract, &plan, &run) {
            note(&doubt);
        }
        if ledger.is_some() || host.is_none() {
            left_behind(&run, ledger.as_deref());
        }
        Ok(exit)
    })
}

/// The ledger that is wanted, once it is known to be no other file of the command.
fn ledger(
    arguments: &CheckArgs,
    outputs: &[Output],
    (source, contract): (&Source, &Contract),
) -> Result<Option<Arc<Ledger>>, Failure> {
    let path = arguments.ledger.as_deref();
    if path == Some(Path::new("-")) {
        return Err(Failure::new(Exit::Usage, "a ledger is a file, and cannot be standard output")
            .with_hint(Some("name a file: --ledger FILE".into())));
    }
    let mut written = Role::reports(outputs);
    written.extend(path.map(|path| Role::new("the ledger", path)));
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
fn doubt(contract: &Contract, plan: &Plan, run: &Run) -> Option<String> {
    const FEW: usize = 3;
    let own = |scenario: usize, step: usize| {
        let case = &plan.scenarios[scenario].cases[step];
        case.request.method == contract.operations[case.operation].method
    };
    let answers = run.exchanges().filter(|(scenario, step, _)| own(*scenario, *step));
    let statuses: Vec<_> =
        answers.map(|(_, _, exchange)| exchange.answer().map(|answer| answer.status)).collect();
    let all = |wanted: fn(u16) -> bool| {
        statuses.len() >= FEW && statuses.iter().all(|status| status.is_some_and(wanted))
    };
    if all(|status| status == 404) {
        return Some("every answer is status 404: is the path in --target right?".into());
    }
    all(|status| (300..400).contains(&status))
        .then(|| "every answer is a redirect: is the URL in --target right?".into())
}

/// Says what a run did to the target, and what it leaves there.
fn left_behind(run: &Run, ledger: Option<&Ledger>) {
    let Effects { created, uncertain, changed, deleted, left } = run.effects;
    if !run.effects.any() {
        return;
    }
    let mut line = match created {
        1 => "1 resource was created".to_owned(),
        many => format!("{many} resources were created"),
    };
    for (count, what) in [(changed, "changed"), (deleted, "deleted"), (uncertain, "more may have been")] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    let is = if left == 1 { "is" } else { "are" };
    line.push_str(&format!("; {left} {is} left on the target"));
    note(&match ledger {
        Some(ledger) => format!("{line}: see {}", ledger.path().display()),
        None => format!("{line}; --ledger FILE keeps a list of them"),
    });
}

/// One thread sends: to hand each answer to another would take longer than to look at it.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| no_threads(&error))
}

pub(super) fn no_threads(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("no threads can be started: {error}"))
}

fn embedded(contract: &Arc<Contract>, given: &mut Given) -> Result<Host, Failure> {
    let host = Host::start_apart(Arc::clone(contract), HostSettings::default());
    let host = host.map_err(|error| {
        Failure::new(Exit::Target, format!("the embedded host cannot listen on loopback: {error}"))
    })?;
    if given.basic.is_none() && given.bearer.is_none() && given.oauth.is_none() && given.api_keys.is_empty() {
        let own = host.credentials().given(contract);
        *given = Given {
            headers: std::mem::take(&mut given.headers),
            basic_md5: given.basic_md5,
            foreign: given.foreign.take(),
            ..own
        };
    }
    Ok(host)
}

fn url(host: &Host) -> String {
    format!("http://{}", host.address())
}

async fn sent(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    settings: &Settings,
    arguments: &CheckArgs,
    events: &[Arc<Events>],
) -> Result<Run, RunError> {
    let progress = Arc::new(if arguments.quiet { Progress::hidden() } else { Progress::stderr() });
    let mut observers: Vec<Arc<dyn Observer>> = vec![Arc::clone(&progress) as _];
    observers.extend(events.iter().map(|events| Arc::clone(events) as _));
    let observer: Arc<dyn Observer> = Arc::new(Observers(observers));
    let (stop, stopped) = watch::channel(false);
    let interrupt = tokio::spawn(async move {
        if asked_to_end().await.is_ok() {
            let _ = stop.send(true);
        }
        // The channel stays open: a run that is not stopped must not think that it is.
        std::future::pending::<()>().await;
    });
    let run = run::run(contract, plan, settings, &observer, stopped).await;
    interrupt.abort();
    progress.clear();
    run
}

fn refused_run(error: &RunError) -> Failure {
    let exit = if matches!(error, RunError::Ledger(_)) { Exit::Usage } else { Exit::Target };
    Failure::new(exit, error.to_string()).with_hint(Some(error.hint()))
}

/// Records what a run has shown, or compares it with what is recorded.
async fn settled(
    contract: &Arc<Contract>,
    plan: &Arc<Plan>,
    settings: &Settings,
    arguments: &CheckArgs,
    store: &Store,
    run: &mut Run,
) -> Result<Option<Comparison>, Failure> {
    let mut pages = snapshot::render(contract, &run.plan, run);
    if settings.alias.is_none() {
        snapshot::set_fixed_aside(&run.plan, &mut pages);
    }
    let limited = arguments.selection.max_requests.is_some()
        || !arguments.selection.include.is_empty()
        || !arguments.selection.exclude.is_empty();
    let extent = Extent::of(run, limited);
    if arguments.record && run.end != End::Complete {
        note("the run is not complete: nothing is recorded");
    } else if arguments.record {
        let lost = recorded((contract, plan, settings), arguments, store, (pages, extent), run).await?;
        if let Some(error) = lost {
            refused_run(&error).show();
            note("the second run did not begin: nothing is recorded");
            run.end = error.end();
        }
    } else if store.exists() {
        let comparison = store.compare(&pages, extent).map_err(|error| refused_store(&error))?;
        let written = store.write(&comparison, Writing::from_env(|name| std::env::var(name).ok()));
        if let Err(error) = written {
            refused_store(&error).show();
        }
        run.observations.extend(snapshot::observed(&run.plan, &comparison));
        run.observations.sort_by_key(|observation| (observation.scenario, observation.step));
        if !comparison.older.is_empty() && !arguments.quiet {
            note(&older(comparison.older.len(), store));
        }
        return Ok(Some(comparison));
    } else if !arguments.quiet {
        note(&format!("no snapshots in {}: --record starts them", store.folder().display()));
    }
    Ok(None)
}

/// Sends everything once more under another identity, and pins what held still; tells why it
/// could not be sent again.
async fn recorded(
    (contract, plan, settings): (&Arc<Contract>, &Arc<Plan>, &Settings),
    arguments: &CheckArgs,
    store: &Store,
    (pages, extent): (Vec<snapshot::Page>, Extent),
    first: &mut Run,
) -> Result<Option<RunError>, Failure> {
    // What the embedded host remembers of the first pass would change the second.
    let host = match settings.alias {
        Some(_) => Some(embedded(contract, &mut settings.given.clone())?),
        None => None,
    };
    let target = host.as_ref().map_or_else(|| settings.target.clone(), url);
    let settings = Settings { run_id: None, target, ..settings.clone() };
    // What counts whole seconds has moved on by then, whatever it shows.
    tokio::time::sleep(snapshot::BETWEEN_PASSES).await;
    // The first pass has tried wrong passwords for the real user: one host, one account.
    let mut spared = Plan::clone(plan);
    spared.spare_user(contract, 0);
    let again = match sent(contract, &Arc::new(spared), &settings, arguments, &[]).await {
        Ok(again) => again,
        Err(error) => return Ok(Some(error)),
    };
    first.effects += again.effects;
    first.repeated += again.sent();
    first.elapsed += again.elapsed;
    if again.end != End::Complete {
        note("the second run is not complete: nothing is recorded");
        return Ok(None);
    }
    let mut second = snapshot::render(contract, &again.plan, &again);
    if host.is_none() {
        snapshot::set_fixed_aside(&again.plan, &mut second);
    }
    let pages = snapshot::held_still(pages, &second);
    let comparison = store.compare(&pages, extent).map_err(|error| refused_store(&error))?;
    let written = store.write(&comparison, Writing::Accept).map_err(|error| refused_store(&error))?;
    let orphans = store.remove_orphans(&comparison).map_err(|error| refused_store(&error))?;
    note(&format!(
        "recorded in {}: {} written, {} as they were, {} removed",
        store.folder().display(),
        written.stored.len(),
        comparison.same.len(),
        orphans.len()
    ));
    for page in pages.iter().filter_map(|page| {
        page.unstable.as_ref().filter(|unstable| !unstable.is_empty()).map(|unstable| (page, unstable))
    }) {
        note(&format!("  did not hold still: {}: {}", page.0.name, page.1.notes().join(", ")));
    }
    Ok(None)
}

/// What is said of pages in an older form: they are no changed behaviour.
fn older(pages: usize, store: &Store) -> String {
    format!(
        "{} recorded in an older form, without the headers of undocumented answers, and held against that: `probity check --profile {} --record` renews {}",
        count(pages, "page was", "pages were"),
        store.profile(),
        if pages == 1 { "it" } else { "them" },
    )
}

fn summary(comparison: &Comparison, profile: String, levels: &Levels) -> SnapshotSummary {
    let count = |wanted: fn(&Kind) -> bool| {
        comparison.differences.iter().filter(|difference| wanted(&difference.kind)).count()
    };
    let changed = count(|kind| matches!(kind, Kind::Changed { .. } | Kind::Damaged { .. }));
    SnapshotSummary {
        profile,
        compared: comparison.same.len() + comparison.differences.len(),
        changed,
        new: count(|kind| matches!(kind, Kind::New { .. })),
        orphans: count(|kind| matches!(kind, Kind::Orphan)),
        breaks: changed > 0 && levels.of(SNAPSHOT.id) == Severity::Deny,
    }
}

/// Says what came of it, and writes the reports.
fn shown(subject: &Subject<'_>, arguments: &CheckArgs, outputs: &[Output], events: &[Arc<Events>]) -> Exit {
    let detail = match (arguments.quiet, arguments.verbose) {
        (true, _) => terminal::Detail::Quiet,
        (_, true) => terminal::Detail::Verbose,
        _ => terminal::Detail::Normal,
    };
    let page = terminal::terminal(subject, detail);
    if super::report::speaks(outputs) {
        note(page.trim_end());
    } else {
        say(&page);
    }
    let unwritten = written(subject, outputs, events);
    match subject.verdict() {
        Verdict::Holds => fails_all_the_same(subject, arguments).or(unwritten).unwrap_or(Exit::Holds),
        Verdict::Broken => Exit::Findings,
        Verdict::Interrupted => Exit::Interrupted,
        Verdict::TargetLost => Exit::Target,
        Verdict::LedgerLost => Exit::Usage,
        Verdict::Untested => Exit::NothingTested,
    }
}

/// Whether a run fails that would hold otherwise, and why.
fn fails_all_the_same(subject: &Subject<'_>, arguments: &CheckArgs) -> Option<Exit> {
    let reasons = fail_on::reasons(subject, &arguments.fail_on);
    for reason in &reasons {
        Failure::new(Exit::Findings, reason).show();
    }
    (!reasons.is_empty()).then_some(Exit::Findings)
}

/// Writes the reports: all that can be written; the exit code if something could not.
fn written(subject: &Subject<'_>, outputs: &[Output], events: &[Arc<Events>]) -> Option<Exit> {
    if outputs.is_empty() {
        return None;
    }
    let mut unwritten = None;
    let report = report::report(subject);
    for error in events.iter().filter_map(|events| events.finish(&report).err()) {
        unwritten = Some(Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()).show());
    }
    super::report::write(outputs, &report).or(unwritten)
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
