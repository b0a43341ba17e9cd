//! Whether an operation takes again what it took: where it does not, what is there by then may be to
//! blame, and one acceptance says nothing about a later refusal.

use super::contrast::Said;
use super::{Asked, Whole, is_4xx};
use crate::exchange::Request;
use crate::plan::{Position, Verdict};
use std::collections::HashMap;

/// So often what was accepted once is refused before that is taken for more than chance.
const AGAIN: usize = 3;

/// How often an operation took and refused what is the same but for fresh text.
pub(super) struct Steady {
    counts: HashMap<String, Counts>,
    spends: bool,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    accepted: usize,
    refused: usize,
}

impl Counts {
    fn is_spent(self) -> bool {
        self.accepted == 1 && self.refused >= AGAIN
    }
}

impl Steady {
    pub(super) fn of(run: &Whole<'_>, asked: &Asked) -> Steady {
        let mut counts: HashMap<String, Counts> = HashMap::new();
        for position in &asked.accepted {
            counts.entry(key(&run.case(*position).request)).or_default().accepted += 1;
        }
        let (accepted, mut refused) = (asked.accepted.len(), 0);
        for (position, status, verdict) in &asked.refused {
            if *verdict == Verdict::Accept && status.is_some_and(is_4xx) {
                refused += 1;
                counts.entry(key(&run.case(*position).request)).or_default().refused += 1;
            }
        }
        let spends =
            Counts { accepted, refused }.is_spent() || counts.values().any(|counts| counts.is_spent());
        Steady { counts, spends }
    }

    /// Whether what was accepted can be held against a refusal of something like it.
    pub(super) fn vouches(&self, run: &Whole<'_>, accepted: Position) -> bool {
        let accepted =
            || self.counts.get(&key(&run.case(accepted).request)).map_or(0, |counts| counts.accepted);
        !self.spends || accepted() > 1
    }
}

/// What two requests have in common that differ in nothing but fresh text.
fn key(request: &Request) -> String {
    let mut said = Said::of(request).blank();
    said.sort_all_objects();
    said.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{CredentialKind, Parts, Pieces};

    const RUN: &str = "7071727374";

    #[test]
    fn what_is_taken_once_and_refused_ever_after_is_spent() {
        for (accepted, refused, expected) in [(1, 3, true), (1, 2, false), (2, 30, false), (0, 3, false)] {
            assert_eq!(Counts { accepted, refused }.is_spent(), expected, "{accepted} {refused}");
        }
    }

    #[test]
    fn requests_are_the_same_but_for_fresh_text_and_the_order_of_members() {
        let request = |body: &str| Request {
            method: "POST".into(),
            parts: Parts::at("/a").into(),
            body: Some(Pieces::of(body.to_owned(), RUN)),
            credentials: CredentialKind::Valid,
        };
        let fresh = |name: &str| request(&format!("{{\"a\":1,\"name\":\"{name}-{RUN}\"}}"));
        assert_eq!(key(&fresh("one")), key(&fresh("two")));
        assert_eq!(key(&request("{\"a\":1,\"b\":[2]}")), key(&request("{ \"b\": [2], \"a\": 1 }")));
        assert_ne!(key(&request("{\"a\":1}")), key(&request("{\"a\":2}")));
    }
}
