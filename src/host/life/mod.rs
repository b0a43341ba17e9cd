//! The part that each operation has in the life of resources, found from the contract alone.

use super::look::{Listed, Look};
use super::names::{Called, joined};
use super::paging::{Paging, Telling};
use super::refuse;
use super::template::Template;
use super::trail::{Trail, versionless};
use super::view::{Said, View};
use crate::contract::model::StatusRange;
use crate::contract::{Contract, Operation};
use crate::wire::template;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

mod create;

pub(super) use create::{Chooser, Create, IdFrom};

/// What an operation has to do with resources.
pub(super) struct Life {
    pub(super) trail: Trail,
    /// The resources that its path names and that can be created, outermost first: the length of the
    /// way to their collection, and the parameter.
    pub(super) named: Vec<(usize, usize)>,
    pub(super) act: Act,
    /// How its answer shows the resource.
    pub(super) view: Option<View>,
}

/// What an operation does.
pub(super) enum Act {
    /// Nothing that is known.
    None,
    /// It creates one.
    Create(Create),
    /// It lists a collection.
    List(Box<Listed>, Box<Telling>),
    /// It shows one.
    Read,
    /// It changes one; where it replaces it, what is not there may be created.
    Change { said: Said, whole: bool, creates: bool },
    /// It deletes one.
    Delete,
}

/// The resources of one collection.
#[derive(Default)]
struct Kind {
    called: Called,
    /// The operations whose paths name one, and the parameter.
    items: Vec<(usize, usize)>,
    trail: Option<(Trail, usize)>,
    /// What is decided about one by requests and shown by answers to them.
    names: HashSet<String>,
    is_created: bool,
}

/// The contract, as its paths and answers show it.
struct Finder<'f, 's> {
    contract: &'f Contract,
    look: &'f Look<'s>,
    templates: Vec<Option<&'f Template>>,
    trails: Vec<Trail>,
    kinds: BTreeMap<String, Kind>,
    /// The shapes of collections, by their last name and by what they are without versions.
    by_name: HashMap<String, Vec<String>>,
    posts: HashSet<String>,
}

impl Life {
    /// That of an operation that has none.
    pub(super) fn none(path: &str) -> Life {
        Life { trail: Trail::read(path), named: Vec::new(), act: Act::None, view: None }
    }
}

/// Finds the part of every operation, in their order, given what is answered and which operations read
/// what others create.
pub(super) fn of<'f>(
    contract: &'f Contract,
    look: &'f Look<'_>,
    templates: Vec<Option<&'f Template>>,
    readers: &[usize],
) -> Vec<Life> {
    let trails: Vec<Trail> = contract.operations.iter().map(|one| Trail::read(&one.path)).collect();
    let mut finder = Finder {
        contract,
        look,
        templates,
        trails,
        kinds: BTreeMap::new(),
        by_name: HashMap::new(),
        posts: HashSet::new(),
    };
    finder.kinds();
    let creates = finder.creates();
    finder.puts();
    for reader in readers {
        let trail = &finder.trails[*reader];
        if let Some((length, _)) = trail.item()
            && let Some(kind) = finder.kinds.get_mut(&trail.shape(length))
        {
            kind.is_created = true;
        }
    }
    finder.lives(creates)
}

impl Finder<'_, '_> {
    fn operation(&self, index: usize) -> &Operation {
        &self.contract.operations[index]
    }

    fn shape(&self, index: usize) -> String {
        self.trails[index].shape(self.trails[index].len())
    }

    /// Every collection that a path leads through to something in it.
    fn kinds(&mut self) {
        for (index, trail) in self.trails.iter().enumerate() {
            let names: Vec<&str> = template::names(&self.contract.operations[index].path).collect();
            for (length, parameter) in trail.items() {
                let kind = self.kinds.entry(trail.shape(length)).or_insert_with(|| Kind {
                    called: Called::of(trail.name(length)),
                    trail: Some((trail.clone(), length)),
                    ..Kind::default()
                });
                kind.called.by(names.get(parameter).copied().unwrap_or_default());
                kind.items.push((index, parameter));
            }
        }
        for (shape, kind) in &self.kinds {
            let Some((trail, length)) = &kind.trail else { continue };
            self.by_name.entry(joined(trail.name(*length))).or_default().push(shape.clone());
        }
        let posts = self.contract.operations.iter().zip(&self.trails).filter(|(one, _)| one.method == "POST");
        self.posts = posts.map(|(_, trail)| trail.shape(trail.len())).collect();
    }

    /// The shapes of the collections in which what is created there is found.
    fn homes(&self, index: usize) -> Vec<String> {
        let trail = &self.trails[index];
        let own = self.shape(index);
        let mut homes: Vec<String> = self.kinds.contains_key(&own).then(|| own.clone()).into_iter().collect();
        if trail.item().is_some() || trail.name(trail.len()).starts_with(':') {
            return homes;
        }
        let same = self.by_name.get(&joined(trail.name(trail.len()))).map_or(&[][..], Vec::as_slice);
        let open = trail.openness(trail.len());
        let others = || same.iter().filter(|shape| **shape != own);
        homes.extend(others().filter(|shape| versionless(shape) == versionless(&own)).cloned());
        let is_plain = |shape: &&String| open > 0 && !shape.contains("{}") && self.is_alike(index, shape);
        let mut plain = others().filter(is_plain);
        if let (Some(one), None) = (plain.next(), plain.next()) {
            homes.push(one.clone());
        }
        if !homes.is_empty() && !homes.contains(&own) {
            homes.push(own);
        }
        homes
    }

