//! Header fields in two pieces of memory, however many there are: a run keeps those of every
//! exchange.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Header fields, in order, names as they were written.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Headers {
    text: String,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// No fields, with room for some, whose names and values have so many bytes in all.
    pub fn with_capacity(fields: usize, bytes: usize) -> Headers {
        Headers { text: String::with_capacity(bytes), ends: Vec::with_capacity(fields) }
    }

    /// Adds a field after the others.
    pub fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        let name_ends = self.text.len();
        self.text.push_str(value);
        self.ends.push((name_ends, self.text.len()));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The fields, names with values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places().map(|(start, name_ends, value_ends)| {
            (&self.text[start..name_ends], &self.text[name_ends..value_ends])
        })
    }

    /// Where each field begins, where its name ends, and where its value does.
    fn places(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let mut start = 0;
        let place = move |&(name_ends, value_ends)| {
            (std::mem::replace(&mut start, value_ends), name_ends, value_ends)
        };
        self.ends.iter().map(place)
    }

    /// Every name and value, one after the other.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of a name, in any case of its letters.
    pub fn all<'h, 'n>(&'h self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        let bytes = self.text.as_bytes();
        let named = move |&(start, name_ends, _): &(usize, usize, usize)| {
            bytes[start..name_ends].eq_ignore_ascii_case(name.as_bytes())
        };
        self.places().filter(named).map(|(_, name_ends, value_ends)| &self.text[name_ends..value_ends])
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The same names with other values.
    #[must_use]
    pub fn with_values(&self, mut other: impl for<'v> FnMut(&'v str, &'v str) -> Cow<'v, str>) -> Headers {
        let mut headers = Headers::with_capacity(self.ends.len(), self.text.len());
        for (name, value) in self.iter() {
            headers.push(name, &other(name, value));
        }
        headers
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Headers {
        let mut headers = Headers::default();
        headers.extend(fields);
        headers
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.push(name.as_ref(), value.as_ref());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>, const FIELDS: usize> From<[(N, V); FIELDS]> for Headers {
    fn from(fields: [(N, V); FIELDS]) -> Headers {
        fields.into_iter().collect()
    }
}

/// A list of pairs.
impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Headers, D::Error> {
        Ok(Vec::<(String, String)>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_found_in_any_case_and_its_values_in_order() {
        let headers: Headers = [("X-Tag", "a"), ("", ""), ("x-tag", "b")].into();
        assert_eq!(headers.get("x-TAG"), Some("a"));
        assert_eq!(headers.all("X-Tag").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get("x"), None);
    }

    proptest! {
        #[test]
        fn fields_come_out_as_they_went_in(fields: Vec<(String, String)>) {
            let headers: Headers = fields.iter().map(|(name, value)| (name, value)).collect();
            let out: Vec<(&str, &str)> = headers.iter().collect();
            let went: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
            prop_assert_eq!(out, went);
            let json = serde_json::to_value(&headers).unwrap();
            prop_assert_eq!(&json, &serde_json::to_value(&fields).unwrap());
            prop_assert_eq!(serde_json::from_value::<Headers>(json).unwrap(), headers);
        }
    }
}
