//! The rooms of the library, and which may speak of which: the map of ARCHITECTURE.md is the law.

mod paths;

use crate::driver::repository;
use paths::{Arrow, arrows, arrows_of};
use std::collections::{BTreeMap, BTreeSet};

/// What each room may use.
type Map = BTreeMap<String, BTreeSet<String>>;

/// The table of rooms: `room`, what it holds, what it may use.
fn map(text: &str) -> Map {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').map(str::trim).collect();
        let [room, _, uses, ""] = cells[..] else { return None };
        let names = uses.split('`').skip(1).step_by(2).map(str::to_owned);
        Some((room.trim_end_matches('`').to_owned(), names.collect()))
    });
    rows.collect()
}

fn rooms() -> Map {
    map(&std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap())
}

fn drawn() -> BTreeSet<Arrow> {
    arrows(&repository().join("src/lib.rs"))
}

/// A way that leads back to where it began, if there is one.
fn cycle(map: &Map) -> Option<Vec<String>> {
    fn below(map: &Map, way: &mut Vec<String>) -> bool {
        let last = way.last().cloned().unwrap_or_default();
        map.get(&last).into_iter().flatten().any(|next| {
            let back = way.contains(next);
            way.push(next.clone());
            if back || below(map, way) {
                return true;
            }
            way.pop();
            false
        })
    }
    map.keys().find_map(|room| {
        let mut way = vec![room.clone()];
        below(map, &mut way).then_some(way)
    })
}

#[test]
fn every_room_is_on_the_map_and_every_one_on_the_map_is_there() {
    let drawn: BTreeSet<String> = rooms().into_keys().collect();
    let text = std::fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let declared = text.lines().filter_map(|line| {
        let (_, name) = line.split_once("mod ").filter(|(before, _)| ["", "pub "].contains(before))?;
        Some(name.trim_end_matches(';').to_owned())
    });
    assert_eq!(drawn, declared.collect());
}

#[test]
fn no_room_speaks_of_one_that_the_map_does_not_allow() {
    let map = rooms();
    let stray: Vec<Arrow> =
        drawn().into_iter().filter(|arrow| !map[&arrow.from].contains(&arrow.to)).collect();
    assert!(stray.is_empty(), "{stray:#?}");
}

#[test]
fn the_map_allows_nothing_that_is_not_used() {
    let drawn: BTreeSet<(String, String)> = drawn().into_iter().map(|arrow| (arrow.from, arrow.to)).collect();
    let allowed =
        rooms().into_iter().flat_map(|(room, uses)| uses.into_iter().map(move |to| (room.clone(), to)));
    let idle: Vec<_> = allowed.filter(|arrow| !drawn.contains(arrow)).collect();
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn no_way_leads_back_to_the_room_where_it_began() {
    assert_eq!(cycle(&rooms()), None);
    let drawn = drawn().into_iter().fold(Map::new(), |mut map, arrow| {
        map.entry(arrow.from).or_default().insert(arrow.to);
        map
    });
    assert_eq!(cycle(&drawn), None);
}

#[test]
fn a_run_knows_nothing_of_the_judge_a_contract_nothing_of_the_settings_and_nobody_of_the_command_line() {
    let map = rooms();
    let reached = |from: &str| {
        let (mut found, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(room) = open.pop() {
            open.extend(map[&room].iter().filter(|next| found.insert((*next).clone())).cloned());
        }
        found
    };
    assert!(!reached("run").contains("judge"));
    assert!(!reached("judge").contains("run"));
    assert!(!reached("contract").contains("config"));
    assert!(map.values().all(|uses| !uses.contains("cli")));
}

fn seen(text: &str) -> Vec<String> {
    arrows_of(&["run", "sender"], text).into_iter().map(|arrow| arrow.to).collect()
}

#[test]
fn imports_inline_paths_exports_and_macros_are_seen() {
    for text in [
        "use crate::judge::Finding;",
        "use crate::{judge, plan::Case};",
        "use crate::judge::{self as j, *};",
        "pub use crate::judge::Finding;",
        "pub(crate) use super::super::judge::Finding as Found;",
        "fn f() { crate::judge::findings(); }",
        "fn f() -> Option<crate::judge::Finding> { None }",
        "fn f() { super::super::judge::findings() }",
        "fn f() { assert!(crate::judge::is(1)); }",
        "fn f() { html! { p { (crate::judge::is(1)) } } }",
        "mod inner { use super::super::super::judge; }",
        "#[derive(Serialize)] struct S { #[serde(with = \"crate::judge::form\")] a: u8 }",
        "impl From<crate::judge::A> for B {}",
        "const A: fn() = crate::judge::f;",
    ] {
        assert!(seen(text).contains(&"judge".to_owned()), "{text}");
    }
}

#[test]
fn what_is_inside_the_room_or_only_for_tests_is_no_arrow() {
    for text in [
        "use super::order::Order; use crate::run::pace; use std::fmt;",
        "#[cfg(test)] mod tests { use crate::judge::Finding; }",
        "#[cfg(test)] use crate::judge::Finding;",
        "#[test] fn t() { crate::judge::findings(); }",
        "pub(in crate::run) fn f() {}",
        "/// See [`crate::judge`].\nfn f() {}",
        "fn f() { judge::findings(); other::judge::x(); }",
    ] {
        assert_eq!(seen(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_way_back_is_found() {
    let map = map("| `a` | x | `b` |\n| `b` | x | `c`, `d` |\n| `c` | x | |\n| `d` | x | `a` |\n");
    assert_eq!(map.len(), 4);
    assert_eq!(cycle(&map).unwrap(), ["a", "b", "d", "a"]);
}
