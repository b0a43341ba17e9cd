//! Values that must never come twice: they carry the identity of the run.

use super::RUN;
use super::generate::flat::{Flat, Type};
use super::generate::random::fnv1a;
use crate::json::{Kind, Node};
use serde_json::{Value, json};

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

/// A value for a place that no other case has; nothing if the schema leaves no room for it.
pub fn fresh(flat: &Flat, case: &str) -> Option<Value> {
    match flat.main_type()? {
        Type::String if flat.is_free_text() => {
            let most = flat.length.1.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
            let hash = fnv1a(case);
            let mut text = format!("probity-{RUN}-{:08x}", hash & 0xffff_ffff);
            if text.len() > most {
                text = format!("{RUN}{:06x}", hash & 0xff_ffff);
            }
            let least = flat.length.0.map_or(0, |least| usize::try_from(least).unwrap_or(usize::MAX));
            if text.len() > most || least > 100_000 {
                return None;
            }
            while text.len() < least {
                text.push('x');
            }
            Some(Value::String(text))
        }
        Type::Integer | Type::Number => {
            let number: u64 = format!("{RUN}{:05}", fnv1a(case) % 100_000).parse().ok()?;
            let fits = |limit: Option<(f64, bool)>, below: bool| {
                #[expect(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
                limit.is_none_or(
                    |(limit, _)| if below { (number as f64) < limit } else { (number as f64) > limit },
                )
            };
            (fits(flat.maximum, true) && fits(flat.minimum, false) && flat.multiple_of.is_none())
                .then(|| json!(number))
        }
        _ => None,
    }
}
