//! Values that look alike: whether they are the same is for the contract to say.

use super::{Distinction, Scene};
use crate::generate::mutate;
use crate::plan::Verdict;
use serde_json::Value;

impl Scene<'_, '_> {
    pub(super) fn alike(&mut self) {
        self.letters();
        self.spaces();
        self.beginnings();
    }

    fn letters(&mut self) {
        let by_case = self.unique.case;
        if let Some(text) = self.text("case") {
            let upper = text.to_uppercase();
            self.pairs(6, "other-case", &text, &[("other-case", upper)], "case", by_case);
        }
        if let Some(text) = self.free_text("accented-case").map(|text| format!("{text} \u{e9}\u{434}")) {
            let upper = text.replace('\u{e9}', "\u{c9}").replace('\u{434}', "\u{414}");
            self.pairs(9, "other-accented-case", &text, &[("other-case", upper)], "case", by_case);
        }
        // Whether more than case makes a difference is told only where case does.
        let beyond_case = match by_case {
            Distinction::Sensitive => Distinction::Sensitive,
            Distinction::Insensitive | Distinction::Unknown => Distinction::Unknown,
        };
        if let Some(text) = self.free_text("accents").filter(|text| text.contains('o')) {
            let accented = ["\u{f6}", "\u{f8}"].map(|other| ("other-accents", text.replacen('o', other, 1)));
            self.pairs(8, "other-accents", &text, &accented, "accents", beyond_case);
        }
        if let Some(text) = self.free_text("punctuation") {
            let others = [format!("{text}."), text.replace('-', "_")].map(|text| ("other-punctuation", text));
            self.pairs(9, "other-punctuation", &text, &others, "punctuation", beyond_case);
        }
        if let Some(text) = self.free_text("unicode").map(|text| format!("{text} caf\u{e9}")) {
            let forms = [
                ("decomposed", text.replace('\u{e9}', "e\u{301}")),
                ("full-width", text.replace("caf", "c\u{ff41}f")),
            ];
            self.pairs(8, "other-form", &text, &forms, "its Unicode form", self.unique.unicode);
        }
    }

    fn spaces(&mut self) {
        if let Some(text) = self.free_text("spaces").map(|text| format!("{text} of gold")) {
            let spaced = [
                ("space-before", format!(" {text}")),
                ("space-after", format!("{text} ")),
                ("two-spaces", text.replacen(' ', "  ", 1)),
            ];
            self.pairs(7, "other-spaces", &text, &spaced, "spaces", self.unique.spaces);
        }
    }

    fn beginnings(&mut self) {
        for (name, length) in [("same-beginning", 70), ("same-long-beginning", 250)] {
            let Some(text) = self.free_text(name).filter(|text| text.chars().count() < length) else {
                continue;
            };
            let padded = format!("{text}{}", "x".repeat(length - text.chars().count() - 1));
            let (one, two) = (format!("{padded}1"), format!("{padded}2"));
            self.pairs(7, name, &one, &[(name, two)], "its last character", Distinction::Sensitive);
        }
    }

    /// The fresh text of the field; none if it holds something else.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key).pointer(self.field()).and_then(Value::as_str).map(str::to_owned)
    }

    /// The same where it may be any text.
    pub(super) fn free_text(&self, key: &str) -> Option<String> {
        self.base.is_free(self.field()).then(|| self.text(key)).flatten()
    }

    pub(super) fn holding(&self, key: &str, text: String) -> Value {
        let mut value = self.base.fresh(&self.base.around(self.field()), &format!("{}/{key}", self.field()));
        mutate::put(&mut value, self.field(), Value::from(text));
        value
    }

    /// One value, and then others that differ from it in one respect; only such as are valid by
    /// themselves.
    fn pairs(
        &mut self,
        worth: u8,
        name: &str,
        first: &str,
        others: &[(&'static str, String)],
        respect: &str,
        makes: Distinction,
    ) {
        let first = self.holding(name, first.to_owned());
        let valid = |value: &Value| self.verdict(value) != Verdict::Reject;
        let others = others
            .iter()
            .enumerate()
            .map(|(index, (step, text))| (*step, self.holding(&format!("{name}/{index}"), text.clone())));
        let others: Vec<_> = others.filter(|(_, value)| *value != first && valid(value)).collect();
        if others.is_empty() || !valid(&first) {
            return;
        }
        let mut steps = vec![self.first(first)];
        steps.extend(others.into_iter().map(|(step, value)| self.differing(step, value, respect, makes)));
        self.scenario(worth, name, steps);
    }
}
