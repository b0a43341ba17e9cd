//! `write-only`: answers do not hold what is only for requests.

use crate::contract::Side;
use crate::json;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::plan::generate::flat::Flats;
use crate::run::Answer;
use serde_json::Value;

pub(in crate::judge) const CHECK: Check = Check {
    id: "write-only",
    summary: "no answer holds a property that is only for requests",
    meaning: "A property that the contract marks `writeOnly` stands in an answer, with a value. OpenAPI says that it should not be sent there.",
    matters: "What is marked so is mostly a password, a key or a token, which then stands in logs and caches.",
    allow: "Take `writeOnly` away if clients are to see the value; it is a warning by default.",
    severity: Severity::Warn,
    scope: Scope::Answer,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let schemas = &view.contract.schemas;
    let stated = view.media(answer).and_then(|media| media.schema.as_ref());
    let Some(schema) = stated.filter(|schema| schemas.hide(schema)) else { return Vec::new() };
    let Some(value) = view.value(answer) else { return Vec::new() };
    let mut shown = Vec::new();
    let flats = Flats::new(schemas.raw(Side::Response));
    walk(&flats, std::slice::from_ref(&schema.0), value, &mut String::new(), &mut shown);
    let each = shown.into_iter().map(|Shown { place, at, kind }| {
        view.observe(
            &CHECK,
            format!("{} {place}", answer.status),
            format!("`{place}` stands in the answer, though it is only for requests"),
            ("no such property", format!("{kind}, which is not shown here")),
            &at,
        )
    });
    each.collect()
}

/// A value that should not be there. Every item of an array is the same place.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    place: String,
    /// JSON Pointer to the keyword.
    at: String,
    kind: &'static str,
}

/// Looks only at what holds for every value: what one alternative hides, another may show.
fn walk(flats: &Flats<'_>, places: &[String], value: &Value, here: &mut String, shown: &mut Vec<Shown>) {
    let flat = flats.at(places);
    if let (Some(at), false) = (&flat.write_only, value.is_null()) {
        if !shown.iter().any(|known| known.place == *here) {
            shown.push(Shown { place: here.clone(), at: at.clone(), kind: json::type_name(value) });
        }
        return;
    }
    let length = here.len();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let Some(places) = flat.properties.get(name) else { continue };
                json::pointer::push(here, name);
                walk(flats, places, member, here, shown);
                here.truncate(length);
            }
        }
        Value::Array(items) if !flat.items.is_empty() => {
            here.push_str("/*");
            for item in items {
                walk(flats, &flat.items, item, here, shown);
            }
            here.truncate(length);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_only_for_requests_is_found_wherever_it_is_shown() {
        let root = json!({
            "user": {
                "properties": {"name": {"type": "string"}, "secret": {"$ref": "#/secret"}},
                "allOf": [{"properties": {"keys": {"items": {"$ref": "#/key"}}}}],
                "oneOf": [{"properties": {"pin": {"writeOnly": true}}}, {"required": ["pin"]}]
            },
            "secret": {"type": "string", "writeOnly": true},
            "key": {"properties": {"value": {"writeOnly": true}}}
        });
        let shown = |value: &Value| {
            let mut shown = Vec::new();
            walk(&Flats::new(&root), &["/user".to_owned()], value, &mut String::new(), &mut shown);
            shown.into_iter().map(|one| (one.place, one.at, one.kind)).collect::<Vec<_>>()
        };
        let found = shown(&json!({"name": "x", "secret": "y", "keys": [{"value": 1}, {"value": 2}]}));
        assert_eq!(
            found,
            [
                ("/secret".into(), "/secret/writeOnly".into(), "string"),
                ("/keys/*/value".into(), "/key/properties/value/writeOnly".into(), "integer"),
            ]
        );
        let hidden = json!({"name": "x", "secret": null, "keys": [{}], "pin": "1234"});
        assert_eq!(shown(&hidden), []);
    }
}
