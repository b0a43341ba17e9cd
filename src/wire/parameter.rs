//! Parameters as they travel: in the style that the contract gives them, or as JSON text.

use crate::contract::model::{self, Location, Parameter, Style};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What is written of a value.
enum Parts {
    One(String),
    Items(Vec<String>),
    Members(Vec<(String, String)>),
}

impl Parts {
    fn contain(&self, part: &str) -> bool {
        match self {
            Parts::One(text) => text.contains(part),
            Parts::Items(items) => items.iter().any(|item| item.contains(part)),
            Parts::Members(members) => {
                members.iter().any(|(key, text)| key.contains(part) || text.contains(part))
            }
        }
    }
}

/// A parameter with a value: a part of the path, `name=value` of a query or cookie, the text of a
/// header. Nothing for what its style has no way to write.
pub fn written(parameter: &Parameter, value: &Value) -> Option<String> {
    let encode: fn(&str) -> String = match parameter.location {
        Location::Header => str::to_owned,
        _ => |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
    };
    let text = Writer { parameter, encode }.write(value)?;
    let fits = match parameter.location {
        Location::Path => !matches!(text.replace("%2E", ".").as_str(), "" | "." | ".."),
        Location::Header => text.trim() == text && http::HeaderValue::from_str(&text).is_ok(),
        Location::Query | Location::Cookie => true,
    };
    fits.then_some(text)
}

/// The same with `{name}` in place of a value, to be filled in later.
pub fn hole(parameter: &Parameter) -> Option<String> {
    let hole = Value::from(format!("{{{}}}", parameter.name));
    Writer { parameter, encode: str::to_owned }.write(&hole)
}

struct Writer<'p> {
    parameter: &'p Parameter,
    encode: fn(&str) -> String,
}

