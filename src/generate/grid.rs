//! The numbers that bounds and steps leave, reckoned in decimals.

use crate::json::decimal::{self, Decimal};
use crate::schema::folded::{Bound, Folded};
use crate::schema::number_format;
use serde_json::{Number, Value, json};

/// The numbers that a schema takes: each is so many units, of which ten to the power of `places` are 1.
#[derive(Debug)]
pub(super) struct Grid {
    places: u32,
    unit: i128,
    /// From one number to the next; where no step is stated, a convenient one.
    pub(super) step: i128,
    /// The first and the last number, both within their bounds.
    pub(super) least: Option<i128>,
    pub(super) most: Option<i128>,
    /// What the format takes, where it says anything.
    format: Option<(i128, i128)>,
}

impl Grid {
    /// The whole numbers of a schema, or all.
    pub(super) fn of(flat: &Folded, whole: bool) -> Option<Grid> {
        let bounds =
            [&flat.minimum, &flat.maximum].map(|bound| bound.as_ref().map(|one| one.number.to_string()));
        let step = flat.multiple_of.map(|step| step.to_string());
        let stated = bounds.iter().chain([&step]).flatten();
        let places = stated.map(|number| Some(Decimal::read(number)?.places()));
        // Half of what stands between two numbers has to be one as well.
        let places = places.collect::<Option<Vec<u32>>>()?.into_iter().max().unwrap_or(0).checked_add(1)?;
        let unit = 10_i128.checked_pow(places)?;
        let units = |number: &str| Decimal::read(number)?.scaled(places);
        let step = match step {
            Some(step) if whole => decimal::least_common_multiple(units(&step)?, unit)?,
            Some(step) => units(&step)?,
            None if whole => unit,
            None => unit / 2,
        };
        if step <= 0 {
            return None;
        }
        let free = !whole && flat.multiple_of.is_none();
        let limit = |bound: &Option<Bound>| match bound {
            Some(bound) => units(&bound.number.to_string()).map(|limit| Some((limit, bound.excluded))),
            None => Some(None),
        };
        let (low, high) = (limit(&flat.minimum)?, limit(&flat.maximum)?);
        // Where both are excluded there must be room between them.
        let room = low.zip(high).map_or(step, |((low, _), (high, _))| ((high - low) / 2).clamp(0, step));
        let least = low.map(|(limit, excluded)| match (free, excluded) {
            (true, false) => limit,
            (true, true) => limit + room,
            (false, _) => {
                let first = limit.div_euclid(step) * step;
                let first = if first < limit { first + step } else { first };
                if excluded && first == limit { first + step } else { first }
            }
        });
        let most = high.map(|(limit, excluded)| match (free, excluded) {
            (true, false) => limit,
            (true, true) => limit - room,
            (false, _) => {
                let last = limit.div_euclid(step) * step;
                if excluded && last == limit { last - step } else { last }
            }
        });
        let format = flat.format.as_deref().and_then(number_format::range);
        let format = format.and_then(|(low, high)| Some((low.checked_mul(unit)?, high.checked_mul(unit)?)));
        Some(Grid { places, unit, step, least, most, format })
    }

