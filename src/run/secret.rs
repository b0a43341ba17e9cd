//! Secrets: what must appear in no output, and the variables that stand for it.

use super::forms::forms;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use bytes::Bytes;
use std::ops::Range;
use std::sync::OnceLock;

/// The secrets of a run, each with the variable that stands for it in outputs.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Longest first: a secret that holds another must be found before it.
    known: Vec<(String, String)>,
    finders: OnceLock<Vec<Finder>>,
}

/// Finds some of the secrets.
#[derive(Clone)]
struct Finder {
    automaton: AhoCorasick,
    variables: Vec<String>,
    any_case: bool,
}

impl Finder {
    /// Where secrets stand, with the variable of each; none overlap.
    fn find<'f>(&'f self, bytes: &[u8]) -> Vec<(Range<usize>, &'f str)> {
        // Vector instructions find plain text many times faster than any automaton that allows
        // for case, and small letters stand where the capitals stood.
        let small = self.any_case.then(|| bytes.to_ascii_lowercase());
        let found = self.automaton.find_iter(small.as_deref().unwrap_or(bytes));
        found.map(|found| (found.range(), &*self.variables[found.pattern()])).collect()
    }
}

/// The text or bytes with what was found replaced.
fn replaced(bytes: &[u8], found: &[(Range<usize>, &str)]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut end = 0;
    for (range, variable) in found {
        result.extend_from_slice(&bytes[end..range.start]);
        result.extend_from_slice(variable.as_bytes());
        end = range.end;
    }
    result.extend_from_slice(&bytes[end..]);
    result
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.known.len())
    }
}

/// Shorter text is too likely to stand in an answer by chance.
const SHORTEST: usize = 4;

/// Text from this length on is known in capitals and in small letters too.
const IN_ANY_CASE: usize = 6;

/// Vector instructions look for at most 64 texts at a time.
const AT_ONCE: usize = 48;

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
        self.finders = OnceLock::new();
    }

    /// Whether a secret that is too long to be there by chance stands in the bytes.
    pub fn stand_in(&self, bytes: &[u8]) -> bool {
        const LONG: usize = 12;
        let mut found = self.finders().flat_map(|finder| finder.find(bytes));
        found.any(|(range, _)| range.len() >= LONG)
    }

    /// Text with every secret replaced by its variable.
    pub fn hide(&self, text: String) -> String {
        self.finders().fold(text, |text, finder| match finder.find(text.as_bytes()) {
            found if found.is_empty() => text,
            found => String::from_utf8_lossy(&replaced(text.as_bytes(), &found)).into_owned(),
        })
    }

    /// Bytes with every secret replaced by its variable.
    pub fn hide_bytes(&self, bytes: Bytes) -> Bytes {
        self.finders().fold(bytes, |bytes, finder| match finder.find(&bytes) {
            found if found.is_empty() => bytes,
            found => replaced(&bytes, &found).into(),
        })
    }

    /// The longer secrets in any case, then the shorter ones as they are written.
    fn finders(&self) -> impl Iterator<Item = &Finder> {
        let build = |known: &[&(String, String)], any_case: bool| {
            let (secrets, variables): (Vec<String>, Vec<String>) = known
                .iter()
                .map(|(secret, variable)| {
                    let secret = if any_case { secret.to_ascii_lowercase() } else { secret.clone() };
                    (secret, variable.clone())
                })
                .unzip();
            let automaton = AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .match_kind(MatchKind::LeftmostLongest)
                .build(&secrets)
                .ok()?;
            Some(Finder { automaton, variables, any_case })
        };
        let all = || {
            let kinds = [true, false].into_iter().flat_map(|any_case| {
                let long = |known: &&(String, String)| (known.0.len() >= IN_ANY_CASE) == any_case;
                let known: Vec<_> = self.known.iter().filter(long).collect();
                known.chunks(AT_ONCE).filter_map(|known| build(known, any_case)).collect::<Vec<_>>()
            });
            kinds.collect()
        };
        self.finders.get_or_init(all).iter()
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
    fn a_secret_is_hidden_in_capitals_and_in_hexadecimal() {
        let mut secrets = Secrets::default();
        secrets.add("hunter22", "PASSWORD");
        secrets.add("abcd", "PIN");
        assert_eq!(
            secrets.hide("HUNTER22 68756E7465723232 ABCD abcd".into()),
            "$PASSWORD $PASSWORD ABCD $PIN"
        );
    }

    #[test]
    fn a_secret_beyond_ascii_is_hidden_however_it_is_written() {
        let mut secrets = Secrets::default();
        secrets.add("Zürich\"77", "PASSWORD");
        for written in [
            "Zürich\"77",
            "ZÜRICH\"77",
            "zürich&quot;77",
            "Z&#252;rich&#34;77",
            "Z&#xfc;rich&#x22;77",
            "&#90;&#252;&#114;&#105;&#99;&#104;&#34;&#55;&#55;",
            "Z\u{fffd}rich\"77",
            "ZÃ¼rich\"77",
            "Z\\u00fcrich\\\"77",
        ] {
            assert_eq!(secrets.hide(written.into()), "$PASSWORD", "{written}");
        }
    }

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
