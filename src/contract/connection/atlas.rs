//! Which operations make what, and which show it: by their paths, and by the resources that they name.

use super::name::{self, Name};
use super::site::Site;
use crate::contract::model::{Operation, ParameterLocation, StatusRange};
use std::collections::{HashMap, HashSet};

/// The operations of a contract by what they are about.
pub(super) struct Atlas<'c> {
    pub(super) operations: &'c [Operation],
    /// By operation.
    pub(super) sites: Vec<Site>,
    /// By operation: the resources that it makes or shows, the likeliest first.
    pub(super) about: Vec<Vec<String>>,
    /// Those that create what stands below their path, by its key.
    makers: HashMap<String, Vec<usize>>,
    /// Those that create a resource, by its name.
    makers_of: HashMap<String, Vec<usize>>,
    /// Those that may show a list, by the key of their path.
    lists: HashMap<String, Vec<usize>>,
    /// The same by the name of the resource.
    lists_of: HashMap<String, Vec<usize>>,
    /// Those that read what their own path names, by its key.
    reads: HashMap<String, usize>,
    /// Those that create what their own path names, by its key.
    puts: HashMap<String, Vec<usize>>,
    /// What the parameters are called that stand below a path, by the key with them.
    names: HashMap<String, Vec<Name>>,
    /// Everything that parameters in paths are called.
    in_paths: HashSet<String>,
    /// What is meant by those that stand below a path, where that is said, by the key with them.
    meant: HashMap<String, &'static str>,
    /// The resources of which one stands in a path.
    collections: HashSet<String>,
}

/// So many ways to one value are kept.
const WAYS: usize = 8;
/// So many operations that are about the same are looked at.
const MANY: usize = 128;

