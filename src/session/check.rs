//! Holds a target to a contract and to what is pinned of it, or pins it.

use super::elsewhere::leave_out_elsewhere;
use super::strangers::{Strangers, leave_out_strangers};
use super::{Observer, embedded};
use crate::contract::Contract;
use crate::judge::{self, Finding, Levels, SNAPSHOT, Severity};
use crate::plan::Plan;
use crate::record::file::{RecordError, RecordFile};
use crate::record::{Record, SnapshotSummary};
use crate::run::{Alias, End, RunError, Settings, Stop, identity, served};
use crate::snapshot::{self, Comparison, Extent, Kind, Snapshot, SnapshotError, Store, Writing};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::time::sleep;

/// What a session is to do.
#[derive(Debug)]
pub struct Options {
    /// How the plan is sent.
    pub settings: Settings,
    /// Whether to a host of its own, which behaves as the contract says, in place of the target.
    pub embedded: bool,
    /// The severity of each check.
    pub levels: Levels,
    /// Where behaviour is pinned, if it is.
    pub store: Option<Store>,
    /// Whether to pin what is seen, in place of comparing it.
    pub record: bool,
    /// Whether the plan is only a part of what the contract implies.
    pub limited: bool,
    /// What is done about pages that differ.
    pub writing: Writing,
    /// Where the record of the run is written while it goes on.
    pub record_file: Option<PathBuf>,
}

/// What came of a session.
#[derive(Debug)]
pub struct Checked {
    /// What the run left; that of one which did not begin, if it did not.
    pub record: Record,
    /// What the checks hold against the target, each fact once.
    pub findings: Vec<Finding>,
    /// What became of the snapshots.
    pub snapshots: Snapshots,
    /// Why the run did not begin.
    pub not_begun: Option<SessionError>,
    /// The file that keeps the record, if one does.
    pub kept: Option<Arc<RecordFile>>,
}

/// What became of the snapshots.
#[derive(Debug)]
pub enum Snapshots {
    /// None were asked for.
    Unasked,
    /// There are none to compare with.
    None {
        /// Where they would be.
        folder: PathBuf,
    },
    /// They were compared.
    Compared {
        /// The profile that they belong to.
        profile: String,
        /// How.
        comparison: Box<Comparison>,
        /// Why what differs could not be written down.
        unwritten: Option<SnapshotError>,
    },
    /// They were recorded.
    Recorded(Pinned),
    /// They could not be recorded.
    NotRecorded(NotRecorded),
}

/// What was pinned.
#[derive(Debug)]
pub struct Pinned {
    /// Where.
    pub folder: PathBuf,
    /// How many pages were written.
    pub written: usize,
    /// How many were as they are.
    pub same: usize,
    /// How many were removed.
    pub removed: usize,
    /// The names of the pages on which something did not hold still, and what that was.
    pub restless: Vec<(String, Vec<String>)>,
}

/// Why nothing was pinned.
#[derive(Debug)]
pub enum NotRecorded {
    /// The run is not complete.
    Incomplete,
    /// The second run, which shows what holds still, is not complete.
    SecondIncomplete,
    /// The second run did not begin.
    SecondNotBegun(SessionError),
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotRecorded::Incomplete => "the run is not complete",
            NotRecorded::SecondIncomplete => "the second run is not complete",
            NotRecorded::SecondNotBegun(_) => "the second run did not begin",
        })
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is nowhere for the embedded host to listen.
    #[error("the embedded host cannot listen on loopback: {0}")]
    NoLoopback(io::Error),
    /// The credentials fit nowhere.
    #[error(transparent)]
    Strangers(#[from] Strangers),
    /// The run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The record cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The snapshots cannot be read or written.
    #[error(transparent)]
    Snapshots(#[from] SnapshotError),
}

impl SessionError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            SessionError::NoLoopback(_) => None,
            SessionError::Strangers(error) => Some(error.hint()),
            SessionError::Run(error) => Some(error.hint()),
            SessionError::Record(error) => Some(error.hint().to_owned()),
            SessionError::Snapshots(error) => error.hint(),
        }
    }

    fn end(&self) -> End {
        match self {
            SessionError::Run(error) => error.end(),
            other => End::TargetLost(other.to_string()),
        }
    }
}

