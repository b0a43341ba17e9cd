//! A request where parameters travel, as it came.

use super::{cookie, template, url};
use std::borrow::Cow;

/// Values outside of a body, by name. Nothing but the names of a query is decoded.
#[derive(Clone, Debug, Default)]
pub struct Received<'r> {
    /// What stands in the path where its template has a parameter.
    pub path: Vec<(Cow<'r, str>, &'r str)>,
    /// The pairs of the query.
    pub query: Vec<(String, &'r str)>,
    /// The query as a whole.
    pub querystring: Option<&'r str>,
    /// The header fields.
    pub fields: Vec<(&'r str, Cow<'r, str>)>,
    /// The cookies.
    pub cookies: Vec<(String, String)>,
}

impl<'r> Received<'r> {
    /// What a request has in its path and query, by the template of its path.
    pub fn at(template: &'r str, path: &'r str, query: Option<&'r str>) -> Received<'r> {
        let path = template::values(template, path).unwrap_or_default();
        let path = path.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let pairs = url::query_pairs(query.unwrap_or_default());
        let pairs = pairs.map(|(name, value)| (url::query_decoded(name), value)).collect();
        Received { path, query: pairs, querystring: query, ..Received::default() }
    }

    /// The same with fields, of which some are lists of cookies.
    #[must_use]
    pub fn with(mut self, fields: impl IntoIterator<Item = (&'r str, Cow<'r, str>)>) -> Received<'r> {
        for (name, value) in fields {
            if name.eq_ignore_ascii_case("cookie") {
                let pairs = cookie::pairs(&value);
                self.cookies.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            self.fields.push((name, value));
        }
        self
    }

    /// The values of a name in the query, as they came.
    pub fn query<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'r str> + use<'r, 'n> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| *value)
    }

    /// The values of a cookie, as they came.
    pub fn cookies<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.cookies.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a cookie, as it came.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a field in one list, as RFC 9110 has it for several lines of one name.
    pub fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut all = self.fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let first = Cow::Borrowed(&*all.next()?.1);
        Some(all.fold(first, |list, (_, value)| format!("{list}, {value}").into()))
    }
}
