//! Anchors: stable, readable and unique names of places in a page.

use std::collections::HashSet;

/// The anchors that are taken.
#[derive(Debug)]
pub(crate) struct Anchors {
    taken: HashSet<String>,
    longest: usize,
}

impl Anchors {
    /// Anchors of about so many bytes at most, without those that a page has for itself.
    pub(crate) fn new(longest: usize, own: &[&str]) -> Anchors {
        Anchors { taken: own.iter().map(|one| one.to_lowercase()).collect(), longest }
    }

    /// An anchor made of words; a number follows where it is taken.
    pub(crate) fn take(&mut self, words: &str) -> String {
        let base = slug(words, self.longest);
        let mut anchor = base.clone();
        let mut number = 2;
        while !self.taken.insert(anchor.to_lowercase()) {
            anchor = format!("{base}-{number}");
            number += 1;
        }
        anchor
    }
}

/// Words as they can stand in a URL: letters and digits of any script, `-`, `_` and `.`.
fn slug(words: &str, longest: usize) -> String {
    let mut slug = String::new();
    for letter in words.chars() {
        if slug.len() >= longest {
            break;
        }
        if letter.is_alphanumeric() || matches!(letter, '_' | '.') {
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
        let mut anchors = Anchors::new(40, &["main"]);
        assert_eq!(anchors.take("schema Badges group"), "schema-Badges-group");
        assert_eq!(anchors.take("schema/Badges  group"), "schema-Badges-group-2");
        assert_eq!(anchors.take("schema-badges-group"), "schema-badges-group-3");
        assert_eq!(anchors.take("\"><«»"), "part");
        assert_eq!(anchors.take("main"), "main-2");
        assert_eq!(anchors.take(&"long ".repeat(100)), "long-long-long-long-long-long-long-long");
    }
}
