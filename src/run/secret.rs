//! Secrets: what must appear in no output, and the variables that stand for it.

use super::authenticator::Carrier;
use super::forms::forms;
use super::names::each_name;
use super::placed::Placed;
use crate::exchange::Answer;
use crate::exchange::{Head, Heads};
use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use bytes::Bytes;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The secrets of a run, each with the variable that stands for it in outputs.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Longest first: a secret that holds another must be found before it.
    known: Vec<(String, String)>,
    /// As they were given.
    plain: Vec<String>,
    /// Names of the contract that hold a secret, or are one.
    names: Vec<String>,
    placed: Placed,
    finders: OnceLock<Vec<Finder>>,
    /// Finds how any secret begins, in small letters.
    beginnings: OnceLock<Option<AhoCorasick>>,
    /// Those without secrets, by those with them.
    heads: Arc<Heads<Arc<Head>>>,
}

/// What of the secrets an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// Perhaps something, of which nothing may be shown.
    Perhaps,
    /// A secret in its body, too long to be there by chance.
    Secret,
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
    fn find<'f>(&'f self, read: &Haystack<'_>) -> Vec<(Range<usize>, &'f str)> {
        let found = self.automaton.find_iter(read.in_case(self.any_case));
        found.map(|found| (found.range(), &*self.variables[found.pattern()])).collect()
    }
}

/// Bytes to look through. Vector instructions find plain text many times faster than any automaton
/// that allows for case, and small letters stand where the capitals stood.
struct Haystack<'b> {
    bytes: &'b [u8],
    small: Cow<'b, [u8]>,
}

impl<'b> Haystack<'b> {
    fn new(bytes: &'b [u8]) -> Haystack<'b> {
        let capitals = bytes.iter().any(u8::is_ascii_uppercase);
        let small = if capitals { bytes.to_ascii_lowercase().into() } else { bytes.into() };
        Haystack { bytes, small }
    }

    fn in_case(&self, any: bool) -> &[u8] {
        if any { &self.small } else { self.bytes }
    }
}

fn finder(texts: impl IntoIterator<Item: AsRef<[u8]>>) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::LeftmostLongest)
        .build(texts)
}

/// Whether what stands in a range is a part of a longer name, or the name of a member in JSON.
fn covers(bytes: &[u8], range: &Range<usize>, name: &str) -> bool {
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let longer = name.len().checked_sub(range.len());
    let Some(longer) = longer.filter(|longer| *longer > 0) else {
        return bytes[range.clone()] == *name.as_bytes() && is_key(bytes, range);
    };
    (range.start.saturating_sub(longer)..=range.start).any(|start| {
        let end = start + name.len();
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let opens = goes_on(name.as_bytes().first()) && goes_on(before);
        let closes = goes_on(name.as_bytes().last()) && goes_on(bytes.get(end));
        bytes.get(start..end) == Some(name.as_bytes()) && !opens && !closes
    })
}

