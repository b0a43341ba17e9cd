//! The structure view: the document as `openapiv3` can read it, whatever its version.
//!
//! References between parts are followed, every part carries its own JSON Pointer in
//! `x-probity-at`, and every schema is replaced by a `$ref` to its pointer, so that no
//! schema keyword passes through a typed model that would lose it.

use crate::json::pointer;
use crate::schema::Unusable;
use serde_json::{Map, Value, json};

/// The extension that carries a part's pointer through `openapiv3`.
pub(super) const AT: &str = "x-probity-at";
const REFERENCE_LIMIT: usize = 32;

type Viewed = Result<Value, Unusable>;

/// Follows references from `at` to the part itself.
pub(super) fn resolve<'d>(root: &'d Value, at: &str) -> Result<(String, &'d Value), Unusable> {
    let mut here = at.to_owned();
    for _ in 0..REFERENCE_LIMIT {
        let broken = |why: String| Unusable { at: here.clone(), why };
        let value = pointer::get(root, &here).ok_or_else(|| broken("nothing is written here".into()))?;
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return Ok((here, value));
        };
        let next = pointer::from_fragment(reference)
            .ok_or_else(|| broken(format!("`{reference}` cannot be read")))?;
        if pointer::get(root, &next).is_none() {
            return Err(broken(format!("`$ref` names `{reference}`, which does not exist")));
        }
        here = next;
    }
    Err(Unusable { at: at.to_owned(), why: "the `$ref` leads back to itself".into() })
}

/// An operation at `at`, with the parameters of its path item.
pub(super) fn operation(root: &Value, path_item: &str, at: &str) -> Viewed {
    let source = object(root, at)?;
    let mut view =
        keep(source, at, &["tags", "summary", "description", "operationId", "deprecated", "security"]);
    let mut parameters: Vec<Value> = Vec::new();
    for owner in [path_item, at] {
        let list = pointer::get(root, &pointer::child(owner, "parameters")).and_then(Value::as_array);
        for index in 0..list.map_or(0, Vec::len) {
            let seen = parameter(root, &format!("{owner}/parameters/{index}"))?;
            let same = |other: &Value| other["name"] == seen["name"] && other["in"] == seen["in"];
            parameters.retain(|other| !same(other));
            parameters.push(seen);
        }
    }
    view.insert("parameters".into(), Value::Array(parameters));
    if source.contains_key("requestBody") {
        view.insert("requestBody".into(), request_body(root, &pointer::child(at, "requestBody"))?);
    }
    let responses = each(root, &pointer::child(at, "responses"), response)?;
    view.insert("responses".into(), responses);
    Ok(Value::Object(view))
}

fn parameter(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(
        source,
        &at,
        &[
            "name",
            "in",
            "required",
            "description",
            "deprecated",
            "style",
            "explode",
            "allowReserved",
            "example",
        ],
    );
    view.insert("examples".into(), each(root, &pointer::child(&at, "examples"), example)?);
    schema_or_content(root, &at, source, &mut view)?;
    Ok(Value::Object(view))
}

fn request_body(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(source, &at, &["description", "required"]);
    view.insert("content".into(), each(root, &pointer::child(&at, "content"), media_type)?);
    Ok(Value::Object(view))
}

fn response(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(source, &at, &["description"]);
    view.entry("description").or_insert_with(|| json!(""));
    view.insert("headers".into(), each(root, &pointer::child(&at, "headers"), header)?);
    view.insert("content".into(), each(root, &pointer::child(&at, "content"), media_type)?);
    Ok(Value::Object(view))
}

fn header(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(source, &at, &["description", "required", "deprecated"]);
    schema_or_content(root, &at, source, &mut view)?;
    Ok(Value::Object(view))
}

fn media_type(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(source, &at, &["example"]);
    if source.contains_key("schema") {
        view.insert("schema".into(), schema(&at));
    }
    view.insert("examples".into(), each(root, &pointer::child(&at, "examples"), example)?);
    Ok(Value::Object(view))
}

fn example(root: &Value, at: &str) -> Viewed {
    let (at, source) = part(root, at)?;
    let mut view = keep(source, &at, &["summary", "description", "value"]);
    if let Some(data) = source.get("dataValue") {
        view.entry("value").or_insert_with(|| data.clone());
    }
    Ok(Value::Object(view))
}

fn schema_or_content(
    root: &Value,
    at: &str,
    source: &Map<String, Value>,
    view: &mut Map<String, Value>,
) -> Result<(), Unusable> {
    if source.contains_key("content") {
        view.insert("content".into(), each(root, &pointer::child(at, "content"), media_type)?);
    } else if source.contains_key("schema") {
        view.insert("schema".into(), schema(at));
    } else {
        view.insert("schema".into(), json!({}));
    }
    Ok(())
}

fn schema(owner: &str) -> Value {
    json!({"$ref": format!("#{}", pointer::child(owner, "schema"))})
}

fn each(root: &Value, at: &str, view: fn(&Value, &str) -> Viewed) -> Viewed {
    let Some(members) = pointer::get(root, at).and_then(Value::as_object) else {
        return Ok(json!({}));
    };
    let mut seen = Map::new();
    for name in members.keys().filter(|name| !name.starts_with("x-")) {
        seen.insert(name.clone(), view(root, &pointer::child(at, name))?);
    }
    Ok(Value::Object(seen))
}

fn part<'d>(root: &'d Value, at: &str) -> Result<(String, &'d Map<String, Value>), Unusable> {
    let (at, _) = resolve(root, at)?;
    let source = object(root, &at)?;
    Ok((at, source))
}

fn object<'d>(root: &'d Value, at: &str) -> Result<&'d Map<String, Value>, Unusable> {
    pointer::get(root, at)
        .and_then(Value::as_object)
        .ok_or_else(|| Unusable { at: at.to_owned(), why: "an object is expected here".into() })
}

fn keep(source: &Map<String, Value>, at: &str, keys: &[&str]) -> Map<String, Value> {
    let kept = keys.iter().filter_map(|key| Some(((*key).to_owned(), source.get(*key)?.clone())));
    let mut view: Map<String, Value> = kept.collect();
    view.insert(AT.into(), Value::from(at));
    view
}
