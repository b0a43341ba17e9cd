//! Two texts side by side, with what differs marked.

use crate::text::visible;
use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// Texts of more pieces are shown as they are.
const MOST: usize = 2_000;

/// Texts that share less are different as a whole, and marks would say nothing.
const ALIKE: f32 = 0.35;

/// What was expected and what came, each with its own part marked.
pub(super) fn marked(expected: &str, actual: &str) -> (Markup, Markup) {
    let (expected, actual) = (visible(expected), visible(actual));
    let (old, new) = (pieces(&expected), pieces(&actual));
    if old.len().max(new.len()) > MOST {
        return (html! { (expected) }, html! { (actual) });
    }
    let differ = TextDiff::from_slices(&old, &new);
    if differ.ratio() < ALIKE {
        return (html! { (expected) }, html! { (actual) });
    }
    let changes: Vec<(ChangeTag, &str)> =
        differ.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    (side(&changes, ChangeTag::Delete), side(&changes, ChangeTag::Insert))
}

fn side(changes: &[(ChangeTag, &str)], own: ChangeTag) -> Markup {
    // Neighbours that are marked alike make one mark.
    let mut runs: Vec<(bool, String)> = Vec::new();
    for (tag, piece) in changes.iter().filter(|(tag, _)| *tag == own || *tag == ChangeTag::Equal) {
        let mark = *tag == own;
        match runs.last_mut() {
            Some((marked, text)) if *marked == mark => text.push_str(piece),
            _ => runs.push((mark, (*piece).to_owned())),
        }
    }
    html! {
        @for (mark, text) in &runs {
            @if *mark { mark { (text) } } @else { (text) }
        }
    }
}

/// Words, and each other character for itself.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut word = false;
    for (index, character) in text.char_indices() {
        let alike = character.is_alphanumeric();
        if index > start && !(alike && word) {
            pieces.push(&text[start..index]);
            start = index;
        }
        word = alike;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(expected: &str, actual: &str) -> (String, String) {
        let (old, new) = marked(expected, actual);
        (old.into_string(), new.into_string())
    }

    #[test]
    fn only_what_differs_is_marked() {
        assert_eq!(
            both("status 400 with code 735", "status 400 with code 732"),
            ("status 400 with code <mark>735</mark>".into(), "status 400 with code <mark>732</mark>".into())
        );
        assert_eq!(both("the same", "the same"), ("the same".into(), "the same".into()));
    }

    #[test]
    fn texts_that_have_little_in_common_have_no_marks() {
        assert_eq!(both("type integer", "string"), ("type integer".into(), "string".into()));
    }

    #[test]
    fn markup_stays_text() {
        let (_, actual) = both("code 7", "code <b>");
        assert!(actual.contains("&lt;") && !actual.contains("<b>"), "{actual}");
    }

    #[test]
    fn pieces_are_words_and_single_characters() {
        assert_eq!(pieces("a1-b  ü"), ["a1", "-", "b", " ", " ", "ü"]);
    }
}
