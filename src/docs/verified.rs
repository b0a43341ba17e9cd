//! What a run lends a reference: marks on what it tells, and real exchanges as examples.

use super::example::reformatted;
use super::marks::{self, status};
use super::model::{Example, Media, Operation, Origin, Reference, Run};
use super::{prose, words};
use crate::contract::model::{self as contracted, choose, is_json};
use crate::contract::{Behaviour, Contract};
use crate::judge::Severity;
use crate::page::Anchors;
use crate::report::model::{Body, Case, CaseResult, Content, Report};
use crate::schema::{SchemaAt, Side};
use crate::source::Location;

/// Why a run cannot stand behind a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It was a run of something else.
    #[error("the report is about {title:?}: no operation of it is in the contract")]
    Foreign {
        /// What it was about.
        title: String,
    },
    /// They are snapshots of something else.
    #[error("no operation of the contract has a snapshot in the profile `{profile}`")]
    Unknown {
        /// The profile.
        profile: String,
    },
    /// A recorded exchange is no longer what the contract says.
    #[error("the recorded {what} of `{case}` is not what the contract says now: {reason}")]
    Stale {
        /// Request or answer.
        what: &'static str,
        /// The case that recorded it.
        case: String,
        /// How it differs.
        reason: String,
        /// Where the contract says otherwise.
        at: Location,
    },
}

impl NotVerified {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            NotVerified::Foreign { .. } => "name the report of a run of this contract".to_owned(),
            NotVerified::Unknown { .. } => {
                "name the folder of a profile, such as snapshots/host, that `probity check` recorded"
                    .to_owned()
            }
            NotVerified::Stale { at, .. } => {
                format!("see {at}; mend the contract there, or record again with `probity check`")
            }
        }
    }
}

/// Marks a reference with what a run has shown, and puts its exchanges first among the examples.
pub(super) fn verify(
    reference: &mut Reference,
    anchors: &mut Anchors,
    contract: &Contract,
    report: &Report,
) -> Result<(), NotVerified> {
    let mut known = false;
    for told in reference.groups.iter_mut().flat_map(|group| &mut group.operations) {
        let of = |one: &&contracted::Operation| one.method == told.method && one.path == told.path;
        let Some(operation) = contract.operations.iter().find(of) else { continue };
        let sightings = Sightings::new(contract, operation, report);
        known |= !sightings.cases.is_empty();
        marks::mark(told, anchors, operation, report);
        sightings.record(told)?;
    }
    if !known {
        return Err(NotVerified::Foreign { title: report.contract.title.clone() });
    }
    let found = |severity| report.findings.iter().filter(|one| one.severity == severity).count();
    reference.run = Some(Run {
        target: report.target.clone(),
        date: report.timing.started.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        version: report.contract.version.clone(),
        broken: found(Severity::Deny),
        warned: found(Severity::Warn),
        incomplete: report.incomplete().map(|(_, why)| why.to_owned()),
    });
    Ok(())
}

/// What a run has seen of an operation.
struct Sightings<'r> {
    contract: &'r Contract,
    operation: &'r contracted::Operation,
    report: &'r Report,
    cases: Vec<&'r Case>,
}

