//! What the requests of a plan say, all together.

use super::Plan;
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
    /// Whether any request holds a text, in small letters: a host may keep it, and say it in the
    /// answer to another.
    pub fn says(&self, text: &str) -> bool {
        let said = self.said.0.get_or_init(|| {
            let mut said = Vec::new();
            for request in self.cases().map(|case| &case.request) {
                said.extend(request.path.bytes().map(|byte| byte.to_ascii_lowercase()));
                said.push(b'\n');
                said.extend(request.body.iter().flatten().map(u8::to_ascii_lowercase));
                said.push(b'\n');
            }
            said
        });
        memmem::find(said, text.as_bytes()).is_some()
    }
}
