//! Values that must never come twice: they carry the identity of the run.

mod mould;
mod number;

use super::RUN;
use crate::generate::random::fnv1a;
use crate::generate::shaped::keywords;
use crate::json::{Kind, Node};
use crate::schema::folded::{Folded, Type};
use crate::schema::schemas::Probe;
use mould::Mould;
use number::Series;
use serde_json::Value;

/// Whether a value carries the run's identity, and so cannot exist before the run.
pub fn carries_run(node: &Node) -> bool {
    match &node.kind {
        Kind::String(text) => text.contains(RUN),
        Kind::Number(token) => token.contains(RUN),
        Kind::Null | Kind::Bool(_) => true,
        Kind::Array(items) => items.iter().any(carries_run),
        Kind::Object(members) => members.iter().any(|member| carries_run(&member.value)),
    }
}

/// Where the values of a field come from of which no two cases have the same.
#[derive(Clone, Debug)]
pub enum Source {
    /// Text that only lengths bound.
    Free(Lengths),
    /// Text that a format or a pattern shapes.
    Text(Mould),
    /// Numbers.
    Number(Series),
}

/// The least and the most characters of a text.
type Lengths = (Option<u64>, Option<u64>);

/// Whether a value can stand in the field.
pub type Fits<'f> = &'f dyn Fn(&Value) -> bool;

impl Source {
    /// Where values for a schema come from: such as carry the identity of the run if there is room
    /// for it, else such as only differ from case to case; nothing if they cannot even do that.
    pub fn find(flat: &Folded, seed: u64, fits: Fits<'_>) -> Option<Source> {
        if flat.listed.is_some() {
            return None;
        }
        match flat.main_type()? {
            Type::String if flat.is_free_text() && free(flat.length, "").is_some() => {
                Some(Source::Free(flat.length))
            }
            Type::String => Mould::find(flat, seed, fits).map(Source::Text),
            Type::Integer | Type::Number => Series::find(flat, seed, fits).map(Source::Number),
            _ => None,
        }
    }

    /// Where texts come from for a place that only its own keywords bound: nothing for text of which
    /// there are few, or whose form nobody can tell.
    pub fn of_text(flat: &Folded, seed: u64) -> Option<Source> {
        const VARIED: [&str; 11] = [
            "password",
            "email",
            "idn-email",
            "hostname",
            "idn-hostname",
            "uri",
            "iri",
            "url",
            "uri-reference",
            "iri-reference",
            "uuid",
        ];
        let known = flat.format.as_deref().is_none_or(|format| VARIED.contains(&format));
        if flat.listed.is_some() || flat.main_type()? != Type::String || !known {
            return None;
        }
        if flat.is_free_text() {
            return free(flat.length, "").map(|_| Source::Free(flat.length)).or_else(|| {
                let fits = |value: &Value| {
                    let length = value.as_str().map_or(0, |text| text.chars().count() as u64);
                    flat.length.0.is_none_or(|least| length >= least)
                        && flat.length.1.is_none_or(|most| length <= most)
                };
                Source::find(flat, seed, &fits)
            });
        }
        let keywords = Probe::of(&keywords(flat))?;
        Source::find(flat, seed, &|value| keywords.accepts(value))
    }

    /// The value of a case.
    pub fn value(&self, case: &str) -> Option<Value> {
        match self {
            Source::Free(lengths) => free(*lengths, case),
            Source::Text(mould) => Some(Value::String(mould.text(case))),
            Source::Number(series) => series.value(case),
        }
    }

    /// Whether text of any kind can stand there.
    pub fn is_free(&self) -> bool {
        matches!(self, Source::Free(_))
    }
}

fn free((least, most): Lengths, case: &str) -> Option<Value> {
    let size = |bound: Option<u64>, open| bound.map_or(open, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let (least, most) = (size(least, 0), size(most, usize::MAX));
    let hash = fnv1a(case);
    let mut text = format!("probity-{RUN}-{:08x}", hash & 0xffff_ffff);
    if text.len() > most {
        text = format!("{RUN}{:06x}", hash & 0xff_ffff);
    }
    if text.len() > most || least > 100_000 {
        return None;
    }
    while text.len() < least {
        text.push('x');
    }
    Some(Value::String(text))
}

/// Identities that runs may have: a value must fit under each.
fn under_any_run(value: &Value, fits: Fits<'_>) -> bool {
    let text = value.to_string();
    [RUN, "1000000000", "9999999999"].iter().all(|run| {
        let value = serde_json::from_str(&text.replace(RUN, run));
        value.is_ok_and(|value| fits(&value))
    })
}

#[cfg(test)]
mod tests;
