use super::*;

const RUN: &str = "7071727374";
use serde_json::json;

fn source(schema: &Value) -> (Option<Source>, jsonschema::Validator) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let flat = Folded::read(schema, &[String::new()]);
    (
        Source::find(&flat, &Origin { seed: 7, run: Sample::default() }, &|value| validator.is_valid(value)),
        validator,
    )
}

#[test]
fn values_of_many_shapes_carry_the_run_and_differ() {
    for schema in [
        json!({"type": "string"}),
        json!({"type": "string", "maxLength": 16}),
        json!({"type": "string", "format": "email", "maxLength": 40}),
        json!({"type": "string", "format": "email", "maxLength": 30}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "string", "format": "uri"}),
        json!({"type": "string", "format": "hostname"}),
        json!({"type": "string", "pattern": "^[a-z0-9]+$"}),
        json!({"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "minLength": 30}),
        json!({"type": "string", "pattern": r"^[A-Z]{3}-\d{13,}$"}),
        json!({"type": "string", "pattern": r"^(ab|cd)/[0-9a-f]{16}:x$"}),
        json!({"type": "string", "pattern": "^(?=.*[0-9]).{8,}$"}),
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int64", "minimum": 1}),
        json!({"type": "integer", "maximum": 99_999_999_999_999_u64}),
        json!({"type": "integer", "multipleOf": 10}),
        json!({"type": "number", "multipleOf": 0.01}),
    ] {
        let (source, validator) = source(&schema);
        let source = source.unwrap_or_else(|| panic!("{schema}"));
        let values: Vec<Value> = (0..50).map(|case| source.value(&format!("case/{case}")).unwrap()).collect();
        for (index, value) in values.iter().enumerate() {
            assert!(value.to_string().contains(RUN), "{schema}: {value}");
            assert!(!values[..index].contains(value), "{schema}: {value} comes twice");
            for run in ["1000000000", "9999999999", "4711081512"] {
                let sent: Value = serde_json::from_str(&value.to_string().replace(RUN, run)).unwrap();
                assert!(validator.is_valid(&sent), "{schema}: {sent}");
            }
        }
    }
}

#[test]
fn where_no_run_fits_values_still_differ() {
    for schema in [
        json!({"type": "integer", "format": "int32"}),
        json!({"type": "integer", "minimum": 1, "maximum": 99_999}),
        json!({"type": "string", "maxLength": 6}),
        json!({"type": "string", "pattern": r"^[A-Z]{2}\d{5}$"}),
    ] {
        let (source, validator) = source(&schema);
        let source = source.unwrap_or_else(|| panic!("{schema}"));
        let values: Vec<Value> = (0..6).map(|case| source.value(&format!("case/{case}")).unwrap()).collect();
        for (index, value) in values.iter().enumerate() {
            assert!(validator.is_valid(value), "{schema}: {value}");
            assert!(!value.to_string().contains(RUN) && !values[..index].contains(value), "{schema}");
            assert!(value.as_i64().is_none_or(|number| i32::try_from(number).is_ok()), "{value}");
        }
    }
}

#[test]
fn what_has_hardly_any_values_has_no_source() {
    for schema in
        [json!({"enum": ["a", "b"]}), json!({"type": "string", "pattern": "^x$"}), json!({"type": "boolean"})]
    {
        assert!(source(&schema).0.is_none(), "{schema}");
    }
}
