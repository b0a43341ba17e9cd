//! Values that look alike: whether they are the same is for the contract to say.

use super::{Distinction, Scene};
use crate::plan::Verdict;
use crate::plan::generate::mutate;
use serde_json::Value;

impl Scene<'_, '_> {
    pub(super) fn alike(&mut self) {
        let Some(case) = self.text("case") else { return };
        let upper = case.to_uppercase();
        self.pairs(6, "other-case", &case, &[("other-case", upper)], "case", self.unique.case);
        if let Some(text) = self.text("accents").filter(|text| text.contains('o')) {
            // Accents tell letters apart unless case is all that anything was said about.
            let makes = match self.unique.case {
                Distinction::Sensitive => Distinction::Sensitive,
                _ => Distinction::Unknown,
            };
            let accented =
                ["\u{f6}", "\u{f8}"].map(|letter| ("other-accents", text.replacen('o', letter, 1)));
            self.pairs(8, "other-accents", &text, &accented, "accents", makes);
        }
        if let Some(text) = self.text("spaces").map(|text| format!("{text} of gold")) {
            let spaced = [
                ("space-before", format!(" {text}")),
                ("space-after", format!("{text} ")),
                ("two-spaces", text.replacen(' ', "  ", 1)),
            ];
            self.pairs(7, "other-spaces", &text, &spaced, "spaces", self.unique.spaces);
        }
        if let Some(text) = self.text("unicode").map(|text| format!("{text} caf\u{e9}")) {
            let forms = [
                ("decomposed", text.replace('\u{e9}', "e\u{301}")),
                ("full-width", text.replace("caf", "c\u{ff41}f")),
            ];
            self.pairs(8, "other-form", &text, &forms, "its Unicode form", self.unique.unicode);
        }
        for (name, length) in [("same-beginning", 70), ("same-long-beginning", 250)] {
            let Some(text) = self.text(name).filter(|text| text.chars().count() < length) else { continue };
            let padded = format!("{text}{}", "x".repeat(length - text.chars().count() - 1));
            let (one, two) = (format!("{padded}1"), format!("{padded}2"));
            self.pairs(7, name, &one, &[(name, two)], "its last character", Distinction::Sensitive);
        }
    }

    /// The fresh text of the field; none if it holds something else.
    fn text(&self, key: &str) -> Option<String> {
        self.value(key).pointer(self.field()).and_then(Value::as_str).map(str::to_owned)
    }

    fn holding(&self, text: String) -> Value {
        let mut value = self.base.value.clone();
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
        let first = self.holding(first.to_owned());
        let valid = |value: &Value| self.verdict(value) != Verdict::Reject;
        let others = others.iter().map(|(step, text)| (*step, self.holding(text.clone())));
        let others: Vec<_> = others.filter(|(_, value)| *value != first && valid(value)).collect();
        if others.is_empty() || !valid(&first) {
            return;
        }
        let mut steps = vec![self.first(first)];
        steps.extend(others.into_iter().map(|(step, value)| self.differing(step, value, respect, makes)));
        self.scenario(worth, name, steps);
    }
}
