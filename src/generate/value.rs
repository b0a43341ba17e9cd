//! Valid values for a schema.

use super::grid::Grid;
use super::random::Random;
use super::shaped::shaped;
use super::{mutate, pattern, search};
use crate::json::pointer;
use crate::schema::Discriminator;
use crate::schema::folded::{Condition, Contains, Folded, Folds, Places, Type};
use serde_json::{Number, Value, json};
use std::rc::Rc;

/// How much of a schema a value fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Only what must be there.
    Required,
    /// Everything that is declared.
    All,
    /// Each optional part at random, with random values.
    Random,
}

pub(super) const DEPTH: usize = 6;

/// How many values may stand in one that is filled in, and in one that is as small as can be.
const ROOM: usize = 1_000;
const LEAST_ROOM: usize = 100_000;

/// What is told of where no name is allowed.
pub(crate) const NAME: &str = "propertyNames";

/// No text longer than this is made.
const LONGEST: usize = 1_000_000;

/// Makes values for the schemas of one document.
pub struct Maker<'c> {
    pub(super) flats: Rc<Folds<'c>>,
    /// Where choices come from.
    pub random: Random,
    /// How much is filled in.
    pub fill: Fill,
    /// Whether documented values are preferred.
    pub examples: bool,
    /// Which alternative is taken wherever there are several and it is not left to chance, counted
    /// round.
    pub branch: usize,
    /// Whether what is made is held against what no fold can tell, and another value looked for where
    /// it does not satisfy that.
    pub strict: bool,
    /// Whether such a value may have members that the chosen alternative does not speak of.
    pub outside: bool,
    /// How often that is still done.
    pub(super) tries: usize,
    /// Which of several names the alternative has that was chosen last.
    pub(super) further: usize,
    /// The keywords that nothing could be made for, since the last value was begun.
    pub unmade: Vec<Unmade>,
    /// The keywords that nothing was found to break.
    pub unbroken: Vec<Unmade>,
    pub(super) deepest: usize,
    room: usize,
}

/// A keyword for which no value can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmade {
    /// JSON Pointer to the schema.
    pub at: String,
    /// The keyword.
    pub keyword: &'static str,
    /// JSON Pointers to all the schemas of the value.
    pub parts: Vec<String>,
}

