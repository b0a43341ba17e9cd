//! A part of a text, around a place in it.

const BEFORE: usize = 16;
const AFTER: usize = 32;
/// Up to here a text is shown whole.
const WHOLE: usize = 60;
/// How far a cut moves to keep a run of digits together: the identity of a run is replaced in
/// reports, and half of it could not be.
const RUN: usize = 24;

/// The text in quotes, escaped as JSON does; of a long one what stands around a character.
pub(super) fn excerpt(text: &str, at: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= WHOLE {
        return quoted(&letters);
    }
    let splits = |place: usize| {
        place > 0
            && place < letters.len()
            && letters[place - 1].is_ascii_digit()
            && letters[place].is_ascii_digit()
    };
    let mut start = at.min(letters.len()).saturating_sub(BEFORE);
    let mut end = (at + AFTER).min(letters.len());
    for _ in 0..RUN {
        if splits(start) {
            start -= 1;
        }
        if splits(end) {
            end += 1;
        }
    }
    let head = if start > 0 { "…" } else { "" };
    let tail = if end < letters.len() { "…" } else { "" };
    format!("{head}{}{tail} ({} characters)", quoted(&letters[start..end]), letters.len())
}

fn quoted(letters: &[char]) -> String {
    serde_json::Value::String(letters.iter().collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(excerpt("a\"b", 2), r#""a\"b""#);
    }

    #[test]
    fn a_long_text_is_shown_around_a_place() {
        let text = format!("{}!{}", "a".repeat(100), "b".repeat(100));
        let shown = excerpt(&text, 100);
        assert_eq!(shown, format!("…\"{}!{}\"… (201 characters)", "a".repeat(16), "b".repeat(31)));
        assert!(excerpt(&text, 0).starts_with("\"aaa"));
        assert!(excerpt(&text, 999).ends_with("bbb\" (201 characters)"));
    }

    #[test]
    fn the_identity_of_a_run_is_shown_whole_or_not_at_all() {
        let text = format!("{}1234567890{}", "a".repeat(40), "b".repeat(40));
        for at in 0..text.len() {
            let shown = excerpt(&text, at);
            let shown = shown.split(" (").next().unwrap();
            let digits = shown.chars().filter(char::is_ascii_digit).count();
            assert!(digits == 0 || digits == 10, "{shown}");
        }
    }
}
