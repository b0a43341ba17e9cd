//! Regular expressions as ECMA-262 has them, which is what `pattern` is written in. The only door to
//! `fancy-regex`.
//!
//! What looks at nothing but its own text is matched in time that is linear to it. Looks and
//! references back are tried out, so often at most and on so long a text; what does not come to an
//! end is neither a match nor none.

mod read;
mod tree;
mod write;

pub use tree::{Item, Look, Node, Set};

use fancy_regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// So often a match is tried in another way.
const TRIES: usize = 50_000;
/// A longer text is not held against a pattern that has to be tried out.
const LONGEST_TRIED: usize = 5_000;
/// A pattern may take so much memory: `^[\p{L} ]{1,255}$` needs more than the engine gives by itself.
const BYTES: usize = 32 << 20;
/// So many times over may a part be repeated that has to be tried out.
const REPEATS: u64 = 1_000;
/// So many patterns are kept.
const KEPT: usize = 4_096;

/// A pattern that can be used.
#[derive(Debug)]
pub struct Pattern {
    /// What it says.
    pub node: Node,
    engine: Regex,
    written: String,
    plain: bool,
    /// Whether it has to be tried out.
    tried: bool,
}

/// What is known of a pattern: how it is used, or why it cannot be.
pub type Known = Arc<Result<Pattern, String>>;

impl Pattern {
    /// Reads a pattern, once for all who ask.
    pub fn of(text: &str) -> Known {
        static ALL: Mutex<Option<HashMap<String, Known, foldhash::fast::RandomState>>> = Mutex::new(None);
        let known =
            |all: &mut Option<HashMap<_, Known, _>>| all.as_ref().and_then(|all| all.get(text).cloned());
        if let Some(known) = known(&mut ALL.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let read: Known = Arc::new(Pattern::read(text));
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(text.to_owned(), Arc::clone(&read));
        read
    }

    fn read(text: &str) -> Result<Pattern, String> {
        let read::Parsed { node, plain } = read::read(text)?;
        Pattern::built(node, plain)
    }

    /// The pattern that a changed one is.
    pub fn built_of(node: Node) -> Option<Pattern> {
        Pattern::built(node, false).ok()
    }

    fn built(node: Node, plain: bool) -> Result<Pattern, String> {
        let tried = is_tried(&node);
        if tried && repeats(&node) > REPEATS {
            return Err(format!("it repeats looks or references back more than {REPEATS} times"));
        }
        let written = write::written(&node);
        let engine = RegexBuilder::new(&written).backtrack_limit(TRIES).delegate_size_limit(BYTES).build();
        let engine = engine.map_err(|error| match error {
            fancy_regex::Error::CompileError(_) => "it is too large to be used".to_owned(),
            other => other.to_string(),
        })?;
        Ok(Pattern { node, engine, written, plain, tried })
    }

    /// Whether a text matches somewhere; none where that could not be found out.
    pub fn matches(&self, text: &str) -> Option<bool> {
        if self.tried && text.len() > LONGEST_TRIED {
            return None;
        }
        // The engine below panics on some patterns (rust-lang/regex issue 1344).
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.engine.is_match(text)));
        found.ok()?.ok()
    }

    /// The same for an engine of Rust's, where that would read another thing.
    pub fn rewritten(&self) -> Option<&str> {
        (!self.plain).then_some(self.written.as_str())
    }
}

/// Whether a pattern has looks or references back.
fn is_tried(node: &Node) -> bool {
    match node {
        Node::Look(_) | Node::Back(_) | Node::Boundary { .. } => true,
        Node::Start { lines } | Node::End { lines } => *lines,
        Node::Group(_, inner) | Node::Case { inner, .. } | Node::Repeat { inner, .. } => is_tried(inner),
        Node::Row(all) | Node::Either(all) => all.iter().any(is_tried),
        Node::Empty | Node::Char(_) | Node::Set(_) => false,
    }
}

/// How often the most repeated part that has to be tried out is, counted numbers multiplied.
fn repeats(node: &Node) -> u64 {
    match node {
        Node::Repeat { inner, least, most, .. } if is_tried(inner) => {
            let times = u64::from(most.unwrap_or(*least)).max(1);
            times.saturating_mul(repeats(inner))
        }
        Node::Group(_, inner) | Node::Case { inner, .. } | Node::Repeat { inner, .. } => repeats(inner),
        Node::Look(look) => repeats(&look.inner),
        Node::Row(all) | Node::Either(all) => all.iter().map(repeats).max().unwrap_or(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
