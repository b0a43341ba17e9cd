//! Objects: the members that they have, and the names that these may have.

use super::value::{DEPTH, Fill, Maker, NAME, Unmade};
use super::{mutate, pattern};
use crate::schema::folded::{Folded, Type};
use serde_json::{Map, Value, json};

/// So often a name is looked for.
const NAMES: usize = 20;

impl Maker<'_> {
    /// An object for a folded schema.
    pub(super) fn object(&mut self, flat: &Folded, depth: usize) -> Option<Value> {
        let (mut members, further) = (Map::new(), self.further);
        for (name, places) in &flat.properties {
            let required = flat.required.contains(name);
            let flat = self.flats.of(places);
            let wanted = required
                || (!flat.read_only
                    && !flat.unknown
                    && depth < self.deepest
                    && match self.fill {
                        Fill::Required => false,
                        Fill::All => true,
                        Fill::Random => self.random.once_in(2),
                    });
            if !wanted {
                continue;
            }
            if depth > DEPTH * 3 {
                return None;
            }
            match self.at_depth(places, depth + 1) {
                Some(value) => {
                    members.insert(name.clone(), value);
                }
                None if required => return None,
                None => {}
            }
        }
        for name in &flat.required {
            if !members.contains_key(name) {
                members.insert(name.clone(), self.other(flat, name, depth)?);
            }
        }
        self.together(flat, &mut members, depth);
        self.name(flat, &mut members, further);
        let least = flat.member_count.0.unwrap_or(0).min(100);
        let room = self.fill == Fill::All && depth < self.deepest && flat.member_count.1 != Some(0);
        if room {
            self.patterned(flat, &mut members, depth);
        }
        let wanted = least.max(u64::from(room && self.is_map(flat)));
        for number in 0..wanted {
            if members.len() as u64 >= wanted {
                break;
            }
            let name = self.new_name(flat, number);
            if name.is_none() {
                self.cannot_name(flat);
            }
            let made = name.and_then(|name| Some((self.other(flat, &name, depth)?, name)));
            let Some((value, name)) = made else {
                if least > 0 {
                    return None;
                }
                break;
            };
            members.entry(name).or_insert(value);
        }
        Some(Value::Object(members))
    }

    /// A value for a member that is not declared.
    fn other(&mut self, flat: &Folded, name: &str, depth: usize) -> Option<Value> {
        match &*mutate::member_places(flat, name) {
            [] => Some(json!("any")),
            places => self.at_depth(places, depth + 1),
        }
    }

    /// Adds what other members ask for.
    fn together(&mut self, flat: &Folded, members: &mut Map<String, Value>, depth: usize) {
        for _ in 0..flat.rarer.together.len() {
            for (name, others) in &flat.rarer.together {
                if !members.contains_key(name) {
                    continue;
                }
                for other in others.iter().filter(|other| !members.contains_key(*other)).collect::<Vec<_>>() {
                    if let Some(value) = self.other(flat, other, depth) {
                        members.insert(other.clone(), value);
                    }
                }
            }
        }
    }

    /// Adds a member for each pattern that names may match.
    fn patterned(&mut self, flat: &Folded, members: &mut Map<String, Value>, depth: usize) {
        for pattern in flat.name_patterns() {
            let Some(name) = pattern::matching(&pattern, &mut self.random) else { continue };
            let full = flat.member_count.1.is_some_and(|most| members.len() as u64 >= most);
            if full || members.contains_key(&name) || !self.may_be_named(flat, &name) {
                continue;
            }
            if let Some(value) = self.other(flat, &name, depth) {
                members.insert(name, value);
            }
        }
    }

    /// A name that is not declared.
    pub(super) fn new_name(&mut self, flat: &Folded, number: u64) -> Option<String> {
        let plain = format!("key{number}");
        if self.may_be_named(flat, &plain) && (!flat.closed || flat.declares(&plain)) {
            return Some(plain);
        }
        let fill = std::mem::replace(&mut self.fill, Fill::Random);
        let places = flat.rarer.names.clone();
        let patterns = flat.name_patterns();
        let found = (0..NAMES).find_map(|round| {
            let name = match patterns.get(round % (patterns.len() + 1)) {
                Some(pattern) => pattern::matching(pattern, &mut self.random),
                None if places.is_empty() => None,
                None => self.of_names(&places),
            };
            name.filter(|name| self.may_be_named(flat, name) && (!flat.closed || flat.declares(name)))
        });
        self.fill = fill;
        found
    }

    /// Notes that nothing has a name that is allowed.
    fn cannot_name(&mut self, flat: &Folded) {
        let names = self.flats.at(&flat.rarer.names);
        let parts = names.parts.iter().chain(&flat.parts).cloned().collect();
        self.note(Unmade { at: flat.at.clone(), keyword: NAME, parts });
    }

    /// Text that the schemas of names take.
    fn of_names(&mut self, places: &[String]) -> Option<String> {
        let flat = self.choose(places);
        match &flat.listed {
            Some(listed) => self.random.choose(listed)?.as_str().map(str::to_owned),
            None => self.text(&flat),
        }
    }

    fn may_be_named(&self, flat: &Folded, name: &str) -> bool {
        let places = &flat.rarer.names;
        places.is_empty() || self.flats.accept(places, &json!(name)) != Some(false)
    }

    /// Lets a value say by its discriminators which schema it has.
    fn name(&self, flat: &Folded, members: &mut Map<String, Value>, further: usize) {
        for discriminator in &flat.discriminators {
            let Some(held) = members.get_mut(&discriminator.property) else { continue };
            let name = discriminator.name(&flat.parts, further).map(Value::from);
            let own = self.flats.at(&flat.member(&discriminator.property));
            let takes = |name: &Value| {
                own.listed.as_ref().map_or(own.allows(Type::String), |listed| listed.contains(name))
            };
            if let Some(name) = name.filter(takes) {
                *held = name;
            }
        }
    }

    /// Whether an object holds values of one kind under any names.
    fn is_map(&self, flat: &Folded) -> bool {
        flat.properties.is_empty()
            && flat.name_patterns().is_empty()
            && !flat.additional.is_empty()
            && !self.flats.whole_of(&flat.additional).types.is_empty()
            && !self.flats.of(&flat.additional).unknown
            && flat.member_count.1 != Some(0)
    }
}
