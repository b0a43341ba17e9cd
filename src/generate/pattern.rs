//! Text that matches an ECMA-262 pattern.

use super::random::Random;
use regex_syntax::hir::{Class, Hir, HirKind};

const MOST_REPEATS: u32 = 8;

/// Text that matches, or nothing when the pattern asks for what is not generated
/// (look-around, back-references).
pub fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    matching_up_to(pattern, random, MOST_REPEATS)
}

/// The same, in which what may be repeated without end is so often repeated at most beyond what it
/// must.
pub fn matching_up_to(pattern: &str, random: &mut Random, repeats: u32) -> Option<String> {
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    let hir = regex_syntax::parse(&translated).ok()?;
    let mut text = String::new();
    Writer { random, text: &mut text, repeats }.write(&hir, 0)?;
    Some(text)
}

/// Writes text of a parsed pattern.
struct Writer<'w> {
    random: &'w mut Random,
    text: &'w mut String,
    repeats: u32,
}

impl Writer<'_> {
    fn write(&mut self, hir: &Hir, depth: usize) -> Option<()> {
        if depth > 64 || self.text.len() > 100_000 {
            return None;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(Class::Unicode(class)) => {
                let ranges: Vec<(char, char)> =
                    class.iter().map(|range| (range.start(), range.end())).collect();
                let plain: Vec<(char, char)> = ranges
                    .iter()
                    .filter_map(|(start, end)| {
                        let (start, end) = ((*start).max('!'), (*end).min('~'));
                        (start <= end).then_some((start, end))
                    })
                    .collect();
                let (start, end) = *self.random.choose(if plain.is_empty() { &ranges } else { &plain })?;
                let span = u32::from(end) - u32::from(start) + 1;
                let step = u32::try_from(self.random.below(span as usize)).unwrap_or(0);
                self.text.push(char::from_u32(u32::from(start) + step).unwrap_or(start));
            }
            HirKind::Class(Class::Bytes(class)) => {
                let range = class.iter().next()?;
                self.text.push(char::from(range.start()));
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(repetition.min + self.repeats);
                let most = most.min(repetition.min.saturating_add(self.repeats));
                let extra = self.random.below((most - repetition.min) as usize + 1);
                for _ in 0..repetition.min as usize + extra {
                    self.write(&repetition.sub, depth + 1)?;
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub, depth + 1)?,
            HirKind::Concat(parts) => {
                for part in parts {
                    self.write(part, depth + 1)?;
                }
            }
            HirKind::Alternation(parts) => {
                let part = self.random.choose(parts)?;
                self.write(part, depth + 1)?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn generated_text_matches_its_pattern() {
        let patterns = [
            "^[0-9a-f]{24}$",
            r"^\d{3}-\w+$",
            "a|b|cc",
            "^(foo|bar)[A-Z]*$",
            r"^\S+@\S+\.[a-z]{2,}$",
            "",
            "^.{5,10}$",
        ];
        for pattern in patterns {
            let validator = jsonschema::validator_for(&json!({"pattern": pattern})).unwrap();
            for seed in 0..50 {
                let text = matching(pattern, &mut Random::named(seed, pattern)).unwrap();
                assert!(validator.is_valid(&json!(text)), "{pattern} does not match {text:?}");
            }
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_generated_is_told() {
        assert_eq!(matching("^(?=a)b$", &mut Random::named(0, "")), None);
        assert_eq!(matching("(", &mut Random::named(0, "")), None);
    }
}