/// Whether a range is the whole name of a member in JSON.
fn is_key(bytes: &[u8], range: &Range<usize>) -> bool {
    let after = bytes.get(range.end..).and_then(|rest| rest.strip_prefix(b"\""));
    bytes[..range.start].ends_with(b"\"")
        && after.is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
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

/// The many forms of a secret share few beginnings of this length, and most bytes hold none.
const BEGINNING: usize = 6;

impl Secrets {
    /// Adds a secret and the name of its variable.
    pub fn add(&mut self, secret: &str, variable: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        self.plain.push(secret.to_owned());
        for form in forms(secret) {
            if self.known.iter().all(|(known, _)| *known != form) {
                self.known.push((form, format!("${variable}")));
            }
        }
        self.known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        self.finders = OnceLock::new();
        self.beginnings = OnceLock::new();
        self.heads = Arc::default();
    }

    /// Keeps the names that a contract gives whole: what of a secret stands in them, anybody can read
    /// in the contract.
    pub(super) fn spare_names(&mut self, document: &Value) {
        let plain: Vec<String> = self.plain.iter().map(|secret| secret.to_ascii_lowercase()).collect();
        let Some(shortest) = plain.iter().map(String::len).min() else { return };
        let mut names = BTreeSet::new();
        each_name(document, &mut |name| {
            if name.len() >= shortest {
                let small = name.to_ascii_lowercase();
                if plain.iter().any(|secret| small.contains(secret)) {
                    names.insert(name);
                }
            }
        });
        self.names = names.into_iter().map(str::to_owned).collect();
    }

    /// Adds a secret by what carries it in a request, with what carries its variable instead.
    pub(super) fn add_placed(&mut self, secret: Carrier, shown: Carrier) {
        self.placed.add(secret, shown);
        self.heads = Arc::default();
    }

    /// What of the secrets an answer holds.
    pub(super) fn held(&self, answer: &Answer) -> Held {
        const LONG: usize = 12;
        let read = Haystack::new(&answer.body);
        if !self.begins_in(&read) {
            let queried = || answer.headers.iter().any(|(_, value)| self.placed.queried(value));
            let headers = self.stand_in(answer.headers.text().as_bytes()) || queried();
            return if headers { Held::Perhaps } else { Held::Nothing };
        }
        let found = self.finders().flat_map(|finder| self.found(finder, &read, &[]));
        let lengths = found.map(|(range, _)| range.len());
        match lengths.max() {
            Some(LONG..) => Held::Secret,
            _ => Held::Perhaps,
        }
    }

    /// Text with every secret replaced by its variable.
    pub fn hide(&self, text: String) -> String {
        self.hide_beside(text, &[])
    }

    /// The same, but for what is a part of longer text that is known not to come from a host.
    pub fn hide_beside(&self, text: String, own: &[&str]) -> String {
        let text = self.placed.in_queries(text);
        if self.stand_in(text.as_bytes()) {
            String::from_utf8_lossy(&self.without(text.into_bytes(), own)).into_owned()
        } else {
            text
        }
    }

    /// The head of a request with every secret replaced by its variable.
    pub(super) fn hide_in(&self, head: &Arc<Head>) -> Arc<Head> {
        self.heads.get(Arc::clone(head), |head| {
            let value = |name: &str, value: &str| {
                self.placed.in_header(name, value).unwrap_or_else(|| value.to_owned())
            };
            let headers = head.headers.with_values(|name, text| self.hide(value(name, text)).into());
            Head { method: head.method.clone(), url: self.hide(head.url.clone()), headers }
        })
    }

    /// Bytes with every secret replaced by its variable.
    pub fn hide_bytes(&self, bytes: Bytes) -> Bytes {
        if self.stand_in(&bytes) { self.without(bytes.into(), &[]).into() } else { bytes }
    }

    fn stand_in(&self, bytes: &[u8]) -> bool {
        let read = Haystack::new(bytes);
        let found = |finder: &Finder| finder.automaton.is_match(read.in_case(finder.any_case));
        self.begins_in(&read) && self.finders().any(found)
    }

    /// Whether the beginning of a secret stands in the bytes, which takes a fraction of the time
    /// that looking for the whole ones does.
    fn begins_in(&self, read: &Haystack<'_>) -> bool {
        let build = || {
            let beginning = |known: &(String, String)| {
                let bytes = known.0.as_bytes();
                bytes[..bytes.len().min(BEGINNING)].to_ascii_lowercase()
            };
            let beginnings: BTreeSet<Vec<u8>> = self.known.iter().map(beginning).collect();
            finder(beginnings).ok()
        };
        let beginnings = self.beginnings.get_or_init(build).as_ref();
        beginnings.is_none_or(|beginnings| beginnings.is_match(&*read.small))
    }

    fn without(&self, bytes: Vec<u8>, own: &[&str]) -> Vec<u8> {
        self.finders()
            .fold(bytes, |bytes, finder| replaced(&bytes, &self.found(finder, &Haystack::new(&bytes), own)))
    }

    /// Where secrets stand, but for those that are parts of names.
    fn found<'f>(
        &self,
        finder: &'f Finder,
        read: &Haystack<'_>,
        own: &[&str],
    ) -> Vec<(Range<usize>, &'f str)> {
        let mut found = finder.find(read);
        if !self.names.is_empty() || !own.is_empty() {
            let names = || self.names.iter().map(String::as_str).chain(own.iter().copied());
            found.retain(|(range, _)| !names().any(|name| covers(read.bytes, range, name)));
        }
        found
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
            let automaton = finder(secrets).ok()?;
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
    fn names_that_the_contract_gives_stay_whole_and_nothing_else_does() {
        let mut secrets = Secrets::default();
        secrets.add("test", "PASSWORD");
        secrets.add("order-key", "KEY");
        let contract = serde_json::json!({
            "paths": {"/a/test/{id}": {"get": {"operationId": "readTest", "tags": ["test-things"]}}},
            "schema": {"properties": {"testResult": {"default": "a-test-value"}, "test": {}}},
        });
        secrets.spare_names(&contract);
        for (text, shown) in [
            ("body/testResult is absent", "body/testResult is absent"),
            ("GET /a/test/5 of test-things", "GET /a/test/5 of test-things"),
            ("{\"test\" : \"test\"}", "{\"test\" : \"$PASSWORD\"}"),
            ("{\"testResult\":\"test\"}", "{\"testResult\":\"$PASSWORD\"}"),
            ("wrong password test", "wrong password $PASSWORD"),
            ("testResults, mytestResult", "$PASSWORDResults, my$PASSWORDResult"),
            ("a-test-value", "a-$PASSWORD-value"),
            ("order-key", "$KEY"),
        ] {
            assert_eq!(secrets.hide(text.into()), shown, "{text}");
        }
        assert_eq!(secrets.hide_beside("body/test: test".into(), &["body/test"]), "body/test: $PASSWORD");
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
