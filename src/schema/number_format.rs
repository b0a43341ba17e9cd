//! The formats of numbers in the registry of `OpenAPI`.

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

/// Whether a format of numbers is one of the registry.
pub fn is_known(format: &str) -> bool {
    range(format).is_some() || matches!(format, "float" | "double" | "decimal" | "decimal128")
}
