//! How text differs: cut, changed in case, escaped, re-encoded, normalised, trimmed.

use super::Difference;
use super::alter::{
    CLASSES, accents_stripped, as_latin1, as_windows, collapsed, escapes_resolved, html_resolved, is_part_of,
    is_replaced, normalised, percent_resolved, tags_stripped,
};
use super::excerpt::excerpt;

pub(super) fn difference(wanted: &str, came: &str) -> Difference {
    let kind = kind(wanted, came);
    let at = first(wanted, came);
    let length = |text: &str| text.chars().count();
    let (all, kept) = (length(wanted), length(came));
    let actual = if !came.is_empty() && wanted.starts_with(came) {
        // What is left may end in the middle of what differs from run to run.
        format!("its first {kept} of {all} characters")
    } else if let Some(head) = dotted(came).filter(|head| wanted.starts_with(head)) {
        format!("its first {} of {all} characters, and dots", length(head))
    } else if !came.is_empty() && wanted.ends_with(came) {
        format!("its last {kept} of {all} characters")
    } else {
        let codes = |text: &str| match text.chars().nth(at) {
            Some(letter) => format!("U+{:04X}", u32::from(letter)),
            None => "the end".to_owned(),
        };
        let place = format!("at character {}: {} instead of {}", at + 1, codes(came), codes(wanted));
        format!("string {}, {place}", excerpt(came, at))
    };
    let expected = format!("string {}", excerpt(wanted, at));
    Difference { at: String::new(), kind, expected, actual }
}

/// What stands before the dots that a cut may leave.
fn dotted(came: &str) -> Option<&str> {
    came.strip_suffix('…').or_else(|| came.strip_suffix("..."))
}

/// The first character that differs.
fn first(wanted: &str, came: &str) -> usize {
    wanted.chars().zip(came.chars()).take_while(|(left, right)| left == right).count()
}

/// What was done to the text.
fn kind(wanted: &str, came: &str) -> String {
    let known = || {
        if came.is_empty() {
            return Some("it is empty".to_owned());
        }
        spaces(wanted, came)
            .or_else(|| case(wanted, came))
            .or_else(|| escaping(wanted, came))
            .or_else(|| encoding(wanted, came))
            .map(str::to_owned)
            .or_else(|| forms(wanted, came))
            .or_else(|| classes(wanted, came))
            .or_else(|| length(wanted, came))
    };
    known().unwrap_or_else(|| "the text differs".to_owned())
}

fn spaces(wanted: &str, came: &str) -> Option<&'static str> {
    if wanted.trim() == came {
        return Some("spaces around it are gone");
    }
    if wanted.trim_start() == came || wanted.trim_end() == came {
        return Some("spaces on one side of it are gone");
    }
    if wanted == came.trim() {
        return Some("spaces were added around it");
    }
    if wanted.trim() == came.trim() {
        return Some("spaces around it differ");
    }
    let collapsed = collapsed(wanted);
    if collapsed == came || collapsed.trim() == came {
        return Some("white space in it is collapsed");
    }
    if wanted.replace("\r\n", "\n") == came || wanted.replace('\n', "\r\n") == came {
        return Some("line breaks in it are converted");
    }
    None
}

fn case(wanted: &str, came: &str) -> Option<&'static str> {
    let (lower, upper) = (wanted.to_lowercase(), wanted.to_uppercase());
    if lower == came || wanted.to_ascii_lowercase() == came {
        return Some("it is in lower case");
    }
    if upper == came || wanted.to_ascii_uppercase() == came {
        return Some("it is in upper case");
    }
    if lower == came.to_lowercase() {
        return Some("upper and lower case differ");
    }
    None
}

fn escaping(wanted: &str, came: &str) -> Option<&'static str> {
    let resolved = html_resolved(came);
    if resolved != came {
        if resolved == wanted {
            return Some("it is escaped for HTML");
        }
        if html_resolved(&resolved) == wanted {
            return Some("it is escaped for HTML twice");
        }
    }
    if html_resolved(wanted) == came {
        return Some("HTML entities in it are resolved");
    }
    if tags_stripped(wanted).trim() == came.trim() {
        return Some("markup in it is taken out");
    }
    if percent_resolved(came).as_deref() == Some(wanted) {
        return Some("it is percent-encoded");
    }
    if percent_resolved(&came.replace('+', " ")).as_deref() == Some(wanted) {
        return Some("it is form-encoded");
    }
    if percent_resolved(wanted).as_deref() == Some(came) {
        return Some("percent escapes in it are resolved");
    }
    if wanted.replace('+', " ") == came {
        return Some("plus signs in it became spaces");
    }
    if escapes_resolved(came).as_deref() == Some(wanted) {
        return Some("backslash escapes stand in it as text");
    }
    if escapes_resolved(wanted).as_deref() == Some(came) {
        return Some("backslash escapes in it are resolved");
    }
    if wanted.replace('\'', "''") == came || wanted.replace('"', "\"\"") == came {
        return Some("quotes in it are doubled");
    }
    if came.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(wanted) {
        return Some("it stands in quotes");
    }
    None
}

