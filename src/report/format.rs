//! The forms of a report: their names, and how each is made.

use super::{Report, ctrf, github, gitlab, har, html, json, junit, markdown, sarif};
use std::fmt;

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Everything, by `spec/report.schema.json`; every other form but `Ndjson` can be made of it.
    Json,
    /// `JUnit` XML, as CI servers read it.
    Junit,
    /// One page for people, with everything in it.
    Html,
    /// Markdown, for a page that a CI system shows.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// HAR 1.2, every exchange.
    Har,
    /// Common Test Report Format.
    Ctrf,
    /// GitLab's code quality.
    Gitlab,
    /// The events of a run as they happen, by `spec/events.schema.json`.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: &[Format] = &[
        Format::Json,
        Format::Junit,
        Format::Html,
        Format::Markdown,
        Format::Github,
        Format::Sarif,
        Format::Har,
        Format::Ctrf,
        Format::Gitlab,
        Format::Ndjson,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Github => "github",
            Format::Sarif => "sarif",
            Format::Har => "har",
            Format::Ctrf => "ctrf",
            Format::Gitlab => "gitlab",
            Format::Ndjson => "ndjson",
        }
    }

    /// The report in this form, in so many bytes where the form can be cut; a stream of events
    /// cannot be made afterwards.
    pub fn render(self, report: &Report, most: usize) -> Result<String, String> {
        match self {
            Format::Json => json::json(report).map_err(|error| error.to_string()),
            Format::Junit => junit::junit(report).map_err(|error| error.to_string()),
            Format::Html => Ok(html::html(report)),
            Format::Markdown => Ok(markdown::markdown(report, most)),
            Format::Github => Ok(github::github(report)),
            Format::Sarif => sarif::sarif(report).map_err(|error| error.to_string()),
            Format::Har => har::har(report).map_err(|error| error.to_string()),
            Format::Ctrf => ctrf::ctrf(report).map_err(|error| error.to_string()),
            Format::Gitlab => gitlab::gitlab(report).map_err(|error| error.to_string()),
            Format::Ndjson => Err("events are written while they happen, by `probity check`".into()),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
