//! The report for machines: JSON by `spec/report.schema.json`, written and read again.
//!
//! Two runs with the same contract, seed and behaviour of the host give the same bytes, except
//! under the keys `timing` and `observed`.

use super::model::{FORMAT, Report};
use crate::text::steers;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// Why text is no report that can be read.
#[derive(Debug, thiserror::Error)]
pub enum NotAReport {
    /// It is not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is JSON of something else.
    #[error("this is JSON, but no report of Probity")]
    Foreign,
    /// The format is of another version.
    #[error("this report has format {format}, written by version {version}; format {FORMAT} is read here")]
    OtherFormat {
        /// Its format.
        format: u64,
        /// What wrote it.
        version: String,
    },
    /// Something in it is not as the format says.
    #[error("this report is damaged: {0}")]
    Damaged(serde_json::Error),
}

impl NotAReport {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            NotAReport::OtherFormat { format, version } if *format > u64::from(FORMAT) => {
                format!("use Probity {version} or newer")
            }
            NotAReport::OtherFormat { .. } => {
                "run the check again with this version, which writes the format that it reads".into()
            }
            _ => "name a file that `probity check --report json=FILE` has written".into(),
        }
    }
}

/// The report, with a line break at its end.
pub fn json(report: &Report) -> serde_json::Result<String> {
    pretty(report)
}

/// JSON for people and programs, with a line break at its end. What would steer a terminal is
/// escaped, as JSON allows it for any character.
pub(super) fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(tame(text))
}

/// Such characters stand only in strings, but for the line breaks of the layout; so does what a CI
/// system that shows the text would take for a command.
pub(super) fn tame(text: String) -> String {
    let steering = |character: char| character != '\n' && steers(character);
    let text = if text.contains("##[") { text.replace("##[", "##\\u005b") } else { text };
    if !text.contains(steering) {
        return text;
    }
    let mut result = String::with_capacity(text.len() + 64);
    for character in text.chars() {
        if steering(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(result, "\\u{unit:04x}");
            }
        } else {
            result.push(character);
        }
    }
    result
}

/// Reads a report again.
pub fn read(text: &str) -> Result<Report, NotAReport> {
    let value: Value = serde_json::from_str(text).map_err(NotAReport::NotJson)?;
    let wrote = value.get("probity").ok_or(NotAReport::Foreign)?;
    let format = wrote.get("format").and_then(Value::as_u64).ok_or(NotAReport::Foreign)?;
    if format != u64::from(FORMAT) {
        let version = wrote.get("version").and_then(Value::as_str).unwrap_or("of another program");
        return Err(NotAReport::OtherFormat { format, version: version.to_owned() });
    }
    serde_json::from_str(text).map_err(NotAReport::Damaged)
}

#[cfg(test)]
mod tests;
