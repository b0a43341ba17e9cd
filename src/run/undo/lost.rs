//! What no answer named is looked for in the lists of the contract: by the texts that only this run has
//! sent; where a request brought none, among what was not there before.

use super::before::{ids, is_of_answer, item, lists};
use super::list::{self, PAGES, Pages};
use super::made::{Made, is_below};
use super::sweep::Sweep;
use super::way::{Undo, parameters, scalar, way};
use crate::contract::ParameterLocation;
use crate::contract::connection::{Connection, Given, Source};
use crate::contract::expression::{Expression, Part};
use crate::exchange::Outcome;
use crate::json::{self, Node};
use crate::plan::Values;
use crate::run::error::Halt;
use std::collections::BTreeMap;

/// What one request after the other was sent to: what they made stands in one list.
struct Group {
    giver: usize,
    known: BTreeMap<String, String>,
    /// The indexes of what is looked for, with how it is deleted as far as it is found.
    wanted: Vec<(usize, Vec<Undo>)>,
}

/// What an item must be to be what is looked for.
struct Newness {
    /// All that the list showed before.
    before: Option<std::collections::HashSet<String>>,
    /// The least number that the run is known to have been given.
    least: Option<u128>,
    /// Whether the whole list is below what the run made.
    is_own: bool,
}

impl Newness {
    fn holds(&self, id: &str) -> bool {
        let later = || id.parse::<u128>().ok().zip(self.least).is_some_and(|(id, least)| id > least);
        self.is_own || self.before.as_ref().is_some_and(|before| !before.contains(id)) || later()
    }
}

impl Sweep<'_> {
    /// Looks for all that no answer named; what is found is as sure as what was answered.
    pub(super) async fn look_for_the_nameless(&mut self) -> Result<(), Halt> {
        let mut groups: Vec<Group> = Vec::new();
        for (index, made) in self.open.iter().enumerate().filter(|(_, made)| made.undo.is_none()) {
            let same = |group: &&mut Group| group.giver == made.giver && group.known == made.known;
            match groups.iter_mut().find(same) {
                Some(group) => group.wanted.push((index, Vec::new())),
                None => groups.push(Group {
                    giver: made.giver,
                    known: made.known.clone(),
                    wanted: vec![(index, Vec::new())],
                }),
            }
        }
        let mut found: BTreeMap<usize, Vec<Undo>> = BTreeMap::new();
        for mut group in groups {
            for list in lists(self.sender.contract, group.giver) {
                self.look(&mut group, list).await?;
            }
            found.extend(group.wanted);
        }
        for (index, made) in std::mem::take(&mut self.open).into_iter().enumerate() {
            match found.remove(&index).filter(|undos| !undos.is_empty()) {
                Some(undos) => {
                    let each = undos.into_iter();
                    self.open.extend(each.map(|undo| Made {
                        undo: Some(undo),
                        is_sure: true,
                        ..made.clone()
                    }));
                }
                None => self.open.push(made),
            }
        }
        Ok(())
    }

    /// Reads a list to its end.
    async fn look(&self, group: &mut Group, list: usize) -> Result<(), Halt> {
        let contract = self.sender.contract;
        let Some(way) = way(contract, group.giver) else { return Ok(()) };
        let mut pages = Pages::of(&contract.operations[list]);
        let mut more = Values::new();
        for _ in 0..PAGES {
            let own = group.known.iter();
            let own = own.map(|(name, text)| ((ParameterLocation::Path, name.clone()), text.clone()));
            let values: Values = own.chain(more).collect();
            let Some(request) = self.request(list, &values) else { return Ok(()) };
            let (_, outcome) = self.ask(list, &request, None).await?;
            let answer = match outcome {
                Outcome::Answered(answer) => answer,
                Outcome::Failed(failure) => {
                    self.is_away(failure.kind);
                    return Ok(());
                }
            };
            let Some(body) = json::read(&answer.body).ok().filter(|_| answer.accepted()) else {
                return Ok(());
            };
            self.shown(group, (list, way), &body.root);
            let Some(next) = pages.after(&answer) else { return Ok(()) };
            more = next;
        }
        Ok(())
    }

    /// What a page shows of what is looked for.
    fn shown(&self, group: &mut Group, (list, way): (usize, &Connection), page: &Node) {
        let ids = ids(way);
        let newness = self.newness(group, (list, way));
        let known = item(self.sender.contract, way, list);
        for (id, item) in list::items(page, known, &ids) {
            let undo = Undo { operation: way.taker, values: values(way, group, &id) };
            if self.is_taken(group, &undo) {
                continue;
            }
            let is_new = newness.holds(&id);
            let open = &self.open;
            let by_text = |index: usize| list::holds(item, &open[index].texts, &ids);
            let by_members = |index: usize| {
                let made = &open[index];
                let is_as_sent = newness.is_own || list::is_as_sent((&id, item), &made.members, &ids);
                is_new && made.texts.is_empty() && is_as_sent
            };
            let wanted = &mut group.wanted;
            // Equal requests share their texts: each is given one, and the first what is left over.
            let position = (wanted.iter().position(|(index, found)| found.is_empty() && by_text(*index)))
                .or_else(|| wanted.iter().position(|(index, _)| by_text(*index)))
                .or_else(|| wanted.iter().position(|(index, found)| found.is_empty() && by_members(*index)));
            if let Some(position) = position {
                wanted[position].1.push(undo);
            }
        }
    }

    /// Whether something is known by its name, or may be something else that the run has changed.
    fn is_taken(&self, group: &Group, undo: &Undo) -> bool {
        let known = self.open.iter().filter_map(|made| made.undo.as_ref());
        let found = group.wanted.iter().flat_map(|(_, undos)| undos);
        known.chain(found).any(|known| known.is_of(undo))
            || self.changed.contains(&undo.place(self.sender.contract))
    }

    /// What tells what the run made from what was there before.
    fn newness(&self, group: &Group, (list, way): (usize, &Connection)) -> Newness {
        let contract = self.sender.contract;
        let id = |undo: &Undo| {
            let own = parameters(way).find(|(given, ..)| is_of_answer(&given.from));
            own.and_then(|(_, location, name)| undo.values.get(&(location, name.to_owned()))?.parse().ok())
        };
        let same = self.open.iter().filter(|made| made.giver == group.giver);
        let least = same.filter_map(|made| made.undo.as_ref()).filter_map(id).min();
        let place = |made: &Made| made.undo.as_ref().map(|undo| undo.place(contract));
        let collection = group.wanted.first().map(|(index, _)| self.open[*index].place(contract));
        let is_own = collection.is_some_and(|collection| {
            self.open.iter().filter_map(place).any(|place| is_below(&collection, &place))
        });
        Newness { before: self.before.get(&(list, group.known.clone())).cloned(), least, is_own }
    }
}

/// The values with which an item of a list is deleted.
fn values(way: &Connection, group: &Group, id: &str) -> Values {
    let value = |(given, location, name): (&Given, ParameterLocation, &str)| {
        let text = match &given.from {
            Source::Exchange(Expression::Request(Part::Path(own))) => group.known.get(own).cloned(),
            Source::Literal(value) => scalar(&value.into()),
            source if is_of_answer(source) => Some(id.to_owned()),
            _ => None,
        };
        Some(((location, name.to_owned()), text?))
    };
    parameters(way).filter_map(value).collect()
}
