//! The folded schemas of a document: each is read once, whoever asks for it.

use super::folded::{Folded, Type, common};
use super::local::Local;
use crate::json::pointer;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Schemas all of which apply to one place, by JSON Pointer.
#[derive(Clone, Debug, Default)]
pub struct Places {
    at: Vec<String>,
    /// What they are folded to, once somebody has asked.
    kept: Cell<Kept>,
}

/// Where the folded schemas of places are kept, and by whom.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    of: u32,
    at: Option<u32>,
    whole: Option<u32>,
}

impl Deref for Places {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.at
    }
}

impl From<Vec<String>> for Places {
    fn from(at: Vec<String>) -> Places {
        Places { at, kept: Cell::default() }
    }
}

impl Places {
    pub(super) fn push(&mut self, at: String) {
        if !self.at.contains(&at) {
            self.at.push(at);
            self.kept = Cell::default();
        }
    }
}

type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// So many alternatives of one place are looked into, and so deep.
const ALTERNATIVES: usize = 64;
const DEPTH: usize = 8;

/// The folded schemas of one document, each read once.
pub struct Folds<'c> {
    /// The document that places and references point into, as 2020-12.
    pub root: &'c Value,
    /// What tells it from others, so that none is asked for what another one keeps.
    id: u32,
    kept: RefCell<Vec<Rc<Folded>>>,
    known: RefCell<FastMap<Vec<String>, u32>>,
    /// The same with every alternative.
    wholes: RefCell<FastMap<Vec<String>, u32>>,
    /// By places and the first of some alternatives for them, those that can be chosen.
    usable: RefCell<FastMap<Vec<String>, Rc<[String]>>>,
    local: Local<'c>,
}

impl<'c> Folds<'c> {
    /// Those of a document.
    pub fn new(root: &'c Value) -> Folds<'c> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Folds {
            root,
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            kept: RefCell::default(),
            known: RefCell::default(),
            wholes: RefCell::default(),
            usable: RefCell::default(),
            local: Local::new(root),
        }
    }

    /// The schemas at `places`, folded together.
    pub fn at(&self, places: &[String]) -> Rc<Folded> {
        self.kept(self.at_index(places))
    }

    /// The same of places that keep it.
    pub fn of(&self, places: &Places) -> Rc<Folded> {
        let kept = self.kept_by(places);
        let index = kept.at.unwrap_or_else(|| self.at_index(places));
        places.kept.set(Kept { at: Some(index), ..kept });
        self.kept(index)
    }

    /// Everything that any alternative says about a place, and what applies under a condition.
    pub fn whole(&self, places: &[String]) -> Rc<Folded> {
        self.kept(self.whole_index(places))
    }

    /// The same of places that keep it.
    pub fn whole_of(&self, places: &Places) -> Rc<Folded> {
        let kept = self.kept_by(places);
        let index = kept.whole.unwrap_or_else(|| self.whole_index(places));
        places.kept.set(Kept { whole: Some(index), ..kept });
        self.kept(index)
    }

    /// Everything that is said about what stands at a pointer below values of the schemas at
    /// `places`; `*` is every item.
    pub fn below(&self, places: &[String], pointer: &str) -> Rc<Folded> {
        pointer::tokens(pointer)
            .fold(self.whole(places), |flat, token| self.whole_of(&flat.below(token.as_ref())))
    }

    /// Of some alternatives for places, those that a value can be of: rather such as are known and are
    /// not only null.
    pub fn usable(&self, places: &[String], branches: &[String]) -> Rc<[String]> {
        let Some((first, others)) = branches.split_first() else { return Rc::default() };
        let mut together = [places, std::slice::from_ref(first)].concat();
        if let Some(known) = self.usable.borrow().get(&together) {
            return Rc::clone(known);
        }
        let key = together.clone();
        let mut possible: Vec<(&String, bool)> = Vec::new();
        for branch in std::iter::once(first).chain(others) {
            together[places.len()].clone_from(branch);
            let flat = self.at(&together);
            possible.extend((!flat.impossible).then(|| (branch, flat.types == [Type::Null])));
        }
        let mut usable: Vec<&String> =
            possible.iter().filter(|(_, null)| !null).map(|(branch, _)| *branch).collect();
        let unknown = |branch: &&String| self.at(std::slice::from_ref(*branch)).unknown;
        if !usable.iter().all(unknown) {
            usable.retain(|branch| !unknown(branch));
        }
        if usable.is_empty() {
            usable = possible.iter().map(|(branch, _)| *branch).collect();
        }
        let usable: Rc<[String]> = usable.into_iter().cloned().collect();
        self.usable.borrow_mut().insert(key, Rc::clone(&usable));
        usable
    }

