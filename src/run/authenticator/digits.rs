//! Credentials written as they travel, and what is near to them.

use crate::wire::digest::hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};

/// The credentials of HTTP Basic.
pub fn basic(user: &str, password: &str, md5: bool) -> String {
    let password = if md5 { md5_hex(password) } else { password.to_owned() };
    BASE64.encode(format!("{user}:{password}"))
}

/// The MD5 of text, in hexadecimal.
pub fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

pub(super) fn wrong_password(password: &str) -> String {
    format!("{password}-wrong")
}

pub(in crate::run) fn changed(token: &str) -> String {
    let mut token: Vec<char> = token.chars().collect();
    // Not the last one: in base64 it may hold bits that nobody reads.
    let middle = token.len() * 3 / 4;
    match token.get_mut(middle) {
        // Not only in case either: secrets are hidden in any.
        Some(letter) => *letter = if letter.eq_ignore_ascii_case(&'A') { 'B' } else { 'A' },
        None => token.push('A'),
    }
    token.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_convention_matches_its_test_vector() {
        assert_eq!(
            basic("store.server", "server123", true),
            "c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"
        );
    }

    #[test]
    fn a_changed_token_is_another_token_of_the_same_form() {
        assert_eq!(changed("abcd"), "abcA");
        assert_eq!(changed("abcA"), "abcB");
    }
}
