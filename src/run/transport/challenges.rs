//! The challenges of HTTP Digest that a target makes, and how often each was answered.

use crate::exchange::Answer;
use crate::wire::digest::{Challenge, Signed, Signer};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands in a request for the answer to a challenge, which is another in each: of who is let in, and
/// of who is not.
pub const PLACEHOLDERS: [&str; 2] = ["Digest $PROBITY_DIGEST", "Digest $PROBITY_WRONG_DIGEST"];

/// The challenge that a target made last, and how often it was answered.
#[derive(Debug, Default)]
pub(super) struct Challenges(Mutex<Option<(Challenge, u32)>>);

impl Challenges {
    fn last(&self) -> MutexGuard<'_, Option<(Challenge, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The nonce of the last challenge.
    pub(super) fn nonce(&self) -> Option<String> {
        self.last().as_ref().map(|(challenge, _)| challenge.nonce.clone())
    }

    /// The header that answers the last challenge, if there was one.
    pub(super) fn answered(&self, signer: &Signer, signed: &Signed<'_>) -> Option<String> {
        let mut last = self.last();
        let (challenge, count) = last.as_mut()?;
        *count = count.saturating_add(1);
        Some(challenge.answer(signer, signed, *count, &challenge.own(*count)))
    }

    /// Keeps the challenge of a refusal. Tells whether to answer it: none was answered yet, the one that
    /// was is said to be too old, or, where the password is right, it is another.
    pub(super) fn challenged(&self, answer: &Answer, before: Option<&str>, signer: &Signer) -> bool {
        let Some(challenge) = Challenge::of(answer.headers.all("www-authenticate")) else { return false };
        let is_new = before != Some(challenge.nonce.as_str());
        let again = before.is_none() || challenge.stale || (signer.valid && is_new);
        let mut last = self.last();
        if last.as_ref().is_none_or(|(known, _)| known.nonce != challenge.nonce) {
            *last = Some((challenge, 0));
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(header: &str) -> Answer {
        let headers = [("www-authenticate", header)].into();
        Answer { status: 401, headers, body: bytes::Bytes::new() }
    }

    #[test]
    fn a_challenge_is_answered_again_only_where_that_can_help() {
        let (known, right) =
            (Challenges::default(), Signer { user: "u".into(), password: "p".into(), valid: true });
        let wrong = Signer { valid: false, ..right.clone() };
        let refusal = |nonce: &str, stale: &str| answer(&format!("Digest nonce=\"{nonce}\"{stale}"));
        assert!(known.challenged(&refusal("a", ""), None, &wrong));
        assert!(!known.challenged(&refusal("b", ""), Some("a"), &wrong));
        assert!(known.challenged(&refusal("c", ", stale=TRUE"), Some("b"), &wrong));
        assert!(known.challenged(&refusal("d", ""), Some("c"), &right));
        assert!(!known.challenged(&refusal("d", ""), Some("d"), &right));
        assert_eq!(known.nonce().as_deref(), Some("d"));
    }
}
