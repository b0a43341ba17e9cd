//! Values that must never come twice, and which of them came.

use crate::contract::expression::select;
use crate::contract::extension::{Distinction, Unique};
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

const MOST_VALUES: usize = 100_000;

/// The unique values of one operation.
#[derive(Debug, Default)]
pub(super) struct Taken {
    fields: Vec<Unique>,
    known: Mutex<Known>,
}

/// Digests, so that long values take no more room than short ones.
#[derive(Debug, Default)]
struct Known {
    values: HashSet<u128>,
    order: VecDeque<u128>,
}

impl Taken {
    pub(super) fn new(fields: &[Unique]) -> Taken {
        Taken { fields: fields.to_vec(), known: Mutex::default() }
    }

    /// Takes the unique values of a request, all or none; refuses with the fields that repeat one.
    pub(super) fn take(&self, request: &Value) -> Result<(), Vec<String>> {
        let mut wanted: Vec<(usize, u128)> = Vec::new();
        let mut repeated = Vec::new();
        for (index, unique) in self.fields.iter().enumerate() {
            let found = select(request, &unique.field).into_iter().filter(|(_, value)| !value.is_null());
            for (_, value) in found {
                let one = (index, digest(index, value, unique.case));
                if wanted.contains(&one) {
                    repeated.push(unique.field.clone());
                }
                wanted.push(one);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = wanted.iter().filter(|(_, digest)| known.values.contains(digest));
        repeated.extend(taken.map(|(index, _)| self.fields[*index].field.clone()));
        if !repeated.is_empty() {
            repeated.dedup();
            return Err(repeated);
        }
        for (_, digest) in wanted {
            known.values.insert(digest);
            known.order.push_back(digest);
            if known.order.len() > MOST_VALUES
                && let Some(oldest) = known.order.pop_front()
            {
                known.values.remove(&oldest);
            }
        }
        Ok(())
    }
}

fn digest(field: usize, value: &Value, case: Distinction) -> u128 {
    let text = match value {
        Value::String(text) if case == Distinction::Insensitive => format!("\"{}", text.to_lowercase()),
        Value::String(text) => format!("\"{text}"),
        Value::Number(number) => match number.as_f64() {
            // 1 and 1.0 are one number.
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < 9e15 => {
                format!("{double:.0}")
            }
            _ => number.to_string(),
        },
        other => other.to_string(),
    };
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, field, &text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(case: Distinction) -> Taken {
        Taken::new(&[Unique { field: "/name".into(), case, ..Unique::default() }])
    }

    #[test]
    fn case_makes_a_difference_unless_the_contract_says_otherwise() {
        for (case, accepted) in
            [(Distinction::Sensitive, true), (Distinction::Unknown, true), (Distinction::Insensitive, false)]
        {
            let taken = taken(case);
            assert!(taken.take(&json!({"name": "Gold"})).is_ok());
            assert_eq!(taken.take(&json!({"name": "GOLD"})).is_ok(), accepted);
        }
    }

    #[test]
    fn absent_and_null_repeat_nothing_and_a_number_is_itself_in_any_notation() {
        let taken = taken(Distinction::Sensitive);
        for accepted in [
            json!({}),
            json!({}),
            json!({"name": null}),
            json!({"name": null}),
            json!({"name": 1}),
            json!({"name": "1"}),
        ] {
            assert!(taken.take(&accepted).is_ok(), "{accepted}");
        }
        assert_eq!(taken.take(&json!({"name": 1.0})), Err(vec!["/name".to_owned()]));
    }

    #[test]
    fn what_is_stored_is_bounded() {
        let taken = taken(Distinction::Sensitive);
        for number in 0..=MOST_VALUES {
            assert!(taken.take(&json!({"name": number})).is_ok());
        }
        assert!(taken.take(&json!({"name": MOST_VALUES})).is_err());
        assert!(taken.take(&json!({"name": 0})).is_ok());
    }
}
