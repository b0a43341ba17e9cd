//! Bytes as they are kept in JSON: text where they are text, else Base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// Bytes of a request or of an answer.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Octets<'b> {
    /// UTF-8.
    Text(Cow<'b, str>),
    /// Anything else.
    Base64 {
        /// The bytes in Base64.
        base64: String,
    },
}

impl<'b> From<&'b [u8]> for Octets<'b> {
    fn from(bytes: &'b [u8]) -> Octets<'b> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Octets::Text(text.into()),
            Err(_) => Octets::Base64 { base64: STANDARD.encode(bytes) },
        }
    }
}

impl Octets<'_> {
    /// The bytes again.
    pub(super) fn bytes(self) -> Result<Vec<u8>, base64::DecodeError> {
        match self {
            Octets::Text(text) => Ok(text.into_owned().into_bytes()),
            Octets::Base64 { base64 } => STANDARD.decode(base64),
        }
    }
}

/// For `#[serde(with)]`.
pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    Octets::from(&bytes[..]).serialize(serializer)
}

/// For `#[serde(with)]`.
pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Bytes, D::Error> {
    let octets = Octets::deserialize(deserializer)?;
    octets.bytes().map(Bytes::from).map_err(serde::de::Error::custom)
}
