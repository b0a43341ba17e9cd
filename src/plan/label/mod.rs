//! The oracle: what the bytes of a request are worth, decoded again and validated.

mod content;
mod items;
mod parameters;
mod silence;

use super::{Place, ResourceNames, Verdict, Violation};
use crate::cause::Cause;
use crate::contract::expression;
use crate::contract::extension::Unique;
use crate::contract::model;
use crate::contract::{Contract, Operation};
use crate::exchange::{Pieces, Request};
use crate::generate::{Sample, unique};
use crate::json::{self, Kind, Node, pointer};
use crate::schema::Side;
use crate::schema::folded::{Folds, Type};
use crate::wire::body::{self, Codec};
pub(super) use parameters::is_reserved_header;
use parameters::{Known, parameters};
use serde_json::Value;
use silence::Silence;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What a request is worth.
#[derive(Clone, Debug)]
pub struct Label {
    /// Whether the host must take it.
    pub verdict: Verdict,
    /// Why it must be refused; empty unless it must.
    pub violations: Vec<Violation>,
    /// Why neither answer is a defect; empty unless the contract is silent.
    pub silent: Vec<String>,
    /// What a host may tell in place of the violations, because of what other runs left behind.
    pub perhaps: Vec<Violation>,
    /// Whether a unique value of the request is the same in every run.
    pub fixed: bool,
}

impl Label {
    /// That of a request that must be refused.
    pub fn refused(violations: Vec<Violation>) -> Label {
        Label { verdict: Verdict::Reject, violations, silent: Vec::new(), perhaps: Vec::new(), fixed: false }
    }
}

/// Why a value may be read in two ways.
fn two_readings(contract: &Contract) -> &'static str {
    if contract.schemas.unlisted().is_empty() {
        "whether a request has to hold what is `required` and `readOnly` is not said"
    } else {
        "whether keywords count that this version of OpenAPI does not list is not said"
    }
}

const ORDINARY_DEPTH: usize = 32;

/// Labels requests to the operations of a contract.
pub struct Labeller<'c> {
    pub(super) contract: &'c Contract,
    /// The schemas of bodies.
    pub(super) flats: Rc<Folds<'c>>,
    /// Those of answers.
    pub(super) answered: Folds<'c>,
    pub(super) resources: ResourceNames,
    /// What stands for the identity of a run.
    pub(super) sample: Sample,
    known: RefCell<Known>,
    codecs: RefCell<HashMap<(String, String), Rc<Codec>>>,
}

impl<'c> Labeller<'c> {
    /// A labeller for a contract.
    pub fn new(contract: &'c Contract) -> Labeller<'c> {
        let resources = ResourceNames::of(contract);
        let flats = Rc::new(Folds::new(contract.schemas.raw(Side::Request)));
        let files: Vec<&str> = contract.document.files().iter().map(|file| file.text.as_str()).collect();
        let sample = Sample::apart_from(&files);
        let answered = Folds::new(contract.schemas.raw(Side::Response));
        let (known, codecs) = (RefCell::default(), RefCell::default());
        Labeller { contract, flats, answered, resources, sample, known, codecs }
    }

    /// What writes and reads the bodies of a media type.
    pub(super) fn codec(&self, media: &model::MediaType) -> Rc<Codec> {
        self.codec_as(media, None)
    }

    /// The same for what came as a media type that a range includes.
    fn codec_as(&self, media: &model::MediaType, given: Option<&str>) -> Rc<Codec> {
        let given = given.filter(|_| media.name.contains('*'));
        let key = (media.at.clone(), given.unwrap_or_default().to_owned());
        if let Some(codec) = self.codecs.borrow().get(&key) {
            return Rc::clone(codec);
        }
        let codec = Codec::of(&self.flats, media);
        let codec = Rc::new(given.map_or_else(|| codec.clone(), |given| codec.clone().named(given)));
        self.codecs.borrow_mut().insert(key, Rc::clone(&codec));
        codec
    }

    /// The contract.
    pub fn contract(&self) -> &'c Contract {
        self.contract
    }

    /// Text of a request, of which digits that stand for the identity of a run are marked.
    pub(super) fn text(&self, text: impl Into<Vec<u8>>) -> Pieces {
        Pieces::of(text.into().into_boxed_slice(), self.sample.as_str())
    }

