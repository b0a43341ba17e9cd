//! Changes to a valid body, one place and one kind of value at a time.

use super::grid::Grid;
use super::rarely::rarely;
use super::sheet::change;
use super::value::{Fill, Maker};
use super::{odd, pattern};
use crate::json::{self, pointer};
use crate::pattern::Pattern;
use crate::schema::folded::{Folded, Type};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::rc::Rc;

/// A place in a body, with all that its schemas say about it.
#[derive(Clone, Debug)]
pub struct Spot {
    /// JSON Pointer into the body.
    pub at: String,
    /// What the place may hold.
    pub flat: Rc<Folded>,
    /// Whether the object around it asks for it.
    pub required: bool,
    /// What it is of what holds it.
    pub role: Role,
    /// What the valid body holds there.
    pub value: Value,
}

/// What a value is of what holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing holds it: it is the body.
    Whole,
    /// A declared property of an object.
    Property,
    /// A value of a map.
    Entry,
    /// An item of an array.
    Item,
}

impl Role {
    fn is_member(self) -> bool {
        matches!(self, Role::Property | Role::Entry)
    }
}

/// What becomes of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It holds this value.
    Set(Value),
    /// It holds this text; a unique field keeps its own value behind it.
    Text(String),
    /// It holds text of so many characters.
    Length(usize),
    /// It holds this JSON text, letter by letter.
    Raw(String),
    /// It is gone.
    Remove,
    /// The object gets one more member.
    Add(String, Value),
    /// The object gets its first member once more, with this value.
    Twice(Value),
}

/// A change, with its name.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// JSON Pointer to the changed place.
    pub at: String,
    /// The kind of change, which names the case unless it turns out to be a violation.
    pub kind: &'static str,
    /// The one among its kind.
    pub variant: String,
    /// What happens.
    pub change: Change,
    /// How soon it is worth sending: 0 is first.
    pub worth: u8,
}

impl Mutation {
    /// What it is called: its kind, and which of that kind.
    pub fn name(&self) -> String {
        if self.kind == self.variant {
            self.kind.to_owned()
        } else {
            format!("{}: {}", self.kind, self.variant)
        }
    }
}

/// The most places of one body that are looked into.
pub const SPOTS: usize = 120;

/// Every place of a body, the body itself first.
pub fn spots(maker: &mut Maker<'_>, schemas: &[String], body: &Value) -> Vec<Spot> {
    let mut found = Vec::new();
    collect(maker, schemas, body, (String::new(), true, Role::Whole), &mut found);
    found
}

fn collect(
    maker: &mut Maker<'_>,
    schemas: &[String],
    value: &Value,
    (at, required, role): (String, bool, Role),
    found: &mut Vec<Spot>,
) {
    if found.len() >= SPOTS {
        return;
    }
    let flat = maker.choose(schemas);
    found.push(Spot { at: at.clone(), flat: Rc::clone(&flat), required, role, value: value.clone() });
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let schemas = member_places(&flat, name);
                if !schemas.is_empty() {
                    let declared = flat.properties.contains_key(name);
                    let role = if declared { Role::Property } else { Role::Entry };
                    let here = (pointer::child(&at, name), flat.required.contains(name), role);
                    collect(maker, &schemas, value, here, found);
                }
            }
        }
        Value::Array(items) => {
            // Every place of a tuple, and the first of the items that are all alike.
            for (index, item) in items.iter().enumerate().take(flat.first_items.len() + 1) {
                let places = item_places(&flat, index);
                collect(maker, places, item, (format!("{at}/{index}"), true, Role::Item), found);
            }
        }
        _ => {}
    }
}

/// The schemas of a member, or of what no other keyword has a say in.
pub(super) fn member_places<'f>(flat: &'f Folded, name: &str) -> Cow<'f, [String]> {
    match flat.member(name) {
        Cow::Borrowed(own) if !own.is_empty() => Cow::Borrowed(own.as_slice()),
        Cow::Owned(own) if !own.is_empty() => Cow::Owned(own.to_vec()),
        _ if flat.declares(name) => Cow::Borrowed(&[]),
        _ => Cow::Borrowed(&flat.rarer.leftover.0),
    }
}

