//! Small contracts with many keywords, and the schemas of their bodies once more, as a person
//! would write them in plain JSON Schema.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::opinion::Opinion;
use crate::driver::shipped_contract;

pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) document: String,
    /// What is right for the body of each operation.
    pub(super) bodies: HashMap<String, Opinion>,
    /// Keywords that some case must break.
    pub(super) keywords: Vec<&'static str>,
}

pub(super) fn all() -> Vec<Known> {
    vec![shipped(), order(), payment(), tree(), mixed()]
}

fn shipped() -> Known {
    let badges = json!({
        "type": "object", "required": ["name", "rank"],
        "properties": {"name": {"type": "string"}, "rank": {"type": "integer"}}
    });
    let rewards = json!({
        "type": "object", "required": ["name"],
        "properties": {"name": {"type": "string"}, "rank": {"type": ["integer", "null"]}}
    });
    Known {
        name: "groups.openapi.yaml",
        document: std::fs::read_to_string(shipped_contract()).expect("the shipped contract"),
        bodies: HashMap::from([
            ("create-badges-group".to_owned(), Opinion::of(&badges)),
            ("create-rewards-group".to_owned(), Opinion::of(&rewards)),
        ]),
        keywords: vec!["type", "required"],
    }
}

fn known(
    name: &'static str,
    version: &str,
    schema: &Value,
    components: &Value,
    plain: &Value,
    keywords: Vec<&'static str>,
) -> Known {
    let document = json!({
        "openapi": version,
        "info": {"title": name, "version": "1"},
        "paths": {"/things": {"post": {
            "operationId": "create-thing",
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {"201": {"description": "Created."}, "400": {"description": "Refused."}}
        }}},
        "components": {"schemas": components}
    });
    Known {
        name,
        document: format!("{document:#}"),
        bodies: HashMap::from([("create-thing".to_owned(), Opinion::of(plain))]),
        keywords,
    }
}

/// 3.0: bounds, patterns, formats, enums, nested arrays, and its own ways to say null and exclusive.
fn order() -> Known {
    let schema = json!({
        "type": "object",
        "required": ["number", "lines", "state", "due"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "format": "uuid", "readOnly": true},
            "number": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
            "state": {"type": "string", "enum": ["open", "paid", "sent"]},
            "due": {"type": "string", "format": "date"},
            "at": {"type": "string", "format": "date-time", "nullable": true},
            "mail": {"type": "string", "format": "email"},
            "note": {"type": "string", "minLength": 3, "maxLength": 20, "nullable": true},
            "discount": {
                "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": false
            },
            "weight": {"type": "integer", "minimum": 5, "maximum": 500, "multipleOf": 5},
            "gift": {"type": "boolean"},
            "lines": {
                "type": "array", "minItems": 1, "maxItems": 4, "uniqueItems": true,
                "items": {
                    "type": "object",
                    "required": ["sku", "count"],
                    "properties": {
                        "sku": {"type": "string", "minLength": 1, "maxLength": 12},
                        "count": {"type": "integer", "minimum": 1, "maximum": 99},
                        "marks": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}
                    }
                }
            }
        }
    });
    let plain = json!({
        "type": "object",
        "required": ["number", "lines", "state", "due"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "number": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
            "state": {"enum": ["open", "paid", "sent"]},
            "due": {"type": "string", "format": "date"},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "mail": {"type": "string", "format": "email"},
            "note": {"type": ["string", "null"], "minLength": 3, "maxLength": 20},
            "discount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "weight": {"type": "integer", "minimum": 5, "maximum": 500, "multipleOf": 5},
            "gift": {"type": "boolean"},
            "lines": {
                "type": "array", "minItems": 1, "maxItems": 4, "uniqueItems": true,
                "items": {
                    "type": "object",
                    "required": ["sku", "count"],
                    "properties": {
                        "sku": {"type": "string", "minLength": 1, "maxLength": 12},
                        "count": {"type": "integer", "minimum": 1, "maximum": 99},
                        "marks": {"type": "array", "items": {"enum": ["a", "b"]}}
                    }
                }
            }
        }
    });
    let keywords = vec![
        "type",
        "required",
        "additionalProperties",
        "pattern",
        "enum",
        "minLength",
        "maxLength",
        "exclusiveMinimum",
        "minimum",
        "maximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
    ];
    known("order.json", "3.0.3", &schema, &json!({}), &plain, keywords)
}

/// 3.0: alternatives and parts, through references.
fn payment() -> Known {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let card = json!({
        "type": "object", "required": ["kind", "digits"],
        "properties": {
            "kind": {"type": "string", "enum": ["card"]},
            "digits": {"type": "string", "pattern": "^[0-9]{16}$"}
        }
    });
    let transfer = json!({
        "type": "object", "required": ["kind", "account"],
        "properties": {
            "kind": {"type": "string", "enum": ["transfer"]},
            "account": {"type": "string", "minLength": 4, "maxLength": 34}
        }
    });
    let amount = json!({
        "type": "object", "required": ["amount", "currency"],
        "properties": {
            "amount": {"type": "integer", "minimum": 1},
            "currency": {"type": "string", "minLength": 3, "maxLength": 3}
        }
    });
    let means = |card: Value, transfer: Value| {
        json!({
            "type": "object", "required": ["means"],
            "properties": {"means": {"oneOf": [card, transfer]}}
        })
    };
    let by_reference = means(reference("Card"), reference("Transfer"));
    let schema = json!({"allOf": [reference("Amount"), by_reference]});
    let components = json!({"Card": card, "Transfer": transfer, "Amount": amount});
    let plain = json!({"allOf": [amount, means(card, transfer)]});
    let keywords = vec!["required", "type", "oneOf", "minimum"];
    known("payment.json", "3.0.3", &schema, &components, &plain, keywords)
}

/// 3.0: a schema that refers to itself, and a map.
fn tree() -> Known {
    let node = |to: &str| {
        json!({
            "type": "object", "required": ["label"],
            "properties": {
                "label": {"type": "string", "maxLength": 8},
                "sizes": {"type": "object", "maxProperties": 3, "additionalProperties": {"type": "integer"}},
                "children": {"type": "array", "maxItems": 2, "items": {"$ref": to}}
            }
        })
    };
    let schema = json!({"$ref": "#/components/schemas/Node"});
    let components = json!({"Node": node("#/components/schemas/Node")});
    known("tree.json", "3.0.3", &schema, &components, &node("#"), vec!["required", "type", "maxLength"])
}

/// 3.1: the schema is JSON Schema already, with lists of types.
fn mixed() -> Known {
    let schema = json!({
        "type": "object",
        "required": ["code", "kind"],
        "minProperties": 2,
        "maxProperties": 6,
        "additionalProperties": false,
        "properties": {
            "code": {"type": ["string", "integer"], "minLength": 2, "maxLength": 9, "minimum": 10},
            "kind": {"const": "mixed"},
            "ratio": {"type": ["number", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "tags": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 3},
            "matrix": {
                "type": "array", "minItems": 1, "maxItems": 2,
                "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}}
            },
            "either": {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "boolean"}]}
        }
    });
    let keywords = vec![
        "type",
        "required",
        "const",
        "additionalProperties",
        "minLength",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "maxItems",
        "anyOf",
    ];
    known("mixed.json", "3.1.0", &schema, &json!({}), &schema, keywords)
}