impl<'c> Atlas<'c> {
    pub(super) fn of(operations: &'c [Operation]) -> Atlas<'c> {
        let sites: Vec<Site> = operations.iter().map(|operation| Site::of(&operation.path)).collect();
        let mut atlas = Atlas {
            operations,
            about: operations.iter().zip(&sites).map(|(operation, site)| about(operation, site)).collect(),
            sites,
            makers: HashMap::new(),
            makers_of: HashMap::new(),
            lists: HashMap::new(),
            lists_of: HashMap::new(),
            reads: HashMap::new(),
            puts: HashMap::new(),
            names: HashMap::new(),
            in_paths: HashSet::new(),
            meant: HashMap::new(),
            collections: HashSet::new(),
        };
        let items = atlas.read_parameters();
        for index in 0..operations.len() {
            atlas.add(index, &items);
        }
        atlas
    }

    /// Reads what parameters are called, and gives the keys of the paths below which they stand.
    fn read_parameters(&mut self) -> HashSet<String> {
        let mut items = HashSet::new();
        for (site, operation) in self.sites.iter().zip(self.operations) {
            for (at, parameter) in site.parameters() {
                items.insert(site.key(at));
                let known = self.names.entry(site.key(at + 1)).or_default();
                let read = Name::of(parameter);
                self.in_paths.insert(read.plain.clone());
                let around =
                    at.checked_sub(1).and_then(|before| site.resource(before)).unwrap_or(&read.resource);
                if let Some(meant) = name::meant(&read, description(operation, parameter), around)
                    && read.members.is_empty()
                {
                    self.meant.entry(site.key(at + 1)).or_insert(meant);
                }
                if !known.contains(&read) && known.len() < WAYS {
                    known.push(read);
                }
                let resource = at.checked_sub(1).and_then(|before| site.resource(before));
                self.collections.extend(resource.map(str::to_owned));
            }
        }
        items
    }

    fn add(&mut self, index: usize, items: &HashSet<String>) {
        let (operation, site) = (&self.operations[index], &self.sites[index]);
        let key = site.key(end(operation, site));
        if !site.ends_in_text() {
            if operation.method == "GET" {
                self.reads.entry(key.clone()).or_insert(index);
            }
            if creates_what_it_names(operation) {
                keep(&mut self.puts, key, index);
            }
            return;
        }
        match operation.method.as_str() {
            "POST" if !only_asks(operation, site) => {
                let stands_below = items.contains(&key);
                if stands_below {
                    keep(&mut self.makers, key, index);
                }
                if stands_below || says_it_creates(operation) || documents(operation, 201) {
                    for resource in &self.about[index] {
                        keep(&mut self.makers_of, resource.clone(), index);
                    }
                }
            }
            "GET" => {
                keep(&mut self.lists, key, index);
                for resource in &self.about[index] {
                    keep(&mut self.lists_of, resource.clone(), index);
                }
            }
            _ => {}
        }
    }

    /// Those that create what stands in the path of an operation at a position, the nearest first.
    pub(super) fn makers(&self, taker: usize, at: usize) -> Vec<usize> {
        self.nearest(&self.makers, taker, at)
    }

    /// Those that may list what stands in the path of an operation at a position.
    pub(super) fn lists(&self, taker: usize, at: usize) -> Vec<usize> {
        self.nearest(&self.lists, taker, at)
    }

    fn nearest(&self, all: &HashMap<String, Vec<usize>>, taker: usize, at: usize) -> Vec<usize> {
        let site = &self.sites[taker];
        let found = all.get(&site.key(at)).into_iter().flatten().copied();
        let mut found: Vec<usize> = found.filter(|index| *index != taker).collect();
        found.sort_by_key(|index| std::cmp::Reverse(self.sites[*index].common(site)));
        found.truncate(WAYS);
        found
    }

    /// Those that create what their own path names, where an operation takes it.
    pub(super) fn puts(&self, taker: usize, at: usize) -> &[usize] {
        self.puts.get(&self.sites[taker].key(at + 1)).map_or(&[], Vec::as_slice)
    }

    /// The operation that reads what stands in the path of another at a position.
    pub(super) fn read_of(&self, taker: usize, at: usize) -> Option<usize> {
        self.reads.get(&self.sites[taker].key(at + 1)).copied()
    }

    /// Those that create something in a collection.
    pub(super) fn all_makers(&self) -> Vec<usize> {
        let mut all: Vec<usize> =
            self.makers.values().chain(self.makers_of.values()).flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The operation that reads what the path of another leads through at its end.
    pub(super) fn read_of_parent(&self, index: usize) -> Option<usize> {
        let site = &self.sites[index];
        let (last, _) = site.parameters().next_back()?;
        self.reads.get(&site.key(last + 1)).copied()
    }

    /// Whether what an operation answers about is its own making.
    pub(super) fn makes(&self, index: usize) -> bool {
        let (operation, site) = (&self.operations[index], &self.sites[index]);
        match operation.method.as_str() {
            "POST" => !only_asks(operation, site),
            "PUT" => creates_what_it_names(operation),
            _ => false,
        }
    }

    /// Which member a parameter means, where this or another at its place says so.
    pub(super) fn meant(
        &self,
        taker: usize,
        at: usize,
        name: &Name,
        description: Option<&str>,
    ) -> Option<&'static str> {
        let site = &self.sites[taker];
        let around = at.checked_sub(1).and_then(|before| site.resource(before)).unwrap_or(&name.resource);
        let elsewhere = || self.meant.get(&site.key(at + 1)).copied();
        let is_open = name.stands_for(around);
        name::meant(name, description, around).or_else(|| elsewhere().filter(|_| is_open))
    }

    /// Whether a parameter of a path is called so.
    pub(super) fn is_in_a_path(&self, name: &Name) -> bool {
        self.in_paths.contains(&name.plain)
    }

    /// Whether what stands in a path at a position and what an operation makes belong to one
    /// collection, though their paths differ.
    pub(super) fn is_the_same_collection(&self, taker: usize, at: Option<usize>, giver: usize) -> bool {
        let (own, other) = (&self.sites[taker], &self.sites[giver]);
        at.is_some_and(|at| own.plain_key(at) == other.plain_key(usize::MAX))
    }

    /// Whether one of a resource stands in a path, is created or is shown.
    pub(super) fn knows(&self, resource: &str) -> bool {
        self.has(resource) || self.lists_of.contains_key(resource)
    }

    /// Whether one of a resource stands in a path or is created.
    pub(super) fn has(&self, resource: &str) -> bool {
        self.collections.contains(resource) || self.makers_of.contains_key(resource)
    }

    /// How the item of a collection is called that an operation makes.
    pub(super) fn names_below(&self, giver: usize) -> &[Name] {
        let site = &self.sites[giver];
        let key = site.key(end(&self.operations[giver], site)) + "/{}";
        self.names.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The one place where a resource is made, by its name.
    pub(super) fn makers_of(&self, resource: &str, taker: usize) -> Vec<usize> {
        self.only_place(&self.makers_of, resource, taker)
    }

    /// The one place where a resource is listed, by its name.
    pub(super) fn lists_of(&self, resource: &str, taker: usize) -> Vec<usize> {
        self.only_place(&self.lists_of, resource, taker)
    }

    /// Of the operations that are about a resource those that stand at one place: where there are
    /// several, the one nearest to the taker, then the one that needs least.
    fn only_place(&self, all: &HashMap<String, Vec<usize>>, resource: &str, taker: usize) -> Vec<usize> {
        // Of so many, none is meant.
        let found = all.get(resource).filter(|found| !resource.is_empty() && found.len() < MANY);
        let Some(found) = found else { return Vec::new() };
        let own = &self.sites[taker];
        let rank = |index: &usize| {
            let site = &self.sites[*index];
            let primary = self.about[*index].first().is_none_or(|first| first != resource);
            (primary, std::cmp::Reverse(own.shared_parameters(site)), site.parameters().count())
        };
        // What stands at a place already is not put there once more.
        let puts = self.operations[taker].method == "POST";
        let place = own.whole_key();
        let is_other = |index: usize| index != taker && !(puts && self.sites[index].whole_key() == place);
        let others = || found.iter().filter(|index| is_other(**index));
        let Some(least) = others().map(rank).min() else { return Vec::new() };
        let nearest: Vec<usize> = others().filter(|index| rank(index) == least).copied().collect();
        let key = |index: usize| self.sites[index].whole_key();
        let first = nearest.first().map(|first| key(*first));
        let alone = nearest.iter().all(|index| Some(key(*index)) == first);
        nearest.into_iter().filter(|_| alone).take(WAYS).collect()
    }
}

fn keep(all: &mut HashMap<String, Vec<usize>>, key: String, index: usize) {
    let known = all.entry(key).or_default();
    if known.len() < MANY {
        known.push(index);
    }
}

fn description<'o>(operation: &'o Operation, name: &str) -> Option<&'o str> {
    let mut inside = operation.parameters.iter().filter(|one| one.location == ParameterLocation::Path);
    inside.find(|one| one.name == name)?.description.as_deref()
}

