//! The ways in which a host can write a secret that it was told: as it is, in JSON, in a URL, in
//! HTML, in Base64 by itself or within other text, in hexadecimal.

use crate::wire::digest::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write;

/// What most programs leave as it is in a part of a URL.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What JavaScript leaves besides.
const COMPONENT: &AsciiSet = &UNRESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// Less of a secret in Base64 is too likely to stand somewhere by chance.
const SHORTEST: usize = 8;

/// Every way to write a secret, the plain one first; none comes twice.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let mut forms = written(secret);
    if !secret.is_ascii() {
        // Only ASCII letters are looked for in any case.
        forms.extend(written(&secret.to_uppercase()));
        forms.extend(written(&secret.to_lowercase()));
        // Latin-1 read as UTF-8, and the other way round.
        let lost =
            |character: char| if character.is_ascii() { character } else { char::REPLACEMENT_CHARACTER };
        forms.push(secret.chars().map(lost).collect());
        forms.push(secret.bytes().map(char::from).collect());
    }
    let mut seen = std::collections::HashSet::new();
    forms.retain(|form| seen.insert(form.clone()));
    forms
}

/// The ways to write text in one case of its letters.
fn written(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    forms.push(json.replace('/', "\\/"));
    for escaped in [ascii(&json, false), ascii(&json, true)] {
        forms.push(escaped.replace('/', "\\/"));
        forms.push(escaped);
    }
    forms.push(json);
    for set in [NON_ALPHANUMERIC, UNRESERVED, COMPONENT] {
        let url = utf8_percent_encode(secret, set).to_string();
        forms.push(url.replace("%20", "+"));
        forms.push(lowered(&url));
        forms.push(url);
    }
    forms.extend(html(secret));
    forms.extend(base64(secret.as_bytes()));
    forms.push(hex(secret.as_bytes()));
    forms
}

/// Text in HTML: with names for what HTML reserves, with numbers for that and for what is beyond
/// ASCII, and with numbers for everything.
fn html(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let named = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    for quote in ["'", "&#39;", "&#x27;", "&apos;"] {
        forms.push(named.replace('\'', quote));
    }
    let plain = |character: char| character.is_ascii() && !matches!(character, '&' | '<' | '>' | '"' | '\'');
    for keeps in [true, false] {
        let numbered = |number: fn(u32) -> String| {
            let one = |character: char| {
                if keeps && plain(character) { character.to_string() } else { number(u32::from(character)) }
            };
            secret.chars().map(one).collect::<String>()
        };
        forms.push(numbered(|number| format!("&#{number};")));
        forms.push(numbered(|number| format!("&#x{number:x};")));
    }
    forms
}

/// JSON in which what is beyond ASCII is escaped.
fn ascii(json: &str, upper: bool) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = if upper { write!(text, "\\u{unit:04X}") } else { write!(text, "\\u{unit:04x}") };
        }
    }
    text
}

/// The same with the digits of its escapes in lower case.
fn lowered(url: &str) -> String {
    let mut parts = url.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(part.len().min(2));
        text.push('%');
        text.push_str(&digits.to_ascii_lowercase());
        text.push_str(rest);
    }
    text
}

/// The characters that a secret alone decides, wherever in other text it stands.
fn base64(secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let bytes = [&[0; 3][..before], secret].concat();
        let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for whole in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.extend(whole.get(from..to).filter(|form| form.len() >= SHORTEST).map(str::to_owned));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    #[test]
    fn a_secret_is_known_however_it_is_written() {
        let forms = forms("pa\"ss wörd/17-'x'");
        for form in [
            "pa\\\"ss wörd/17-'x'",
            "pa\\\"ss wörd\\/17-'x'",
            "pa\\\"ss w\\u00f6rd/17-'x'",
            "pa\\\"ss w\\u00F6rd\\/17-'x'",
            "pa%22ss%20w%C3%B6rd%2F17-%27x%27",
            "pa%22ss+w%C3%B6rd%2F17-%27x%27",
            "pa%22ss%20w%c3%b6rd%2f17-%27x%27",
            "pa%22ss%20w%C3%B6rd%2F17-'x'",
            "pa&quot;ss wörd/17-&#39;x&#39;",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}: {forms:#?}");
        }
    }

    #[test]
    fn a_short_secret_is_not_looked_for_in_base64() {
        assert_eq!(forms("abcd"), ["abcd", "&#97;&#98;&#99;&#100;", "&#x61;&#x62;&#x63;&#x64;", "61626364"]);
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_the_base64_of_any_text_around_it(
            before in any::<Vec<u8>>(), secret in "[ -~]{8,40}", after in any::<Vec<u8>>(),
        ) {
            let whole = STANDARD.encode([&before, secret.as_bytes(), &after].concat());
            prop_assert!(base64(secret.as_bytes()).iter().any(|form| whole.contains(form)));
        }
    }
}