impl Options {
    /// A plan to a target with the usual severities, and no snapshots.
    pub fn against(settings: Settings) -> Options {
        Options {
            settings,
            embedded: false,
            levels: Levels::default(),
            store: None,
            record: false,
            limited: false,
            writing: Writing::Nothing,
            record_file: None,
        }
    }

    /// The same to a host of its own, which behaves as the contract says.
    pub fn embedded(run_id: impl Into<String>) -> Options {
        Options { embedded: true, ..Options::against(Settings::new("", run_id)) }
    }
}

impl Checked {
    /// The snapshots in numbers, if they were compared.
    pub fn summary(&self, levels: &Levels) -> Option<SnapshotSummary> {
        let Snapshots::Compared { profile, comparison, .. } = &self.snapshots else { return None };
        let count = |wanted: fn(&Kind) -> bool| {
            comparison.differences.iter().filter(|difference| wanted(&difference.kind)).count()
        };
        let changed = count(|kind| matches!(kind, Kind::Changed { .. } | Kind::Damaged { .. }));
        Some(SnapshotSummary {
            profile: profile.clone(),
            compared: comparison.same.len() + comparison.differences.len(),
            changed,
            new: count(|kind| matches!(kind, Kind::New { .. })),
            orphans: count(|kind| matches!(kind, Kind::Orphan)),
            breaks: changed > 0 && levels.of(SNAPSHOT.id) == Severity::Deny,
        })
    }
}

/// Sends a plan and tells what came of it. `observers` hear of the run, and of the second one
/// that a record takes.
pub async fn check(
    contract: &Arc<Contract>,
    mut plan: Plan,
    mut options: Options,
    (observer, of_second): (&Arc<dyn Observer>, &Arc<dyn Observer>),
    stop: Stop,
) -> Result<Checked, SessionError> {
    let host = if options.embedded {
        let given = &options.settings.credentials;
        let (host, given) = embedded::start(contract, given).map_err(SessionError::NoLoopback)?;
        options.settings.credentials = given;
        options.settings.target = embedded::url(&host);
        options.settings.alias = Some(Alias { name: embedded::NAME.into(), url: embedded::ALIAS.into() });
        Some(host)
    } else {
        let served = served(contract, &options.settings.target);
        leave_out_elsewhere(contract, &mut plan, &served);
        options.settings.served = served;
        None
    };
    let strangers = leave_out_strangers(contract, &mut plan, &options.settings.credentials);
    let session = Session { contract, plan: Arc::new(plan), options, observer: of_second, stop };
    if let Err(error) = strangers {
        return Ok(session.not_begun(error.into()));
    }
    let (settings, levels) = (&session.options.settings, &session.options.levels);
    let kept = session.kept()?;
    let observer = (observer, kept.as_ref());
    let sent = super::run(contract, &session.plan, (settings, levels), observer, session.stop.clone());
    let mut record = match sent.await {
        Ok(record) => record,
        Err(error) => return Ok(session.not_begun(error.into())),
    };
    drop(host);
    let snapshots = session.settled(&mut record).await?;
    if let Some(kept) = &kept {
        kept.closed(&record);
    }
    let exchanges = (&*record.plan, &*record.exchanges);
    let findings = judge::findings(contract, exchanges, &record.observations, levels);
    Ok(Checked { findings, record, snapshots, not_begun: None, kept })
}

struct Session<'s> {
    contract: &'s Arc<Contract>,
    /// As it was before anything was answered.
    plan: Arc<Plan>,
    options: Options,
    observer: &'s Arc<dyn Observer>,
    stop: Stop,
}

