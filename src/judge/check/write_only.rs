//! `write-only`: answers do not hold what is only for requests.

use crate::exchange::Answer;
use crate::json::{self, pointer};
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::schema::walk;
use crate::schema::{SchemaAt, Schemas, Side};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::HashSet;

pub(in crate::judge) const CHECK: Check = Check {
    id: "write-only",
    summary: "no answer holds a property that is only for requests",
    meaning: "A property that the contract marks `writeOnly` stands in an answer, with a value. OpenAPI says that it should not be sent there.",
    matters: "What is marked so is mostly a password, a key or a token, which then stands in logs and caches.",
    allow: "Take `writeOnly` away if clients are to see the value; it is a warning by default.",
    severity: Severity::Warn,
    scope: Scope::Contract,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let schemas = &view.contract.schemas;
    let stated = view.media(answer).and_then(|media| media.schema.as_ref());
    let Some(schema) = stated.filter(|schema| schemas.hide(schema)) else { return Vec::new() };
    let Some(value) = view.value(answer) else { return Vec::new() };
    let shown = shown(&Reader { schemas, root: schemas.raw(Side::Response) }, schema, value);
    let each = shown.into_iter().map(|Shown { place, at, kind }| {
        view.observe(
            &CHECK,
            format!("{}XX", answer.status / 100),
            format!("`{place}` stands in the answer, though it is only for requests"),
            ("no such property", format!("{kind}, which is not shown here")),
            &at,
        )
    });
    each.collect()
}

/// A value that should not be there. Every item of an array is the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    place: String,
    /// JSON Pointer to the keyword.
    at: String,
    kind: &'static str,
}

/// What should not stand in a value.
fn shown(reader: &Reader<'_>, schema: &SchemaAt, value: &Value) -> Vec<Shown> {
    let said = reader.read(&schema.0, value, &Here::default(), &mut HashSet::new());
    let mut each: Vec<Shown> = Vec::new();
    for shown in said.hidden.into_values() {
        if !each.iter().any(|known| known.place == shown.place) {
            each.push(shown);
        }
    }
    each
}

/// A place in a value.
#[derive(Clone, Default)]
struct Here {
    exact: String,
    /// The same with `*` for every item.
    general: String,
}

impl Here {
    fn member(&self, name: &str) -> Here {
        Here { exact: pointer::child(&self.exact, name), general: pointer::child(&self.general, name) }
    }

    fn item(&self, index: usize) -> Here {
        Here { exact: format!("{}/{index}", self.exact), general: format!("{}/*", self.general) }
    }
}

/// What schemas say about the places of a value: which are only for requests, and which of the
/// others they describe.
#[derive(Default)]
struct Said {
    hidden: IndexMap<String, Shown>,
    described: HashSet<String>,
}

impl Said {
    /// Both hold: what one of them hides is hidden.
    fn and(&mut self, other: Said) {
        self.hidden.extend(other.hidden);
        self.described.extend(other.described);
        self.described.retain(|place| !self.hidden.contains_key(place));
    }

    /// Any of them would do: what one of them hides, another may show.
    fn any_of(all: impl Iterator<Item = Said>) -> Said {
        let mut said = Said::default();
        for one in all {
            said.hidden.extend(one.hidden);
            said.described.extend(one.described);
        }
        said.hidden.retain(|place, _| !said.described.contains(place));
        said
    }
}

/// Reads schemas of answers.
struct Reader<'c> {
    schemas: &'c Schemas,
    root: &'c Value,
}

