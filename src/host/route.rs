//! From a request's path to the operations of a path template.

use crate::wire::template::Segment;
use std::collections::HashMap;

/// Every path template, found by the path of a request.
#[derive(Debug, Default)]
pub(super) struct Routes {
    by_length: HashMap<usize, Vec<Route>>,
}

/// One template and what belongs to it.
#[derive(Debug)]
pub(super) struct Route {
    segments: Vec<Segment>,
    /// Each method's operation, by its index; none for one that the contract declares but breaks.
    pub(super) methods: Vec<(String, Option<usize>)>,
}

impl Routes {
    /// Adds an operation, or a method that has none.
    pub(super) fn add(&mut self, template: &str, method: &str, operation: Option<usize>) {
        let segments: Vec<Segment> = template.split('/').map(|segment| Segment::read(segment).0).collect();
        let routes = self.by_length.entry(segments.len()).or_default();
        let openness = |segments: &[Segment]| segments.iter().map(Segment::openness).collect::<Vec<_>>();
        let route = if let Some(index) = routes.iter().position(|route| route.segments == segments) {
            &mut routes[index]
        } else {
            let own = openness(&segments);
            let index = routes.partition_point(|route| openness(&route.segments) <= own);
            routes.insert(index, Route { segments, methods: Vec::new() });
            &mut routes[index]
        };
        match route.methods.iter_mut().find(|(known, _)| known == method) {
            Some((_, known)) => *known = known.or(operation),
            None => route.methods.push((method.to_owned(), operation)),
        }
    }

    /// The template that a path belongs to, with the values of its parameters as they came.
    pub(super) fn find<'p>(&self, path: &'p str) -> Option<(&Route, Vec<&'p str>)> {
        let segments: Vec<&str> = path.split('/').collect();
        self.by_length.get(&segments.len())?.iter().find_map(|route| {
            let mut values = Vec::new();
            let mut pairs = route.segments.iter().zip(&segments);
            pairs.all(|(segment, text)| segment.matches(text, &mut values)).then_some((route, values))
        })
    }
}

impl Route {
    /// The methods that may be used, as the `Allow` header lists them.
    pub(super) fn allow(&self) -> String {
        let mut names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        for (implied, wanted) in [("HEAD", names.contains(&"GET")), ("OPTIONS", true)] {
            if wanted && !names.contains(&implied) {
                names.push(implied);
            }
        }
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Option<(usize, Vec<String>)> {
        let mut routes = Routes::default();
        for (index, template) in
            ["/a/{id}", "/a/mine", "/a/{id}.json", "/{x}/mine", "/a/{from}..{to}/b"].iter().enumerate()
        {
            routes.add(template, "GET", Some(index));
        }
        let (route, values) = routes.find(path)?;
        Some((route.methods[0].1?, values.into_iter().map(str::to_owned).collect()))
    }

    #[test]
    fn literal_segments_win_over_parameters() {
        assert_eq!(found("/a/mine"), Some((1, vec![])));
        assert_eq!(found("/a/7"), Some((0, vec!["7".into()])));
        assert_eq!(found("/a/7.json"), Some((2, vec!["7".into()])));
        assert_eq!(found("/b/mine"), Some((3, vec!["b".into()])));
        assert_eq!(found("/a/1..2/b"), Some((4, vec!["1".into(), "2".into()])));
    }

    #[test]
    fn a_parameter_is_never_empty() {
        assert_eq!(found("/a/x%2Fy%20z"), Some((0, vec!["x%2Fy%20z".into()])));
        assert_eq!(found("/%61/m%69ne"), Some((1, vec![])));
        for path in ["/a/", "/a", "", "*", "/a/.json/"] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
