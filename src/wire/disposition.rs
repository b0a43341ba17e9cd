//! The header field `Content-Disposition` (RFC 6266), in which names beyond ASCII are those of RFC 8187.

use percent_encoding::percent_decode_str;

/// The value of a parameter, as it is written.
enum Value<'t> {
    Token(&'t str),
    Quoted,
}

/// What is wrong with the text of a field, if anything is.
pub fn mistake(text: &str) -> Option<&'static str> {
    let (kind, mut rest) = token(text.trim());
    if kind.is_empty() {
        return Some("it does not begin with a type, such as `attachment`");
    }
    let mut known: Vec<String> = Vec::new();
    while !rest.trim_start().is_empty() {
        let Some(after) = rest.trim_start().strip_prefix(';') else {
            return Some("something that is no semicolon stands between its parts");
        };
        let (name, after) = token(after.trim_start());
        let name = name.to_ascii_lowercase();
        if name.is_empty() {
            return Some("a semicolon has no parameter behind it");
        }
        let Some(after) = after.trim_start().strip_prefix('=') else {
            return Some("a parameter has no value");
        };
        let (value, after) = match value(after.trim_start()) {
            Ok(read) => read,
            Err(mistake) => return Some(mistake),
        };
        if name.ends_with('*') && !is_extended(&value) {
            return Some("an extended value is not as RFC 8187 has it, such as `UTF-8''a%20b`");
        }
        if known.contains(&name) {
            return Some("a parameter is there twice");
        }
        known.push(name);
        rest = after;
    }
    None
}

/// The token that a text begins with, and what comes behind it.
fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

/// The value that a text begins with, and what comes behind it.
fn value(text: &str) -> Result<(Value<'_>, &str), &'static str> {
    let Some(inside) = text.strip_prefix('"') else {
        return match token(text) {
            ("", _) => Err("a parameter has no value"),
            (value, after) => Ok((Value::Token(value), after)),
        };
    };
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            '"' if !escaped => return Ok((Value::Quoted, &inside[at + 1..])),
            _ => escaped = character == '\\' && !escaped,
        }
    }
    Err("a quoted text has no end")
}

/// Whether a value has a charset, a language or none, and encoded text in that charset.
fn is_extended(value: &Value<'_>) -> bool {
    let Value::Token(text) = value else { return false };
    let mut parts = text.splitn(3, '\'');
    let (Some(charset), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let mut bytes = encoded.bytes();
    while let Some(byte) = bytes.next() {
        let is_encoded =
            byte == b'%' && (0..2).all(|_| bytes.next().is_some_and(|one| one.is_ascii_hexdigit()));
        if !is_encoded && !plain(byte) {
            return false;
        }
    }
    let is_utf8 = charset.eq_ignore_ascii_case("utf-8");
    !charset.is_empty() && (!is_utf8 || percent_decode_str(encoded).decode_utf8().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_the_grammar_allows_is_right() {
        for text in [
            "attachment",
            "inline ; filename = plain.txt",
            "attachment; filename=\"a \\\"b\\\"; c.txt\"",
            "Attachment; filename=\"\"; size=3",
            "attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates",
            "attachment; filename*=UTF-8'en'a.txt",
            "attachment; filename*=iso-8859-1'en'%A3%20rates",
            "attachment; filename=\"b\u{fc}cher.pdf\"",
        ] {
            assert_eq!(mistake(text), None, "{text}");
        }
    }

    #[test]
    fn what_it_does_not_is_told() {
        for (text, told) in [
            ("", "does not begin"),
            ("filename=a.txt", "no semicolon"),
            ("attachment filename=a.txt", "no semicolon"),
            ("attachment; filename=my file.txt", "no semicolon"),
            ("attachment; filename=", "no value"),
            ("attachment; filename", "no value"),
            ("attachment;", "no parameter"),
            ("attachment; filename=\"a.txt", "no end"),
            ("attachment; filename=a; filename=b", "twice"),
            ("attachment; filename*=a.txt", "RFC 8187"),
            ("attachment; filename*=\"UTF-8''a.txt\"", "RFC 8187"),
            ("attachment; filename*=UTF-8''%e2%82", "RFC 8187"),
            ("attachment; filename*=UTF-8''a%2", "RFC 8187"),
        ] {
            assert!(
                mistake(text).is_some_and(|mistake| mistake.contains(told)),
                "{text}: {:?}",
                mistake(text)
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_a_panic(text: String, near in "(attachment|;|=|\"|\\\\|filename|\\*|''|%|[a-z\u{fc} ]){0,12}") {
            let _ = mistake(&text);
            let _ = mistake(&near);
        }
    }
}
