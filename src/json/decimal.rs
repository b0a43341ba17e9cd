//! Numbers to the last digit, as they were written: what a double rounds away still counts.

use std::cmp::Ordering;

/// A number without rounding, as parts of the text it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'t> {
    negative: bool,
    /// The digits before and after the point. No zero stands at either end of the two together;
    /// none at all for zero.
    digits: (&'t str, &'t str),
    /// The power of ten that the last digit counts.
    exponent: i128,
    /// The power of ten of the last digit that was written, zeros included.
    written: i128,
}

impl<'t> Decimal<'t> {
    /// Reads a number as JSON writes it; none for any other text.
    pub fn read(token: &'t str) -> Option<Decimal<'t>> {
        let (negative, rest) = match token.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let (mut point, mut mark) = (None, None);
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => {}
                b'.' if point.is_none() => point = Some(at),
                b'e' | b'E' => {
                    mark = Some(at);
                    break;
                }
                _ => return None,
            }
        }
        let power = mark.map_or(Some(0), |mark| exponent(&rest[mark + 1..]))?;
        let mantissa = &rest[..mark.unwrap_or(rest.len())];
        let (whole, fraction) = match point {
            Some(point) => (&mantissa[..point], &mantissa[point + 1..]),
            None => (mantissa, ""),
        };
        let leads = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leads || (point.is_some() && fraction.is_empty()) {
            return None;
        }
        let written = power.saturating_sub(signed(fraction.len()));
        let ended = without_zeros(fraction);
        let mut digits = if ended.is_empty() { (without_zeros(whole), "") } else { (whole, ended) };
        let dropped = whole.len() + fraction.len() - digits.0.len() - digits.1.len();
        if matches!(digits.0, "" | "0") {
            digits = ("", digits.1.trim_start_matches('0'));
        }
        if digits == ("", "") {
            return Some(Decimal { negative: false, digits, exponent: 0, written });
        }
        let exponent = written.saturating_add(signed(dropped));
        Some(Decimal { negative, digits, exponent, written })
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.precision() == 0
    }

    /// Whether it has no fraction.
    pub fn is_whole(&self) -> bool {
        self.is_zero() || self.exponent >= 0
    }

    /// How many digits after the point were written, zeros included.
    pub fn places(&self) -> u32 {
        u32::try_from(-self.written.min(0)).unwrap_or(u32::MAX)
    }

    /// The number of significant digits.
    pub fn precision(&self) -> usize {
        self.digits.0.len() + self.digits.1.len()
    }

    fn digits(&self) -> impl Iterator<Item = u8> + use<'t> {
        self.digits.0.bytes().chain(self.digits.1.bytes())
    }

    /// The number times a power of ten, cut off downwards to an integer; none beyond 128 bits.
    pub fn scaled(&self, power: u32) -> Option<i128> {
        /// So many digits always fit into 64 bits, which is much the faster.
        const FEW: usize = 18;
        if self.is_zero() {
            return Some(0);
        }
        let exponent = self.exponent + i128::from(power);
        let dropped = usize::try_from(-exponent.min(0)).unwrap_or(usize::MAX).min(self.precision());
        let (kept, cut) = (self.precision() - dropped, exponent < 0);
        let (whole, fraction) = self.digits;
        let (whole, fraction) =
            (&whole[..kept.min(whole.len())], &fraction[..kept.saturating_sub(whole.len())]);
        let mut digits = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0');
        let size = if kept <= FEW {
            i128::from(digits.fold(0, |size: u64, digit| size * 10 + u64::from(digit)))
        } else {
            digits.try_fold(0, |size: i128, digit| size.checked_mul(10)?.checked_add(i128::from(digit)))?
        };
        let zeros = u32::try_from(exponent.max(0)).ok().filter(|zeros| *zeros < 39)?;
        let size = size.checked_mul(10_i128.pow(zeros))?;
        // No zero ends the digits: what was dropped is not zero.
        Some(if self.negative { -size - i128::from(cut) } else { size })
    }

    /// Text that numbers of the same value share, and no others.
    pub fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let mut text = [sign, self.digits.0, self.digits.1, "e"].concat();
        match self.exponent {
            0 => text.push('0'),
            other => text.push_str(&other.to_string()),
        }
        text
    }

    fn size(&self, other: &Decimal<'_>) -> Ordering {
        let top = |one: &Decimal<'_>| one.exponent + signed(one.precision());
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => top(self).cmp(&top(other)).then_with(|| self.digits().cmp(other.digits())),
        }
    }

    /// Which of two is greater by value, however they are written.
    pub fn compare(&self, other: &Decimal<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.size(other),
            (true, true) => other.size(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

/// Whether two numbers have the same value, however they are written.
pub fn equal(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (Decimal::read(left), Decimal::read(right)) {
        (Some(left), Some(right)) => left.compare(&right) == Ordering::Equal,
        _ => false,
    }
}

/// How many digits stand behind the point of a double as it is written.
pub fn places(number: f64) -> Option<u32> {
    Decimal::read(&number.to_string()).map(|number| number.places())
}

/// The least number that is a multiple of both, where that can be told.
pub fn least_common_multiple(one: i128, other: i128) -> Option<i128> {
    let (mut a, mut b) = (one, other);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    if a <= 0 { None } else { (one / a).checked_mul(other) }
}

/// Digits without the zeros at their end.
fn without_zeros(digits: &str) -> &str {
    let zeros = digits.bytes().rev().take_while(|digit| *digit == b'0').count();
    &digits[..digits.len() - zeros]
}

fn signed(length: usize) -> i128 {
    i128::try_from(length).unwrap_or(i128::MAX / 8)
}

/// An exponent; what is beyond counting stays there.
fn exponent(text: &str) -> Option<i128> {
    const FAR: i128 = i128::MAX / 8;
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i128>().unwrap_or(FAR).min(FAR);
    Some(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_equal_by_value_to_the_last_digit() {
        for (left, right) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("-0", "0"),
            ("0e7", "0.000"),
            ("1702963230.966423000", "1702963230.966423"),
            ("1.702963230966423E9", "1702963230.966423000"),
            ("1E-2", "0.01"),
        ] {
            assert!(equal(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("9007199254740993", "9007199254740992"),
            ("18446744073709551615", "18446744073709551616"),
            ("1", "-1"),
            ("1.0000000000000000001", "1"),
            ("1e999999999999999999999", "1e-999999999999999999999"),
        ] {
            assert!(!equal(left, right), "{left} {right}");
        }
    }

    #[test]
    fn what_is_no_number_of_json_is_none() {
        for text in
            ["", "-", "+1", ".5", "5.", "01", "1e", "1e+", "0x1", "1 ", "NaN", "1_000", "--1", "1.2.3"]
        {
            assert!(Decimal::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn scaling_cuts_off_downwards() {
        let scaled = |text: &str, power| Decimal::read(text).unwrap().scaled(power);
        assert_eq!(scaled("1702963230.966423", 9), Some(1_702_963_230_966_423_000));
        assert_eq!(scaled("1702963230.966423", 0), Some(1_702_963_230));
        assert_eq!(scaled("1.7e9", 0), Some(1_700_000_000));
        assert_eq!(scaled("-0.5", 0), Some(-1));
        assert_eq!(scaled("-2", 0), Some(-2));
        assert_eq!(scaled("1e-200", 9), Some(0));
        assert_eq!(scaled("1e200", 0), None);
    }

    /// A decimal and its value in units of 10^-30, reckoned without [`Decimal`].
    fn written() -> impl Strategy<Value = (String, i128)> {
        (any::<i32>(), 0_u32..12, 0_usize..4, -3_i32..4, any::<bool>()).prop_map(
            |(integer, places, zeros, power, upper)| {
                let size = integer.unsigned_abs().to_string();
                let places = usize::try_from(places).unwrap();
                let padded = format!("{size:0>width$}", width = places + 1);
                let (whole, fraction) = padded.split_at(padded.len() - places);
                let tail = "0".repeat(zeros);
                let point = if places + zeros > 0 { "." } else { "" };
                let sign = if integer < 0 { "-" } else { "" };
                let mark = if upper { "E" } else { "e" };
                let text = format!("{sign}{whole}{point}{fraction}{tail}{mark}{power}");
                let shift = u32::try_from(18 + power - i32::try_from(places).unwrap()).unwrap();
                (text, i128::from(integer) * 10_i128.pow(shift))
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_integers_of_a_common_unit(left in written(), right in written()) {
            let order = Decimal::read(&left.0).unwrap().compare(&Decimal::read(&right.0).unwrap());
            prop_assert_eq!(order, left.1.cmp(&right.1), "{} {}", left.0, right.0);
            prop_assert_eq!(equal(&left.0, &right.0), left.1 == right.1);
        }

        #[test]
        fn zeros_at_the_end_and_a_moved_point_change_nothing(number in written(), zeros in 1_usize..5) {
            let (mantissa, power) = number.0.split_once(['e', 'E']).unwrap();
            let point = if mantissa.contains('.') { "" } else { "." };
            let longer = format!("{mantissa}{point}{}e{power}", "0".repeat(zeros));
            prop_assert!(equal(&number.0, &longer), "{} {longer}", number.0);
            prop_assert_eq!(Decimal::read(&number.0).unwrap().scaled(18), Some(number.1));
        }
    }
}
