//! What was sent, with a mark for what came from an earlier answer, which is another in every run.

use crate::exchange::{Parts, Piece, Pieces, Sent};
use crate::plan::Case;
use std::sync::Arc;

/// What was sent, with a mark made from the name of each parameter that came from an earlier
/// exchange in place of its value.
pub(super) fn marked(case: &Case, sent: &Sent, run: &str, mark: impl Fn(&str) -> String) -> Sent {
    let mut sent = sent.clone();
    if case.follows.is_none() && case.needs.is_none() {
        return sent;
    }
    let parts = &case.request.parts;
    let shown = |text: &Pieces| -> String {
        let piece = |piece: Piece<'_>| match piece {
            Piece::Bytes(known) => String::from_utf8_lossy(known).into_owned(),
            Piece::RunId => run.to_owned(),
            Piece::Answer { parameter, shown } => {
                let name = case.taken(parameter).map(|(name, _)| name.to_owned()).unwrap_or_default();
                shown.replace(&format!("{{{name}}}"), &mark(&name))
            }
        };
        text.pieces().map(piece).collect()
    };
    let head = Arc::make_mut(&mut sent.head);
    if let Some(begin) = begin(&head.url, parts) {
        // What credentials added to the query comes after what was planned.
        let added = head.url[begin..].split_once('?').map_or("", |(_, all)| all);
        let planned: usize = parts.query.iter().map(|text| text.as_str().split('&').count()).sum();
        let added: Vec<&str> = added.split('&').filter(|one| !one.is_empty()).skip(planned).collect();
        let join = if parts.query.is_empty() { "?" } else { "&" };
        let added = if added.is_empty() { String::new() } else { format!("{join}{}", added.join("&")) };
        head.url = format!("{}{}{added}", &head.url[..begin], shown(&parts.target()));
    }
    for (name, text) in parts.headers().filter(|(_, text)| text.is_open()) {
        let own = |known: &str| known.eq_ignore_ascii_case(name);
        // The list of cookies may hold credentials behind what was planned.
        let planned = if name == "Cookie" { parts.cookies.len() } else { usize::MAX };
        head.headers = head.headers.with_values(|known, value| {
            if !own(known) {
                return value.into();
            }
            let added = value.split("; ").skip(planned).map(|one| format!("; {one}"));
            format!("{}{}", shown(&text), added.collect::<String>()).into()
        });
    }
    sent
}

/// Where the planned path begins in a URL: it has as many segments at its end.
fn begin(url: &str, planned: &Parts) -> Option<usize> {
    let path = url.split('?').next().unwrap_or_default();
    let slashes = path.rmatch_indices('/');
    slashes.take(planned.path.len().saturating_sub(1)).last().map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ParameterLocation;
    use crate::contract::link::{Origin, Supplied};
    use crate::plan::{Follow, Verdict};
    use crate::report::fixture;
    use serde_json::json;

    const RUN: &str = "7071727374";

    fn shown(planned: &str, url: &str) -> (String, String) {
        let mut case = fixture::case("x", Verdict::Accept, None);
        let supplied = |location, name: &str| Supplied {
            location,
            name: name.to_owned(),
            value: Origin::Literal(json!(1)),
        };
        let parameters = vec![
            supplied(ParameterLocation::Path, "id"),
            supplied(ParameterLocation::Query, "q"),
            supplied(ParameterLocation::Header, "X-Tag"),
        ];
        let text = |text: &str, parameter: usize| {
            let is_open = text.contains(["{id}", "{q}"][parameter]);
            if is_open {
                Pieces::answer(text.to_owned(), parameter)
            } else {
                Pieces::of(text.to_owned(), RUN)
            }
        };
        let (path, query) = planned.split_once('?').unwrap_or((planned, ""));
        let parts = case.request.parts_mut();
        parts.path = path.split('/').map(|segment| text(segment, 0)).collect();
        parts.query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| text(pair, 1)).collect();
        parts.fields = vec![("X-Tag".into(), Pieces::answer("{X-Tag}".into(), 2))];
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