impl Session<'_> {
    fn not_begun(&self, error: SessionError) -> Checked {
        let identity = super::identity(&self.options.settings);
        Checked {
            record: Record::not_begun(&self.plan, identity, error.end()),
            findings: Vec::new(),
            snapshots: Snapshots::Unasked,
            not_begun: Some(error),
            kept: None,
        }
    }

    /// Begins the file of the record, if one is wanted.
    fn kept(&self) -> Result<Option<Arc<RecordFile>>, SessionError> {
        let Some(path) = &self.options.record_file else { return Ok(None) };
        let about = (super::identity(&self.options.settings), self.options.levels.clone());
        Ok(Some(Arc::new(RecordFile::create(path, self.contract, &self.plan, about)?)))
    }

    /// Pins what a run has shown, or compares it with what is pinned.
    async fn settled(&self, record: &mut Record) -> Result<Snapshots, SnapshotError> {
        let Some(store) = &self.options.store else { return Ok(Snapshots::Unasked) };
        if self.options.record && record.end != End::Complete {
            return Ok(Snapshots::NotRecorded(NotRecorded::Incomplete));
        }
        let snapshots = self.snapshots(record);
        let extent = Extent::of(record, self.options.limited);
        if self.options.record {
            return self.pinned(store, (snapshots, extent), record).await;
        }
        if !store.exists() {
            return Ok(Snapshots::None { folder: store.folder().to_owned() });
        }
        let comparison = store.compare(&snapshots, extent)?;
        let unwritten = store.write(&comparison, self.options.writing).err();
        record.observations.extend(snapshot::observed(&record.plan, &comparison));
        record.observations.sort_by_key(|observation| observation.position);
        let profile = store.profile();
        Ok(Snapshots::Compared { profile, comparison: Box::new(comparison), unwritten })
    }

    /// What a run shows; of a host that others use as well, without what that may have changed.
    fn snapshots(&self, record: &Record) -> Vec<Snapshot> {
        let mut snapshots = snapshot::render(self.contract, &record.plan, record);
        if !self.options.embedded {
            snapshot::set_fixed_aside(&record.plan, &mut snapshots);
        }
        snapshots
    }

    /// Sends everything once more under another identity, and pins what held still.
    async fn pinned(
        &self,
        store: &Store,
        (snapshots, extent): (Vec<Snapshot>, Extent),
        first: &mut Record,
    ) -> Result<Snapshots, SnapshotError> {
        // What counts whole seconds has moved on by then, whatever it shows.
        sleep(snapshot::BETWEEN_PASSES).await;
        let again = match self.again().await {
            Ok(again) => again,
            Err(error) => {
                first.end = error.end();
                return Ok(Snapshots::NotRecorded(NotRecorded::SecondNotBegun(error)));
            }
        };
        first.repeated += again.sent();
        first.effects += again.effects.clone();
        first.elapsed += again.elapsed;
        if again.end != End::Complete {
            return Ok(Snapshots::NotRecorded(NotRecorded::SecondIncomplete));
        }
        let snapshots = snapshot::held_still(snapshots, &self.snapshots(&again));
        let comparison = store.compare(&snapshots, extent)?;
        let written = store.write(&comparison, Writing::Accept)?;
        let orphans = store.remove_orphans(&comparison)?;
        let restless = snapshots.iter().filter_map(|snapshot| {
            let unstable = snapshot.unstable.as_ref().filter(|unstable| !unstable.is_empty())?;
            Some((snapshot.name.clone(), unstable.notes()))
        });
        Ok(Snapshots::Recorded(Pinned {
            folder: store.folder().to_owned(),
            written: written.stored.len(),
            same: comparison.same.len(),
            removed: orphans.len(),
            restless: restless.collect(),
        }))
    }

    /// A second run, which spares the user for whom the first one has tried wrong passwords: one
    /// host, one account.
    async fn again(&self) -> Result<Record, SessionError> {
        let mut spared = Plan::clone(&self.plan);
        spared.spare_user(self.contract, 0);
        let run_id = identity::fresh(&self.plan);
        let mut settings = Settings { run_id, ..self.options.settings.clone() };
        // What an embedded host remembers of the first run would change the second.
        let host = if self.options.embedded {
            Some(embedded::start(self.contract, &settings.credentials).map_err(SessionError::NoLoopback)?)
        } else {
            None
        };
        if let Some((host, _)) = &host {
            settings.target = embedded::url(host);
        }
        let levels = &self.options.levels;
        let spared = Arc::new(spared);
        let stop = self.stop.clone();
        Ok(super::run(self.contract, &spared, (&settings, levels), (self.observer, None), stop).await?)
    }
}