fn encoding(wanted: &str, came: &str) -> Option<&'static str> {
    let once = as_latin1(wanted);
    let other = as_windows(wanted);
    if once == came {
        return Some("its UTF-8 is read as Latin-1");
    }
    if other == came {
        return Some("its UTF-8 is read as Windows-1252");
    }
    if as_latin1(&once) == came || as_windows(&other) == came {
        return Some("its UTF-8 is read as Latin-1 twice");
    }
    if as_latin1(came) == wanted || as_windows(came) == wanted {
        return Some("its Latin-1 is read as UTF-8");
    }
    None
}

fn forms(wanted: &str, came: &str) -> Option<String> {
    if let Some((form, _)) = normalised(wanted).into_iter().find(|(_, text)| text == came) {
        return Some(format!("it is normalised to {form}"));
    }
    (accents_stripped(wanted) == came).then(|| "accents in it are taken off".to_owned())
}

fn classes(wanted: &str, came: &str) -> Option<String> {
    for (name, of) in CLASSES {
        if !wanted.contains(*of) {
            continue;
        }
        if wanted.chars().filter(|letter| !of(*letter)).eq(came.chars()) {
            return Some(format!("{name} in it are gone"));
        }
        for mark in ['?', '\u{fffd}', '_', '*', '-', '.', ' ', '□'] {
            if is_replaced(wanted, came, mark, *of) {
                let mark = if mark == ' ' { "a space".to_owned() } else { format!("`{mark}`") };
                return Some(format!("{name} in it became {mark}"));
            }
        }
    }
    None
}

