//! What was created, so that it can be listed, read, changed and deleted.

use super::pointer::Pointer;
use super::template::Filled;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MOST_RESOURCES: usize = 100_000;
const MOST_BYTES: usize = 64 << 20;

/// What a resource takes besides its values.
const OVERHEAD: usize = 512;

/// Where a resource is found: the path of its collection, and its id there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) collection: String,
    pub(super) id: String,
}

/// What was created.
#[derive(Clone, Debug, Default)]
pub(super) struct Resource {
    /// What is known of it: an object.
    pub(super) attributes: Filled,
    /// What one operation, by its index, shows of it, where that is settled.
    pub(super) shown: Option<(usize, Filled)>,
}

/// Some resources of a collection.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) resources: Vec<Resource>,
    /// Their ids.
    pub(super) ids: Vec<String>,
    /// How many there are before these.
    pub(super) before: usize,
    /// How many the collection has.
    pub(super) total: usize,
    /// The number of the last of these, if others follow.
    pub(super) last: Option<u64>,
}

/// From where on a collection is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Behind so many.
    Offset(usize),
    /// Behind the one with a number.
    Number(u64),
    /// Behind the one with an id.
    Id(String),
}

/// Every resource.
#[derive(Debug, Default)]
pub(super) struct Resources {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By number, so that what is oldest comes first.
    all: BTreeMap<u64, Kept>,
    collections: BTreeMap<String, Collection>,
    next: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    resource: Resource,
    homes: Vec<Home>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Collection {
    by_id: HashMap<String, u64>,
    in_order: BTreeSet<u64>,
}

/// The text of an id in a path.
pub(super) fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

impl Resource {
    /// One of which an object is known that stands in a body.
    pub(super) fn of(body: &Filled, at: &Pointer) -> Resource {
        let mut attributes = Filled { body: Value::Object(serde_json::Map::new()), exact: Vec::new() };
        if at.get(&body.body).is_some_and(Value::is_object) {
            attributes.show(body, at, &Pointer::new(""), true);
        }
        Resource { attributes, shown: None }
    }

    fn bytes(&self) -> usize {
        let shown = self.shown.as_ref().map_or(0, |(_, shown)| weight(&shown.body));
        OVERHEAD + weight(&self.attributes.body) + shown
    }
}

/// Roughly how many bytes a value takes.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 32 + text.len(),
        Value::Array(items) => 32 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            64 + members.iter().map(|(name, member)| 112 + name.len() + weight(member)).sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
    }
}

impl Resources {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has(&self, home: &Home) -> bool {
        self.known().number(home).is_some()
    }

    pub(super) fn get(&self, home: &Home) -> Option<Resource> {
        let known = self.known();
        let number = known.number(home)?;
        known.all.get(&number).map(|kept| kept.resource.clone())
    }

    /// Keeps what was created, in place of what is there; what is oldest makes room.
    pub(super) fn create(&self, mut homes: Vec<Home>, resource: Resource) {
        homes.dedup();
        let mut known = self.known();
        for home in &homes {
            if let Some(number) = known.number(home) {
                known.forget(number);
            }
        }
        known.next += 1;
        let (number, bytes) = (known.next, resource.bytes());
        for home in &homes {
            let collection = known.collections.entry(home.collection.clone()).or_default();
            collection.by_id.insert(home.id.clone(), number);
            collection.in_order.insert(number);
        }
        known.bytes += bytes;
        known.all.insert(number, Kept { resource, homes, bytes });
        known.make_room();
    }

    /// Keeps what a resource became.
    pub(super) fn change(&self, home: &Home, change: impl FnOnce(&mut Resource)) {
        let mut known = self.known();
        let Some(number) = known.number(home) else { return };
        let Known { all, bytes, .. } = &mut *known;
        let Some(kept) = all.get_mut(&number) else { return };
        change(&mut kept.resource);
        *bytes -= kept.bytes;
        kept.bytes = kept.resource.bytes();
        *bytes += kept.bytes;
        known.make_room();
    }

    /// Forgets a resource and all below it.
    pub(super) fn delete(&self, home: &Home) {
        let mut known = self.known();
        if let Some(number) = known.number(home) {
            known.remove(number);
        }
    }

    /// Another resource of the same collection, if there is one.
    pub(super) fn beside(&self, home: &Home) -> Option<Home> {
        let known = self.known();
        let collection = known.collections.get(&home.collection)?;
        let mut newest = collection.in_order.iter().rev().filter_map(|number| known.all.get(number));
        let other = newest.find(|kept| !kept.homes.contains(home))?;
        other.homes.iter().find(|other| other.collection == home.collection).cloned()
    }

    /// Some resources of a collection, in the order in which they were created.
    pub(super) fn page(&self, collection: &str, from: &From, most: usize) -> Page {
        let known = self.known();
        let Some(collection) = known.collections.get(collection) else { return Page::default() };
        let in_order = &collection.in_order;
        let behind = |number: u64| in_order.range(..=number).count();
        let before = match from {
            From::Offset(count) => *count,
            From::Number(number) => behind(*number),
            From::Id(id) => collection.by_id.get(id).map_or(0, |number| behind(*number)),
        };
        let numbers: Vec<u64> = in_order.iter().skip(before).take(most).copied().collect();
        let total = in_order.len();
        let last = numbers.last().filter(|_| before + numbers.len() < total).copied();
        let kept: Vec<&Kept> = numbers.iter().filter_map(|number| known.all.get(number)).collect();
        let ids = kept.iter().filter_map(|kept| kept.homes.first()).map(|home| home.id.clone()).collect();
        Page { resources: kept.iter().map(|kept| kept.resource.clone()).collect(), ids, before, total, last }
    }
}

