//! Templates of paths: which values a path has where its template has parameters.

use super::url;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A segment's pieces of text, and between each two of them a parameter.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment(Vec<String>);

impl Segment {
    /// A segment of a template, and the names of its parameters.
    pub fn read(template: &str) -> (Segment, Vec<&str>) {
        let (mut pieces, mut names) = (Vec::new(), Vec::new());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            pieces.push(before.to_owned());
            names.push(name);
            rest = after;
        }
        pieces.push(rest.to_owned());
        (Segment(pieces), names)
    }

    /// How much of it is a parameter: nothing, a part, all.
    pub fn openness(&self) -> u8 {
        if self.0.len() == 1 { 0 } else { 1 + u8::from(self.0.iter().all(String::is_empty)) }
    }

    /// Whether a segment of a path has its text, however that is encoded. The values between, as they
    /// came, are added to `values`.
    pub fn matches<'p>(&self, segment: &'p str, values: &mut Vec<&'p str>) -> bool {
        let Some((first, others)) = self.0.split_first() else { return false };
        let text = Decoded::of(segment);
        let Some(mut rest) = text.bytes.strip_prefix(first.as_bytes()) else { return false };
        for (index, piece) in others.iter().enumerate() {
            let last = index + 1 == others.len();
            let end = if last {
                rest.strip_suffix(piece.as_bytes()).map(<[u8]>::len)
            } else {
                memchr::memmem::find(rest, piece.as_bytes())
            };
            let Some(end) = end.filter(|end| *end > 0) else { return false };
            let start = text.bytes.len() - rest.len();
            let Some(value) = text.raw(start, start + end) else { return false };
            values.push(value);
            rest = &rest[end + piece.len()..];
        }
        rest.is_empty()
    }
}

/// A segment of a path, decoded, and where each byte of it stood.
struct Decoded<'p> {
    segment: &'p str,
    bytes: Cow<'p, [u8]>,
}

impl<'p> Decoded<'p> {
    fn of(segment: &'p str) -> Decoded<'p> {
        Decoded { segment, bytes: percent_decode_str(segment).into() }
    }

    /// What stands for some of its bytes.
    fn raw(&self, start: usize, end: usize) -> Option<&'p str> {
        if self.bytes.len() == self.segment.len() {
            return self.segment.get(start..end);
        }
        let at = |wanted: usize| {
            let (mut raw, mut decoded) = (0, 0);
            while decoded < wanted {
                let encoded = self.segment.get(raw..raw + 3);
                let is_one = encoded.is_some_and(|text| url::is_encoded_byte(text.as_bytes()));
                raw += if is_one { 3 } else { 1 };
                decoded += 1;
            }
            raw
        };
        self.segment.get(at(start)..at(end))
    }
}

/// The names of a template's parameters, in their order.
pub fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').flat_map(|segment| Segment::read(segment).1)
}

/// The values that a path, or the end of a longer one, has where its template has parameters, as they
/// came; none if it is no such path.
pub fn values<'t, 'p>(template: &'t str, path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
    let mut found = Vec::new();
    let mut segments = path.rsplit('/');
    // What a path ends in is what the template ends in; what comes before belongs to the target.
    for part in template.trim_start_matches('/').rsplit('/') {
        let (segment, names) = Segment::read(part);
        let mut values = Vec::new();
        if !segment.matches(segments.next()?, &mut values) {
            return None;
        }
        found.splice(0..0, names.into_iter().zip(values));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_as_they_came_whatever_is_encoded() {
        for (template, path, expected) in [
            ("/a/{id}", "/a/x%2Fy", Some(vec![("id", "x%2Fy")])),
            ("/a/{id}", "/base/a/7", Some(vec![("id", "7")])),
            ("/a/{id}", "/%61/7", Some(vec![("id", "7")])),
            ("/a/{id}.json", "/a/%37%2Ejson", Some(vec![("id", "%37")])),
            ("/m{id}/items", "/m;id=%35/items", Some(vec![("id", ";id=%35")])),
            ("/{from}..{to}/\u{fc}", "/1..%32/%C3%BC", Some(vec![("from", "1"), ("to", "%32")])),
            ("/a/{id}", "/a/", None),
            ("/a/{id}", "/b/7", None),
            ("/a/{id}", "7", None),
            ("/a/{id}", "/a/%E9%", Some(vec![("id", "%E9%")])),
        ] {
            assert_eq!(values(template, path), expected, "{template} {path}");
        }
    }
}