impl<'c> Maker<'c> {
    /// A maker for the schemas of `root`.
    pub fn new(root: &'c Value, random: Random, fill: Fill, examples: bool) -> Maker<'c> {
        Maker::of(Rc::new(Folds::new(root)), random, fill, examples)
    }

    /// A maker that shares what others have read.
    pub fn of(flats: Rc<Folds<'c>>, random: Random, fill: Fill, examples: bool) -> Maker<'c> {
        Maker {
            flats,
            random,
            fill,
            examples,
            branch: 0,
            strict: false,
            outside: false,
            tries: 0,
            further: 0,
            unmade: Vec::new(),
            unbroken: Vec::new(),
            deepest: DEPTH,
            room: LEAST_ROOM,
        }
    }

    /// A value for the schemas at `places`, all of which it must satisfy. It is up to the
    /// caller to validate it: what is not made strictly may break `not`, `oneOf` and the like.
    pub fn make(&mut self, places: &[String]) -> Option<Value> {
        // Schemas that refer to each other would fill the world: less deep is then enough.
        let made = (0..=DEPTH).rev().find_map(|deepest| {
            (self.deepest, self.room) = (deepest, if deepest == 0 { LEAST_ROOM } else { ROOM });
            self.unmade.clear();
            self.tries = search::TRIES;
            let made = self.at_depth(places, 0);
            (self.room > 0 || deepest == 0).then_some(made)
        });
        made.flatten()
    }

    pub(super) fn at_depth(&mut self, places: &[String], depth: usize) -> Option<Value> {
        let made = self.plain(places, depth);
        if self.strict { self.held(places, depth, made) } else { made }
    }

    /// A value that satisfies what a fold knows.
    pub(super) fn plain(&mut self, places: &[String], depth: usize) -> Option<Value> {
        if self.room == 0 {
            return None;
        }
        self.room -= 1;
        let flat = self.choose(places);
        if self.examples
            && self.fill != Fill::Random
            && let Some(example) = flat.examples.iter().find(|example| !example.is_null())
            && (!example.is_object() || flat.properties.is_empty())
        {
            return Some(example.clone());
        }
        if let Some(listed) = flat.listed.as_ref().filter(|listed| !listed.is_empty()) {
            let of_type: Vec<&Value> = listed.iter().filter(|value| flat.allows(Type::of(value))).collect();
            let real: Vec<&Value> = of_type.iter().copied().filter(|value| !value.is_null()).collect();
            let index = if self.fill == Fill::Random { self.random.below(real.len()) } else { 0 };
            let found = real.get(index).or(of_type.first()).map(|value| (*value).clone());
            if found.is_none() {
                self.cannot(&flat, "enum");
            }
            return found;
        }
        if flat.impossible {
            self.cannot(&flat, flat.obstacle());
            return None;
        }
        let made = self.typed(&flat, depth);
        if made.is_none() {
            match flat.main_type() {
                Some(Type::Integer | Type::Number) if flat.maximum.is_some() => self.cannot(&flat, "maximum"),
                Some(Type::Integer | Type::Number) => self.cannot(&flat, "minimum"),
                Some(Type::String) if !flat.patterns.is_empty() => self.cannot(&flat, "pattern"),
                Some(Type::String) => self.cannot(&flat, "minLength"),
                _ => {}
            }
        }
        made
    }

    pub(super) fn cannot(&mut self, flat: &Folded, keyword: &'static str) {
        self.note(Unmade { at: flat.at.clone(), keyword, parts: flat.parts.clone() });
    }

    pub(super) fn note(&mut self, unmade: Unmade) {
        let same = |known: &Unmade| known.at == unmade.at && known.keyword == unmade.keyword;
        if !self.unmade.iter().any(same) {
            self.unmade.push(unmade);
        }
    }

    /// Notes that nothing was found that breaks a keyword, whose schema stands at a place.
    pub(super) fn cannot_break(&mut self, at: &str, keyword: &'static str) {
        let unbroken = Unmade { at: at.to_owned(), keyword, parts: Vec::new() };
        if !self.unbroken.contains(&unbroken) {
            self.unbroken.push(unbroken);
        }
    }

    /// Whether a value satisfies some schemas; none if nothing is known of that.
    pub(super) fn takes(&self, places: &[String], value: &Value) -> Option<bool> {
        self.flats.accept(places, value)
    }

    /// Whether no value satisfies some schemas.
    pub(super) fn allows_nothing(&self, places: &Places) -> bool {
        self.flats.of(places).impossible
    }

    /// A value for a member, whether or not it is declared.
    pub(super) fn member(&mut self, flat: &Folded, name: &str) -> Option<Value> {
        match &*mutate::member_places(flat, name) {
            [] => Some(json!("any")),
            places => self.make(places),
        }
    }

    fn typed(&mut self, flat: &Folded, depth: usize) -> Option<Value> {
        match flat.main_type() {
            Some(Type::Null) => Some(Value::Null),
            Some(Type::Boolean) => Some(json!(self.fill != Fill::Random || self.random.once_in(2))),
            Some(Type::Integer) => self.integer(flat),
            Some(Type::Number) => self.number(flat),
            Some(Type::String) => self.text(flat).map(Value::String),
            Some(Type::Array) => self.array(flat, depth),
            Some(Type::Object) => self.object(flat, depth),
            None => Some(json!("any")),
        }
    }

    /// The folded schema with an alternative chosen wherever there are several.
    pub fn choose(&mut self, places: &[String]) -> Rc<Folded> {
        let mut places = places.to_vec();
        let mut flat = self.flats.at(&places);
        self.further = 0;
        for round in 0..DEPTH {
            let named = || self.named(&flat);
            let Some(branches) = flat.alternatives.get(round).cloned().or_else(named) else { break };
            let usable = self.flats.usable(&places, &branches);
            let index = match self.fill {
                Fill::Random => self.random.below(usable.len()),
                Fill::All | Fill::Required => self.branch % usable.len().max(1),
            };
            let Some(branch) = usable.get(index) else { break };
            self.further = self.branch / usable.len();
            places.push(branch.clone());
            flat = self.flats.at(&places);
        }
        if flat.rarer.conditions.is_empty() && flat.rarer.dependent.is_empty() {
            return flat;
        }
        self.conditioned(places, flat)
    }

    /// The same with what follows from conditions.
    fn conditioned(&mut self, mut places: Vec<String>, mut flat: Rc<Folded>) -> Rc<Folded> {
        let mut add = |more: Vec<String>, flat: &mut Rc<Folded>| {
            let count = places.len();
            places.extend(more);
            let with = self.flats.at(&places);
            if with.impossible {
                places.truncate(count);
            } else {
                *flat = with;
            }
        };
        let conditions = flat.rarer.conditions.clone();
        for (index, Condition { when, then, otherwise }) in conditions.into_iter().enumerate() {
            let odd = match self.fill {
                Fill::Random => self.random.once_in(2),
                Fill::All | Fill::Required => (self.branch >> index.min(8)) & 1 == 1,
            };
            let more = if odd {
                otherwise.into_iter().collect()
            } else {
                [Some(when), then].into_iter().flatten().collect()
            };
            add(more, &mut flat);
        }
        for (name, place) in flat.rarer.dependent.clone() {
            let wanted = flat.required.contains(&name)
                || (self.fill == Fill::All && flat.properties.contains_key(&name));
            if wanted {
                add(vec![place], &mut flat);
            }
        }
        flat
    }

    /// The schemas that a discriminator without alternatives names, as long as none is chosen.
    fn named(&self, flat: &Folded) -> Option<Vec<String>> {
        let of = |discriminator: &Discriminator| {
            let schema = pointer::get(self.flats.root, &discriminator.at)?;
            let alone = ["oneOf", "anyOf"].iter().all(|key| schema.get(key).is_none());
            let targets = &discriminator.targets;
            let chosen = targets.iter().any(|target| flat.parts.contains(target));
            (alone && !chosen && !targets.is_empty()).then(|| targets.clone())
        };
        flat.discriminators.iter().find_map(of)
    }

    fn integer(&mut self, flat: &Folded) -> Option<Value> {
        self.of_grid(&Grid::of(flat, true)?)
    }

    fn number(&mut self, flat: &Folded) -> Option<Value> {
        if let Some(whole) = self.integer(flat) {
            return Some(whole);
        }
        if flat.multiple_of.is_some() {
            return self.of_grid(&Grid::of(flat, false)?);
        }
        if let Some(grid) = Grid::of(flat, false) {
            return grid.middle().map(|middle| grid.value(middle));
        }
        // Numbers too great or too small for digits.
        let (low, high) =
            (flat.minimum.as_ref().map(|one| one.limit), flat.maximum.as_ref().map(|one| one.limit));
        let middle = low.zip(high).map(|(low, high)| f64::midpoint(low, high)).or(low).or(high)?;
        Number::from_f64(middle).map(Value::Number)
    }

    fn of_grid(&mut self, grid: &Grid) -> Option<Value> {
        let (first, room) = grid.ordinary()?;
        let steps = if self.fill == Fill::Random { self.random.below(room + 1) } else { room.min(2) };
        Some(grid.value(grid.after(first, steps)))
    }

    /// Text for a folded schema.
    pub fn text(&mut self, flat: &Folded) -> Option<String> {
        let fits = |text: &String| {
            let length = text.chars().count() as u64;
            flat.length.0.is_none_or(|least| length >= least)
                && flat.length.1.is_none_or(|most| length <= most)
        };
        if let Some(pattern) = flat.patterns.first() {
            let alone = flat.patterns.len() == 1 && flat.format.is_none();
            let mut tries =
                (0..if alone { 200 } else { 0 }).map_while(|_| pattern::matching(pattern, &mut self.random));
            if let Some(text) = tries.find(fits) {
                return Some(text);
            }
            let sample = flat.format.as_deref().and_then(|format| formatted(format, &mut self.random));
            return shaped(flat, sample, &mut self.random);
        }
        if let Some(text) = flat.format.as_deref().and_then(|format| formatted(format, &mut self.random)) {
            return Some(text);
        }
        let least = usize::try_from(flat.length.0.unwrap_or(0)).ok()?;
        let most = usize::try_from(flat.length.1.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let word: String = if self.fill == Fill::Random {
            (0..=self.random.below(12))
                .filter_map(|_| self.random.choose(b"abcdefghijklmnopqrstuvwxyz").copied().map(char::from))
                .collect()
        } else {
            "probity".into()
        };
        let length = least.max(word.len()).min(most);
        (length <= LONGEST).then(|| word.chars().cycle().take(length).collect())
    }

    fn array(&mut self, flat: &Folded, depth: usize) -> Option<Value> {
        let least = flat.item_count.0.unwrap_or(0);
        let most = flat.item_count.1.unwrap_or(u64::MAX);
        let few = self.fill == Fill::Required || depth >= self.deepest || self.flats.of(flat.item(0)).unknown;
        let own = flat.first_items.len() as u64;
        let more = own == 0 || !(flat.items.is_empty() && flat.rarer.leftover.1.is_empty());
        let wanted = if few { least } else { least.max(own + u64::from(more)) };

        let most = if flat.rarer.no_more_items { most.min(own.max(least)) } else { most };
        let (mut items, mut held): (Vec<Value>, Vec<Vec<String>>) = (Vec::new(), wanted_items(flat));
        let wanted = if held.is_empty() { wanted } else { wanted.max(own + held.len() as u64) };
        for attempt in 0..wanted.min(most).min(1000) * 4 {
            if items.len() as u64 >= wanted.min(most) {
                break;
            }
            let mut places = mutate::item_places(flat, items.len()).to_vec();
            if (items.len() + held.len()) as u64 >= wanted.min(most)
                && let Some(more) = held.pop()
            {
                places.extend(more);
            }
            let mut item =
                if places.is_empty() { json!(attempt) } else { self.at_depth(&places, depth + 1)? };
            if flat.unique_items && items.contains(&item) {
                let fill = std::mem::replace(&mut self.fill, Fill::Random);
                let other = self.at_depth(&places, depth + 1);
                self.fill = fill;
                item = other?;
                if items.contains(&item) {
                    continue;
                }
            }
            items.push(item);
        }
        Some(Value::Array(items))
    }
}

/// The schemas of the items that a list must hold.
fn wanted_items(flat: &Folded) -> Vec<Vec<String>> {
    const MOST: u64 = 100;
    let each = |one: &Contains| (0..one.least.min(MOST)).map(|_| vec![one.at.clone()]).collect::<Vec<_>>();
    flat.rarer.contains.iter().flat_map(each).collect()
}

/// Text of a known format.
fn formatted(format: &str, random: &mut Random) -> Option<String> {
    let hex = |random: &mut Random, digits: usize| -> String {
        (0..digits).filter_map(|_| random.choose(b"0123456789abcdef").copied().map(char::from)).collect()
    };
    Some(match format {
        "date-time" => "2025-11-20T13:17:30Z".into(),
        "date" => "2025-11-20".into(),
        "time" => "13:17:30Z".into(),
        "duration" => "P1DT2H".into(),
        "email" | "idn-email" => "probity@example.com".into(),
        "hostname" | "idn-hostname" => "host.example.com".into(),
        "ipv4" => "192.0.2.7".into(),
        "ipv6" => "2001:db8::7".into(),
        "uri" | "iri" | "url" => "https://example.com/a?b=c".into(),
        "uri-reference" | "iri-reference" => "/a?b=c".into(),
        "uri-template" => "/a/{b}".into(),
        "uuid" => {
            let (a, b, c, d) = (hex(random, 8), hex(random, 4), hex(random, 3), hex(random, 3));
            format!("{a}-{b}-4{c}-8{d}-{}", hex(random, 12))
        }
        "byte" => "cHJvYml0eQ==".into(),
        "json-pointer" => "/a/b".into(),
        "relative-json-pointer" => "1/a".into(),
        "regex" => "^a+$".into(),
        _ => return None,
    })
}
