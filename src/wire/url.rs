//! Text in a URL (RFC 3986): what stands for itself there, and what is percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but what stands for itself everywhere, which is never encoded (RFC 3986 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same without what may stand in a value of a query and means nothing there; `?` and `;` may stand
/// there too, and some servers end a query or a value at them.
const ENCODED_BUT_RESERVED: &AsciiSet = &ENCODED
    .remove(b':')
    .remove(b'/')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',');

/// Text as a part of a path or of a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Text as a value of a query, with the reserved characters that need not be encoded there.
pub fn encoded_but_reserved(text: &str) -> String {
    utf8_percent_encode(text, ENCODED_BUT_RESERVED).to_string()
}

/// What a part of a path stands for.
pub fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What a part of a query stands for, where `+` is a space, as forms have it.
pub fn query_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether bytes begin with one that is percent-encoded.
pub fn is_encoded_byte(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', one, two, ..] if one.is_ascii_hexdigit() && two.is_ascii_hexdigit())
}

/// Names and values of a query, as they came.
pub fn query_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The path of a URL or of the target of a request, and its query.
pub fn parts(url: &str) -> (&str, Option<&str>) {
    let plain = url.split('#').next().unwrap_or_default();
    let (before, query) = plain.split_once('?').map_or((plain, None), |(path, query)| (path, Some(query)));
    let path = match before.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => before,
    };
    (path, query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_unreserved_stands_for_itself() {
        assert_eq!(encoded("aZ0-._~"), "aZ0-._~");
        assert_eq!(encoded("a b/c+\u{e9}%"), "a%20b%2Fc%2B%C3%A9%25");
        assert_eq!(encoded_but_reserved("a b/c?d=e&f+g#[h]%"), "a%20b/c%3Fd%3De%26f%2Bg%23%5Bh%5D%25");
    }

    #[test]
    fn a_url_has_a_path_and_a_query() {
        assert_eq!(parts("https://a.example/b/c?d=/e?f#g?h"), ("/b/c", Some("d=/e?f")));
        assert_eq!(parts("https://a.example"), ("", None));
        assert_eq!(parts("/b?"), ("/b", Some("")));
        let pairs: Vec<_> = query_pairs("a=1&b=x%20y+z&a=2&&c").collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x%20y+z"), ("a", "2"), ("c", "")]);
        assert_eq!(query_decoded("x%20y+z"), "x y z");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_again(text: String) {
            prop_assert_eq!(decoded(&encoded(&text)), text.clone());
            prop_assert_eq!(query_decoded(&encoded(&text)), text.clone());
            prop_assert_eq!(query_decoded(&encoded_but_reserved(&text)), text);
        }
    }
}
