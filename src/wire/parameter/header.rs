//! Header fields of answers: written as parameters in the style `simple`, and read as whatever of it
//! their schema allows.

use super::{Reader, Reading};
use crate::contract::model::{Parameter, ParameterLocation, Style};
use crate::json::{Kind, Node};
use crate::schema::folded::Folds;
use crate::schema::{SchemaAt, Schemas, Side, ValidationError};
use crate::wire::Received;

const NAME: &str = "field";

/// Every way in which the text of a field breaks a schema.
pub fn errors(schemas: &Schemas, schema: &SchemaAt, side: Side, text: &str) -> Vec<ValidationError> {
    read(schemas, schema, side, text).broken
}

/// The value that the text of a field stands for: text, a number or a boolean, or a list or an object
/// of these.
pub fn read(schemas: &Schemas, schema: &SchemaAt, side: Side, text: &str) -> Reading {
    let plain = Node { start: 0, end: 0, kind: Kind::String(text.to_owned()) };
    if schemas.accepts(schema, side, &plain.to_value()) {
        return Reading { value: plain, broken: Vec::new() };
    }
    let folds = Folds::new(schemas.raw(side));
    let came = Received { fields: vec![(NAME, text.into())], ..Received::default() };
    let readings = [true, false].into_iter().filter_map(|explode| {
        let parameter = field(schema, explode);
        Reader::alone(&folds, &parameter).read(schemas, side, &parameter, &came)
    });
    let mut readings: Vec<Reading> = readings.collect();
    if let Some(good) = readings.iter().position(|reading| reading.broken.is_empty()) {
        return readings.swap_remove(good);
    }
    let plain = || Reading { broken: schemas.errors(schema, side, &plain.to_value()), value: plain };
    Reading::meant(readings).unwrap_or_else(plain)
}

fn field(schema: &SchemaAt, explode: bool) -> Parameter {
    let schema = Some(schema.clone());
    Parameter { schema, ..Parameter::new(NAME, ParameterLocation::Header, Style::Simple, explode) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn value(schema: &Value, text: &str) -> (Value, bool) {
        let document = json!({"s": schema});
        let at = SchemaAt("/s".into());
        let all = BTreeSet::from([at.clone()]);
        let schemas = Schemas::compile(&document.clone().into(), false, &BTreeSet::new(), &all, &[]).schemas;
        let value = super::read(&schemas, &at, Side::Response, text).value.to_value();
        let good = schemas.accepts(&at, Side::Response, &value);
        (value, good)
    }

    #[test]
    fn a_header_is_read_as_its_schema_says() {
        let digits = json!({"type": "string", "pattern": "^[0-9]+$"});
        let map = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": digits}, "required": ["a"]});
        for (schema, text, expected) in [
            (json!({"type": "array", "items": {"type": "string"}}), "12,ab", json!(["12", "ab"])),
            (json!({"type": "array", "items": digits}), "17, 18", json!(["17", "18"])),
            (json!({"type": "array", "items": {"type": "integer"}}), "17,18", json!([17, 18])),
            (json!({"type": "array"}), "", json!([])),
            (map.clone(), "a=1,b=2", json!({"a": 1, "b": "2"})),
            (map.clone(), "a,1,b,2", json!({"a": 1, "b": "2"})),
            (json!({"type": "integer"}), "5", json!(5)),
            (json!({"type": "string"}), "5", json!("5")),
        ] {
            assert_eq!(value(&schema, text), (expected, true), "{text}");
        }
        for (schema, text) in [
            (json!({"type": "array", "items": {"type": "integer"}}), "17,x"),
            (map, "a=x"),
            (json!({"type": "integer"}), "x"),
        ] {
            assert!(!value(&schema, text).1, "{text}");
        }
    }

    #[test]
    fn a_header_that_breaks_its_schema_is_judged_as_what_the_schema_asks_for() {
        let address = json!({"type": "string", "format": "uri"});
        let count = json!({"type": "integer", "minimum": 5});
        for (schema, text, place, keyword, actual) in [
            (address.clone(), "3", "", "format", r#"string "3""#),
            (json!({"type": "string", "enum": ["on", "off"]}), "true", "", "enum", r#"string "true""#),
            (json!({"enum": ["on", "off"]}), "1", "", "enum", r#"string "1""#),
            (count.clone(), "3", "", "minimum", "integer 3"),
            (json!({"type": "integer"}), "1.5", "", "type", "number 1.5"),
            (json!({"type": "integer"}), "soon", "", "type", r#"string "soon""#),
            (json!({"type": "boolean"}), "3", "", "type", r#"string "3""#),
            (json!({"anyOf": [address.clone(), count.clone()]}), "3", "", "minimum", "integer 3"),
            (json!({"anyOf": [address, count]}), "x y", "", "format", r#"string "x y""#),
            (json!({"type": "array", "items": {"type": "integer"}}), "1, x", "/1", "type", r#"string "x""#),
            (
                json!({"type": "array", "items": {"type": "string", "maxLength": 1}}),
                "1, 22",
                "/1",
                "maxLength",
                r#"string "22""#,
            ),
            (
                json!({"properties": {"a": {"type": "integer"}}, "type": "object"}),
                "a=x",
                "/a",
                "type",
                r#"string "x""#,
            ),
            (json!({"type": "object"}), "x", "", "type", r#"string "x""#),
        ] {
            let document = json!({"s": schema});
            let at = SchemaAt("/s".into());
            let all = BTreeSet::from([at.clone()]);
            let schemas =
                Schemas::compile(&document.clone().into(), false, &BTreeSet::new(), &all, &[]).schemas;
            let found = errors(&schemas, &at, Side::Response, text);
            let found: Vec<_> = found.iter().map(|one| (&*one.place, &*one.keyword, &*one.actual)).collect();
            assert_eq!(found, [(place, keyword, actual)], "{schema} {text}");
        }
    }
}
