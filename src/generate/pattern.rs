//! Text that matches an ECMA-262 pattern, and text that breaks one of its looks alone.

use super::random::Random;
use crate::pattern::{Look, Node, Pattern};
use regex_syntax::hir::ClassUnicode;

const MOST_REPEATS: u32 = 8;
/// So deep is a pattern walked, and so long may text be.
const DEPTH: usize = 64;
const LONGEST: usize = 100_000;
/// So many parts are walked for one text: they may be repeated without writing anything.
const STEPS: u32 = 300_000;
/// So many texts are tried for one look.
const TRIES: usize = 200;
/// So many looks of a pattern are broken one by one.
const LOOKS: usize = 8;
/// Text longer than this is not looked through for a place where something fits.
const SEARCHED: usize = 200;

/// Text that matches, or nothing where none was found.
pub fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    matching_up_to(pattern, random, MOST_REPEATS)
}

/// The same, in which what may be repeated without end is so often repeated at most beyond what it
/// must.
pub fn matching_up_to(pattern: &str, random: &mut Random, repeats: u32) -> Option<String> {
    let known = Pattern::of(pattern);
    let pattern = known.as_ref().as_ref().ok()?;
    made(pattern, random, repeats, None)
}

/// For each look of a pattern, where one was found, text that matches but for this look.
pub fn breaking_looks(pattern: &str, random: &mut Random) -> Vec<(usize, String)> {
    let known = Pattern::of(pattern);
    let Ok(pattern) = known.as_ref() else { return Vec::new() };
    let looks = pattern.node.looks();
    let broken = looks.iter().enumerate().take(LOOKS).filter_map(|(index, look)| {
        let other = pattern.node.with_looks(&|number, look| {
            Some(Look { negated: look.negated != (number == index), ..look.clone() })
        });
        let other = Pattern::built_of(other)?;
        let avoided = (!look.negated).then(|| told_apart(&look.inner)).flatten();
        let text = made(&other, random, MOST_REPEATS, avoided.as_ref())?;
        (pattern.matches(&text) == Some(false)).then_some((index, text))
    });
    broken.collect()
}

/// The characters that a look asks for beside any.
fn told_apart(node: &Node) -> Option<ClassUnicode> {
    let mut found: Option<ClassUnicode> = None;
    let mut add = |class: ClassUnicode| match &mut found {
        Some(before) => before.union(&class),
        None => found = Some(class),
    };
    match node {
        Node::Char(one) => add(crate::pattern::Set::of(*one).class()),
        Node::Set(set) if !set.negated => add(set.class()),
        Node::Group(_, inner) | Node::Case { inner, .. } => return told_apart(inner),
        Node::Repeat { inner, least, .. } if *least > 0 => return told_apart(inner),
        Node::Row(all) | Node::Either(all) => all.iter().filter_map(told_apart).for_each(add),
        _ => {}
    }
    found
}

/// Text that matches a pattern: what is asked for is written, and then one look after the other is
/// seen to.
fn made(
    pattern: &Pattern,
    random: &mut Random,
    repeats: u32,
    avoided: Option<&ClassUnicode>,
) -> Option<String> {
    let walk = |random: &mut Random, node: &Node, repeats: u32| {
        let mut writer =
            Writer { random, text: String::new(), repeats, avoided, groups: Vec::new(), steps: STEPS };
        writer.write(node, 0)?;
        Some(writer.text)
    };
    let fits = |text: &String| pattern.matches(text) == Some(true);
    let looks: Vec<Look> = pattern.node.looks().into_iter().cloned().collect();
    if looks.is_empty() {
        // What cannot be walked once cannot be walked at all.
        return (0..TRIES).map_while(|_| walk(random, &pattern.node, repeats)).find(fits);
    }
    // With the first looks of the pattern, and without the others.
    let steps: Option<Vec<Pattern>> = (0..looks.len().min(LOOKS))
        .map(|kept| {
            let some = |number, look: &Look| (number < kept + 1).then(|| look.clone());
            Pattern::built_of(pattern.node.with_looks(&some))
        })
        .collect();
    let steps = steps?;
    // A look may be about the length.
    let repeats = [repeats, repeats, repeats / 2, 1, repeats.saturating_mul(4)];
    for (_, repeats) in (0..TRIES).zip(repeats.into_iter().cycle()) {
        let text = walk(random, &pattern.node, repeats)?;
        if fits(&text) {
            return Some(text);
        }
        let text = steps.iter().zip(&looks).try_fold(text, |text, (step, look)| {
            let fits = |text: &String| step.matches(text) == Some(true);
            if fits(&text) {
                return Some(text);
            }
            let wanted = (!look.negated).then(|| walk(random, &look.inner, 0)).flatten()?;
            spliced(&text, &wanted).into_iter().find(fits)
        });
        if let Some(text) = text.filter(fits) {
            return Some(text);
        }
    }
    None
}

/// A text with another one in it, in place of as much of it or beside all of it, wherever it may be.
fn spliced(text: &str, wanted: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().take(SEARCHED + 1).collect();
    if chars.len() > SEARCHED {
        return Vec::new();
    }
    let length = wanted.chars().count();
    let with = |at: usize, behind: usize| {
        let mut text: String = chars[..at].iter().collect();
        text.push_str(wanted);
        text.extend(&chars[behind.min(chars.len())..]);
        text
    };
    let inside = (0..=chars.len()).map(|at| with(at, at + length));
    inside.chain((0..=chars.len()).map(|at| with(at, at))).collect()
}