    /// What a request to an operation is worth. What an earlier answer supplies is known to the
    /// host.
    pub fn label(&self, operation: &Operation, request: &Request) -> Label {
        let mut seen = Findings::default();
        let text = document_of(self, operation, request);
        if request.method != operation.method {
            seen.violation(Cause::UndeclaredMethod, Place::Method, None, &operation.at);
        }
        if !request.credentials.is_valid() && !operation.is_open() {
            seen.violation(Cause::Unauthenticated, Place::Credentials, None, &operation.at);
        }
        parameters(self, operation, request, &mut seen);
        seen.parameters_that_name(self, operation, request);
        if seen.violations.is_empty() {
            of_body(self, operation, request, text.as_ref(), &mut seen);
        }
        if let Some(text) = text.as_ref().filter(|_| !seen.refused_unread()) {
            seen.taken(operation, request, text);
            seen.references(self, operation, text);
        }
        let fixed = text.is_some_and(|text| fixed(operation, request, &text).next().is_some());
        Label { fixed, ..seen.label() }
    }

    /// The values that a contract documents for a place of the body; `*` is every item.
    fn documented(&self, operation: &Operation, place: &str) -> Vec<Value> {
        let Some(media) = operation.json_body() else { return Vec::new() };
        let examples = media.examples.iter().flat_map(|example| expression::select(&example.value, place));
        let mut known: Vec<Value> = examples.map(|(_, value)| value.clone()).collect();
        let places: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        known.extend(self.flats.below(&places, place).examples.iter().cloned());
        known
    }
}

#[derive(Default)]
struct Findings {
    violations: Vec<Violation>,
    silent: Vec<String>,
    perhaps: Vec<Violation>,
}

impl Findings {
    fn violation(&mut self, cause: Cause, place: Place, keyword: Option<String>, at: &str) {
        self.violations.push(Violation { cause, place, keyword, at: at.to_owned() });
    }

    fn silent(&mut self, why: impl Into<String> + AsRef<str>) {
        if !self.silent.iter().any(|known| known == why.as_ref()) {
            self.silent.push(why.into());
        }
    }

    fn refused_unread(&self) -> bool {
        let mut causes = self.violations.iter().map(|violation| violation.cause);
        causes.any(|cause| matches!(cause, Cause::Unauthenticated | Cause::UndeclaredMethod))
    }

    /// The unique values of a request that may be taken already: each run sends the same.
    fn taken(&mut self, operation: &Operation, request: &Request, text: &json::Text) {
        for (index, unique) in fixed(operation, request, text) {
            let place = Place::Body(unique.field.clone());
            // What is itself invalid was never taken.
            if self.violations.iter().any(|violation| violation.place == place) {
                continue;
            }
            self.silent(format!(
                "a value of `{}` that is the same in every run may be taken already",
                unique.field
            ));
            let at = format!("{}/{index}", operation.behaviour.at.unique);
            self.perhaps.push(Violation { cause: Cause::Repeated, place, keyword: None, at });
        }
    }

    /// The values of a request that name another resource, of which nobody said that it exists.
    fn references(&mut self, labeller: &Labeller<'_>, operation: &Operation, text: &json::Text) {
        let silent = operation.behaviour.silent.iter().filter(|silence| silence.cause == Cause::NotFound);
        for silence in silent.filter(|silence| silence.place.is_empty() || silence.place.starts_with('/')) {
            let own = |violation: &Violation| matches!(&violation.place, Place::Body(at) if expression::covers(&silence.place, at));
            // What is itself invalid names nothing.
            if self.violations.iter().any(own) {
                continue;
            }
            let known = labeller.documented(operation, &silence.place);
            let named = text.root.select(&silence.place.as_str().into());
            let unknown = |node: &Node| node.kind != Kind::Null && !known.contains(&node.to_value());
            if named.into_iter().any(|(_, node)| unknown(node)) {
                self.silent(silence.because.clone());
                let place = Place::Body(silence.place.clone());
                let at = operation.behaviour.at.errors.clone();
                self.perhaps.push(Violation { cause: Cause::NotFound, place, keyword: None, at });
            }
        }
    }

    /// A clear violation outweighs silence.
    fn label(mut self) -> Label {
        let verdict = if !self.violations.is_empty() {
            self.silent.clear();
            Verdict::Reject
        } else if self.silent.is_empty() {
            Verdict::Accept
        } else {
            Verdict::Either
        };
        // Most plans keep thousands of lists with one member.
        self.violations.shrink_to_fit();
        self.silent.shrink_to_fit();
        Label {
            verdict,
            violations: self.violations,
            silent: self.silent,
            perhaps: self.perhaps,
            fixed: false,
        }
    }
}

