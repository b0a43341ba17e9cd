//! The folder of one profile: what is stored, and how it differs from what a run gave.

use super::answer::{Form, same};
use super::error::{SnapshotError, unreadable};
use super::file::{self, Text};
use super::hunk::{self, Hunk};
use super::page::{self, Snapshot};
use super::{Extent, Writing, name};
use crate::plan::Position;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The snapshots of one profile.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// How a run's pages differ from what is stored.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What differs, in the order of names.
    pub differences: Vec<Difference>,
    /// The names of the pages that are as stored.
    pub same: Vec<String>,
    /// Pages that were recorded under another seed, which gives other requests, with that seed.
    pub other_seed: Vec<(String, u64)>,
    /// Files and links in the folder that are none of its own.
    pub foreign: Vec<PathBuf>,
    /// Pending files that no page of a complete run stands for.
    pub(super) stale: Vec<String>,
    /// Pages that were recorded in an older form, which shows less of an answer: they were held
    /// against that.
    pub older: Vec<String>,
    /// Pages that say what they said, recorded under another seed or in another form than before.
    renewed: Vec<(String, Text)>,
}

/// A page that is not as stored.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The page's name: operation, `/`, place and cause.
    pub page: String,
    /// The file that is or would be stored.
    pub path: PathBuf,
    /// How it differs.
    pub kind: Kind,
    /// The cases that differ, in the order of their names.
    pub cases: Vec<ChangedCase>,
    text: Option<Text>,
}

/// How a page differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Behaviour changed.
    Changed {
        /// The stored body.
        old: String,
        /// The body now.
        new: String,
    },
    /// Nothing is stored yet, or of some cases only, and those answer as they did.
    New {
        /// The body now.
        new: String,
    },
    /// What is stored cannot be used.
    Damaged {
        /// Why.
        why: String,
        /// The body now.
        new: String,
    },
    /// The contract no longer implies the page.
    Orphan,
}

/// A case that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCase {
    /// Its name on the page.
    pub name: String,
    /// Its scenario and step in the plan; nothing if it is no longer in it.
    pub position: Option<Position>,
    /// In what its answer differs; nothing if no other is known.
    pub hunks: Vec<Hunk>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Pages that wait for a person.
    pub pending: Vec<PathBuf>,
    /// Pages that are stored.
    pub stored: Vec<PathBuf>,
    /// Pending files that were removed, since behaviour is as stored again.
    pub removed: Vec<PathBuf>,
}

/// What the folder holds, by the names of pages.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) settled: BTreeSet<String>,
    pub(super) pending: BTreeSet<String>,
    pub(super) foreign: Vec<PathBuf>,
}

