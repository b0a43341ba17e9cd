//! `$dynamicRef`: what it means depends on the schemas that led to it (JSON Schema 2020-12 core,
//! 8.2.3.2). Every schema with an `$id` that is reached in more than one sense is copied for each, so
//! that all references are plain ones.

use super::Document;
use super::MOUNT;
use super::place::{Mounted, Spot};
use super::references::Survey;
use crate::json::pointer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// So many copies are made of schemas.
const COPIES: usize = 1_000;

/// So many nodes are copied.
const COPIED: usize = 1_000_000;

/// A schema with a base URI of its own, or a whole file.
pub(super) struct Resource {
    at: String,
    /// The targets of its dynamic anchors.
    anchors: Anchors,
}

type Anchors = BTreeMap<String, String>;

/// Every resource of the parts of a document.
pub(super) fn resources<'s>(
    parts: impl Iterator<Item = &'s Survey>,
    mounted: impl Fn(usize) -> String,
) -> Vec<Resource> {
    let each = parts.enumerate().flat_map(|(part, survey)| {
        let base = mounted(part);
        survey.scopes.iter().map(move |scope| {
            let anchors = scope.dynamic.iter();
            let anchors = anchors.map(|(name, at)| (name.clone(), base.clone() + at)).collect();
            Resource { at: base.clone() + &scope.at, anchors }
        })
    });
    each.collect()
}

/// Gives every dynamic reference the target that it has on each way to it.
pub(super) fn settle(document: &mut Document, resources: &[Resource], dynamic: &[String]) {
    let shared = resources.iter().flat_map(|one| one.anchors.keys()).collect::<BTreeSet<_>>();
    let named: usize = resources.iter().map(|one| one.anchors.len()).sum();
    if dynamic.is_empty() || shared.len() == named {
        return;
    }
    let mut settling = Settling::new(document, resources, dynamic);
    for (index, resource) in resources.iter().enumerate() {
        settling.rewrite(index, &resource.anchors, None);
    }
    let Settling { edits, copies, .. } = settling;
    let value = Arc::make_mut(&mut document.value);
    for (at, target) in edits {
        if let Some(place) = pointer::get_mut(value, &at) {
            *place = Value::String(pointer::to_fragment(&target));
        }
    }
    if copies.is_empty() {
        return;
    }
    let spots: Vec<Mounted> = copies.iter().map(|copy| copy.spot.clone()).collect();
    document.spots.extend(spots);
    let Some(root) = value.as_object_mut() else { return };
    let mounted = root.entry(MOUNT).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(mounted) = mounted {
        mounted.extend(copies.into_iter().map(|copy| copy.value));
    }
}

struct Copy {
    value: Value,
    spot: Mounted,
}

struct Settling<'d> {
    document: &'d Document,
    resources: &'d [Resource],
    /// The names that dynamic references at and below a resource ask for.
    asked: Vec<BTreeSet<String>>,
    /// The anchors at and below a resource: each name with each of its targets.
    offered: Vec<BTreeSet<(String, String)>>,
    /// The references of each resource: where, what they lead to, and the name of a dynamic one.
    references: Vec<Vec<Edge>>,
    edits: Vec<(String, String)>,
    copies: Vec<Copy>,
    known: HashMap<(usize, Anchors), Option<String>>,
    copied: usize,
}

#[derive(Clone)]
struct Edge {
    at: String,
    target: String,
    /// The resource of the target.
    leads: usize,
    name: Option<String>,
}

