//! Placeholders for what differs from run to run: declared, by schema, and the run's own identity.

use crate::contract::expression::{Part, covers};
use crate::contract::{Contract, Expression, Operation};
use crate::generate::RUN;
use crate::json::{Kind, Node, pointer};
use crate::plan::{Case, Place};
use crate::schema::{SchemaAt, Side};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// Replaces what differs from run to run in the answers of one run.
pub(super) struct Redaction<'c> {
    contract: &'c Contract,
    root: &'c Value,
    run: &'c str,
    schemas: HashMap<String, Rc<Schema>>,
}

/// What only this case sent, so that cases with the same behaviour look the same.
#[derive(Default)]
pub(super) struct Own {
    /// What follows the run's identity in its request, and in no other's.
    hashes: Vec<String>,
    /// The member that the case varies, with the text or number that it sent there.
    varied: Option<(String, Kind)>,
}

/// What the schemas of one place say, references and branches followed.
#[derive(Default)]
struct Schema {
    read_only: bool,
    listed: bool,
    integer: bool,
    format: Option<Format>,
    properties: HashMap<String, Vec<String>>,
    additional: Vec<String>,
    items: Vec<String>,
    prefix: Vec<String>,
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
        Redaction { contract, root: contract.schemas.raw(Side::Response), run, schemas: HashMap::new() }
    }

    /// Replaces what is volatile in a JSON body.
    pub(super) fn json(
        &mut self,
        operation: &Operation,
        schema: Option<&SchemaAt>,
        own: &Own,
        node: &mut Node,
    ) {
        let declared = operation.behaviour.volatile.iter().chain(&self.contract.request_id);
        let selectors: Vec<&str> = declared.filter_map(Expression::response_body).collect();
        let schemas: Vec<String> = schema.iter().map(|schema| schema.0.clone()).collect();
        let mut way = Way { selectors: &selectors, own, at: String::new() };
        self.node(node, &schemas, Volatile::No, &mut way);
    }

    fn node(&mut self, node: &mut Node, schemas: &[String], above: Volatile, way: &mut Way<'_>) {
        let schemas: Vec<Rc<Schema>> = schemas.iter().map(|at| self.schema(at)).collect();
        let declared = way.selectors.iter().any(|selector| covers(selector, &way.at));
        let read_only = schemas.iter().any(|schema| schema.read_only);
        let why = above.max(match (declared, read_only) {
            (true, _) => Volatile::Declared,
            (_, true) => Volatile::ReadOnly,
            _ => Volatile::No,
        });
        let format = schemas.iter().find_map(|schema| schema.format);
        let integer = schemas.iter().any(|schema| schema.integer);
        let known = why == Volatile::ReadOnly && schemas.iter().any(|schema| schema.listed);
        let changes = (why != Volatile::No || format.is_some()) && !known;
        let shown = match &mut node.kind {
            Kind::Array(_) if why != Volatile::No => "[array]".to_owned(),
            Kind::Array(items) => {
                let length = way.at.len();
                for (index, item) in items.iter_mut().enumerate() {
                    pointer::push(&mut way.at, &index.to_string());
                    let below: Vec<String> = schemas.iter().flat_map(|schema| schema.item(index)).collect();
                    self.node(item, &below, why, way);
                    way.at.truncate(length);
                }
                return;
            }
            Kind::Object(members) => {
                let length = way.at.len();
                for member in members {
                    if way.own.sent(&member.key, &member.value.kind, self.run) {
                        member.value.kind = Kind::String("[as sent]".to_owned());
                        continue;
                    }
                    pointer::push(&mut way.at, &member.key);
                    let below: Vec<String> =
                        schemas.iter().flat_map(|schema| schema.member(&member.key)).cloned().collect();
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
            Kind::String(text) if changes => match format.filter(|format| format.is_met(text)) {
                Some(format) => format.placeholder().to_owned(),
                None => "[string]".to_owned(),
            },
            Kind::String(text) if text.contains(self.run) => self.text(text, way.own),
            _ => return,
        };
        node.kind = Kind::String(shown);
    }

    /// Text with `{run}` for the run's identity, and `{case}` for what only this case added to it.
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
        &mut self,
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
        let schema = schema.map(|schema| self.schema(&schema.0));
        let format = schema.as_ref().and_then(|schema| schema.format);
        let flickers = is_volatile_header(name) || schema.as_ref().is_some_and(|schema| schema.read_only);
        if !named && !flickers && format.is_none() {
            return self.text(value, own);
        }
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        match format.filter(|format| format.is_met(value)) {
            Some(format) => format.placeholder(),
            None if digits && schema.is_some_and(|schema| schema.integer) => "[integer]",
            None => "[string]",
        }
        .to_owned()
    }

    fn schema(&mut self, at: &str) -> Rc<Schema> {
        if let Some(known) = self.schemas.get(at) {
            return Rc::clone(known);
        }
        let schema = Rc::new(Schema::read(self.root, at));
        self.schemas.insert(at.to_owned(), Rc::clone(&schema));
        schema
    }
}