fn length(wanted: &str, came: &str) -> Option<String> {
    if let Some(rest) = wanted.strip_prefix(came) {
        // A text that always ends before the same character is not cut for its length.
        return Some(match rest.chars().next() {
            Some(next) if next.is_control() || next.is_ascii_punctuation() || next > '\u{ffff}' => {
                format!("it ends before U+{:04X}", u32::from(next))
            }
            _ => "it is cut".to_owned(),
        });
    }
    if dotted(came).is_some_and(|head| wanted.starts_with(head)) {
        return Some("it is cut, with dots at its end".to_owned());
    }
    if wanted.ends_with(came) {
        return Some("its beginning is gone".to_owned());
    }
    if came.ends_with(wanted) {
        return Some("something stands before it".to_owned());
    }
    if came.starts_with(wanted) {
        return Some("something stands after it".to_owned());
    }
    if came.contains(wanted) {
        return Some("something stands before and after it".to_owned());
    }
    if is_part_of(came, wanted) {
        return Some("characters in it are gone".to_owned());
    }
    if is_part_of(wanted, came) {
        return Some("characters were added in it".to_owned());
    }
    wanted.chars().rev().eq(came.chars()).then(|| "it is reversed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_became_of_a_text_is_told() {
        let long = "a name of many words that goes on and on and on and on";
        for (wanted, came, words) in [
            ("  a  b ", "a  b", "spaces around it are gone"),
            ("  a  b ", "a b", "white space in it is collapsed"),
            ("  a ", "  a", "spaces on one side of it are gone"),
            (" a", "a ", "spaces around it differ"),
            ("a", " a ", "spaces were added around it"),
            ("Gold", "gold", "it is in lower case"),
            ("Straße", "STRASSE", "it is in upper case"),
            ("Gold", "GOld", "upper and lower case differ"),
            ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;", "it is escaped for HTML"),
            ("<b>", "&amp;lt;b&amp;gt;", "it is escaped for HTML twice"),
            ("&lt;", "<", "HTML entities in it are resolved"),
            ("a <b>bold</b> c", "a bold c", "markup in it is taken out"),
            ("a é/", "a%20%C3%A9%2F", "it is percent-encoded"),
            ("a é/", "a+%C3%A9%2F", "it is form-encoded"),
            ("100%25", "100%", "percent escapes in it are resolved"),
            ("1+1", "1 1", "plus signs in it became spaces"),
            ("é\"\\", "\\u00e9\\\"\\\\", "backslash escapes stand in it as text"),
            ("it's \"it\"", "it\\'s \\\"it\\\"", "backslash escapes stand in it as text"),
            ("a\\tb", "a\tb", "backslash escapes in it are resolved"),
            ("it's", "it''s", "quotes in it are doubled"),
            ("a", "\"a\"", "it stands in quotes"),
            ("café", "cafÃ©", "its UTF-8 is read as Latin-1"),
            ("€", "â‚¬", "its UTF-8 is read as Windows-1252"),
            ("é", "Ã\u{83}Â©", "its UTF-8 is read as Latin-1 twice"),
            ("Ã©", "é", "its Latin-1 is read as UTF-8"),
            ("e\u{301}", "é", "it is normalised to NFC"),
            ("é", "e\u{301}", "it is normalised to NFD"),
            ("ﬁ①", "fi1", "it is normalised to NFKC"),
            ("éa", "ea", "accents in it are taken off"),
            ("a\0b", "ab", "NUL in it are gone"),
            ("it's", "its", "apostrophes in it are gone"),
            ("a\"\\b", "ab", "quotes and backslashes in it are gone"),
            ("a 日本", "a ??", "characters beyond Latin-1 in it became `?`"),
            ("é日本", "???", "characters beyond ASCII in it became `?`"),
            ("é日", "?????", "characters beyond ASCII in it became `?`"),
            ("a🏅", "a??", "characters beyond 16 bits in it became `?`"),
            ("a🏅b", "a\u{fffd}b", "characters beyond 16 bits in it became `\u{fffd}`"),
            ("a🏅b", "ab", "characters beyond 16 bits in it are gone"),
            (long, &long[..20], "it is cut"),
            (long, "a name of many…", "it is cut, with dots at its end"),
            ("a<b c", "a", "it ends before U+003C"),
            ("abc", "bc", "its beginning is gone"),
            ("abc", "xabc", "something stands before it"),
            ("abc", "abc-1", "something stands after it"),
            ("abc", "", "it is empty"),
            ("abc", "cba", "it is reversed"),
            ("abc", "xyz", "the text differs"),
        ] {
            assert_eq!(kind(wanted, came), words, "{wanted:?} {came:?}");
        }
    }

    #[test]
    fn the_first_point_of_difference_is_shown_and_not_two_long_texts() {
        let wanted = format!("{}é{}", "a".repeat(300), "b".repeat(300));
        let came = wanted.replace('é', "e\u{301}");
        let found = difference(&wanted, &came);
        assert_eq!(found.kind, "it is normalised to NFD");
        assert!(
            found.actual.ends_with("(602 characters), at character 301: U+0065 instead of U+00E9"),
            "{}",
            found.actual
        );
        assert!(found.expected.len() < 90 && found.actual.len() < 140, "{found:?}");
        let cut = difference(&wanted, &wanted[..50]);
        assert_eq!(cut.actual, "its first 50 of 601 characters");
        assert_eq!(difference(&wanted, "aaa…").actual, "its first 3 of 601 characters, and dots");
    }

    #[test]
    fn hostile_text_takes_no_time() {
        for part in ["&", "<", "&lt", "\\", "%", "e\u{301}", "'"] {
            let came = part.repeat(200_000);
            assert_eq!(kind("a", &came), "the text differs");
        }
    }

    proptest! {
        #[test]
        fn a_cut_is_told_as_one_wherever_it_is(text in "[a-z]{2,80}", at in 1_usize..79) {
            let at = at.min(text.len() - 1);
            prop_assert_eq!(kind(&text, &text[..at]), "it is cut");
        }

        #[test]
        fn every_difference_of_text_is_told_and_short(wanted in ".{0,200}", came in ".{0,200}") {
            prop_assume!(wanted != came);
            let found = difference(&wanted, &came);
            prop_assert!(!found.kind.is_empty());
            prop_assert_eq!(&found, &difference(&wanted, &came));
            prop_assert!(found.expected.chars().count() < 500 && found.actual.chars().count() < 500);
        }

        #[test]
        fn mojibake_is_recognised_in_any_text(text in "[a-zß-ÿ]{0,20}é[a-zß-ÿ]{0,20}") {
            prop_assert_eq!(kind(&text, &as_latin1(&text)), "its UTF-8 is read as Latin-1");
        }
    }
}