impl<'r> Sightings<'r> {
    fn new(
        contract: &'r Contract,
        operation: &'r contracted::Operation,
        report: &'r Report,
    ) -> Sightings<'r> {
        let cases = marks::covered(operation, report).map(|own| {
            let of = |case: &&Case| case.operation == own.covered.operation && marks::is_declared(case, own);
            report.cases.iter().filter(of).collect()
        });
        Sightings { contract, operation, report, cases: cases.unwrap_or_default() }
    }

    /// Puts recorded exchanges first among the examples.
    fn record(&self, told: &mut Operation) -> Result<(), NotVerified> {
        let accepted = self.first(|case| {
            case.expected.verdict == crate::plan::Verdict::Accept
                && case.outcome.as_ref().is_some_and(|o| o.accepted)
        });
        if let (Some(case), Some(body)) = (accepted, &mut told.body) {
            self.request(case, &mut body.media)?;
        }
        for (index, own) in self.operation.responses.iter().enumerate() {
            let mut shown: Vec<&Case> = Vec::new();
            let here = |case: &Case| {
                status(case)
                    .and_then(|code| self.operation.response(code))
                    .is_some_and(|found| found.status == own.status)
            };
            if told.responses[index].good {
                shown.extend(accepted.filter(|case| here(case)));
            } else {
                for error in &told.errors {
                    let code = std::slice::from_ref(&error.code);
                    shown.extend(self.first(|case| {
                        here(case) && case.outcome.as_ref().is_some_and(|outcome| outcome.codes == code)
                    }));
                }
            }
            if shown.is_empty() {
                shown.extend(self.first(here));
            }
            let mut found = Vec::new();
            for case in shown {
                found.extend(self.answer(case, own)?);
            }
            for (media, example) in found.into_iter().rev() {
                if let Some(media) = told.responses[index].media.iter_mut().find(|one| one.name == media) {
                    put_first(media, example);
                }
            }
        }
        Ok(())
    }

    /// The first case that passed and can be shown.
    fn first(&self, wanted: impl Fn(&Case) -> bool) -> Option<&'r Case> {
        let whole = |body: Option<&Body>| body.is_none_or(|body| !body.cut);
        let mut fitting = self.cases.iter().copied().filter(|case| {
            case.result == CaseResult::Passed
                && case.request.as_ref().is_some_and(|request| whole(request.body.as_ref()))
                && case.outcome.as_ref().is_some_and(|outcome| whole(outcome.observed.body.as_ref()))
                && wanted(case)
        });
        fitting.next()
    }

    fn request(&self, case: &Case, told: &mut [Media]) -> Result<(), NotVerified> {
        let Some(request) = &case.request else { return Ok(()) };
        let Some(text) = request.body.as_ref().and_then(text) else { return Ok(()) };
        let text = text.replace("{run}", &self.report.timing.run_id);
        let name = request.headers.get("content-type").unwrap_or_default();
        let Some(body) = &self.operation.body else { return Ok(()) };
        let Some(media) = choose(&body.content, name) else {
            let reason = format!("the media type {name:?} is not documented");
            return Err(self.stale("request", case, reason, &body.at));
        };
        if is_json(&media.name) {
            self.holds("request", case, &text, media.schema.as_ref(), Side::Request)?;
        }
        if let Some(told) = told.iter_mut().find(|one| one.name == media.name) {
            put_first(told, recorded("As it was sent".to_owned(), &text, is_json(&media.name)));
        }
        Ok(())
    }

    fn answer(
        &self,
        case: &Case,
        own: &contracted::Response,
    ) -> Result<Option<(String, Example)>, NotVerified> {
        let Some(outcome) = &case.outcome else { return Ok(None) };
        let Some(text) = outcome.observed.body.as_ref().and_then(text).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let name = outcome.observed.headers.get("content-type").unwrap_or_default();
        let Some(media) = choose(&own.content, name) else {
            if own.content.is_empty() {
                return Ok(None);
            }
            let reason = format!("the media type {name:?} is not documented");
            return Err(self.stale("answer", case, reason, &own.at));
        };
        if is_json(name) {
            self.holds("answer", case, text, media.schema.as_ref(), Side::Response)?;
        }
        Ok(Some((media.name.clone(), recorded(self.title(case), text, is_json(name)))))
    }

    /// What the answer to a case shows.
    fn title(&self, case: &Case) -> String {
        let outcome = case.outcome.as_ref();
        if outcome.is_some_and(|outcome| outcome.accepted) {
            return "As it was answered".to_owned();
        }
        let codes = outcome.map(|outcome| outcome.codes.as_slice()).unwrap_or_default();
        coded(&self.operation.behaviour, codes).unwrap_or_else(|| case.about.clone())
    }

    /// Whether a body is what the contract says now.
    fn holds(
        &self,
        what: &'static str,
        case: &Case,
        text: &str,
        schema: Option<&SchemaAt>,
        side: Side,
    ) -> Result<(), NotVerified> {
        let Some(schema) = schema else { return Ok(()) };
        let value = match crate::json::read(text.as_bytes()) {
            Ok(read) => read.to_value(),
            Err(error) => return Err(self.stale(what, case, format!("it is not JSON: {error}"), &schema.0)),
        };
        match self.contract.schemas.errors(schema, side, &value).first() {
            None => Ok(()),
            Some(broken) => {
                let place = if broken.place.is_empty() { "the body" } else { &broken.place };
                let reason = format!("{place}: expected {}, found {}", broken.expected, broken.actual);
                Err(self.stale(what, case, reason, &broken.at))
            }
        }
    }

    fn stale(&self, what: &'static str, case: &Case, reason: String, at: &str) -> NotVerified {
        NotVerified::Stale { what, case: case.id.clone(), reason, at: self.contract.document.locate_key(at) }
    }
}

/// What codes mean, in a few words.
pub(super) fn coded(behaviour: &Behaviour, codes: &[String]) -> Option<String> {
    let entry = |code: &String| {
        let entry = behaviour.errors.as_ref()?.catalogue.get(code)?;
        Some(format!("{code}: {}", prose::plain(&words::when(behaviour, entry))))
    };
    let known: Vec<String> = codes.iter().filter_map(entry).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn text(body: &Body) -> Option<&str> {
    match &body.content {
        Content::Text(text) => Some(text),
        Content::Base64(_) => None,
    }
}

fn recorded(title: String, text: &str, json: bool) -> Example {
    let text = if json { reformatted(text) } else { text.to_owned() };
    Example { title, text, json, origin: Origin::Recorded }
}

/// What was made from the schema says less than what was recorded.
pub(super) fn put_first(media: &mut Media, example: Example) {
    media.examples.retain(|known| known.origin != Origin::Made);
    media.examples.insert(0, example);
}
