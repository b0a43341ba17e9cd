//! How a number differs: rounded, cut off, wrapped, clamped.

use super::Difference;
use crate::json::decimal::{self, Decimal};

const LONG: usize = 48;

pub(super) fn difference(wanted: &str, came: &str) -> Difference {
    Difference {
        at: String::new(),
        kind: kind(wanted, came).to_owned(),
        expected: shown(wanted),
        actual: shown(came),
    }
}

/// A number in words, short.
pub(super) fn shown(token: &str) -> String {
    if token.len() <= LONG {
        return format!("number {token}");
    }
    let head: String = token.chars().take(LONG / 2).collect();
    format!("number {head}… ({} characters)", token.len())
}

fn kind(wanted: &str, came: &str) -> &'static str {
    let (Some(left), Some(right)) = (Decimal::read(wanted), Decimal::read(came)) else {
        return "the number differs";
    };
    if let (true, Some(value)) = (left.is_whole(), left.scaled(0)) {
        let is = |other: i128| decimal::equal(&other.to_string(), came);
        if is(wrapped(value, 32)) || is(value.rem_euclid(1 << 32)) {
            return "it is wrapped to 32 bits";
        }
        if is(wrapped(value, 64)) || is(value.rem_euclid(1 << 64)) {
            return "it is wrapped to 64 bits";
        }
        if is(value.clamp(i128::from(i32::MIN), i128::from(i32::MAX))) {
            return "it is held at 32 bits";
        }
        if is(value.clamp(i128::from(i64::MIN), i128::from(i64::MAX))) {
            return "it is held at 64 bits";
        }
    }
    if came.strip_prefix('-') == Some(wanted) || wanted.strip_prefix('-') == Some(came) {
        return "its sign is lost";
    }
    let is_double = || double(wanted).is_some_and(|double| decimal::equal(&double, came));
    if is_double() || is_double_of_integer(wanted, came) {
        return "it is rounded to a double";
    }
    if single(wanted).is_some_and(|single| decimal::equal(&single, came)) {
        return "it is rounded to a single-precision number";
    }
    if right.precision() < left.precision() {
        let power = right.places();
        let (Some(whole), Some(kept)) = (left.scaled(power), right.scaled(power)) else {
            return "the number differs";
        };
        if left.is_whole() || right.places() >= left.places() {
            return "the number differs";
        }
        // Downwards for negative numbers, which may also be cut off towards zero.
        if whole == kept || (wanted.starts_with('-') && whole + 1 == kept) {
            return if right.is_whole() { "its fraction is cut off" } else { "its decimals are cut off" };
        }
        if whole + 1 == kept {
            return "its decimals are rounded";
        }
    }
    "the number differs"
}

fn wrapped(value: i128, bits: u32) -> i128 {
    let size = 1_i128 << bits;
    let low = value.rem_euclid(size);
    if low >= size / 2 { low - size } else { low }
}

/// From here on not every integer is a double.
const GREAT: f64 = 9_007_199_254_740_992.0;

/// Whether an integer beyond 2^53 became what a double makes of it, in any way to write that: with
/// as few digits as tell it from others, with 17, or with all of them.
pub(in crate::judge) fn is_double_of_integer(wanted: &str, came: &str) -> bool {
    let digits = wanted.strip_prefix('-').unwrap_or(wanted);
    let Ok(double) = wanted.parse::<f64>() else { return false };
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && double.is_finite()
        && double.abs() >= GREAT
        && [format!("{double}"), format!("{double:.16e}"), format!("{double:.0}")]
            .iter()
            .any(|written| decimal::equal(written, came))
}

/// The number that a double makes of it.
fn double(token: &str) -> Option<String> {
    let double: f64 = token.parse().ok()?;
    double.is_finite().then(|| format!("{double}"))
}

fn single(token: &str) -> Option<String> {
    let single: f32 = token.parse().ok()?;
    single.is_finite().then(|| format!("{single}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_difference_of_numbers_is_told(
            wanted in "-?(0|[1-9][0-9]{0,60})([.][0-9]{1,40})?([eE][-+]?[0-9]{1,45})?",
            came in "-?(0|[1-9][0-9]{0,60})([.][0-9]{1,40})?([eE][-+]?[0-9]{1,45})?",
        ) {
            prop_assert!(!kind(&wanted, &came).is_empty());
            prop_assert!(shown(&wanted).len() < 100);
        }
    }

    #[test]
    fn only_what_a_double_makes_of_a_great_integer_is_its_double() {
        for (wanted, came, is) in [
            ("9007199254740993", "9007199254740992", true),
            ("-9007199254740993", "-9007199254740992", true),
            ("18446744073709551617", "18446744073709552000", true),
            ("18446744073709551617", "18446744073709551616", true),
            ("18446744073709551617", "1.8446744073709552e19", true),
            ("123456789012345678901234567890", "1.2345678901234568e+29", true),
            ("9007199254740993", "9007199254740994", false),
            ("18446744073709551617", "18446744073709551618", false),
            ("4503599627370497", "4503599627370496", false),
            ("9007199254740993.5", "9007199254740994", false),
            ("9007199254740993", "-9007199254740992", false),
            ("1e400", "1e400", false),
        ] {
            assert_eq!(is_double_of_integer(wanted, came), is, "{wanted} {came}");
        }
    }

    #[test]
    fn what_became_of_a_number_is_told() {
        for (wanted, came, told) in [
            ("9007199254740993", "9007199254740992", "it is rounded to a double"),
            ("1702963230.966423123", "1702963230.966423", "it is rounded to a double"),
            ("16777217", "16777216", "it is rounded to a single-precision number"),
            ("4294967298", "2", "it is wrapped to 32 bits"),
            ("2147483648", "-2147483648", "it is wrapped to 32 bits"),
            ("2147483648", "2147483647", "it is held at 32 bits"),
            ("9223372036854775808", "-9223372036854775808", "it is wrapped to 64 bits"),
            ("9223372036854775808", "9223372036854775807", "it is held at 64 bits"),
            ("-5", "5", "its sign is lost"),
            ("1.75", "1", "its fraction is cut off"),
            ("1.75", "1.7", "its decimals are cut off"),
            ("1.75", "1.8", "its decimals are rounded"),
            ("-1.75", "-1", "its fraction is cut off"),
            ("2", "3", "the number differs"),
        ] {
            assert_eq!(kind(wanted, came), told, "{wanted} {came}");
        }
    }
}