impl Store {
    /// The store of a profile below the folder of snapshots; neither needs to exist.
    pub fn open(root: &Path, profile: &str) -> Result<Store, SnapshotError> {
        if !name::is_portable(profile) || profile.len() > 64 {
            return Err(SnapshotError::Profile(profile.to_owned()));
        }
        let folder = root.join(profile);
        match fs::symlink_metadata(&folder) {
            Ok(kind) if !kind.is_dir() => Err(SnapshotError::Foreign { path: folder }),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unreadable(&folder)(error)),
            _ => Ok(Store { folder }),
        }
    }

    /// Whether anything was ever stored for the profile.
    pub fn exists(&self) -> bool {
        self.folder.is_dir()
    }

    /// Whether nothing is stored for the profile, nor waits to be.
    pub fn is_empty(&self) -> Result<bool, SnapshotError> {
        let listing = self.listing()?;
        Ok(listing.settled.is_empty() && listing.pending.is_empty())
    }

    /// The profile's name.
    pub fn profile(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The profile's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Compares the pages of a run with what is stored; each file is read once.
    pub fn compare(&self, snapshots: &[Snapshot], extent: Extent) -> Result<Comparison, SnapshotError> {
        let listing = self.listing()?;
        let mut comparison = Comparison { foreign: listing.foreign, ..Comparison::default() };
        let mut named: BTreeMap<&str, &Snapshot> = BTreeMap::new();
        for snapshot in snapshots {
            let spare =
                listing.settled.contains(&snapshot.spare) && !listing.settled.contains(&snapshot.name);
            named.insert(if spare { &snapshot.spare } else { &snapshot.name }, snapshot);
        }
        if extent == Extent::Complete {
            let orphans = listing.settled.iter().filter(|name| !named.contains_key(name.as_str()));
            comparison
                .differences
                .extend(orphans.map(|name| self.difference(name, Kind::Orphan, Vec::new(), None)));
            let stale = listing.pending.iter().filter(|name| !named.contains_key(name.as_str()));
            comparison.stale.extend(stale.cloned());
        }
        for (name, snapshot) in named {
            self.compare_page(name, snapshot, &listing.settled, extent, &mut comparison)?;
        }
        comparison.differences.sort_by(|one, two| one.page.cmp(&two.page));
        Ok(comparison)
    }

    fn compare_page(
        &self,
        name: &str,
        snapshot: &Snapshot,
        settled: &BTreeSet<String>,
        extent: Extent,
        comparison: &mut Comparison,
    ) -> Result<(), SnapshotError> {
        let mut unstable = snapshot.unstable.clone().unwrap_or_default();
        let everything = |snapshot: &Snapshot| {
            snapshot
                .entries
                .iter()
                .map(|entry| ChangedCase {
                    name: entry.name.clone(),
                    position: Some(entry.position),
                    hunks: Vec::new(),
                })
                .collect()
        };
        let stored = if settled.contains(name) { Some(Text::read(&self.path(name))) } else { None };
        let usable = |text: Text| match page::parse(&text.body) {
            Ok(answers) => Ok((text, answers)),
            Err(why) => Err(SnapshotError::Malformed { path: self.path(name), why }),
        };
        let (stored, old) = match stored.map(|stored| stored.and_then(usable)) {
            Some(Ok(stored)) => stored,
            Some(Err(error @ SnapshotError::Unreadable { .. })) => return Err(error),
            fresh_or_damaged => {
                if snapshot.entries.is_empty() {
                    return Ok(());
                }
                let new = page::write(&snapshot.answers(&unstable, Form::NOW));
                let text = Text::of(snapshot, &unstable, Form::NOW, new.clone());
                let kind = match fresh_or_damaged {
                    Some(Err(error)) => Kind::Damaged { why: error.to_string(), new },
                    _ => Kind::New { new },
                };
                comparison.differences.push(self.difference(name, kind, everything(snapshot), Some(text)));
                return Ok(());
            }
        };
        let records = snapshot.unstable.is_some();
        let other_seed = stored.seed().filter(|seed| *seed != snapshot.seed);
        if let Some(seed) = other_seed
            && (!records || snapshot.entries.is_empty())
        {
            comparison.other_seed.push((name.to_owned(), seed));
            return Ok(());
        }
        let before = stored.unstable();
        if snapshot.unstable.is_none() || extent == Extent::Partial || !snapshot.skipped.is_empty() {
            unstable.extend(&before);
        }
        let kept = |name: &String| {
            other_seed.is_none() && (extent == Extent::Partial || snapshot.skipped.contains(name))
        };
        let keeps =
            old.keys().any(|name| kept(name) && !snapshot.entries.iter().any(|one| one.name == *name));
        let form = if records && !keeps { Form::NOW } else { stored.form() };
        if form < Form::NOW {
            comparison.older.push(name.to_owned());
        }
        let (now, cases) = merge(snapshot, snapshot.answers(&unstable, form), &old, kept);
        let body = page::write(&now);
        if file::equal(&stored.body, &body) && unstable == before {
            if records && (stored.seed() != Some(snapshot.seed) || stored.form() != form) {
                comparison.renewed.push((name.to_owned(), Text::of(snapshot, &unstable, form, stored.body)));
            } else {
                comparison.same.push(name.to_owned());
            }
            return Ok(());
        }
        let text = Text::of(snapshot, &unstable, form, body.clone());
        let only_more = !cases.is_empty() && cases.iter().all(|case| !old.contains_key(&case.name));
        let kind =
            if only_more { Kind::New { new: body } } else { Kind::Changed { old: stored.body, new: body } };
        comparison.differences.push(self.difference(name, kind, cases, Some(text)));
        Ok(())
    }

    fn difference(&self, name: &str, kind: Kind, cases: Vec<ChangedCase>, text: Option<Text>) -> Difference {
        Difference { page: name.to_owned(), path: self.path(name), kind, cases, text }
    }

    /// Writes what a comparison found, as far as it may. Orphans stay until they are removed.
    pub fn write(&self, comparison: &Comparison, writing: Writing) -> Result<Written, SnapshotError> {
        let mut written = Written::default();
        if writing == Writing::Nothing {
            return Ok(written);
        }
        for difference in &comparison.differences {
            let Some(text) = &difference.text else { continue };
            let pending = self.pending_path(&difference.page);
            let at_once = match writing {
                Writing::Accept => true,
                Writing::Unseen => matches!(difference.kind, Kind::New { .. }),
                Writing::Pending | Writing::Nothing => false,
            };
            if at_once {
                text.write(&difference.path, false)?;
                file::remove(&pending)?;
                written.stored.push(difference.path.clone());
            } else {
                text.write(&pending, true)?;
                written.pending.push(pending);
            }
        }
        for (name, text) in comparison.renewed.iter().filter(|_| writing == Writing::Accept) {
            let path = self.path(name);
            text.write(&path, false)?;
            file::remove(&self.pending_path(name))?;
            written.stored.push(path);
        }
        for name in comparison.same.iter().chain(&comparison.stale) {
            let pending = self.pending_path(name);
            if file::remove(&pending)? {
                written.removed.push(pending);
            }
        }
        Ok(written)
    }

    /// Removes the stored pages that a comparison found to be orphans.
    pub fn remove_orphans(&self, comparison: &Comparison) -> Result<Vec<PathBuf>, SnapshotError> {
        let orphans = comparison.differences.iter().filter(|difference| difference.kind == Kind::Orphan);
        let mut removed = Vec::new();
        for orphan in orphans {
            if file::remove(&orphan.path)? {
                removed.push(orphan.path.clone());
            }
        }
        Ok(removed)
    }

    pub(super) fn path(&self, page: &str) -> PathBuf {
        self.folder.join(format!("{page}.snap"))
    }

    pub(super) fn pending_path(&self, page: &str) -> PathBuf {
        self.folder.join(format!("{page}.snap.new"))
    }

    /// What the folder holds; links are never followed.
    pub(super) fn listing(&self) -> Result<Listing, SnapshotError> {
        let mut listing = Listing::default();
        for (folder, path, kind) in entries(&self.folder)? {
            if !kind.is_dir() {
                listing.foreign.push(path);
                continue;
            }
            for (name, path, kind) in entries(&path)? {
                let page = |end: &str| name.strip_suffix(end).map(|stem| format!("{folder}/{stem}"));
                match (page(".snap"), page(".snap.new")) {
                    (Some(page), _) if kind.is_file() => listing.settled.insert(page),
                    (_, Some(page)) if kind.is_file() => listing.pending.insert(page),
                    _ => {
                        listing.foreign.push(path);
                        false
                    }
                };
            }
        }
        listing.foreign.sort();
        Ok(listing)
    }
}