/// The body as JSON, if it is that. Where no catalogue says what becomes of a malformed body, a
/// host may put a replacement character for what is no UTF-8: RFC 8259 obliges the sender, and lets
/// who reads it take more.
fn document_of(labeller: &Labeller<'_>, operation: &Operation, request: &Request) -> Option<json::Text> {
    let bytes = request.body()?;
    if let Some(given) = request.header("content-type").filter(|given| !model::is_json(given)) {
        return content::document(labeller, operation, &given, bytes);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        return json::read(text.as_bytes()).ok();
    }
    match String::from_utf8_lossy(bytes) {
        Cow::Owned(_) if !operation.behaviour.codes(Cause::Malformed, "").is_empty() => None,
        text => json::read(text.as_bytes()).ok(),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The unique fields of a body whose values are the same in every run, with their numbers.
fn fixed<'o>(
    operation: &'o Operation,
    request: &Request,
    text: &json::Text,
) -> impl Iterator<Item = (usize, &'o Unique)> {
    let fields = operation.behaviour.unique.iter().enumerate();
    fields.filter(|(_, unique)| text.at(&unique.field).is_some_and(|held| !carries_run(request, held)))
}

/// Whether every value below a node of a body carries the identity of the run.
fn carries_run(request: &Request, held: &Node) -> bool {
    let Some(body) = &request.body else { return false };
    // A byte order mark is no part of the document.
    let skipped = if body.sample().starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let carries = |node: &Node| body.carries_run_in(node.start + skipped, node.end + skipped);
    unique::carries_run(held, &carries)
}

/// Whether a unique value of a request is the same in every run.
pub(super) fn holds_fixed(labeller: &Labeller<'_>, operation: &Operation, request: &Request) -> bool {
    !operation.behaviour.unique.is_empty()
        && document_of(labeller, operation, request)
            .is_some_and(|text| fixed(operation, request, &text).next().is_some())
}

fn of_body(
    labeller: &Labeller<'_>,
    operation: &Operation,
    request: &Request,
    text: Option<&json::Text>,
    seen: &mut Findings,
) {
    let root = Place::Body(String::new());
    let Some(declared) = &operation.body else {
        if request.body.is_some() {
            seen.silent("a body is not declared");
        }
        return;
    };
    let Some(bytes) = request.body() else {
        if declared.required {
            let at = pointer::child(&declared.at, "required");
            seen.violation(Cause::Malformed, root, Some("required".into()), &at);
        }
        return;
    };
    if bytes.trim_ascii().is_empty() && !declared.required {
        seen.silent("an empty body may be taken for none, which is allowed");
        return;
    }
    let Some(given) = request.header("content-type") else {
        seen.silent("a body without a media type may be taken for what was declared");
        return;
    };
    let Some(media) = model::choose(&declared.content, &given) else {
        let at = pointer::child(&declared.at, "content");
        seen.violation(Cause::UnsupportedMediaType, Place::MediaType, None, &at);
        return;
    };
    if let (Some(schema), Some(kind)) = (&media.items, model::sequence(&given)) {
        items::items(&labeller.contract.schemas, (media, schema, kind), (&given, bytes), seen);
        return;
    }
    if !model::is_json(&given) {
        content::content(labeller, operation, media, (&given, bytes), seen);
        return;
    }
    if given.to_ascii_lowercase().contains("charset") && !given.to_ascii_lowercase().contains("utf-8") {
        seen.silent("JSON is UTF-8; what another charset does is not said");
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        seen.silent("a byte order mark may be ignored or refused");
    }
    if str::from_utf8(bytes).is_err() {
        seen.silent("bytes that are no UTF-8 may be replaced or refused");
    }
    match text {
        None => seen.violation(Cause::Malformed, root, None, &media.at),
        Some(text) => {
            document(labeller, operation, media, &Document { text, codec: None, unclear: &[] }, seen);
        }
    }
}

/// A body that is read.
struct Document<'d> {
    text: &'d json::Text,
    /// What read it, where it is no JSON.
    codec: Option<&'d Codec>,
    /// The places that others may read otherwise.
    unclear: &'d [String],
}

impl Document<'_> {
    fn is_unclear(&self, place: &str) -> bool {
        self.unclear.iter().any(|outer| pointer::is_below(place, outer))
    }

    /// Whether what stands at a place is text that a host may read as what it must be.
    fn is_loose(&self, types: &[Type], place: &str) -> bool {
        let node = self.codec.and_then(|_| self.text.at(place));
        let text = node.and_then(|node| match &node.kind {
            Kind::String(text) => Some(text),
            _ => None,
        });
        !types.contains(&Type::String) && text.is_some_and(|text| body::is_loose(types, text))
    }
}

