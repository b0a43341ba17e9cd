//! The identity of a run: ten digits that unique values carry, and that nothing else of the plan does.

use crate::generate::RUN;
use crate::plan::Plan;
use memchr::memmem::{self, Finder};
use std::borrow::Cow;
use std::sync::LazyLock;

static PLACE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(RUN));

/// Bytes of a plan with the identity of a run filled in.
pub fn filled(bytes: &[u8], id: &str) -> Vec<u8> {
    replaced(bytes, &PLACE, id.as_bytes())
}

/// Text of a plan with the identity of a run filled in.
pub(super) fn filled_text<'t>(text: &'t str, id: &str) -> Cow<'t, str> {
    if PLACE.find(text.as_bytes()).is_some() { text.replace(RUN, id).into() } else { text.into() }
}

/// Every occurrence of `old` replaced by `new`.
pub fn replaced(bytes: &[u8], old: &Finder<'_>, new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut end = 0;
    for at in old.find_iter(bytes) {
        result.extend_from_slice(&bytes[end..at]);
        result.extend_from_slice(new);
        end = at + old.needle().len();
    }
    result.extend_from_slice(&bytes[end..]);
    result
}

/// Whether digits stand in a plan by themselves: as the identity of a run they could not be told
/// from what is the same in every run.
pub fn stands_in(plan: &Plan, id: &str) -> bool {
    plan.cases().any(|case| {
        let request = &case.request;
        let headers = request.headers.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let body = request.body.as_deref().unwrap_or_default();
        headers.chain([request.path.as_bytes(), body]).any(|text| holds(text, id))
    })
}

fn holds(text: &[u8], id: &str) -> bool {
    if memmem::find(text, id.as_bytes()).is_some() {
        return id != RUN;
    }
    // Digits around the identity must not make another one with it.
    let digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    let mut places = memmem::find_iter(text, RUN.as_bytes());
    if !places.any(|at| digit(at.checked_sub(1)) || digit(Some(at + RUN.len()))) {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    text.replace(RUN, id).replace(id, RUN) != text
}

/// Ten digits, the first not zero, that no other run has.
pub fn fresh(plan: &Plan) -> String {
    loop {
        let id = made_up();
        if !stands_in(plan, &id) {
            return id;
        }
    }
}

fn made_up() -> String {
    use std::hash::{BuildHasher, Hasher};
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u128(now.as_nanos());
    hasher.write_u32(std::process::id());
    (1_000_000_000 + hasher.finish() % 9_000_000_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_found_by_themselves_and_beside_the_identity() {
        for (text, id, expected) in [
            (format!("{{\"a\":{RUN}}}"), "1234567891", false),
            (format!("{{\"a\":{RUN}, \"b\": 1234567891}}"), "1234567891", true),
            ("99991234567891".to_owned(), "1234567891", true),
            (format!("1{RUN}"), "1111111111", true),
            (format!("2{RUN}"), "1111111111", false),
            (format!("a{RUN}"), RUN, false),
        ] {
            assert_eq!(holds(text.as_bytes(), id), expected, "{id} in {text}");
        }
    }
}
