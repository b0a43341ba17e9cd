//! Values of parameters, on the bounds of their schemas and beyond.

use super::{Deriver, LONGEST, Of, Sheet, Subject};
use crate::contract::ParameterLocation;
use crate::contract::model;
use crate::exchange::Pieces;
use crate::generate::mutate::{self, Change, Mutation, Spot};
use crate::generate::value::Fill;
use crate::json;
use crate::plan::derive::ODD;
use crate::plan::guard;
use crate::schema::Side;
use crate::schema::folded::Type;
use crate::wire::parameter;
use serde_json::Value;

/// What is worth less than any that is sent.
const LEAST: u8 = 10;

/// The odd texts that the first parameter gets that takes any, beside one with something of each.
const TEXTS: [&str; 3] = ["empty", "nul", "newline"];

/// What is clearly valid of what a mutation may make.
const VALID: [&str; 7] = ["enum", "boolean", "bound", "length", "items", "number", "members"];

impl Deriver<'_> {
    /// Changes the value of a parameter, place by place. `free` counts those that take any text: the
    /// first gets every odd one.
    pub(super) fn broken(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>, free: &mut usize) {
        if subject.places.is_empty() || self.is_mute(subject) {
            return;
        }
        let mut maker = self.maker(&format!("parameter/{}", subject.place()), Fill::All, true);
        for spot in mutate::spots(&mut maker, &subject.places, &subject.value) {
            *free += usize::from(spot.flat.is_free_text());
            let first = *free <= 1;
            for mutation in mutate::mutations(&mut maker, &spot) {
                if let Some(worth) = self.worth(subject, &spot, &mutation, first) {
                    self.changed(sheet, subject, (&spot, &mutation), worth);
                }
            }
        }
        self.unbroken(&maker);
    }

    /// How soon a change is worth sending, if at all.
    fn worth(&self, subject: &Subject<'_>, spot: &Spot, mutation: &Mutation, first: bool) -> Option<u8> {
        let is_json = subject.parameter.media_type.as_deref().is_some_and(model::is_json);
        let worth = match (mutation.kind, mutation.worth) {
            ("type", _) if !is_json => match mutation.variant.as_str() {
                // Text may be any text.
                _ if spot.flat.allows(Type::String) => return None,
                "string" => 3,
                "fraction" if spot.flat.allows(Type::Integer) => 5,
                _ => return None,
            },
            ("boolean", _) => 5,
            ("number", _) if mutation.variant == "exponent" => return None,
            ("text", 2) => 4,
            ("text", _) if first && TEXTS.contains(&mutation.variant.as_str()) => 8,
            // What no text can be, and odd texts beyond the first few.
            ("text" | "nesting" | "duplicate-key", _) => return None,
            ("length", _) if mutation.variant == "255" => return None,
            ("length", _) if mutation.variant == "256" && !first => return None,
            (_, worth) => worth,
        };
        let is_valid = VALID.contains(&mutation.kind) && worth >= 5 && mutation.worth >= 6;
        if self.only_reads() {
            return (worth < LEAST).then_some(worth);
        }
        // Each that is accepted may cost a resource.
        if is_valid || worth >= ODD || mutation.kind == "text" {
            return (self.operation.method != "DELETE" && worth < ODD).then_some(8);
        }
        Some(worth)
    }

    fn changed(
        &mut self,
        sheet: &Sheet<'_>,
        subject: &Subject<'_>,
        (spot, mutation): (&Spot, &Mutation),
        worth: u8,
    ) {
        let change = self.harmless(subject, &mutation.change);
        let changed = mutate::apply(&subject.value, &mutation.at, &change, None);
        let Ok(changed) = json::read(changed.as_bytes()) else { return };
        let schema = subject.parameter.schema.as_ref().filter(|_| self.spares(subject));
        let schemas = &self.contract.schemas;
        if schema.is_some_and(|schema| schemas.accepts(schema, Side::Request, &changed.root.to_value())) {
            return;
        }
        let what = mutation.name();
        let inside = mutation.at.trim_start_matches('/');
        let Some(text) = self.written(subject, &changed.root) else {
            if mutation.worth < 6 && ["length", "bound", "items", "pattern", "enum"].contains(&mutation.kind)
            {
                let why = if self.spares(subject) {
                    let method = &self.operation.method;
                    format!(
                        "`{what}` as {} may name what is there: not sent with {method} without --on-existing-data",
                        subject.name()
                    )
                } else {
                    format!("`{what}` as {} has no way to be written, or is too long", subject.name())
                };
                self.gap(&spot.flat.at, why);
            }
            return;
        };
        let variant = if inside.is_empty() {
            mutation.variant.clone()
        } else {
            format!("{inside}/{}", mutation.variant)
        };
        let at = if inside.is_empty() { String::new() } else { format!("`{inside}` of ") };
        let words = format!("`{what}` as {at}{}", subject.name());
        let of = Of { worth, kind: mutation.kind, variant: &variant, words: &words };
        self.about(sheet, subject, of, Some(text));
    }

    /// A change of a parameter that names a resource, to what nobody has, where what is there could be
    /// changed.
    fn harmless(&self, subject: &Subject<'_>, change: &Change) -> Change {
        match change {
            Change::Set(Value::String(text)) if self.spares(subject) => {
                Change::Set(format!("{text}-{}-{}", self.labeller.sample.as_str(), self.index).into())
            }
            other => other.clone(),
        }
    }

    /// Whether what a parameter names is to be left alone.
    pub(super) fn spares(&self, subject: &Subject<'_>) -> bool {
        subject.parameter.location == ParameterLocation::Path
            && self.wishes.guards.existing_data
            && guard::changes(&self.operation.method)
    }

    /// A parameter as it is written with a value, if any host would read it and nobody's resource could
    /// be changed.
    pub(super) fn written(&self, subject: &Subject<'_>, value: &json::Node) -> Option<Pieces> {
        let text = parameter::written_node(subject.parameter, value)?;
        let text = self.text(text);
        let is_sent = text.sample().len() <= LONGEST && (!self.spares(subject) || text.carries_run());
        is_sent.then_some(text)
    }
}
