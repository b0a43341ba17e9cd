//! Secrets: what must appear in no output, and the variables that stand for it.

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The secrets of a run, each with the variable that stands for it in outputs.
#[derive(Clone, Default)]
pub struct Secrets(Vec<(String, String)>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// Shorter text is too likely to stand in an answer by chance.
const SHORTEST: usize = 4;

impl Secrets {
    /// Adds a secret and the name of its variable.
    pub fn add(&mut self, secret: &str, variable: &str) {
        self.add_written(secret, variable);
        // The same secret as it stands in JSON and in a URL.
        let json = serde_json::Value::from(secret).to_string();
        self.add_written(json.trim_matches('"'), variable);
        let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        self.add_written(&url, variable);
    }

    fn add_written(&mut self, secret: &str, variable: &str) {
        if secret.len() >= SHORTEST && !self.0.iter().any(|(known, _)| known == secret) {
            self.0.push((secret.to_owned(), format!("${variable}")));
            // A secret that holds another must go first.
            self.0.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        }
    }

    /// Text with every secret replaced by its variable.
    pub fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (secret, variable)| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), variable) } else { text }
        })
    }

    /// Bytes with every secret replaced by its variable.
    pub fn hide_bytes(&self, bytes: Bytes) -> Bytes {
        let mut bytes = bytes;
        for (secret, variable) in &self.0 {
            if find(&bytes, secret.as_bytes()).is_some() {
                bytes = replace(&bytes, secret.as_bytes(), variable.as_bytes()).into();
            }
        }
        bytes
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let last = bytes.len().checked_sub(wanted.len())?;
    (0..=last).find(|&start| bytes[start] == first && bytes[start..].starts_with(wanted))
}

/// Every occurrence of `old` replaced by `new`.
pub fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = find(rest, old) {
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
        assert_eq!(secrets.hide("x hunter22 y user:hunter22 abc"), "x $PASSWORD y $PAIR abc");
        assert_eq!(
            secrets.hide_bytes(Bytes::from_static(b"\xffhunter22hunter22")),
            &b"\xff$PASSWORD$PASSWORD"[..]
        );
    }
}
