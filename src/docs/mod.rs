//! The API reference: from a contract to pages that people read.
//!
//! ```text
//! Contract → Reference → HTML page, or Markdown files
//!      run ↗
//! ```

use crate::contract::Contract;
use crate::contract::model::is_json;
use crate::report::Report;
use crate::schema::Side;
use crate::snapshot::Recorded;

mod agreed;
mod build;
mod curl;
mod example;
mod harmless;
mod html;
mod marks;
pub mod model;
mod prose;
mod shape;
mod strays;
mod tally;
mod text;
mod twice;
mod verified;
mod words;

#[doc(hidden)]
pub use harmless::{harmless, harmless_line};
pub use verified::NotVerified;

/// The anchors that every page has for itself.
const PAGE_ANCHORS: &[&str] = &[
    "main",
    "contents",
    "search",
    "overview",
    "authentication",
    "schemas",
    "top",
    "found",
    "nothing",
    "theme",
];

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
pub struct File {
    /// Its name in the folder.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What stands behind a reference.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'e> {
    /// A run: what held and what failed, with its target and its date.
    Run(&'e Report),
    /// Snapshots: what came when they were recorded.
    Snapshots {
        /// The name of the profile.
        profile: &'e str,
        /// What it holds.
        recorded: &'e [Recorded],
    },
}

/// The reference of a contract, with evidence if there is some. The same contract and evidence
/// give the same bytes.
pub fn files(
    contract: &Contract,
    evidence: Option<Evidence<'_>>,
    format: Format,
) -> Result<Vec<File>, NotVerified> {
    let (mut reference, mut anchors) = build::reference(contract);
    match evidence {
        Some(Evidence::Run(report)) => verified::verify(&mut reference, &mut anchors, contract, report)?,
        Some(Evidence::Snapshots { profile, recorded }) => {
            agreed::remember(&mut reference, contract, profile, recorded)?;
        }
        None => {}
    }
    Ok(match format {
        Format::Html => vec![File { name: "index.html".into(), text: html::page(&reference) }],
        Format::Markdown => text::files(&reference),
    })
}

/// An example of the contract that is not what its own schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongExample {
    /// JSON Pointer to the example.
    pub at: String,
    /// How it differs.
    pub reason: String,
}

/// The examples of bodies that their own schemas refuse.
pub fn wrong_examples(contract: &Contract) -> Vec<WrongExample> {
    let mut found: Vec<WrongExample> = Vec::new();
    for operation in &contract.operations {
        let sent = operation.body.iter().flat_map(|body| &body.content).map(|media| (media, Side::Request));
        let answers = operation.responses.iter().flat_map(|response| &response.content);
        for (media, side) in sent.chain(answers.map(|media| (media, Side::Response))) {
            let Some(schema) = media.schema.as_ref().filter(|_| is_json(&media.name)) else { continue };
            for example in &media.examples {
                let broken = contract.schemas.errors(schema, side, &example.value);
                let Some(first) = broken.first().filter(|_| found.iter().all(|known| known.at != example.at))
                else {
                    continue;
                };
                let place = if first.place.is_empty() { "it" } else { &first.place };
                let reason = format!("{place}: expected {}, found {}", first.expected, first.actual);
                found.push(WrongExample { at: example.at.clone(), reason });
            }
        }
    }
    found
}

/// Whether a file was written by [`files`], which may then write it anew or take it away.
pub fn is_ours(text: &str, format: Format) -> bool {
    match format {
        Format::Html => html::is_ours(text),
        Format::Markdown => text.lines().take(20).any(|line| line == text::MARK),
    }
}