    /// The first number from which ordinary ones are taken, and how many steps there are from it.
    pub(super) fn ordinary(&self) -> Option<(i128, usize)> {
        const STEPS: i128 = 1_000_000;
        let Grid { unit, step, least, most, .. } = *self;
        let many = step.checked_mul(100)?;
        let within = |number: i128| self.format.map_or(number, |(low, high)| number.clamp(low, high));
        let (low, high) = match (least, most) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, within(low + many).max(low)),
            (None, Some(high)) => (within(high.min(unit).min(high - many)).min(high), high),
            (None, None) => (unit, within(many)),
        };
        let first = low.div_euclid(step) * step;
        let first = if first < low { first + step } else { first };
        let room = usize::try_from(((high - first).div_euclid(step)).min(STEPS)).ok();
        room.filter(|_| first <= high).map(|room| (first, room))
    }

    /// So many steps from a number.
    pub(super) fn after(&self, first: i128, steps: usize) -> i128 {
        first.saturating_add(self.step.saturating_mul(i128::try_from(steps).unwrap_or(i128::MAX)))
    }

    /// A number between two that are next to each other.
    pub(super) fn between(&self, whole: bool) -> i128 {
        let first = self.least.unwrap_or(self.step);
        first + if whole && self.step > self.unit { self.unit } else { self.step / 2 }
    }

    /// What is in the middle of both bounds; or the only one.
    pub(super) fn middle(&self) -> Option<i128> {
        match (self.least, self.most) {
            (Some(low), Some(high)) => (low <= high).then(|| low + (high - low) / 2),
            (limit, other) => limit.or(other),
        }
    }

    /// A number as a value.
    pub(super) fn value(&self, units: i128) -> Value {
        let whole = units / self.unit;
        if units % self.unit == 0 {
            if let Ok(whole) = i64::try_from(whole) {
                return json!(whole);
            }
            if let Ok(whole) = u64::try_from(whole) {
                return json!(whole);
            }
        }
        let places = self.places as usize;
        let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
        let (before, behind) = digits.split_at(digits.len() - places);
        let sign = if units < 0 { "-" } else { "" };
        let number: Option<f64> = format!("{sign}{before}.{behind}").parse().ok();
        number.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(schema: &Value, whole: bool) -> [Value; 2] {
        let grid = Grid::of(&Folded::read(schema, &[String::new()]), whole).unwrap();
        [grid.least, grid.most].map(|end| end.map_or(Value::Null, |end| grid.value(end)))
    }

    #[test]
    fn the_ends_are_the_bounds_where_these_are_steps() {
        for (schema, expected) in [
            (json!({"minimum": 0.1, "maximum": 0.5, "multipleOf": 0.1}), [json!(0.1), json!(0.5)]),
            (json!({"minimum": 19.99, "maximum": 49.99, "multipleOf": 0.01}), [json!(19.99), json!(49.99)]),
            (json!({"minimum": 1, "maximum": 1.2, "multipleOf": 0.1}), [json!(1), json!(1.2)]),
            (
                json!({"minimum": -0.35, "exclusiveMaximum": 0.3, "multipleOf": 0.1}),
                [json!(-0.3), json!(0.2)],
            ),
            (json!({"exclusiveMinimum": 0, "exclusiveMaximum": 0.1}), [json!(0.05), json!(0.05)]),
            (json!({"exclusiveMinimum": 1.5}), [json!(2), json!(null)]),
            (json!({"minimum": 1e-7, "maximum": 1e-6, "multipleOf": 1e-7}), [json!(1e-7), json!(1e-6)]),
        ] {
            assert_eq!(ends(&schema, false), expected, "{schema}");
        }
        assert_eq!(
            ends(&json!({"minimum": i64::MIN, "maximum": u64::MAX}), true),
            [json!(i64::MIN), json!(u64::MAX)]
        );
        assert_eq!(ends(&json!({"minimum": 1.5, "multipleOf": 2.5}), true), [json!(5), json!(null)]);
    }

    #[test]
    fn what_is_beyond_reckoning_is_no_grid() {
        for schema in [json!({"minimum": 1e300}), json!({"multipleOf": 1e-300}), json!({"multipleOf": 0})] {
            assert!(Grid::of(&Folded::read(&schema, &[String::new()]), false).is_none(), "{schema}");
        }
    }

    proptest! {
        #[test]
        fn every_number_of_a_grid_satisfies_its_schema(
            low in -5_000_i64..5_000,
            room in 0_i64..500,
            step in 1_i64..40,
            places in 0_i32..5,
            excluded in any::<bool>(),
        ) {
            let decimal = |units: i64| format!("{units}e-{places}").parse::<f64>().unwrap();
            let key = if excluded { "exclusiveMinimum" } else { "minimum" };
            let schema = json!({key: decimal(low), "maximum": decimal(low + room), "multipleOf": decimal(step)});
            let grid = Grid::of(&Folded::read(&schema, &[String::new()]), false).unwrap();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let (least, most) = (grid.least.unwrap(), grid.most.unwrap());
            prop_assume!(least <= most);
            for units in [least, most, grid.after(least, usize::try_from((most - least) / grid.step / 2).unwrap())] {
                prop_assert!(validator.is_valid(&grid.value(units)), "{} {}", schema, grid.value(units));
            }
            prop_assert!(!validator.is_valid(&grid.value(least - grid.step)));
            prop_assert!(!validator.is_valid(&grid.value(most + grid.step)));
        }
    }
}
