//! Text from elsewhere, made safe to show: nothing of it steers a terminal or breaks a document.

use std::borrow::Cow;
use std::fmt::Write;

/// How much of a value is shown to people.
pub const LONG: usize = 200;

/// Whether a character does something else than stand there: controls, line breaks, characters
/// that turn the direction of text, that have no width, or that XML forbids.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Text in which every character that would do something is written as an escape.
pub fn visible(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut result, character);
    }
    result
}

/// The same for text of several lines, which stay.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// Visible text of at most so many characters, with a note of what was cut.
pub fn cut(text: &str, most: usize) -> String {
    let mut result = String::with_capacity(text.len().min(4 * most));
    for (index, character) in text.chars().enumerate() {
        if index == most {
            let all = text.chars().count();
            // Writing to a String cannot fail.
            let _ = write!(result, "… ({all} characters)");
            break;
        }
        push(&mut result, character);
    }
    result
}

/// A line that no CI system takes for a command, which may stand in what a log shows.
pub fn inert(line: &str) -> Cow<'_, str> {
    let begins = line.trim_start().starts_with("::");
    if !begins && !line.contains("##[") {
        return line.into();
    }
    let line = line.replace("##[", "##\\u{5b}");
    (if begins { line.replacen("::", "\\u{3a}:", 1) } else { line }).into()
}

/// A number of things, in words.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn push(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        // The old form of a command of a CI system, which may stand anywhere in a line.
        '[' if text.ends_with("##") => text.push_str("\\u{5b}"),
        other if steers(other) => {
            let _ = write!(text, "\\u{{{:x}}}", u32::from(other));
        }
        other => text.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\tc"), "a\\u{1b}[31mb\\r\\n\\tc");
        assert_eq!(
            visible("\u{9b}1m\u{202e}\u{feff}\u{ffff}\u{7f}"),
            "\\u{9b}1m\\u{202e}\\u{feff}\\u{ffff}\\u{7f}"
        );
        assert_eq!(visible("Größe 漢字 🎉 \"'\\"), "Größe 漢字 🎉 \"'\\");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöü!", 3), "äöü… (4 characters)");
    }

    #[test]
    fn no_line_is_a_command_of_a_ci_system() {
        assert_eq!(inert("  ::error::x"), "  \\u{3a}:error::x");
        assert_eq!(inert("a ##[add-mask]b"), "a ##\\u{5b}add-mask]b");
        assert_eq!(inert("a ::error::"), "a ::error::");
        assert_eq!(visible("##[error]x"), "##\\u{5b}error]x");
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(steers));
            prop_assert!(!cut(&text, 10).chars().any(steers));
        }
    }
}
