//! The formats of numbers in the registry of `OpenAPI`.

use jsonschema::Draft;

/// What a format says of whole numbers: the least and the greatest.
pub fn range(format: &str) -> Option<(i128, i128)> {
    const SINGLE: i128 = 1 << 24;
    const DOUBLE: i128 = 1 << 53;
    let signed = |bits: u32| (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1);
    let unsigned = |bits: u32| (0, (1_i128 << bits) - 1);
    Some(match format {
        "int8" => signed(8),
        "int16" => signed(16),
        "int32" => signed(32),
        "int64" => signed(64),
        "uint8" => unsigned(8),
        "uint16" => unsigned(16),
        "uint32" => unsigned(32),
        "uint64" => unsigned(64),
        "single-int" => (-SINGLE, SINGLE),
        "double-int" => (1 - DOUBLE, DOUBLE - 1),
        _ => return None,
    })
}

/// Whether a format may ask for any numbers: the registry does not have it, nor is it one of texts,
/// which says nothing about numbers.
pub fn is_open(format: &str) -> bool {
    const KNOWN: [&str; 8] =
        ["float", "double", "decimal", "decimal128", "password", "binary", "byte", "base64url"];
    range(format).is_none()
        && !KNOWN.contains(&format)
        && !jsonschema::options().is_known_format(Draft::Draft202012, format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_registry_has_is_not_open() {
        for known in ["int8", "uint64", "double-int", "decimal", "date-time", "byte"] {
            assert!(!is_open(known), "{known}");
        }
        assert!(is_open("money") && is_open("int128"));
        assert_eq!(range("int8"), Some((-128, 127)));
        assert_eq!(range("uint64"), Some((0, i128::from(u64::MAX))));
    }
}
