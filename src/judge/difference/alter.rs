//! What careless programs make of text: each alteration computed, so that it can be recognised.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name for characters, and which they are.
pub(super) type Characters = (&'static str, fn(char) -> bool);

/// Classes of characters that are dropped or replaced together, the narrowest first.
pub(super) const CLASSES: &[Characters] = &[
    ("NUL", |c| c == '\0'),
    ("control characters", char::is_control),
    ("line breaks", |c| matches!(c, '\n' | '\r')),
    ("apostrophes", |c| c == '\''),
    ("double quotes", |c| c == '"'),
    ("backslashes", |c| c == '\\'),
    ("quotes", |c| matches!(c, '\'' | '"' | '`')),
    ("quotes and backslashes", |c| matches!(c, '\'' | '"' | '`' | '\\')),
    ("angle brackets", |c| matches!(c, '<' | '>')),
    ("percent signs", |c| c == '%'),
    ("ampersands", |c| c == '&'),
    ("markup characters", |c| matches!(c, '<' | '>' | '&' | '"' | '\'')),
    ("invisible characters", is_invisible),
    ("combining marks", is_combining_mark),
    ("characters beyond 16 bits", |c| c > '\u{ffff}'),
    ("characters beyond Latin-1", |c| c > '\u{ff}'),
    ("characters beyond ASCII", |c| !c.is_ascii()),
    ("white space", char::is_whitespace),
    ("punctuation", |c| c.is_ascii_punctuation()),
    ("all but letters and digits", |c| !c.is_alphanumeric()),
    ("all but ASCII letters and digits", |c| !c.is_ascii_alphanumeric()),
];

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Names of HTML entities resolved, those that careless programs write.
pub(super) fn html_resolved(text: &str) -> String {
    const NAMED: &[(&str, char)] =
        &[("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}'), ("amp", '&')];
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let found = end.and_then(|end| {
            let name = &rest[1..end];
            let numeric = name.strip_prefix('#').and_then(|number| {
                let hexadecimal = number.strip_prefix(['x', 'X']);
                let code = match hexadecimal {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)
            });
            numeric.or_else(|| NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter))
        });
        if let (Some(letter), Some(end)) = (found, end) {
            result.push(letter);
            rest = &rest[end + 1..];
        } else {
            result.push('&');
            rest = &rest[1..];
        }
    }
    result.push_str(rest);
    result
}

/// The text without anything between angle brackets.
pub(super) fn tags_stripped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        result.push_str(before);
        if let Some((_, next)) = after.split_once('>') {
            rest = next;
        } else {
            rest = &text[text.len() - after.len() - 1..];
            break;
        }
    }
    result.push_str(rest);
    result
}

/// Percent escapes resolved.
pub(super) fn percent_resolved(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Backslash escapes resolved, as JSON and Java write them.
pub(super) fn escapes_resolved(text: &str) -> Option<String> {
    // What must not stand bare in JSON does not matter here.
    let quoted: String = text
        .replace("\\'", "'")
        .chars()
        .flat_map(|letter| {
            if letter < ' ' { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() }
                .chars()
                .collect::<Vec<_>>()
        })
        .collect();
    serde_json::from_str(&format!("\"{quoted}\""))
        .or_else(|_| serde_json::from_str(&format!("\"{}\"", bare_quotes_escaped(&quoted))))
        .ok()
}

fn bare_quotes_escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut escaped = false;
    for letter in text.chars() {
        if letter == '"' && !escaped {
            result.push('\\');
        }
        escaped = letter == '\\' && !escaped;
        result.push(letter);
    }
    result
}

/// The bytes of UTF-8 read as Latin-1.
pub(super) fn as_latin1(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

/// The bytes of UTF-8 read as Windows code page 1252.
pub(super) fn as_windows(text: &str) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    text.bytes()
        .map(|byte| match byte {
            0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
            other => char::from(other),
        })
        .collect()
}

/// The forms of Unicode normalisation, with their names.
pub(super) fn normalised(text: &str) -> [(&'static str, String); 4] {
    [
        ("NFC", text.nfc().collect()),
        ("NFD", text.nfd().collect()),
        ("NFKC", text.nfkc().collect()),
        ("NFKD", text.nfkd().collect()),
    ]
}

/// Letters without their accents.
pub(super) fn accents_stripped(text: &str) -> String {
    text.nfd().filter(|letter| !is_combining_mark(*letter)).nfc().collect()
}

/// Runs of white space as one space.
pub(super) fn collapsed(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut blank = false;
    for letter in text.chars() {
        if !letter.is_whitespace() {
            result.push(letter);
        } else if !blank {
            result.push(' ');
        }
        blank = letter.is_whitespace();
    }
    result
}

/// Whether what came is the text with every character of a class replaced: by one mark for each
/// character, for each 16-bit unit, or for each byte of UTF-8.
pub(super) fn is_replaced(wanted: &str, came: &str, mark: char, of: fn(char) -> bool) -> bool {
    let sizes: [fn(char) -> usize; 3] = [|_| 1, char::len_utf16, char::len_utf8];
    sizes.iter().any(|size| {
        let expected = wanted.chars().flat_map(|letter| {
            let (letter, times) = if of(letter) { (mark, size(letter)) } else { (letter, 1) };
            std::iter::repeat_n(letter, times)
        });
        expected.eq(came.chars())
    })
}

/// Whether every character of one text stands in the other in the same order.
pub(super) fn is_part_of(part: &str, whole: &str) -> bool {
    let mut letters = whole.chars();
    part.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
