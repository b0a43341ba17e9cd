//! `declared-headers`: an answer carries the headers that the contract declares.

use crate::exchange::Answer;
use crate::json;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::schema::Side;
use crate::wire::parameter::header;

pub(in crate::judge) const CHECK: Check = Check {
    id: "declared-headers",
    summary: "required headers are there, and declared headers satisfy their schemas",
    meaning: "The contract declares a header for this status as required and the answer does not carry it, or its value does not satisfy the header's schema.",
    matters: "Clients read paging, limits and identities from headers.",
    allow: "Drop `required` or correct the header's schema.",
    severity: Severity::Deny,
    scope: Scope::Contract,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Vec<Observation> {
    let Some(documented) = view.documented(answer) else { return Vec::new() };
    let mut found = Vec::new();
    // OpenAPI ignores a header of this name: the media type is declared elsewhere.
    let declared =
        documented.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
    for header in declared {
        match (answer.header_list(&header.name), &header.schema) {
            (None, _) if header.required => {
                let title = format!("the header `{}` is missing", header.name);
                found.push(view.observe(
                    &CHECK,
                    format!("{}XX missing", answer.status / 100),
                    title,
                    ("the header", "no such header"),
                    &header.at,
                ));
            }
            (Some(text), Some(schema)) => {
                let broken = header::errors(&view.contract.schemas, schema, Side::Response, &text);
                found.extend(broken.into_iter().map(|broken| {
                    let words = broken.cause.words_for(Some(&broken.keyword));
                    let place = json::pointer::general(&broken.place);
                    let inside = if place.is_empty() { String::new() } else { format!("`{place}` of ") };
                    let title = format!("{inside}the header `{}` {words}", header.name);
                    let kind = format!("{}XX {}", answer.status / 100, broken.keyword);
                    view.observe(&CHECK, kind, title, (broken.expected, broken.actual), &broken.at)
                }));
            }
            _ => {}
        }
    }
    found
}
