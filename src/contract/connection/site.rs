//! Where an operation stands: its path, part by part.

use super::name;

/// So many parts of a path are looked at.
const LONGEST: usize = 32;

/// Parts at the start of a path that say for whom it is.
const AUDIENCES: [&str; 10] = [
    "api",
    "rest",
    "admin",
    "administration",
    "manage",
    "management",
    "internal",
    "private",
    "public",
    "app",
];

/// A path, part by part.
#[derive(Clone, Debug)]
pub(super) struct Site {
    parts: Vec<Part>,
}

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text.
    Text {
        /// As it is written, without the name of a format at its end.
        text: String,
        /// The resource that it is about.
        resource: String,
        /// Whether it is a version of the API.
        version: bool,
    },
    /// A parameter, by its name.
    Parameter(String),
    /// Text and parameters.
    Mixed(String),
}

impl Site {
    /// Reads a path.
    pub(super) fn of(path: &str) -> Site {
        let parts = path.trim_matches('/').split('/').take(LONGEST);
        Site { parts: parts.filter(|part| !part.is_empty()).map(Part::of).collect() }
    }

    /// Names and positions of the parameters that fill a part each.
    pub(super) fn parameters(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        self.parts.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Parameter(name) => Some((at, name.as_str())),
            _ => None,
        })
    }

    /// The parameter that stands at a position.
    pub(super) fn parameter(&self, at: usize) -> Option<&str> {
        match self.parts.get(at)? {
            Part::Parameter(name) => Some(name),
            _ => None,
        }
    }

    /// What the first parts are about, whatever the version, and whatever parameters are called.
    pub(super) fn key(&self, end: usize) -> String {
        let mut key = String::new();
        for part in self.parts.iter().take(end) {
            key.push('/');
            match part {
                Part::Text { version: true, .. } => key.push('#'),
                Part::Text { resource, .. } => key.push_str(resource),
                Part::Parameter(_) => key.push_str("{}"),
                Part::Mixed(text) => key.push_str(text),
            }
        }
        key
    }

    /// The same without what says for whom a path is.
    pub(super) fn plain_key(&self, end: usize) -> String {
        let around = |part: &&Part| match part {
            Part::Text { version: true, .. } => true,
            Part::Text { text, .. } => AUDIENCES.contains(&text.to_ascii_lowercase().as_str()),
            _ => false,
        };
        let begin = self.parts.iter().take_while(around).count().min(end);
        let rest = Site { parts: self.parts[begin..].to_vec() };
        rest.key(end.saturating_sub(begin))
    }

    /// The same of the whole path.
    pub(super) fn whole_key(&self) -> String {
        self.key(self.parts.len())
    }

    /// The resource that a part is about, if it is text.
    pub(super) fn resource(&self, at: usize) -> Option<&str> {
        match self.parts.get(at)? {
            Part::Text { resource, version: false, .. } => Some(resource),
            _ => None,
        }
    }

    /// How many parts it has.
    pub(super) fn length(&self) -> usize {
        self.parts.len()
    }

    /// The last part, if it is text.
    pub(super) fn last_part(&self) -> Option<&str> {
        match self.parts.last()? {
            Part::Text { text, version: false, .. } => Some(text),
            _ => None,
        }
    }

    /// The last text in it.
    pub(super) fn last_text(&self) -> Option<(&str, &str)> {
        self.parts.iter().rev().find_map(|part| match part {
            Part::Text { text, resource, version: false } => Some((text.as_str(), resource.as_str())),
            _ => None,
        })
    }

    /// Whether it ends in text.
    pub(super) fn ends_in_text(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Text { version: false, .. }))
    }

    /// How many parts two paths have in common at their start, whatever parameters are called.
    pub(super) fn common(&self, other: &Site) -> usize {
        let same = |(one, other): &(&Part, &Part)| one.is_alike(other);
        self.parts.iter().zip(&other.parts).take_while(same).count()
    }

    /// How many parameters stand at the same places of two paths that begin alike.
    pub(super) fn shared_parameters(&self, other: &Site) -> usize {
        let end = self.alike(other);
        self.parameters().take_while(|(at, _)| *at < end).count()
    }

    /// How many parts two paths have in common at their start, whatever versions and parameters are
    /// called.
    pub(super) fn alike(&self, other: &Site) -> usize {
        let same = |(one, other): &(&Part, &Part)| one.is_about_the_same(other);
        self.parts.iter().zip(&other.parts).take_while(same).count()
    }
}

impl Part {
    fn of(part: &str) -> Part {
        let text = without_format(part);
        if !text.contains(['{', '}']) {
            let resource = name::resource(text);
            return Part::Text { text: text.to_owned(), resource, version: is_version(text) };
        }
        let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inside.filter(|name| !name.contains(['{', '}'])) {
            Some(name) => Part::Parameter(name.to_owned()),
            None => Part::Mixed(part.to_owned()),
        }
    }

    fn is_about_the_same(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Parameter(_), Part::Parameter(_))
            | (Part::Text { version: true, .. }, Part::Text { version: true, .. }) => true,
            (Part::Text { resource: one, .. }, Part::Text { resource: other, .. }) => one == other,
            (one, other) => one == other,
        }
    }

    fn is_alike(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Parameter(_), Part::Parameter(_)) => true,
            (one, other) => one == other,
        }
    }
}

/// A part of a path without the name of a format at its end: `{id}.json`.
fn without_format(part: &str) -> &str {
    const FORMATS: [&str; 6] = ["json", "xml", "csv", "yaml", "html", "txt"];
    part.rsplit_once('.').filter(|(_, end)| FORMATS.contains(end)).map_or(part, |(before, _)| before)
}

/// `v1`, `v2.1`, `2010-04-01`
fn is_version(text: &str) -> bool {
    let rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let numbered = rest.starts_with(|first: char| first.is_ascii_digit());
    let is_rest = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '_');
    let staged = rest.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let staged = staged.strip_suffix("alpha").or(staged.strip_suffix("beta")).unwrap_or(rest);
    numbered && staged.chars().all(is_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_about_the_same_whatever_their_parameters_versions_and_formats_are_called() {
        for (one, other) in [
            ("/customers/{id}", "/customers/{customerId}"),
            ("/v1/customers", "/v13/customers"),
            ("/2010-04-01/Accounts.json", "/2011-01-01/Accounts.xml"),
            ("/admin/badges/{id}.json", "/admin/badge/{n}"),
            ("/v1/tag_groups/", "/v1beta1/tag-groups"),
        ] {
            assert_eq!(Site::of(one).whole_key(), Site::of(other).whole_key(), "{one} {other}");
        }
        for (one, other) in [("/a/{x}", "/a/x"), ("/a/b", "/b"), ("/v1/a", "/a"), ("/a/{x}:go", "/a/{x}")] {
            assert_ne!(Site::of(one).whole_key(), Site::of(other).whole_key(), "{one} {other}");
        }
    }

    #[test]
    fn a_parameter_stands_where_it_fills_a_part() {
        let site = Site::of("/a/{b}/c-{d}/{e}.json");
        assert_eq!(site.parameters().collect::<Vec<_>>(), [(1, "b"), (3, "e")]);
        assert_eq!((site.resource(0), site.resource(1)), (Some("a"), None));
    }
}
