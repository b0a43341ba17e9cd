//! What a contract refers to by URLs, fetched from the hosts that a user has named.

use super::check::runtime;
use super::failure::Failure;
use super::{Exit, note};
use crate::run::fetch::fetch;
use crate::source::kept::{Kept, KeptError};
use crate::source::{Document, Refusal, host_to_fetch};
use crate::text::visible;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// So many URLs are asked for.
const MOST: usize = 64;

/// So much is fetched in all.
const MAX_BYTES: usize = 32 << 20;

/// Fetches for one contract.
pub(super) struct Fetching<'a> {
    allowed: &'a [String],
    kept: Kept,
    asked: BTreeSet<String>,
    bytes: usize,
}

impl<'a> Fetching<'a> {
    pub(super) fn new(contract: &Path, allowed: &'a [String]) -> Result<Fetching<'a>, Failure> {
        let kept = Kept::of(contract).map_err(|error| refused(&error))?;
        Ok(Fetching { allowed, kept, asked: BTreeSet::new(), bytes: 0 })
    }

    /// What is kept, by URL.
    pub(super) fn copies(&self) -> impl Iterator<Item = (String, PathBuf)> + '_ {
        self.kept.copies()
    }

    /// Fetches what a document refers to and may be fetched; whether there was anything.
    pub(super) fn fetch(&mut self, document: &Document) -> Result<bool, Failure> {
        let named = document.broken_refs().iter().filter_map(|broken| match &broken.reason {
            Refusal::Remote { url } => Some(url),
            _ => None,
        });
        let wanted: BTreeSet<String> =
            named.filter(|url| self.allows(url) && !self.asked.contains(*url)).cloned().collect();
        let mut any = false;
        for url in wanted {
            if self.asked.len() == MOST || self.bytes > MAX_BYTES {
                note(&format!("note: no more is fetched than {MOST} files and {} MiB", MAX_BYTES >> 20));
                break;
            }
            self.asked.insert(url.clone());
            match runtime()?.block_on(fetch(&url, |there| self.allows(there))) {
                Ok(body) => {
                    self.bytes += body.len();
                    let path = self.kept.keep(&url, &body).map_err(|error| refused(&error))?;
                    note(&format!("note: {} is fetched and kept in {}", visible(&url), path.display()));
                    any = true;
                }
                Err(error) => {
                    let why = visible(&error.to_string());
                    note(&format!("note: {} is not fetched: {why}", visible(&url)));
                }
            }
        }
        Ok(any)
    }

    fn allows(&self, url: &str) -> bool {
        host_to_fetch(url).is_some_and(|host| self.allowed.contains(&host))
    }
}

fn refused(error: &KeptError) -> Failure {
    let why = format!("the contract cannot be read: {}", visible(&error.to_string()));
    Failure::new(Exit::Contract, why).with_hint(Some(error.hint()))
}
