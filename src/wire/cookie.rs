//! Values of cookies (RFC 6265 4.1.1): what may stand there stands there as it is, and what may not
//! is percent-encoded.

use super::url;
use std::fmt::Write;

/// Text as the value of a cookie.
pub fn encoded(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if is_octet(*byte) && !url::is_encoded_byte(&bytes[at..]) {
            value.push(char::from(*byte));
        } else {
            let _ = write!(value, "%{byte:02X}");
        }
    }
    value
}

/// What the value of a cookie stands for.
pub fn decoded(value: &str) -> String {
    url::decoded(value)
}

/// Whether text may stand in the value of a cookie as it is.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(is_octet)
}

/// Names and values in a list of cookies, as they came.
pub fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split(';').filter_map(|pair| pair.trim().split_once('='))
}

/// A `cookie-octet` of RFC 6265; but for the comma, which may only stand between items.
fn is_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_stand_in_a_cookie_stands_there() {
        assert_eq!(encoded("YWJj+/=={a}|100%"), "YWJj+/=={a}|100%");
        assert_eq!(encoded("a b;c,d\"\\%41\u{e9}"), "a%20b%3Bc%2Cd%22%5C%2541%C3%A9");
    }

    #[test]
    fn cookies_come_in_a_list() {
        assert_eq!(pairs("a=1; b=x=y;c; d=").collect::<Vec<_>>(), [("a", "1"), ("b", "x=y"), ("d", "")]);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_again(text in "(?s).*|[%0-9A-F \"]*") {
            let value = encoded(&text);
            prop_assert!(value.bytes().all(is_octet), "{}", value);
            prop_assert_eq!(decoded(&value), text);
        }
    }
}