impl Reader<'_> {
    /// What the schema at `at` says about a value; `seen` are the schemas that were asked about it.
    fn read(&self, at: &str, value: &Value, here: &Here, seen: &mut HashSet<String>) -> Said {
        let mut said = Said::default();
        let Some(schema) = pointer::get(self.root, at) else { return said };
        if schema.get("writeOnly") == Some(&Value::Bool(true)) && !value.is_null() {
            let at = pointer::child(at, "writeOnly");
            let shown = Shown { place: here.general.clone(), at, kind: json::type_name(value) };
            said.hidden.insert(here.exact.clone(), shown);
            return said;
        }
        said.described.insert(here.exact.clone());
        let Some(schema) = schema.as_object().filter(|_| seen.insert(at.to_owned())) else { return said };
        for part in self.parts(schema, at, value) {
            said.and(self.read(&part, value, here, seen));
        }
        for key in ["oneOf", "anyOf"] {
            let count = schema.get(key).and_then(Value::as_array).map_or(0, Vec::len);
            let branches = (0..count).map(|index| SchemaAt(format!("{at}/{key}/{index}")));
            let taken = branches.filter(|branch| self.schemas.accepts_branch(branch, value));
            // Each for itself: what two of them refer to is said by both.
            said.and(Said::any_of(taken.map(|branch| self.read(&branch.0, value, here, &mut seen.clone()))));
        }
        for (place, value, here) in children(schema, at, value, here) {
            said.and(self.read(&place, value, &here, &mut HashSet::new()));
        }
        said
    }

    /// The schemas that hold for the same value.
    fn parts(&self, schema: &Map<String, Value>, at: &str, value: &Value) -> Vec<String> {
        let mut parts: Vec<String> = walk::referred(schema).collect();
        let all = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        parts.extend((0..all).map(|index| format!("{at}/allOf/{index}")));
        if schema.contains_key("if") {
            let condition = format!("{at}/if");
            let met = self.schemas.accepts_branch(&SchemaAt(condition.clone()), value);
            parts.extend(if met {
                vec![condition, format!("{at}/then")]
            } else {
                vec![format!("{at}/else")]
            });
        }
        let dependent = schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten();
        let given = dependent.filter(|(name, _)| value.get(name.as_str()).is_some());
        let base = format!("{at}/dependentSchemas");
        parts.extend(given.map(|(name, _)| pointer::child(&base, name)));
        parts
    }
}

