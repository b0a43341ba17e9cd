//! What the requests of a plan say, all together.

use super::Plan;
use crate::exchange::Pieces;
use memchr::memmem;
use std::sync::OnceLock;

/// Paths and bodies in small letters, put together when somebody first asks for them.
#[derive(Debug, Default)]
pub struct Said(OnceLock<Vec<u8>>);

impl Clone for Said {
    /// The copy of a plan may be given other scenarios.
    fn clone(&self) -> Said {
        Said::default()
    }
}

impl Plan {
    /// Whether any request of the run that a plan is sent in holds a text, in small letters: a host may
    /// keep it, and say it in the answer to another.
    pub fn says(&self, text: &str, run: &str) -> bool {
        let said = self.said.0.get_or_init(|| {
            let mut said = Vec::new();
            let mut say = |text: &Pieces| {
                // Without a run there is only what stands for its identity.
                let filled = if run.is_empty() { text.sample().to_vec() } else { text.filled(run).to_vec() };
                said.extend(filled.iter().map(u8::to_ascii_lowercase));
                said.push(b'\n');
            };
            for request in self.cases().map(|case| &case.request) {
                say(&request.path());
                request.body.iter().for_each(&mut say);
            }
            said
        });
        memmem::find(said, text.as_bytes()).is_some()
    }
}
