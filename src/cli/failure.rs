//! Failures of the program itself: what is wrong, where, and what to do.

use super::{Exit, note};
use crate::contract::ContractError;
use crate::source::{Document, SourceError};
use anstyle::{AnsiColor, Style};

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
    excerpt: Option<String>,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into(), hint: None, excerpt: None }
    }

    pub(super) fn with_hint(mut self, hint: Option<String>) -> Failure {
        self.hint = hint;
        self
    }

    /// The same with another exit code where it has a certain one.
    pub(super) fn instead(mut self, exit: Exit, other: Exit) -> Failure {
        self.exit = if self.exit == exit { other } else { self.exit };
        self
    }

    /// Writes it to standard error.
    pub(super) fn show(&self) -> Exit {
        let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let cyan = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
        if let Some(excerpt) = &self.excerpt {
            note(excerpt.trim_end());
        } else {
            note(&format!("{red}error{red:#}: {}", crate::text::visible(&self.message)));
            if let Some(hint) = &self.hint {
                note(&format!("{cyan} help{cyan:#}: {hint}"));
            }
        }
        self.exit
    }
}

/// That a file is no document, with the line of its text if there is one.
pub(super) fn unread(error: &SourceError, text: Option<&str>) -> Failure {
    let message = format!("the contract cannot be read: {error}");
    let excerpt = text.and_then(|text| error.snippet(text, &message, true));
    Failure { exit: Exit::Contract, message, hint: error.hint(), excerpt }
}

/// That a document which could be read is no contract.
pub(super) fn unreadable(document: &Document, error: &ContractError) -> Failure {
    let mut places: Vec<(&str, String, Option<String>)> = Vec::new();
    match error {
        ContractError::Extension(mistakes) => {
            places.extend(
                mistakes
                    .iter()
                    .map(|mistake| (mistake.at.as_str(), mistake.message.clone(), mistake.hint.clone())),
            );
        }
        other => places.push((other.at(), other.to_string(), other.hint())),
    }
    let excerpts = places.iter().map(|(at, message, hint)| {
        let location = document.locate_key(at);
        document.snippet(&location, message, "here", hint.as_deref(), true)
    });
    let excerpt = excerpts.collect::<Vec<_>>().join("\n\n");
    Failure { exit: Exit::Contract, message: error.to_string(), hint: error.hint(), excerpt: Some(excerpt) }
}
