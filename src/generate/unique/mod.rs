//! Values that must never come twice: they carry the identity of the run.

mod mould;
mod number;

use super::Sample;
use crate::generate::random::fnv1a;
use crate::generate::shaped::keywords;
use crate::json::{Kind, Node};
use crate::schema::folded::{Folded, Type};
use crate::schema::schemas::Probe;
use mould::Mould;
use number::Series;
use serde_json::Value;

/// What values are derived from that never come twice.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// What tells the values of one plan from those of another.
    pub seed: u64,
    /// What stands for the identity of the run.
    pub run: Sample,
}

/// Whether every value of a node stands where `carries` says that the run's identity is, and so cannot
/// exist before the run.
pub fn carries_run(node: &Node, carries: &dyn Fn(&Node) -> bool) -> bool {
    match &node.kind {
        Kind::String(_) | Kind::Number(_) => carries(node),
        Kind::Null | Kind::Bool(_) => true,
        Kind::Array(items) => items.iter().any(|item| carries_run(item, carries)),
        Kind::Object(members) => members.iter().any(|member| carries_run(&member.value, carries)),
    }
}

/// Where the values of a field come from of which no two cases have the same.
#[derive(Clone, Debug)]
pub enum Source {
    /// Text that only lengths bound.
    Free(Lengths, Sample),
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
    pub fn find(flat: &Folded, origin: &Origin, fits: Fits<'_>) -> Option<Source> {
        if flat.listed.is_some() {
            return None;
        }
        match flat.main_type()? {
            Type::String if flat.is_free_text() && free(flat.length, &origin.run, "").is_some() => {
                Some(Source::Free(flat.length, origin.run.clone()))
            }
            Type::String => Mould::find(flat, origin, fits).map(Source::Text),
            Type::Integer | Type::Number => Series::find(flat, origin, fits).map(Source::Number),
            _ => None,
        }
    }

    /// Where texts come from for a place that only its own keywords bound: nothing for text of which
    /// there are few, or whose form nobody can tell.
    pub fn of_text(flat: &Folded, origin: &Origin) -> Option<Source> {
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
            let own = free(flat.length, &origin.run, "");
            return own.map(|_| Source::Free(flat.length, origin.run.clone())).or_else(|| {
                let fits = |value: &Value| {
                    let length = value.as_str().map_or(0, |text| text.chars().count() as u64);
                    flat.length.0.is_none_or(|least| length >= least)
                        && flat.length.1.is_none_or(|most| length <= most)
                };
                Source::find(flat, origin, &fits)
            });
        }
        let keywords = Probe::of(&keywords(flat))?;
        Source::find(flat, origin, &|value| keywords.accepts(value))
    }

    /// The value of a case.
    pub fn value(&self, case: &str) -> Option<Value> {
        match self {
            Source::Free(lengths, run) => free(*lengths, run, case),
            Source::Text(mould) => Some(Value::String(mould.text(case))),
            Source::Number(series) => series.value(case),
        }
    }

    /// Whether text of any kind can stand there.
    pub fn is_free(&self) -> bool {
        matches!(self, Source::Free(..))
    }
}

fn free((least, most): Lengths, run: &Sample, case: &str) -> Option<Value> {
    let size = |bound: Option<u64>, open| bound.map_or(open, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let (least, most) = (size(least, 0), size(most, usize::MAX));
    let hash = fnv1a(case).to_be_bytes();
    let mut text = ["probity-", run.as_str(), "-"].concat();
    push_hex(&mut text, &hash[4..]);
    if text.len() > most {
        text.clear();
        text.push_str(run.as_str());
        push_hex(&mut text, &hash[5..]);
    }
    if text.len() > most || least > 100_000 {
        return None;
    }
    while text.len() < least {
        text.push('x');
    }
    Some(Value::String(text))
}

/// Adds bytes in base 16.
fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 0xf)]);
    }
}

/// Identities that runs may have: a value must fit under each.
fn under_any_run(value: &Value, sample: &Sample, fits: Fits<'_>) -> bool {
    let text = value.to_string();
    [sample.as_str(), "1000000000", "9999999999"].iter().all(|run| {
        let value = serde_json::from_str(&text.replace(sample.as_str(), run));
        value.is_ok_and(|value| fits(&value))
    })
}

#[cfg(test)]
mod tests;
