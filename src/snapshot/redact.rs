//! Placeholders for what differs from run to run: declared, by schema, and the run's own identity.

use crate::contract::expression::{Part, covers};
use crate::contract::{Contract, Expression, Operation};
use crate::exchange::Pieces;
use crate::json::{Kind, Node, pointer};
use crate::plan::{Case, Place};
use crate::schema::folded::{Folded, Folds, Type};
use crate::schema::{SchemaAt, Side};

/// Replaces what differs from run to run in the answers of one run.
pub(super) struct Redaction<'c> {
    contract: &'c Contract,
    run: &'c str,
    folds: Folds<'c>,
}

/// What only this case sent, so that cases with the same behaviour look the same.
#[derive(Default)]
pub(super) struct Own {
    /// What follows the run's identity in its request, and in no other's.
    hashes: Vec<String>,
    /// The member that the case varies, with the text or number that it sent there.
    varied: Option<(String, Kind)>,
}

#[derive(Clone, Copy)]
enum Format {
    DateTime,
    Date,
    Time,
    Uuid,
}

/// Why values at a place are replaced, the strongest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Volatile {
    No,
    ReadOnly,
    Declared,
}

struct Way<'w> {
    selectors: &'w [&'w str],
    own: &'w Own,
    at: String,
}

impl<'c> Redaction<'c> {
    pub(super) fn new(contract: &'c Contract, run: &'c str) -> Redaction<'c> {
        Redaction { contract, run, folds: Folds::new(contract.schemas.raw(Side::Response)) }
    }

    /// What only a case sent.
    pub(super) fn own(&self, case: &Case) -> Own {
        Own::of(case, self.run)
    }

    /// Replaces what is volatile in a JSON body.
    pub(super) fn json(&self, operation: &Operation, schema: Option<&SchemaAt>, own: &Own, node: &mut Node) {
        let declared = operation.behaviour.volatile.iter().chain(&self.contract.request_id);
        let selectors: Vec<&str> = declared.filter_map(Expression::response_body).collect();
        let schemas: Vec<String> = schema.iter().map(|schema| schema.0.clone()).collect();
        let mut way = Way { selectors: &selectors, own, at: String::new() };
        self.node(node, &self.folds.whole(&schemas), Volatile::No, &mut way);
    }

    fn node(&self, node: &mut Node, schema: &Folded, above: Volatile, way: &mut Way<'_>) {
        let declared = way.selectors.iter().any(|selector| covers(selector, &way.at));
        let why = above.max(match (declared, schema.read_only) {
            (true, _) => Volatile::Declared,
            (_, true) => Volatile::ReadOnly,
            _ => Volatile::No,
        });
        let integer = schema.types.contains(&Type::Integer);
        let known = why == Volatile::ReadOnly && schema.listed.is_some();
        let changes = (why != Volatile::No || Format::named(schema).next().is_some()) && !known;
        let shown = match &mut node.kind {
            Kind::Array(_) if why != Volatile::No => "[array]".to_owned(),
            Kind::Array(items) => {
                let length = way.at.len();
                for (index, item) in items.iter_mut().enumerate() {
                    pointer::push(&mut way.at, &index.to_string());
                    self.node(item, &self.folds.whole_of(schema.item(index)), why, way);
                    way.at.truncate(length);
                }
                return;
            }
            Kind::Object(members) => {
                let length = way.at.len();
                for member in members {
                    if way.own.sent(&member.key, &member.value.kind) {
                        member.value.kind = Kind::String("[as sent]".to_owned());
                        continue;
                    }
                    pointer::push(&mut way.at, &member.key);
                    let below = self.folds.whole_of(&schema.member(&member.key));
                    self.node(&mut member.value, &below, why, way);
                    way.at.truncate(length);
                    if member.key.contains(self.run) {
                        member.key = self.text(&member.key, way.own);
                    }
                }
                return;
            }
            Kind::Bool(_) if why == Volatile::Declared => "[boolean]".to_owned(),
            Kind::Number(digits) if changes => {
                let whole = integer && !digits.contains(['.', 'e', 'E']);
                if whole { "[integer]" } else { "[number]" }.to_owned()
            }
            Kind::Number(digits) if digits.contains(self.run) => "[number {run}]".to_owned(),
            Kind::String(text) if changes => match Format::named(schema).find(|format| format.is_met(text)) {
                Some(format) => format.placeholder().to_owned(),
                None => "[string]".to_owned(),
            },
            Kind::String(text) if text.contains(self.run) => self.text(text, way.own),
            _ => return,
        };
        node.kind = Kind::String(shown);
    }

    /// Pieces with `{run}` for the run's identity, and `{case}` for what only this case added to it.
    pub(super) fn text(&self, text: &str, own: &Own) -> String {
        let mut parts = text.split(self.run);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for rest in parts {
            out.push_str("{run}");
            match own.hashes.iter().find_map(|own| Some((own, rest.strip_prefix(own.as_str())?))) {
                Some((own, rest)) => {
                    out.push_str(if own.starts_with('-') { "-{case}" } else { "{case}" });
                    out.push_str(rest);
                }
                None => out.push_str(rest),
            }
        }
        out
    }

    /// The value of a declared header.
    pub(super) fn header(
        &self,
        operation: &Operation,
        name: &str,
        schema: Option<&SchemaAt>,
        own: &Own,
        value: &str,
    ) -> String {
        let mut declared = operation.behaviour.volatile.iter().chain(&self.contract.request_id);
        let named = declared.any(|expression| {
            matches!(expression, Expression::Response(Part::Header(known)) if known.eq_ignore_ascii_case(name))
        });
        let schema: Vec<String> = schema.into_iter().map(|schema| schema.0.clone()).collect();
        let schema = self.folds.whole(&schema);
        let flickers = is_volatile_header(name) || schema.read_only;
        if !named && !flickers && Format::named(&schema).next().is_none() {
            return self.text(value, own);
        }
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        match Format::named(&schema).find(|format| format.is_met(value)) {
            Some(format) => format.placeholder(),
            None if digits && schema.types.contains(&Type::Integer) => "[integer]",
            None => "[string]",
        }
        .to_owned()
    }
}

