//! The way that a path template goes, from collections to what is in them.

use crate::wire::template::Segment;
use crate::wire::url;

/// A path template, step by step.
#[derive(Clone, Debug)]
pub(super) struct Trail(Vec<Step>);

/// One segment of a path template.
#[derive(Clone, Debug)]
enum Step {
    Literal(String),
    /// One parameter alone, by its place among those of the path.
    Open(usize),
    /// Text and parameters, from this one on so many.
    Mixed(String, usize, usize),
}

/// Ends of a last segment that say in which format an answer comes.
const FORMATS: &[&str] = &[".json", ".xml"];

impl Trail {
    pub(super) fn read(path: &str) -> Trail {
        let (mut steps, mut count) = (Vec::new(), 0);
        let path = path.trim_matches('/');
        let path = FORMATS.iter().find_map(|format| path.strip_suffix(format)).unwrap_or(path);
        for segment in path.split('/') {
            let (_, names) = Segment::read(segment);
            // What stands behind a colon is done to the resource before it.
            let (held, verb) = match segment.strip_prefix('{').and_then(|rest| rest.split_once("}:")) {
                Some((_, verb)) if names.len() == 1 => (&segment[..segment.len() - verb.len() - 1], verb),
                _ => (segment, ""),
            };
            steps.push(match names.len() {
                0 => Step::Literal(held.to_owned()),
                1 if held.starts_with('{') && held.ends_with('}') => Step::Open(count),
                number => Step::Mixed(blank(held), count, number),
            });
            if !verb.is_empty() {
                steps.push(Step::Literal(format!(":{verb}")));
            }
            count += names.len();
        }
        Trail(steps)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Its first steps alone.
    pub(super) fn start(&self, length: usize) -> Trail {
        Trail(self.0.iter().take(length).cloned().collect())
    }

    /// Its first steps without the names of the parameters.
    pub(super) fn shape(&self, length: usize) -> String {
        self.0.iter().take(length).fold(String::new(), |shape, step| {
            shape
                + "/"
                + match step {
                    Step::Literal(text) | Step::Mixed(text, ..) => text,
                    Step::Open(_) => "{}",
                }
        })
    }

    /// Its first steps with values for the parameters.
    pub(super) fn at(&self, length: usize, values: &[String]) -> String {
        let value = |index: usize| url::encoded(values.get(index).map_or("", String::as_str));
        self.0.iter().take(length).fold(String::new(), |path, step| {
            path + "/"
                + &match step {
                    Step::Literal(text) => url::encoded(&url::decoded(text)),
                    Step::Open(index) => value(*index),
                    Step::Mixed(_, first, count) => {
                        (*first..first + count).map(value).collect::<Vec<_>>().join(",")
                    }
                }
        })
    }

    /// Where a parameter stands for a resource of the collection before it: the length of the way to
    /// that collection, and the parameter.
    pub(super) fn items(&self) -> impl Iterator<Item = (usize, usize)> {
        let open = self.0.iter().enumerate().skip(1);
        open.filter_map(|(length, step)| match step {
            Step::Open(parameter) => Some((length, *parameter)),
            _ => None,
        })
    }

    /// The same of its last step.
    pub(super) fn item(&self) -> Option<(usize, usize)> {
        self.items().last().filter(|(length, _)| length + 1 == self.len())
    }

    /// The name of the collection that its first steps lead to.
    pub(super) fn name(&self, length: usize) -> &str {
        let named = self.0.iter().take(length).rev().find_map(|step| match step {
            Step::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        named.unwrap_or_default()
    }

    /// How many of its first steps are parameters.
    pub(super) fn openness(&self, length: usize) -> usize {
        self.0.iter().take(length).filter(|step| !matches!(step, Step::Literal(_))).count()
    }
}

/// A shape without the versions in it: `/v1/a` and `/v2/a` lead to the same.
pub(super) fn versionless(shape: &str) -> String {
    shape.split('/').filter(|step| !is_version(step)).collect::<Vec<_>>().join("/")
}

fn is_version(step: &str) -> bool {
    let number = step.strip_prefix('v').unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// A segment without the names in it.
fn blank(segment: &str) -> String {
    let mut parts = segment.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_from_collections_to_what_is_in_them() {
        let trail = Trail::read("/v1/Accounts/{AccountSid}/Calls/{Sid}.json");
        assert_eq!(trail.shape(trail.len()), "/v1/Accounts/{}/Calls/{}");
        assert_eq!(trail.items().collect::<Vec<_>>(), [(2, 0), (4, 1)]);
        assert_eq!((trail.item(), trail.name(4), trail.openness(4)), (Some((4, 1)), "Calls", 1));
        assert_eq!(trail.at(5, &["a b".into(), "c/d".into()]), "/v1/Accounts/a%20b/Calls/c%2Fd");
        assert_eq!(versionless(&trail.shape(4)), "/Accounts/{}/Calls");
    }

    #[test]
    fn what_is_done_to_a_resource_is_no_resource() {
        for (path, items) in [
            ("/orders/{id}:cancel", &[(1, 0)][..]),
            ("/orders/{id}/cancel", &[(1, 0)]),
            ("/orders/{from}..{to}/{id}/", &[(2, 2)]),
            ("/{tenant}/{id}", &[(1, 1)]),
            ("/{tenant}", &[]),
        ] {
            assert_eq!(Trail::read(path).items().collect::<Vec<_>>(), items, "{path}");
        }
        assert_eq!(Trail::read("/orders/{id}:cancel").item(), None);
        assert_eq!(Trail::read("/{tenant}/{id}/").item(), Some((1, 1)));
    }
}
