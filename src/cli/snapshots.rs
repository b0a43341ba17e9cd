//! `probity snapshots`: settle recorded behaviour.

use super::arguments::{Action, SettleArgs};
use super::check::refused_store;
use super::failure::Failure;
use super::{Exit, note, say};
use crate::contract::extension::suggestion;
use crate::plan::matches;
use crate::snapshot::{self, Pending, State, Store};
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

pub(super) fn snapshots(action: &Action) -> Result<Exit, Failure> {
    match action {
        Action::Review(arguments) => each(arguments, review),
        Action::Accept(arguments) => each(arguments, |store, wanted| {
            let accepted = store.accept(wanted).map_err(|error| refused_store(&error))?;
            said(&accepted, "accepted");
            Ok(())
        }),
        Action::Reject(arguments) => each(arguments, |store, wanted| {
            let rejected = store.reject(wanted).map_err(|error| refused_store(&error))?;
            said(&rejected, "rejected");
            Ok(())
        }),
        Action::List(arguments) => each(arguments, |store, wanted| {
            for listed in store.list(None).map_err(|error| refused_store(&error))? {
                if wanted(&listed.page) {
                    let state = match listed.state {
                        State::Settled => "settled",
                        State::Changed => "changed",
                        State::New => "new    ",
                        State::Orphan => "orphan ",
                    };
                    say(&format!("{state}  {}\n", shown(store, &listed.page)));
                }
            }
            Ok(())
        }),
    }
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
    act: impl Fn(&Store, &dyn Fn(&str) -> bool) -> Result<(), Failure>,
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
    for store in &stores {
        let patterns = &arguments.pages;
        let wanted = |page: &str| patterns.is_empty() || patterns.iter().any(|one| names(one, store, page));
        act(store, &wanted)?;
    }
    Ok(Exit::Holds)
}

fn no_profile(absent: &Store, root: &Path) -> Failure {
    let folder = absent.folder();
    let name = folder.file_name().unwrap_or_default().display();
    let known = profiles(root);
    let hint = if known.is_empty() {
        "`probity check --record` starts one; --snapshots names another folder".into()
    } else {
        suggestion(&name.to_string(), &known)
    };
    Failure::new(Exit::Usage, format!("there is no profile `{name}` in {}", root.display()))
        .with_hint(Some(hint))
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

fn review(store: &Store, wanted: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
    let pending: Vec<Pending> = store
        .pending()
        .map_err(|error| refused_store(&error))?
        .into_iter()
        .filter(|pending| wanted(&pending.page))
        .collect();
    if pending.is_empty() {
        note("nothing is pending");
        return Ok(());
    }
    let total = pending.len();
    let asks = std::io::stdin().is_terminal();
    for (index, one) in pending.iter().enumerate() {
        let from = one.source.as_deref().map(|source| {
            format!("  ({source}{})", one.line.map(|line| format!(":{line}")).unwrap_or_default())
        });
        say(&format!("\n{}/{total}  {}{}\n", index + 1, one.path.display(), from.unwrap_or_default()));
        if let Some(damaged) = &one.damaged {
            say(&format!("damaged: {damaged}\n"));
        }
        say(&snapshot::unified(&snapshot::diff(one.old.as_deref().unwrap_or_default(), &one.new), true));
        if !asks {
            continue;
        }
        let only = |page: &str| page == one.page;
        match answer()? {
            Some('a') => drop(store.accept(only).map_err(|error| refused_store(&error))?),
            Some('r') => drop(store.reject(only).map_err(|error| refused_store(&error))?),
            Some('q') | None => break,
            Some(_) => {}
        }
    }
    if !asks {
        note("standard input is no terminal: settle these with `probity snapshots accept` or `reject`");
    }
    Ok(())
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