/// Writes text of a pattern, whatever its looks ask for.
struct Writer<'w> {
    random: &'w mut Random,
    text: String,
    repeats: u32,
    /// Characters that are not taken where others would do.
    avoided: Option<&'w ClassUnicode>,
    /// What the groups took.
    groups: Vec<(usize, String)>,
    /// How many parts may still be walked.
    steps: u32,
}

impl Writer<'_> {
    fn write(&mut self, node: &Node, depth: usize) -> Option<()> {
        if depth > DEPTH || self.text.len() > LONGEST {
            return None;
        }
        self.steps = self.steps.checked_sub(1)?;
        match node {
            Node::Empty | Node::Start { .. } | Node::End { .. } | Node::Boundary { .. } | Node::Look(_) => {}
            Node::Char(one) => self.text.push(*one),
            Node::Set(set) => self.one_of(&set.class())?,
            Node::Case { inner, .. } | Node::Group(None, inner) => self.write(inner, depth + 1)?,
            Node::Group(Some(number), inner) => {
                let start = self.text.len();
                self.write(inner, depth + 1)?;
                let taken = self.text[start..].to_owned();
                self.groups.retain(|(known, _)| known != number);
                self.groups.push((*number, taken));
            }
            Node::Back(number) => {
                let taken = self.groups.iter().find(|(known, _)| known == number);
                let taken = taken.map_or_else(String::new, |(_, taken)| taken.clone());
                self.text.push_str(&taken);
            }
            Node::Repeat { inner, least, most, .. } => {
                let most = most.unwrap_or(least.saturating_add(self.repeats));
                let most = most.min(least.saturating_add(self.repeats));
                let extra = self.random.below((most - least) as usize + 1);
                for _ in 0..*least as usize + extra {
                    self.write(inner, depth + 1)?;
                }
            }
            Node::Row(parts) => {
                for part in parts {
                    self.write(part, depth + 1)?;
                }
            }
            Node::Either(parts) => {
                let part = self.random.choose(parts)?;
                self.write(part, depth + 1)?;
            }
        }
        Some(())
    }

    /// A character of a class, an ordinary one where it has any.
    fn one_of(&mut self, class: &ClassUnicode) -> Option<()> {
        let mut class = class.clone();
        if let Some(avoided) = self.avoided {
            let mut other = class.clone();
            other.difference(avoided);
            class = if other.ranges().is_empty() { class } else { other };
        }
        let ranges: Vec<(char, char)> = class.iter().map(|range| (range.start(), range.end())).collect();
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
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATTERNS: [&str; 26] = [
        "^[0-9a-f]{24}$",
        r"^\d{3}-\w+$",
        "a|b|cc",
        "^(foo|bar)[A-Z]*$",
        r"^\S+@\S+\.[a-z]{2,}$",
        "",
        "^.{5,10}$",
        r"^[\w-\.]+@([\w-]+\.)+[\w-]{2,4}$",
        r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,12}$",
        r"^(?=.*foo)(?=.*!)[a-z!]{4,20}$",
        r"^(?!.*admin)[a-z]+$",
        r"^[a-z][a-z0-9-]{0,9}(?<!-)_?$",
        r"^(?<q>[ab])\w\k<q>$",
        r"^(a|b|c)(x|y)\2\1$",
        r"^\p{Lu}\p{Script=Greek}$",
        r"^[^]{3}\0$",
        r"\bx\b",
        r"(?<=\$)\d+",
        "^[a-c&&b]{2}$",
        "^(?i:abc)$",
        r"^(?=[^b]*b)[ab]{5}$",
        r"^(?!0)\d{4}(?!\d)$",
        r"^\cJ\x41\u{1F600}$",
        r"^(?:(?:a{1,3}){1,3}){2}$",
        "^{a}$",
        r"^(?=.{5,9}$)[a-z]+(-[a-z]+)*$",
    ];

    proptest! {
        #[test]
        fn what_is_made_for_a_pattern_matches_it(pattern in prop::sample::select(PATTERNS.to_vec()), seed in 0_u64..1_000) {
            let text = matching(pattern, &mut Random::named(seed, pattern));
            let text = text.unwrap_or_else(|| panic!("{pattern}"));
            let known = Pattern::of(pattern);
            prop_assert_eq!(known.as_ref().as_ref().unwrap().matches(&text), Some(true), "{} {:?}", pattern, text);
        }
    }

    #[test]
    fn each_look_is_broken_alone() {
        for (pattern, core, looks) in [
            (r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,12}$", r"^[A-Za-z\d]{8,12}$", 2),
            (r"^(?=.*[a-z])(?=.*[!@#])(?!.*\s).{8,}$", "^.{8,}$", 3),
            (r"^(?!.*admin)[a-z]+$", "^[a-z]+$", 1),
            (r"^[a-z-]+(?<!-)$", "^[a-z-]+$", 1),
            (r"^(?!xx)(?!yy)[xy]{2}$", "^[xy]{2}$", 2),
        ] {
            let broken = breaking_looks(pattern, &mut Random::named(1, pattern));
            assert_eq!(broken.len(), looks, "{pattern}: {broken:?}");
            let matches =
                |pattern: &str, text: &str| Pattern::of(pattern).as_ref().as_ref().unwrap().matches(text);
            for (_, text) in broken {
                assert_eq!(matches(pattern, &text), Some(false), "{text}");
                assert_eq!(matches(core, &text), Some(true), "{text}");
            }
        }
    }

    #[test]
    fn for_a_pattern_that_nothing_matches_or_that_cannot_be_used_there_is_no_text() {
        for pattern in ["^(?=a)b$", "(", "[]", r"^a\Z", "^(?:(?:(?:){1000}){1000}){1000}$"] {
            assert_eq!(matching(pattern, &mut Random::named(0, "")), None, "{pattern}");
        }
    }
}
