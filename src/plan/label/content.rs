//! What a body is worth that is no JSON document.

use super::{Document, Findings, Labeller};
use crate::cause::Cause;
use crate::contract::Operation;
use crate::contract::model::{self, MediaType};
use crate::json;
use crate::plan::Place;
use crate::schema::Side;
use crate::wire::body::{Came, Codec, Notation};

/// The body as what it stands for, if it can be read.
pub(super) fn document(
    labeller: &Labeller<'_>,
    operation: &Operation,
    given: &str,
    bytes: &[u8],
) -> Option<json::Text> {
    let content = operation.body.as_ref().map(|body| body.content.as_slice())?;
    let codec = labeller.codec_as(model::choose(content, given)?, Some(given));
    came(labeller, &codec, given, bytes).map(|came| came.text)
}

fn came(labeller: &Labeller<'_>, codec: &Codec, given: &str, bytes: &[u8]) -> Option<Came> {
    codec.read(&labeller.contract.schemas, Side::Request, given, bytes).ok()
}

/// Looks at the body as what its media type says that it is.
pub(super) fn content(
    labeller: &Labeller<'_>,
    operation: &Operation,
    media: &MediaType,
    (given, bytes): (&str, &[u8]),
    seen: &mut Findings,
) {
    let codec = labeller.codec_as(media, Some(given));
    let is_structured = matches!(codec.notation, Notation::Form | Notation::Parts | Notation::Xml);
    if is_structured && bytes.starts_with(b"{") && json::read(bytes).is_ok() {
        seen.silent("a JSON document is sent as another declared media type");
        return;
    }
    let Some(Came { text, unclear, unclear_at, strays }) = came(labeller, &codec, given, bytes) else {
        seen.violation(Cause::Malformed, Place::Body(String::new()), None, &media.at);
        return;
    };
    for why in unclear {
        seen.silent(why);
    }
    if bytes.is_empty() {
        seen.silent("an empty body may be taken for none");
    }
    for stray in strays {
        let keyword = Some(stray.keyword.to_owned());
        seen.violation(stray.cause, Place::Body(stray.place), keyword, &stray.at);
    }
    if media.schema.is_none() {
        seen.silent("what a body without a schema has to hold is not said");
    }
    let documented =
        media.examples.iter().any(|one| one.value.as_str().is_some_and(|text| text.as_bytes() == bytes));
    if documented {
        // What the contract shows is right whatever else it says.
        seen.silent.clear();
        return;
    }
    let read = Document { text: &text, codec: Some(&codec), unclear: &unclear_at };
    super::document(labeller, operation, media, &read, seen);
}
