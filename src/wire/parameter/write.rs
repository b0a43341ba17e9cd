//! A value, written as its parameter travels.

use super::form;
use crate::contract::model::{self, Parameter, ParameterLocation, Style};
use crate::json::{Kind, Node};
use crate::wire::{cookie, url};
use serde_json::Value;

/// What is written of a value.
enum Parts {
    One(String),
    Items(Vec<String>),
    Members(Vec<(String, String)>),
}

impl Parts {
    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        match self {
            Parts::One(text) => is(text),
            Parts::Items(items) => items.iter().any(|item| is(item)),
            Parts::Members(members) => members.iter().any(|(key, text)| is(key) || is(text)),
        }
    }
}

/// A parameter with a value: a part of the path, `name=value` of a query or cookie, the text of a
/// header. Nothing for what its style has no way to write so that it is read back equal.
pub fn written(parameter: &Parameter, value: &Value) -> Option<String> {
    written_node(parameter, &value.into())
}

/// The same with a value that was read, whose numbers keep their digits.
pub fn written_node(parameter: &Parameter, value: &Node) -> Option<String> {
    let text = Writer { parameter, is_hole: false }.write(value)?;
    let fits = match parameter.location {
        ParameterLocation::Path => !matches!(text.as_str(), "" | "." | ".."),
        ParameterLocation::Header => text.trim() == text && http::HeaderValue::from_str(&text).is_ok(),
        ParameterLocation::Cookie => http::HeaderValue::from_str(&text).is_ok(),
        ParameterLocation::Query => true,
        // A query with nothing in it is none.
        ParameterLocation::Querystring => !text.is_empty(),
    };
    fits.then_some(text)
}

/// The same with `{name}` in place of a value, to be filled in later.
pub fn hole(parameter: &Parameter) -> Option<String> {
    let hole = Value::from(format!("{{{}}}", parameter.name));
    Writer { parameter, is_hole: true }.write(&Node::from(&hole))
}

struct Writer<'p> {
    parameter: &'p Parameter,
    is_hole: bool,
}