impl Writer<'_> {
    fn write(&self, value: &Value) -> Option<String> {
        let Parameter { location, style, explode, media_type, .. } = self.parameter;
        if let Some(media_type) = media_type {
            let text = match value {
                Value::String(text) if !model::is_json(media_type) => text.clone(),
                value if model::is_json(media_type) => value.to_string(),
                _ => return None,
            };
            let text = (self.encode)(&text);
            let named = matches!(location, Location::Query | Location::Cookie);
            return Some(if named { format!("{}={text}", self.name()) } else { text });
        }
        let parts = self.parts(value)?;
        match style {
            Style::Simple => simple(&parts, *explode, *location == Location::Header),
            Style::Label => Some(format!(".{}", joined(&parts, *explode, if *explode { "." } else { "," }))),
            Style::Matrix => Some(self.matrix(&parts)),
            // How several values share a cookie is not defined.
            Style::Form if *location == Location::Cookie && *explode => match parts {
                Parts::One(text) => Some(format!("{}={text}", self.name())),
                Parts::Items(_) | Parts::Members(_) => None,
            },
            Style::Form => Some(self.form(&parts, ",")),
            Style::SpaceDelimited | Style::PipeDelimited => match &parts {
                Parts::One(_) => None,
                Parts::Members(_) if *explode => None,
                parts => {
                    let between = if *style == Style::SpaceDelimited { "%20" } else { "%7C" };
                    // In an item it cannot be told from what joins items.
                    (*explode || !parts.contain(between)).then(|| self.form(parts, between))
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
            Location::Cookie => self.parameter.name.clone(),
            _ => utf8_percent_encode(&self.parameter.name, NON_ALPHANUMERIC).to_string(),
        }
    }

    /// What is within something else again, or empty, has no way to be written.
    fn parts(&self, value: &Value) -> Option<Parts> {
        let one = |value: &Value| match value {
            Value::String(text) => Some((self.encode)(text)),
            Value::Number(_) | Value::Bool(_) => Some((self.encode)(&value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        match value {
            Value::Array(items) if !items.is_empty() => {
                items.iter().map(one).collect::<Option<_>>().map(Parts::Items)
            }
            Value::Object(members) if !members.is_empty() => {
                let member = |(key, value): (&String, &Value)| Some(((self.encode)(key), one(value)?));
                members.iter().map(member).collect::<Option<_>>().map(Parts::Members)
            }
            value => one(value).map(Parts::One),
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

    fn form(&self, parts: &Parts, between: &str) -> String {
        let name = self.name();
        match parts {
            Parts::Items(items) if self.parameter.explode => {
                items.iter().map(|item| format!("{name}={item}")).collect::<Vec<_>>().join("&")
            }
            Parts::Members(members) if self.parameter.explode => {
                members.iter().map(|(key, text)| format!("{key}={text}")).collect::<Vec<_>>().join("&")
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
        Parts::Items(items) => items.iter().any(ambiguous),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parameter(location: Location, style: Style, explode: bool) -> Parameter {
        Parameter {
            name: "color".into(),
            location,
            required: true,
            schema: None,
            style,
            explode,
            media_type: None,
            example: None,
            at: String::new(),
            description: None,
        }
    }

    #[test]
    fn values_are_written_as_the_specification_shows() {
        use Location::{Cookie, Header, Path, Query};
        let (one, items) = (json!("blue"), json!(["blue", "black", "brown"]));
        let members = json!({"R": 100, "G": 200});
        for (location, style, explode, expected) in [
            (Path, Style::Simple, false, ["blue", "blue,black,brown", "R,100,G,200"]),
            (Path, Style::Simple, true, ["blue", "blue,black,brown", "R=100,G=200"]),
            (Path, Style::Label, false, [".blue", ".blue,black,brown", ".R,100,G,200"]),
            (Path, Style::Label, true, [".blue", ".blue.black.brown", ".R=100.G=200"]),
            (Path, Style::Matrix, false, [";color=blue", ";color=blue,black,brown", ";color=R,100,G,200"]),
            (
                Path,
                Style::Matrix,
                true,
                [";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200"],
            ),
            (Query, Style::Form, false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200"]),
            (Query, Style::Form, true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200"]),
            (
                Query,
                Style::SpaceDelimited,
                false,
                ["-", "color=blue%20black%20brown", "color=R%20100%20G%20200"],
            ),
            (
                Query,
                Style::PipeDelimited,
                false,
                ["-", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200"],
            ),
            (Query, Style::DeepObject, true, ["-", "-", "color%5BR%5D=100&color%5BG%5D=200"]),
            (Header, Style::Simple, false, ["blue", "blue,black,brown", "R,100,G,200"]),
            (Header, Style::Simple, true, ["blue", "blue,black,brown", "R=100,G=200"]),
            (Cookie, Style::Form, false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200"]),
            (Cookie, Style::Form, true, ["color=blue", "-", "-"]),
        ] {
            let parameter = parameter(location, style, explode);
            for (value, expected) in [&one, &items, &members].into_iter().zip(expected) {
                let text = written(&parameter, value).unwrap_or("-".into());
                assert_eq!(text, expected, "{location:?} {style:?} {explode} {value}");
            }
        }
    }

    #[test]
    fn what_no_style_can_write_is_not_written() {
        let header = parameter(Location::Header, Style::Simple, false);
        let query = parameter(Location::Query, Style::Form, true);
        for (parameter, value) in [
            (&header, json!(["a,b"])),
            (&header, json!("caf\u{e9}\n")),
            (&header, json!(" a")),
            (&parameter(Location::Query, Style::SpaceDelimited, false), json!(["a b", "c"])),
            (&query, json!([["a"]])),
            (&query, json!({"a": {"b": 1}})),
            (&query, json!([])),
            (&query, json!(null)),
            (&parameter(Location::Path, Style::Simple, false), json!("..")),
        ] {
            assert_eq!(written(parameter, &value), None, "{value}");
        }
    }

    #[test]
    fn a_parameter_with_a_media_type_is_text_of_that() {
        let mut query = parameter(Location::Query, Style::Form, true);
        query.media_type = Some("application/json".into());
        assert_eq!(written(&query, &json!({"a": [1]})).unwrap(), "color=%7B%22a%22%3A%5B1%5D%7D");
        query.media_type = Some("text/csv".into());
        assert_eq!(written(&query, &json!({"a": [1]})), None);
    }
}
