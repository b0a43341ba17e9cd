//! Numbers that never come twice.

use super::{Fits, Origin, under_any_run};
use crate::generate::Sample;
use crate::generate::random::fnv1a;
use crate::schema::folded::Folded;
use crate::schema::number_format;
use serde_json::{Value, json};

/// A row of numbers.
#[derive(Clone, Debug)]
pub enum Series {
    /// The identity of the run, then so many digits, which make a multiple of a step.
    Run {
        /// How many digits.
        digits: u32,
        /// What the number is a multiple of.
        step: u64,
        /// What stands for the identity.
        run: Sample,
    },
    /// Numbers of a range too small for the identity of a run.
    Small {
        /// The first.
        low: i64,
        /// How many there are.
        count: u64,
        /// From one to the next.
        step: u64,
        /// What tells the numbers of one plan from those of another.
        seed: u64,
    },
}

/// What a single-precision number holds exactly.
const SINGLE: i128 = 16_777_216;

impl Series {
    pub(super) fn find(flat: &Folded, origin: &Origin, fits: Fits<'_>) -> Option<Series> {
        let (least, most) = limits(flat);
        let step = step(flat)?;
        let roomy = |digits: u32| {
            let series = Series::Run { digits, step, run: origin.run.clone() };
            let ends = [series.at(0)?, series.at(u64::MAX)?];
            let inside = |value: &Value| {
                let highest = value.to_string().replace(origin.run.as_str(), "9999999999").parse::<f64>();
                highest.is_ok_and(|highest| highest <= most)
            };
            ends.iter()
                .all(|value| inside(value) && under_any_run(value, &origin.run, fits))
                .then_some(series)
        };
        [5, 4, 3].into_iter().find_map(roomy).or_else(|| {
            #[expect(clippy::cast_precision_loss, reason = "steps are small")]
            let wide = step as f64;
            let low = (least.max(if most >= 1.0 { 1.0 } else { most - 1e6 }) / wide).ceil() * wide;
            let count = (((most - low) / wide).floor() + 1.0).clamp(0.0, 1e15);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "both are bounded; what is not fits nowhere"
            )]
            let (low, count) = (low as i64, count as u64);
            let series = Series::Small { low, count, step, seed: origin.seed };
            let ends = [series.at(0)?, series.at(count.checked_sub(1)?)?];
            ends.iter().all(fits).then_some(series)
        })
    }

    pub(super) fn value(&self, case: &str) -> Option<Value> {
        match self {
            Series::Run { .. } => self.at(fnv1a(case)),
            Series::Small { seed, .. } => self.at(fnv1a(&format!("{seed}/{case}"))),
        }
    }

    /// The number of a rank; ranks beyond the last begin anew.
    fn at(&self, rank: u64) -> Option<Value> {
        match self {
            Series::Run { digits, step, run } => {
                let size = 10_u64.pow(*digits);
                let rest = if rank == u64::MAX { size - step } else { rank % (size / step) * step };
                let number: u64 = format!("{run}{rest:0width$}", width = *digits as usize).parse().ok()?;
                Some(json!(number))
            }
            Series::Small { low, count, step, .. } => {
                let offset = rank.checked_rem(*count)?.checked_mul(*step)?;
                Some(json!(low.checked_add(i64::try_from(offset).ok()?)?))
            }
        }
    }
}

/// The least and the greatest number, by bounds and format; whole, and both allowed.
fn limits(flat: &Folded) -> (f64, f64) {
    const EXACT: i128 = 9_000_000_000_000_000;
    let format = flat.format.as_deref();
    let (low, high) = match format {
        Some("float") => (-SINGLE, SINGLE),
        _ => format.and_then(number_format::range).unwrap_or((-EXACT, EXACT)),
    };
    #[expect(clippy::cast_precision_loss, reason = "what is exact in a double")]
    let (low, high) = (low.max(-EXACT) as f64, high.min(EXACT) as f64);
    let least = flat
        .minimum
        .as_ref()
        .map_or(low, |one| if one.excluded { one.limit.floor() + 1.0 } else { one.limit.ceil() });
    let most = flat
        .maximum
        .as_ref()
        .map_or(high, |one| if one.excluded { one.limit.ceil() - 1.0 } else { one.limit.floor() });
    (least.max(low), most.min(high))
}

/// What whole numbers must be a multiple of; nothing where that leaves no room behind a run.
fn step(flat: &Folded) -> Option<u64> {
    let Some(step) = flat.multiple_of else { return Some(1) };
    if step < 1.0 && ((1.0 / step).round() * step - 1.0).abs() < 1e-9 {
        return Some(1);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and small")]
    let whole = (step.fract() == 0.0 && (1.0..=1000.0).contains(&step)).then_some(step as u64)?;
    1000_u64.is_multiple_of(whole).then_some(whole)
}
