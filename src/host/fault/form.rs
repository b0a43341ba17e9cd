//! Forms that are decoded otherwise than they are meant.

use super::request::is_of_members;
use super::{Class, Defect, Site};
use crate::contract::model::is_form;
use crate::host::intake::Asked;
use crate::schema::Side;
use crate::schema::folded::{Folded, Folds};

/// How a body is read otherwise than it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum BodyMisread {
    /// A plus sign stays one.
    Plus,
    /// Bytes are letters of Latin-1.
    Latin,
    /// What is percent-encoded stays so.
    Encoded,
}

pub(super) fn derive(site: &mut Site<'_>) {
    let operation = site.operation;
    if operation.json_body().is_some() {
        return;
    }
    let content = operation.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
    let Some(media) = content.into_iter().find(|media| is_of_members(media)) else { return };
    let folds = Folds::new(site.contract.schemas.raw(Side::Request));
    let Some(schema) = &media.schema else { return };
    let flat = folds.whole(std::slice::from_ref(&schema.0));
    let mut plant = |id: &str, words: &str, how: BodyMisread| {
        let defect = Defect::MisreadsBody(how);
        site.plant(Class::Input, &format!("form/{id}"), &media.at, words.to_owned(), defect);
    };
    if is_form(&media.name) {
        // Only where a value is one of those that are listed does it show that it is read as another.
        let listed = |wanted: &dyn Fn(&str) -> bool| {
            let required = flat.required.iter().filter_map(|name| flat.properties.get(name));
            let mut texts = required.map(|places| folds.whole_of(places));
            texts.any(|member| shows(&member, wanted))
        };
        if listed(&|text| text.contains(' ')) {
            plant("plus", "a plus sign in a form is not read as a space", BodyMisread::Plus);
        }
        if listed(&|text| !text.is_ascii()) {
            plant("latin-1", "the bytes of a form are read as letters of Latin-1", BodyMisread::Latin);
        }
        if listed(&|text| text.contains(['/', '&', '=', '+', '%']) || !text.is_ascii()) {
            plant("encoded", "what is encoded in a form is not decoded", BodyMisread::Encoded);
        }
    }
}

/// Whether the values of a member are listed, and one is wanted beside the first, which is not: a host that
/// refuses all that it is sent may have a reason of its own.
fn shows(member: &Folded, wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut texts = member.listed.iter().flatten().map(|value| value.as_str().is_some_and(wanted));
    texts.next() == Some(false) && texts.any(|is_wanted| is_wanted)
}

impl BodyMisread {
    /// The body that is read in place of the one that came.
    pub(super) fn reread(self, asked: &Asked<'_>) -> Option<Vec<u8>> {
        let body = asked.body?;
        match self {
            _ if body.is_empty() => None,
            BodyMisread::Plus => Some(replaced(body, b'+', "%2B")),
            BodyMisread::Encoded => Some(replaced(body, b'%', "%25")),
            BodyMisread::Latin => Some(latin(body)),
        }
    }
}

fn replaced(body: &[u8], wanted: u8, other: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    for byte in body {
        if *byte == wanted { bytes.extend(other.bytes()) } else { bytes.push(*byte) }
    }
    bytes
}

/// Each byte beyond ASCII as the letter that it is in Latin-1.
fn latin(body: &[u8]) -> Vec<u8> {
    let decoded = |at: usize| {
        let digits = body.get(at + 1..at + 3).filter(|_| body[at] == b'%')?;
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let (mut bytes, mut at) = (Vec::with_capacity(body.len()), 0);
    while at < body.len() {
        match decoded(at) {
            Some(byte) if byte >= 0x80 => {
                for byte in char::from(byte).to_string().bytes() {
                    bytes.extend(format!("%{byte:02X}").bytes());
                }
                at += 3;
            }
            _ => {
                bytes.push(body[at]);
                at += 1;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_careless_host_does() {
        assert_eq!(replaced(b"a=b+c", b'+', "%2B"), b"a=b%2Bc");
        assert_eq!(latin(b"a=%C3%BC%2F"), b"a=%C3%83%C2%BC%2F");
        assert_eq!(latin(b"a=%C"), b"a=%C");
    }
}
