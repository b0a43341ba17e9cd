//! Requests with and without parameters, and with the values that are documented.

use super::{About, Deriver, Of, Sheet, Subject};
use crate::contract::ParameterLocation;
use crate::exchange::Pieces;
use crate::plan::Place;
use crate::schema::Side;
use crate::wire::parameter;

/// What the client says by itself, if nobody says it.
const SAID_ANYWAY: [&str; 3] = ["user-agent", "accept-encoding", "host"];

impl Deriver<'_> {
    /// All parameters together, where several may be left out.
    pub(super) fn together(&mut self, sheet: &Sheet<'_>, subjects: &[Subject<'_>]) {
        let mut texts = sheet.texts.clone();
        let mut added = 0;
        for subject in subjects.iter().filter(|subject| !self.is_mute(subject)) {
            if texts[subject.index].is_none() {
                let text = parameter::written(subject.parameter, &subject.value);
                texts[subject.index] = text.map(|text| self.text(text));
                added += 1;
            }
        }
        if added < 2 {
            return;
        }
        let at = self.operation.at.clone();
        let about = About {
            worth: if self.only_reads() { 1 } else { 8 },
            place: Place::Path(String::new()),
            kind: "valid",
            variant: "all-parameters",
            at: &at,
            words: "every parameter".into(),
        };
        let request = self.with(sheet, &texts);
        self.send(sheet, about, &request);
    }

    /// A header that may be left out and of which nothing is said: it is sent as it is, and no more.
    pub(super) fn is_mute(&self, subject: &Subject<'_>) -> bool {
        let parameter = subject.parameter;
        let flat = self.labeller.flats.at(&subject.places);
        parameter.location == ParameterLocation::Header
            && !parameter.required
            && (flat.types.is_empty() || (flat.is_free_text() && flat.length == (None, None)))
    }

    /// One that may be left out, alone.
    pub(super) fn present(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>) {
        if sheet.texts[subject.index].is_some() {
            return;
        }
        let Some(text) = parameter::written(subject.parameter, &subject.value) else { return };
        let is_header = subject.parameter.location == ParameterLocation::Header;
        let of = Of {
            worth: match (self.only_reads(), is_header) {
                (_, true) => 9,
                (true, false) => 1,
                (false, false) => 6,
            },
            kind: if is_header { "header" } else { "present" },
            variant: "present",
            words: &format!("with {}", subject.name()),
        };
        let text = self.text(text);
        self.about(sheet, subject, of, Some(text));
    }

    /// The request without one that it needs.
    pub(super) fn absent(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>) {
        let parameter = subject.parameter;
        let is_said = || SAID_ANYWAY.iter().any(|name| parameter.name.eq_ignore_ascii_case(name));
        let is_there = sheet.texts[subject.index].is_some();
        if parameter.location == ParameterLocation::Path || !is_there || is_said() {
            return;
        }
        let is_header = parameter.location == ParameterLocation::Header;
        let of = Of {
            worth: if is_header { 3 } else { 2 },
            kind: if is_header { "header" } else { "absent" },
            variant: "absent",
            words: &format!("without {}", subject.name()),
        };
        self.about(sheet, subject, of, None);
    }

    /// The values that are documented.
    pub(super) fn examples(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>) {
        let parameter = subject.parameter;
        // What the run makes is there, and what is documented need not be.
        if sheet.texts[subject.index].as_ref().is_some_and(Pieces::is_open) {
            return;
        }
        let schemas = &self.contract.schemas;
        for example in &parameter.examples {
            let schema = parameter.schema.as_ref();
            if schema.is_some_and(|schema| !schemas.accepts(schema, Side::Request, &example.value)) {
                continue;
            }
            let Some(text) = parameter::written(parameter, &example.value) else { continue };
            let of = Of {
                worth: if self.only_reads() { 3 } else { 8 },
                kind: "example",
                variant: &example.name,
                words: &format!("the documented example `{}` of {}", example.name, subject.name()),
            };
            let text = self.text(text);
            self.about(sheet, subject, of, Some(text));
        }
    }
}
