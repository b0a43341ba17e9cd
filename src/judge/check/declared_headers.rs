//! `declared-headers`: an answer carries the headers that the contract declares.

use super::response_schema;
use crate::contract::MediaType;
use crate::contract::model::Header;
use crate::exchange::Answer;
use crate::json;
use crate::judge::{Check, Observation, Scope, Severity, View};
use crate::schema::folded::Folds;
use crate::schema::{Side, ValidationError};
use crate::wire::body::{Codec, Notation};
use crate::wire::disposition;
use crate::wire::parameter::header;

pub(in crate::judge) const CHECK: Check = Check {
    id: "declared-headers",
    summary: "required headers are there, and declared headers satisfy their schemas",
    meaning: "The contract declares a header for this status as required and the answer does not carry it, or its value does not satisfy the header's schema, or is not what its media type says where it is declared with `content`. A declared Content-Disposition must have the form of RFC 6266.",
    matters: "Clients read paging, limits, identities and names of files from headers.",
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
        let kind = |what: &str| format!("{}XX {what}", answer.status / 100);
        let Some(text) = answer.header_list(&header.name) else {
            if header.required {
                let title = format!("the header `{}` is missing", header.name);
                let pair = ("the header", "no such header");
                found.push(view.observe(&CHECK, kind("missing"), title, pair, &header.at));
            }
            continue;
        };
        if let Some(mistake) = is_disposition(header).then(|| disposition::mistake(&text)).flatten() {
            let title = format!("the header `{}` does not have its form: {mistake}", header.name);
            let pair = ("the form of RFC 6266", mistake);
            found.push(view.observe(&CHECK, kind(mistake), title, pair, &header.at));
        }
        if let Some(schema) = &header.schema {
            let broken = header::errors(&view.contract.schemas, schema, Side::Response, &text);
            found.extend(broken.into_iter().map(|broken| observed(view, answer, header, broken)));
        } else if let Some(media) = &header.content {
            found.extend(of_content(view, answer, (header, media), &text));
        }
    }
    found
}

fn is_disposition(header: &Header) -> bool {
    header.name.eq_ignore_ascii_case("content-disposition")
}

fn observed(view: &View<'_>, answer: &Answer, header: &Header, broken: ValidationError) -> Observation {
    let words = broken.cause.words_for(Some(&broken.keyword));
    let place = json::pointer::general(&broken.place);
    let inside = if place.is_empty() { String::new() } else { format!("`{place}` of ") };
    let title = format!("{inside}the header `{}` {words}", header.name);
    let kind = format!("{}XX {}", answer.status / 100, broken.keyword);
    view.observe(&CHECK, kind, title, (broken.expected, broken.actual), &broken.at)
}

/// What is wrong with a header whose value is written as a media type.
fn of_content(
    view: &View<'_>,
    answer: &Answer,
    (header, media): (&Header, &MediaType),
    text: &str,
) -> Vec<Observation> {
    let schemas = &view.contract.schemas;
    let codec = Codec::of(&Folds::new(schemas.raw(Side::Response)), media);
    let is_told = match codec.notation {
        Notation::Json => crate::contract::model::is_json(&media.name),
        Notation::Xml | Notation::Form => media.schema.is_some(),
        Notation::Text => codec.is_scalar(),
        Notation::Lines | Notation::Parts | Notation::Bytes => false,
    };
    if !is_told || media.unread {
        return Vec::new();
    }
    match codec.read(schemas, Side::Response, &codec.content_type, text.as_bytes()) {
        Err(malformed) => {
            let title = format!("the header `{}` is not what its media type says: {malformed}", header.name);
            let kind = format!("{}XX {malformed}", answer.status / 100);
            vec![view.observe(&CHECK, kind, title, (media.name.as_str(), malformed.to_string()), &media.at)]
        }
        Ok(came) if came.unclear.is_empty() && came.strays.is_empty() => {
            let Some(schema) = &media.schema else { return Vec::new() };
            let broken = response_schema::errors(view, schema, &came.text.to_value());
            broken.into_iter().map(|broken| observed(view, answer, header, broken)).collect()
        }
        Ok(_) => Vec::new(),
    }
}
