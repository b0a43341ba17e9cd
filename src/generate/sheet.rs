//! A body written once: what a case changes in it is put into the text, without a copy of the value.

use super::mutate::Change;
use crate::json::{self, pointer};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashMap;

/// A body as JSON text, and where in it each of its places stands.
#[derive(Clone)]
pub struct Sheet {
    text: String,
    spans: HashMap<String, Span, foldhash::fast::RandomState>,
}

#[derive(Clone, Copy)]
struct Span {
    /// Where its key begins; for what has none, where it begins itself.
    key: usize,
    start: usize,
    end: usize,
}

/// What stands in place of a piece of the text.
pub struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Edit {
    /// What is around others comes before them.
    fn order(&self) -> (usize, Reverse<usize>) {
        (self.start, Reverse(self.end))
    }
}

impl Sheet {
    /// That of a body.
    pub fn of(body: &Value) -> Sheet {
        let mut sheet = Sheet { text: String::new(), spans: HashMap::default() };
        sheet.write(body, &mut String::new(), 0);
        sheet
    }

    fn write(&mut self, value: &Value, at: &mut String, key: usize) {
        let (start, length) = (self.text.len(), at.len());
        match value {
            Value::Object(members) => {
                self.text.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { "," });
                    let key = self.text.len();
                    self.text.push_str(&json::compact(name));
                    self.text.push(':');
                    pointer::push(at, name);
                    self.write(member, at, key);
                    at.truncate(length);
                }
                self.text.push('}');
            }
            Value::Array(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { "," });
                    pointer::push(at, &index.to_string());
                    self.write(item, at, self.text.len());
                    at.truncate(length);
                }
                self.text.push(']');
            }
            scalar => self.text.push_str(&json::compact(scalar)),
        }
        self.spans.insert(at.clone(), Span { key, start, end: self.text.len() });
    }

    /// What puts other values in some places, in the order of the text.
    pub fn edits(&self, values: &[(&str, Value)]) -> Vec<Edit> {
        let edit = |(at, value): &(&str, Value)| {
            let Span { start, end, .. } = self.spans.get(*at).copied()?;
            Some(Edit { start, end, text: json::compact(value) })
        };
        let mut edits: Vec<Edit> = values.iter().filter_map(edit).collect();
        edits.sort_by_key(Edit::order);
        edits
    }

    /// The text with some edits and with a change, if there is one. `own` is the text that a unique place keeps; `body` is what the sheet was written of.
    pub fn with(
        &self,
        body: &Value,
        edits: &[Edit],
        change: Option<(&str, &Change)>,
        own: Option<&str>,
    ) -> String {
        let changed = change.and_then(|(at, change)| self.changed(body, at, change, own));
        let before = changed
            .as_ref()
            .map_or(0, |changed| edits.partition_point(|edit| edit.order() < changed.order()));
        let all = edits[..before].iter().chain(&changed).chain(&edits[before..]);
        let added: usize = all.clone().map(|edit| edit.text.len()).sum();
        let mut text = String::with_capacity(self.text.len() + added);
        let mut done = 0;
        for edit in all {
            // What it stands in was changed as a whole.
            if edit.start < done {
                continue;
            }
            text.push_str(&self.text[done..edit.start]);
            text.push_str(&edit.text);
            done = edit.end;
        }
        text.push_str(&self.text[done..]);
        text
    }

    fn changed(&self, body: &Value, at: &str, change: &Change, own: Option<&str>) -> Option<Edit> {
        match change {
            Change::Set(value) => self.put(at, json::compact(value)),
            Change::Text(text) => self.put(at, json::compact(&change::text(text, own))),
            Change::Length(length) => self.put(at, change::quoted(*length, own)),
            Change::Raw(raw) => self.put(at, change::raw(raw, own)),
            Change::Remove => self.removed(body, at),
            Change::Add(name, value) => {
                let is_object = pointer::get(body, at).is_some_and(Value::is_object);
                is_object.then(|| self.put(&pointer::child(at, name), json::compact(value))).flatten()
            }
            Change::Twice(value) => {
                let members = pointer::get(body, at).and_then(Value::as_object);
                let key = members.and_then(|members| members.keys().next()).map_or("", String::as_str);
                // The odd one comes first: where the last counts, the request is the valid one.
                let again = format!("{}:{value},", json::compact(key));
                match (members, self.spans.get(at)) {
                    (Some(_), Some(Span { start, .. })) => {
                        Some(Edit { start: start + 1, end: start + 1, text: again })
                    }
                    _ => self.put(at, format!("{{{again}}}")),
                }
            }
        }
    }

    /// Puts a text at a pointer, if what is around it exists.
    fn put(&self, at: &str, text: String) -> Option<Edit> {
        if let Some(Span { start, end, .. }) = self.spans.get(at).copied() {
            return Some(Edit { start, end, text });
        }
        let (parent, name) = pointer::parent_and_last(at)?;
        let Span { start, end, .. } = self.spans.get(parent).copied()?;
        if !self.text[start..].starts_with('{') {
            return None;
        }
        let comma = if end - start > 2 { "," } else { "" };
        let text = format!("{comma}{}:{text}", json::compact(name.as_ref()));
        Some(Edit { start: end - 1, end: end - 1, text })
    }

    /// Takes a member away, with one of the commas around it.
    fn removed(&self, body: &Value, at: &str) -> Option<Edit> {
        let (parent, _) = pointer::parent_and_last(at)?;
        let Span { key, end, .. } = self.spans.get(at).copied()?;
        pointer::get(body, parent).filter(|parent| parent.is_object())?;
        let comma = |index: usize| self.text.as_bytes().get(index) == Some(&b',');
        let (start, end) = if comma(end) {
            (key, end + 1)
        } else if key > 0 && comma(key - 1) {
            (key - 1, end)
        } else {
            (key, end)
        };
        Some(Edit { start, end, text: String::new() })
    }
}

