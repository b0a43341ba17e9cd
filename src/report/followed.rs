//! What was sent, with a mark for what came from an earlier answer, which is another in every run.

use crate::contract::Location;
use crate::exchange::Sent;
use crate::generate::RUN;
use crate::plan::Case;
use std::sync::Arc;

/// What was sent, with a mark made from the name of each parameter that came from an earlier
/// exchange in place of its value.
pub(super) fn marked(case: &Case, sent: &Sent, run: &str, mark: impl Fn(&str) -> String) -> Sent {
    let mut sent = sent.clone();
    let Some(follow) = &case.follows else { return sent };
    let head = Arc::make_mut(&mut sent.head);
    let holes = |places: &[Location]| -> Vec<(String, String)> {
        let here = follow.parameters.iter().filter(|one| places.contains(&one.location));
        here.map(|one| (format!("{{{}}}", one.name), mark(&one.name))).collect()
    };
    let planned = case.request.path.replace(RUN, run);
    if let Some(begin) = begin(&head.url, &planned) {
        let (path, query) = planned.split_once('?').unzip();
        let fill = |text: &str, holes: &[(String, String)]| {
            holes.iter().fold(text.to_owned(), |text, (hole, mark)| text.replace(hole, mark))
        };
        let path = fill(path.unwrap_or(&planned), &holes(&[Location::Path]));
        let own =
            query.map_or(String::new(), |query| format!("?{}", fill(query, &holes(&[Location::Query]))));
        // What credentials added to the query comes after what was planned.
        let added = head.url[begin..].split_once('?').map_or("", |(_, all)| all);
        let planned = query.map_or(0, |query| query.split('&').count());
        let added: Vec<&str> = added.split('&').filter(|one| !one.is_empty()).skip(planned).collect();
        let join = if query.is_some() { "&" } else { "?" };
        let added = if added.is_empty() { String::new() } else { format!("{join}{}", added.join("&")) };
        head.url = format!("{}{path}{own}{added}", &head.url[..begin]);
    }
    for (hole, mark) in holes(&[Location::Header]) {
        let name = hole.trim_matches(['{', '}']);
        let own = |known: &str| known.eq_ignore_ascii_case(name);
        head.headers = head.headers.with_values(
            |known, value| {
                if own(known) { mark.clone().into() } else { value.into() }
            },
        );
    }
    sent
}

/// Where the planned path begins in a URL: it has as many segments at its end.
fn begin(url: &str, planned: &str) -> Option<usize> {
    let path = |text: &str| text.split('?').next().unwrap_or_default().len();
    let segments = planned[..path(planned)].matches('/').count();
    let slashes = url[..path(url)].rmatch_indices('/');
    slashes.take(segments).last().map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::link::{Origin, Supplied};
    use crate::plan::{Follow, Verdict};
    use crate::report::fixture;
    use serde_json::json;

    fn shown(planned: &str, url: &str) -> (String, String) {
        let mut case = fixture::case("x", Verdict::Accept, None);
        let supplied = |location, name: &str| Supplied {
            location,
            name: name.to_owned(),
            value: Origin::Literal(json!(1)),
        };
        let parameters = vec![
            supplied(Location::Path, "id"),
            supplied(Location::Query, "q"),
            supplied(Location::Header, "X-Tag"),
        ];
        case.request.path = planned.to_owned();
        case.follows = Some(Follow { step: 0, link: String::new(), parameters });
        let mut sent = fixture::sent(&case, "1234567890");
        let head = Arc::make_mut(&mut sent.head);
        head.url = url.to_owned();
        head.headers.push("x-tag", "secret");
        let sent = marked(&case, &sent, "1234567890", |name| format!("<{name}>"));
        (sent.head.url.clone(), sent.head.headers.get("x-tag").unwrap().to_owned())
    }

    #[test]
    fn what_came_from_an_earlier_answer_is_marked_by_its_name() {
        for (planned, url, wanted) in [
            ("/group/{id}", "http://a/base/group/17", "http://a/base/group/<id>"),
            (
                "/group/{id}/x?q={q}",
                "http://a/group/1/x?q=2&key=$KEY",
                "http://a/group/<id>/x?q=<q>&key=$KEY",
            ),
            ("/{id}", "http://a/1?key=$KEY", "http://a/<id>?key=$KEY"),
            ("/group/7071727374/{id}", "http://a/group/1234567890/1", "http://a/group/1234567890/<id>"),
        ] {
            assert_eq!(shown(planned, url), (wanted.to_owned(), "<X-Tag>".to_owned()));
        }
    }
}