impl<'d> Settling<'d> {
    fn new(document: &'d Document, resources: &'d [Resource], dynamic: &[String]) -> Settling<'d> {
        let mut settling = Settling {
            document,
            resources,
            asked: vec![BTreeSet::new(); resources.len()],
            offered: resources.iter().map(|one| one.anchors.clone().into_iter().collect()).collect(),
            references: vec![Vec::new(); resources.len()],
            edits: Vec::new(),
            copies: Vec::new(),
            known: HashMap::new(),
            copied: 0,
        };
        settling.collect(&document.value, &mut String::new(), dynamic);
        settling.spread();
        settling
    }

    fn resource(&self, at: &str) -> usize {
        let around = self.resources.iter().enumerate().filter(|(_, one)| pointer::is_within(at, &one.at));
        around.max_by_key(|(_, one)| one.at.len()).map_or(0, |(index, _)| index)
    }

    fn collect(&mut self, value: &Value, here: &mut String, dynamic: &[String]) {
        let length = here.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer::push(here, &index.to_string());
                    self.collect(item, here, dynamic);
                    here.truncate(length);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    pointer::push(here, key);
                    match member {
                        Value::String(text) if key == "$ref" || key == "$dynamicRef" => {
                            self.edge(here, text, dynamic);
                        }
                        _ => self.collect(member, here, dynamic),
                    }
                    here.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn edge(&mut self, at: &str, text: &str, dynamic: &[String]) {
        let Some(target) = pointer::from_fragment(text) else { return };
        let leads = self.resource(&target);
        let own = |(_, at): &(&String, &String)| **at == target;
        let name = self.resources[leads].anchors.iter().find(own).map(|(name, _)| name.clone());
        let name = name.filter(|_| dynamic.iter().any(|one| one == at));
        let holder = self.resource(at);
        self.asked[holder].extend(name.clone());
        self.references[holder].push(Edge { at: at.to_owned(), target, leads, name });
    }

    /// A resource asks for what those ask that it refers to, and offers what they offer.
    fn spread(&mut self) {
        let size = |all: &Self| -> usize {
            let asked: usize = all.asked.iter().map(BTreeSet::len).sum();
            asked + all.offered.iter().map(BTreeSet::len).sum::<usize>()
        };
        loop {
            let before = size(self);
            for index in 0..self.asked.len() {
                let leads: BTreeSet<usize> = self.references[index].iter().map(|edge| edge.leads).collect();
                for lead in leads {
                    let (asked, offered) = (self.asked[lead].clone(), self.offered[lead].clone());
                    self.asked[index].extend(asked);
                    self.offered[index].extend(offered);
                }
            }
            if before == size(self) {
                return;
            }
        }
    }

    /// The anchors that make a difference in a resource which is entered with some.
    fn entered(&self, index: usize, anchors: &Anchors) -> Anchors {
        let mut all = self.resources[index].anchors.clone();
        all.extend(anchors.iter().map(|(name, at)| (name.clone(), at.clone())));
        let differs = |name: &String, at: &String| {
            self.offered[index].iter().any(|(other, target)| other == name && target != at)
        };
        all.retain(|name, at| self.asked[index].contains(name) && differs(name, at));
        all
    }

    /// Leads the references of a resource to where they go with some anchors, in a copy or in place.
    fn rewrite(&mut self, index: usize, anchors: &Anchors, copy: Option<usize>) {
        for edge in self.references[index].clone() {
            let dynamic = edge.name.as_ref().and_then(|name| anchors.get(name));
            let target = dynamic.cloned().unwrap_or_else(|| edge.target.clone());
            let settled = self.place(&target, anchors);
            if settled == edge.target && copy.is_none() {
                continue;
            }
            match copy {
                None => self.edits.push((edge.at, settled)),
                Some(copy) => {
                    let inside = &edge.at[self.resources[index].at.len()..];
                    if let Some(place) = pointer::get_mut(&mut self.copies[copy].value, inside) {
                        *place = Value::String(pointer::to_fragment(&settled));
                    }
                }
            }
        }
    }

    /// Where a place is found with some anchors: where it is, or in a copy of its resource.
    fn place(&mut self, target: &str, anchors: &Anchors) -> String {
        let index = self.resource(target);
        let (with, alone) = (self.entered(index, anchors), self.entered(index, &Anchors::new()));
        if with == alone {
            return target.to_owned();
        }
        let inside = target[self.resources[index].at.len()..].to_owned();
        let key = (index, with);
        let base = match self.known.get(&key) {
            Some(known) => known.clone(),
            None => self.copy(index, key),
        };
        base.map_or_else(|| target.to_owned(), |base| base + &inside)
    }

    fn copy(&mut self, index: usize, key: (usize, Anchors)) -> Option<String> {
        let at = &self.resources[index].at;
        let value = pointer::get(&self.document.value, at)?;
        self.copied += nodes(value);
        if self.copies.len() >= COPIES || self.copied > COPIED || at.is_empty() {
            return None;
        }
        let spot = self.document.mounted(at);
        let number = self.copies.len();
        let base = format!("/{MOUNT}/{}", self.document.spots.len() - 1 + number);
        let anchors = key.1.clone();
        self.known.insert(key, Some(base.clone()));
        self.copies.push(Copy { value: value.clone(), spot });
        self.rewrite(index, &anchors, Some(number));
        Some(base)
    }
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

impl Document {
    /// What stands at a pointer, as something that can be mounted once more.
    fn mounted(&self, at: &str) -> Mounted {
        let found = self.find(at);
        let spot: &Spot = found.spot;
        Mounted { file: found.file, base: found.inside(at), spot: spot.clone() }
    }
}