/// What stands in a changed place, beside what a unique place keeps.
pub(super) mod change {
    use crate::json;

    /// Blank text cannot carry anything and stay blank.
    pub(in crate::generate) fn text(text: &str, own: Option<&str>) -> String {
        match own {
            Some(own) if !text.trim().is_empty() => {
                let end = text.trim_end().len();
                format!("{} {own}{}", &text[..end], &text[end..])
            }
            _ => text.to_owned(),
        }
    }

    pub(in crate::generate) fn of_length(length: usize, own: Option<&str>) -> String {
        let mut text: String = own.unwrap_or_default().chars().take(length).collect();
        text.push_str(&"x".repeat(length - text.chars().count()));
        text
    }

    /// The same as JSON text: of what fills it up nothing has to be escaped.
    pub(in crate::generate) fn quoted(length: usize, own: Option<&str>) -> String {
        let own: String = own.unwrap_or_default().chars().take(length).collect();
        let mut text = json::compact(&own);
        text.pop();
        text.push_str(&"x".repeat(length - own.chars().count()));
        text.push('"');
        text
    }

    pub(in crate::generate) fn raw(text: &str, own: Option<&str>) -> String {
        match (own, text.strip_suffix('"')) {
            (Some(own), Some(start)) => format!("{start} {own}\""),
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::mutate;
    use proptest::prelude::*;
    use serde_json::json;

    fn body() -> Value {
        json!({"a": "x", "b": {"c": [1, {"d": null}], "": {}}, "e/~": [], "f": "é\n", "g": {"h": true}})
    }

    fn changes() -> Vec<Change> {
        vec![
            Change::Set(json!({"z": [1]})),
            Change::Text("odd text ".into()),
            Change::Text(" ".into()),
            Change::Length(12),
            Change::Raw("\"\\ud800\"".into()),
            Change::Raw("1e3".into()),
            Change::Remove,
            Change::Add("new".into(), json!("n")),
            Change::Add("c".into(), json!(0)),
            Change::Twice(json!(false)),
        ]
    }

    proptest! {
        #[test]
        fn a_change_in_the_text_is_the_change_of_the_value(
            at in prop::sample::select(vec!["", "/a", "/b", "/b/c", "/b/c/1", "/b/c/1/d", "/b/", "/e~1~0", "/f", "/g/h", "/g/i", "/none", "/g/h/no", "/b/c/0"]),
            change in prop::sample::select(changes()),
            own in prop::option::of("[a-z]{1,3}"),
            renewed in prop::sample::subsequence(vec!["/a", "/f", "/b/c/1/d"], 0..=3),
        ) {
            let values: Vec<(&str, Value)> = renewed.iter().map(|at| (*at, json!("fresh"))).collect();
            let mut renewed = body();
            for (at, value) in &values {
                mutate::put(&mut renewed, at, value.clone());
            }
            let fresh = own.as_deref().map(Value::from);
            let expected = mutate::apply(&renewed, at, &change, fresh.as_ref());
            let sheet = Sheet::of(&body());
            let edits = sheet.edits(&values);
            prop_assert_eq!(sheet.with(&body(), &edits, Some((at, &change)), own.as_deref()), expected);
        }
    }
}
