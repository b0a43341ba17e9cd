//! `probity snapshots`: settle recorded behaviour.

use super::arguments::{Action, SettleArgs};
use super::check::refused_store;
use super::failure::Failure;
use super::{Exit, note, say};
use crate::plan::matches;
use crate::snapshot::{self, Answers, Group, Pending, State, Store};
use crate::text::suggestion;
use crate::text::{count, visible};
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

pub(super) fn snapshots(action: &Action) -> Result<Exit, Failure> {
    match action {
        Action::Review(arguments) => each(arguments, review),
        Action::Accept(arguments) => each(arguments, |store, wanted| {
            let accepted = store.accept(wanted).map_err(|error| refused_store(&error))?;
            said(&accepted, "accepted");
            Ok(Exit::Holds)
        }),
        Action::Reject(arguments) => each(arguments, |store, wanted| {
            let rejected = store.reject(wanted).map_err(|error| refused_store(&error))?;
            said(&rejected, "rejected");
            Ok(Exit::Holds)
        }),
        Action::List { settle, pending } => each(settle, |store, wanted| list(store, wanted, *pending)),
    }
}

/// Lists the pages; what is pending fails the command, as a step of a pipeline wants it.
fn list(store: &Store, wanted: &dyn Fn(&str) -> bool, pending: bool) -> Result<Exit, Failure> {
    let mut exit = Exit::Holds;
    let listed = store.list(None).map_err(|error| refused_store(&error))?;
    for listed in listed.into_iter().filter(|listed| wanted(&listed.page)) {
        let (state, waits) = match listed.state {
            State::Settled => ("settled", false),
            State::Changed => ("changed", true),
            State::New => ("new    ", true),
            State::Orphan => ("orphan ", false),
        };
        if waits {
            exit = Exit::Findings;
        }
        if waits || !pending {
            say(&format!("{state}  {}\n", shown(store, &listed.page)));
        }
    }
    Ok(exit)
}

fn said(pages: &[String], what: &str) {
    for page in pages {
        say(&format!("{what}  {page}\n"));
    }
    if pages.is_empty() {
        note("nothing is pending");
    }
}

/// Does something with the profile that was named, or with each there is.
fn each(
    arguments: &SettleArgs,
    act: impl Fn(&Store, &dyn Fn(&str) -> bool) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let root = &arguments.profile.snapshots;
    let profiles = match &arguments.profile.profile {
        Some(profile) => vec![profile.clone()],
        None => profiles(root),
    };
    if profiles.is_empty() {
        return Err(Failure::new(Exit::Usage, format!("there are no snapshots in {}", root.display()))
            .with_hint(Some(
                "`probity check --record` starts them; --snapshots names another folder".into(),
            )));
    }
    let stores: Result<Vec<Store>, _> = profiles.iter().map(|profile| Store::open(root, profile)).collect();
    let stores = stores.map_err(|error| refused_store(&error))?;
    if let Some(absent) = stores.iter().find(|store| !store.exists()) {
        return Err(no_profile(absent, root));
    }
    known(&stores, &arguments.pages)?;
    let mut exit = Exit::Holds;
    for store in &stores {
        let patterns = &arguments.pages;
        let wanted = |page: &str| patterns.is_empty() || patterns.iter().any(|one| names(one, store, page));
        if act(store, &wanted)? == Exit::Findings {
            exit = Exit::Findings;
        }
    }
    Ok(exit)
}

/// Refuses a profile that has nothing to compare with where that is a slip: with `CI` set, or where
/// there are others.
pub(super) fn comparable(store: &Store, root: &Path) -> Result<(), Failure> {
    if !store.is_empty().map_err(|error| refused_store(&error))? {
        return Ok(());
    }
    let others = profiles(root).into_iter().any(|other| other != store.profile());
    if !others && !crate::config::in_pipeline(|name| std::env::var(name).ok()) {
        return Ok(());
    }
    Err(no_profile(store, root))
}

fn no_profile(absent: &Store, root: &Path) -> Failure {
    let name = absent.profile();
    let known: Vec<String> = profiles(root).into_iter().filter(|other| *other != name).collect();
    let record = format!("`probity check --profile {name} --record` starts it");
    let hint = if known.is_empty() {
        format!("{record}; --snapshots names another folder")
    } else {
        format!("{}; {record}", suggestion(&name, &known))
    };
    let why = if absent.exists() {
        format!("the profile `{name}` in {} has no snapshots", root.display())
    } else {
        format!("there is no profile `{name}` in {}", root.display())
    };
    Failure::new(Exit::Usage, why).with_hint(Some(hint))
}

