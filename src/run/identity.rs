//! The identity of a run: ten digits that unique values carry, and that nothing else of the plan does.

use crate::exchange::Pieces;
use crate::plan::Plan;
use memchr::memmem::{self, Finder};

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
        let names = request.parts.fields.iter().map(|(name, _)| name.as_bytes());
        let texts = request.parts.texts().chain(&request.body);
        names.into_iter().any(|name| memmem::find(name, id.as_bytes()).is_some())
            || texts.into_iter().any(|text| holds(text, id))
    })
}

/// Whether digits stand in a text elsewhere than where it has the identity of the run, be it together
/// with digits around that.
fn holds(text: &Pieces, id: &str) -> bool {
    let filled = text.filled(id);
    let own = text.runs().enumerate().map(|(index, at)| {
        // Each identity before it was as long as this one.
        let sample = text.run_sample().map_or(0, str::len);
        at + index * id.len() - index * sample
    });
    let found: Vec<usize> = memmem::find_iter(&filled, id.as_bytes()).collect();
    found != own.collect::<Vec<_>>()
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

    const SAMPLE: &str = "7071727374";

    #[test]
    fn digits_are_found_by_themselves_and_beside_the_identity() {
        for (text, id, expected) in [
            (format!("{{\"a\":{SAMPLE}}}"), "1234567891", false),
            (format!("{{\"a\":{SAMPLE}, \"b\": 1234567891}}"), "1234567891", true),
            ("99991234567891".to_owned(), "1234567891", true),
            (format!("1{SAMPLE}"), "1111111111", true),
            (format!("2{SAMPLE}"), "1111111111", false),
            (format!("a{SAMPLE}-{SAMPLE}"), SAMPLE, false),
        ] {
            assert_eq!(holds(&Pieces::of(text.clone(), SAMPLE), id), expected, "{id} in {text}");
        }
    }
}
