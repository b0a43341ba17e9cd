//! Of every connection, those that requests are made with.

use super::found::Need;
use super::{Connection, Connections, Given, Source, Taking};
use crate::contract::expression::{Expression, Part};
use crate::contract::model::{Operation, ParameterLocation};
use std::collections::HashSet;

/// What an operation takes: what stands in its path first.
pub(super) struct Wants {
    /// Where it is taken, in the order in which it is looked for.
    pub(super) inside: Vec<Taking>,
    /// The same of what stands elsewhere.
    pub(super) outside: Vec<Taking>,
}

impl Wants {
    /// What a document tells that an operation takes.
    pub(super) fn of(operation: &Operation, needs: &[Need], ways: &[Connection]) -> Wants {
        let mut wants = Wants { inside: Vec::new(), outside: Vec::new() };
        for need in needs {
            wants.add(need.into.clone());
        }
        // Somebody who knows says so.
        let stated = ways.iter().filter(|way| way.reason.is_stated()).flat_map(|way| &way.gives);
        for given in stated.filter(|given| !matches!(given.from, Source::Literal(_))) {
            wants.add(given.into.clone());
        }
        let stands_at = |place: &Taking| operation.path.find(&format!("{{{}}}", place.name()));
        wants.inside.sort_by_key(|place| std::cmp::Reverse(stands_at(place)));
        wants
    }

    fn add(&mut self, place: Taking) {
        let is_inside = matches!(place, Taking::Parameter(ParameterLocation::Path, _));
        let places = if is_inside { &mut self.inside } else { &mut self.outside };
        if !places.contains(&place) {
            places.push(place);
        }
    }
}

/// Chooses for every operation connections that together give as much as can be given, none of it
/// twice, and none that leads in a circle.
pub(super) fn choose(all: Vec<Vec<Connection>>, wants: &[Wants]) -> Connections {
    let mut chosen = Chosen { all: &all, made: vec![Vec::new(); all.len()] };
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|taker| (wants[*taker].inside.len(), *taker));
    for stated in [true, false] {
        for taker in &order {
            wants[*taker].inside.iter().for_each(|want| chosen.fill(*taker, want, stated));
        }
    }
    for stated in [true, false] {
        for taker in &order {
            wants[*taker].outside.iter().for_each(|want| chosen.fill(*taker, want, stated));
        }
    }
    let made = chosen.made;
    let lacking = (0..all.len()).map(|taker| {
        let want = wants[taker].inside.iter().chain(&wants[taker].outside);
        want.filter(|want| !made[taker].iter().any(|one| one.gives_to(want))).cloned().collect()
    });
    let lacking = lacking.collect();
    let levels = levels(&made);
    Connections { all, chosen: made, lacking, levels, ..Connections::default() }
}

struct Chosen<'a> {
    all: &'a [Vec<Connection>],
    made: Vec<Vec<Connection>>,
}

impl Chosen<'_> {
    /// Fills a want of an operation with the best that leads in no circle and gives nothing twice.
    fn fill(&mut self, taker: usize, want: &Taking, stated: bool) {
        if self.made[taker].iter().any(|one| one.gives_to(want)) {
            return;
        }
        let ways =
            self.all[taker].iter().filter(|one| one.gives_to(want) && one.reason.is_stated() == stated);
        let mut ways = ways.filter(|way| !self.leads(way.giver, taker));
        let found = ways.find_map(|way| self.beside(taker, way).or_else(|| self.instead(taker, way)));
        if let Some((way, displaced)) = found {
            let mut at = 0;
            self.made[taker].retain(|_| {
                at += 1;
                !displaced.contains(&(at - 1))
            });
            self.made[taker].push(way);
        }
    }

    /// A way as it can stand beside those that are there: what it gives a second time is left out, if
    /// it is the same as what is given already.
    fn beside(&self, taker: usize, way: &Connection) -> Option<(Connection, Vec<usize>)> {
        let mut way = way.clone();
        for known in &self.made[taker] {
            let (again, rest): (Vec<_>, Vec<_>) =
                way.gives.into_iter().partition(|given| known.gives_to(&given.into));
            let same = |given: &Given| {
                let there = known.source_of(&given.into).and_then(|source| self.origin(known.giver, source));
                there.is_some() && there == self.origin(way.giver, &given.from)
            };
            if rest.is_empty() || !again.iter().all(same) {
                return None;
            }
            way.gives = rest;
        }
        Some((way, Vec::new()))
    }

    /// Which operation makes what stands in an exchange of a giver: another one, if the giver was given
    /// it in its path.
    fn origin<'s>(&'s self, mut giver: usize, mut source: &'s Source) -> Option<usize> {
        while let Source::Exchange(Expression::Request(Part::Path(name))) = source {
            let place = Taking::Parameter(ParameterLocation::Path, name.clone());
            let before = self.made[giver].iter().find(|one| one.gives_to(&place))?;
            source = before.source_of(&place)?;
            giver = before.giver;
        }
        Some(giver)
    }

    /// A way with those in whose place it can be, as it gives all that they give.
    fn instead(&self, taker: usize, way: &Connection) -> Option<(Connection, Vec<usize>)> {
        let mut displaced = Vec::new();
        for (at, known) in self.made[taker].iter().enumerate() {
            let again = |given: &Given| way.gives_to(&given.into);
            if known.gives.iter().any(again) {
                let all = known.gives.iter().all(again) && !known.reason.is_stated();
                all.then(|| displaced.push(at))?;
            }
        }
        Some((way.clone(), displaced))
    }

    /// Whether an operation is given something, however far off, by another.
    fn leads(&self, from: usize, to: usize) -> bool {
        let (mut open, mut seen) = (vec![from], HashSet::from([from]));
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            open.extend(self.made[next].iter().map(|one| one.giver).filter(|giver| seen.insert(*giver)));
        }
        false
    }
}

/// How many operations come before each, where none leads in a circle.
pub(crate) fn levels(chosen: &[Vec<Connection>]) -> Vec<usize> {
    let mut levels: Vec<Option<usize>> = vec![None; chosen.len()];
    for start in 0..chosen.len() {
        let mut open = vec![start];
        while let Some(next) = open.last().copied() {
            let givers = || chosen[next].iter().map(|one| one.giver);
            let unknown: Vec<usize> = givers().filter(|giver| levels[*giver].is_none()).collect();
            if unknown.is_empty() {
                levels[next] = Some(
                    givers().filter_map(|giver| levels[giver]).map(|level| level + 1).max().unwrap_or(0),
                );
                open.pop();
            } else {
                open.extend(unknown);
            }
        }
    }
    levels.into_iter().map(Option::unwrap_or_default).collect()
}
