//! The head of a request: what stands before its body. Most requests of a run share it with others,
//! and so it is made and kept once.

use super::headers::Headers;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// A method, a URL and headers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Headers,
}

/// Heads by what they are made from.
pub(crate) struct Heads<K>(Mutex<HashMap<K, Arc<Head>>>);

impl<K> Default for Heads<K> {
    fn default() -> Heads<K> {
        Heads(Mutex::default())
    }
}

impl<K: Eq + Hash> Heads<K> {
    /// The head that is made from something; made now if it is not known.
    pub(crate) fn get(&self, from: K, make: impl FnOnce(&K) -> Head) -> Arc<Head> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(head) = known.get(&from) {
            return Arc::clone(head);
        }
        let head = Arc::new(make(&from));
        known.insert(from, Arc::clone(&head));
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_made_once() {
        let (heads, made) = (Heads::default(), Mutex::new(0));
        for key in (0..100).chain(0..100) {
            let head = heads.get(key, |key| {
                *made.lock().unwrap() += 1;
                Head { method: "GET".into(), url: key.to_string(), headers: Headers::default() }
            });
            assert_eq!(head.url, key.to_string());
        }
        assert_eq!(*made.lock().unwrap(), 100);
    }
}
