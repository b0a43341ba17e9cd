//! The head of a request: what stands before its body. Most requests of a run share it with others,
//! and so it is made and kept once.

use super::headers::Headers;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// A method, a URL and headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Headers,
}

/// Heads by what they are made from.
pub(crate) struct Heads<K>(Mutex<Vec<(K, Arc<Head>)>>);

impl<K> Default for Heads<K> {
    fn default() -> Heads<K> {
        Heads(Mutex::default())
    }
}

impl<K> Heads<K> {
    /// The head that is made from what `is` tells; made now if it is not known.
    pub(crate) fn get(&self, is: impl Fn(&K) -> bool, make: impl FnOnce() -> (K, Head)) -> Arc<Head> {
        /// Where there are more, they are rather all different.
        const MOST: usize = 64;
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = known().iter().find(|(key, _)| is(key)).map(|(_, head)| Arc::clone(head));
        head.unwrap_or_else(|| {
            let (key, head) = make();
            let (head, mut known) = (Arc::new(head), known());
            if known.len() < MOST {
                known.push((key, Arc::clone(&head)));
            }
            head
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_made_once_and_beyond_a_number_each_time() {
        let (heads, made) = (Heads::default(), Mutex::new(0));
        let get = |key: usize| {
            let make = || {
                *made.lock().unwrap() += 1;
                (key, Head { method: "GET".into(), url: key.to_string(), headers: Headers::default() })
            };
            heads.get(|known| *known == key, make).url.clone()
        };
        for key in (0..100).chain(0..100) {
            assert_eq!(get(key), key.to_string());
        }
        assert_eq!(*made.lock().unwrap(), 136);
    }
}