    /// Whether a value satisfies all schemas at `places`; none if nothing is known of that.
    pub fn accept(&self, places: &[String], value: &Value) -> Option<bool> {
        self.local.accept(places, value)
    }

    fn kept(&self, index: u32) -> Rc<Folded> {
        self.kept.borrow().get(index as usize).map(Rc::clone).unwrap_or_default()
    }

    fn kept_by(&self, places: &Places) -> Kept {
        Some(places.kept.get())
            .filter(|kept| kept.of == self.id)
            .unwrap_or(Kept { of: self.id, ..Kept::default() })
    }

    fn keep(&self, folded: Rc<Folded>) -> u32 {
        let mut kept = self.kept.borrow_mut();
        kept.push(folded);
        u32::try_from(kept.len() - 1).unwrap_or(u32::MAX)
    }

    fn at_index(&self, places: &[String]) -> u32 {
        if let Some(known) = self.known.borrow().get(places) {
            return *known;
        }
        let index = self.keep(Rc::new(Folded::read(self.root, places)));
        self.known.borrow_mut().insert(places.to_vec(), index);
        index
    }

    fn whole_index(&self, places: &[String]) -> u32 {
        if let Some(known) = self.wholes.borrow().get(places) {
            return *known;
        }
        let index = self.read_whole(places);
        self.wholes.borrow_mut().insert(places.to_vec(), index);
        index
    }

    fn read_whole(&self, places: &[String]) -> u32 {
        let mut all = places.to_vec();
        let index = loop {
            let index = self.at_index(&all);
            let flat = self.kept(index);
            let before = all.len();
            if before <= ALTERNATIVES {
                let more = flat.alternatives.iter().flatten().chain(&flat.conditional);
                let more: Vec<String> = more.filter(|branch| !all.contains(branch)).cloned().collect();
                all.extend(more);
            }
            if all.len() == before {
                break index;
            }
        };
        if all.len() == places.len() {
            return index;
        }
        let mut whole = Folded::clone(&self.kept(index));
        // Of alternatives, each need not hold.
        let types = self.types(places, DEPTH);
        whole.impossible = types.as_ref().is_some_and(Vec::is_empty);
        whole.types = types.filter(|types| !types.is_empty()).unwrap_or_else(|| whole.implied_types());
        whole.listed = self.at(places).listed.clone().or_else(|| {
            let branches = all[places.len()..].iter().map(|branch| self.at(std::slice::from_ref(branch)));
            branches.filter_map(|branch| branch.listed.clone()).reduce(|mut all, more| {
                all.extend(more);
                all
            })
        });
        self.keep(Rc::new(whole))
    }

    /// The types that values may have, where schemas and their alternatives name them.
    fn types(&self, places: &[String], depth: usize) -> Option<Vec<Type>> {
        let flat = self.at(places);
        let depth = depth.checked_sub(1)?;
        let groups = flat.alternatives.iter().filter_map(|branches| {
            let each = branches.iter().map(|branch| self.types(std::slice::from_ref(branch), depth));
            let mut any: Vec<Type> = Vec::new();
            for one in each.collect::<Option<Vec<_>>>()?.into_iter().flatten() {
                if !any.contains(&one) {
                    any.push(one);
                }
            }
            Some(any)
        });
        flat.named_types.iter().cloned().chain(groups).reduce(|before, types| common(before, &types))
    }
}
