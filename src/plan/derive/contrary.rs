//! Why no value can be made: two clauses of the contract that exclude each other.

use super::Deriver;
use crate::contract::placed;
use crate::json::pointer;
use crate::schema::contradiction::contradiction;

/// So deep is looked for what a value must hold and cannot.
const DEPTH: usize = 8;

/// A contradiction: where it is, and in words.
pub(super) type Contrary = (String, String);

impl Deriver<'_> {
    /// The contradiction that keeps values from what stands at a place below the schemas at
    /// `places`, or from what holds it.
    pub(super) fn contrary_at(&self, places: &[String], place: &str) -> Option<Contrary> {
        let parent = pointer::parent_and_last(place).map(|(parent, _)| parent);
        [Some(place), parent].into_iter().flatten().find_map(|place| {
            let found = pointer::tokens(place).try_fold(places.to_vec(), |places, token| {
                let flat = self.labeller.flats.at(&places);
                Some(flat.below(&token).to_vec()).filter(|below| !below.is_empty())
            });
            self.contrary(&found?)
        })
    }

    /// The contradiction in schemas, all of which hold for one value, or in what that must hold.
    pub(super) fn contrary(&self, places: &[String]) -> Option<Contrary> {
        self.contrary_within(places, DEPTH)
    }

    /// Why no member of an object has a name that is allowed, given the schemas of it and of its names.
    pub(super) fn contrary_names(&self, parts: &[String]) -> Option<Contrary> {
        let each = parts.iter().find_map(|part| self.contrary(std::slice::from_ref(part)));
        if let Some((at, words)) = each.or_else(|| self.contrary(parts)) {
            return Some((at, format!(": {words}")));
        }
        let (document, root) = (&self.contract.document, self.labeller.flats.root);
        let stated = |keyword: &&str| {
            let holds =
                |part: &&String| pointer::get(root, part).is_some_and(|it| it.get(*keyword).is_some());
            let at = pointer::child(parts.iter().find(holds)?, keyword);
            Some((format!("`{keyword}` ({})", document.locate_key(&at)), at))
        };
        let all: Vec<(String, String)> = ["propertyNames", "patternProperties", "additionalProperties"]
            .iter()
            .filter_map(stated)
            .collect();
        let words: Vec<&str> = all.iter().map(|(words, _)| words.as_str()).collect();
        let (_, at) = all.first()?;
        Some((at.clone(), format!(": none was found that satisfies {}", words.join(" and "))))
    }

    fn contrary_within(&self, places: &[String], depth: usize) -> Option<Contrary> {
        let flat = self.labeller.flats.at(places);
        if let Some([one, other]) = contradiction(self.labeller.flats.root, &flat.parts) {
            let document = &self.contract.document;
            let (first, second) = (placed(document, &one), placed(document, &other));
            let words = format!("{first} and {second} exclude each other");
            return Some((one.at, words));
        }
        let depth = depth.checked_sub(1)?;
        let required = flat.required.iter().filter_map(|name| flat.properties.get(name));
        let items = Some(&flat.items).filter(|_| flat.item_count.0.is_some_and(|least| least > 0));
        required.chain(items).find_map(|places| self.contrary_within(places, depth))
    }
}
