//! Answers as a tree whose leaves are raw JSON text, so that numbers are written as they stand.

use std::fmt::Write as _;

use super::variant::Layout;

#[derive(Clone, Debug)]
pub(super) enum Json {
    Raw(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

pub(super) fn raw<T: ToString + ?Sized>(text: &T) -> Json {
    Json::Raw(text.to_string())
}

pub(super) fn text(value: &str) -> Json {
    Json::Raw(serde_json::Value::from(value).to_string())
}

pub(super) fn null() -> Json {
    raw("null")
}

pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Json {
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        match self {
            Self::Object(fields) => fields.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, key: &str, value: Json) {
        if let Some(slot) = self.get_mut(key) {
            *slot = value;
        } else if let Self::Object(fields) = self {
            fields.push((key.to_owned(), value));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Self::Object(fields) = self {
            fields.retain(|(name, _)| name != key);
        }
    }

    pub(super) fn render(&self, layout: Layout) -> String {
        let mut out = String::new();
        self.write(layout, 0, &mut out);
        out
    }

    fn write(&self, layout: Layout, depth: usize, out: &mut String) {
        match self {
            Self::Raw(token) if layout == Layout::Spacious => out.push_str(&escaped(token)),
            Self::Raw(token) => out.push_str(token),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(layout, depth, index, out);
                    item.write(layout, depth + 1, out);
                }
                finish(layout, depth, items.is_empty(), out);
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (index, (key, value)) in fields.iter().enumerate() {
                    separate(layout, depth, index, out);
                    let _ = write!(out, "{}", serde_json::Value::from(key.as_str()));
                    out.push_str(if layout == Layout::Spacious { " : " } else { ":" });
                    value.write(layout, depth + 1, out);
                }
                finish(layout, depth, fields.is_empty(), out);
                out.push('}');
            }
        }
    }
}

fn separate(layout: Layout, depth: usize, index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    if layout == Layout::Spacious {
        out.push_str("\r\n");
        out.push_str(&"\t".repeat(depth + 1));
    }
}

fn finish(layout: Layout, depth: usize, empty: bool, out: &mut String) {
    if layout == Layout::Spacious && !empty {
        out.push_str("\r\n");
        out.push_str(&"\t".repeat(depth));
    }
}

fn escaped(token: &str) -> String {
    let mut out = String::new();
    for character in token.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04X}");
            }
        }
    }
    out
}

/// `yyyy-MM-ddTHH:mm:ss` of a moment in UTC, shifted by some minutes.
pub(super) fn date_time(epoch_seconds: u64, shift_minutes: u64) -> String {
    let seconds = epoch_seconds + shift_minutes * 60;
    let (mut days, clock) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    while days >= year_length(year) {
        days -= year_length(year);
        year += 1;
    }
    let february = year_length(year) - 337;
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", days + 1)
}

fn year_length(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}