/// Whether a pattern names a page, by itself, as `list` shows it, or by one of its files.
fn names(pattern: &str, store: &Store, page: &str) -> bool {
    let shown = shown(store, page);
    ["", ".snap", ".snap.new"]
        .iter()
        .any(|end| matches(pattern, &format!("{page}{end}")) || matches(pattern, &format!("{shown}{end}")))
}

fn shown(store: &Store, page: &str) -> String {
    format!("{}/{page}", store.folder().display())
}

/// Whether every pattern names a page that there is.
fn known(stores: &[Store], patterns: &[String]) -> Result<(), Failure> {
    let mut pages = Vec::new();
    for store in stores {
        let listed = store.list(None).map_err(|error| refused_store(&error))?;
        pages.extend(listed.into_iter().map(|listed| (store, listed.page)));
    }
    let unknown = |pattern: &&String| !pages.iter().any(|(store, page)| names(pattern, store, page));
    match patterns.iter().find(unknown) {
        None => Ok(()),
        Some(pattern) => Err(Failure::new(Exit::Usage, format!("no snapshot has the name `{pattern}`"))
            .with_hint(Some(
                "`probity snapshots list` shows the names; `*` stands for any part of one".into(),
            ))),
    }
}

fn profiles(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Asks about each change once, whichever pages show it. What is left pending fails the command.
fn review(store: &Store, wanted: &dyn Fn(&str) -> bool) -> Result<Exit, Failure> {
    let pending = waiting(store, wanted)?;
    if pending.is_empty() {
        note("nothing is pending");
        return Ok(Exit::Holds);
    }
    let groups = snapshot::groups(&pending.iter().map(Pending::pair).collect::<Vec<_>>());
    let mut answers = Answers::new(&groups);
    let asks = std::io::stdin().is_terminal();
    for (index, group) in groups.iter().enumerate() {
        say(&format!("\n{}/{}  ", index + 1, groups.len()));
        show(group, &pending);
        if !asks {
            continue;
        }
        let meant = match answer()? {
            Some('a') => true,
            Some('r') => false,
            Some('q') | None => break,
            Some(_) => continue,
        };
        let [accepted, rejected, mixed] = answers.settle(&groups, index, meant);
        let among = |pages: Vec<usize>| {
            let names: Vec<&str> = pages.iter().map(|at| pending[*at].page.as_str()).collect();
            move |page: &str| names.contains(&page)
        };
        store.accept(among(accepted)).map_err(|error| refused_store(&error))?;
        store.reject(among(rejected)).map_err(|error| refused_store(&error))?;
        for page in mixed.into_iter().filter_map(|page| pending.get(page)) {
            note(&format!("{} stays pending: not all that changed on it is accepted", page.path.display()));
        }
    }
    if !asks {
        note("standard input is no terminal: settle these with `probity snapshots accept` or `reject`");
    }
    Ok(if waiting(store, wanted)?.is_empty() { Exit::Holds } else { Exit::Findings })
}

fn waiting(store: &Store, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Pending>, Failure> {
    let pending = store.pending().map_err(|error| refused_store(&error))?;
    Ok(pending.into_iter().filter(|pending| wanted(&pending.page)).collect())
}

/// A change with the pages that show it.
fn show(group: &Group, pending: &[Pending]) {
    let pages: Vec<&Pending> = group.pages.iter().filter_map(|page| pending.get(*page)).collect();
    let (pages_are, cases_are) = (count(pages.len(), "page", "pages"), count(group.cases, "case", "cases"));
    say(&format!("{}: {pages_are}, {cases_are}\n", visible(&group.words)));
    for one in pages {
        let from = one.source.as_deref().map(|source| {
            format!("  ({source}{})", one.line.map(|line| format!(":{line}")).unwrap_or_default())
        });
        say(&format!("  {}{}\n", one.path.display(), from.unwrap_or_default()));
        if let Some(damaged) = &one.damaged {
            say(&format!("  damaged: {damaged}\n"));
        }
    }
    say(&snapshot::unified(&group.lines, true));
    if group.alike > 0 {
        say(&format!(
            "… and {} that differ from these in values only\n",
            count(group.alike, "form", "forms")
        ));
    }
}

/// One letter from a person; nothing at the end of input.
fn answer() -> Result<Option<char>, Failure> {
    let mut out = anstream::stdout().lock();
    let _ = write!(out, "[a]ccept, [r]eject, [s]kip, [q]uit? ").and_then(|()| out.flush());
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let read =
        read.map_err(|error| Failure::new(Exit::Usage, format!("the answer cannot be read: {error}")))?;
    Ok((read > 0).then(|| line.trim().chars().next().unwrap_or('s')))
}