/// Where the path of what an operation makes or lists ends: `/things/create` is about `/things`.
fn end(operation: &Operation, site: &Site) -> usize {
    let acts = site.last_part().is_some_and(|text| match operation.method.as_str() {
        "POST" => name::is_verb_of_creating(text),
        "GET" => ["list", "all"].contains(&text.to_ascii_lowercase().as_str()),
        _ => false,
    });
    let length = site.length();
    if acts && length > 1 && site.resource(length - 2).is_some() { length - 1 } else { length }
}

/// The resources that an operation makes or shows.
fn about(operation: &Operation, site: &Site) -> Vec<String> {
    let mut about = Vec::new();
    let end = end(operation, site);
    if end < site.length() {
        about.extend(site.resource(end - 1).map(str::to_owned));
    } else if let Some((text, resource)) = site.last_text() {
        about.push(name::created(text).unwrap_or_else(|| resource.to_owned()));
    }
    let named = name::created(&operation.id).filter(|_| matches!(operation.method.as_str(), "POST" | "PUT"));
    about.extend(named.filter(|named| !about.contains(named)));
    about
}

fn only_asks(operation: &Operation, site: &Site) -> bool {
    if says_it_creates(operation) || operation.summary.as_deref().is_some_and(name::tells_of_creating) {
        return false;
    }
    let last = site.last_text().map_or("", |(text, _)| text);
    name::is_verb_of_asking(last)
        || name::is_asking(&operation.id)
        || operation.summary.as_deref().is_some_and(name::is_asking)
}

fn says_it_creates(operation: &Operation) -> bool {
    name::is_creating(&operation.id)
        || operation.summary.as_deref().is_some_and(name::is_creating)
        || operation
            .path
            .rsplit('/')
            .next()
            .is_some_and(|last| name::created(last).is_some() || name::is_verb_of_creating(last))
}

fn documents(operation: &Operation, status: u16) -> bool {
    operation.responses.iter().any(|response| response.status == StatusRange::Code(status))
}

/// Whether an operation creates what stands last in its path, with an id of the caller's.
fn creates_what_it_names(operation: &Operation) -> bool {
    match operation.method.as_str() {
        "PUT" => {
            let texts = [&operation.summary, &operation.description].into_iter().flatten();
            documents(operation, 201)
                || says_it_creates(operation)
                || texts.into_iter().any(|text| name::tells_of_creating(text))
        }
        "POST" => {
            says_it_creates(operation)
                && operation.parameters.iter().any(|one| one.location == ParameterLocation::Path)
        }
        _ => false,
    }
}
