//! Ids that begin with the time at which they were made.

use super::instant::SECOND;
use super::rule::IdForm;

/// The digits of a ULID.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MILLISECOND: i128 = SECOND / 1000;

impl IdForm {
    /// How many nanoseconds the time in an id counts.
    pub fn step(self) -> i128 {
        match self {
            IdForm::ObjectId => SECOND,
            IdForm::UuidV7 | IdForm::Ulid => MILLISECOND,
        }
    }

    /// The time in an id, in nanoseconds since 1970; none if the id does not have the form.
    pub fn read(self, id: &str) -> Option<i128> {
        let hexadecimal = |digits: &str| i128::from_str_radix(digits, 16).ok();
        let is_hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self {
            IdForm::ObjectId => {
                (id.len() == 24 && is_hexadecimal(id)).then(|| hexadecimal(&id[..8]))?.map(|at| at * SECOND)
            }
            IdForm::UuidV7 => {
                let groups: Vec<&str> = id.split('-').collect();
                let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
                let formed = lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| is_hexadecimal(group));
                let version = formed && groups[2].starts_with('7');
                version
                    .then(|| hexadecimal(&format!("{}{}", groups[0], groups[1])))?
                    .map(|at| at * MILLISECOND)
            }
            IdForm::Ulid => {
                let digit = |byte: u8| BASE32.iter().position(|known| *known == byte.to_ascii_uppercase());
                if id.len() != 26 || !id.bytes().all(|byte| digit(byte).is_some()) {
                    return None;
                }
                let value = id
                    .bytes()
                    .take(10)
                    .try_fold(0_i128, |value, byte| Some(value * 32 + i128::try_from(digit(byte)?).ok()?))?;
                Some(value * MILLISECOND)
            }
        }
    }

    /// An id for a time in nanoseconds since 1970 that no other number has.
    pub fn write(self, nanoseconds: i128, number: u64) -> String {
        let at = nanoseconds.div_euclid(self.step()).max(0);
        match self {
            IdForm::ObjectId => format!("{:08x}{number:016x}", at & 0xffff_ffff),
            IdForm::UuidV7 => {
                let at = at & 0xffff_ffff_ffff;
                let (high, low) = (number >> 48, number & 0xffff_ffff_ffff);
                format!("{:08x}-{:04x}-7{:03x}-8{:03x}-{low:012x}", at >> 16, at & 0xffff, 0, high & 0xfff)
            }
            IdForm::Ulid => {
                let digits = |mut value: u128, width: usize| {
                    let mut text = vec![b'0'; width];
                    for digit in text.iter_mut().rev() {
                        *digit = BASE32[usize::try_from(value % 32).unwrap_or_default()];
                        value /= 32;
                    }
                    String::from_utf8(text).unwrap_or_default()
                };
                digits(at.unsigned_abs(), 10) + &digits(u128::from(number), 16)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_time_in_an_id_is_read() {
        assert_eq!(IdForm::ObjectId.read("6581281e8f68666070de15c5"), Some(1_702_963_230 * SECOND));
        let uuid = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        assert_eq!(IdForm::UuidV7.read(uuid), Some(1_645_557_742_000 * MILLISECOND));
        let ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        assert_eq!(IdForm::Ulid.read(ulid), Some(1_469_922_850_259 * MILLISECOND));
        for form in [IdForm::ObjectId, IdForm::UuidV7, IdForm::Ulid] {
            for other in [
                "",
                "13272",
                "zzzzzzzzzzzzzzzzzzzzzzzz",
                "é5812818f68666070de15c5",
                "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
            ] {
                assert_eq!(form.read(other), None, "{form:?} {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn an_id_holds_the_time_it_was_made_for(at in 0_i128..4_000_000_000, number in 1_u64..1 << 50) {
            let at = at * SECOND;
            for form in [IdForm::ObjectId, IdForm::UuidV7, IdForm::Ulid] {
                prop_assert_eq!(form.read(&form.write(at, number)), Some(at));
                prop_assert_ne!(form.write(at, number), form.write(at, number + 1));
            }
        }
    }
}