fn document(
    labeller: &Labeller<'_>,
    operation: &Operation,
    media: &model::MediaType,
    read: &Document<'_>,
    seen: &mut Findings,
) {
    let text = read.text;
    if !text.duplicates.is_empty() {
        seen.silent("which of two equal keys counts is not said");
    }
    if text.lone_surrogates {
        seen.silent("a surrogate without its partner is no text");
    }
    let Some(schema) = &media.schema else { return };
    let places = [schema.0.clone()];
    let schemas = &labeller.contract.schemas;
    let (broken, unclear) = schemas.breaks_of_text(schema, Side::Request, text);
    if unclear {
        seen.silent(two_readings(labeller.contract));
    }
    for broken in broken {
        // A format is an annotation unless the contract says what happens where it is not kept.
        if broken.cause == Cause::Format && operation.behaviour.codes(broken.cause, &broken.place).is_empty()
        {
            seen.silent("whether a format is asserted is not said");
            // A host that asserts it may tell that first, with a code of its own.
            let (place, keyword) = (Place::Body(broken.place), Some(broken.keyword));
            seen.perhaps.push(Violation { cause: broken.cause, place, keyword, at: broken.at });
            continue;
        }
        if read.is_unclear(&broken.place) {
            continue;
        }
        if read.is_loose(&labeller.flats.below(&places, &broken.place).types, &broken.place) {
            seen.silent("how else a number or a truth value may be written is not said");
            continue;
        }
        let null = || text.at(&broken.place).is_some_and(|node| node.kind == Kind::Null);
        let is_null = broken.cause == Cause::Null || (broken.cause == Cause::NotInEnum && null());
        if is_null && labeller.flats.below(&places, &broken.place).perhaps_null {
            seen.silent(
                "what `nullable` means without a `type`, or beside an `enum` without null, is not said",
            );
            continue;
        }
        let rounded = |place: &str| {
            let held = text.at(place).map(|node| &node.kind);
            matches!(held, Some(Kind::Number(token)) if silence::is_rounded(token))
        };
        if broken.keyword == "multipleOf" && rounded(&broken.place) {
            seen.silent("of what a double cannot hold, nobody has to know whether it is a multiple");
            continue;
        }
        if broken.cause == Cause::ManyBranches && schemas.are_discriminated(&broken.at) {
            seen.silent("whether a value fits one alternative only is for its discriminator to say");
            continue;
        }
        if let Some(other) = broken.unsure {
            // A host may have tried another alternative.
            let (place, keyword) = (Place::Body(other.place), Some(other.keyword));
            seen.perhaps.push(Violation { cause: Cause::NoBranch, place, keyword, at: other.at });
        }
        seen.violation(broken.cause, Place::Body(broken.place), Some(broken.keyword), &broken.at);
    }
    if text.root.depth() > ORDINARY_DEPTH {
        seen.silent("nothing is said about documents nested this deep");
    }
    if may_be_unreadable(text) {
        let place = Place::Body(String::new());
        seen.perhaps.push(Violation { cause: Cause::Malformed, place, keyword: None, at: media.at.clone() });
    }
    // A clear violation outweighs silence.
    if seen.violations.is_empty() {
        let examples = &media.examples;
        let documented = !examples.is_empty() && {
            let value = text.to_value();
            examples.iter().any(|example| example.value == value)
        };
        let whole = labeller.flats.whole(&places);
        let mut silence = Silence { labeller, behaviour: &operation.behaviour, documented, seen };
        let without_files = read.codec.map(|codec| codec.without_files(&text.root));
        silence.walk(without_files.as_ref().unwrap_or(&text.root), &whole, &mut String::new());
    }
}

/// Whether a parser may give up on a document (RFC 8259, sections 6, 8.2 and 9), before any schema is
/// looked at.
fn may_be_unreadable(text: &json::Text) -> bool {
    text.lone_surrogates || text.root.depth() > ORDINARY_DEPTH || is_beyond_doubles(&text.root)
}

/// Whether a number stands somewhere that no double is as great as.
fn is_beyond_doubles(node: &Node) -> bool {
    match &node.kind {
        Kind::Number(token) => token.parse::<f64>().is_ok_and(f64::is_infinite),
        Kind::Array(items) => items.iter().any(is_beyond_doubles),
        Kind::Object(members) => members.iter().any(|member| is_beyond_doubles(&member.value)),
        Kind::Null | Kind::Bool(_) | Kind::String(_) => false,
    }
}