impl Own {
    fn of(case: &Case, run: &str) -> Own {
        let mut own = Own::default();
        let path = case.request.path();
        if path.carries_run() {
            own.keep(&path.filled_text(run), run);
        }
        let Some(body) = &case.request.body else { return own };
        let filled = body.filled(run);
        match crate::json::read(&filled) {
            Ok(text) => {
                own.collect(&text.root, body, run);
                if let Place::Body(at) = &case.place
                    && let Some((_, name)) = pointer::parent_and_last(at)
                    && let Some(Kind::String(_) | Kind::Number(_)) = text.at(at).map(|node| &node.kind)
                {
                    own.varied = text.at(at).map(|node| (name.into_owned(), node.kind.clone()));
                }
            }
            Err(_) if body.carries_run() => own.keep(&String::from_utf8_lossy(&filled), run),
            Err(_) => {}
        }
        own
    }

    /// Whether a member of an answer is the varied one, unchanged to the letter.
    fn sent(&self, name: &str, kind: &Kind) -> bool {
        self.varied.as_ref().is_some_and(|(varied, sent)| varied == name && sent == kind)
    }

    /// Keeps what follows the identity of the run in the texts below a node of a body.
    fn collect(&mut self, node: &Node, body: &Pieces, run: &str) {
        match &node.kind {
            // The identity is as long as what stood for it.
            Kind::String(text) if body.carries_run_in(node.start, node.end) => self.keep(text, run),
            Kind::Array(items) => items.iter().for_each(|item| self.collect(item, body, run)),
            Kind::Object(members) => {
                for member in members {
                    self.collect(&member.value, body, run);
                }
            }
            _ => {}
        }
    }

    /// Keeps what follows the identity of the run in a text that has it.
    fn keep(&mut self, text: &str, run: &str) {
        for rest in text.split(run).skip(1) {
            let (dash, most) = if rest.starts_with('-') { (1, 8) } else { (0, 6) };
            let hash = rest[dash..].bytes().take(most).take_while(u8::is_ascii_hexdigit).count();
            let own = &rest[..dash + hash];
            if hash >= 5 && !self.hashes.iter().any(|known| known == own) {
                self.hashes.push(own.to_owned());
            }
        }
    }
}

impl Format {
    /// Those that a schema names.
    fn named(schema: &Folded) -> impl Iterator<Item = Format> {
        schema.formats.iter().filter_map(|name| match name.as_str() {
            "date-time" => Some(Format::DateTime),
            "date" => Some(Format::Date),
            "time" => Some(Format::Time),
            "uuid" => Some(Format::Uuid),
            _ => None,
        })
    }

    fn placeholder(self) -> &'static str {
        match self {
            Format::DateTime => "[date-time]",
            Format::Date => "[date]",
            Format::Time => "[time]",
            Format::Uuid => "[uuid]",
        }
    }

    fn is_met(self, text: &str) -> bool {
        match self {
            Format::DateTime => text.contains(['T', 't']) && text.parse::<jiff::Timestamp>().is_ok(),
            Format::Date => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
            Format::Time => text
                .get(..8)
                .is_some_and(|time| time.contains(':') && time.parse::<jiff::civil::Time>().is_ok()),
            Format::Uuid => {
                let dash = |index| matches!(index, 8 | 13 | 18 | 23);
                let fits = |(index, byte): (usize, u8)| {
                    if dash(index) { byte == b'-' } else { byte.is_ascii_hexdigit() }
                };
                text.len() == 36 && text.bytes().enumerate().all(fits)
            }
        }
    }
}

/// Headers that differ from answer to answer by what they are for.
fn is_volatile_header(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "date",
        "age",
        "expires",
        "etag",
        "last-modified",
        "set-cookie",
        "retry-after",
        "traceparent",
        "x-request-id",
        "x-correlation-id",
    ];
    let name = name.to_ascii_lowercase();
    let ends = [
        "requestid",
        "request-id",
        "trace-id",
        "ratelimit-remaining",
        "ratelimit-reset",
        "rate-limit-remaining",
        "rate-limit-reset",
    ];
    NAMES.contains(&name.as_str()) || ends.iter().any(|end| name.ends_with(end))
}
