//! Which scenarios touch one resource, and so must not run side by side.
//!
//! A request that changes a resource conflicts with every other request to it and to what is below
//! it, and with reading the collection directly above. What conflicts runs in the order of the
//! plan.
//!
//! For each resource there is a row of groups. Those of one group may run side by side; a group
//! begins when the one before it is done. So the work grows with the number of requests, and not
//! with that of the conflicts among them.

use crate::exchange::Pieces;
use crate::plan::Scenario;
use crate::plan::guard::{changes, is_safe};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// How something is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// As it is: others may do so as well.
    Shared,
    /// Something of it changes: others may change more of it, but not look.
    Changing,
    /// By nobody else.
    Alone,
}

/// What is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A resource and all that is below it.
    Tree,
    /// The members of a collection, as its list shows them.
    Members,
}

/// Those that use something in the same way at the same time.
#[derive(Debug)]
struct Group {
    way: Use,
    members: Vec<usize>,
    /// How many of them are not done yet.
    left: usize,
    begun: bool,
    next: Option<usize>,
}

/// Which scenarios wait for which.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    groups: Vec<Group>,
    /// The groups of each scenario; of none where nothing conflicts at all.
    of: Vec<Vec<usize>>,
    /// How many groups of each scenario have not begun.
    waits: Vec<usize>,
}

impl Conflicts {
    /// Those among scenarios, which are numbered in their order.
    pub(super) fn of<'p>(scenarios: impl Iterator<Item = &'p Scenario> + Clone) -> Conflicts {
        let mut conflicts = Conflicts::default();
        let asked: Vec<Vec<(String, &str)>> = scenarios.map(asked).collect();
        let Some(mut rows) = Rows::of(&asked) else { return conflicts };
        let mut last: HashMap<usize, usize> = HashMap::new();
        for (index, asked) in asked.iter().enumerate() {
            let mut own: Vec<(usize, Use)> = Vec::new();
            for (path, method) in asked {
                for (row, way) in rows.uses(path, method) {
                    match own.iter_mut().find(|(known, _)| known == row) {
                        Some((_, known)) if known != way => *known = Use::Alone,
                        Some(_) => {}
                        None => own.push((*row, *way)),
                    }
                }
            }
            conflicts.of.push(Vec::with_capacity(own.len()));
            conflicts.waits.push(0);
            for (row, way) in own {
                let group = conflicts.join(index, last.get(&row).copied(), way);
                last.insert(row, group);
            }
        }
        conflicts
    }

    /// Puts a scenario into the last group of a row, or into a new one behind it.
    fn join(&mut self, index: usize, last: Option<usize>, way: Use) -> usize {
        let fits = |group: &usize| way != Use::Alone && self.groups[*group].way == way;
        let group = last.filter(fits).unwrap_or_else(|| {
            let new = self.groups.len();
            self.groups.push(Group { way, members: Vec::new(), left: 0, begun: last.is_none(), next: None });
            if let Some(last) = last {
                self.groups[last].next = Some(new);
            }
            new
        });
        let found = &mut self.groups[group];
        found.members.push(index);
        found.left += 1;
        self.waits[index] += usize::from(!found.begun);
        self.of[index].push(group);
        group
    }

    /// Whether a scenario has nothing to wait for.
    pub(super) fn is_free(&self, index: usize) -> bool {
        self.waits.get(index).is_none_or(|waits| *waits == 0)
    }

    /// Takes note that a scenario is done; tells which have nothing to wait for any more.
    pub(super) fn done(&mut self, index: usize) -> Vec<usize> {
        let mut free = Vec::new();
        let own = self.of.get_mut(index).map(std::mem::take).unwrap_or_default();
        for group in own {
            self.groups[group].left -= 1;
            let next = self.groups[group].next.filter(|_| self.groups[group].left == 0);
            let Some(next) = next else { continue };
            self.groups[next].begun = true;
            for member in &self.groups[next].members {
                self.waits[*member] -= 1;
                if self.waits[*member] == 0 {
                    free.push(*member);
                }
            }
        }
        free
    }
}