impl Writer<'_> {
    fn encoded(&self, text: &str) -> String {
        let Parameter { location, allow_reserved, explode, .. } = self.parameter;
        match location {
            _ if self.is_hole => text.to_owned(),
            ParameterLocation::Header => text.to_owned(),
            ParameterLocation::Cookie if self.parameter.style == Style::Cookie => text.to_owned(),
            ParameterLocation::Cookie => cookie::encoded(text),
            ParameterLocation::Query if *allow_reserved => {
                let text = url::encoded_but_reserved(text);
                // It joins items.
                if *explode { text } else { text.replace(',', "%2C") }
            }
            ParameterLocation::Path | ParameterLocation::Query | ParameterLocation::Querystring => {
                url::encoded(text)
            }
        }
    }

    fn write(&self, value: &Node) -> Option<String> {
        let Parameter { location, style, explode, media_type, .. } = self.parameter;
        let is_whole = *location == ParameterLocation::Querystring && !self.is_hole;
        if is_whole && media_type.as_deref().is_some_and(model::is_form) {
            return form::written(value);
        }
        if let Some(media_type) = media_type {
            let text = match &value.kind {
                Kind::String(text) if self.is_hole || !model::is_json(media_type) => text.clone(),
                _ if model::is_json(media_type) => value.to_value().to_string(),
                _ => return None,
            };
            let text = self.encoded(&text);
            let named = matches!(location, ParameterLocation::Query | ParameterLocation::Cookie);
            return Some(if named { format!("{}={text}", self.name()) } else { text });
        }
        let parts = self.parts(value)?;
        match style {
            Style::Simple => simple(&parts, *explode, *location == ParameterLocation::Header),
            // In an item a point could not be told from what joins items.
            Style::Label if *explode && !matches!(parts, Parts::One(_)) => {
                (!parts.any(|part| part.contains('.'))).then(|| format!(".{}", joined(&parts, true, ".")))
            }
            Style::Label => Some(format!(".{}", joined(&parts, *explode, ","))),
            Style::Matrix => Some(self.matrix(&parts)),
            // How several values share a cookie is not defined.
            Style::Form if *location == ParameterLocation::Cookie && *explode => match parts {
                Parts::One(text) => Some(format!("{}={text}", self.name())),
                Parts::Items(_) | Parts::Members(_) => None,
            },
            Style::Form => Some(self.form(&parts, ",", "&")),
            // What may not stand in a cookie has no way to be written.
            Style::Cookie => {
                let named = match &parts {
                    Parts::Members(members) => {
                        members.iter().all(|(key, _)| !*explode || (!key.is_empty() && !key.contains('=')))
                    }
                    _ => true,
                };
                (named && !parts.any(|part| !cookie::is_plain(part))).then(|| self.form(&parts, ",", "; "))
            }
            Style::SpaceDelimited | Style::PipeDelimited => match &parts {
                Parts::One(_) => None,
                Parts::Members(_) if *explode => None,
                parts => {
                    let between = if *style == Style::SpaceDelimited { "%20" } else { "%7C" };
                    // In an item it cannot be told from what joins items.
                    (*explode || !parts.any(|part| part.contains(between)))
                        .then(|| self.form(parts, between, "&"))
                }
            },
            Style::DeepObject => match &parts {
                Parts::Members(members) => {
                    let name = self.name();
                    let pairs = members.iter().map(|(key, text)| format!("{name}%5B{key}%5D={text}"));
                    Some(pairs.collect::<Vec<_>>().join("&"))
                }
                Parts::One(_) | Parts::Items(_) => None,
            },
        }
    }

    fn name(&self) -> String {
        match self.parameter.location {
            ParameterLocation::Cookie => self.parameter.name.clone(),
            _ => url::encoded(&self.parameter.name),
        }
    }

    /// What is within something else again, or empty, has no way to be written.
    fn parts(&self, value: &Node) -> Option<Parts> {
        let one = |value: &Node| match &value.kind {
            Kind::String(text) => Some(self.encoded(text)),
            Kind::Number(token) => Some(self.encoded(token)),
            Kind::Bool(truth) => Some(truth.to_string()),
            Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
        };
        match &value.kind {
            Kind::Array(items) if !items.is_empty() => {
                items.iter().map(one).collect::<Option<_>>().map(Parts::Items)
            }
            Kind::Object(members) if !members.is_empty() => {
                let each = members.iter();
                let member = |key: &str, value| Some((self.key(key), one(value)?));
                each.map(|each| member(&each.key, &each.value)).collect::<Option<_>>().map(Parts::Members)
            }
            _ => one(value).map(Parts::One),
        }
    }

    fn key(&self, key: &str) -> String {
        match self.parameter.location {
            ParameterLocation::Query => url::encoded(key),
            _ => self.encoded(key),
        }
    }

    fn matrix(&self, parts: &Parts) -> String {
        let name = self.name();
        match parts {
            Parts::One(text) if text.is_empty() => format!(";{name}"),
            Parts::Items(items) if self.parameter.explode => {
                items.iter().map(|item| format!(";{name}={item}")).collect::<Vec<_>>().concat()
            }
            Parts::Members(members) if self.parameter.explode => {
                members.iter().map(|(key, text)| format!(";{key}={text}")).collect::<Vec<_>>().concat()
            }
            parts => format!(";{name}={}", joined(parts, false, ",")),
        }
    }

    fn form(&self, parts: &Parts, between: &str, pairs: &str) -> String {
        let name = self.name();
        match parts {
            Parts::Items(items) if self.parameter.explode => {
                items.iter().map(|item| format!("{name}={item}")).collect::<Vec<_>>().join(pairs)
            }
            Parts::Members(members) if self.parameter.explode => {
                members.iter().map(|(key, text)| format!("{key}={text}")).collect::<Vec<_>>().join(pairs)
            }
            parts => format!("{name}={}", joined(parts, false, between)),
        }
    }
}

/// In a header nothing is encoded, so that what joins items cannot stand in them.
fn simple(parts: &Parts, explode: bool, plain: bool) -> Option<String> {
    let ambiguous = |text: &String| text.contains([',', '=']) || text.trim() != text;
    let mixed = match parts {
        Parts::One(_) => false,
        Parts::Items(items) => items.iter().any(ambiguous) || *items == [""],
        Parts::Members(members) => members.iter().any(|(key, text)| ambiguous(key) || ambiguous(text)),
    };
    (!plain || !mixed).then(|| joined(parts, explode, ","))
}

fn joined(parts: &Parts, explode: bool, between: &str) -> String {
    let pair = if explode { "=" } else { between };
    match parts {
        Parts::One(text) => text.clone(),
        Parts::Items(items) => items.join(between),
        Parts::Members(members) => {
            members.iter().map(|(key, text)| format!("{key}{pair}{text}")).collect::<Vec<_>>().join(between)
        }
    }
}
