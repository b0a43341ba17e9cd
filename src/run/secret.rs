//! Secrets: what must appear in no output, and the variables that stand for it.

use super::forms::forms;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use bytes::Bytes;
use std::sync::OnceLock;

/// The secrets of a run, each with the variable that stands for it in outputs.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Longest first: a secret that holds another must be found before it.
    known: Vec<(String, String)>,
    finder: OnceLock<Option<AhoCorasick>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.known.len())
    }
}

/// Shorter text is too likely to stand in an answer by chance.
const SHORTEST: usize = 4;

impl Secrets {
    /// Adds a secret and the name of its variable.
    pub fn add(&mut self, secret: &str, variable: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        for form in forms(secret) {
            if self.known.iter().all(|(known, _)| *known != form) {
                self.known.push((form, format!("${variable}")));
            }
        }
        self.known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        self.finder = OnceLock::new();
    }

    /// Whether a secret that is too long to be there by chance stands in the bytes.
    pub fn stand_in(&self, bytes: &[u8]) -> bool {
        const LONG: usize = 12;
        let mut found = self.finder().into_iter().flat_map(|finder| finder.find_iter(bytes));
        found.any(|found| found.len() >= LONG)
    }

    /// Text with every secret replaced by its variable.
    pub fn hide(&self, text: String) -> String {
        match self.finder() {
            Some(finder) if finder.is_match(&text) => finder.replace_all(&text, &self.variables()),
            _ => text,
        }
    }

    /// Bytes with every secret replaced by its variable.
    pub fn hide_bytes(&self, bytes: Bytes) -> Bytes {
        match self.finder() {
            Some(finder) if finder.is_match(&bytes) => {
                finder.replace_all_bytes(&bytes, &self.variables()).into()
            }
            _ => bytes,
        }
    }

    fn finder(&self) -> Option<&AhoCorasick> {
        let build = || {
            let secrets = self.known.iter().map(|(secret, _)| secret);
            let kind = Some(AhoCorasickKind::ContiguousNFA);
            AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).build(secrets).ok()
        };
        self.finder.get_or_init(build).as_ref()
    }

    fn variables(&self) -> Vec<&str> {
        self.known.iter().map(|(_, variable)| variable.as_str()).collect()
    }
}

/// Every occurrence of `old` replaced by `new`.
pub fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, old) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    result.extend_from_slice(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let mut secrets = Secrets::default();
        secrets.add("hunter22", "PASSWORD");
        secrets.add("user:hunter22", "PAIR");
        secrets.add("abc", "SHORT");
        assert_eq!(secrets.hide("x hunter22 y user:hunter22 abc".into()), "x $PASSWORD y $PAIR abc");
        assert_eq!(
            secrets.hide_bytes(Bytes::from_static(b"\xffhunter22hunter22")),
            &b"\xff$PASSWORD$PASSWORD"[..]
        );
    }
}