/// The rows that requests stand in.
struct Rows<'p> {
    /// What some request changes.
    changed: HashSet<&'p str>,
    /// The collections of that.
    collections: HashSet<&'p str>,
    numbers: HashMap<(&'p str, Kind), usize>,
    known: HashMap<(&'p str, Way), Vec<(usize, Use)>>,
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    Reads,
    Creates,
    Changes,
}

impl<'p> Rows<'p> {
    /// Those of scenarios of which one changes something.
    fn of(asked: &'p [Vec<(String, &str)>]) -> Option<Rows<'p>> {
        let changing = asked.iter().flatten().filter(|(_, method)| changes(method));
        let changed: HashSet<&str> = changing.map(|(path, _)| path.as_str()).collect();
        let collections = changed.iter().filter_map(|path| above(path)).collect();
        let (numbers, known) = (HashMap::new(), HashMap::new());
        (!changed.is_empty()).then_some(Rows { changed, collections, numbers, known })
    }

    /// What a request uses, and how.
    fn uses(&mut self, path: &'p str, method: &str) -> &[(usize, Use)] {
        let way = match method {
            method if changes(method) => Way::Changes,
            method if is_safe(method) => Way::Reads,
            _ => Way::Creates,
        };
        if !self.known.contains_key(&(path, way)) {
            let found = self.found(path, way);
            self.known.insert((path, way), found);
        }
        self.known.get(&(path, way)).map_or(&[], Vec::as_slice)
    }

    fn found(&mut self, path: &'p str, way: Way) -> Vec<(usize, Use)> {
        let mut found = Vec::new();
        if way == Way::Changes {
            found.push((self.number(path, Kind::Tree), Use::Alone));
            found.extend(above(path).map(|above| (self.number(above, Kind::Members), Use::Changing)));
        } else if self.changed.contains(path) {
            found.push((self.number(path, Kind::Tree), Use::Shared));
        }
        if way == Way::Reads && self.collections.contains(path) {
            found.push((self.number(path, Kind::Members), Use::Shared));
        }
        let mut higher = above(path);
        while let Some(path) = higher {
            if self.changed.contains(path) {
                found.push((self.number(path, Kind::Tree), Use::Shared));
            }
            higher = above(path);
        }
        found
    }

    fn number(&mut self, path: &'p str, kind: Kind) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry((path, kind)).or_insert(next)
    }
}

/// What a scenario asks for: paths without a slash at their end, and methods.
fn asked(scenario: &Scenario) -> Vec<(String, &str)> {
    let each = scenario.cases.iter().map(|case| {
        let path = Pieces::joined(&case.request.parts.path, "/");
        let path = match &case.needs {
            // The same hole stands for another resource where another one is needed.
            Some(needs) => path.as_str().replace('}', &format!(" {}}}", needs.purpose)).into(),
            None => Cow::Borrowed(path.as_str()),
        };
        (path.strip_suffix('/').unwrap_or(&path).to_owned(), case.request.method.as_str())
    });
    each.collect()
}

/// The path directly above another.
fn above(path: &str) -> Option<&str> {
    path.rfind('/').map(|at| &path[..at])
}

/// Whether two scenarios conflict, by the letter of the rule: slow, to hold the rows against it.
#[cfg(test)]
pub(super) fn conflict(one: &Scenario, two: &Scenario) -> bool {
    let hits = |one: &Scenario, two: &Scenario| {
        asked(one).into_iter().filter(|(_, method)| changes(method)).any(|(changed, _)| {
            asked(two).into_iter().any(|(path, method)| {
                let below = path == changed || path.starts_with(&format!("{changed}/"));
                below || (is_safe(method) && above(&changed) == Some(&path))
            })
        })
    };
    hits(one, two) || hits(two, one)
}
