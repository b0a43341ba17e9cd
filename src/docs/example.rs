//! Examples: documented, recorded or made, and the line for a shell that sends one.

use super::model::{Example, Origin};
use crate::contract::model::{MediaType, Parameter, is_json};
use crate::contract::{Contract, Location, Operation, SchemaAt, SecurityScheme, Side};
use crate::json::{self, Kind, Node, pointer};
use crate::plan::generate::random::Random;
use crate::plan::generate::value::{Fill, Maker};
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
fn made(contract: &Contract, schema: &SchemaAt, side: Side) -> Option<Value> {
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

/// A line for a shell that sends a request with a body.
pub(super) fn curl(contract: &Contract, operation: &Operation, body: Option<(&str, &Example)>) -> String {
    let server = contract.servers.first().map_or("", |url| url.trim_end_matches('/'));
    let server =
        if server.contains("://") { server.to_owned() } else { format!("https://example.com{server}") };
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in &operation.parameters {
        let value = parameter_value(contract, parameter);
        match parameter.location {
            Location::Path => path = path.replace(&format!("{{{}}}", parameter.name), &encoded(&value)),
            Location::Query if parameter.required => {
                query.push(format!("{}={}", encoded(&parameter.name), encoded(&value)));
            }
            Location::Header if parameter.required => {
                headers.push(quoted(&format!("{}: {value}", parameter.name)));
            }
            Location::Cookie if parameter.required => {
                headers.push(quoted(&format!("Cookie: {}={}", parameter.name, encoded(&value))));
            }
            _ => {}
        }
    }
    let mut user = None;
    for name in operation.security.first().into_iter().flatten() {
        match contract.schemes.get(name) {
            Some(SecurityScheme::Basic) => user = Some("\"$USERNAME:$PASSWORD\""),
            Some(SecurityScheme::Bearer) => headers.push("\"Authorization: Bearer $TOKEN\"".to_owned()),
            Some(SecurityScheme::ApiKey { location, name, .. }) => match location {
                Location::Query => query.push(format!("{}=$API_KEY", encoded(name))),
                Location::Cookie => headers.push(format!("\"Cookie: {}=$API_KEY\"", in_double_quotes(name))),
                _ => headers.push(format!("\"{}: $API_KEY\"", in_double_quotes(name))),
            },
            Some(SecurityScheme::Other(_)) | None => {}
        }
    }
    let mut parts = vec![format!("curl -X {}", operation.method)];
    let mut url = in_double_quotes(&format!("{server}{path}"));
    for (index, pair) in query.iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(pair);
    }
    parts[0].push_str(&if url.contains(['$', '\\']) {
        format!(" \"{url}\"")
    } else {
        format!(" {}", quoted(&url))
    });
    parts.extend(user.map(|user| format!("--user {user}")));
    parts.extend(headers.into_iter().map(|header| format!("--header {header}")));
    if let Some((media, example)) = body {
        parts.push(format!("--header {}", quoted(&format!("Content-Type: {media}"))));
        parts.push(format!("--data-binary {}", quoted(&example.text)));
    }
    parts.join(" \\\n  ")
}

fn parameter_value(contract: &Contract, parameter: &Parameter) -> String {
    let made = || made(contract, parameter.schema.as_ref()?, Side::Request);
    match parameter.example.clone().or_else(made) {
        Some(Value::String(text)) => text,
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        Some(Value::Array(items)) => {
            let plain = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            items.iter().map(plain).collect::<Vec<_>>().join(",")
        }
        _ => parameter.name.to_uppercase(),
    }
}

fn encoded(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',').remove(b':');
    utf8_percent_encode(text, KEPT).to_string()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn in_double_quotes(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
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

    #[test]
    fn what_a_shell_would_read_is_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(in_double_quotes("a$b`c\"d\\"), "a\\$b\\`c\\\"d\\\\");
    }
}
