//! The API reference: from a contract to pages that people read.
//!
//! ```text
//! Contract → Reference → HTML page, or Markdown files
//!      run ↗
//! ```

use crate::contract::Contract;

mod anchor;
mod build;
mod example;
mod html;
pub mod model;
mod prose;
mod shape;
mod text;
mod words;

/// The anchors that every page has for itself.
const PAGE_ANCHORS: &[&str] = &["main", "contents", "search", "overview", "authentication", "schemas", "top"];

/// What a reference is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One page that needs nothing else.
    Html,
    /// A file for each operation, and one that lists them.
    Markdown,
}

/// A file of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its name in the folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The reference of a contract. The same contract gives the same bytes.
pub fn pages(contract: &Contract, format: Format) -> Vec<Page> {
    let reference = build::reference(contract);
    match format {
        Format::Html => vec![Page { name: "index.html".into(), text: html::page(&reference) }],
        Format::Markdown => text::pages(&reference),
    }
}

/// Whether a Markdown file was written by [`pages`], and may be taken away by it.
pub fn is_ours(text: &str) -> bool {
    text.lines().take(20).any(|line| line == text::MARK)
}