/// The same of an item.
pub(super) fn item_places(flat: &Folded, index: usize) -> &[String] {
    let own = flat.item(index);
    if own.is_empty() && index >= flat.first_items.len() { &flat.rarer.leftover.1 } else { own }
}

/// Every change that is worth trying at a place.
pub fn mutations(maker: &mut Maker<'_>, spot: &Spot) -> Vec<Mutation> {
    let mut list = List { at: spot.at.clone(), found: Vec::new() };
    if spot.role.is_member() {
        list.add(2, "absent", "absent", Change::Remove);
        list.add(3, "null", "null", Change::Set(Value::Null));
    }
    wrong_types(spot, &mut list);
    rarely(maker, spot, &mut list);
    if let Some(listed) = &spot.flat.listed {
        enumerated(listed, &mut list);
        return list.found;
    }
    if spot.flat.allows(Type::String) && !spot.flat.types.is_empty() {
        text(maker, &spot.flat, &mut list);
    }
    if spot.flat.allows(Type::Integer) && !spot.flat.types.is_empty() {
        numbers(&spot.flat, &mut list);
    }
    if let Value::Bool(held) = spot.value {
        list.add(8, "boolean", (!held).to_string(), Change::Set(json!(!held)));
    }
    if let Value::Array(items) = &spot.value {
        array(maker, &spot.flat, items, &mut list);
    }
    if let Value::Object(members) = &spot.value {
        // Where they are forbidden, an undeclared property is a violation and not just odd.
        list.add(
            if spot.flat.closed { 6 } else { 7 },
            "extra",
            "text",
            Change::Add("probityExtra".into(), json!("extra")),
        );
        list.add(11, "extra", "nested", Change::Add("probityNested".into(), json!({"a": [1, {"b": null}]})));
        list.add(11, "extra", "prototype", Change::Add("__proto__".into(), json!({"admin": true})));
        let key = members.keys().next().map(|key| members[key].clone());
        list.found.extend(key.map(|value| Mutation {
            at: spot.at.clone(),
            kind: "duplicate-key",
            variant: "same-value".into(),
            change: Change::Twice(value),
            worth: 9,
        }));
        list.add(10, "duplicate-key", "other-type", Change::Twice(json!(false)));
        object(maker, &spot.flat, members, &mut list);
    }
    list.found
}

/// The changes to a place.
#[derive(Default)]
pub(super) struct List {
    at: String,
    pub(super) found: Vec<Mutation>,
}

impl List {
    pub(super) fn add(&mut self, worth: u8, kind: &'static str, variant: impl Into<String>, change: Change) {
        self.found.push(Mutation { at: self.at.clone(), kind, variant: variant.into(), change, worth });
    }

