//! Anchors: readable names of places in the page, the same for the same findings and cases.

use std::collections::HashSet;

/// Longer names are cut.
const LONGEST: usize = 160;

/// The anchors that are taken.
#[derive(Debug, Default)]
pub(super) struct Anchors(HashSet<String>);

impl Anchors {
    /// An anchor made of words; a number follows where it is taken.
    pub(super) fn take(&mut self, words: &str) -> String {
        let base = slug(words);
        let mut anchor = base.clone();
        let mut number = 2;
        while !self.0.insert(anchor.clone()) {
            anchor = format!("{base}-{number}");
            number += 1;
        }
        anchor
    }
}

/// Words as they can stand in a URL without being encoded.
fn slug(words: &str) -> String {
    let mut slug = String::new();
    for letter in words.chars() {
        if slug.len() >= LONGEST {
            break;
        }
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.') {
            slug.push(letter);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches(['-', '.']);
    if slug.is_empty() { "part".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_what_the_words_say_and_never_taken_twice() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.take("case create-group/reject/body"), "case-create-group-reject-body");
        assert_eq!(anchors.take("case create-group reject/body"), "case-create-group-reject-body-2");
        assert_eq!(anchors.take("\"><«»"), "part");
        assert!(anchors.take(&"long".repeat(1_000)).len() <= LONGEST);
    }
}