impl Own {
    pub(super) fn of(case: &Case) -> Own {
        let mut own = Own::default();
        own.scan(&case.request.path);
        let Some(body) = &case.request.body else { return own };
        match crate::json::read(body) {
            Ok(text) => {
                own.collect(&text.root);
                if let Place::Body(at) = &case.place
                    && let Some((_, name)) = pointer::parent_and_last(at)
                    && let Some(Kind::String(_) | Kind::Number(_)) = text.at(at).map(|node| &node.kind)
                {
                    own.varied = text.at(at).map(|node| (name.into_owned(), node.kind.clone()));
                }
            }
            Err(_) => own.scan(&String::from_utf8_lossy(body)),
        }
        own
    }

    /// Whether a member of an answer is the varied one, unchanged to the letter.
    fn sent(&self, name: &str, kind: &Kind, run: &str) -> bool {
        let Some((varied, sent)) = &self.varied else { return false };
        varied == name
            && match (sent, kind) {
                (Kind::String(sent), Kind::String(got)) => sent.replace(RUN, run) == *got,
                (Kind::Number(sent), Kind::Number(got)) => sent.replace(RUN, run).as_str() == &**got,
                _ => false,
            }
    }

    fn collect(&mut self, node: &Node) {
        match &node.kind {
            Kind::String(text) => self.scan(text),
            Kind::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Kind::Object(members) => members.iter().for_each(|member| self.collect(&member.value)),
            _ => {}
        }
    }

    fn scan(&mut self, text: &str) {
        for rest in text.split(RUN).skip(1) {
            let (dash, most) = if rest.starts_with('-') { (1, 8) } else { (0, 6) };
            let hash = rest[dash..].bytes().take(most).take_while(u8::is_ascii_hexdigit).count();
            let own = &rest[..dash + hash];
            if hash >= 5 && !self.hashes.iter().any(|known| known == own) {
                self.hashes.push(own.to_owned());
            }
        }
    }
}

impl Schema {
    fn read(root: &Value, at: &str) -> Schema {
        let mut schema = Schema::default();
        let mut open = vec![at.to_owned()];
        let mut seen: Vec<String> = Vec::new();
        while let Some(at) = open.pop() {
            let Some(members) = root.pointer(&at).and_then(Value::as_object) else { continue };
            if seen.contains(&at) {
                continue;
            }
            let text = |key: &str| members.get(key).and_then(Value::as_str);
            open.extend(text("$ref").and_then(pointer::from_fragment));
            for key in ["allOf", "anyOf", "oneOf"] {
                let count = members.get(key).and_then(Value::as_array).map_or(0, Vec::len);
                open.extend((0..count).map(|index| format!("{at}/{key}/{index}")));
            }
            let branches = ["then", "else"].into_iter().filter(|key| members.contains_key(*key));
            open.extend(branches.map(|key| format!("{at}/{key}")));
            schema.read_only |= members.get("readOnly") == Some(&Value::Bool(true));
            schema.listed |= members.contains_key("enum") || members.contains_key("const");
            schema.integer |= match members.get("type") {
                Some(Value::Array(types)) => types.iter().any(|one| one == "integer"),
                other => other.is_some_and(|one| one == "integer"),
            };
            schema.format = schema.format.or(text("format").and_then(Format::named));
            for name in members
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(name, _)| name)
            {
                let place = pointer::child(&format!("{at}/properties"), name);
                schema.properties.entry(name.clone()).or_default().push(place);
            }
            for (key, places) in
                [("additionalProperties", &mut schema.additional), ("items", &mut schema.items)]
            {
                places.extend(
                    members.get(key).filter(|value| value.is_object()).map(|_| format!("{at}/{key}")),
                );
            }
            schema.prefix.extend(members.get("prefixItems").map(|_| format!("{at}/prefixItems")));
            seen.push(at);
        }
        schema
    }

    fn member(&self, key: &str) -> &[String] {
        self.properties.get(key).unwrap_or(&self.additional)
    }

    fn item(&self, index: usize) -> Vec<String> {
        let first = self.prefix.iter().map(|at| format!("{at}/{index}"));
        first.chain(self.items.iter().cloned()).collect()
    }
}

impl Format {
    fn named(name: &str) -> Option<Format> {
        Some(match name {
            "date-time" => Format::DateTime,
            "date" => Format::Date,
            "time" => Format::Time,
            "uuid" => Format::Uuid,
            _ => return None,
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
