//! What a body is worth that is a sequence of JSON texts.

use super::Findings;
use crate::cause::Cause;
use crate::contract::model::{MediaType, Sequence};
use crate::plan::Place;
use crate::schema::{SchemaAt, Schemas, Side};
use crate::wire::sequence;

/// Looks at each item of a body.
pub(super) fn items(
    schemas: &Schemas,
    (media, schema, kind): (&MediaType, &SchemaAt, Sequence),
    (given, bytes): (&str, &[u8]),
    seen: &mut Findings,
) {
    for (index, item) in sequence::items(kind, given, bytes).into_iter().flatten().enumerate() {
        let place = |below: &str| Place::Body(format!("/{index}{below}"));
        let Ok(text) = item else {
            seen.violation(Cause::Malformed, place(""), None, &media.at);
            return;
        };
        for broken in schemas.breaks_of_text(schema, Side::Request, &text).0 {
            if broken.cause == Cause::Format {
                seen.silent("whether a format is asserted is not said");
            } else if broken.cause == Cause::ManyBranches && schemas.are_discriminated(&broken.at) {
                seen.silent("whether a value fits one alternative only is for its discriminator to say");
            } else {
                seen.violation(broken.cause, place(&broken.place), Some(broken.keyword), &broken.at);
            }
        }
    }
    seen.silent("which items a host takes is not said");
}