/// The answers that a page has now, and the cases that changed: what means the same stays as it
/// was written, and of what is not known now, the old answer stands where it may be kept.
fn merge(
    snapshot: &Snapshot,
    fresh: BTreeMap<String, String>,
    old: &BTreeMap<String, String>,
    kept: impl Fn(&String) -> bool,
) -> (BTreeMap<String, String>, Vec<ChangedCase>) {
    let mut cases = Vec::new();
    let mut now = BTreeMap::new();
    let numbers: BTreeMap<&str, Position> =
        snapshot.entries.iter().map(|entry| (entry.name.as_str(), entry.position)).collect();
    for (name, answer) in fresh {
        if let Some(before) = old.get(&name).filter(|before| same(before, &answer)) {
            now.insert(name, before.clone());
        } else {
            let before = old.get(&name).map(String::as_str);
            let hunks = hunk::hunks(before, Some(&answer));
            cases.push(ChangedCase {
                position: numbers.get(name.as_str()).copied(),
                name: name.clone(),
                hunks,
            });
            now.insert(name, answer);
        }
    }
    for (name, answer) in old {
        if now.contains_key(name) {
            continue;
        }
        if kept(name) {
            now.insert(name.clone(), answer.clone());
        } else {
            let hunks = hunk::hunks(Some(answer), None);
            cases.push(ChangedCase { name: name.clone(), position: None, hunks });
        }
    }
    cases.sort_by(|one, two| one.name.cmp(&two.name));
    (now, cases)
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, fs::FileType)>, SnapshotError> {
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(unreadable(folder))?,
    };
    let mut entries = Vec::new();
    for entry in found {
        let entry = entry.map_err(unreadable(folder))?;
        let kind = entry.file_type().map_err(unreadable(&entry.path()))?;
        // A name that is not Unicode is none of ours; its replacement characters match none either.
        let name = entry.file_name().to_string_lossy().into_owned();
        entries.push((name, entry.path(), kind));
    }
    entries.sort_by(|one, two| one.0.cmp(&two.0));
    Ok(entries)
}
