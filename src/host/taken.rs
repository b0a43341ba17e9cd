//! Values that must never come twice, and which of them came.

use crate::contract::expression::select;
use crate::contract::extension::{Distinction, Unique};
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization;

const MOST_VALUES: usize = 100_000;

/// The unique values of one operation.
#[derive(Debug)]
pub(super) struct Taken {
    operation: usize,
    fields: Vec<Unique>,
    known: Arc<Mutex<Known>>,
}

/// The values of all operations, as digests, so that long ones take no more room than short ones.
#[derive(Debug, Default)]
pub(super) struct Known {
    values: HashSet<u128>,
    order: VecDeque<u128>,
}

impl Taken {
    /// What an operation takes, by its index in the contract.
    pub(super) fn new(operation: usize, fields: &[Unique], known: &Arc<Mutex<Known>>) -> Taken {
        Taken { operation, fields: fields.to_vec(), known: Arc::clone(known) }
    }

    /// Takes the unique values of a request, all or none; refuses with the fields that repeat one.
    pub(super) fn take(&self, request: &Value) -> Result<(), Vec<String>> {
        let mut wanted: Vec<(usize, u128)> = Vec::new();
        let mut repeated = Vec::new();
        for (index, unique) in self.fields.iter().enumerate() {
            let found = select(request, &unique.field).into_iter().filter(|(_, value)| !value.is_null());
            for (_, value) in found {
                let own = (unique.scope.is_none()).then_some((self.operation, index));
                let one = (index, digest(&(own, &unique.scope), &compared(unique, value)));
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

/// The text that two values share if they count as one.
pub(super) fn compared(unique: &Unique, value: &Value) -> String {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            if unique.unicode == Distinction::Insensitive {
                text = text.nfkc().collect();
            }
            if unique.case == Distinction::Insensitive {
                text = text.to_lowercase();
            }
            if unique.spaces == Distinction::Insensitive {
                text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            format!("\"{text}")
        }
        Value::Number(number) => match number.as_f64() {
            // 1 and 1.0 are one number.
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < 9e15 => {
                format!("{double:.0}")
            }
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

fn digest(space: &impl Hash, text: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, space, text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(operation: usize, unique: Unique, known: &Arc<Mutex<Known>>) -> Taken {
        Taken::new(operation, &[Unique { field: "/name".into(), ..unique }], known)
    }

    fn taken(case: Distinction) -> Taken {
        of(0, Unique { case, ..Unique::default() }, &Arc::default())
    }

    #[test]
    fn spaces_and_forms_make_no_difference_if_the_contract_says_so() {
        let (sensitive, insensitive) = (Distinction::Sensitive, Distinction::Insensitive);
        for (makes, accepted) in [(sensitive, true), (insensitive, false)] {
            let unique = Unique { spaces: makes, unicode: makes, ..Unique::default() };
            let taken = of(0, unique, &Arc::default());
            assert!(taken.take(&json!({"name": "caf\u{e9} au lait"})).is_ok());
            for other in ["cafe\u{301} au lait", " caf\u{e9} au  lait", "caf\u{e9} au lait "] {
                assert_eq!(taken.take(&json!({"name": other})).is_ok(), accepted, "{other:?}");
            }
        }
    }

    #[test]
    fn operations_share_their_values_only_in_one_scope() {
        let (known, gold) = (Arc::default(), json!({"name": "Gold"}));
        let scoped = |scope: &str| Unique { scope: Some(scope.into()), ..Unique::default() };
        assert!(of(0, Unique::default(), &known).take(&gold).is_ok());
        assert!(of(1, Unique::default(), &known).take(&gold).is_ok());
        assert!(of(2, scoped("names"), &known).take(&gold).is_ok());
        assert!(of(3, scoped("others"), &known).take(&gold).is_ok());
        assert!(of(4, scoped("names"), &known).take(&gold).is_err());
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