    /// Whether what is created elsewhere is what a collection holds: nothing else is created there, or
    /// an answer that shows as much.
    fn is_alike(&self, index: usize, shape: &str) -> bool {
        if !self.posts.contains(shape) {
            return true;
        }
        let names = |index: usize| {
            let base = &self.templates[index].as_ref()?.base;
            Some(base.as_object()?.keys().cloned().collect::<HashSet<String>>())
        };
        let created = names(index);
        let reads = |item: &usize| self.operation(*item).method == "GET";
        let items = self.kinds[shape].items.iter().map(|(item, _)| *item);
        created.is_some()
            && items
                .filter(|item| self.trails[*item].item().is_some() && reads(item))
                .any(|item| names(item) == created)
    }

    /// The members about which a request decides, and those that the answer to it shows.
    fn names(&self, index: usize) -> HashSet<String> {
        let asked = self.operation(index).json_body().and_then(|media| media.schema.as_ref());
        let asked = asked.map(|schema| self.look.asked(std::slice::from_ref(&schema.0)));
        let mut names: HashSet<String> =
            asked.iter().flat_map(|flat| flat.properties.keys().cloned()).collect();
        if let Some(template) = self.templates[index] {
            let called = self.called(index);
            if let Some(view) = self.look.view(template, &called, &names) {
                names.extend(view.declared);
            }
        }
        names
    }

    /// What the resources are called that an operation creates or addresses.
    fn called(&self, index: usize) -> Called {
        let trail = &self.trails[index];
        let length = trail.item().map_or(trail.len(), |(length, _)| length);
        match self.kinds.get(&trail.shape(length)) {
            Some(kind) => kind.called.clone(),
            None => Called::of(trail.name(length)),
        }
    }

    /// Operations on a resource that create it where it is not there.
    fn puts(&mut self) {
        for index in 0..self.trails.len() {
            let Some((length, _)) = self.trails[index].item() else { continue };
            let method = self.operation(index).method.as_str();
            if !["PUT", "POST", "PATCH"].contains(&method) {
                continue;
            }
            let (shape, names) = (self.trails[index].shape(length), self.names(index));
            let creates = method == "PUT" && self.puts_new(index, &shape);
            if let Some(kind) = self.kinds.get_mut(&shape) {
                kind.names.extend(names);
                kind.is_created |= creates;
            }
        }
    }

    fn puts_new(&self, index: usize, shape: &str) -> bool {
        let operation = self.operation(index);
        let documents = |status: u16| {
            operation.responses.iter().any(|response| response.status == StatusRange::Code(status))
        };
        let posted = self.kinds.get(shape).is_some_and(|kind| kind.is_created) && self.posts.contains(shape);
        documents(201) || !posted && !refuse::tells_unknown(operation)
    }

    fn lives(mut self, mut creates: HashMap<usize, Create>) -> Vec<Life> {
        let mut lives = Vec::new();
        for index in 0..self.trails.len() {
            let trail = self.trails[index].clone();
            let is_created = |shape: &str| self.kinds.get(shape).is_some_and(|kind| kind.is_created);
            let named = trail.items().filter(|(length, _)| is_created(&trail.shape(*length))).collect();
            let (act, view) = self.act(index, creates.remove(&index));
            lives.push(Life { trail, named, act, view });
        }
        self.kinds.clear();
        lives
    }

    fn act(&self, index: usize, create: Option<Create>) -> (Act, Option<View>) {
        let (operation, template, trail) =
            (self.operation(index), self.templates[index], &self.trails[index]);
        let own = |length: usize| self.kinds.get(&trail.shape(length)).filter(|kind| kind.is_created);
        if let Some(create) = create {
            let kind = self.kinds.get(&create.homes[0].shape(create.homes[0].len()));
            let none = HashSet::new();
            let view = match (&create.id, template) {
                (IdFrom::Answer(at), Some(template)) => self.look.created(template, at),
                (_, Some(template)) => {
                    self.look.view(template, &self.called(index), kind.map_or(&none, |kind| &kind.names))
                }
                _ => None,
            };
            return (Act::Create(create), view);
        }
        if let Some((length, _)) = trail.item()
            && let Some(kind) = own(length)
        {
            let mut view = template.and_then(|template| self.look.view(template, &kind.called, &kind.names));
            if let Some(view) = &mut view {
                view.known = Arc::new(kind.names.clone());
            }
            let act = match operation.method.as_str() {
                "GET" => Act::Read,
                "DELETE" => Act::Delete,
                // What a POST on one creates is something else.
                "POST" if super::engine::success(operation).0 == 201 => return (Act::None, None),
                "PUT" | "PATCH" | "POST" => Act::Change {
                    said: self.look.said(operation, template, view.as_ref(), &kind.called),
                    whole: operation.method == "PUT",
                    creates: operation.method == "PUT" && self.puts_new(index, &trail.shape(length)),
                },
                _ => return (Act::None, None),
            };
            return (act, view);
        }
        if operation.method == "GET"
            && let (Some(kind), Some(template)) = (own(trail.len()), template)
            && let Some(mut listed) = self.look.listed(template, &kind.called, &kind.names)
        {
            listed.view.known = Arc::new(kind.names.clone());
            let paging = Paging::of(self.contract, self.look, operation);
            let (_, Some(response)) = super::engine::success(operation) else { return (Act::None, None) };
            let telling = Telling::of(paging, response, &template.base, &listed.at);
            return (Act::List(Box::new(listed), Box::new(telling)), None);
        }
        (Act::None, None)
    }
}