impl Known {
    fn number(&self, home: &Home) -> Option<u64> {
        self.collections.get(&home.collection)?.by_id.get(&home.id).copied()
    }

    fn forget(&mut self, number: u64) -> Vec<Home> {
        let Some(kept) = self.all.remove(&number) else { return Vec::new() };
        self.bytes -= kept.bytes;
        for home in &kept.homes {
            let Some(collection) = self.collections.get_mut(&home.collection) else { continue };
            collection.in_order.remove(&number);
            collection.by_id.remove(&home.id);
            if collection.by_id.is_empty() {
                self.collections.remove(&home.collection);
            }
        }
        kept.homes
    }

    /// The same with all that is below it.
    fn remove(&mut self, number: u64) {
        for home in self.forget(number) {
            let above = format!("{}/{}/", home.collection, crate::wire::url::encoded(&home.id));
            let below = self.collections.range(above.clone()..);
            let below = below.take_while(|(path, _)| path.starts_with(&above));
            let numbers: Vec<u64> = below.flat_map(|(_, all)| all.in_order.iter().copied()).collect();
            for number in numbers {
                self.forget(number);
            }
        }
    }

    /// Several at once, so that it is not looked for each time: of the largest collection, if one holds
    /// many, or else of all.
    fn make_room(&mut self) {
        while self.all.len() > MOST_RESOURCES || self.bytes > MOST_BYTES {
            let many = self.all.len().div_ceil(10);
            let largest = self.collections.values().max_by_key(|one| one.in_order.len());
            let numbers: Vec<u64> = match largest.map(|largest| &largest.in_order) {
                Some(in_order) if in_order.len() >= many => {
                    in_order.iter().take(in_order.len().div_ceil(10)).copied().collect()
                }
                _ => self.all.keys().take(many).copied().collect(),
            };
            if numbers.is_empty() {
                return;
            }
            for number in numbers {
                self.remove(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn home(collection: &str, id: &str) -> Home {
        Home { collection: collection.into(), id: id.into() }
    }

    fn one(text: &str) -> Resource {
        let body = Filled { body: json!({"text": text}), exact: Vec::new() };
        Resource { attributes: body, shown: None }
    }

    #[test]
    fn what_is_below_goes_with_what_is_deleted_wherever_it_is_found() {
        let resources = Resources::default();
        resources.create(vec![home("/a", "1"), home("/x/2/a", "1")], one(""));
        resources.create(vec![home("/a", "10")], one(""));
        resources.create(vec![home("/a/1/b", "7")], one(""));
        resources.create(vec![home("/x/2/a/1/b/7/c", "8")], one(""));
        resources.create(vec![home("/a/10/b", "7")], one(""));
        resources.delete(&home("/x/2/a", "1"));
        for (collection, id, there) in [
            ("/a", "1", false),
            ("/x/2/a", "1", false),
            ("/a/1/b", "7", false),
            ("/x/2/a/1/b/7/c", "8", false),
            ("/a", "10", true),
            ("/a/10/b", "7", true),
        ] {
            assert_eq!(resources.has(&home(collection, id)), there, "{collection}/{id}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_makes_room() {
        let resources = Resources::default();
        resources.create(vec![home("/few", "1")], one(""));
        let large = "x".repeat(MOST_BYTES / 20);
        for number in 0..100 {
            resources.create(vec![home("/many", &number.to_string())], one(&large));
        }
        assert!(resources.known().bytes <= MOST_BYTES);
        assert!(resources.has(&home("/many", "99")) && !resources.has(&home("/many", "0")));
        assert!(resources.has(&home("/few", "1")));
        resources.delete(&home("/few", "1"));
        for number in 0..100 {
            resources.delete(&home("/many", &number.to_string()));
        }
        let known = resources.known();
        assert_eq!((known.bytes, known.all.len(), known.collections.len()), (0, 0, 0));
    }

    #[test]
    fn a_page_begins_where_it_is_asked_to() {
        let resources = Resources::default();
        for id in ["a", "b", "c", "d"] {
            resources.create(vec![home("/all", id)], one(id));
        }
        let page = |from: From, most| {
            let page = resources.page("/all", &from, most);
            let texts = page.resources.iter().map(|one| one.attributes.body["text"].clone());
            (texts.map(|text| text.as_str().unwrap().to_owned()).collect::<String>(), page.last)
        };
        assert_eq!(page(From::Offset(1), 2), ("bc".into(), Some(3)));
        assert_eq!(page(From::Number(3), 2), ("d".into(), None));
        assert_eq!(page(From::Id("a".into()), 9), ("bcd".into(), None));
        assert_eq!(page(From::Offset(9), 2), (String::new(), None));
        resources.delete(&home("/all", "c"));
        assert_eq!(page(From::Number(3), 2), ("d".into(), None));
    }
}