    /// The same of a place below.
    pub(super) fn add_at(&mut self, at: String, worth: u8, name: (&'static str, &str), change: Change) {
        let (kind, variant) = (name.0, name.1.to_owned());
        self.found.push(Mutation { at, kind, variant, change, worth });
    }
}

impl Spot {
    /// A value that stands nowhere.
    pub(super) fn alone(flat: Rc<Folded>, value: Value) -> Spot {
        Spot { at: String::new(), flat, required: true, role: Role::Whole, value }
    }
}

/// Other values of a place, by its type and what is listed.
pub(super) fn values(spot: &Spot, list: &mut List) {
    wrong_types(spot, list);
    match &spot.flat.listed {
        Some(listed) => enumerated(listed, list),
        None if spot.flat.allows(Type::Integer) && !spot.flat.types.is_empty() => numbers(&spot.flat, list),
        None => {}
    }
}

fn wrong_types(spot: &Spot, list: &mut List) {
    let wrong: [(&str, Type, Value); 7] = [
        ("string", Type::String, json!("text")),
        ("number-in-text", Type::String, json!("5")),
        ("integer", Type::Integer, json!(7)),
        ("boolean", Type::Boolean, json!(true)),
        ("array", Type::Array, json!([])),
        ("object", Type::Object, json!({})),
        ("fraction", Type::Number, json!(1.5)),
    ];
    let mut first = true;
    for (name, kind, value) in wrong {
        if spot.flat.allows(kind) {
            continue;
        }
        list.add(if first { 4 } else { 8 }, "type", name, Change::Set(value));
        first = false;
    }
    if !spot.flat.allows(Type::Array) {
        list.add(9, "type", "in-array", Change::Set(json!([spot.value])));
    }
    if let (Value::Object(members), false) = (&spot.value, spot.flat.allows(Type::Array))
        && !members.is_empty()
    {
        list.add(8, "type", "values-in-array", Change::Set(members.values().cloned().collect()));
    }
    if !spot.flat.allows(Type::Object) {
        list.add(9, "type", "in-object", Change::Set(json!({"value": spot.value})));
    }
    if !spot.role.is_member() {
        list.add(8, "type", "null", Change::Set(Value::Null));
    }
    if spot.at.is_empty() {
        list.add(12, "nesting", "deep", Change::Raw(format!("{}{}", "[".repeat(900), "]".repeat(900))));
    }
}

fn enumerated(listed: &[Value], list: &mut List) {
    for (index, value) in listed.iter().enumerate().take(60) {
        let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        list.add(if index < 3 { 6 } else { 9 }, "enum", name, Change::Set(value.clone()));
    }
    if listed.iter().any(Value::is_string) {
        list.add(5, "enum", "unlisted", Change::Set(json!("probity-unlisted")));
        if let Some(text) = listed.iter().find_map(Value::as_str) {
            let other: String = text
                .chars()
                .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                .collect();
            list.add(9, "enum", "other-case", Change::Set(json!(other)));
            list.add(9, "enum", "spaces-around", Change::Set(json!(format!(" {text} "))));
        }
    } else if listed.iter().any(Value::is_number) {
        list.add(5, "enum", "unlisted", Change::Set(json!(987_654_321)));
    }
}

fn text(maker: &mut Maker<'_>, flat: &Folded, list: &mut List) {
    let size = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
    if let Some(least) = flat.length.0.filter(|least| *least < 1_000_000) {
        list.add(6, "length", "least", Change::Length(size(least)));
        if least > 0 {
            list.add(5, "length", "below-least", Change::Length(size(least - 1)));
        }
        // Whoever counts bytes or UTF-16 units takes fewer characters for enough.
        if (2..1000).contains(&least) && flat.patterns.is_empty() {
            let few = odd::ASTRAL.repeat(size(least - 1));
            list.add(6, "length", "below-least-beyond-bmp", Change::Set(json!(few)));
        }
    }
    if let Some(most) = flat.length.1.filter(|most| *most < 1_000_000) {
        list.add(6, "length", "most", Change::Length(size(most)));
        list.add(5, "length", "beyond-most", Change::Length(size(most + 1)));
        if (1..255).contains(&most) && flat.is_free_text() {
            list.add(8, "length", "most-beyond-bmp", Change::Set(json!(odd::ASTRAL.repeat(size(most)))));
        }
    }
    if !flat.patterns.is_empty() {
        list.add(5, "pattern", "unmatched", Change::Set(json!("\u{2603} probity \u{2603}")));
        if let Some(text) = maker.text(flat) {
            list.add(9, "pattern", "newline-behind", Change::Set(json!(format!("{text}\n"))));
            unanchored(flat, &text, list);
        }
        for pattern in &flat.patterns {
            for (index, text) in pattern::breaking_looks(pattern, &mut maker.random) {
                let name = format!("look-{}-broken", index + 1);
                list.add(5, "pattern", name, Change::Set(json!(text)));
            }
        }
    }
    if let Some(
        "date-time" | "date" | "time" | "duration" | "email" | "ipv4" | "ipv6" | "uri" | "uuid" | "hostname",
    ) = flat.format.as_deref()
    {
        list.add(5, "format", "unformatted", Change::Set(json!(odd::UNFORMATTED)));
    }
    if !flat.is_free_text() {
        list.add(8, "text", "empty", Change::Text(String::new()));
        return;
    }
    for (index, (name, text)) in odd::TEXTS.iter().enumerate() {
        let worth = match index {
            0 => 2,
            _ if index % 3 == 0 => 8,
            _ => 10,
        };
        if index > 0 || flat.length.1.is_none_or(|most| text.chars().count() as u64 + ROOM <= most) {
            list.add(worth, "text", *name, Change::Text((*text).to_owned()));
        }
    }
    for (name, text) in odd::SILENT_TEXTS {
        let worth = if ["empty", "spaces-around"].contains(name) { 7 } else { 9 };
        list.add(worth, "text", *name, Change::Text((*text).to_owned()));
    }
    let (name, escaped) = odd::LONE_SURROGATE;
    list.add(10, "text", name, Change::Raw(format!("\"{escaped}\"")));
    for (name, length) in odd::LENGTHS {
        if flat.length.1.is_none_or(|most| *length as u64 <= most) {
            let worth = if *length == 256 { 6 } else { 8 };
            list.add(worth, "length", *name, Change::Length(*length));
        }
    }
}

/// Text around what matches, where a pattern lets any stand there.
fn unanchored(flat: &Folded, text: &str, list: &mut List) {
    let fits = |text: &String| {
        let matches = |pattern: &String| {
            Pattern::of(pattern).as_ref().as_ref().is_ok_and(|one| one.matches(text) == Some(true))
        };
        let length = text.chars().count() as u64;
        flat.patterns.iter().all(matches) && flat.length.1.is_none_or(|most| length <= most)
    };
    let around = [("inside", "x", "x"), ("in-front", "", "x"), ("behind", "x", "")];
    let found = around.into_iter().find_map(|(name, before, behind)| {
        let text = format!("{before}{text}{behind}");
        fits(&text).then_some((name, text))
    });
    if let Some((name, text)) = found.filter(|_| flat.format.is_none()) {
        list.add(5, "pattern", name, Change::Set(json!(text)));
    }
}

/// What a unique value needs beside the text: the identity of the run, and what sets cases apart.
const ROOM: u64 = 30;

fn numbers(flat: &Folded, list: &mut List) {
    let whole = !flat.types.contains(&Type::Number);
    if let Some(grid) = Grid::of(flat, whole) {
        for (end, outwards, name) in [(grid.least, -grid.step, "least"), (grid.most, grid.step, "most")] {
            let Some(end) = end else { continue };
            // The last value inside and the first outside that break nothing else.
            list.add(6, "bound", name, Change::Set(grid.value(end)));
            list.add(5, "bound", format!("beyond-{name}"), Change::Set(grid.value(end + outwards)));
        }
        if flat.multiple_of.is_some() {
            list.add(5, "bound", "between-multiples", Change::Set(grid.value(grid.between(whole))));
        }
    }
    let odd = if whole { odd::INTEGERS } else { odd::NUMBERS };
    for (name, text) in odd {
        let worth = match *name {
            "negative" | "beyond-int32" => 6,
            "zero" | "beyond-int64" | "exponent" => 7,
            _ => 10,
        };
        list.add(worth, "number", *name, Change::Raw((*text).to_owned()));
    }
}

fn array(maker: &mut Maker<'_>, flat: &Folded, items: &[Value], list: &mut List) {
    let mut of = |count: u64| -> Option<Value> {
        let fill = std::mem::replace(&mut maker.fill, Fill::Random);
        let own = flat.first_items.len();
        let made: Option<Vec<Value>> = (0..usize::try_from(count.min(1001)).unwrap_or(0))
            .map(|index| match items.first() {
                _ if index < own.min(items.len()) => items.get(index).cloned(),
                Some(item) if !flat.unique_items && own == 0 => Some(item.clone()),
                _ => match item_places(flat, index) {
                    [] => Some(json!(index)),
                    places => maker.make(places),
                },
            })
            .collect();
        maker.fill = fill;
        made.map(Value::Array)
    };
    let mut sized = |worth, name: &str, count: u64| {
        if let Some(value) = of(count) {
            list.add(worth, "items", name, Change::Set(value));
        }
    };
    if let Some(least) = flat.item_count.0 {
        sized(6, "least", least);
        if least > 0 {
            sized(5, "below-least", least - 1);
        }
    }
    if let Some(most) = flat.item_count.1.filter(|most| *most <= 1000) {
        sized(6, "most", most);
        sized(5, "beyond-most", most + 1);
    }
    if flat.rarer.no_more_items {
        sized(5, "beyond-most", flat.first_items.len() as u64 + 1);
    }
    sized(7, "none", 0);
    sized(9, "two", 2);
    if let Some(item) = items.first().filter(|_| flat.first_items.is_empty()) {
        list.add(
            if flat.unique_items { 5 } else { 9 },
            "items",
            "repeated",
            Change::Set(json!([item, item])),
        );
    }
}

/// Objects with too few members, with too many, and without any of those that alternatives ask for.
fn object(maker: &mut Maker<'_>, flat: &Folded, members: &Map<String, Value>, list: &mut List) {
    const MOST: u64 = 100;
    let (least, most) = flat.member_count;
    if let Some(fewer) = least.and_then(|least| usize::try_from(least.checked_sub(1)?).ok()) {
        // Those that must be there stay the longest.
        let (needed, free): (Vec<_>, Vec<_>) =
            members.iter().partition(|(name, _)| flat.required.contains(name));
        let kept = needed.into_iter().chain(free).take(fewer);
        let kept = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
        list.add(5, "members", "below-least", Change::Set(Value::Object(kept)));
    }
    if let Some(most) = most.filter(|most| *most <= MOST) {
        let mut more = members.clone();
        for number in 0..=most {
            if more.len() as u64 > most {
                break;
            }
            let value = match flat.additional.as_slice() {
                [] => Some(json!("any")),
                places => maker.make(places),
            };
            let Some(value) = value else { break };
            more.entry(format!("more{number}")).or_insert(value);
        }
        list.add(5, "members", "beyond-most", Change::Set(Value::Object(more)));
    }
    for branches in &flat.alternatives {
        let asked: Vec<Vec<String>> = branches
            .iter()
            .map(|branch| maker.choose(std::slice::from_ref(branch)).required.clone())
            .collect();
        if asked.iter().any(Vec::is_empty) {
            continue;
        }
        let mut fewer = members.clone();
        fewer.retain(|name, _| !asked.iter().flatten().any(|asked| asked == name));
        if fewer.len() < members.len() {
            list.add(3, "absent", "every-alternative", Change::Set(Value::Object(fewer)));
        }
    }
}

/// The JSON text of a body with a change. `fresh` is the value that a unique place keeps.
pub fn apply(body: &Value, at: &str, change: &Change, fresh: Option<&Value>) -> String {
    const MARK: &str = "\u{1}raw\u{1}";
    let mut body = body.clone();
    let mut raw = None;
    let own = fresh.and_then(Value::as_str);
    match change {
        Change::Set(value) => put(&mut body, at, value.clone()),
        Change::Text(text) => put(&mut body, at, Value::String(change::text(text, own))),
        Change::Length(length) => put(&mut body, at, Value::String(change::of_length(*length, own))),
        Change::Raw(text) => {
            put(&mut body, at, json!(MARK));
            raw = Some(change::raw(text, own));
        }
        Change::Remove => remove(&mut body, at),
        Change::Add(name, value) => {
            if let Some(object) = pointer::get_mut(&mut body, at).and_then(Value::as_object_mut) {
                object.insert(name.clone(), value.clone());
            }
        }
        Change::Twice(value) => {
            let members = pointer::get(&body, at).and_then(Value::as_object).cloned().unwrap_or_default();
            let key = members.keys().next().cloned().unwrap_or_default();
            let own = json::compact(&Value::Object(members));
            put(&mut body, at, json!(MARK));
            // The odd one comes first: where the last counts, the request is the valid one.
            raw = Some(format!("{{{}:{value},{}", json!(key), own.trim_start_matches('{')));
        }
    }
    let text = json::compact(&body);
    match raw {
        Some(raw) => text.replacen(&json!(MARK).to_string(), &raw, 1),
        None => text,
    }
}

/// Takes the member at a pointer away, if there is one.
pub fn remove(body: &mut Value, at: &str) {
    if let Some((parent, last)) = pointer::parent_and_last(at)
        && let Some(object) = pointer::get_mut(body, parent).and_then(Value::as_object_mut)
    {
        object.shift_remove(last.as_ref());
    }
}

/// Puts a value at a pointer, if what is around it exists.
pub fn put(body: &mut Value, at: &str, value: Value) {
    if let Some(place) = pointer::get_mut(body, at) {
        *place = value;
    } else if let Some((parent, last)) = pointer::parent_and_last(at)
        && let Some(object) = pointer::get_mut(body, parent).and_then(Value::as_object_mut)
    {
        object.insert(last.into_owned(), value);
    }
}
