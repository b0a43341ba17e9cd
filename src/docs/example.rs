//! Examples: documented, recorded or made.

use super::model::{Example, Origin};
use crate::contract::Contract;
use crate::contract::model::{MediaType, is_json};
use crate::generate::random::Random;
use crate::generate::value::{Fill, Maker};
use crate::json::{self, Kind, Node, pointer};
use crate::schema::{SchemaAt, Side};
use crate::source::Document;
use serde_json::Value;

/// A made example that is longer than this is made again with only what must be there.
const LONG: usize = 4 << 10;

/// A made example that is still longer than this is left out.
const TOO_LONG: usize = 16 << 10;

/// The examples of a representation: those that are documented, or one that is made.
pub(super) fn examples(contract: &Contract, media: &MediaType, side: Side) -> Vec<Example> {
    let documented = media.examples.iter().map(|example| {
        let title = title(&contract.document, &example.at);
        let named = if example.name == "example" { "Example".to_owned() } else { example.name.clone() };
        Example {
            title: title.unwrap_or(named),
            origin: Origin::Documented,
            ..shown(media, &example.value, &contract.document, &example.at)
        }
    });
    let documented: Vec<Example> = documented.collect();
    if !documented.is_empty() {
        return documented;
    }
    let made = media
        .schema
        .as_ref()
        .filter(|_| is_json(&media.name))
        .and_then(|schema| made(contract, schema, side));
    made.map(|value| Example {
        title: "Example".into(),
        origin: Origin::Made,
        ..shown(media, &value, &contract.document, "")
    })
    .into_iter()
    .collect()
}

fn shown(media: &MediaType, value: &Value, document: &Document, at: &str) -> Example {
    let json = is_json(&media.name) || !value.is_string();
    let text = match value {
        Value::String(text) if !json => text.clone(),
        value => pretty(value, document, at),
    };
    Example { title: String::new(), text, json, origin: Origin::Made }
}

fn title(document: &Document, at: &str) -> Option<String> {
    let (example, _) = pointer::parent_and_last(at)?;
    let summary = document.get(example)?.get("summary")?.as_str()?;
    Some(summary.trim().to_owned()).filter(|summary| !summary.is_empty())
}

/// A value that satisfies a schema.
pub(super) fn made(contract: &Contract, schema: &SchemaAt, side: Side) -> Option<Value> {
    for fill in [Fill::All, Fill::Required] {
        let mut maker = Maker::new(contract.schemas.raw(side), Random::named(0, "docs"), fill, true);
        let value = maker.make(std::slice::from_ref(&schema.0));
        let good = |value: &Value| {
            let most = if fill == Fill::All { LONG } else { TOO_LONG };
            value.to_string().len() <= most && contract.schemas.accepts(schema, side, value)
        };
        if let Some(value) = value.filter(good) {
            return Some(value);
        }
    }
    None
}

/// JSON on several lines, numbers as the contract writes them where it stands at `at`.
pub(super) fn pretty(value: &Value, document: &Document, at: &str) -> String {
    let mut text = String::new();
    push(&mut text, value, document, at, 0);
    text
}

fn push(text: &mut String, value: &Value, document: &Document, at: &str, depth: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                line(text, depth + 1);
                push(text, item, document, &below(at, &index.to_string()), depth + 1);
            }
            line(text, depth);
            text.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                line(text, depth + 1);
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push_str(": ");
                push(text, member, document, &below(at, name), depth + 1);
            }
            line(text, depth);
            text.push('}');
        }
        Value::Number(number) if number.is_f64() => match written(document, at) {
            Some(raw) if raw.parse::<f64>().ok() == number.as_f64() => text.push_str(&raw),
            _ => text.push_str(&number.to_string()),
        },
        other => text.push_str(&other.to_string()),
    }
}

fn below(at: &str, token: &str) -> String {
    if at.is_empty() { String::new() } else { pointer::child(at, token) }
}

/// A number as the contract writes it, with the digits that a double would lose.
fn written(document: &Document, at: &str) -> Option<String> {
    if at.is_empty() || document.get(at).is_none() {
        return None;
    }
    let place = document.locate(at);
    let file = document.files().iter().find(|file| file.name == place.file)?;
    let rest = file.line(place.line)?.chars().skip(place.column - 1);
    let raw: String =
        rest.take_while(|letter| letter.is_ascii_digit() || "+-.eE".contains(*letter)).collect();
    serde_json::from_str::<f64>(&raw).is_ok().then_some(raw)
}

/// JSON on several lines, every number to the letter; what is not JSON as it is.
pub(super) fn reformatted(text: &str) -> String {
    match json::read(text.as_bytes()) {
        Ok(read) => {
            let mut out = String::new();
            lay_out(&mut out, &read.root, 0);
            out
        }
        Err(_) => text.to_owned(),
    }
}

fn lay_out(text: &mut String, node: &Node, depth: usize) {
    match &node.kind {
        Kind::Array(items) if !items.is_empty() => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                line(text, depth + 1);
                lay_out(text, item, depth + 1);
            }
            line(text, depth);
            text.push(']');
        }
        Kind::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, member) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                line(text, depth + 1);
                text.push_str(&Value::from(member.key.as_str()).to_string());
                text.push_str(": ");
                lay_out(text, &member.value, depth + 1);
            }
            line(text, depth);
            text.push('}');
        }
        Kind::Number(raw) => text.push_str(raw),
        _ => text.push_str(&node.to_value().to_string()),
    }
}

fn line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_number_keeps_its_digits() {
        let shown = reformatted(r#"{"a":[1702963230.966423000,12345678901234567890],"b":{}}"#);
        assert_eq!(
            shown,
            "{\n  \"a\": [\n    1702963230.966423000,\n    12345678901234567890\n  ],\n  \"b\": {}\n}"
        );
    }

    #[test]
    fn a_documented_number_is_written_as_the_contract_writes_it() {
        let document = Document::from_text("a.yaml", "a:\n  at: 1702963230.966423000\n").unwrap();
        let value = document.get("/a").unwrap();
        assert_eq!(pretty(value, &document, "/a"), "{\n  \"at\": 1702963230.966423000\n}");
    }
}