/// The schemas of the members and items of a value, and where these are.
fn children<'v>(
    schema: &Map<String, Value>,
    at: &str,
    value: &'v Value,
    here: &Here,
) -> Vec<(String, &'v Value, Here)> {
    let declared = |key: &str, name: &str| schema.get(key).is_some_and(|all| all.get(name).is_some());
    let other = schema.contains_key("additionalProperties") && !schema.contains_key("patternProperties");
    match value {
        Value::Object(members) => {
            let each = members.iter().filter_map(|(name, member)| {
                let place = if declared("properties", name) {
                    pointer::child(&format!("{at}/properties"), name)
                } else if other {
                    format!("{at}/additionalProperties")
                } else {
                    return None;
                };
                Some((place, member, here.member(name)))
            });
            each.collect()
        }
        Value::Array(items) => {
            let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
            let place = |index| {
                if index < first { format!("{at}/prefixItems/{index}") } else { format!("{at}/items") }
            };
            let each = items.iter().enumerate();
            each.map(|(index, item)| (place(index), item, here.item(index))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::source::Document;
    use serde_json::json;

    /// The places that should not be in an answer of a schema, with the keywords that say so.
    fn shown_of(schema: &Value, value: &Value) -> Vec<(String, String, &'static str)> {
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {
                "200": {"description": "ok", "content": {"application/json": {"schema": schema}}}
            }}}},
            "components": {"schemas": {
                "Secret": {"type": "string", "writeOnly": true},
                "Key": {"properties": {"value": {"writeOnly": true}}},
                "Card": {"required": ["kind"], "properties": {"kind": {"const": "card"}, "cvc": {"writeOnly": true}}},
                "Bank": {"required": ["kind"], "properties": {"kind": {"const": "bank"}, "iban": {}}}
            }}
        });
        let document = Document::from_text("t.json", &document.to_string()).unwrap();
        let contract = Contract::read(document).unwrap_or_else(|error| panic!("{}", error.1));
        let at = contract.operations[0].responses[0].content[0].schema.clone().unwrap();
        let reader = Reader { schemas: &contract.schemas, root: contract.schemas.raw(Side::Response) };
        let found = shown(&reader, &at, value).into_iter();
        found.map(|one| (one.place, one.at.trim_start_matches(&at.0).to_owned(), one.kind)).collect()
    }

    fn places(schema: &Value, value: &Value) -> Vec<String> {
        shown_of(schema, value).into_iter().map(|(place, ..)| place).collect()
    }

    #[test]
    fn what_is_only_for_requests_is_found_wherever_it_is_shown() {
        let schema = json!({
            "properties": {"name": {"type": "string"}, "secret": {"$ref": "#/components/schemas/Secret"}},
            "allOf": [{"properties": {"keys": {"items": {"$ref": "#/components/schemas/Key"}}}}],
            "additionalProperties": {"properties": {"pin": {"writeOnly": true}}}
        });
        let value =
            json!({"name": "x", "keys": [{"value": 1}, {"value": 2}], "secret": "y", "z": {"pin": 1}});
        let mut found = shown_of(&schema, &value);
        found.sort();
        let key = "/components/schemas/Key/properties/value/writeOnly";
        let pin = "/additionalProperties/properties/pin/writeOnly";
        let own = [
            ("/keys/*/value", key, "integer"),
            ("/secret", "/components/schemas/Secret/writeOnly", "string"),
            ("/z/pin", pin, "integer"),
        ];
        assert_eq!(found, own.map(|(place, at, kind)| (place.to_owned(), at.to_owned(), kind)));
        assert!(places(&schema, &json!({"name": "x", "secret": null, "keys": [{}]})).is_empty());
    }

    #[test]
    fn an_alternative_that_the_answer_satisfies_hides_what_it_marks() {
        let card = json!({"$ref": "#/components/schemas/Card"});
        let bank = json!({"$ref": "#/components/schemas/Bank"});
        let cvc = json!({"kind": "card", "cvc": "123"});
        let one_of = json!({"oneOf": [card, bank]});
        let any_of = json!({"allOf": [{"anyOf": [card, bank]}]});
        let when = json!({
            "if": {"properties": {"kind": {"const": "card"}}},
            "then": card,
            "else": {"properties": {"iban": {"writeOnly": true}}}
        });
        for schema in [&one_of, &any_of, &when] {
            assert_eq!(places(schema, &cvc), ["/cvc"], "{schema}");
            assert!(places(schema, &json!({"kind": "card"})).is_empty(), "{schema}");
            assert!(places(schema, &json!({"kind": "bank", "cvc": "123"})).is_empty(), "{schema}");
        }
        assert_eq!(places(&when, &json!({"kind": "bank", "iban": "x"})), ["/iban"]);
        let list = json!({"items": one_of});
        assert_eq!(places(&list, &json!([{"kind": "bank", "cvc": 1}, cvc])), ["/*/cvc"]);
    }

    #[test]
    fn what_one_satisfied_alternative_hides_another_may_show() {
        let hides = json!({"properties": {"pin": {"writeOnly": true}}});
        let shows = json!({"properties": {"pin": {"type": "string"}}});
        let pin = json!({"pin": "1234"});
        assert!(places(&json!({"anyOf": [hides, shows]}), &pin).is_empty());
        assert_eq!(places(&json!({"anyOf": [hides, {"required": ["pin"]}]}), &pin), ["/pin"]);
        assert_eq!(places(&json!({"anyOf": [hides, {"required": ["other"]}]}), &pin), ["/pin"]);
        assert_eq!(places(&json!({"allOf": [hides, shows]}), &pin), ["/pin"]);
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let schema = json!({
            "$defs": {"T": {"properties": {"t": {"$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema"}}}},
            "oneOf": [{"properties": {"pin": {"writeOnly": true}, "t": {"allOf": [{"$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema"}]}}}],
            "allOf": [{"$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema"}]
        });
        assert_eq!(places(&schema, &json!({"t": {"t": {"pin": 1}}})), ["/t/t/pin"]);
    }
}
