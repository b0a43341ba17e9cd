//! What the server keeps.

use super::shape::Body;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant, SystemTime};

pub(super) struct Project {
    pub(super) id: String,
    /// What it says that its id is.
    pub(super) told: String,
    /// The how-manieth that was made.
    pub(super) order: u64,
    pub(super) body: Body,
    pub(super) version: u64,
    pub(super) updated: String,
    pub(super) archived: bool,
    pub(super) deleted: bool,
    pub(super) tasks: Vec<Task>,
    pub(super) listed: Index,
}

#[derive(Clone)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) order: u64,
    pub(super) body: Body,
}

impl Project {
    pub(super) fn new(id: &str, order: u64, body: Body, lag: Duration) -> Project {
        let listed = Index::new(lag);
        let (id, told, tasks) = (id.to_owned(), id.to_owned(), Vec::new());
        let (archived, deleted, version, updated) = (false, false, 1, now());
        Project { id, told, order, body, version, updated, archived, deleted, tasks, listed }
    }

    /// It has become another.
    pub(super) fn moves_on(&mut self) {
        self.version += 1;
        self.updated = now();
    }

    pub(super) fn shown(&self) -> Value {
        self.shown_with(&self.body)
    }

    /// As it would show with this in it.
    pub(super) fn shown_with(&self, body: &Body) -> Value {
        let mut shown = body.clone();
        shown.insert("id".to_owned(), json!(self.told));
        shown.insert("version".to_owned(), json!(self.version));
        shown.insert("updatedAt".to_owned(), json!(self.updated));
        for (name, truth) in [("archived", self.archived), ("deleted", self.deleted)] {
            if truth {
                shown.insert(name.to_owned(), json!(true));
            }
        }
        Value::Object(shown)
    }
}

impl Task {
    pub(super) fn shown(&self) -> Value {
        self.shown_with(&self.body)
    }

    pub(super) fn shown_with(&self, body: &Body) -> Value {
        let mut shown = body.clone();
        shown.insert("id".to_owned(), json!(self.id));
        Value::Object(shown)
    }
}

/// What a list is made of: it learns of everything some time after it was done.
pub(super) struct Index {
    lag: Duration,
    shown: BTreeMap<u64, Value>,
    due: VecDeque<(Instant, u64, Option<Value>)>,
}

impl Index {
    pub(super) fn new(lag: Duration) -> Index {
        Index { lag, shown: BTreeMap::new(), due: VecDeque::new() }
    }

    pub(super) fn lag(&self) -> Duration {
        self.lag
    }

    /// That an item is so now, or is no more.
    pub(super) fn learns(&mut self, order: u64, item: Option<Value>) {
        self.due.push_back((Instant::now() + self.lag, order, item));
    }

    pub(super) fn items(&mut self) -> Vec<Value> {
        let now = Instant::now();
        let known = self.due.iter().take_while(|(when, ..)| *when <= now).count();
        for (_, order, item) in self.due.drain(..known) {
            match item {
                Some(item) => self.shown.insert(order, item),
                None => self.shown.remove(&order),
            };
        }
        self.shown.values().cloned().collect()
    }
}

/// The time, as RFC 3339 writes it.
fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock");
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (mut days, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 0;
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (month, day) = (month + 1, days + 1);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}
